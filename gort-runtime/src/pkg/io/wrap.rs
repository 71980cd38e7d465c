//! Readers and writers made of others.

use super::*;
use crate::pkg::support::{State, forward, handle_type};

fn reader<T: ReaderPtr>(t: T) -> Iface<dyn Reader>
where
    Ptr<T>: GoType,
{
    Iface::from_arc(Arc::new(Ptr::new(t)) as Arc<dyn Reader>)
}

/// A reader that stops after `n` bytes.
#[derive(Clone, Default)]
pub struct LimitedReader {
    /// The underlying reader.
    pub r: Cell<Iface<dyn Reader>>,
    /// How many bytes remain.
    pub n: Atom<i64>,
}

handle_type!(LimitedReader, "io.LimitedReader", memory(r, n), pointer(dyn Reader));

impl LimitedReader {
    /// Reads what remains.
    pub fn read(&self, p: Slice<u8>) -> (i64, GoError) {
        let left = self.n.get();
        if left <= 0 {
            return (0, eof());
        }
        let p = if p.len() > left { p.slice_to(left) } else { p };
        let (n, err) = self.r.get().read(p);
        self.n.set(left - n);
        (n, err)
    }
}

forward!(LimitedReader: ReaderPtr { fn read(p: Slice<u8>) -> (i64, GoError); });

/// A reader of the first `n` bytes.
pub fn limit_reader(r: Iface<dyn Reader>, n: i64) -> Iface<dyn Reader> {
    reader(LimitedReader {
        r: Cell::new(r),
        n: Atom::new(n),
    })
}

#[derive(Clone, Default)]
struct TeeReader {
    r: Iface<dyn Reader>,
    w: Iface<dyn Writer>,
}

handle_type!(TeeReader, "io.teeReader", pointer(dyn Reader));

impl ReaderPtr for TeeReader {
    fn read(this: &Ptr<Self>, p: Slice<u8>) -> (i64, GoError) {
        let (n, err) = this.r.read(p.clone());
        if n > 0 {
            let (n, err) = this.w.write(p.slice_to(n));
            if !err.is_nil() {
                return (n, err);
            }
        }
        (n, err)
    }
}

/// A reader that writes what it reads.
pub fn tee_reader(r: Iface<dyn Reader>, w: Iface<dyn Writer>) -> Iface<dyn Reader> {
    reader(TeeReader { r, w })
}

#[derive(Clone, Default)]
struct MultiReader {
    readers: State<std::collections::VecDeque<Iface<dyn Reader>>>,
}

handle_type!(MultiReader, "io.multiReader", pointer(dyn Reader));

impl ReaderPtr for MultiReader {
    fn read(this: &Ptr<Self>, p: Slice<u8>) -> (i64, GoError) {
        while let Some(r) = this.readers.with(|q| q.front().cloned()) {
            let (n, err) = r.read(p.clone());
            let ended = err == eof();
            if ended {
                this.readers.with(|q| q.pop_front());
            }
            if n > 0 || !ended {
                let more = this.readers.with(|q| !q.is_empty());
                return (n, if ended && more { GoError::nil() } else { err });
            }
        }
        (0, eof())
    }
}

/// One reader after the other.
pub fn multi_reader(readers: Slice<Iface<dyn Reader>>) -> Iface<dyn Reader> {
    reader(MultiReader {
        readers: State::new(readers.iter().collect()),
    })
}

#[derive(Clone, Default)]
struct MultiWriter {
    writers: Vec<Iface<dyn Writer>>,
}

handle_type!(MultiWriter, "io.multiWriter", pointer(dyn Writer, dyn StringWriter));

impl WriterPtr for MultiWriter {
    fn write(this: &Ptr<Self>, p: Slice<u8>) -> (i64, GoError) {
        for w in &this.writers {
            let (n, err) = w.write(p.clone());
            if !err.is_nil() {
                return (n, err);
            }
            if n != p.len() {
                return (n, err_short_write());
            }
        }
        (p.len(), GoError::nil())
    }
}

impl StringWriterPtr for MultiWriter {
    fn write_string(this: &Ptr<Self>, s: GoString) -> (i64, GoError) {
        WriterPtr::write(this, s.to_bytes())
    }
}

/// A writer to all the writers.
pub fn multi_writer(writers: Slice<Iface<dyn Writer>>) -> Iface<dyn Writer> {
    let w = MultiWriter {
        writers: writers.to_vec(),
    };
    Iface::from_arc(Arc::new(Ptr::new(w)) as Arc<dyn Writer>)
}

