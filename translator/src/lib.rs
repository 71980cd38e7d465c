//! Go packages in, Rust sources, facts and diagnostics out.
//!
//! This crate is pure: it reads no file, no environment variable and starts no process.

pub mod analysis;
pub mod diagnostic;
pub mod emit;
mod guard;
pub mod hir;
pub mod load;
pub mod pipeline;
pub mod plan;
pub mod source;
pub mod stdlib;
pub mod syntax;
pub mod types;
