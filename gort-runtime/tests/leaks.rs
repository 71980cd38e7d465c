//! Goroutines that can never go on are found, and no others.
//!
//! - In: goroutines that wait for channels in all ways.
//! - Out: those that are told to have leaked.
//! - Invariants: every test watches leaks, which is a switch of the whole process.
#![cfg(feature = "value")]
#![forbid(unsafe_code)]

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::task::Poll;

use gort_runtime::chan::{self, Chan};
use gort_runtime::task::{self, Wait};
use gort_runtime::{select, time};

/// Runs goroutines that are watched.
fn watched(body: impl Future<Output = ()> + Send + 'static) {
    task::watch_leaks();
    task::test(body);
}

/// Lets all others run until they wait.
async fn settle() {
    time::sleep(time::Duration(20_000_000)).await;
}

fn waits() -> Vec<Wait> {
    task::leaked().iter().map(|goroutine| goroutine.wait).collect()
}

/// Waits until those have leaked that are to; a busy machine may take its time.
async fn leak(expected: &[Wait]) {
    for _ in 0..500 {
        let mut waits = waits();
        waits.sort_by_key(|wait| wait.text());
        if waits == expected {
            return;
        }
        settle().await;
    }
    assert_eq!(waits(), expected);
}

#[test]
fn who_sends_an_answer_that_nobody_awaits_any_more_has_leaked() {
    watched(async {
        let answers = Chan::make(0);
        let other = answers.clone();
        task::go(async move { other.send(1).await });
        settle().await;
        assert_eq!(waits(), [], "the answer may yet be received");
        drop(answers);
        leak(&[Wait::ChanSend]).await;
        assert!(task::leaked()[0].to_string().contains("[chan send (leaked)]"));
    });
}

#[test]
fn workers_have_leaked_when_nobody_is_left_to_close_their_channel() {
    watched(async {
        let jobs: Chan<i32> = Chan::make(4);
        for _ in 0..3 {
            let jobs = jobs.clone();
            task::go(async move { while jobs.recv().await.is_some() {} });
        }
        jobs.send(1).await;
        settle().await;
        assert_eq!(waits(), []);
        drop(jobs);
        leak(&[Wait::ChanReceive; 3]).await;
    });
}

#[test]
fn workers_that_are_told_to_end_do_not_leak() {
    watched(async {
        let jobs: Chan<i32> = Chan::make(4);
        let worker = jobs.clone();
        task::go(async move { while worker.recv().await.is_some() {} });
        jobs.close();
        drop(jobs);
        settle().await;
        assert_eq!(waits(), []);
    });
}

#[test]
fn a_select_has_leaked_when_none_of_its_cases_can_proceed() {
    watched(async {
        let (a, b): (Chan<i32>, Chan<i32>) = (Chan::make(0), Chan::make(0));
        let (a2, b2) = (a.clone(), b.clone());
        task::go(async move {
            select! {
                _ = a2.recv() => {}
                b2.send(1) => {}
            }
        });
        settle().await;
        drop(a);
        assert_eq!(waits(), [], "one case is left");
        drop(b);
        leak(&[Wait::Select]).await;
    });
}

#[test]
fn goroutines_that_wait_for_each_other_have_leaked() {
    watched(async {
        let (a, b): (Chan<i32>, Chan<i32>) = (Chan::make(0), Chan::make(0));
        for (mine, yours) in [(a.clone(), b.clone()), (b, a)] {
            task::go(async move {
                select! {
                    _ = mine.recv() => {}
                    _ = yours.recv() => {}
                }
            });
        }
        settle().await;
        leak(&[Wait::Select; 2]).await;
    });
}

#[test]
fn what_waits_for_nothing_at_all_has_leaked() {
    watched(async {
        task::go(async {
            let _ = Chan::<i32>::nil().recv().await;
        });
        task::go(async { Chan::nil().send(1).await });
        task::go(async {
            select! {}
        });
        leak(&[Wait::ChanReceiveNil, Wait::ChanSendNil, Wait::SelectNoCases]).await;
    });
}

