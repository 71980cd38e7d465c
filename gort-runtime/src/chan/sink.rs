//! Sending ends as sinks.
//!
//! - In: a sending end.
//! - Out: `Sink`.
//! - Invariants: at most one value is on its way; it is dropped before the channel that it borrows from.
#![allow(unsafe_code)]

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_sink::Sink;

use super::core::Core;
use super::ends::Sender;
use super::error::SendError;
use super::futures::{Closed, Send};

/// A sink that keeps one value of its own until the channel takes it: `poll_ready` and `poll_flush` wait for that.
/// Closing it flushes; the channel itself closes when its senders are dropped.
///
/// ```
/// use gort_runtime::{chan, task};
/// use futures_sink::Sink;
/// use std::{future::poll_fn, pin::Pin};
/// task::test(async {
///     let (mut sender, receiver) = chan::channel(1);
///     poll_fn(|cx| Pin::new(&mut sender).poll_ready(cx)).await.unwrap();
///     Pin::new(&mut sender).start_send("value").unwrap();
///     poll_fn(|cx| Pin::new(&mut sender).poll_flush(cx)).await.unwrap();
///     assert_eq!(receiver.recv().await, Some("value"));
/// });
/// ```
impl<T: std::marker::Send + 'static> Sink<T> for Sender<T> {
    type Error = SendError<T>;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        let this = self.get_mut();
        let Some(sending) = &mut this.sending else {
            return Poll::Ready(Ok(()));
        };
        let sent = ready!(sending.as_mut().poll_sent(cx));
        let refused = match sent {
            Ok(()) => None,
            Err(Closed) => sending.as_mut().retract(),
        };
        this.sending = None;
        Poll::Ready(refused.map_or(Ok(()), |value| Err(SendError(value))))
    }

    /// # Panics
    /// If the sink was not ready.
    fn start_send(self: Pin<&mut Self>, value: T) -> Result<(), SendError<T>> {
        let this = self.get_mut();
        assert!(this.sending.is_none(), "`start_send` before the sink was ready");
        if this.is_closed() {
            return Err(SendError(value));
        }
        // SAFETY: the end drops what is being sent before it lets go of the channel.
        let core: &'static Core<T> = unsafe { &*std::ptr::from_ref(&this.core) };
        this.sending = Some(Box::pin(Send::new(Some(core), None, value)));
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        self.poll_ready(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        self.poll_ready(cx)
    }
}
