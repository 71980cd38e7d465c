//! Contexts and tokio-util's tokens, each made of the other.
//!
//! - In: a context or a token.
//! - Out: the other kind, cancelled when the first is.
//! - Invariants: nothing goes back up: cancelling what was made does not cancel what it was made of.

use tokio_util::sync::CancellationToken;

use super::{CancelFunc, Ctx, after_func_async, with_cancel};
use crate::context::native;

/// A token that is cancelled when a context is.
///
/// # Panics
/// With Go's text if the context is nil.
///
/// ```
/// use gort_runtime::{context, task};
/// task::test(async {
///     let (ctx, cancel) = context::with_cancel(context::background());
///     let token = context::token(ctx);
///     cancel();
///     token.cancelled().await;
/// });
/// ```
pub fn token(context: Ctx) -> CancellationToken {
    let token = CancellationToken::new();
    let cancelled = token.clone();
    after_func_async(context, move || async move { cancelled.cancel() });
    token
}

/// A context that is cancelled with its parent, when the token is, or by the function. See
/// [`native::Context::with_token`], which says what that costs.
///
/// # Panics
/// With Go's text if the parent is nil; outside of the runtime.
///
/// ```
/// use gort_runtime::{context, task};
/// use tokio_util::sync::CancellationToken;
/// task::test(async {
///     let token = CancellationToken::new();
///     let (ctx, _cancel) = context::with_token(context::background(), &token);
///     token.cancel();
///     ctx.done().recv().await;
///     assert!(ctx.err() == context::canceled());
/// });
/// ```
pub fn with_token(parent: Ctx, token: &CancellationToken) -> (Ctx, CancelFunc) {
    let (ctx, cancel) = with_cancel(parent);
    let (watched, handle) = native::Context::background().with_token(token);
    let by_token = cancel.clone();
    let call = watched.after_func(async move { by_token() });
    let to_drop = handle.clone();
    // The watcher ends with the context, whichever way that does.
    after_func_async(ctx.clone(), move || async move {
        call.stop();
        to_drop.cancel();
    });
    (ctx, cancel)
}
