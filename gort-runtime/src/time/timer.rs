//! Sleeping, timers and tickers.

use std::future::Future;
use std::sync::Arc;

use super::service::{Alarm, Clock, Due};
use super::{Duration, Time};
use crate::chan::{Chan, Receiver};
use crate::panic::go_panic_plain;
use crate::shim::process::Lock;
use crate::sync::{InPlace, in_place};
use crate::task::Sleep;
use crate::task::block_on;
use crate::value::{Cell, Fn0, Ptr};

impl Clock for Time {
    fn now() -> Self {
        super::now()
    }
}

/// `time.Sleep`.
///
/// # Cancel safety
/// Cancelling it has no effect.
///
/// ```
/// use gort_runtime::{task, time};
/// task::test(async {
///     time::sleep(time::MILLISECOND).await;
/// });
/// ```
pub fn sleep(d: Duration) -> Sleep {
    Sleep::new(d.to_std())
}

/// `time.Sleep` for code that cannot suspend.
///
/// ```
/// use gort_runtime::{task, time};
/// task::test(async {
///     time::sleep_sync(time::MILLISECOND);
/// });
/// ```
pub fn sleep_sync(d: Duration) {
    block_on(sleep(d));
}

/// `time.After`.
///
/// ```
/// use gort_runtime::{task, time};
/// task::test(async {
///     assert!(time::after(time::MILLISECOND).recv().await.is_some());
/// });
/// ```
pub fn after(d: Duration) -> Receiver<Time> {
    new_timer(d).c.get()
}

/// `time.Tick`.
///
/// # Panics
/// Never; with a duration that is not positive the channel is nil.
///
/// ```
/// use gort_runtime::{task, time};
/// task::test(async {
///     let ticks = time::tick(time::MILLISECOND);
///     ticks.recv().await;
///     ticks.recv().await;
///     assert!(time::tick(time::Duration(0)).is_nil());
/// });
/// ```
pub fn tick(d: Duration) -> Receiver<Time> {
    if d.0 <= 0 {
        Receiver::nil()
    } else {
        new_ticker(d).c.get()
    }
}

/// Go's `time.Timer`.
///
/// ```
/// use gort_runtime::{task, time};
/// task::test(async {
///     let timer = time::new_timer(time::HOUR);
///     assert!(timer.reset(time::MILLISECOND));
///     assert!(timer.c.get().recv().await.is_some());
/// });
/// ```
pub struct Timer {
    /// Where the time is sent when the timer is due.
    pub c: Cell<Receiver<Time>>,
    /// `None` for a zero value.
    alarm: Option<Arc<Alarm>>,
}

impl Default for Timer {
    fn default() -> Self {
        Timer {
            c: Cell::new(Receiver::nil()),
            alarm: None,
        }
    }
}

in_place!(Timer, "time.Timer");
impl InPlace for Timer {}

/// `time.NewTimer`.
///
/// ```
/// use gort_runtime::{task, time};
/// task::test(async {
///     let timer = time::new_timer(time::MILLISECOND);
///     assert!(timer.c.get().recv().await.is_some());
/// });
/// ```
pub fn new_timer(d: Duration) -> Ptr<Timer> {
    let c = Chan::make_for_timer();
    timer(d, c.receiver(), Due::Send(Box::new(c)))
}

/// `time.AfterFunc`: calls `f` in a goroutine when the time is over.
///
/// # Panics
/// Outside of the runtime.
///
/// ```
/// use gort_runtime::{prelude::*, time};
/// task::test(async {
///     let timer = time::after_func(time::HOUR, fn0(|| println!("late")));
///     assert!(timer.stop());
/// });
/// ```
pub fn after_func(d: Duration, f: Fn0) -> Ptr<Timer> {
    after_func_async(d, move || {
        let f = f.clone();
        async move { f() }
    })
}

