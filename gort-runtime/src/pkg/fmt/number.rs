//! The lowest layer of `fmt`: flags, padding, and the text of scalars and strings under them.

use crate::pkg::strconv::float::float_bytes;
use crate::pkg::strconv::quote::{self, Style};
use crate::pkg::unicode::{self, utf8};

/// The flags, width and precision of one verb.
#[derive(Clone, Copy, Default)]
pub(crate) struct Flags {
    pub(crate) width: Option<i64>,
    pub(crate) precision: Option<i64>,
    pub(crate) minus: bool,
    pub(crate) plus: bool,
    pub(crate) sharp: bool,
    pub(crate) space: bool,
    pub(crate) zero: bool,
    /// `%+v`, in which case `plus` is off.
    pub(crate) plus_v: bool,
    /// `%#v`, in which case `sharp` is off.
    pub(crate) sharp_v: bool,
}

/// An output buffer with the current flags.
#[derive(Default)]
pub(crate) struct Output {
    pub(crate) bytes: Vec<u8>,
    pub(crate) flags: Flags,
}

impl Output {
    fn fill(&mut self, n: i64) {
        if n > 0 {
            let with = if self.flags.zero && !self.flags.minus {
                b'0'
            } else {
                b' '
            };
            self.bytes.resize(self.bytes.len() + n as usize, with);
        }
    }

    /// Writes `text` padded to the width.
    pub(crate) fn pad(&mut self, text: &[u8]) {
        let Some(width) = self.flags.width.filter(|w| *w != 0) else {
            self.bytes.extend_from_slice(text);
            return;
        };
        let n = width - utf8::runes(text).count() as i64;
        if self.flags.minus {
            self.bytes.extend_from_slice(text);
            self.fill(n);
        } else {
            self.fill(n);
            self.bytes.extend_from_slice(text);
        }
    }

    fn pad_with_spaces(&mut self, text: &[u8]) {
        let zero = std::mem::replace(&mut self.flags.zero, false);
        self.pad(text);
        self.flags.zero = zero;
    }

    /// An integer in the base, with sign, prefix, precision and padding.
    pub(crate) fn integer(&mut self, magnitude: u64, negative: bool, base: u64, verb: char, upper: bool) {
        let f = self.flags;
        let mut least = 0;
        if let Some(p) = f.precision {
            if p == 0 && magnitude == 0 {
                self.flags.zero = false;
                self.fill(f.width.unwrap_or(0));
                self.flags.zero = f.zero;
                return;
            }
            least = p;
        } else if let Some(w) = f.width.filter(|_| f.zero && !f.minus) {
            least = w - i64::from(negative || f.plus || f.space);
        }
        let digits = crate::pkg::strconv::radix_digits(magnitude, base, upper);
        let mut text = Vec::with_capacity(digits.len() + 4);
        if negative {
            text.push(b'-');
        } else if f.plus {
            text.push(b'+');
        } else if f.space {
            text.push(b' ');
        }
        if verb == 'O' {
            text.extend_from_slice(b"0o");
        }
        let zeros = (least - digits.len() as i64).max(0) as usize;
        if f.sharp {
            match base {
                2 => text.extend_from_slice(b"0b"),
                8 if zeros == 0 && digits[0] != b'0' => text.push(b'0'),
                16 => text.extend_from_slice(if upper { b"0X" } else { b"0x" }),
                _ => {}
            }
        }
        text.resize(text.len() + zeros, b'0');
        text.extend_from_slice(&digits);
        self.pad_with_spaces(&text);
    }

    /// An address or unsigned value in hexadecimal, with or without `0x`.
    pub(crate) fn hex(&mut self, v: u64, prefix: bool) {
        let sharp = std::mem::replace(&mut self.flags.sharp, prefix);
        self.integer(v, false, 16, 'v', false);
        self.flags.sharp = sharp;
    }

    /// `U+0041`, and with `#` the character too.
    pub(crate) fn unicode(&mut self, v: u64) {
        let least = self.flags.precision.unwrap_or(0).max(4) as usize;
        let mut text = format!("U+{v:0least$X}").into_bytes();
        if self.flags.sharp && v <= 0x10FFFF && unicode::is_print(v as i32) {
            text.extend_from_slice(b" '");
            utf8::encode(&mut text, v as i32);
            text.push(b'\'');
        }
        self.pad_with_spaces(&text);
    }

    /// The character itself.
    pub(crate) fn character(&mut self, v: u64) {
        let mut text = Vec::new();
        utf8::encode(&mut text, if v > 0x10FFFF { utf8::RUNE_ERROR } else { v as i32 });
        self.pad(&text);
    }

