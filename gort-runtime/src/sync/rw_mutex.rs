//! `sync.RWMutex`: readers that come while a writer waits for readers, wait behind it.
//!
//! - In: goroutines that lock for reading or writing, in suspending code or not.
//! - Out: [`RwMutex`].
//! - Invariants: as for [`Mutex`](super::Mutex), who comes while it is free gets it, and a waiter that has lost so for a
//!   millisecond makes it starving: then a writer that leaves hands it to all readers that wait, or else to the first
//!   writer, and the last reader to the first writer. (Handing it over always would have everybody wait for whoever was
//!   handed it and has yet to run.) The bits that say who waits agree with the queues, and change under the queues' lock.
#![allow(unsafe_code)]

use std::pin::pin;
use std::task::Waker;
use std::time::Instant;

#[cfg(feature = "value")]
use super::mutex::{Locker, LockerPtr};
use super::mutex::{spin_until, starves, try_often};
use super::wait_list::{End, Host, Turn, leave, notify_first};
use super::{InPlace, fatal, in_place};
use crate::chan::node::{Queue, Stage};
use crate::shim::atomic::{AtomicU32, AtomicU64, Ordering};
use crate::shim::{Lock, block_on, const_unless_modelled};
use crate::task::{Wait, make_way};
#[cfg(feature = "value")]
use crate::value::Ptr;

/// Go's `sync.RWMutex`.
///
/// ```
/// use gort_runtime::{sync::RwMutex, task};
/// task::test(async {
///     let lock = RwMutex::new();
///     lock.rlock().await;
///     assert!(lock.try_rlock() && !lock.try_lock());
///     lock.runlock();
///     lock.runlock();
///     lock.lock().await;
///     assert!(!lock.try_rlock());
///     lock.unlock();
/// });
/// ```
pub struct RwMutex {
    /// The number of readers, the bits below, and the number of writers that wait.
    state: AtomicU64,
    /// How often it was held for writing; changed by who holds it so.
    passes: AtomicU32,
    queues: Lock<Queues>,
}

pub(crate) struct Queues {
    readers: Queue<()>,
    writers: Queue<()>,
}

/// The bits that hold the number of readers.
const READERS: u64 = WRITER - 1;
/// A writer has the lock.
const WRITER: u64 = 1 << 32;
/// Somebody is in a queue.
const QUEUED: u64 = 1 << 33;
/// Somebody was woken and has not tried yet: nobody else need be woken.
const WOKEN: u64 = 1 << 34;
/// The lock is handed over, and nobody else may take it.
const STARVING: u64 = 1 << 35;
/// One writer that waits, queued or woken.
const WAITING_WRITER: u64 = 1 << 40;

/// Nanoseconds for one writer, with the readers between two, when the goroutines of two processors are in each other's way.
const HOT: u64 = 80;

/// Who asks for the lock.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Read,
    Write,
}

impl Side {
    /// Whether the lock may be taken in a state.
    #[inline]
    fn may_take(self, state: u64) -> bool {
        match self {
            // Behind a writer that waits for readers, and not behind one that only has yet to run.
            Side::Read => state & (WRITER | STARVING) == 0 && (state < WAITING_WRITER || state & READERS == 0),
            Side::Write => state & (WRITER | STARVING | READERS) == 0,
        }
    }

    /// What taking the lock adds to the state.
    #[inline]
    fn taken(self) -> u64 {
        match self {
            Side::Read => 1,
            Side::Write => WRITER,
        }
    }
}

impl Default for RwMutex {
    fn default() -> Self {
        Self::new()
    }
}

in_place!(RwMutex, "sync.RWMutex", dyn Locker);

impl InPlace for RwMutex {}

impl RwMutex {
    const_unless_modelled! {
        /// An unlocked lock.
        ///
        /// ```
        /// static LOCK: gort_runtime::sync::RwMutex = gort_runtime::sync::RwMutex::new();
        /// assert!(LOCK.try_rlock());
        /// ```
        pub const fn new() -> Self {
            RwMutex {
                state: AtomicU64::new(0),
                passes: AtomicU32::new(0),
                queues: Lock::new(Queues {
                    readers: Queue::new(),
                    writers: Queue::new(),
                }),
            }
        }
    }

