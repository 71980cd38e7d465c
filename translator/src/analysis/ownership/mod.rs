//! Who owns a slice, a map or the struct behind a pointer: whether one variable or field holds it alone.
//!
//! In: the HIR, the sharing and liveness facts, and what is boxed because it is cyclic. Out: [`Ownership`]: the [`Node`]s
//! that may be shared, each with the reason; parameters that keep what they are given; variables through which is written.
//! Lattice: the set of shared nodes by inclusion. Transfer: what flows from one node into another makes both shared when
//! either is, since both must then be of one representation; what lies inside shared memory is shared.
//! Safe direction: shared. A node that is not a member has only uses that Rust's own containers and references have too:
//! it is read, written, extended, lent for the time of a call, or moved at its last use.

mod calls;
mod library;
mod loops;
mod nodes;
mod operands;
mod shapes;
mod text;
mod types;
mod values;
mod walk;

pub(crate) use shapes::{is_cut, removes_one};

pub use library::{LibraryUse, library_use};
pub(crate) use text::{constant_text, is_text_library, operand_kind, printed_operands, sprintf};

pub use nodes::{Container, container, container_inside, field_object, root_local, same_place, self_append};

use super::Input;
use super::coloring::Coloring;
use super::errors::Errors;
use super::fixpoint::{Closure, Reason};
use super::liveness::LastUses;
use super::locks::guarded::Guarded;
use super::sharing::Sharing;
use crate::hir::{ExprId, FuncId, LocalId};
use crate::source::Span;
use crate::types::{ObjId, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

/// What holds a container: a variable, or a struct's field (its generic declaration).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Root {
    /// A parameter, result or local variable.
    Local(LocalId),
    /// A field.
    Field(ObjId),
}

/// What one owner may hold alone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Node {
    /// The container that the root holds (level 0), those that are its elements (level 1), and so on.
    Container(Root, u8),
    /// The string that the root holds (level 0), or those in its containers of containers.
    Text(Root, u8),
    /// The strings that are keys of the root's maps at that level.
    Key(Root, u8),
    /// All values of a struct type, those behind pointers included.
    Struct(ObjId),
}

/// Why a node is shared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cause {
    /// What is done with it, as a reader would say it.
    pub what: &'static str,
    /// Where.
    pub span: Span,
}

/// How a loop over an owned container goes on while its body runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Iteration {
    /// The container is borrowed: nothing in the body writes it.
    Borrowed,
    /// By positions: the body writes elements, but leaves the length as it is.
    Indexed,
    /// Over a copy: the body changes the length, but no element.
    Copied,
}

/// The answers.
#[derive(Debug, Default)]
pub struct Ownership {
    shared: FxHashMap<Node, Reason<Node, Cause, Span>>,
    /// Container and string parameters that are moved on, extended or assigned: they must be given a value of their own.
    consumed: FxHashSet<LocalId>,
    /// Variables through which something owned is written.
    written: FxHashSet<LocalId>,
    /// String variables that hold more than literals.
    built: FxHashSet<LocalId>,
    /// Loop variables that are only looked at, and may be references to the element, with what they are elements of.
    lent: FxHashMap<LocalId, Node>,
    /// By the id of the operand of `range`.
    iterations: FxHashMap<ExprId, Iteration>,
    /// Comparison literals of `sort.Slice` that only look at the two elements.
    comparisons: FxHashSet<FuncId>,
}

impl Ownership {
    /// Whether one owner holds the container alone.
    pub fn owns(&self, root: Root, level: u8) -> bool {
        !self.shared.contains_key(&Node::Container(root, level))
    }

    /// Whether the strings at that level of a root are UTF-8 and Rust's own: `String`, or `&str`.
    pub fn owns_text(&self, root: Root, level: u8) -> bool {
        !self.shared.contains_key(&Node::Text(root, level))
    }

    /// Whether a string variable, parameter or result only ever holds literals: a `&'static str`.
    pub fn is_static(&self, local: LocalId) -> bool {
        !self.built.contains(&local)
    }

    /// Whether the keys of the root's maps at that level are.
    pub fn owns_key(&self, root: Root, level: u8) -> bool {
        !self.shared.contains_key(&Node::Key(root, level))
    }

    /// Whether no value of the struct type is reached by two owners.
    pub fn owns_struct(&self, name: ObjId) -> bool {
        !self.shared.contains_key(&Node::Struct(name))
    }

    /// Whether a container or string parameter must be given a value of its own; otherwise it borrows.
    pub fn consumes(&self, param: LocalId) -> bool {
        self.consumed.contains(&param)
    }

    /// Whether something owned is written through the variable: an element, a field, or in a call it is lent to.
    pub fn writes(&self, local: LocalId) -> bool {
        self.written.contains(&local)
    }

