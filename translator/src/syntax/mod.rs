//! Go text to syntax tree: the only room that knows tree-sitter.
//!
//! In: a file's text. Out: `ast::File` and diagnostics.
//! Invariants: a declaration that holds a syntax error is left out, the rest is complete.

pub mod ast;
mod comments;
mod decls;
mod exprs;
mod kinds;
mod parser;
mod stmts;
pub mod walk;

pub use parser::{NESTING_LIMIT, Parser};
