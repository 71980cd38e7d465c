//! Go's strings: immutable bytes, cheap to clone and to cut.
//!
//! A [`GoString`] is an address, a length and the [`Owner`] of the block that holds the bytes (null for literals).
//! A string at the end of its block grows in place when something is appended to it: the bytes after it are claimed atomically,
//! so every string still sees only bytes that never change.
#![allow(unsafe_code)]

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ptr::NonNull;

use super::block::Owner;
use super::string_ops::Runes;
use super::{Cell, Describe, GoKey, GoType, Kind, Slice, Value};
use crate::panic::{index_error, slice_error, slice_error_ends};

/// A Go string: bytes, usually but not necessarily UTF-8.
#[derive(Clone)]
pub struct GoString {
    start: NonNull<u8>,
    len: usize,
    owner: Owner,
}

// SAFETY: the bytes are immutable and kept alive by the owner, which is `Send + Sync`.
unsafe impl Send for GoString {}
// SAFETY: as above.
unsafe impl Sync for GoString {}

impl GoString {
    /// The string of a literal, free of allocation.
    #[inline]
    pub const fn from_static(s: &'static str) -> Self {
        Self::from_static_bytes(s.as_bytes())
    }

    /// The string of a literal that need not be UTF-8.
    #[inline]
    pub const fn from_static_bytes(s: &'static [u8]) -> Self {
        // SAFETY: the address of a reference is not null.
        let start = unsafe { NonNull::new_unchecked(s.as_ptr().cast_mut()) };
        GoString {
            start,
            len: s.len(),
            owner: Owner::null(),
        }
    }

    /// A copy of bytes.
    pub fn copy_from(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::default();
        }
        let (owner, start) = Owner::new_bytes(bytes.len(), [bytes, &[]]);
        GoString {
            start,
            len: bytes.len(),
            owner,
        }
    }

    /// The bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        // SAFETY: `start` and `len` denote bytes that are initialised, immutable and kept alive by the owner.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }

    /// The length in bytes.
    #[inline]
    pub fn len(&self) -> i64 {
        self.len as i64
    }

    /// Whether this is `""`.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The byte at an index.
    ///
    /// # Panics
    /// With Go's `index out of range`.
    #[inline]
    pub fn at(&self, i: i64) -> u8 {
        match usize::try_from(i).ok().and_then(|i| self.as_bytes().get(i)) {
            Some(b) => *b,
            None => index_error(i, self.len()),
        }
    }

    /// `s[lo:hi]`, sharing the bytes.
    ///
    /// # Panics
    /// With Go's `slice bounds out of range`.
    pub fn slice(&self, lo: i64, hi: i64) -> Self {
        if hi < 0 || hi > self.len() {
            slice_error(hi, self.len(), "length");
        }
        if lo < 0 || lo > hi {
            slice_error_ends(lo, hi);
        }
        // SAFETY: `lo` is at most the length, so the address stays inside the bytes or just past them.
        let start = unsafe { self.start.add(lo as usize) };
        GoString {
            start,
            len: (hi - lo) as usize,
            owner: self.owner.clone(),
        }
    }

    /// `s[lo:]`.
    ///
    /// # Panics
    /// With Go's `slice bounds out of range`.
    pub fn slice_from(&self, lo: i64) -> Self {
        self.slice(lo, self.len())
    }

    /// `s[:hi]`.
    ///
    /// # Panics
    /// With Go's `slice bounds out of range`.
    pub fn slice_to(&self, hi: i64) -> Self {
        self.slice(0, hi)
    }

    /// The text, with invalid UTF-8 replaced.
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.as_bytes())
    }

    /// The text if it is valid UTF-8.
    pub fn to_str(&self) -> Option<&str> {
        std::str::from_utf8(self.as_bytes()).ok()
    }

    /// The code points with the index of their first byte, as `range` gives them: an invalid byte is U+FFFD.
    pub fn runes(&self) -> Runes {
        Runes::new(self.clone())
    }

    /// `[]rune(s)`.
    pub fn to_runes(&self) -> Slice<i32> {
        self.runes().map(|(_, rune)| rune).collect::<Vec<i32>>().into()
    }

    /// `[]byte(s)`.
    pub fn to_bytes(&self) -> Slice<u8> {
        Slice::copy_from_bytes(self.as_bytes())
    }

    /// `string(b)` of a byte slice.
    pub fn from_bytes(bytes: &Slice<u8>) -> Self {
        Self::copy_from(&bytes.to_vec())
    }

    /// `string(r)` of a rune slice.
    pub fn from_runes(runes: &Slice<i32>) -> Self {
        let text: String = runes.iter().map(|rune| to_char(i64::from(rune))).collect();
        text.into()
    }

    /// `string(r)` of an integer.
    pub fn from_rune(rune: i64) -> Self {
        Self::copy_from(to_char(rune).encode_utf8(&mut [0; 4]).as_bytes())
    }

    /// Appends bytes; in place when this string ends its block and there is room.
    pub(super) fn push_bytes(&mut self, extra: &[u8]) {
        if extra.is_empty() {
            return;
        }
        // SAFETY: `len` bytes from `start` are one object.
        let end = unsafe { self.start.as_ptr().add(self.len) };
        let len = self.len + extra.len();
        // SAFETY: owners of strings come from `new_bytes`, and `end` is the end of bytes in the block.
        if !unsafe { self.owner.append_bytes(end, extra) } {
            // A string that was appended to before is likely to be again.
            let capacity = if self.owner.is_null() {
                len
            } else {
                len.max(self.len * 2)
            };
            let (owner, start) = Owner::new_bytes(capacity, [self.as_bytes(), extra]);
            (self.start, self.owner) = (start, owner);
        }
        self.len = len;
    }
}

/// The character of a rune; U+FFFD if it has none.
fn to_char(rune: i64) -> char {
    u32::try_from(rune)
        .ok()
        .and_then(char::from_u32)
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

impl Default for GoString {
    #[inline]
    fn default() -> Self {
        Self::from_static("")
    }
}

impl PartialEq for GoString {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for GoString {}

impl PartialOrd for GoString {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for GoString {
    #[inline]
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for GoString {
    #[inline]
    fn hash<H: Hasher>(&self, h: &mut H) {
        self.as_bytes().hash(h);
    }
}

impl fmt::Display for GoString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_str_lossy().fmt(f)
    }
}

impl fmt::Debug for GoString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_str_lossy().fmt(f)
    }
}

impl Value for GoString {
    type Cell = Cell<GoString>;
    #[inline]
    fn zero() -> Self {
        Self::default()
    }
    fn go_size() -> usize {
        16
    }
}

impl GoType for GoString {
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
        Describe::Str(self.clone())
    }
}

impl GoKey for GoString {
    #[inline]
    fn key_eq(&self, other: &Self) -> bool {
        self == other
    }
    #[inline]
    fn key_hash<H: Hasher>(&self, h: &mut H) {
        h.write(self.as_bytes());
    }
}
