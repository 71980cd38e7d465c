//! The language's rules for `select`, one test each.
#![cfg(feature = "value")]
#![forbid(unsafe_code)]

mod common;

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex as Log};

use common::{TIMES, now, panics, waits};
use gort_runtime::prelude::*;
use gort_runtime::select::{Chosen, Select};
use gort_runtime::sync::TaskGroup;

#[gort_runtime::test]
async fn it_sends_or_receives_whatever_can_be_done() {
    let (a, b): (Chan<i64>, Chan<i64>) = (Chan::make(1), Chan::make(1));
    now(b.send(5));
    now(a.send(0));
    select! {
        a.send(1) => unreachable!("a is full"),
        v = b.recv() => assert_eq!(v, Some(5)),
    }
    select! {
        v = b.recv() => unreachable!("b is empty: {v:?}"),
        v = a.recv() => assert_eq!(v, Some(0)),
    }
}

#[gort_runtime::test]
async fn operands_are_evaluated_once_and_in_source_order_whatever_is_chosen() {
    let log = Log::new(vec![]);
    let note = |what: &'static str| log.lock().unwrap().push(what);
    let ready: Chan<i64> = Chan::make(1);
    let never: Chan<i64> = Chan::make(0);
    now(ready.send(1));
    let value = || {
        note("value");
        7
    };
    select! {
        { note("first"); &never }.send(value()) => unreachable!(),
        _ = { note("second"); &never }.recv() => unreachable!(),
        _ = { note("third"); &ready }.recv() => note("body"),
    }
    assert_eq!(*log.lock().unwrap(), ["first", "value", "second", "third", "body"]);
}

#[gort_runtime::test]
async fn the_left_hand_side_is_evaluated_only_when_its_case_is_chosen() {
    let (a, b): (Chan<usize>, Chan<usize>) = (Chan::make(1), Chan::make(1));
    now(b.send(1));
    let mut list = [0; 2];
    let mut evaluated = vec![];
    let mut place = |i: usize| {
        evaluated.push(i);
        i
    };
    select! {
        v = a.recv() => list[place(0)] = v.unwrap_or(9),
        v = b.recv() => list[place(1)] = v.unwrap_or(9),
    }
    assert_eq!((list, evaluated), ([0, 1], vec![1]));
}

#[gort_runtime::test]
async fn among_cases_that_can_proceed_each_is_as_likely() {
    const ROUNDS: i64 = 8000;
    let c: Chan<usize> = Chan::make(1);
    let mut counts = [0_i64; 4];
    for _ in 0..ROUNDS {
        select! {
            c.send(0) => {}
            c.send(1) => {}
            c.send(2) => {}
            c.send(3) => {}
        }
        counts[now(c.recv()).unwrap()] += 1;
    }
    // A quarter each; a hundred is more than two deviations away, three hundred more than seven.
    assert!(counts.iter().all(|n| (n - ROUNDS / 4).abs() < 300), "{counts:?}");
}

#[gort_runtime::test]
async fn one_case_alone_is_done() {
    for _ in 0..TIMES {
        let (a, b): (Chan<i64>, Chan<i64>) = (Chan::make(1), Chan::make(1));
        select! {
            a.send(1) => {}
            b.send(1) => {}
        }
        assert_eq!(a.len() + b.len(), 1);
    }
}

#[gort_runtime::test]
async fn the_default_is_chosen_only_when_nothing_can_proceed() {
    let c: Chan<i64> = Chan::make(1);
    let mut chosen = vec![];
    for _ in 0..2 {
        select! {
            default => chosen.push("default"),
            c.send(1) => chosen.push("send"),
        }
    }
    assert_eq!(chosen, ["send", "default"]);
    select! {
        v = c.recv() => assert_eq!(v, Some(1)),
        default => unreachable!("there is a value"),
    }
}

#[gort_runtime::test]
async fn without_a_default_it_waits_until_something_can_proceed() {
    for _ in 0..TIMES {
        let (a, b): (Chan<i64>, Chan<i64>) = (Chan::make(0), Chan::make(0));
        let to = b.clone();
        task::go(async move {
            task::gosched().await;
            to.send(2).await;
        });
        select! {
            v = a.recv() => unreachable!("{v:?}"),
            v = b.recv() => assert_eq!(v, Some(2)),
        }
    }
}

#[gort_runtime::test]
async fn a_closed_channel_can_always_be_received_from() {
    let (closed, never): (Chan<i64>, Chan<i64>) = (Chan::make(0), Chan::make(0));
    closed.close();
    for _ in 0..TIMES {
        select! {
            v = closed.recv() => assert_eq!(comma_ok(v), (0, false)),
            v = never.recv() => unreachable!("{v:?}"),
        }
    }
}

#[gort_runtime::test]
async fn a_send_to_a_closed_channel_can_proceed_and_panics() {
    let c: Chan<i64> = Chan::make(0);
    c.close();
    let chosen = panics(|| {
        now(async {
            select! {
                c.send(1) => {}
            }
        })
    });
    assert_eq!(chosen, "send on closed channel");
    assert_eq!(panics(|| Select::new().send(&c, 1).try_now()), "send on closed channel");
}

