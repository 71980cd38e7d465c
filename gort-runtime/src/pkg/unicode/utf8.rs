//! `unicode/utf8`: encoding and decoding of runes, with Go's treatment of bytes that are not UTF-8.

use crate::pkg::go::*;

/// The "error" rune.
pub const RUNE_ERROR: i32 = 0xFFFD;
/// Runes below this are one byte.
pub const RUNE_SELF: i64 = 0x80;
/// The largest rune.
pub const MAX_RUNE: i32 = 0x10FFFF;
/// The most bytes that one rune takes.
pub const UTF_MAX: i64 = 4;

/// Decodes the first rune of `b`: the rune and its width, `(0xFFFD, 1)` for an invalid byte and `(0xFFFD, 0)` for nothing.
pub(crate) fn decode(b: &[u8]) -> (i32, usize) {
    let Some(&first) = b.first() else {
        return (RUNE_ERROR, 0);
    };
    if first < 0x80 {
        return (i32::from(first), 1);
    }
    let (len, low, high, mask) = match first {
        0xC2..=0xDF => (2, 0x80, 0xBF, 0x1F),
        0xE0 => (3, 0xA0, 0xBF, 0x0F),
        0xED => (3, 0x80, 0x9F, 0x0F),
        0xE1..=0xEF => (3, 0x80, 0xBF, 0x0F),
        0xF0 => (4, 0x90, 0xBF, 0x07),
        0xF4 => (4, 0x80, 0x8F, 0x07),
        0xF1..=0xF3 => (4, 0x80, 0xBF, 0x07),
        _ => return (RUNE_ERROR, 1),
    };
    if b.len() < len || !(low..=high).contains(&b[1]) {
        return (RUNE_ERROR, 1);
    }
    let mut rune = i32::from(first & mask);
    for (i, &c) in b[1..len].iter().enumerate() {
        if i > 0 && c & 0xC0 != 0x80 {
            return (RUNE_ERROR, 1);
        }
        rune = rune << 6 | i32::from(c & 0x3F);
    }
    (rune, len)
}

/// Decodes the last rune of `b`, as [`decode`] does the first.
pub(crate) fn decode_last(b: &[u8]) -> (i32, usize) {
    let n = b.len();
    if n == 0 {
        return (RUNE_ERROR, 0);
    }
    for back in 1..=n.min(4) {
        if b[n - back] & 0xC0 != 0x80 {
            let (rune, width) = decode(&b[n - back..]);
            return if width == back { (rune, width) } else { (RUNE_ERROR, 1) };
        }
    }
    (RUNE_ERROR, 1)
}

/// Appends the encoding of `r`; what is no rune becomes U+FFFD.
pub(crate) fn encode(out: &mut Vec<u8>, r: i32) {
    let c = u32::try_from(r).ok().and_then(char::from_u32).unwrap_or('\u{FFFD}');
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// The runes of `b` with their byte offsets and widths.
pub(crate) fn runes(b: &[u8]) -> impl Iterator<Item = (usize, i32, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= b.len() {
            return None;
        }
        let (r, w) = decode(&b[at..]);
        at += w;
        Some((at - w, r, w))
    })
}

/// Reports whether `b` begins with a complete encoding (an invalid one counts as complete).
pub(crate) fn full(b: &[u8]) -> bool {
    let Some(&first) = b.first() else { return false };
    let want = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => 1,
    };
    if b.len() >= want {
        return true;
    }
    // An invalid second or third byte makes it an error of width one, which is complete.
    let mut padded = b.to_vec();
    let second_low = match first {
        0xE0 => 0xA0,
        0xF0 => 0x90,
        _ => 0x80,
    };
    while padded.len() < want {
        padded.push(if padded.len() == 1 { second_low } else { 0x80 });
    }
    decode(&padded).1 == 1
}

/// The first rune of `p` and its width.
pub fn decode_rune(p: Slice<u8>) -> (i32, i64) {
    let head = if p.len() > 4 { p.slice_to(4) } else { p };
    let (r, w) = decode(&head.to_vec());
    (r, w as i64)
}

/// The first rune of `s` and its width.
pub fn decode_rune_in_string(s: GoString) -> (i32, i64) {
    let (r, w) = decode(s.as_bytes());
    (r, w as i64)
}

/// The last rune of `p` and its width.
pub fn decode_last_rune(p: Slice<u8>) -> (i32, i64) {
    let tail = if p.len() > 4 { p.slice_from(p.len() - 4) } else { p };
    let (r, w) = decode_last(&tail.to_vec());
    (r, w as i64)
}

/// The last rune of `s` and its width.
pub fn decode_last_rune_in_string(s: GoString) -> (i32, i64) {
    let (r, w) = decode_last(s.as_bytes());
    (r, w as i64)
}

/// Writes the encoding of `r` to the start of `p` and returns its width.
pub fn encode_rune(p: Slice<u8>, r: i32) -> i64 {
    let mut out = Vec::new();
    encode(&mut out, r);
    p.at(out.len() as i64 - 1);
    for (i, b) in out.iter().enumerate() {
        p.set(i as i64, *b);
    }
    out.len() as i64
}

/// Appends the encoding of `r` to `p`.
pub fn append_rune(p: Slice<u8>, r: i32) -> Slice<u8> {
    let mut out = Vec::new();
    encode(&mut out, r);
    p.append_all(&Slice::from(out))
}

/// Reports whether `p` begins with a full encoding of a rune.
pub fn full_rune(p: Slice<u8>) -> bool {
    full(&p.to_vec())
}

/// Reports whether `s` begins with a full encoding of a rune.
pub fn full_rune_in_string(s: GoString) -> bool {
    full(s.as_bytes())
}

/// The number of runes in `p`.
pub fn rune_count(p: Slice<u8>) -> i64 {
    runes(&p.to_vec()).count() as i64
}

/// The number of runes in `s`.
pub fn rune_count_in_string(s: GoString) -> i64 {
    runes(s.as_bytes()).count() as i64
}

/// The width of `r`'s encoding, -1 if it has none.
pub fn rune_len(r: i32) -> i64 {
    u32::try_from(r)
        .ok()
        .and_then(char::from_u32)
        .map_or(-1, |c| c.len_utf8() as i64)
}

/// Reports whether the byte could be the first of a rune.
pub fn rune_start(b: u8) -> bool {
    b & 0xC0 != 0x80
}

/// Reports whether `p` is entirely UTF-8.
pub fn valid(p: Slice<u8>) -> bool {
    std::str::from_utf8(&p.to_vec()).is_ok()
}

/// Reports whether `s` is entirely UTF-8.
pub fn valid_string(s: GoString) -> bool {
    std::str::from_utf8(s.as_bytes()).is_ok()
}

/// Reports whether `r` can be encoded.
pub fn valid_rune(r: i32) -> bool {
    rune_len(r) > 0
}
