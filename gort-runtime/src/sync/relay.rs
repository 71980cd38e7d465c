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
        use std::any::TypeId;
        use std::sync::LazyLock;
        // What `goexit` raises is nobody's business but the scheduler's, so it is asked.
        static GOEXIT: LazyLock<Option<TypeId>> = LazyLock::new(|| {
            let raised = std::panic::catch_unwind(|| crate::task::goexit());
            raised.err().map(|payload| (*payload).type_id())
        });
        if Some((*payload).type_id()) == *GOEXIT {
            return Relay::Goexit;
        }
        let plain = payload.downcast_ref::<crate::panic::PlainPanic>();
        let text = match (payload.downcast_ref::<String>(), payload.downcast_ref::<&str>()) {
            (Some(text), _) => text,
            (_, Some(text)) => *text,
            _ => plain.map_or("Rust panic", |panic| &*panic.message),
        };
        Relay::Panic(text.to_owned())
    }

    pub(super) fn raise(self) -> ! {
        match self {
            Relay::Panic(text) => std::panic::resume_unwind(Box::new(text)),
            Relay::Goexit => crate::task::goexit(),
        }
    }
}
