//! Quoting and unquoting in Go's syntax.

use super::err_syntax;
use crate::pkg::go::*;
use crate::pkg::unicode::{self, utf8};

/// What is written raw between the quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Ascii,
    Graphic,
}

fn escape(out: &mut Vec<u8>, r: i32, width: usize, byte: u8, mark: u8, style: Style) {
    if width == 1 && r == utf8::RUNE_ERROR {
        out.extend_from_slice(format!("\\x{byte:02x}").as_bytes());
        return;
    }
    if r == i32::from(mark) || r == i32::from(b'\\') {
        out.extend([b'\\', r as u8]);
        return;
    }
    let raw = match style {
        Style::Plain => unicode::is_print(r),
        Style::Ascii => r < 0x80 && unicode::is_print(r),
        Style::Graphic => unicode::is_graphic(r),
    };
    if raw {
        utf8::encode(out, r);
        return;
    }
    let short = match r {
        7 => b'a',
        8 => b'b',
        9 => b't',
        10 => b'n',
        11 => b'v',
        12 => b'f',
        13 => b'r',
        _ => 0,
    };
    if short != 0 {
        out.extend([b'\\', short]);
    } else if r < 0x20 || r == 0x7F {
        out.extend_from_slice(format!("\\x{:02x}", r as u8).as_bytes());
    } else {
        let r = if utf8::valid_rune(r) { r } else { utf8::RUNE_ERROR };
        let text = if r < 0x10000 {
            format!("\\u{r:04x}")
        } else {
            format!("\\U{r:08x}")
        };
        out.extend_from_slice(text.as_bytes());
    }
}

/// `s` between the marks.
pub(crate) fn quoted(s: &[u8], mark: u8, style: Style) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len() + 2);
    out.push(mark);
    for (at, r, w) in utf8::runes(s) {
        escape(&mut out, r, w, s[at], mark, style);
    }
    out.push(mark);
    out
}

/// The rune between single quotes.
pub(crate) fn quoted_rune(r: i32, style: Style) -> Vec<u8> {
    let r = if utf8::valid_rune(r) { r } else { utf8::RUNE_ERROR };
    let mut out = vec![b'\''];
    escape(&mut out, r, 0, 0, b'\'', style);
    out.push(b'\'');
    out
}

/// Reports whether `s` can stand between backquotes.
pub(crate) fn fits_backquote(s: &[u8]) -> bool {
    utf8::runes(s).all(|(_, r, w)| {
        if w > 1 {
            r != 0xFEFF
        } else {
            r != utf8::RUNE_ERROR && (r >= 0x20 || r == 9) && r != i32::from(b'`') && r != 0x7F
        }
    })
}

/// `s` as a Go string literal.
pub fn quote(s: GoString) -> GoString {
    GoString::from(quoted(s.as_bytes(), b'"', Style::Plain))
}

/// `s` as a Go string literal of ASCII.
pub fn quote_to_ascii(s: GoString) -> GoString {
    GoString::from(quoted(s.as_bytes(), b'"', Style::Ascii))
}

/// `s` as a Go string literal that keeps graphic characters.
pub fn quote_to_graphic(s: GoString) -> GoString {
    GoString::from(quoted(s.as_bytes(), b'"', Style::Graphic))
}

/// `r` as a Go rune literal.
pub fn quote_rune(r: i32) -> GoString {
    GoString::from(quoted_rune(r, Style::Plain))
}

/// `r` as a Go rune literal of ASCII.
pub fn quote_rune_to_ascii(r: i32) -> GoString {
    GoString::from(quoted_rune(r, Style::Ascii))
}

/// `r` as a Go rune literal that keeps graphic characters.
pub fn quote_rune_to_graphic(r: i32) -> GoString {
    GoString::from(quoted_rune(r, Style::Graphic))
}

/// Appends `s` as a Go string literal.
pub fn append_quote(dst: Slice<u8>, s: GoString) -> Slice<u8> {
    dst.append_str(&quote(s))
}

/// Appends `s` as a Go string literal of ASCII.
pub fn append_quote_to_ascii(dst: Slice<u8>, s: GoString) -> Slice<u8> {
    dst.append_str(&quote_to_ascii(s))
}

/// Appends `r` as a Go rune literal.
pub fn append_quote_rune(dst: Slice<u8>, r: i32) -> Slice<u8> {
    dst.append_str(&quote_rune(r))
}

