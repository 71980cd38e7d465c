//! `io`: the interfaces of streams and the functions over them.

mod wrap;

use crate::pkg::go::*;
use crate::pkg::support::error_var;
use std::sync::Arc;

pub use wrap::*;

/// Seek from the start.
pub const SEEK_START: i64 = 0;
/// Seek from the current position.
pub const SEEK_CURRENT: i64 = 1;
/// Seek from the end.
pub const SEEK_END: i64 = 2;

error_var! {
    /// No more input.
    eof = "EOF";
    /// The input ended in the middle of something.
    err_unexpected_eof = "unexpected EOF";
    /// A write took fewer bytes than given, without an error.
    err_short_write = "short write";
    /// The buffer is shorter than what must be read.
    err_short_buffer = "short buffer";
    /// A reader gave neither data nor an error too often.
    err_no_progress = "multiple Read calls return no data or error";
    /// The pipe is closed.
    err_closed_pipe = "io: read/write on closed pipe";
}

interface! {
    /// `Read(p []byte) (n int, err error)`.
    pub trait Reader {
        /// Reads up to `p.len()` bytes.
        fn read(&self, p: Slice<u8>) -> (i64, GoError);
    }
}

interface! {
    /// `Write(p []byte) (n int, err error)`.
    pub trait Writer {
        /// Writes the bytes.
        fn write(&self, p: Slice<u8>) -> (i64, GoError);
    }
}

interface! {
    /// `Close() error`.
    pub trait Closer {
        /// Closes the stream.
        fn close(&self) -> GoError;
    }
}

interface! {
    /// `Seek(offset int64, whence int) (int64, error)`.
    pub trait Seeker {
        /// Sets the position.
        fn seek(&self, offset: i64, whence: i64) -> (i64, GoError);
    }
}

interface! {
    /// `ReadFrom(r Reader) (n int64, err error)`.
    pub trait ReaderFrom {
        /// Reads all of `r`.
        fn read_from(&self, r: Iface<dyn Reader>) -> (i64, GoError);
    }
}

interface! {
    /// `WriteTo(w Writer) (n int64, err error)`.
    pub trait WriterTo {
        /// Writes all to `w`.
        fn write_to(&self, w: Iface<dyn Writer>) -> (i64, GoError);
    }
}

interface! {
    /// `ReadAt(p []byte, off int64) (n int, err error)`.
    pub trait ReaderAt {
        /// Reads at a position.
        fn read_at(&self, p: Slice<u8>, off: i64) -> (i64, GoError);
    }
}

interface! {
    /// `WriteAt(p []byte, off int64) (n int, err error)`.
    pub trait WriterAt {
        /// Writes at a position.
        fn write_at(&self, p: Slice<u8>, off: i64) -> (i64, GoError);
    }
}

interface! {
    /// `ReadByte() (byte, error)`.
    pub trait ByteReader {
        /// Reads a byte.
        fn read_byte(&self) -> (u8, GoError);
    }
}

interface! {
    /// `WriteByte(c byte) error`.
    pub trait ByteWriter {
        /// Writes a byte.
        fn write_byte(&self, c: u8) -> GoError;
    }
}

interface! {
    /// `ReadRune() (r rune, size int, err error)`.
    pub trait RuneReader {
        /// Reads a rune.
        fn read_rune(&self) -> (i32, i64, GoError);
    }
}

interface! {
    /// `WriteString(s string) (n int, err error)`.
    pub trait StringWriter {
        /// Writes a string.
        fn write_string(&self, s: GoString) -> (i64, GoError);
    }
}

interface! {
    /// A [`RuneReader`] that can take the last rune back.
    pub trait RuneScanner: RuneReader {
        /// Takes it back.
        fn unread_rune(&self) -> GoError;
    }
}

interface! {
    /// A [`ByteReader`] that can take the last byte back.
    pub trait ByteScanner: ByteReader {
        /// Takes it back.
        fn unread_byte(&self) -> GoError;
    }
}

