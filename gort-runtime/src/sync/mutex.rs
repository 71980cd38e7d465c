//! `sync.Mutex` and `sync.Locker`.
//!
//! - In: goroutines that lock, in suspending code or not.
//! - Out: [`Mutex`], [`Locker`].
//! - Invariants: as in Go, who comes while it is unlocked gets it, before those that were woken and have yet to run; one is
//!   woken at a time. A waiter that has lost so for a millisecond makes the mutex starving: then it is handed from
//!   goroutine to goroutine in the order of their coming. The number of waiters in the state is that of the queue, and
//!   changes under the queue's lock.
#![allow(unsafe_code)]

use std::pin::pin;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use super::wait_list::{End, Host, Turn, leave, notify_first};
use super::{InPlace, fatal, in_place};
use crate::chan::node::{Queue, Stage};
use crate::shim::atomic::{AtomicU32, Ordering};
use crate::shim::{Lock, block_on, const_unless_modelled};
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
    state: AtomicU32,
    /// How often it was held; changed by who holds it.
    passes: AtomicU32,
    waiters: Lock<Queue<()>>,
}

/// Nanoseconds for one holder when the goroutines of two processors are in each other's way.
const HOT: u64 = 50;

const LOCKED: u32 = 1;
/// A waiter was woken and has not tried yet: no other need be woken.
const WOKEN: u32 = 2;
/// The mutex is handed to the first waiter, and nobody else may take it.
const STARVING: u32 = 4;
/// One waiter in the queue.
const WAITER: u32 = 8;

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
                state: AtomicU32::new(0),
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
        self.state
            .compare_exchange(0, LOCKED, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
            || self.try_lock_with_waiters(0)
    }

    /// Locks if it is unlocked and not starving, whoever waits; takes `woken` out of the state with that.
    fn try_lock_with_waiters(&self, woken: u32) -> bool {
        self.state
            .fetch_update(Ordering::Acquire, Ordering::Relaxed, |state| {
                (state & (LOCKED | STARVING) == 0).then_some((state | LOCKED) & !woken)
            })
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
            let free = || self.state.load(Ordering::Relaxed) & (LOCKED | STARVING) == 0;
            if spin_until(free) && self.try_lock_with_waiters(woken) {
                return;
            }
            let start = *since.get_or_insert_with(Instant::now);
            let starving = if woken != 0 && starves(start) { STARVING } else { 0 };
            let queued = turn.as_mut().enqueue(|queue| {
                let before = self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, |state| {
                    Some(match state & (LOCKED | STARVING) {
                        0 => (state | LOCKED) & !woken,
                        _ => ((state + WAITER) & !woken) | (starving * (state & LOCKED)),
                    })
                });
                let waits = before.is_ok_and(|state| state & (LOCKED | STARVING) != 0);
                waits.then_some((queue, if woken == 0 { End::Back } else { End::Front }))
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

    /// Ends the starving when a waiter has not waited long, or is the last.
    fn calm(&self, start: Instant) {
        let quick = !starves(start);
        let _ = self.state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |state| {
            (quick || state < WAITER).then_some(state & !STARVING)
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
        self.passes
            .store(self.passes.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        let before = self.state.fetch_sub(LOCKED, Ordering::Release);
        if before != LOCKED {
            self.unlock_slow(before);
        }
    }

    #[cold]
    fn unlock_slow(&self, before: u32) {
        if before & LOCKED == 0 {
            fatal("sync: unlock of unlocked mutex");
        }
        if before >= WAITER && before & WOKEN == 0 {
            self.wake_next();
        }
    }

    /// Wakes the first waiter, or hands the mutex over, unless somebody has locked it meanwhile and will do so.
    fn wake_next(&self) {
        let mut queue = self.waiters.lock();
        let next = self.state.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |state| {
            if state < WAITER || state & (LOCKED | WOKEN) != 0 {
                return None;
            }
            Some(state - WAITER + if state & STARVING == 0 { WOKEN } else { LOCKED })
        });
        let Ok(before) = next else { return };
        let handed = (before & STARVING != 0).then_some(());
        // SAFETY: the queue is locked.
        let wake = unsafe { notify_first(&mut queue, handed, Stage::Done) };
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
            let last = |state: u32| Some((state - WAITER) & if state < 2 * WAITER { !STARVING } else { !0 });
            let _ = self.state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, last);
            return;
        }
        drop(queue);
        node.reset();
        // SAFETY: the node is not queued any more.
        if unsafe { node.value() }.take().is_some() {
            self.calm(Instant::now());
            return self.unlock();
        }
        let before = self.state.fetch_and(!WOKEN, Ordering::AcqRel);
        if before >= WAITER && before & LOCKED == 0 {
            self.wake_next();
        }
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
