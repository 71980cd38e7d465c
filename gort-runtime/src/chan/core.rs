//! A channel's state and its transitions, all under the channel's one lock.
//!
//! - In: the operations of the handles and futures.
//! - Out: what they did, and whom to wake after unlocking.
//! - Invariants: a value goes from hand to hand under the lock: a send that finds a waiting receiver puts it into the
//!   receiver's [`Node`], and with that the exchange is done, whatever happens to either future afterwards. A receiver
//!   that is dropped before it took the value gives it to the next one, or puts it back as the oldest ([`State::give_back`]).
//!   Senders wait only while the buffer is full, receivers only while there is nothing to receive.
//!   A reserved place counts as full; who waits to reserve one has an empty node in the queue of senders.
//!
//! A waiter that belongs to a `select!` carries a ticket: several channels have a node of it, and the first to claim
//! the ticket has it. Nodes whose ticket is gone are skipped.
#![allow(unsafe_code)]

use std::task::Waker;

use super::ends::Ends;
use super::node::{Node, Queue, Stage};
use super::slot::{Ring, Slot};
use crate::shim::Lock;
use crate::task::bubble;
use crate::task::metrics::{self, Event};

pub(crate) use super::node::Wake;

/// What the handles of a channel share.
pub(crate) struct Core<T> {
    /// What users are told; they are told of no more buffered values either.
    pub(crate) cap: usize,
    pub(super) ends: Ends,
    pub(crate) state: Lock<State<T>>,
}

impl<T> Core<T> {
    pub(crate) fn new(cap: usize) -> Self {
        Self::with_places(cap, cap)
    }

    /// Says that it has `cap` places, and has `places`.
    pub(super) fn with_places(cap: usize, places: usize) -> Self {
        let state = State {
            cap: places,
            reserved: 0,
            closed: false,
            bubble: bubble::here(),
            buffer: Ring::new(),
            receivers: Queue::new(),
            senders: Queue::new(),
        };
        Core {
            cap,
            ends: Ends::new(),
            state: Lock::new(state),
        }
    }

    /// Panics if it was made in a bubble and is used outside; `what` is done with what.
    #[inline]
    pub(crate) fn enter(&self, what: &'static str) {
        if bubble::any() {
            self.must_be_here(what);
        }
    }

    #[cold]
    #[inline(never)]
    fn must_be_here(&self, what: &'static str) {
        bubble::must_be_here(self.bubble(), what);
    }

    /// The bubble in which it was made; 0 is none.
    fn bubble(&self) -> bubble::Number {
        self.state.lock().bubble
    }

    /// Whether a goroutine of a bubble that waits here is woken by its bubble only.
    #[cold]
    pub(crate) fn is_durable(&self) -> bool {
        self.bubble() != 0
    }
}

pub(crate) struct State<T> {
    /// The places of the buffer that are not reserved.
    cap: usize,
    /// The places that are reserved.
    reserved: u32,
    pub(crate) closed: bool,
    /// The bubble in which it was made; 0 is none.
    bubble: bubble::Number,
    /// At most `cap` values, and those given back, or sent into reserved places.
    pub(crate) buffer: Ring<T>,
    pub(crate) receivers: Queue<T>,
    pub(crate) senders: Queue<T>,
}

/// How an attempt to send ended.
pub(crate) enum Sent {
    /// The value is gone.
    Done(Wake),
    /// Nobody waits to receive, and the buffer is full; the value stays.
    Full,
    /// The channel is closed; the value stays.
    Closed,
}

impl<T> State<T> {
    /// Sends what `slot` holds if a receiver waits or the buffer has room.
    #[inline]
    pub(crate) fn send(&mut self, slot: &mut Slot<T>) -> Sent {
        if self.closed {
            return Sent::Closed;
        }
        // Whoever waits to receive came while the buffer was empty.
        if let Some(wake) = self.hand_over(slot) {
            metrics::count(Event::Send);
            return Sent::Done(wake);
        }
        if self.buffer.len() < self.cap {
            metrics::count(Event::Send);
            self.buffer.push_from(slot, self.cap);
            return Sent::Done(None);
        }
        Sent::Full
    }

    /// Gives what `slot` holds to the first waiting receiver.
    #[inline]
    fn hand_over(&mut self, slot: &mut Slot<T>) -> Option<Wake> {
        // SAFETY: the state is reached by who holds the lock, and the node is finished below.
        let (receiver, wake) = unsafe { self.receivers.claim_front() }?;
        metrics::count(Event::Receive);
        // SAFETY: as above.
        unsafe {
            slot.move_to(receiver.value());
            receiver.finish(Stage::Done);
        }
        Some(wake)
    }

