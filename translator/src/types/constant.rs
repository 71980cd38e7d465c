//! Constant values of any precision.
//!
//! In: literals' texts and operands. Out: exact values. Floats are rationals, so that no rounding happens before a
//! value is converted to a type.
//! Invariants: `Float` may hold an integral value; `to_int` and friends normalise on demand.

use num_bigint::BigInt;
use num_rational::BigRational;
use std::sync::Arc;

/// The value of a constant expression.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub enum ConstValue {
    /// A boolean.
    Bool(bool),
    /// A byte string; Go strings need not be UTF-8.
    String(Arc<[u8]>),
    /// An integer or rune.
    Int(BigInt),
    /// A floating-point value, exact.
    Float(BigRational),
    /// Real and imaginary part.
    Complex(BigRational, BigRational),
}
