//! Contexts and tokio-util's tokens, each made of the other.
//!
//! - In: a context or a token.
//! - Out: the other kind, cancelled when the first is.
//! - Invariants: nothing goes back up: cancelling what was made does not cancel what it was made of.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use tokio_util::sync::CancellationToken;

use super::{Cancel, Context, Error};
use crate::task::{self, External};

impl Context {
    /// A token that is cancelled when this is.
    ///
    /// ```
    /// use gort_runtime::context::native::Context;
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// let token = ctx.token();
    /// cancel.cancel();
    /// assert!(token.is_cancelled());
    /// ```
    pub fn token(&self) -> CancellationToken {
        let token = CancellationToken::new();
        if let Some(node) = &self.node {
            let cancelled = token.clone();
            node.on_cancel(Box::new(move || cancelled.cancel()));
        }
        token
    }

    /// A context that is cancelled with this one, when the token is, or by the handle.
    ///
    /// A goroutine looks at the token until then. As anybody may have the token, also somebody outside of the runtime, the
    /// process is not judged a deadlock meanwhile.
    ///
    /// # Panics
    /// Outside of the runtime.
    ///
    /// ```
    /// use gort_runtime::{context::native::Context, task};
    /// use tokio_util::sync::CancellationToken;
    /// task::test(async {
    ///     let token = CancellationToken::new();
    ///     let (ctx, _cancel) = Context::background().with_token(&token);
    ///     token.cancel();
    ///     ctx.done().await;
    ///     assert!(ctx.is_done());
    /// });
    /// ```
    pub fn with_token(&self, token: &CancellationToken) -> (Context, Cancel) {
        let (ctx, cancel) = self.with_cancel();
        if token.is_cancelled() {
            cancel.cancel();
            return (ctx, cancel);
        }
        // It does not hold on to the node, whose end closes the channel.
        let (node, done, token) = (Arc::downgrade(&cancel.0), cancel.0.done.clone(), token.clone());
        task::go(async move {
            let _external = External::new();
            let (mut cancelled, mut done) = (pin!(token.cancelled()), pin!(done.recv()));
            let by_token = poll_fn(|cx| match cancelled.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(true),
                Poll::Pending => done.as_mut().poll(cx).map(|_| false),
            });
            if by_token.await
                && let Some(node) = node.upgrade()
            {
                node.cancel(Error::Canceled, None);
            }
        });
        (ctx, cancel)
    }
}

/// See [`Context::with_token`].
///
/// # Panics
/// Outside of the runtime.
///
/// ```
/// use gort_runtime::{context::native::Context, task};
/// use tokio_util::sync::CancellationToken;
/// task::test(async {
///     let token = CancellationToken::new();
///     let ctx = Context::from(token.clone());
///     token.cancel();
///     ctx.done().await;
/// });
/// ```
impl From<CancellationToken> for Context {
    fn from(token: CancellationToken) -> Self {
        Context::background().with_token(&token).0
    }
}

/// See [`Context::token`].
impl From<&Context> for CancellationToken {
    fn from(ctx: &Context) -> Self {
        ctx.token()
    }
}
