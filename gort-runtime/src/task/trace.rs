//! What `tracing` is told of goroutines, with feature `tracing`.
//!
//! - In: a goroutine's start, its polls, what it waits for, its wakes, its end.
//! - Out: a span for each goroutine, which is entered while it is polled, and events in it.
//! - Invariants: without the feature nothing of this takes memory or time. The subscriber is called while no lock of the runtime
//!   is held. A goroutine's `block` comes before the `unblock` that ends the wait.

use std::any::Any;
use std::panic::Location;

use super::local::Wait;

/// Of spans and events.
#[cfg(feature = "tracing")]
const TARGET: &str = "gort_runtime::goroutine";

/// A goroutine's span.
pub(super) struct Trace {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

#[cfg(feature = "tracing")]
impl Trace {
    /// That of a goroutine which the running code starts.
    pub(super) fn new(id: u64, parent: u64, created: &'static Location<'static>) -> Self {
        // Not a child, as it may well outlive the one that starts it.
        let span = tracing::debug_span!(target: TARGET, parent: None, "goroutine", id, parent, created = %created);
        if !span.is_disabled() {
            span.follows_from(tracing::Span::current());
        }
        Trace { span }
    }

    /// Enters the span until the result is dropped.
    #[inline]
    pub(super) fn enter(&self) -> impl Sized {
        self.span.enter()
    }

    /// It is about to wait.
    #[inline]
    pub(super) fn blocks(&self, wait: impl FnOnce() -> Wait) {
        tracing::trace!(target: TARGET, parent: &self.span, on = wait().text(), "block");
    }

    /// It was woken.
    #[inline]
    pub(super) fn unblocks(&self) {
        tracing::trace!(target: TARGET, parent: &self.span, "unblock");
    }

    /// It is over, and unwound with `payload` if there is one.
    pub(super) fn ends(&self, payload: Option<&(dyn Any + Send)>) {
        let _entered = self.enter();
        match payload {
            Some(payload) if !crate::panic::is_goexit(payload) => panicked(payload),
            _ => tracing::debug!(target: TARGET, "exit"),
        }
    }
}

/// The running goroutine unwound with this; of `Goexit` its end tells.
#[cfg(feature = "tracing")]
pub(super) fn panicked(payload: &(dyn Any + Send)) {
    if !crate::panic::is_goexit(payload) {
        let text = crate::panic::payload_text(payload);
        tracing::error!(target: TARGET, text, "panic");
    }
}

#[cfg(not(feature = "tracing"))]
impl Trace {
    #[inline(always)]
    pub(super) fn new(_: u64, _: u64, _: &'static Location<'static>) -> Self {
        Trace {}
    }

    #[inline(always)]
    pub(super) fn enter(&self) -> impl Sized {}

    #[inline(always)]
    pub(super) fn blocks(&self, _: impl FnOnce() -> Wait) {}

    #[inline(always)]
    pub(super) fn unblocks(&self) {}

    #[inline(always)]
    pub(super) fn ends(&self, _: Option<&(dyn Any + Send)>) {}
}

#[cfg(not(feature = "tracing"))]
#[inline(always)]
pub(super) fn panicked(_: &(dyn Any + Send)) {}
