//! Rust's own containers as Go values: what slices and maps become where one owner holds them.
//!
//! In an interface they are what Go has there, a slice or a map: putting one in copies it.

use std::borrow::{Borrow, Cow};
use std::hash::{Hash, Hasher};

/// The map that Go's becomes where one owner holds it: that of Rust's standard library, with a hash that takes a fraction of the
/// time; like Go's, it differs in each process, so that nobody knows which keys collide.
///
/// ```
/// use gort_runtime::prelude::*;
/// let mut counts: HashMap<&str, i64> = HashMap::new();
/// *counts.entry("gopher").or_default() += 1;
/// assert_eq!(counts.get("gopher"), Some(&1));
/// ```
pub type HashMap<K, V> = hashbrown::HashMap<K, V>;

use super::slice::describe_elements;
use super::{Any, Cell, Describe, GoKey, GoString, GoType, Kind, Map, Slice, Value, uncomparable, unhashable};
use crate::panic::{runtime_error, slice_error, slice_error_ends};

impl<T: Value> Value for Vec<T> {
    type Cell = Cell<Vec<T>>;
    fn zero() -> Self {
        Vec::new()
    }
}

impl<T: GoType> GoType for Vec<T> {
    fn type_name() -> Cow<'static, str> {
        Slice::<T>::type_name()
    }
    fn kind() -> Kind {
        Kind::Slice
    }
    fn go_eq(&self, _: &Self) -> bool {
        uncomparable::<Self>()
    }
    fn go_hash(&self, _: &mut dyn Hasher) {
        unhashable::<Self>()
    }
    fn go_describe(&self) -> Describe {
        describe_elements(
            self.iter().cloned(),
            Self::type_name(),
            self.as_ptr() as usize,
            false,
            self.is_empty(),
        )
    }
    fn go_box(self) -> Any {
        Slice::from(self).go_box()
    }
    fn go_unbox(any: &Any) -> Option<Self> {
        Slice::<T>::go_unbox(any).map(|slice| slice.to_vec())
    }
}

impl<K: GoKey + Eq + Hash, V: Value> Value for HashMap<K, V> {
    type Cell = Cell<HashMap<K, V>>;
    fn zero() -> Self {
        HashMap::new()
    }
}

impl<K: GoKey + GoType + Eq + Hash, V: GoType> GoType for HashMap<K, V> {
    fn type_name() -> Cow<'static, str> {
        Map::<K, V>::type_name()
    }
    fn kind() -> Kind {
        Kind::Map
    }
    fn go_eq(&self, _: &Self) -> bool {
        uncomparable::<Self>()
    }
    fn go_hash(&self, _: &mut dyn Hasher) {
        unhashable::<Self>()
    }
    fn go_describe(&self) -> Describe {
        Describe::Map {
            nil: false,
            entries: self
                .iter()
                .map(|(k, v)| (k.clone().go_box(), v.clone().go_box()))
                .collect(),
            type_name: Self::type_name(),
            addr: std::ptr::from_ref(self) as usize,
        }
    }
    fn go_box(self) -> Any {
        self.into_iter().collect::<Map<K, V>>().go_box()
    }
    fn go_unbox(any: &Any) -> Option<Self> {
        Map::<K, V>::go_unbox(any).map(|map| map.iter().collect())
    }
}

/// What Go does to slices and Rust has no method for.
pub trait VecExt {
    /// `v = v[:len]`: keeps the first `len` elements.
    ///
    /// # Panics
    /// With Go's `slice bounds out of range` if `len` is negative or more than there are.
    fn keep_first(&mut self, len: i64);
}

impl<T> VecExt for Vec<T> {
    #[inline]
    fn keep_first(&mut self, len: i64) {
        if len < 0 || len as usize > self.len() {
            slice_error(len, self.len() as i64, "capacity");
        }
        self.truncate(len as usize);
    }
}

/// What Go does to maps and Rust has no method for.
pub trait MapExt<K, T> {
    /// The slice at a key, to look at; empty where there is none.
    fn slice_at<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> &[T]
    where
        K: Borrow<Q>;
}

impl<K: Eq + Hash, T> MapExt<K, T> for HashMap<K, Vec<T>> {
    #[inline]
    fn slice_at<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> &[T]
    where
        K: Borrow<Q>,
    {
        self.get(key).map_or(&[], Vec::as_slice)
    }
}

