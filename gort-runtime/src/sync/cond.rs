//! `sync.Cond`.

use std::pin::pin;

use super::mutex::{Locker, Mutex};
use super::rw_mutex::{ReadLocker, RwMutex};
use super::wait_list::{Listener, WaitList};
use super::{InPlace, in_place};
use crate::task::Wait;
use crate::value::{Cell, Iface, Ptr};

/// Go's `sync.Cond`.
///
/// ```
/// use gort_runtime::{prelude::*, sync::{self, Cond, Locker}};
/// task::test(async {
///     let mutex = Ptr::new(sync::Mutex::zero());
///     let cond = Cond::new(iface!(mutex.clone() => dyn Locker));
///     let notifies = cond.clone();
///     sync::Mutex::lock(&mutex).await;
///     task::go(async move {
///         notifies.l.get().lock();
///         notifies.broadcast();
///         notifies.l.get().unlock();
///     });
///     cond.wait().await;
///     mutex.unlock();
/// });
/// ```
pub struct Cond {
    /// The lock that is held while the condition is looked at or changed.
    pub l: Cell<Iface<dyn Locker>>,
    waiters: WaitList,
}

impl Default for Cond {
    fn default() -> Self {
        Cond {
            l: Cell::new(Iface::nil()),
            waiters: WaitList::new(),
        }
    }
}

in_place!(Cond, "sync.Cond");

impl InPlace for Cond {
    fn duplicate(&self) -> Self {
        Cond {
            l: self.l.clone(),
            waiters: WaitList::new(),
        }
    }
    fn overwrite(&self, from: &Self) {
        self.l.set(from.l.get());
    }
}

/// `sync.NewCond`.
///
/// ```
/// use gort_runtime::{prelude::*, sync::{self, Locker}};
/// task::test(async {
///     let mutex = Ptr::new(sync::Mutex::zero());
///     let cond = sync::new_cond(iface!(mutex.clone() => dyn Locker));
///     let notifies = cond.clone();
///     sync::Mutex::lock(&mutex).await;
///     task::go(async move {
///         notifies.l.get().lock();
///         notifies.signal();
///         notifies.l.get().unlock();
///     });
///     cond.wait().await;
///     mutex.unlock();
/// });
/// ```
pub fn new_cond(l: Iface<dyn Locker>) -> Ptr<Cond> {
    Cond::new(l)
}

/// Locks without blocking the thread, if it is a lock of ours.
async fn lock(l: &Iface<dyn Locker>) {
    let any = l.to_any();
    if let Some(mutex) = any.downcast::<Ptr<Mutex>>() {
        Mutex::lock(&mutex).await;
    } else if let Some(lock) = any.downcast::<Ptr<RwMutex>>() {
        RwMutex::lock(&lock).await;
    } else if let Some(lock) = any.downcast::<ReadLocker>() {
        lock.0.rlock().await;
    } else {
        l.lock();
    }
}

impl Cond {
    /// `sync.NewCond`.
    ///
    /// ```
    /// use gort_runtime::{prelude::*, sync::{self, Cond, Locker}};
    /// task::test(async {
    ///     let mutex = Ptr::new(sync::Mutex::zero());
    ///     let cond = Cond::new(iface!(mutex.clone() => dyn Locker));
    ///     let notifies = cond.clone();
    ///     sync::Mutex::lock(&mutex).await;
    ///     task::go(async move {
    ///         notifies.l.get().lock();
    ///         notifies.signal();
    ///         notifies.l.get().unlock();
    ///     });
    ///     cond.wait().await;
    ///     mutex.unlock();
    /// });
    /// ```
    #[allow(clippy::new_ret_no_self)]
    pub fn new(l: Iface<dyn Locker>) -> Ptr<Cond> {
        Ptr::from_cell(Cond {
            l: Cell::new(l),
            waiters: WaitList::new(),
        })
    }

    /// Unlocks, waits to be notified, and locks again.
    ///
    /// # Cancel safety
    /// Dropped while it waits, it leaves the lock unlocked.
    ///
    /// ```
    /// use gort_runtime::{prelude::*, sync::{self, Cond, Locker}};
    /// task::test(async {
    ///     let mutex = Ptr::new(sync::Mutex::zero());
    ///     let cond = Cond::new(iface!(mutex.clone() => dyn Locker));
    ///     let notifies = cond.clone();
    ///     sync::Mutex::lock(&mutex).await;
    ///     task::go(async move {
    ///         notifies.l.get().lock();
    ///         notifies.signal();
    ///         notifies.l.get().unlock();
    ///     });
    ///     cond.wait().await;
    ///     mutex.unlock();
    /// });
    /// ```
    pub async fn wait(&self) {
        let l = self.l.get();
        let mut listener = pin!(Listener::new(&self.waiters, Wait::CondWait));
        self.waiters.listen(listener.as_mut());
        l.unlock();
        listener.notified().await;
        lock(&l).await;
    }

    /// Wakes one waiter.
    ///
    /// ```
    /// gort_runtime::sync::Cond::default().signal();
    /// ```
    pub fn signal(&self) {
        self.waiters.notify_one();
    }

    /// Wakes all waiters.
    ///
    /// ```
    /// gort_runtime::sync::Cond::default().broadcast();
    /// ```
    pub fn broadcast(&self) {
        self.waiters.notify_all();
    }
}
