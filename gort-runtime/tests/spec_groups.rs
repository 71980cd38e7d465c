//! What `golang.org/x/sync` promises of error groups, weighted semaphores and shared work, one test each; and the barrier.
#![cfg(feature = "value")]
#![forbid(unsafe_code)]

mod common;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

use common::{TIMES, now, others_run, panics, poll, waits};
use gort_runtime::chan;
use gort_runtime::context::{self, native};
use gort_runtime::prelude::*;
use gort_runtime::sync::singleflight::Group;
use gort_runtime::sync::{Barrier, ErrGroup, Semaphore, TaskGroup};

// Error groups.

#[gort_runtime::test]
async fn a_group_waits_for_all_and_is_fine_when_none_failed() {
    let (group, ended) = (ErrGroup::<i64>::new(), Arc::new(AtomicI64::new(0)));
    now(group.wait()).unwrap();
    for _ in 0..20 {
        let ended = ended.clone();
        let work = async move {
            task::gosched().await;
            ended.fetch_add(1, SeqCst);
            Ok(())
        };
        group.go(work).await;
    }
    assert_eq!((group.wait().await, ended.load(SeqCst)), (Ok(()), 20));
}

#[gort_runtime::test]
async fn the_first_error_is_told_and_the_others_run_to_their_end() {
    for _ in 0..TIMES {
        let (group, ended) = (ErrGroup::new(), Arc::new(AtomicI64::new(0)));
        let (told, hears) = chan::channel::<()>(1);
        group
            .go(async move {
                let _told = told;
                Err(1)
            })
            .await;
        let ends = ended.clone();
        group
            .go(async move {
                hears.recv().await;
                others_run().await;
                ends.fetch_add(1, SeqCst);
                Err(2)
            })
            .await;
        // The first may have told before its error was noted, so either is the first.
        assert!(matches!(group.wait().await, Err(1 | 2)));
        assert_eq!(ended.load(SeqCst), 1);
    }
}

#[gort_runtime::test]
async fn the_groups_context_is_cancelled_by_the_first_error_or_by_the_wait() {
    let (group, ctx) = ErrGroup::with_context(context::background(), None);
    let below = ctx.clone();
    group
        .go(async move {
            below.done().recv().await;
            Ok(())
        })
        .await;
    group.go(async { Err("no") }).await;
    assert_eq!(group.wait().await, Err("no"));
    assert!(ctx.err() == context::canceled());
    let (group, ctx) = ErrGroup::<GoError>::with_context(context::background(), None);
    group.go(async { Ok(()) }).await;
    assert!(ctx.err().is_nil());
    group.wait().await.unwrap();
    assert!(ctx.err() == context::canceled());
    let (group, ctx) = ErrGroup::<String>::in_context(&native::Context::background(), None);
    group.wait().await.unwrap();
    assert!(ctx.is_done());
}

#[gort_runtime::test]
async fn the_first_error_is_the_cause_of_the_groups_context() {
    for _ in 0..TIMES {
        let (group, ctx) = ErrGroup::with_context(context::background(), None);
        for text in ["one", "other"] {
            group.go(async move { Err(GoError::from(text)) }).await;
        }
        ctx.done().recv().await;
        let cause = context::cause(ctx.clone());
        assert!(!cause.is_nil() && cause != context::canceled());
        assert_eq!(group.wait().await, Err(cause.clone()));
        assert!(context::cause(ctx) == cause);

        let (group, ctx) = ErrGroup::in_context(&native::Context::background(), None);
        group.go(async { Err("broken") }).await;
        ctx.done().await;
        assert_eq!(ctx.cause().unwrap().to_string(), "broken");
        assert_eq!(
            (group.wait().await, ctx.err()),
            (Err("broken"), Some(native::Error::Canceled))
        );
    }
}

#[gort_runtime::test]
async fn without_an_error_the_cause_is_that_the_group_is_over() {
    let (group, ctx) = ErrGroup::<GoError>::with_context(context::background(), None);
    group.wait().await.unwrap();
    assert!(context::cause(ctx) == context::canceled());
    let (group, ctx) = ErrGroup::<String>::in_context(&native::Context::background(), None);
    group.wait().await.unwrap();
    assert!(ctx.cause().unwrap().is::<native::Error>());
}

#[gort_runtime::test]
async fn a_group_that_has_told_an_error_tells_the_next() {
    let group = ErrGroup::new();
    for error in ["one", "other"] {
        group.go(async move { Err(error) }).await;
        assert_eq!(group.wait().await, Err(error));
        assert_eq!(group.wait().await, Ok(()));
    }
}

