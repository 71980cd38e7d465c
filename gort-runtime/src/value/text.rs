//! Rust's own strings as Go values: what strings become that are known to be UTF-8.
//!
//! In an interface they are what Go has there, a string: putting one in copies it.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::Hasher;
use std::ops::{Add, AddAssign};

use super::{Any, Cell, Describe, GoKey, GoString, GoType, Kind, Slice, Value};
use crate::panic::index_error;

impl Value for String {
    type Cell = Cell<String>;
    fn zero() -> Self {
        String::new()
    }
    fn go_size() -> usize {
        16
    }
}

impl Value for &'static str {
    type Cell = Cell<&'static str>;
    fn zero() -> Self {
        ""
    }
    fn go_size() -> usize {
        16
    }
}

impl GoType for String {
    fn type_name() -> Cow<'static, str> {
        "string".into()
    }
    fn kind() -> Kind {
        Kind::String
    }
    fn go_eq(&self, other: &Self) -> bool {
        self == other
    }
    fn go_hash(&self, h: &mut dyn Hasher) {
        h.write(self.as_bytes());
    }
    fn go_describe(&self) -> Describe {
        Describe::Str(self.into())
    }
    fn go_box(self) -> Any {
        GoString::from(self).go_box()
    }
    fn go_unbox(any: &Any) -> Option<Self> {
        GoString::go_unbox(any).map(|s| s.to_str_lossy().into_owned())
    }
}

impl GoKey for String {
    #[inline]
    fn key_eq(&self, other: &Self) -> bool {
        self == other
    }
    #[inline]
    fn key_hash<H: Hasher>(&self, h: &mut H) {
        h.write(self.as_bytes());
    }
}

/// What Go does to strings and Rust has no method for.
pub trait StrExt {
    /// The byte at an index.
    ///
    /// # Panics
    /// With Go's `index out of range`.
    fn at(&self, i: i64) -> u8;
    /// The code points with the index of their first byte, as `range` gives them.
    fn runes(&self) -> impl Iterator<Item = (i64, i32)>;
    /// `[]byte(s)`.
    fn to_bytes(&self) -> Slice<u8>;
    /// `[]rune(s)`.
    fn to_runes(&self) -> Slice<i32>;
}

impl StrExt for str {
    #[inline]
    fn at(&self, i: i64) -> u8 {
        match usize::try_from(i).ok().and_then(|i| self.as_bytes().get(i)) {
            Some(b) => *b,
            None => index_error(i, self.len() as i64),
        }
    }
    #[inline]
    fn runes(&self) -> impl Iterator<Item = (i64, i32)> {
        self.char_indices().map(|(i, c)| (i as i64, c as i32))
    }
    fn to_bytes(&self) -> Slice<u8> {
        Slice::copy_from_bytes(self.as_bytes())
    }
    fn to_runes(&self) -> Slice<i32> {
        self.chars().map(|c| c as i32).collect::<Vec<_>>().into()
    }
}

impl Add<&str> for GoString {
    type Output = GoString;
    fn add(mut self, other: &str) -> GoString {
        self += other;
        self
    }
}

impl Add<&str> for &GoString {
    type Output = GoString;
    fn add(self, other: &str) -> GoString {
        self.clone() + other
    }
}

impl AddAssign<&str> for GoString {
    fn add_assign(&mut self, other: &str) {
        self.push_bytes(other.as_bytes());
    }
}

impl PartialEq<String> for GoString {
    fn eq(&self, other: &String) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialOrd<String> for GoString {
    fn partial_cmp(&self, other: &String) -> Option<Ordering> {
        self.as_bytes().partial_cmp(other.as_bytes())
    }
}

macro_rules! compared_with_go_string {
    ($($t:ty)*) => {$(
        impl PartialEq<GoString> for $t {
            fn eq(&self, other: &GoString) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }

        impl PartialOrd<GoString> for $t {
            fn partial_cmp(&self, other: &GoString) -> Option<Ordering> {
                self.as_bytes().partial_cmp(other.as_bytes())
            }
        }
    )*};
}
compared_with_go_string!(str &str String);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::str;

    #[test]
    fn a_string_is_gos_string_in_an_interface() {
        let any = String::from("a").go_box();
        assert_eq!(any.downcast::<GoString>(), Some(str("a")));
        assert_eq!(String::go_unbox(&any).as_deref(), Some("a"));
        assert_eq!(String::type_name(), "string");
    }

    #[test]
    fn both_kinds_of_strings_compare_and_join() {
        let (own, go) = (String::from("b"), str("a"));
        assert_ne!(own, go);
        assert_eq!("a", go);
        assert!(own > go);
        assert!("b" > go);
        assert_eq!(&go + own.as_str() + "c", "abc");
    }

    #[test]
    fn runes_and_bytes_are_gos() {
        assert_eq!("aé".runes().collect::<Vec<_>>(), [(0, 97), (1, 0xe9)]);
        assert_eq!("aé".at(2), 0xa9);
        assert_eq!(("aé".to_bytes().len(), "aé".to_runes().len()), (3, 2));
    }

    #[test]
    fn an_index_beyond_the_end_panics() {
        assert!(std::panic::catch_unwind(|| "ab".at(2)).is_err());
    }
}
