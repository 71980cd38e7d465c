//! The thread that keeps all timers.
//!
//! - In: alarms that are started and stopped.
//! - Out: what is due is done: a time sent, a goroutine started.
//! - Invariants: an alarm runs while its `armed` is the number of an entry in the heap, and changes under the heap's lock;
//!   entries of other numbers are stale and skipped. An alarm that is put off keeps its entry, which is put back when its time
//!   has come. A time is sent under that lock too, so that none arrives after the
//!   alarm was stopped. Nobody is woken, and nothing of the user's dropped, under the lock. While an alarm runs, the
//!   deadlock judge knows of it.
//!
//! A heap and no wheel, as Go has it, so that timers are as exact as the system's; and no task per timer, so that those
//! that are stopped before they are due, nearly all, cost little.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::sync::Arc;
use std::task::Waker;
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::bubble::Bubble;
use crate::chan::Chan;
use crate::shim::process::Lock;
use crate::shim::process::atomic::{AtomicU64, Ordering::Relaxed};
use crate::task::{External, clock};

/// What an alarm does when it is due.
pub(super) enum Due {
    /// Sends the time, if there is room.
    Send(Box<dyn Outlet>),
    /// The same again and again.
    SendEach(Box<dyn Outlet>, Lock<Duration>),
    /// Calls, on the timers' thread: to be short, and to suspend nowhere.
    Call(Box<dyn Fn() + Send + Sync>),
}

/// Where times are sent.
pub(super) trait Outlet: Send + Sync {
    /// Sends the time it is, if there is room; whom to wake after unlocking.
    fn send_now(&self) -> Option<Waker>;
    /// Takes a time back that nobody has received: whether there was one, and whom to wake.
    fn take_back(&self) -> (bool, Option<Waker>);
}

/// A kind of time that can be told.
pub(super) trait Clock: Copy + Send + 'static {
    fn now() -> Self;
}

impl Clock for Instant {
    fn now() -> Self {
        super::native::now()
    }
}

impl<T: Clock> Outlet for Chan<T> {
    fn send_now(&self) -> Option<Waker> {
        self.send_quietly(T::now())
    }

    fn take_back(&self) -> (bool, Option<Waker>) {
        match self.receive_quietly() {
            Some((value, waker)) => (value.is_some(), waker),
            None => (false, None),
        }
    }
}

/// What can be due.
pub(super) struct Alarm {
    due: Due,
    /// The number of the entry that counts; 0 while it does not run.
    armed: AtomicU64,
    /// When it is due, and when that entry is, which may be earlier; by the [clock].
    at: AtomicU64,
    queued: AtomicU64,
    /// Where it was made, if that was in a bubble: then the bubble runs it.
    bubble: Option<Box<Bubbled>>,
}

struct Bubbled {
    bubble: Arc<Bubble>,
    /// The time at which it is due, for which `armed` is the number; changes under the bubble's lock.
    at: AtomicU64,
}

struct Entry {
    /// By the [clock].
    at: u64,
    number: u64,
    alarm: Arc<Alarm>,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

struct Service {
    heap: Option<BinaryHeap<Reverse<Entry>>>,
    last: u64,
    /// How many entries are stale.
    stale: usize,
    /// How many alarms run.
    running: usize,
    /// Announces them to the deadlock judge.
    external: Option<External>,
    /// The thread, and until when it sleeps.
    thread: Option<Thread>,
    sleeps_until: Option<u64>,
}

static SERVICE: Lock<Service> = Lock::new(Service {
    heap: None,
    last: 0,
    stale: 0,
    running: 0,
    external: None,
    thread: None,
    sleeps_until: None,
});

/// What is to be done after unlocking.
#[derive(Default)]
pub(super) struct Later {
    wakers: Vec<Waker>,
    calls: Vec<Arc<Alarm>>,
    dropped: Vec<Entry>,
    external: Option<External>,
}

impl Later {
    pub(super) fn wake(&mut self, waker: Waker) {
        self.wakers.push(waker);
    }

