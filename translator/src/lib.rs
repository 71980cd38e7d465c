//! Go packages in, Rust sources, facts and diagnostics out.
//!
//! This crate is pure: it reads no file, no environment variable and starts no process.

pub mod diagnostic;
pub mod source;
pub mod syntax;
pub mod types;
pub mod load;
pub mod stdlib;