macro_rules! combined {
    ($($(#[$doc:meta])* $name:ident = $first:ident $(+ $more:ident)+;)*) => {
        $($(#[$doc])*
        pub trait $name: $first $(+ $more)+ {}
        impl<T: $first $(+ $more)+ + ?Sized> $name for T {})*
    };
}

combined! {
    /// Read and write.
    ReadWriter = Reader + Writer;
    /// Read and close.
    ReadCloser = Reader + Closer;
    /// Write and close.
    WriteCloser = Writer + Closer;
    /// Read, write and close.
    ReadWriteCloser = Reader + Writer + Closer;
    /// Read and seek.
    ReadSeeker = Reader + Seeker;
    /// Write and seek.
    WriteSeeker = Writer + Seeker;
    /// Read, seek and close.
    ReadSeekCloser = Reader + Seeker + Closer;
    /// Read, write and seek.
    ReadWriteSeeker = Reader + Writer + Seeker;
}

/// What the printing macros take as their writer: an interface value, or any value that writes.
pub trait ToWriter {
    /// The writer.
    fn to_writer(&self) -> Iface<dyn Writer>;
}

impl ToWriter for Iface<dyn Writer> {
    fn to_writer(&self) -> Iface<dyn Writer> {
        self.clone()
    }
}

impl<T: Writer + Clone> ToWriter for T {
    fn to_writer(&self) -> Iface<dyn Writer> {
        Iface::from_arc(Arc::new(self.clone()) as Arc<dyn Writer>)
    }
}

macro_rules! wider_writers {
    ($($t:ty),*) => {
        $(impl ToWriter for Iface<$t> {
            fn to_writer(&self) -> Iface<dyn Writer> {
                self.to_any().cast::<dyn Writer>()
            }
        })*
    };
}

wider_writers!(
    dyn ReadWriter,
    dyn WriteCloser,
    dyn ReadWriteCloser,
    dyn WriteSeeker,
    dyn ReadWriteSeeker,
    dyn crate::pkg::fmt::State
);

fn is_eof(e: &GoError) -> bool {
    *e == eof()
}

/// Writes a string.
pub fn write_string(w: Iface<dyn Writer>, s: GoString) -> (i64, GoError) {
    match w.try_cast::<dyn StringWriter>() {
        Some(sw) => sw.write_string(s),
        None => w.write(s.to_bytes()),
    }
}

/// Reads at least `min` bytes.
pub fn read_at_least(r: Iface<dyn Reader>, buf: Slice<u8>, min: i64) -> (i64, GoError) {
    if buf.len() < min {
        return (0, err_short_buffer());
    }
    let (mut n, mut err) = (0, GoError::nil());
    while n < min && err.is_nil() {
        let (m, e) = r.read(buf.slice_from(n));
        n += m;
        err = e;
    }
    if n >= min {
        err = GoError::nil();
    } else if n > 0 && is_eof(&err) {
        err = err_unexpected_eof();
    }
    (n, err)
}

/// Fills the buffer.
pub fn read_full(r: Iface<dyn Reader>, buf: Slice<u8>) -> (i64, GoError) {
    let n = buf.len();
    read_at_least(r, buf, n)
}

/// Reads until the end.
pub fn read_all(r: Iface<dyn Reader>) -> (Slice<u8>, GoError) {
    let mut all = Vec::new();
    let chunk = Slice::<u8>::make_len(4096);
    loop {
        let (n, err) = r.read(chunk.clone());
        all.extend(chunk.slice_to(n).iter());
        if !err.is_nil() {
            let err = if is_eof(&err) { GoError::nil() } else { err };
            return (Slice::from(all), err);
        }
    }
}

/// Copies until the end of `src`.
pub fn copy(dst: Iface<dyn Writer>, src: Iface<dyn Reader>) -> (i64, GoError) {
    copy_buffer(dst, src, Slice::nil())
}

/// Copies until the end of `src`, through the buffer.
pub fn copy_buffer(dst: Iface<dyn Writer>, src: Iface<dyn Reader>, buf: Slice<u8>) -> (i64, GoError) {
    if !buf.is_nil() && buf.len() == 0 {
        panic_str("empty buffer in CopyBuffer");
    }
    if let Some(from) = src.try_cast::<dyn WriterTo>() {
        return from.write_to(dst);
    }
    if let Some(into) = dst.try_cast::<dyn ReaderFrom>() {
        return into.read_from(src);
    }
    let buf = if buf.is_nil() { Slice::make_len(32 * 1024) } else { buf };
    let mut written = 0;
    loop {
        let (n, err) = src.read(buf.clone());
        if n > 0 {
            let (m, e) = dst.write(buf.slice_to(n));
            written += m;
            if !e.is_nil() {
                return (written, e);
            }
            if m != n {
                return (written, err_short_write());
            }
        }
        if !err.is_nil() {
            return (written, if is_eof(&err) { GoError::nil() } else { err });
        }
    }
}

/// Copies `n` bytes.
pub fn copy_n(dst: Iface<dyn Writer>, src: Iface<dyn Reader>, n: i64) -> (i64, GoError) {
    let (written, err) = copy(dst, limit_reader(src, n));
    if written == n {
        (n, GoError::nil())
    } else if err.is_nil() {
        (written, eof())
    } else {
        (written, err)
    }
}
