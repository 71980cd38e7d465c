//! What Go's package `time` promises of sleeping, timers and tickers, one test each. Times are lower bounds: a machine may be
//! late, and never early.
#![cfg(feature = "value")]
#![forbid(unsafe_code)]

mod common;

use std::time::{Duration as StdDuration, Instant};

use common::{panics, waits};
use gort_runtime::prelude::*;
use gort_runtime::time::{self, Duration, native};

fn ms(n: i64) -> Duration {
    Duration(n * time::MILLISECOND.0)
}

fn at_least(start: Instant, n: u64) -> bool {
    start.elapsed() >= StdDuration::from_millis(n)
}

// Sleeping.

#[gort_runtime::test]
async fn sleeping_takes_at_least_its_time() {
    let start = Instant::now();
    time::sleep(ms(3)).await;
    assert!(at_least(start, 3));
    time::sleep_sync(ms(2));
    assert!(at_least(start, 5));
}

#[gort_runtime::test]
async fn sleeping_no_time_or_less_is_over_at_once() {
    let start = Instant::now();
    for _ in 0..100 {
        time::sleep(Duration(0)).await;
        time::sleep(time::HOUR * Duration(-1)).await;
    }
    assert!(start.elapsed() < StdDuration::from_secs(60));
}

#[gort_runtime::test]
async fn one_sleeper_does_not_keep_another_awake() {
    let start = Instant::now();
    let c: Chan<()> = Chan::make(0);
    for _ in 0..100 {
        let c = c.clone();
        task::go(async move {
            time::sleep(ms(100)).await;
            c.send(()).await;
        });
    }
    for _ in 0..100 {
        c.recv().await;
    }
    // One after the other would take ten seconds.
    assert!(at_least(start, 100) && start.elapsed() < StdDuration::from_secs(9));
}

// Timers.

#[gort_runtime::test]
async fn a_timer_sends_the_time_once_and_not_too_early() {
    let start = time::now();
    let timer = time::new_timer(ms(3));
    let sent = timer.c.get().recv().await.unwrap();
    assert!(sent.sub(start).0 >= ms(3).0 && !time::now().before(sent));
    assert!(waits(timer.c.get().recv()));
}

#[gort_runtime::test]
async fn timers_fire_in_the_order_of_their_times() {
    let c: Chan<i64> = Chan::make(3);
    let timers: Vec<_> = [30, 10, 20]
        .into_iter()
        .map(|n| {
            let c = c.clone();
            time::after_func(ms(n), fn0(move || assert!(c.try_send(n).is_ok())))
        })
        .collect();
    let order = [c.recv_or_zero().await, c.recv_or_zero().await, c.recv_or_zero().await];
    // The calls are goroutines of their own, so two that are late may change places; each is made once.
    let mut sorted = order;
    sorted.sort_unstable();
    assert_eq!(sorted, [10, 20, 30]);
    drop(timers);
}

#[gort_runtime::test]
async fn stop_keeps_a_timer_from_firing_and_says_so() {
    let timer = time::new_timer(ms(2));
    assert!(timer.stop());
    assert!(!timer.stop());
    time::sleep(ms(5)).await;
    assert!(waits(timer.c.get().recv()));
}

#[gort_runtime::test]
async fn a_timer_that_has_fired_cannot_be_stopped() {
    let timer = time::new_timer(ms(1));
    timer.c.get().recv().await;
    assert!(!timer.stop());
}

#[gort_runtime::test]
async fn after_stop_no_stale_time_is_received() {
    for _ in 0..50 {
        let timer = time::new_timer(Duration(100_000));
        time::sleep(ms(1)).await;
        // Its time was not received, so that the timer counts as running.
        assert!(timer.stop());
        assert!(waits(timer.c.get().recv()));
    }
}

#[gort_runtime::test]
async fn reset_starts_a_timer_anew_and_says_whether_it_was_running() {
    let timer = time::new_timer(time::HOUR);
    assert!(timer.reset(ms(1)));
    timer.c.get().recv().await;
    assert!(!timer.reset(ms(1)));
    timer.c.get().recv().await;
    assert!(!timer.stop());
    assert!(!timer.reset(time::HOUR));
    assert!(timer.stop());
}

