//! `hash`: the interfaces of hashes, and the plain ones.

pub mod crc32;
pub mod fnv;

use crate::pkg::go::*;
use crate::pkg::io::Writer;

interface! {
    /// A running hash.
    pub trait Hash: Writer {
        /// Appends the hash so far.
        fn sum(&self, b: Slice<u8>) -> Slice<u8>;
        /// Starts over.
        fn reset(&self);
        /// The hash's length in bytes.
        fn size(&self) -> i64;
        /// The length that suits it best.
        fn block_size(&self) -> i64;
    }
}

interface! {
    /// A hash of 32 bits.
    pub trait Hash32: Hash {
        /// The hash so far.
        fn sum32(&self) -> u32;
    }
}

interface! {
    /// A hash of 64 bits.
    pub trait Hash64: Hash {
        /// The hash so far.
        fn sum64(&self) -> u64;
    }
}
