//! Locks that are left by leaving a scope: what `mu.Lock(); defer mu.Unlock()` becomes.

use super::{Mutex, RwMutex};

/// Unlocks when it is dropped, also when the scope is left by a panic.
///
/// ```
/// use gort_runtime::sync::{Guard, Mutex};
/// let mutex = Mutex::new();
/// let guard: Guard<'_> = mutex.lock_guard_sync();
/// assert!(!mutex.try_lock());
/// drop(guard);
/// assert!(mutex.try_lock());
/// ```
#[must_use = "the lock is left at once when the guard is not kept"]
pub struct Guard<'a>(Held<'a>);

enum Held<'a> {
    Mutex(&'a Mutex),
    Write(&'a RwMutex),
    Read(&'a RwMutex),
}

impl Drop for Guard<'_> {
    #[inline]
    fn drop(&mut self) {
        match self.0 {
            Held::Mutex(lock) => lock.unlock(),
            Held::Write(lock) => lock.unlock(),
            Held::Read(lock) => lock.runlock(),
        }
    }
}

impl Mutex {
    /// Locks until the guard is dropped.
    ///
    /// # Cancel safety
    /// Cancelled while it waits, it leaves its place in the queue.
    ///
    /// ```
    /// use gort_runtime::{sync::Mutex, task};
    /// task::test(async {
    ///     let mutex = Mutex::new();
    ///     {
    ///         let _guard = mutex.lock_guard().await;
    ///         task::gosched().await;
    ///     }
    ///     assert!(mutex.try_lock());
    /// });
    /// ```
    #[inline]
    pub async fn lock_guard(&self) -> Guard<'_> {
        self.lock().await;
        Guard(Held::Mutex(self))
    }

    /// Locks until the guard is dropped, where nothing suspends under the lock.
    ///
    /// ```
    /// let mutex = gort_runtime::sync::Mutex::new();
    /// drop(mutex.lock_guard_sync());
    /// assert!(mutex.try_lock());
    /// ```
    #[inline]
    pub fn lock_guard_sync(&self) -> Guard<'_> {
        self.lock_sync();
        Guard(Held::Mutex(self))
    }
}

impl RwMutex {
    /// Locks for writing until the guard is dropped.
    ///
    /// # Cancel safety
    /// Cancelled while it waits, it leaves its place in the queue.
    ///
    /// ```
    /// use gort_runtime::{sync::RwMutex, task};
    /// task::test(async {
    ///     let lock = RwMutex::new();
    ///     let _guard = lock.lock_guard().await;
    ///     assert!(!lock.try_rlock());
    /// });
    /// ```
    #[inline]
    pub async fn lock_guard(&self) -> Guard<'_> {
        self.lock().await;
        Guard(Held::Write(self))
    }

    /// Locks for writing until the guard is dropped, where nothing suspends under the lock.
    ///
    /// ```
    /// let lock = gort_runtime::sync::RwMutex::new();
    /// let _guard = lock.lock_guard_sync();
    /// assert!(!lock.try_rlock());
    /// ```
    #[inline]
    pub fn lock_guard_sync(&self) -> Guard<'_> {
        self.lock_sync();
        Guard(Held::Write(self))
    }

    /// Locks for reading until the guard is dropped.
    ///
    /// # Cancel safety
    /// Cancelled while it waits, it leaves its place in the queue.
    ///
    /// ```
    /// use gort_runtime::{sync::RwMutex, task};
    /// task::test(async {
    ///     let lock = RwMutex::new();
    ///     let _guard = lock.rlock_guard().await;
    ///     assert!(lock.try_rlock() && !lock.try_lock());
    /// });
    /// ```
    #[inline]
    pub async fn rlock_guard(&self) -> Guard<'_> {
        self.rlock().await;
        Guard(Held::Read(self))
    }

    /// Locks for reading until the guard is dropped, where nothing suspends under the lock.
    ///
    /// ```
    /// let lock = gort_runtime::sync::RwMutex::new();
    /// let _guard = lock.rlock_guard_sync();
    /// assert!(lock.try_rlock() && !lock.try_lock());
    /// ```
    #[inline]
    pub fn rlock_guard_sync(&self) -> Guard<'_> {
        self.rlock_sync();
        Guard(Held::Read(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_unlocks_when_it_is_dropped_and_when_a_panic_drops_it() {
        let mutex = Mutex::new();
        {
            let _guard = mutex.lock_guard_sync();
            assert!(!mutex.try_lock());
        }
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _guard = mutex.lock_guard_sync();
            panic!("under the lock");
        }));
        assert!(panicked.is_err());
        assert!(mutex.try_lock());
    }
}