    pub(super) fn act(self) {
        self.wakers.into_iter().for_each(Waker::wake);
        for alarm in self.calls {
            if let Due::Call(call) = &alarm.due {
                call();
            }
        }
        drop(self.dropped);
        // Last: until now the goroutines above might not have been known yet.
        drop(self.external);
    }
}

impl Service {
    fn push(&mut self, at: u64, alarm: Arc<Alarm>) {
        self.last += 1;
        alarm.armed.store(self.last, Relaxed);
        alarm.at.store(at, Relaxed);
        self.queue(at, self.last, alarm);
    }

    fn queue(&mut self, at: u64, number: u64, alarm: Arc<Alarm>) {
        alarm.queued.store(at, Relaxed);
        self.heap
            .get_or_insert_default()
            .push(Reverse(Entry { at, number, alarm }));
    }

    /// Has an alarm run no longer; whether it did.
    fn disarm(&mut self, alarm: &Alarm) -> bool {
        let ran = alarm.armed.load(Relaxed) != 0;
        if ran {
            alarm.armed.store(0, Relaxed);
            self.stale += 1;
        }
        ran
    }

    /// An alarm runs no longer.
    fn ended(&mut self, later: &mut Later) {
        self.running -= 1;
        if self.running == 0 {
            later.external = self.external.take();
        }
    }

    /// Throws stale entries away when they are the most.
    fn purge(&mut self, later: &mut Later) {
        const FEW: usize = 64;
        let Some(heap) = &mut self.heap else { return };
        if self.stale < FEW || self.stale < heap.len() / 2 {
            return;
        }
        let mut entries = std::mem::take(heap).into_vec();
        let stale = entries.extract_if(.., |Reverse(entry)| entry.alarm.armed.load(Relaxed) != entry.number);
        later.dropped.extend(stale.map(|Reverse(entry)| entry));
        *heap = entries.into();
        self.stale = 0;
    }

    /// Takes the first entry off the heap if it is due.
    fn pop(&mut self, at: u64) -> Option<Entry> {
        let top = self.heap.as_mut()?.peek_mut()?;
        (top.0.at <= at).then(|| PeekMut::pop(top).0)
    }

    /// Does what is due, but for what must be done later.
    fn collect(&mut self, later: &mut Later) {
        let at = clock();
        while let Some(entry) = self.pop(at) {
            let number = entry.alarm.armed.load(Relaxed);
            if number != entry.number {
                self.stale = self.stale.saturating_sub(1);
                later.dropped.push(entry);
                continue;
            }
            let due = entry.alarm.at.load(Relaxed);
            if due > at {
                self.queue(due, number, entry.alarm);
                continue;
            }
            entry.alarm.armed.store(0, Relaxed);
            match &entry.alarm.due {
                Due::Send(c) => later.wakers.extend(c.send_now()),
                Due::SendEach(c, period) => {
                    later.wakers.extend(c.send_now());
                    let period = *period.lock();
                    // The next time that has not passed yet.
                    let period = nanoseconds(period).max(1);
                    let next = due + period * ((at - due) / period + 1);
                    self.push(next, entry.alarm);
                    continue;
                }
                Due::Call(..) => later.calls.push(entry.alarm),
            }
            self.ended(later);
        }
    }

    /// Sees to it that the thread wakes in time; whom to unpark.
    fn alert(&mut self, at: u64) -> Option<Thread> {
        let late = self.sleeps_until.is_none_or(|until| at < until);
        if !late {
            return None;
        }
        self.sleeps_until = Some(at);
        if self.thread.is_none() {
            let spawned = std::thread::Builder::new().name("timers".into()).spawn(run);
            self.thread = spawned.ok().map(|handle| handle.thread().clone());
        }
        self.thread.clone()
    }
}

/// What a duration is on the [clock]. One too long to be told is centuries, which is never.
fn nanoseconds(duration: Duration) -> u64 {
    const NEVER: u64 = 1 << 62;
    duration.as_nanos().min(u128::from(NEVER)) as u64
}

fn run() {
    loop {
        let mut later = Later::default();
        let mut service = SERVICE.lock();
        service.collect(&mut later);
        let next = service
            .heap
            .as_ref()
            .and_then(BinaryHeap::peek)
            .map(|Reverse(entry)| entry.at);
        service.sleeps_until = next;
        drop(service);
        later.act();
        match next {
            Some(at) => std::thread::park_timeout(Duration::from_nanos(at.saturating_sub(clock()))),
            None => std::thread::park(),
        }
    }
}

impl Alarm {
    pub(super) fn new(due: Due) -> Arc<Self> {
        Arc::new(Alarm {
            due,
            armed: AtomicU64::new(0),
            at: AtomicU64::new(0),
            queued: AtomicU64::new(0),
            bubble: Bubble::current().map(|bubble| {
                Box::new(Bubbled {
                    bubble,
                    at: AtomicU64::new(0),
                })
            }),
        })
    }

