//! The place of a waiting operation in its channel's queue.
//!
//! - In: a future, which owns a [`Node`] and is pinned while the node is queued.
//! - Out: [`Queue`], the order of coming; [`Node::finish`], by which another thread ends the wait.
//! - Invariants: all but `state` is used under the channel's lock while the node is queued, and by the owner only while it
//!   is not. The owner takes a queued node off its queue, under the lock, before the node is moved or dropped, so a
//!   queued node is alive. Who takes a node off the queue stores `state` last, and touches the node no more after that.
#![allow(unsafe_code)]

use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomPinned;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::task::Waker;

use super::slot::Slot;
use crate::select::Ticket;
use crate::shim::atomic::{AtomicU8, Ordering};
use crate::task::{waker, wakes_same};

/// How a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Stage {
    /// In no queue: it never was, or another case of its select was chosen.
    Idle,
    Queued,
    /// The exchange is done: a receiver has its value, or none from a closed channel; a sender's value is taken.
    Done,
    /// The channel was closed under a sender.
    Closed,
}

/// Who waits.
enum Waiter {
    Nobody,
    Task(Waker),
    /// A case of a select, with its number.
    Case(NonNull<Ticket>, u32),
}

/// A waiting operation.
pub(crate) struct Node<T> {
    prev: Cell<Link<T>>,
    next: Cell<Link<T>>,
    waiter: UnsafeCell<Waiter>,
    /// What is sent, or what was received.
    value: UnsafeCell<Slot<T>>,
    state: AtomicU8,
}

type Link<T> = Option<NonNull<Node<T>>>;

// SAFETY: by the invariants one thread at a time uses the fields, and the wakers and values may change threads.
unsafe impl<T: Send> Send for Node<T> {}
// SAFETY: as above; what `&Node` offers safely is an atomic load.
unsafe impl<T: Send> Sync for Node<T> {}

/// Whom to wake once the channel is unlocked.
pub(crate) type Wake = Option<Waker>;

impl<T> Node<T> {
    #[inline(always)]
    pub(crate) fn new(value: Slot<T>) -> Self {
        Node {
            prev: Cell::new(None),
            next: Cell::new(None),
            waiter: UnsafeCell::new(Waiter::Nobody),
            value: UnsafeCell::new(value),
            state: AtomicU8::new(Stage::Idle as u8),
        }
    }

    /// How the node stands; any answer but `Queued` lasts until the owner queues it again.
    #[inline]
    pub(crate) fn stage(&self) -> Stage {
        match self.state.load(Ordering::Acquire) {
            0 => Stage::Idle,
            1 => Stage::Queued,
            2 => Stage::Done,
            _ => Stage::Closed,
        }
    }

    /// Forgets an exchange that is over.
    #[inline]
    pub(crate) fn reset(&self) {
        self.state.store(Stage::Idle as u8, Ordering::Relaxed);
    }

    /// The value's place.
    ///
    /// # Safety
    /// The caller is the owner and the node is not queued, or the caller holds the channel's lock and the node is or was
    /// just queued; and no other reference to the value is alive.
    #[inline]
    #[allow(clippy::mut_from_ref)]
    pub(crate) unsafe fn value(&self) -> &mut Slot<T> {
        // SAFETY: the contract.
        unsafe { &mut *self.value.get() }
    }

    /// Says that a task waits, or that it waits with another waker than before; that one is to be dropped after unlocking,
    /// as dropping it may drop a task.
    ///
    /// # Safety
    /// The caller is the owner, and holds the channel's lock.
    pub(crate) unsafe fn wait_as_task(&self, lent: &Waker) -> Option<Waker> {
        // SAFETY: the contract.
        match unsafe { &mut *self.waiter.get() } {
            Waiter::Task(before) if wakes_same(before, lent) => None,
            Waiter::Task(before) => Some(std::mem::replace(before, waker(lent))),
            waiter => {
                *waiter = Waiter::Task(waker(lent));
                None
            }
        }
    }

    /// Says that a select waits.
    ///
    /// # Safety
    /// The caller is the owner, and holds the channel's lock; the ticket lives for as long as the node is queued.
    pub(crate) unsafe fn wait_as_case(&self, ticket: NonNull<Ticket>, case: u32) {
        // SAFETY: the contract.
        unsafe { *self.waiter.get() = Waiter::Case(ticket, case) }
    }

    /// Claims the exchange: `None` if the waiter is a select of which another case was chosen already.
    ///
    /// # Safety
    /// The caller holds the channel's lock and has just taken the node off the queue.
    #[inline]
    unsafe fn claim(&self) -> Option<Wake> {
        // SAFETY: the contract.
        let waiter = unsafe { std::mem::replace(&mut *self.waiter.get(), Waiter::Nobody) };
        match waiter {
            Waiter::Task(waker) => Some(Some(waker)),
            // SAFETY: the ticket lives for as long as the node's owner has not seen the node leave the queue.
            Waiter::Case(ticket, case) => unsafe { ticket.as_ref().claim(case) },
            Waiter::Nobody => Some(None),
        }
    }

    /// Ends the wait. After this the node may be gone.
    ///
    /// # Safety
    /// The caller holds the channel's lock and has just taken the node off the queue.
    #[inline]
    pub(crate) unsafe fn finish(&self, stage: Stage) {
        self.state.store(stage as u8, Ordering::Release);
    }
}

/// A node that is made when it is first used, in its place: until then there is next to nothing to move when its future is.
pub(crate) struct LazyNode<T> {
    made: bool,
    node: MaybeUninit<Node<T>>,
    /// While it is queued others use it too, so a `&mut` of the owner's is not to say that nobody does.
    _pinned: PhantomPinned,
}

