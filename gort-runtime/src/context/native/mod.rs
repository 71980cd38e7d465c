//! Contexts over Rust's types: deadlines are `Instant`s, causes are Rust errors, keys are types.
//!
//! - In: a context above, and what is to be different below it.
//! - Out: [`Context`].
//! - Invariants: a context is two chains: what can cancel it (`node`), and the values it carries. Cancelling goes down
//!   only; each context below holds on to those above, so that a deadline above counts for as long as somebody asks.

use std::any::{Any, TypeId};
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use crate::chan::Recv;
use crate::task;
use crate::time::native::now;

#[cfg(feature = "value")]
mod go;
mod node;
#[cfg(feature = "tokio-util")]
mod token;

use node::Node;

/// Why a context was cancelled, as whoever cancelled it says.
///
/// ```
/// use gort_runtime::context::native::{Cause, Context};
/// let (ctx, cancel) = Context::background().with_cancel();
/// cancel.cancel_with(std::io::Error::other("the disk is full"));
/// let cause: Cause = ctx.cause().unwrap();
/// assert!(cause.is::<std::io::Error>());
/// ```
pub type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// How a context ended.
///
/// ```
/// use gort_runtime::context::native::Error;
/// assert_eq!(Error::Canceled.to_string(), "context canceled");
/// assert_eq!(Error::DeadlineExceeded.to_string(), "context deadline exceeded");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Error {
    /// It was cancelled.
    Canceled,
    /// Its deadline passed.
    DeadlineExceeded,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Canceled => "context canceled",
            Error::DeadlineExceeded => "context deadline exceeded",
        })
    }
}

impl std::error::Error for Error {}

/// A key of a context's values: a type that nobody else has, which names the type of the value.
///
/// ```
/// use gort_runtime::context::native::{Context, Key};
/// struct User;
/// impl Key for User {
///     type Value = String;
/// }
/// let ctx = Context::background().with_value::<User>("gopher".to_owned());
/// assert_eq!(ctx.value::<User>().map(String::as_str), Some("gopher"));
/// ```
pub trait Key: 'static {
    /// What is stored under the key.
    type Value: Send + Sync + 'static;
}

/// What tells goroutines to stop, until when they may go on, and what belongs to what they do. Clones are the same context.
///
/// ```
/// use gort_runtime::{context::native::{Context, Error}, select, task};
/// use std::time::Duration;
/// task::test(async {
///     let (ctx, cancel) = Context::background().with_timeout(Duration::from_secs(60));
///     let below = ctx.clone();
///     task::go(async move {
///         select! {
///             _ = below.done() => assert_eq!(below.err(), Some(Error::Canceled)),
///         }
///     });
///     cancel.cancel();
///     assert!(ctx.is_done());
/// });
/// ```
///
/// # Differences from Go
/// It is a type and not an interface; keys are types; what cancels it is a handle and not a function.
#[derive(Clone, Default)]
pub struct Context {
    /// `None` when nothing cancels it.
    node: Option<Arc<Node>>,
    values: Option<Arc<Entry>>,
}

/// A value, and those above it.
struct Entry {
    key: TypeId,
    value: Box<dyn Any + Send + Sync>,
    above: Option<Arc<Entry>>,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("deadline", &self.deadline())
            .field("err", &self.err())
            .finish()
    }
}

/// Cancels a context; clones cancel the same. Dropping it does nothing: see [`guard`](Cancel::guard).
///
/// ```
/// use gort_runtime::context::native::{Cancel, Context};
/// let (ctx, cancel): (Context, Cancel) = Context::background().with_cancel();
/// let same = cancel.clone();
/// same.cancel();
/// assert!(ctx.is_done());
/// ```
#[derive(Clone)]
#[must_use = "without it the context is cancelled from above only"]
pub struct Cancel(Arc<Node>);

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cancel")
    }
}

impl Cancel {
    /// Cancels, unless that happened before.
    ///
    /// ```
    /// let (ctx, cancel) = gort_runtime::context::native::Context::background().with_cancel();
    /// cancel.cancel();
    /// assert!(ctx.is_done());
    /// ```
    pub fn cancel(&self) {
        self.0.cancel(Error::Canceled, None);
    }

    /// Cancels, and says why: `CancelCauseFunc`.
    ///
    /// ```
    /// use gort_runtime::context::native::{Context, Error};
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// cancel.cancel_with("the user left");
    /// assert_eq!(ctx.err(), Some(Error::Canceled));
    /// assert_eq!(ctx.cause().unwrap().to_string(), "the user left");
    /// ```
    pub fn cancel_with(&self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) {
        self.0.cancel(Error::Canceled, Some(cause.into().into()));
    }