#[test]
fn a_handle_that_anybody_else_has_keeps_a_goroutine_from_being_told() {
    watched(async {
        // In a goroutine that sleeps, in shared memory, in another channel, in one that waits for something else.
        let made = || -> (Chan<i32>, Chan<i32>) {
            let c = Chan::make(0);
            let other: Chan<i32> = c.clone();
            task::go(async move {
                let _ = c.recv().await;
            });
            (other.clone(), other)
        };
        let (asleep, _) = made();
        task::go(async move {
            time::sleep(time::Duration(3_600_000_000_000)).await;
            asleep.close();
        });
        let shared = Arc::new(made());
        let buffer = Chan::make(1);
        buffer.send(made().0).await;
        let (waiting, _) = made();
        let reply: Chan<i32> = Chan::make(0);
        let asked = reply.clone();
        task::go(async move {
            let _ = asked.recv().await;
            waiting.close();
        });
        settle().await;
        assert_eq!(waits(), []);
        drop((shared, buffer, reply));
        settle().await;
        // The one that was to reply waits for ever; what waits for it in turn is held by it, out of sight.
        leak(&[Wait::ChanReceive; 3]).await;
    });
}

#[test]
fn who_waits_for_something_else_too_is_not_told() {
    watched(async {
        task::go(async {
            let c: Chan<i32> = Chan::make(0);
            let mut recv = pin!(c.recv());
            let mut sleep = pin!(time::sleep(time::Duration(3_600_000_000_000)));
            poll_fn(|cx| match recv.as_mut().poll(cx) {
                Poll::Ready(_) => Poll::Ready(()),
                Poll::Pending => sleep.as_mut().poll(cx),
            })
            .await;
        });
        task::go(async {
            let c: Chan<i32> = Chan::make(0);
            let mut recv = pin!(c.recv());
            poll_fn(|cx| {
                // Somebody outside may wake it.
                std::mem::forget(cx.waker().clone());
                recv.as_mut().poll(cx).map(drop)
            })
            .await;
        });
        task::go(async {
            let c: Chan<i32> = Chan::make(0);
            select! {
                _ = c.recv() => {}
                _ = time::after(time::Duration(3_600_000_000_000)).recv() => {}
            }
        });
        settle().await;
        assert_eq!(waits(), []);
    });
}

#[test]
fn ends_are_seen_too() {
    watched(async {
        let (sender, receiver) = chan::channel::<i32>(0);
        let other = receiver.clone();
        task::go(async move {
            select! {
                _ = sender.send(1) => {}
                _ = other.recv() => {}
            }
        });
        settle().await;
        assert_eq!(waits(), []);
        drop(receiver);
        leak(&[Wait::Select]).await;
    });
}

/// Goroutines start each other, pass handles through channels, and drop them as early as they can, while another asks all the
/// time which of them have leaked: none ever does, since all of them end.
#[test]
fn nobody_who_goes_on_is_ever_told() {
    watched(async {
        const ROUNDS: u64 = 300;
        let over = Arc::new(AtomicBool::new(false));
        let asked = Arc::new(AtomicU64::new(0));
        let asks = {
            let (over, asked) = (over.clone(), asked.clone());
            async move {
                while !over.load(SeqCst) {
                    assert_eq!(waits(), []);
                    asked.fetch_add(1, SeqCst);
                    task::gosched().await;
                }
            }
        };
        let done = Chan::make(0);
        let told = done.clone();
        task::go(async move {
            asks.await;
            told.send(()).await;
        });
        for round in 0..ROUNDS {
            let handles: Chan<Chan<u64>> = Chan::make((round % 2) as i64);
            let giver = handles.clone();
            task::go(async move {
                let reply = Chan::make(0);
                giver.send(reply.clone()).await;
                drop(giver);
                assert_eq!(reply.recv().await, Some(round));
            });
            let taker = handles;
            task::go(async move {
                let reply = taker.recv().await.unwrap_or_default();
                drop(taker);
                task::go(async move { reply.send(round).await });
            });
            task::gosched().await;
        }
        settle().await;
        over.store(true, SeqCst);
        done.recv().await;
        assert!(asked.load(SeqCst) > 10);
    });
}
