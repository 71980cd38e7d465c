//! `bytes`: functions over byte slices, and `Buffer`, `Reader`.

mod buffer;

use crate::pkg::go::*;
use crate::pkg::io::{self, *};
use crate::pkg::shared_text::{self as text, Text, text_functions};
use crate::pkg::strings::reader::text_reader;
use crate::pkg::support::{State, error, find, forward, handle_type};
use crate::pkg::unicode::{self, utf8};

pub use buffer::{Buffer, err_too_large, new_buffer, new_buffer_string};

/// The least room that `Buffer::read_from` makes.
pub const MIN_READ: i64 = 512;

text_functions!(Slice<u8>, "bytes");

/// A copy, nil for nil.
pub fn clone(b: Slice<u8>) -> Slice<u8> {
    if b.is_nil() { b } else { Slice::from(b.to_vec()) }
}

/// Reports whether both hold the same bytes.
pub fn equal(a: Slice<u8>, b: Slice<u8>) -> bool {
    a.len() == b.len() && a.iter().eq(b.iter())
}

/// -1, 0 or 1 by the order of the bytes.
pub fn compare(a: Slice<u8>, b: Slice<u8>) -> i64 {
    a.iter().cmp(b.iter()) as i64
}

/// The runes that the bytes encode.
pub fn runes(s: Slice<u8>) -> Slice<i32> {
    Slice::from(utf8::runes(&s.to_vec()).map(|x| x.1).collect::<Vec<_>>())
}

fn copy_out(p: &Slice<u8>, s: &Slice<u8>) -> i64 {
    crate::value::copy(p, s)
}

fn byte_at(s: &Slice<u8>, i: i64) -> u8 {
    s.get(i)
}

fn write_text(w: Iface<dyn Writer>, s: Slice<u8>) -> (i64, GoError) {
    w.write(s)
}

text_reader!("bytes.Reader", "bytes", Slice<u8>);
