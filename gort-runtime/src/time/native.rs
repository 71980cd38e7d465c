//! Sleeping, timers and tickers over Rust's `Duration` and `Instant`.
//!
//! - In: durations.
//! - Out: [`Sleep`], channels on which times are sent, and goroutines that are started later.
//! - Invariants: those of the service: nothing is sent or started after a timer was stopped.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::service::{Alarm, Due};
use crate::chan::{Chan, Receiver, Recv};
use crate::shim::process::Lock;
pub use crate::task::Sleep;
use crate::task::{self, block_on};

/// What time it is: `Instant::now()`, or in a [bubble](super::bubble) the bubble's time.
///
/// ```
/// use gort_runtime::{task, time::{bubble, native}};
/// use std::time::Duration;
/// task::test(bubble::run(async {
///     let start = native::now();
///     native::sleep(Duration::from_secs(3600)).await;
///     assert_eq!(start + Duration::from_secs(3600), native::now());
/// }));
/// ```
#[inline]
pub fn now() -> Instant {
    super::bubble::Bubble::current().map_or_else(Instant::now, |bubble| bubble.instant())
}

/// What time it is by the calendar: `SystemTime::now()`, or in a [bubble](super::bubble) the bubble's time, which begins with the
/// year 2000.
///
/// ```
/// use gort_runtime::{task, time::{bubble, native}};
/// use std::time::{Duration, SystemTime};
/// task::test(bubble::run(async {
///     let since_1970 = native::system_now().duration_since(SystemTime::UNIX_EPOCH);
///     assert_eq!(since_1970.unwrap(), Duration::from_secs(946_684_800));
/// }));
/// ```
pub fn system_now() -> SystemTime {
    super::bubble::Bubble::current().map_or_else(SystemTime::now, |bubble| {
        SystemTime::UNIX_EPOCH + Duration::from_secs(946_684_800) + Duration::from_nanos(bubble.elapsed())
    })
}

/// Waits for some time; of no time, it lets others run.
///
/// # Cancel safety
/// Cancelling it has no effect.
///
/// ```
/// use gort_runtime::{task, time::native::sleep};
/// use std::time::{Duration, Instant};
/// task::test(async {
///     let start = Instant::now();
///     sleep(Duration::from_millis(2)).await;
///     assert!(start.elapsed() >= Duration::from_millis(2));
/// });
/// ```
pub fn sleep(d: Duration) -> Sleep {
    Sleep::new(d)
}

/// As [`sleep`], for code that cannot suspend.
///
/// # Panics
/// Outside of the runtime.
///
/// ```
/// use gort_runtime::{task, time::native::sleep_sync};
/// task::test(async { sleep_sync(std::time::Duration::from_millis(1)) });
/// ```
pub fn sleep_sync(d: Duration) {
    block_on(sleep(d));
}

/// A channel on which the time is sent once, when `d` is over: `time.After`.
///
/// ```
/// use gort_runtime::{chan::Chan, select, task, time::native::after};
/// use std::time::Duration;
/// task::test(async {
///     let never: Chan<i32> = Chan::make(0);
///     let mut late = false;
///     select! {
///         _ = never.recv() => {}
///         _ = after(Duration::from_millis(1)).recv() => late = true,
///     }
///     assert!(late);
/// });
/// ```
pub fn after(d: Duration) -> Receiver<Instant> {
    Timer::new(d).c
}

/// A channel on which the time is sent again and again: `time.Tick`. It ticks as long as the process lives.
///
/// # Panics
/// If `d` is zero.
///
/// ```
/// use gort_runtime::{task, time::native::tick};
/// task::test(async {
///     let ticks = tick(std::time::Duration::from_millis(1));
///     assert!(ticks.recv().await < ticks.recv().await);
/// });
/// ```
///
/// # Differences from Go
/// Go gives a nil channel for no time.
#[track_caller]
pub fn tick(d: Duration) -> Receiver<Instant> {
    let mut ticker = Ticker::new(d);
    ticker.stopped.0 = None;
    ticker.c
}

