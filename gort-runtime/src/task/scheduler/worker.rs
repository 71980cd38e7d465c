//! A thread that runs goroutines.
//!
//! - In: a processor.
//! - Out: goroutines run.
//! - Invariants: a thread runs goroutines only with a processor. It goes on to the end of a poll when it has handed its
//!   processor off, and then waits for another. Before it sleeps it is counted as idle, and looks at the queues once more
//!   after that, so that whoever queued something either sees it idle or is seen.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::idle::{Mailbox, Role, Sleeper, Spare};
use super::task::{Ran, Task};
use super::{MAKES_ROOM, PROCESSOR, Processor, SCHEDULER, Scheduler, WORKER, clock};
use crate::shim::atomic::Ordering::{AcqRel, Acquire, Relaxed, SeqCst};
use crate::shim::process::contended;
use crate::shim::random;
use crate::task::metrics::{self, Event};
use crate::task::{bubble, count, deadlock, goroutine};

/// The shared queue comes first each so many goroutines, so that a busy processor's own do not starve it.
const FAIRNESS: u32 = 61;

/// So many goroutines run from the slot in a row while others wait in the queue.
const STREAK: u32 = 128;

/// How often a thread looks around before it sleeps.
const LOOKS: u32 = 6;

/// For so long it is watched how many goroutines another processor runs.
const MOMENT: Duration = Duration::from_micros(2);

/// Goroutines stay with their processor if it is likely to come to them within so long: at least, and at most. In between
/// it depends on what became of those that were taken before.
const PATIENCE: Duration = Duration::from_micros(1);
const PATIENCE_LONG: Duration = Duration::from_micros(100);

/// A theft that kept the thief busy for so long was worth it, and one that did for less than the other was not.
const WORTH_IT: Duration = Duration::from_micros(20);
const WORTH_LITTLE: Duration = Duration::from_micros(3);

/// A processor that has to wait for others more often than this, some times in a row, had better leave its goroutines to them.
pub(super) const CROWDED: Duration = Duration::from_micros(1);
const CROWDED_TIMES: u32 = 16;

/// One that has waited for others more often than this when it runs out of goroutines, is slower to take some.
const COMPANY: Duration = Duration::from_micros(4);
const COMPANY_TIMES: u32 = 8;

/// How long the watcher sleeps, so many times, before it sleeps longer.
const WATCH: Duration = Duration::from_micros(100);
const WATCHES: u32 = 10;
const WATCH_LONG: Duration = Duration::from_millis(10);

/// How long all must have slept before that is judged, and the longest time between two judgements.
const SUSPICION: Duration = Duration::from_millis(10);
const SUSPICION_LONG: Duration = Duration::from_secs(1);

/// So many threads without a processor are kept for the next that is handed off.
const SPARES: usize = 16;

impl Scheduler {
    /// Gives a processor to a thread that has none.
    pub(super) fn continue_on_other_thread(&'static self, processor: &'static Processor) {
        let spare = self.idle.lock().pop_spare();
        match spare {
            Some(spare) => {
                *spare.mailbox.lock() = Some(processor);
                spare.thread.unpark();
            }
            None => self.start_thread(processor),
        }
    }

    #[cold]
    fn start_thread(&'static self, processor: &'static Processor) {
        self.threads.fetch_add(1, SeqCst);
        let started = std::thread::Builder::new()
            .name("gort-worker".into())
            .stack_size(crate::task::run::STACK)
            .spawn(move || {
                let _context = self.tokio.get().map(tokio::runtime::Handle::enter);
                SCHEDULER.set(Some(self));
                WORKER.set(true);
                PROCESSOR.set(Some(processor));
                let mut worker = Worker {
                    scheduler: self,
                    mailbox: Arc::new(Mailbox::new(None)),
                    tick: 0,
                    now: clock(),
                    streak: 0,
                    searching: false,
                    patience: PATIENCE,
                    stole: None,
                    seen: vec![(0, Instant::now()); self.processors.len()],
                    busy: (0, Instant::now()),
                    asked: false,
                    made_room: false,
                    contended: (contended(), Instant::now()),
                };
                worker.work();
                self.thread_ends();
            });
        if let Err(error) = started {
            eprintln!("fatal error: cannot start a thread: {error}");
            std::process::exit(2);
        }
    }

    fn thread_ends(&self) {
        PROCESSOR.set(None);
        if self.threads.fetch_sub(1, SeqCst) == 1 && self.closing.load(SeqCst) {
            for task in self.registry.all() {
                task.close();
                drop(self.registry.remove(&task));
                count::ended();
            }
        }
    }
}

