//! A place where goroutines wait for each other.
//!
//! - In: a number of goroutines, again and again.
//! - Out: [`Barrier`].
//! - Invariants: those who wait in one round leave together when the last has come; who gives up is counted no longer.

use super::wait_list::WaitList;
use crate::shim::Lock;
use crate::task::Wait;

/// Lets goroutines through only so many at a time.
///
/// ```
/// use std::sync::Arc;
/// use gort_runtime::{sync::{Barrier, TaskGroup}, task};
/// task::test(async {
///     let barrier = Arc::new(Barrier::new(2));
///     let other = barrier.clone();
///     let group = TaskGroup::new();
///     group.spawn(async move {
///         other.wait().await;
///     });
///     barrier.wait().await;
///     group.wait().await;
/// });
/// ```
///
/// # Differences from Go
/// Go has none.
pub struct Barrier {
    size: usize,
    state: Lock<State>,
    waiters: WaitList,
}

#[derive(Default)]
struct State {
    waiting: usize,
    round: u64,
}

/// One that waits in a round.
struct Waiting<'a> {
    barrier: &'a Barrier,
    round: u64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.barrier.state.lock();
        if state.round == self.round {
            state.waiting -= 1;
        }
    }
}

impl Barrier {
    /// A barrier for `size` goroutines; 0 is as 1.
    ///
    /// ```
    /// use gort_runtime::{sync::Barrier, task};
    /// task::test(async {
    ///     assert!(Barrier::new(1).wait().await);
    /// });
    /// ```
    pub fn new(size: usize) -> Self {
        Barrier {
            size: size.max(1),
            state: Lock::new(State::default()),
            waiters: WaitList::new(),
        }
    }

    /// Waits until all have come; true for the one that came last.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has not come.
    ///
    /// ```
    /// use gort_runtime::{sync::Barrier, task};
    /// task::test(async {
    ///     let barrier = Barrier::new(1);
    ///     assert!(barrier.wait().await && barrier.wait().await);
    /// });
    /// ```
    pub async fn wait(&self) -> bool {
        let round = {
            let mut state = self.state.lock();
            state.waiting += 1;
            let round = state.round;
            if state.waiting == self.size {
                state.waiting = 0;
                state.round += 1;
                drop(state);
                self.waiters.notify_all();
                return true;
            }
            round
        };
        let _waiting = Waiting { barrier: self, round };
        self.waiters
            .until(Wait::SemAcquire, || self.state.lock().round != round)
            .await;
        false
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn rounds_follow_each_other_and_who_gives_up_does_not_count() {
        macro_rules! poll {
            ($future:expr) => {
                $future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
            };
        }
        let barrier = Barrier::new(2);
        for _ in 0..2 {
            let mut gives_up = Box::pin(barrier.wait());
            assert!(poll!(gives_up).is_pending());
            drop(gives_up);
            let (mut first, mut last) = (pin!(barrier.wait()), pin!(barrier.wait()));
            assert!(poll!(first).is_pending());
            assert_eq!(poll!(last), Poll::Ready(true));
            assert_eq!(poll!(first), Poll::Ready(false));
        }
    }
}
