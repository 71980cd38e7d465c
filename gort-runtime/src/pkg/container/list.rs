//! `container/list`: a doubly linked list.
//!
//! The list owns its elements in both directions through counted pointers, so elements that stay linked to each other are
//! kept until they are removed or the list is re-initialised.

use crate::pkg::go::*;
use crate::pkg::support::handle_type;

/// An element of a list.
#[derive(Clone, Default)]
pub struct Element {
    next: Cell<Ptr<Element>>,
    prev: Cell<Ptr<Element>>,
    /// The list it is in, nil when removed.
    list: Cell<Ptr<Root>>,
    /// The value stored.
    pub value: Cell<Any>,
}

handle_type!(Element, "list.Element", memory(next, prev, list), fields { "Value" => value });

/// The ends of a list: an identity that elements know their list by.
#[derive(Clone, Default)]
struct Root {
    first: Cell<Ptr<Element>>,
    last: Cell<Ptr<Element>>,
    len: Atom<i64>,
}

handle_type!(Root, "list.root", memory(first, last, len));

/// A doubly linked list; the zero value is an empty one.
#[derive(Clone, Default)]
pub struct List {
    root: Cell<Ptr<Root>>,
}

handle_type!(List, "list.List", memory(root));

/// An empty list.
pub fn new() -> Ptr<List> {
    Ptr::new(List::default())
}

impl Element {
    /// The next element or nil.
    pub fn next(&self) -> Ptr<Element> {
        if self.list.get().is_nil() {
            Ptr::nil()
        } else {
            self.next.get()
        }
    }

    /// The previous element or nil.
    pub fn prev(&self) -> Ptr<Element> {
        if self.list.get().is_nil() {
            Ptr::nil()
        } else {
            self.prev.get()
        }
    }
}

impl List {
    fn root(&self) -> Ptr<Root> {
        let root = self.root.get();
        if !root.is_nil() {
            return root;
        }
        let root = Ptr::new(Root::default());
        self.root.set(root.clone());
        root
    }

    fn owns(&self, e: &Ptr<Element>) -> bool {
        !e.is_nil() && e.list.get() == self.root()
    }

    /// Links `e` behind `at`, at the front if that is nil.
    fn link(&self, e: Ptr<Element>, at: Ptr<Element>) -> Ptr<Element> {
        let root = self.root();
        let next = if at.is_nil() { root.first.get() } else { at.next.get() };
        e.prev.set(at.clone());
        e.next.set(next.clone());
        if at.is_nil() {
            root.first.set(e.clone());
        } else {
            at.next.set(e.clone());
        }
        if next.is_nil() {
            root.last.set(e.clone());
        } else {
            next.prev.set(e.clone());
        }
        e.list.set(root.clone());
        root.len.set(root.len.get() + 1);
        e
    }

    fn unlink(&self, e: &Ptr<Element>) {
        let root = self.root();
        let (prev, next) = (e.prev.get(), e.next.get());
        if prev.is_nil() {
            root.first.set(next.clone());
        } else {
            prev.next.set(next.clone());
        }
        if next.is_nil() {
            root.last.set(prev.clone());
        } else {
            next.prev.set(prev.clone());
        }
        e.prev.set(Ptr::nil());
        e.next.set(Ptr::nil());
        e.list.set(Ptr::nil());
        root.len.set(root.len.get() - 1);
    }

    fn insert(&self, v: Any, at: Ptr<Element>) -> Ptr<Element> {
        let e = Ptr::new(Element {
            value: Cell::new(v),
            ..Element::default()
        });
        self.link(e, at)
    }

    fn shift(&self, e: Ptr<Element>, at: Ptr<Element>) {
        if e != at {
            self.unlink(&e);
            self.link(e, at);
        }
    }

    /// Empties the list.
    pub fn init(&self) -> Ptr<List> {
        let root = self.root();
        let mut e = root.first.get();
        while !e.is_nil() {
            let next = e.next.get();
            self.unlink(&e);
            e = next;
        }
        Ptr::new(self.clone())
    }

    /// The number of elements.
    pub fn len(&self) -> i64 {
        self.root().len.get()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first element or nil.
    pub fn front(&self) -> Ptr<Element> {
        self.root().first.get()
    }

    /// The last element or nil.
    pub fn back(&self) -> Ptr<Element> {
        self.root().last.get()
    }

    /// Removes the element if it is in this list.
    pub fn remove(&self, e: Ptr<Element>) -> Any {
        if self.owns(&e) {
            self.unlink(&e);
        }
        e.value.get()
    }

    /// Adds a value at the front.
    pub fn push_front(&self, v: Any) -> Ptr<Element> {
        self.insert(v, Ptr::nil())
    }

    /// Adds a value at the back.
    pub fn push_back(&self, v: Any) -> Ptr<Element> {
        let last = self.back();
        self.insert(v, last)
    }

    /// Adds a value before the mark.
    pub fn insert_before(&self, v: Any, mark: Ptr<Element>) -> Ptr<Element> {
        if !self.owns(&mark) {
            return Ptr::nil();
        }
        let at = mark.prev.get();
        self.insert(v, at)
    }

    /// Adds a value after the mark.
    pub fn insert_after(&self, v: Any, mark: Ptr<Element>) -> Ptr<Element> {
        if self.owns(&mark) {
            self.insert(v, mark)
        } else {
            Ptr::nil()
        }
    }

    /// Moves the element to the front.
    pub fn move_to_front(&self, e: Ptr<Element>) {
        if self.owns(&e) && self.front() != e {
            self.shift(e, Ptr::nil());
        }
    }

    /// Moves the element to the back.
    pub fn move_to_back(&self, e: Ptr<Element>) {
        if self.owns(&e) && self.back() != e {
            let last = self.back();
            self.shift(e, last);
        }
    }

    /// Moves the element before the mark.
    pub fn move_before(&self, e: Ptr<Element>, mark: Ptr<Element>) {
        if self.owns(&e) && self.owns(&mark) && e != mark {
            self.unlink(&e);
            let at = mark.prev.get();
            self.link(e, at);
        }
    }

    /// Moves the element after the mark.
    pub fn move_after(&self, e: Ptr<Element>, mark: Ptr<Element>) {
        if self.owns(&e) && self.owns(&mark) && e != mark {
            self.shift(e, mark);
        }
    }

    /// Adds copies of another list's values at the back.
    pub fn push_back_list(&self, other: Ptr<List>) {
        let (mut e, n) = (other.front(), other.len());
        for _ in 0..n {
            self.push_back(e.value.get());
            e = e.next();
        }
    }

    /// Adds copies of another list's values at the front.
    pub fn push_front_list(&self, other: Ptr<List>) {
        let (mut e, n) = (other.back(), other.len());
        for _ in 0..n {
            self.push_front(e.value.get());
            e = e.prev();
        }
    }
}
