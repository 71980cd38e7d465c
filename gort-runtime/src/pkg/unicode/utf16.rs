//! `unicode/utf16`: surrogate pairs.

use crate::pkg::go::*;

/// Reports whether `r` is half of a pair.
pub fn is_surrogate(r: i32) -> bool {
    (0xD800..0xE000).contains(&r)
}

/// Joins two halves, U+FFFD if they are none.
pub fn decode_rune(r1: i32, r2: i32) -> i32 {
    if (0xD800..0xDC00).contains(&r1) && (0xDC00..0xE000).contains(&r2) {
        ((r1 - 0xD800) << 10 | (r2 - 0xDC00)) + 0x10000
    } else {
        0xFFFD
    }
}

/// The two halves of `r`, U+FFFD twice if it needs none.
pub fn encode_rune(r: i32) -> (i32, i32) {
    if !(0x10000..=0x10FFFF).contains(&r) {
        return (0xFFFD, 0xFFFD);
    }
    let r = r - 0x10000;
    (0xD800 + (r >> 10 & 0x3FF), 0xDC00 + (r & 0x3FF))
}

/// The number of 16-bit words for `r`, -1 if there is no encoding.
pub fn rune_len(r: i32) -> i64 {
    match r {
        0..0xD800 | 0xE000..0x10000 => 1,
        0x10000..=0x10FFFF => 2,
        _ => -1,
    }
}

/// The UTF-16 encoding of the runes.
pub fn encode(s: Slice<i32>) -> Slice<u16> {
    let mut out = Vec::new();
    for r in s.iter() {
        match rune_len(r) {
            1 => out.push(r as u16),
            2 => {
                let (a, b) = encode_rune(r);
                out.extend([a as u16, b as u16]);
            }
            _ => out.push(0xFFFD),
        }
    }
    Slice::from(out)
}

/// Appends the UTF-16 encoding of `r`.
pub fn append_rune(a: Slice<u16>, r: i32) -> Slice<u16> {
    a.append_all(&encode(Slice::from(vec![r])))
}

/// The runes that the words encode; half pairs become U+FFFD.
pub fn decode(s: Slice<u16>) -> Slice<i32> {
    let words = s.to_vec();
    let runes: Vec<i32> = char::decode_utf16(words)
        .map(|c| c.map_or(0xFFFD, |c| c as i32))
        .collect();
    Slice::from(runes)
}
