//! Exponentials and logarithms, operation for operation as Go 1.26 computes them on amd64 (FreeBSD's methods).

use super::{frexp, ldexp};

const LN2_HIGH: f64 = 6.93147180369123816490e-01;
const LN2_LOW: f64 = 1.90821492927058770002e-10;

/// e^x.
pub fn exp(x: f64) -> f64 {
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x == f64::NEG_INFINITY {
        return 0.0;
    }
    if x > 7.09782712893384e+02 {
        return f64::INFINITY;
    }
    let k = (x * std::f64::consts::LOG2_E).round_ties_even();
    if k < -1100.0 {
        return 0.0;
    }
    let r = (-k).mul_add(0.69314718055966295651160180568695068359375, x);
    let r = (-k).mul_add(0.28235290563031577122588448175013436025525412068e-12, r);
    // A Taylor series of r/16, squared up four times.
    let r = r * 0.0625;
    let mut p = 2.4801587301587301587e-5f64;
    for c in [
        1.9841269841269841270e-4,
        1.3888888888888888889e-3,
        8.3333333333333333333e-3,
        4.1666666666666666667e-2,
        1.6666666666666666667e-1,
        0.5,
        1.0,
    ] {
        p = p.mul_add(r, c);
    }
    let mut r = r * p;
    for _ in 0..3 {
        r *= r + 2.0;
    }
    let r = r.mul_add(r + 2.0, 1.0);
    ldexp(r, k as i64)
}

/// 2^x.
pub fn exp2(x: f64) -> f64 {
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x == f64::NEG_INFINITY || x < -1.0740e+03 {
        return 0.0;
    }
    if x > 1.0239999999999999e+03 {
        return f64::INFINITY;
    }
    let k = (if x > 0.0 { x + 0.5 } else { x - 0.5 }).trunc();
    let t = x - k;
    let (high, low) = (t * LN2_HIGH, -t * LN2_LOW);
    let r = high - low;
    let t = r * r;
    let c = r - t
        * (1.66666666666666657415e-01
            + t * (-2.77777777770155933842e-03
                + t * (6.61375632143793436117e-05
                    + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
    let y = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
    ldexp(y, k as i64)
}

/// e^x-1.
pub fn expm1(x: f64) -> f64 {
    libm::expm1(x)
}

/// ln x.
pub fn log(x: f64) -> f64 {
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    let (mut f, mut exponent) = frexp(x);
    if f < std::f64::consts::FRAC_1_SQRT_2 {
        f *= 2.0;
        exponent -= 1;
    }
    let f = f - 1.0;
    let k = exponent as f64;
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2
        * (6.666666666666735130e-01
            + s4 * (2.857142874366239149e-01 + s4 * (1.818357216161805012e-01 + s4 * 1.479819860511658591e-01)));
    let even = s4 * (3.999999999940941908e-01 + s4 * (2.222219843214978396e-01 + s4 * 1.531383769920937332e-01));
    let r = odd + even;
    let half = 0.5 * f * f;
    k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f)
}

/// ln(1+x).
pub fn log1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// log₂ x; exact for powers of two.
pub fn log2(x: f64) -> f64 {
    let (f, exponent) = frexp(x);
    if f == 0.5 {
        return (exponent - 1) as f64;
    }
    log(f) * std::f64::consts::LOG2_E + exponent as f64
}

/// log₁₀ x.
pub fn log10(x: f64) -> f64 {
    log(x) * std::f64::consts::LOG10_E
}

/// ∛x.
pub fn cbrt(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let a = x.abs();
    // A third of the exponent to begin with, then a step good to 23 bits, then one of Newton's to 53.
    let third = |v: f64, bias: u64| f64::from_bits(v.to_bits() / 3 + (bias << 32));
    let t = if a < f64::MIN_POSITIVE {
        third(18014398509481984.0 * a, 696219795)
    } else {
        third(a, 715094163)
    };
    let r = t * t / a;
    let s = 5.42857142857142815906e-01 + r * t;
    let t = t
        * (3.57142857142857150787e-01
            + 1.60714285714285720630 / (s + 1.41428571428571436819 + -7.05306122448979611050e-01 / s));
    let t = f64::from_bits((t.to_bits() & (0xF_FFFF_FFFC << 28)) + (1 << 30));
    let s = t * t;
    let r = a / s;
    let r = (r - t) / (t + t + r);
    (t + t * r).copysign(x)
}

fn odd_integer(x: f64) -> bool {
    x.abs() < 9007199254740992.0 && x.trunc() == x && (x as i64) & 1 == 1
}

/// x^y.
pub fn pow(x: f64, y: f64) -> f64 {
    if y == 0.0 || x == 1.0 {
        return 1.0;
    }
    if y == 1.0 {
        return x;
    }
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if x == 0.0 {
        let odd = odd_integer(y);
        return match (y < 0.0, odd) {
            (true, true) => f64::INFINITY.copysign(x),
            (true, false) => f64::INFINITY,
            (false, true) => x,
            (false, false) => 0.0,
        };
    }
    if y.is_infinite() {
        return match x.abs() {
            _ if x == -1.0 => 1.0,
            a if (a < 1.0) == (y > 0.0) => 0.0,
            _ => f64::INFINITY,
        };
    }
    if x.is_infinite() {
        if x < 0.0 {
            return if y < 0.0 {
                if odd_integer(y) { -0.0 } else { 0.0 }
            } else if odd_integer(y) {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            };
        }
        return if y < 0.0 { 0.0 } else { f64::INFINITY };
    }
    if y == 0.5 {
        return x.sqrt();
    }
    if y == -0.5 {
        return 1.0 / x.sqrt();
    }
    let (mut whole, mut part) = (y.abs().trunc(), y.abs().fract());
    if part != 0.0 && x < 0.0 {
        return f64::NAN;
    }
    if whole >= 9.223372036854775808e18 {
        return match x.abs() {
            _ if x == -1.0 => 1.0,
            a if (a < 1.0) == (y > 0.0) => 0.0,
            _ => f64::INFINITY,
        };
    }
    // The result is `result × 2^exponent`: the fraction by logarithms, the whole by squaring.
    let (mut result, mut exponent) = (1.0, 0i64);
    if part != 0.0 {
        if part > 0.5 {
            part -= 1.0;
            whole += 1.0;
        }
        result = exp(part * log(x));
    }
    let (mut base, mut base_exponent) = frexp(x);
    let mut i = whole as i64;
    while i != 0 {
        if !(-(1 << 12)..=1 << 12).contains(&base_exponent) {
            exponent += base_exponent;
            break;
        }
        if i & 1 == 1 {
            result *= base;
            exponent += base_exponent;
        }
        base *= base;
        base_exponent <<= 1;
        if base < 0.5 {
            base += base;
            base_exponent -= 1;
        }
        i >>= 1;
    }
    if y < 0.0 {
        result = 1.0 / result;
        exponent = -exponent;
    }
    ldexp(result, exponent)
}

/// 10^n.
pub fn pow10(n: i64) -> f64 {
    match n {
        -323..=308 => format!("1e{n}").parse().unwrap_or(0.0),
        ..-323 => 0.0,
        _ => f64::INFINITY,
    }
}