#[derive(Clone, Default)]
struct DiscardWriter;

handle_type!(
    DiscardWriter,
    "io.discard",
    value(dyn Writer, dyn StringWriter, dyn ReaderFrom)
);

impl Writer for DiscardWriter {
    fn write(&self, p: Slice<u8>) -> (i64, GoError) {
        (p.len(), GoError::nil())
    }
}

impl StringWriter for DiscardWriter {
    fn write_string(&self, s: GoString) -> (i64, GoError) {
        (s.len(), GoError::nil())
    }
}

impl ReaderFrom for DiscardWriter {
    fn read_from(&self, r: Iface<dyn Reader>) -> (i64, GoError) {
        let (mut total, buf) = (0, Slice::<u8>::make_len(8192));
        loop {
            let (n, err) = r.read(buf.clone());
            total += n;
            if !err.is_nil() {
                return (total, if err == eof() { GoError::nil() } else { err });
            }
        }
    }
}

/// The writer that forgets.
pub fn discard() -> Iface<dyn Writer> {
    Iface::from_arc(Arc::new(DiscardWriter) as Arc<dyn Writer>)
}

#[derive(Clone, Default)]
struct NopCloser {
    r: Iface<dyn Reader>,
}

handle_type!(NopCloser, "io.nopCloser", value(dyn Reader, dyn Closer, dyn ReadCloser));

impl Reader for NopCloser {
    fn read(&self, p: Slice<u8>) -> (i64, GoError) {
        self.r.read(p)
    }
}

impl Closer for NopCloser {
    fn close(&self) -> GoError {
        GoError::nil()
    }
}

/// The reader with a `Close` that does nothing.
pub fn nop_closer(r: Iface<dyn Reader>) -> Iface<dyn ReadCloser> {
    Iface::from_arc(Arc::new(NopCloser { r }) as Arc<dyn ReadCloser>)
}

/// A section of something read at positions.
#[derive(Clone, Default)]
pub struct SectionReader {
    r: Iface<dyn ReaderAt>,
    base: i64,
    end: i64,
    at: Atom<i64>,
}

handle_type!(
    SectionReader,
    "io.SectionReader",
    memory(at),
    pointer(dyn Reader, dyn Seeker, dyn ReaderAt, dyn ReadSeeker)
);

/// The `n` bytes of `r` from `off`.
pub fn new_section_reader(r: Iface<dyn ReaderAt>, off: i64, n: i64) -> Ptr<SectionReader> {
    let end = off.checked_add(n).unwrap_or(i64::MAX);
    Ptr::new(SectionReader {
        r,
        base: off,
        end,
        at: Atom::new(off),
    })
}

impl SectionReader {
    /// Reads on.
    pub fn read(&self, p: Slice<u8>) -> (i64, GoError) {
        let at = self.at.get();
        if at >= self.end {
            return (0, eof());
        }
        let p = if p.len() > self.end - at {
            p.slice_to(self.end - at)
        } else {
            p
        };
        let (n, err) = self.r.read_at(p, at);
        self.at.set(at + n);
        (n, err)
    }

    /// Reads at a position of the section.
    pub fn read_at(&self, p: Slice<u8>, off: i64) -> (i64, GoError) {
        if off < 0 || off >= self.size() {
            return (0, eof());
        }
        let at = off + self.base;
        let left = self.end - at;
        if p.len() <= left {
            return self.r.read_at(p, at);
        }
        let (n, err) = self.r.read_at(p.slice_to(left), at);
        (n, if err.is_nil() { eof() } else { err })
    }

    /// Sets the position.
    pub fn seek(&self, offset: i64, whence: i64) -> (i64, GoError) {
        let to = match whence {
            SEEK_START => self.base + offset,
            SEEK_CURRENT => self.at.get() + offset,
            SEEK_END => self.end + offset,
            _ => return (0, crate::pkg::support::error("Seek: invalid whence")),
        };
        if to < self.base {
            return (0, crate::pkg::support::error("Seek: invalid offset"));
        }
        self.at.set(to);
        (to - self.base, GoError::nil())
    }

    /// The section's length.
    pub fn size(&self) -> i64 {
        self.end - self.base
    }
}

forward!(SectionReader:
    ReaderPtr { fn read(p: Slice<u8>) -> (i64, GoError); }
    ReaderAtPtr { fn read_at(p: Slice<u8>, off: i64) -> (i64, GoError); }
    SeekerPtr { fn seek(offset: i64, whence: i64) -> (i64, GoError); }
);
