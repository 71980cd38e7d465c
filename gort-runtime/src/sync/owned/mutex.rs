//! A lock that owns its value.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::shim::const_unless_modelled;
use crate::sync::Mutex as GoMutex;

/// A lock around a value, held only between suspensions.
///
/// ```
/// use gort_runtime::sync::owned::Mutex;
/// let total = Mutex::new(1);
/// *total.lock() += 1;
/// assert_eq!(total.get(), 2);
/// ```
pub struct Mutex<T> {
    lock: GoMutex,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached only through a guard, and only one guard exists at a time.
unsafe impl<T: Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    const_unless_modelled! {
        /// An unlocked lock.
        ///
        /// ```
        /// use gort_runtime::sync::owned::Mutex;
        /// static TOTAL: Mutex<i32> = Mutex::new(0);
        /// *TOTAL.lock() += 1;
        /// ```
        pub const fn new(value: T) -> Self {
            Mutex {
                lock: GoMutex::new(),
                value: UnsafeCell::new(value),
            }
        }
    }

    /// Locks until the guard is dropped. The guard must not live across an `.await`.
    ///
    /// # Differences from Go
    /// A panic unlocks.
    ///
    /// ```
    /// let list = gort_runtime::sync::owned::Mutex::new(vec![1]);
    /// list.lock().push(2);
    /// assert_eq!(list.get(), [1, 2]);
    /// ```
    #[inline]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.lock.lock_sync();
        MutexGuard { mutex: self }
    }

    /// Locks until the guard is dropped, which may be after suspensions.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has not locked.
    ///
    /// # Differences from Go
    /// A panic unlocks.
    ///
    /// ```
    /// use gort_runtime::{sync::owned::Mutex, task};
    /// task::test(async {
    ///     let total = Mutex::new(1);
    ///     let mut guard = total.lock_async().await;
    ///     task::gosched().await;
    ///     *guard += 1;
    /// });
    /// ```
    #[inline]
    pub async fn lock_async(&self) -> MutexGuard<'_, T> {
        self.lock.lock().await;
        MutexGuard { mutex: self }
    }

    /// Locks if it is unlocked.
    ///
    /// ```
    /// let total = gort_runtime::sync::owned::Mutex::new(1);
    /// let guard = total.lock();
    /// assert!(total.try_lock().is_none());
    /// drop(guard);
    /// assert!(total.try_lock().is_some());
    /// ```
    #[inline]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.lock.try_lock().then(|| MutexGuard { mutex: self })
    }

    /// The value of a lock that is no longer shared.
    ///
    /// ```
    /// assert_eq!(gort_runtime::sync::owned::Mutex::new(1).into_inner(), 1);
    /// ```
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: Clone> Mutex<T> {
    /// A copy of the value, taken under the lock.
    ///
    /// ```
    /// assert_eq!(gort_runtime::sync::owned::Mutex::new(1).get(), 1);
    /// ```
    #[inline]
    pub fn get(&self) -> T {
        self.lock().clone()
    }
}

/// The locked value of a [`Mutex`]; unlocks when it is dropped.
///
/// ```
/// use gort_runtime::sync::owned::{Mutex, MutexGuard};
/// fn double(mut total: MutexGuard<'_, i32>) {
///     *total *= 2;
/// }
/// let total = Mutex::new(2);
/// double(total.lock());
/// assert_eq!(total.get(), 4);
/// ```
#[must_use = "the lock is left at once when the guard is not kept"]
pub struct MutexGuard<'a, T> {
    pub(super) mutex: &'a Mutex<T>,
}

// SAFETY: sharing a guard shares what it refers to.
unsafe impl<T: Sync> Sync for MutexGuard<'_, T> {}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: this guard is the only one.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard is the only one, and borrowed for as long as the reference lives.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.mutex.lock.unlock();
    }
}

impl<T: fmt::Debug + Clone> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
