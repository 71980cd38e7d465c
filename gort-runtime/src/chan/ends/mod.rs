//! Channels that close when their ends are dropped, as Rust has them.
//!
//! - In: a capacity.
//! - Out: [`channel`], [`unbounded`] and the ends they give; [`Permit`], a place that is reserved.
//! - Invariants: the counts are those of the living ends. Who drops the last sender closes the channel, and what is buffered
//!   can still be received. Who drops the last receiver closes it too and drops what is buffered; from then on nothing is
//!   put into it.

use std::fmt;
use std::sync::Arc;

use super::core::Core;
use crate::shim::atomic::{
    AtomicUsize,
    Ordering::{AcqRel, Acquire, Relaxed},
};

mod receiver;
mod reserve;
mod sender;

pub use receiver::Receiver;
pub use reserve::{Permit, Reserve};
pub use sender::{Send, Sender};

/// A channel with a buffer of `cap` values; with 0, a send waits for a receiver, as in Go.
///
/// Both ends can be cloned and used by many goroutines. When all senders are dropped, receivers get what is buffered and
/// then `None`; when all receivers are dropped, senders get their values back.
///
/// ```
/// use gort_runtime::{chan, task};
/// task::test(async {
///     let (sender, receiver) = chan::channel(2);
///     for i in 0..3 {
///         let sender = sender.clone();
///         task::go(async move {
///             let _ = sender.send(i).await;
///         });
///     }
///     drop(sender);
///     let mut sum = 0;
///     while let Some(i) = receiver.recv().await {
///         sum += i;
///     }
///     assert_eq!(sum, 3);
/// });
/// ```
///
/// # Differences from Go
/// Go's channels are closed by `close` only: [`Chan`](super::Chan). There are no nil ends.
pub fn channel<T: std::marker::Send + 'static>(cap: usize) -> (Sender<T>, Receiver<T>) {
    let core = Arc::new(Core::new(cap));
    (Sender::new(core.clone()), Receiver::new(core))
}

/// A channel whose buffer grows as needed, so that sending never waits.
///
/// ```
/// use gort_runtime::chan;
/// let (sender, receiver) = chan::unbounded();
/// (0..1000).for_each(|i| assert!(sender.try_send(i).is_ok()));
/// assert_eq!((receiver.len(), receiver.capacity()), (1000, None));
/// ```
///
/// # Differences from Go
/// Go has none, as nothing slows down those who send faster than others receive.
pub fn unbounded<T: std::marker::Send + 'static>() -> (Sender<T>, Receiver<T>) {
    channel(UNBOUNDED)
}

/// The capacity of channels without one.
const UNBOUNDED: usize = usize::MAX;

/// How many ends there are, if it is a channel of ends.
pub(super) struct Ends {
    senders: AtomicUsize,
    receivers: AtomicUsize,
}

impl Ends {
    /// One of each.
    pub(super) fn new() -> Self {
        Ends {
            senders: AtomicUsize::new(1),
            receivers: AtomicUsize::new(1),
        }
    }
}

impl<T> Core<T> {
    fn capacity(&self) -> Option<usize> {
        (self.cap != UNBOUNDED).then_some(self.cap)
    }

    fn is_full(&self) -> bool {
        self.len() >= self.cap
    }

    /// Whether all receivers are gone.
    fn deserted(&self) -> bool {
        self.ends.receivers.load(Acquire) == 0
    }

    fn add_sender(&self) {
        self.ends.senders.fetch_add(1, Relaxed);
    }

    fn add_receiver(&self) {
        self.ends.receivers.fetch_add(1, Relaxed);
    }

    fn drop_sender(&self) {
        if self.ends.senders.fetch_sub(1, AcqRel) == 1 {
            self.close();
        }
    }

    fn drop_receiver(&self) {
        if self.ends.receivers.fetch_sub(1, AcqRel) == 1 {
            self.close();
            let left = std::mem::replace(&mut self.state.lock().buffer, super::slot::Ring::new());
            // Dropped after unlocking.
            drop(left);
        }
    }
}

/// What both ends offer.
macro_rules! end {
    ($t:ident, $add:ident, $drop:ident, $make:literal) => {
        impl<T: std::marker::Send + 'static> $t<T> {
            /// Closes the channel for all, whoever holds ends of it: nothing can be sent any more, and what is buffered, or
            /// sent into [reserved](super::ends::Sender::reserve) places, can be received. False if it was closed.
            ///
            /// ```
            #[doc = concat!("# use gort_runtime::chan; let ", $make, " = chan::channel::<i32>(1);")]
            /// assert!(end.close() && end.is_closed());
            /// assert!(!end.close());
            /// ```
            ///
            /// # Differences from Go
            /// Closing twice is no mistake.
            pub fn close(&self) -> bool {
                self.core.enter("close of synctest channel");
                self.core.close()
            }

            /// Whether nothing can be sent any more: it was closed, or all ends of one side are gone.
            ///
            /// ```
            #[doc = concat!("# use gort_runtime::chan; let ", $make, " = chan::channel::<i32>(1);")]
            /// assert!(!end.is_closed());
            /// drop(other);
            /// assert!(end.is_closed());
            /// ```
            pub fn is_closed(&self) -> bool {
                self.core.is_closed()
            }

            /// The number of buffered values.
            ///
            /// ```
            #[doc = concat!("# use gort_runtime::chan; let ", $make, " = chan::channel::<i32>(1);")]
            /// assert_eq!((end.len(), end.is_empty()), (0, true));
            /// ```
            pub fn len(&self) -> usize {
                self.core.len()
            }

            /// Whether nothing is buffered.
            ///
            /// ```
            #[doc = concat!("# use gort_runtime::chan; let ", $make, " = chan::channel::<i32>(1);")]
            /// assert!(end.is_empty());
            /// ```
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Whether the buffer has no room; always so without a buffer.
            ///
            /// ```
            #[doc = concat!("# use gort_runtime::chan; let ", $make, " = chan::channel::<i32>(0);")]
            /// assert!(end.is_full());
            /// ```
            pub fn is_full(&self) -> bool {
                self.core.is_full()
            }

            /// The buffer's size; `None` when it has no bound.
            ///
            /// ```
            #[doc = concat!("# use gort_runtime::chan; let ", $make, " = chan::channel::<i32>(8);")]
            /// assert_eq!(end.capacity(), Some(8));
            /// ```
            pub fn capacity(&self) -> Option<usize> {
                self.core.capacity()
            }

            /// Whether both are ends of the same channel.
            ///
            /// ```
            #[doc = concat!("# use gort_runtime::chan; let ", $make, " = chan::channel::<i32>(8);")]
            /// assert!(end.same_channel(&end.clone()));
            /// ```
            pub fn same_channel(&self, other: &Self) -> bool {
                Arc::ptr_eq(&self.core, &other.core)
            }
        }

        impl<T: std::marker::Send + 'static> Clone for $t<T> {
            fn clone(&self) -> Self {
                self.core.$add();
                $t::new(self.core.clone())
            }
        }

        impl<T: std::marker::Send + 'static> fmt::Debug for $t<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($t))
                    .field("len", &self.len())
                    .field("capacity", &self.capacity())
                    .field("closed", &self.is_closed())
                    .finish()
            }
        }
    };
}
end!(Sender, add_sender, drop_sender, "(end, other)");
end!(Receiver, add_receiver, drop_receiver, "(other, end)");
