//! `sync.RWMutex`: readers that come while a writer waits, wait behind it.
//!
//! - In: goroutines that lock for reading or writing, in suspending code or not.
//! - Out: [`RwMutex`].
//! - Invariants: the lock is handed over: a writer that leaves lets in all readers that wait, or else the first writer;
//!   the last reader that leaves lets in the first writer. So neither starves. The bits that say who waits agree with the
//!   queues, and change under the queues' lock.
#![allow(unsafe_code)]

use std::pin::pin;
use std::task::Waker;

use super::mutex::{Locker, LockerPtr, spin_until, try_often};
use super::wait_list::{End, Host, Turn, leave, notify_first};
use super::{InPlace, fatal, in_place};
use crate::chan::node::{Queue, Stage};
use crate::shim::atomic::{AtomicU64, Ordering};
use crate::shim::{Guard, Lock};
use crate::task::{Wait, block_on};
use crate::value::{BoxFuture, Ptr};

/// Go's `sync.RWMutex`.
pub struct RwMutex {
    /// The number of readers, and the bits below.
    state: AtomicU64,
    queues: Lock<Queues>,
}

pub(crate) struct Queues {
    readers: Queue<()>,
    writers: Queue<()>,
}

/// A writer has the lock.
const WRITER: u64 = 1 << 32;
/// Writers wait.
const WRITERS_WAIT: u64 = 1 << 33;
/// Readers wait.
const READERS_WAIT: u64 = 1 << 34;
/// The bits that hold the number of readers.
const READERS: u64 = WRITER - 1;

impl Default for RwMutex {
    fn default() -> Self {
        Self::new()
    }
}

in_place!(RwMutex, "sync.RWMutex", dyn Locker);

impl InPlace for RwMutex {}

fn wake_all(wakers: Vec<Waker>) {
    wakers.into_iter().for_each(Waker::wake);
}

impl RwMutex {
    /// An unlocked lock.
    pub const fn new() -> Self {
        RwMutex {
            state: AtomicU64::new(0),
            queues: Lock::new(Queues {
                readers: Queue::new(),
                writers: Queue::new(),
            }),
        }
    }

    /// Locks for writing if nobody has it.
    #[inline]
    pub fn try_lock(&self) -> bool {
        self.state
            .compare_exchange(0, WRITER, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    /// Locks for reading if no writer has it or waits for it.
    #[inline]
    pub fn try_rlock(&self) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        while state & (WRITER | WRITERS_WAIT) == 0 {
            let more = self
                .state
                .compare_exchange_weak(state, state + 1, Ordering::Acquire, Ordering::Relaxed);
            match more {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }

    /// Locks for writing.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has not locked.
    #[inline]
    pub async fn lock(&self) {
        if !self.try_lock() {
            self.wait_to_write().await;
        }
    }

    #[cold]
    async fn wait_to_write(&self) {
        if spin_until(|| self.state.load(Ordering::Relaxed) == 0) && self.try_lock() {
            return;
        }
        let mut turn = pin!(Turn::new(self, Wait::RwMutexLock));
        let queued = turn.as_mut().enqueue(|queues| {
            let before = self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, |state| {
                Some(if state == 0 { WRITER } else { state | WRITERS_WAIT })
            });
            (before != Ok(0)).then_some((&mut queues.writers, End::Back))
        });
        if queued {
            turn.notified().await;
        }
    }

    /// Locks for reading.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has not locked.
    #[inline]
    pub async fn rlock(&self) {
        if !self.try_rlock() {
            self.wait_to_read().await;
        }
    }

    #[cold]
    async fn wait_to_read(&self) {
        let blocked = WRITER | WRITERS_WAIT;
        if spin_until(|| self.state.load(Ordering::Relaxed) & blocked == 0) && self.try_rlock() {
            return;
        }
        let mut turn = pin!(Turn::new(self, Wait::RwMutexRLock));
        let queued = turn.as_mut().enqueue(|queues| {
            let before = self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, |state| {
                Some(if state & blocked == 0 {
                    state + 1
                } else {
                    state | READERS_WAIT
                })
            });
            let waits = before.is_ok_and(|state| state & blocked != 0);
            waits.then_some((&mut queues.readers, End::Back))
        });
        if queued {
            turn.notified().await;
        }
    }

    /// Locks for writing from code that cannot suspend.
    #[inline]
    pub fn lock_sync(&self) {
        if !self.try_lock() && !try_often(|| self.try_lock()) {
            block_on(self.wait_to_write());
        }
    }

    /// Locks for reading from code that cannot suspend.
    #[inline]
    pub fn rlock_sync(&self) {
        if !self.try_rlock() && !try_often(|| self.try_rlock()) {
            block_on(self.wait_to_read());
        }
    }

    /// Ends writing. If nobody writes, this ends the process, as in Go.
    #[inline]
    pub fn unlock(&self) {
        if self
            .state
            .compare_exchange(WRITER, 0, Ordering::Release, Ordering::Relaxed)
            .is_err()
        {
            self.unlock_slow();
        }
    }

    #[cold]
    fn unlock_slow(&self) {
        if self.state.load(Ordering::Relaxed) & WRITER == 0 {
            fatal("sync: Unlock of unlocked RWMutex");
        }
        let mut queues = self.queues.lock();
        let mut wakers = Vec::new();
        let readers = readers_in(&mut queues, &mut wakers);
        let mut writer = 0;
        if readers == 0
            // SAFETY: the queues are locked.
            && let Some(wake) = unsafe { notify_first(&mut queues.writers, Some(()), Stage::Done) }
        {
            writer = WRITER;
            wakers.extend(wake);
        }
        let waiting = if queues.writers.is_empty() { 0 } else { WRITERS_WAIT };
        // Nobody else changes the state: who comes now needs the queues' lock.
        self.state.store(readers | writer | waiting, Ordering::Release);
        drop(queues);
        wake_all(wakers);
    }

    /// Ends reading. If nobody reads, this ends the process, as in Go.
    #[inline]
    pub fn runlock(&self) {
        let before = self.state.fetch_sub(1, Ordering::Release);
        if before & READERS == 0 {
            fatal("sync: RUnlock of unlocked RWMutex");
        }
        if before & READERS == 1 && before & WRITERS_WAIT != 0 {
            self.let_writer_in();
        }
    }

    /// The last of those that waited for something has gone away; readers that only waited behind a writer go on.
    fn no_more_wait(&self, bit: u64, mut queues: Guard<'_, Queues>) {
        let state = self.state.fetch_and(!bit, Ordering::AcqRel) & !bit;
        let mut wakers = Vec::new();
        if state & (WRITER | WRITERS_WAIT) == 0 && state & READERS_WAIT != 0 {
            let readers = readers_in(&mut queues, &mut wakers);
            let _ = self.state.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |state| {
                Some((state + readers) & !READERS_WAIT)
            });
        }
        drop(queues);
        wake_all(wakers);
    }

