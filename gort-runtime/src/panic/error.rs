//! The errors that Go's runtime raises.

use crate::value::{Error, GoString};
use crate::{Value, interface};

interface! {
    /// Go's `runtime.Error`.
    ///
    /// ```
    /// use gort_runtime::{panic::{GoPanic, RuntimeError, runtime_error}, value::Error};
    /// let payload = std::panic::catch_unwind(|| runtime_error("out of luck")).unwrap_err();
    /// let panic = payload.downcast::<GoPanic>().unwrap();
    /// let error = panic.value.try_cast::<dyn RuntimeError>().unwrap();
    /// assert_eq!(error.error(), "runtime error: out of luck");
    /// ```
    pub trait RuntimeError: Error {
        /// Marks runtime errors.
        ///
        /// ```
        /// use gort_runtime::{panic::{GoPanic, RuntimeError, divide_error}};
        /// let payload = std::panic::catch_unwind(|| divide_error()).unwrap_err();
        /// let panic = payload.downcast::<GoPanic>().unwrap();
        /// panic.value.try_cast::<dyn RuntimeError>().unwrap().runtime_error();
        /// ```
        fn runtime_error(&self);
    }
}

/// An error raised by the runtime, with its whole text.
///
/// ```
/// use gort_runtime::{panic::{GoPanic, RuntimeFault, divide_error}, value::Error};
/// let payload = std::panic::catch_unwind(|| divide_error()).unwrap_err();
/// let fault = payload.downcast::<GoPanic>().unwrap().value.downcast::<RuntimeFault>().unwrap();
/// assert_eq!(fault.error(), "runtime error: integer divide by zero");
/// ```
#[derive(Clone, PartialEq, Value)]
#[go(name = "runtime.Error", value(dyn Error, dyn RuntimeError))]
pub struct RuntimeFault {
    pub(crate) message: GoString,
}

impl Error for RuntimeFault {
    fn error(&self) -> GoString {
        self.message.clone()
    }
}

impl RuntimeError for RuntimeFault {
    fn runtime_error(&self) {}
}
