//! `bufio.Scanner` and its split functions.

use super::{MAX_SCAN_TOKEN_SIZE, err_advance_too_far, err_bad_read_count, err_negative_advance, err_too_long};
use crate::pkg::go::*;
use crate::pkg::io;
use crate::pkg::support::{State, error_var, handle_type};
use crate::pkg::unicode::{self, utf8};

error_var! {
    /// The token that comes with it is the last one.
    err_final_token = "final token";
}

/// Finds the next token: how far to advance, the token, an error.
pub type SplitFunc = Fn2<Slice<u8>, bool, (i64, Slice<u8>, GoError)>;

/// Reads tokens.
#[derive(Clone, Default)]
pub struct Scanner {
    state: State<Progress>,
}

#[derive(Clone, Default)]
struct Progress {
    source: Iface<dyn io::Reader>,
    split: SplitFunc,
    limit: usize,
    bytes: Vec<u8>,
    at: usize,
    token: Slice<u8>,
    err: GoError,
    ended: bool,
    empties: u32,
    scanning: bool,
    done: bool,
}

handle_type!(Scanner, "bufio.Scanner", memory(state));

/// A scanner of lines.
pub fn new_scanner(r: Iface<dyn io::Reader>) -> Ptr<Scanner> {
    let p = Progress {
        source: r,
        limit: MAX_SCAN_TOKEN_SIZE as usize,
        ..Progress::default()
    };
    Ptr::new(Scanner { state: State::new(p) })
}

/// What a built-in split found: how far to advance, and the token's bounds.
type Found = (usize, Option<(usize, usize)>);

fn lines(data: &[u8], end: bool) -> Found {
    let strip = |hi: usize| if hi > 0 && data[hi - 1] == b'\r' { hi - 1 } else { hi };
    match memchr::memchr(b'\n', data) {
        Some(i) => (i + 1, Some((0, strip(i)))),
        None if end && !data.is_empty() => (data.len(), Some((0, strip(data.len())))),
        None => (0, None),
    }
}

fn words(data: &[u8], end: bool) -> Found {
    let start = utf8::runes(data)
        .find(|x| !unicode::is_space(x.1))
        .map_or(data.len(), |x| x.0);
    if let Some((at, _, w)) = utf8::runes(&data[start..]).find(|x| unicode::is_space(x.1)) {
        return (start + at + w, Some((start, start + at)));
    }
    if end && data.len() > start {
        (data.len(), Some((start, data.len())))
    } else {
        (start, None)
    }
}

fn single_bytes(data: &[u8], _end: bool) -> Found {
    if data.is_empty() { (0, None) } else { (1, Some((0, 1))) }
}

fn single_runes(data: &[u8], end: bool) -> Found {
    if data.is_empty() || !end && !utf8::full(data) {
        return (0, None);
    }
    let w = utf8::decode(data).1;
    (w, Some((0, w)))
}

fn as_split(find: fn(&[u8], bool) -> Found, data: Slice<u8>, end: bool) -> (i64, Slice<u8>, GoError) {
    let (advance, token) = find(&data.to_vec(), end);
    let token = token.map_or(Slice::nil(), |(lo, hi)| data.slice(lo as i64, hi as i64));
    (advance as i64, token, GoError::nil())
}

/// Splits at newlines, which are dropped with a carriage return before them.
pub fn scan_lines(data: Slice<u8>, at_eof: bool) -> (i64, Slice<u8>, GoError) {
    as_split(lines, data, at_eof)
}

/// Splits at white space.
pub fn scan_words(data: Slice<u8>, at_eof: bool) -> (i64, Slice<u8>, GoError) {
    as_split(words, data, at_eof)
}

/// Every byte is a token.
pub fn scan_bytes(data: Slice<u8>, at_eof: bool) -> (i64, Slice<u8>, GoError) {
    as_split(single_bytes, data, at_eof)
}

/// Every rune is a token; invalid bytes become U+FFFD.
pub fn scan_runes(data: Slice<u8>, at_eof: bool) -> (i64, Slice<u8>, GoError) {
    let (advance, token, err) = as_split(single_runes, data, at_eof);
    let token = if advance == 1 && token.get(0) >= 0x80 {
        str("\u{FFFD}").to_bytes()
    } else {
        token
    };
    (advance, token, err)
}

