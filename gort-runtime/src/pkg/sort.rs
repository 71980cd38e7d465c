//! `sort`: sorting and searching through interfaces and closures.

use std::cell::RefCell;

use crate::pkg::go::*;
use crate::pkg::pdq::Collection;
use crate::pkg::support::handle_type;
use std::cmp::Ordering;
use std::sync::Arc;

interface! {
    /// A collection that can be sorted.
    pub trait Interface {
        /// The number of elements.
        fn len(&self) -> i64;
        /// Whether element `i` sorts before `j`.
        fn less(&self, i: i64, j: i64) -> bool;
        /// Swaps two elements.
        fn swap(&self, i: i64, j: i64);
    }
}

impl<L: Fn(i64, i64) -> bool, S: Fn(i64, i64)> Collection<L, S> {
    /// A merge sort in place, by rotations.
    fn stable(&self, n: i64) {
        let mut block = 20;
        let mut lo = 0;
        while lo < n {
            self.insertion(lo, n.min(lo + block));
            lo += block;
        }
        while block < n {
            let mut lo = 0;
            while lo + block < n {
                self.merge(lo, lo + block, n.min(lo + 2 * block));
                lo += 2 * block;
            }
            block *= 2;
        }
    }

    fn merge(&self, lo: i64, mid: i64, hi: i64) {
        if lo >= mid || mid >= hi || !(self.less)(mid, mid - 1) {
            return;
        }
        if hi - lo == 2 {
            return (self.swap)(lo, mid);
        }
        let (first, second);
        if mid - lo > hi - mid {
            first = lo + (mid - lo) / 2;
            second = search_range(mid, hi, |i| !(self.less)(i, first));
        } else {
            second = mid + (hi - mid) / 2;
            first = search_range(lo, mid, |i| (self.less)(second, i));
        }
        self.rotate(first, mid, second);
        let middle = first + (second - mid);
        self.merge(lo, first, middle);
        self.merge(middle, second, hi);
    }

    fn rotate(&self, lo: i64, mid: i64, hi: i64) {
        if lo < mid && mid < hi {
            self.reverse(lo, mid);
            self.reverse(mid, hi);
            self.reverse(lo, hi);
        }
    }
}

fn search_range(mut lo: i64, mut hi: i64, f: impl Fn(i64) -> bool) -> i64 {
    while lo < hi {
        let mid = lo + (hi - lo) / 2;
        if f(mid) {
            hi = mid;
        } else {
            lo = mid + 1;
        }
    }
    lo
}

/// Sorts, not stably.
pub fn sort(data: Iface<dyn Interface>) {
    let n = data.len();
    Collection {
        less: |i, j| data.less(i, j),
        swap: |i, j| data.swap(i, j),
    }
    .sort(n);
}

/// Sorts stably.
pub fn stable(data: Iface<dyn Interface>) {
    let n = data.len();
    Collection {
        less: |i, j| data.less(i, j),
        swap: |i, j| data.swap(i, j),
    }
    .stable(n);
}

/// Reports whether the data is sorted.
pub fn is_sorted(data: Iface<dyn Interface>) -> bool {
    (1..data.len()).all(|i| !data.less(i, i - 1))
}

pub(crate) fn swapper<T: Value>(s: &Slice<T>) -> impl Fn(i64, i64) + '_ {
    |i, j| {
        let v = s.get(i);
        s.set(i, s.get(j));
        s.set(j, v);
    }
}

/// Sorts a slice by positions, not stably.
pub fn slice<T: Value>(x: Slice<T>, less: Fn2<i64, i64, bool>) {
    Collection {
        less: |i, j| less(i, j),
        swap: swapper(&x),
    }
    .sort(x.len());
}

/// Sorts a slice by positions, stably.
pub fn slice_stable<T: Value>(x: Slice<T>, less: Fn2<i64, i64, bool>) {
    Collection {
        less: |i, j| less(i, j),
        swap: swapper(&x),
    }
    .stable(x.len());
}

/// Sorts elements that one owner holds, not stably; in the order that [`slice()`] leaves them in.
pub fn slice_by<T>(x: &mut [T], less: impl Fn(&T, &T) -> bool) {
    let n = x.len() as i64;
    let x = RefCell::new(x);
    Collection {
        less: |i, j| compare(&x, &less, i, j),
        swap: |i, j| x.borrow_mut().swap(i as usize, j as usize),
    }
    .sort(n);
}

/// Sorts elements that one owner holds, stably.
pub fn slice_stable_by<T>(x: &mut [T], less: impl Fn(&T, &T) -> bool) {
    let n = x.len() as i64;
    let x = RefCell::new(x);
    Collection {
        less: |i, j| compare(&x, &less, i, j),
        swap: |i, j| x.borrow_mut().swap(i as usize, j as usize),
    }
    .stable(n);
}

fn compare<T>(x: &RefCell<&mut [T]>, less: impl Fn(&T, &T) -> bool, i: i64, j: i64) -> bool {
    let x = x.borrow();
    less(&x[i as usize], &x[j as usize])
}

