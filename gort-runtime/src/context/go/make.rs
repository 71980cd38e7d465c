//! The functions of package `context`.

use std::sync::{Arc, LazyLock};

use super::node::{Handle, Node, nearest};
use super::{CancelCauseFunc, CancelFunc, Ctx, DeadlineExceededError};
use crate::panic::go_panic_plain;
use crate::shim::Lock;
use crate::task;
use crate::time::{self, Duration, Time};
use crate::value::{Any, BoxFuture, Fn0, GoError, GoString, fn0, fn1, new_error};

pub(in crate::context) fn make(handle: Handle) -> Ctx {
    crate::iface!(handle => dyn super::Context)
}

/// `context.Background`.
///
/// ```
/// assert!(gort_runtime::context::background().err().is_nil());
/// ```
pub fn background() -> Ctx {
    make(Handle::Background)
}

/// `context.TODO`.
///
/// ```
/// assert!(gort_runtime::context::todo().done().is_nil());
/// ```
pub fn todo() -> Ctx {
    make(Handle::Todo)
}

/// `context.Canceled`.
///
/// ```
/// assert_eq!(gort_runtime::context::canceled().to_string(), "context canceled");
/// ```
pub fn canceled() -> GoError {
    static CANCELED: LazyLock<GoError> = LazyLock::new(|| new_error(GoString::from_static("context canceled")));
    CANCELED.clone()
}

/// `context.DeadlineExceeded`.
///
/// ```
/// assert_eq!(gort_runtime::context::deadline_exceeded().to_string(), "context deadline exceeded");
/// ```
pub fn deadline_exceeded() -> GoError {
    crate::iface!(DeadlineExceededError => dyn crate::value::Error)
}

pub(in crate::context) fn new_node(parent: Ctx, deadline: Option<Time>) -> Arc<Node> {
    if parent.is_nil() {
        go_panic_plain("cannot create context from nil parent");
    }
    Node::new(parent, deadline)
}

/// `context.WithCancel`.
///
/// # Panics
/// With Go's text if the parent is nil.
///
/// ```
/// use gort_runtime::{context, task};
/// task::test(async {
///     let (ctx, cancel) = context::with_cancel(context::background());
///     cancel();
///     ctx.done().recv().await;
///     assert!(ctx.err() == context::canceled());
/// });
/// ```
pub fn with_cancel(parent: Ctx) -> (Ctx, CancelFunc) {
    let node = new_node(parent, None);
    let cancel = node.clone();
    (
        make(Handle::Node(node)),
        fn0(move || cancel.cancel(canceled(), GoError::nil())),
    )
}

/// `context.WithCancelCause`.
///
/// # Panics
/// With Go's text if the parent is nil.
///
/// ```
/// use gort_runtime::{context, prelude::*, value::new_error};
/// let (ctx, cancel) = context::with_cancel_cause(context::background());
/// cancel(new_error(str("overheated")));
/// assert_eq!(context::cause(ctx).to_string(), "overheated");
/// ```
pub fn with_cancel_cause(parent: Ctx) -> (Ctx, CancelCauseFunc) {
    let node = new_node(parent, None);
    let cancel = node.clone();
    (
        make(Handle::Node(node)),
        fn1(move |cause| cancel.cancel(canceled(), cause)),
    )
}

/// `context.WithTimeout`.
///
/// # Panics
/// With Go's text if the parent is nil.
///
/// ```
/// use gort_runtime::{context, prelude::*, time};
/// task::test(async {
///     let (ctx, _cancel) = context::with_timeout(context::background(), time::MILLISECOND);
///     ctx.done().recv().await;
///     assert!(ctx.err() == context::deadline_exceeded());
/// });
/// ```
pub fn with_timeout(parent: Ctx, timeout: Duration) -> (Ctx, CancelFunc) {
    with_deadline(parent, time::now().add(timeout))
}

