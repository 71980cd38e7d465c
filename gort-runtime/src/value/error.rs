//! Go's `error`, `fmt.Stringer` and `fmt.GoStringer`, and what `errors.New` makes.

use std::fmt;

use super::{GoString, Iface, Ptr};
use crate::{Value, interface};

interface! {
    /// Go's `error` interface.
    pub trait Error {
        /// The error's text.
        fn error(&self) -> GoString;
    }
}

interface! {
    /// Go's `fmt.Stringer`.
    pub trait Stringer {
        /// The value as text.
        fn string(&self) -> GoString;
    }
}

interface! {
    /// Go's `fmt.GoStringer`.
    pub trait GoStringer {
        /// The value as Go source.
        fn go_string(&self) -> GoString;
    }
}

/// A value of Go's `error` type.
pub type GoError = Iface<dyn Error>;

impl fmt::Display for GoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_nil() {
            f.write_str("<nil>")
        } else {
            self.error().fmt(f)
        }
    }
}

/// What `errors.New` makes.
#[derive(Clone, PartialEq, Value)]
#[go(in_place, name = "errors.errorString", pointer(dyn Error))]
pub struct ErrorString {
    #[go(frozen)]
    s: GoString,
}

impl ErrorPtr for ErrorString {
    fn error(this: &Ptr<Self>) -> GoString {
        this.s.clone()
    }
}

/// `errors.New`: an error that equals only itself.
pub fn new_error(text: GoString) -> GoError {
    let error: Ptr<ErrorString> = Ptr::new(ErrorString { s: text });
    crate::iface!(error => dyn Error)
}

/// `errors.New`.
///
/// ```
/// use gort_runtime::value::GoError;
/// assert_eq!(GoError::from("broken").error(), "broken");
/// ```
impl From<&str> for GoError {
    fn from(text: &str) -> Self {
        new_error(text.into())
    }
}

/// `errors.New`.
impl From<String> for GoError {
    fn from(text: String) -> Self {
        new_error(text.into())
    }
}
