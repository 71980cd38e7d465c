//! `bytes.Buffer`.

use crate::pkg::go::*;
use crate::pkg::io::{self, *};
use crate::pkg::support::{State, error, error_var, forward, handle_type};
use crate::pkg::unicode::utf8;

error_var! {
    /// The buffer cannot grow so far.
    err_too_large = "bytes.Buffer: too large";
}

/// A growing buffer of bytes, written at the end and read from the start.
#[derive(Clone, Default)]
pub struct Buffer {
    state: State<Content>,
}

#[derive(Clone, Default)]
struct Content {
    bytes: Slice<u8>,
    read: i64,
    /// What the last operation read, which may be taken back: a rune of this width, 1 also for a byte.
    last: Last,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Last {
    #[default]
    Nothing,
    Bytes,
    Rune(i64),
}

handle_type!(
    Buffer,
    "bytes.Buffer",
    memory(state),
    pointer(
        dyn Stringer,
        dyn io::Reader,
        dyn io::Writer,
        dyn io::ReadWriter,
        dyn io::ByteReader,
        dyn io::ByteScanner,
        dyn io::ByteWriter,
        dyn io::RuneReader,
        dyn io::RuneScanner,
        dyn io::StringWriter,
        dyn io::ReaderFrom,
        dyn io::WriterTo,
    )
);

/// A buffer that begins with these bytes.
pub fn new_buffer(buf: Slice<u8>) -> Ptr<Buffer> {
    Ptr::new(Buffer {
        state: State::new(Content {
            bytes: buf,
            ..Content::default()
        }),
    })
}

/// A buffer that begins with this text.
pub fn new_buffer_string(s: GoString) -> Ptr<Buffer> {
    new_buffer(s.to_bytes())
}

impl Content {
    fn unread(&self) -> i64 {
        self.bytes.len() - self.read
    }

    fn append(&mut self, f: impl FnOnce(Slice<u8>) -> Slice<u8>) {
        self.last = Last::Nothing;
        if self.read > 0 && self.read == self.bytes.len() {
            self.bytes = self.bytes.slice_to(0);
            self.read = 0;
        }
        self.bytes = f(std::mem::take(&mut self.bytes));
    }

    fn take(&mut self, n: i64) -> Slice<u8> {
        let out = self.bytes.slice(self.read, self.read + n);
        self.read += n;
        if n > 0 {
            self.last = Last::Bytes;
        }
        out
    }
}

impl Buffer {
    /// The unread bytes, sharing the buffer.
    pub fn bytes(&self) -> Slice<u8> {
        self.state.with(|c| {
            if c.bytes.is_nil() {
                Slice::nil()
            } else {
                c.bytes.slice_from(c.read)
            }
        })
    }

    /// The unread part as a string; `<nil>` for a nil pointer is the caller's.
    pub fn string(&self) -> GoString {
        GoString::from_bytes(&self.bytes())
    }

    /// The number of unread bytes.
    pub fn len(&self) -> i64 {
        self.state.with(|c| c.unread())
    }

    /// Whether nothing is unread.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The buffer's capacity.
    pub fn cap(&self) -> i64 {
        self.state.with(|c| c.bytes.cap())
    }

    /// The room without growing.
    pub fn available(&self) -> i64 {
        self.state.with(|c| c.bytes.cap() - c.bytes.len())
    }

    /// An empty slice over the room, to append to and write at once.
    pub fn available_buffer(&self) -> Slice<u8> {
        self.state.with(|c| {
            if c.bytes.is_nil() {
                Slice::nil()
            } else {
                c.bytes.slice_from(c.bytes.len())
            }
        })
    }

    /// Keeps the first `n` unread bytes.
    pub fn truncate(&self, n: i64) {
        if n == 0 {
            return self.reset();
        }
        self.state.with(|c| {
            c.last = Last::Nothing;
            if n < 0 || n > c.unread() {
                panic_str("bytes.Buffer: truncation out of range");
            }
            c.bytes = c.bytes.slice_to(c.read + n);
        });
    }

    /// Empties the buffer and keeps its memory.
    pub fn reset(&self) {
        self.state.with(|c| {
            c.last = Last::Nothing;
            c.read = 0;
            if !c.bytes.is_nil() {
                c.bytes = c.bytes.slice_to(0);
            }
        });
    }

    /// Makes room for `n` more bytes.
    pub fn grow(&self, n: i64) {
        if n < 0 {
            panic_str("bytes.Buffer.Grow: negative count");
        }
        self.state.with(|c| {
            if c.bytes.cap() - c.bytes.len() < n {
                let grown = Slice::<u8>::make(c.unread(), 2 * c.bytes.cap() + n);
                crate::value::copy(&grown, &c.bytes.slice_from(c.read));
                c.bytes = grown;
                c.read = 0;
            }
        });
    }

    /// Appends bytes.
    pub fn write(&self, p: Slice<u8>) -> (i64, GoError) {
        self.state.with(|c| c.append(|b| b.append_all(&p)));
        (p.len(), GoError::nil())
    }

    /// Appends a string.
    pub fn write_string(&self, s: GoString) -> (i64, GoError) {
        self.state.with(|c| c.append(|b| b.append_str(&s)));
        (s.len(), GoError::nil())
    }

    /// Appends a byte.
    pub fn write_byte(&self, b: u8) -> GoError {
        self.state.with(|c| c.append(|bytes| bytes.append(b)));
        GoError::nil()
    }

