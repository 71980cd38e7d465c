//! What every room of `pkg` is built on: the runtime's values and its panics.

pub(crate) use crate::interface;
pub(crate) use crate::panic::panic_str;
pub(crate) use crate::value::*;
