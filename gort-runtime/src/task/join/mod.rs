//! Goroutines that give something back: handles of one, and sets of many.
//!
//! - In: futures.
//! - Out: [`spawn`] with its [`JoinHandle`], [`JoinSet`], and the [`JoinError`] of those that gave no value.
//! - Invariants: a panic is told once: to who asks for the result, or else as that of any goroutine, unless it was aborted.

mod error;
pub(crate) mod handle;
pub(crate) mod run;
pub(crate) mod set;

pub use error::JoinError;
pub use handle::{JoinHandle, spawn};
pub use run::AbortHandle;
pub use set::JoinSet;
