//! Complex numbers.

use std::borrow::Cow;
use std::hash::Hasher;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use super::{Cell, Describe, GoKey, GoType, Kind, Value};

/// `complex128` and `complex64`: `Complex<f64>` and `Complex<f32>`.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Complex<F> {
    re: F,
    im: F,
}

impl<F: Copy> Complex<F> {
    /// `complex(re, im)`.
    pub const fn new(re: F, im: F) -> Self {
        Complex { re, im }
    }

    /// The real part.
    pub const fn real(&self) -> F {
        self.re
    }

    /// The imaginary part.
    pub const fn imag(&self) -> F {
        self.im
    }
}

/// Division as Go's runtime does it (`complex128div`).
fn divide(n: Complex<f64>, m: Complex<f64>) -> Complex<f64> {
    let (mut e, mut f);
    if m.re.abs() >= m.im.abs() {
        let ratio = m.im / m.re;
        let denom = m.re + ratio * m.im;
        e = (n.re + n.im * ratio) / denom;
        f = (n.im - n.re * ratio) / denom;
    } else {
        let ratio = m.re / m.im;
        let denom = m.im + ratio * m.re;
        e = (n.re * ratio + n.im) / denom;
        f = (n.im * ratio - n.re) / denom;
    }
    if e.is_nan() && f.is_nan() {
        let (mut a, mut b) = (n.re, n.im);
        let (mut c, mut d) = (m.re, m.im);
        let unit = |x: f64| {
            if x.is_infinite() {
                1.0_f64.copysign(x)
            } else {
                0.0_f64.copysign(x)
            }
        };
        if c == 0.0 && d == 0.0 && (!a.is_nan() || !b.is_nan()) {
            e = f64::INFINITY.copysign(c) * a;
            f = f64::INFINITY.copysign(c) * b;
        } else if (a.is_infinite() || b.is_infinite()) && c.is_finite() && d.is_finite() {
            (a, b) = (unit(a), unit(b));
            e = f64::INFINITY * (a * c + b * d);
            f = f64::INFINITY * (b * c - a * d);
        } else if (c.is_infinite() || d.is_infinite()) && a.is_finite() && b.is_finite() {
            (c, d) = (unit(c), unit(d));
            e = 0.0 * (a * c + b * d);
            f = 0.0 * (b * c - a * d);
        }
    }
    Complex::new(e, f)
}

macro_rules! complex {
    ($f:ty, $name:literal, $kind:ident, $bits:literal) => {
        impl Add for Complex<$f> {
            type Output = Self;
            fn add(self, o: Self) -> Self {
                Complex::new(self.re + o.re, self.im + o.im)
            }
        }
        impl Sub for Complex<$f> {
            type Output = Self;
            fn sub(self, o: Self) -> Self {
                Complex::new(self.re - o.re, self.im - o.im)
            }
        }
        impl Mul for Complex<$f> {
            type Output = Self;
            fn mul(self, o: Self) -> Self {
                Complex::new(self.re * o.re - self.im * o.im, self.re * o.im + self.im * o.re)
            }
        }
        impl Div for Complex<$f> {
            type Output = Self;
            fn div(self, o: Self) -> Self {
                let wide = |c: Self| Complex::new(f64::from(c.re), f64::from(c.im));
                let q = divide(wide(self), wide(o));
                Complex::new(q.re as $f, q.im as $f)
            }
        }
        impl Neg for Complex<$f> {
            type Output = Self;
            fn neg(self) -> Self {
                Complex::new(-self.re, -self.im)
            }
        }
        impl AddAssign for Complex<$f> {
            fn add_assign(&mut self, o: Self) {
                *self = *self + o;
            }
        }
        impl SubAssign for Complex<$f> {
            fn sub_assign(&mut self, o: Self) {
                *self = *self - o;
            }
        }
        impl MulAssign for Complex<$f> {
            fn mul_assign(&mut self, o: Self) {
                *self = *self * o;
            }
        }
        impl DivAssign for Complex<$f> {
            fn div_assign(&mut self, o: Self) {
                *self = *self / o;
            }
        }
        impl Value for Complex<$f> {
            type Cell = Cell<Self>;
            fn zero() -> Self {
                Self::default()
            }
            fn go_align() -> usize {
                size_of::<$f>()
            }
            fn go_pointers() -> bool {
                false
            }
        }
        impl GoType for Complex<$f> {
            fn type_name() -> Cow<'static, str> {
                $name.into()
            }
            fn kind() -> Kind {
                Kind::$kind
            }
            fn go_eq(&self, other: &Self) -> bool {
                self == other
            }
            fn go_hash(&self, mut h: &mut dyn Hasher) {
                self.key_hash(&mut h);
            }
            fn go_describe(&self) -> Describe {
                Describe::Complex(f64::from(self.re), f64::from(self.im), $bits)
            }
        }
        impl GoKey for Complex<$f> {
            fn key_eq(&self, other: &Self) -> bool {
                self == other
            }
            fn key_hash<H: Hasher>(&self, h: &mut H) {
                self.re.key_hash(h);
                self.im.key_hash(h);
            }
        }
    };
}
complex!(f64, "complex128", Complex128, 128);
complex!(f32, "complex64", Complex64, 64);
