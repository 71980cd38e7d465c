//! The language's rules for the `go` statement, and what a goroutine's end means, one test each. What ends the process is in
//! `process.rs`.
#![cfg(feature = "value")]
#![forbid(unsafe_code)]

mod common;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Barrier};

use common::{TIMES, now};
use gort_runtime::prelude::*;
use gort_runtime::sync::TaskGroup;

#[gort_runtime::test]
async fn a_goroutine_runs_beside_the_one_that_started_it_in_the_same_memory() {
    let flag = Arc::new(AtomicBool::new(false));
    let (seen, done) = (flag.clone(), Chan::make(0));
    let tell = done.clone();
    task::go(async move {
        seen.store(true, SeqCst);
        tell.send(()).await;
    });
    done.recv().await;
    assert!(flag.load(SeqCst));
}

#[gort_runtime::test]
async fn who_starts_a_goroutine_does_not_wait_for_it() {
    let gate: Chan<()> = Chan::make(0);
    let ended = Arc::new(AtomicBool::new(false));
    let (opens, ends) = (gate.clone(), ended.clone());
    task::go(async move {
        opens.recv().await;
        ends.store(true, SeqCst);
    });
    assert!(!ended.load(SeqCst));
    gate.send(()).await;
}

#[gort_runtime::test]
async fn what_it_is_given_is_evaluated_by_the_starter_before_it_starts() {
    for _ in 0..TIMES {
        let c: Chan<i64> = Chan::make(1);
        let mut i = 1;
        let (to, argument) = (c.clone(), i);
        task::go(async move { to.send(argument).await });
        i += 1;
        assert_eq!((c.recv().await, i), (Some(1), 2));
    }
}

#[gort_runtime::test]
async fn each_goroutine_is_independent_of_the_others() {
    let stuck: Chan<()> = Chan::make(0);
    for _ in 0..50 {
        let never = stuck.clone();
        task::go(async move { never.recv_or_zero().await });
    }
    let c: Chan<i64> = Chan::make(0);
    let to = c.clone();
    task::go(async move { to.send(1).await });
    assert_eq!(c.recv().await, Some(1));
}

#[gort_runtime::test]
async fn goroutines_run_at_the_same_time_when_there_are_processors() {
    if task::gomaxprocs(0) < 2 {
        return;
    }
    // Each blocks its thread until the other has come.
    let meet = Arc::new(Barrier::new(2));
    let group = TaskGroup::new();
    for _ in 0..2 {
        let meet = meet.clone();
        group.spawn(async move {
            task::block_on(async { meet.wait() });
        });
    }
    group.wait().await;
}

#[gort_runtime::test]
async fn a_goroutine_ends_with_its_function() {
    let before = task::num_goroutine();
    let group = TaskGroup::new();
    for _ in 0..20 {
        group.spawn(async {});
    }
    group.wait().await;
    // Counted down when the goroutine is dropped, which may be a moment after it told the group.
    while task::num_goroutine() > before {
        task::gosched().await;
    }
}

#[gort_runtime::test]
async fn a_goroutine_may_outlive_its_starter() {
    for _ in 0..TIMES {
        let c: Chan<i64> = Chan::make(0);
        let to = c.clone();
        task::go(async move {
            task::go(async move {
                task::gosched().await;
                to.send(9).await;
            });
        });
        assert_eq!(c.recv().await, Some(9));
    }
}

#[gort_runtime::test]
async fn goexit_ends_the_goroutine_and_no_other_and_runs_what_is_deferred() {
    let log = Arc::new(AtomicU64::new(0));
    let (told, done) = (log.clone(), Chan::make(1));
    let tell = done.clone();
    task::go(async move {
        defer::scope(
            || (),
            |defers| {
                defers.push(|| {
                    // Nothing to recover: it is no panic.
                    assert!(recover().is_nil());
                    told.fetch_add(1, SeqCst);
                    now(tell.send(()));
                });
                task::goexit();
            },
        );
        unreachable!("the goroutine is over");
    });
    done.recv().await;
    assert_eq!(log.load(SeqCst), 1);
}

#[gort_runtime::test]
async fn gosched_lets_the_others_run() {
    let turn = Arc::new(AtomicU64::new(0));
    let other = turn.clone();
    task::go(async move {
        while other.load(SeqCst) < 10 {
            other.fetch_add(1, SeqCst);
            task::gosched().await;
        }
    });
    while turn.load(SeqCst) < 10 {
        task::gosched().await;
    }
}

#[gort_runtime::test]
async fn what_happens_before_the_start_is_seen_by_the_goroutine() {
    for _ in 0..TIMES {
        let mut list = vec![1];
        list.push(2);
        let c: Chan<i64> = Chan::make(0);
        let to = c.clone();
        task::go(async move { to.send(list.iter().sum()).await });
        assert_eq!(c.recv().await, Some(3));
    }
}

#[gort_runtime::test]
async fn a_send_happens_before_the_receive_and_a_receive_before_the_send_is_over() {
    use std::sync::atomic::Ordering::Relaxed;
    for _ in 0..TIMES {
        let (before, after) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let c: Chan<()> = Chan::make(0);
        let (to, wrote, read) = (c.clone(), before.clone(), after.clone());
        let group = TaskGroup::new();
        group.spawn(async move {
            wrote.store(1, Relaxed);
            to.send(()).await;
            assert_eq!(read.load(Relaxed), 1);
        });
        after.store(1, Relaxed);
        c.recv().await;
        assert_eq!(before.load(Relaxed), 1);
        group.wait().await;
    }
}

#[gort_runtime::test]
async fn closing_happens_before_the_receive_that_tells_it() {
    use std::sync::atomic::Ordering::Relaxed;
    for _ in 0..TIMES {
        let (wrote, c): (_, Chan<()>) = (Arc::new(AtomicU64::new(0)), Chan::make(0));
        let (writes, closes) = (wrote.clone(), c.clone());
        task::go(async move {
            writes.store(1, Relaxed);
            closes.close();
        });
        c.recv().await;
        assert_eq!(wrote.load(Relaxed), 1);
    }
}

#[gort_runtime::test]
async fn a_buffer_of_n_lets_n_in_at_a_time() {
    let room: Chan<()> = Chan::make(3);
    let (inside, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let group = TaskGroup::new();
    for _ in 0..30 {
        let (room, inside, most) = (room.clone(), inside.clone(), most.clone());
        group.spawn(async move {
            room.send(()).await;
            most.fetch_max(inside.fetch_add(1, SeqCst) + 1, SeqCst);
            task::gosched().await;
            inside.fetch_sub(1, SeqCst);
            room.recv().await;
        });
    }
    group.wait().await;
    assert!(most.load(SeqCst) <= 3);
}
