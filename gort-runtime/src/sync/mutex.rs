//! `sync.Mutex` and `sync.Locker`.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use super::wait_list::WaitList;
use super::{InPlace, fatal, in_place};
use crate::interface;
use crate::task::{Wait, block_on};
use crate::value::{BoxFuture, Ptr};

interface! {
    /// Go's `sync.Locker`.
    pub trait Locker {
        /// Locks.
        fn lock(&self) -> BoxFuture<'_>;
        /// Unlocks.
        fn unlock(&self);
    }
}

/// Go's `sync.Mutex`.
pub struct Mutex {
    locked: AtomicBool,
    waiters: WaitList,
}

impl Default for Mutex {
    fn default() -> Self {
        Mutex {
            locked: AtomicBool::new(false),
            waiters: WaitList::new(),
        }
    }
}

in_place!(Mutex, "sync.Mutex", dyn Locker);

impl InPlace for Mutex {}

impl Mutex {
    /// An unlocked mutex.
    pub const fn new() -> Self {
        Mutex {
            locked: AtomicBool::new(false),
            waiters: WaitList::new(),
        }
    }

    /// Locks if it is unlocked.
    #[inline]
    pub fn try_lock(&self) -> bool {
        self.locked.compare_exchange(false, true, SeqCst, SeqCst).is_ok()
    }

    /// Locks.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has not locked, and the next waiter gets its turn.
    pub async fn lock(&self) {
        if !self.try_lock() {
            self.waiters.until(Wait::MutexLock, || self.try_lock()).await;
        }
    }

    /// Locks from code that cannot suspend; blocks the thread if it has to wait.
    pub fn lock_sync(&self) {
        for _ in 0..100 {
            if self.try_lock() {
                return;
            }
            std::hint::spin_loop();
        }
        block_on(self.lock());
    }

    /// Unlocks. If it is not locked, this ends the process, as in Go.
    #[inline]
    pub fn unlock(&self) {
        if !self.locked.swap(false, SeqCst) {
            fatal("sync: unlock of unlocked mutex");
        }
        self.waiters.notify_one();
    }
}

impl LockerPtr for Mutex {
    fn lock(this: &Ptr<Self>) -> BoxFuture<'_> {
        Box::pin(Mutex::lock(this))
    }
    fn unlock(this: &Ptr<Self>) {
        Mutex::unlock(this);
    }
}
