//! Go text to syntax tree.
//!
//! In: a file's text. Out: `ast::File` and diagnostics.
//! Invariants: every comment is attached to one node (`ledger`); a declaration that holds a syntax error is left out, the rest is complete.

pub mod ast;
mod comments;
mod decls;
pub mod embed;
mod exprs;
pub mod ledger;
mod parser;
mod scanner;
mod stmts;
mod token;
mod types;
mod unicode;
pub mod walk;

/// The places of a text's tokens, in order; neither comments nor semicolons that a line's end stands for.
pub fn token_places(text: &str) -> Vec<std::ops::Range<u32>> {
    let mut tokens = Vec::new();
    scanner::scan(text, &mut tokens, &mut Vec::new());
    let real = tokens
        .iter()
        .filter(|t| !matches!(t.tok, token::Tok::Newline | token::Tok::Eof));
    real.map(|t| t.start..t.end).collect()
}

pub use parser::{NESTING_LIMIT, Parser};
