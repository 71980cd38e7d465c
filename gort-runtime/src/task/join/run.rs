//! A goroutine whose end is told, and which can be told to end.
//!
//! - In: a future, and where its result goes.
//! - Out: [`Joined`], the future that the goroutine runs; [`AbortHandle`].
//! - Invariants: the result is told once, when the future is gone; also when the goroutine is dropped unfinished. Who aborts
//!   says so first and wakes the goroutine afterwards; the goroutine says how to wake it before it first looks whether it was
//!   aborted.

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use super::JoinError;
use crate::shim::Lock;
use crate::shim::atomic::{
    AtomicBool,
    Ordering::{Acquire, Release},
};
use crate::task::{bubble, waker};

/// What a goroutine and those who may end it share.
pub(crate) struct Control {
    id: u64,
    /// The bubble in which the goroutine was started.
    bubble: bubble::Number,
    aborted: AtomicBool,
    over: AtomicBool,
    /// Wakes the goroutine, from when it first runs until it is over.
    waker: Lock<Option<Waker>>,
}

impl Control {
    pub(crate) fn new(id: u64) -> Self {
        Control {
            id,
            bubble: bubble::here(),
            aborted: AtomicBool::new(false),
            over: AtomicBool::new(false),
            waker: Lock::new(None),
        }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Whether the goroutine belongs to a bubble, or to none if that is 0.
    pub(super) fn is_of(&self, bubble: bubble::Number) -> bool {
        self.bubble == bubble
    }

    pub(super) fn is_aborted(&self) -> bool {
        self.aborted.load(Acquire)
    }

    pub(super) fn is_over(&self) -> bool {
        self.over.load(Acquire)
    }

    /// To be called where the result is stored, for the two to be seen together.
    pub(super) fn set_over(&self) {
        self.over.store(true, Release);
    }

    pub(crate) fn abort(&self) {
        self.aborted.store(true, Release);
        let waker = self.waker.lock().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Has the control of a goroutine.
pub(crate) trait Controlled: Send + Sync {
    fn control(&self) -> &Control;
}

impl Controlled for Control {
    fn control(&self) -> &Control {
        self
    }
}

/// Where the result of a goroutine goes.
pub(crate) trait Outcome<T> {
    fn control(&self) -> &Control;
    fn tell(&mut self, result: Result<T, JoinError>);
}

pin_project_lite::pin_project! {
    /// A future whose result is told; what a goroutine runs.
    pub(crate) struct Joined<F: Future, O: Outcome<F::Output>> {
        // `None` when its result was told.
        #[pin]
        future: Option<F>,
        started: bool,
        outcome: O,
    }

    impl<F: Future, O: Outcome<F::Output>> PinnedDrop for Joined<F, O> {
        fn drop(this: Pin<&mut Self>) {
            if this.future.is_some() {
                this.cancelled();
            }
        }
    }
}

impl<F: Future, O: Outcome<F::Output>> Joined<F, O> {
    pub(crate) fn new(future: F, outcome: O) -> Self {
        Joined {
            future: Some(future),
            started: false,
            outcome,
        }
    }

    /// Drops the future unfinished.
    fn cancelled(self: Pin<&mut Self>) {
        let error = JoinError::cancelled(self.outcome.control().id);
        self.end(Err(error));
    }

    fn end(self: Pin<&mut Self>, mut result: Result<F::Output, JoinError>) {
        let mut this = self.project();
        let id = this.outcome.control().id;
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| this.future.set(None))) {
            result = Err(JoinError::unwound(id, payload));
        }
        let waker = this.outcome.control().waker.lock().take();
        drop(waker);
        this.outcome.tell(result);
    }
}

impl<F: Future, O: Outcome<F::Output>> Future for Joined<F, O> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.as_mut().project();
        let control = this.outcome.control();
        if !*this.started {
            *this.started = true;
            *control.waker.lock() = Some(waker(cx.waker()));
        }
        if control.is_aborted() {
            self.cancelled();
            return Poll::Ready(());
        }
        let Some(future) = this.future.as_pin_mut() else {
            return Poll::Ready(());
        };
        let result = match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(polled) => Ok(ready!(polled)),
            Err(payload) => Err(JoinError::unwound(control.id, payload)),
        };
        self.end(result);
        Poll::Ready(())
    }
}

/// Ends a goroutine from elsewhere; clones are the same. Dropping it does nothing.
///
/// ```
/// use gort_runtime::task::{self, AbortHandle};
/// task::test(async {
///     let handle = task::spawn(std::future::pending::<()>());
///     let abort: AbortHandle = handle.abort_handle();
///     task::go(async move { abort.abort() });
///     assert!(handle.await.unwrap_err().is_cancelled());
/// });
/// ```
///
/// # Differences from Go
/// In Go only a goroutine itself can end itself.
#[derive(Clone)]
pub struct AbortHandle(pub(super) Arc<dyn Controlled>);

impl AbortHandle {
    /// Ends the goroutine: where it waits, or the next time that it does, its future is dropped. It has no effect on one that is
    /// over.
    ///
    /// ```
    /// use gort_runtime::task;
    /// task::test(async {
    ///     let handle = task::spawn(std::future::pending::<()>());
    ///     handle.abort_handle().abort();
    ///     assert!(handle.await.is_err());
    /// });
    /// ```
    pub fn abort(&self) {
        self.0.control().abort();
    }

    /// Whether the goroutine is over, and its result is there.
    ///
    /// ```
    /// use gort_runtime::task;
    /// task::test(async {
    ///     let handle = task::spawn(std::future::pending::<()>());
    ///     let abort = handle.abort_handle();
    ///     assert!(!abort.is_finished());
    ///     abort.abort();
    ///     assert!(handle.await.is_err() && abort.is_finished());
    /// });
    /// ```
    pub fn is_finished(&self) -> bool {
        self.0.control().is_over()
    }

    /// The goroutine's number, as [`goroutines`](crate::task::goroutines) and dumps have it.
    ///
    /// ```
    /// use gort_runtime::task;
    /// task::test(async {
    ///     let handle = task::spawn(async {});
    ///     assert_eq!(handle.abort_handle().id(), handle.id());
    /// });
    /// ```
    pub fn id(&self) -> u64 {
        self.0.control().id
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle").field("id", &self.id()).finish()
    }
}