    /// Panics if it was made in a bubble and is used outside; `what` is done with what.
    pub(super) fn enter(&self, what: &'static str) {
        if let Some(bubbled) = &self.bubble {
            bubbled.bubble.must_be_here(what);
        }
    }

    /// Its place in what is due in its bubble.
    pub(super) fn key(&self) -> (u64, u64) {
        let at = self.bubble.as_ref().map_or(0, |bubbled| bubbled.at.load(Relaxed));
        (at, self.armed.load(Relaxed))
    }

    pub(super) fn set(&self, (at, number): (u64, u64)) {
        if let Some(bubbled) = &self.bubble {
            bubbled.at.store(at, Relaxed);
        }
        self.armed.store(number, Relaxed);
    }

    /// Says how long it is from one time to the next, if it has more than one.
    pub(super) fn set_period(&self, new: Duration) {
        if let Due::SendEach(_, period) = &self.due {
            *period.lock() = new;
        }
    }

    /// Does what is due, but for what must be done later; when it is due again, if it is.
    pub(super) fn fire(self: &Arc<Self>, later: &mut Later) -> Option<Duration> {
        match &self.due {
            Due::Send(c) => later.wakers.extend(c.send_now()),
            Due::SendEach(c, period) => {
                later.wakers.extend(c.send_now());
                return Some(*period.lock());
            }
            Due::Call(..) => later.calls.push(self.clone()),
        }
        None
    }

    /// Runs it from now on, and no longer as before; whether it ran, or a time was sent that nobody has received.
    pub(super) fn start(self: &Arc<Self>, after: Duration) -> bool {
        if let Some(bubbled) = &self.bubble {
            return bubbled.bubble.start(self, after);
        }
        let at = clock() + nanoseconds(after);
        let mut later = Later::default();
        let mut service = SERVICE.lock();
        let unsent = self.drain(&mut later);
        self.set_period(after);
        let ran = self.armed.load(Relaxed) != 0;
        let mut thread = None;
        if ran && at >= self.queued.load(Relaxed) {
            self.at.store(at, Relaxed);
        } else {
            if !service.disarm(self) {
                service.running += 1;
                if service.running == 1 {
                    service.external = Some(External::new());
                }
            }
            service.push(at, self.clone());
            service.purge(&mut later);
            thread = service.alert(at);
        }
        drop(service);
        if let Some(thread) = thread {
            thread.unpark();
        }
        later.act();
        ran || unsent
    }

    /// Stops it; whether it ran, or a time was sent that nobody has received.
    pub(super) fn stop(&self) -> bool {
        if let Some(bubbled) = &self.bubble {
            return bubbled.bubble.stop(self);
        }
        let mut later = Later::default();
        let mut service = SERVICE.lock();
        let ran = service.disarm(self);
        let unsent = self.drain(&mut later);
        if ran {
            service.ended(&mut later);
        }
        service.purge(&mut later);
        drop(service);
        later.act();
        ran || unsent
    }

    /// Throws away a time that nobody has received.
    pub(super) fn drain(&self, later: &mut Later) -> bool {
        let (Due::Send(c) | Due::SendEach(c, _)) = &self.due else {
            return false;
        };
        let (taken, waker) = c.take_back();
        later.wakers.extend(waker);
        taken
    }
}
