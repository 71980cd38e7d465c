//! A weighted semaphore, as `golang.org/x/sync/semaphore` has it.
//!
//! - In: goroutines that acquire a weight and release it.
//! - Out: [`Semaphore`].
//! - Invariants: never is more acquired than there is; who waits gets its turn in the order of coming, also one that wants
//!   much before one that wants little. What a waiter was granted and did not take is released.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::panic::go_panic_plain;
use crate::shim::Lock;
use crate::task::{Wait, waiting};

/// A semaphore over a number of equal things.
///
/// ```
/// use gort_runtime::{sync::Semaphore, task};
/// task::test(async {
///     let two = Semaphore::new(2);
///     two.acquire(2).await;
///     assert!(!two.try_acquire(1));
///     two.release(2);
///     assert!(two.try_acquire(1));
/// });
/// ```
pub struct Semaphore {
    state: Lock<State>,
}

struct State {
    size: i64,
    taken: i64,
    waiters: VecDeque<Arc<Waiter>>,
}

struct Waiter {
    weight: i64,
    inner: Lock<Inner>,
}

#[derive(Default)]
struct Inner {
    granted: bool,
    waker: Option<Waker>,
}

impl Semaphore {
    /// A semaphore of `size` things.
    ///
    /// # Panics
    /// With Go's text if the size is negative.
    ///
    /// ```
    /// assert!(!gort_runtime::sync::Semaphore::new(0).try_acquire(1));
    /// ```
    pub fn new(size: i64) -> Self {
        if size < 0 {
            go_panic_plain("semaphore: size < 0");
        }
        Semaphore {
            state: Lock::new(State {
                size,
                taken: 0,
                waiters: VecDeque::new(),
            }),
        }
    }

    /// Acquires if there is enough and nobody waits.
    ///
    /// # Panics
    /// With Go's text if the weight is negative.
    ///
    /// ```
    /// let one = gort_runtime::sync::Semaphore::new(1);
    /// assert!(one.try_acquire(1) && !one.try_acquire(1));
    /// ```
    pub fn try_acquire(&self, weight: i64) -> bool {
        not_negative(weight);
        let mut state = self.state.lock();
        let free = state.waiters.is_empty() && state.size - state.taken >= weight;
        if free {
            state.taken += weight;
        }
        free
    }

    /// Acquires, waiting until there is enough. A weight that is more than the size waits for ever.
    ///
    /// # Panics
    /// With Go's text if the weight is negative.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has acquired nothing, and leaves its place.
    ///
    /// # Differences from Go
    /// It takes no context: a context's `run` gives up waiting when it is cancelled.
    ///
    /// ```
    /// use gort_runtime::{sync::Semaphore, task};
    /// task::test(async {
    ///     let one = Semaphore::new(1);
    ///     one.acquire(1).await;
    ///     assert!(!one.try_acquire(1));
    /// });
    /// ```
    pub fn acquire(&self, weight: i64) -> Acquire<'_> {
        not_negative(weight);
        Acquire {
            semaphore: self,
            weight,
            waiter: None,
        }
    }

    /// Releases what was acquired.
    ///
    /// # Panics
    /// With Go's texts if the weight is negative, or more is released than was acquired.
    ///
    /// ```
    /// let one = gort_runtime::sync::Semaphore::new(1);
    /// assert!(one.try_acquire(1));
    /// one.release(1);
    /// assert!(one.try_acquire(1));
    /// ```
    pub fn release(&self, weight: i64) {
        not_negative(weight);
        let mut state = self.state.lock();
        if state.taken < weight {
            drop(state);
            go_panic_plain("semaphore: released more than held");
        }
        state.taken -= weight;
        let wakers = state.grant();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}

fn not_negative(weight: i64) {
    if weight < 0 {
        go_panic_plain("semaphore: n < 0");
    }
}

impl State {
    /// Grants the first waiters what there is.
    fn grant(&mut self) -> Vec<Waker> {
        let mut wakers = Vec::new();
        while let Some(first) = self.waiters.front() {
            if first.weight > self.size - self.taken {
                break;
            }
            self.taken += first.weight;
            let mut inner = first.inner.lock();
            inner.granted = true;
            wakers.extend(inner.waker.take());
            drop(inner);
            self.waiters.pop_front();
        }
        wakers
    }
}

/// What [`Semaphore::acquire`] returns.
///
/// ```
/// use gort_runtime::{sync::{Acquire, Semaphore}, task};
/// task::test(async {
///     let one = Semaphore::new(1);
///     let acquire: Acquire<'_> = one.acquire(1);
///     acquire.await;
/// });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Acquire<'a> {
    semaphore: &'a Semaphore,
    weight: i64,
    waiter: Option<Arc<Waiter>>,
}

impl Future for Acquire<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.semaphore.state.lock();
        match &self.waiter {
            None if self.weight > state.size => {}
            None if state.waiters.is_empty() && state.size - state.taken >= self.weight => {
                state.taken += self.weight;
                return Poll::Ready(());
            }
            None => {
                let waiter = Arc::new(Waiter {
                    weight: self.weight,
                    inner: Lock::new(Inner {
                        granted: false,
                        waker: Some(crate::task::waker(cx.waker())),
                    }),
                });
                state.waiters.push_back(waiter.clone());
                drop(state);
                self.waiter = Some(waiter);
            }
            Some(waiter) => {
                let mut inner = waiter.inner.lock();
                if inner.granted {
                    drop((inner, state));
                    self.waiter = None;
                    return Poll::Ready(());
                }
                let before = inner.waker.replace(crate::task::waker(cx.waker()));
                drop((inner, state));
                drop(before);
            }
        }
        waiting(Wait::SemAcquire);
        Poll::Pending
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(waiter) = self.waiter.take() else { return };
        let mut state = self.semaphore.state.lock();
        if waiter.inner.lock().granted {
            state.taken -= waiter.weight;
        } else {
            state.waiters.retain(|other| !Arc::ptr_eq(other, &waiter));
        }
        let wakers = state.grant();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[test]
    fn turns_are_in_the_order_of_coming_and_pass_on_when_dropped() {
        let semaphore = Semaphore::new(3);
        assert!(semaphore.try_acquire(2));
        let poll = |acquire: Pin<&mut Acquire<'_>>| acquire.poll(&mut Context::from_waker(Waker::noop()));
        let mut much = Box::pin(semaphore.acquire(3));
        let mut little = pin!(semaphore.acquire(1));
        assert!(poll(much.as_mut()).is_pending());
        // There is one, but who wants three came first.
        assert!(poll(little.as_mut()).is_pending() && !semaphore.try_acquire(1));
        drop(much);
        assert!(poll(little.as_mut()).is_ready());
        semaphore.release(3);
        let mut never = pin!(semaphore.acquire(4));
        assert!(poll(never.as_mut()).is_pending() && semaphore.try_acquire(3));
    }
}
