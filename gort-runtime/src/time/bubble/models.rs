//! Bubbles under loom: their counts, and when their time moves.
//!
//! - In: the real counts, steps and sleepers, the real states of goroutines, and `block_on`, each on a thread of loom's.
//! - Out: the time stands still while somebody of the bubble can go on, and moves when nobody can.
//! - Invariants: see `crate::models`. Threads that play goroutines are counted as those are.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Poll, Waker};
use std::time::Duration;

use loom::future::block_on;
use loom::thread;

use super::clock::within;
use super::state::Due;
use super::{Bubble, Sleeper, Step, wait};
use crate::models::{explore, explore_on_large_stack};
use crate::shim::Lock;
use crate::task::{Runs, Wait, drive, waiting_on, waker};

/// A bubble in which so many goroutines run.
fn bubble(goroutines: usize) -> Arc<Bubble> {
    let bubble = Bubble::new();
    (0..goroutines).for_each(|_| bubble.started());
    bubble
}

/// Runs a bubble to its end, as `Run` does; `moves` is called when the time has moved.
fn run_to_end(bubble: &Bubble, moves: impl Fn(u64)) {
    let mut before = 0;
    block_on(poll_fn(|cx| {
        loop {
            match bubble.step(cx) {
                Step::Made => {}
                Step::Wait => return Poll::Pending,
                Step::Over => return Poll::Ready(()),
                Step::Stuck(text) => panic!("{text}"),
            }
            if before != bubble.elapsed() {
                before = bubble.elapsed();
                moves(before);
            }
        }
    }));
    bubble.forget();
    let inner = bubble.inner.lock();
    assert_eq!((inner.total, inner.running), (0, 0));
}

/// Something that goroutines wait for until it has risen to some number.
struct Level {
    now: Lock<(usize, Option<Waker>)>,
}

impl Level {
    fn new() -> Arc<Self> {
        Arc::new(Level {
            now: Lock::new((0, None)),
        })
    }

    fn rise(&self) {
        let mut now = self.now.lock();
        now.0 += 1;
        let waiter = now.1.take();
        drop(now);
        waiter.into_iter().for_each(Waker::wake);
    }

    /// Waits durably.
    async fn reaches(&self, level: usize) {
        poll_fn(|cx| {
            let mut now = self.now.lock();
            if now.0 >= level {
                return Poll::Ready(());
            }
            now.1 = Some(waker(cx.waker()));
            drop(now);
            waiting_on(Wait::ChanReceive, || true);
            Poll::Pending
        })
        .await;
    }
}

/// A thread that is woken is counted before it can wait again, so that who wakes it is not taken for waiting too.
///
/// ```text
/// a:    waits ...... goes on, waits again ....................... goes on, is over
/// b:    wakes a ............................ wakes a, is over
/// main: must neither find that nobody can go on, nor stay asleep
/// ```
#[test]
fn threads_that_wake_each_other_are_no_deadlock() {
    explore(|| {
        let (bubble, level) = (bubble(2), Level::new());
        let a = {
            let (bubble, level) = (bubble.clone(), level.clone());
            thread::spawn(move || {
                within(&bubble, || {
                    drive(level.reaches(1));
                    drive(level.reaches(2));
                });
                bubble.ended(1);
            })
        };
        let b = {
            let (bubble, level) = (bubble.clone(), level.clone());
            thread::spawn(move || {
                level.rise();
                level.rise();
                bubble.ended(2);
            })
        };
        run_to_end(&bubble, |_| ());
        drop((a.join(), b.join()));
    });
}

/// ```text
/// a:    sleeps to 5 ........ goes on, sleeps to 10 ......... is over
/// main: ......... moves the time ...... moves it again
/// ```
#[test]
fn a_thread_sleeps_by_the_bubbles_time() {
    explore(|| {
        let bubble = bubble(1);
        let a = {
            let bubble = bubble.clone();
            thread::spawn(move || {
                within(&bubble, || {
                    for end in [5, 10] {
                        let sleeper = Sleeper::new(Duration::from_nanos(5));
                        drive(async {
                            waiting_on(Wait::Sleep, || true);
                            sleeper.into_iter().next().expect("in a bubble").await;
                        });
                        assert_eq!(bubble.elapsed(), end);
                    }
                });
                bubble.ended(1);
            })
        };
        run_to_end(&bubble, |_| ());
        assert!(a.join().is_ok());
    });
}

/// ```text
/// goroutine: waits, or is woken before ........ goes on, is over
/// other:     wakes it, is over
/// sleeper:   sleeps .................................... goes on, is over
/// driver:    moves the time only ..................... here
/// ```
#[test]
fn the_time_moves_when_nobody_can_go_on_and_not_before() {
    explore_on_large_stack(|| {
        let (bubble, level) = (bubble(1), Level::new());
        let over = Arc::new(AtomicUsize::new(0));
        let goroutine = {
            let (level, over) = (level.clone(), over.clone());
            within(&bubble, || {
                Runs::new(async move {
                    level.reaches(1).await;
                    over.fetch_add(1, SeqCst);
                })
            })
        };
        // A goroutine that sleeps by now, whose part is played below.
        let sleeps = Due::Sleep(Waker::noop().clone());
        bubble.inner.lock().due.insert((5, 1), sleeps);
        bubble.started();
        bubble.parked();
        let other = {
            let (bubble, over) = (bubble.clone(), over.clone());
            thread::spawn(move || {
                level.rise();
                over.fetch_add(1, SeqCst);
                bubble.ended(2);
            })
        };
        let driver = {
            let (bubble, over) = (bubble.clone(), over.clone());
            thread::spawn(move || {
                run_to_end(&bubble, |_| {
                    assert_eq!(over.load(SeqCst), 2, "the time moved while somebody could go on");
                    // The sleeper goes on, and is over.
                    bubble.unparked();
                    bubble.ended(4);
                });
            })
        };
        goroutine.run_to_end(|| drop(other.join()));
        bubble.ended(3);
        assert!(driver.join().is_ok());
    });
}

/// ```text
/// a:    waits until the other waits ................ goes on
/// b:    sets, sleeps ....................................... goes on
/// main: .................... lets a go on ... moves the time
/// ```
#[test]
fn wait_ends_when_the_others_wait_and_before_the_time_moves() {
    explore(|| {
        let bubble = bubble(2);
        let set = Arc::new(AtomicUsize::new(0));
        let a = {
            let (bubble, set) = (bubble.clone(), set.clone());
            thread::spawn(move || {
                within(&bubble, || drive(wait()));
                assert_eq!((set.fetch_add(1, SeqCst), bubble.elapsed()), (1, 0));
                bubble.ended(1);
            })
        };
        let b = {
            let (bubble, set) = (bubble.clone(), set.clone());
            thread::spawn(move || {
                set.fetch_add(1, SeqCst);
                within(&bubble, || {
                    let sleeper = Sleeper::new(Duration::from_nanos(5));
                    drive(async {
                        waiting_on(Wait::Sleep, || true);
                        sleeper.into_iter().next().expect("in a bubble").await;
                    });
                });
                bubble.ended(2);
            })
        };
        run_to_end(&bubble, |_| assert_eq!(set.load(SeqCst), 2));
        assert!(a.join().is_ok() && b.join().is_ok());
    });
}
