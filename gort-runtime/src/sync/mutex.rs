//! `sync.Mutex` and `sync.Locker`.
//!
//! - In: goroutines that lock, in suspending code or not.
//! - Out: [`Mutex`], [`Locker`].
//! - Invariants: as in Go, who comes while it is unlocked gets it, before those that were woken and have yet to run; one is
//!   woken at a time. A waiter that has lost so for a millisecond makes the mutex starving: then it is handed from
//!   goroutine to goroutine in the order of their coming. The number of waiters in `waiting` is that of the queue, and
//!   changes under the queue's lock.
//!
//! Locking is one atomic instruction and unlocking none, where Go has one each: who unlocks stores, and then looks whether
//! anybody waits; who waits says so, and then looks whether it is unlocked. One of them sees the other, as the
//! [fence](crate::shim::asymmetric) between is heavy for the first who waits; from then on the mutex is `WATCHED`, and who
//! unlocks it has an ordinary fence, until nobody has waited for long.
#![allow(unsafe_code)]

use std::pin::pin;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use super::wait_list::{End, Host, Turn, leave, notify_first};
use super::{InPlace, fatal, in_place};
use crate::chan::node::{Queue, Stage};
use crate::shim::atomic::{AtomicBool, AtomicU32, Ordering, fence};
use crate::shim::{Lock, asymmetric, block_on, const_unless_modelled};
use crate::task::{Wait, gomaxprocs, make_way};
#[cfg(feature = "value")]
use crate::value::Ptr;

#[cfg(feature = "value")]
crate::interface! {
    /// Go's `sync.Locker`.
    ///
    /// ```
    /// use gort_runtime::{prelude::*, sync::{self, Locker}};
    /// task::test(async {
    ///     let mutex = Ptr::new(sync::Mutex::zero());
    ///     let locker: Iface<dyn Locker> = iface!(mutex.clone() => dyn Locker);
    ///     locker.lock();
    ///     assert!(!mutex.try_lock());
    ///     locker.unlock();
    /// });
    /// ```
    pub trait Locker {
        /// Locks; it may block the thread, as what implements it need not know of suspending.
        ///
        /// ```
        /// use gort_runtime::{prelude::*, sync::{self, Locker}};
        /// task::test(async {
        ///     let locker: Iface<dyn Locker> = iface!(Ptr::new(sync::Mutex::zero()) => dyn Locker);
        ///     locker.lock();
        ///     locker.unlock();
        /// });
        /// ```
        fn lock(&self);
        /// Unlocks.
        ///
        /// ```
        /// use gort_runtime::{prelude::*, sync::{self, Locker}};
        /// task::test(async {
        ///     let locker: Iface<dyn Locker> = iface!(Ptr::new(sync::Mutex::zero()) => dyn Locker);
        ///     locker.lock();
        ///     locker.unlock();
        /// });
        /// ```
        fn unlock(&self);
    }
}

/// Go's `sync.Mutex`.
///
/// ```
/// use gort_runtime::{sync::{Mutex, TaskGroup}, task};
/// use std::sync::{Arc, atomic::{AtomicI64, Ordering::Relaxed}};
/// task::test(async {
///     let shared = Arc::new((Mutex::new(), AtomicI64::new(0)));
///     let group = TaskGroup::new();
///     for _ in 0..4 {
///         let shared = shared.clone();
///         group.spawn(async move {
///             shared.0.lock().await;
///             let seen = shared.1.load(Relaxed);
///             task::gosched().await;
///             shared.1.store(seen + 1, Relaxed);
///             shared.0.unlock();
///         });
///     }
///     group.wait().await;
///     assert_eq!(shared.1.load(Relaxed), 4);
/// });
/// ```
pub struct Mutex {
    /// Whether it is locked.
    locked: AtomicBool,
    /// The bits below, and the number of waiters.
    waiting: AtomicU32,
    /// How often it was held; changed by who holds it.
    passes: AtomicU32,
    waiters: Lock<Queue<()>>,
}

/// Nanoseconds for one holder when the goroutines of two processors are in each other's way.
const HOT: u64 = 50;

/// Who unlocks has a fence of its own. Never without it: a bit below, or a waiter.
const WATCHED: u32 = 1;
/// A waiter was woken and has not tried yet: no other need be woken.
const WOKEN: u32 = 2;
/// The mutex is handed to the first waiter, and nobody else may take it.
const STARVING: u32 = 4;
/// One waiter in the queue.
const WAITER: u32 = 8;

/// A mutex for which nobody waits when it was held this often is watched no longer: its next waiter's heavy fence is then
/// little beside the fences that so many are spared. In a model it is so at once.
const CALM: u32 = if cfg!(all(test, any(gort_loom, gort_shuttle))) {
    1
} else {
    4096
};