    /// Takes the lock if it may be taken, and with that something out of the state.
    #[inline]
    fn take(&self, side: Side, out: impl Fn(u64) -> u64) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        while side.may_take(state) {
            let new = out(state) + side.taken();
            match self
                .state
                .compare_exchange_weak(state, new, Ordering::Acquire, Ordering::Relaxed)
            {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }

    /// Locks for writing if nobody has it.
    ///
    /// ```
    /// let lock = gort_runtime::sync::RwMutex::new();
    /// assert!(lock.try_lock() && !lock.try_lock());
    /// ```
    #[inline]
    pub fn try_lock(&self) -> bool {
        self.take(Side::Write, |state| state)
    }

    /// Locks for reading if no writer has it or waits for readers.
    ///
    /// ```
    /// let lock = gort_runtime::sync::RwMutex::new();
    /// assert!(lock.try_rlock() && lock.try_rlock());
    /// ```
    #[inline]
    pub fn try_rlock(&self) -> bool {
        self.take(Side::Read, |state| state)
    }

    /// Locks for writing.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has not locked.
    ///
    /// ```
    /// use gort_runtime::{sync::RwMutex, task};
    /// task::test(async {
    ///     let lock = RwMutex::new();
    ///     lock.lock().await;
    ///     lock.unlock();
    /// });
    /// ```
    #[inline]
    pub async fn lock(&self) {
        if !self.lock_quickly() {
            self.wait(Side::Write).await;
        }
    }

    /// Locks for writing if nobody has it, or if so by trying as usual. Most often nobody has it, and to find that out by the
    /// attempt is one access less.
    #[inline]
    fn lock_quickly(&self) -> bool {
        let quickly = self
            .state
            .compare_exchange(0, WRITER, Ordering::Acquire, Ordering::Relaxed);
        quickly.is_ok() || self.try_lock()
    }

    /// Locks for reading if that may be: by one addition, as in Go, where a compare-and-swap would fail whenever another
    /// reader comes or goes. If it may not be, the reader leaves again like any other, and those who took it for one are
    /// woken by that.
    #[inline]
    fn rlock_quickly(&self) -> bool {
        let before = self.state.fetch_add(1, Ordering::Acquire);
        let may = Side::Read.may_take(before);
        if !may {
            self.leave_reading();
        }
        may
    }

    /// Locks for reading.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has not locked.
    ///
    /// ```
    /// use gort_runtime::{sync::RwMutex, task};
    /// task::test(async {
    ///     let lock = RwMutex::new();
    ///     lock.rlock().await;
    ///     lock.runlock();
    /// });
    /// ```
    #[inline]
    pub async fn rlock(&self) {
        if !self.rlock_quickly() {
            self.wait(Side::Read).await;
        }
    }

    #[cold]
    async fn wait(&self, side: Side) {
        let wait = match side {
            Side::Read => Wait::RwMutexRLock,
            Side::Write => Wait::RwMutexLock,
        };
        make_way(
            std::ptr::from_ref(self).addr(),
            self.passes.load(Ordering::Relaxed),
            HOT,
        )
        .await;
        let mut since = None;
        // What of the state is this waiter's: that it was woken, and its place among the writers that wait.
        let (mut woken, mut counted) = (0, 0);
        let mut turn = pin!(Turn::new(self, wait));
        loop {
            let mine = move |state: u64| (state & !woken) - counted;
            if spin_until(|| side.may_take(self.state.load(Ordering::Relaxed))) && self.take(side, mine) {
                return;
            }
            let start = *since.get_or_insert_with(Instant::now);
            let starving = if woken != 0 && starves(start) { STARVING } else { 0 };
            let place = if side == Side::Write { WAITING_WRITER } else { 0 };
            let queued = turn.as_mut().enqueue(|queues| {
                let before = self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, |state| {
                    Some(if side.may_take(state) {
                        mine(state) + side.taken()
                    } else if state & (WRITER | READERS) == 0 {
                        (mine(state) + place) | QUEUED
                    } else {
                        (mine(state) + place) | QUEUED | starving
                    })
                });
                if before.is_ok_and(|state| side.may_take(state)) {
                    return None;
                }
                let end = if woken == 0 { End::Back } else { End::Front };
                Some((queues.of(side), end))
            });
            if !queued {
                return;
            }
            if turn.as_mut().notified().await.is_some() {
                // Handed over, locked.
                return self.calm(start);
            }
            (woken, counted) = (WOKEN, place);
        }
    }

