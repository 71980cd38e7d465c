//! What is done with a channel without waiting.
//!
//! - In: a channel's core.
//! - Out: the outcome; whoever can go on by it was woken.
//! - Invariants: nobody is woken, and no value dropped, while the channel is locked.

use std::collections::VecDeque;
use std::task::Waker;

use super::core::{Core, Sent};
use super::error::TrySendError;
use super::futures::{RECEIVE, SEND};
use super::slot::Slot;

impl<T> Core<T> {
    /// Sends if that is possible at once.
    pub(super) fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        self.enter(SEND);
        let mut slot = Slot::new(value);
        let sent = self.state.lock().send(&mut slot);
        match (sent, slot.take()) {
            (Sent::Full, Some(value)) => Err(TrySendError::Full(value)),
            (Sent::Closed, Some(value)) => Err(TrySendError::Closed(value)),
            (Sent::Done(wake), _) => {
                if let Some(waker) = wake {
                    waker.wake();
                }
                Ok(())
            }
            (Sent::Full | Sent::Closed, None) => unreachable!("a value that was not sent stays"),
        }
    }

    /// Receives if that is possible at once: `Some(None)` when the channel is closed and drained.
    pub(super) fn try_recv(&self) -> Option<Option<T>> {
        self.enter(RECEIVE);
        let mut value = Slot::empty();
        let wake = self.state.lock().receive(&mut value)?;
        if let Some(waker) = wake {
            waker.wake();
        }
        Some(value.take())
    }

    /// Receives what is there, `limit` values at most; how many they were.
    pub(super) fn take_many(&self, into: &mut Vec<T>, limit: usize) -> usize {
        self.enter(RECEIVE);
        let mut count = 0;
        let mut wakers: Vec<Waker> = Vec::new();
        let mut state = self.state.lock();
        while count < limit {
            let mut value = Slot::empty();
            let Some(wake) = state.receive(&mut value) else { break };
            wakers.extend(wake);
            let Some(value) = value.take() else { break };
            into.push(value);
            count += 1;
        }
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        count
    }

    /// Sends what can be sent at once; gives the next value if one is left, and says whether the channel is closed.
    pub(super) fn send_some(&self, chunk: &mut VecDeque<T>) -> (Option<T>, bool) {
        self.enter(SEND);
        let mut wakers: Vec<Waker> = Vec::new();
        let mut slot = chunk.pop_front().map_or_else(Slot::empty, Slot::new);
        let mut state = self.state.lock();
        let closed = loop {
            if !slot.is_some() {
                break false;
            }
            match state.send(&mut slot) {
                Sent::Done(wake) => wakers.extend(wake),
                Sent::Full => break false,
                Sent::Closed => break true,
            }
            slot = chunk.pop_front().map_or_else(Slot::empty, Slot::new);
        };
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        (slot.take(), closed)
    }

    /// Closes; false if it was closed.
    pub(super) fn close(&self) -> bool {
        let wakers = self.state.lock().close();
        let open = wakers.is_some();
        wakers.into_iter().flatten().for_each(Waker::wake);
        open
    }

    /// Whether it was closed; values may be left in it.
    pub(super) fn is_closed(&self) -> bool {
        self.state.lock().closed
    }

    /// The number of buffered values.
    pub(super) fn len(&self) -> usize {
        self.state.lock().buffer.len().min(self.cap)
    }

    /// Reserves a place if there is one.
    pub(super) fn try_reserve(&self) -> Sent {
        self.enter(SEND);
        self.state.lock().reserve()
    }

    /// Gives a reserved place back, with a value or without.
    pub(super) fn release(&self, slot: Slot<T>) {
        let wakers = self.state.lock().release(slot);
        wakers.into_iter().for_each(Waker::wake);
    }
}