/// Starts a goroutine when `d` is over: `time.AfterFunc`; [`reset`](Timer::reset) may start it again.
///
/// # Panics
/// Outside of the runtime.
///
/// ```
/// use gort_runtime::{chan::Chan, task, time::native::after_func};
/// use std::time::Duration;
/// task::test(async {
///     let c = Chan::make(0);
///     let sender = c.clone();
///     let _timer = after_func(Duration::from_millis(1), move || {
///         let sender = sender.clone();
///         async move { sender.send("late").await }
///     });
///     assert_eq!(c.recv().await, Some("late"));
/// });
/// ```
pub fn after_func<F>(d: Duration, f: impl Fn() -> F + Send + Sync + 'static) -> Timer
where
    F: Future<Output = ()> + Send + 'static,
{
    let home = task::Home::current();
    let call = move || home.go(f());
    Timer::start(d, Receiver::nil(), Due::Call(Box::new(call)))
}

/// Does something short on the timers' thread when `d` is over.
#[cfg(feature = "context")]
pub(crate) fn call_after(d: Duration, f: impl Fn() + Send + Sync + 'static) -> Timer {
    Timer::start(d, Receiver::nil(), Due::Call(Box::new(f)))
}

/// Sends the time once, or starts a goroutine, when its time is over: `time.Timer`. Dropping it does not stop it.
///
/// ```
/// use gort_runtime::{task, time::native::Timer};
/// use std::time::Duration;
/// task::test(async {
///     let timer = Timer::new(Duration::from_secs(60));
///     assert!(timer.reset(Duration::from_millis(1)));
///     assert!(timer.recv().await.is_some());
///     assert!(!timer.stop());
/// });
/// ```
pub struct Timer {
    c: Receiver<Instant>,
    alarm: Arc<Alarm>,
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Timer")
    }
}

impl Timer {
    fn start(d: Duration, c: Receiver<Instant>, due: Due) -> Timer {
        let alarm = Alarm::new(due);
        alarm.start(d);
        Timer { c, alarm }
    }

    /// A running timer.
    ///
    /// ```
    /// use gort_runtime::time::native::Timer;
    /// let timer = Timer::new(std::time::Duration::from_millis(1));
    /// assert!(timer.chan().blocking_recv().is_some());
    /// ```
    pub fn new(d: Duration) -> Timer {
        let c = Chan::make_for_timer();
        Timer::start(d, c.receiver(), Due::Send(Box::new(c)))
    }

    /// Where the time is sent; the nil channel of [`after_func`]'s timers.
    ///
    /// ```
    /// use gort_runtime::time::native::Timer;
    /// let timer = Timer::new(std::time::Duration::from_millis(1));
    /// assert!(timer.chan().blocking_recv().is_some());
    /// ```
    pub fn chan(&self) -> &Receiver<Instant> {
        &self.c
    }

    /// Waits for the time; it is sent once.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    ///
    /// ```
    /// use gort_runtime::{task, time::native::Timer};
    /// use std::time::Duration;
    /// task::test(async {
    ///     assert!(Timer::new(Duration::from_millis(1)).recv().await.is_some());
    /// });
    /// ```
    pub fn recv(&self) -> Recv<'_, Instant> {
        self.c.recv()
    }

    /// Stops it; whether it was running, or its time was sent and not received. Nothing is received after that.
    ///
    /// ```
    /// use gort_runtime::time::native::Timer;
    /// let timer = Timer::new(std::time::Duration::from_secs(60));
    /// assert!(timer.stop());
    /// assert!(!timer.stop());
    /// ```
    pub fn stop(&self) -> bool {
        self.alarm.enter("stop of synctest timer");
        self.alarm.stop()
    }

    /// Starts it anew; whether it was running, or its time was sent and not received.
    ///
    /// ```
    /// use gort_runtime::time::native::Timer;
    /// let timer = Timer::new(std::time::Duration::from_secs(60));
    /// assert!(timer.reset(std::time::Duration::from_millis(1)));
    /// assert!(timer.chan().blocking_recv().is_some());
    /// ```
    pub fn reset(&self, d: Duration) -> bool {
        self.alarm.enter("reset of synctest timer");
        self.alarm.start(d)
    }
}