struct Worker {
    scheduler: &'static Scheduler,
    mailbox: Arc<Mailbox>,
    /// How many goroutines it has run.
    tick: u32,
    /// The time, as it was not long ago.
    now: u64,
    /// How many of them came from the slot, without one from a queue between them.
    streak: u32,
    /// It is counted in the scheduler's `searching`.
    searching: bool,
    /// Goroutines that another processor is likely to come to within this time are left to it.
    patience: Duration,
    /// When it last took some, until it is known what became of it.
    stole: Option<Instant>,
    /// How many goroutines each of the processors had run when this last wanted to steal from it, and when that was.
    seen: Vec<(u32, Instant)>,
    /// How often it had waited for other threads when it last looked for work, and when that was.
    busy: (u32, Instant),
    /// A goroutine let others run for this to make room.
    asked: bool,
    /// It has just done so.
    made_room: bool,
    /// How often it had to wait for other threads until when.
    contended: (u32, Instant),
}

impl Worker {
    fn work(&mut self) {
        loop {
            let Some(processor) = PROCESSOR.get() else {
                match self.wait_for_processor() {
                    Some(processor) => PROCESSOR.set(Some(processor)),
                    None => return,
                }
                continue;
            };
            let next = match self.next(processor) {
                Some(task) => Some(task),
                None if self.ring_due(processor) => continue,
                None => self.search(processor).or_else(|| self.sleep(processor)),
            };
            if let Some(task) = next {
                self.run(processor, task);
            }
            if (self.asked || self.tick.is_multiple_of(FAIRNESS))
                && PROCESSOR.get().is_some()
                && self.make_room(processor)
                && let Some(task) = self.sleep(processor)
            {
                self.run(processor, task);
            }
            if self.scheduler.closing.load(Relaxed) {
                return;
            }
        }
    }

    /// Runs a goroutine until it waits.
    #[inline]
    fn run(&mut self, processor: &Processor, task: Task) {
        if self.searching {
            self.found();
        }
        processor
            .ticks
            .store(processor.ticks.load(Relaxed).wrapping_add(1), Relaxed);
        match task.run(self.now) {
            Ran::Waits => {}
            Ran::Again(task) => {
                self.scheduler.run_last(task);
                self.asked = MAKES_ROOM.take();
            }
            Ran::Over(task, result) => {
                if let Err(payload) = result {
                    goroutine::ended(payload, task.header().local.id);
                }
                drop(self.scheduler.registry.remove(&task));
                count::ended();
                bubble::ended(&task.header().local);
            }
        }
    }

    /// The next goroutine of its own processor, or of the shared queue.
    #[inline]
    fn next(&mut self, processor: &Processor) -> Option<Task> {
        let shared = &self.scheduler.shared;
        self.tick = self.tick.wrapping_add(1);
        if self.tick.is_multiple_of(FAIRNESS) {
            self.now = clock();
            processor.alarms.ring(self.now);
            processor.inbox.drain_into(&processor.queue, shared);
            if let Some(task) = shared.pop(0, &processor.queue) {
                return Some(task);
            }
        }
        if self.streak < STREAK
            && let Some(task) = processor.slot.take()
        {
            self.streak += 1;
            return Some(task);
        }
        self.streak = 0;
        let queued = processor.queue.pop().or_else(|| processor.slot.take());
        queued.or_else(|| {
            processor.inbox.drain_into(&processor.queue, shared);
            processor.queue.pop().or_else(|| self.take_shared(processor))
        })
    }

    /// Wakes the goroutines whose time has come on its processor.
    fn ring_due(&mut self, processor: &Processor) -> bool {
        if processor.alarms.first() == u64::MAX {
            return false;
        }
        self.now = clock();
        processor.alarms.ring(self.now)
    }

    /// Takes this processor's share of the shared queue.
    fn take_shared(&self, processor: &Processor) -> Option<Task> {
        let shared = &self.scheduler.shared;
        let share = shared.len() / self.scheduler.processors.len();
        shared.pop(u32::try_from(share).unwrap_or(u32::MAX), &processor.queue)
    }

    /// There is nothing left of what was stolen last: learns from it.
    fn judge_theft(&mut self) {
        let Some(stole) = self.stole.take() else { return };
        let busy = stole.elapsed();
        if busy < WORTH_LITTLE {
            self.patience = (self.patience * 4).min(PATIENCE_LONG);
        } else if busy > WORTH_IT {
            self.patience = (self.patience / 4).max(PATIENCE);
        }
    }

