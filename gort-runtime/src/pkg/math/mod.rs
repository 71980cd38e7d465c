//! `math`: constants and functions; those that Go computes in its own way give Go's last digit too.

pub mod bits;
pub mod cmplx;
mod exponential;
pub mod rand;
mod trigonometric;

pub use exponential::{cbrt, exp, exp2, expm1, log, log1p, log2, log10, pow, pow10};
pub use trigonometric::{acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, sin, sincos, sinh, tan, tanh};

macro_rules! constants {
    ($($(#[$doc:meta])* $name:ident: $t:ty = $v:expr;)*) => { $($(#[$doc])* pub const $name: $t = $v;)* };
}

constants! {
    /// Euler's number.
    E: f64 = std::f64::consts::E;
    /// π.
    PI: f64 = std::f64::consts::PI;
    /// The golden ratio.
    PHI: f64 = 1.618033988749895;
    /// √2.
    SQRT2: f64 = std::f64::consts::SQRT_2;
    /// √e.
    SQRT_E: f64 = 1.6487212707001282;
    /// √π.
    SQRT_PI: f64 = 1.772453850905516;
    /// √φ.
    SQRT_PHI: f64 = 1.272019649514069;
    /// ln 2.
    LN2: f64 = std::f64::consts::LN_2;
    /// 1/ln 2.
    LOG2_E: f64 = std::f64::consts::LOG2_E;
    /// ln 10.
    LN10: f64 = std::f64::consts::LN_10;
    /// 1/ln 10.
    LOG10_E: f64 = std::f64::consts::LOG10_E;
    /// The largest `float32`.
    MAX_FLOAT32: f64 = f32::MAX as f64;
    /// The smallest positive `float32`.
    SMALLEST_NONZERO_FLOAT32: f64 = 1.401298464324817e-45;
    /// The largest `float64`.
    MAX_FLOAT64: f64 = f64::MAX;
    /// The smallest positive `float64`.
    SMALLEST_NONZERO_FLOAT64: f64 = 5e-324;
    /// The largest `int`.
    MAX_INT: i64 = i64::MAX;
    /// The least `int`.
    MIN_INT: i64 = i64::MIN;
    /// The largest `int8`.
    MAX_INT8: i64 = i8::MAX as i64;
    /// The least `int8`.
    MIN_INT8: i64 = i8::MIN as i64;
    /// The largest `int16`.
    MAX_INT16: i64 = i16::MAX as i64;
    /// The least `int16`.
    MIN_INT16: i64 = i16::MIN as i64;
    /// The largest `int32`.
    MAX_INT32: i64 = i32::MAX as i64;
    /// The least `int32`.
    MIN_INT32: i64 = i32::MIN as i64;
    /// The largest `int64`.
    MAX_INT64: i64 = i64::MAX;
    /// The least `int64`.
    MIN_INT64: i64 = i64::MIN;
    /// The largest `uint`.
    MAX_UINT: u64 = u64::MAX;
    /// The largest `uint8`.
    MAX_UINT8: i64 = u8::MAX as i64;
    /// The largest `uint16`.
    MAX_UINT16: i64 = u16::MAX as i64;
    /// The largest `uint32`.
    MAX_UINT32: i64 = u32::MAX as i64;
    /// The largest `uint64`.
    MAX_UINT64: u64 = u64::MAX;
}

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident($($a:ident),*) = $v:expr;)*) => {
        $($(#[$doc])* #[inline] pub fn $name($($a: f64),*) -> f64 { $v })*
    };
}

functions! {
    /// |x|.
    abs(x) = x.abs();
    /// The least integer not below.
    ceil(x) = x.ceil();
    /// The greatest integer not above.
    floor(x) = x.floor();
    /// The integer part.
    trunc(x) = x.trunc();
    /// The nearest integer, halves away from zero.
    round(x) = x.round();
    /// The nearest integer, halves to even.
    round_to_even(x) = x.round_ties_even();
    /// √x.
    sqrt(x) = x.sqrt();
    /// The magnitude of the first with the sign of the second.
    copysign(f, sign) = f.copysign(sign);
    /// The remainder of the quotient towards zero.
    mod_(x, y) = x % y;
    /// The remainder of the nearest quotient.
    remainder(x, y) = libm::remainder(x, y);
    /// The next value towards `y`.
    nextafter(x, y) = libm::nextafter(x, y);
    /// x·y+z, rounded once.
    fma(x, y, z) = x.mul_add(y, z);
    /// The error function.
    erf(x) = libm::erf(x);
    /// Its complement.
    erfc(x) = libm::erfc(x);
    /// Bessel function of the first kind, order 0.
    j0(x) = libm::j0(x);
    /// Bessel function of the first kind, order 1.
    j1(x) = libm::j1(x);
    /// Bessel function of the second kind, order 0.
    y0(x) = libm::y0(x);
    /// Bessel function of the second kind, order 1.
    y1(x) = libm::y1(x);
}

/// Bessel function of the first kind.
pub fn jn(n: i64, x: f64) -> f64 {
    libm::jn(n as i32, x)
}

/// Bessel function of the second kind.
pub fn yn(n: i64, x: f64) -> f64 {
    libm::yn(n as i32, x)
}

/// The gamma function.
pub fn gamma(x: f64) -> f64 {
    if x == f64::NEG_INFINITY || x < 0.0 && x == x.floor() {
        f64::NAN
    } else {
        libm::tgamma(x)
    }
}

/// The logarithm of |gamma| and gamma's sign.
pub fn lgamma(x: f64) -> (f64, i64) {
    if x == f64::NEG_INFINITY {
        return (x, 1);
    }
    let (v, sign) = libm::lgamma_r(x);
    (v, i64::from(if sign == 0 { 1 } else { sign }))
}

/// The inverse of the error function.
pub fn erfinv(x: f64) -> f64 {
    if x.is_nan() || x.abs() > 1.0 {
        return f64::NAN;
    }
    if x.abs() == 1.0 {
        return f64::INFINITY.copysign(x);
    }
    // Newton's steps from a rough start.
    let l = (1.0 - x * x).ln();
    let t = 2.0 / (PI * 0.147) + l / 2.0;
    let mut y = (((t * t - l / 0.147).sqrt() - t).sqrt()).copysign(x);
    for _ in 0..4 {
        y -= (libm::erf(y) - x) / (2.0 / SQRT_PI * (-y * y).exp());
    }
    y
}

/// The inverse of the complementary error function.
pub fn erfcinv(x: f64) -> f64 {
    erfinv(1.0 - x)
}

/// The larger; NaN wins, and +0 over -0.
pub fn max(x: f64, y: f64) -> f64 {
    if x == f64::INFINITY || y == f64::INFINITY {
        return f64::INFINITY;
    }
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if x == 0.0 && y == 0.0 {
        return if x.is_sign_negative() { y } else { x };
    }
    if x > y { x } else { y }
}

/// The smaller; NaN wins, and -0 over +0.
pub fn min(x: f64, y: f64) -> f64 {
    if x == f64::NEG_INFINITY || y == f64::NEG_INFINITY {
        return f64::NEG_INFINITY;
    }
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if x == 0.0 && y == 0.0 {
        return if x.is_sign_negative() { x } else { y };
    }
    if x < y { x } else { y }
}

/// The positive difference.
pub fn dim(x: f64, y: f64) -> f64 {
    let v = x - y;
    if v <= 0.0 { 0.0 } else { v }
}

/// √(p²+q²) without needless overflow.
pub fn hypot(p: f64, q: f64) -> f64 {
    let (p, q) = (p.abs(), q.abs());
    if p.is_infinite() || q.is_infinite() {
        return f64::INFINITY;
    }
    if p.is_nan() || q.is_nan() {
        return f64::NAN;
    }
    let (p, q) = if p < q { (q, p) } else { (p, q) };
    if p == 0.0 {
        return 0.0;
    }
    let q = q / p;
    p * (1.0 + q * q).sqrt()
}

/// Infinity with the sign of `sign`.
pub fn inf(sign: i64) -> f64 {
    if sign >= 0 { f64::INFINITY } else { f64::NEG_INFINITY }
}

/// Reports whether `f` is an infinity of the sign, of any for 0.
pub fn is_inf(f: f64, sign: i64) -> bool {
    sign >= 0 && f == f64::INFINITY || sign <= 0 && f == f64::NEG_INFINITY
}

/// Not a number.
pub fn nan() -> f64 {
    f64::from_bits(0x7FF8_0000_0000_0001)
}

/// Reports whether `f` is not a number.
pub fn is_nan(f: f64) -> bool {
    f.is_nan()
}

/// Reports whether the sign bit is set.
pub fn signbit(x: f64) -> bool {
    x.is_sign_negative()
}

/// Integer and fractional part.
pub fn modf(f: f64) -> (f64, f64) {
    let whole = f.trunc();
    if f.is_infinite() {
        (f, f64::NAN)
    } else {
        (whole, (f - whole).copysign(f))
    }
}

/// Fraction in [½, 1) and exponent.
pub fn frexp(f: f64) -> (f64, i64) {
    if f == 0.0 || !f.is_finite() {
        return (f, 0);
    }
    let (f, shift) = if f.abs() < f64::MIN_POSITIVE {
        (f * 4503599627370496.0, 52)
    } else {
        (f, 0)
    };
    let bits = f.to_bits();
    let exponent = (bits >> 52 & 0x7FF) as i64 - 1022 - shift;
    (f64::from_bits(bits & !(0x7FF << 52) | 1022 << 52), exponent)
}

/// `frac × 2^exp`.
pub fn ldexp(frac: f64, exp: i64) -> f64 {
    libm::ldexp(frac, exp.clamp(-5000, 5000) as i32)
}

/// The binary exponent as a float.
pub fn logb(x: f64) -> f64 {
    match x {
        0.0 => f64::NEG_INFINITY,
        _ if x.is_infinite() => f64::INFINITY,
        _ if x.is_nan() => x,
        _ => (frexp(x).1 - 1) as f64,
    }
}

/// The binary exponent.
pub fn ilogb(x: f64) -> i64 {
    match x {
        0.0 => i64::from(i32::MIN),
        _ if !x.is_finite() => i64::from(i32::MAX),
        _ => frexp(x).1 - 1,
    }
}

/// The bits of a float.
pub fn float64bits(f: f64) -> u64 {
    f.to_bits()
}

/// The float with these bits.
pub fn float64frombits(b: u64) -> f64 {
    f64::from_bits(b)
}

/// The bits of a float.
pub fn float32bits(f: f32) -> u32 {
    f.to_bits()
}

/// The float with these bits.
pub fn float32frombits(b: u32) -> f32 {
    f32::from_bits(b)
}

/// The next `float32` towards `y`.
pub fn nextafter32(x: f32, y: f32) -> f32 {
    libm::nextafterf(x, y)
}
