//! `bufio.Reader`.

use super::{err_buffer_full, err_invalid_unread_byte, err_invalid_unread_rune, err_negative_count};
use crate::pkg::go::*;
use crate::pkg::io::{self, Writer};
use crate::pkg::support::{State, forward, handle_type};
use crate::pkg::unicode::utf8;

/// A reader with a buffer.
#[derive(Clone, Default)]
pub struct Reader {
    state: State<Buffered>,
}

#[derive(Clone, Default)]
struct Buffered {
    source: Iface<dyn io::Reader>,
    size: usize,
    /// What is read and not consumed, after the consumed part up to `at`.
    bytes: Vec<u8>,
    at: usize,
    err: GoError,
    last_byte: Option<u8>,
    last_rune: Option<usize>,
}

handle_type!(
    Reader,
    "bufio.Reader",
    memory(state),
    pointer(
        dyn io::Reader,
        dyn io::ByteReader,
        dyn io::ByteScanner,
        dyn io::RuneReader,
        dyn io::RuneScanner,
        dyn io::WriterTo,
    )
);

/// A reader with a buffer of 4096 bytes.
pub fn new_reader(rd: Iface<dyn io::Reader>) -> Ptr<Reader> {
    new_reader_size(rd, 4096)
}

/// A reader with a buffer of at least this size.
pub fn new_reader_size(rd: Iface<dyn io::Reader>, size: i64) -> Ptr<Reader> {
    if let Some(r) = rd.downcast::<Ptr<Reader>>().filter(|r| r.size() >= size) {
        return r;
    }
    Ptr::new(Reader {
        state: State::new(Buffered {
            source: rd,
            size: size.max(16) as usize,
            ..Buffered::default()
        }),
    })
}

impl Buffered {
    fn ready(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Reads once more into the buffer.
    fn fill(&mut self) {
        self.bytes.drain(..self.at);
        self.at = 0;
        let size = if self.size == 0 { 4096 } else { self.size };
        let room = Slice::<u8>::make_len(size.saturating_sub(self.bytes.len()).max(1) as i64);
        for _ in 0..100 {
            let (n, err) = self.source.read(room.clone());
            if n < 0 {
                panic_str("bufio: reader returned negative count from Read");
            }
            self.bytes.extend(room.slice_to(n).iter());
            if !err.is_nil() {
                self.err = err;
                return;
            }
            if n > 0 {
                return;
            }
        }
        self.err = io::err_no_progress();
    }

    fn take_error(&mut self) -> GoError {
        std::mem::take(&mut self.err)
    }

    fn consume(&mut self, n: usize) -> Vec<u8> {
        let out = self.bytes[self.at..self.at + n].to_vec();
        self.at += n;
        self.last_rune = None;
        if let Some(&b) = out.last() {
            self.last_byte = Some(b);
        }
        out
    }

    /// Everything through the delimiter, `full` telling whether the buffer's size is a limit.
    fn through(&mut self, delim: u8, limited: bool) -> (Vec<u8>, GoError) {
        // What filled the buffer without the delimiter in it, for reads without a limit.
        let mut full = Vec::new();
        let mut searched = 0;
        loop {
            if let Some(i) = memchr::memchr(delim, &self.ready()[searched..]) {
                full.extend(self.consume(searched + i + 1));
                return (full, GoError::nil());
            }
            searched = self.ready().len();
            if !self.err.is_nil() {
                full.extend(self.consume(searched));
                return (full, self.take_error());
            }
            if searched >= self.size {
                if limited {
                    return (self.consume(searched), err_buffer_full());
                }
                full.extend(self.consume(searched));
                searched = 0;
            }
            self.fill();
        }
    }
}

impl Reader {
    /// The buffer's size.
    pub fn size(&self) -> i64 {
        self.state.with(|s| s.size as i64)
    }

    /// Starts over with another source.
    pub fn reset(&self, r: Iface<dyn io::Reader>) {
        self.state.with(|s| {
            *s = Buffered {
                source: r,
                size: if s.size == 0 { 4096 } else { s.size },
                ..Buffered::default()
            }
        });
    }

    /// How many bytes can be read at once.
    pub fn buffered(&self) -> i64 {
        self.state.with(|s| s.ready().len() as i64)
    }

    /// The next bytes, without reading them.
    pub fn peek(&self, n: i64) -> (Slice<u8>, GoError) {
        if n < 0 {
            return (Slice::nil(), err_negative_count());
        }
        self.state.with(|s| {
            s.last_byte = None;
            s.last_rune = None;
            while (s.ready().len() as i64) < n && s.ready().len() < s.size && s.err.is_nil() {
                s.fill();
            }
            let have = s.ready().len() as i64;
            let err = if n > s.size as i64 {
                err_buffer_full()
            } else if have < n {
                let err = s.take_error();
                if err.is_nil() { err_buffer_full() } else { err }
            } else {
                GoError::nil()
            };
            (Slice::from(s.ready()[..have.min(n) as usize].to_vec()), err)
        })
    }

    /// Skips bytes.
    pub fn discard(&self, n: i64) -> (i64, GoError) {
        if n < 0 {
            return (0, err_negative_count());
        }
        self.state.with(|s| {
            let mut left = n;
            loop {
                let skip = left.min(s.ready().len() as i64);
                s.consume(skip as usize);
                left -= skip;
                if left == 0 {
                    return (n, GoError::nil());
                }
                if !s.err.is_nil() {
                    return (n - left, s.take_error());
                }
                s.fill();
            }
        })
    }

