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

use crate::syntax::ast::{BinaryOp, LitKind, UnaryOp};
use num_traits::{One, Signed, ToPrimitive, Zero};

/// Exponents beyond this are not computed.
///
/// Spec: Constants.
/// Beyond the spec: cmd/compile, which gives up at a like size.
const MAX_EXPONENT: i64 = 20_000;
/// Integers of more bits than this overflow.
///
/// Spec: Constants.
/// Beyond the spec: go/types, the number of bits.
pub(super) const MAX_BITS: u64 = 512;

impl ConstValue {
    /// An integer.
    pub fn int(i: impl Into<BigInt>) -> ConstValue {
        ConstValue::Int(i.into())
    }

    /// The boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            ConstValue::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The bytes of a string.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            ConstValue::String(s) => Some(s),
            _ => None,
        }
    }

    /// The value as an integer, when it is integral.
    pub fn to_int(&self) -> Option<BigInt> {
        match self {
            ConstValue::Int(i) => Some(i.clone()),
            ConstValue::Float(f) if f.is_integer() => Some(f.to_integer()),
            ConstValue::Complex(r, i) if i.is_zero() && r.is_integer() => Some(r.to_integer()),
            _ => None,
        }
    }

    /// The value as an `i64`, when it fits.
    pub fn to_i64(&self) -> Option<i64> {
        self.to_int()?.to_i64()
    }

    /// The value as a rational, when it is real.
    pub fn to_float(&self) -> Option<BigRational> {
        match self {
            ConstValue::Int(i) => Some(BigRational::from_integer(i.clone())),
            ConstValue::Float(f) => Some(f.clone()),
            ConstValue::Complex(r, i) if i.is_zero() => Some(r.clone()),
            _ => None,
        }
    }

    /// The nearest `f64`; infinite when out of range.
    pub fn to_f64(&self) -> Option<f64> {
        self.to_float().map(|f| rational_to_f64(&f))
    }

    /// Real and imaginary part of any number.
    pub fn to_complex(&self) -> Option<(BigRational, BigRational)> {
        match self {
            ConstValue::Complex(r, i) => Some((r.clone(), i.clone())),
            other => Some((other.to_float()?, BigRational::zero())),
        }
    }

    /// The sign of a real number.
    pub fn is_negative(&self) -> bool {
        match self {
            ConstValue::Int(i) => i.is_negative(),
            ConstValue::Float(f) => f.is_negative(),
            _ => false,
        }
    }

    /// Whether a number is zero.
    pub fn is_zero(&self) -> bool {
        match self {
            ConstValue::Int(i) => i.is_zero(),
            ConstValue::Float(f) => f.is_zero(),
            ConstValue::Complex(r, i) => r.is_zero() && i.is_zero(),
            _ => false,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            ConstValue::Int(_) => 1,
            ConstValue::Float(_) => 2,
            ConstValue::Complex(..) => 3,
            _ => 0,
        }
    }
}

impl std::fmt::Display for ConstValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let real = |r: &BigRational| {
            if r.is_integer() && r.numer().bits() < 64 {
                r.numer().to_string()
            } else {
                rational_to_f64(r).to_string()
            }
        };
        match self {
            ConstValue::Bool(b) => write!(f, "{b}"),
            ConstValue::String(s) => write!(f, "{:?}", String::from_utf8_lossy(s)),
            ConstValue::Int(i) => write!(f, "{i}"),
            ConstValue::Float(r) => f.write_str(&real(r)),
            ConstValue::Complex(r, i) => write!(f, "({} + {}i)", real(r), real(i)),
        }
    }
}

/// The nearest `f64`.
pub fn rational_to_f64(r: &BigRational) -> f64 {
    match round_rational(r, 53, -1074) {
        Some(x) => {
            // Exact now, so the conversion of numerator and denominator cannot round again.
            x.to_f64().unwrap_or(0.0)
        }
        None => 0.0,
    }
}

