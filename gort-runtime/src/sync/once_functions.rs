//! `sync.OnceFunc` and its like, as Go's function values.
#![allow(clippy::redundant_closure)] // Function values are called, not passed, through their pointers.

use crate::sync::owned;
use crate::value::{Fn0, Value, fn0};

/// `sync.OnceFunc`.
///
/// ```
/// use gort_runtime::{prelude::*, sync::once_func};
/// let hello = once_func(fn0(|| println!("printed once")));
/// hello();
/// hello();
/// ```
pub fn once_func(f: Fn0) -> Fn0 {
    let value = once_value(fn0(move || f()));
    fn0(move || value())
}

/// `sync.OnceValue`; if the call panics, every call panics so.
///
/// ```
/// use gort_runtime::{prelude::*, sync::once_value};
/// let answer = once_value(fn0(|| 42_i64));
/// assert_eq!((answer(), answer()), (42, 42));
/// ```
pub fn once_value<T: Value>(f: Fn0<T>) -> Fn0<T> {
    let value = owned::once_value(move || f());
    fn0(move || value())
}

/// `sync.OnceValues`.
///
/// ```
/// use gort_runtime::{prelude::*, sync::once_values};
/// let pair = once_values(fn0(|| (1_i64, true)));
/// assert_eq!(pair(), (1, true));
/// ```
pub fn once_values<A: Value, B: Value>(f: Fn0<(A, B)>) -> Fn0<(A, B)> {
    once_value(f)
}
