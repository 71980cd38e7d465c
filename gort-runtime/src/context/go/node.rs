//! Contexts that can be cancelled, and those that carry values.

use std::sync::{Arc, Weak};

use super::{Context, Ctx, make};
use crate::chan::{Chan, Receiver};
use crate::shim::Lock;
use crate::task;
use crate::time::Time;
use crate::value::{Any, Cell, Describe, GoError, GoString, GoType, Iface, Kind, Stringer, Value, str};

/// The shared part of a context that can be cancelled.
pub(in crate::context) struct Node {
    pub(super) parent: Ctx,
    pub(super) deadline: Option<Time>,
    done: Chan<()>,
    state: Lock<State>,
}

#[derive(Default)]
struct State {
    err: GoError,
    cause: GoError,
    children: Vec<Weak<Node>>,
    /// Called, each as a goroutine, when the context is cancelled; by number.
    calls: Vec<(u64, Call)>,
    next_call: u64,
}

pub(in crate::context) type Call = Box<dyn FnOnce() + Send>;

impl Node {
    pub(in crate::context) fn new(parent: Ctx, deadline: Option<Time>) -> Arc<Node> {
        let node = Arc::new(Node {
            parent,
            deadline,
            done: Chan::make(0),
            state: Lock::new(State::default()),
        });
        node.follow_parent();
        node
    }

    /// Sees to it that this is cancelled when the parent is.
    fn follow_parent(self: &Arc<Self>) {
        let above = self.parent.done();
        if above.is_nil() {
            return;
        }
        if let Some(node) = nearest(&self.parent)
            && node.done.receiver() == above
        {
            let mut state = node.state.lock();
            if state.err.is_nil() {
                if state.children.len() == state.children.capacity() {
                    state.children.retain(|child| child.strong_count() > 0);
                }
                state.children.push(Arc::downgrade(self));
                return;
            }
            let (err, cause) = (state.err.clone(), state.cause.clone());
            drop(state);
            return self.cancel(err, cause);
        }
        let (node, done) = (Arc::downgrade(self), self.done.clone());
        let parent = self.parent.clone();
        task::go(async move {
            crate::select! {
                _ = above.recv() => if let Some(node) = node.upgrade() {
                    node.cancel(parent.err(), make::cause(parent));
                },
                _ = done.recv() => {}
            }
        });
    }

    /// Cancels this and what is below it, unless it was cancelled before.
    pub(in crate::context) fn cancel(&self, err: GoError, cause: GoError) {
        let cause = if cause.is_nil() { err.clone() } else { cause };
        let mut state = self.state.lock();
        if !state.err.is_nil() {
            return;
        }
        (state.err, state.cause) = (err.clone(), cause.clone());
        let (children, calls) = (std::mem::take(&mut state.children), std::mem::take(&mut state.calls));
        drop(state);
        self.done.close();
        for child in children.iter().filter_map(Weak::upgrade) {
            child.cancel(err.clone(), cause.clone());
        }
        for (_, call) in calls {
            call();
        }
    }

    /// Has something called when this is cancelled, or at once if it was; returns a number for [`forget`](Self::forget).
    pub(in crate::context) fn on_cancel(&self, call: Call) -> u64 {
        let mut state = self.state.lock();
        if state.err.is_nil() {
            state.next_call += 1;
            let number = state.next_call;
            state.calls.push((number, call));
            return number;
        }
        drop(state);
        call();
        0
    }

    /// Forgets a call; whether it was still to be made.
    pub(super) fn forget(&self, number: u64) -> bool {
        let mut state = self.state.lock();
        let place = state.calls.iter().position(|call| call.0 == number);
        let call = place.map(|place| state.calls.remove(place));
        // It may hold on to anything of the user's.
        drop(state);
        call.is_some()
    }

    /// Its error and its cause, nil while it is not cancelled.
    pub(in crate::context) fn ended(&self) -> (GoError, GoError) {
        let state = self.state.lock();
        (state.err.clone(), state.cause.clone())
    }

