//! What can be cancelled.
//!
//! - In: a node above, and when to cancel.
//! - Out: [`Node`].
//! - Invariants: the channel is closed after the reason is there. Nothing of the user's runs, and nobody is woken, under the
//!   lock. A node below is known above by a weak pointer only, so that it goes when nobody has it.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Instant;

use super::{Cause, Error};
use crate::chan::Chan;
use crate::shim::Lock;
use crate::time::native::{Timer, call_after, now};

pub(super) struct Node {
    /// Held on to, as its deadline is one of this, too.
    _above: Option<Arc<Node>>,
    deadline: Option<Instant>,
    pub(super) done: Chan<()>,
    state: Lock<State>,
}

#[derive(Default)]
struct State {
    reason: Option<(Error, Option<Cause>)>,
    below: Vec<Weak<Node>>,
    /// By number.
    calls: BTreeMap<u64, Call>,
    last_call: u64,
    timer: Option<Timer>,
}

pub(super) type Call = Box<dyn FnOnce() + Send>;

impl Node {
    pub(super) fn new(above: Option<Arc<Node>>, deadline: Option<Instant>) -> Arc<Node> {
        let node = Arc::new(Node {
            deadline: deadline.or(above.as_ref().and_then(|above| above.deadline)),
            _above: above.clone(),
            done: Chan::make(0),
            state: Lock::new(State::default()),
        });
        if let Some(above) = above {
            above.adopt(&node);
        }
        node
    }

    /// Sees to it that a new node below is cancelled with this one.
    fn adopt(&self, node: &Arc<Node>) {
        let mut state = self.state.lock();
        let Some((error, cause)) = state.reason.clone() else {
            if state.below.len() == state.below.capacity() {
                state.below.retain(|below| below.strong_count() > 0);
            }
            return state.below.push(Arc::downgrade(node));
        };
        drop(state);
        node.cancel(error, cause);
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    pub(super) fn err(&self) -> Option<Error> {
        self.state.lock().reason.as_ref().map(|reason| reason.0)
    }

    pub(super) fn cause(&self) -> Option<Cause> {
        let (error, cause) = self.state.lock().reason.clone()?;
        Some(cause.unwrap_or_else(|| Arc::new(error)))
    }

    /// Cancels this and what is below it, unless that happened before.
    pub(super) fn cancel(&self, error: Error, cause: Option<Cause>) {
        let mut state = self.state.lock();
        if state.reason.is_some() {
            // Dropped after unlocking.
            drop(state);
            return drop(cause);
        }
        state.reason = Some((error, cause.clone()));
        let (below, calls, timer) = (
            std::mem::take(&mut state.below),
            std::mem::take(&mut state.calls),
            state.timer.take(),
        );
        drop(state);
        if let Some(timer) = timer {
            timer.stop();
        }
        self.done.close();
        for node in below.iter().filter_map(Weak::upgrade) {
            node.cancel(error, cause.clone());
        }
        calls.into_values().for_each(|call| call());
    }

    /// Cancels when the time has come.
    pub(super) fn cancel_at(self: &Arc<Self>, deadline: Instant, cause: Option<Cause>) {
        let left = deadline.saturating_duration_since(now());
        if left.is_zero() {
            return self.cancel(Error::DeadlineExceeded, cause);
        }
        let node = Arc::downgrade(self);
        let timer = call_after(left, move || {
            if let Some(node) = node.upgrade() {
                node.cancel(Error::DeadlineExceeded, cause.clone());
            }
        });
        let mut state = self.state.lock();
        if state.reason.is_none() {
            state.timer = Some(timer);
            return;
        }
        drop(state);
        timer.stop();
    }

    /// Has something called when this is cancelled, or at once if it was; a number for [`forget`](Self::forget).
    pub(super) fn on_cancel(&self, call: Call) -> u64 {
        let mut state = self.state.lock();
        if state.reason.is_none() {
            state.last_call += 1;
            let number = state.last_call;
            state.calls.insert(number, call);
            return number;
        }
        drop(state);
        call();
        0
    }

    /// Forgets a call; whether it was still to be made.
    pub(super) fn forget(&self, number: u64) -> bool {
        let call = self.state.lock().calls.remove(&number);
        call.is_some()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Nobody can ask any more.
        let (timer, over) = {
            let mut state = self.state.lock();
            (state.timer.take(), state.reason.is_some())
        };
        if let Some(timer) = timer {
            timer.stop();
        }
        if !over {
            self.done.close_quietly();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Cancel, Context};
    use super::*;
    use crate::task;

    #[test]
    fn cancelling_goes_down_and_not_up() {
        let (above, cancel_above) = Context::background().with_cancel();
        let (middle, cancel) = above.with_cancel();
        let (below, _keep): (_, Cancel) = middle.with_cancel();
        cancel.cancel_with("why");
        assert!(below.is_done() && !above.is_done());
        assert_eq!(below.cause().map(|cause| cause.to_string()).as_deref(), Some("why"));
        cancel_above.cancel();
        assert_eq!(below.cause().map(|cause| cause.to_string()).as_deref(), Some("why"));
        let (late, _keep) = middle.with_cancel();
        assert_eq!(late.cause().map(|cause| cause.to_string()).as_deref(), Some("why"));
    }

    #[test]
    fn a_deadline_above_counts_also_when_only_what_is_below_is_kept() {
        task::test(async {
            let below = {
                let (above, _cancel) = Context::background().with_timeout(Duration::from_millis(3));
                above.with_timeout(Duration::from_secs(60)).0
            };
            below.done().await;
            assert_eq!(below.err(), Some(Error::DeadlineExceeded));
        });
    }

    #[test]
    fn contexts_that_nobody_has_are_forgotten() {
        let (above, _cancel) = Context::background().with_cancel();
        for _ in 0..1000 {
            drop(above.with_timeout(Duration::from_secs(60)));
        }
        let node = above.node.as_ref();
        assert!(node.is_some_and(|node| node.state.lock().below.len() < 100));
    }

    #[test]
    fn calls_are_made_once_and_can_be_taken_back() {
        task::test(async {
            let (told, heard) = crate::chan::channel(8);
            let (ctx, cancel) = Context::background().with_cancel();
            let call = |n: u32| {
                let told = told.clone();
                async move { told.send(n).await.unwrap() }
            };
            let taken_back = ctx.after_func(call(1));
            let made = ctx.after_func(call(2));
            assert!(taken_back.stop() && !taken_back.stop());
            cancel.cancel();
            cancel.cancel();
            assert_eq!(heard.recv().await, Some(2));
            assert!(!made.stop());
            ctx.after_func(call(3));
            assert_eq!(heard.recv().await, Some(3));
            assert!(heard.is_empty());
        });
    }
}
