//! What goroutines may rely on, whatever the scheduler does to be fast.
#![cfg(feature = "value")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

use gort_runtime::chan::Chan;
use gort_runtime::sync::TaskGroup;
use gort_runtime::{select, task, time};

#[gort_runtime::test]
async fn each_goroutine_runs_once() {
    const MANY: u64 = 20_000;
    let ran = Arc::new(AtomicU64::new(0));
    let group = TaskGroup::new();
    for i in 0..MANY {
        let ran = ran.clone();
        group.spawn(async move {
            if i % 3 == 0 {
                task::gosched().await;
            }
            ran.fetch_add(1, SeqCst);
        });
    }
    group.wait().await;
    assert_eq!(ran.load(SeqCst), MANY);
}

#[gort_runtime::test]
async fn one_that_computes_does_not_keep_others_from_running() {
    if task::gomaxprocs(0) < 2 {
        return;
    }
    // Woken and started goroutines both; with the first one thread watches, with the others none may.
    for round in 0..5 {
        let (seen, told) = (Arc::new(AtomicBool::new(false)), Chan::make(0));
        let (sees, hears) = (seen.clone(), told.clone());
        task::go(async move {
            hears.recv().await;
            sees.store(true, SeqCst);
        });
        task::gosched().await;
        told.send(round).await;
        let start = Instant::now();
        while !seen.load(SeqCst) {
            std::hint::spin_loop();
            assert!(start.elapsed() < Duration::from_secs(20), "round {round}");
        }
    }
}

#[gort_runtime::test]
async fn those_that_wake_each_other_do_not_starve_the_rest() {
    let stop = Arc::new(AtomicBool::new(false));
    let (ping, pong) = (Chan::make(0), Chan::make(0));
    let group = TaskGroup::new();
    let (stops, hears, answers) = (stop.clone(), ping.clone(), pong.clone());
    group.spawn(async move {
        while !stops.load(SeqCst) {
            ping.send(1).await;
            pong.recv().await;
        }
        ping.close();
    });
    group.spawn(async move {
        while hears.recv().await.is_some() {
            answers.send(1).await;
        }
    });
    // This one is queued behind the two, and ends them.
    for _ in 0..100 {
        task::gosched().await;
    }
    stop.store(true, SeqCst);
    group.wait().await;
}

#[gort_runtime::test]
async fn sleepers_wake_in_the_order_of_their_times_and_not_early() {
    let woken: Chan<u64> = Chan::make(10);
    for i in (1..=5_u64).rev() {
        let woken = woken.clone();
        let start = Instant::now();
        task::go(async move {
            let d = Duration::from_millis(20 * i);
            time::native::sleep(d).await;
            assert!(start.elapsed() >= d);
            woken.send(i).await;
        });
    }
    for i in 1..=5 {
        assert_eq!(woken.recv().await, Some(i));
    }
}

#[gort_runtime::test]
async fn a_sleep_that_is_given_up_leaves_nothing_behind() {
    let c: Chan<u32> = Chan::make(1);
    for i in 0..1000 {
        c.send(i).await;
        let recv = std::pin::pin!(c.recv());
        let sleep = std::pin::pin!(time::native::sleep(Duration::from_secs(3600)));
        let first = unless_over(recv, sleep).await;
        assert_eq!(first, Some(Some(i)));
    }
    select! {
        v = c.recv() => panic!("{v:?}"),
        default => {}
    }
}

/// The first of two futures to be ready, if that is the first one.
async fn unless_over<T>(
    mut a: std::pin::Pin<&mut impl Future<Output = T>>,
    mut b: std::pin::Pin<&mut impl Future<Output = ()>>,
) -> Option<T> {
    std::future::poll_fn(|cx| {
        // The second one first, so that it has begun to wait.
        if b.as_mut().poll(cx).is_ready() {
            return std::task::Poll::Ready(None);
        }
        a.as_mut().poll(cx).map(Some)
    })
    .await
}

#[gort_runtime::test]
async fn tasks_and_timers_of_tokio_work_in_goroutines() {
    let c = Chan::make(0);
    let sends = c.clone();
    let task = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(5)).await;
        sends.send(7).await;
        8
    });
    assert_eq!(c.recv().await, Some(7));
    assert_eq!(task.await.ok(), Some(8));
    let timed = tokio::time::timeout(Duration::from_millis(5), c.recv()).await;
    assert!(timed.is_err());
}

#[test]
fn goroutines_also_run_on_tokio_alone() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let got = runtime.expect("a runtime").block_on(async {
        let c = Chan::make(0);
        let sends = c.clone();
        task::go(async move {
            time::native::sleep(Duration::from_millis(1)).await;
            sends.send(3).await;
        });
        c.recv().await
    });
    assert_eq!(got, Some(3));
}

/// Where no other thread could take its work over, waiting by blocking is waiting.
#[test]
fn one_may_block_on_a_tokio_runtime_of_one_thread() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let got = runtime.expect("a runtime").block_on(async {
        let (sends, receives) = std::sync::mpsc::channel();
        let c = Chan::make(0);
        let values = c.clone();
        std::thread::spawn(move || {
            values.blocking_send(4);
            sends.send(5)
        });
        (task::block_on(c.recv()), task::block_in_place(|| receives.recv()))
    });
    assert_eq!(got, (Some(4), Ok(5)));
}

#[gort_runtime::test]
async fn dumps_name_what_goroutines_wait_for() {
    let c: Chan<()> = Chan::make(0);
    let waits = c.clone();
    task::go(async move {
        waits.recv().await;
    });
    task::go(async { tokio::time::sleep(Duration::from_secs(3600)).await });
    for _ in 0..1000 {
        let all = task::goroutines();
        let waiting = |wait| {
            all.iter()
                .any(|goroutine| goroutine.wait == wait && goroutine.parent != 0)
        };
        if waiting(task::Wait::ChanReceive) && waiting(task::Wait::IoWait) {
            return;
        }
        time::native::sleep(Duration::from_millis(1)).await;
    }
    panic!("{:?}", task::goroutines());
}

#[gort_runtime::test]
async fn a_goroutine_of_a_group_was_started_where_the_group_was_asked() {
    let group = TaskGroup::new();
    group.spawn(std::future::pending());
    let all = task::goroutines();
    let started = all.iter().find(|goroutine| goroutine.parent != 0);
    assert!(started.is_some_and(|goroutine| goroutine.created.file().ends_with("scheduler.rs")));
}

#[test]
fn calls_that_block_hold_up_no_goroutine() {
    task::test_on(1, async {
        let (release, released) = std::sync::mpsc::channel();
        let call = task::blocking(move || released.recv());
        // The only processor goes on, and ends the call.
        task::go(async move {
            task::gosched().await;
            let _ = release.send(5);
        });
        assert_eq!(call.await, Ok(5));
    });
}

#[test]
fn a_panic_of_a_call_that_blocks_is_that_of_who_awaits_it() {
    task::test(async {
        let call = task::spawn(async { task::blocking(|| -> i32 { panic!("boom") }).await });
        let error = call.await.expect_err("it panicked");
        assert!(error.is_panic() && error.to_string().contains("boom"));
    });
}
