//! `encoding/binary`: byte orders and varints.

use crate::pkg::go::*;
use crate::pkg::support::handle_type;

/// The longest varint of 16 bits.
pub const MAX_VARINT_LEN16: i64 = 3;
/// The longest varint of 32 bits.
pub const MAX_VARINT_LEN32: i64 = 5;
/// The longest varint of 64 bits.
pub const MAX_VARINT_LEN64: i64 = 10;

macro_rules! orders {
    ($($(#[$doc:meta])* $name:ident $var:ident $go:literal $from:ident $to:ident $text:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq)]
        pub struct $name;

        handle_type!($name, $go, value(dyn Stringer));

        impl Stringer for $name {
            fn string(&self) -> GoString {
                str($text)
            }
        }

        $(#[$doc])*
        pub fn $var() -> $name {
            $name
        }

        impl $name {
            /// Reads 2 bytes.
            pub fn uint16(&self, b: Slice<u8>) -> u16 {
                u16::$from(b.slice_to(2).to_array())
            }

            /// Reads 4 bytes.
            pub fn uint32(&self, b: Slice<u8>) -> u32 {
                u32::$from(b.slice_to(4).to_array())
            }

            /// Reads 8 bytes.
            pub fn uint64(&self, b: Slice<u8>) -> u64 {
                u64::$from(b.slice_to(8).to_array())
            }

            /// Writes 2 bytes.
            pub fn put_uint16(&self, b: Slice<u8>, v: u16) {
                put(&b, &v.$to());
            }

            /// Writes 4 bytes.
            pub fn put_uint32(&self, b: Slice<u8>, v: u32) {
                put(&b, &v.$to());
            }

            /// Writes 8 bytes.
            pub fn put_uint64(&self, b: Slice<u8>, v: u64) {
                put(&b, &v.$to());
            }

            /// Appends 2 bytes.
            pub fn append_uint16(&self, b: Slice<u8>, v: u16) -> Slice<u8> {
                b.append_bytes(&v.$to())
            }

            /// Appends 4 bytes.
            pub fn append_uint32(&self, b: Slice<u8>, v: u32) -> Slice<u8> {
                b.append_bytes(&v.$to())
            }

            /// Appends 8 bytes.
            pub fn append_uint64(&self, b: Slice<u8>, v: u64) -> Slice<u8> {
                b.append_bytes(&v.$to())
            }
        }
    )*};
}

fn put(b: &Slice<u8>, bytes: &[u8]) {
    b.at(bytes.len() as i64 - 1);
    for (i, v) in bytes.iter().enumerate() {
        b.set(i as i64, *v);
    }
}

orders! {
    /// The least significant byte first.
    LittleEndian little_endian "binary.littleEndian" from_le_bytes to_le_bytes "LittleEndian";
    /// The most significant byte first.
    BigEndian big_endian "binary.bigEndian" from_be_bytes to_be_bytes "BigEndian";
}

fn varint_bytes(mut x: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while x >= 0x80 {
        out.push(x as u8 | 0x80);
        x >>= 7;
    }
    out.push(x as u8);
    out
}

fn zigzag(x: i64) -> u64 {
    ((x << 1) ^ (x >> 63)) as u64
}

/// Writes a varint and returns its length.
pub fn put_uvarint(buf: Slice<u8>, x: u64) -> i64 {
    let bytes = varint_bytes(x);
    put(&buf, &bytes);
    bytes.len() as i64
}

/// Writes a signed varint and returns its length.
pub fn put_varint(buf: Slice<u8>, x: i64) -> i64 {
    put_uvarint(buf, zigzag(x))
}

/// Appends a varint.
pub fn append_uvarint(buf: Slice<u8>, x: u64) -> Slice<u8> {
    buf.append_bytes(&varint_bytes(x))
}

/// Appends a signed varint.
pub fn append_varint(buf: Slice<u8>, x: i64) -> Slice<u8> {
    append_uvarint(buf, zigzag(x))
}

/// Reads a varint: value and length, 0 when there is too little, negative when it is too large.
pub fn uvarint(buf: Slice<u8>) -> (u64, i64) {
    let (mut x, mut shift) = (0u64, 0);
    for (i, b) in buf.iter().enumerate() {
        if i == 10 || i == 9 && b > 1 {
            return (0, -(i as i64 + 1));
        }
        if b < 0x80 {
            return (x | u64::from(b) << shift, i as i64 + 1);
        }
        x |= u64::from(b & 0x7F) << shift;
        shift += 7;
    }
    (0, 0)
}

/// Reads a signed varint.
pub fn varint(buf: Slice<u8>) -> (i64, i64) {
    let (u, n) = uvarint(buf);
    ((u >> 1) as i64 ^ -((u & 1) as i64), n)
}