/// Rounds to `bits` of mantissa with the least exponent `min_exp`, ties to even.
///
/// Spec: Representability.
fn round_rational(r: &BigRational, bits: i64, min_exp: i64) -> Option<BigRational> {
    if r.is_zero() {
        return Some(r.clone());
    }
    let (n, d) = (r.numer().magnitude(), r.denom().magnitude());
    let mut exp = n.bits() as i64 - d.bits() as i64 - bits;
    loop {
        let e = exp.max(min_exp);
        // The quotient of r / 2^e, rounded.
        let (n2, d2) = if e >= 0 {
            (n.clone(), d.clone() << e as u64)
        } else {
            (n.clone() << (-e) as u64, d.clone())
        };
        let (mut q, rem) = (&n2 / &d2, &n2 % &d2);
        if q.bits() as i64 > bits && exp >= min_exp {
            exp += 1;
            continue;
        }
        let twice = rem << 1u8;
        if twice > d2 || (twice == d2 && q.bit(0)) {
            q += 1u8;
        }
        let mut value = BigRational::from_integer(BigInt::from(q));
        let scale = BigRational::from_integer(BigInt::one() << e.unsigned_abs());
        value = if e >= 0 { value * scale } else { value / scale };
        return Some(if r.is_negative() { -value } else { value });
    }
}

/// Rounds to `float32` (`bits` 24) or `float64`; nothing when out of range.
///
/// Spec: Representability; Numeric types.
pub(super) fn round_float(r: &BigRational, single: bool) -> Option<BigRational> {
    let (bits, min_exp, max_exp) = if single { (24, -149, 128u32) } else { (53, -1074, 1024) };
    let rounded = round_rational(r, bits, min_exp)?;
    (rounded.abs() < BigRational::from_integer(BigInt::one() << max_exp)).then_some(rounded)
}

/// The value of a literal.
///
/// Spec: Constants.
pub(super) fn literal(kind: LitKind, text: &str) -> Option<ConstValue> {
    match kind {
        LitKind::Int => int_literal(text).map(ConstValue::Int),
        LitKind::Float => float_literal(text).map(ConstValue::Float),
        // A decimal with leading zeros is no octal number here.
        // Spec: Imaginary literals.
        LitKind::Imaginary => {
            let body = text.strip_suffix('i')?;
            let plain = body.replace('_', "");
            let decimal = plain.bytes().all(|b| b.is_ascii_digit());
            let value = if decimal {
                BigRational::from_integer(plain.parse().ok()?)
            } else {
                match int_literal(body) {
                    Some(i) => BigRational::from_integer(i),
                    None => float_literal(body)?,
                }
            };
            Some(ConstValue::Complex(BigRational::zero(), value))
        }
        // Spec: Rune literals.
        LitKind::Rune => {
            let body = text.strip_prefix('\'')?.strip_suffix('\'')?;
            let mut chars = body.char_indices();
            let (_, c) = chars.next()?;
            if c != '\\' {
                return Some(ConstValue::int(c as u32));
            }
            let mut out = Vec::new();
            let (value, rest) = escape(body.get(1..)?, &mut out)?;
            rest.is_empty().then(|| ConstValue::int(value))
        }
        LitKind::String => string_literal(text).map(|s| ConstValue::String(s.into())),
    }
}

/// The value of an integer literal, in any base.
///
/// Spec: Integer literals.
fn int_literal(text: &str) -> Option<BigInt> {
    let text = text.replace('_', "");
    let lower = text.to_ascii_lowercase();
    let parse = |s: &str, radix| BigInt::parse_bytes(s.as_bytes(), radix);
    if let Some(s) = lower.strip_prefix("0x") {
        parse(s, 16)
    } else if let Some(s) = lower.strip_prefix("0b") {
        parse(s, 2)
    } else if let Some(s) = lower.strip_prefix("0o") {
        parse(s, 8)
    } else if lower.len() > 1 && lower.starts_with('0') {
        parse(&lower, 8)
    } else {
        parse(&lower, 10)
    }
}

