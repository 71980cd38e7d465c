//! Raising the runtime's own panics.

use std::borrow::Cow;

use super::NIL_DEREFERENCE;

/// Panics with a runtime error whose text is `runtime error: ` and the message.
#[cold]
#[inline(never)]
pub fn runtime_error(message: impl Into<Cow<'static, str>>) -> ! {
    go_panic_plain(format!("runtime error: {}", message.into()))
}

/// Panics with a runtime error whose text is just the message, as for `send on closed channel`.
#[cold]
#[inline(never)]
pub fn go_panic_plain(message: impl Into<Cow<'static, str>>) -> ! {
    let message = message.into();
    #[cfg(feature = "value")]
    {
        let message = match message {
            Cow::Borrowed(text) => crate::value::GoString::from_static(text),
            Cow::Owned(text) => text.into(),
        };
        super::go_panic(crate::value::Any::new(super::RuntimeFault { message }))
    }
    #[cfg(not(feature = "value"))]
    std::panic::panic_any(super::PlainPanic { message })
}

/// Panics as a failed type assertion.
#[cold]
pub fn type_assertion_error(message: String) -> ! {
    go_panic_plain(message)
}

/// Panics as a nil pointer that is followed.
#[cold]
#[inline(never)]
pub fn nil_dereference() -> ! {
    go_panic_plain(NIL_DEREFERENCE)
}

/// Panics as an integer division by zero.
#[cold]
#[inline(never)]
pub fn divide_error() -> ! {
    runtime_error("integer divide by zero")
}

/// Panics as an index that is out of range.
#[cold]
#[inline(never)]
pub fn index_error(index: i64, len: i64) -> ! {
    if index < 0 {
        runtime_error(format!("index out of range [{index}]"));
    }
    runtime_error(format!("index out of range [{index}] with length {len}"))
}

/// Panics as an upper slice bound that is out of range; `what` is `length` or `capacity`.
#[cold]
#[inline(never)]
pub fn slice_error(hi: i64, limit: i64, what: &str) -> ! {
    if hi < 0 {
        runtime_error(format!("slice bounds out of range [:{hi}]"));
    }
    runtime_error(format!("slice bounds out of range [:{hi}] with {what} {limit}"))
}

/// Panics as a lower slice bound that is out of range.
#[cold]
#[inline(never)]
pub fn slice_error_ends(lo: i64, hi: i64) -> ! {
    if lo < 0 {
        runtime_error(format!("slice bounds out of range [{lo}:]"));
    }
    runtime_error(format!("slice bounds out of range [{lo}:{hi}]"))
}
