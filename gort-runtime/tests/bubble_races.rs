//! Bubbles where it matters who comes first: each rule many times, with one, two and four workers.
#![cfg(all(feature = "value", feature = "macros"))]
#![forbid(unsafe_code)]

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use gort_runtime::chan::Chan;
use gort_runtime::sync::owned;
use gort_runtime::task;
use gort_runtime::time::{bubble, native};

mod common;
use common::{TIMES, bubble_panics};

const HOUR: Duration = Duration::from_secs(3600);

/// Runs a goroutine in a bubble of its own, many times with each number of workers.
fn in_many_bubbles<F: Future<Output = ()> + Send + 'static>(main: fn() -> F) {
    for workers in [1, 2, 4] {
        task::test_on(workers, async move {
            for _ in 0..TIMES {
                bubble::run(main()).await;
            }
        });
    }
}

macro_rules! in_many_bubbles {
    ($(async fn $name:ident() $body:block)*) => {$(
        #[test]
        fn $name() { in_many_bubbles(|| async $body); }
    )*};
}

in_many_bubbles! {
    async fn the_time_waits_for_who_is_woken_before_its_wait_is_durable() {
        let (start, c) = (native::now(), Chan::make(0));
        let receives = c.clone();
        let received = task::spawn(async move {
            let mut times = Vec::new();
            while receives.recv().await.is_some() {
                times.push(native::now() - start);
            }
            times
        });
        for i in 0..4 {
            c.send(i).await;
            native::sleep(HOUR).await;
        }
        c.close();
        assert_eq!(received.await.ok(), Some((0..4).map(|i| i * HOUR).collect()));
    }

    async fn threads_that_wait_in_turns_are_no_deadlock() {
        let (there, back): (Chan<u32>, Chan<u32>) = (Chan::make(0), Chan::make(0));
        let (receives, answers) = (there.clone(), back.clone());
        task::go(async move {
            for _ in 0..8 {
                let value = receives.blocking_recv().expect("it is open");
                answers.blocking_send(value + 1);
            }
        });
        for i in 0..8 {
            there.blocking_send(i);
            assert_eq!(back.blocking_recv(), Some(i + 1));
        }
    }

    async fn wait_sees_all_that_the_others_do_before_they_wait() {
        let (steps, go) = (Arc::new(AtomicU64::new(0)), Chan::<()>::make(0));
        for i in 0..4 {
            let (steps, go) = (steps.clone(), go.clone());
            task::go(async move {
                for _ in 0..i {
                    task::gosched().await;
                }
                steps.fetch_add(1, SeqCst);
                go.recv().await;
                steps.fetch_add(1, SeqCst);
            });
        }
        bubble::wait().await;
        assert_eq!(steps.load(SeqCst), 4);
        go.close();
        bubble::wait().await;
        assert_eq!(steps.load(SeqCst), 8);
    }

    async fn an_abort_of_one_that_sleeps_does_not_move_the_time() {
        let start = native::now();
        let sleeps = task::spawn(native::sleep(HOUR));
        task::gosched().await;
        sleeps.abort();
        assert!(sleeps.await.is_err_and(|error| error.is_cancelled()));
        assert_eq!(native::now(), start);
    }
}

#[test]
fn waking_a_waiting_goroutine_from_outside_is_refused() {
    for workers in [1, 2, 4] {
        task::test_on(workers, async {
            let (cond, waits) = (Arc::new(owned::Cond::new()), Arc::new(AtomicBool::new(false)));
            let (inside, told) = (cond.clone(), waits.clone());
            let main = async move {
                task::go(async move {
                    // Not durable, so that the bubble is no deadlock before the other comes.
                    tokio::time::sleep(HOUR).await;
                });
                let mutex = owned::Mutex::new(1);
                let mut locked = mutex.lock();
                told.store(true, SeqCst);
                // Woken before it waits durably, it waits again.
                loop {
                    locked = inside.wait(locked).await;
                }
            };
            let text = task::spawn(bubble_panics(main));
            while !waits.load(SeqCst) {
                task::gosched().await;
            }
            while !text.is_finished() {
                cond.notify_all();
                task::gosched().await;
            }
            let text = text.await.expect("it panics inside");
            assert_eq!(text, "semaphore wake of synctest goroutine from outside bubble");
        });
    }
}
