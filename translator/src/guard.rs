//! A defect in a pass becomes a diagnostic.
//!
//! In: a piece of work. Out: what it gives, or a G0099 that names the pass, what went wrong, and the Go it was at.
//! Invariants: a panic never leaves [`guarded`]; places told with [`at`] are those of the innermost piece of work.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// What the pass that runs on this thread is at.
    static PLACE: Cell<Option<Span>> = const { Cell::new(None) };
}

/// Tells what the work is at, for the case that it stops there.
pub(crate) fn at(span: Span) {
    PLACE.set(Some(span));
}

/// Does a piece of work of a pass. Whoever calls sees to it that what the work left half done does no harm.
pub(crate) fn guarded<T>(pass: &str, work: impl FnOnce() -> T) -> Result<T, Diagnostic> {
    let outer = PLACE.get();
    let result = catch_unwind(AssertUnwindSafe(work)).map_err(|panic| defect(pass, &*panic, PLACE.get()));
    PLACE.set(outer);
    result
}

/// What to tell of a panic.
pub(crate) fn defect(pass: &str, panic: &(dyn Any + Send), place: Option<Span>) -> Diagnostic {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    let text = text.lines().collect::<Vec<_>>().join(" ");
    Diagnostic::error(Code::INTERNAL, place, format!("gort failed while {pass}: {text}"))
}

/// Defects that tests ask for: a declaration of this name makes the pass stop, or print what is not Rust.
#[cfg(test)]
pub(crate) mod faults {
    use std::sync::Mutex;

    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(crate) enum Fault {
        Check,
        Lower,
        Analyze,
        Emit,
        Garble,
    }

    static FAULTS: Mutex<Vec<(Fault, &'static str)>> = Mutex::new(Vec::new());

    /// From now on; names are unique among the tests.
    pub(crate) fn ask(fault: Fault, name: &'static str) {
        FAULTS
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push((fault, name));
    }

    pub(crate) fn asked(fault: Fault, name: &str) -> bool {
        FAULTS
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .iter()
            .any(|f| f.0 == fault && f.1 == name)
    }

    pub(crate) fn garbled(name: &str, text: String) -> String {
        if asked(Fault::Garble, name) {
            text + " } not Rust {"
        } else {
            text
        }
    }

    pub(crate) fn stop(fault: Fault, name: &str) {
        assert!(!asked(fault, name), "a test asked for this");
    }
}