#[gort_runtime::test]
async fn cases_on_nil_are_never_chosen() {
    let (nil, c): (Chan<i64>, Chan<i64>) = (Chan::nil(), Chan::make(1));
    for _ in 0..TIMES {
        select! {
            nil.send(1) => unreachable!(),
            _ = nil.recv() => unreachable!(),
            c.send(1) => {}
        }
        now(c.recv());
    }
    select! {
        _ = nil.recv() => unreachable!(),
        default => {}
    }
}

#[gort_runtime::test]
async fn with_nil_channels_only_or_no_case_it_waits_for_ever() {
    let nil: Chan<i64> = Chan::nil();
    assert!(waits(async {
        select! {
            nil.send(1) => {}
            _ = nil.recv() => {}
        }
    }));
    assert!(waits(async {
        select! {}
    }));
    assert!(waits(Select::<i64>::new().wait()));
}

#[gort_runtime::test]
async fn received_values_and_ok_are_assigned() {
    let c: Chan<i64> = Chan::make(1);
    now(c.send(3));
    c.close();
    let mut seen = vec![];
    for _ in 0..2 {
        let (v, ok);
        select! {
            received = c.recv() => (v, ok) = comma_ok(received),
        }
        seen.push((v, ok));
    }
    assert_eq!(seen, [(3, true), (0, false)]);
}

#[gort_runtime::test]
async fn one_channel_may_be_in_several_cases() {
    for _ in 0..TIMES {
        let c: Chan<i64> = Chan::make(0);
        let other = c.clone();
        let group = TaskGroup::new();
        group.spawn(async move {
            select! {
                other.send(1) => {}
                v = other.recv() => assert_eq!(v, Some(2)),
            }
        });
        select! {
            c.send(2) => {}
            v = c.recv() => assert_eq!(v, Some(1)),
        }
        group.wait().await;
    }
}

#[gort_runtime::test]
async fn the_body_runs_after_the_other_cases_left_their_queues() {
    let (a, b): (Chan<i64>, Chan<i64>) = (Chan::make(0), Chan::make(0));
    let to = b.clone();
    task::go(async move { to.send(1).await });
    select! {
        _ = a.recv() => unreachable!(),
        v = b.recv() => {
            assert_eq!(v, Some(1));
            // Were the first case still queued, this would be a rendezvous with nobody.
            assert!(a.try_send(5).is_err());
        }
    }
}

#[gort_runtime::test]
async fn break_continue_and_return_mean_in_a_body_what_they_mean_outside() {
    async fn first_over_two(c: &Chan<i64>) -> i64 {
        loop {
            select! {
                v = c.recv() => {
                    let v = v.unwrap_or(0);
                    if v == 1 {
                        continue;
                    }
                    if v == 2 {
                        break -1;
                    }
                    return v;
                }
            }
        }
    }
    let c: Chan<i64> = Chan::make(3);
    c.send_many([1, 3]).await;
    assert_eq!(first_over_two(&c).await, 3);
    c.send_many([1, 2]).await;
    assert_eq!(first_over_two(&c).await, -1);
}

#[gort_runtime::test]
async fn nothing_is_lost_or_doubled_among_many_selects() {
    let (a, b): (Chan<u64>, Chan<u64>) = (Chan::make(0), Chan::make(2));
    let (senders, receivers, sum) = (TaskGroup::new(), TaskGroup::new(), Arc::new(AtomicU64::new(0)));
    let done: Chan<()> = Chan::make(0);
    for _ in 0..6 {
        let (a, b) = (a.clone(), b.clone());
        senders.spawn(async move {
            for i in 1..=200 {
                select! {
                    a.send(i) => {}
                    b.send(i) => {}
                }
            }
        });
    }
    for _ in 0..6 {
        let (a, b, done, sum) = (a.clone(), b.clone(), done.clone(), sum.clone());
        receivers.spawn(async move {
            loop {
                select! {
                    v = a.recv() => { sum.fetch_add(v.unwrap_or(0), SeqCst); },
                    v = b.recv() => { sum.fetch_add(v.unwrap_or(0), SeqCst); },
                    _ = done.recv() => return,
                }
            }
        });
    }
    senders.wait().await;
    while b.len() > 0 {
        task::gosched().await;
    }
    done.close();
    receivers.wait().await;
    assert_eq!(sum.load(SeqCst), 6 * 20_100);
}

#[gort_runtime::test]
async fn a_select_that_is_given_up_gives_back_what_it_received() {
    let (a, b): (Chan<i64>, Chan<i64>) = (Chan::make(0), Chan::make(0));
    let mut select = Box::pin(async {
        select! {
            v = a.recv() => v,
            v = b.recv() => v,
        }
    });
    assert!(common::poll(&mut select.as_mut()).is_pending());
    assert!(b.try_send(1).is_ok());
    drop(select);
    assert_eq!(b.try_recv(), Some(Some(1)));
    assert!(a.try_send(1).is_err());
}

// Cases that are known only while running.

#[gort_runtime::test]
async fn a_dynamic_select_tells_which_case_it_did() {
    let chans: Vec<Chan<i64>> = (0..20).map(|_| Chan::make(1)).collect();
    now(chans[13].send(4));
    let recv = || chans.iter().fold(Select::new(), Select::recv);
    assert_eq!(recv().wait().await, Chosen::Received(13, Some(4)));
    assert_eq!(recv().try_now(), None);
    chans[7].close();
    assert_eq!(recv().try_now(), Some(Chosen::Received(7, None)));
    assert_eq!(Select::new().send(&chans[0], 1).wait().await, Chosen::Sent(0));
}
