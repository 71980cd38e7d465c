//! A pairing heap: its nodes need no memory of their own, adding one takes a comparison, and taking any out is logarithmic.
//!
//! - In: nodes, which live elsewhere.
//! - Out: [`Heap`].
//! - Invariants: a node is above those that come no earlier. `before` of a node is the one beside or above that links to it.

use std::ptr::NonNull;

use super::node::{Link, Node};

#[derive(Default)]
pub(super) struct Heap(Link);

impl Heap {
    /// The earliest node.
    pub(super) fn first(&self) -> Link {
        self.0
    }

    /// Adds a node.
    ///
    /// # Safety
    /// The node is in no heap or list, is alive until it is taken out, and like all others in the heap is used by who has
    /// the heap only.
    pub(super) unsafe fn insert(&mut self, node: NonNull<Node>) {
        // SAFETY: the contract.
        self.0 = Some(self.0.map_or(node, |root| unsafe { merge(root, node) }));
    }

    /// Takes the earliest node out.
    ///
    /// # Safety
    /// What is in the heap is alive, and used by who has the heap only.
    pub(super) unsafe fn pop(&mut self) -> Link {
        let first = self.0?;
        // SAFETY: the contract.
        self.0 = unsafe { merge_all(first.as_ref().child.take()) };
        Some(first)
    }

    /// Takes a node out.
    ///
    /// # Safety
    /// As for [`pop`](Self::pop), and the node is in the heap.
    pub(super) unsafe fn remove(&mut self, node: NonNull<Node>) {
        // SAFETY: the contract.
        unsafe {
            let below = merge_all(node.as_ref().child.take());
            let Some(before) = node.as_ref().before.take() else {
                self.0 = below;
                return;
            };
            let next = node.as_ref().next.take();
            let before_it = before.as_ref();
            let link = if before_it.child.get() == Some(node) {
                &before_it.child
            } else {
                &before_it.next
            };
            link.set(next);
            if let Some(next) = next {
                next.as_ref().before.set(Some(before));
            }
            if let Some(below) = below {
                self.insert(below);
            }
        }
    }
}

/// Makes one heap of two.
///
/// # Safety
/// Both are heaps that the caller may change, and what is in them is alive.
unsafe fn merge(a: NonNull<Node>, b: NonNull<Node>) -> NonNull<Node> {
    // SAFETY: the contract.
    unsafe {
        let (above, below) = if a.as_ref().at <= b.as_ref().at { (a, b) } else { (b, a) };
        let sibling = above.as_ref().child.replace(Some(below));
        below.as_ref().next.set(sibling);
        below.as_ref().before.set(Some(above));
        if let Some(sibling) = sibling {
            sibling.as_ref().before.set(Some(below));
        }
        above
    }
}

/// Makes one heap of those beside each other: pairs first, and then all from the last to the first.
///
/// # Safety
/// As for [`merge`].
unsafe fn merge_all(mut rest: Link) -> Link {
    // SAFETY: the contract.
    unsafe {
        // The pairs, linked through `before`, the last one first.
        let mut pairs: Link = None;
        while let Some(a) = rest {
            let mut pair = a;
            rest = a.as_ref().next.take();
            if let Some(b) = rest {
                rest = b.as_ref().next.take();
                pair = merge(a, b);
            }
            pair.as_ref().before.set(pairs);
            pairs = Some(pair);
        }
        let mut whole = pairs?;
        let mut more = whole.as_ref().before.take();
        while let Some(pair) = more {
            more = pair.as_ref().before.take();
            whole = merge(pair, whole);
        }
        Some(whole)
    }
}