/// Appends `r` as a Go rune literal of ASCII.
pub fn append_quote_rune_to_ascii(dst: Slice<u8>, r: i32) -> Slice<u8> {
    dst.append_str(&quote_rune_to_ascii(r))
}

/// Reports whether `s` can stand between backquotes.
pub fn can_backquote(s: GoString) -> bool {
    fits_backquote(s.as_bytes())
}

/// Reports whether Go prints `r` as it is.
pub fn is_print(r: i32) -> bool {
    unicode::is_print(r)
}

/// Reports whether `r` is graphic by Unicode.
pub fn is_graphic(r: i32) -> bool {
    unicode::is_graphic(r)
}

/// One unquoted character: its value, whether it needs UTF-8, and how many bytes it took.
fn unquote_one(s: &[u8], mark: u8) -> Option<(i32, bool, usize)> {
    let &c = s.first()?;
    if c == mark && (mark == b'\'' || mark == b'"') {
        return None;
    }
    if c >= 0x80 {
        let (r, w) = utf8::decode(s);
        return Some((r, true, w));
    }
    if c != b'\\' {
        return Some((i32::from(c), false, 1));
    }
    let &e = s.get(1)?;
    let simple = |v: u8| Some((i32::from(v), false, 2));
    match e {
        b'a' => simple(7),
        b'b' => simple(8),
        b'f' => simple(12),
        b'n' => simple(10),
        b'r' => simple(13),
        b't' => simple(9),
        b'v' => simple(11),
        b'\\' => simple(b'\\'),
        b'\'' | b'"' => (e == mark).then(|| simple(e)).flatten(),
        b'x' | b'u' | b'U' => {
            let n = match e {
                b'x' => 2,
                b'u' => 4,
                _ => 8,
            };
            let mut v = 0u32;
            for &d in s.get(2..2 + n)? {
                v = v << 4 | (d as char).to_digit(16)?;
            }
            if e == b'x' {
                return Some((v as i32, false, 4));
            }
            let v = i32::try_from(v).ok().filter(|v| utf8::valid_rune(*v))?;
            Some((v, true, 2 + n))
        }
        b'0'..=b'7' => {
            let mut v = 0i32;
            for &d in s.get(1..4)? {
                v = v << 3 | (d as char).to_digit(8)? as i32;
            }
            (v <= 255).then_some((v, false, 4))
        }
        _ => None,
    }
}

/// Decodes the first character of the inside of a literal: value, whether it is multi-byte, the rest.
pub fn unquote_char(s: GoString, quote: u8) -> (i32, bool, GoString, GoError) {
    match unquote_one(s.as_bytes(), quote) {
        Some((v, multibyte, n)) => (v, multibyte, s.slice_from(n as i64), GoError::nil()),
        None => (0, false, GoString::default(), err_syntax()),
    }
}

/// The literal at the start of `s`: its value and its length.
pub(crate) fn unquote_prefix(s: &[u8]) -> Option<(Vec<u8>, usize)> {
    let &mark = s.first()?;
    match mark {
        b'`' => {
            let end = s[1..].iter().position(|&c| c == b'`')? + 1;
            Some((s[1..end].iter().copied().filter(|&c| c != b'\r').collect(), end + 1))
        }
        b'"' | b'\'' => {
            let (mut out, mut at, mut count) = (Vec::new(), 1, 0);
            while *s.get(at)? != mark {
                if s[at] == b'\n' {
                    return None;
                }
                let (v, multibyte, n) = unquote_one(&s[at..], mark)?;
                // An invalid byte of the source becomes U+FFFD, as Go has it.
                if v < 0x80 || !multibyte {
                    out.push(v as u8);
                } else {
                    utf8::encode(&mut out, v);
                }
                at += n;
                count += 1;
                if mark == b'\'' && count == 1 {
                    break;
                }
            }
            (s.get(at) == Some(&mark) && (mark == b'"' || count == 1)).then_some((out, at + 1))
        }
        _ => None,
    }
}

/// The value of a Go string, rune or raw string literal.
pub fn unquote(s: GoString) -> (GoString, GoError) {
    match unquote_prefix(s.as_bytes()) {
        Some((v, n)) if n as i64 == s.len() => (GoString::from(v), GoError::nil()),
        _ => (GoString::default(), err_syntax()),
    }
}

/// The literal at the start of `s`, still quoted.
pub fn quoted_prefix(s: GoString) -> (GoString, GoError) {
    match unquote_prefix(s.as_bytes()) {
        Some((_, n)) => (s.slice_to(n as i64), GoError::nil()),
        None => (GoString::default(), err_syntax()),
    }
}