#[gort_runtime::test]
async fn a_limit_makes_those_who_start_wait() {
    let (group, running, most) = (
        ErrGroup::<()>::with_limit(3),
        Arc::new(AtomicI64::new(0)),
        Arc::new(AtomicI64::new(0)),
    );
    for _ in 0..30 {
        let (running, most) = (running.clone(), most.clone());
        let work = async move {
            most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
            task::gosched().await;
            running.fetch_sub(1, SeqCst);
            Ok(())
        };
        group.go(work).await;
    }
    group.wait().await.unwrap();
    assert!(most.load(SeqCst) <= 3);
}

#[gort_runtime::test]
async fn try_go_starts_only_below_the_limit() {
    let group = ErrGroup::<()>::with_limit(1);
    let (open, gate) = chan::channel::<()>(0);
    assert!(group.try_go(async move {
        gate.recv().await;
        Ok(())
    }));
    assert!(!group.try_go(async { unreachable!("there is no room") }));
    assert!(waits(group.go(async { Ok(()) })));
    drop(open);
    group.wait().await.unwrap();
    assert!(group.try_go(async { Ok(()) }));
    group.wait().await.unwrap();
}

#[gort_runtime::test]
async fn with_a_limit_of_zero_nothing_is_started() {
    let group = ErrGroup::<()>::with_limit(0);
    assert!(!group.try_go(async { unreachable!("there is no room") }));
    assert!(waits(group.go(async { Ok(()) })));
}

// Semaphores.

#[gort_runtime::test]
async fn never_is_more_acquired_than_there_is() {
    let (semaphore, taken) = (Arc::new(Semaphore::new(5)), Arc::new(AtomicI64::new(0)));
    let group = TaskGroup::new();
    for i in 0..12 {
        let (semaphore, taken) = (semaphore.clone(), taken.clone());
        group.spawn(async move {
            let weight = i % 5 + 1;
            for _ in 0..50 {
                semaphore.acquire(weight).await;
                assert!(taken.fetch_add(weight, SeqCst) + weight <= 5);
                task::gosched().await;
                taken.fetch_sub(weight, SeqCst);
                semaphore.release(weight);
            }
        });
    }
    group.wait().await;
    assert!(semaphore.try_acquire(5));
}

#[test]
fn try_acquire_takes_all_or_nothing() {
    let semaphore = Semaphore::new(3);
    assert!(semaphore.try_acquire(2) && !semaphore.try_acquire(2) && semaphore.try_acquire(1));
    semaphore.release(3);
    assert!(semaphore.try_acquire(3) && semaphore.try_acquire(0) && !semaphore.try_acquire(1));
}

#[test]
fn who_wants_much_is_not_passed_over_by_those_who_want_little() {
    let semaphore = Semaphore::new(4);
    assert!(semaphore.try_acquire(2));
    let (mut much, mut little) = (pin!(semaphore.acquire(4)), pin!(semaphore.acquire(1)));
    assert!(poll(&mut much).is_pending() && poll(&mut little).is_pending());
    assert!(!semaphore.try_acquire(1));
    semaphore.release(2);
    assert!(poll(&mut little).is_pending());
    now(much);
    semaphore.release(4);
    now(little);
}

#[test]
fn who_gives_up_leaves_the_semaphore_as_it_was() {
    let semaphore = Semaphore::new(2);
    assert!(semaphore.try_acquire(1));
    let mut much = Box::pin(semaphore.acquire(2));
    let mut little = pin!(semaphore.acquire(1));
    assert!(poll(&mut much.as_mut()).is_pending() && poll(&mut little).is_pending());
    drop(much);
    now(little);
    semaphore.release(2);
    // Granted, but never taken.
    assert!(semaphore.try_acquire(2));
    let mut granted = Box::pin(semaphore.acquire(2));
    assert!(poll(&mut granted.as_mut()).is_pending());
    semaphore.release(2);
    drop(granted);
    assert!(semaphore.try_acquire(2));
}

#[test]
fn a_weight_that_can_never_be_had_blocks_nobody_else() {
    let semaphore = Semaphore::new(2);
    let mut never = pin!(semaphore.acquire(3));
    assert!(poll(&mut never).is_pending());
    assert!(semaphore.try_acquire(2));
}

