//! Making, joining, comparing and ranging over strings.

use std::ops::{Add, AddAssign};

use super::GoString;

/// The string of a literal.
#[inline]
pub const fn str(s: &'static str) -> GoString {
    GoString::from_static(s)
}

/// The string of a literal that is not UTF-8.
#[inline]
pub const fn bytes_str(s: &'static [u8]) -> GoString {
    GoString::from_static_bytes(s)
}

/// What `range` over a string yields; see [`GoString::runes`].
#[derive(Clone, Debug)]
pub struct Runes {
    text: GoString,
    at: usize,
}

impl Runes {
    pub(super) fn new(text: GoString) -> Self {
        Runes { text, at: 0 }
    }
}

impl Iterator for Runes {
    type Item = (i64, i32);

    fn next(&mut self) -> Option<(i64, i32)> {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        let (rune, width) = decode_rune(rest)?;
        self.at = start + width;
        Some((start as i64, rune))
    }
}

/// The first code point of some bytes and its width; U+FFFD and 1 when they are not valid UTF-8.
fn decode_rune(bytes: &[u8]) -> Option<(i32, usize)> {
    let first = *bytes.first()?;
    if first < 0x80 {
        return Some((i32::from(first), 1));
    }
    let width = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return Some((0xFFFD, 1)),
    };
    let rune = bytes
        .get(..width)
        .and_then(|b| std::str::from_utf8(b).ok())
        .and_then(|s| s.chars().next());
    Some(rune.map_or((0xFFFD, 1), |c| (c as i32, width)))
}

impl Add for GoString {
    type Output = GoString;
    fn add(mut self, other: GoString) -> GoString {
        self += &other;
        self
    }
}

impl Add<&GoString> for GoString {
    type Output = GoString;
    fn add(mut self, other: &GoString) -> GoString {
        self += other;
        self
    }
}

impl Add<GoString> for &GoString {
    type Output = GoString;
    fn add(self, other: GoString) -> GoString {
        self.clone() + &other
    }
}

impl Add<&GoString> for &GoString {
    type Output = GoString;
    fn add(self, other: &GoString) -> GoString {
        self.clone() + other
    }
}

impl AddAssign for GoString {
    fn add_assign(&mut self, other: GoString) {
        *self += &other;
    }
}

impl AddAssign<&GoString> for GoString {
    fn add_assign(&mut self, other: &GoString) {
        if self.is_empty() {
            *self = other.clone();
        } else {
            self.push_bytes(other.as_bytes());
        }
    }
}

macro_rules! from_bytes {
    ($($t:ty)*) => {$(
        impl From<$t> for GoString {
            fn from(s: $t) -> Self {
                GoString::copy_from(AsRef::<[u8]>::as_ref(&s))
            }
        }
    )*};
}
from_bytes!(&str String &[u8] Vec<u8>);

impl From<&String> for GoString {
    fn from(s: &String) -> Self {
        GoString::copy_from(s.as_bytes())
    }
}

impl From<std::borrow::Cow<'_, str>> for GoString {
    fn from(s: std::borrow::Cow<'_, str>) -> Self {
        GoString::copy_from(s.as_bytes())
    }
}

impl From<char> for GoString {
    fn from(c: char) -> Self {
        GoString::from_rune(i64::from(u32::from(c)))
    }
}

impl PartialEq<str> for GoString {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialOrd<str> for GoString {
    fn partial_cmp(&self, other: &str) -> Option<std::cmp::Ordering> {
        self.as_bytes().partial_cmp(other.as_bytes())
    }
}

impl PartialOrd<&str> for GoString {
    fn partial_cmp(&self, other: &&str) -> Option<std::cmp::Ordering> {
        self.as_bytes().partial_cmp(other.as_bytes())
    }
}

impl PartialEq<&str> for GoString {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl FromIterator<GoString> for GoString {
    fn from_iter<I: IntoIterator<Item = GoString>>(parts: I) -> Self {
        let mut text = GoString::default();
        for part in parts {
            text += &part;
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slice;

    #[test]
    fn appending_shares_nothing_visible() {
        let mut a = str("ab") + str("cd");
        a += str("e");
        let b = a.clone() + str("x");
        let c = a.clone() + str("y");
        assert_eq!(
            (a.to_str_lossy(), b.to_str_lossy(), c.to_str_lossy()),
            ("abcde".into(), "abcdex".into(), "abcdey".into())
        );
        let mut long = str("");
        for _ in 0..100_000 {
            long += str("0123456789");
        }
        assert_eq!(long.len(), 1_000_000);
        assert_eq!(long.slice(999_990, 1_000_000), "0123456789");
        assert_eq!(long.slice_to(3) + str("!"), "012!");
    }

    #[test]
    fn ranging_decodes_as_go_does() {
        let s = bytes_str(b"a\xe4\xb8\x96\xff\xed\xa0\x80z");
        let runes: Vec<_> = s.runes().collect();
        assert_eq!(
            runes,
            [
                (0, 'a' as i32),
                (1, 0x4e16),
                (4, 0xFFFD),
                (5, 0xFFFD),
                (6, 0xFFFD),
                (7, 0xFFFD),
                (8, 'z' as i32)
            ]
        );
        assert_eq!(GoString::from_runes(&slice![0x4e16, -1]), "世\u{FFFD}");
        assert_eq!(GoString::from_rune(0x41), "A");
        assert_eq!(str("héllo").to_bytes().len(), 6);
        assert_eq!(GoString::from_bytes(&str("héllo").to_bytes()), "héllo");
    }
}
