//! The scheduler: goroutines on as many threads as `GOMAXPROCS` says, as Go's own does it.
//!
//! - In: futures, and a tokio runtime for timers, I/O and tasks of tokio's kind, in whose context the threads run.
//! - Out: [`Scheduler::spawn`]; [`current`], the scheduler of a thread.
//! - Invariants: a goroutine that can run is in a processor's slot or queue, in the shared queue, or being run. A processor
//!   belongs to one thread at a time. Whoever makes a goroutine able to run sees to it that a thread looks for it: the
//!   one whose processor has it, or one that is woken.
//!
//! What a goroutine wakes runs next on the same processor, in its slot, without another thread being woken for it, since
//! it is most often woken as the other is about to wait. Another thread takes it from there when the goroutine
//! that woke it goes on for microseconds; for that one of the threads that have nothing to do, the watcher, looks around every
//! now and then ([`idle`](self::idle)). What is more goes to the queue, and an idle thread is woken.
//!
//! A scheduler lives for as long as the process: wakers point to it.

pub(super) mod alarms;
mod clock;
mod idle;
#[cfg(all(test, gort_loom))]
pub(super) mod models;
mod queue;
mod registry;
pub(super) mod task;
mod worker;

use std::cell::Cell;
use std::future::Future;
use std::panic::Location;
use std::sync::OnceLock;

use self::alarms::Alarms;
pub(crate) use self::clock::clock;
use self::idle::{Idle, Sleeper};
use self::queue::{Local, Shared, Slot};
use self::registry::Registry;
use self::task::Task;
use super::count;
use super::metrics::{self, Event};
use crate::shim::Lock;
use crate::shim::atomic::{
    AtomicBool, AtomicU64, AtomicUsize,
    Ordering::{AcqRel, Acquire, Relaxed, SeqCst},
    fence,
};
#[cfg(feature = "sync")]
use crate::shim::process::count_contended;

/// What a thread needs to run goroutines.
#[repr(align(128))]
pub(super) struct Processor {
    index: usize,
    /// What runs next.
    slot: Slot,
    queue: Local,
    /// What others gave up for it to run.
    inbox: Shared,
    alarms: Alarms,
    /// How many times it began to run a goroutine, by which others see whether it is at one for long.
    ticks: AtomicU64,
    /// Set for the thread that has it and sleeps, when it is woken to look for work.
    notified: AtomicBool,
}

pub(super) struct Scheduler {
    processors: Box<[Processor]>,
    shared: Shared,
    registry: Registry,
    idle: Lock<Idle>,
    /// How many processors are idle; changed under the lock of `idle`.
    idling: AtomicUsize,
    /// How many threads look for work.
    searching: AtomicUsize,
    /// One of the idle threads looks around in short intervals.
    watched: AtomicBool,
    /// How many threads there are.
    threads: AtomicUsize,
    closing: AtomicBool,
    tokio: OnceLock<tokio::runtime::Handle>,
    /// Whether goroutines that all sleep end the process.
    judges: bool,
}

/// So many goroutines in a queue are left to the processor and the watcher.
const FEW: u32 = 32;

thread_local! {
    /// The scheduler whose threads, or whose tokio runtime's threads, this is one of.
    static SCHEDULER: Cell<Option<&'static Scheduler>> = const { Cell::new(None) };
    /// It was made to run goroutines.
    static WORKER: Cell<bool> = const { Cell::new(false) };
    /// The processor that this thread has.
    static PROCESSOR: Cell<Option<&'static Processor>> = const { Cell::new(None) };
    #[cfg(feature = "sync")]
    static CROWD: Cell<Crowd> = const { Cell::new(Crowd { lock: 0, waits: 0, passes: 0, since: 0 }) };
    /// A goroutine has just let others run for this thread to make room.
    static MAKES_ROOM: Cell<bool> = const { Cell::new(false) };
}

/// The scheduler of this thread.
#[inline]
pub(super) fn current() -> Option<&'static Scheduler> {
    SCHEDULER.get()
}

/// Whether this thread has a processor.
pub(super) fn on_processor() -> bool {
    PROCESSOR.get().is_some()
}

/// Whether this thread is one that runs goroutines, whether or not it has a processor now.
pub(super) fn is_worker() -> bool {
    WORKER.get()
}

/// Has another thread go on with the processor that this thread has, as this one is about to block.
pub(super) fn hand_off() {
    if let (Some(scheduler), Some(processor)) = (SCHEDULER.get(), PROCESSOR.take()) {
        metrics::count(Event::HandOff);
        scheduler.continue_on_other_thread(processor);
    }
}