#[gort_runtime::test]
async fn a_context_ends_the_wait_for_a_semaphore() {
    let semaphore = Semaphore::new(0);
    let (ctx, cancel) = native::Context::background().with_cancel();
    cancel.cancel();
    assert_eq!(ctx.run(semaphore.acquire(1)).await, Err(native::Error::Canceled));
}

#[test]
fn weights_and_sizes_are_not_negative_and_no_more_is_released_than_held() {
    assert_eq!(panics(|| Semaphore::new(-1)), "semaphore: size < 0");
    let semaphore = Semaphore::new(1);
    assert_eq!(panics(|| semaphore.try_acquire(-1)), "semaphore: n < 0");
    assert_eq!(panics(|| drop(semaphore.acquire(-1))), "semaphore: n < 0");
    assert_eq!(panics(|| semaphore.release(-1)), "semaphore: n < 0");
    assert_eq!(panics(|| semaphore.release(1)), "semaphore: released more than held");
}

// Shared work.

#[gort_runtime::test]
async fn one_call_at_a_time_for_a_key_and_all_get_its_result() {
    for _ in 0..TIMES {
        let (group, calls) = (Group::new(), Arc::new(AtomicI64::new(0)));
        let callers = TaskGroup::new();
        let (open, gate) = chan::channel::<()>(0);
        let started = Arc::new(AtomicI64::new(0));
        for _ in 0..4 {
            let (group, calls, gate, started) = (group.clone(), calls.clone(), gate.clone(), started.clone());
            callers.spawn(async move {
                let work = || async move {
                    gate.recv().await;
                    calls.fetch_add(1, SeqCst)
                };
                let mut result = pin!(group.do_("key", work));
                assert!(poll(&mut result).is_pending());
                started.fetch_add(1, SeqCst);
                assert_eq!(result.await, (0, true));
            });
        }
        while started.load(SeqCst) < 4 {
            task::gosched().await;
        }
        drop(open);
        callers.wait().await;
        assert_eq!(calls.load(SeqCst), 1);
    }
}

#[gort_runtime::test]
async fn other_keys_are_other_work_and_what_is_over_is_done_again() {
    let (group, calls) = (Group::new(), Arc::new(AtomicI64::new(0)));
    for (key, expected) in [("a", 0), ("b", 1), ("a", 2)] {
        let calls = calls.clone();
        let work = move || async move { calls.fetch_add(1, SeqCst) };
        assert_eq!(group.do_(key, work).await, (expected, false));
    }
}

#[gort_runtime::test]
async fn errors_are_shared_as_values_are() {
    let group = Group::new();
    let result = group.do_(1, || async { Err::<(), _>("no such page") }).await;
    assert_eq!(result, (Err("no such page"), false));
}

#[gort_runtime::test]
async fn the_channel_of_a_call_gets_the_result_once_and_stays_open() {
    let group = Group::new();
    let results = group.do_chan(1, || async { 7 });
    assert_eq!(results.recv().await, Some((7, false)));
    assert!(waits(results.recv()));
}

#[gort_runtime::test]
async fn work_goes_on_when_who_asked_for_it_gives_up() {
    let (group, done) = (Group::new(), Chan::make(1));
    let (open, gate) = chan::channel::<()>(0);
    let tell = done.clone();
    {
        let mut gives_up = pin!(group.do_(1, move || async move {
            gate.recv().await;
            tell.send(()).await;
        }));
        assert!(poll(&mut gives_up).is_pending());
    }
    let second = group.do_chan(1, || async { unreachable!("it is under way") });
    drop(open);
    assert_eq!(done.recv().await, Some(()));
    assert_eq!(second.recv().await, Some(((), true)));
}

// Barriers.

#[gort_runtime::test]
async fn a_barrier_lets_all_through_together_and_tells_one() {
    let barrier = Arc::new(Barrier::new(4));
    let (come, leaders) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(0)));
    let group = TaskGroup::new();
    for _ in 0..4 {
        let (barrier, come, leaders) = (barrier.clone(), come.clone(), leaders.clone());
        group.spawn(async move {
            for round in 1..=TIMES as i64 {
                come.fetch_add(1, SeqCst);
                if barrier.wait().await {
                    leaders.fetch_add(1, SeqCst);
                }
                assert!(come.load(SeqCst) >= 4 * round);
                barrier.wait().await;
            }
        });
    }
    group.wait().await;
    assert_eq!(leaders.load(SeqCst), TIMES as i64);
}
