//! Pattern-defeating quicksort with Go's choices, so that equal elements end in the order in which Go leaves them.
//!
//! In: a range of positions, `less` and `swap` on them. Out: the range sorted, by exactly Go's swaps.

/// A collection seen through its two operations.
pub(crate) struct Collection<L, S> {
    pub(crate) less: L,
    pub(crate) swap: S,
}

/// What the pivot's choice says of the range.
#[derive(Clone, Copy, PartialEq)]
enum Hint {
    Unknown,
    Increasing,
    Decreasing,
}

impl<L: Fn(i64, i64) -> bool, S: Fn(i64, i64)> Collection<L, S> {
    /// Sorts `[0, n)`.
    pub(crate) fn sort(&self, n: i64) {
        self.quick(0, n, 64 - n.leading_zeros());
    }

    pub(crate) fn insertion(&self, lo: i64, hi: i64) {
        for i in lo + 1..hi {
            self.sink(i, lo);
        }
    }

    /// Moves the element at `i` down to its place above `lo`.
    fn sink(&self, i: i64, lo: i64) {
        let mut j = i;
        while j > lo && (self.less)(j, j - 1) {
            (self.swap)(j, j - 1);
            j -= 1;
        }
    }

    fn quick(&self, mut lo: i64, mut hi: i64, mut limit: u32) {
        let (mut balanced, mut partitioned) = (true, true);
        loop {
            let length = hi - lo;
            if length <= 12 {
                return self.insertion(lo, hi);
            }
            if limit == 0 {
                return self.heap(lo, hi);
            }
            if !balanced {
                self.scatter(lo, hi);
                limit -= 1;
            }
            let (mut pivot, mut hint) = self.pivot(lo, hi);
            if hint == Hint::Decreasing {
                self.reverse(lo, hi);
                pivot = hi - 1 - (pivot - lo);
                hint = Hint::Increasing;
            }
            if balanced && partitioned && hint == Hint::Increasing && self.nearly_sorted(lo, hi) {
                return;
            }
            // Nothing is less than what stands before the range: elements equal to it go to the left.
            if lo > 0 && !(self.less)(lo - 1, pivot) {
                lo = self.partition_equal(lo, hi, pivot);
                continue;
            }
            let mid;
            (mid, partitioned) = self.partition(lo, hi, pivot);
            let (left, right) = (mid - lo, hi - mid);
            balanced = left.min(right) >= length / 8;
            if left < right {
                self.quick(lo, mid, limit);
                lo = mid + 1;
            } else {
                self.quick(mid + 1, hi, limit);
                hi = mid;
            }
        }
    }

    /// Puts the pivot at its place: where that is, and whether nothing had to move.
    fn partition(&self, lo: i64, hi: i64, pivot: i64) -> (i64, bool) {
        (self.swap)(lo, pivot);
        let (mut i, mut j, mut moved) = (lo + 1, hi - 1, false);
        loop {
            while i <= j && (self.less)(i, lo) {
                i += 1;
            }
            while i <= j && !(self.less)(j, lo) {
                j -= 1;
            }
            if i > j {
                (self.swap)(j, lo);
                return (j, !moved);
            }
            (self.swap)(i, j);
            moved = true;
            i += 1;
            j -= 1;
        }
    }

    fn partition_equal(&self, lo: i64, hi: i64, pivot: i64) -> i64 {
        (self.swap)(lo, pivot);
        let (mut i, mut j) = (lo + 1, hi - 1);
        loop {
            while i <= j && !(self.less)(lo, i) {
                i += 1;
            }
            while i <= j && (self.less)(lo, j) {
                j -= 1;
            }
            if i > j {
                return i;
            }
            (self.swap)(i, j);
            i += 1;
            j -= 1;
        }
    }

    /// Repairs up to five places; whether the range is sorted then.
    fn nearly_sorted(&self, lo: i64, hi: i64) -> bool {
        let mut i = lo + 1;
        for _ in 0..5 {
            while i < hi && !(self.less)(i, i - 1) {
                i += 1;
            }
            if i == hi {
                return true;
            }
            if hi - lo < 50 {
                return false;
            }
            (self.swap)(i, i - 1);
            if i - lo >= 2 {
                self.sink(i - 1, 0);
            }
            if hi - i >= 2 {
                let mut j = i + 1;
                while j < hi && (self.less)(j, j - 1) {
                    (self.swap)(j, j - 1);
                    j += 1;
                }
            }
        }
        false
    }

    /// Breaks patterns that unbalance the partitions, by three swaps with places that only the length decides.
    fn scatter(&self, lo: i64, hi: i64) {
        let length = hi - lo;
        if length < 8 {
            return;
        }
        let mut random = length as u64;
        let mask = (1u64 << (64 - random.leading_zeros())) - 1;
        let first = lo + length / 4 * 2 - 1;
        for i in 0..3 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let other = (random & mask) as i64;
            let other = if other >= length { other - length } else { other };
            (self.swap)(first + i, lo + other);
        }
    }

    fn pivot(&self, lo: i64, hi: i64) -> (i64, Hint) {
        let (quarter, mut swaps) = ((hi - lo) / 4, 0);
        let [mut i, mut j, mut k] = [lo + quarter, lo + quarter * 2, lo + quarter * 3];
        if hi - lo >= 8 {
            if hi - lo >= 50 {
                i = self.median(i - 1, i, i + 1, &mut swaps);
                j = self.median(j - 1, j, j + 1, &mut swaps);
                k = self.median(k - 1, k, k + 1, &mut swaps);
            }
            j = self.median(i, j, k, &mut swaps);
        }
        let hint = match swaps {
            0 => Hint::Increasing,
            12 => Hint::Decreasing,
            _ => Hint::Unknown,
        };
        (j, hint)
    }

    fn median(&self, a: i64, b: i64, c: i64, swaps: &mut u32) -> i64 {
        let mut ordered = |a, b| {
            if (self.less)(b, a) {
                *swaps += 1;
                (b, a)
            } else {
                (a, b)
            }
        };
        let (a, b) = ordered(a, b);
        let (b, _) = ordered(b, c);
        ordered(a, b).1
    }

    fn heap(&self, lo: i64, hi: i64) {
        let n = hi - lo;
        for i in (0..=(n - 1) / 2).rev() {
            self.sift(i, n, lo);
        }
        for i in (0..n).rev() {
            (self.swap)(lo, lo + i);
            self.sift(0, i, lo);
        }
    }

    fn sift(&self, mut root: i64, end: i64, base: i64) {
        loop {
            let mut child = 2 * root + 1;
            if child >= end {
                return;
            }
            if child + 1 < end && (self.less)(base + child, base + child + 1) {
                child += 1;
            }
            if !(self.less)(base + root, base + child) {
                return;
            }
            (self.swap)(base + root, base + child);
            root = child;
        }
    }

    pub(crate) fn reverse(&self, lo: i64, hi: i64) {
        let (mut i, mut j) = (lo, hi - 1);
        while i < j {
            (self.swap)(i, j);
            i += 1;
            j -= 1;
        }
    }
}
