//! What is known of a bubble: how many of its goroutines can go on by themselves, its time, and what is due when.
//!
//! - In: what the hooks of `task::bubble` tell, and alarms and sleepers that are set.
//! - Out: [`Bubble`]; whom to wake when all its goroutines wait durably.
//! - Invariants: `running` counts the goroutines that do not wait durably; one is counted again before it can run, and no longer
//!   only after it has begun to wait, so it is 0 only while nobody of the bubble can do anything. Nobody is woken, and nothing of
//!   the user's called, under the lock. The time changes only while `running` is 0.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use super::super::service;
use crate::shim::atomic::{AtomicU64, Ordering::SeqCst};
use crate::shim::{Lock, process};
use crate::task::Wait;
use crate::task::bubble::{self, Number};

/// Goroutines with a time of their own.
pub(crate) struct Bubble {
    pub(super) number: Number,
    /// The real time at which it began, which `Instant`s in it count from.
    base: Instant,
    /// Nanoseconds since it began, by its own time.
    now: AtomicU64,
    pub(super) inner: Lock<Inner>,
}

#[derive(Default)]
pub(super) struct Inner {
    /// How many goroutines there are.
    pub(super) total: usize,
    /// How many of them do not wait durably.
    pub(super) running: usize,
    /// The main goroutine, and whether it is over.
    pub(super) main: u64,
    pub(super) main_over: bool,
    /// What is due, by time and by the order of being set.
    pub(super) due: BTreeMap<(u64, u64), Due>,
    pub(super) last: u64,
    /// Who is in `wait`.
    pub(super) waiter: Option<Waiter>,
    /// Who has started the bubble.
    pub(super) driver: Option<Waker>,
    /// Something that must not be was done.
    pub(super) broken: Option<&'static str>,
}

/// What happens at a time.
pub(super) enum Due {
    Sleep(Waker),
    Alarm(Arc<service::Alarm>),
}

/// A goroutine that waits for all others to wait.
#[derive(Default)]
pub(super) struct Waiter {
    pub(super) waker: Option<Waker>,
    pub(super) released: bool,
}

static BUBBLES: process::Lock<BTreeMap<Number, Arc<Bubble>>> = process::Lock::new(BTreeMap::new());

impl Bubble {
    pub(super) fn new() -> Arc<Self> {
        static LAST: process::Lock<Number> = process::Lock::new(0);
        bubble::begin();
        let mut bubbles = BUBBLES.lock();
        let mut last = LAST.lock();
        // One that was not given for long, so that what is left of another is hardly taken for this one's.
        loop {
            *last = last.wrapping_add(1);
            if *last != 0 && !bubbles.contains_key(&*last) {
                break;
            }
        }
        let new = Arc::new(Bubble {
            number: *last,
            base: Instant::now(),
            now: AtomicU64::new(0),
            inner: Lock::new(Inner::default()),
        });
        bubbles.insert(*last, new.clone());
        new
    }

    /// The bubble of a number.
    pub(crate) fn of(number: Number) -> Option<Arc<Self>> {
        BUBBLES.lock().get(&number).cloned()
    }

    /// The bubble of the goroutine that this thread runs.
    #[inline]
    pub(crate) fn current() -> Option<Arc<Self>> {
        match bubble::here() {
            0 => None,
            number => Self::of(number),
        }
    }

    /// Panics outside of it; `what` is done with what.
    pub(in crate::time) fn must_be_here(&self, what: &'static str) {
        bubble::must_be_here(self.number, what);
    }

    /// Forgets it: nothing will be told of it any more.
    pub(super) fn forget(&self) {
        BUBBLES.lock().remove(&self.number);
        let left = std::mem::take(&mut self.inner.lock().due);
        drop(left);
    }

    /// Nanoseconds since it began, by its own time.
    pub(crate) fn elapsed(&self) -> u64 {
        self.now.load(SeqCst)
    }

    pub(super) fn set_elapsed(&self, now: u64) {
        self.now.store(now, SeqCst);
    }

    /// Its time as one of this process.
    pub(crate) fn instant(&self) -> Instant {
        self.base + Duration::from_nanos(self.elapsed())
    }

    /// When something is due that is so far away.
    pub(super) fn after(&self, d: Duration) -> u64 {
        let nanoseconds = u64::try_from(d.as_nanos()).unwrap_or(u64::MAX);
        self.elapsed().saturating_add(nanoseconds)
    }

    pub(crate) fn started(&self) {
        let mut inner = self.inner.lock();
        inner.total += 1;
        inner.running += 1;
    }

    pub(crate) fn ended(&self, id: u64) {
        let mut inner = self.inner.lock();
        inner.total -= 1;
        inner.main_over |= id == inner.main;
        let wake = inner.one_less();
        drop(inner);
        wake_up(wake);
    }

    pub(crate) fn parked(&self) {
        let wake = self.inner.lock().one_less();
        wake_up(wake);
    }

    pub(crate) fn unparked(&self) {
        self.inner.lock().running += 1;
    }

    pub(crate) fn woken(&self, from: Wait) {
        let mut inner = self.inner.lock();
        inner.running += 1;
        let by_semaphore = matches!(from, Wait::CondWait | Wait::WaitGroupWait | Wait::SemAcquire);
        if by_semaphore && bubble::here() != self.number {
            inner.broken = Some("semaphore wake of synctest goroutine from outside bubble");
            let wake = inner.driver.take();
            drop(inner);
            wake_up(wake);
        }
    }
}

fn wake_up(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl Inner {
    /// One goroutine less can go on by itself; whom to wake if that was the last.
    fn one_less(&mut self) -> Option<Waker> {
        self.running -= 1;
        if self.running > 0 {
            return None;
        }
        self.driver.take()
    }

    /// A number for what is set next.
    pub(super) fn next_number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}
