//! `bufio`: buffered reading, writing and scanning.

mod reader;
mod scanner;
mod writer;

use crate::pkg::go::*;
use crate::pkg::io;
use crate::pkg::support::{error_var, forward, handle_type};

pub use reader::{Reader, new_reader, new_reader_size};
pub use scanner::{Scanner, SplitFunc, err_final_token, new_scanner, scan_bytes, scan_lines, scan_runes, scan_words};
pub use writer::{Writer, new_writer, new_writer_size};

/// The longest token of a [`Scanner`] unless told otherwise.
pub const MAX_SCAN_TOKEN_SIZE: i64 = 64 * 1024;

error_var! {
    /// The byte cannot be taken back.
    err_invalid_unread_byte = "bufio: invalid use of UnreadByte";
    /// The rune cannot be taken back.
    err_invalid_unread_rune = "bufio: invalid use of UnreadRune";
    /// More was asked for than the buffer holds.
    err_buffer_full = "bufio: buffer full";
    /// A negative count.
    err_negative_count = "bufio: negative count";
    /// The token is longer than the buffer may become.
    err_too_long = "bufio.Scanner: token too long";
    /// A split function advanced by less than nothing.
    err_negative_advance = "bufio.Scanner: SplitFunc returns negative advance count";
    /// A split function advanced beyond its input.
    err_advance_too_far = "bufio.Scanner: SplitFunc returns advance count beyond input";
    /// A reader claimed to have read an impossible count.
    err_bad_read_count = "bufio.Scanner: Read returned impossible count";
}

/// A reader and a writer as one.
#[derive(Clone, Default)]
pub struct ReadWriter {
    /// The reader.
    pub reader: Cell<Ptr<Reader>>,
    /// The writer.
    pub writer: Cell<Ptr<Writer>>,
}

handle_type!(
    ReadWriter,
    "bufio.ReadWriter",
    memory(reader, writer),
    pointer(dyn io::Reader, dyn io::Writer, dyn io::ReadWriter)
);

/// Both as one.
pub fn new_read_writer(r: Ptr<Reader>, w: Ptr<Writer>) -> Ptr<ReadWriter> {
    Ptr::new(ReadWriter {
        reader: Cell::new(r),
        writer: Cell::new(w),
    })
}

impl ReadWriter {
    /// Reads on.
    pub fn read(&self, p: Slice<u8>) -> (i64, GoError) {
        self.reader.get().read(p)
    }

    /// Writes bytes.
    pub fn write(&self, p: Slice<u8>) -> (i64, GoError) {
        self.writer.get().write(p)
    }

    /// Reads through the delimiter.
    pub fn read_string(&self, delim: u8) -> (GoString, GoError) {
        self.reader.get().read_string(delim)
    }

    /// Writes a string.
    pub fn write_string(&self, s: GoString) -> (i64, GoError) {
        self.writer.get().write_string(s)
    }

    /// Writes what is buffered.
    pub fn flush(&self) -> GoError {
        self.writer.get().flush()
    }
}

forward!(ReadWriter:
    io::ReaderPtr { fn read(p: Slice<u8>) -> (i64, GoError); }
    io::WriterPtr { fn write(p: Slice<u8>) -> (i64, GoError); }
);
