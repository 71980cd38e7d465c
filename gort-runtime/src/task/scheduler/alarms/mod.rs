//! Goroutines that wait for a time, one wheel of them for each processor.
//!
//! - In: sleeping futures, each of which is a node of a wheel itself.
//! - Out: [`Alarm`], a future that is ready at a time; [`Alarms`], of which a processor's thread, or one that has nothing to
//!   do, wakes those whose time has come.
//! - Invariants: a node is pinned while it is in a wheel, and leaves it before it is gone. Its links and its waker are used under
//!   the wheel's lock while it is in there, and by its owner only when it is not. Who takes it out stores `stage` last. No
//!   time in the wheel is before `first`, which changes under the lock.
#![allow(unsafe_code)]

use std::future::Future;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll, Waker};

use self::node::{DUE, IDLE, Node, QUEUED};
use self::wheel::Wheel;
use super::task::{waker, wakes_same};
use super::{Scheduler, clock, current};
use crate::shim::Lock;
use crate::shim::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release, SeqCst},
};

mod heap;
mod node;
mod wheel;

/// A processor's wheel.
pub(super) struct Alarms {
    first: AtomicU64,
    wheel: Lock<Wheel>,
}

impl Alarms {
    pub(super) fn new() -> Self {
        Alarms {
            first: AtomicU64::new(u64::MAX),
            wheel: Lock::new(Wheel::new()),
        }
    }

    /// No time is earlier; the largest number if there is none.
    #[inline]
    pub(super) fn first(&self) -> u64 {
        self.first.load(Acquire)
    }

    /// Wakes those whose time has come; whether there were any.
    pub(super) fn ring(&self, now: u64) -> bool {
        /// So many are woken at once, for the lock not to be held for long.
        const BATCH: usize = 64;
        let mut any = false;
        while self.first() <= now {
            let mut wakers = Vec::with_capacity(BATCH);
            let mut wheel = self.wheel.lock();
            while wakers.len() < BATCH {
                // SAFETY: what is in the wheel is alive, and its links and waker are this thread's under the lock. After the
                // stage is stored it is not touched again.
                unsafe {
                    let Some(node) = wheel.pop(now) else { break };
                    wakers.extend((*node.as_ref().waker.get()).take());
                    node.as_ref().stage.store(DUE, Release);
                }
            }
            self.first.store(wheel.earliest(), SeqCst);
            drop(wheel);
            any |= !wakers.is_empty();
            wakers.into_iter().for_each(Waker::wake);
        }
        any
    }
}

/// Ready when its time has come.
///
/// # Cancel safety
/// Cancelling it has no effect.
pub(crate) struct Alarm {
    node: Node,
    /// In whose wheel it is.
    home: Option<(&'static Scheduler, usize)>,
    _pinned: PhantomPinned,
}

// SAFETY: the node is used by one thread at a time, as its wheel's lock or its stage says, and its waker may change threads.
unsafe impl Send for Alarm {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl Sync for Alarm {}

impl Alarm {
    /// An alarm of this thread's scheduler; `None` if it has none.
    pub(crate) fn after(d: std::time::Duration) -> Option<Self> {
        let scheduler = current()?;
        let nanoseconds = u64::try_from(d.as_nanos()).unwrap_or(u64::MAX);
        Some(Alarm {
            // A time too far away to be told is never.
            node: Node::new(clock().saturating_add(nanoseconds).min(u64::MAX - 1)),
            home: Some((scheduler, 0)),
            _pinned: PhantomPinned,
        })
    }

    fn set(&mut self, cx: &Context<'_>) {
        let Some((scheduler, index)) = &mut self.home else {
            return;
        };
        let mine = scheduler.processor();
        *index = mine.map_or(0, |processor| processor.index);
        let alarms = &scheduler.processors[*index].alarms;
        let node = NonNull::from(&self.node);
        // SAFETY: the node is in no wheel yet.
        unsafe { *self.node.waker.get() = Some(waker(cx.waker())) }
        self.node.is_queued();
        let mut wheel = alarms.wheel.lock();
        // SAFETY: the wheel is locked; the node is pinned, and leaves the wheel before it is gone.
        unsafe { wheel.insert(node) }
        let first = wheel.earliest();
        let earlier = first < alarms.first.load(Relaxed);
        if earlier {
            alarms.first.store(first, SeqCst);
        }
        drop(wheel);
        if earlier && mine.is_none() {
            // The thread that has the processor may be asleep.
            scheduler.alarm_was_set();
        }
    }

    /// Leaves the wheel.
    fn unset(&mut self) {
        let Some((scheduler, index)) = self.home else { return };
        let alarms = &scheduler.processors[index].alarms;
        let mut wheel = alarms.wheel.lock();
        if self.node.stage.load(Acquire) != QUEUED {
            return;
        }
        // SAFETY: the node is in the wheel, which is locked.
        unsafe { wheel.remove(NonNull::from(&self.node)) }
        self.node.stage.store(IDLE, Relaxed);
        alarms.first.store(wheel.earliest(), SeqCst);
    }
}

impl Future for Alarm {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // SAFETY: nothing is moved out of this.
        let this = unsafe { self.get_unchecked_mut() };
        match this.node.stage.load(Acquire) {
            DUE => return Poll::Ready(()),
            IDLE => this.set(cx),
            _ => {
                let Some((scheduler, index)) = this.home else {
                    return Poll::Pending;
                };
                let wheel = scheduler.processors[index].alarms.wheel.lock();
                if this.node.stage.load(Acquire) == DUE {
                    return Poll::Ready(());
                }
                // SAFETY: the node is in the wheel, which is locked.
                let held = unsafe { &mut *this.node.waker.get() };
                let before = match held {
                    Some(held) if wakes_same(held, cx.waker()) => None,
                    _ => held.replace(waker(cx.waker())),
                };
                drop(wheel);
                drop(before);
            }
        }
        Poll::Pending
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if self.node.stage.load(Acquire) == QUEUED {
            self.unset();
        }
    }
}

#[cfg(test)]
mod tests;
