//! Bubbles: what `testing/synctest` promises, one test each, with one, two and four workers.
#![cfg(all(feature = "value", feature = "macros"))]
#![forbid(unsafe_code)]

mod common;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant, SystemTime};

use common::bubble_panics;
use gort_runtime::chan::Chan;
use gort_runtime::context::{self, native::Context};
use gort_runtime::sync::{self, TaskGroup, WaitGroup, owned};
use gort_runtime::task::JoinSet;
use gort_runtime::time::{self, bubble, native};
use gort_runtime::value::Ptr;
use gort_runtime::{chan, select, task};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// How often a test is repeated whose outcome could depend on who comes first.
const TIMES: u64 = 60;

/// Runs the main goroutine of a bubble with each number of workers.
fn in_bubbles<F: Future<Output = ()> + Send + 'static>(main: fn() -> F) {
    outside(|| bubble::run(main()));
}

/// Runs a goroutine outside of any bubble with each number of workers, in little time.
fn outside<F: Future<Output = ()> + Send + 'static>(test: impl Fn() -> F) {
    let start = Instant::now();
    for workers in [1, 2, 4] {
        task::test_on(workers, test());
    }
    assert!(
        start.elapsed() < Duration::from_secs(60),
        "a bubble waited for real time"
    );
}

macro_rules! bubbles {
    ($($(#[$attribute:meta])* async fn $name:ident() $body:block)*) => {$(
        #[test]
        $(#[$attribute])*
        fn $name() { in_bubbles(|| async $body); }
    )*};
}

/// The text with which something panics at once.
fn refused<R>(f: impl FnOnce() -> R) -> String {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f))
        .map(drop)
        .expect_err("it should panic");
    match gort_runtime::panic::Unwinding::from_payload(payload) {
        gort_runtime::panic::Unwinding::Panic(panic) => gort_runtime::panic::panic_text(&panic.value),
        gort_runtime::panic::Unwinding::Goexit => "goexit".into(),
    }
}

// Time.

