//! `select!` over futures that are no operations of channels.
//!
//! - In: selects of channels and other futures, with and without `default`, biased and not.
//! - Out: one is chosen, its output is given, and nothing of the others is lost.
#![cfg(all(feature = "macros", feature = "time"))]
#![forbid(unsafe_code)]

use std::future::{Future, pending, ready};
use std::pin::pin;
use std::time::Duration;

use gort_runtime::chan::{self, Chan};
use gort_runtime::time::native;
use gort_runtime::{select, task};

const LONG: Duration = Duration::from_secs(3600);

#[gort_runtime::test]
async fn a_future_that_is_ready_is_chosen_with_its_output() {
    let never: Chan<i32> = Chan::make(0);
    let chosen = select! {
        _ = never.recv() => "channel".to_owned(),
        text = async { "future".to_owned() } => text,
    };
    assert_eq!(chosen, "future");
}

#[gort_runtime::test(virtual_time)]
async fn a_sleep_is_a_timeout() {
    let (sender, receiver) = chan::channel(0);
    task::go(async move {
        native::sleep(Duration::from_secs(2)).await;
        let _ = sender.send("late").await;
    });
    let start = native::now();
    let first = select! {
        value = receiver.recv() => value,
        _ = native::sleep(Duration::from_secs(1)) => None,
    };
    assert_eq!((first, (native::now() - start).as_secs()), (None, 1));
    let second = select! {
        value = receiver.recv() => value,
        _ = native::sleep(LONG) => None,
    };
    assert_eq!((second, (native::now() - start).as_secs()), (Some("late"), 2));
}

#[gort_runtime::test]
async fn a_future_is_polled_on_where_it_stood_if_it_is_lent() {
    let values: Chan<u32> = Chan::make(0);
    let sender = values.clone();
    task::go(async move {
        for i in 0..10 {
            sender.send(i).await;
        }
        sender.close();
    });
    let mut steps = 0;
    let mut counts = pin!(async {
        for _ in 0..3 {
            task::gosched().await;
            steps += 1;
        }
        pending::<()>().await
    });
    let mut sum = 0;
    loop {
        select! {
            value = values.recv() => match value {
                Some(value) => sum += value,
                None => break,
            },
            () = counts.as_mut() => unreachable!(),
        }
    }
    assert_eq!(sum, 45);
}

#[gort_runtime::test]
async fn default_is_taken_while_no_future_is_ready() {
    let c: Chan<i32> = Chan::make(1);
    let chosen = select! {
        _ = c.recv() => 1,
        _ = pending::<()>() => 2,
        default => 3,
    };
    assert_eq!(chosen, 3);
    let chosen = select! {
        _ = c.recv() => 1,
        n = ready(2) => n,
        default => 3,
    };
    assert_eq!(chosen, 2);
    c.send(7).await;
    let chosen = select! {
        n = c.recv() => n,
        _ = pending::<()>() => None,
        default => None,
    };
    assert_eq!(chosen, Some(7));
}

#[gort_runtime::test]
async fn the_first_that_is_ready_is_chosen_if_that_is_asked_for() {
    let c = Chan::make(1000);
    c.send_many(0..1000).await;
    for _ in 0..200 {
        select! {
            biased;
            _ = pending::<()>() => unreachable!(),
            n = ready(5) => assert_eq!(n, 5),
            _ = c.recv() => unreachable!(),
        }
        select! {
            biased;
            _ = c.recv() => {}
            _ = ready(5) => unreachable!(),
            default => unreachable!(),
        }
    }
    assert_eq!(c.len(), 800);
}

#[gort_runtime::test]
async fn futures_and_channels_are_chosen_alike() {
    let c: Chan<i32> = Chan::make(1);
    let mut chosen = [0; 3];
    for _ in 0..3000 {
        let _ = c.try_send(1);
        let case = select! {
            _ = c.recv() => 0,
            _ = ready(1) => 1,
            _ = async { 2 } => 2,
        };
        chosen[case] += 1;
    }
    assert!(chosen.iter().all(|n| *n > 800), "{chosen:?}");
}

/// Values come by channels that are cases, and by channels within futures that are cases, at once and from several threads; each
/// arrives once, although the futures of the selects that chose otherwise are dropped.
#[test]
fn nothing_is_lost_or_doubled_when_a_future_and_a_channel_are_ready_at_once() {
    for workers in [1, 2, 4] {
        task::test_on(workers, async {
            const EACH: u64 = 2000;
            let (a, b): (Chan<u64>, Chan<u64>) = (Chan::make(0), Chan::make(1));
            for (at, c) in [a.clone(), a.clone(), b.clone(), b.clone()].into_iter().enumerate() {
                task::go(async move {
                    for i in 0..EACH {
                        c.send(at as u64 * EACH + i).await;
                    }
                });
            }
            let all = Chan::make(0);
            for _ in 0..2 {
                let (a, b, all) = (a.clone(), b.clone(), all.clone());
                task::go(async move {
                    loop {
                        let value = select! {
                            value = a.recv() => value,
                            value = async { b.recv().await } => value,
                        };
                        all.send(value.expect("nobody closes")).await;
                    }
                });
            }
            let mut seen = vec![0; 4 * EACH as usize];
            for _ in 0..seen.len() {
                let value: u64 = all.recv().await.expect("nobody closes");
                seen[value as usize] += 1;
            }
            assert!(seen.iter().all(|n| *n == 1));
        });
    }
}

async fn or_nothing<F: Future<Output = u32> + Send>(future: F, quit: &Chan<()>) -> Option<u32> {
    select! {
        n = future => Some(n),
        _ = quit.recv() => None,
    }
}

#[gort_runtime::test]
async fn an_arm_may_be_of_any_type_that_is_a_future() {
    let quit = Chan::make(1);
    assert_eq!(or_nothing(ready(5), &quit).await, Some(5));
    quit.send(()).await;
    assert_eq!(or_nothing(pending(), &quit).await, None);
    let boxed: std::pin::Pin<Box<dyn Future<Output = u32> + Send>> = Box::pin(async { 6 });
    assert_eq!(or_nothing(boxed, &quit).await, Some(6));
}

#[cfg(feature = "context")]
#[gort_runtime::test]
async fn a_context_and_a_task_of_tokio_are_arms() {
    use gort_runtime::context::native::Context;
    let (ctx, cancel) = Context::background().with_cancel();
    let task = tokio::spawn(async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        5
    });
    select! {
        n = task => assert_eq!(n.ok(), Some(5)),
        _ = ctx.done() => unreachable!(),
    }
    cancel.cancel();
    select! {
        _ = tokio::time::sleep(LONG) => unreachable!(),
        _ = ctx.done() => {}
    }
}
