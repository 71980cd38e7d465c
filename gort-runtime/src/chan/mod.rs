//! Go's channels.
//!
//! [`Chan`] is the bidirectional handle, nilable and shared by cloning; [`Sender`] and [`Receiver`] are the directional
//! types. Operations are futures that can be awaited or be the arms of `select!`.

mod batch;
pub(crate) mod core;
mod futures;
mod handle;
pub(crate) mod node;
#[cfg(feature = "value")]
mod values;

#[cfg(feature = "value")]
pub use futures::RecvOrZero;
pub use futures::{Recv, Send};
pub use handle::{Chan, Receiver, Sender, TrySendError};
