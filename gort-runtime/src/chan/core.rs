//! A channel's state and its transitions, all under the channel's one lock.
//!
//! A send that finds a waiting receiver hands the value to it directly: the value goes into the waiter's node, and with
//! that the exchange is done, whatever happens to either future afterwards. A receiver that is dropped before it took the value
//! gives it to the next one, or puts it back as the oldest value ([`State::give_back`]). Whoever is to be woken is returned to the
//! caller, who wakes after unlocking.
//!
//! A waiter that belongs to a `select!` carries a [`Ticket`]: several channels have a node of it, and the first to claim
//! the ticket has it. Nodes whose ticket is gone are skipped.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Waker;

use super::queue::WaitQueue;
use crate::shim::Lock;

/// What the handles of a channel share.
pub(crate) struct Core<T> {
    pub(crate) cap: usize,
    pub(crate) state: Lock<State<T>>,
}

impl<T> Core<T> {
    pub(crate) fn new(cap: usize) -> Self {
        let state = State {
            cap,
            closed: false,
            buffer: VecDeque::new(),
            receivers: WaitQueue::new(),
            senders: WaitQueue::new(),
        };
        Core {
            cap,
            state: Lock::new(state),
        }
    }
}

pub(crate) struct State<T> {
    cap: usize,
    pub(crate) closed: bool,
    /// At most `cap` values, and those given back.
    pub(crate) buffer: VecDeque<T>,
    pub(crate) receivers: WaitQueue<Receiving<T>>,
    pub(crate) senders: WaitQueue<Sending<T>>,
}

/// A waiting receiver.
pub(crate) struct Receiving<T> {
    pub(crate) waker: Option<Waker>,
    pub(crate) ticket: Option<Ticket>,
    /// `None` while it waits; then the value, or `None` for a closed channel.
    pub(crate) served: Option<Option<T>>,
}

/// A waiting sender.
pub(crate) struct Sending<T> {
    pub(crate) waker: Option<Waker>,
    pub(crate) ticket: Option<Ticket>,
    /// The value until somebody takes it.
    pub(crate) value: Option<T>,
    /// Whether the channel was closed meanwhile.
    pub(crate) closed: bool,
}

/// A case of a waiting `select!`.
pub(crate) struct Ticket {
    pub(crate) chosen: Arc<AtomicUsize>,
    pub(crate) case: usize,
}

/// The value of [`Ticket::chosen`] while no case is.
pub(crate) const NONE_CHOSEN: usize = usize::MAX;

/// Claims a waiter: true unless it is a case of a select that another case already won.
fn claim(ticket: &Option<Ticket>) -> bool {
    ticket.as_ref().is_none_or(|ticket| {
        ticket
            .chosen
            .compare_exchange(NONE_CHOSEN, ticket.case, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    })
}

/// Why a send did not happen at once; the value comes back.
pub(crate) enum Refused<T> {
    Full(T),
    Closed(T),
}

/// Whom to wake once the channel is unlocked.
pub(crate) type Wake = Option<Waker>;

impl<T> State<T> {
    /// Sends if a receiver waits or the buffer has room.
    pub(crate) fn send(&mut self, value: T) -> Result<Wake, Refused<T>> {
        if self.closed {
            return Err(Refused::Closed(value));
        }
        match self.hand_over(value) {
            Ok(wake) => Ok(wake),
            Err(value) if self.buffer.len() < self.cap => {
                self.buffer.push_back(value);
                Ok(None)
            }
            Err(value) => Err(Refused::Full(value)),
        }
    }

    /// Gives a value to the first waiting receiver.
    fn hand_over(&mut self, value: T) -> Result<Wake, T> {
        while let Some(receiver) = self.receivers.pop_front() {
            if claim(&receiver.ticket) {
                receiver.served = Some(Some(value));
                return Ok(receiver.waker.take());
            }
        }
        Err(value)
    }

    /// Receives if there is a value (`Some(Some(…))`) or the channel is closed and drained (`Some(None)`).
    pub(crate) fn receive(&mut self) -> Option<(Option<T>, Wake)> {
        if let Some(value) = self.buffer.pop_front() {
            let mut wake = None;
            if self.buffer.len() < self.cap
                && let Some((next, waker)) = self.take_from_sender()
            {
                self.buffer.push_back(next);
                wake = waker;
            }
            return Some((Some(value), wake));
        }
        if let Some((value, wake)) = self.take_from_sender() {
            return Some((Some(value), wake));
        }
        self.closed.then_some((None, None))
    }

    /// Takes the value of the first waiting sender.
    fn take_from_sender(&mut self) -> Option<(T, Wake)> {
        while let Some(sender) = self.senders.pop_front() {
            if claim(&sender.ticket)
                && let Some(value) = sender.value.take()
            {
                return Some((value, sender.waker.take()));
            }
        }
        None
    }

    /// Takes back a value that was handed to a receiver which is gone: it stays the oldest.
    pub(crate) fn give_back(&mut self, value: T) -> Wake {
        match self.hand_over(value) {
            Ok(wake) => wake,
            Err(value) => {
                self.buffer.push_front(value);
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
        while let Some(receiver) = self.receivers.pop_front() {
            if claim(&receiver.ticket) {
                receiver.served = Some(None);
                wakers.extend(receiver.waker.take());
            }
        }
        while let Some(sender) = self.senders.pop_front() {
            if claim(&sender.ticket) {
                sender.closed = true;
                wakers.extend(sender.waker.take());
            }
        }
        Some(wakers)
    }
}
