//! A condition that is waited for under a lock that owns its value.

use std::fmt;
use std::pin::pin;

use super::{Mutex, MutexGuard};
use crate::shim::const_unless_modelled;
use crate::sync::wait_list::{Listener, WaitList};
use crate::task::Wait;

/// Go's `sync.Cond` for [`Mutex`].
///
/// ```
/// use std::sync::Arc;
/// use gort_runtime::{sync::owned::{Cond, Mutex}, task};
/// task::test(async {
///     let shared = Arc::new((Mutex::new(false), Cond::new()));
///     let other = shared.clone();
///     task::go(async move {
///         *other.0.lock() = true;
///         other.1.notify_all();
///     });
///     let guard = shared.0.lock_async().await;
///     let guard = shared.1.wait_while(guard, |ready| !*ready).await;
///     assert!(*guard);
/// });
/// ```
///
/// # Differences from Go
/// The lock is the guard's, not a field, so that one condition can be used with several.
pub struct Cond {
    waiters: WaitList,
}

impl Default for Cond {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Cond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cond")
    }
}

impl Cond {
    const_unless_modelled! {
        /// A condition for which nobody waits.
        ///
        /// ```
        /// gort_runtime::sync::owned::Cond::new().notify_all();
        /// ```
        pub const fn new() -> Self {
            Cond { waiters: WaitList::new() }
        }
    }

    /// Unlocks, waits to be notified, and locks again. It counts as waiting from before it unlocks, so that no
    /// notification is lost.
    ///
    /// # Cancel safety
    /// Dropped while it waits, it leaves the lock unlocked; a notification meant for it goes to another.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use gort_runtime::{sync::owned::{Cond, Mutex}, task};
    /// task::test(async {
    ///     let shared = Arc::new((Mutex::new(0), Cond::new()));
    ///     let guard = shared.0.lock_async().await;
    ///     let other = shared.clone();
    ///     task::go(async move {
    ///         *other.0.lock_async().await = 5;
    ///         other.1.notify_one();
    ///     });
    ///     assert_eq!(*shared.1.wait(guard).await, 5);
    /// });
    /// ```
    pub async fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        let mutex: &'a Mutex<T> = guard.mutex;
        let mut listener = pin!(Listener::new(&self.waiters, Wait::CondWait));
        self.waiters.listen(listener.as_mut());
        drop(guard);
        listener.notified().await;
        mutex.lock_async().await
    }

    /// Waits as long as `condition` holds; it is asked under the lock.
    ///
    /// # Cancel safety
    /// As [`wait`](Self::wait).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use gort_runtime::{sync::owned::{Cond, Mutex}, task};
    /// task::test(async {
    ///     let shared = Arc::new((Mutex::new(0), Cond::new()));
    ///     let guard = shared.0.lock_async().await;
    ///     let other = shared.clone();
    ///     task::go(async move {
    ///         *other.0.lock_async().await = 5;
    ///         other.1.notify_one();
    ///     });
    ///     let guard = shared.1.wait_while(guard, |n| *n == 0).await;
    ///     assert_eq!(*guard, 5);
    /// });
    /// ```
    pub async fn wait_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> MutexGuard<'a, T> {
        while condition(&mut guard) {
            guard = self.wait(guard).await;
        }
        guard
    }

    /// Wakes one waiter: Go's `Signal`.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use gort_runtime::{sync::owned::{Cond, Mutex}, task};
    /// task::test(async {
    ///     let shared = Arc::new((Mutex::new(0), Cond::new()));
    ///     let guard = shared.0.lock_async().await;
    ///     let other = shared.clone();
    ///     task::go(async move {
    ///         *other.0.lock_async().await = 5;
    ///         other.1.notify_one();
    ///     });
    ///     let guard = shared.1.wait_while(guard, |n| *n == 0).await;
    ///     assert_eq!(*guard, 5);
    /// });
    /// ```
    pub fn notify_one(&self) {
        self.waiters.notify_one();
    }

    /// Wakes all waiters: Go's `Broadcast`.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use gort_runtime::{sync::owned::{Cond, Mutex}, task};
    /// task::test(async {
    ///     let shared = Arc::new((Mutex::new(0), Cond::new()));
    ///     let guard = shared.0.lock_async().await;
    ///     let other = shared.clone();
    ///     task::go(async move {
    ///         *other.0.lock_async().await = 5;
    ///         other.1.notify_all();
    ///     });
    ///     let guard = shared.1.wait_while(guard, |n| *n == 0).await;
    ///     assert_eq!(*guard, 5);
    /// });
    /// ```
    pub fn notify_all(&self) {
        self.waiters.notify_all();
    }
}
