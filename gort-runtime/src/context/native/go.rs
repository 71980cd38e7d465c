//! Contexts over Rust's types and Go's, each made of the other.
//!
//! - In: a context of one kind.
//! - Out: one of the other, with its deadline, which is cancelled when the first is, for the same cause.
//! - Invariants: nothing goes back up. What was made holds on to what it was made of, as its deadline may be one of that; it
//!   is known there by a weak pointer only, and no longer when it ends or nobody has it. A cause that went there and back is
//!   what it was.

use std::borrow::Cow;
use std::fmt;
use std::hash::Hasher;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::node::Node;
use super::{Cause, Context, Error, now};
use crate::context::go::make::{make, new_node};
use crate::context::go::node::{Handle, Node as GoNode};
use crate::context::{Ctx, background, canceled, deadline_exceeded};
use crate::time::{self, Time};
use crate::value::{self, Cell, Describe, GoError, GoString, GoType, Kind, Value};

/// Go's context, as translated code takes it: with this one's deadline, and cancelled when this one is, for the same cause.
/// Values stay behind, as keys are of another kind.
///
/// ```
/// use gort_runtime::context::{self, Ctx, native::Context};
/// let (ctx, cancel) = Context::background().with_cancel();
/// let go = Ctx::from(&ctx);
/// cancel.cancel_with("the user left");
/// assert!(go.err() == context::canceled());
/// assert_eq!(context::cause(go).to_string(), "the user left");
/// ```
impl From<&Context> for Ctx {
    fn from(ctx: &Context) -> Ctx {
        let Some(above) = &ctx.node else { return background() };
        let below = GoNode::new(background(), above.deadline().map(to_time));
        let (weak_above, weak_below) = (Arc::downgrade(above), Arc::downgrade(&below));
        let number = above.on_cancel(Box::new(move || {
            if let (Some(above), Some(below)) = (weak_above.upgrade(), weak_below.upgrade()) {
                let (error, cause) = to_go(&above);
                below.cancel(error, cause);
            }
        }));
        let above = Above {
            node: above.clone(),
            number,
        };
        below.on_cancel(Box::new(move || drop(above)));
        make(Handle::Node(below))
    }
}

/// A context over Rust's types: with the deadline of Go's, and cancelled when that is, for the same cause. Values stay behind,
/// as keys are of another kind. A context of foreign make may have another error than Go's two: that becomes the cause.
///
/// # Panics
/// With Go's text if the context is nil; outside of the runtime if it is one of foreign make, which a goroutine watches.
///
/// ```
/// use gort_runtime::{context::{self, native::{Context, Error}}, task, time};
/// task::test(async {
///     let (go, _cancel) = context::with_timeout(context::background(), time::MILLISECOND);
///     let ctx = Context::from(go);
///     assert!(ctx.deadline().is_some());
///     ctx.done().await;
///     assert_eq!(ctx.err(), Some(Error::DeadlineExceeded));
/// });
/// ```
impl From<Ctx> for Context {
    fn from(ctx: Ctx) -> Context {
        let above = new_node(ctx.clone(), None);
        if ctx.done().is_nil() {
            return Context::background();
        }
        let (deadline, some) = ctx.deadline();
        let below = Node::new(None, some.then(|| to_instant(deadline)).flatten());
        let (weak_above, weak_below) = (Arc::downgrade(&above), Arc::downgrade(&below));
        above.on_cancel(Box::new(move || {
            if let (Some(above), Some(below)) = (weak_above.upgrade(), weak_below.upgrade()) {
                let (error, cause) = to_native(&above);
                below.cancel(error, cause);
            }
        }));
        let above = GoAbove(above);
        below.on_cancel(Box::new(move || drop(above)));
        Context {
            node: Some(below),
            values: None,
        }
    }
}

/// What a context of Go's follows, until this is dropped.
struct Above {
    node: Arc<Node>,
    number: u64,
}

impl Drop for Above {
    fn drop(&mut self) {
        self.node.forget(self.number);
    }
}

/// What a context over Rust's types follows: a node of its own, which ends with this, and with it the goroutine that may watch a
/// foreign context for it.
struct GoAbove(Arc<GoNode>);

impl Drop for GoAbove {
    fn drop(&mut self) {
        self.0.cancel(canceled(), GoError::nil());
    }
}

