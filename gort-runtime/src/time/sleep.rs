//! Sleeping.
//!
//! - In: a time.
//! - Out: [`Sleep`].
//! - Invariants: whoever sleeps is known to the deadlock judge; a sleep of no time lets others run.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::task::{External, Wait, waiting};

pin_project_lite::pin_project! {
    /// What [`native::sleep`](super::native::sleep) returns, and `sleep` of Go's durations.
    ///
    /// ```
    /// use gort_runtime::{task, time::{Sleep, native}};
    /// task::test(async {
    ///     let sleep: Sleep = native::sleep(std::time::Duration::from_millis(1));
    ///     sleep.await;
    /// });
    /// ```
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
        if this.d.is_zero() {
            if !std::mem::replace(this.yielded, true) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            return Poll::Ready(());
        }
        if this.timer.is_none() {
            *this.external = Some(External::new());
            this.timer.set(Some(tokio::time::sleep(*this.d)));
        }
        waiting(Wait::Sleep);
        if let Some(timer) = this.timer.as_mut().as_pin_mut() {
            ready!(timer.poll(cx));
        }
        *this.external = None;
        Poll::Ready(())
    }
}

impl Sleep {
    pub(super) fn new(d: Duration) -> Self {
        Sleep {
            d,
            external: None,
            timer: None,
            yielded: false,
        }
    }
}
