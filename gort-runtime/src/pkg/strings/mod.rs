//! `strings`: functions over strings, and `Builder`, `Reader`, `Replacer`.

mod builder;
pub(crate) mod reader;
mod replacer;

use crate::pkg::go::*;
use crate::pkg::shared_text::{self as text, Text, text_functions};
use crate::pkg::support::find;
use crate::pkg::unicode::{self, utf8};

pub use builder::Builder;
pub use reader::{Reader, new_reader};
pub use replacer::{Replacer, new_replacer};

text_functions!(GoString, "strings");

/// A copy.
pub fn clone(s: GoString) -> GoString {
    s
}

/// -1, 0 or 1 by the order of the bytes.
pub fn compare(a: GoString, b: GoString) -> i64 {
    a.as_bytes().cmp(b.as_bytes()) as i64
}