/// `context.WithTimeoutCause`.
///
/// # Panics
/// With Go's text if the parent is nil.
///
/// ```
/// use gort_runtime::{context, prelude::*, time, value::new_error};
/// task::test(async {
///     let slow = new_error(str("too slow"));
///     let (ctx, _cancel) = context::with_timeout_cause(context::background(), time::MILLISECOND, slow.clone());
///     ctx.done().recv().await;
///     assert!(context::cause(ctx) == slow);
/// });
/// ```
pub fn with_timeout_cause(parent: Ctx, timeout: Duration, cause: GoError) -> (Ctx, CancelFunc) {
    with_deadline_cause(parent, time::now().add(timeout), cause)
}

/// `context.WithDeadline`.
///
/// # Panics
/// With Go's text if the parent is nil.
///
/// ```
/// use gort_runtime::{context, prelude::*, time};
/// task::test(async {
///     let soon = time::now().add(time::MILLISECOND);
///     let (ctx, _cancel) = context::with_deadline(context::background(), soon);
///     ctx.done().recv().await;
///     assert_eq!(ctx.deadline(), (soon, true));
/// });
/// ```
pub fn with_deadline(parent: Ctx, deadline: Time) -> (Ctx, CancelFunc) {
    with_deadline_cause(parent, deadline, GoError::nil())
}

/// `context.WithDeadlineCause`.
///
/// # Panics
/// With Go's text if the parent is nil.
///
/// ```
/// use gort_runtime::{context, prelude::*, time, value::new_error};
/// task::test(async {
///     let slow = new_error(str("too slow"));
///     let (ctx, _cancel) = context::with_deadline_cause(context::background(), time::now(), slow.clone());
///     assert!(context::cause(ctx) == slow);
/// });
/// ```
pub fn with_deadline_cause(parent: Ctx, deadline: Time, cause: GoError) -> (Ctx, CancelFunc) {
    if !parent.is_nil() {
        let (earlier, some) = parent.deadline();
        if some && earlier.before(deadline) {
            return with_cancel(parent);
        }
    }
    let node = new_node(parent, Some(deadline));
    let cancel = node.clone();
    let left = time::until(deadline);
    if left.0 <= 0 {
        node.cancel(deadline_exceeded(), cause);
        return (make(Handle::Node(node)), fn0(|| ()));
    }
    let late = Arc::downgrade(&node);
    let timer = time::after_func_async(left, move || {
        let (late, cause) = (late.clone(), cause.clone());
        async move {
            if let Some(node) = late.upgrade() {
                node.cancel(deadline_exceeded(), cause);
            }
        }
    });
    let stop = timer.clone();
    node.on_cancel(Box::new(move || {
        stop.stop();
    }));
    let cancel = fn0(move || {
        timer.stop();
        cancel.cancel(canceled(), GoError::nil());
    });
    (make(Handle::Node(node)), cancel)
}

/// `context.WithValue`.
///
/// # Panics
/// With Go's texts if the parent or the key is nil.
///
/// ```
/// use gort_runtime::{context, prelude::*};
/// let ctx = context::with_value(context::background(), Any::new(1_i64), Any::new(str("one")));
/// assert_eq!(ctx.value(Any::new(1_i64)), Any::new(str("one")));
/// ```
pub fn with_value(parent: Ctx, key: Any, value: Any) -> Ctx {
    if parent.is_nil() {
        go_panic_plain("cannot create context from nil parent");
    }
    if key.is_nil() {
        go_panic_plain("nil key");
    }
    make(Handle::Value(Arc::new((parent, key, value))))
}

/// `context.WithoutCancel`.
///
/// # Panics
/// With Go's text if the parent is nil.
///
/// ```
/// use gort_runtime::context;
/// let (ctx, cancel) = context::with_cancel(context::background());
/// let free = context::without_cancel(ctx);
/// cancel();
/// assert!(free.err().is_nil());
/// ```
pub fn without_cancel(parent: Ctx) -> Ctx {
    if parent.is_nil() {
        go_panic_plain("cannot create context from nil parent");
    }
    make(Handle::Detached(Arc::new(parent)))
}

