//! `container/heap`: heap operations on any sortable collection.

use crate::pkg::go::*;
use crate::pkg::sort;

interface! {
    /// A collection that can be a heap.
    pub trait Interface: sort::Interface {
        /// Adds an element at the end.
        fn push(&self, x: Any);
        /// Removes the element at the end.
        fn pop(&self) -> Any;
    }
}

fn up(h: &Iface<dyn Interface>, mut j: i64) {
    loop {
        let i = (j - 1) / 2;
        if i == j || !h.less(j, i) {
            break;
        }
        h.swap(i, j);
        j = i;
    }
}

fn down(h: &Iface<dyn Interface>, start: i64, n: i64) -> bool {
    let mut i = start;
    loop {
        let left = 2 * i + 1;
        if left >= n || left < 0 {
            break;
        }
        let right = left + 1;
        let j = if right < n && h.less(right, left) { right } else { left };
        if !h.less(j, i) {
            break;
        }
        h.swap(i, j);
        i = j;
    }
    i > start
}

/// Makes the collection a heap.
pub fn init(h: Iface<dyn Interface>) {
    let n = h.len();
    for i in (0..n / 2).rev() {
        down(&h, i, n);
    }
}

/// Adds an element.
pub fn push(h: Iface<dyn Interface>, x: Any) {
    h.push(x);
    up(&h, h.len() - 1);
}

/// Removes the least element.
pub fn pop(h: Iface<dyn Interface>) -> Any {
    let n = h.len() - 1;
    h.swap(0, n);
    down(&h, 0, n);
    h.pop()
}

/// Removes the element at `i`.
pub fn remove(h: Iface<dyn Interface>, i: i64) -> Any {
    let n = h.len() - 1;
    if n != i {
        h.swap(i, n);
        if !down(&h, i, n) {
            up(&h, i);
        }
    }
    h.pop()
}

/// Restores the order after the element at `i` has changed.
pub fn fix(h: Iface<dyn Interface>, i: i64) {
    if !down(&h, i, h.len()) {
        up(&h, i);
    }
}
