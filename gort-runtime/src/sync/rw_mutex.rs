//! `sync.RWMutex`: readers wait behind a waiting writer.

use super::mutex::{Locker, LockerPtr};
use super::wait_list::WaitList;
use super::{InPlace, fatal, in_place};
use crate::shim;
use crate::task::{Wait, block_on};
use crate::value::{BoxFuture, Ptr};

/// Go's `sync.RWMutex`.
pub struct RwMutex {
    state: shim::Lock<State>,
    waiters: WaitList,
}

#[derive(Default)]
struct State {
    readers: usize,
    writer: bool,
    waiting_writers: usize,
}

impl Default for RwMutex {
    fn default() -> Self {
        RwMutex {
            state: shim::Lock::new(State::default()),
            waiters: WaitList::new(),
        }
    }
}

in_place!(RwMutex, "sync.RWMutex", dyn Locker);

impl InPlace for RwMutex {}

impl RwMutex {
    /// Locks for writing if nobody has it.
    pub fn try_lock(&self) -> bool {
        let mut state = self.state.lock();
        let free = !state.writer && state.readers == 0;
        state.writer |= free;
        free
    }

    /// Locks for reading if no writer has it or waits for it.
    pub fn try_rlock(&self) -> bool {
        let mut state = self.state.lock();
        let free = !state.writer && state.waiting_writers == 0;
        state.readers += usize::from(free);
        free
    }

    /// Locks for writing.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has not locked.
    pub async fn lock(&self) {
        /// A writer that waits; readers that come later wait behind it.
        struct Waiting<'a>(&'a RwMutex);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.state.lock().waiting_writers -= 1;
                self.0.waiters.notify_all();
            }
        }
        if self.try_lock() {
            return;
        }
        self.state.lock().waiting_writers += 1;
        let _waiting = Waiting(self);
        self.waiters.until(Wait::RwMutexLock, || self.try_lock()).await;
    }

    /// Locks for reading.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has not locked.
    pub async fn rlock(&self) {
        self.waiters.until(Wait::RwMutexRLock, || self.try_rlock()).await;
    }

    /// Locks for writing from code that cannot suspend.
    pub fn lock_sync(&self) {
        if !self.try_lock() {
            block_on(self.lock());
        }
    }

    /// Locks for reading from code that cannot suspend.
    pub fn rlock_sync(&self) {
        if !self.try_rlock() {
            block_on(self.rlock());
        }
    }

    /// Ends writing. If nobody writes, this ends the process, as in Go.
    pub fn unlock(&self) {
        if !std::mem::replace(&mut self.state.lock().writer, false) {
            fatal("sync: Unlock of unlocked RWMutex");
        }
        self.waiters.notify_all();
    }

    /// Ends reading. If nobody reads, this ends the process, as in Go.
    pub fn runlock(&self) {
        let mut state = self.state.lock();
        match state.readers.checked_sub(1) {
            Some(readers) => state.readers = readers,
            None => fatal("sync: RUnlock of unlocked RWMutex"),
        }
        let last = state.readers == 0;
        drop(state);
        if last {
            self.waiters.notify_all();
        }
    }
}

impl LockerPtr for RwMutex {
    fn lock(this: &Ptr<Self>) -> BoxFuture<'_> {
        Box::pin(RwMutex::lock(this))
    }
    fn unlock(this: &Ptr<Self>) {
        RwMutex::unlock(this);
    }
}