    /// It has run out of goroutines: if it had to wait for other threads often since it had some, they were meeting each other,
    /// and had better stay together.
    fn judge_company(&mut self) {
        let (before, since) = std::mem::replace(&mut self.busy, (contended(), Instant::now()));
        let times = self.busy.0.wrapping_sub(before);
        if times >= COMPANY_TIMES && self.busy.1 - since < COMPANY * times {
            self.patience = (self.patience * 4).min(PATIENCE_LONG);
        }
    }

    /// Leaves its goroutines to another processor if the two are in each other's way: where goroutines do little else than to
    /// meet at channels or locks, one processor does more than two, which pass memory to and fro.
    fn make_room(&mut self, processor: &'static Processor) -> bool {
        let (before, since) = std::mem::replace(&mut self.contended, (contended(), Instant::now()));
        let times = self.contended.0.wrapping_sub(before);
        let asked = std::mem::take(&mut self.asked);
        if !asked && (times < CROWDED_TIMES || self.contended.1 - since > CROWDED * times) {
            return false;
        }
        let idle = self.scheduler.idle.lock();
        // One that comes before it, so that not both give way.
        let mut earlier = self.scheduler.processors[..processor.index].iter();
        let Some(other) = earlier.find(|other| !idle.holds(other.index)) else {
            return false;
        };
        let queued = std::iter::from_fn(|| processor.queue.pop());
        other.inbox.extend(processor.slot.take().into_iter().chain(queued));
        self.patience = PATIENCE_LONG;
        self.stole = None;
        self.made_room = true;
        true
    }