/// `make([]T, len, cap)`
///
/// # Panics
/// With Go's `makeslice: len out of range` or `makeslice: cap out of range`.
pub fn make_vec<T: Value>(len: i64, cap: i64) -> Vec<T> {
    let limit = (isize::MAX as usize / size_of::<T>().max(1)) as i64;
    if len < 0 || len > limit {
        runtime_error("makeslice: len out of range");
    }
    if cap < len || cap > limit {
        runtime_error("makeslice: cap out of range");
    }
    let mut v = Vec::with_capacity(cap as usize);
    v.resize(len as usize, T::zero());
    v
}

/// `copy(dst, src)` between containers of one owner each: as many elements as both have; how many that were.
pub fn copy_into<T: Clone>(dst: &mut [T], src: &[T]) -> i64 {
    let n = dst.len().min(src.len());
    dst[..n].clone_from_slice(&src[..n]);
    n as i64
}

/// `v[lo:hi]` for the time of a call.
///
/// # Panics
/// With Go's `slice bounds out of range`.
#[inline]
pub fn part<T>(v: &[T], lo: i64, hi: i64) -> &[T] {
    check(lo, hi, v.len());
    &v[lo as usize..hi as usize]
}

/// `v[lo:hi]` for the time of a call that writes elements.
///
/// # Panics
/// With Go's `slice bounds out of range`.
#[inline]
pub fn part_mut<T>(v: &mut [T], lo: i64, hi: i64) -> &mut [T] {
    check(lo, hi, v.len());
    &mut v[lo as usize..hi as usize]
}

/// `v[lo:]` for the time of a call.
///
/// # Panics
/// With Go's `slice bounds out of range`.
#[inline]
pub fn part_from<T>(v: &[T], lo: i64) -> &[T] {
    part(v, lo, v.len() as i64)
}

/// `v[lo:]` for the time of a call that writes elements.
///
/// # Panics
/// With Go's `slice bounds out of range`.
#[inline]
pub fn part_from_mut<T>(v: &mut [T], lo: i64) -> &mut [T] {
    let len = v.len() as i64;
    part_mut(v, lo, len)
}

#[inline]
fn check(lo: i64, hi: i64, len: usize) {
    if hi < 0 || hi as usize > len {
        slice_error(hi, len as i64, "capacity");
    }
    if lo < 0 || lo > hi {
        slice_error_ends(lo, hi);
    }
}

/// `string(bytes)`
#[inline]
pub fn bytes_to_string(bytes: &[u8]) -> GoString {
    GoString::copy_from(bytes)
}

/// `string(runes)`
pub fn runes_to_string(runes: &[i32]) -> GoString {
    GoString::from_runes(&Slice::from(runes.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::str;

    #[test]
    fn containers_are_go_values_in_interfaces() {
        let v = vec![1_i64, 2];
        let boxed = Any::new(v.clone());
        assert_eq!(boxed.downcast::<Slice<i64>>().map(|s| s.to_vec()), Some(v.clone()));
        assert_eq!(Vec::<i64>::go_unbox(&boxed), Some(v));
        let m = HashMap::from([(str("a"), 1_i64)]);
        let boxed = Any::new(m.clone());
        assert_eq!(boxed.downcast::<Map<GoString, i64>>().map(|m| m.len()), Some(1));
        assert_eq!(HashMap::<GoString, i64>::type_name(), "map[string]int");
        assert_eq!(HashMap::<GoString, i64>::go_unbox(&boxed), Some(m));
    }

    #[test]
    fn bounds_are_gos() {
        let mut v = vec![1, 2, 3];
        assert_eq!(part(&v, 1, 3), [2, 3]);
        part_mut(&mut v, 0, 1)[0] = 9;
        v.keep_first(2);
        assert_eq!(v, [9, 2]);
        let text = |f: fn()| {
            let caught = std::panic::catch_unwind(f).unwrap_err();
            match crate::panic::Unwinding::from_payload(caught) {
                crate::panic::Unwinding::Panic(p) => crate::panic::panic_text(&p.value),
                _ => String::new(),
            }
        };
        let low = text(|| drop(part(&[1, 2], 2, 1).to_vec()));
        assert_eq!(low, "runtime error: slice bounds out of range [2:1]");
        let high = text(|| drop(part(&[1, 2], 0, 3).to_vec()));
        assert_eq!(high, "runtime error: slice bounds out of range [:3] with capacity 2");
        let cut = text(|| Vec::<u8>::new().keep_first(-1));
        assert_eq!(cut, "runtime error: slice bounds out of range [:-1]");
        let negative = text(|| {
            let v = [1];
            std::hint::black_box(v[std::hint::black_box(-1_i64) as usize]);
        });
        assert_eq!(negative, "runtime error: index out of range [-1]");
        let size = text(|| drop(vec![0_u8; std::hint::black_box(-1_i64) as usize]));
        assert_eq!(size, "runtime error: makeslice: len out of range");
    }
}
