//! `slices`: generic functions over slices.

use crate::pkg::cmp::order;
use crate::pkg::go::*;
use crate::pkg::iter::{Seq, Seq2};
use crate::pkg::pdq::Collection;
use crate::pkg::sort::{rewrite, swapper};
use std::cmp::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

fn by(n: i64) -> Ordering {
    n.cmp(&0)
}

/// Sorts upwards, NaN first.
pub fn sort<E: Ordered>(x: Slice<E>) {
    rewrite(&x, |v| v.sort_by(order));
}

/// Sorts by `cmp`, not stably.
pub fn sort_func<E: Value>(x: Slice<E>, cmp: Fn2<E, E, i64>) {
    Collection {
        less: |i, j| cmp(x.get(i), x.get(j)) < 0,
        swap: swapper(&x),
    }
    .sort(x.len());
}

/// Sorts by `cmp`, stably.
pub fn sort_stable_func<E: Value>(x: Slice<E>, cmp: Fn2<E, E, i64>) {
    // A merge sort of our own: an inconsistent `cmp` must give some order, not a panic.
    let mut v = x.to_vec();
    let mut from = v.clone();
    let mut width = 1;
    while width < v.len() {
        for (src, dst) in from.chunks(2 * width).zip(v.chunks_mut(2 * width)) {
            let (left, right) = src.split_at(width.min(src.len()));
            let (mut i, mut j) = (0, 0);
            for slot in dst {
                let take_left = j >= right.len() || i < left.len() && cmp(right[j].clone(), left[i].clone()) >= 0;
                *slot = if take_left { left[i].clone() } else { right[j].clone() };
                if take_left {
                    i += 1;
                } else {
                    j += 1;
                }
            }
        }
        std::mem::swap(&mut v, &mut from);
        width *= 2;
    }
    for (i, e) in from.into_iter().enumerate() {
        x.set(i as i64, e);
    }
}

/// Reports whether the slice is sorted.
pub fn is_sorted<E: Ordered>(x: Slice<E>) -> bool {
    (1..x.len()).all(|i| order(&x.get(i), &x.get(i - 1)).is_ge())
}

/// Reports whether the slice is sorted by `cmp`.
pub fn is_sorted_func<E: Value>(x: Slice<E>, cmp: Fn2<E, E, i64>) -> bool {
    (1..x.len()).all(|i| cmp(x.get(i), x.get(i - 1)) >= 0)
}

fn some<E>(v: Option<E>, what: &str) -> E {
    v.unwrap_or_else(|| panic_str(&*format!("slices.{what}: empty list")))
}

/// The least element; a NaN if there is one.
pub fn min<E: Ordered>(x: Slice<E>) -> E {
    some(x.iter().reduce(crate::value::min), "Min")
}

/// The greatest element; a NaN if there is one.
pub fn max<E: Ordered>(x: Slice<E>) -> E {
    some(x.iter().reduce(crate::value::max), "Max")
}

/// The first least element by `cmp`.
pub fn min_func<E: Value>(x: Slice<E>, cmp: Fn2<E, E, i64>) -> E {
    some(
        x.iter()
            .reduce(|a, b| if cmp(b.clone(), a.clone()) < 0 { b } else { a }),
        "MinFunc",
    )
}

/// The first greatest element by `cmp`.
pub fn max_func<E: Value>(x: Slice<E>, cmp: Fn2<E, E, i64>) -> E {
    some(
        x.iter()
            .reduce(|a, b| if cmp(b.clone(), a.clone()) > 0 { b } else { a }),
        "MaxFunc",
    )
}

/// Searches a sorted slice.
pub fn binary_search<E: Ordered>(x: Slice<E>, target: E) -> (i64, bool) {
    binary(x.len(), |i| order(&x.get(i), &target))
}

/// Searches a slice sorted by `cmp`.
pub fn binary_search_func<E: Value, T: Value>(x: Slice<E>, target: T, cmp: Fn2<E, T, i64>) -> (i64, bool) {
    binary(x.len(), |i| by(cmp(x.get(i), target.clone())))
}

