//! The one place that names the synchronisation primitives, so that a model checker can replace them.
//!
//! - In: nothing.
//! - Out: [`atomic`], [`Lock`], `asymmetric` and `block_on` for what is modelled; [`process`] for what belongs to the process, as statics do, and to no
//!   single run of a model; [`random`].
//! - Invariants: with `--cfg gort_loom` or `--cfg gort_shuttle`, the crate's own tests run on those checkers' primitives;
//!   `cargo dev models` does that. Nothing else differs from what users get.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::hash::{BuildHasher, Hasher, RandomState};

#[cfg(feature = "sync")]
pub(crate) mod asymmetric;
#[cfg(all(test, any(gort_loom, gort_shuttle)))]
mod model;
mod spin;

/// The atomics, and the fence between them.
#[cfg_attr(not(feature = "value"), allow(unused_imports))]
pub(crate) mod atomic {
    #[cfg(all(test, gort_loom))]
    pub(crate) use loom::sync::atomic::{
        AtomicBool, AtomicI32, AtomicI64, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
    #[cfg(all(test, gort_shuttle))]
    pub(crate) use shuttle::sync::atomic::{
        AtomicBool, AtomicI32, AtomicI64, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
    #[cfg(not(all(test, any(gort_loom, gort_shuttle))))]
    pub(crate) use std::sync::atomic::{
        AtomicBool, AtomicI32, AtomicI64, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
}

#[cfg(all(test, any(gort_loom, gort_shuttle)))]
pub(crate) use model::Lock;
#[cfg(not(all(test, any(gort_loom, gort_shuttle))))]
pub(crate) use spin::Lock;

#[cfg(all(not(all(test, any(gort_loom, gort_shuttle))), feature = "sync"))]
pub(crate) use crate::task::block_on;
/// Waits for a future on this thread.
#[cfg(all(test, gort_loom, feature = "sync"))]
pub(crate) use loom::future::block_on;
#[cfg(all(test, gort_shuttle, feature = "sync"))]
pub(crate) use shuttle::future::block_on;

/// Threads, and how they wait.
#[cfg_attr(not(feature = "sync"), allow(unused_imports))]
pub(crate) mod thread {
    #[cfg(all(test, gort_loom))]
    pub(crate) use loom::thread::{Thread, current, park};
    #[cfg(all(test, gort_shuttle))]
    pub(crate) use shuttle::thread::{Thread, current, park};
    #[cfg(not(all(test, any(gort_loom, gort_shuttle))))]
    pub(crate) use std::thread::{Thread, current, park};
}

/// What each thread has its own of, whose first value is a constant; loom runs all its threads on one of the system's.
macro_rules! modelled_thread_local {
    ($(#[$attribute:meta])* static $name:ident: $type:ty = $first:expr;) => {
        #[cfg(all(test, gort_loom))]
        loom::thread_local! { $(#[$attribute])* static $name: $type = $first; }
        #[cfg(not(all(test, gort_loom)))]
        std::thread_local! { $(#[$attribute])* static $name: $type = const { $first }; }
    };
}
pub(crate) use modelled_thread_local;

/// What belongs to the process and is never modelled.
pub(crate) mod process {
    #[cfg(feature = "sync")]
    pub(crate) use super::spin::count_contended;
    pub(crate) use super::spin::{Lock, contended};
    pub(crate) use std::sync::atomic;
}

/// Functions that are `const` but for the checkers, whose primitives cannot be made so.
#[cfg(feature = "sync")]
macro_rules! const_unless_modelled {
    ($($(#[$attribute:meta])* $visibility:vis const fn $name:ident($($arg:ident: $type:ty),*) -> $result:ty $body:block)*) => {$(
        #[cfg(not(all(test, any(gort_loom, gort_shuttle))))]
        $(#[$attribute])*
        $visibility const fn $name($($arg: $type),*) -> $result $body
        #[cfg(all(test, any(gort_loom, gort_shuttle)))]
        $(#[$attribute])*
        $visibility fn $name($($arg: $type),*) -> $result $body
    )*};
}
#[cfg(feature = "sync")]
pub(crate) use const_unless_modelled;

/// A random number, cheap and not secret. For the checkers it is always the same, as they run a model again and again and
/// expect the same steps.
pub(crate) fn random() -> u64 {
    if cfg!(all(test, any(gort_loom, gort_shuttle))) {
        return 0;
    }
    thread_local! {
        static STATE: Cell<u64> = const { Cell::new(0) };
    }
    STATE.with(|state| {
        let mut x = state.get();
        if x == 0 {
            x = RandomState::new().build_hasher().finish() | 1;
        }
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        state.set(x);
        x.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 1
    })
}