/// Counts that this thread has to wait for another one at a lock, and says whether it had better leave its goroutines to that
/// one: a lock that is held more than once in `hot` nanoseconds is what they are busy with, and to get it from another processor
/// takes about as long. `passes` is how often it was held. If so, the goroutine is to let others run, so that its thread can
/// see to that.
#[cfg(feature = "sync")]
pub(super) fn crowded(lock: usize, passes: u32, hot: u64) -> bool {
    /// So many waits at one lock are enough to look at the time.
    const WAITS: u32 = 8;
    count_contended();
    // The first processor is the one that others make room for.
    if PROCESSOR.get().is_none_or(|processor| processor.index == 0) {
        return false;
    }
    let before = CROWD.get();
    if before.lock == lock && before.waits < WAITS {
        CROWD.set(Crowd {
            waits: before.waits + 1,
            ..before
        });
        return false;
    }
    let now = Crowd {
        lock,
        waits: 0,
        passes,
        since: clock(),
    };
    CROWD.set(now);
    let passed = u64::from(passes.wrapping_sub(before.passes));
    let crowded = before.lock == lock && now.since - before.since < hot * passed;
    if crowded {
        MAKES_ROOM.set(true);
    }
    crowded
}

/// What is known of the lock that a thread has waited for.
#[cfg(feature = "sync")]
#[derive(Clone, Copy)]
struct Crowd {
    lock: usize,
    /// How often, since the following was noted.
    waits: u32,
    passes: u32,
    since: u64,
}