    /// Looks for a goroutine on other processors for a while.
    fn search(&mut self, processor: &'static Processor) -> Option<Task> {
        self.judge_theft();
        self.judge_company();
        let all = self.scheduler.processors.len();
        if all == 1 {
            return None;
        }
        if !self.searching {
            // With more, they would only stand in each other's way.
            if 2 * self.scheduler.searching.load(Relaxed) >= all {
                return None;
            }
            self.scheduler.searching.fetch_add(1, SeqCst);
            self.searching = true;
        }
        for _ in 0..LOOKS {
            let found = self.look_around(processor);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Takes a goroutine from wherever there is one.
    fn look_around(&mut self, processor: &'static Processor) -> Option<Task> {
        let shared = self.take_shared(processor);
        if shared.is_some() {
            return shared;
        }
        let all = &self.scheduler.processors;
        let first = random() as usize % all.len();
        let (after, from) = all.split_at(first);
        let others = || from.iter().chain(after).filter(|other| other.index != processor.index);
        let now = clock();
        let mut alarms = others().map(|other| &other.alarms);
        if alarms.any(|alarms| alarms.ring(now)) {
            return processor.slot.take().or_else(|| processor.queue.pop());
        }
        others().find_map(|other| self.steal(other, processor))
    }

    /// Takes goroutines that another processor would not come to soon, going by how many it runs in a moment.
    fn steal(&mut self, victim: &'static Processor, thief: &Processor) -> Option<Task> {
        let (next, queued) = (victim.slot.peek(), victim.queue.len());
        if next.is_null() && queued == 0 {
            return None;
        }
        let ticks = victim.ticks.load(Relaxed) as u32;
        let start = Instant::now();
        while start.elapsed() < MOMENT {
            std::hint::spin_loop();
        }
        let rate = (victim.ticks.load(Relaxed) as u32).wrapping_sub(ticks);
        let (seen, when) = std::mem::replace(&mut self.seen[victim.index], (ticks, start));
        let ran = ticks.wrapping_sub(seen);
        let wait = match (rate, ran) {
            // At the same one as at the last look: nobody knows for how long.
            (0, 0) => PATIENCE_LONG,
            // It may be at a longer one than usual: how long they usually take is known from the last look.
            (0, ran) => (start - when) / ran * (queued + u32::from(!next.is_null())),
            (rate, _) => MOMENT * queued / rate,
        };
        if wait < self.patience {
            return None;
        }
        let queued = thief.queue.steal_from(&victim.queue);
        let next = || (rate == 0 && victim.slot.peek() == next).then(|| victim.slot.take());
        let stolen = queued.or_else(|| next().flatten())?;
        metrics::count(Event::Steal);
        self.stole = Some(Instant::now());
        Some(stolen)
    }

    /// Another thread may look for work now; if there is more, one should.
    #[cold]
    fn found(&mut self) {
        self.searching = false;
        if self.scheduler.searching.fetch_sub(1, AcqRel) == 1 && self.scheduler.has_queued() {
            self.scheduler.notify();
        }
    }

    /// Sleeps until there may be something to do.
    fn sleep(&mut self, processor: &'static Processor) -> Option<Task> {
        let scheduler = self.scheduler;
        let sleeper = Sleeper {
            processor: processor.index,
            thread: std::thread::current(),
        };
        let leave = || scheduler.idle.lock().leave(processor.index, &scheduler.idling);
        if !scheduler.lie_down(sleeper, &mut self.searching) {
            return None;
        }
        metrics::count(Event::Park);
        // What was just left to others is not taken back soon.
        let mut watches = if std::mem::take(&mut self.made_room) {
            WATCHES
        } else {
            0
        };
        let mut suspicion = SUSPICION;
        loop {
            if processor.notified.swap(false, SeqCst) {
                // Who woke it has counted it.
                self.searching = true;
                self.now = clock();
                return None;
            }
            if scheduler.closing.load(SeqCst) {
                return None;
            }
            let all = scheduler.processors.len();
            let (role, wakes) = scheduler.idle.lock().role(processor.index, all);
            let alarm = match role {
                Role::Sleep => u64::MAX,
                Role::Watch | Role::Judge => scheduler.first_alarm(),
            };
            let until_alarm = Duration::from_nanos(alarm.saturating_sub(clock()));
            match role {
                Role::Sleep => std::thread::park(),
                Role::Watch => {
                    let fast = watches < WATCHES;
                    scheduler.watched.store(fast, Relaxed);
                    std::thread::park_timeout(until_alarm.min(if fast { WATCH } else { WATCH_LONG }));
                    watches += 1;
                    if !fast {
                        self.patience = (self.patience / 4).max(PATIENCE);
                    }
                    self.ring_due(processor);
                    let own = processor.slot.take().or_else(|| processor.queue.pop());
                    let found = own.or_else(|| self.look_around(processor));
                    if found.is_some() {
                        scheduler.watched.store(false, Relaxed);
                        self.busy = (contended(), Instant::now());
                        if !leave() {
                            // It was popped meanwhile, and counted as one that looks for work.
                            while !processor.notified.swap(false, SeqCst) {
                                std::hint::spin_loop();
                            }
                            self.searching = true;
                        }
                        return found;
                    }
                }
                Role::Judge if alarm != u64::MAX => {
                    std::thread::park_timeout(until_alarm);
                    // Even if it was woken for something else: who has been asleep for long is to watch again, as this one
                    // may be busy when the next time comes.
                    scheduler.idle.lock().wake_watcher();
                    if alarm <= clock() && leave() {
                        return None;
                    }
                }
                Role::Judge if scheduler.judges && !deadlock::announced() => {
                    let epoch = deadlock::epoch();
                    let before = Instant::now();
                    std::thread::park_timeout(suspicion);
                    if before.elapsed() >= suspicion {
                        suspicion = (suspicion * 2).min(SUSPICION_LONG);
                        self.judge(processor, wakes, epoch);
                    }
                }
                Role::Judge => std::thread::park(),
            }
        }
    }

    /// Ends the process if no goroutine can be woken any more. All processors slept, and nothing was announced, when the
    /// two numbers were read; if they are the same afterwards, that was so all the time.
    fn judge(&self, processor: &Processor, wakes: u64, epoch: u64) {
        let scheduler = self.scheduler;
        let asleep = || {
            let now = scheduler.idle.lock().role(processor.index, scheduler.processors.len());
            now == (Role::Judge, wakes)
                && !deadlock::announced()
                && deadlock::epoch() == epoch
                && scheduler.first_alarm() == u64::MAX
                && !scheduler.has_work()
        };
        if asleep() && !scheduler.may_be_woken() && asleep() {
            deadlock::report(scheduler);
        }
    }

    /// Waits without a processor; `None` when the thread is to end.
    fn wait_for_processor(&mut self) -> Option<&'static Processor> {
        let mut idle = self.scheduler.idle.lock();
        if idle.spares() >= SPARES {
            return None;
        }
        idle.push_spare(Spare {
            thread: std::thread::current(),
            mailbox: self.mailbox.clone(),
        });
        drop(idle);
        loop {
            if let Some(processor) = self.mailbox.lock().take() {
                return Some(processor);
            }
            if self.scheduler.closing.load(Acquire) {
                return None;
            }
            std::thread::park();
        }
    }
}
