//! Go's standard library as translated programs need it: one module per package, names in snake case.
//!
//! In: Go's values by value. Out: Go's results, byte for byte. Callbacks are `FnN` values. `index.txt` lists what exists.

#![allow(
    clippy::len_without_is_empty,
    clippy::excessive_precision,
    clippy::should_implement_trait
)]

mod go;
mod pdq;
mod shared_text;
mod support;

pub mod bufio;
pub mod builtin;
pub mod bytes;
pub mod cmp;
pub mod container;
pub mod crypto;
pub mod embed;
pub mod encoding;
pub mod errors;
pub mod flag;
pub mod fmt;
pub mod hash;
pub mod io;
pub mod iter;
pub mod log;
pub mod maps;
pub mod math;
pub mod os;
pub mod path;
pub mod runtime;
pub mod slices;
pub mod sort;
pub mod strconv;
pub mod strings;
pub mod text;
pub mod time;
pub mod unicode;

pub use crate::{context, sync};
