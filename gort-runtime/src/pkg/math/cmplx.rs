//! `math/cmplx`: the functions that programs use.

use super::{atan2, cos, exp as real_exp, hypot, log as real_log, sin, sincos};
use crate::pkg::go::*;

type C = Complex<f64>;

/// The magnitude.
pub fn abs(x: C) -> f64 {
    hypot(x.real(), x.imag())
}

/// The angle.
pub fn phase(x: C) -> f64 {
    atan2(x.imag(), x.real())
}

/// Magnitude and angle.
pub fn polar(x: C) -> (f64, f64) {
    (abs(x), phase(x))
}

/// The number of this magnitude and angle.
pub fn rect(r: f64, theta: f64) -> C {
    let (s, c) = sincos(theta);
    Complex::new(r * c, r * s)
}

/// The conjugate.
pub fn conj(x: C) -> C {
    Complex::new(x.real(), -x.imag())
}

/// Complex infinity.
pub fn inf() -> C {
    Complex::new(f64::INFINITY, f64::INFINITY)
}

/// Complex not-a-number.
pub fn nan() -> C {
    Complex::new(f64::NAN, f64::NAN)
}

/// Reports whether a part is infinite.
pub fn is_inf(x: C) -> bool {
    x.real().is_infinite() || x.imag().is_infinite()
}

/// Reports whether a part is not a number and none infinite.
pub fn is_nan(x: C) -> bool {
    !is_inf(x) && (x.real().is_nan() || x.imag().is_nan())
}

/// e^x.
pub fn exp(x: C) -> C {
    let r = real_exp(x.real());
    Complex::new(r * cos(x.imag()), r * sin(x.imag()))
}

/// The natural logarithm.
pub fn log(x: C) -> C {
    Complex::new(real_log(abs(x)), phase(x))
}

/// The square root.
pub fn sqrt(x: C) -> C {
    let (re, im) = (x.real(), x.imag());
    if im == 0.0 {
        if re == 0.0 {
            return Complex::new(0.0, im);
        }
        return if re < 0.0 {
            Complex::new(0.0, (-re).sqrt().copysign(im))
        } else {
            Complex::new(re.sqrt(), im)
        };
    }
    if re == 0.0 {
        let r = (0.5 * im.abs()).sqrt();
        return Complex::new(r, r.copysign(im));
    }
    // Scaled so that nothing overflows.
    let (mut a, mut b) = (re, im);
    let scale = if a.abs() > 4.0 || b.abs() > 4.0 {
        a *= 0.25;
        b *= 0.25;
        2.0
    } else {
        a *= 1.8014398509481984e16;
        b *= 1.8014398509481984e16;
        7.450580596923828125e-9
    };
    let r = hypot(a, b);
    let (t, r) = if a > 0.0 {
        let t = (0.5 * r + 0.5 * a).sqrt();
        (t * scale, scale * (0.5 * b / t).abs())
    } else {
        let r = (0.5 * r - 0.5 * a).sqrt();
        (scale * (0.5 * b / r).abs(), r * scale)
    };
    Complex::new(t, if b < 0.0 { -r } else { r })
}

/// x^y.
pub fn pow(x: C, y: C) -> C {
    let (re, im) = (y.real(), y.imag());
    if x.real() == 0.0 && x.imag() == 0.0 {
        if re == 0.0 && im == 0.0 {
            return Complex::new(1.0, 0.0);
        }
        return if re < 0.0 { inf() } else { Complex::new(0.0, 0.0) };
    }
    let modulus = abs(x);
    let mut r = super::pow(modulus, re);
    let arg = phase(x);
    let mut theta = re * arg;
    if im != 0.0 {
        r *= real_exp(-im * arg);
        theta += im * real_log(modulus);
    }
    let (s, c) = sincos(theta);
    Complex::new(r * c, r * s)
}