/// Whether a waiter that began to wait then has lost for so long that the lock is starving.
pub(super) fn starves(since: Instant) -> bool {
    const PATIENCE: Duration = Duration::from_millis(1);
    // A model knows no time: there whoever loses once is starving, so that handing over is looked at.
    cfg!(all(test, any(gort_loom, gort_shuttle))) || since.elapsed() > PATIENCE
}

impl Default for Mutex {
    fn default() -> Self {
        Self::new()
    }
}

in_place!(Mutex, "sync.Mutex", dyn Locker);

impl InPlace for Mutex {}

/// Gives the holder of a lock, which is running, some time to leave it: true if `free` became so.
pub(super) fn spin_until(free: impl Fn() -> bool) -> bool {
    const ROUNDS: usize = 4;
    const PAUSES: usize = 30;
    static WORTH_IT: LazyLock<bool> = LazyLock::new(|| gomaxprocs(0) > 1);
    // A model has enough ways to go without it.
    if cfg!(all(test, any(gort_loom, gort_shuttle))) || !*WORTH_IT {
        return free();
    }
    for _ in 0..ROUNDS {
        if free() {
            return true;
        }
        (0..PAUSES).for_each(|_| std::hint::spin_loop());
    }
    free()
}

/// Tries to lock from code that cannot suspend. What is locked so is not locked for long, and giving the worker away costs
/// more than trying again.
#[cold]
pub(super) fn try_often(attempt: impl Fn() -> bool) -> bool {
    if cfg!(all(test, any(gort_loom, gort_shuttle))) {
        return attempt();
    }
    (0..8).any(|_| spin_until(&attempt))
        // The holder's thread was interrupted: let it run.
        || (0..50).any(|_| {
            std::thread::yield_now();
            attempt()
        })
}

impl Mutex {
    const_unless_modelled! {
        /// An unlocked mutex.
        ///
        /// ```
        /// static MUTEX: gort_runtime::sync::Mutex = gort_runtime::sync::Mutex::new();
        /// assert!(MUTEX.try_lock());
        /// ```
        pub const fn new() -> Self {
            Mutex {
                locked: AtomicBool::new(false),
                waiting: AtomicU32::new(0),
                passes: AtomicU32::new(0),
                waiters: Lock::new(Queue::new()),
            }
        }
    }

    /// Locks if it is unlocked.
    ///
    /// ```
    /// let mutex = gort_runtime::sync::Mutex::new();
    /// assert!(mutex.try_lock() && !mutex.try_lock());
    /// ```
    #[inline]
    pub fn try_lock(&self) -> bool {
        self.locked
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    /// Locks.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has not locked, and the next waiter gets its turn.
    ///
    /// ```
    /// use gort_runtime::{sync::Mutex, task};
    /// task::test(async {
    ///     let mutex = Mutex::new();
    ///     mutex.lock().await;
    ///     mutex.unlock();
    /// });
    /// ```
    #[inline]
    pub async fn lock(&self) {
        if !self.try_lock() {
            self.wait().await;
        }
    }

    #[cold]
    async fn wait(&self) {
        make_way(
            std::ptr::from_ref(self).addr(),
            self.passes.load(Ordering::Relaxed),
            HOT,
        )
        .await;
        let mut since = None;
        // The mark that this waiter was woken, once it was.
        let mut woken = 0;
        let mut turn = pin!(Turn::new(self, Wait::MutexLock));
        loop {
            if spin_until(|| !self.locked.load(Ordering::Relaxed)) && self.try_lock() {
                if woken != 0 {
                    // It is locked: nobody asks whom to wake before this is said.
                    self.waiting.fetch_and(!WOKEN, Ordering::Relaxed);
                }
                return;
            }
            let start = *since.get_or_insert_with(Instant::now);
            let starves = woken != 0 && starves(start);
            let queued = turn.as_mut().enqueue(|queue| {
                if self.says_it_waits(woken) {
                    return None;
                }
                if starves {
                    self.waiting.fetch_or(STARVING, Ordering::Relaxed);
                }
                Some((queue, if woken == 0 { End::Back } else { End::Front }))
            });
            if !queued {
                return;
            }
            if turn.as_mut().notified().await.is_some() {
                // Handed over, locked.
                return self.calm(start);
            }
            woken = WOKEN;
        }
    }

    /// Counts a waiter, who holds the queue, and has the mutex watched; true if it was unlocked, and now is the waiter's.
    fn says_it_waits(&self, woken: u32) -> bool {
        let before = self
            .waiting
            .fetch_update(Ordering::SeqCst, Ordering::Relaxed, |waiting| {
                Some(((waiting & !woken) + WAITER) | WATCHED)
            });
        if before.is_ok_and(|waiting| waiting & WATCHED != 0) {
            fence(Ordering::SeqCst);
        } else {
            asymmetric::heavy();
        }
        let got_it = self.try_lock();
        if got_it {
            self.waiting.fetch_sub(WAITER, Ordering::Relaxed);
        }
        got_it
    }

    /// Ends the starving when a waiter has not waited long, or is the last.
    fn calm(&self, start: Instant) {
        let quick = !starves(start);
        let _ = self
            .waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |waiting| {
                (quick || waiting < WAITER).then_some(waiting & !STARVING)
            });
    }

