//! What may suspend: the functions, interface methods and function types that become `async`.
//!
//! In: the HIR, and which locks are asynchronous. Out: [`Coloring`], each member with the reason.
//! Lattice: subsets of [`Node`]s by inclusion; transfer: the callers of a member are members, an interface method is one
//! when any implementation is, a function type when any function that flows to a value of it is. Safe direction: too many
//! members (an async function that never suspends is slower, a plain one that must suspend cannot be written).

mod collect;
mod cycles;
pub(crate) use collect::is_try;
pub mod library;

use super::Input;
use super::fixpoint::Reason;
use super::locks::Locks;
use crate::hir::FuncId;
use crate::source::Span;
use crate::types::{ObjId, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

/// What can be async.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Node {
    /// A function, method or literal.
    Func(FuncId),
    /// A method of one of the user's interfaces, by the object of its declaration.
    InterfaceMethod(ObjId),
    /// Function values of this (canonical, unnamed) signature.
    FuncType(TypeId),
}

/// A suspension point.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suspension {
    /// What suspends, as a reader would say it.
    pub what: String,
    /// Where.
    pub span: Span,
}

/// Why one node colors another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// The call, conversion or declaration that links them.
    pub span: Option<Span>,
}

/// The members, with their reasons.
#[derive(Debug, Default)]
pub struct Coloring {
    members: FxHashMap<Node, Reason<Node, Suspension, Link>>,
    canonical: FxHashMap<TypeId, TypeId>,
    cyclic: FxHashSet<FuncId>,
}

impl Coloring {
    /// Whether the function may suspend.
    pub fn is_async(&self, func: FuncId) -> bool {
        self.members.contains_key(&Node::Func(func))
    }

    /// Whether the function may suspend and reaches itself by calls or spawns.
    pub fn is_cyclic(&self, func: FuncId) -> bool {
        self.cyclic.contains(&func)
    }

    /// Whether calls of this interface method may suspend.
    pub fn is_async_method(&self, method: ObjId) -> bool {
        self.members.contains_key(&Node::InterfaceMethod(method))
    }

    /// Whether calls of function values of this type may suspend.
    pub fn is_async_type(&self, signature: TypeId) -> bool {
        let canonical = self.canonical.get(&signature).copied().unwrap_or(signature);
        self.members.contains_key(&Node::FuncType(canonical))
    }

    /// The chain from a node to the suspension that made it a member.
    pub fn why(&self, node: Node) -> Vec<(Node, Option<Span>, Option<&Suspension>)> {
        let mut chain = Vec::new();
        let mut at = node;
        while let Some(reason) = self.members.get(&at) {
            match reason {
                Reason::Seed(s) => {
                    chain.push((at, Some(s.span), Some(s)));
                    break;
                }
                Reason::Edge(from, link) => {
                    chain.push((at, link.span, None));
                    at = *from;
                }
            }
        }
        chain
    }

    /// How many functions are members.
    pub fn async_funcs(&self) -> usize {
        self.members.keys().filter(|n| matches!(n, Node::Func(_))).count()
    }
}

/// Computes the least set of what must be async.
pub fn analyze(input: Input<'_>, locks: &Locks) -> Coloring {
    let (closure, canonical) = collect::collect(input, locks);
    let members = closure.run();
    let cyclic = cycles::cyclic(input, |f| members.contains_key(&Node::Func(f)));
    Coloring {
        members,
        canonical,
        cyclic,
    }
}
