//! Go's channels.
//!
//! [`Chan`] is the bidirectional handle, nilable and shared by cloning; [`Sender`] and [`Receiver`] are the directional
//! types. As in Go, such a channel is closed by `close` only. [`channel`] makes one whose [ends] close it when they are
//! dropped, as Rust has it; it is the same channel underneath. Operations are futures that can be awaited or be the arms of
//! `select!`.

mod batch;
mod buffer;
mod core;
pub mod ends;
mod error;
mod futures;
mod handle;
pub(crate) mod node;
mod ops;
#[cfg(feature = "sink")]
mod sink;
pub(crate) mod slot;
#[cfg(feature = "stream")]
mod stream;
mod timeout;
#[cfg(feature = "value")]
mod values;

pub use ends::{channel, unbounded};
pub use error::{RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError};
#[cfg(feature = "value")]
pub use futures::RecvOrZero;
pub use futures::{Recv, Send};
pub use handle::{Chan, Receiver, Sender};
#[cfg(feature = "stream")]
pub use stream::RecvStream;
