//! The sending end.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::reserve::{Permit, Reserve};
use crate::chan::batch::CHUNK;
use crate::chan::core::{Core, Sent, Wake};
use crate::chan::error::{SendError, SendTimeoutError, TrySendError};
use crate::chan::futures::{self, Closed, delegate_case};
use crate::chan::timeout;
use crate::select::{Operation, RawCase, Ticket};
use crate::task::block_on;

/// The sending end of a [`channel`](super::channel); when all of them are dropped, it is closed.
///
/// ```
/// use gort_runtime::{chan, task};
/// task::test(async {
///     let (sender, receiver) = chan::channel(1);
///     assert!(sender.send("hello").await.is_ok());
///     drop(sender);
///     assert_eq!(receiver.recv().await, Some("hello"));
///     assert_eq!(receiver.recv().await, None);
/// });
/// ```
pub struct Sender<T: std::marker::Send + 'static> {
    /// What is being sent as a `Sink`; before what it borrows from, so that it is dropped first.
    #[cfg(feature = "sink")]
    pub(in crate::chan) sending: Option<Pin<Box<futures::Send<'static, T>>>>,
    pub(in crate::chan) core: Arc<Core<T>>,
}

impl<T: std::marker::Send + 'static> Sender<T> {
    pub(super) fn new(core: Arc<Core<T>>) -> Self {
        Sender {
            #[cfg(feature = "sink")]
            sending: None,
            core,
        }
    }

    /// Sends; waits while there is no room, or, without a buffer, no receiver.
    ///
    /// # Errors
    /// With the value if the channel is closed, also if that happens while this waits.
    ///
    /// # Cancel safety
    /// A future dropped before it is ready has either sent the value, if a receiver took it meanwhile, or drops it. Use
    /// [`reserve`](Self::reserve) where it must not be lost.
    ///
    /// ```
    /// use gort_runtime::{chan, select, task};
    /// task::test(async {
    ///     let (sender, receiver) = chan::channel(0);
    ///     task::go(async move { while receiver.recv().await.is_some() {} });
    ///     select! {
    ///         sent = sender.send(1) => assert!(sent.is_ok()),
    ///     }
    /// });
    /// ```
    #[inline]
    pub fn send(&self, value: T) -> Send<'_, T> {
        Send(futures::Send::new(Some(&self.core), Some(&self.core), value))
    }

    /// Sends if that is possible at once.
    ///
    /// # Errors
    /// With the value if it is not, or the channel is closed.
    ///
    /// ```
    /// use gort_runtime::chan::{self, TrySendError};
    /// let (sender, receiver) = chan::channel(1);
    /// assert_eq!(sender.try_send(1), Ok(()));
    /// assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
    /// drop(receiver);
    /// assert_eq!(sender.try_send(3), Err(TrySendError::Closed(3)));
    /// ```
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        self.core.try_send(value)
    }

    /// Sends, waiting no longer than `limit`.
    ///
    /// # Errors
    /// With the value if the time is over before, or the channel is closed.
    ///
    /// # Cancel safety
    /// As [`send`](Self::send).
    ///
    /// ```
    /// use gort_runtime::{chan::{self, SendTimeoutError}, task};
    /// use std::time::Duration;
    /// task::test(async {
    ///     let (sender, _receiver) = chan::channel(1);
    ///     let moment = Duration::from_millis(1);
    ///     assert_eq!(sender.send_timeout(1, moment).await, Ok(()));
    ///     assert_eq!(sender.send_timeout(2, moment).await, Err(SendTimeoutError::Timeout(2)));
    /// });
    /// ```
    pub async fn send_timeout(&self, value: T, limit: Duration) -> Result<(), SendTimeoutError<T>> {
        timeout::send(futures::Send::new(Some(&self.core), Some(&self.core), value), limit).await
    }

    /// Sends one value after the other, waiting when there is no room.
    ///
    /// # Errors
    /// With the values that were not sent, in their order, if the channel is closed.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has sent some of the values, and drops the others.
    ///
    /// ```
    /// use gort_runtime::{chan, task};
    /// task::test(async {
    ///     let (sender, receiver) = chan::channel(8);
    ///     assert!(sender.send_many(1..=3).await.is_ok());
    ///     drop(receiver);
    ///     let rest = sender.send_many(4..=6).await.unwrap_err().into_inner();
    ///     assert_eq!(rest, [4, 5, 6]);
    /// });
    /// ```
    pub async fn send_many(
        &self,
        values: impl IntoIterator<Item = T, IntoIter: std::marker::Send>,
    ) -> Result<(), SendError<Vec<T>>> {
        let mut values = values.into_iter();
        loop {
            let mut chunk: VecDeque<T> = values.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return Ok(());
            }
            loop {
                let unsent = match self.core.send_some(&mut chunk) {
                    (None, _) => break,
                    (Some(value), true) => value,
                    (Some(value), false) => match self.send(value).await {
                        Ok(()) => continue,
                        Err(SendError(value)) => value,
                    },
                };
                chunk.push_front(unsent);
                return Err(SendError(chunk.into_iter().chain(values).collect()));
            }
        }
    }

    /// Waits for a place in the buffer and reserves it: the value is made, or given away, only when it is sure to be sent.
    ///
    /// Who waits to reserve stands in one queue with those who wait to send.
    ///
    /// # Errors
    /// If the channel is closed.
    ///
    /// # Panics
    /// If the channel has no buffer: a receiver that waits may give up before the value comes, so that there is no place to
    /// keep free. Use [`send`](Self::send), whose value a receiver has when it is ready.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has reserved nothing, and leaves its place in the queue.
    ///
    /// # Differences from Go
    /// Go has no such operation.
    ///
    /// ```
    /// use gort_runtime::{chan, task};
    /// task::test(async {
    ///     let (sender, receiver) = chan::channel(1);
    ///     let permit = sender.reserve().await.unwrap();
    ///     assert!(sender.try_send("no room").is_err());
    ///     permit.send("kept for this");
    ///     assert_eq!(receiver.recv().await, Some("kept for this"));
    /// });
    /// ```
    #[track_caller]
    pub fn reserve(&self) -> Reserve<'_, T> {
        self.must_be_buffered();
        Reserve::new(&self.core)
    }

    /// Reserves a place if there is one.
    ///
    /// # Errors
    /// If there is none, or the channel is closed.
    ///
    /// # Panics
    /// As [`reserve`](Self::reserve).
    ///
    /// ```
    /// use gort_runtime::chan;
    /// let (sender, receiver) = chan::channel(1);
    /// let permit = sender.try_reserve().unwrap();
    /// assert!(sender.try_reserve().is_err());
    /// permit.send(1);
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// ```
    #[track_caller]
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
        self.must_be_buffered();
        match self.core.try_reserve() {
            Sent::Done(_) => Ok(Permit::new(&self.core)),
            Sent::Full => Err(TrySendError::Full(())),
            Sent::Closed => Err(TrySendError::Closed(())),
        }
    }

    #[track_caller]
    fn must_be_buffered(&self) {
        assert!(self.core.cap > 0, "a channel without a buffer has no places to reserve");
    }

    /// As [`send`](Self::send), from a thread that is no goroutine.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    ///
    /// ```
    /// use gort_runtime::chan;
    /// let (sender, receiver) = chan::channel(0);
    /// let thread = std::thread::spawn(move || sender.blocking_send(7));
    /// assert_eq!(receiver.blocking_recv(), Some(7));
    /// # assert!(thread.join().unwrap().is_ok());
    /// ```
    pub fn blocking_send(&self, value: T) -> Result<(), SendError<T>> {
        block_on(self.send(value))
    }
}

