//! Go text to syntax tree.
//!
//! In: a file's text. Out: `ast::File` and diagnostics.
//! Invariants: a declaration that holds a syntax error is left out, the rest is complete.

pub mod ast;
mod comments;
mod decls;
mod exprs;
mod parser;
mod scanner;
mod stmts;
mod token;
mod types;
pub mod walk;

pub use parser::{NESTING_LIMIT, Parser};
