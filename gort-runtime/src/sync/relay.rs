//! A panic of one goroutine that others are to panic with.
//!
//! - In: the payload of a caught panic.
//! - Out: [`Relay`], which can be raised again and again.
//! - Invariants: `Goexit` stays `Goexit`.

use std::any::Any as Payload;

#[cfg(feature = "value")]
use crate::panic::{Unwinding, go_panic};
#[cfg(feature = "value")]
use crate::value::Any;

/// See the module.
#[derive(Clone)]
pub(super) enum Relay {
    #[cfg(feature = "value")]
    Panic(Any),
    #[cfg(not(feature = "value"))]
    Panic(String),
    Goexit,
}

#[cfg(feature = "value")]
impl Relay {
    pub(super) fn new(payload: Box<dyn Payload + Send>) -> Self {
        match Unwinding::from_payload(payload) {
            Unwinding::Panic(panic) => Relay::Panic(panic.value),
            Unwinding::Goexit => Relay::Goexit,
        }
    }

    pub(super) fn raise(self) -> ! {
        match self {
            Relay::Panic(value) => go_panic(value),
            Relay::Goexit => crate::task::goexit(),
        }
    }
}

#[cfg(not(feature = "value"))]
impl Relay {
    pub(super) fn new(payload: Box<dyn Payload + Send>) -> Self {
        if crate::panic::is_goexit(&*payload) {
            return Relay::Goexit;
        }
        Relay::Panic(crate::panic::payload_text(&*payload))
    }

    pub(super) fn raise(self) -> ! {
        match self {
            Relay::Panic(text) => std::panic::resume_unwind(Box::new(text)),
            Relay::Goexit => crate::task::goexit(),
        }
    }
}
