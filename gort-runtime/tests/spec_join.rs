//! Goroutines that give something back: what handles and sets of them promise, with one, two and four workers, and on tokio alone.
#![cfg(feature = "macros")]
#![forbid(unsafe_code)]

use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::task::Poll;

use gort_runtime::chan::{self, Chan};
use gort_runtime::task::{self, JoinSet};

const TIMES: u64 = if cfg!(miri) { 2 } else { 200 };

/// Runs a test on our scheduler with each number of workers, and on a runtime of tokio's.
fn everywhere<F: Future<Output = ()> + Send + 'static>(test: fn() -> F) {
    for workers in [1, 2, 4] {
        task::test_on(workers, test());
    }
    let mut tokio = tokio::runtime::Builder::new_multi_thread();
    let tokio = tokio.worker_threads(2).enable_all().build().expect("a runtime");
    tokio.block_on(async { tokio::spawn(test()).await.expect("the test") });
}

macro_rules! everywhere {
    ($($(#[$attribute:meta])* async fn $name:ident() $body:block)*) => {$(
        #[test]
        $(#[$attribute])*
        fn $name() {
            everywhere(|| async $body);
        }
    )*};
}

/// Tells when it is dropped.
struct Drops(Arc<AtomicU64>);

impl Drop for Drops {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

everywhere! {
    async fn a_handle_yields_what_the_goroutine_returned() {
        for i in 0..TIMES {
            let handle = task::spawn(async move {
                if i % 2 == 0 {
                    task::gosched().await;
                }
                vec![i; 3]
            });
            assert_eq!(handle.await.expect("no panic"), [i; 3]);
        }
    }

    async fn a_goroutine_that_is_over_before_it_is_asked_for_has_its_value_kept() {
        let handle = task::spawn(async { 7 });
        while !handle.is_finished() {
            task::gosched().await;
        }
        assert_eq!(handle.await.ok(), Some(7));
    }

    async fn a_panic_is_told_and_not_the_end_of_the_process() {
        for _ in 0..TIMES {
            let handle = task::spawn(async { std::panic::panic_any(5_u8) });
            let id = handle.id();
            let error = handle.await.expect_err("it panicked");
            assert!(error.is_panic() && !error.is_cancelled() && !error.is_goexit());
            assert_eq!(error.id(), id);
            assert_eq!(error.into_panic().downcast_ref(), Some(&5_u8));
        }
    }

    async fn a_panic_after_waiting_is_told_too() {
        let (go, gate) = chan::channel::<()>(0);
        let handle = task::spawn(async move {
            gate.recv().await;
            panic!("after {}", "all");
        });
        drop(go);
        let error = handle.await.expect_err("it panicked");
        assert_eq!(error.to_string(), format!("goroutine {} panicked: after all", error.id()));
    }

    async fn goexit_is_told_as_such() {
        let error = task::spawn(async { task::goexit() }).await.expect_err("no value");
        assert!(error.is_goexit() && !error.is_panic() && !error.is_cancelled());
        assert!(error.try_into_panic().is_err());
    }

    async fn a_panic_while_the_future_is_dropped_is_told() {
        struct Panics;
        impl Drop for Panics {
            fn drop(&mut self) {
                panic!("while dropped");
            }
        }
        for abort in [false, true] {
            let handle = task::spawn(async move {
                let _panics = Panics;
                if abort {
                    pending::<()>().await;
                }
            });
            if abort {
                task::gosched().await;
                handle.abort();
            }
            match handle.await {
                Err(error) if error.is_panic() => {}
                // It was aborted before it began.
                Err(error) if abort && error.is_cancelled() => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn abort_drops_the_future_where_it_waits_and_then_tells() {
        for i in 0..TIMES {
            let dropped = Arc::new(AtomicU64::new(0));
            let drops = Drops(dropped.clone());
            let handle = task::spawn(async move {
                let _drops = drops;
                pending::<()>().await;
            });
            // Before it runs, while it runs, and while it waits.
            for _ in 0..i % 3 {
                task::gosched().await;
            }
            handle.abort();
            let error = handle.await.expect_err("it was aborted");
            assert!(error.is_cancelled() && !error.is_panic());
            assert_eq!(dropped.load(SeqCst), 1);
        }
    }

    async fn abort_of_one_that_is_over_has_no_effect() {
        let handle = task::spawn(async { 3 });
        while !handle.is_finished() {
            task::gosched().await;
        }
        handle.abort();
        assert_eq!(handle.await.ok(), Some(3));
    }

    async fn abort_and_end_at_the_same_time_give_one_of_the_two() {
        let mut seen = [0, 0];
        for _ in 0..TIMES {
            let handle = task::spawn(async {
                task::gosched().await;
                1
            });
            let abort = handle.abort_handle();
            let aborts = task::spawn(async move { abort.abort() });
            match handle.await {
                Ok(1) => seen[0] += 1,
                Err(error) if error.is_cancelled() => seen[1] += 1,
                other => panic!("{other:?}"),
            }
            aborts.await.expect("no panic");
        }
        assert_eq!(seen[0] + seen[1], TIMES);
    }

    async fn who_gives_up_waiting_can_wait_again() {
        let (go, gate) = chan::channel::<()>(0);
        let mut handle = task::spawn(async move {
            gate.recv().await;
            9
        });
        for _ in 0..3 {
            let waits = poll_fn(|cx| Poll::Ready(pin!(&mut handle).poll(cx).is_pending())).await;
            assert!(waits);
        }
        drop(go);
        assert_eq!((&mut handle).await.ok(), Some(9));
    }

    async fn a_goroutine_whose_handle_is_dropped_goes_on() {
        for _ in 0..TIMES {
            let (tell, told) = chan::channel(1);
            drop(task::spawn(async move {
                task::gosched().await;
                let _ = tell.send(4).await;
            }));
            assert_eq!(told.recv().await, Some(4));
        }
    }

    async fn the_value_of_a_detached_goroutine_is_dropped() {
        for i in 0..TIMES {
            let dropped = Arc::new(AtomicU64::new(0));
            let value = Drops(dropped.clone());
            let handle = task::spawn(async move { value });
            for _ in 0..i % 3 {
                task::gosched().await;
            }
            drop(handle);
            while dropped.load(SeqCst) == 0 {
                task::gosched().await;
            }
        }
    }

    async fn a_set_gives_results_in_the_order_in_which_they_come() {
        for _ in 0..TIMES / 10 {
            let mut set = JoinSet::new();
            let gates: Vec<Chan<()>> = (0..4).map(|_| Chan::make(0)).collect();
            for (i, gate) in gates.iter().cloned().enumerate() {
                set.spawn(async move {
                    gate.recv().await;
                    i
                });
            }
            for i in [2, 0, 3, 1] {
                gates[i].close();
                assert_eq!(set.join_next().await.and_then(Result::ok), Some(i));
            }
            assert!(set.join_next().await.is_none());
        }
    }

    async fn a_set_counts_those_whose_results_were_not_taken() {
        let mut set = JoinSet::new();
        for i in 0..3 {
            assert_eq!(set.len(), i);
            set.spawn(async {});
        }
        for i in (0..3).rev() {
            set.join_next().await.expect("one is left").expect("no panic");
            assert_eq!(set.len(), i);
        }
        assert!(set.is_empty());
    }

    async fn many_of_a_set_all_come_once() {
        const MANY: u64 = if cfg!(miri) { 20 } else { 2000 };
        let mut set: JoinSet<u64> = (0..MANY)
            .map(|i| async move {
                if i % 3 == 0 {
                    task::gosched().await;
                }
                i
            })
            .collect();
        let mut seen = vec![false; MANY as usize];
        while let Some(i) = set.join_next().await {
            let i = i.expect("no panic") as usize;
            assert!(!std::mem::replace(&mut seen[i], true));
        }
        assert!(seen.into_iter().all(|seen| seen));
    }

    async fn a_set_that_is_dropped_aborts_its_goroutines() {
        for _ in 0..TIMES / 10 {
            let dropped = Arc::new(AtomicU64::new(0));
            let mut set = JoinSet::new();
            for _ in 0..4 {
                let drops = Drops(dropped.clone());
                set.spawn(async move {
                    let _drops = drops;
                    pending::<()>().await;
                });
            }
            task::gosched().await;
            drop(set);
            while dropped.load(SeqCst) < 4 {
                task::gosched().await;
            }
        }
    }

    async fn all_of_a_set_can_be_aborted_and_waited_for() {
        let dropped = Arc::new(AtomicU64::new(0));
        let mut set = JoinSet::new();
        for _ in 0..5 {
            let drops = Drops(dropped.clone());
            set.spawn(async move {
                let _drops = drops;
                pending::<()>().await;
            });
        }
        set.shutdown().await;
        assert_eq!((dropped.load(SeqCst), set.len()), (5, 0));
        set.spawn(async {});
        assert!(set.join_next().await.is_some_and(|result| result.is_ok()));
    }

    async fn one_of_a_set_can_be_aborted() {
        let mut set = JoinSet::new();
        set.spawn(async { task::gosched().await });
        let aborts = set.spawn(pending());
        assert!(!aborts.is_finished());
        aborts.abort();
        let mut ends = Vec::new();
        while let Some((id, result)) = set.join_next_with_id().await {
            ends.push((id == aborts.id(), result.is_ok()));
        }
        ends.sort_unstable();
        assert_eq!(ends, [(false, true), (true, false)]);
        assert!(aborts.is_finished());
    }

    async fn those_of_a_set_that_panic_are_told() {
        let mut set: JoinSet<()> = JoinSet::new();
        set.spawn(async { panic!("one") });
        set.spawn(async { task::goexit() });
        let (mut panics, mut exits) = (0, 0);
        while let Some(result) = set.join_next().await {
            let error = result.expect_err("none has a value");
            panics += usize::from(error.is_panic());
            exits += usize::from(error.is_goexit());
        }
        assert_eq!((panics, exits), (1, 1));
    }

    async fn join_all_gives_all_values_or_the_panic() {
        let set: JoinSet<u64> = (0..10).map(|i| async move { i }).collect();
        assert_eq!(set.join_all().await.into_iter().sum::<u64>(), 45);
        let mut set = JoinSet::new();
        set.spawn(pending::<()>());
        set.spawn(async { std::panic::panic_any(6_u8) });
        let error = task::spawn(set.join_all()).await.expect_err("one panicked");
        assert_eq!(error.into_panic().downcast_ref(), Some(&6_u8));
    }

    async fn what_is_detached_from_a_set_goes_on() {
        let (tell, told) = chan::channel(0);
        let mut set = JoinSet::new();
        set.spawn(async move { tell.send(8).await.is_ok() });
        set.detach_all();
        assert!(set.is_empty() && set.join_next().await.is_none());
        drop(set);
        assert_eq!(told.recv().await, Some(8));
    }

    async fn join_next_can_be_given_up_and_loses_nothing() {
        let (go, gate) = chan::channel::<()>(0);
        let mut set = JoinSet::new();
        set.spawn(async move { gate.recv().await });
        for _ in 0..3 {
            let waits = poll_fn(|cx| Poll::Ready(pin!(set.join_next()).poll(cx).is_pending())).await;
            assert!(waits && set.len() == 1);
        }
        assert!(set.try_join_next().is_none());
        drop(go);
        assert!(set.join_next().await.is_some_and(|result| result.is_ok()));
    }
}

#[test]
fn goroutines_that_are_left_when_the_scheduler_ends_are_cancelled() {
    let (tell, told) = std::sync::mpsc::channel();
    task::test_on(2, async move {
        let _ = tell.send(task::spawn(pending::<()>()));
    });
    let handle = told.recv().expect("a handle");
    assert!(task::block_on(handle).expect_err("it never ends").is_cancelled());
}

#[gort_runtime::test]
async fn dumps_tell_who_waits_for_the_end_of_another() {
    let handle = task::spawn(task::spawn(pending::<()>()));
    for _ in 0..1000 {
        let all = task::goroutines();
        let waits = all.iter().find(|goroutine| goroutine.id == handle.id());
        if waits.is_some_and(|goroutine| goroutine.wait == task::Wait::Join) {
            assert!(waits.is_some_and(|goroutine| goroutine.created.file().ends_with("spec_join.rs")));
            return;
        }
        task::gosched().await;
    }
    panic!("{:?}", task::goroutines());
}