bubbles! {
    async fn the_time_begins_with_the_year_2000() {
        let now = time::now();
        assert_eq!(now.string(), "2000-01-01 00:00:00 +0000 UTC");
        let since_1970 = native::system_now().duration_since(SystemTime::UNIX_EPOCH);
        assert_eq!(since_1970.ok(), Some(Duration::from_secs(946_684_800)));
    }

    async fn sleeping_takes_no_time_and_the_bubbles_time_exactly_what_it_should() {
        let (start, begin) = (native::now(), time::now());
        native::sleep(HOUR).await;
        assert_eq!(native::now() - start, HOUR);
        time::sleep(time::HOUR).await;
        assert_eq!(time::since(begin), time::Duration(2 * time::HOUR.0));
    }

    async fn who_sleeps_less_goes_on_first() {
        for _ in 0..TIMES {
            let start = native::now();
            let log = Arc::new(owned::Mutex::new(Vec::new()));
            for i in [3, 1, 2] {
                let log = log.clone();
                task::go(async move {
                    native::sleep(i * SECOND).await;
                    log.lock().push((i, native::now() - start));
                });
            }
            native::sleep(4 * SECOND).await;
            assert_eq!(*log.lock(), [1, 2, 3].map(|i| (i, i * SECOND)));
        }
    }

    async fn the_time_stands_still_while_somebody_can_go_on() {
        let start = native::now();
        let late = Arc::new(AtomicBool::new(false));
        let sets = late.clone();
        task::go(async move {
            native::sleep(Duration::from_nanos(1)).await;
            sets.store(true, SeqCst);
        });
        for _ in 0..1000 {
            task::gosched().await;
        }
        std::thread::sleep(Duration::from_millis(2));
        assert!(!late.load(SeqCst) && native::now() == start);
        native::sleep(Duration::from_nanos(2)).await;
        assert!(late.load(SeqCst));
    }

    async fn deadlines_and_timeouts_are_by_the_bubbles_time() {
        let start = native::now();
        let (ctx, _cancel) = Context::background().with_timeout(HOUR);
        assert_eq!(ctx.deadline(), Some(start + HOUR));
        ctx.done().await;
        assert_eq!(native::now() - start, HOUR);
        let never: Chan<i32> = Chan::make(0);
        assert!(never.recv_timeout(HOUR).await.is_err());
        assert!(never.send_timeout(1, HOUR).await.is_err());
        assert_eq!(native::now() - start, 3 * HOUR);
        let (ctx, _cancel) = context::with_timeout(context::background(), time::HOUR);
        ctx.done().recv().await;
        assert!(ctx.err() == context::deadline_exceeded());
        assert_eq!(native::now() - start, 4 * HOUR);
        assert!(Context::background().with_timeout(HOUR).0.run(std::future::pending::<()>()).await.is_err());
    }

    async fn timers_can_be_stopped_and_set_anew() {
        let start = native::now();
        let timer = native::Timer::new(SECOND);
        assert!(timer.stop() && !timer.stop());
        native::sleep(2 * SECOND).await;
        assert!(timer.chan().try_recv().is_none());
        assert!(!timer.reset(SECOND) && timer.reset(3 * SECOND));
        assert_eq!(timer.recv().await, Some(start + 5 * SECOND));
        assert!(!timer.stop());
        // One that was due and whose time was not received counts as running, and its time is gone.
        timer.reset(SECOND);
        native::sleep(2 * SECOND).await;
        assert!(timer.stop() && timer.chan().try_recv().is_none());
        let timer = time::new_timer(time::SECOND);
        native::sleep(SECOND).await;
        assert_eq!(timer.c.get().recv().await.map(|at| at.string()), Some("2000-01-01 00:00:08 +0000 UTC".into()));
        assert_eq!(time::after(time::SECOND).recv().await, Some(time::now()));
    }

    async fn a_timer_of_no_time_is_due_at_once() {
        let timer = native::Timer::new(Duration::ZERO);
        assert_eq!(timer.chan().try_recv(), Some(Some(native::now())));
        let called = Arc::new(AtomicBool::new(false));
        let calls = called.clone();
        let _timer = native::after_func(Duration::ZERO, move || {
            let calls = calls.clone();
            async move { calls.store(true, SeqCst) }
        });
        bubble::wait().await;
        assert!(called.load(SeqCst));
    }

    async fn tickers_tick_at_their_times_and_drop_what_nobody_receives() {
        let start = native::now();
        let ticker = native::Ticker::new(SECOND);
        for i in 1..=100 {
            assert_eq!(ticker.recv().await, Some(start + i * SECOND));
        }
        native::sleep(10 * SECOND + SECOND / 2).await;
        // The first of ten.
        assert_eq!(ticker.recv().await, Some(start + 101 * SECOND));
        assert_eq!(ticker.recv().await, Some(start + 111 * SECOND));
        ticker.reset(HOUR);
        assert_eq!(ticker.recv().await, Some(start + 111 * SECOND + HOUR));
        ticker.stop();
        native::sleep(10 * HOUR).await;
        assert!(ticker.chan().try_recv().is_none());
    }

    async fn after_func_runs_in_the_bubble_at_its_time() {
        let start = native::now();
        let (tell, told) = chan::channel(0);
        let tell = Arc::new(tell);
        let timer = native::after_func(HOUR, move || {
            let tell = tell.clone();
            async move {
                assert!(bubble::is_inside());
                native::sleep(SECOND).await;
                assert!(tell.send(native::now()).await.is_ok());
            }
        });
        assert_eq!(told.recv().await, Some(start + HOUR + SECOND));
        assert!(!timer.reset(SECOND));
        assert_eq!(told.recv().await, Some(start + HOUR + 3 * SECOND));
    }

    async fn what_is_due_at_the_same_time_happens_in_the_order_of_being_set() {
        let log: Chan<u32> = Chan::make(10);
        let timers: Vec<_> = (0..10)
            .map(|i| {
                let log = log.clone();
                native::after_func(SECOND, move || {
                    let log = log.clone();
                    async move { log.send(i).await }
                })
            })
            .collect();
        native::sleep(SECOND).await;
        bubble::wait().await;
        assert_eq!((log.len(), timers.len()), (10, 10));
    }

    async fn time_too_far_away_to_be_told_does_not_come() {
        let (ctx, cancel) = Context::background().with_cancel();
        let sleeps = ctx.clone();
        let slept = task::spawn(async move { sleeps.run(native::sleep(Duration::MAX)).await.is_ok() });
        native::sleep(HOUR).await;
        cancel.cancel();
        assert_eq!(slept.await.ok(), Some(false));
    }

    async fn synchronous_code_waits_by_the_bubbles_time_too() {
        let start = native::now();
        native::sleep_sync(HOUR);
        assert_eq!(native::now() - start, HOUR);
        let c = Chan::make(0);
        let sends = c.clone();
        task::go(async move {
            native::sleep(HOUR).await;
            sends.send(1).await;
        });
        assert_eq!(c.blocking_recv(), Some(1));
        let group = Arc::new(WaitGroup::default());
        group.go(native::sleep(HOUR));
        group.wait_sync();
        assert_eq!(native::now() - start, 3 * HOUR);
    }
}