/// The value of a decimal or hexadecimal floating-point literal.
///
/// Spec: Floating-point literals.
fn float_literal(text: &str) -> Option<BigRational> {
    let text = text.replace('_', "").to_ascii_lowercase();
    let (body, radix, mark) = match text.strip_prefix("0x") {
        Some(s) => (s, 16u32, 'p'),
        None => (&text[..], 10, 'e'),
    };
    let (mantissa, exp) = match body.split_once(mark) {
        Some((m, e)) => (m, e.parse::<i64>().ok()?),
        None => (body, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let value = BigInt::parse_bytes(digits.as_bytes(), radix)?;
    if exp.abs() > MAX_EXPONENT {
        return (exp < 0 || value.is_zero()).then(BigRational::zero);
    }
    let places = fraction.len() as i64;
    let (base, exp) = if radix == 16 {
        (2u32, exp - 4 * places)
    } else {
        (10, exp - places)
    };
    let scale = BigRational::from_integer(BigInt::from(base).pow(exp.unsigned_abs() as u32));
    let value = BigRational::from_integer(value);
    Some(if exp >= 0 { value * scale } else { value / scale })
}

/// The bytes of a string literal.
///
/// Spec: String literals.
pub(crate) fn string_literal(text: &str) -> Option<Vec<u8>> {
    if let Some(raw) = text.strip_prefix('`') {
        let raw = raw.strip_suffix('`')?;
        return Some(raw.bytes().filter(|b| *b != b'\r').collect());
    }
    let mut rest = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = Vec::with_capacity(rest.len());
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..)?;
        if c == '\\' {
            rest = escape(rest, &mut out)?.1;
        } else {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    Some(out)
}

/// Reads an escape after its backslash: its value, and the bytes it stands for in a string.
///
/// Spec: Rune literals; String literals.
fn escape<'t>(s: &'t str, out: &mut Vec<u8>) -> Option<(u32, &'t str)> {
    let c = s.chars().next()?;
    let number = |from: usize, len: usize, radix: u32| -> Option<(u32, &'t str)> {
        let digits = s.get(from..from + len)?;
        Some((u32::from_str_radix(digits, radix).ok()?, s.get(from + len..)?))
    };
    let simple = |b: u8| Some((u32::from(b), s.get(1..)?));
    let (value, rest) = match c {
        'a' => simple(7),
        'b' => simple(8),
        'f' => simple(12),
        'n' => simple(10),
        'r' => simple(13),
        't' => simple(9),
        'v' => simple(11),
        '\\' | '\'' | '"' => simple(c as u8),
        'x' => number(1, 2, 16),
        '0'..='7' => number(0, 3, 8).filter(|n| n.0 < 256),
        'u' | 'U' => {
            let (value, rest) = number(1, if c == 'u' { 4 } else { 8 }, 16)?;
            out.extend_from_slice(char::from_u32(value)?.encode_utf8(&mut [0; 4]).as_bytes());
            return Some((value, rest));
        }
        _ => None,
    }?;
    out.push(value as u8);
    Some((value, rest))
}

/// The value as one of the kind that comes later: integer, float, complex.
///
/// Spec: Constant expressions.
fn promote(x: &ConstValue, rank: u8) -> Option<ConstValue> {
    Some(match rank {
        2 => ConstValue::Float(x.to_float()?),
        3 => {
            let (r, i) = x.to_complex()?;
            ConstValue::Complex(r, i)
        }
        _ => x.clone(),
    })
}

/// `x op y` for every operator but shifts and comparisons; `int_div` says that `/` truncates. The divisor is not zero.
///
/// Spec: Constant expressions; Arithmetic operators; Integer operators; String concatenation; Logical operators.
pub(super) fn binary(op: BinaryOp, x: &ConstValue, y: &ConstValue, int_div: bool) -> Option<ConstValue> {
    use BinaryOp::*;
    use ConstValue as V;
    let rank = x.rank().max(y.rank());
    let (x, y) = (promote(x, rank)?, promote(y, rank)?);
    Some(match (x, y) {
        (V::Bool(x), V::Bool(y)) => V::Bool(match op {
            LAnd => x && y,
            LOr => x || y,
            _ => return None,
        }),
        (V::String(x), V::String(y)) if op == Add => V::String([&x[..], &y[..]].concat().into()),
        (V::Int(x), V::Int(y)) => match op {
            Add => V::Int(x + y),
            Sub => V::Int(x - y),
            Mul => V::Int(x * y),
            Quo if y.is_zero() => return None,
            Quo if int_div => V::Int(x / y),
            Quo => V::Float(BigRational::new(x, y)),
            Rem if y.is_zero() => return None,
            Rem => V::Int(x % y),
            And => V::Int(x & y),
            Or => V::Int(x | y),
            Xor => V::Int(x ^ y),
            AndNot => V::Int(x & !y),
            _ => return None,
        },
        (V::Float(x), V::Float(y)) => V::Float(match op {
            Add => x + y,
            Sub => x - y,
            Mul => x * y,
            Quo if !y.is_zero() => x / y,
            _ => return None,
        }),
        (V::Complex(a, b), V::Complex(c, d)) => match op {
            Add => V::Complex(a + c, b + d),
            Sub => V::Complex(a - c, b - d),
            Mul => V::Complex(&a * &c - &b * &d, a * d + b * c),
            Quo => {
                let norm = &c * &c + &d * &d;
                if norm.is_zero() {
                    return None;
                }
                V::Complex((&a * &c + &b * &d) / &norm, (b * c - a * d) / norm)
            }
            _ => return None,
        },
        _ => return None,
    })
}

/// `x op y` for comparisons.
///
/// Spec: Comparison operators; Constant expressions.
pub(super) fn compare(op: BinaryOp, x: &ConstValue, y: &ConstValue) -> Option<bool> {
    use BinaryOp::*;
    let rank = x.rank().max(y.rank());
    let (x, y) = (promote(x, rank)?, promote(y, rank)?);
    let ord = match (&x, &y) {
        (ConstValue::String(x), ConstValue::String(y)) => x.cmp(y),
        (ConstValue::Int(x), ConstValue::Int(y)) => x.cmp(y),
        (ConstValue::Float(x), ConstValue::Float(y)) => x.cmp(y),
        _ => {
            return match op {
                Eq => Some(x == y),
                Ne => Some(x != y),
                _ => None,
            };
        }
    };
    Some(match op {
        Eq => ord.is_eq(),
        Ne => ord.is_ne(),
        Lt => ord.is_lt(),
        Le => ord.is_le(),
        Gt => ord.is_gt(),
        Ge => ord.is_ge(),
        _ => return None,
    })
}

/// `x << n` or `x >> n`; the caller bounds `n`.
///
/// Spec: Arithmetic operators; Constant expressions.
pub(super) fn shift(op: BinaryOp, x: &BigInt, n: u64) -> ConstValue {
    ConstValue::Int(if op == BinaryOp::Shr { x >> n } else { x << n })
}

/// `op x`; for `^` on an unsigned type `size` is its width in bits.
///
/// Spec: Arithmetic operators; Logical operators; Constant expressions.
pub(super) fn unary(op: UnaryOp, x: &ConstValue, size: Option<u32>) -> Option<ConstValue> {
    Some(match (op, x) {
        (UnaryOp::Plus, x) if x.rank() > 0 => x.clone(),
        (UnaryOp::Neg, ConstValue::Int(i)) => ConstValue::Int(-i),
        (UnaryOp::Neg, ConstValue::Float(f)) => ConstValue::Float(-f),
        (UnaryOp::Neg, ConstValue::Complex(r, i)) => ConstValue::Complex(-r, -i),
        (UnaryOp::Xor, ConstValue::Int(i)) => match size {
            Some(bits) => ConstValue::Int(i ^ ((BigInt::one() << bits) - 1)),
            None => ConstValue::Int(!i),
        },
        (UnaryOp::Not, ConstValue::Bool(b)) => ConstValue::Bool(!b),
        _ => return None,
    })
}
