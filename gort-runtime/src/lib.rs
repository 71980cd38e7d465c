//! Go's concurrency for Rust, on tokio.
//!
//! Channels, `select!`, contexts and task groups with Go's semantics; with the feature `value` also Go's values, as the
//! translator `gort` emits them. Generated code starts with `use gort_runtime::prelude::*`.

// Translated programs carry this crate along without the workspace's list of `cfg`s.
#![allow(unexpected_cfgs)]

// The macros name this crate by its name, also in here.
#[cfg(feature = "macros")]
#[allow(unused_extern_crates)]
extern crate self as gort_runtime;

pub mod chan;
#[cfg(feature = "context")]
pub mod context;
#[cfg(feature = "value")]
pub mod defer;
#[cfg(all(test, any(gort_loom, gort_shuttle)))]
mod models;
pub mod panic;
#[cfg(feature = "pkg")]
pub mod pkg;
pub mod prelude;
pub mod select;
mod shim;
#[cfg(feature = "sync")]
pub mod sync;
pub mod task;
#[cfg(feature = "time")]
pub mod time;
#[cfg(feature = "value")]
pub mod value;

#[cfg(feature = "macros")]
pub use gort_runtime_macros::{GoNumber, main, select, test};
#[cfg(feature = "value")]
pub use gort_runtime_macros::{Value, interface};

/// The book's examples that are written by hand.
#[cfg(doctest)]
#[doc = include_str!("../../book/src/channels.md")]
pub mod book {}