    /// Cancels, for a cause or without one.
    #[cfg(feature = "sync")]
    pub(crate) fn cancel_for(&self, cause: Option<Cause>) {
        self.0.cancel(Error::Canceled, cause);
    }

    /// Something that cancels when it is dropped: what `defer cancel()` is in Go.
    ///
    /// ```
    /// let (ctx, cancel) = gort_runtime::context::native::Context::background().with_cancel();
    /// {
    ///     let _guard = cancel.guard();
    ///     assert!(!ctx.is_done());
    /// }
    /// assert!(ctx.is_done());
    /// ```
    pub fn guard(self) -> CancelGuard {
        CancelGuard(self)
    }
}

/// Cancels a context when it is dropped.
///
/// ```
/// use gort_runtime::context::native::{CancelGuard, Context};
/// let (ctx, cancel) = Context::background().with_cancel();
/// let guard: CancelGuard = cancel.guard();
/// drop(guard);
/// assert!(ctx.is_done());
/// ```
#[derive(Debug)]
#[must_use = "the context is cancelled at once when the guard is not kept"]
pub struct CancelGuard(Cancel);

impl Drop for CancelGuard {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// What [`Context::after_func`] returns: takes a call back.
///
/// ```
/// use gort_runtime::{context::native::{AfterFunc, Context}, task};
/// task::test(async {
///     let (ctx, _cancel) = Context::background().with_cancel();
///     let call: AfterFunc = ctx.after_func(async { println!("cancelled") });
///     assert!(call.stop());
/// });
/// ```
#[derive(Clone)]
pub struct AfterFunc {
    node: Option<Arc<Node>>,
    number: u64,
}

impl fmt::Debug for AfterFunc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AfterFunc")
    }
}

impl AfterFunc {
    /// Takes the call back; whether there was still one to take back. Dropping this does nothing.
    ///
    /// ```
    /// use gort_runtime::{context::native::Context, task};
    /// task::test(async {
    ///     let (ctx, cancel) = Context::background().with_cancel();
    ///     let call = ctx.after_func(async { unreachable!("it was taken back") });
    ///     assert!(call.stop());
    ///     cancel.cancel();
    ///     assert!(!call.stop());
    /// });
    /// ```
    pub fn stop(&self) -> bool {
        self.node.as_ref().is_none_or(|node| node.forget(self.number))
    }
}

impl Context {
    /// The context above all others: it is never cancelled, and carries nothing.
    ///
    /// ```
    /// let ctx = gort_runtime::context::native::Context::background();
    /// assert!(!ctx.is_done() && ctx.deadline().is_none());
    /// ```
    pub fn background() -> Self {
        Self::default()
    }

    fn below(&self, deadline: Option<Instant>) -> (Context, Arc<Node>) {
        let node = Node::new(self.node.clone(), deadline);
        let ctx = Context {
            node: Some(node.clone()),
            values: self.values.clone(),
        };
        (ctx, node)
    }

    /// A context that is cancelled with this one, or by the handle.
    ///
    /// ```
    /// let (above, cancel) = gort_runtime::context::native::Context::background().with_cancel();
    /// let (below, _cancel) = above.with_cancel();
    /// cancel.cancel();
    /// assert!(below.is_done());
    /// ```
    pub fn with_cancel(&self) -> (Context, Cancel) {
        let (ctx, node) = self.below(None);
        (ctx, Cancel(node))
    }

    /// A context that is cancelled with this one, when `limit` is over, or by the handle.
    ///
    /// ```
    /// use gort_runtime::{context::native::{Context, Error}, task};
    /// use std::time::Duration;
    /// task::test(async {
    ///     let (ctx, _cancel) = Context::background().with_timeout(Duration::from_millis(1));
    ///     ctx.done().await;
    ///     assert_eq!(ctx.err(), Some(Error::DeadlineExceeded));
    /// });
    /// ```
    pub fn with_timeout(&self, limit: Duration) -> (Context, Cancel) {
        self.until(now().checked_add(limit), None)
    }

