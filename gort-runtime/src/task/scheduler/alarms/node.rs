//! What a heap and a wheel are made of.
//!
//! - In: a time.
//! - Out: [`Node`].
//! - Invariants: the links belong to whatever holds the node, and all are `None` when nothing does.

use std::cell::{Cell, UnsafeCell};
use std::ptr::NonNull;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Waker;

use crate::shim::atomic::AtomicU8;

pub(super) type Link = Option<NonNull<Node>>;

/// In no heap or wheel, and not due.
pub(super) const IDLE: u8 = 0;
pub(super) const QUEUED: u8 = 1;
pub(super) const DUE: u8 = 2;

pub(super) struct Node {
    /// The time, in nanoseconds of the scheduler's clock.
    pub(super) at: u64,
    /// In a heap, the first of those that come later.
    pub(super) child: Cell<Link>,
    /// The next beside it, and the one before: beside it or, for the first in a heap, above.
    pub(super) next: Cell<Link>,
    pub(super) before: Cell<Link>,
    /// Which list of the wheel it is in; [`NEAR`] if it is in the heap.
    pub(super) slot: Cell<u16>,
    pub(super) stage: AtomicU8,
    pub(super) waker: UnsafeCell<Option<Waker>>,
}

/// No list of the wheel.
pub(super) const NEAR: u16 = u16::MAX;

impl Node {
    pub(super) fn new(at: u64) -> Self {
        Node {
            at,
            child: Cell::new(None),
            next: Cell::new(None),
            before: Cell::new(None),
            slot: Cell::new(NEAR),
            stage: AtomicU8::new(IDLE),
            waker: UnsafeCell::new(None),
        }
    }

    /// Takes note that it is held.
    pub(super) fn is_queued(&self) {
        self.stage.store(QUEUED, Relaxed);
    }
}
