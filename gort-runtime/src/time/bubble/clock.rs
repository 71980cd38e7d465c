//! The time of a bubble: sleepers and alarms that wait for it, and its next step.
//!
//! - In: sleepers, and the alarms of timers, tickers and deadlines that are set in the bubble.
//! - Out: [`Sleeper`]; [`Bubble::fire`], which does what is due.
//! - Invariants: as those of the real service: a time is sent under the lock, so that none arrives after an alarm was stopped.
//!   What is set is known by its time and its number, and leaves when it is stopped or given up.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::super::service::{self, Alarm, Later};
use super::state::{Bubble, Due};
use crate::task::{in_bubble, waker, wakes_same};

/// Ready when the bubble's time has come to some point.
pub(crate) struct Sleeper {
    bubble: Arc<Bubble>,
    key: (u64, u64),
    set: bool,
}

impl Sleeper {
    /// One in the bubble of the running goroutine, if that is in one.
    pub(crate) fn new(d: Duration) -> Option<Self> {
        let bubble = Bubble::current()?;
        let key = (bubble.after(d), 0);
        Some(Sleeper {
            bubble,
            key,
            set: false,
        })
    }
}

impl Future for Sleeper {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut inner = this.bubble.inner.lock();
        if !this.set {
            this.set = true;
            this.key.1 = inner.next_number();
            inner.due.insert(this.key, Due::Sleep(waker(cx.waker())));
            return Poll::Pending;
        }
        let Some(Due::Sleep(held)) = inner.due.get_mut(&this.key) else {
            return Poll::Ready(());
        };
        let before = (!wakes_same(held, cx.waker())).then(|| std::mem::replace(held, waker(cx.waker())));
        drop(inner);
        drop(before);
        Poll::Pending
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let left = self.bubble.inner.lock().due.remove(&self.key);
        drop(left);
    }
}

impl Bubble {
    /// Has an alarm run from now on, and no longer as before; whether it ran, or a time was sent that nobody has received.
    pub(in crate::time) fn start(&self, alarm: &Arc<Alarm>, after: Duration) -> bool {
        let at = self.after(after);
        let mut later = Later::default();
        let mut inner = self.inner.lock();
        let (ran, left) = alarm.unset(&mut inner.due);
        let unsent = alarm.drain(&mut later);
        alarm.set_period(after);
        if after.is_zero() {
            // At once, and not only when the bubble comes to rest.
            alarm.fire(&mut later);
        } else {
            let key = (at, inner.next_number());
            alarm.set(key);
            inner.due.insert(key, Due::Alarm(alarm.clone()));
        }
        drop(inner);
        drop(left);
        later.act();
        ran || unsent
    }

    /// Stops an alarm; whether it ran, or a time was sent that nobody has received.
    pub(in crate::time) fn stop(&self, alarm: &Alarm) -> bool {
        let mut later = Later::default();
        let mut inner = self.inner.lock();
        let (ran, left) = alarm.unset(&mut inner.due);
        let unsent = alarm.drain(&mut later);
        drop(inner);
        drop(left);
        later.act();
        ran || unsent
    }

    /// Does what is due by now; whether there was something.
    pub(super) fn fire(&self) -> bool {
        let now = self.elapsed();
        let mut later = Later::default();
        let mut any = false;
        let mut inner = self.inner.lock();
        while let Some(first) = inner.due.first_entry().filter(|first| first.key().0 <= now) {
            any = true;
            let ((at, _), due) = first.remove_entry();
            match due {
                Due::Sleep(waker) => later.wake(waker),
                Due::Alarm(alarm) => {
                    alarm.set((0, 0));
                    if let Some(period) = alarm.fire(&mut later) {
                        let period = u64::try_from(period.as_nanos()).unwrap_or(u64::MAX);
                        let key = (at.saturating_add(period), inner.next_number());
                        alarm.set(key);
                        inner.due.insert(key, Due::Alarm(alarm));
                    }
                }
            }
        }
        drop(inner);
        later.act();
        any
    }
}

/// Does something as a goroutine of a bubble would: its time is the bubble's, and what it starts belongs to that.
pub(super) fn within<R>(bubble: &Bubble, f: impl FnOnce() -> R) -> R {
    in_bubble(bubble.number, f)
}

pub(in crate::time) type Set = std::collections::BTreeMap<(u64, u64), Due>;

impl service::Alarm {
    /// Takes it out of what is due; whether it was in there.
    fn unset(&self, due: &mut Set) -> (bool, Option<Due>) {
        let left = due.remove(&self.key());
        self.set((0, 0));
        (left.is_some(), left)
    }
}