    /// The character quoted.
    pub(crate) fn quoted_character(&mut self, v: u64) {
        let r = if v > 0x10FFFF { utf8::RUNE_ERROR } else { v as i32 };
        let style = if self.flags.plus { Style::Ascii } else { Style::Plain };
        let text = quote::quoted_rune(r, style);
        self.pad(&text);
    }

    fn truncated<'a>(&self, s: &'a [u8]) -> &'a [u8] {
        match self.flags.precision {
            Some(p) => match utf8::runes(s).nth(p.max(0) as usize) {
                Some((at, ..)) => &s[..at],
                None => s,
            },
            None => s,
        }
    }

    /// A string cut to the precision.
    pub(crate) fn string(&mut self, s: &[u8]) {
        let s = self.truncated(s);
        self.pad(s);
    }

    /// A quoted string.
    pub(crate) fn quoted(&mut self, s: &[u8]) {
        let s = self.truncated(s);
        let text = if self.flags.sharp && quote::fits_backquote(s) {
            [b"`", s, b"`"].concat()
        } else {
            quote::quoted(s, b'"', if self.flags.plus { Style::Ascii } else { Style::Plain })
        };
        self.pad(&text);
    }

    /// The bytes in hexadecimal.
    pub(crate) fn hex_bytes(&mut self, s: &[u8], upper: bool) {
        let f = self.flags;
        let n = f.precision.map_or(s.len(), |p| s.len().min(p.max(0) as usize));
        if n == 0 {
            self.fill(f.width.unwrap_or(0));
            return;
        }
        let prefix: &[u8] = if upper { b"0X" } else { b"0x" };
        let digits: &[u8; 16] = if upper {
            b"0123456789ABCDEF"
        } else {
            b"0123456789abcdef"
        };
        let mut text = Vec::with_capacity(n * 3);
        if f.sharp {
            text.extend_from_slice(prefix);
        }
        for (i, &b) in s[..n].iter().enumerate() {
            if f.space && i > 0 {
                text.push(b' ');
                if f.sharp {
                    text.extend_from_slice(prefix);
                }
            }
            text.extend([digits[usize::from(b >> 4)], digits[usize::from(b & 15)]]);
        }
        self.pad(&text);
    }

    /// A float under a verb of `b e E f F g G x X`; -1 is the shortest precision.
    pub(crate) fn float(&mut self, v: f64, bits: i64, verb: char, precision: i64) {
        let f = self.flags;
        let precision = f.precision.unwrap_or(precision);
        let mut num = float_bytes(v, if verb == 'F' { b'f' } else { verb as u8 }, precision, bits);
        if num[0] != b'-' && num[0] != b'+' {
            num.insert(0, b'+');
        }
        if f.space && num[0] == b'+' && !f.plus {
            num[0] = b' ';
        }
        if num[1] == b'I' || num[1] == b'N' {
            let skip = usize::from(num[1] == b'N' && !f.space && !f.plus);
            self.pad_with_spaces(&num[skip..]);
            return;
        }
        if f.sharp && verb != 'b' {
            num = with_point(num, verb, precision);
        }
        if f.plus || num[0] != b'+' {
            if let Some(w) = f.width.filter(|w| f.zero && !f.minus && *w > num.len() as i64) {
                self.bytes.push(num[0]);
                self.fill(w - num.len() as i64);
                self.bytes.extend_from_slice(&num[1..]);
                return;
            }
            self.pad(&num);
            return;
        }
        self.pad(&num[1..]);
    }
}

/// The `#` flag: always a point, and for `%g` the trailing zeros.
fn with_point(num: Vec<u8>, verb: char, precision: i64) -> Vec<u8> {
    let mut wanted = match verb {
        'g' | 'G' | 'x' | 'X' if precision < 0 => 6,
        'g' | 'G' | 'x' | 'X' => precision,
        _ => 0,
    };
    let hexadecimal = matches!(verb, 'x' | 'X');
    let cut = num
        .iter()
        .position(|c| matches!(c | 0x20, b'p') || !hexadecimal && c | 0x20 == b'e')
        .unwrap_or(num.len());
    let (body, tail) = num.split_at(cut);
    let mut body = body.to_vec();
    let (mut point, mut nonzero) = (false, false);
    for &c in &body[1..] {
        if c == b'.' {
            point = true;
            continue;
        }
        nonzero |= c != b'0';
        if nonzero {
            wanted -= 1;
        }
    }
    if !point {
        if body.len() == 2 && body[1] == b'0' {
            wanted -= 1;
        }
        body.push(b'.');
    }
    body.resize(body.len() + wanted.max(0) as usize, b'0');
    body.extend_from_slice(tail);
    body
}
