//! Scanning: `Sscan`, `Sscanf` and their kin, for the operands that programs use.

use crate::pkg::go::*;
use crate::pkg::io::{self, Reader};
use crate::pkg::strconv;
use crate::pkg::support::error;
use crate::pkg::unicode::{self, utf8};

/// Where runes come from, with one rune of look-ahead.
struct Input {
    source: Source,
    peeked: Option<i32>,
}

enum Source {
    Text(GoString, usize),
    Reader(Iface<dyn Reader>),
    Runes(Iface<dyn io::RuneScanner>),
}

impl Input {
    fn text(s: GoString) -> Self {
        Input {
            source: Source::Text(s, 0),
            peeked: None,
        }
    }

    fn fetch(&mut self) -> Option<i32> {
        match &mut self.source {
            Source::Text(s, at) => {
                let (r, w) = utf8::decode(&s.as_bytes()[*at..]);
                *at += w;
                (w > 0).then_some(r)
            }
            Source::Runes(r) => {
                let (rune, _, err) = r.read_rune();
                err.is_nil().then_some(rune)
            }
            Source::Reader(r) => {
                // A plain reader is read byte by byte, so that nothing after the operands is lost.
                let mut bytes = Vec::new();
                loop {
                    let one = Slice::<u8>::make_len(1);
                    let (n, err) = r.read(one.clone());
                    if n == 1 {
                        bytes.push(one.get(0));
                        if utf8::full(&bytes) {
                            return Some(utf8::decode(&bytes).0);
                        }
                    } else if !err.is_nil() {
                        return (!bytes.is_empty()).then_some(utf8::RUNE_ERROR);
                    }
                }
            }
        }
    }

    fn peek(&mut self) -> Option<i32> {
        if self.peeked.is_none() {
            self.peeked = self.fetch();
        }
        self.peeked
    }

    fn next(&mut self) -> Option<i32> {
        let r = self.peek();
        self.peeked = None;
        r
    }

    /// Gives what was peeked back to a reader that can take it.
    fn finish(self) {
        if let (Source::Runes(r), Some(_)) = (&self.source, self.peeked) {
            r.unread_rune();
        }
    }
}

/// How newlines count.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// As spaces.
    Space,
    /// As the end.
    Line,
}

fn skip_space(input: &mut Input, mode: Mode) -> Result<(), GoError> {
    while let Some(r) = input.peek() {
        if r == i32::from(b'\n') && mode == Mode::Line {
            return Err(error("unexpected newline"));
        }
        if !unicode::is_space(r) {
            return Ok(());
        }
        input.next();
    }
    Ok(())
}

fn word(input: &mut Input, width: i64) -> Vec<u8> {
    let (mut out, mut n) = (Vec::new(), 0);
    while n < width {
        match input.peek() {
            Some(r) if !unicode::is_space(r) => {
                utf8::encode(&mut out, r);
                input.next();
                n += 1;
            }
            _ => break,
        }
    }
    out
}

fn token(input: &mut Input, width: i64, accept: impl Fn(u8, &[u8]) -> bool) -> Vec<u8> {
    let mut out = Vec::new();
    while (out.len() as i64) < width {
        match input.peek().and_then(|r| u8::try_from(r).ok()) {
            Some(c) if c < 0x80 && accept(c, &out) => {
                out.push(c);
                input.next();
            }
            _ => break,
        }
    }
    out
}

fn integer_token(input: &mut Input, width: i64, verb: u8) -> (Vec<u8>, i64) {
    let base = match verb {
        b'd' => 10,
        b'b' => 2,
        b'o' => 8,
        b'x' | b'X' => 16,
        _ => 0,
    };
    let text = token(input, width, |c, sofar| {
        let body = sofar
            .strip_prefix(b"-")
            .or_else(|| sofar.strip_prefix(b"+"))
            .unwrap_or(sofar);
        match c {
            b'+' | b'-' => sofar.is_empty(),
            b'_' => base == 0 && !body.is_empty(),
            b'x' | b'X' | b'o' | b'O' if base == 0 && body == b"0" => true,
            b'b' | b'B' if base == 0 && body == b"0" => true,
            _ => {
                let hex = base == 16 || base == 0 && body.len() >= 2 && body[1] | 0x20 == b'x';
                let radix = if hex {
                    16
                } else if base == 0 {
                    10
                } else {
                    base as u32
                };
                (c as char).is_digit(radix)
            }
        }
    });
    (text, base)
}