    /// Appends a rune.
    pub fn write_rune(&self, r: i32) -> (i64, GoError) {
        let mut out = Vec::new();
        utf8::encode(&mut out, r);
        let n = out.len() as i64;
        self.state.with(|c| c.append(|b| b.append_all(&Slice::from(out))));
        (n, GoError::nil())
    }

    /// Reads into `p`.
    pub fn read(&self, p: Slice<u8>) -> (i64, GoError) {
        self.state.with(|c| {
            c.last = Last::Nothing;
            if c.unread() == 0 {
                return (0, if p.len() == 0 { GoError::nil() } else { io::eof() });
            }
            let part = c.take(p.len().min(c.unread()));
            (crate::value::copy(&p, &part), GoError::nil())
        })
    }

    /// The next `n` bytes at most.
    pub fn next(&self, n: i64) -> Slice<u8> {
        self.state.with(|c| {
            c.last = Last::Nothing;
            if c.bytes.is_nil() {
                Slice::nil()
            } else {
                c.take(n.min(c.unread()))
            }
        })
    }

    /// The next `n` bytes at most, without reading them.
    pub fn peek(&self, n: i64) -> (Slice<u8>, GoError) {
        let all = self.bytes();
        if all.len() < n {
            (all, io::eof())
        } else {
            (all.slice_to(n), GoError::nil())
        }
    }

    /// Reads a byte.
    pub fn read_byte(&self) -> (u8, GoError) {
        self.state.with(|c| {
            c.last = Last::Nothing;
            if c.unread() == 0 {
                (0, io::eof())
            } else {
                (c.take(1).get(0), GoError::nil())
            }
        })
    }

    /// Reads a rune.
    pub fn read_rune(&self) -> (i32, i64, GoError) {
        self.state.with(|c| {
            c.last = Last::Nothing;
            if c.unread() == 0 {
                return (0, 0, io::eof());
            }
            let (r, w) = utf8::decode_rune(c.bytes.slice_from(c.read));
            c.take(w);
            c.last = Last::Rune(w);
            (r, w, GoError::nil())
        })
    }

    /// Takes the last rune back.
    pub fn unread_rune(&self) -> GoError {
        self.state.with(|c| match c.last {
            Last::Rune(w) => {
                c.read -= w;
                c.last = Last::Nothing;
                GoError::nil()
            }
            _ => error("bytes.Buffer: UnreadRune: previous operation was not a successful ReadRune"),
        })
    }

    /// Takes the last byte back.
    pub fn unread_byte(&self) -> GoError {
        self.state.with(|c| {
            if c.last == Last::Nothing {
                return error("bytes.Buffer: UnreadByte: previous operation was not a successful read");
            }
            c.last = Last::Nothing;
            c.read -= 1;
            GoError::nil()
        })
    }

    /// Reads through the delimiter; a copy.
    pub fn read_bytes(&self, delim: u8) -> (Slice<u8>, GoError) {
        self.state.with(|c| {
            let found = (c.read..c.bytes.len()).find(|&i| c.bytes.get(i) == delim);
            let n = found.map_or(c.unread(), |i| i + 1 - c.read);
            let line = if c.bytes.is_nil() {
                Vec::new()
            } else {
                c.take(n).to_vec()
            };
            (
                Slice::from(line),
                if found.is_some() { GoError::nil() } else { io::eof() },
            )
        })
    }

    /// Reads through the delimiter as a string.
    pub fn read_string(&self, delim: u8) -> (GoString, GoError) {
        let (line, err) = self.read_bytes(delim);
        (GoString::from_bytes(&line), err)
    }

    /// Appends all of a reader.
    pub fn read_from(&self, r: Iface<dyn Reader>) -> (i64, GoError) {
        let (mut total, chunk) = (0, Slice::<u8>::make_len(super::MIN_READ));
        loop {
            let (n, err) = r.read(chunk.clone());
            self.write(chunk.slice_to(n));
            total += n;
            if !err.is_nil() {
                return (total, if err == io::eof() { GoError::nil() } else { err });
            }
        }
    }

    /// Writes what is unread.
    pub fn write_to(&self, w: Iface<dyn Writer>) -> (i64, GoError) {
        let rest = self.bytes();
        if rest.len() == 0 {
            self.reset();
            return (0, GoError::nil());
        }
        let len = rest.len();
        let (n, err) = w.write(rest);
        self.state.with(|c| c.read += n);
        if !err.is_nil() {
            return (n, err);
        }
        if n != len {
            return (n, io::err_short_write());
        }
        self.reset();
        (n, GoError::nil())
    }
}

forward!(Buffer:
    StringerPtr { fn string() -> GoString; }
    ReaderPtr { fn read(p: Slice<u8>) -> (i64, GoError); }
    WriterPtr { fn write(p: Slice<u8>) -> (i64, GoError); }
    ByteReaderPtr { fn read_byte() -> (u8, GoError); }
    ByteScannerPtr { fn unread_byte() -> GoError; }
    ByteWriterPtr { fn write_byte(c: u8) -> GoError; }
    RuneReaderPtr { fn read_rune() -> (i32, i64, GoError); }
    RuneScannerPtr { fn unread_rune() -> GoError; }
    StringWriterPtr { fn write_string(s: GoString) -> (i64, GoError); }
    ReaderFromPtr { fn read_from(r: Iface<dyn Reader>) -> (i64, GoError); }
    WriterToPtr { fn write_to(w: Iface<dyn Writer>) -> (i64, GoError); }
);
