//! The handles of a channel and what they do without waiting.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::core::Core;
#[cfg(feature = "time")]
use super::core::Sent;
use super::error::{RecvTimeoutError, SendTimeoutError, TrySendError};
use super::futures::{Recv, Send as SendFuture};
use super::timeout;
use crate::panic::go_panic_plain;

/// A Go channel `chan T`: nilable, and the same channel when cloned.
pub struct Chan<T>(pub(super) Option<Arc<Core<T>>>);

/// The sending direction, `chan<- T`.
pub struct Sender<T>(pub(super) Chan<T>);

/// The receiving direction, `<-chan T`.
pub struct Receiver<T>(pub(super) Chan<T>);

impl<T: Send + 'static> Chan<T> {
    /// The nil channel, on which every operation waits for ever.
    pub const fn nil() -> Self {
        Chan(None)
    }

    /// `make(chan T, cap)`.
    ///
    /// # Panics
    /// With Go's `makechan: size out of range` if `cap` is negative or huge.
    pub fn make(cap: i64) -> Self {
        match usize::try_from(cap) {
            Ok(cap) if cap < isize::MAX as usize / size_of::<T>().max(1) => Chan(Some(Arc::new(Core::new(cap)))),
            _ => go_panic_plain("makechan: size out of range"),
        }
    }

    /// `make(chan T)`.
    pub fn make_unbuffered() -> Self {
        Self::make(0)
    }

    /// Whether this is nil.
    #[inline]
    pub fn is_nil(&self) -> bool {
        self.0.is_none()
    }

    /// The channel's address, 0 when nil.
    pub fn addr(&self) -> usize {
        self.0.as_ref().map_or(0, |core| Arc::as_ptr(core) as usize)
    }

    /// The sending direction.
    pub fn sender(&self) -> Sender<T> {
        Sender(self.clone())
    }

    /// The receiving direction.
    pub fn receiver(&self) -> Receiver<T> {
        Receiver(self.clone())
    }

    /// `c <- v`.
    ///
    /// # Panics
    /// With Go's `send on closed channel`, also if it is closed while this waits.
    ///
    /// # Cancel safety
    /// A future dropped before it is ready has either sent the value, if a receiver took it meanwhile, or drops it.
    #[inline(always)]
    pub fn send(&self, value: T) -> SendFuture<'_, T> {
        SendFuture::new(self.0.as_deref(), value)
    }

    /// `v, ok := <-c`: `None` when the channel is closed and drained.
    ///
    /// # Cancel safety
    /// Nothing is lost: a value handed to a future that is then dropped goes to the next receiver, as the oldest.
    #[inline(always)]
    pub fn recv(&self) -> Recv<'_, T> {
        Recv::new(self.0.as_deref())
    }

    /// Sends if that is possible at once.
    ///
    /// # Errors
    /// With the value if it is not.
    ///
    /// # Panics
    /// With Go's `send on closed channel`.
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        let Some(core) = &self.0 else {
            return Err(TrySendError::Full(value));
        };
        match core.try_send(value) {
            Err(TrySendError::Closed(_)) => send_on_closed(),
            sent => sent,
        }
    }

    /// Sends if that is possible at once and the channel is open, and says whom to wake, which the caller does later.
    #[cfg(feature = "time")]
    pub(crate) fn send_quietly(&self, value: T) -> Option<std::task::Waker> {
        let mut slot = Some(value);
        match self.0.as_ref()?.state.lock().send(&mut slot) {
            Sent::Done(wake) => wake,
            Sent::Full | Sent::Closed => None,
        }
    }

    /// Receives if that is possible at once, and says whom to wake, which the caller does later.
    #[cfg(feature = "time")]
    pub(crate) fn receive_quietly(&self) -> Option<(Option<T>, Option<std::task::Waker>)> {
        let mut value = None;
        let wake = self.0.as_ref()?.state.lock().receive(&mut value)?;
        Some((value, wake))
    }

    /// Receives if that is possible at once: `Some(None)` when the channel is closed and drained.
    pub fn try_recv(&self) -> Option<Option<T>> {
        self.0.as_ref()?.try_recv()
    }

    /// `close(c)`.
    ///
    /// # Panics
    /// With Go's `close of nil channel` or `close of closed channel`.
    pub fn close(&self) {
        let Some(core) = &self.0 else {
            go_panic_plain("close of nil channel")
        };
        if !core.close() {
            go_panic_plain("close of closed channel");
        }
    }

    /// Whether it was closed; values may be left in it. A nil channel is not.
    ///
    /// # Differences from Go
    /// Go can tell it only by receiving. It says what was, as another goroutine may close it meanwhile.
    pub fn is_closed(&self) -> bool {
        self.0.as_ref().is_some_and(|core| core.is_closed())
    }

    /// Whether both are the same channel: what `==` says, too.
    pub fn same_channel(&self, other: &Self) -> bool {
        self == other
    }

    /// As [`send`](Self::send), for no longer than `limit`.
    ///
    /// # Errors
    /// With the value if the time is over before there is room or a receiver.
    ///
    /// # Panics
    /// With Go's `send on closed channel`, also if it is closed while this waits.
    ///
    /// # Cancel safety
    /// As [`send`](Self::send).
    ///
    /// # Differences from Go
    /// Go has a `select` with a timer for that, which drops the value.
    pub async fn send_timeout(&self, value: T, limit: Duration) -> Result<(), SendTimeoutError<T>> {
        match timeout::send(self.send(value), limit).await {
            Err(SendTimeoutError::Closed(_)) => send_on_closed(),
            sent => sent,
        }
    }

    /// As [`recv`](Self::recv), for no longer than `limit`.
    ///
    /// # Errors
    /// If the time is over before a value comes, or the channel is closed and drained.
    ///
    /// # Cancel safety
    /// As [`recv`](Self::recv).
    ///
    /// # Differences from Go
    /// Go has a `select` with a timer for that.
    pub async fn recv_timeout(&self, limit: Duration) -> Result<T, RecvTimeoutError> {
        timeout::recv(self.recv(), limit).await
    }

    /// The number of buffered values.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> i64 {
        self.0.as_ref().map_or(0, |core| core.len() as i64)
    }

    /// The buffer's size.
    pub fn cap(&self) -> i64 {
        self.0.as_ref().map_or(0, |core| core.cap as i64)
    }
}

