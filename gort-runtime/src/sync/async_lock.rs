//! A lock that owns what it protects and may be held across suspensions.

use super::owned::{Mutex, MutexGuard};

/// A lock around a value that may be held across suspensions.
///
/// ```
/// use gort_runtime::{sync::AsyncLock, task};
/// task::test(async {
///     let lock = AsyncLock::new(1);
///     let mut guard = lock.lock().await;
///     task::gosched().await;
///     *guard += 1;
///     assert!(lock.try_lock().is_none());
///     drop(guard);
///     assert_eq!(*lock.lock().await, 2);
/// });
/// ```
///
/// # Differences from Go
/// It owns what it protects, and a panic unlocks.
pub struct AsyncLock<T>(Mutex<T>);

impl<T: Default> Default for AsyncLock<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> AsyncLock<T> {
    /// A lock around a value.
    ///
    /// ```
    /// assert!(gort_runtime::sync::AsyncLock::new(1).try_lock().is_some());
    /// ```
    pub fn new(v: T) -> Self {
        AsyncLock(Mutex::new(v))
    }

    /// Locks; the guard unlocks.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has not locked.
    ///
    /// ```
    /// use gort_runtime::{sync::AsyncLock, task};
    /// task::test(async {
    ///     let lock = AsyncLock::new(1);
    ///     *lock.lock().await += 1;
    ///     assert_eq!(lock.into_inner(), 2);
    /// });
    /// ```
    pub async fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock_async().await
    }

    /// Locks if it is unlocked.
    ///
    /// ```
    /// let lock = gort_runtime::sync::AsyncLock::new(1);
    /// let guard = lock.try_lock();
    /// assert!(guard.is_some() && lock.try_lock().is_none());
    /// ```
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.0.try_lock()
    }

    /// The value of a lock that is no longer shared.
    ///
    /// ```
    /// assert_eq!(gort_runtime::sync::AsyncLock::new(1).into_inner(), 1);
    /// ```
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}