    /// As [`with_timeout`](Self::with_timeout), with what is the cause when the time is over.
    ///
    /// ```
    /// use gort_runtime::{context::native::{Context, Error}, task};
    /// use std::time::Duration;
    /// task::test(async {
    ///     let (ctx, _cancel) = Context::background().with_timeout_cause(Duration::ZERO, "too slow");
    ///     assert_eq!(ctx.err(), Some(Error::DeadlineExceeded));
    ///     assert_eq!(ctx.cause().unwrap().to_string(), "too slow");
    /// });
    /// ```
    pub fn with_timeout_cause(
        &self,
        limit: Duration,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> (Context, Cancel) {
        self.until(now().checked_add(limit), Some(cause.into().into()))
    }

    /// A context that is cancelled with this one, at `deadline`, or by the handle.
    ///
    /// ```
    /// use gort_runtime::context::native::{Context, Error};
    /// use std::time::{Duration, Instant};
    /// let soon = Instant::now() + Duration::from_secs(60);
    /// let (ctx, _cancel) = Context::background().with_deadline(soon);
    /// let (below, _cancel) = ctx.with_deadline(soon + Duration::from_secs(60));
    /// assert_eq!(below.deadline(), Some(soon));
    /// ```
    pub fn with_deadline(&self, deadline: Instant) -> (Context, Cancel) {
        self.until(Some(deadline), None)
    }

    /// As [`with_deadline`](Self::with_deadline), with what is the cause when the deadline passes.
    ///
    /// ```
    /// use gort_runtime::context::native::Context;
    /// let (ctx, _cancel) = Context::background().with_deadline_cause(std::time::Instant::now(), "too slow");
    /// assert_eq!(ctx.cause().unwrap().to_string(), "too slow");
    /// ```
    pub fn with_deadline_cause(
        &self,
        deadline: Instant,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> (Context, Cancel) {
        self.until(Some(deadline), Some(cause.into().into()))
    }

    /// A deadline too far away to be told is none.
    fn until(&self, deadline: Option<Instant>, cause: Option<Cause>) -> (Context, Cancel) {
        let Some(deadline) = deadline.filter(|at| self.deadline().is_none_or(|above| *at < above)) else {
            return self.with_cancel();
        };
        let (ctx, node) = self.below(Some(deadline));
        node.cancel_at(deadline, cause);
        (ctx, Cancel(node))
    }

    /// A context that carries a value more; a value of the same key further up is hidden.
    ///
    /// ```
    /// use gort_runtime::context::native::{Context, Key};
    /// struct Attempt;
    /// impl Key for Attempt {
    ///     type Value = u32;
    /// }
    /// let ctx = Context::background().with_value::<Attempt>(1);
    /// assert_eq!(ctx.with_value::<Attempt>(2).value::<Attempt>(), Some(&2));
    /// ```
    pub fn with_value<K: Key>(&self, value: K::Value) -> Context {
        let entry = Entry {
            key: TypeId::of::<K>(),
            value: Box::new(value),
            above: self.values.clone(),
        };
        Context {
            node: self.node.clone(),
            values: Some(Arc::new(entry)),
        }
    }

    /// The value of a key.
    ///
    /// ```
    /// use gort_runtime::context::native::{Context, Key};
    /// struct Attempt;
    /// impl Key for Attempt {
    ///     type Value = u32;
    /// }
    /// let ctx = Context::background().with_value::<Attempt>(1);
    /// assert_eq!(ctx.value::<Attempt>(), Some(&1));
    /// ```
    pub fn value<K: Key>(&self) -> Option<&K::Value> {
        let mut entry = self.values.as_deref();
        while let Some(now) = entry {
            if now.key == TypeId::of::<K>() {
                return now.value.downcast_ref();
            }
            entry = now.above.as_deref();
        }
        None
    }

    /// A context with the values of this one that is never cancelled.
    ///
    /// ```
    /// let (ctx, cancel) = gort_runtime::context::native::Context::background().with_cancel();
    /// let free = ctx.without_cancel();
    /// cancel.cancel();
    /// assert!(!free.is_done());
    /// ```
    pub fn without_cancel(&self) -> Context {
        Context {
            node: None,
            values: self.values.clone(),
        }
    }

    /// When it will be cancelled at the latest.
    ///
    /// ```
    /// use gort_runtime::context::native::Context;
    /// let (ctx, _cancel) = Context::background().with_timeout(std::time::Duration::from_secs(1));
    /// assert!(ctx.deadline().is_some());
    /// ```
    pub fn deadline(&self) -> Option<Instant> {
        self.node.as_ref()?.deadline()
    }

    /// Waits until it is cancelled; a case of `select!`. It gives `None`, as a closed channel does.
    ///
    /// # Cancel safety
    /// Cancelling it has no effect.
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, context::native::Context, select, task};
    /// task::test(async {
    ///     let (ctx, cancel) = Context::background().with_cancel();
    ///     let jobs: Chan<i32> = Chan::make(0);
    ///     cancel.cancel();
    ///     select! {
    ///         job = jobs.recv() => unreachable!("{job:?}"),
    ///         _ = ctx.done() => {}
    ///     }
    /// });
    /// ```
    pub fn done(&self) -> Recv<'_, ()> {
        match &self.node {
            Some(node) => node.done.recv(),
            None => Recv::never(),
        }
    }

