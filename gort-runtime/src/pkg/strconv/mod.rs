//! `strconv`: numbers and booleans to text and back, and quoting.

pub(crate) mod float;
pub(crate) mod quote;

use crate::pkg::go::*;
use crate::pkg::support::{error_var, handle_type};
use std::sync::Arc;

pub use float::{append_float, format_complex, format_float, parse_complex, parse_float};
pub use quote::*;

/// The width of `int`.
pub const INT_SIZE: i64 = 64;

error_var! {
    /// A value is out of range for its type.
    err_range = "value out of range";
    /// A text is not what its type writes.
    err_syntax = "invalid syntax";
}

/// A failed conversion: the function, its input, and why.
#[derive(Clone, Default)]
pub struct NumError {
    /// The failing function.
    pub func: Cell<GoString>,
    /// Its input.
    pub num: Cell<GoString>,
    /// The reason.
    pub err: Cell<GoError>,
}

handle_type!(NumError, "strconv.NumError", pointer(dyn Error, dyn UnwrapMethod), fields { "Func" => func, "Num" => num, "Err" => err });

impl ErrorPtr for NumError {
    fn error(this: &Ptr<Self>) -> GoString {
        let mut out = b"strconv.".to_vec();
        out.extend_from_slice(this.func.get().as_bytes());
        out.extend_from_slice(b": parsing ");
        out.extend_from_slice(&quote::quoted(this.num.get().as_bytes(), b'"', quote::Style::Plain));
        out.extend_from_slice(b": ");
        let err = this.err.get();
        out.extend_from_slice(
            if err.is_nil() {
                GoString::from("<nil>")
            } else {
                err.error()
            }
            .as_bytes(),
        );
        GoString::from(out)
    }
}

use crate::pkg::errors::{UnwrapMethod, UnwrapMethodPtr};

impl UnwrapMethodPtr for NumError {
    fn unwrap(this: &Ptr<Self>) -> GoError {
        this.err.get()
    }
}

pub(crate) fn num_error(func: &'static str, num: &GoString, err: GoError) -> GoError {
    let e = NumError {
        func: Cell::new(GoString::from(func)),
        num: Cell::new(num.clone()),
        err: Cell::new(err),
    };
    GoError::from_arc(Arc::new(Ptr::new(e)) as Arc<dyn Error>)
}

fn bad(func: &'static str, num: &GoString, why: &str, n: i64) -> GoError {
    num_error(func, num, crate::pkg::errors::new(GoString::from(format!("{why} {n}"))))
}

enum Failure {
    Syntax,
    Range,
    Base,
    Bits,
}

fn failure(func: &'static str, s: &GoString, f: Failure, base: i64, bits: i64) -> GoError {
    match f {
        Failure::Syntax => num_error(func, s, err_syntax()),
        Failure::Range => num_error(func, s, err_range()),
        Failure::Base => bad(func, s, "invalid base", base),
        Failure::Bits => bad(func, s, "invalid bit size", bits),
    }
}

/// Reports whether every underscore of a number stands between digits (or after the base prefix).
pub(crate) fn underscores_ok(s: &[u8]) -> bool {
    let s = s.strip_prefix(b"-").or_else(|| s.strip_prefix(b"+")).unwrap_or(s);
    let prefixed = s.len() >= 2 && s[0] == b'0' && matches!(s[1] | 0x20, b'b' | b'o' | b'x');
    let hex = prefixed && s[1] | 0x20 == b'x';
    // '0' stands for a digit (the prefix counts as one), '_' for an underscore, '!' for anything else.
    let mut last = if prefixed { b'0' } else { b'^' };
    for &c in &s[if prefixed { 2 } else { 0 }..] {
        if c.is_ascii_digit() || hex && c.is_ascii_hexdigit() {
            last = b'0';
        } else if c == b'_' {
            if last != b'0' {
                return false;
            }
            last = b'_';
        } else {
            if last == b'_' {
                return false;
            }
            last = b'!';
        }
    }
    last != b'_'
}

/// Magnitude of `s`; on overflow the largest value of `bits` bits comes with the failure.
fn unsigned(text: &[u8], base: i64, bits: i64) -> Result<u64, (u64, Failure)> {
    if text.is_empty() {
        return Err((0, Failure::Syntax));
    }
    let mut s = text;
    let mut radix = base as u64;
    match base {
        2..=36 => {}
        0 => {
            radix = 10;
            if s[0] == b'0' {
                let (r, skip) = match s.get(1).map(|c| c | 0x20) {
                    Some(b'b') if s.len() >= 3 => (2, 2),
                    Some(b'o') if s.len() >= 3 => (8, 2),
                    Some(b'x') if s.len() >= 3 => (16, 2),
                    _ => (8, 1),
                };
                radix = r;
                s = &s[skip..];
            }
        }
        _ => return Err((0, Failure::Base)),
    }
    let bits = match bits {
        0 => 64,
        1..=64 => bits,
        _ => return Err((0, Failure::Bits)),
    };
    let max = if bits == 64 { u64::MAX } else { (1 << bits) - 1 };
    let (mut n, mut underscores, mut over) = (0u64, false, false);
    for &c in s {
        let d = match c {
            b'_' if base == 0 => {
                underscores = true;
                continue;
            }
            b'0'..=b'9' => c - b'0',
            b'a'..=b'z' => c - b'a' + 10,
            b'A'..=b'Z' => c - b'A' + 10,
            _ => return Err((0, Failure::Syntax)),
        };
        if u64::from(d) >= radix {
            return Err((0, Failure::Syntax));
        }
        // Go stops at the overflow and reports it, whatever follows.
        match n.checked_mul(radix).and_then(|n| n.checked_add(u64::from(d))) {
            Some(m) if m <= max => n = m,
            _ => {
                over = true;
                break;
            }
        }
    }
    if over {
        return Err((max, Failure::Range));
    }
    if underscores && !underscores_ok(text) {
        return Err((0, Failure::Syntax));
    }
    Ok(n)
}

