//! `hash/crc32`.

use super::{Hash, Hash32, Hash32Ptr, HashPtr};
use crate::pkg::go::*;
use crate::pkg::io::{Writer, WriterPtr};
use crate::pkg::support::{forward, handle_type};
use std::sync::{Arc, LazyLock};

/// The length of a checksum.
pub const SIZE: i64 = 4;
/// The polynomial of Ethernet, gzip and PNG.
pub const IEEE: u32 = 0xedb88320;
/// Castagnoli's.
pub const CASTAGNOLI: u32 = 0x82f63b78;
/// Koopman's.
pub const KOOPMAN: u32 = 0xeb31d82e;

/// A polynomial's table.
pub type Table = [u32; 256];

/// The table of a polynomial.
pub fn make_table(poly: u32) -> Ptr<Table> {
    Ptr::new(std::array::from_fn(|i| {
        (0..8).fold(i as u32, |crc, _| if crc & 1 == 1 { crc >> 1 ^ poly } else { crc >> 1 })
    }))
}

/// The table of [`IEEE`].
pub fn ieee_table() -> Ptr<Table> {
    static T: LazyLock<Ptr<Table>> = LazyLock::new(|| make_table(IEEE));
    T.clone()
}

/// Continues a checksum.
pub fn update(crc: u32, tab: Ptr<Table>, p: Slice<u8>) -> u32 {
    let t = tab.get();
    !p.iter().fold(!crc, |crc, b| t[usize::from(crc as u8 ^ b)] ^ crc >> 8)
}

/// The checksum by a table.
pub fn checksum(data: Slice<u8>, tab: Ptr<Table>) -> u32 {
    update(0, tab, data)
}

/// The checksum by [`IEEE`].
pub fn checksum_ieee(data: Slice<u8>) -> u32 {
    update(0, ieee_table(), data)
}

#[derive(Clone, Default)]
struct Digest {
    crc: Atom<u32>,
    table: Ptr<Table>,
}

handle_type!(
    Digest,
    "crc32.digest",
    memory(crc),
    pointer(dyn Writer, dyn Hash, dyn Hash32)
);

impl Digest {
    fn write(&self, p: Slice<u8>) -> (i64, GoError) {
        let n = p.len();
        self.crc.set(update(self.crc.get(), self.table.clone(), p));
        (n, GoError::nil())
    }

    fn sum(&self, b: Slice<u8>) -> Slice<u8> {
        b.append_bytes(&self.crc.get().to_be_bytes())
    }

    fn reset(&self) {
        self.crc.set(0);
    }

    fn size(&self) -> i64 {
        SIZE
    }

    fn block_size(&self) -> i64 {
        1
    }

    fn sum32(&self) -> u32 {
        self.crc.get()
    }
}

forward!(Digest:
    WriterPtr { fn write(p: Slice<u8>) -> (i64, GoError); }
    HashPtr {
        fn sum(b: Slice<u8>) -> Slice<u8>;
        fn reset();
        fn size() -> i64;
        fn block_size() -> i64;
    }
    Hash32Ptr { fn sum32() -> u32; }
);

/// A running checksum by a table.
pub fn new(tab: Ptr<Table>) -> Iface<dyn Hash32> {
    Iface::from_arc(Arc::new(Ptr::new(Digest {
        crc: Atom::new(0),
        table: tab,
    })) as Arc<dyn Hash32>)
}

/// A running checksum by [`IEEE`].
pub fn new_ieee() -> Iface<dyn Hash32> {
    new(ieee_table())
}
