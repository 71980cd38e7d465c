//! The scheduler under loom: its queues, a goroutine's state, and how a thread goes to sleep.
//!
//! - In: the real queues, goroutines and idle threads, without the threads of the scheduler.
//! - Out: each goroutine is run by one, no wake is lost, in any interleaving.
//! - Invariants: see `crate::models`. Loom runs all its threads on one, so nothing here may depend on thread-locals but for the
//!   goroutine that runs, which is one of loom's: processors are named.

use std::future::{Future, pending, poll_fn};
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Poll, Waker};

use loom::thread;

use super::idle::Sleeper;
use super::queue::{Local, Shared, Slot};
use super::task::{Ran, Task};
use super::{Processor, Scheduler};
use crate::models::{explore, explore_on_large_stack};

/// A goroutine in a queue's hands, without a place in the registry.
fn goroutine(scheduler: &'static Scheduler, id: u64, future: impl Future<Output = ()> + Send + 'static) -> Task {
    let (task, registered) = Task::new(future, id, scheduler, 0, Location::caller());
    // The registry's reference: forgotten, as nobody closes these.
    std::mem::forget(registered);
    task
}

fn id(task: &Task) -> u64 {
    task.header().local.id
}

fn scheduler(processors: usize) -> &'static Scheduler {
    Scheduler::new(processors, false)
}

