//! The integer types that share a Rust type with `int` and `uint` and differ only inside interfaces.

use crate::Value;

/// An `int64` in an interface.
#[derive(Clone, Copy, PartialEq, Debug, Value)]
#[go(scalar, name = "int64", kind = "Int64")]
pub struct Int64(pub i64);

/// A `uint64` in an interface.
#[derive(Clone, Copy, PartialEq, Debug, Value)]
#[go(scalar, name = "uint64", kind = "Uint64")]
pub struct Uint64(pub u64);

/// A `uintptr` in an interface.
#[derive(Clone, Copy, PartialEq, Debug, Value)]
#[go(scalar, name = "uintptr", kind = "Uintptr")]
pub struct Uintptr(pub u64);
