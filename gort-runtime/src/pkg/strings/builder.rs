//! `strings.Builder`.

use crate::pkg::go::*;
use crate::pkg::io::{ByteWriterPtr, StringWriterPtr, WriterPtr};
use crate::pkg::support::{State, forward, handle_type};
use crate::pkg::unicode::utf8;

/// A string under construction.
#[derive(Clone, Default)]
pub struct Builder {
    bytes: State<Vec<u8>>,
}

handle_type!(
    Builder,
    "strings.Builder",
    memory(bytes),
    pointer(dyn Stringer, dyn crate::pkg::io::Writer, dyn crate::pkg::io::ByteWriter, dyn crate::pkg::io::StringWriter)
);

impl Builder {
    /// The string so far.
    pub fn string(&self) -> GoString {
        self.bytes.with(|b| GoString::from(b.as_slice()))
    }

    /// The number of bytes so far.
    pub fn len(&self) -> i64 {
        self.bytes.with(|b| b.len() as i64)
    }

    /// Whether nothing has been written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The capacity of the buffer.
    pub fn cap(&self) -> i64 {
        self.bytes.with(|b| b.capacity() as i64)
    }

    /// Empties it.
    pub fn reset(&self) {
        self.bytes.with(|b| *b = Vec::new());
    }

    /// Makes room for `n` more bytes.
    pub fn grow(&self, n: i64) {
        if n < 0 {
            panic_str("strings.Builder.Grow: negative count");
        }
        self.bytes.with(|b| b.reserve(n as usize));
    }

    /// Appends bytes.
    pub fn write(&self, p: Slice<u8>) -> (i64, GoError) {
        self.bytes.with(|b| b.extend(p.iter()));
        (p.len(), GoError::nil())
    }

    /// Appends a byte.
    pub fn write_byte(&self, c: u8) -> GoError {
        self.bytes.with(|b| b.push(c));
        GoError::nil()
    }

    /// Appends a rune.
    pub fn write_rune(&self, r: i32) -> (i64, GoError) {
        let n = self.bytes.with(|b| {
            let before = b.len();
            utf8::encode(b, r);
            b.len() - before
        });
        (n as i64, GoError::nil())
    }

    /// Appends a string.
    pub fn write_string(&self, s: GoString) -> (i64, GoError) {
        self.bytes.with(|b| b.extend_from_slice(s.as_bytes()));
        (s.len(), GoError::nil())
    }
}

forward!(Builder:
    StringerPtr { fn string() -> GoString; }
    WriterPtr { fn write(p: Slice<u8>) -> (i64, GoError); }
    ByteWriterPtr { fn write_byte(c: u8) -> GoError; }
    StringWriterPtr { fn write_string(s: GoString) -> (i64, GoError); }
);