#[gort_runtime::test]
async fn after_reset_no_stale_time_is_received() {
    let start = time::now();
    let timer = time::new_timer(ms(1));
    time::sleep(ms(3)).await;
    assert!(timer.reset(ms(10)));
    let sent = timer.c.get().recv().await.unwrap();
    assert!(sent.sub(start).0 >= ms(13).0);
}

#[gort_runtime::test]
async fn a_timers_channel_says_that_it_has_no_buffer() {
    let timer = time::new_timer(Duration(100_000));
    let ticker = time::new_ticker(Duration(100_000));
    let native_timer = native::Timer::new(StdDuration::from_micros(100));
    let native_ticker = native::Ticker::new(StdDuration::from_micros(100));
    // Also when a time waits in it, which it then gives at once.
    for wait in [Duration(0), ms(2)] {
        time::sleep(wait).await;
        assert_eq!((timer.c.get().cap(), timer.c.get().len()), (0, 0));
        assert_eq!((ticker.c.get().cap(), ticker.c.get().len()), (0, 0));
        assert_eq!((native_timer.chan().cap(), native_timer.chan().len()), (0, 0));
        assert_eq!((native_ticker.chan().cap(), native_ticker.chan().len()), (0, 0));
    }
    assert_eq!((time::after(ms(1)).cap(), time::tick(ms(1)).cap()), (0, 0));
    while timer.c.get().try_recv().is_none() {
        time::sleep(ms(1)).await;
    }
    ticker.stop();
}

#[gort_runtime::test]
async fn a_timer_of_no_time_fires() {
    time::new_timer(Duration(0)).c.get().recv().await;
    time::new_timer(ms(-1)).c.get().recv().await;
}

#[test]
fn a_timer_must_have_been_made() {
    let zero = time::Timer::default();
    assert_eq!(panics(|| zero.stop()), "time: Stop called on uninitialized Timer");
    assert_eq!(
        panics(|| zero.reset(ms(1))),
        "time: Reset called on uninitialized Timer"
    );
}

#[gort_runtime::test]
async fn after_is_a_timers_channel() {
    let start = Instant::now();
    let late = time::after(ms(3));
    assert!(late.recv().await.is_some() && at_least(start, 3));
    assert!(waits(late.recv()));
}

// Calls.

#[gort_runtime::test]
async fn after_func_calls_in_a_goroutine_of_its_own() {
    let start = Instant::now();
    let (c, gate): (Chan<()>, Chan<()>) = (Chan::make(0), Chan::make(0));
    let (tell, opens) = (c.clone(), gate.clone());
    let timer = time::after_func_async(ms(2), move || {
        let (tell, opens) = (tell.clone(), opens.clone());
        async move {
            // While this waits other timers go on.
            opens.recv().await;
            tell.send(()).await;
        }
    });
    assert!(timer.c.get().is_nil());
    time::after(ms(4)).recv().await;
    gate.close();
    c.recv().await;
    assert!(at_least(start, 4));
}

#[gort_runtime::test]
async fn a_call_can_be_stopped_before_it_begins_and_not_after() {
    let c: Chan<i64> = Chan::make(2);
    let tell = c.clone();
    let timer = time::after_func(time::HOUR, fn0(move || assert!(tell.try_send(1).is_ok())));
    assert!(timer.stop() && !timer.stop());
    assert!(!timer.reset(ms(1)));
    assert_eq!(c.recv_or_zero().await, 1);
    assert!(!timer.stop());
    assert!(!timer.reset(ms(1)));
    assert_eq!(c.recv_or_zero().await, 1);
}

#[gort_runtime::test]
async fn a_call_that_is_reset_is_made_once() {
    let c: Chan<i64> = Chan::make(8);
    let tell = c.clone();
    let timer = time::after_func(time::HOUR, fn0(move || assert!(tell.try_send(1).is_ok())));
    for _ in 0..5 {
        assert!(timer.reset(time::HOUR));
    }
    assert!(timer.reset(ms(1)));
    assert_eq!(c.recv_or_zero().await, 1);
    time::sleep(ms(3)).await;
    assert_eq!(c.len(), 0);
}

// Tickers.

#[gort_runtime::test]
async fn a_ticker_ticks_again_and_again() {
    let start = Instant::now();
    let ticker = time::new_ticker(ms(2));
    let mut last = time::Time::default();
    for _ in 0..4 {
        let tick = ticker.c.get().recv().await.unwrap();
        assert!(last.before(tick));
        last = tick;
    }
    assert!(at_least(start, 8));
    ticker.stop();
}

