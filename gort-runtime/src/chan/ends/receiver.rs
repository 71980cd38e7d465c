//! The receiving end.

#[cfg(feature = "stream")]
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::chan::core::Core;
use crate::chan::error::{RecvTimeoutError, TryRecvError};
use crate::chan::futures::Recv;
use crate::chan::timeout;
use crate::task::block_on;

/// The receiving end of a [`channel`](super::channel); when all of them are dropped, senders get their values back. Each
/// value goes to one receiver.
///
/// ```
/// use gort_runtime::{chan, task};
/// task::test(async {
///     let (sender, receiver) = chan::channel(0);
///     task::go(async move {
///         while sender.send("again").await.is_ok() {}
///     });
///     assert_eq!(receiver.recv().await, Some("again"));
/// });
/// ```
pub struct Receiver<T: std::marker::Send + 'static> {
    /// What waits as a `Stream`; before what it borrows from, so that it is dropped first.
    #[cfg(feature = "stream")]
    pub(in crate::chan) waiting: Option<Pin<Box<Recv<'static, T>>>>,
    pub(in crate::chan) core: Arc<Core<T>>,
}

impl<T: std::marker::Send + 'static> Receiver<T> {
    pub(super) fn new(core: Arc<Core<T>>) -> Self {
        Receiver {
            #[cfg(feature = "stream")]
            waiting: None,
            core,
        }
    }

    /// Receives the oldest value, waiting for one; `None` when the channel is closed and drained.
    ///
    /// # Cancel safety
    /// Nothing is lost: a value handed to a future that is then dropped goes to the next receiver, as the oldest.
    ///
    /// ```
    /// use gort_runtime::{chan, select, task};
    /// task::test(async {
    ///     let (sender, receiver) = chan::channel(1);
    ///     sender.try_send(5).unwrap();
    ///     select! {
    ///         value = receiver.recv() => assert_eq!(value, Some(5)),
    ///     }
    /// });
    /// ```
    #[inline]
    pub fn recv(&self) -> Recv<'_, T> {
        Recv::new(Some(&self.core), Some(&self.core))
    }

    /// Receives if that is possible at once.
    ///
    /// # Errors
    /// If there is nothing.
    ///
    /// ```
    /// use gort_runtime::chan::{self, TryRecvError};
    /// let (sender, receiver) = chan::channel(1);
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    /// sender.try_send(1).unwrap();
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// ```
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        match self.core.try_recv() {
            Some(Some(value)) => Ok(value),
            Some(None) => Err(TryRecvError::Closed),
            None => Err(TryRecvError::Empty),
        }
    }

    /// Receives, waiting no longer than `limit`.
    ///
    /// # Errors
    /// If the time is over before, or the channel is closed and drained.
    ///
    /// # Cancel safety
    /// As [`recv`](Self::recv).
    ///
    /// ```
    /// use gort_runtime::{chan::{self, RecvTimeoutError}, task};
    /// use std::time::Duration;
    /// task::test(async {
    ///     let (_sender, receiver) = chan::channel::<i32>(1);
    ///     let result = receiver.recv_timeout(Duration::from_millis(1)).await;
    ///     assert_eq!(result, Err(RecvTimeoutError::Timeout));
    /// });
    /// ```
    pub async fn recv_timeout(&self, limit: Duration) -> Result<T, RecvTimeoutError> {
        timeout::recv(self.recv(), limit).await
    }

    /// Waits for a value, and takes with it those that are there already, `limit` at most; how many they are. It is 0
    /// only when the channel is closed and drained, or `limit` is 0.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has taken nothing.
    ///
    /// ```
    /// use gort_runtime::{chan, task};
    /// task::test(async {
    ///     let (sender, receiver) = chan::channel(8);
    ///     sender.send_many(1..=3).await.unwrap();
    ///     let mut values = Vec::new();
    ///     assert_eq!(receiver.recv_many(&mut values, 2).await, 2);
    ///     assert_eq!(values, [1, 2]);
    /// });
    /// ```
    pub async fn recv_many(&self, into: &mut Vec<T>, limit: usize) -> usize {
        if limit == 0 {
            return 0;
        }
        let Some(first) = self.recv().await else { return 0 };
        into.push(first);
        1 + self.core.take_many(into, limit - 1)
    }

    /// As [`recv`](Self::recv), from a thread that is no goroutine.
    ///
    /// ```
    /// let (sender, receiver) = gort_runtime::chan::channel(1);
    /// assert!(sender.blocking_send(1).is_ok());
    /// assert_eq!(receiver.blocking_recv(), Some(1));
    /// ```
    pub fn blocking_recv(&self) -> Option<T> {
        block_on(self.recv())
    }
}

impl<T: std::marker::Send + 'static> Drop for Receiver<T> {
    fn drop(&mut self) {
        #[cfg(feature = "stream")]
        drop(self.waiting.take());
        self.core.drop_receiver();
    }
}