impl<T: std::marker::Send + 'static> Drop for Sender<T> {
    fn drop(&mut self) {
        #[cfg(feature = "sink")]
        drop(self.sending.take());
        self.core.drop_sender();
    }
}

/// What [`Sender::send`] returns.
///
/// ```
/// use gort_runtime::{chan::{self, ends::Send}, task};
/// task::test(async {
///     let (sender, _receiver) = chan::channel(1);
///     let send: Send<'_, i32> = sender.send(1);
///     assert!(send.await.is_ok());
/// });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Send<'a, T: std::marker::Send + 'static>(futures::Send<'a, T>);

impl<'a, T: std::marker::Send + 'static> Send<'a, T> {
    #[allow(unsafe_code)]
    #[inline]
    fn inner(self: Pin<&mut Self>) -> Pin<&mut futures::Send<'a, T>> {
        // SAFETY: the field is pinned with this.
        unsafe { self.map_unchecked_mut(|this| &mut this.0) }
    }
}

impl<T: std::marker::Send + 'static> Future for Send<'_, T> {
    type Output = Result<(), SendError<T>>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(self.as_mut().inner().poll_sent(cx)) {
            Ok(()) => Ok(()),
            Err(Closed) => match self.inner().retract() {
                Some(value) => Err(SendError(value)),
                None => Ok(()),
            },
        })
    }
}

#[allow(unsafe_code)]
// SAFETY: everything is that of the inner case.
unsafe impl<T: std::marker::Send + 'static> RawCase for Send<'_, T> {
    delegate_case!();
}

impl<T: std::marker::Send + 'static> Operation for Send<'_, T> {
    type Output = Result<(), SendError<T>>;
    fn finish(self: Pin<&mut Self>) -> Self::Output {
        self.inner().refused().map_or(Ok(()), |value| Err(SendError(value)))
    }
}
