//! Floats to text and back: the digits are Rust's (shortest, or exactly rounded), the layout is Go's.

use super::{err_range, err_syntax, num_error, underscores_ok};
use crate::pkg::go::*;

/// Decimal digits `0.d1d2d3… × 10^point`, without trailing zeros.
struct Digits {
    digits: Vec<u8>,
    point: i64,
}

/// Splits the output of `{:e}`: the digits and the exponent of the first.
fn split_scientific(text: &str) -> Digits {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    let mut point = exponent.parse::<i64>().unwrap_or(0) + 1;
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
    if digits.is_empty() {
        point = 0;
    }
    Digits { digits, point }
}

fn shortest(f: f64, bits: i64) -> Digits {
    if bits == 32 {
        split_scientific(&format!("{:e}", f as f32))
    } else {
        split_scientific(&format!("{f:e}"))
    }
}

fn rounded(f: f64, significant: usize) -> Digits {
    split_scientific(&format!("{:.*e}", significant.clamp(1, 60_000) - 1, f))
}

/// The bytes of `f` in the format, as `strconv.AppendFloat` appends them.
pub(crate) fn float_bytes(f: f64, format: u8, prec: i64, bits: i64) -> Vec<u8> {
    let f = if bits == 32 { f64::from(f as f32) } else { f };
    if f.is_nan() {
        return b"NaN".to_vec();
    }
    if f.is_infinite() {
        return if f > 0.0 { b"+Inf".to_vec() } else { b"-Inf".to_vec() };
    }
    let mut out = Vec::with_capacity(24);
    if f.is_sign_negative() {
        out.push(b'-');
    }
    let f = f.abs();
    match format {
        b'b' => binary(&mut out, f, bits),
        b'x' | b'X' => hexadecimal(&mut out, f, format, prec, bits),
        b'e' | b'E' => {
            let d = if prec < 0 {
                shortest(f, bits)
            } else {
                rounded(f, prec as usize + 1)
            };
            let prec = if prec < 0 {
                (d.digits.len() as i64 - 1).max(0)
            } else {
                prec
            };
            scientific(&mut out, &d, prec, format);
        }
        b'f' | b'F' => {
            if prec < 0 {
                let d = shortest(f, bits);
                fixed(&mut out, &d, (d.digits.len() as i64 - d.point).max(0));
            } else {
                out.extend_from_slice(format!("{:.*}", prec.min(60_000) as usize, f).as_bytes());
            }
        }
        b'g' | b'G' => {
            let d = if prec < 0 {
                shortest(f, bits)
            } else {
                rounded(f, prec.max(1) as usize)
            };
            let count = d.digits.len() as i64;
            // For the shortest digits the border is that of precision 6, whatever their number.
            let limit = match prec {
                ..0 => 6,
                _ if prec.max(1) > count && count >= d.point => count,
                _ => prec.max(1),
            };
            let exponent = d.point - 1;
            if exponent < -4 || exponent >= limit {
                scientific(&mut out, &d, (count - 1).max(0), format + b'e' - b'g');
            } else {
                fixed(&mut out, &d, (count - d.point).max(0));
            }
        }
        _ => return vec![b'%', format],
    }
    out
}

fn scientific(out: &mut Vec<u8>, d: &Digits, prec: i64, letter: u8) {
    out.push(d.digits.first().copied().unwrap_or(b'0'));
    if prec > 0 {
        out.push(b'.');
        for i in 1..=prec as usize {
            out.push(d.digits.get(i).copied().unwrap_or(b'0'));
        }
    }
    let exponent = if d.digits.is_empty() { 0 } else { d.point - 1 };
    out.push(letter);
    out.push(if exponent < 0 { b'-' } else { b'+' });
    out.extend_from_slice(format!("{:02}", exponent.abs()).as_bytes());
}

fn fixed(out: &mut Vec<u8>, d: &Digits, prec: i64) {
    let digit = |i: i64| {
        usize::try_from(i)
            .ok()
            .and_then(|i| d.digits.get(i))
            .copied()
            .unwrap_or(b'0')
    };
    if d.point > 0 {
        (0..d.point).for_each(|i| out.push(digit(i)));
    } else {
        out.push(b'0');
    }
    if prec > 0 {
        out.push(b'.');
        (0..prec).for_each(|i| out.push(digit(d.point + i)));
    }
}

/// Mantissa and exponent such that the value is `mantissa × 2^exponent`, as the format stores them.
fn parts(f: f64, bits: i64) -> (u64, i64) {
    if bits == 32 {
        let b = (f as f32).to_bits();
        let (m, e) = (u64::from(b & 0x7F_FFFF), i64::from(b >> 23 & 0xFF));
        if e == 0 { (m, -149) } else { (m | 1 << 23, e - 150) }
    } else {
        let b = f.to_bits();
        let (m, e) = (b & ((1 << 52) - 1), (b >> 52 & 0x7FF) as i64);
        if e == 0 { (m, -1074) } else { (m | 1 << 52, e - 1075) }
    }
}