impl Scheduler {
    /// A scheduler that has no threads yet.
    pub(super) fn new(processors: usize, judges: bool) -> &'static Self {
        Box::leak(Box::new(Scheduler {
            processors: (0..processors)
                .map(|index| Processor {
                    index,
                    slot: Slot::new(),
                    queue: Local::new(),
                    inbox: Shared::new(),
                    alarms: Alarms::new(),
                    ticks: AtomicU64::new(0),
                    notified: AtomicBool::new(false),
                })
                .collect(),
            shared: Shared::new(),
            registry: Registry::new(processors),
            idle: Lock::new(Idle::default()),
            idling: AtomicUsize::new(0),
            searching: AtomicUsize::new(0),
            watched: AtomicBool::new(false),
            threads: AtomicUsize::new(0),
            closing: AtomicBool::new(false),
            tokio: OnceLock::new(),
            judges,
        }))
    }

    /// Starts the threads, in the context of a tokio runtime.
    pub(super) fn start(&'static self, tokio: tokio::runtime::Handle) {
        #[cfg(feature = "sync")]
        crate::shim::asymmetric::prepare();
        let _ = self.tokio.set(tokio);
        for processor in &self.processors {
            self.continue_on_other_thread(processor);
        }
    }

    /// Makes this thread, which runs no goroutines, one from which they may be started.
    pub(super) fn adopt_thread(&'static self) {
        SCHEDULER.set(Some(self));
    }

    /// Starts a goroutine with a given number.
    #[inline]
    pub(super) fn spawn(
        &'static self,
        future: impl Future<Output = ()> + Send + 'static,
        id: u64,
        created: &'static Location<'static>,
    ) {
        count::started();
        let processor = self.processor();
        let shard = processor.map_or(0, |processor| processor.index);
        let (task, registered) = Task::new(future, id, self, shard as u32, created);
        self.registry.insert(registered);
        match processor {
            Some(processor) => self.run_next(processor, task),
            None => self.inject(task),
        }
    }

    /// The processor of this thread, if it is one of this scheduler's.
    #[inline]
    fn processor(&self) -> Option<&'static Processor> {
        PROCESSOR
            .get()
            .filter(|_| SCHEDULER.get().is_some_and(|scheduler| std::ptr::eq(scheduler, self)))
    }

    /// Queues a goroutine that was woken.
    #[inline]
    pub(super) fn ready(&self, task: Task) {
        metrics::count(Event::Wake);
        match self.processor() {
            Some(processor) => self.run_next(processor, task),
            None => self.inject(task),
        }
    }

    /// Queues a goroutine for all processors.
    pub(super) fn inject(&self, task: Task) {
        if self.closing.load(Acquire) {
            return;
        }
        self.shared.push(task);
        self.notify();
    }

    /// Has a goroutine run next on this thread's processor.
    #[inline]
    fn run_next(&self, processor: &Processor, task: Task) {
        match processor.slot.put(task) {
            Some(before) => self.queue(processor, before),
            None => {
                if self.idling.load(Relaxed) > 0 && !self.watched.load(Relaxed) && self.searching.load(Relaxed) == 0 {
                    self.wake_one();
                }
            }
        }
    }

    /// Queues a goroutine behind all others of this thread's processor.
    #[inline]
    fn run_last(&self, task: Task) {
        match self.processor() {
            Some(processor) => self.queue(processor, task),
            None => self.inject(task),
        }
    }

    /// Queues a goroutine at a processor. A few in a queue may well be run before another thread could come for them: if one
    /// watches, it sees whether they were.
    #[inline]
    fn queue(&self, processor: &Processor, task: Task) {
        processor.queue.push(task, &self.shared);
        if processor.queue.len() > FEW || !self.watched.load(Relaxed) {
            self.notify();
        }
    }

    /// Wakes a thread if one is idle and none looks for work already.
    #[inline]
    fn notify(&self) {
        // What was queued is seen by who becomes idle now, or who is idle is seen here.
        fence(SeqCst);
        if self.idling.load(Relaxed) > 0 && self.searching.load(Relaxed) == 0 {
            self.wake_one();
        }
    }

    #[cold]
    fn wake_one(&self) {
        // One at a time: it wakes the next when it has found something.
        if self.searching.compare_exchange(0, 1, AcqRel, Relaxed).is_err() {
            return;
        }
        match self.idle.lock().pop(&self.idling) {
            Some(sleeper) => {
                metrics::count(Event::Unpark);
                self.processors[sleeper.processor].notified.store(true, SeqCst);
                sleeper.thread.unpark();
            }
            None => {
                self.searching.fetch_sub(1, SeqCst);
            }
        }
    }

    /// Counts a thread with nothing to do as idle, and no longer as one that looks for work; `false` if there is something after
    /// all. Whoever queues something after this looked sees that it is idle.
    fn lie_down(&self, sleeper: Sleeper, searching: &mut bool) -> bool {
        let processor = &self.processors[sleeper.processor];
        self.idle.lock().push(sleeper, &self.idling);
        if std::mem::take(searching) {
            self.searching.fetch_sub(1, SeqCst);
        }
        fence(SeqCst);
        let work = self.has_queued() || !processor.inbox.is_empty();
        !(work && self.idle.lock().leave(processor.index, &self.idling))
    }

    /// Whether some goroutine is in a queue.
    fn has_queued(&self) -> bool {
        !self.shared.is_empty() || self.processors.iter().any(|processor| processor.queue.len() > 0)
    }

    /// Whether some goroutine is in a queue, an inbox or a slot.
    fn has_work(&self) -> bool {
        let waits = |processor: &Processor| !processor.slot.peek().is_null() || !processor.inbox.is_empty();
        self.has_queued() || self.processors.iter().any(waits)
    }

    /// Has the deadlock judge look again, if all processors are idle.
    pub(super) fn judge_again(&self) {
        let all = self.processors.len();
        if self.idling.load(SeqCst) == all
            && let Some(judge) = self.idle.lock().judge(all)
        {
            judge.unpark();
        }
    }

    /// The earliest time that a goroutine waits for; the largest number if none does.
    fn first_alarm(&self) -> u64 {
        let firsts = self.processors.iter().map(|processor| processor.alarms.first());
        firsts.min().unwrap_or(u64::MAX)
    }

    /// Has the sleeper that minds the time look at it again.
    #[cold]
    fn alarm_was_set(&self) {
        if let Some(minder) = self.idle.lock().minder(self.processors.len()) {
            minder.unpark();
        }
    }

    /// All goroutines there are.
    pub(super) fn goroutines(&self) -> Vec<Task> {
        self.registry.all()
    }

    /// Looks at all goroutines there are.
    pub(super) fn each(&self, mut look: impl FnMut(&Task)) {
        self.registry.find(|task| {
            look(task);
            false
        });
    }

    /// How often each processor began to run a goroutine.
    pub(super) fn runs(&self) -> Vec<u64> {
        let runs = self.processors.iter().map(|processor| processor.ticks.load(Relaxed));
        runs.collect()
    }

    /// Ends the threads; the last drops the goroutines that are left.
    pub(super) fn close(&self) {
        self.closing.store(true, SeqCst);
        let threads = self.idle.lock().threads();
        threads.into_iter().for_each(|thread| thread.unpark());
    }

    /// Whether goroutines that all sleep may yet be woken by something that is not announced.
    fn may_be_woken(&self) -> bool {
        self.tokio
            .get()
            .is_some_and(|tokio| tokio.metrics().num_alive_tasks() > 0)
            || self.registry.find(Task::is_foreign).is_some()
    }
}
