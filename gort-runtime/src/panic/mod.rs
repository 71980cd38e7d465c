//! Go's panics: raising them, the errors that the runtime raises itself, and what an uncaught one prints.
//!
//! A panic is a Rust unwind with a `GoPanic` as its payload, raised without the panic hook. Rust panics that translated
//! code can cause (an index, a division) are turned into Go's runtime errors when they are recovered or printed.

use std::any::Any;
use std::borrow::Cow;

#[cfg(feature = "value")]
mod payload;
#[cfg(feature = "value")]
mod print;
mod raise;

#[cfg(feature = "value")]
pub use payload::{Earlier, GoPanic, Goexit, Unwinding, go_panic, panic_str};
#[cfg(feature = "value")]
pub(crate) use print::die;
#[cfg(feature = "value")]
pub use print::panic_text;
pub use raise::{
    divide_error, go_panic_plain, index_error, nil_dereference, runtime_error, slice_error, slice_error_ends,
    type_assertion_error,
};
pub(crate) use raise::{slice_error_max, slice_error_middle, slice_error_start};

#[cfg(feature = "value")]
pub use self::error::{RuntimeError, RuntimeErrorPtr, RuntimeFault};

#[cfg(feature = "value")]
mod error;

/// What `runtime_error` and its like panic with when Go's values are not compiled in.
///
/// ```
/// let panic = gort_runtime::panic::PlainPanic { message: "send on closed channel".into() };
/// assert_eq!(panic.message, "send on closed channel");
/// ```
#[derive(Debug)]
pub struct PlainPanic {
    /// The text, without `panic: `.
    pub message: Cow<'static, str>,
}

/// The payload of `runtime.Goexit`.
#[cfg(not(feature = "value"))]
pub(crate) struct Goexit;

/// Whether a goroutine that unwound with this called `Goexit`.
pub(crate) fn is_goexit(payload: &(dyn Any + Send)) -> bool {
    payload.is::<Goexit>()
}

/// The text of a panic.
pub(crate) fn payload_text(payload: &(dyn Any + Send)) -> String {
    #[cfg(feature = "value")]
    if let Some(panic) = payload.downcast_ref::<GoPanic>() {
        return panic_text(&panic.value);
    }
    let text = if let Some(panic) = payload.downcast_ref::<PlainPanic>() {
        &*panic.message
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text
    } else {
        payload.downcast_ref::<&str>().copied().unwrap_or("Rust panic")
    };
    #[cfg(feature = "value")]
    return payload::translate(text);
    #[cfg(not(feature = "value"))]
    text.to_owned()
}

pub(crate) const NIL_DEREFERENCE: &str = "runtime error: invalid memory address or nil pointer dereference";