    /// Ends the starving when a waiter has not waited long.
    fn calm(&self, start: Instant) {
        if !starves(start) {
            self.state.fetch_and(!STARVING, Ordering::Relaxed);
        }
    }

    /// Locks for writing from code that cannot suspend.
    ///
    /// ```
    /// let lock = gort_runtime::sync::RwMutex::new();
    /// lock.lock_sync();
    /// lock.unlock();
    /// ```
    #[inline]
    pub fn lock_sync(&self) {
        if !self.lock_quickly() && !try_often(|| self.try_lock()) {
            block_on(self.wait(Side::Write));
        }
    }

    /// Locks for reading from code that cannot suspend.
    ///
    /// ```
    /// let lock = gort_runtime::sync::RwMutex::new();
    /// lock.rlock_sync();
    /// lock.runlock();
    /// ```
    #[inline]
    pub fn rlock_sync(&self) {
        if !self.rlock_quickly() && !try_often(|| self.try_rlock()) {
            block_on(self.wait(Side::Read));
        }
    }

    /// Ends writing. If nobody writes, this ends the process, as in Go.
    ///
    /// ```
    /// let lock = gort_runtime::sync::RwMutex::new();
    /// assert!(lock.try_lock());
    /// lock.unlock();
    /// assert!(lock.try_lock());
    /// ```
    #[inline]
    pub fn unlock(&self) {
        self.passes
            .store(self.passes.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        // One instruction, where taking the bit out and asking for the state before would be a loop.
        let before = self.state.fetch_sub(WRITER, Ordering::Release);
        if before & WRITER == 0 {
            fatal("sync: Unlock of unlocked RWMutex");
        }
        if before & (QUEUED | WOKEN) == QUEUED {
            self.wake_next(Side::Write);
        }
    }

    /// Ends reading. If nobody reads, this ends the process, as in Go.
    ///
    /// ```
    /// let lock = gort_runtime::sync::RwMutex::new();
    /// assert!(lock.try_rlock());
    /// lock.runlock();
    /// assert!(lock.try_lock());
    /// ```
    #[inline]
    pub fn runlock(&self) {
        if self.leave_reading() & READERS == 0 {
            fatal("sync: RUnlock of unlocked RWMutex");
        }
    }

    /// One reader less; the state before.
    #[inline]
    fn leave_reading(&self) -> u64 {
        let before = self.state.fetch_sub(1, Ordering::Release);
        if before & READERS == 1 && before & (QUEUED | WOKEN) == QUEUED {
            self.wake_next(Side::Read);
        }
        before
    }

    /// After somebody has left: wakes those whose turn it is, or hands the lock over, unless somebody else has it and will
    /// do so.
    #[cold]
    fn wake_next(&self, left: Side) {
        let mut queues = self.queues.lock();
        let state = self.state.load(Ordering::Acquire);
        if state & (WRITER | READERS | WOKEN) != 0 || queues.is_empty() {
            return;
        }
        let readers = match left {
            Side::Write => !queues.readers.is_empty(),
            Side::Read => queues.writers.is_empty(),
        };
        // While it is starving and free, nobody changes the state without the queues' lock.
        let handed = (state & STARVING != 0).then_some(());
        let (taken, last) = match (readers, handed) {
            (true, None) => (WOKEN, queues.writers.is_empty()),
            (true, Some(())) => (queues.readers.count(), queues.writers.is_empty()),
            (false, None) => (WOKEN, queues.readers.is_empty() && queues.writers.count() == 1),
            (false, Some(())) => (
                WRITER.wrapping_sub(WAITING_WRITER),
                queues.readers.is_empty() && queues.writers.count() == 1,
            ),
        };
        // Before they are notified: they may leave again before this goes on.
        let out = if last { QUEUED | STARVING } else { 0 };
        let _ = self.state.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |state| {
            Some((state & !out).wrapping_add(taken))
        });
        let mut wakers = Vec::new();
        if readers {
            queues.notify_readers(handed, &mut wakers);
        } else {
            // SAFETY: the queues are locked.
            wakers.extend(unsafe { notify_first(&mut queues.writers, handed, Stage::Done) }.flatten());
        }
        drop(queues);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Queues {
    fn of(&mut self, side: Side) -> &mut Queue<()> {
        match side {
            Side::Read => &mut self.readers,
            Side::Write => &mut self.writers,
        }
    }

    fn is_empty(&self) -> bool {
        self.readers.is_empty() && self.writers.is_empty()
    }

    /// Notifies all readers.
    fn notify_readers(&mut self, handed: Option<()>, wakers: &mut Vec<Waker>) {
        // SAFETY: who has the queues has locked them.
        while let Some(wake) = unsafe { notify_first(&mut self.readers, handed, Stage::Done) } {
            wakers.extend(wake);
        }
    }
}

// SAFETY: `abandon` calls `leave`, for the queue where the node is.
unsafe impl Host for RwMutex {
    type Queues = Queues;

    fn queues(&self) -> &Lock<Queues> {
        &self.queues
    }

    fn abandon(&self, turn: &Turn<'_, Self>) {
        let (side, place) = match turn.wait() {
            Wait::RwMutexLock => (Side::Write, WAITING_WRITER),
            _ => (Side::Read, 0),
        };
        let mut queues = self.queues.lock();
        // SAFETY: the owner calls this, under the lock.
        let queued = unsafe { leave(queues.of(side), turn.node()) };
        turn.node().reset();
        // SAFETY: the node is not queued any more.
        if !queued && unsafe { turn.node().value() }.take().is_some() {
            drop(queues);
            return match side {
                Side::Write => self.unlock(),
                Side::Read => self.runlock(),
            };
        }
        let woken = if queued { 0 } else { WOKEN };
        // The readers that waited behind this one try again.
        let alone = side == Side::Write && self.state.load(Ordering::Relaxed) < 2 * WAITING_WRITER;
        let last = queues.writers.is_empty() && (alone || queues.readers.is_empty());
        let out = woken | if last { QUEUED | STARVING } else { 0 };
        let before = self.state.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |state| {
            Some((state & !out) - place)
        });
        let mut wakers = Vec::new();
        if alone {
            queues.notify_readers(None, &mut wakers);
        }
        drop(queues);
        wakers.into_iter().for_each(Waker::wake);
        if !queued && before.is_ok_and(|state| state & (WRITER | READERS) == 0) {
            self.wake_next(Side::Read);
        }
    }
}

#[cfg(feature = "value")]
impl LockerPtr for RwMutex {
    fn lock(this: &Ptr<Self>) {
        RwMutex::lock_sync(this);
    }
    fn unlock(this: &Ptr<Self>) {
        RwMutex::unlock(this);
    }
}

/// What `RLocker` gives: locks for reading, as a [`Locker`].
///
/// ```
/// use gort_runtime::{prelude::*, sync::{Locker, ReadLocker, RwMutex}};
/// let locker: Iface<dyn Locker> = Ptr::new(RwMutex::zero()).rlocker();
/// assert!(locker.to_any().downcast::<ReadLocker>().is_some());
/// ```
#[cfg(feature = "value")]
#[derive(Clone, PartialEq, crate::Value)]
#[go(name = "*sync.rlocker", value(dyn Locker))]
pub struct ReadLocker(pub(super) Ptr<RwMutex>);

#[cfg(feature = "value")]
impl Locker for ReadLocker {
    fn lock(&self) {
        self.0.rlock_sync();
    }
    fn unlock(&self) {
        self.0.runlock();
    }
}

#[cfg(feature = "value")]
impl Ptr<RwMutex> {
    /// `rw.RLocker()`: a [`Locker`] that locks for reading.
    ///
    /// ```
    /// use gort_runtime::{prelude::*, sync::{Locker, RwMutex}};
    /// task::test(async {
    ///     let rw = Ptr::new(RwMutex::zero());
    ///     let reads = rw.rlocker();
    ///     reads.lock();
    ///     assert!(rw.try_rlock() && !rw.try_lock());
    /// });
    /// ```
    pub fn rlocker(&self) -> crate::value::Iface<dyn Locker> {
        let locker = ReadLocker(self.clone());
        crate::iface!(locker => dyn Locker)
    }
}
