//! Ranging over a slice.

use super::Slice;
use crate::value::Value;

/// What `range` over a slice yields; see [`Slice::iter`].
pub struct SliceIter<T: Value> {
    slice: Slice<T>,
    front: i64,
    back: i64,
}

impl<T: Value> SliceIter<T> {
    pub(super) fn new(slice: Slice<T>) -> Self {
        let back = slice.len();
        SliceIter { slice, front: 0, back }
    }
}

impl<T: Value> Iterator for SliceIter<T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        if self.front >= self.back {
            return None;
        }
        self.front += 1;
        Some(self.slice.get(self.front - 1))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.back - self.front) as usize;
        (left, Some(left))
    }
}

impl<T: Value> DoubleEndedIterator for SliceIter<T> {
    fn next_back(&mut self) -> Option<T> {
        if self.front >= self.back {
            return None;
        }
        self.back -= 1;
        Some(self.slice.get(self.back))
    }
}

impl<T: Value> ExactSizeIterator for SliceIter<T> {}

impl<T: Value> IntoIterator for &Slice<T> {
    type Item = T;
    type IntoIter = SliceIter<T>;
    fn into_iter(self) -> SliceIter<T> {
        self.iter()
    }
}

impl<T: Value> IntoIterator for Slice<T> {
    type Item = T;
    type IntoIter = SliceIter<T>;
    fn into_iter(self) -> SliceIter<T> {
        SliceIter::new(self)
    }
}