    /// Hands a lock that nobody has any more to the first writer.
    #[cold]
    fn let_writer_in(&self) {
        let mut queues = self.queues.lock();
        let state = self.state.load(Ordering::Acquire);
        if state & (WRITER | READERS) != 0 || state & WRITERS_WAIT == 0 {
            // The writer has gone away, and others got in.
            return;
        }
        // SAFETY: the queues are locked.
        let wake = unsafe { notify_first(&mut queues.writers, Some(()), Stage::Done) };
        let more = if queues.writers.is_empty() { 0 } else { WRITERS_WAIT };
        // Nobody else changes the state: readers and writers find a bit set, and need the queues' lock.
        self.state
            .store(WRITER | more | (state & READERS_WAIT), Ordering::Release);
        drop(queues);
        if let Some(waker) = wake.flatten() {
            waker.wake();
        }
    }
}

/// Lets in all readers that wait, and gives their number.
fn readers_in(queues: &mut Queues, wakers: &mut Vec<Waker>) -> u64 {
    let mut readers = 0;
    // SAFETY: who has the queues has locked them.
    while let Some(wake) = unsafe { notify_first(&mut queues.readers, Some(()), Stage::Done) } {
        readers += 1;
        wakers.extend(wake);
    }
    readers
}

// SAFETY: `abandon` calls `leave`, for the queue where the node is.
unsafe impl Host for RwMutex {
    type Queues = Queues;

    fn queues(&self) -> &Lock<Queues> {
        &self.queues
    }

    fn abandon(&self, turn: &Turn<'_, Self>) {
        let mut queues = self.queues.lock();
        let writes = turn.wait() == Wait::RwMutexLock;
        let queue = if writes {
            &mut queues.writers
        } else {
            &mut queues.readers
        };
        // SAFETY: the owner calls this, under the lock.
        if unsafe { leave(queue, turn.node()) } {
            if queue.is_empty() {
                let bit = if writes { WRITERS_WAIT } else { READERS_WAIT };
                self.no_more_wait(bit, queues);
            }
            return;
        }
        drop(queues);
        turn.node().reset();
        // It was handed over.
        if writes {
            self.unlock();
        } else {
            self.runlock();
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
