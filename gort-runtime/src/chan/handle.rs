//! The handles of a channel and what they do without waiting.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::core::Core;
#[cfg(feature = "time")]
use super::core::Sent;
use super::error::{RecvTimeoutError, SendTimeoutError, TrySendError};
use super::futures::{Recv, Send as SendFuture};
#[cfg(feature = "time")]
use super::slot::Slot;
use super::timeout;
use crate::panic::go_panic_plain;

/// A Go channel `chan T`: nilable, and the same channel when cloned.
///
/// ```
/// use gort_runtime::{chan::Chan, task};
/// task::test(async {
///     let c: Chan<i32> = Chan::make(1);
///     let sender = c.clone();
///     task::go(async move {
///         sender.send(1).await;
///         sender.close();
///     });
///     assert_eq!((c.recv().await, c.recv().await), (Some(1), None));
/// });
/// ```
pub struct Chan<T>(pub(super) Option<Arc<Core<T>>>);

/// The sending direction, `chan<- T`.
///
/// ```
/// use gort_runtime::{chan::{Chan, Sender}, task};
/// task::test(async {
///     async fn produce(to: Sender<i32>) {
///         to.send(1).await;
///         to.close();
///     }
///     let c = Chan::make(0);
///     task::go(produce(c.sender()));
///     assert_eq!(c.recv().await, Some(1));
/// });
/// ```
pub struct Sender<T>(pub(super) Chan<T>);

/// The receiving direction, `<-chan T`.
///
/// ```
/// use gort_runtime::{chan::{Chan, Receiver}, task};
/// task::test(async {
///     async fn sum(from: Receiver<i32>) -> i32 {
///         let mut sum = 0;
///         while let Some(i) = from.recv().await {
///             sum += i;
///         }
///         sum
///     }
///     let c = Chan::make(2);
///     c.send_many([1, 2]).await;
///     c.close();
///     assert_eq!(sum(c.receiver()).await, 3);
/// });
/// ```
pub struct Receiver<T>(pub(super) Chan<T>);

