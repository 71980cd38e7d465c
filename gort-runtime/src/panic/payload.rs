//! What unwinds when Go code panics or calls `Goexit`.

use std::any::Any as Payload;
use std::panic::resume_unwind;

use super::RuntimeFault;
use crate::value::{Any, GoString};

/// The payload of a panic.
///
/// ```
/// use gort_runtime::{panic::{GoPanic, panic_str}, value::{Any, str}};
/// let payload = std::panic::catch_unwind(|| panic_str("boom")).unwrap_err();
/// let panic = payload.downcast::<GoPanic>().unwrap();
/// assert!(panic.value == Any::new(str("boom")) && panic.earlier.is_empty());
/// ```
pub struct GoPanic {
    /// What `panic` was called with; never nil.
    pub value: Any,
    /// The panics that this one replaced, oldest first.
    pub earlier: Vec<Earlier>,
}

/// A panic that another one replaced.
///
/// ```
/// use gort_runtime::{defer::scope, panic::{GoPanic, panic_str, panic_text}};
/// let caught = std::panic::catch_unwind(|| {
///     scope(|| (), |defers| {
///         defers.push(|| panic_str("second"));
///         panic_str("first")
///     })
/// });
/// let panic = caught.unwrap_err().downcast::<GoPanic>().unwrap();
/// assert_eq!(panic_text(&panic.earlier[0].value), "first");
/// ```
#[derive(Clone)]
pub struct Earlier {
    /// What it was called with.
    pub value: Any,
    /// Whether it had been recovered.
    pub recovered: bool,
}

/// The payload of `runtime.Goexit`.
///
/// ```
/// use gort_runtime::{panic::Goexit, task};
/// assert!(std::panic::catch_unwind(|| task::goexit()).unwrap_err().is::<Goexit>());
/// ```
#[derive(Debug)]
pub struct Goexit;

/// Why a goroutine's stack unwinds.
///
/// ```
/// use gort_runtime::{panic::Unwinding, task};
/// let payload = std::panic::catch_unwind(|| task::goexit()).unwrap_err();
/// assert!(matches!(Unwinding::from_payload(payload), Unwinding::Goexit));
/// ```
pub enum Unwinding {
    /// A panic.
    Panic(GoPanic),
    /// `runtime.Goexit`.
    Goexit,
}

impl Unwinding {
    /// Reads a caught payload; Rust panics become Go's runtime errors.
    ///
    /// ```
    /// use gort_runtime::panic::{Unwinding, panic_text};
    /// let payload = std::panic::catch_unwind(|| [1, 2][std::hint::black_box(5)]).unwrap_err();
    /// let Unwinding::Panic(panic) = Unwinding::from_payload(payload) else { unreachable!() };
    /// assert_eq!(panic_text(&panic.value), "runtime error: index out of range [5] with length 2");
    /// ```
    pub fn from_payload(payload: Box<dyn Payload + Send>) -> Self {
        let payload = match payload.downcast::<GoPanic>() {
            Ok(panic) => return Unwinding::Panic(*panic),
            Err(payload) => payload,
        };
        if payload.is::<Goexit>() {
            return Unwinding::Goexit;
        }
        let message = GoString::from(super::payload_text(&*payload));
        Unwinding::Panic(GoPanic {
            value: Any::new(RuntimeFault { message }),
            earlier: Vec::new(),
        })
    }

    /// Goes on unwinding.
    ///
    /// ```
    /// use gort_runtime::panic::{Goexit, Unwinding};
    /// assert!(std::panic::catch_unwind(|| Unwinding::Goexit.resume()).unwrap_err().is::<Goexit>());
    /// ```
    pub fn resume(self) -> ! {
        match self {
            Unwinding::Panic(panic) => resume_unwind(Box::new(panic)),
            Unwinding::Goexit => resume_unwind(Box::new(Goexit)),
        }
    }
}

/// The text that Go has for a Rust panic that translated code can cause.
pub(super) fn translate(text: &str) -> String {
    let numbers = || -> Vec<&str> {
        text.split(|c: char| !c.is_ascii_digit())
            .filter(|part| !part.is_empty())
            .collect()
    };
    if text == "attempt to divide by zero" || text == "attempt to calculate the remainder with a divisor of zero" {
        return "runtime error: integer divide by zero".into();
    }
    match (text, numbers().as_slice()) {
        (_, [len, index]) if text.starts_with("index out of bounds") => match index.parse::<u64>() {
            // A negative index, as Rust sees it.
            Ok(index) if index as i64 <= 0 && index != 0 => {
                format!("runtime error: index out of range [{}]", index as i64)
            }
            _ => format!("runtime error: index out of range [{index}] with length {len}"),
        },
        ("capacity overflow", _) => "runtime error: makeslice: len out of range".into(),
        (_, [end, len]) if text.starts_with("range end index") => {
            format!("runtime error: slice bounds out of range [:{end}] with capacity {len}")
        }
        (_, [lo, hi]) if text.starts_with("slice index starts at") || text.starts_with("range start index") => {
            format!("runtime error: slice bounds out of range [{lo}:{hi}]")
        }
        _ => text.to_owned(),
    }
}

/// Go's `panic(v)`.
///
/// ```
/// use gort_runtime::panic::{Unwinding, panic_text, go_panic};
/// let payload = std::panic::catch_unwind(|| go_panic(gort_runtime::value::Any::new(5_i64))).unwrap_err();
/// let Unwinding::Panic(panic) = Unwinding::from_payload(payload) else { unreachable!() };
/// assert_eq!(panic_text(&panic.value), "5");
/// ```
#[cold]
pub fn go_panic(value: Any) -> ! {
    let value = if value.is_nil() {
        let text = "panic called with nil argument";
        Any::new(RuntimeFault {
            message: GoString::from_static(text),
        })
    } else {
        value
    };
    resume_unwind(Box::new(GoPanic {
        value,
        earlier: Vec::new(),
    }))
}

/// Go's `panic("text")`.
///
/// ```
/// use gort_runtime::panic::{Unwinding, panic_text, panic_str};
/// let payload = std::panic::catch_unwind(|| panic_str("boom")).unwrap_err();
/// let Unwinding::Panic(panic) = Unwinding::from_payload(payload) else { unreachable!() };
/// assert_eq!(panic_text(&panic.value), "boom");
/// ```
#[cold]
pub fn panic_str(text: impl Into<GoString>) -> ! {
    go_panic(Any::new(text.into()))
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn rust_panics_get_go_texts() {
        let check = |rust: &str, go: &str| assert_eq!(translate(rust), go);
        check("attempt to divide by zero", "runtime error: integer divide by zero");
        check(
            "index out of bounds: the len is 3 but the index is 5",
            "runtime error: index out of range [5] with length 3",
        );
        check(
            "range end index 9 out of range for slice of length 4",
            "runtime error: slice bounds out of range [:9] with capacity 4",
        );
        check(
            "called `Option::unwrap()` on a `None` value",
            "called `Option::unwrap()` on a `None` value",
        );
        let caught = std::panic::catch_unwind(|| [1, 2, 3][std::hint::black_box(5)]).unwrap_err();
        let super::Unwinding::Panic(panic) = super::Unwinding::from_payload(caught) else {
            unreachable!()
        };
        assert_eq!(
            super::super::panic_text(&panic.value),
            "runtime error: index out of range [5] with length 3"
        );
    }
}
