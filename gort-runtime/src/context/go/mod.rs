//! Go's `context`, with Go's values.
//!
//! A context that can be cancelled is a [`Node`]: its own done channel, and the nodes below it, which it cancels with
//! itself. A node registers with the nearest node above it, found by asking the parent for a private key; below a context of
//! foreign make it starts a goroutine that watches it.

use crate::chan::Receiver;
use crate::time::Time;
use crate::value::{Any, Error, Fn0, Fn1, GoError, GoString, Iface};
use crate::{Value, interface};

pub(super) mod make;
pub(super) mod node;
#[cfg(feature = "tokio-util")]
mod token;

pub use make::{
    after_func, after_func_async, background, canceled, cause, deadline_exceeded, todo, with_cancel, with_cancel_cause,
    with_deadline, with_deadline_cause, with_timeout, with_timeout_cause, with_value, without_cancel,
};
#[cfg(feature = "tokio-util")]
pub use token::{token, with_token};

interface! {
    /// Go's `context.Context`.
    ///
    /// ```
    /// use gort_runtime::{context::{self, Context, Ctx}, prelude::*};
    /// task::test(async {
    ///     async fn work(ctx: Ctx, jobs: Chan<i64>) -> GoError {
    ///         loop {
    ///             select! {
    ///                 _ = ctx.done().recv() => return ctx.err(),
    ///                 job = jobs.recv() => println!("{job:?}"),
    ///             }
    ///         }
    ///     }
    ///     let (ctx, cancel) = context::with_cancel(context::background());
    ///     cancel();
    ///     assert!(work(ctx, Chan::make(0)).await == context::canceled());
    /// });
    /// ```
    pub trait Context {
        /// When the context will be cancelled, if at some time.
        ///
        /// ```
        /// assert!(!gort_runtime::context::background().deadline().1);
        /// ```
        fn deadline(&self) -> (Time, bool);
        /// Closed when the context is cancelled; nil if it never is.
        ///
        /// ```
        /// assert!(gort_runtime::context::background().done().is_nil());
        /// ```
        fn done(&self) -> Receiver<()>;
        /// Why it was cancelled; nil while it is not.
        ///
        /// ```
        /// assert!(gort_runtime::context::background().err().is_nil());
        /// ```
        fn err(&self) -> GoError;
        /// The value of a key.
        ///
        /// ```
        /// use gort_runtime::{context, value::Any};
        /// assert!(context::background().value(Any::new(1_i64)).is_nil());
        /// ```
        fn value(&self, key: Any) -> Any;
    }
}

/// A context as translated code passes it.
///
/// ```
/// use gort_runtime::context::{Ctx, background};
/// let ctx: Ctx = background();
/// assert!(!ctx.is_nil() && Ctx::nil().is_nil());
/// ```
pub type Ctx = Iface<dyn Context>;

/// `context.CancelFunc`.
///
/// ```
/// use gort_runtime::context::{CancelFunc, Ctx, background, with_cancel};
/// let (ctx, cancel): (Ctx, CancelFunc) = with_cancel(background());
/// cancel();
/// assert!(!ctx.err().is_nil());
/// ```
pub type CancelFunc = Fn0;

/// `context.CancelCauseFunc`.
///
/// ```
/// use gort_runtime::context::{CancelCauseFunc, Ctx, background, with_cancel_cause};
/// use gort_runtime::value::GoError;
/// let (ctx, cancel): (Ctx, CancelCauseFunc) = with_cancel_cause(background());
/// cancel(GoError::nil());
/// assert!(!ctx.err().is_nil());
/// ```
pub type CancelCauseFunc = Fn1<GoError>;

/// The error of a context whose deadline has passed.
///
/// ```
/// use gort_runtime::{context::DeadlineExceededError, value::Error};
/// assert_eq!(DeadlineExceededError.error(), "context deadline exceeded");
/// ```
#[derive(Clone, PartialEq, Value)]
#[go(name = "context.deadlineExceededError", value(dyn Error))]
pub struct DeadlineExceededError;

impl Error for DeadlineExceededError {
    fn error(&self) -> GoString {
        GoString::from_static("context deadline exceeded")
    }
}

impl DeadlineExceededError {
    /// True: it is a timeout.
    ///
    /// ```
    /// assert!(gort_runtime::context::DeadlineExceededError.timeout());
    /// ```
    pub fn timeout(&self) -> bool {
        true
    }
}
