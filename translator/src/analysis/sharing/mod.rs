//! Who can reach a variable, a field or what a pointer points to, and who writes it.
//!
//! In: the HIR. Out: [`Sharing`]: captures of literals, variables whose address leaves their function, pointers that are
//! only borrowed, fields that are written after construction.
//! Lattice: "escapes" is a growing set of locals. Transfer: a pointer handed to a parameter escapes when the parameter does.
//! Safe direction: escaping, captured, written.

mod walk;

use super::Input;
use super::fixpoint::Reason;
use crate::hir::{FuncId, LocalId};
use crate::source::Span;
use crate::types::{ObjId, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

/// What is known of one local.
#[derive(Debug, Clone, Default)]
pub struct LocalFacts {
    /// The first use in a literal inside its function.
    pub captured: Option<Span>,
    /// Writes after its declaration: assignments to it or to a part of it, and borrowed addresses.
    pub mutated: Vec<Span>,
    /// Plain assignments to the variable as a whole.
    pub assigned: Vec<Span>,
    /// It is read or written at all.
    pub used: bool,
}

/// The answers.
#[derive(Debug, Default)]
pub struct Sharing {
    /// By `LocalId`.
    pub locals: Vec<LocalFacts>,
    /// Locals whose address (or, for a pointer parameter, whose value) is kept beyond a borrow.
    escapes: FxHashMap<LocalId, Reason<LocalId, Span, Span>>,
    /// What each literal captures, in order of first use.
    pub captures: FxHashMap<FuncId, Vec<LocalId>>,
    /// Struct fields (generic origin) written other than in a literal, with one place.
    pub written_fields: FxHashMap<ObjId, Span>,
    /// Struct types (type name) that are assigned as a whole in shared memory.
    pub whole_written: FxHashMap<ObjId, Span>,
    /// Struct types of which a field's address is taken, and the parameter that it is lent to, if it is.
    pub projected: Vec<(TypeId, Option<LocalId>)>,
    /// Literals that are called, spawned or deferred where they stand.
    pub immediate: FxHashSet<FuncId>,
}

impl Sharing {
    /// What is known of a local.
    pub fn local(&self, id: LocalId) -> &LocalFacts {
        &self.locals[id.index()]
    }

    /// Why the local's address or pointer is kept.
    pub fn escape(&self, id: LocalId) -> Option<&Reason<LocalId, Span, Span>> {
        self.escapes.get(&id)
    }

    /// The local must live in memory of its own that several owners reach.
    pub fn is_shared(&self, id: LocalId) -> bool {
        let facts = self.local(id);
        self.escapes.contains_key(&id) || (facts.captured.is_some() && !facts.mutated.is_empty())
    }

    /// The locals that a literal captures.
    pub fn captures_of(&self, func: FuncId) -> &[LocalId] {
        self.captures.get(&func).map_or(&[], Vec::as_slice)
    }
}

/// Walks all bodies.
pub fn analyze(input: Input<'_>) -> Sharing {
    let mut walk = walk::Walk::new(input);
    walk.program();
    let walk::Walk { graph, mut sharing, .. } = walk;
    sharing.escapes = graph.run();
    // Pointer variables escape through what they are copied to; only borrowed parameters are of interest, and of
    // other locals only those whose own address is kept.
    sharing
}