/// How a cancelled context ended and why, as Go has it.
fn to_go(node: &Node) -> (GoError, GoError) {
    let go_error = |error| match error {
        Error::Canceled => canceled(),
        Error::DeadlineExceeded => deadline_exceeded(),
    };
    let error = go_error(node.err().unwrap_or(Error::Canceled));
    let Some(cause) = node.cause() else {
        return (error, GoError::nil());
    };
    let cause = if let Some(error) = cause.downcast_ref::<Error>() {
        go_error(*error)
    } else if let Some(cause) = cause.downcast_ref::<GoCause>() {
        cause.0.clone()
    } else {
        crate::iface!(NativeCause(Some(cause)) => dyn value::Error)
    };
    (error, cause)
}

/// The same the other way round; no cause where it says no more than the error.
fn to_native(node: &GoNode) -> (Error, Option<Cause>) {
    let (error, cause) = node.ended();
    let ended = match error == deadline_exceeded() {
        true => Error::DeadlineExceeded,
        false => Error::Canceled,
    };
    let cause = if cause == canceled() {
        (ended != Error::Canceled).then(|| Arc::new(Error::Canceled) as Cause)
    } else if cause == deadline_exceeded() {
        (ended != Error::DeadlineExceeded).then(|| Arc::new(Error::DeadlineExceeded) as Cause)
    } else if let Some(NativeCause(cause)) = cause.downcast::<NativeCause>() {
        cause
    } else {
        Some(Arc::new(GoCause(cause)) as Cause)
    };
    (ended, cause)
}

/// The two kinds of time have clocks of their own, so that what is left is what counts.
fn to_time(at: Instant) -> Time {
    let nanos = |d: Duration| i64::try_from(d.as_nanos()).unwrap_or(i64::MAX);
    let (now, go_now) = (now(), time::now());
    let left = match at.checked_duration_since(now) {
        Some(left) => nanos(left),
        None => -nanos(now - at),
    };
    go_now.add(time::Duration(left))
}

/// `None` if it is too far away to be told.
fn to_instant(at: Time) -> Option<Instant> {
    let left = time::until(at).0;
    let distance = Duration::from_nanos(left.unsigned_abs());
    match left < 0 {
        true => now().checked_sub(distance),
        false => now().checked_add(distance),
    }
}

/// A cause that is Go's.
struct GoCause(GoError);

impl fmt::Debug for GoCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for GoCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for GoCause {}

/// A cause that is Rust's, as Go's error: a pointer, equal to itself only.
#[derive(Clone, Default)]
struct NativeCause(Option<Cause>);

impl NativeCause {
    fn addr(&self) -> usize {
        self.0
            .as_ref()
            .map_or(0, |cause| Arc::as_ptr(cause).cast::<()>() as usize)
    }
}

impl value::Error for NativeCause {
    fn error(&self) -> GoString {
        self.0
            .as_ref()
            .map_or_else(GoString::default, |cause| cause.to_string().into())
    }
}

impl PartialEq for NativeCause {
    fn eq(&self, other: &Self) -> bool {
        self.addr() == other.addr()
    }
}

impl Value for NativeCause {
    type Cell = Cell<NativeCause>;
    fn zero() -> Self {
        Self::default()
    }
}

impl GoType for NativeCause {
    fn type_name() -> Cow<'static, str> {
        "*context.nativeCause".into()
    }
    fn kind() -> Kind {
        Kind::Pointer
    }
    fn go_eq(&self, other: &Self) -> bool {
        self == other
    }
    fn go_hash(&self, h: &mut dyn Hasher) {
        h.write_usize(self.addr());
    }
    fn go_describe(&self) -> Describe {
        Describe::Pointer {
            addr: self.addr(),
            target: None,
            elem_kind: Kind::Struct,
        }
    }
    fn cast_value(this: &Arc<Self>, want: core::any::TypeId) -> Option<Box<dyn core::any::Any>> {
        (want == core::any::TypeId::of::<dyn value::Error>()).then(|| {
            let object: Arc<dyn value::Error> = this.clone();
            Box::new(GoError::from_arc(object)) as Box<dyn core::any::Any>
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::with_cancel;

    #[test]
    fn what_was_made_and_is_gone_is_forgotten() {
        let (ctx, _cancel) = Context::background().with_cancel();
        let holders = |node: &Arc<Node>| (Arc::strong_count(node), Arc::weak_count(node));
        let node = ctx.node.as_ref().unwrap();
        let before = holders(node);
        let go = Ctx::from(&ctx);
        assert!(holders(node) > before);
        drop(go);
        assert_eq!(holders(node), before);
        // The same when it ends otherwise than from above.
        let (below, cancel) = with_cancel(Ctx::from(&ctx));
        cancel();
        drop((below, cancel));
        assert_eq!(holders(node), before);
    }
}