/// Sends the time again and again: `time.Ticker`. Who is too slow to receive misses some. Dropping it stops it.
///
/// ```
/// use gort_runtime::{task, time::native::Ticker};
/// use std::time::Duration;
/// task::test(async {
///     let ticker = Ticker::new(Duration::from_millis(1));
///     for _ in 0..3 {
///         ticker.recv().await;
///     }
/// });
/// ```
///
/// # Differences from Go
/// Go's goes on until it is stopped or collected.
pub struct Ticker {
    c: Receiver<Instant>,
    stopped: Stopped,
}

/// Stops a ticker that nobody has any more.
struct Stopped(Option<Arc<Alarm>>);

impl Drop for Stopped {
    fn drop(&mut self) {
        if let Some(alarm) = &self.0 {
            alarm.stop();
        }
    }
}

impl fmt::Debug for Ticker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticker")
    }
}

impl Ticker {
    /// A running ticker.
    ///
    /// # Panics
    /// If `d` is zero.
    ///
    /// ```
    /// use gort_runtime::time::native::Ticker;
    /// let ticker = Ticker::new(std::time::Duration::from_millis(1));
    /// assert!(ticker.chan().blocking_recv().is_some());
    /// ```
    #[track_caller]
    pub fn new(d: Duration) -> Ticker {
        assert!(!d.is_zero(), "a ticker needs some time between its ticks");
        let chan = Chan::make_for_timer();
        let c = chan.receiver();
        let alarm = Alarm::new(Due::SendEach(Box::new(chan), Lock::new(d)));
        alarm.start(d);
        Ticker {
            c,
            stopped: Stopped(Some(alarm)),
        }
    }

    /// Where the times are sent.
    ///
    /// ```
    /// use gort_runtime::time::native::Ticker;
    /// let ticker = Ticker::new(std::time::Duration::from_millis(1));
    /// assert!(ticker.chan().blocking_recv().is_some());
    /// ```
    pub fn chan(&self) -> &Receiver<Instant> {
        &self.c
    }

    /// Waits for the next time.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    ///
    /// ```
    /// use gort_runtime::{task, time::native::Ticker};
    /// use std::time::Duration;
    /// task::test(async {
    ///     assert!(Ticker::new(Duration::from_millis(1)).recv().await.is_some());
    /// });
    /// ```
    pub fn recv(&self) -> Recv<'_, Instant> {
        self.c.recv()
    }

    /// Stops it; its channel stays open, and nothing is received after that.
    ///
    /// ```
    /// use gort_runtime::time::native::Ticker;
    /// let ticker = Ticker::new(std::time::Duration::from_millis(1));
    /// ticker.stop();
    /// assert_eq!(ticker.chan().try_recv(), None);
    /// ```
    pub fn stop(&self) {
        if let Some(alarm) = &self.stopped.0 {
            alarm.enter("stop of synctest timer");
            alarm.stop();
        }
    }

    /// Starts it anew, with another time between its ticks.
    ///
    /// # Panics
    /// If `d` is zero.
    ///
    /// ```
    /// use gort_runtime::time::native::Ticker;
    /// let ticker = Ticker::new(std::time::Duration::from_secs(60));
    /// ticker.reset(std::time::Duration::from_millis(1));
    /// assert!(ticker.chan().blocking_recv().is_some());
    /// ```
    #[track_caller]
    pub fn reset(&self, d: Duration) {
        assert!(!d.is_zero(), "a ticker needs some time between its ticks");
        if let Some(alarm) = &self.stopped.0 {
            alarm.enter("reset of synctest timer");
            alarm.start(d);
        }
    }
}
