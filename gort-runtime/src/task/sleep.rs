//! Sleeping.
//!
//! - In: a time.
//! - Out: [`Sleep`].
//! - Invariants: whoever sleeps is known to the deadlock judge; a sleep of no time lets others run. On a thread of ours the
//!   scheduler wakes it, on others tokio does, and in a bubble the bubble.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::scheduler::alarms::Alarm;
use super::{External, Wait, waiting_on};

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
        elsewhere: Option<Elsewhere>,
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
        if this.alarm.is_none() && this.elsewhere.is_none() {
            match Elsewhere::in_bubble(*this.d) {
                Some(bubbled) => *this.elsewhere = Some(bubbled),
                None => match Alarm::after(*this.d) {
                    Some(alarm) => this.alarm.set(Some(alarm)),
                    None => *this.elsewhere = Some(Elsewhere::on_tokio(*this.d)),
                },
            }
        }
        waiting_on(Wait::Sleep, || {
            this.elsewhere
                .as_ref()
                .is_some_and(|elsewhere| !elsewhere.is_on_tokio())
        });
        if let Some(alarm) = this.alarm.as_mut().as_pin_mut() {
            return alarm.poll(cx);
        }
        match this.elsewhere {
            Some(Elsewhere::Tokio(_, sleep)) => ready!(sleep.as_mut().poll(cx)),
            #[cfg(feature = "time")]
            Some(Elsewhere::Bubble(sleeper)) => ready!(Pin::new(&mut **sleeper).poll(cx)),
            None => {}
        }
        *this.elsewhere = None;
        Poll::Ready(())
    }
}

/// Who wakes it, if it is not our scheduler.
enum Elsewhere {
    Tokio(External, Pin<Box<tokio::time::Sleep>>),
    /// The goroutine's bubble, by its own time.
    #[cfg(feature = "time")]
    Bubble(Box<crate::time::bubble::Sleeper>),
}

impl Elsewhere {
    #[cfg(feature = "time")]
    fn in_bubble(d: Duration) -> Option<Self> {
        let sleeper = crate::time::bubble::Sleeper::new(d)?;
        Some(Elsewhere::Bubble(Box::new(sleeper)))
    }

    #[cfg(not(feature = "time"))]
    fn in_bubble(_: Duration) -> Option<Self> {
        None
    }

    fn on_tokio(d: Duration) -> Self {
        Elsewhere::Tokio(External::new(), Box::pin(tokio::time::sleep(d)))
    }

    fn is_on_tokio(&self) -> bool {
        matches!(self, Elsewhere::Tokio(..))
    }
}

impl Sleep {
    pub(crate) fn new(d: Duration) -> Self {
        Sleep {
            d,
            yielded: false,
            alarm: None,
            elsewhere: None,
        }
    }
}