    /// Whether a loop variable is only looked at, in a loop over what one owner holds.
    pub fn lends(&self, local: LocalId) -> bool {
        self.lent
            .get(&local)
            .is_some_and(|node| !self.shared.contains_key(node))
    }

    /// How a loop over an owned container goes on.
    pub fn iteration(&self, operand: ExprId) -> Iteration {
        self.iterations.get(&operand).copied().unwrap_or(Iteration::Borrowed)
    }

    /// Whether the literal only compares elements at its two positions.
    pub fn compares_elements(&self, literal: FuncId) -> bool {
        self.comparisons.contains(&literal)
    }

    /// The chain from a shared node to the use that made it so.
    pub fn why(&self, node: Node) -> Vec<(Node, Span, Option<Cause>)> {
        let mut chain = Vec::new();
        let mut at = node;
        while let Some(reason) = self.shared.get(&at) {
            match reason {
                Reason::Seed(cause) => {
                    chain.push((at, cause.span, Some(*cause)));
                    break;
                }
                Reason::Edge(from, span) => {
                    chain.push((at, *span, None));
                    at = *from;
                }
            }
        }
        chain
    }
}

/// What is collected before the fixpoints run.
#[derive(Default)]
struct Collected {
    shared: Closure<Node, Cause, Span>,
    consumed: Closure<LocalId, Span, Span>,
    written: Closure<LocalId, Span, Span>,
    built: Closure<LocalId, Span, Span>,
    /// Nodes whose container may have more capacity than length.
    spare: Closure<Node, Span, Span>,
    /// Places given to a container parameter, not at their last use: an error where the parameter consumes.
    lent_to: Vec<(LocalId, Option<Node>, Span)>,
    /// Parts of a container whose upper bound may lie beyond its length.
    parts: Vec<(Node, Span)>,
    /// Variables that refer to an element while a loop's body runs.
    elements: Vec<(LocalId, Span)>,
    /// Operands of one call of which one may be written through: the parameter, the other operands' roots.
    beside: Vec<(LocalId, Node, Span)>,
    lent: FxHashMap<LocalId, Node>,
    /// String variables of loops, lent unless they are kept.
    lent_text: Vec<(LocalId, Node)>,
    /// Variables whose struct value is used as a whole somewhere.
    whole: FxHashSet<LocalId>,
    /// Types of elements that a loop copies.
    copied_elements: Vec<(TypeId, Span)>,
    iterations: FxHashMap<ExprId, Iteration>,
    comparisons: FxHashSet<FuncId>,
}

/// Walks all bodies, then runs the fixpoints in the order in which they depend on each other.
pub fn analyze(
    input: Input<'_>,
    sharing: &Sharing,
    coloring: &Coloring,
    liveness: &LastUses,
    guarded: &Guarded,
    errors: &Errors,
) -> Ownership {
    let facts = walk::Known {
        input,
        sharing,
        coloring,
        liveness,
        guarded,
        errors,
    };
    let mut collected = walk::program(facts);
    let written: FxHashSet<_> = std::mem::take(&mut collected.written).run().into_keys().collect();
    loops::loops(facts, &written, &mut collected);
    let collected = walk::copy_elements(facts, collected);
    let Collected {
        mut shared,
        consumed,
        built,
        spare,
        lent_to,
        parts,
        elements,
        beside,
        mut lent,
        lent_text,
        iterations,
        comparisons,
        ..
    } = collected;
    let consumed: FxHashSet<_> = consumed.run().into_keys().collect();
    let spare = spare.run();
    lent.extend(lent_text.into_iter().filter(|(local, _)| !consumed.contains(local)));
    let mut seed = |node: Node, what, span| shared.seed(node, Cause { what, span });
    for (param, argument, span) in lent_to {
        if consumed.contains(&param) {
            seed(
                Node::Container(Root::Local(param), 0),
                "the caller keeps what it gives",
                span,
            );
            argument
                .into_iter()
                .for_each(|n| seed(n, "it is given away and used again", span));
        }
    }
    for (node, span) in parts {
        if spare.contains_key(&node) {
            seed(node, "a part of it may reach beyond its length", span);
        }
    }
    for (local, span) in elements {
        if consumed.contains(&local) || written.contains(&local) {
            seed(
                Node::Container(Root::Local(local), 0),
                "an element is kept or written apart",
                span,
            );
        }
    }
    for (param, other, span) in beside {
        if written.contains(&param) {
            seed(other, "a call gets it twice and writes it", span);
        }
    }
    Ownership {
        shared: shared.run(),
        consumed,
        written,
        built: built.run().into_keys().collect(),
        lent,
        iterations,
        comparisons,
    }
}