#[test]
fn each_bubble_has_its_own_time() {
    outside(|| async {
        let bubbles = (1..=4).map(|i| {
            bubble::run(async move {
                let start = native::now();
                for _ in 0..TIMES {
                    native::sleep(i * SECOND).await;
                }
                (i, native::now() - start)
            })
        });
        let mut bubbles: JoinSet<_> = bubbles.collect();
        while let Some(ended) = bubbles.join_next().await {
            let (i, took) = ended.expect("no panic");
            assert_eq!(took, i * SECOND * TIMES as u32);
        }
    });
}

#[test]
fn outside_of_bubbles_the_time_is_the_real_one() {
    outside(|| async {
        bubble::run(native::sleep(HOUR)).await;
        let before = Instant::now();
        assert!(native::now() - before < HOUR && time::now().year() > 2020);
        native::sleep(Duration::from_millis(2)).await;
        assert!(before.elapsed() >= Duration::from_millis(2));
    });
}

#[gort_runtime::test(virtual_time)]
async fn a_test_can_be_a_bubble() {
    let start = native::now();
    native::sleep(HOUR).await;
    assert_eq!(native::now() - start, HOUR);
}

// Waiting.

bubbles! {
    async fn wait_waits_until_the_others_are_over() {
        for _ in 0..TIMES {
            let done = Arc::new(AtomicU64::new(0));
            for _ in 0..4 {
                let sets = done.clone();
                task::go(async move {
                    task::gosched().await;
                    sets.fetch_add(1, SeqCst);
                });
            }
            bubble::wait().await;
            assert_eq!(done.load(SeqCst), 4);
        }
    }

    async fn wait_waits_until_the_others_wait_and_the_time_does_not_move() {
        for _ in 0..TIMES {
            let (start, c) = (native::now(), Chan::make(0));
            let sleeps = c.clone();
            task::go(async move {
                native::sleep(SECOND).await;
                sleeps.recv().await;
            });
            bubble::wait().await;
            assert!(native::now() == start && c.try_send(1).is_err());
            native::sleep(SECOND).await;
            bubble::wait().await;
            assert!(c.try_send(1).is_ok());
        }
    }

    async fn wait_alone_returns_at_once() {
        bubble::wait().await;
        bubble::wait().await;
        task::block_on(bubble::wait());
    }

    async fn wait_can_be_called_again_and_by_others_one_at_a_time() {
        let first = task::spawn(async {
            bubble::wait().await;
            bubble::wait().await;
        });
        first.await.expect("no panic");
        bubble::wait().await;
        let started: Chan<()> = Chan::make(0);
        let tells = started.clone();
        let waits = task::spawn(async move {
            tells.send(()).await;
            bubble::wait().await;
        });
        started.recv().await;
        // Sooner or later the other is in it, since this one does not wait.
        let text = loop {
            let mut second = std::pin::pin!(bubble::wait());
            let mut polled = None;
            std::future::poll_fn(|cx| {
                let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| second.as_mut().poll(cx)));
                polled = Some(result);
                std::task::Poll::Ready(())
            })
            .await;
            match polled {
                Some(Err(payload)) => break refused(|| std::panic::resume_unwind(payload)),
                _ if waits.is_finished() => break "wait already in progress".into(),
                _ => {}
            }
            task::gosched().await;
        };
        assert_eq!(text, "wait already in progress");
        waits.await.ok();
    }

    async fn a_wait_that_is_over_and_not_asked_again_does_not_keep_the_time() {
        let start = native::now();
        let mut waits = std::pin::pin!(bubble::wait());
        std::future::poll_fn(|cx| std::task::Poll::Ready(waits.as_mut().poll(cx).is_pending())).await;
        native::sleep(HOUR).await;
        waits.await;
        assert_eq!(native::now() - start, HOUR);
    }

    async fn a_function_after_a_context_is_called_when_that_is_cancelled() {
        let called = Arc::new(AtomicBool::new(false));
        let (ctx, cancel) = Context::background().with_cancel();
        let calls = called.clone();
        ctx.after_func(async move { calls.store(true, SeqCst) });
        bubble::wait().await;
        assert!(!called.load(SeqCst));
        cancel.cancel();
        bubble::wait().await;
        assert!(called.load(SeqCst));
    }

    async fn a_context_ends_at_its_deadline_and_not_a_nanosecond_before() {
        let limit = time::Duration(5 * time::SECOND.0);
        let (ctx, cancel) = context::with_timeout(context::background(), limit);
        time::sleep(time::Duration(limit.0 - 1)).await;
        bubble::wait().await;
        assert!(ctx.err().is_nil());
        time::sleep(time::NANOSECOND).await;
        bubble::wait().await;
        assert!(ctx.err() == context::deadline_exceeded());
        cancel();
    }

    async fn results_are_waited_for_durably() {
        let start = native::now();
        let slept = task::spawn(async {
            native::sleep(HOUR).await;
            native::now()
        });
        assert_eq!(slept.await.ok(), Some(start + HOUR));
        let mut set: JoinSet<u32> = [3, 1, 2]
            .into_iter()
            .map(|i| async move {
                native::sleep(i * SECOND).await;
                i
            })
            .collect();
        for i in 1..=3 {
            assert_eq!(set.join_next().await.and_then(Result::ok), Some(i));
        }
        let group = TaskGroup::new();
        group.spawn(native::sleep(HOUR));
        group.wait().await;
        assert_eq!(native::now() - start, 2 * HOUR + 3 * SECOND);
    }

    async fn many_goroutines_meet_in_virtual_time() {
        let start = native::now();
        let c: Chan<u32> = Chan::make(3);
        let group = TaskGroup::new();
        for i in 0..50_u32 {
            let c = c.clone();
            group.spawn(async move {
                for n in 0..20 {
                    native::sleep(Duration::from_millis(u64::from(i % 7 + 1))).await;
                    c.send(n).await;
                }
            });
        }
        let closes = c.clone();
        task::go(async move {
            group.wait().await;
            closes.close();
        });
        let (mut got, ticker) = (0, native::Ticker::new(SECOND));
        loop {
            select! {
                value = c.recv() => match value {
                    Some(_) => got += 1,
                    None => break,
                },
                _ = ticker.recv() => {}
            }
        }
        // The slowest sleeps 20 times 7 milliseconds.
        assert_eq!((got, native::now() - start), (1000, Duration::from_millis(140)));
    }
}

