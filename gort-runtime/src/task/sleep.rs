//! Sleeping.
//!
//! - In: a time.
//! - Out: [`Sleep`].
//! - Invariants: whoever sleeps is known to the deadlock judge; a sleep of no time lets others run. On a thread of ours the
//!   scheduler wakes it, on others tokio does.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::scheduler::alarms::Alarm;
use super::{External, Wait, waiting};

pin_project_lite::pin_project! {
    /// What the functions `sleep` of `time` return.
    ///
    /// ```
    /// # #[cfg(feature = "time")]
    /// gort_runtime::task::test(async {
    ///     gort_runtime::time::native::sleep(std::time::Duration::from_millis(1)).await;
    /// });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct Sleep {
        d: Duration,
        yielded: bool,
        #[pin]
        alarm: Option<Alarm>,
        tokios: Option<(External, Pin<Box<tokio::time::Sleep>>)>,
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
        if this.alarm.is_none() && this.tokios.is_none() {
            match Alarm::after(*this.d) {
                Some(alarm) => this.alarm.set(Some(alarm)),
                None => *this.tokios = Some((External::new(), Box::pin(tokio::time::sleep(*this.d)))),
            }
        }
        waiting(Wait::Sleep);
        if let Some(alarm) = this.alarm.as_mut().as_pin_mut() {
            return alarm.poll(cx);
        }
        if let Some((_, sleep)) = this.tokios {
            ready!(sleep.as_mut().poll(cx));
        }
        *this.tokios = None;
        Poll::Ready(())
    }
}

impl Sleep {
    pub(crate) fn new(d: Duration) -> Self {
        Sleep {
            d,
            yielded: false,
            alarm: None,
            tokios: None,
        }
    }
}
