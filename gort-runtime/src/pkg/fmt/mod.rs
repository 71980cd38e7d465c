//! `fmt`: printing and scanning, byte for byte as Go does.
//!
//! Every function exists twice: as a function over `Slice<Any>`, and as a macro over values (`fmt::println!(a, b)`).

mod engine;
mod macros;
mod number;
mod scan;

use crate::pkg::errors::{UnwrapAllMethod, UnwrapAllMethodPtr, UnwrapMethod, UnwrapMethodPtr};
use crate::pkg::go::*;
use crate::pkg::io::Writer;
use crate::pkg::support::{State as Inner, handle_type};
use engine::Printer;
use number::Flags;
use std::sync::Arc;

pub use crate::value::{GoStringer, GoStringerPtr, Stringer, StringerPtr};
#[doc(hidden)]
pub use crate::{__fmt_any as any, __fmt_writer as writer};
pub use crate::{
    __fmt_append as append, __fmt_appendf as appendf, __fmt_appendln as appendln, __fmt_errorf as errorf,
    __fmt_fprint as fprint, __fmt_fprintf as fprintf, __fmt_fprintln as fprintln, __fmt_print as print,
    __fmt_printf as printf, __fmt_println as println, __fmt_sprint as sprint, __fmt_sprintf as sprintf,
    __fmt_sprintln as sprintln,
};
pub use scan::{fscan, fscanf, fscanln, scan, scanf, scanln, sscan, sscanf, sscanln};

interface! {
    /// What a [`Formatter`] sees of the call that prints it.
    pub trait State {
        /// Adds to the output.
        fn write(&self, b: Slice<u8>) -> (i64, GoError);
        /// The width, if one is set.
        fn width(&self) -> (i64, bool);
        /// The precision, if one is set.
        fn precision(&self) -> (i64, bool);
        /// Whether the flag is set.
        fn flag(&self, c: i64) -> bool;
    }
}

interface! {
    /// A type that prints itself under any verb.
    pub trait Formatter {
        /// Prints to the state.
        fn format(&self, f: Iface<dyn State>, verb: i32);
    }
}

/// The [`State`] that the engine passes to a [`Formatter`].
#[derive(Clone, Default)]
pub struct PrintState {
    flags: Flags,
    bytes: Inner<Vec<u8>>,
}

handle_type!(
    PrintState,
    "fmt.pp",
    pointer(dyn State, dyn Writer, dyn crate::pkg::io::StringWriter)
);

impl PrintState {
    fn new(flags: Flags) -> Self {
        PrintState {
            flags,
            bytes: Inner::default(),
        }
    }

    fn take(&self) -> Vec<u8> {
        self.bytes.with(std::mem::take)
    }
}

impl StatePtr for PrintState {
    fn write(this: &Ptr<Self>, b: Slice<u8>) -> (i64, GoError) {
        this.bytes.with(|bytes| bytes.extend(b.iter()));
        (b.len(), GoError::nil())
    }

    fn width(this: &Ptr<Self>) -> (i64, bool) {
        (this.flags.width.unwrap_or(0), this.flags.width.is_some())
    }

    fn precision(this: &Ptr<Self>) -> (i64, bool) {
        (this.flags.precision.unwrap_or(0), this.flags.precision.is_some())
    }

    fn flag(this: &Ptr<Self>, c: i64) -> bool {
        let f = &this.flags;
        match u8::try_from(c) {
            Ok(b'-') => f.minus,
            Ok(b'+') => f.plus || f.plus_v,
            Ok(b'#') => f.sharp || f.sharp_v,
            Ok(b' ') => f.space,
            // A `-` flag turns zero padding off.
            Ok(b'0') => f.zero && !f.minus,
            _ => false,
        }
    }
}

impl crate::pkg::io::WriterPtr for PrintState {
    fn write(this: &Ptr<Self>, p: Slice<u8>) -> (i64, GoError) {
        StatePtr::write(this, p)
    }
}

impl crate::pkg::io::StringWriterPtr for PrintState {
    fn write_string(this: &Ptr<Self>, s: GoString) -> (i64, GoError) {
        this.bytes.with(|bytes| bytes.extend_from_slice(s.as_bytes()));
        (s.len(), GoError::nil())
    }
}

/// A format string, in the forms in which translated code has one.
pub trait Format {
    /// Its bytes.
    fn format_bytes(&self) -> &[u8];
}