#[test]
fn wait_is_refused_outside() {
    outside(|| async {
        assert_eq!(
            refused(|| task::block_on(bubble::wait())),
            "goroutine is not in a bubble"
        );
    });
}

// What blocks durably, and what does not.

/// Whether the time moves while a goroutine waits so.
async fn is_durable<F: Future<Output = ()> + Send + 'static>(wait: impl FnOnce() -> F + Send + 'static) -> bool {
    bubble::run(async move {
        let waits = task::spawn(wait());
        let sleeps = task::spawn(native::sleep(HOUR));
        // By real time, in case the other stands still.
        let gives_up = sleeps.abort_handle();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(5));
            gives_up.abort();
        });
        let moved = sleeps.await.is_ok();
        waits.abort();
        moved
    })
    .await
}

#[test]
fn waiting_for_the_bubble_is_durable() {
    outside(|| async {
        assert!(is_durable(|| async { Chan::<i32>::make(0).recv().await.map_or((), drop) }).await);
        assert!(is_durable(|| async { Chan::make(0).send(1).await }).await);
        assert!(is_durable(|| async { Chan::<i32>::nil().recv().await.map_or((), drop) }).await);
        assert!(is_durable(|| async { Chan::nil().send(1).await }).await);
        assert!(
            is_durable(|| async {
                select! {}
            })
            .await
        );
        let all_of_it = || async {
            let (a, b, nil): (Chan<i32>, Chan<i32>, Chan<i32>) = (Chan::make(0), Chan::make(0), Chan::nil());
            select! { _ = a.recv() => {} b.send(1) => {} _ = nil.recv() => {} }
        };
        assert!(is_durable(all_of_it).await);
        let group = || async {
            let group = WaitGroup::default();
            group.add(1);
            group.wait().await;
        };
        assert!(is_durable(group).await);
        let cond = || async {
            let (mutex, cond) = (owned::Mutex::new(1), owned::Cond::new());
            drop(cond.wait(mutex.lock()).await);
        };
        assert!(is_durable(cond).await);
        assert!(is_durable(|| native::sleep(2 * HOUR)).await);
        assert!(is_durable(|| async { sync::Semaphore::new(0).acquire(1).await }).await);
        let ends = || async {
            let (sender, _receiver) = chan::channel::<i32>(0);
            let _ = sender.send(1).await;
        };
        assert!(is_durable(ends).await);
    });
}

