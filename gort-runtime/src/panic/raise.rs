//! Raising the runtime's own panics.

use std::borrow::Cow;

use super::NIL_DEREFERENCE;

/// Panics with a runtime error whose text is `runtime error: ` and the message.
///
/// ```
/// use gort_runtime::panic::runtime_error;
/// // `runtime error: out of luck`
/// assert!(std::panic::catch_unwind(|| runtime_error("out of luck")).is_err());
/// ```
#[cold]
#[inline(never)]
pub fn runtime_error(message: impl Into<Cow<'static, str>>) -> ! {
    go_panic_plain(format!("runtime error: {}", message.into()))
}

/// Panics with a runtime error whose text is just the message, as for `send on closed channel`.
///
/// ```
/// use gort_runtime::panic::go_panic_plain;
/// // `close of nil channel`
/// assert!(std::panic::catch_unwind(|| go_panic_plain("close of nil channel")).is_err());
/// ```
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
///
/// ```
/// use gort_runtime::panic::type_assertion_error;
/// // `interface conversion`
/// assert!(std::panic::catch_unwind(|| type_assertion_error("interface conversion".into())).is_err());
/// ```
#[cold]
pub fn type_assertion_error(message: String) -> ! {
    go_panic_plain(message)
}

/// Panics as a nil pointer that is followed.
///
/// ```
/// use gort_runtime::panic::nil_dereference;
/// // `runtime error: invalid memory address or nil pointer dereference`
/// assert!(std::panic::catch_unwind(|| nil_dereference()).is_err());
/// ```
#[cold]
#[inline(never)]
pub fn nil_dereference() -> ! {
    go_panic_plain(NIL_DEREFERENCE)
}

/// Panics as an integer division by zero.
///
/// ```
/// use gort_runtime::panic::divide_error;
/// // `runtime error: integer divide by zero`
/// assert!(std::panic::catch_unwind(|| divide_error()).is_err());
/// ```
#[cold]
#[inline(never)]
pub fn divide_error() -> ! {
    runtime_error("integer divide by zero")
}

/// Panics as an index that is out of range.
///
/// ```
/// use gort_runtime::panic::index_error;
/// // `runtime error: index out of range [5] with length 2`
/// assert!(std::panic::catch_unwind(|| index_error(5, 2)).is_err());
/// ```
#[cold]
#[inline(never)]
pub fn index_error(index: i64, len: i64) -> ! {
    if index < 0 {
        runtime_error(format!("index out of range [{index}]"));
    }
    runtime_error(format!("index out of range [{index}] with length {len}"))
}

/// Panics as an upper slice bound that is out of range; `what` is `length` or `capacity`.
///
/// ```
/// use gort_runtime::panic::slice_error;
/// // `runtime error: slice bounds out of range [:5] with length 2`
/// assert!(std::panic::catch_unwind(|| slice_error(5, 2, "length")).is_err());
/// ```
#[cold]
#[inline(never)]
pub fn slice_error(hi: i64, limit: i64, what: &str) -> ! {
    if hi < 0 {
        runtime_error(format!("slice bounds out of range [:{hi}]"));
    }
    runtime_error(format!("slice bounds out of range [:{hi}] with {what} {limit}"))
}

/// Panics as a lower slice bound that is out of range.
///
/// ```
/// use gort_runtime::panic::slice_error_ends;
/// // `runtime error: slice bounds out of range [5:2]`
/// assert!(std::panic::catch_unwind(|| slice_error_ends(5, 2)).is_err());
/// ```
#[cold]
#[inline(never)]
pub fn slice_error_ends(lo: i64, hi: i64) -> ! {
    if lo < 0 {
        runtime_error(format!("slice bounds out of range [{lo}:]"));
    }
    runtime_error(format!("slice bounds out of range [{lo}:{hi}]"))
}

/// Panics as the last bound of `s[lo:hi:max]` that is out of range; `what` is `length` or `capacity`.
#[cold]
#[inline(never)]
pub(crate) fn slice_error_max(max: i64, limit: i64, what: &str) -> ! {
    if max < 0 {
        runtime_error(format!("slice bounds out of range [::{max}]"));
    }
    runtime_error(format!("slice bounds out of range [::{max}] with {what} {limit}"))
}

/// Panics as the middle bound of `s[lo:hi:max]` that is out of range.
#[cold]
#[inline(never)]
pub(crate) fn slice_error_middle(hi: i64, max: i64) -> ! {
    if hi < 0 {
        runtime_error(format!("slice bounds out of range [:{hi}:]"));
    }
    runtime_error(format!("slice bounds out of range [:{hi}:{max}]"))
}

/// Panics as the first bound of `s[lo:hi:max]` that is out of range.
#[cold]
#[inline(never)]
pub(crate) fn slice_error_start(lo: i64, hi: i64) -> ! {
    if lo < 0 {
        runtime_error(format!("slice bounds out of range [{lo}::]"));
    }
    runtime_error(format!("slice bounds out of range [{lo}:{hi}:]"))
}