/// Panics as a send on a closed channel.
#[cold]
pub(super) fn send_on_closed() -> ! {
    go_panic_plain("send on closed channel")
}

impl<T: Send + 'static> Sender<T> {
    /// The nil channel.
    pub const fn nil() -> Self {
        Sender(Chan::nil())
    }

    /// See [`Chan::is_nil`].
    #[inline]
    pub fn is_nil(&self) -> bool {
        self.0.is_nil()
    }

    /// See [`Chan::addr`].
    pub fn addr(&self) -> usize {
        self.0.addr()
    }

    /// See [`Chan::send`].
    ///
    /// # Panics
    /// With Go's `send on closed channel`.
    ///
    /// # Cancel safety
    /// As [`Chan::send`].
    #[inline(always)]
    pub fn send(&self, value: T) -> SendFuture<'_, T> {
        self.0.send(value)
    }

    /// See [`Chan::try_send`].
    ///
    /// # Errors
    /// With the value if it cannot be sent at once.
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        self.0.try_send(value)
    }

    /// See [`Chan::close`].
    ///
    /// # Panics
    /// As [`Chan::close`].
    pub fn close(&self) {
        self.0.close();
    }

    /// See [`Chan::len`].
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> i64 {
        self.0.len()
    }

    /// See [`Chan::cap`].
    pub fn cap(&self) -> i64 {
        self.0.cap()
    }
}

impl<T: Send + 'static> Receiver<T> {
    /// The nil channel.
    pub const fn nil() -> Self {
        Receiver(Chan::nil())
    }

    /// See [`Chan::is_nil`].
    #[inline]
    pub fn is_nil(&self) -> bool {
        self.0.is_nil()
    }

    /// See [`Chan::addr`].
    pub fn addr(&self) -> usize {
        self.0.addr()
    }

    /// See [`Chan::recv`].
    ///
    /// # Cancel safety
    /// As [`Chan::recv`].
    #[inline(always)]
    pub fn recv(&self) -> Recv<'_, T> {
        self.0.recv()
    }

    /// See [`Chan::try_recv`].
    pub fn try_recv(&self) -> Option<Option<T>> {
        self.0.try_recv()
    }

    /// See [`Chan::len`].
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> i64 {
        self.0.len()
    }

    /// See [`Chan::cap`].
    pub fn cap(&self) -> i64 {
        self.0.cap()
    }
}

impl<T> From<Chan<T>> for Sender<T> {
    fn from(chan: Chan<T>) -> Self {
        Sender(chan)
    }
}

impl<T> From<Chan<T>> for Receiver<T> {
    fn from(chan: Chan<T>) -> Self {
        Receiver(chan)
    }
}

impl<T> Clone for Chan<T> {
    #[inline]
    fn clone(&self) -> Self {
        Chan(self.0.clone())
    }
}

impl<T> Default for Chan<T> {
    fn default() -> Self {
        Chan(None)
    }
}

impl<T> PartialEq for Chan<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref().map(Arc::as_ptr) == other.0.as_ref().map(Arc::as_ptr)
    }
}

impl<T> Eq for Chan<T> {}

impl<T> fmt::Debug for Chan<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0.as_ref().map_or(0, |core| Arc::as_ptr(core) as usize))
    }
}

macro_rules! direction {
    ($($t:ident)*) => {$(
        impl<T> Clone for $t<T> {
            #[inline]
            fn clone(&self) -> Self { $t(self.0.clone()) }
        }
        impl<T> Default for $t<T> {
            fn default() -> Self { $t(Chan::default()) }
        }
        impl<T> PartialEq for $t<T> {
            fn eq(&self, other: &Self) -> bool { self.0 == other.0 }
        }
        impl<T> Eq for $t<T> {}
        impl<T> fmt::Debug for $t<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
    )*};
}
direction!(Sender Receiver);
