//! What `strings` and `bytes` share: every algorithm once, over the bytes of either.
//!
//! Functions return parts of their operand through [`Text::sub`], which shares memory as Go does.

use crate::pkg::go::*;
use crate::pkg::support::{find, rfind};
use crate::pkg::unicode::{self, utf8};
use std::borrow::Cow;

/// A string or a slice of bytes.
pub(crate) trait Text: Value {
    fn view(&self) -> Cow<'_, [u8]>;
    fn sub(&self, lo: usize, hi: usize) -> Self;
    fn of_bytes(bytes: Vec<u8>) -> Self;
}

impl Text for GoString {
    fn view(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.as_bytes())
    }

    fn sub(&self, lo: usize, hi: usize) -> Self {
        self.slice(lo as i64, hi as i64)
    }

    fn of_bytes(bytes: Vec<u8>) -> Self {
        GoString::from(bytes)
    }
}

impl Text for Slice<u8> {
    fn view(&self) -> Cow<'_, [u8]> {
        Cow::Owned(self.to_vec())
    }

    fn sub(&self, lo: usize, hi: usize) -> Self {
        self.slice(lo as i64, hi as i64)
    }

    fn of_bytes(bytes: Vec<u8>) -> Self {
        Slice::from(bytes)
    }
}

pub(crate) fn position(i: Option<usize>) -> i64 {
    i.map_or(-1, |i| i as i64)
}

pub(crate) fn find_rune(s: &[u8], r: i32) -> Option<usize> {
    if (0..0x80).contains(&r) {
        return memchr::memchr(r as u8, s);
    }
    if r == utf8::RUNE_ERROR {
        return utf8::runes(s).find(|x| x.1 == r).map(|x| x.0);
    }
    if !utf8::valid_rune(r) {
        return None;
    }
    let mut needle = Vec::new();
    utf8::encode(&mut needle, r);
    find(s, &needle)
}

pub(crate) fn contains_rune(chars: &[u8], r: i32) -> bool {
    find_rune(chars, r).is_some()
}

pub(crate) fn last_where(s: &[u8], mut f: impl FnMut(i32) -> bool) -> Option<(usize, usize)> {
    let mut end = s.len();
    while end > 0 {
        let (r, w) = utf8::decode_last(&s[..end]);
        end -= w;
        if f(r) {
            return Some((end, w));
        }
    }
    None
}

pub(crate) fn count(s: &[u8], sub: &[u8]) -> i64 {
    if sub.is_empty() {
        return utf8::runes(s).count() as i64 + 1;
    }
    memchr::memmem::find_iter(s, sub).count() as i64
}

/// Bounds of the pieces between separators, `keep` bytes of the separator included.
pub(crate) fn split_bounds(s: &[u8], sep: &[u8], keep: usize, n: i64) -> Option<Vec<(usize, usize)>> {
    if n == 0 {
        return None;
    }
    let limit = if n < 0 { usize::MAX } else { n as usize };
    let mut out = Vec::new();
    if sep.is_empty() {
        for (at, _, w) in utf8::runes(s) {
            if out.len() + 1 == limit {
                out.push((at, s.len()));
                break;
            }
            out.push((at, at + w));
        }
        return Some(out);
    }
    let mut at = 0;
    while out.len() + 1 < limit {
        let Some(i) = find(&s[at..], sep) else { break };
        out.push((at, at + i + keep));
        at += i + sep.len();
    }
    out.push((at, s.len()));
    Some(out)
}

pub(crate) fn split<T: Text>(s: T, sep: T, keep: bool, n: i64) -> Slice<T> {
    let (view, sep) = (s.view(), sep.view());
    match split_bounds(&view, &sep, if keep { sep.len() } else { 0 }, n) {
        Some(bounds) => Slice::from(bounds.into_iter().map(|(lo, hi)| s.sub(lo, hi)).collect::<Vec<_>>()),
        None => Slice::nil(),
    }
}