impl<T> LazyNode<T> {
    #[inline(always)]
    pub(crate) fn new() -> Self {
        LazyNode {
            made: false,
            node: MaybeUninit::uninit(),
            _pinned: PhantomPinned,
        }
    }

    #[inline]
    pub(crate) fn get(&mut self) -> &Node<T> {
        if !self.made {
            self.node.write(Node::new(Slot::empty()));
            self.made = true;
        }
        // SAFETY: it was made.
        unsafe { self.node.assume_init_ref() }
    }

    /// How the node stands, made or not.
    #[inline]
    pub(crate) fn stage(&self) -> Stage {
        match self.made {
            // SAFETY: it was made.
            true => unsafe { self.node.assume_init_ref() }.stage(),
            false => Stage::Idle,
        }
    }
}

impl<T> Drop for LazyNode<T> {
    #[inline]
    fn drop(&mut self) {
        if self.made {
            // SAFETY: it was made, and is not used again.
            unsafe { self.node.assume_init_drop() }
        }
    }
}

/// The operations that wait at one end of a channel, in the order of their coming.
pub(crate) struct Queue<T> {
    head: Link<T>,
    tail: Link<T>,
}

// SAFETY: the nodes may be used by whoever holds the channel's lock.
unsafe impl<T: Send> Send for Queue<T> {}

impl<T> Queue<T> {
    pub(crate) const fn new() -> Self {
        Queue { head: None, tail: None }
    }

    /// Queues a node.
    ///
    /// # Safety
    /// The caller holds the channel's lock, owns the node, which is pinned and not queued, and keeps the invariants.
    pub(crate) unsafe fn push_back(&mut self, node: &Node<T>) {
        node.state.store(Stage::Queued as u8, Ordering::Relaxed);
        node.prev.set(self.tail);
        node.next.set(None);
        let link = Some(NonNull::from(node));
        match self.tail {
            // SAFETY: a queued node is alive.
            Some(tail) => unsafe { tail.as_ref() }.next.set(link),
            None => self.head = link,
        }
        self.tail = link;
    }

    /// Whether nobody waits.
    #[cfg(feature = "sync")]
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_none()
    }

    /// How many wait; it counts them.
    #[cfg(feature = "sync")]
    pub(crate) fn count(&self) -> u64 {
        let mut count = 0;
        let mut link = self.head;
        while let Some(node) = link {
            count += 1;
            // SAFETY: a queued node is alive, and who has the queue has locked it.
            link = unsafe { node.as_ref() }.next.get();
        }
        count
    }

    /// Queues a node before all others.
    ///
    /// # Safety
    /// As [`push_back`](Self::push_back).
    #[cfg(feature = "sync")]
    pub(crate) unsafe fn push_front(&mut self, node: &Node<T>) {
        node.state.store(Stage::Queued as u8, Ordering::Relaxed);
        node.prev.set(None);
        node.next.set(self.head);
        let link = Some(NonNull::from(node));
        match self.head {
            // SAFETY: a queued node is alive.
            Some(head) => unsafe { head.as_ref() }.prev.set(link),
            None => self.tail = link,
        }
        self.head = link;
    }

    /// Takes a node off the queue.
    ///
    /// # Safety
    /// The caller holds the channel's lock, and the node is in this queue.
    pub(crate) unsafe fn unlink(&mut self, node: &Node<T>) {
        let (prev, next) = (node.prev.take(), node.next.take());
        match prev {
            // SAFETY: a queued node is alive.
            Some(prev) => unsafe { prev.as_ref() }.next.set(next),
            None => self.head = next,
        }
        match next {
            // SAFETY: a queued node is alive.
            Some(next) => unsafe { next.as_ref() }.prev.set(prev),
            None => self.tail = prev,
        }
    }

    /// Takes the first waiter that can be claimed off the queue; it waits until it is [finished](Node::finish).
    ///
    /// # Safety
    /// The caller holds the channel's lock, and uses the node only until it finishes it, which it does.
    #[inline]
    pub(crate) unsafe fn claim_front<'a>(&mut self) -> Option<(&'a Node<T>, Wake)> {
        loop {
            // SAFETY: a queued node is alive, and stays so until it is finished.
            let node = unsafe { self.head?.as_ref() };
            self.head = node.next.take();
            match self.head {
                // SAFETY: a queued node is alive.
                Some(next) => unsafe { next.as_ref() }.prev.set(None),
                None => self.tail = None,
            }
            // SAFETY: it was just taken off.
            match unsafe { node.claim() } {
                Some(wake) => return Some((node, wake)),
                // SAFETY: as above.
                None => unsafe { node.finish(Stage::Idle) },
            }
        }
    }

    /// As [`claim_front`](Self::claim_front), for the first waiter that is `wanted`.
    ///
    /// # Safety
    /// As [`claim_front`](Self::claim_front).
    pub(crate) unsafe fn claim_first<'a>(&mut self, wanted: impl Fn(&Node<T>) -> bool) -> Option<(&'a Node<T>, Wake)> {
        let mut link = self.head;
        while let Some(at) = link {
            // SAFETY: a queued node is alive, and stays so until it is finished.
            let node = unsafe { at.as_ref() };
            link = node.next.get();
            if !wanted(node) {
                continue;
            }
            // SAFETY: the contract; it is in this queue.
            unsafe { self.unlink(node) }
            // SAFETY: it was just taken off.
            match unsafe { node.claim() } {
                Some(wake) => return Some((node, wake)),
                // SAFETY: as above.
                None => unsafe { node.finish(Stage::Idle) },
            }
        }
        None
    }
}