fn scan_int(input: &mut Input, width: i64, verb: u8, bits: i64) -> Result<i64, GoError> {
    let (text, base) = integer_token(input, width, verb);
    if text.is_empty() || text == b"-" || text == b"+" {
        return Err(if input.peek().is_none() {
            io::eof()
        } else {
            error("expected integer")
        });
    }
    let shown = String::from_utf8_lossy(&text).into_owned();
    let (n, err) = strconv::parse_int(GoString::from(text), base, 64);
    if !err.is_nil() {
        return Err(err);
    }
    if bits < 64 && (n << (64 - bits)) >> (64 - bits) != n {
        return Err(error(format!("integer overflow on token {shown}")));
    }
    Ok(n)
}

fn scan_uint(input: &mut Input, width: i64, verb: u8, bits: i64) -> Result<u64, GoError> {
    let (text, base) = integer_token(input, width, verb);
    if text.is_empty() {
        return Err(if input.peek().is_none() {
            io::eof()
        } else {
            error("expected integer")
        });
    }
    let shown = String::from_utf8_lossy(&text).into_owned();
    let (n, err) = strconv::parse_uint(GoString::from(text), base, 64);
    if !err.is_nil() {
        return Err(err);
    }
    if bits < 64 && n >> bits != 0 {
        return Err(error(format!("unsigned integer overflow on token {shown}")));
    }
    Ok(n)
}

fn scan_float(input: &mut Input, width: i64, bits: i64) -> Result<f64, GoError> {
    let text = token(input, width, |c, sofar| match c {
        b'+' | b'-' => sofar.is_empty() || matches!(sofar[sofar.len() - 1] | 0x20, b'e' | b'p'),
        _ => c.is_ascii_alphanumeric() || c == b'.' || c == b'_',
    });
    if text.is_empty() && input.peek().is_none() {
        return Err(io::eof());
    }
    let (v, err) = strconv::parse_float(GoString::from(text), bits);
    if err.is_nil() { Ok(v) } else { Err(err) }
}

fn quoted(input: &mut Input) -> Result<Vec<u8>, GoError> {
    let mark = input.peek();
    if mark != Some(i32::from(b'"')) && mark != Some(i32::from(b'`')) {
        return Err(error("expected quoted string"));
    }
    let mut raw = Vec::new();
    utf8::encode(&mut raw, input.next().unwrap_or(0));
    loop {
        let Some(r) = input.next() else { return Err(io::eof()) };
        utf8::encode(&mut raw, r);
        if r == i32::from(b'\\') && raw[0] == b'"' {
            let Some(r) = input.next() else { return Err(io::eof()) };
            utf8::encode(&mut raw, r);
        } else if r == i32::from(raw[0]) {
            let (s, err) = strconv::unquote(GoString::from(raw));
            return if err.is_nil() {
                Ok(s.as_bytes().to_vec())
            } else {
                Err(err)
            };
        }
    }
}

/// Scans one operand into the variable that it points to.
fn operand(input: &mut Input, arg: &Any, verb: u8, width: i64, mode: Mode) -> Result<(), GoError> {
    if verb == b'c' {
        let Some(r) = input.next() else { return Err(io::eof()) };
        if let Some(p) = arg.downcast::<Ptr<i32>>() {
            p.set(r);
        } else if let Some(p) = arg.downcast::<Ptr<i64>>() {
            p.set(i64::from(r));
        } else if let Some(p) = arg.downcast::<Ptr<u8>>() {
            p.set(r as u8);
        } else {
            return Err(error("bad verb '%c' for operand"));
        }
        return Ok(());
    }
    skip_space(input, mode)?;
    if input.peek().is_none() {
        return Err(io::eof());
    }
    macro_rules! ints {
        ($($t:ty),*) => { $(if let Some(p) = arg.downcast::<Ptr<$t>>() {
            p.set(scan_int(input, width, verb, i64::from(<$t>::BITS))? as $t);
            return Ok(());
        })* };
    }
    macro_rules! uints {
        ($($t:ty),*) => { $(if let Some(p) = arg.downcast::<Ptr<$t>>() {
            p.set(scan_uint(input, width, verb, i64::from(<$t>::BITS))? as $t);
            return Ok(());
        })* };
    }
    ints!(i64, i32, i16, i8);
    uints!(u64, u32, u16, u8);
    if let Some(p) = arg.downcast::<Ptr<f64>>() {
        p.set(scan_float(input, width, 64)?);
    } else if let Some(p) = arg.downcast::<Ptr<f32>>() {
        p.set(scan_float(input, width, 32)? as f32);
    } else if let Some(p) = arg.downcast::<Ptr<bool>>() {
        let text = token(input, width.min(5), |c, _| c.is_ascii_alphanumeric());
        let (b, err) = strconv::parse_bool(GoString::from(text));
        if !err.is_nil() {
            return Err(error("syntax error scanning boolean"));
        }
        p.set(b);
    } else {
        let text = match verb {
            b'q' => quoted(input)?,
            _ => word(input, width),
        };
        if let Some(p) = arg.downcast::<Ptr<GoString>>() {
            p.set(GoString::from(text));
        } else if let Some(p) = arg.downcast::<Ptr<Slice<u8>>>() {
            p.set(Slice::from(text));
        } else {
            return Err(error(format!("can't scan type: {}", arg.dynamic_type_name())));
        }
    }
    Ok(())
}

