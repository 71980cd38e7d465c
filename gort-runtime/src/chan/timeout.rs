//! Channel operations that wait no longer than some time.
//!
//! - In: the futures of a channel.
//! - Out: their outcome, or that the time was over, with the value if one was to be sent.
//! - Invariants: when both happen at once, the exchange counts.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use super::error::{RecvTimeoutError, SendTimeoutError};
use super::futures::{Closed, Recv, Send};
use crate::task::Sleep;

/// Polls something until it is ready or the time is over.
async fn within<R>(limit: Duration, mut poll: impl FnMut(&mut std::task::Context<'_>) -> Poll<R>) -> Option<R> {
    let first = poll_fn(|cx| {
        Poll::Ready(match poll(cx) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        })
    });
    if let Some(result) = first.await {
        return Some(result);
    }
    let mut timer = pin!(Sleep::new(limit));
    poll_fn(|cx| {
        if let Poll::Ready(result) = poll(cx) {
            return Poll::Ready(Some(result));
        }
        timer.as_mut().poll(cx).map(|()| None)
    })
    .await
}

/// Sends in time.
pub(super) async fn send<T: std::marker::Send + 'static>(
    send: Send<'_, T>,
    limit: Duration,
) -> Result<(), SendTimeoutError<T>> {
    let mut send = pin!(send);
    let sent = within(limit, |cx| send.as_mut().poll_sent(cx)).await;
    // What is still here was not sent.
    match (sent, send.as_mut().retract()) {
        (_, None) => Ok(()),
        (Some(Err(Closed)), Some(value)) => Err(SendTimeoutError::Closed(value)),
        (_, Some(value)) => Err(SendTimeoutError::Timeout(value)),
    }
}

/// Receives in time.
pub(super) async fn recv<T: std::marker::Send + 'static>(
    recv: Recv<'_, T>,
    limit: Duration,
) -> Result<T, RecvTimeoutError> {
    let mut recv: Pin<&mut Recv<'_, T>> = pin!(recv);
    match within(limit, |cx| recv.as_mut().poll(cx)).await {
        Some(Some(value)) => Ok(value),
        Some(None) => Err(RecvTimeoutError::Closed),
        // What was handed over at the last moment is here.
        None => recv.retract().ok_or(RecvTimeoutError::Timeout),
    }
}
