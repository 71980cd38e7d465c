//! Scopes whose body or deferred calls suspend.

use std::future::Future;
use std::sync::Arc;

use super::State;
use crate::shim::Lock;
use crate::task::CatchUnwind;
use crate::value::BoxFuture;

type Call = Box<dyn FnOnce() -> BoxFuture<'static> + Send>;

/// The deferred calls of a suspending function; clones are the same list.
///
/// ```
/// use gort_runtime::{chan::Chan, defer::AsyncDefers, task};
/// task::test(async {
///     let c = Chan::make(1);
///     let done = c.clone();
///     let defers = AsyncDefers::new();
///     let body = async {
///         defers.push_async(move || async move { done.send("deferred").await });
///         7
///     };
///     assert_eq!(defers.scope(|| 0, body).await, 7);
///     assert_eq!(c.recv().await, Some("deferred"));
/// });
/// ```
#[derive(Clone)]
pub struct AsyncDefers(Arc<Lock<Vec<Call>>>);

impl AsyncDefers {
    /// An empty list.
    ///
    /// ```
    /// use gort_runtime::{defer::AsyncDefers, task};
    /// task::test(async {
    ///     assert_eq!(AsyncDefers::new().scope(|| 0, async { 7 }).await, 7);
    /// });
    /// ```
    pub fn new() -> Self {
        AsyncDefers(Arc::new(Lock::new(Vec::new())))
    }

    /// As [`scope`](super::scope), for a body that suspends: runs it, then the deferred calls, last first.
    ///
    /// # Panics
    /// With a panic of the body or of a deferred call that is not recovered.
    ///
    /// # Cancel safety
    /// When it is dropped before it is ready, the deferred calls do not run.
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, defer::AsyncDefers, task};
    /// task::test(async {
    ///     let c = Chan::make(1);
    ///     let done = c.clone();
    ///     let defers = AsyncDefers::new();
    ///     let body = async {
    ///         defers.push_async(move || async move { done.send("deferred").await });
    ///         7
    ///     };
    ///     assert_eq!(defers.scope(|| 0, body).await, 7);
    ///     assert_eq!(c.recv().await, Some("deferred"));
    /// });
    /// ```
    pub async fn scope<R>(&self, zero: impl FnOnce() -> R, body: impl Future<Output = R>) -> R {
        let mut state = State::new(CatchUnwind::new(body).await);
        loop {
            let Some(call) = self.0.lock().pop() else { break };
            let call = CatchUnwind::new(async move { call().await });
            state.enter();
            let result = call.await;
            state.leave(result);
        }
        state.finish(zero)
    }

    /// Defers a call.
    ///
    /// ```
    /// use gort_runtime::{defer::AsyncDefers, task};
    /// task::test(async {
    ///     let defers = AsyncDefers::new();
    ///     defers.push(|| println!("at the end"));
    ///     defers.scope(|| (), async {}).await;
    /// });
    /// ```
    pub fn push(&self, call: impl FnOnce() + Send + 'static) {
        self.push_async(move || async move { call() });
    }

    /// Defers a call that suspends.
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, defer::AsyncDefers, task};
    /// task::test(async {
    ///     let c = Chan::make(1);
    ///     let done = c.clone();
    ///     let defers = AsyncDefers::new();
    ///     let body = async {
    ///         defers.push_async(move || async move { done.send("deferred").await });
    ///         7
    ///     };
    ///     assert_eq!(defers.scope(|| 0, body).await, 7);
    ///     assert_eq!(c.recv().await, Some("deferred"));
    /// });
    /// ```
    pub fn push_async<F>(&self, call: impl FnOnce() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.0.lock().push(Box::new(move || Box::pin(call())));
    }
}

impl Default for AsyncDefers {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::super::recover;
    use super::*;
    use crate::panic::{panic_str, panic_text};
    use crate::task;

    #[test]
    fn suspending_scopes_recover_too() {
        task::test(async {
            let defers = AsyncDefers::new();
            let result = defers.scope(|| 5, async {
                defers.push_async(|| async {
                    task::gosched().await;
                    assert_eq!(panic_text(&recover()), "late");
                });
                task::gosched().await;
                panic_str("late")
            });
            assert_eq!(result.await, 5);
        });
    }
}
