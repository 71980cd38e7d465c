//! `strings.Reader`, which `bytes.Reader` shares.

use crate::pkg::go::*;
use crate::pkg::io::{self, *};
use crate::pkg::support::{State, error, forward, handle_type};
use crate::pkg::unicode::utf8;

/// What is read and how far: the last rune's start is kept for taking it back.
#[derive(Clone, Default)]
pub(crate) struct Position {
    pub(crate) at: usize,
    pub(crate) rune: Option<usize>,
}

/// Writes the reader type of a package over its text type.
macro_rules! text_reader {
    ($name:literal, $package:literal, $t:ty) => {
        /// A reader of a text.
        #[derive(Clone, Default)]
        pub struct Reader {
            text: State<$t>,
            position: State<$crate::pkg::strings::reader::Position>,
        }

        handle_type!(
            Reader,
            $name,
            memory(text, position),
            pointer(
                dyn io::Reader,
                dyn io::ByteReader,
                dyn io::ByteScanner,
                dyn io::RuneReader,
                dyn io::RuneScanner,
                dyn io::Seeker,
                dyn io::ReadSeeker,
                dyn io::ReaderAt,
                dyn io::WriterTo
            )
        );

        /// A reader of `s`.
        pub fn new_reader(s: $t) -> Ptr<Reader> {
            Ptr::new(Reader { text: State::new(s), position: State::default() })
        }

        impl Reader {
            fn text(&self) -> $t {
                self.text.lock().clone()
            }

            /// The number of unread bytes.
            pub fn len(&self) -> i64 {
                (self.text().len() - self.position.lock().at as i64).max(0)
            }

            /// Whether everything has been read.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// The length of the text.
            pub fn size(&self) -> i64 {
                self.text().len()
            }

            /// Reads on.
            pub fn read(&self, p: Slice<u8>) -> (i64, GoError) {
                let text = self.text();
                let mut position = self.position.lock();
                if position.at as i64 >= text.len() {
                    return (0, io::eof());
                }
                position.rune = None;
                let n = copy_out(&p, &text.slice_from(position.at as i64));
                position.at += n as usize;
                (n, GoError::nil())
            }

            /// Reads at a position.
            pub fn read_at(&self, p: Slice<u8>, off: i64) -> (i64, GoError) {
                if off < 0 {
                    return (0, error(concat!($package, ".Reader.ReadAt: negative offset")));
                }
                let text = self.text();
                if off >= text.len() {
                    return (0, io::eof());
                }
                let n = copy_out(&p, &text.slice_from(off));
                (n, if n < p.len() { io::eof() } else { GoError::nil() })
            }

            /// Reads a byte.
            pub fn read_byte(&self) -> (u8, GoError) {
                let text = self.text();
                let mut position = self.position.lock();
                position.rune = None;
                if position.at as i64 >= text.len() {
                    return (0, io::eof());
                }
                position.at += 1;
                (byte_at(&text, position.at as i64 - 1), GoError::nil())
            }

            /// Takes the last byte back.
            pub fn unread_byte(&self) -> GoError {
                let mut position = self.position.lock();
                if position.at == 0 {
                    return error(concat!($package, ".Reader.UnreadByte: at beginning of ", $package));
                }
                position.rune = None;
                position.at -= 1;
                GoError::nil()
            }

            /// Reads a rune.
            pub fn read_rune(&self) -> (i32, i64, GoError) {
                let text = self.text();
                let mut position = self.position.lock();
                let at = position.at as i64;
                if at >= text.len() {
                    position.rune = None;
                    return (0, 0, io::eof());
                }
                let head = text.slice(at, text.len().min(at + 4));
                let (r, w) = utf8::decode(&head.view());
                position.rune = Some(position.at);
                position.at += w;
                (r, w as i64, GoError::nil())
            }

            /// Takes the last rune back.
            pub fn unread_rune(&self) -> GoError {
                let mut position = self.position.lock();
                if position.at == 0 {
                    return error(concat!($package, ".Reader.UnreadRune: at beginning of ", $package));
                }
                match position.rune.take() {
                    Some(at) => position.at = at,
                    None => return error(concat!($package, ".Reader.UnreadRune: previous operation was not ReadRune")),
                }
                GoError::nil()
            }

            /// Sets the position.
            pub fn seek(&self, offset: i64, whence: i64) -> (i64, GoError) {
                let size = self.size();
                let mut position = self.position.lock();
                position.rune = None;
                let to = match whence {
                    io::SEEK_START => offset,
                    io::SEEK_CURRENT => position.at as i64 + offset,
                    io::SEEK_END => size + offset,
                    _ => return (0, error(concat!($package, ".Reader.Seek: invalid whence"))),
                };
                if to < 0 {
                    return (0, error(concat!($package, ".Reader.Seek: negative position")));
                }
                position.at = to as usize;
                (to, GoError::nil())
            }

            /// Writes what is unread.
            pub fn write_to(&self, w: Iface<dyn Writer>) -> (i64, GoError) {
                let text = self.text();
                let at = self.position.lock().at as i64;
                if at >= text.len() {
                    return (0, GoError::nil());
                }
                let rest = text.slice_from(at);
                let len = rest.len();
                let (n, err) = write_text(w, rest);
                self.position.with(|p| p.at += n as usize);
                (n, if n != len && err.is_nil() { io::err_short_write() } else { err })
            }

            /// Starts over with another text.
            pub fn reset(&self, s: $t) {
                *self.text.lock() = s;
                *self.position.lock() = Default::default();
            }
        }

        forward!(Reader:
            ReaderPtr { fn read(p: Slice<u8>) -> (i64, GoError); }
            ReaderAtPtr { fn read_at(p: Slice<u8>, off: i64) -> (i64, GoError); }
            ByteReaderPtr { fn read_byte() -> (u8, GoError); }
            ByteScannerPtr { fn unread_byte() -> GoError; }
            RuneReaderPtr { fn read_rune() -> (i32, i64, GoError); }
            RuneScannerPtr { fn unread_rune() -> GoError; }
            SeekerPtr { fn seek(offset: i64, whence: i64) -> (i64, GoError); }
            WriterToPtr { fn write_to(w: Iface<dyn Writer>) -> (i64, GoError); }
        );
    };
}
pub(crate) use text_reader;

use crate::pkg::shared_text::Text;

fn copy_out(p: &Slice<u8>, s: &GoString) -> i64 {
    copy_str(p, s)
}

fn byte_at(s: &GoString, i: i64) -> u8 {
    s.at(i)
}

fn write_text(w: Iface<dyn Writer>, s: GoString) -> (i64, GoError) {
    io::write_string(w, s)
}

text_reader!("strings.Reader", "strings", GoString);
