//! Receivers as streams.
//!
//! - In: a channel, or a receiving end.
//! - Out: `Stream`; it ends when the channel is closed and drained.
//! - Invariants: the wait is kept between polls, so that a stream keeps its place among the receivers; it is dropped before
//!   the channel that it borrows from.
#![allow(unsafe_code)]

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};

use super::core::Core;
use super::futures::Recv;
use super::{Chan, Receiver, ends};

/// A wait that outlives the borrow of its channel.
///
/// # Safety
/// The result is dropped before `core`.
unsafe fn unbound<T: Send + 'static>(core: &Core<T>) -> Pin<Box<Recv<'static, T>>> {
    // SAFETY: the contract.
    let core: &'static Core<T> = unsafe { &*std::ptr::from_ref(core) };
    Box::pin(Recv::new(Some(core), None))
}

/// The values of a Go channel as a stream: what [`Chan::into_stream`] returns.
///
/// # Cancel safety
/// Nothing is lost: a value handed to a stream that is then dropped goes to the next receiver, as the oldest.
///
/// # Differences from Go
/// It is what `for range` does in Go.
///
/// ```
/// use gort_runtime::{chan::Chan, task};
/// use futures_core::Stream;
/// use std::{future::poll_fn, pin::Pin};
/// task::test(async {
///     let c = Chan::make(1);
///     c.send("value").await;
///     let mut stream = c.into_stream();
///     assert_eq!(poll_fn(|cx| Pin::new(&mut stream).poll_next(cx)).await, Some("value"));
/// });
/// ```
pub struct RecvStream<T: Send + 'static> {
    /// `None` when it is over.
    waiting: Option<Pin<Box<Recv<'static, T>>>>,
    /// What the wait borrows from.
    _chan: Option<Arc<Core<T>>>,
}

impl<T: Send + 'static> Chan<T> {
    /// The channel's values as a stream, which ends when it is closed and drained; of a nil channel, never.
    ///
    /// ```
    /// use gort_runtime::chan::Chan;
    /// use futures_core::FusedStream;
    /// let c: Chan<i32> = Chan::make(0);
    /// assert!(!c.into_stream().is_terminated());
    /// ```
    pub fn into_stream(self) -> RecvStream<T> {
        let waiting = match &self.0 {
            // SAFETY: the field that waits is dropped before the channel.
            Some(core) => unsafe { unbound(core) },
            None => Box::pin(Recv::new(None, None)),
        };
        RecvStream {
            waiting: Some(waiting),
            _chan: self.0,
        }
    }
}

impl<T: Send + 'static> Receiver<T> {
    /// As [`Chan::into_stream`].
    ///
    /// ```
    /// use gort_runtime::chan::Chan;
    /// use futures_core::FusedStream;
    /// let c: Chan<i32> = Chan::make(0);
    /// assert!(!c.receiver().into_stream().is_terminated());
    /// ```
    pub fn into_stream(self) -> RecvStream<T> {
        self.0.into_stream()
    }
}

impl<T: Send + 'static> Stream for RecvStream<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(waiting) = &mut self.waiting else {
            return Poll::Ready(None);
        };
        let value = ready!(waiting.as_mut().poll(cx));
        if value.is_none() {
            self.waiting = None;
        }
        Poll::Ready(value)
    }
}

impl<T: Send + 'static> FusedStream for RecvStream<T> {
    fn is_terminated(&self) -> bool {
        self.waiting.is_none()
    }
}

/// A stream that ends when the channel is closed and drained.
///
/// # Cancel safety
/// As of [`RecvStream`].
///
/// ```
/// use gort_runtime::{chan, task};
/// use futures_core::Stream;
/// use std::{future::poll_fn, pin::Pin};
/// task::test(async {
///     let (sender, mut receiver) = chan::channel(1);
///     sender.send(1).await.unwrap();
///     drop(sender);
///     assert_eq!(poll_fn(|cx| Pin::new(&mut receiver).poll_next(cx)).await, Some(1));
///     assert_eq!(poll_fn(|cx| Pin::new(&mut receiver).poll_next(cx)).await, None);
/// });
/// ```
impl<T: Send + 'static> Stream for ends::Receiver<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.get_mut();
        let waiting = this.waiting.get_or_insert_with(|| {
            // SAFETY: the end drops what waits before it lets go of the channel.
            unsafe { unbound(&this.core) }
        });
        waiting.as_mut().poll(cx)
    }
}
