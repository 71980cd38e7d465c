//! The errors that Go's runtime raises.

use crate::value::{Error, GoString};
use crate::{Value, interface};

interface! {
    /// Go's `runtime.Error`.
    pub trait RuntimeError: Error {
        /// Marks runtime errors.
        fn runtime_error(&self);
    }
}

/// An error raised by the runtime, with its whole text.
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
