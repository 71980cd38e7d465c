//! Which mutexes are held across a suspension: those become asynchronous locks, all others plain ones.
//!
//! In: the HIR. Out: [`Locks`], and the [`Coloring`] that belongs to it.
//! Lattice: subsets of lock keys by inclusion. Transfer: a lock is asynchronous when a call that may suspend stands
//! between its `Lock` and the matching `Unlock`, or when the two are not in one block so that nothing can be said.
//! Safe direction: asynchronous. Since an asynchronous lock colors its callers, this and the coloring are iterated
//! together; both only grow.

pub mod guarded;
mod regions;

use super::Input;
use super::coloring::{self, Coloring};
use crate::hir::{Expr, ExprKind, GlobalId, LocalId};
use crate::source::Span;
use crate::types::{ObjId, Type};
use rustc_hash::FxHashMap;

/// What names a lock: all instances of one field are one key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum LockKey {
    /// A struct's field.
    Field(ObjId),
    /// A local variable (or parameter).
    Local(LocalId),
    /// A package-level variable.
    Global(GlobalId),
}

/// The asynchronous locks, each with the place that made it one.
#[derive(Debug, Default)]
pub struct Locks {
    asynchronous: FxHashMap<LockKey, Span>,
}

impl Locks {
    /// Whether locking may suspend; a lock that has no key is taken to.
    pub fn is_async(&self, key: Option<LockKey>) -> bool {
        key.is_none_or(|k| self.asynchronous.contains_key(&k))
    }

    /// The suspension under the lock.
    pub fn why(&self, key: LockKey) -> Option<Span> {
        self.asynchronous.get(&key).copied()
    }
}

/// Iterates locks and coloring until both hold.
pub fn analyze_with_coloring(input: Input<'_>) -> (Locks, Coloring) {
    let mut locks = Locks::default();
    regions::escaping(input, &mut locks.asynchronous);
    loop {
        let coloring = coloring::analyze(input, &locks);
        let before = locks.asynchronous.len();
        regions::suspended(input, &coloring, &mut locks);
        if locks.asynchronous.len() == before {
            return (locks, coloring);
        }
    }
}

/// The key of the lock that a receiver expression denotes.
pub fn lock_key(input: Input<'_>, recv: &Expr) -> Option<LockKey> {
    match &recv.kind {
        ExprKind::AddrOf(x) | ExprKind::Deref(x) => lock_key(input, x),
        ExprKind::Local(l) => Some(LockKey::Local(*l)),
        ExprKind::Global(g) => Some(LockKey::Global(*g)),
        ExprKind::Field { base, index } => match input.store().under(base.ty) {
            Type::Struct(s) => s.fields.get(*index).map(|f| LockKey::Field(input.origin(*f))),
            _ => None,
        },
        _ => None,
    }
}