/// Bounds of the runs of runes for which `f` is false.
pub(crate) fn field_bounds(s: &[u8], mut f: impl FnMut(i32) -> bool) -> Vec<(usize, usize)> {
    let (mut out, mut start) = (Vec::new(), None);
    for (at, r, _) in utf8::runes(s) {
        if f(r) {
            if let Some(start) = start.take() {
                out.push((start, at));
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(start) = start {
        out.push((start, s.len()));
    }
    out
}

pub(crate) fn fields<T: Text>(s: T, f: impl FnMut(i32) -> bool) -> Slice<T> {
    let bounds = field_bounds(&s.view(), f);
    Slice::from(bounds.into_iter().map(|(lo, hi)| s.sub(lo, hi)).collect::<Vec<_>>())
}

/// A sequence over precomputed parts.
pub(crate) fn parts<T: Text>(
    s: T,
    bounds: impl Fn(&[u8]) -> Vec<(usize, usize)> + Send + Sync + 'static,
) -> Fn1<Fn1<T, bool>, ()> {
    fn1(move |each: Fn1<T, bool>| {
        let bounds = bounds(&s.view());
        for (lo, hi) in bounds {
            if !each(s.sub(lo, hi)) {
                return;
            }
        }
    })
}

pub(crate) fn line_bounds(s: &[u8]) -> Vec<(usize, usize)> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < s.len() {
        let end = memchr::memchr(b'\n', &s[at..]).map_or(s.len(), |i| at + i + 1);
        out.push((at, end));
        at = end;
    }
    out
}

pub(crate) fn trim_where<T: Text>(s: T, left: bool, right: bool, mut f: impl FnMut(i32) -> bool) -> T {
    let (lo, hi) = {
        let view = s.view();
        let lo = if left {
            utf8::runes(&view).find(|x| !f(x.1)).map_or(view.len(), |x| x.0)
        } else {
            0
        };
        let hi = if right {
            last_where(&view[lo..], |r| !f(r)).map_or(lo, |(at, w)| lo + at + w)
        } else {
            view.len()
        };
        (lo, hi)
    };
    s.sub(lo, hi)
}

pub(crate) fn map_runes(s: &[u8], mut f: impl FnMut(i32) -> i32) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    for (_, r, _) in utf8::runes(s) {
        let m = f(r);
        if m >= 0 {
            utf8::encode(&mut out, m);
        }
    }
    out
}

pub(crate) fn title(s: &[u8]) -> Vec<u8> {
    let mut before = i32::from(b' ');
    map_runes(s, |r| {
        let ascii_word = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
        let inside = match u8::try_from(before) {
            Ok(c) if c < 0x80 => ascii_word(c),
            _ => unicode::is_letter(before) || unicode::is_digit(before) || !unicode::is_space(before),
        };
        before = r;
        if inside { r } else { unicode::to_title(r) }
    })
}

pub(crate) fn replace(s: &[u8], old: &[u8], new: &[u8], n: i64) -> Vec<u8> {
    let (mut out, mut at, mut left) = (Vec::with_capacity(s.len()), 0, if n < 0 { i64::MAX } else { n });
    if old.is_empty() {
        // Before each rune and at the end.
        for (i, _, w) in utf8::runes(s) {
            if left > 0 {
                out.extend_from_slice(new);
                left -= 1;
            }
            out.extend_from_slice(&s[i..i + w]);
        }
        if left > 0 {
            out.extend_from_slice(new);
        }
        return out;
    }
    while left > 0 {
        let Some(i) = find(&s[at..], old) else { break };
        out.extend_from_slice(&s[at..at + i]);
        out.extend_from_slice(new);
        at += i + old.len();
        left -= 1;
    }
    out.extend_from_slice(&s[at..]);
    out
}

fn same_fold(a: i32, b: i32) -> bool {
    if a == b {
        return true;
    }
    let mut r = unicode::simple_fold(a);
    while r != a {
        if r == b {
            return true;
        }
        r = unicode::simple_fold(r);
    }
    false
}

pub(crate) fn equal_fold(a: &[u8], b: &[u8]) -> bool {
    let (mut x, mut y) = (utf8::runes(a), utf8::runes(b));
    loop {
        match (x.next(), y.next()) {
            (None, None) => return true,
            (Some(p), Some(q)) if same_fold(p.1, q.1) => {}
            _ => return false,
        }
    }
}

pub(crate) fn to_valid_utf8(s: &[u8], with: &[u8]) -> Vec<u8> {
    let (mut out, mut bad) = (Vec::with_capacity(s.len()), false);
    for (at, r, w) in utf8::runes(s) {
        if r == utf8::RUNE_ERROR && w == 1 {
            if !bad {
                out.extend_from_slice(with);
            }
            bad = true;
        } else {
            out.extend_from_slice(&s[at..at + w]);
            bad = false;
        }
    }
    out
}

pub(crate) fn repeat(s: &[u8], n: i64, package: &str) -> Vec<u8> {
    if n < 0 {
        panic_str(format!("{package}: negative Repeat count"));
    }
    if (s.len() as i64).checked_mul(n).is_none() {
        panic_str(format!("{package}: Repeat output length overflow"));
    }
    s.repeat(n as usize)
}

pub(crate) fn join<T: Text>(elems: &Slice<T>, sep: &T) -> T {
    match elems.len() {
        0 => T::of_bytes(Vec::new()),
        1 => elems.get(0),
        _ => {
            let (mut out, sep) = (Vec::new(), sep.view());
            for (i, e) in elems.iter().enumerate() {
                if i > 0 {
                    out.extend_from_slice(&sep);
                }
                out.extend_from_slice(e.view().as_ref());
            }
            T::of_bytes(out)
        }
    }
}

pub(crate) fn cut<T: Text>(s: T, sep: T) -> (T, T, bool) {
    let found = find(&s.view(), &sep.view());
    match found {
        Some(i) => {
            let (len, skip) = (s.view().len(), sep.view().len());
            (s.sub(0, i), s.sub(i + skip, len), true)
        }
        None => (s, T::zero(), false),
    }
}

pub(crate) fn last_index(s: &[u8], sub: &[u8]) -> i64 {
    position(rfind(s, sub))
}

/// The functions that `strings` and `bytes` have with the same shape.
macro_rules! text_functions {
    ($t:ty, $package:literal) => {
        /// Reports whether `sub` is within `s`.
        pub fn contains(s: $t, sub: $t) -> bool {
            find(&s.view(), &sub.view()).is_some()
        }

        /// Reports whether a rune of `chars` is within `s`.
        pub fn contains_any(s: $t, chars: GoString) -> bool {
            index_any(s, chars) >= 0
        }

        /// Reports whether the rune is within `s`.
        pub fn contains_rune(s: $t, r: i32) -> bool {
            text::contains_rune(&s.view(), r)
        }

        /// Reports whether a rune of `s` satisfies `f`.
        pub fn contains_func(s: $t, f: Fn1<i32, bool>) -> bool {
            index_func(s, f) >= 0
        }

        /// How often `sub` is in `s` without overlaps.
        pub fn count(s: $t, sub: $t) -> i64 {
            text::count(&s.view(), &sub.view())
        }

        /// Splits around the first `sep`.
        pub fn cut(s: $t, sep: $t) -> ($t, $t, bool) {
            text::cut(s, sep)
        }

        /// Removes the prefix, reporting whether it was there.
        pub fn cut_prefix(s: $t, prefix: $t) -> ($t, bool) {
            let found = has_prefix(s.clone(), prefix.clone());
            (trim_prefix(s, prefix), found)
        }

        /// Removes the suffix, reporting whether it was there.
        pub fn cut_suffix(s: $t, suffix: $t) -> ($t, bool) {
            let found = has_suffix(s.clone(), suffix.clone());
            (trim_suffix(s, suffix), found)
        }

        /// Equality under simple folding.
        pub fn equal_fold(s: $t, t: $t) -> bool {
            text::equal_fold(&s.view(), &t.view())
        }

        /// The words between white space.
        pub fn fields(s: $t) -> Slice<$t> {
            text::fields(s, unicode::is_space)
        }

        /// The words between runs of runes that satisfy `f`.
        pub fn fields_func(s: $t, f: Fn1<i32, bool>) -> Slice<$t> {
            text::fields(s, |r| f(r))
        }

        /// The words between white space, one at a time.
        pub fn fields_seq(s: $t) -> Fn1<Fn1<$t, bool>, ()> {
            text::parts(s, |s| text::field_bounds(s, unicode::is_space))
        }

        /// The words between runs of runes that satisfy `f`, one at a time.
        pub fn fields_func_seq(s: $t, f: Fn1<i32, bool>) -> Fn1<Fn1<$t, bool>, ()> {
            text::parts(s, move |s| text::field_bounds(s, |r| f(r)))
        }

        /// The lines with their newlines, one at a time.
        pub fn lines(s: $t) -> Fn1<Fn1<$t, bool>, ()> {
            text::parts(s, text::line_bounds)
        }

        /// Reports whether `s` begins with `prefix`.
        pub fn has_prefix(s: $t, prefix: $t) -> bool {
            s.view().starts_with(&prefix.view())
        }

        /// Reports whether `s` ends with `suffix`.
        pub fn has_suffix(s: $t, suffix: $t) -> bool {
            s.view().ends_with(&suffix.view())
        }

        /// The first index of `sub`, or -1.
        pub fn index(s: $t, sub: $t) -> i64 {
            text::position(find(&s.view(), &sub.view()))
        }

        /// The first index of a rune of `chars`, or -1.
        pub fn index_any(s: $t, chars: GoString) -> i64 {
            let view = s.view();
            text::position(
                utf8::runes(&view)
                    .find(|x| text::contains_rune(chars.as_bytes(), x.1))
                    .map(|x| x.0),
            )
        }

        /// The first index of the byte, or -1.
        pub fn index_byte(s: $t, c: u8) -> i64 {
            text::position(memchr::memchr(c, &s.view()))
        }

        /// The first index of a rune that satisfies `f`, or -1.
        pub fn index_func(s: $t, f: Fn1<i32, bool>) -> i64 {
            let view = s.view();
            text::position(utf8::runes(&view).find(|x| f(x.1)).map(|x| x.0))
        }

        /// The first index of the rune, or -1.
        pub fn index_rune(s: $t, r: i32) -> i64 {
            text::position(text::find_rune(&s.view(), r))
        }

        /// The last index of `sub`, or -1.
        pub fn last_index(s: $t, sub: $t) -> i64 {
            text::last_index(&s.view(), &sub.view())
        }

        /// The last index of a rune of `chars`, or -1.
        pub fn last_index_any(s: $t, chars: GoString) -> i64 {
            text::position(text::last_where(&s.view(), |r| text::contains_rune(chars.as_bytes(), r)).map(|x| x.0))
        }

        /// The last index of the byte, or -1.
        pub fn last_index_byte(s: $t, c: u8) -> i64 {
            text::position(memchr::memrchr(c, &s.view()))
        }

        /// The last index of a rune that satisfies `f`, or -1.
        pub fn last_index_func(s: $t, f: Fn1<i32, bool>) -> i64 {
            text::position(text::last_where(&s.view(), |r| f(r)).map(|x| x.0))
        }

        /// The elements with `sep` between them.
        pub fn join(elems: Slice<$t>, sep: $t) -> $t {
            text::join(&elems, &sep)
        }

        /// Every rune mapped; negative results are dropped.
        pub fn map(mapping: Fn1<i32, i32>, s: $t) -> $t {
            <$t>::of_bytes(text::map_runes(&s.view(), |r| mapping(r)))
        }

        /// `count` copies.
        pub fn repeat(s: $t, count: i64) -> $t {
            <$t>::of_bytes(text::repeat(&s.view(), count, $package))
        }

        /// The first `n` occurrences of `old` replaced; all if `n` is negative.
        pub fn replace(s: $t, old: $t, new: $t, n: i64) -> $t {
            <$t>::of_bytes(text::replace(&s.view(), &old.view(), &new.view(), n))
        }

        /// All occurrences of `old` replaced.
        pub fn replace_all(s: $t, old: $t, new: $t) -> $t {
            replace(s, old, new, -1)
        }

        /// The parts between separators.
        pub fn split(s: $t, sep: $t) -> Slice<$t> {
            text::split(s, sep, false, -1)
        }

        /// At most `n` parts between separators.
        pub fn split_n(s: $t, sep: $t, n: i64) -> Slice<$t> {
            text::split(s, sep, false, n)
        }

        /// The parts with their separators.
        pub fn split_after(s: $t, sep: $t) -> Slice<$t> {
            text::split(s, sep, true, -1)
        }

        /// At most `n` parts with their separators.
        pub fn split_after_n(s: $t, sep: $t, n: i64) -> Slice<$t> {
            text::split(s, sep, true, n)
        }

        /// The parts between separators, one at a time.
        pub fn split_seq(s: $t, sep: $t) -> Fn1<Fn1<$t, bool>, ()> {
            text::parts(s, move |s| {
                text::split_bounds(s, &sep.view(), 0, -1).unwrap_or_default()
            })
        }

        /// The parts with their separators, one at a time.
        pub fn split_after_seq(s: $t, sep: $t) -> Fn1<Fn1<$t, bool>, ()> {
            text::parts(s, move |s| {
                text::split_bounds(s, &sep.view(), sep.view().len(), -1).unwrap_or_default()
            })
        }

        /// Every first letter of a word in title case.
        pub fn title(s: $t) -> $t {
            <$t>::of_bytes(text::title(&s.view()))
        }

        /// In lower case.
        pub fn to_lower(s: $t) -> $t {
            <$t>::of_bytes(text::map_runes(&s.view(), unicode::to_lower))
        }

        /// In upper case.
        pub fn to_upper(s: $t) -> $t {
            <$t>::of_bytes(text::map_runes(&s.view(), unicode::to_upper))
        }

        /// In title case.
        pub fn to_title(s: $t) -> $t {
            <$t>::of_bytes(text::map_runes(&s.view(), unicode::to_title))
        }

        /// Runs of invalid bytes replaced.
        pub fn to_valid_utf8(s: $t, replacement: $t) -> $t {
            <$t>::of_bytes(text::to_valid_utf8(&s.view(), &replacement.view()))
        }

        /// Without the runes of `cutset` at both ends.
        pub fn trim(s: $t, cutset: GoString) -> $t {
            text::trim_where(s, true, true, |r| text::contains_rune(cutset.as_bytes(), r))
        }

        /// Without the runes of `cutset` at the start.
        pub fn trim_left(s: $t, cutset: GoString) -> $t {
            text::trim_where(s, true, false, |r| text::contains_rune(cutset.as_bytes(), r))
        }

        /// Without the runes of `cutset` at the end.
        pub fn trim_right(s: $t, cutset: GoString) -> $t {
            text::trim_where(s, false, true, |r| text::contains_rune(cutset.as_bytes(), r))
        }

        /// Without the runes that satisfy `f` at both ends.
        pub fn trim_func(s: $t, f: Fn1<i32, bool>) -> $t {
            text::trim_where(s, true, true, |r| f(r))
        }

        /// Without the runes that satisfy `f` at the start.
        pub fn trim_left_func(s: $t, f: Fn1<i32, bool>) -> $t {
            text::trim_where(s, true, false, |r| f(r))
        }

        /// Without the runes that satisfy `f` at the end.
        pub fn trim_right_func(s: $t, f: Fn1<i32, bool>) -> $t {
            text::trim_where(s, false, true, |r| f(r))
        }

        /// Without white space at both ends.
        pub fn trim_space(s: $t) -> $t {
            text::trim_where(s, true, true, unicode::is_space)
        }

        /// Without the prefix.
        pub fn trim_prefix(s: $t, prefix: $t) -> $t {
            let skip = if s.view().starts_with(&prefix.view()) {
                prefix.view().len()
            } else {
                0
            };
            let len = s.view().len();
            s.sub(skip, len)
        }

        /// Without the suffix.
        pub fn trim_suffix(s: $t, suffix: $t) -> $t {
            let drop = if s.view().ends_with(&suffix.view()) {
                suffix.view().len()
            } else {
                0
            };
            let len = s.view().len();
            s.sub(0, len - drop)
        }
    };
}
pub(crate) use text_functions;
