//! `cmp`: order of ordered values, NaN first.

use crate::pkg::go::*;
use std::cmp::Ordering;

pub use crate::value::Ordered;

#[allow(clippy::eq_op)]
pub(crate) fn order<T: Ordered>(x: &T, y: &T) -> Ordering {
    x.partial_cmp(y).unwrap_or_else(|| (y != y).cmp(&(x != x)))
}

/// -1, 0 or 1; a NaN is less than any other and equal to itself.
pub fn compare<T: Ordered>(x: T, y: T) -> i64 {
    order(&x, &y) as i64
}

/// Whether `x` is before `y`.
pub fn less<T: Ordered>(x: T, y: T) -> bool {
    order(&x, &y).is_lt()
}

/// The first value that is not zero.
pub fn or<T: Value + PartialEq>(vals: Slice<T>) -> T {
    vals.iter().find(|v| *v != T::zero()).unwrap_or_else(T::zero)
}
