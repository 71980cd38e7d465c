//! `crypto/…`: the digests that programs use, from the RustCrypto crates.

use crate::pkg::go::*;
use crate::pkg::hash::{Hash, HashPtr};
use crate::pkg::io::{Writer, WriterPtr};
use crate::pkg::support::{State, forward, handle_type};
use std::sync::Arc;

macro_rules! digests {
    ($($(#[$doc:meta])* $module:ident: $hasher:ty, $go:literal, $size:literal, $block:literal, $new:ident, $sum:ident;)*) => {$(
        $(#[$doc])*
        pub mod $module {
            use super::*;
            use sha2::Digest as _;

            /// The length of a digest.
            pub const SIZE: i64 = $size;
            /// The length of a block.
            pub const BLOCK_SIZE: i64 = $block;

            #[derive(Clone, Default)]
            struct Running {
                hasher: State<$hasher>,
            }

            handle_type!(Running, $go, memory(hasher), pointer(dyn Writer, dyn Hash));

            impl Running {
                fn write(&self, p: Slice<u8>) -> (i64, GoError) {
                    self.hasher.with(|h| h.update(p.to_vec()));
                    (p.len(), GoError::nil())
                }

                fn sum(&self, b: Slice<u8>) -> Slice<u8> {
                    let digest = self.hasher.lock().clone().finalize();
                    b.append_bytes(&digest)
                }

                fn reset(&self) {
                    *self.hasher.lock() = Default::default();
                }

                fn size(&self) -> i64 {
                    SIZE
                }

                fn block_size(&self) -> i64 {
                    BLOCK_SIZE
                }
            }

            forward!(Running:
                WriterPtr { fn write(p: Slice<u8>) -> (i64, GoError); }
                HashPtr {
                    fn sum(b: Slice<u8>) -> Slice<u8>;
                    fn reset();
                    fn size() -> i64;
                    fn block_size() -> i64;
                }
            );

            /// A running digest.
            pub fn $new() -> Iface<dyn Hash> {
                Iface::from_arc(Arc::new(Ptr::new(Running::default())) as Arc<dyn Hash>)
            }

            /// The digest of the data.
            pub fn $sum(data: Slice<u8>) -> [u8; $size] {
                <$hasher>::digest(data.to_vec()).into()
            }
        }
    )*};
}

digests! {
    /// `crypto/sha256`.
    sha256: sha2::Sha256, "sha256.digest", 32, 64, new, sum256;
    /// `crypto/sha512`.
    sha512: sha2::Sha512, "sha512.digest", 64, 128, new, sum512;
    /// `crypto/sha1`.
    sha1: ::sha1::Sha1, "sha1.digest", 20, 64, new, sum;
    /// `crypto/md5`.
    md5: ::md5::Md5, "md5.digest", 16, 64, new, sum;
}
