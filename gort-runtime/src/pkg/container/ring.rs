//! `container/ring`: circular lists.

use crate::pkg::go::*;
use crate::pkg::support::handle_type;

/// An element of a ring.
#[derive(Clone, Default)]
pub struct Ring {
    next: Cell<Ptr<Ring>>,
    prev: Cell<Ptr<Ring>>,
    /// The value stored.
    pub value: Cell<Any>,
}

handle_type!(Ring, "ring.Ring", memory(next, prev), fields { "Value" => value });

/// A ring of `n` elements, nil for none.
pub fn new(n: i64) -> Ptr<Ring> {
    if n <= 0 {
        return Ptr::nil();
    }
    let all: Vec<Ptr<Ring>> = (0..n).map(|_| Ptr::new(Ring::default())).collect();
    for (i, r) in all.iter().enumerate() {
        let next = &all[(i + 1) % all.len()];
        r.next.set(next.clone());
        next.prev.set(r.clone());
    }
    all[0].clone()
}

/// Methods of `*Ring`, which need the pointer itself.
pub trait RingPtr {
    /// The next element.
    fn next(&self) -> Ptr<Ring>;
    /// The previous element.
    fn prev(&self) -> Ptr<Ring>;
    /// The element `n` further, or back for negative `n`.
    fn move_(&self, n: i64) -> Ptr<Ring>;
    /// Joins `s` behind this element and returns what followed.
    fn link(&self, s: Ptr<Ring>) -> Ptr<Ring>;
    /// Removes the `n` elements that follow.
    fn unlink(&self, n: i64) -> Ptr<Ring>;
    /// The number of elements.
    fn len(&self) -> i64;
    /// Calls `f` with each value.
    fn do_(&self, f: Fn1<Any, ()>);
}

impl RingPtr for Ptr<Ring> {
    fn next(&self) -> Ptr<Ring> {
        let next = self.next.get();
        if next.is_nil() {
            self.next.set(self.clone());
            self.prev.set(self.clone());
            return self.clone();
        }
        next
    }

    fn prev(&self) -> Ptr<Ring> {
        RingPtr::next(self);
        self.prev.get()
    }

    fn move_(&self, n: i64) -> Ptr<Ring> {
        let mut r = self.clone();
        for _ in 0..n.abs() {
            r = if n < 0 { RingPtr::prev(&r) } else { RingPtr::next(&r) };
        }
        r
    }

    fn link(&self, s: Ptr<Ring>) -> Ptr<Ring> {
        let n = RingPtr::next(self);
        if !s.is_nil() {
            let p = RingPtr::prev(&s);
            self.next.set(s.clone());
            s.prev.set(self.clone());
            n.prev.set(p.clone());
            p.next.set(n.clone());
        }
        n
    }

    fn unlink(&self, n: i64) -> Ptr<Ring> {
        if n <= 0 {
            Ptr::nil()
        } else {
            self.link(self.move_(n + 1))
        }
    }

    fn len(&self) -> i64 {
        if self.is_nil() {
            return 0;
        }
        let (mut n, mut p) = (1, RingPtr::next(self));
        while p != *self {
            n += 1;
            p = RingPtr::next(&p);
        }
        n
    }

    fn do_(&self, f: Fn1<Any, ()>) {
        if self.is_nil() {
            return;
        }
        f(self.value.get());
        let mut p = RingPtr::next(self);
        while p != *self {
            f(p.value.get());
            p = RingPtr::next(&p);
        }
    }
}
