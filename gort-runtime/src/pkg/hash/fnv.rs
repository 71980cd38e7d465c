//! `hash/fnv`: Fowler, Noll and Vo's hashes.

use super::{Hash, Hash32, Hash64};
use crate::pkg::go::*;
use crate::pkg::io::Writer;
use crate::pkg::support::{forward, handle_type};
use std::sync::Arc;

macro_rules! hashes {
    ($($name:ident $go:literal $t:ty, $new:ident $new_a:ident, $iface:ident $ptr:ident $sum:ident, $offset:literal, $prime:literal;)*) => {$(
        /// A running hash.
        #[derive(Clone, Default)]
        pub struct $name {
            state: Atom<$t>,
            xor_first: bool,
        }

        handle_type!($name, $go, memory(state), pointer(dyn Writer, dyn Hash, dyn $iface));

        impl $name {
            fn write(&self, p: Slice<u8>) -> (i64, GoError) {
                let mut h = self.state.get();
                for b in p.iter() {
                    if self.xor_first {
                        h = (h ^ <$t>::from(b)).wrapping_mul($prime);
                    } else {
                        h = h.wrapping_mul($prime) ^ <$t>::from(b);
                    }
                }
                self.state.set(h);
                (p.len(), GoError::nil())
            }

            fn sum(&self, b: Slice<u8>) -> Slice<u8> {
                b.append_bytes(&self.state.get().to_be_bytes())
            }

            fn reset(&self) {
                self.state.set($offset);
            }

            fn size(&self) -> i64 {
                i64::from(<$t>::BITS / 8)
            }

            fn block_size(&self) -> i64 {
                1
            }

            fn $sum(&self) -> $t {
                self.state.get()
            }
        }

        forward!($name:
            crate::pkg::io::WriterPtr { fn write(p: Slice<u8>) -> (i64, GoError); }
            super::HashPtr {
                fn sum(b: Slice<u8>) -> Slice<u8>;
                fn reset();
                fn size() -> i64;
                fn block_size() -> i64;
            }
            super::$ptr { fn $sum() -> $t; }
        );

        /// A hash that multiplies first.
        pub fn $new() -> Iface<dyn $iface> {
            Iface::from_arc(Arc::new(Ptr::new($name { state: Atom::new($offset), xor_first: false })) as Arc<dyn $iface>)
        }

        /// A hash that xors first.
        pub fn $new_a() -> Iface<dyn $iface> {
            Iface::from_arc(Arc::new(Ptr::new($name { state: Atom::new($offset), xor_first: true })) as Arc<dyn $iface>)
        }
    )*};
}

hashes! {
    Sum32 "fnv.sum32" u32, new32 new32a, Hash32 Hash32Ptr sum32, 2166136261, 16777619;
    Sum64 "fnv.sum64" u64, new64 new64a, Hash64 Hash64Ptr sum64, 14695981039346656037, 1099511628211;
}