fn run(mut input: Input, args: Slice<Any>, mode: Mode) -> (i64, GoError) {
    let mut n = 0;
    for arg in args.iter() {
        if let Err(e) = operand(&mut input, &arg, b'v', i64::MAX, mode) {
            input.finish();
            return (n, e);
        }
        n += 1;
    }
    if mode == Mode::Line {
        loop {
            match input.next() {
                None => break,
                Some(10) => break,
                Some(r) if !unicode::is_space(r) => {
                    return (n, error("expected newline"));
                }
                Some(_) => {}
            }
        }
    }
    input.finish();
    (n, GoError::nil())
}

fn run_format(mut input: Input, format: GoString, args: Slice<Any>) -> (i64, GoError) {
    let (f, mut i, mut n) = (format.as_bytes(), 0, 0);
    while i < f.len() {
        let (r, w) = utf8::decode(&f[i..]);
        i += w;
        if r != i32::from(b'%') || f.get(i) == Some(&b'%') {
            if r == i32::from(b'%') {
                i += 1;
                let _ = skip_space(&mut input, Mode::Line);
            }
            if unicode::is_space(r) {
                while matches!(input.peek(), Some(c) if unicode::is_space(c)) {
                    input.next();
                }
            } else if input.peek() == Some(r) {
                input.next();
            } else {
                let e = if input.peek().is_none() {
                    io::eof()
                } else {
                    error("input does not match format")
                };
                input.finish();
                return (n, e);
            }
            continue;
        }
        let mut width = 0;
        while let Some(c) = f.get(i).filter(|c| c.is_ascii_digit()) {
            width = width * 10 + i64::from(c - b'0');
            i += 1;
        }
        let Some(&verb) = f.get(i) else {
            return (n, error("too few operands for format '%'"));
        };
        i += 1;
        if n >= args.len() {
            return (n, error(format!("too few operands for format '%{}'", verb as char)));
        }
        let width = if width == 0 { i64::MAX } else { width };
        if let Err(e) = operand(&mut input, &args.get(n), verb, width, Mode::Line) {
            input.finish();
            return (n, e);
        }
        n += 1;
    }
    input.finish();
    if n < args.len() {
        return (n, error("too many operands"));
    }
    (n, GoError::nil())
}

fn stdin() -> Input {
    Input {
        source: Source::Reader(Iface::from_arc(std::sync::Arc::new(crate::pkg::os::stdin()) as _)),
        peeked: None,
    }
}

fn reader(r: Iface<dyn Reader>) -> Input {
    let source = match r.try_cast::<dyn io::RuneScanner>() {
        Some(runes) => Source::Runes(runes),
        None => Source::Reader(r),
    };
    Input { source, peeked: None }
}

/// Scans words of a string into the variables pointed to.
pub fn sscan(s: GoString, a: Slice<Any>) -> (i64, GoError) {
    run(Input::text(s), a, Mode::Space)
}

/// Scans the words of one line of a string.
pub fn sscanln(s: GoString, a: Slice<Any>) -> (i64, GoError) {
    run(Input::text(s), a, Mode::Line)
}

/// Scans a string by a format.
pub fn sscanf(s: GoString, format: GoString, a: Slice<Any>) -> (i64, GoError) {
    run_format(Input::text(s), format, a)
}

/// Scans words of a reader.
pub fn fscan(r: Iface<dyn Reader>, a: Slice<Any>) -> (i64, GoError) {
    run(reader(r), a, Mode::Space)
}

/// Scans the words of one line of a reader.
pub fn fscanln(r: Iface<dyn Reader>, a: Slice<Any>) -> (i64, GoError) {
    run(reader(r), a, Mode::Line)
}

/// Scans a reader by a format.
pub fn fscanf(r: Iface<dyn Reader>, format: GoString, a: Slice<Any>) -> (i64, GoError) {
    run_format(reader(r), format, a)
}

/// Scans words of standard input.
pub fn scan(a: Slice<Any>) -> (i64, GoError) {
    run(stdin(), a, Mode::Space)
}

/// Scans the words of one line of standard input.
pub fn scanln(a: Slice<Any>) -> (i64, GoError) {
    run(stdin(), a, Mode::Line)
}

/// Scans standard input by a format.
pub fn scanf(format: GoString, a: Slice<Any>) -> (i64, GoError) {
    run_format(stdin(), format, a)
}
