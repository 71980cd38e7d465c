//! Go's `context`: what tells goroutines to stop.
//!
//! [`native`] is made of Rust's types, for hand-written code. Go's own shape, an interface whose values, keys and errors are
//! Go's, needs the feature `value`.

#[cfg(feature = "value")]
mod go;
pub mod native;

#[cfg(feature = "value")]
pub use go::*;