impl<T: Send + 'static> Chan<T> {
    /// The nil channel, on which every operation waits for ever.
    ///
    /// ```
    /// let nil = gort_runtime::chan::Chan::<i32>::nil();
    /// assert!(nil.try_send(1).is_err());
    /// ```
    pub const fn nil() -> Self {
        Chan(None)
    }

    /// `make(chan T, cap)`.
    ///
    /// # Panics
    /// With Go's `makechan: size out of range` if `cap` is negative or huge.
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::<i32>::make(8);
    /// assert_eq!((c.len(), c.cap()), (0, 8));
    /// ```
    pub fn make(cap: i64) -> Self {
        match usize::try_from(cap) {
            Ok(cap) if cap < isize::MAX as usize / size_of::<T>().max(1) => Chan(Some(Arc::new(Core::new(cap)))),
            _ => go_panic_plain("makechan: size out of range"),
        }
    }

    /// A timer's channel: it has a place where the time waits, and says that it has none, as Go's do since 1.23, because
    /// stopping the timer takes that time back.
    #[cfg(feature = "time")]
    pub(crate) fn make_for_timer() -> Self {
        Chan(Some(Arc::new(Core::with_places(0, 1))))
    }

    /// `make(chan T)`.
    ///
    /// ```
    /// assert_eq!(gort_runtime::chan::Chan::<i32>::make_unbuffered().cap(), 0);
    /// ```
    pub fn make_unbuffered() -> Self {
        Self::make(0)
    }

    /// Whether this is nil.
    ///
    /// ```
    /// use gort_runtime::chan::Chan;
    /// assert!(Chan::<i32>::nil().is_nil() && !Chan::<i32>::make(0).is_nil());
    /// ```
    #[inline]
    pub fn is_nil(&self) -> bool {
        self.0.is_none()
    }

    /// The channel's address, 0 when nil.
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::<i32>::make(0);
    /// assert_eq!(c.addr(), c.clone().addr());
    /// ```
    pub fn addr(&self) -> usize {
        self.0.as_ref().map_or(0, |core| Arc::as_ptr(core) as usize)
    }

    /// The sending direction.
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::make(1);
    /// assert!(c.sender().try_send(1).is_ok());
    /// ```
    pub fn sender(&self) -> Sender<T> {
        Sender(self.clone())
    }

    /// The receiving direction.
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::make(1);
    /// assert!(c.try_send(1).is_ok());
    /// assert_eq!(c.receiver().try_recv(), Some(Some(1)));
    /// ```
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
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, task};
    /// task::test(async {
    ///     let c = Chan::make(1);
    ///     c.send("value").await;
    ///     assert_eq!(c.len(), 1);
    /// });
    /// ```
    #[inline(always)]
    pub fn send(&self, value: T) -> SendFuture<'_, T> {
        SendFuture::new(self.0.as_deref(), self.0.as_ref(), value)
    }

    /// `v, ok := <-c`: `None` when the channel is closed and drained.
    ///
    /// # Cancel safety
    /// Nothing is lost: a value handed to a future that is then dropped goes to the next receiver, as the oldest.
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, task};
    /// task::test(async {
    ///     let c = Chan::make(1);
    ///     c.send("value").await;
    ///     c.close();
    ///     assert_eq!((c.recv().await, c.recv().await), (Some("value"), None));
    /// });
    /// ```
    #[inline(always)]
    pub fn recv(&self) -> Recv<'_, T> {
        Recv::new(self.0.as_deref(), self.0.as_ref())
    }

    /// Sends if that is possible at once.
    ///
    /// # Errors
    /// With the value if it is not.
    ///
    /// # Panics
    /// With Go's `send on closed channel`.
    ///
    /// ```
    /// use gort_runtime::chan::{Chan, TrySendError};
    /// let c = Chan::make(1);
    /// assert_eq!((c.try_send(1), c.try_send(2)), (Ok(()), Err(TrySendError::Full(2))));
    /// ```
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
        let mut slot = Slot::new(value);
        match self.0.as_ref()?.state.lock().send(&mut slot) {
            Sent::Done(wake) => wake,
            Sent::Full | Sent::Closed => None,
        }
    }

    /// Closes it, whoever does so and from wherever.
    #[cfg(feature = "context")]
    pub(crate) fn close_quietly(&self) {
        if let Some(core) = &self.0 {
            core.close();
        }
    }

    /// Receives if that is possible at once, and says whom to wake, which the caller does later.
    #[cfg(feature = "time")]
    pub(crate) fn receive_quietly(&self) -> Option<(Option<T>, Option<std::task::Waker>)> {
        let mut slot = Slot::empty();
        let wake = self.0.as_ref()?.state.lock().receive(&mut slot)?;
        Some((slot.take(), wake))
    }

    /// Receives if that is possible at once: `Some(None)` when the channel is closed and drained.
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::make(1);
    /// assert_eq!(c.try_recv(), None);
    /// assert!(c.try_send(1).is_ok());
    /// assert_eq!(c.try_recv(), Some(Some(1)));
    /// ```
    pub fn try_recv(&self) -> Option<Option<T>> {
        self.0.as_ref()?.try_recv()
    }

    /// `close(c)`.
    ///
    /// # Panics
    /// With Go's `close of nil channel` or `close of closed channel`.
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::<i32>::make(0);
    /// c.close();
    /// assert_eq!(c.try_recv(), Some(None));
    /// ```
    pub fn close(&self) {
        let Some(core) = &self.0 else {
            go_panic_plain("close of nil channel")
        };
        core.enter("close of synctest channel");
        if !core.close() {
            go_panic_plain("close of closed channel");
        }
    }

    /// Whether it was closed; values may be left in it. A nil channel is not.
    ///
    /// # Differences from Go
    /// Go can tell it only by receiving. It says what was, as another goroutine may close it meanwhile.
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::<i32>::make(0);
    /// c.close();
    /// assert!(c.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.0.as_ref().is_some_and(|core| core.is_closed())
    }

    /// Whether both are the same channel: what `==` says, too.
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::<i32>::make(0);
    /// assert!(c.same_channel(&c.clone()));
    /// ```
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
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, task};
    /// use std::time::Duration;
    /// task::test(async {
    ///     let c = Chan::make(0);
    ///     let late = c.send_timeout("value", Duration::from_millis(1)).await;
    ///     assert_eq!(late.unwrap_err().into_inner(), "value");
    /// });
    /// ```
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
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, task};
    /// use std::time::Duration;
    /// task::test(async {
    ///     let c: Chan<i32> = Chan::make(0);
    ///     assert!(c.recv_timeout(Duration::from_millis(1)).await.is_err());
    /// });
    /// ```
    pub async fn recv_timeout(&self, limit: Duration) -> Result<T, RecvTimeoutError> {
        timeout::recv(self.recv(), limit).await
    }

    /// The number of buffered values.
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::make(2);
    /// assert!(c.try_send(1).is_ok());
    /// assert_eq!(c.len(), 1);
    /// ```
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> i64 {
        self.0.as_ref().map_or(0, |core| core.len() as i64)
    }

    /// The buffer's size.
    ///
    /// ```
    /// assert_eq!(gort_runtime::chan::Chan::<i32>::make(2).cap(), 2);
    /// ```
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
    ///
    /// ```
    /// assert!(gort_runtime::chan::Sender::<i32>::nil().is_nil());
    /// ```
    pub const fn nil() -> Self {
        Sender(Chan::nil())
    }

    /// See [`Chan::is_nil`].
    ///
    /// ```
    /// assert!(gort_runtime::chan::Sender::<i32>::nil().is_nil());
    /// ```
    #[inline]
    pub fn is_nil(&self) -> bool {
        self.0.is_nil()
    }

    /// See [`Chan::addr`].
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::<i32>::make(1);
    /// assert_eq!(c.sender().addr(), c.addr());
    /// ```
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
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, task};
    /// task::test(async {
    ///     let c = Chan::make(1);
    ///     c.sender().send(1).await;
    ///     assert_eq!(c.len(), 1);
    /// });
    /// ```
    #[inline(always)]
    pub fn send(&self, value: T) -> SendFuture<'_, T> {
        self.0.send(value)
    }

    /// See [`Chan::try_send`].
    ///
    /// # Errors
    /// With the value if it cannot be sent at once.
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::<i32>::make(1);
    /// assert!(c.sender().try_send(1).is_ok());
    /// assert!(c.sender().try_send(2).is_err());
    /// ```
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        self.0.try_send(value)
    }

    /// See [`Chan::close`].
    ///
    /// # Panics
    /// As [`Chan::close`].
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::<i32>::make(1);
    /// c.sender().close();
    /// assert!(c.is_closed());
    /// ```
    pub fn close(&self) {
        self.0.close();
    }

    /// See [`Chan::len`].
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::<i32>::make(1);
    /// c.blocking_send(1);
    /// assert_eq!(c.sender().len(), 1);
    /// ```
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> i64 {
        self.0.len()
    }

    /// See [`Chan::cap`].
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::<i32>::make(1);
    /// assert_eq!(c.sender().cap(), 1);
    /// ```
    pub fn cap(&self) -> i64 {
        self.0.cap()
    }
}

