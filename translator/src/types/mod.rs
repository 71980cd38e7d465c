//! The Go type checker: the equal of `go/types`.
//!
//! In: loaded packages. Out: a `Program` with side tables, and diagnostics.
//! Invariants: all errors are reported; an invalid type silences its echoes; nothing panics.

mod arena;
mod base;
pub mod constant;
mod display;
pub mod dump;
mod identity;
pub mod info;
mod instances;
pub mod lookup;
mod merge;
pub mod model;
mod predicates;
pub mod store;
mod subst;
mod typeset;
mod universe;

pub use constant::ConstValue;
pub use info::{
    Info, Initializer, Instance, Mode, NodeTable, Package, Program, Selection, SelectionKind, TypeAndValue,
};
pub use lookup::{Lookup, LookupResult, MissingReason};
pub use model::*;
pub use store::TypeStore;
mod check;

pub use check::check_program;