#[test]
fn waiting_for_what_others_may_do_is_not_durable() {
    outside(|| async {
        let locked = Ptr::new(sync::Mutex::default());
        sync::Mutex::lock(&locked).await;
        let waits = locked.clone();
        assert!(!is_durable(|| async move { sync::Mutex::lock(&waits).await }).await);
        let lock = Arc::new(sync::RwMutex::default());
        lock.lock().await;
        let (reads, writes) = (lock.clone(), lock.clone());
        assert!(!is_durable(|| async move { reads.rlock().await }).await);
        assert!(!is_durable(|| async move { writes.lock().await }).await);
        let foreign: Chan<i32> = Chan::make(0);
        let (receives, sends, selects) = (foreign.clone(), foreign.clone(), foreign.clone());
        assert!(!is_durable(|| async move { receives.recv().await.map_or((), drop) }).await);
        assert!(!is_durable(|| async move { sends.send(1).await }).await);
        let mixed = || async move {
            let own: Chan<i32> = Chan::make(0);
            select! { _ = own.recv() => {} _ = selects.recv() => {} }
        };
        assert!(!is_durable(mixed).await);
        let group = Arc::new(WaitGroup::default());
        group.add(1);
        assert!(!is_durable(|| async move { group.wait().await }).await);
        assert!(!is_durable(|| tokio::time::sleep(HOUR)).await);
        assert!(!is_durable(|| async { task::block_on(tokio::time::sleep(Duration::from_millis(50))) }).await);
        let outside = task::spawn(std::future::pending::<()>());
        assert!(!is_durable(|| async move { drop(outside.await) }).await);
    });
}

