//! Many values at once, and channels for threads that are no goroutines.
//!
//! - In: a channel; values, or a place for them.
//! - Out: the same as of single operations one after the other, with fewer locks.
//! - Invariants: no code of the user's runs, and nobody is woken, while the channel is locked.

use std::collections::VecDeque;

use super::handle::send_on_closed;
use super::{Chan, Receiver, Sender};
use crate::task::block_on;

/// So many values are sent under one lock.
pub(super) const CHUNK: usize = 32;

impl<T: Send + 'static> Chan<T> {
    /// Waits for a value, and takes with it those that are there already, `limit` at most; how many they are. It is 0
    /// only when the channel is closed and drained, or `limit` is 0.
    ///
    /// # Cancel safety
    /// As [`Chan::recv`]: dropped before it is ready, it has taken nothing.
    ///
    /// # Differences from Go
    /// Go has no such operation.
    ///
    /// ```
    /// # use gort_runtime::{chan::Chan, task};
    /// task::test(async {
    ///     let c = Chan::make(8);
    ///     c.send_many(1..=3).await;
    ///     let mut values = Vec::new();
    ///     assert_eq!(c.recv_many(&mut values, 2).await, 2);
    ///     assert_eq!(values, [1, 2]);
    /// });
    /// ```
    pub async fn recv_many(&self, into: &mut Vec<T>, limit: usize) -> usize {
        if limit == 0 {
            return 0;
        }
        let Some(first) = self.recv().await else { return 0 };
        into.push(first);
        let Some(core) = &self.0 else { return 1 };
        1 + core.take_many(into, limit - 1)
    }

    /// Sends one value after the other, waiting when there is no room.
    ///
    /// # Panics
    /// With Go's `send on closed channel`.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has sent some of the values, and drops the others.
    ///
    /// # Differences from Go
    /// Go has no such operation.
    ///
    /// ```
    /// # use gort_runtime::{chan::Chan, task};
    /// task::test(async {
    ///     let c = Chan::make(1);
    ///     let sender = c.clone();
    ///     task::go(async move {
    ///         sender.send_many(["a", "b", "c"]).await;
    ///         sender.close();
    ///     });
    ///     let mut seen = Vec::new();
    ///     while let Some(text) = c.recv().await {
    ///         seen.push(text);
    ///     }
    ///     assert_eq!(seen, ["a", "b", "c"]);
    /// });
    /// ```
    pub async fn send_many(&self, values: impl IntoIterator<Item = T, IntoIter: Send>) {
        let mut values = values.into_iter();
        loop {
            let mut chunk: VecDeque<T> = values.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return;
            }
            while let Some(value) = self.send_some(&mut chunk) {
                self.send(value).await;
            }
        }
    }

    /// Sends what can be sent at once; gives the next value if one is left.
    fn send_some(&self, chunk: &mut VecDeque<T>) -> Option<T> {
        let Some(core) = &self.0 else {
            return chunk.pop_front();
        };
        match core.send_some(chunk) {
            (_, true) => send_on_closed(),
            (next, false) => next,
        }
    }

    /// As [`Chan::send`], from a thread that is no goroutine.
    ///
    /// # Panics
    /// With Go's `send on closed channel`.
    ///
    /// ```
    /// # use gort_runtime::chan::Chan;
    /// let c = Chan::make(0);
    /// let sender = c.clone();
    /// let thread = std::thread::spawn(move || sender.blocking_send(7));
    /// assert_eq!(c.blocking_recv(), Some(7));
    /// # thread.join().unwrap();
    /// ```
    pub fn blocking_send(&self, value: T) {
        block_on(self.send(value));
    }

    /// As [`Chan::recv`], from a thread that is no goroutine.
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::make(1);
    /// c.blocking_send(1);
    /// assert_eq!(c.blocking_recv(), Some(1));
    /// ```
    pub fn blocking_recv(&self) -> Option<T> {
        block_on(self.recv())
    }
}

impl<T: Send + 'static> Sender<T> {
    /// See [`Chan::send_many`].
    ///
    /// # Panics
    /// With Go's `send on closed channel`.
    ///
    /// # Cancel safety
    /// As [`Chan::send_many`].
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, task};
    /// task::test(async {
    ///     let c = Chan::make(2);
    ///     c.sender().send_many([1, 2]).await;
    ///     assert_eq!(c.len(), 2);
    /// });
    /// ```
    pub async fn send_many(&self, values: impl IntoIterator<Item = T, IntoIter: Send>) {
        self.0.send_many(values).await;
    }

    /// See [`Chan::blocking_send`].
    ///
    /// # Panics
    /// With Go's `send on closed channel`.
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::make(1);
    /// c.sender().blocking_send(1);
    /// assert_eq!(c.len(), 1);
    /// ```
    pub fn blocking_send(&self, value: T) {
        self.0.blocking_send(value);
    }
}

impl<T: Send + 'static> Receiver<T> {
    /// See [`Chan::recv_many`].
    ///
    /// # Cancel safety
    /// As [`Chan::recv_many`].
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, task};
    /// task::test(async {
    ///     let c = Chan::make(2);
    ///     c.send_many([1, 2]).await;
    ///     let mut values = vec![];
    ///     assert_eq!(c.receiver().recv_many(&mut values, 8).await, 2);
    /// });
    /// ```
    pub async fn recv_many(&self, into: &mut Vec<T>, limit: usize) -> usize {
        self.0.recv_many(into, limit).await
    }

    /// See [`Chan::blocking_recv`].
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::make(1);
    /// c.blocking_send(1);
    /// assert_eq!(c.receiver().blocking_recv(), Some(1));
    /// ```
    pub fn blocking_recv(&self) -> Option<T> {
        self.0.blocking_recv()
    }
}