fn binary(n: i64, order: impl Fn(i64) -> Ordering) -> (i64, bool) {
    let (mut lo, mut hi) = (0, n);
    while lo < hi {
        let mid = lo + (hi - lo) / 2;
        if order(mid).is_lt() {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    (lo, lo < n && order(lo).is_eq())
}

/// Reports whether `v` is an element.
pub fn contains<E: Value + PartialEq>(s: Slice<E>, v: E) -> bool {
    index(s, v) >= 0
}

/// Reports whether `f` holds for an element.
pub fn contains_func<E: Value>(s: Slice<E>, f: Fn1<E, bool>) -> bool {
    index_func(s, f) >= 0
}

/// The first index of `v`, or -1.
pub fn index<E: Value + PartialEq>(s: Slice<E>, v: E) -> i64 {
    s.iter().position(|e| e == v).map_or(-1, |i| i as i64)
}

/// The first index for which `f` holds, or -1.
pub fn index_func<E: Value>(s: Slice<E>, f: Fn1<E, bool>) -> i64 {
    s.iter().position(&*f).map_or(-1, |i| i as i64)
}

/// Reports whether both hold equal elements.
pub fn equal<E: Value + PartialEq>(s1: Slice<E>, s2: Slice<E>) -> bool {
    s1.len() == s2.len() && s1.iter().eq(s2.iter())
}

/// Reports whether both hold elements that `eq` takes for equal.
pub fn equal_func<E1: Value, E2: Value>(s1: Slice<E1>, s2: Slice<E2>, eq: Fn2<E1, E2, bool>) -> bool {
    s1.len() == s2.len() && s1.iter().zip(s2.iter()).all(|(a, b)| eq(a, b))
}

/// The lexical order of two slices.
pub fn compare<E: Ordered>(s1: Slice<E>, s2: Slice<E>) -> i64 {
    let first = s1.iter().zip(s2.iter()).map(|(a, b)| order(&a, &b)).find(|o| o.is_ne());
    first.unwrap_or_else(|| s1.len().cmp(&s2.len())) as i64
}

/// The lexical order of two slices by `cmp`.
pub fn compare_func<E1: Value, E2: Value>(s1: Slice<E1>, s2: Slice<E2>, cmp: Fn2<E1, E2, i64>) -> i64 {
    let first = s1.iter().zip(s2.iter()).map(|(a, b)| cmp(a, b)).find(|o| *o != 0);
    first.unwrap_or_else(|| s1.len().cmp(&s2.len()) as i64)
}

/// A copy; nil for nil.
pub fn clone<E: Value>(s: Slice<E>) -> Slice<E> {
    if s.is_nil() { s } else { Slice::from(s.to_vec()) }
}

/// Without capacity beyond the length.
pub fn clip<E: Value>(s: Slice<E>) -> Slice<E> {
    if s.is_nil() { s } else { s.slice3(0, s.len(), s.len()) }
}

/// With room for `n` more.
pub fn grow<E: Value>(s: Slice<E>, n: i64) -> Slice<E> {
    if n < 0 {
        panic_str("cannot be negative");
    }
    if s.cap() - s.len() >= n {
        return s;
    }
    let len = s.len();
    s.append_all(&Slice::make_len(n)).slice_to(len)
}

/// All slices one after the other.
pub fn concat<E: Value>(slices: Slice<Slice<E>>) -> Slice<E> {
    let all: Vec<E> = slices.iter().flat_map(|s| s.to_vec()).collect();
    if all.is_empty() { Slice::nil() } else { Slice::from(all) }
}

/// Runs of equal elements replaced by one.
pub fn compact<E: Value + PartialEq>(s: Slice<E>) -> Slice<E> {
    keep(s, |v| v.dedup())
}

/// Runs of elements that `eq` takes for equal replaced by their first.
pub fn compact_func<E: Value>(s: Slice<E>, eq: Fn2<E, E, bool>) -> Slice<E> {
    keep(s, |v| v.dedup_by(|b, a| eq(a.clone(), b.clone())))
}

/// Without the elements for which `del` holds.
pub fn delete_func<E: Value>(s: Slice<E>, del: Fn1<E, bool>) -> Slice<E> {
    keep(s, |v| v.retain(|e| !del(e.clone())))
}

/// Changes the slice in place to fewer elements and clears the rest.
fn keep<E: Value>(s: Slice<E>, f: impl FnOnce(&mut Vec<E>)) -> Slice<E> {
    if s.is_nil() {
        return s;
    }
    let mut v = s.to_vec();
    f(&mut v);
    let n = v.len() as i64;
    for (i, e) in v.into_iter().enumerate() {
        s.set(i as i64, e);
    }
    s.slice_from(n).clear();
    s.slice_to(n)
}

/// Without `s[i:j]`.
pub fn delete<E: Value>(s: Slice<E>, i: i64, j: i64) -> Slice<E> {
    let tail = s.slice3(i, j, s.len());
    if i == j {
        return s;
    }
    let tail = s.slice(i + tail.len(), s.len()).to_vec();
    let n = i + tail.len() as i64;
    for (k, e) in tail.into_iter().enumerate() {
        s.set(i + k as i64, e);
    }
    s.slice_from(n).clear();
    s.slice_to(n)
}

/// With the values inserted at `i`.
pub fn insert<E: Value>(s: Slice<E>, i: i64, v: Slice<E>) -> Slice<E> {
    let tail = Slice::from(s.slice_from(i).to_vec());
    if v.len() == 0 {
        return s;
    }
    let v = Slice::from(v.to_vec());
    s.slice_to(i).append_all(&v).append_all(&tail)
}

/// With `s[i:j]` replaced by the values.
pub fn replace<E: Value>(s: Slice<E>, i: i64, j: i64, v: Slice<E>) -> Slice<E> {
    s.slice(i, j);
    let (tail, v, old) = (Slice::from(s.slice_from(j).to_vec()), Slice::from(v.to_vec()), s.len());
    let out = s.slice_to(i).append_all(&v).append_all(&tail);
    if out.len() < old {
        s.slice(out.len(), old).clear();
    }
    out
}

/// Reverses in place.
pub fn reverse<E: Value>(s: Slice<E>) {
    rewrite(&s, |v| v.reverse());
}

/// `count` copies.
pub fn repeat<E: Value>(x: Slice<E>, count: i64) -> Slice<E> {
    if count < 0 {
        panic_str("cannot be negative");
    }
    let v = x.to_vec();
    Slice::from((0..count).flat_map(|_| v.clone()).collect::<Vec<_>>())
}

/// Indices and elements.
pub fn all<E: Value>(s: Slice<E>) -> Seq2<i64, E> {
    fn1(move |each: Fn2<i64, E, bool>| {
        for (i, e) in s.iter().enumerate() {
            if !each(i as i64, e) {
                return;
            }
        }
    })
}

/// Indices and elements from the end.
pub fn backward<E: Value>(s: Slice<E>) -> Seq2<i64, E> {
    fn1(move |each: Fn2<i64, E, bool>| {
        for i in (0..s.len()).rev() {
            if !each(i, s.get(i)) {
                return;
            }
        }
    })
}

/// The elements.
pub fn values<E: Value>(s: Slice<E>) -> Seq<E> {
    fn1(move |each: Fn1<E, bool>| {
        for e in s.iter() {
            if !each(e) {
                return;
            }
        }
    })
}

/// Consecutive parts of up to `n` elements.
pub fn chunk<E: Value>(s: Slice<E>, n: i64) -> Seq<Slice<E>> {
    if n < 1 {
        panic_str("cannot be less than 1");
    }
    fn1(move |each: Fn1<Slice<E>, bool>| {
        let mut i = 0;
        while i < s.len() {
            let end = s.len().min(i + n);
            if !each(s.slice3(i, end, end)) {
                return;
            }
            i = end;
        }
    })
}

fn gather<E: Value>(seq: Seq<E>) -> Vec<E> {
    let all: Arc<Mutex<Vec<E>>> = Arc::default();
    let sink = all.clone();
    seq(fn1(move |e| {
        sink.lock().unwrap_or_else(PoisonError::into_inner).push(e);
        true
    }));
    std::mem::take(&mut *all.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Appends the values of a sequence.
pub fn append_seq<E: Value>(s: Slice<E>, seq: Seq<E>) -> Slice<E> {
    gather(seq).into_iter().fold(s, Slice::append)
}

/// The values of a sequence.
pub fn collect<E: Value>(seq: Seq<E>) -> Slice<E> {
    append_seq(Slice::nil(), seq)
}

fn non_empty<E: Value>(v: Vec<E>) -> Slice<E> {
    if v.is_empty() { Slice::nil() } else { Slice::from(v) }
}

/// The values of a sequence, sorted.
pub fn sorted<E: Ordered>(seq: Seq<E>) -> Slice<E> {
    let mut v = gather(seq);
    v.sort_by(order);
    non_empty(v)
}

/// The values of a sequence, sorted by `cmp`.
pub fn sorted_func<E: Value>(seq: Seq<E>, cmp: Fn2<E, E, i64>) -> Slice<E> {
    let s = non_empty(gather(seq));
    sort_func(s.clone(), cmp);
    s
}

/// The values of a sequence, sorted stably by `cmp`.
pub fn sorted_stable_func<E: Value>(seq: Seq<E>, cmp: Fn2<E, E, i64>) -> Slice<E> {
    let s = non_empty(gather(seq));
    sort_stable_func(s.clone(), cmp);
    s
}