    /// Whether it was cancelled.
    ///
    /// ```
    /// let (ctx, cancel) = gort_runtime::context::native::Context::background().with_cancel();
    /// assert!(!ctx.is_done());
    /// cancel.cancel();
    /// assert!(ctx.is_done());
    /// ```
    pub fn is_done(&self) -> bool {
        self.err().is_some()
    }

    /// How it ended, if it did.
    ///
    /// ```
    /// use gort_runtime::context::native::{Context, Error};
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// cancel.cancel();
    /// assert_eq!(ctx.err(), Some(Error::Canceled));
    /// ```
    pub fn err(&self) -> Option<Error> {
        self.node.as_ref()?.err()
    }

    /// As [`err`](Self::err), for use with `?`.
    ///
    /// # Errors
    /// If it was cancelled.
    ///
    /// ```
    /// use gort_runtime::context::native::{Context, Error};
    /// fn work(ctx: &Context) -> Result<(), Error> {
    ///     ctx.check()?;
    ///     Ok(())
    /// }
    /// assert!(work(&Context::background()).is_ok());
    /// ```
    pub fn check(&self) -> Result<(), Error> {
        self.err().map_or(Ok(()), Err)
    }

    /// Why it was cancelled: what was given as the cause, or else [`err`](Self::err).
    ///
    /// ```
    /// let (ctx, cancel) = gort_runtime::context::native::Context::background().with_cancel();
    /// cancel.cancel_with("too hot");
    /// assert_eq!(ctx.cause().unwrap().to_string(), "too hot");
    /// ```
    pub fn cause(&self) -> Option<Cause> {
        self.node.as_ref()?.cause()
    }

    /// Starts a goroutine with `call` when this is cancelled, or at once if it was.
    ///
    /// # Panics
    /// Outside of the runtime.
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, context::native::Context, task};
    /// task::test(async {
    ///     let (ctx, cancel) = Context::background().with_cancel();
    ///     let c = Chan::make(0);
    ///     let sender = c.clone();
    ///     ctx.after_func(async move { sender.send("cleaned up").await });
    ///     cancel.cancel();
    ///     assert_eq!(c.recv().await, Some("cleaned up"));
    /// });
    /// ```
    pub fn after_func(&self, call: impl Future<Output = ()> + Send + 'static) -> AfterFunc {
        let runtime = tokio::runtime::Handle::current();
        let Some(node) = &self.node else {
            return AfterFunc { node: None, number: 0 };
        };
        // It may be cancelled by a thread that is none of the runtime's.
        let number = node.on_cancel(Box::new(move || {
            let _entered = runtime.enter();
            task::go(call);
        }));
        AfterFunc {
            node: Some(node.clone()),
            number,
        }
    }

    /// Waits for a future, but no longer than until this is cancelled; the future is dropped then.
    ///
    /// # Errors
    /// If this is cancelled first.
    ///
    /// # Cancel safety
    /// As that of the future.
    ///
    /// ```
    /// use gort_runtime::{context::native::{Context, Error}, task, time::native::sleep};
    /// use std::time::Duration;
    /// task::test(async {
    ///     let (ctx, _cancel) = Context::background().with_timeout(Duration::from_millis(1));
    ///     let slept = ctx.run(sleep(Duration::from_secs(60))).await;
    ///     assert_eq!(slept, Err(Error::DeadlineExceeded));
    /// });
    /// ```
    ///
    /// # Differences from Go
    /// Go cannot stop a function that does not look at the context.
    pub async fn run<F: Future>(&self, future: F) -> Result<F::Output, Error> {
        let mut future = pin!(future);
        let mut done = pin!(self.done());
        poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Ok(output));
            }
            done.as_mut()
                .poll(cx)
                .map(|_| Err(self.err().unwrap_or(Error::Canceled)))
        })
        .await
    }
}