/// A goroutine on a scheduler without threads, for models of other rooms.
pub(crate) struct Runs(&'static Scheduler, Task);

impl Runs {
    pub(crate) fn new(future: impl Future<Output = ()> + Send + 'static) -> Self {
        let scheduler = scheduler(1);
        Runs(scheduler, goroutine(scheduler, 3, future))
    }

    /// Runs it to its end; where it waits, `woken` comes back when it was woken.
    pub(crate) fn run_to_end(self, woken: impl FnOnce()) {
        let (mut ran, mut woken) = (self.1.run(0), Some(woken));
        loop {
            match ran {
                Ran::Over(..) => return,
                Ran::Again(task) => ran = task.run(0),
                Ran::Waits => {
                    woken.take().map(|woken| woken());
                    let queued = self.0.shared.pop(0, &self.0.processors[0].queue);
                    ran = queued.expect("the wake was lost").run(0);
                }
            }
        }
    }
}

/// ```text
/// owner: pushes 1, 2, 3 ...... pops what is left
/// thief: ........... steals half, pops that
/// ```
#[test]
fn each_goroutine_in_a_queue_is_taken_once() {
    explore(|| {
        let scheduler = scheduler(0);
        let queue = Arc::new(Local::new());
        let thief = {
            let queue = queue.clone();
            thread::spawn(move || {
                let own = Local::new();
                let mut taken: Vec<u64> = own.steal_from(&queue).iter().map(id).collect();
                taken.extend(std::iter::from_fn(|| own.pop()).map(|task| id(&task)));
                taken
            })
        };
        let shared = Shared::new();
        for n in 1..=3 {
            queue.push(goroutine(scheduler, n, pending()), &shared);
        }
        let mut taken: Vec<u64> = std::iter::from_fn(|| queue.pop()).map(|task| id(&task)).collect();
        taken.extend(thief.join().unwrap_or_default());
        taken.sort_unstable();
        assert_eq!(taken, [1, 2, 3]);
    });
}

/// ```text
/// owner: four pushes fill the queue, a fifth overflows into the shared one
/// thief: ............ steals half
/// ```
#[test]
fn a_full_queue_overflows_while_another_steals() {
    explore(|| {
        let scheduler = scheduler(0);
        let queue = Arc::new(Local::new());
        let shared = Shared::new();
        for n in 1..=4 {
            queue.push(goroutine(scheduler, n, pending()), &shared);
        }
        let thief = {
            let queue = queue.clone();
            thread::spawn(move || {
                let own = Local::new();
                let stolen = own.steal_from(&queue);
                usize::from(stolen.is_some()) + std::iter::from_fn(|| own.pop()).count()
            })
        };
        queue.push(goroutine(scheduler, 5, pending()), &shared);
        let stolen = thief.join().unwrap_or_default();
        let left = std::iter::from_fn(|| queue.pop()).count();
        let overflown = std::iter::from_fn(|| shared.pop(0, &queue)).count();
        assert_eq!(stolen + left + overflown, 5);
    });
}

/// ```text
/// owner: puts 1, puts 2 over it .... takes
/// thief: .......... takes
/// ```
#[test]
fn what_is_in_a_slot_is_taken_once() {
    explore(|| {
        let scheduler = scheduler(0);
        let slot = Arc::new(Slot::new());
        let thief = {
            let slot = slot.clone();
            thread::spawn(move || slot.take().map(|task| id(&task)))
        };
        let mut taken = Vec::new();
        for n in 1..=2 {
            taken.extend(slot.put(goroutine(scheduler, n, pending())).map(|task| id(&task)));
        }
        taken.extend(slot.take().map(|task| id(&task)));
        taken.extend(thief.join().ok().flatten());
        taken.sort_unstable();
        assert_eq!(taken, [1, 2]);
    });
}

/// ```text
/// main:  polls, which leaves a waker and waits ........ polls again, to the end
/// other: ................... wakes
/// ```
#[test]
fn a_wake_while_it_runs_or_suspends_is_not_lost() {
    explore_on_large_stack(|| {
        let scheduler = scheduler(1);
        let left: Arc<crate::shim::Lock<Option<Waker>>> = Arc::new(crate::shim::Lock::new(None));
        let woken = Arc::new(loom::sync::atomic::AtomicBool::new(false));
        let polls = Arc::new(AtomicUsize::new(0));
        let task = {
            let (left, woken, polls) = (left.clone(), woken.clone(), polls.clone());
            goroutine(
                scheduler,
                1,
                poll_fn(move |cx| {
                    polls.fetch_add(1, SeqCst);
                    if woken.load(SeqCst) {
                        return Poll::Ready(());
                    }
                    *left.lock() = Some(crate::task::waker(cx.waker()));
                    match woken.load(SeqCst) {
                        true => Poll::Ready(()),
                        false => Poll::Pending,
                    }
                }),
            )
        };
        let other = thread::spawn(move || {
            woken.store(true, SeqCst);
            let waker = left.lock().take();
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        let mut ran = task.run(0);
        let mut joined = Some(other);
        loop {
            match ran {
                Ran::Over(..) => break,
                Ran::Again(task) => ran = task.run(0),
                Ran::Waits => {
                    // Whoever wakes it has it in the shared queue when that is done.
                    drop(joined.take().map(thread::JoinHandle::join));
                    let queued = scheduler.shared.pop(0, &scheduler.processors[0].queue);
                    let Some(task) = queued else {
                        panic!("the wake was lost");
                    };
                    ran = task.run(0);
                }
            }
        }
        assert!(polls.load(SeqCst) <= 2);
    });
}

/// ```text
/// a: wakes
/// b: wakes
/// ```
#[test]
fn two_wakes_queue_a_waiting_goroutine_once() {
    explore_on_large_stack(|| {
        let scheduler = scheduler(1);
        let left: Arc<std::sync::Mutex<Vec<Waker>>> = Arc::default();
        let task = {
            let left = left.clone();
            goroutine(
                scheduler,
                1,
                poll_fn(move |cx| {
                    if let Ok(mut left) = left.lock() {
                        left.extend([crate::task::waker(cx.waker()), cx.waker().clone()]);
                    }
                    Poll::Pending
                }),
            )
        };
        assert!(matches!(task.run(0), Ran::Waits));
        let mut wakers = left
            .lock()
            .map(|mut left| std::mem::take(&mut *left))
            .unwrap_or_default();
        let foreign = wakers.pop();
        let a = thread::spawn(move || wakers.into_iter().for_each(Waker::wake));
        let b = thread::spawn(move || foreign.into_iter().for_each(Waker::wake));
        drop((a.join(), b.join()));
        let queue = &scheduler.processors[0].queue;
        let first = scheduler.shared.pop(0, queue);
        assert!(first.as_ref().is_some_and(|task| !task.is_foreign()));
        assert!(scheduler.shared.pop(0, queue).is_none());
    });
}

/// ```text
/// busy: queues a goroutine, looks who is idle
/// idle: is counted idle, looks at the queues
/// ```
#[test]
fn who_goes_to_sleep_sees_what_is_queued_or_is_seen() {
    explore_on_large_stack(|| {
        let scheduler = scheduler(2);
        let [busy, tired]: &[Processor] = &scheduler.processors else {
            return;
        };
        let goes = thread::spawn(move || {
            let sleeper = Sleeper {
                processor: tired.index,
                thread: std::thread::current(),
            };
            scheduler.lie_down(sleeper, &mut false)
        });
        scheduler.queue(busy, goroutine(scheduler, 1, pending()));
        let sleeps = goes.join().unwrap_or_default();
        assert!(!sleeps || tired.notified.load(super::SeqCst));
    });
}