#[gort_runtime::test(virtual_time)]
async fn who_is_slow_misses_ticks() {
    let ticker = time::new_ticker(ms(1));
    time::sleep(ms(20)).await;
    // Time stands still between the two: one waited.
    let ticks = ticker.c.get();
    assert!(ticks.try_recv().is_some() && ticks.try_recv().is_none());
    ticker.stop();
}

#[gort_runtime::test]
async fn a_stopped_ticker_does_not_tick_and_its_channel_stays_open() {
    let ticker = time::new_ticker(ms(1));
    ticker.c.get().recv().await;
    ticker.stop();
    time::sleep(ms(4)).await;
    assert!(waits(ticker.c.get().recv()));
}

#[gort_runtime::test]
async fn a_tick_that_was_not_received_is_gone_after_stop_and_after_reset() {
    for reset in [false, true] {
        let ticker = time::new_ticker(Duration(100_000));
        let native = native::Ticker::new(StdDuration::from_micros(100));
        time::sleep(ms(2)).await;
        if reset {
            ticker.reset(time::HOUR);
            native.reset(StdDuration::from_secs(3600));
        } else {
            ticker.stop();
            native.stop();
        }
        assert!(waits(ticker.c.get().recv()) && waits(native.recv()));
        assert!(ticker.c.get().try_recv().is_none() && native.chan().try_recv().is_none());
        ticker.stop();
    }
}

#[gort_runtime::test]
async fn a_time_that_was_not_received_is_gone_after_reset() {
    let timer = time::new_timer(Duration(100_000));
    let native = native::Timer::new(StdDuration::from_micros(100));
    time::sleep(ms(2)).await;
    assert!(timer.reset(time::HOUR) && native.reset(StdDuration::from_secs(3600)));
    assert!(waits(timer.c.get().recv()) && waits(native.recv()));
    assert!(timer.stop() && native.stop());
    assert!(waits(timer.c.get().recv()) && waits(native.recv()));
}

#[gort_runtime::test]
async fn a_reset_ticker_has_the_new_period_from_then_on() {
    let ticker = time::new_ticker(time::HOUR);
    let start = Instant::now();
    ticker.reset(ms(2));
    ticker.c.get().recv().await;
    ticker.c.get().recv().await;
    assert!(at_least(start, 4));
    ticker.stop();
    ticker.reset(ms(1));
    ticker.c.get().recv().await;
    ticker.stop();
}

#[test]
fn a_ticker_needs_a_period() {
    for d in [Duration(0), ms(-1)] {
        assert_eq!(panics(|| time::new_ticker(d)), "non-positive interval for NewTicker");
        let ticker = time::new_ticker(time::HOUR);
        assert_eq!(panics(|| ticker.reset(d)), "non-positive interval for Ticker.Reset");
        ticker.stop();
        assert!(time::tick(d).is_nil());
    }
}

#[gort_runtime::test]
async fn tick_is_a_tickers_channel() {
    let ticks = time::tick(ms(1));
    assert!(ticks.recv().await.unwrap().before(ticks.recv().await.unwrap()));
}

// The same over Rust's types.

#[gort_runtime::test]
async fn native_timers_and_tickers_keep_the_same_promises() {
    let moment = StdDuration::from_millis(1);
    let start = Instant::now();
    let timer = native::Timer::new(moment * 3);
    assert!(timer.recv().await.unwrap() >= start + moment * 3);
    assert!(!timer.stop() && !timer.reset(StdDuration::from_secs(60)) && timer.stop());
    let ticker = native::Ticker::new(moment);
    assert!(ticker.recv().await < ticker.recv().await);
    ticker.stop();
    native::sleep(moment * 3).await;
    assert!(waits(ticker.recv()));
    native::sleep(StdDuration::ZERO).await;
}

#[gort_runtime::test]
async fn a_native_ticker_that_is_dropped_stops() {
    let ticks = {
        let ticker = native::Ticker::new(StdDuration::from_millis(1));
        ticker.recv().await;
        ticker.chan().clone()
    };
    native::sleep(StdDuration::from_millis(4)).await;
    assert!(waits(ticks.recv()));
}