fn binary(out: &mut Vec<u8>, f: f64, bits: i64) {
    let (m, e) = parts(f, bits);
    out.extend_from_slice(format!("{m}p{e:+}").as_bytes());
}

fn hexadecimal(out: &mut Vec<u8>, f: f64, format: u8, prec: i64, bits: i64) {
    let (mut m, mut e) = parts(f, bits);
    let mantissa_bits = if bits == 32 { 23 } else { 52 };
    e += mantissa_bits;
    if m == 0 {
        e = 0;
    } else {
        m <<= 60 - mantissa_bits;
        while m & (1 << 60) == 0 {
            m <<= 1;
            e -= 1;
        }
    }
    if (0..15).contains(&prec) {
        let shift = prec as u64 * 4;
        let extra = (m << shift) & ((1 << 60) - 1);
        m >>= 60 - shift;
        if extra | (m & 1) > 1 << 59 {
            m += 1;
        }
        m <<= 60 - shift;
        if m & (1 << 61) != 0 {
            m >>= 1;
            e += 1;
        }
    }
    let upper = format == b'X';
    let digits: &[u8; 16] = if upper {
        b"0123456789ABCDEF"
    } else {
        b"0123456789abcdef"
    };
    out.extend([b'0', format, b'0' + (m >> 60 & 1) as u8]);
    m <<= 4;
    if prec < 0 && m != 0 {
        out.push(b'.');
        while m != 0 {
            out.push(digits[(m >> 60 & 15) as usize]);
            m <<= 4;
        }
    } else if prec > 0 {
        out.push(b'.');
        for _ in 0..prec {
            out.push(digits[(m >> 60 & 15) as usize]);
            m <<= 4;
        }
    }
    out.push(if upper { b'P' } else { b'p' });
    out.push(if e < 0 { b'-' } else { b'+' });
    out.extend_from_slice(format!("{:02}", e.abs()).as_bytes());
}

/// `f` in a format of `b e E f g G x X`, the precision -1 meaning the fewest digits that read back the same.
pub fn format_float(f: f64, fmt: u8, prec: i64, bit_size: i64) -> GoString {
    if bit_size != 32 && bit_size != 64 {
        panic_str("strconv: illegal AppendFloat/FormatFloat bitSize");
    }
    GoString::from(float_bytes(f, fmt, prec, bit_size))
}

/// Appends what [`format_float`] returns.
pub fn append_float(dst: Slice<u8>, f: f64, fmt: u8, prec: i64, bit_size: i64) -> Slice<u8> {
    dst.append_str(&format_float(f, fmt, prec, bit_size))
}

/// `c` as `(a+bi)`, in the format of its parts.
pub fn format_complex(c: Complex<f64>, fmt: u8, prec: i64, bit_size: i64) -> GoString {
    if bit_size != 64 && bit_size != 128 {
        panic_str("invalid bitSize");
    }
    let mut out = vec![b'('];
    out.extend(float_bytes(c.real(), fmt, prec, bit_size / 2));
    let imag = float_bytes(c.imag(), fmt, prec, bit_size / 2);
    if imag[0] != b'+' && imag[0] != b'-' {
        out.push(b'+');
    }
    out.extend(imag);
    out.extend(b"i)");
    GoString::from(out)
}

/// A parsed prefix: the value, how many bytes it took, and whether it was too large.
pub(crate) struct Parsed {
    pub(crate) value: f64,
    pub(crate) length: usize,
    pub(crate) overflow: bool,
}

