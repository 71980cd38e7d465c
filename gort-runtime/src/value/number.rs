//! The type sets of generic code: what `<`, `+` and conversions need.

use std::ops::{
    Add, AddAssign, BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign, Div, DivAssign, Mul, MulAssign,
    Neg, Not, Sub, SubAssign,
};

use super::{Complex, GoString, Value};

/// `cmp.Ordered`: what `<` compares.
pub trait Ordered: Value + PartialOrd {}

/// Numbers.
pub trait Number:
    Value
    + Copy
    + PartialEq
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
    /// The conversion from an integer.
    fn from_i64(v: i64) -> Self;
    /// The conversion from a float.
    fn from_f64(v: f64) -> Self;
    /// The conversion from a complex number, which only a complex type has.
    fn from_complex(re: f64, _im: f64) -> Self {
        Self::from_f64(re)
    }
    /// The conversion to an integer.
    fn to_i64(self) -> i64;
    /// The conversion to a float.
    fn to_f64(self) -> f64;
    /// Go's addition, which wraps.
    fn go_add(self, other: Self) -> Self;
    /// Go's subtraction, which wraps.
    fn go_sub(self, other: Self) -> Self;
    /// Go's multiplication, which wraps.
    fn go_mul(self, other: Self) -> Self;
    /// Go's division.
    fn go_div(self, other: Self) -> Self;
    /// Go's negation, which wraps.
    fn go_neg(self) -> Self;
}

/// Integers.
pub trait Integer:
    Number
    + Ordered
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Not<Output = Self>
    + BitAndAssign
    + BitOrAssign
    + BitXorAssign
{
    /// Go's `%`.
    fn go_rem(self, other: Self) -> Self;
    /// Shifts left; 0 when everything is shifted out.
    fn go_shl(self, count: u32) -> Self;
    /// Shifts right; 0 or -1 when everything is shifted out.
    fn go_shr(self, count: u32) -> Self;
}

/// Signed integers.
pub trait Signed: Integer {}

/// Unsigned integers.
pub trait Unsigned: Integer {}

/// Floating-point numbers.
pub trait Float: Number + Ordered + Neg<Output = Self> {}

macro_rules! integers {
    ($sign:ident: $($t:ty)*) => {$(
        impl Ordered for $t {}
        impl $sign for $t {}
        impl Number for $t {
            #[inline]
            fn from_i64(v: i64) -> Self { v as $t }
            #[inline]
            fn from_f64(v: f64) -> Self { v as $t }
            #[inline]
            fn to_i64(self) -> i64 { self as i64 }
            #[inline]
            fn to_f64(self) -> f64 { self as f64 }
            #[inline]
            fn go_add(self, other: Self) -> Self { self.wrapping_add(other) }
            #[inline]
            fn go_sub(self, other: Self) -> Self { self.wrapping_sub(other) }
            #[inline]
            fn go_mul(self, other: Self) -> Self { self.wrapping_mul(other) }
            #[inline]
            fn go_div(self, other: Self) -> Self {
                if other == 0 { crate::panic::divide_error() }
                self.wrapping_div(other)
            }
            #[inline]
            fn go_neg(self) -> Self { self.wrapping_neg() }
        }
        impl Integer for $t {
            #[inline]
            fn go_rem(self, other: Self) -> Self {
                if other == 0 { crate::panic::divide_error() }
                self.wrapping_rem(other)
            }
            #[inline]
            fn go_shl(self, count: u32) -> Self { self.checked_shl(count).unwrap_or(0) }
            #[inline]
            fn go_shr(self, count: u32) -> Self { self >> count.min(<$t>::BITS - 1) >> u32::from(count >= <$t>::BITS) }
        }
    )*};
}
integers!(Signed: i8 i16 i32 i64);
integers!(Unsigned: u8 u16 u32 u64);

macro_rules! floats {
    ($($t:ty)*) => {$(
        impl Ordered for $t {}
        impl Float for $t {}
        impl Number for $t {
            fn from_i64(v: i64) -> Self { v as $t }
            fn from_f64(v: f64) -> Self { v as $t }
            fn to_i64(self) -> i64 { self as i64 }
            fn to_f64(self) -> f64 { self.into() }
            #[inline]
            fn go_add(self, other: Self) -> Self { self + other }
            #[inline]
            fn go_sub(self, other: Self) -> Self { self - other }
            #[inline]
            fn go_mul(self, other: Self) -> Self { self * other }
            #[inline]
            fn go_div(self, other: Self) -> Self { self / other }
            #[inline]
            fn go_neg(self) -> Self { -self }
        }
    )*};
}
floats!(f32 f64);

macro_rules! complexes {
    ($($t:ty)*) => {$(
        impl Number for Complex<$t> {
            fn from_i64(v: i64) -> Self { Complex::new(v as $t, 0.0) }
            fn from_f64(v: f64) -> Self { Complex::new(v as $t, 0.0) }
            fn from_complex(re: f64, im: f64) -> Self { Complex::new(re as $t, im as $t) }
            fn to_i64(self) -> i64 { self.real() as i64 }
            fn to_f64(self) -> f64 { self.real().into() }
            fn go_add(self, other: Self) -> Self { self + other }
            fn go_sub(self, other: Self) -> Self { self - other }
            fn go_mul(self, other: Self) -> Self { self * other }
            fn go_div(self, other: Self) -> Self { self / other }
            fn go_neg(self) -> Self { -self }
        }
    )*};
}
complexes!(f32 f64);

impl Ordered for GoString {}

/// Strings: what `~string` admits.
pub trait Text: Ordered + Add<Output = Self> {
    /// The string itself.
    fn to_text(&self) -> GoString;
    /// The string under this type.
    fn from_text(text: GoString) -> Self;
}

impl Text for GoString {
    fn to_text(&self) -> GoString {
        self.clone()
    }
    fn from_text(text: GoString) -> Self {
        text
    }
}

/// The `min` built-in: a NaN wins.
pub fn min<T: Ordered>(a: T, b: T) -> T {
    #[allow(clippy::eq_op)]
    if a != a || a < b || (a == b && is_negative_zero(&a)) {
        a
    } else {
        b
    }
}

/// The `max` built-in: a NaN wins.
pub fn max<T: Ordered>(a: T, b: T) -> T {
    #[allow(clippy::eq_op)]
    if a != a || a > b || (a == b && !is_negative_zero(&a)) {
        a
    } else {
        b
    }
}

/// Whether this is the float -0, which is below 0 for `min` and `max` only.
fn is_negative_zero<T: Value>(v: &T) -> bool {
    let v: &dyn core::any::Any = v;
    v.downcast_ref::<f64>()
        .is_some_and(|f| *f == 0.0 && f.is_sign_negative())
        || v.downcast_ref::<f32>()
            .is_some_and(|f| *f == 0.0 && f.is_sign_negative())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn min_and_max_know_floats() {
        assert_eq!((min(1_i64, 2), max(1_i64, 2)), (1, 2));
        assert!(min(f64::NAN, 1.0).is_nan() && min(1.0, f64::NAN).is_nan() && max(1.0, f64::NAN).is_nan());
        assert!(min(0.0, -0.0_f64).is_sign_negative() && max(-0.0_f64, 0.0).is_sign_positive());
    }
}