    /// Reads what is there, from the source at most once.
    pub fn read(&self, p: Slice<u8>) -> (i64, GoError) {
        self.state.with(|s| {
            if p.len() == 0 {
                return (
                    0,
                    if s.ready().is_empty() {
                        s.take_error()
                    } else {
                        GoError::nil()
                    },
                );
            }
            if s.ready().is_empty() {
                if !s.err.is_nil() {
                    return (0, s.take_error());
                }
                if p.len() >= s.size as i64 {
                    // A large read goes past the buffer.
                    let (n, err) = s.source.read(p.clone());
                    if n > 0 {
                        s.last_byte = Some(p.get(n - 1));
                        s.last_rune = None;
                    }
                    return (n, err);
                }
                let room = Slice::<u8>::make_len(s.size as i64);
                let (n, err) = s.source.read(room.clone());
                s.bytes = room.slice_to(n).to_vec();
                s.at = 0;
                s.err = err;
                if n == 0 {
                    return (0, s.take_error());
                }
            }
            let n = s.ready().len().min(p.len() as usize);
            for (i, b) in s.consume(n).into_iter().enumerate() {
                p.set(i as i64, b);
            }
            (n as i64, GoError::nil())
        })
    }

    /// Reads a byte.
    pub fn read_byte(&self) -> (u8, GoError) {
        self.state.with(|s| {
            s.last_rune = None;
            while s.ready().is_empty() {
                if !s.err.is_nil() {
                    return (0, s.take_error());
                }
                s.fill();
            }
            (s.consume(1)[0], GoError::nil())
        })
    }

    /// Takes the last byte back.
    pub fn unread_byte(&self) -> GoError {
        self.state.with(|s| {
            let Some(b) = s.last_byte.take() else {
                return err_invalid_unread_byte();
            };
            s.last_rune = None;
            if s.at > 0 {
                s.at -= 1;
                s.bytes[s.at] = b;
            } else {
                s.bytes.insert(0, b);
            }
            GoError::nil()
        })
    }

    /// Reads a rune.
    pub fn read_rune(&self) -> (i32, i64, GoError) {
        self.state.with(|s| {
            while s.ready().len() < 4 && !utf8::full(s.ready()) && s.err.is_nil() {
                s.fill();
            }
            s.last_rune = None;
            if s.ready().is_empty() {
                return (0, 0, s.take_error());
            }
            let (r, w) = utf8::decode(s.ready());
            s.consume(w);
            s.last_rune = Some(w);
            (r, w as i64, GoError::nil())
        })
    }

    /// Takes the last rune back.
    pub fn unread_rune(&self) -> GoError {
        self.state.with(|s| match s.last_rune.take().filter(|w| s.at >= *w) {
            Some(w) => {
                s.at -= w;
                s.last_byte = None;
                GoError::nil()
            }
            None => err_invalid_unread_rune(),
        })
    }

    /// Reads through the delimiter; fails when the buffer is too small.
    pub fn read_slice(&self, delim: u8) -> (Slice<u8>, GoError) {
        let (line, err) = self.state.with(|s| s.through(delim, true));
        (Slice::from(line), err)
    }

    /// Reads a line or as much of it as the buffer holds, without its end.
    pub fn read_line(&self) -> (Slice<u8>, bool, GoError) {
        let (mut line, err) = self.state.with(|s| s.through(b'\n', true));
        if err == err_buffer_full() {
            return (Slice::from(line), true, GoError::nil());
        }
        if line.is_empty() {
            return (Slice::nil(), false, err);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
        }
        (Slice::from(line), false, GoError::nil())
    }

    /// Reads through the delimiter.
    pub fn read_bytes(&self, delim: u8) -> (Slice<u8>, GoError) {
        let (line, err) = self.state.with(|s| s.through(delim, false));
        (Slice::from(line), err)
    }

    /// Reads through the delimiter as a string.
    pub fn read_string(&self, delim: u8) -> (GoString, GoError) {
        let (line, err) = self.state.with(|s| s.through(delim, false));
        (GoString::from(line), err)
    }

    /// Writes the rest of the source.
    pub fn write_to(&self, w: Iface<dyn Writer>) -> (i64, GoError) {
        let mut total = 0;
        loop {
            let part = self.state.with(|s| {
                if s.ready().is_empty() && s.err.is_nil() {
                    s.fill();
                }
                let n = s.ready().len();
                s.consume(n)
            });
            if part.is_empty() {
                let err = self.state.with(Buffered::take_error);
                return (total, if err == io::eof() { GoError::nil() } else { err });
            }
            let (n, err) = w.write(Slice::from(part));
            total += n;
            if !err.is_nil() {
                return (total, err);
            }
        }
    }
}

forward!(Reader:
    io::ReaderPtr { fn read(p: Slice<u8>) -> (i64, GoError); }
    io::ByteReaderPtr { fn read_byte() -> (u8, GoError); }
    io::ByteScannerPtr { fn unread_byte() -> GoError; }
    io::RuneReaderPtr { fn read_rune() -> (i32, i64, GoError); }
    io::RuneScannerPtr { fn unread_rune() -> GoError; }
    io::WriterToPtr { fn write_to(w: Iface<dyn Writer>) -> (i64, GoError); }
);
