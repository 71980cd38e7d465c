//! `encoding/hex`.

use crate::pkg::go::*;
use crate::pkg::support::{error_var, handle_type};
use std::sync::Arc;

error_var! {
    /// The input has an odd length.
    err_length = "encoding/hex: odd length hex string";
}

/// A byte that is no hexadecimal digit.
#[derive(Clone, Copy, Default, PartialEq)]
pub struct InvalidByteError(pub u8);

handle_type!(InvalidByteError, "hex.InvalidByteError", value(dyn Error));

impl Error for InvalidByteError {
    fn error(&self) -> GoString {
        let shown =
            crate::pkg::strconv::quote::quoted_rune(i32::from(self.0), crate::pkg::strconv::quote::Style::Plain);
        let code = String::from_utf8_lossy(&shown);
        GoString::from(format!("encoding/hex: invalid byte: U+{:04X} {code}", self.0))
    }
}

/// The length of the encoding of `n` bytes.
pub fn encoded_len(n: i64) -> i64 {
    n * 2
}

/// The length of what `x` digits encode.
pub fn decoded_len(x: i64) -> i64 {
    x / 2
}

fn digits(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .flat_map(|b| {
            [
                b"0123456789abcdef"[usize::from(b >> 4)],
                b"0123456789abcdef"[usize::from(b & 15)],
            ]
        })
        .collect()
}

/// The bytes in hexadecimal.
pub fn encode_to_string(src: Slice<u8>) -> GoString {
    GoString::from(digits(&src.to_vec()))
}

/// Writes the bytes in hexadecimal to `dst`.
pub fn encode(dst: Slice<u8>, src: Slice<u8>) -> i64 {
    for (i, b) in digits(&src.to_vec()).into_iter().enumerate() {
        dst.set(i as i64, b);
    }
    src.len() * 2
}

fn bytes(s: &[u8]) -> (Vec<u8>, GoError) {
    let bad = |c: u8| GoError::from_arc(Arc::new(InvalidByteError(c)) as Arc<dyn Error>);
    let mut out = Vec::with_capacity(s.len() / 2);
    for pair in s.chunks(2) {
        let mut v = 0;
        for &c in pair {
            match (c as char).to_digit(16) {
                Some(d) => v = v << 4 | d as u8,
                None => return (out, bad(c)),
            }
        }
        if pair.len() == 1 {
            return (out, err_length());
        }
        out.push(v);
    }
    (out, GoError::nil())
}

/// The bytes that hexadecimal digits stand for.
pub fn decode_string(s: GoString) -> (Slice<u8>, GoError) {
    let (out, err) = bytes(s.as_bytes());
    (Slice::from(out), err)
}

/// Writes the bytes that hexadecimal digits stand for to `dst`.
pub fn decode(dst: Slice<u8>, src: Slice<u8>) -> (i64, GoError) {
    let (out, err) = bytes(&src.to_vec());
    for (i, b) in out.iter().enumerate() {
        dst.set(i as i64, *b);
    }
    (out.len() as i64, err)
}

/// A dump as `hexdump -C` prints it.
pub fn dump(data: Slice<u8>) -> GoString {
    let mut out = String::new();
    for (i, line) in data.to_vec().chunks(16).enumerate() {
        out += &format!("{:08x} ", i * 16);
        for j in 0..16 {
            out += if j == 8 { "  " } else { " " };
            out += &line.get(j).map_or("  ".to_owned(), |b| format!("{b:02x}"));
        }
        out += "  |";
        out.extend(
            line.iter()
                .map(|&b| if (32..127).contains(&b) { b as char } else { '.' }),
        );
        out += "|\n";
    }
    GoString::from(out)
}
