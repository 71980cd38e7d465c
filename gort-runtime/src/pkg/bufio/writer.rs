//! `bufio.Writer`.

use crate::pkg::go::*;
use crate::pkg::io::{self, Reader};
use crate::pkg::support::{State, forward, handle_type};
use crate::pkg::unicode::utf8;

/// A writer with a buffer.
#[derive(Clone, Default)]
pub struct Writer {
    state: State<Buffered>,
}

#[derive(Clone, Default)]
struct Buffered {
    sink: Iface<dyn io::Writer>,
    size: usize,
    bytes: Vec<u8>,
    err: GoError,
}

handle_type!(
    Writer,
    "bufio.Writer",
    memory(state),
    pointer(dyn io::Writer, dyn io::ByteWriter, dyn io::StringWriter, dyn io::ReaderFrom)
);

/// A writer with a buffer of 4096 bytes.
pub fn new_writer(w: Iface<dyn io::Writer>) -> Ptr<Writer> {
    new_writer_size(w, 4096)
}

/// A writer with a buffer of at least this size.
pub fn new_writer_size(w: Iface<dyn io::Writer>, size: i64) -> Ptr<Writer> {
    if let Some(b) = w.downcast::<Ptr<Writer>>().filter(|b| b.size() >= size) {
        return b;
    }
    let size = if size <= 0 { 4096 } else { size };
    Ptr::new(Writer {
        state: State::new(Buffered {
            sink: w,
            size: size as usize,
            ..Buffered::default()
        }),
    })
}

impl Buffered {
    fn flush(&mut self) -> GoError {
        if !self.err.is_nil() || self.bytes.is_empty() {
            return self.err.clone();
        }
        let all = std::mem::take(&mut self.bytes);
        let (n, err) = self.sink.write(Slice::copy_from_bytes(&all));
        let n = n.clamp(0, all.len() as i64) as usize;
        let err = if n < all.len() && err.is_nil() {
            io::err_short_write()
        } else {
            err
        };
        if !err.is_nil() {
            self.bytes = all[n..].to_vec();
            self.err = err.clone();
            return err;
        }
        self.bytes = all;
        self.bytes.clear();
        GoError::nil()
    }

    fn write(&mut self, mut p: &[u8]) -> (i64, GoError) {
        let size = if self.size == 0 { 4096 } else { self.size };
        let mut written = 0;
        while p.len() > size - self.bytes.len().min(size) && self.err.is_nil() {
            let n = if self.bytes.is_empty() {
                // A large write goes past the buffer.
                let (n, err) = self.sink.write(Slice::copy_from_bytes(p));
                self.err = err;
                n as usize
            } else {
                let n = size - self.bytes.len();
                self.bytes.extend_from_slice(&p[..n]);
                self.flush();
                n
            };
            written += n;
            p = &p[n..];
        }
        if !self.err.is_nil() {
            return (written as i64, self.err.clone());
        }
        self.bytes.extend_from_slice(p);
        ((written + p.len()) as i64, GoError::nil())
    }
}

impl Writer {
    /// The buffer's size.
    pub fn size(&self) -> i64 {
        self.state.with(|s| s.size as i64)
    }

    /// Starts over with another sink.
    pub fn reset(&self, w: Iface<dyn io::Writer>) {
        self.state.with(|s| {
            *s = Buffered {
                sink: w,
                size: if s.size == 0 { 4096 } else { s.size },
                ..Buffered::default()
            }
        });
    }

    /// Writes what is buffered.
    pub fn flush(&self) -> GoError {
        self.state.with(Buffered::flush)
    }

    /// The room left.
    pub fn available(&self) -> i64 {
        self.state.with(|s| (s.size - s.bytes.len()) as i64)
    }

    /// How many bytes are buffered.
    pub fn buffered(&self) -> i64 {
        self.state.with(|s| s.bytes.len() as i64)
    }

    /// Writes bytes.
    pub fn write(&self, p: Slice<u8>) -> (i64, GoError) {
        let p = p.to_vec();
        self.state.with(|s| s.write(&p))
    }

    /// Writes a byte.
    pub fn write_byte(&self, c: u8) -> GoError {
        self.state.with(|s| s.write(&[c]).1)
    }

    /// Writes a rune.
    pub fn write_rune(&self, r: i32) -> (i64, GoError) {
        let mut out = Vec::new();
        utf8::encode(&mut out, r);
        self.state.with(|s| s.write(&out))
    }

    /// Writes a string.
    pub fn write_string(&self, text: GoString) -> (i64, GoError) {
        self.state.with(|s| s.write(text.as_bytes()))
    }

    /// Writes all of a reader.
    pub fn read_from(&self, r: Iface<dyn Reader>) -> (i64, GoError) {
        let (mut total, chunk) = (0, Slice::<u8>::make_len(4096));
        loop {
            let (n, err) = r.read(chunk.clone());
            let (_, failed) = self.write(chunk.slice_to(n));
            total += n;
            if !failed.is_nil() {
                return (total, failed);
            }
            if !err.is_nil() {
                return (total, if err == io::eof() { GoError::nil() } else { err });
            }
        }
    }
}

forward!(Writer:
    io::WriterPtr { fn write(p: Slice<u8>) -> (i64, GoError); }
    io::ByteWriterPtr { fn write_byte(c: u8) -> GoError; }
    io::StringWriterPtr { fn write_string(s: GoString) -> (i64, GoError); }
    io::ReaderFromPtr { fn read_from(r: Iface<dyn Reader>) -> (i64, GoError); }
);
