//! `encoding/base64`.

use crate::pkg::go::*;
use crate::pkg::support::handle_type;
use std::sync::{Arc, LazyLock};

/// No padding.
pub const NO_PADDING: i32 = -1;
/// The usual padding.
pub const STD_PADDING: i32 = b'=' as i32;

/// A radix 64 encoding.
#[derive(Clone, Default)]
pub struct Encoding {
    alphabet: Vec<u8>,
    padding: i32,
    strict: bool,
}

handle_type!(Encoding, "base64.Encoding");

/// Where the input is corrupt.
#[derive(Clone, Copy, Default, PartialEq)]
pub struct CorruptInputError(pub i64);

handle_type!(CorruptInputError, "base64.CorruptInputError", value(dyn Error));

impl Error for CorruptInputError {
    fn error(&self) -> GoString {
        GoString::from(format!("illegal base64 data at input byte {}", self.0))
    }
}

/// An encoding with this alphabet of 64 and the usual padding.
pub fn new_encoding(encoder: GoString) -> Ptr<Encoding> {
    if encoder.len() != 64 {
        panic_str("encoding alphabet is not 64-bytes long");
    }
    Ptr::new(Encoding {
        alphabet: encoder.as_bytes().to_vec(),
        padding: STD_PADDING,
        strict: false,
    })
}

const STANDARD: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

macro_rules! encodings {
    ($($(#[$doc:meta])* $name:ident = $alphabet:ident, $padding:expr;)*) => {$(
        $(#[$doc])*
        pub fn $name() -> Ptr<Encoding> {
            static E: LazyLock<Ptr<Encoding>> = LazyLock::new(|| {
                Ptr::new(Encoding { alphabet: $alphabet.as_bytes().to_vec(), padding: $padding, strict: false })
            });
            E.clone()
        }
    )*};
}

encodings! {
    /// The standard encoding.
    std_encoding = STANDARD, STD_PADDING;
    /// The encoding for URLs and file names.
    url_encoding = URL, STD_PADDING;
    /// The standard encoding without padding.
    raw_std_encoding = STANDARD, NO_PADDING;
    /// The encoding for URLs without padding.
    raw_url_encoding = URL, NO_PADDING;
}

impl Encoding {
    /// The same with another padding.
    pub fn with_padding(&self, padding: i32) -> Ptr<Encoding> {
        Ptr::new(Encoding {
            padding,
            ..self.clone()
        })
    }

    /// The same, refusing trailing bits that are not zero.
    pub fn strict(&self) -> Ptr<Encoding> {
        Ptr::new(Encoding {
            strict: true,
            ..self.clone()
        })
    }

    /// The length of the encoding of `n` bytes.
    pub fn encoded_len(&self, n: i64) -> i64 {
        if self.padding == NO_PADDING {
            n / 3 * 4 + (n % 3 * 8 + 5) / 6
        } else {
            (n + 2) / 3 * 4
        }
    }

    /// The most bytes that `n` characters encode.
    pub fn decoded_len(&self, n: i64) -> i64 {
        if self.padding == NO_PADDING {
            n / 4 * 3 + n % 4 * 6 / 8
        } else {
            n / 4 * 3
        }
    }

    fn encoded(&self, src: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(src.len() / 3 * 4 + 4);
        for chunk in src.chunks(3) {
            let n = chunk
                .iter()
                .enumerate()
                .fold(0u32, |n, (i, b)| n | u32::from(*b) << (16 - 8 * i));
            for i in 0..4 {
                if i <= chunk.len() {
                    out.push(self.alphabet[(n >> (18 - 6 * i) & 63) as usize]);
                } else if self.padding != NO_PADDING {
                    out.push(self.padding as u8);
                }
            }
        }
        out
    }

    /// The bytes encoded.
    pub fn encode_to_string(&self, src: Slice<u8>) -> GoString {
        GoString::from(self.encoded(&src.to_vec()))
    }

    /// Writes the bytes encoded to `dst`.
    pub fn encode(&self, dst: Slice<u8>, src: Slice<u8>) {
        for (i, b) in self.encoded(&src.to_vec()).into_iter().enumerate() {
            dst.set(i as i64, b);
        }
    }

    fn decoded(&self, src: &[u8]) -> Result<Vec<u8>, (Vec<u8>, usize)> {
        let (mut out, mut at) = (Vec::with_capacity(src.len() / 4 * 3), 0);
        let skip = |at: &mut usize| {
            while src.get(*at).is_some_and(|c| *c == b'\n' || *c == b'\r') {
                *at += 1;
            }
        };
        loop {
            let (mut quantum, mut n) = (0u32, 0);
            let mut end = false;
            while n < 4 {
                skip(&mut at);
                let Some(&c) = src.get(at) else {
                    if n == 0 {
                        return Ok(out);
                    }
                    if n == 1 || self.padding != NO_PADDING {
                        return Err((out, at - n));
                    }
                    end = true;
                    break;
                };
                at += 1;
                if let Some(v) = self.alphabet.iter().position(|a| *a == c) {
                    quantum |= (v as u32) << (18 - 6 * n);
                    n += 1;
                    continue;
                }
                if i32::from(c) != self.padding || n < 2 {
                    return Err((out, at - 1));
                }
                if n == 2 {
                    skip(&mut at);
                    if at >= src.len() {
                        return Err((out, src.len()));
                    }
                    if i32::from(src[at]) != self.padding {
                        return Err((out, at));
                    }
                    at += 1;
                }
                skip(&mut at);
                if at < src.len() {
                    return Err((out, at));
                }
                end = true;
                break;
            }
            if self.strict && n < 4 && quantum & ((1 << (24 - 8 * (n - 1))) - 1) != 0 {
                return Err((out, at - 1));
            }
            let bytes = quantum.to_be_bytes();
            out.extend_from_slice(&bytes[1..n]);
            if end {
                return Ok(out);
            }
        }
    }

    /// The bytes that the text stands for.
    pub fn decode_string(&self, s: GoString) -> (Slice<u8>, GoError) {
        match self.decoded(s.as_bytes()) {
            Ok(out) => (Slice::from(out), GoError::nil()),
            Err((out, at)) => (Slice::from(out), corrupt(at)),
        }
    }

    /// Writes the bytes that the text stands for to `dst`.
    pub fn decode(&self, dst: Slice<u8>, src: Slice<u8>) -> (i64, GoError) {
        let (out, err) = match self.decoded(&src.to_vec()) {
            Ok(out) => (out, GoError::nil()),
            Err((out, at)) => (out, corrupt(at)),
        };
        for (i, b) in out.iter().enumerate() {
            dst.set(i as i64, *b);
        }
        (out.len() as i64, err)
    }
}

fn corrupt(at: usize) -> GoError {
    GoError::from_arc(Arc::new(CorruptInputError(at as i64)) as Arc<dyn Error>)
}
