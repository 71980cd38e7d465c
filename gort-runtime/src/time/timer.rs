//! Sleeping, timers and tickers.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::task::AbortHandle;

use super::{Duration, Time, now};
use crate::chan::{Chan, Receiver};
use crate::panic::go_panic_plain;
use crate::shim::Lock;
use crate::sync::{InPlace, in_place};
use crate::task::{self, External, Wait, block_on, waiting};
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

/// What a running timer is: the task that waits.
struct Running(Lock<Option<AbortHandle>>);

impl Default for Running {
    fn default() -> Self {
        Running(Lock::new(None))
    }
}

impl Running {
    /// Stops it; whether it was running.
    fn stop(&self) -> bool {
        let handle = self.0.lock().take();
        handle.is_some_and(|handle| {
            let running = !handle.is_finished();
            handle.abort();
            running
        })
    }

    fn start(&self, future: impl Future<Output = ()> + Send + 'static) {
        // Announced here and not in the task, so that there is no moment without it.
        let external = External::new();
        let handle = tokio::spawn(async move {
            future.await;
            drop(external);
        });
        *self.0.lock() = Some(handle.abort_handle());
    }
}

/// What a timer does when it is due.
#[derive(Clone)]
enum Due {
    Send(Chan<Time>),
    Call(Fn0<BoxFuture<'static>>),
}

/// Go's `time.Timer`.
pub struct Timer {
    /// Where the time is sent when the timer is due.
    pub c: Cell<Receiver<Time>>,
    due: Lock<Option<Due>>,
    running: Running,
}

impl Default for Timer {
    fn default() -> Self {
        Timer {
            c: Cell::new(Receiver::nil()),
            due: Lock::new(None),
            running: Running::default(),
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
pub fn after_func(d: Duration, f: Fn0) -> Ptr<Timer> {
    after_func_async(d, move || {
        let f = f.clone();
        async move { f() }
    })
}

/// As [`after_func`], with a call that suspends.
pub fn after_func_async<F>(d: Duration, f: impl Fn() -> F + Send + Sync + 'static) -> Ptr<Timer>
where
    F: Future<Output = ()> + Send + 'static,
{
    let call = crate::value::fn0(move || -> BoxFuture<'static> { Box::pin(f()) });
    timer(d, Receiver::nil(), Due::Call(call))
}

fn timer(d: Duration, c: Receiver<Time>, due: Due) -> Ptr<Timer> {
    let timer = Timer {
        c: Cell::new(c),
        due: Lock::new(Some(due)),
        running: Running::default(),
    };
    timer.start(d);
    Ptr::from_cell(timer)
}

impl Timer {
    fn start(&self, d: Duration) {
        let Some(due) = self.due.lock().clone() else {
            go_panic_plain("time: Reset called on uninitialized Timer")
        };
        self.running.start(async move {
            tokio::time::sleep(d.to_std()).await;
            match due {
                Due::Send(c) => drop(c.try_send(now())),
                Due::Call(f) => task::go(f()),
            }
        });
    }

    /// Throws away a time that nobody has received, as a stopped timer sends none.
    fn drain(&self) -> bool {
        self.c.get().try_recv().is_some()
    }

    /// Stops the timer; whether it was running.
    ///
    /// # Panics
    /// With Go's text if it was not made by [`new_timer`] or [`after_func`].
    pub fn stop(&self) -> bool {
        if self.due.lock().is_none() {
            go_panic_plain("time: Stop called on uninitialized Timer");
        }
        let running = self.running.stop();
        self.drain() || running
    }

    /// Starts the timer anew; whether it was running.
    ///
    /// # Panics
    /// As [`stop`](Self::stop).
    pub fn reset(&self, d: Duration) -> bool {
        let running = self.running.stop();
        let running = self.drain() || running;
        self.start(d);
        running
    }
}

/// Go's `time.Ticker`.
pub struct Ticker {
    /// Where the times are sent.
    pub c: Cell<Receiver<Time>>,
    chan: Chan<Time>,
    running: Running,
}

impl Default for Ticker {
    fn default() -> Self {
        Ticker {
            c: Cell::new(Receiver::nil()),
            chan: Chan::nil(),
            running: Running::default(),
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
    let ticker = Ticker {
        c: Cell::new(chan.receiver()),
        chan,
        running: Running::default(),
    };
    ticker.start(d);
    Ptr::from_cell(ticker)
}

impl Ticker {
    fn start(&self, d: Duration) {
        let chan = self.chan.clone();
        self.running.start(async move {
            let mut interval = tokio::time::interval(d.to_std());
            interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
            // The first tick is at once.
            interval.tick().await;
            loop {
                interval.tick().await;
                drop(chan.try_send(now()));
            }
        });
    }

    /// Stops the ticker; its channel stays open.
    pub fn stop(&self) {
        self.running.stop();
        self.chan.try_recv();
    }

    /// Starts the ticker anew.
    ///
    /// # Panics
    /// With Go's text if the duration is not positive.
    pub fn reset(&self, d: Duration) {
        if d.0 <= 0 {
            go_panic_plain("non-positive interval for Ticker.Reset");
        }
        self.stop();
        self.start(d);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::MILLISECOND;

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
