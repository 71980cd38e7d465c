//! `sync.OnceFunc` and its like, as Go's function values.
#![allow(clippy::redundant_closure)] // Function values are called, not passed, through their pointers.

use crate::sync::owned;
use crate::value::{Fn0, Value, fn0};

/// `sync.OnceFunc`.
pub fn once_func(f: Fn0) -> Fn0 {
    let value = once_value(fn0(move || f()));
    fn0(move || value())
}

/// `sync.OnceValue`; if the call panics, every call panics so.
pub fn once_value<T: Value>(f: Fn0<T>) -> Fn0<T> {
    let value = owned::once_value(move || f());
    fn0(move || value())
}

/// `sync.OnceValues`.
pub fn once_values<A: Value, B: Value>(f: Fn0<(A, B)>) -> Fn0<(A, B)> {
    once_value(f)
}