    /// Locks from code that cannot suspend; blocks the thread if it has to wait.
    ///
    /// ```
    /// let mutex = gort_runtime::sync::Mutex::new();
    /// mutex.lock_sync();
    /// mutex.unlock();
    /// ```
    #[inline]
    pub fn lock_sync(&self) {
        if !self.try_lock() {
            self.wait_sync();
        }
    }

    #[cold]
    fn wait_sync(&self) {
        if !try_often(|| self.try_lock()) {
            block_on(self.wait());
        }
    }

    /// Unlocks. If it is not locked, this ends the process, as in Go.
    ///
    /// ```
    /// let mutex = gort_runtime::sync::Mutex::new();
    /// assert!(mutex.try_lock());
    /// mutex.unlock();
    /// assert!(mutex.try_lock());
    /// ```
    #[inline]
    pub fn unlock(&self) {
        if !self.locked.load(Ordering::Relaxed) {
            fatal("sync: unlock of unlocked mutex");
        }
        self.passes
            .store(self.passes.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        if self.waiting.load(Ordering::Relaxed) != 0 {
            return self.unlock_watched();
        }
        self.locked.store(false, Ordering::Release);
        asymmetric::light();
        if self.waiting.load(Ordering::Relaxed) != 0 {
            self.look_for_waiters();
        }
    }

    #[cold]
    fn unlock_watched(&self) {
        let waiting = self.waiting.load(Ordering::Relaxed);
        if waiting & STARVING != 0 && self.hand_over() {
            return;
        }
        if waiting == WATCHED && self.passes.load(Ordering::Relaxed).is_multiple_of(CALM) {
            let _ = self
                .waiting
                .compare_exchange(WATCHED, 0, Ordering::Relaxed, Ordering::Relaxed);
        }
        self.locked.store(false, Ordering::Release);
        self.look_for_waiters();
    }

    /// After it was unlocked: wakes a waiter, if one need be.
    #[cold]
    fn look_for_waiters(&self) {
        fence(Ordering::SeqCst);
        let waiting = self.waiting.load(Ordering::Relaxed);
        if waiting >= WAITER && waiting & WOKEN == 0 {
            self.wake_next();
        }
    }

    /// Hands the mutex, which stays locked, to the first waiter; false if nobody waits.
    fn hand_over(&self) -> bool {
        let mut queue = self.waiters.lock();
        // SAFETY: the queue is locked.
        let Some(wake) = (unsafe { notify_first(&mut queue, Some(()), Stage::Done) }) else {
            return false;
        };
        self.waiting.fetch_sub(WAITER, Ordering::Relaxed);
        drop(queue);
        if let Some(waker) = wake {
            waker.wake();
        }
        true
    }

    /// Wakes the first waiter, or hands the mutex over, unless somebody has locked it meanwhile and will do so.
    fn wake_next(&self) {
        let mut queue = self.waiters.lock();
        let waiting = self.waiting.load(Ordering::Relaxed);
        if waiting < WAITER || waiting & WOKEN != 0 || self.locked.load(Ordering::Relaxed) {
            return;
        }
        let starving = waiting & STARVING != 0;
        if starving && !self.try_lock() {
            return;
        }
        let woken = if starving { 0 } else { WOKEN };
        self.waiting.fetch_add(woken.wrapping_sub(WAITER), Ordering::Relaxed);
        // SAFETY: the queue is locked.
        let wake = unsafe { notify_first(&mut queue, starving.then_some(()), Stage::Done) };
        drop(queue);
        if let Some(waker) = wake.flatten() {
            waker.wake();
        }
    }
}

// SAFETY: `abandon` calls `leave`.
unsafe impl Host for Mutex {
    type Queues = Queue<()>;

    fn queues(&self) -> &Lock<Queue<()>> {
        &self.waiters
    }

    fn abandon(&self, turn: &Turn<'_, Self>) {
        let node = turn.node();
        let mut queue = self.waiters.lock();
        // SAFETY: the owner calls this, under the lock.
        if unsafe { leave(&mut queue, node) } {
            let last = |waiting: u32| Some((waiting - WAITER) & if waiting < 2 * WAITER { !STARVING } else { !0 });
            let _ = self.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, last);
            return;
        }
        drop(queue);
        node.reset();
        // SAFETY: the node is not queued any more.
        if unsafe { node.value() }.take().is_some() {
            self.calm(Instant::now());
            return self.unlock();
        }
        self.waiting.fetch_and(!WOKEN, Ordering::SeqCst);
        self.look_for_waiters();
    }
}

#[cfg(feature = "value")]
impl LockerPtr for Mutex {
    fn lock(this: &Ptr<Self>) {
        Mutex::lock_sync(this);
    }
    fn unlock(this: &Ptr<Self>) {
        Mutex::unlock(this);
    }
}