fn signed(text: &[u8], base: i64, bits: i64) -> Result<i64, (i64, Failure)> {
    if text.is_empty() {
        return Err((0, Failure::Syntax));
    }
    let negative = text[0] == b'-';
    let digits = if negative || text[0] == b'+' { &text[1..] } else { text };
    let magnitude = match unsigned(digits, base, bits) {
        Ok(n) => n,
        Err((n, Failure::Range)) => n,
        Err((_, f)) => return Err((0, f)),
    };
    let width = if bits == 0 { 64 } else { bits };
    let cutoff = 1u64 << (width - 1);
    if !negative && magnitude >= cutoff {
        return Err(((cutoff - 1) as i64, Failure::Range));
    }
    if negative && magnitude > cutoff {
        return Err(((cutoff as i64).wrapping_neg(), Failure::Range));
    }
    Ok(if negative {
        (magnitude as i64).wrapping_neg()
    } else {
        magnitude as i64
    })
}

/// Parses an unsigned integer in the base (0: by its prefix) that fits `bit_size` bits.
pub fn parse_uint(s: GoString, base: i64, bit_size: i64) -> (u64, GoError) {
    match unsigned(s.as_bytes(), base, bit_size) {
        Ok(n) => (n, GoError::nil()),
        Err((n, f)) => (n, failure("ParseUint", &s, f, base, bit_size)),
    }
}

/// Parses a signed integer in the base (0: by its prefix) that fits `bit_size` bits.
pub fn parse_int(s: GoString, base: i64, bit_size: i64) -> (i64, GoError) {
    match signed(s.as_bytes(), base, bit_size) {
        Ok(n) => (n, GoError::nil()),
        Err((n, f)) => (n, failure("ParseInt", &s, f, base, bit_size)),
    }
}

/// Parses a decimal `int`.
pub fn atoi(s: GoString) -> (i64, GoError) {
    match signed(s.as_bytes(), 10, 64) {
        Ok(n) => (n, GoError::nil()),
        Err((n, f)) => (n, failure("Atoi", &s, f, 10, 0)),
    }
}

/// `i` in decimal.
pub fn itoa(i: i64) -> GoString {
    GoString::from(i.to_string())
}

pub(crate) fn radix_digits(mut n: u64, base: u64, upper: bool) -> Vec<u8> {
    let digits: &[u8; 36] = if upper {
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    } else {
        b"0123456789abcdefghijklmnopqrstuvwxyz"
    };
    let mut out = Vec::with_capacity(20);
    loop {
        out.push(digits[(n % base) as usize]);
        n /= base;
        if n == 0 {
            break;
        }
    }
    out.reverse();
    out
}

fn checked_base(base: i64) -> u64 {
    if !(2..=36).contains(&base) {
        panic_str("strconv: illegal AppendInt/FormatInt base");
    }
    base as u64
}

fn int_bytes(i: i64, base: i64) -> Vec<u8> {
    let mut out = radix_digits(i.unsigned_abs(), checked_base(base), false);
    if i < 0 {
        out.insert(0, b'-');
    }
    out
}

/// `i` in the base.
pub fn format_int(i: i64, base: i64) -> GoString {
    GoString::from(int_bytes(i, base))
}

/// `i` in the base.
pub fn format_uint(i: u64, base: i64) -> GoString {
    GoString::from(radix_digits(i, checked_base(base), false))
}

/// Appends `i` in the base.
pub fn append_int(dst: Slice<u8>, i: i64, base: i64) -> Slice<u8> {
    dst.append_all(&Slice::from(int_bytes(i, base)))
}

/// Appends `i` in the base.
pub fn append_uint(dst: Slice<u8>, i: u64, base: i64) -> Slice<u8> {
    dst.append_all(&Slice::from(radix_digits(i, checked_base(base), false)))
}

/// Parses one of the words that Go takes for a truth value.
pub fn parse_bool(s: GoString) -> (bool, GoError) {
    match s.as_bytes() {
        b"1" | b"t" | b"T" | b"true" | b"TRUE" | b"True" => (true, GoError::nil()),
        b"0" | b"f" | b"F" | b"false" | b"FALSE" | b"False" => (false, GoError::nil()),
        _ => (false, num_error("ParseBool", &s, err_syntax())),
    }
}

/// "true" or "false".
pub fn format_bool(b: bool) -> GoString {
    if b { str("true") } else { str("false") }
}

/// Appends "true" or "false".
pub fn append_bool(dst: Slice<u8>, b: bool) -> Slice<u8> {
    dst.append_str(&format_bool(b))
}