#[test]
fn a_wait_that_somebody_outside_ends_ends() {
    outside(|| async {
        let foreign: Chan<i32> = Chan::make(0);
        let sends = foreign.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(3));
            sends.blocking_send(7);
        });
        let got = bubble::run(async move {
            let start = native::now();
            let got = foreign.recv().await;
            assert!(native::now() == start);
            native::sleep(HOUR).await;
            got
        });
        assert_eq!(got.await, Some(7));
    });
}

// The end.

#[test]
fn a_bubble_is_over_when_all_its_goroutines_are() {
    outside(|| async {
        for _ in 0..TIMES {
            let ended = Arc::new(AtomicU64::new(0));
            let counts = ended.clone();
            let value = bubble::run(async move {
                let go: Chan<()> = Chan::make(0);
                for _ in 0..3 {
                    let (counts, gate) = (counts.clone(), go.clone());
                    task::go(async move {
                        gate.recv().await;
                        task::gosched().await;
                        counts.fetch_add(1, SeqCst);
                    });
                }
                go.close();
                "done"
            });
            assert_eq!((value.await, ended.load(SeqCst)), ("done", 3));
        }
    });
}

#[test]
fn when_nobody_can_go_on_it_is_a_deadlock() {
    outside(|| async {
        let text = bubble_panics(async { Chan::<i32>::make(0).recv().await.map_or((), drop) }).await;
        assert_eq!(text, "deadlock: all goroutines in bubble are blocked");
        let text = bubble_panics(async {
            task::go(std::future::pending());
            let group = Arc::new(WaitGroup::default());
            group.go(async {
                select! {}
            });
            group.wait().await;
        });
        assert_eq!(text.await, "deadlock: all goroutines in bubble are blocked");
    });
}

#[test]
fn goroutines_that_are_left_when_the_main_one_is_over_are_a_deadlock() {
    const TEXT: &str = "deadlock: main bubble goroutine has exited but blocked goroutines remain";
    outside(|| async {
        assert_eq!(
            bubble_panics(async {
                task::go(async {
                    select! {}
                })
            })
            .await,
            TEXT
        );
        // The time stands still then.
        assert_eq!(bubble_panics(async { task::go(native::sleep(SECOND)) }).await, TEXT);
    });
}

#[test]
fn a_panic_of_the_main_goroutine_is_that_of_the_bubble() {
    outside(|| async {
        let text = bubble_panics(async {
            task::go(async {
                select! {}
            });
            task::gosched().await;
            panic!("too hot")
        });
        assert_eq!(text.await, "too hot");
        let exits = task::spawn(bubble::run(async { task::goexit() }));
        assert!(exits.await.expect_err("it exits").is_goexit());
    });
}

#[test]
fn a_bubble_that_nobody_waits_for_is_left() {
    outside(|| async {
        let dropped = Arc::new(AtomicBool::new(false));
        struct Drops(Arc<AtomicBool>);
        impl Drop for Drops {
            fn drop(&mut self) {
                self.0.store(true, SeqCst);
            }
        }
        let drops = Drops(dropped.clone());
        let run = bubble::run(async move {
            let _drops = drops;
            tokio::time::sleep(HOUR).await;
        });
        assert!(tokio::time::timeout(Duration::ZERO, run).await.is_err());
        while !dropped.load(SeqCst) {
            task::gosched().await;
        }
    });
}

bubbles! {
    async fn a_bubble_in_a_bubble_is_refused() {
        let error = task::spawn(bubble::run(async {})).await.expect_err("it panics");
        assert!(error.to_string().ends_with("synctest.Run called from within a synctest bubble"));
    }

    async fn dumps_tell_of_bubbles() {
        let waits = task::spawn(async { Chan::<i32>::make(0).recv().await });
        bubble::wait().await;
        let all = task::goroutines();
        let waiting = all.iter().find(|goroutine| goroutine.id == waits.id()).expect("it is there");
        assert!(waiting.durable && waiting.bubble != 0);
        let head = format!("goroutine {} [chan receive (durable), synctest bubble {}]:\n", waiting.id, waiting.bubble);
        assert!(waiting.to_string().starts_with(&head), "{waiting}");
        waits.abort();
    }
}