impl<T: Send + 'static> Receiver<T> {
    /// The nil channel.
    ///
    /// ```
    /// assert!(gort_runtime::chan::Receiver::<i32>::nil().is_nil());
    /// ```
    pub const fn nil() -> Self {
        Receiver(Chan::nil())
    }

    /// See [`Chan::is_nil`].
    ///
    /// ```
    /// assert!(gort_runtime::chan::Receiver::<i32>::nil().is_nil());
    /// ```
    #[inline]
    pub fn is_nil(&self) -> bool {
        self.0.is_nil()
    }

    /// See [`Chan::addr`].
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::<i32>::make(1);
    /// assert_eq!(c.receiver().addr(), c.addr());
    /// ```
    pub fn addr(&self) -> usize {
        self.0.addr()
    }

    /// See [`Chan::recv`].
    ///
    /// # Cancel safety
    /// As [`Chan::recv`].
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, task};
    /// task::test(async {
    ///     let c = Chan::make(1);
    ///     c.send(1).await;
    ///     assert_eq!(c.receiver().recv().await, Some(1));
    /// });
    /// ```
    #[inline(always)]
    pub fn recv(&self) -> Recv<'_, T> {
        self.0.recv()
    }

    /// See [`Chan::try_recv`].
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::<i32>::make(1);
    /// assert_eq!(c.receiver().try_recv(), None);
    /// ```
    pub fn try_recv(&self) -> Option<Option<T>> {
        self.0.try_recv()
    }

    /// See [`Chan::len`].
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::<i32>::make(1);
    /// c.blocking_send(1);
    /// assert_eq!(c.receiver().len(), 1);
    /// ```
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> i64 {
        self.0.len()
    }

    /// See [`Chan::cap`].
    ///
    /// ```
    /// let c = gort_runtime::chan::Chan::<i32>::make(1);
    /// assert_eq!(c.receiver().cap(), 1);
    /// ```
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
