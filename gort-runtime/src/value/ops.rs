//! Division and shifts, where Go and Rust differ.

use super::{Integer, Number};

/// `x << n`: 0 when everything is shifted out.
///
/// # Panics
/// With Go's `negative shift amount`.
#[inline]
pub fn shl<T: Integer, N: Integer>(x: T, n: N) -> T {
    x.go_shl(shift_count(n))
}

/// `x >> n`: 0, or -1 for negative numbers, when everything is shifted out.
///
/// # Panics
/// With Go's `negative shift amount`.
#[inline]
pub fn shr<T: Integer, N: Integer>(x: T, n: N) -> T {
    x.go_shr(shift_count(n))
}

/// The count, with all that are too large for any type made one.
#[inline]
fn shift_count<N: Integer>(n: N) -> u32 {
    if n < N::from_i64(0) {
        crate::panic::runtime_error("negative shift amount");
    }
    // A huge unsigned count is negative as an `i64`, and huge again as a `u64`.
    u32::try_from(n.to_i64() as u64).unwrap_or(u32::MAX)
}

/// `a / b`; the smallest integer divided by -1 is itself.
///
/// # Panics
/// With Go's `integer divide by zero`.
#[inline]
pub fn div<T: Number>(a: T, b: T) -> T {
    a.go_div(b)
}

/// `a % b`.
///
/// # Panics
/// With Go's `integer divide by zero`.
#[inline]
pub fn rem<T: Integer>(a: T, b: T) -> T {
    a.go_rem(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_and_divisions_are_those_of_go() {
        assert_eq!(
            (
                shl(1_i64, 64_i64),
                shl(1_i64, 3_u8),
                shl(1_u8, 8_i64),
                shl(3_i32, u64::MAX)
            ),
            (0, 8, 0, 0)
        );
        assert_eq!(
            (shr(-8_i64, 70_i64), shr(8_u64, 70_i64), shr(-8_i64, 1_i64)),
            (-1, 0, -4)
        );
        assert_eq!(
            (div(i64::MIN, -1), rem(i64::MIN, -1), div(-7_i64, 2), rem(-7_i64, 2)),
            (i64::MIN, 0, -3, -1)
        );
        assert_eq!(div(1.0, 0.0), f64::INFINITY);
    }
}