/// Parses the longest float at the start of `s`, `None` if there is none.
pub(crate) fn parse_prefix(s: &[u8], bits: i64) -> Option<Parsed> {
    let (negative, sign) = match s.first() {
        Some(b'-') => (true, 1),
        Some(b'+') => (false, 1),
        _ => (false, 0),
    };
    let rest = &s[sign..];
    let has = |word: &[u8]| rest.len() >= word.len() && rest[..word.len()].eq_ignore_ascii_case(word);
    let signed = |v: f64| if negative { -v } else { v };
    if has(b"inf") {
        let length = sign + if has(b"infinity") { 8 } else { 3 };
        return Some(Parsed {
            value: signed(f64::INFINITY),
            length,
            overflow: false,
        });
    }
    if sign == 0 && has(b"nan") {
        return Some(Parsed {
            value: f64::NAN,
            length: 3,
            overflow: false,
        });
    }
    let hex = rest.len() > 2 && rest[0] == b'0' && rest[1] | 0x20 == b'x';
    let mut i = sign + if hex { 2 } else { 0 };
    let (mut text, mut any, mut dot, mut underscores) = (String::new(), false, false, false);
    let (mut mantissa, mut sticky, mut scale) = (0u64, false, 0i64);
    while let Some(&c) = s.get(i) {
        match c {
            b'_' => underscores = true,
            b'.' if !dot => {
                dot = true;
                text.push('.');
            }
            _ if hex && c.is_ascii_hexdigit() => {
                any = true;
                let d = u64::from((c as char).to_digit(16).unwrap_or(0));
                if mantissa >> 60 == 0 {
                    mantissa = mantissa << 4 | d;
                    scale -= if dot { 4 } else { 0 };
                } else {
                    sticky |= d != 0;
                    scale += if dot { 0 } else { 4 };
                }
            }
            b'0'..=b'9' if !hex => {
                any = true;
                text.push(c as char);
            }
            _ => break,
        }
        i += 1;
    }
    if !any {
        return None;
    }
    let marker = if hex { b'p' } else { b'e' };
    let mut exponent = 0i64;
    if s.get(i).is_some_and(|c| c | 0x20 == marker) {
        let mut j = i + 1;
        let minus = s.get(j) == Some(&b'-');
        if minus || s.get(j) == Some(&b'+') {
            j += 1;
        }
        if !s.get(j).is_some_and(u8::is_ascii_digit) {
            return None;
        }
        while let Some(&c) = s.get(j).filter(|c| c.is_ascii_digit() || **c == b'_') {
            if c == b'_' {
                underscores = true;
            } else if exponent < 100_000 {
                exponent = exponent * 10 + i64::from(c - b'0');
            }
            j += 1;
        }
        if minus {
            exponent = -exponent;
        }
        i = j;
    } else if hex {
        return None;
    }
    if underscores && !underscores_ok(&s[..i]) {
        return None;
    }
    let value = if hex {
        assemble(mantissa, sticky, scale + exponent, bits)
    } else {
        let text = format!("{}{text}e{exponent}", if text.starts_with('.') { "0" } else { "" });
        if bits == 32 {
            text.parse::<f32>().map(f64::from)
        } else {
            text.parse::<f64>()
        }
        .unwrap_or(0.0)
    };
    Some(Parsed {
        value: signed(value),
        length: i,
        overflow: value.is_infinite(),
    })
}

/// `mantissa × 2^exponent`, rounded to even.
fn assemble(mantissa: u64, mut sticky: bool, exponent: i64, bits: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let (digits, least, most) = if bits == 32 { (24, -149, 127) } else { (53, -1074, 1023) };
    let shift = i64::from(mantissa.leading_zeros());
    let (m, mut e) = (mantissa << shift, exponent - shift);
    // Keep `digits` bits, or fewer for a subnormal result.
    let mut drop = 64 - digits;
    if e + drop < least {
        drop = least - e;
    }
    if drop > 65 {
        return 0.0;
    }
    let wide = u128::from(m);
    let mut kept = (wide >> drop) as u64;
    let half = 1u128 << (drop - 1);
    let lost = wide & ((1u128 << drop) - 1);
    sticky |= lost & (half - 1) != 0;
    if lost & half != 0 && (sticky || kept & 1 == 1) {
        kept += 1;
    }
    e += drop;
    let top = 63 - i64::from(kept.leading_zeros().min(63)) + e;
    if kept != 0 && top > most {
        return f64::INFINITY;
    }
    // Two exact steps: neither factor leaves the range of f64.
    let half_exponent = e / 2;
    kept as f64 * 2f64.powi(half_exponent as i32) * 2f64.powi((e - half_exponent) as i32)
}

/// Parses a float of 32 or 64 bits.
pub fn parse_float(s: GoString, bit_size: i64) -> (f64, GoError) {
    match parse_prefix(s.as_bytes(), bit_size) {
        Some(p) if p.length as i64 == s.len() => {
            let err = if p.overflow {
                num_error("ParseFloat", &s, err_range())
            } else {
                GoError::nil()
            };
            (p.value, err)
        }
        _ => (0.0, num_error("ParseFloat", &s, err_syntax())),
    }
}

/// Parses `N`, `Ni` or `N±Ni`, in parentheses or not.
pub fn parse_complex(s: GoString, bit_size: i64) -> (Complex<f64>, GoError) {
    let bits = if bit_size == 64 { 32 } else { 64 };
    let syntax = || (Complex::new(0.0, 0.0), num_error("ParseComplex", &s, err_syntax()));
    let whole = s.as_bytes();
    let text = match (whole.first(), whole.last()) {
        (Some(b'('), Some(b')')) if whole.len() >= 2 => &whole[1..whole.len() - 1],
        _ => whole,
    };
    let Some(first) = parse_prefix(text, bits) else {
        return syntax();
    };
    let range = |over: bool| {
        if over {
            num_error("ParseComplex", &s, err_range())
        } else {
            GoError::nil()
        }
    };
    match &text[first.length..] {
        [] => (Complex::new(first.value, 0.0), range(first.overflow)),
        [b'i'] => (Complex::new(0.0, first.value), range(first.overflow)),
        rest => {
            let rest = match rest {
                [b'+', b'+', ..] => return syntax(),
                [b'+', tail @ ..] if tail.len() > 3 && tail[..3].eq_ignore_ascii_case(b"nan") => tail,
                [b'+' | b'-', ..] => rest,
                _ => return syntax(),
            };
            match parse_prefix(rest, bits) {
                Some(second) if &rest[second.length..] == b"i" => (
                    Complex::new(first.value, second.value),
                    range(first.overflow || second.overflow),
                ),
                _ => syntax(),
            }
        }
    }
}