impl Progress {
    fn fail(&mut self, err: GoError) -> bool {
        if self.err.is_nil() || self.err == io::eof() {
            self.err = err;
        }
        self.token = Slice::nil();
        self.done = true;
        false
    }

    /// Asks the split function once: the advance, the token, whether it was the last.
    fn step(&mut self) -> Result<(usize, Option<Slice<u8>>, bool), GoError> {
        let end = self.ended;
        if !self.split.is_nil() {
            let rest = Slice::from(self.bytes[self.at..].to_vec());
            let len = rest.len();
            let split = self.split.clone();
            let (advance, token, err) = split(rest, end);
            let last = err == err_final_token();
            if !err.is_nil() && !last {
                return Err(err);
            }
            if !last && advance < 0 {
                return Err(err_negative_advance());
            }
            if !last && advance > len {
                return Err(err_advance_too_far());
            }
            return Ok((advance.clamp(0, len) as usize, (!token.is_nil()).then_some(token), last));
        }
        let data = &self.bytes[self.at..];
        let (advance, token) = lines(data, end);
        Ok((
            advance,
            token.map(|(lo, hi)| Slice::copy_from_bytes(&data[lo..hi])),
            false,
        ))
    }

    fn scan(&mut self) -> bool {
        if self.done {
            return false;
        }
        self.scanning = true;
        loop {
            if self.at < self.bytes.len() || self.ended {
                match self.step() {
                    Err(e) => return self.fail(e),
                    Ok((advance, token, last)) => {
                        if last {
                            self.token = token.clone().unwrap_or_default();
                            self.done = true;
                            return token.is_some();
                        }
                        self.at += advance;
                        if let Some(token) = token {
                            self.token = token;
                            if self.err.is_nil() || advance > 0 {
                                self.empties = 0;
                            } else {
                                self.empties += 1;
                                if self.empties > 100 {
                                    panic_str("bufio.Scan: too many empty tokens without progressing");
                                }
                            }
                            return true;
                        }
                    }
                }
            }
            if self.ended {
                self.token = Slice::nil();
                self.done = true;
                return false;
            }
            if self.at > 0 {
                self.bytes.drain(..self.at);
                self.at = 0;
            }
            if self.bytes.len() >= self.limit {
                return self.fail(err_too_long());
            }
            let room = Slice::<u8>::make_len(self.limit.min(4096.max(self.bytes.len())) as i64);
            let mut idle = 0;
            loop {
                let (n, err) = self.source.read(room.clone());
                if n < 0 || n > room.len() {
                    self.ended = true;
                    self.fail(err_bad_read_count());
                    break;
                }
                self.bytes.extend(room.slice_to(n).iter());
                if !err.is_nil() {
                    self.err = err;
                    self.ended = true;
                    break;
                }
                if n > 0 {
                    break;
                }
                idle += 1;
                if idle > 100 {
                    self.err = io::err_no_progress();
                    self.ended = true;
                    break;
                }
            }
        }
    }
}

impl Scanner {
    /// Reads the next token; false at the end or on an error.
    pub fn scan(&self) -> bool {
        self.state.with(Progress::scan)
    }

    /// The token as a string.
    pub fn text(&self) -> GoString {
        self.state.with(|s| GoString::from_bytes(&s.token))
    }

    /// The token.
    pub fn bytes(&self) -> Slice<u8> {
        self.state.with(|s| s.token.clone())
    }

    /// What stopped the scanner, nil for the end.
    pub fn err(&self) -> GoError {
        self.state.with(|s| {
            if s.err == io::eof() {
                GoError::nil()
            } else {
                s.err.clone()
            }
        })
    }

    /// Sets the buffer and the longest token.
    pub fn buffer(&self, buf: Slice<u8>, max: i64) {
        self.state.with(|s| {
            if s.scanning {
                panic_str("Buffer called after Scan");
            }
            s.limit = max.max(buf.cap()) as usize;
        });
    }

    /// Sets the split function.
    pub fn split(&self, split: SplitFunc) {
        self.state.with(|s| {
            if s.scanning {
                panic_str("Split called after Scan");
            }
            s.split = split;
        });
    }
}