/// `context.Cause`.
///
/// ```
/// use gort_runtime::context;
/// let (ctx, cancel) = context::with_cancel(context::background());
/// assert!(context::cause(ctx.clone()).is_nil());
/// cancel();
/// assert!(context::cause(ctx) == context::canceled());
/// ```
pub fn cause(context: Ctx) -> GoError {
    match nearest(&context) {
        Some(node) if node.cause().is_nil() => context.err(),
        Some(node) => node.cause(),
        None => context.err(),
    }
}

/// `context.AfterFunc`: calls `f` in a goroutine when the context is cancelled. The function returned takes that
/// back, and says whether it did.
///
/// ```
/// use gort_runtime::{context, prelude::*};
/// task::test(async {
///     let (ctx, cancel) = context::with_cancel(context::background());
///     let stop = context::after_func(ctx, fn0(|| unreachable!("it was taken back")));
///     assert!(stop());
///     cancel();
/// });
/// ```
pub fn after_func(context: Ctx, f: Fn0) -> Fn0<bool> {
    after_func_async(context, || async move { f() })
}

/// As [`after_func`], with a call that suspends.
///
/// ```
/// use gort_runtime::{context, prelude::*};
/// task::test(async {
///     let (ctx, cancel) = context::with_cancel(context::background());
///     let c: Chan<()> = Chan::make(0);
///     let done = c.clone();
///     context::after_func_async(ctx, move || async move { done.send(()).await });
///     cancel();
///     c.recv().await;
/// });
/// ```
pub fn after_func_async<F>(context: Ctx, f: impl FnOnce() -> F + Send + 'static) -> Fn0<bool>
where
    F: Future<Output = ()> + Send + 'static,
{
    let node = new_node(context, None);
    let f = Arc::new(Lock::new(Some(f)));
    let call = f.clone();
    // The registration keeps its node: nobody has to hold on to the function that stops it.
    let keep = node.clone();
    let number = node.on_cancel(Box::new(move || {
        let _keep = keep;
        let f = call.lock().take();
        if let Some(f) = f {
            // The call of `f` itself belongs to the goroutine, too.
            let future: BoxFuture<'static> = Box::pin(async move { f().await });
            task::go(future);
        }
    }));
    fn0(move || {
        let stopped = node.forget(number);
        node.cancel(canceled(), GoError::nil());
        stopped
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chan::Chan;
    use crate::time::MILLISECOND;
    use crate::value::str;

    #[test]
    fn cancelling_goes_down() {
        task::test(async {
            let (top, cancel) = with_cancel_cause(background());
            let named = with_value(top.clone(), Any::new(str("key")), Any::new(5_i64));
            let (below, _cancel_below) = with_cancel(named.clone());
            let free = without_cancel(below.clone());
            let called: Chan<()> = Chan::make(0);
            let call = called.clone();
            let _stop = after_func_async(below.clone(), move || async move { call.send(()).await });
            let stop = after_func(below.clone(), fn0(|| unreachable!("this was taken back")));
            assert!(stop() && !stop());
            assert!(below.err().is_nil() && below.value(Any::new(str("key"))) == Any::new(5_i64));
            assert!(free.value(Any::new(str("key"))) == Any::new(5_i64));
            cancel(new_error(str("why")));
            below.done().recv().await;
            called.recv().await;
            assert!(below.err() == canceled() && free.err().is_nil() && free.done().is_nil());
            assert_eq!(cause(below).to_string(), "why");
            assert_eq!(with_cancel(top).0.err().to_string(), "context canceled");
        });
    }

    #[test]
    fn deadlines_pass() {
        task::test(async {
            let (ctx, _cancel) = with_timeout(background(), Duration(3 * MILLISECOND.0));
            let (below, _cancel) = with_timeout(ctx.clone(), crate::time::HOUR);
            assert!(ctx.deadline().1 && below.deadline() == ctx.deadline());
            crate::select! {
                _ = below.done().recv() => {}
                _ = time::after(time::SECOND).recv() => unreachable!("the deadline comes first"),
            }
            assert!(below.err() == deadline_exceeded());
            assert_eq!(ctx.err().to_string(), "context deadline exceeded");
        });
    }
}