    pub(super) fn cause(&self) -> GoError {
        self.state.lock().cause.clone()
    }
}

/// The key by which a context is asked for the node it belongs to.
#[derive(Clone, Copy, PartialEq)]
struct NodeKey;

/// The nearest node at or above a context.
pub(super) fn nearest(context: &Ctx) -> Option<Arc<Node>> {
    match context.value(Any::new(Handle::Key(NodeKey))).downcast::<Handle>() {
        Some(Handle::Node(node)) => Some(node),
        _ => None,
    }
}

/// What contexts are, as Go values: handles compared by identity.
#[derive(Clone, Default)]
pub(in crate::context) enum Handle {
    /// `context.Background()`.
    #[default]
    Background,
    /// `context.TODO()`.
    Todo,
    /// A context that can be cancelled.
    Node(Arc<Node>),
    /// A context with a value.
    Value(Arc<(Ctx, Any, Any)>),
    /// A context that does not follow its parent.
    Detached(Arc<Ctx>),
    /// Not a context: the key that finds nodes.
    #[allow(private_interfaces)]
    Key(NodeKey),
}

impl Handle {
    fn addr(&self) -> usize {
        match self {
            Handle::Background => 1,
            Handle::Todo => 2,
            Handle::Key(_) => 3,
            Handle::Node(node) => Arc::as_ptr(node) as usize,
            Handle::Value(value) => Arc::as_ptr(value) as usize,
            Handle::Detached(parent) => Arc::as_ptr(parent) as usize,
        }
    }
}

impl Context for Handle {
    fn deadline(&self) -> (Time, bool) {
        match self {
            Handle::Node(node) => node
                .deadline
                .map_or_else(|| node.parent.deadline(), |deadline| (deadline, true)),
            Handle::Value(value) => value.0.deadline(),
            _ => (Time::default(), false),
        }
    }

    fn done(&self) -> Receiver<()> {
        match self {
            Handle::Node(node) => node.done.receiver(),
            Handle::Value(value) => value.0.done(),
            _ => Receiver::nil(),
        }
    }

    fn err(&self) -> GoError {
        match self {
            Handle::Node(node) => node.state.lock().err.clone(),
            Handle::Value(value) => value.0.err(),
            _ => GoError::nil(),
        }
    }

    fn value(&self, key: Any) -> Any {
        let asks_for_node = key.is::<Handle>();
        match self {
            Handle::Node(_) if asks_for_node => Any::new(self.clone()),
            Handle::Node(node) => node.parent.value(key),
            Handle::Value(value) if value.1 == key => value.2.clone(),
            Handle::Value(value) => value.0.value(key),
            Handle::Detached(_) if asks_for_node => Any::nil(),
            Handle::Detached(parent) => parent.value(key),
            _ => Any::nil(),
        }
    }
}

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        self.addr() == other.addr()
    }
}

impl Value for Handle {
    type Cell = Cell<Handle>;
    fn zero() -> Self {
        Handle::Background
    }
}

impl GoType for Handle {
    fn type_name() -> std::borrow::Cow<'static, str> {
        "*context.Context".into()
    }
    fn kind() -> Kind {
        Kind::Pointer
    }
    fn go_eq(&self, other: &Self) -> bool {
        self == other
    }
    fn go_hash(&self, h: &mut dyn std::hash::Hasher) {
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
        if want == core::any::TypeId::of::<dyn Stringer>() {
            let object: Arc<dyn Stringer> = this.clone();
            return Some(Box::new(Iface::from_arc(object)));
        }
        (want == core::any::TypeId::of::<dyn Context>()).then(|| {
            let object: Arc<dyn Context> = this.clone();
            Box::new(Ctx::from_arc(object)) as Box<dyn core::any::Any>
        })
    }
}

impl Stringer for Handle {
    fn string(&self) -> GoString {
        str(match self {
            Handle::Todo => "context.TODO",
            Handle::Background => "context.Background",
            Handle::Node(_) => "context.Background.WithCancel",
            _ => "context.Background.WithValue",
        })
    }
}