impl Format for &str {
    fn format_bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Format for GoString {
    fn format_bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Format for &GoString {
    fn format_bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// The bytes that `Sprintf` makes.
#[doc(hidden)]
pub fn format_args(format: impl Format, args: &[Any]) -> Vec<u8> {
    let mut p = Printer::default();
    p.printf(format.format_bytes(), args);
    p.out.bytes
}

/// The bytes that `Sprint` makes.
#[doc(hidden)]
pub fn print_args(args: &[Any]) -> Vec<u8> {
    let mut p = Printer::default();
    p.print(args);
    p.out.bytes
}

/// The bytes that `Sprintln` makes.
#[doc(hidden)]
pub fn println_args(args: &[Any]) -> Vec<u8> {
    let mut p = Printer::default();
    p.println(args);
    p.out.bytes
}

/// Writes bytes to standard output.
#[doc(hidden)]
pub fn to_stdout(bytes: &[u8]) -> (i64, GoError) {
    crate::pkg::os::write_stdout(bytes)
}

/// Writes bytes to a writer.
#[doc(hidden)]
pub fn to_writer(w: Iface<dyn Writer>, bytes: Vec<u8>) -> (i64, GoError) {
    w.write(Slice::from(bytes))
}

/// A single error that `Errorf` wrapped with `%w`.
#[derive(Clone, Default)]
pub struct WrapError {
    msg: GoString,
    err: GoError,
}

handle_type!(WrapError, "fmt.wrapError", pointer(dyn Error, dyn UnwrapMethod));

impl ErrorPtr for WrapError {
    fn error(this: &Ptr<Self>) -> GoString {
        this.msg.clone()
    }
}

impl UnwrapMethodPtr for WrapError {
    fn unwrap(this: &Ptr<Self>) -> GoError {
        this.err.clone()
    }
}

/// Several errors that `Errorf` wrapped with `%w`.
#[derive(Clone, Default)]
pub struct WrapErrors {
    msg: GoString,
    errs: Vec<GoError>,
}

handle_type!(WrapErrors, "fmt.wrapErrors", pointer(dyn Error, dyn UnwrapAllMethod));

impl ErrorPtr for WrapErrors {
    fn error(this: &Ptr<Self>) -> GoString {
        this.msg.clone()
    }
}

impl UnwrapAllMethodPtr for WrapErrors {
    fn unwrap(this: &Ptr<Self>) -> Slice<GoError> {
        Slice::from(this.errs.clone())
    }
}

/// The error that `Errorf` makes.
#[doc(hidden)]
pub fn errorf_args(format: impl Format, args: &[Any]) -> GoError {
    let mut p = Printer::default();
    p.wraps = true;
    p.printf(format.format_bytes(), args);
    let msg = GoString::from(p.out.bytes);
    let mut positions = p.wrapped;
    let error_at = |i: usize| args[i].try_cast::<dyn Error>();
    match positions.as_slice() {
        [] => crate::pkg::errors::new(msg),
        [one] => {
            let err = error_at(*one).unwrap_or_default();
            GoError::from_arc(Arc::new(Ptr::new(WrapError { msg, err })) as Arc<dyn Error>)
        }
        _ => {
            positions.sort_unstable();
            positions.dedup();
            let errs = positions.into_iter().filter_map(error_at).collect();
            GoError::from_arc(Arc::new(Ptr::new(WrapErrors { msg, errs })) as Arc<dyn Error>)
        }
    }
}

/// Formats to standard output.
pub fn printf(format: GoString, a: Slice<Any>) -> (i64, GoError) {
    to_stdout(&format_args(format, &a.to_vec()))
}

/// Prints the operands to standard output.
pub fn print(a: Slice<Any>) -> (i64, GoError) {
    to_stdout(&print_args(&a.to_vec()))
}

/// Prints the operands and a newline to standard output.
pub fn println(a: Slice<Any>) -> (i64, GoError) {
    to_stdout(&println_args(&a.to_vec()))
}

/// Formats to a string.
pub fn sprintf(format: GoString, a: Slice<Any>) -> GoString {
    GoString::from(format_args(format, &a.to_vec()))
}

/// Prints the operands to a string.
pub fn sprint(a: Slice<Any>) -> GoString {
    GoString::from(print_args(&a.to_vec()))
}

/// Prints the operands and a newline to a string.
pub fn sprintln(a: Slice<Any>) -> GoString {
    GoString::from(println_args(&a.to_vec()))
}

/// Formats to a writer.
pub fn fprintf(w: Iface<dyn Writer>, format: GoString, a: Slice<Any>) -> (i64, GoError) {
    to_writer(w, format_args(format, &a.to_vec()))
}

/// Prints the operands to a writer.
pub fn fprint(w: Iface<dyn Writer>, a: Slice<Any>) -> (i64, GoError) {
    to_writer(w, print_args(&a.to_vec()))
}

/// Prints the operands and a newline to a writer.
pub fn fprintln(w: Iface<dyn Writer>, a: Slice<Any>) -> (i64, GoError) {
    to_writer(w, println_args(&a.to_vec()))
}

/// Appends formatted text.
pub fn appendf(b: Slice<u8>, format: GoString, a: Slice<Any>) -> Slice<u8> {
    b.append_all(&Slice::from(format_args(format, &a.to_vec())))
}

/// Appends the operands' text.
pub fn append(b: Slice<u8>, a: Slice<Any>) -> Slice<u8> {
    b.append_all(&Slice::from(print_args(&a.to_vec())))
}

/// Appends the operands' text and a newline.
pub fn appendln(b: Slice<u8>, a: Slice<Any>) -> Slice<u8> {
    b.append_all(&Slice::from(println_args(&a.to_vec())))
}

/// An error with formatted text, which wraps the operands of `%w`.
pub fn errorf(format: GoString, a: Slice<Any>) -> GoError {
    errorf_args(format, &a.to_vec())
}

/// The directive that a [`State`] and verb stand for.
pub fn format_string(state: Iface<dyn State>, verb: i32) -> GoString {
    let mut out = b"%".to_vec();
    out.extend(b" +-#0".iter().filter(|c| state.flag(i64::from(**c))));
    if let (w, true) = state.width() {
        out.extend_from_slice(w.to_string().as_bytes());
    }
    if let (p, true) = state.precision() {
        out.extend_from_slice(format!(".{p}").as_bytes());
    }
    crate::pkg::unicode::utf8::encode(&mut out, verb);
    GoString::from(out)
}
