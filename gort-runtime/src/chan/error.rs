//! Why an operation did not happen; those of sending give the value back.

use std::error::Error;
use std::fmt;

/// The channel is closed, or nobody can receive from it any more; with the value.
///
/// ```
/// use gort_runtime::{chan::{self, SendError}, task};
/// task::test(async {
///     let (sender, receiver) = chan::channel(1);
///     drop(receiver);
///     assert_eq!(sender.send("lost?").await, Err(SendError("lost?")));
/// });
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

/// Why a value could not be sent at once; with the value.
///
/// ```
/// use gort_runtime::chan::{Chan, TrySendError};
/// let full = Chan::make(1);
/// assert_eq!(full.try_send(1), Ok(()));
/// assert_eq!(full.try_send(2), Err(TrySendError::Full(2)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TrySendError<T> {
    /// Nobody waits to receive, and the buffer is full.
    Full(T),
    /// The channel is closed. Of a [`Chan`](super::Chan) this is a panic instead, as in Go.
    Closed(T),
}

/// Why a value could not be sent in time; with the value.
///
/// ```
/// use gort_runtime::{chan::{self, SendTimeoutError}, task};
/// use std::time::Duration;
/// task::test(async {
///     let (sender, _receiver) = chan::channel(0);
///     let result = sender.send_timeout(7, Duration::from_millis(1)).await;
///     assert_eq!(result, Err(SendTimeoutError::Timeout(7)));
/// });
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SendTimeoutError<T> {
    /// The time was over before there was room, or a receiver.
    Timeout(T),
    /// The channel is closed. Of a [`Chan`](super::Chan) this is a panic instead, as in Go.
    Closed(T),
}

/// Why nothing could be received at once.
///
/// ```
/// use gort_runtime::chan::{self, TryRecvError};
/// let (sender, receiver) = chan::channel::<i32>(1);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
/// drop(sender);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// There is nothing.
    Empty,
    /// There is nothing, and nothing will come.
    Closed,
}

/// Why nothing was received in time.
///
/// ```
/// use gort_runtime::{chan::{self, RecvTimeoutError}, task};
/// use std::time::Duration;
/// task::test(async {
///     let (sender, receiver) = chan::channel::<i32>(1);
///     let moment = Duration::from_millis(1);
///     assert_eq!(receiver.recv_timeout(moment).await, Err(RecvTimeoutError::Timeout));
///     drop(sender);
///     assert_eq!(receiver.recv_timeout(moment).await, Err(RecvTimeoutError::Closed));
/// });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecvTimeoutError {
    /// The time was over before a value came.
    Timeout,
    /// There is nothing, and nothing will come.
    Closed,
}

const CLOSED: &str = "the channel is closed";
const LATE: &str = "the time was over";

impl<T> SendError<T> {
    /// The value that was not sent.
    ///
    /// ```
    /// assert_eq!(gort_runtime::chan::SendError(5).into_inner(), 5);
    /// ```
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> TrySendError<T> {
    /// The value that was not sent.
    ///
    /// ```
    /// assert_eq!(gort_runtime::chan::TrySendError::Full(5).into_inner(), 5);
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            TrySendError::Full(value) | TrySendError::Closed(value) => value,
        }
    }

    fn why(&self) -> (&'static str, &'static str) {
        match self {
            TrySendError::Full(_) => ("Full", "the channel is full"),
            TrySendError::Closed(_) => ("Closed", CLOSED),
        }
    }
}

impl<T> SendTimeoutError<T> {
    /// The value that was not sent.
    ///
    /// ```
    /// assert_eq!(gort_runtime::chan::SendTimeoutError::Timeout(5).into_inner(), 5);
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            SendTimeoutError::Timeout(value) | SendTimeoutError::Closed(value) => value,
        }
    }

    fn why(&self) -> (&'static str, &'static str) {
        match self {
            SendTimeoutError::Timeout(_) => ("Timeout", LATE),
            SendTimeoutError::Closed(_) => ("Closed", CLOSED),
        }
    }
}

impl<T> SendError<T> {
    fn why(&self) -> (&'static str, &'static str) {
        ("SendError", CLOSED)
    }
}

// Without asking that the value can be shown, so that `unwrap` works for all.
macro_rules! errors {
    ($($t:ident)*) => {$(
        impl<T> fmt::Debug for $t<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}(..)", self.why().0)
            }
        }

        impl<T> fmt::Display for $t<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.why().1)
            }
        }

        impl<T> Error for $t<T> {}
    )*};
}
errors!(SendError TrySendError SendTimeoutError);

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryRecvError::Empty => "the channel is empty",
            TryRecvError::Closed => CLOSED,
        })
    }
}

impl Error for TryRecvError {}

impl fmt::Display for RecvTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RecvTimeoutError::Timeout => LATE,
            RecvTimeoutError::Closed => CLOSED,
        })
    }
}

impl Error for RecvTimeoutError {}