/// As [`after_func`], with a call that suspends.
///
/// # Panics
/// Outside of the runtime.
///
/// ```
/// use gort_runtime::{prelude::*, time};
/// task::test(async {
///     let c: Chan<()> = Chan::make(0);
///     let done = c.clone();
///     time::after_func_async(time::MILLISECOND, move || {
///         let done = done.clone();
///         async move { done.send(()).await }
///     });
///     c.recv().await;
/// });
/// ```
pub fn after_func_async<F>(d: Duration, f: impl Fn() -> F + Send + Sync + 'static) -> Ptr<Timer>
where
    F: Future<Output = ()> + Send + 'static,
{
    let home = crate::task::Home::current();
    let call = move || {
        // The call of `f` itself belongs to the goroutine, too.
        home.go(f());
    };
    timer(d, Receiver::nil(), Due::Call(Box::new(call)))
}

fn timer(d: Duration, c: Receiver<Time>, due: Due) -> Ptr<Timer> {
    let alarm = Alarm::new(due);
    alarm.start(d.to_std());
    Ptr::from_cell(Timer {
        c: Cell::new(c),
        alarm: Some(alarm),
    })
}

impl Timer {
    /// Stops the timer; whether it was running.
    ///
    /// # Panics
    /// With Go's text if it was not made by [`new_timer`] or [`after_func`].
    ///
    /// ```
    /// use gort_runtime::time;
    /// let timer = time::new_timer(time::HOUR);
    /// assert!(timer.stop() && !timer.stop());
    /// ```
    pub fn stop(&self) -> bool {
        match &self.alarm {
            Some(alarm) => {
                alarm.enter("stop of synctest timer");
                alarm.stop()
            }
            None => go_panic_plain("time: Stop called on uninitialized Timer"),
        }
    }

    /// Starts the timer anew; whether it was running.
    ///
    /// # Panics
    /// As [`stop`](Self::stop).
    ///
    /// ```
    /// use gort_runtime::time;
    /// let timer = time::new_timer(time::HOUR);
    /// assert!(timer.reset(time::MINUTE));
    /// ```
    pub fn reset(&self, d: Duration) -> bool {
        match &self.alarm {
            Some(alarm) => {
                alarm.enter("reset of synctest timer");
                alarm.start(d.to_std())
            }
            None => go_panic_plain("time: Reset called on uninitialized Timer"),
        }
    }
}

/// Go's `time.Ticker`.
///
/// ```
/// use gort_runtime::{task, time};
/// task::test(async {
///     let ticker = time::new_ticker(time::MILLISECOND);
///     ticker.c.get().recv().await;
///     ticker.c.get().recv().await;
///     ticker.stop();
/// });
/// ```
pub struct Ticker {
    /// Where the times are sent.
    pub c: Cell<Receiver<Time>>,
    /// `None` for a zero value.
    alarm: Option<Arc<Alarm>>,
}

impl Default for Ticker {
    fn default() -> Self {
        Ticker {
            c: Cell::new(Receiver::nil()),
            alarm: None,
        }
    }
}

in_place!(Ticker, "time.Ticker");
impl InPlace for Ticker {}

/// `time.NewTicker`.
///
/// # Panics
/// With Go's text if the duration is not positive.
///
/// ```
/// use gort_runtime::{task, time};
/// task::test(async {
///     let ticker = time::new_ticker(time::MILLISECOND);
///     assert!(ticker.c.get().recv().await.is_some());
///     ticker.stop();
/// });
/// ```
pub fn new_ticker(d: Duration) -> Ptr<Ticker> {
    if d.0 <= 0 {
        go_panic_plain("non-positive interval for NewTicker");
    }
    let chan = Chan::make_for_timer();
    let c = Cell::new(chan.receiver());
    let alarm = Alarm::new(Due::SendEach(Box::new(chan), Lock::new(d.to_std())));
    alarm.start(d.to_std());
    Ptr::from_cell(Ticker { c, alarm: Some(alarm) })
}

impl Ticker {
    /// Stops the ticker; its channel stays open.
    ///
    /// ```
    /// use gort_runtime::time;
    /// let ticker = time::new_ticker(time::HOUR);
    /// ticker.stop();
    /// assert_eq!(ticker.c.get().try_recv(), None);
    /// ```
    pub fn stop(&self) {
        if let Some(alarm) = &self.alarm {
            alarm.enter("stop of synctest timer");
            alarm.stop();
        }
    }

    /// Starts the ticker anew.
    ///
    /// # Panics
    /// With Go's text if the duration is not positive.
    ///
    /// ```
    /// use gort_runtime::{task, time};
    /// task::test(async {
    ///     let ticker = time::new_ticker(time::HOUR);
    ///     ticker.reset(time::MILLISECOND);
    ///     assert!(ticker.c.get().recv().await.is_some());
    ///     ticker.stop();
    /// });
    /// ```
    pub fn reset(&self, d: Duration) {
        if d.0 <= 0 {
            go_panic_plain("non-positive interval for Ticker.Reset");
        }
        if let Some(alarm) = &self.alarm {
            alarm.enter("reset of synctest timer");
            alarm.start(d.to_std());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task;
    use crate::time::{MILLISECOND, now};

    #[test]
    fn timers_fire_stop_and_restart() {
        task::test(async {
            let start = now();
            let timer = new_timer(Duration(5 * MILLISECOND.0));
            assert!(timer.c.get().recv().await.is_some());
            assert!(now().sub(start) >= Duration(5 * MILLISECOND.0));
            assert!(!timer.stop());
            assert!(!timer.reset(Duration(1000 * MILLISECOND.0)));
            assert!(timer.stop());
            let ticker = new_ticker(MILLISECOND);
            for _ in 0..3 {
                ticker.c.get().recv().await;
            }
            ticker.stop();
            let done: Chan<()> = Chan::make(0);
            let sender = done.clone();
            after_func_async(MILLISECOND, move || {
                let sender = sender.clone();
                async move { sender.send(()).await }
            });
            done.recv().await;
            sleep_sync(MILLISECOND);
            after(MILLISECOND).recv().await;
        });
    }
}