/// Reports whether a slice is sorted by positions.
pub fn slice_is_sorted<T: Value>(x: Slice<T>, less: Fn2<i64, i64, bool>) -> bool {
    (1..x.len()).all(|i| !less(i, i - 1))
}

#[derive(Clone, Default)]
struct Reversed {
    data: Iface<dyn Interface>,
}

handle_type!(Reversed, "sort.reverse", pointer(dyn Interface));

impl InterfacePtr for Reversed {
    fn len(this: &Ptr<Self>) -> i64 {
        this.data.len()
    }

    fn less(this: &Ptr<Self>, i: i64, j: i64) -> bool {
        this.data.less(j, i)
    }

    fn swap(this: &Ptr<Self>, i: i64, j: i64) {
        this.data.swap(i, j);
    }
}

/// The data in reverse order.
pub fn reverse(data: Iface<dyn Interface>) -> Iface<dyn Interface> {
    Iface::from_arc(Arc::new(Ptr::new(Reversed { data })) as Arc<dyn Interface>)
}

/// The least index in `[0, n)` for which `f` holds, else `n`; `f` must be false, then true.
pub fn search(n: i64, f: Fn1<i64, bool>) -> i64 {
    search_range(0, n, &*f)
}

/// The index for which `cmp` is 0, else where it would be.
pub fn find(n: i64, cmp: Fn1<i64, i64>) -> (i64, bool) {
    let i = search_range(0, n, |i| cmp(i) <= 0);
    (i, i < n && cmp(i) == 0)
}

/// Floats order NaN first.
pub(crate) fn float_order(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

pub(crate) fn rewrite<T: Value>(s: &Slice<T>, sort: impl FnOnce(&mut Vec<T>)) {
    let mut v = s.to_vec();
    sort(&mut v);
    for (i, e) in v.into_iter().enumerate() {
        s.set(i as i64, e);
    }
}

/// Sorts upwards.
pub fn ints(x: Slice<i64>) {
    rewrite(&x, |v| v.sort_unstable());
}

/// Sorts upwards, NaN first.
pub fn float64s(x: Slice<f64>) {
    rewrite(&x, |v| v.sort_by(|a, b| float_order(*a, *b)));
}

/// Sorts upwards.
pub fn strings(x: Slice<GoString>) {
    rewrite(&x, |v| v.sort());
}

/// Reports whether the slice is sorted.
pub fn ints_are_sorted(x: Slice<i64>) -> bool {
    x.to_vec().is_sorted()
}

/// Reports whether the slice is sorted.
pub fn float64s_are_sorted(x: Slice<f64>) -> bool {
    x.to_vec().is_sorted_by(|a, b| float_order(*a, *b).is_le())
}

/// Reports whether the slice is sorted.
pub fn strings_are_sorted(x: Slice<GoString>) -> bool {
    x.to_vec().is_sorted()
}

/// Where `x` is or would be in a sorted slice.
pub fn search_ints(a: Slice<i64>, x: i64) -> i64 {
    search_range(0, a.len(), |i| a.get(i) >= x)
}

/// Where `x` is or would be in a sorted slice.
pub fn search_float64s(a: Slice<f64>, x: f64) -> i64 {
    search_range(0, a.len(), |i| a.get(i) >= x)
}

/// Where `x` is or would be in a sorted slice.
pub fn search_strings(a: Slice<GoString>, x: GoString) -> i64 {
    search_range(0, a.len(), |i| a.get(i) >= x)
}

macro_rules! slice_types {
    ($($(#[$doc:meta])* $name:ident($elem:ty) = $go:literal, $sort:ident, $search:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, crate::Value)]
        #[go(name = $go, value(dyn Interface), incomparable)]
        pub struct $name(pub Slice<$elem>);

        impl Interface for $name {
            fn len(&self) -> i64 {
                self.0.len()
            }

            fn less(&self, i: i64, j: i64) -> bool {
                let (a, b) = (self.0.get(i), self.0.get(j));
                #[allow(clippy::eq_op)]
                let nan_first = a != a && b == b;
                a < b || nan_first
            }

            fn swap(&self, i: i64, j: i64) {
                swapper(&self.0)(i, j);
            }
        }

        impl $name {
            /// Sorts upwards.
            pub fn sort(&self) {
                $sort(self.0.clone());
            }

            /// Where `x` is or would be.
            pub fn search(&self, x: $elem) -> i64 {
                $search(self.0.clone(), x)
            }
        }
    )*};
}

slice_types! {
    /// `[]int`, sorted upwards.
    IntSlice(i64) = "sort.IntSlice", ints, search_ints;
    /// `[]float64`, sorted upwards.
    Float64Slice(f64) = "sort.Float64Slice", float64s, search_float64s;
    /// `[]string`, sorted upwards.
    StringSlice(GoString) = "sort.StringSlice", strings, search_strings;
}