// Inside and outside.

#[test]
fn channels_of_a_bubble_are_refused_outside() {
    outside(|| async {
        let (c, full): (Chan<i32>, Chan<i32>) = bubble::run(async { (Chan::make(1), Chan::make(0)) }).await;
        let receives = "receive on synctest channel from outside bubble";
        let sends = "send on synctest channel from outside bubble";
        let selects = "select on synctest channel from outside bubble";
        assert_eq!(refused(|| task::block_on(c.recv())), receives);
        assert_eq!(refused(|| c.try_recv()), receives);
        assert_eq!(refused(|| c.blocking_recv()), receives);
        assert_eq!(refused(|| task::block_on(c.send(1))), sends);
        assert_eq!(refused(|| c.try_send(1)), sends);
        assert_eq!(refused(|| c.close()), "close of synctest channel from outside bubble");
        let waits = || {
            task::block_on(async {
                select! { _ = c.recv() => {} full.send(1) => {} }
            })
        };
        assert_eq!(refused(waits), selects);
        let tries = || {
            task::block_on(async {
                select! { _ = c.recv() => {} default => {} }
            })
        };
        assert_eq!(refused(tries), selects);
        // Asking is no use of it.
        assert_eq!((c.len(), c.cap()), (0, 1));
        // Nor is another bubble inside.
        let text = bubble_panics(async move { c.recv().await.map_or((), drop) });
        assert_eq!(text.await, receives);
        let (sender, receiver) = bubble::run(async { chan::channel::<i32>(1) }).await;
        assert_eq!(refused(|| sender.try_send(1)), sends);
        assert_eq!(refused(|| drop(task::block_on(sender.reserve()))), sends);
        assert_eq!(refused(|| receiver.try_recv()), receives);
        // Dropping the ends is always possible.
        drop((sender, receiver));
    });
}

#[test]
fn timers_of_a_bubble_are_refused_outside() {
    outside(|| async {
        let (timer, ticker, go_timer) = bubble::run(async {
            (
                native::Timer::new(HOUR),
                native::Ticker::new(HOUR),
                time::new_timer(time::HOUR),
            )
        })
        .await;
        let (stops, resets) = (
            "stop of synctest timer from outside bubble",
            "reset of synctest timer from outside bubble",
        );
        assert_eq!(refused(|| timer.stop()), stops);
        assert_eq!(refused(|| timer.reset(HOUR)), resets);
        assert_eq!(refused(|| ticker.stop()), stops);
        assert_eq!(refused(|| ticker.reset(HOUR)), resets);
        assert_eq!(refused(|| go_timer.stop()), stops);
        assert_eq!(refused(|| go_timer.reset(time::HOUR)), resets);
    });
}

#[test]
fn a_wait_group_is_of_one_bubble_at_a_time() {
    const MIXED: &str = "sync: WaitGroup.Add called from inside and outside synctest bubble";
    outside(|| async {
        let group = Arc::new(WaitGroup::default());
        let inside = group.clone();
        bubble::run(async move { inside.add(1) }).await;
        assert_eq!(refused(|| group.add(1)), MIXED);
        let other = group.clone();
        let text = bubble_panics(async move { other.add(1) });
        assert_eq!(text.await, "sync: WaitGroup.Add called from multiple synctest bubbles");
        let group = Arc::new(WaitGroup::default());
        group.add(1);
        let inside = group.clone();
        assert_eq!(bubble_panics(async move { inside.add(1) }).await, MIXED);
        // Who has waited for zero lets it go.
        let group = Arc::new(WaitGroup::default());
        let inside = group.clone();
        bubble::run(async move {
            inside.go(native::sleep(HOUR));
            inside.wait().await;
        })
        .await;
        group.go(async {});
        group.wait().await;
        let inside = group.clone();
        bubble::run(async move {
            inside.add(1);
            inside.done();
            inside.wait_sync();
        })
        .await;
        group.add(1);
    });
}