    /// Receives into `slot`, which is empty, if there is a value, or the channel is closed and drained.
    ///
    /// The value goes straight to its place, since it may be large.
    #[inline]
    pub(crate) fn receive(&mut self, slot: &mut Slot<T>) -> Option<Wake> {
        if self.buffer.pop_into(slot) {
            metrics::count(Event::Receive);
            return Some(self.fill());
        }
        // SAFETY: the state is reached by who holds the lock, and the node is finished below.
        let sender = unsafe {
            match self.reserved {
                0 => self.senders.claim_front(),
                // Before a sender there may be some that wait to reserve a place, which has no value to give.
                _ => self.senders.claim_first(|node| node.value().is_some()),
            }
        };
        if let Some((sender, wake)) = sender {
            metrics::count(Event::Send);
            metrics::count(Event::Receive);
            // SAFETY: as above.
            unsafe {
                sender.value().move_to(slot);
                sender.finish(Stage::Done);
            }
            return Some(wake);
        }
        self.over().then_some(None)
    }

    /// Whether no value can come any more.
    fn over(&self) -> bool {
        self.closed && self.reserved == 0
    }

    /// Gives a place that became free to the first who waits for one.
    #[inline]
    fn fill(&mut self) -> Wake {
        if self.buffer.len() >= self.cap {
            return None;
        }
        // SAFETY: the state is reached by who holds the lock, and the node is finished below.
        let (sender, wake) = unsafe { self.senders.claim_front() }?;
        // SAFETY: as above.
        unsafe {
            let slot = sender.value();
            match slot.is_some() {
                true => {
                    metrics::count(Event::Send);
                    self.buffer.push_from(slot, self.cap);
                }
                false => self.take_place(),
            }
            sender.finish(Stage::Done);
        }
        wake
    }

    fn take_place(&mut self) {
        self.cap -= 1;
        self.reserved += 1;
    }

    /// Reserves a place if there is one.
    pub(crate) fn reserve(&mut self) -> Sent {
        if self.closed {
            return Sent::Closed;
        }
        if self.buffer.len() < self.cap {
            self.take_place();
            return Sent::Done(None);
        }
        Sent::Full
    }

    /// Gives a reserved place back, with a value or without; whom to wake.
    pub(crate) fn release(&mut self, mut slot: Slot<T>) -> Vec<Waker> {
        self.cap += 1;
        self.reserved -= 1;
        let mut wakers = Vec::new();
        if slot.is_some() {
            metrics::count(Event::Send);
            match self.hand_over(&mut slot) {
                Some(wake) => wakers.extend(wake),
                None => self.buffer.push_from(&mut slot, self.cap),
            }
        }
        wakers.extend(self.fill());
        if self.over() {
            self.dismiss_receivers(&mut wakers);
        }
        wakers
    }

    /// Tells all who wait to receive that nothing comes any more.
    fn dismiss_receivers(&mut self, wakers: &mut Vec<Waker>) {
        // SAFETY: the state is reached by who holds the lock; each node is finished at once.
        while let Some((receiver, wake)) = unsafe { self.receivers.claim_front() } {
            wakers.extend(wake);
            // SAFETY: as above.
            unsafe { receiver.finish(Stage::Done) }
        }
    }

    /// Takes back a value that was handed to a receiver which is gone: it stays the oldest.
    pub(crate) fn give_back(&mut self, slot: &mut Slot<T>) -> Wake {
        metrics::take_back(Event::Receive);
        match self.hand_over(slot) {
            Some(wake) => wake,
            None => {
                self.buffer.push_front_from(slot);
                None
            }
        }
    }

    /// Closes; `None` if it was closed.
    pub(crate) fn close(&mut self) -> Option<Vec<Waker>> {
        if std::mem::replace(&mut self.closed, true) {
            return None;
        }
        let mut wakers = Vec::new();
        if self.over() {
            self.dismiss_receivers(&mut wakers);
        }
        // SAFETY: the state is reached by who holds the lock; each node is finished at once.
        while let Some((sender, wake)) = unsafe { self.senders.claim_front() } {
            wakers.extend(wake);
            // SAFETY: as above.
            unsafe { sender.finish(Stage::Closed) }
        }
        Some(wakers)
    }

    /// Takes a node off the queue of receivers if it is still there.
    ///
    /// # Safety
    /// The caller owns the node, which is one of this channel.
    pub(crate) unsafe fn leave_receivers(&mut self, node: &Node<T>) {
        if node.stage() == Stage::Queued {
            // SAFETY: it is in the queue, and the state is reached by who holds the lock.
            unsafe {
                self.receivers.unlink(node);
                node.finish(Stage::Idle);
            }
        }
    }

    /// Takes a node off the queue of senders if it is still there.
    ///
    /// # Safety
    /// As [`leave_receivers`](Self::leave_receivers).
    pub(crate) unsafe fn leave_senders(&mut self, node: &Node<T>) {
        if node.stage() == Stage::Queued {
            // SAFETY: as above.
            unsafe {
                self.senders.unlink(node);
                node.finish(Stage::Idle);
            }
        }
    }
}
