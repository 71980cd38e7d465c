//! `math/bits`: counting, rotating and wide arithmetic.

use crate::panic::{divide_error, runtime_error};

/// The width of `uint`.
pub const UINT_SIZE: i64 = 64;

macro_rules! counting {
    ($($t:ty: $zeros:ident $trailing:ident $ones:ident $len:ident $reverse:ident $rotate:ident;)*) => {$(
        /// The number of leading zero bits.
        pub fn $zeros(x: $t) -> i64 {
            i64::from(x.leading_zeros())
        }

        /// The number of trailing zero bits.
        pub fn $trailing(x: $t) -> i64 {
            i64::from(x.trailing_zeros())
        }

        /// The number of one bits.
        pub fn $ones(x: $t) -> i64 {
            i64::from(x.count_ones())
        }

        /// The number of bits that represent `x`.
        pub fn $len(x: $t) -> i64 {
            i64::from(<$t>::BITS - x.leading_zeros())
        }

        /// The bits in reverse.
        pub fn $reverse(x: $t) -> $t {
            x.reverse_bits()
        }

        /// Rotated left; right for negative `k`.
        pub fn $rotate(x: $t, k: i64) -> $t {
            x.rotate_left(k.rem_euclid(i64::from(<$t>::BITS)) as u32)
        }
    )*};
}

counting! {
    u64: leading_zeros trailing_zeros ones_count len reverse rotate_left;
    u64: leading_zeros64 trailing_zeros64 ones_count64 len64 reverse64 rotate_left64;
    u32: leading_zeros32 trailing_zeros32 ones_count32 len32 reverse32 rotate_left32;
    u16: leading_zeros16 trailing_zeros16 ones_count16 len16 reverse16 rotate_left16;
    u8: leading_zeros8 trailing_zeros8 ones_count8 len8 reverse8 rotate_left8;
}

macro_rules! wide {
    ($($t:ty, $wide:ty: $bytes:ident $add:ident $sub:ident $mul:ident $div:ident $rem:ident;)*) => {$(
        /// The bytes in reverse.
        pub fn $bytes(x: $t) -> $t {
            x.swap_bytes()
        }

        /// Sum and carry.
        pub fn $add(x: $t, y: $t, carry: $t) -> ($t, $t) {
            let sum = <$wide>::from(x) + <$wide>::from(y) + <$wide>::from(carry);
            (sum as $t, (sum >> <$t>::BITS) as $t)
        }

        /// Difference and borrow.
        pub fn $sub(x: $t, y: $t, borrow: $t) -> ($t, $t) {
            let (d, first) = x.overflowing_sub(y);
            let (d, second) = d.overflowing_sub(borrow);
            (d, <$t>::from(first || second))
        }

        /// High and low half of the product.
        pub fn $mul(x: $t, y: $t) -> ($t, $t) {
            let product = <$wide>::from(x) * <$wide>::from(y);
            ((product >> <$t>::BITS) as $t, product as $t)
        }

        /// Quotient and remainder of `(hi, lo)` by `y`.
        pub fn $div(hi: $t, lo: $t, y: $t) -> ($t, $t) {
            if y == 0 {
                divide_error();
            }
            if y <= hi {
                runtime_error("integer overflow");
            }
            let n = <$wide>::from(hi) << <$t>::BITS | <$wide>::from(lo);
            ((n / <$wide>::from(y)) as $t, (n % <$wide>::from(y)) as $t)
        }

        /// The remainder of `(hi, lo)` by `y`.
        pub fn $rem(hi: $t, lo: $t, y: $t) -> $t {
            if y == 0 {
                divide_error();
            }
            $div(hi % y, lo, y).1
        }
    )*};
}

wide! {
    u64, u128: reverse_bytes add sub mul div rem;
    u64, u128: reverse_bytes64 add64 sub64 mul64 div64 rem64;
    u32, u64: reverse_bytes32 add32 sub32 mul32 div32 rem32;
}

/// The bytes in reverse.
pub fn reverse_bytes16(x: u16) -> u16 {
    x.swap_bytes()
}
