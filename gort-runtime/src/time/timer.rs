//! Sleeping, timers and tickers.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::service::{Alarm, Due};
use super::{Duration, Time};
use crate::chan::{Chan, Receiver};
use crate::panic::go_panic_plain;
use crate::shim::process::Lock;
use crate::sync::{InPlace, in_place};
use crate::task::{External, Home, Wait, block_on, waiting};
use crate::value::{BoxFuture, Cell, Fn0, Ptr};

/// `time.Sleep`.
///
/// # Cancel safety
/// Cancelling it has no effect.
pub fn sleep(d: Duration) -> Sleep {
    Sleep {
        d,
        external: None,
        timer: None,
        yielded: false,
    }
}

pin_project_lite::pin_project! {
    /// What [`sleep`] returns.
    #[must_use = "futures do nothing unless awaited"]
    pub struct Sleep {
        d: Duration,
        external: Option<External>,
        #[pin]
        timer: Option<tokio::time::Sleep>,
        yielded: bool,
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if this.d.0 <= 0 {
            if !std::mem::replace(this.yielded, true) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            return Poll::Ready(());
        }
        if this.timer.is_none() {
            *this.external = Some(External::new());
            this.timer.set(Some(tokio::time::sleep(this.d.to_std())));
        }
        waiting(Wait::Sleep);
        if let Some(timer) = this.timer.as_mut().as_pin_mut() {
            ready!(timer.poll(cx));
        }
        *this.external = None;
        Poll::Ready(())
    }
}

/// `time.Sleep` for code that cannot suspend.
pub fn sleep_sync(d: Duration) {
    block_on(sleep(d));
}

/// `time.After`.
pub fn after(d: Duration) -> Receiver<Time> {
    new_timer(d).c.get()
}

/// `time.Tick`.
///
/// # Panics
/// Never; with a duration that is not positive the channel is nil.
pub fn tick(d: Duration) -> Receiver<Time> {
    if d.0 <= 0 {
        Receiver::nil()
    } else {
        new_ticker(d).c.get()
    }
}

/// Go's `time.Timer`.
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
pub fn new_timer(d: Duration) -> Ptr<Timer> {
    let c = Chan::make(1);
    timer(d, c.receiver(), Due::Send(c))
}

/// `time.AfterFunc`: calls `f` in a goroutine when the time is over.
///
/// # Panics
/// Outside of the runtime.
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
pub fn after_func_async<F>(d: Duration, f: impl Fn() -> F + Send + Sync + 'static) -> Ptr<Timer>
where
    F: Future<Output = ()> + Send + 'static,
{
    let call = crate::value::fn0(move || -> BoxFuture<'static> { Box::pin(f()) });
    timer(d, Receiver::nil(), Due::Call(call, Home::current()))
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
    pub fn stop(&self) -> bool {
        match &self.alarm {
            Some(alarm) => alarm.stop(),
            None => go_panic_plain("time: Stop called on uninitialized Timer"),
        }
    }

    /// Starts the timer anew; whether it was running.
    ///
    /// # Panics
    /// As [`stop`](Self::stop).
    pub fn reset(&self, d: Duration) -> bool {
        match &self.alarm {
            Some(alarm) => alarm.start(d.to_std()),
            None => go_panic_plain("time: Reset called on uninitialized Timer"),
        }
    }
}

/// Go's `time.Ticker`.
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
pub fn new_ticker(d: Duration) -> Ptr<Ticker> {
    if d.0 <= 0 {
        go_panic_plain("non-positive interval for NewTicker");
    }
    let chan = Chan::make(1);
    let c = Cell::new(chan.receiver());
    let alarm = Alarm::new(Due::SendEach(chan, Lock::new(d.to_std())));
    alarm.start(d.to_std());
    Ptr::from_cell(Ticker { c, alarm: Some(alarm) })
}

impl Ticker {
    /// Stops the ticker; its channel stays open.
    pub fn stop(&self) {
        if let Some(alarm) = &self.alarm {
            alarm.stop();
        }
    }

    /// Starts the ticker anew.
    ///
    /// # Panics
    /// With Go's text if the duration is not positive.
    pub fn reset(&self, d: Duration) {
        if d.0 <= 0 {
            go_panic_plain("non-positive interval for Ticker.Reset");
        }
        if let Some(alarm) = &self.alarm {
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
