//! Text to tokens.
//!
//! In: a file's text. Out: all its tokens, the end of the file last, and what is wrong with single ones.
//! Invariants: token bounds are character bounds; comments are skipped, `comments` has them; the end of a line is a
//! `Newline` where it stands for a semicolon.

use super::token::{Tok, Token};
use super::unicode::{is_digit, is_letter};

/// Something wrong with a token: place and message.
pub(super) type LexError = (u32, u32, &'static str);

/// All tokens of a text.
///
/// Spec: Tokens; Semicolons.
pub(super) fn scan(text: &str, tokens: &mut Vec<Token>, errors: &mut Vec<LexError>) {
    tokens.clear();
    forbidden(text, errors);
    let mut s = Scanner {
        text,
        bytes: text.as_bytes(),
        at: 0,
        errors,
    };
    let mut semi = false;
    loop {
        if let Some(newline) = s.blanks(semi) {
            let at = newline as u32;
            tokens.push(Token {
                tok: Tok::Newline,
                start: at,
                end: at,
            });
            semi = false;
            continue;
        }
        let start = s.at;
        if start >= s.bytes.len() {
            let at = start as u32;
            if semi {
                tokens.push(Token {
                    tok: Tok::Newline,
                    start: at,
                    end: at,
                });
            }
            tokens.push(Token {
                tok: Tok::Eof,
                start: at,
                end: at,
            });
            break;
        }
        let tok = s.token();
        semi = tok.ends_statement();
        tokens.push(Token {
            tok,
            start: start as u32,
            end: s.at as u32,
        });
    }
    errors.sort_by_key(|e| e.0);
}

/// Characters that may stand nowhere, not even in comments: NUL, and a byte order mark, which a file may begin with, but
/// that is none of its text.
///
/// Spec: Characters; Source code representation.
fn forbidden(text: &str, errors: &mut Vec<LexError>) {
    for (c, message) in [
        ('\0', "invalid NUL character"),
        ('\u{feff}', "invalid byte order mark in the middle of the file"),
    ] {
        let found = text.match_indices(c);
        errors.extend(found.map(|(at, c)| (at as u32, (at + c.len()) as u32, message)));
    }
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    errors: &'a mut Vec<LexError>,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Tells what is wrong with a token.
    ///
    /// Spec: cited by the callers.
    fn error(&mut self, start: usize, message: &'static str) {
        let end = self.at.max(start) as u32;
        match self.errors.last_mut() {
            // A run of bad characters is one mistake.
            Some((_, last, same)) if *last == start as u32 && *same == message => *last = end,
            _ => self.errors.push((start as u32, end, message)),
        }
    }

    /// Skips blanks and comments; gives the place of a semicolon that the end of a line stands for.
    ///
    /// Spec: Tokens; Comments; Semicolons.
    fn blanks(&mut self, semi: bool) -> Option<usize> {
        loop {
            match self.peek(0) {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    if semi {
                        return Some(self.at - 1);
                    }
                }
                b'/' if self.peek(1) == b'/' => {
                    let start = self.at;
                    let rest = self.bytes.get(start..).unwrap_or(&[]);
                    self.at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
                    if semi && self.at < self.bytes.len() {
                        self.at += 1;
                        return Some(start);
                    }
                }
                b'/' if self.peek(1) == b'*' => {
                    let start = self.at;
                    let body = self.bytes.get(start + 2..).unwrap_or(&[]);
                    let end = body.windows(2).position(|w| w == b"*/");
                    self.at = end.map_or(self.bytes.len(), |e| start + 2 + e + 2);
                    if end.is_none() {
                        // Spec: Comments.
                        self.errors
                            .push((start as u32, start as u32 + 2, "comment not terminated"));
                    }
                    let lines = self.bytes.get(start..self.at).is_some_and(|b| b.contains(&b'\n'));
                    if semi && lines {
                        return Some(start);
                    }
                }
                _ => return None,
            }
        }
    }

    fn one(&mut self, tok: Tok) -> Tok {
        self.at += 1;
        tok
    }

    /// The longest of the operators that begin with a byte: what follows it, and what it is then.
    ///
    /// Spec: Tokens; Operators and punctuation.
    fn operator(&mut self, alone: Tok, longer: &[(&[u8], Tok)]) -> Tok {
        let rest = self.bytes.get(self.at + 1..).unwrap_or(&[]);
        for (suffix, tok) in longer {
            if rest.starts_with(suffix) {
                self.at += 1 + suffix.len();
                return *tok;
            }
        }
        self.one(alone)
    }

    /// The token that begins here.
    ///
    /// Spec: Tokens; Operators and punctuation.
    fn token(&mut self) -> Tok {
        use Tok::*;
        match self.peek(0) {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.identifier(),
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(1).is_ascii_digit() => self.number(),
            b'"' => self.quoted(b'"'),
            b'\'' => self.rune(),
            b'`' => self.raw_string(),
            b'(' => self.one(LParen),
            b')' => self.one(RParen),
            b'[' => self.one(LBrack),
            b']' => self.one(RBrack),
            b'{' => self.one(LBrace),
            b'}' => self.one(RBrace),
            b',' => self.one(Comma),
            b';' => self.one(Semi),
            b'~' => self.one(Tilde),
            b'.' => self.operator(Period, &[(b"..", Ellipsis)]),
            b':' => self.operator(Colon, &[(b"=", Define)]),
            b'+' => self.operator(Add, &[(b"+", Inc), (b"=", AddAssign)]),
            b'-' => self.operator(Sub, &[(b"-", Dec), (b"=", SubAssign)]),
            b'*' => self.operator(Mul, &[(b"=", MulAssign)]),
            b'/' => self.operator(Quo, &[(b"=", QuoAssign)]),
            b'%' => self.operator(Rem, &[(b"=", RemAssign)]),
            b'^' => self.operator(Xor, &[(b"=", XorAssign)]),
            b'=' => self.operator(Assign, &[(b"=", Eq)]),
            b'!' => self.operator(Not, &[(b"=", Ne)]),
            b'<' => self.operator(Lt, &[(b"<=", ShlAssign), (b"<", Shl), (b"-", Arrow), (b"=", Le)]),
            b'>' => self.operator(Gt, &[(b">=", ShrAssign), (b">", Shr), (b"=", Ge)]),
            b'&' => self.operator(
                And,
                &[(b"^=", AndNotAssign), (b"^", AndNot), (b"&", LAnd), (b"=", AndAssign)],
            ),
            b'|' => self.operator(Or, &[(b"|", LOr), (b"=", OrAssign)]),
            b if b >= 0x80 => self.identifier(),
            _ => {
                let start = self.at;
                self.at += 1;
                // Spec: Tokens; Operators and punctuation.
                self.error(start, "invalid character");
                Bad
            }
        }
    }

    /// An identifier or a keyword.
    ///
    /// Spec: Identifiers; Letters and digits; Keywords.
    fn identifier(&mut self) -> Tok {
        let start = self.at;
        loop {
            match self.peek(0) {
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' => self.at += 1,
                b if b >= 0x80 => {
                    let Some(c) = self.text.get(self.at..).and_then(|t| t.chars().next()) else {
                        break;
                    };
                    // letter = unicode_letter | "_" ; unicode digits may follow.
                    let ok = is_letter(c) || (self.at > start && is_digit(c));
                    if !ok {
                        if self.at == start {
                            self.at += c.len_utf8();
                            // Spec: Identifiers; Letters and digits.
                            self.error(start, "invalid character in identifier");
                            return Tok::Bad;
                        }
                        break;
                    }
                    self.at += c.len_utf8();
                }
                _ => break,
            }
        }
        let text = self.bytes.get(start..self.at).unwrap_or(&[]);
        // Keywords have 2 to 11 lower case letters.
        if (2..=11).contains(&text.len())
            && let Some(k) = Tok::keyword(text)
        {
            return k;
        }
        Tok::Ident
    }

    /// Digits of a base with underscores; whether there was one, and whether an underscore stands where none may.
    ///
    /// Spec: Integer literals; Floating-point literals.
    fn digits(&mut self, base: u32, bad_digit: &mut Option<usize>) -> (bool, bool) {
        let (mut any, mut bad_underscore, mut last_underscore) = (false, false, false);
        loop {
            let b = self.peek(0);
            if b == b'_' {
                bad_underscore |= last_underscore || !any;
                last_underscore = true;
            } else if b.is_ascii_digit() || (base == 16 && b.is_ascii_hexdigit()) {
                if u32::from(b.wrapping_sub(b'0')) >= base && base < 10 && bad_digit.is_none() {
                    *bad_digit = Some(self.at);
                }
                any = true;
                last_underscore = false;
            } else {
                break;
            }
            self.at += 1;
        }
        (any, bad_underscore || last_underscore)
    }

    /// A number in any base, with or without a fraction, an exponent, or the `i` of an imaginary one.
    ///
    /// Spec: Integer literals; Floating-point literals; Imaginary literals.
    fn number(&mut self) -> Tok {
        let start = self.at;
        let mut tok = Tok::Int;
        let (mut base, mut prefix) = (10, 0u8);
        let mut bad_digit = None;
        let (mut any, mut bad) = (false, false);
        if self.peek(0) == b'0' {
            prefix = self.peek(1).to_ascii_lowercase();
            base = match prefix {
                b'x' => 16,
                b'b' => 2,
                b'o' => 8,
                _ => 0,
            };
            if base > 0 {
                self.at += 2;
                // An underscore may stand between the prefix and a digit.
                self.at += usize::from(self.peek(0) == b'_' && self.peek(1).is_ascii_hexdigit());
            } else {
                (base, prefix) = (8, b'0');
            }
        }
        if self.peek(0) != b'.' {
            let digit_base = if prefix == b'0' { 10 } else { base };
            let (some, wrong) = self.digits(digit_base, &mut bad_digit);
            (any, bad) = (some, wrong);
        }
        if self.peek(0) == b'.' {
            tok = Tok::Float;
            if matches!(prefix, b'b' | b'o') {
                // Spec: Floating-point literals.
                self.error(start, "invalid radix point in number");
            }
            self.at += 1;
            let (some, wrong) = self.digits(if base == 8 { 10 } else { base }, &mut bad_digit);
            any |= some;
            bad |= wrong;
        }
        if !any {
            // Spec: Integer literals; Floating-point literals.
            self.error(start, "number has no digits");
        }
        let e = self.peek(0).to_ascii_lowercase();
        if e == b'e' && prefix != b'x' || e == b'p' {
            if e == b'e' && !matches!(prefix, 0 | b'0') {
                // Spec: Floating-point literals.
                self.error(start, "`e` exponent requires decimal mantissa");
            } else if e == b'p' && prefix != b'x' {
                // Spec: Floating-point literals.
                self.error(start, "`p` exponent requires hexadecimal mantissa");
            }
            tok = Tok::Float;
            self.at += 1;
            self.at += usize::from(matches!(self.peek(0), b'+' | b'-'));
            let (some, wrong) = self.digits(10, &mut None);
            bad |= wrong;
            if !some {
                // Spec: Floating-point literals.
                self.error(start, "exponent has no digits");
            }
        } else if prefix == b'x' && tok == Tok::Float {
            // Spec: Floating-point literals.
            self.error(start, "hexadecimal mantissa requires a `p` exponent");
        }
        if self.peek(0) == b'i' {
            tok = Tok::Imaginary;
            self.at += 1;
        }
        if tok == Tok::Int {
            if prefix == b'0' {
                let text = self.bytes.get(start..self.at).unwrap_or(&[]);
                bad_digit = text.iter().position(|b| matches!(b, b'8' | b'9')).map(|i| start + i);
            }
            if let Some(at) = bad_digit {
                // Spec: Integer literals.
                self.errors.push((at as u32, at as u32 + 1, "invalid digit in number"));
            }
        }
        if bad {
            // Spec: Integer literals; Floating-point literals.
            self.error(start, "`_` must separate successive digits");
        }
        tok
    }

    /// An escape after its backslash, which is consumed.
    ///
    /// Spec: Rune literals.
    fn escape(&mut self, quote: u8) {
        let start = self.at;
        self.at += 1;
        let (digits, base, max) = match self.peek(0) {
            b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\' => {
                self.at += 1;
                return;
            }
            b if b == quote => {
                self.at += 1;
                return;
            }
            b'0'..=b'7' => (3, 8, 255),
            b'x' => (2, 16, 255),
            b'u' => (4, 16, 0x10_ffff),
            b'U' => (8, 16, 0x10_ffff),
            _ => {
                if self.peek(0) != b'\n' && self.at < self.bytes.len() {
                    self.error(start, "unknown escape");
                }
                return;
            }
        };
        self.at += usize::from(base == 16);
        let mut value: u32 = 0;
        for _ in 0..digits {
            let Some(d) = char::from(self.peek(0)).to_digit(base) else {
                self.error(start, "invalid character in escape");
                return;
            };
            value = value.saturating_mul(base).saturating_add(d);
            self.at += 1;
        }
        let surrogate = max > 255 && (0xd800..0xe000).contains(&value);
        if value > max || surrogate {
            self.error(start, "escape is invalid Unicode code point or too large");
        }
    }

    /// An interpreted string literal.
    ///
    /// Spec: String literals.
    fn quoted(&mut self, quote: u8) -> Tok {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek(0) {
                b if b == quote && self.at < self.bytes.len() => {
                    self.at += 1;
                    return Tok::String;
                }
                b'\\' => self.escape(quote),
                b'\n' => break,
                0 if self.at >= self.bytes.len() => break,
                _ => self.at += 1,
            }
        }
        self.errors
            .push((start as u32, start as u32 + 1, "string not terminated"));
        Tok::String
    }

    /// A raw string literal.
    ///
    /// Spec: String literals.
    fn raw_string(&mut self) -> Tok {
        let start = self.at;
        let body = self.bytes.get(start + 1..).unwrap_or(&[]);
        match body.iter().position(|b| *b == b'`') {
            Some(end) => self.at = start + 1 + end + 1,
            None => {
                self.at = self.bytes.len();
                self.errors
                    .push((start as u32, start as u32 + 1, "string not terminated"));
            }
        }
        Tok::String
    }

    /// One character or one escape in quotes.
    ///
    /// Spec: Rune literals.
    fn rune(&mut self) -> Tok {
        let start = self.at;
        self.at += 1;
        let mut count = 0;
        loop {
            match self.peek(0) {
                b'\'' => {
                    self.at += 1;
                    if count == 0 {
                        self.error(start, "empty rune literal or unescaped `'` in rune literal");
                    } else if count > 1 {
                        self.error(start, "more than one character in rune literal");
                    }
                    return Tok::Rune;
                }
                b'\\' => {
                    self.escape(b'\'');
                    count += 1;
                }
                b'\n' => break,
                0 if self.at >= self.bytes.len() => break,
                b => {
                    // Bytes that go on with a character count no more.
                    count += u32::from(b & 0xc0 != 0x80);
                    self.at += 1;
                }
            }
        }
        self.errors
            .push((start as u32, start as u32 + 1, "rune literal not terminated"));
        Tok::Rune
    }
}
