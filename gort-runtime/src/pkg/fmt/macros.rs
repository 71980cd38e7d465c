//! The printing macros: operands by value or reference, boxed by `IntoAny`.

/// An operand as `any`: by value, or by reference through a clone.
#[doc(hidden)]
#[macro_export]
macro_rules! __fmt_any {
    ($a:expr) => {{
        #[allow(unused_imports)]
        use $crate::value::{IntoAny as _, IntoAnyRef as _};
        ($a).into_any()
    }};
}

/// A writer operand as an interface value.
#[doc(hidden)]
#[macro_export]
macro_rules! __fmt_writer {
    ($w:expr) => {{
        #[allow(unused_imports)]
        use $crate::pkg::io::ToWriter as _;
        ($w).to_writer()
    }};
}

/// `fmt.Println` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __fmt_println {
    ($($a:expr),* $(,)?) => { $crate::pkg::fmt::to_stdout(&$crate::pkg::fmt::println_args(&[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `fmt.Print` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __fmt_print {
    ($($a:expr),* $(,)?) => { $crate::pkg::fmt::to_stdout(&$crate::pkg::fmt::print_args(&[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `fmt.Printf` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __fmt_printf {
    ($f:expr $(, $a:expr)* $(,)?) => { $crate::pkg::fmt::to_stdout(&$crate::pkg::fmt::format_args($f, &[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `fmt.Sprintln` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __fmt_sprintln {
    ($($a:expr),* $(,)?) => { $crate::value::GoString::from($crate::pkg::fmt::println_args(&[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `fmt.Sprint` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __fmt_sprint {
    ($($a:expr),* $(,)?) => { $crate::value::GoString::from($crate::pkg::fmt::print_args(&[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `fmt.Sprintf` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __fmt_sprintf {
    ($f:expr $(, $a:expr)* $(,)?) => { $crate::value::GoString::from($crate::pkg::fmt::format_args($f, &[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `fmt.Errorf` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __fmt_errorf {
    ($f:expr $(, $a:expr)* $(,)?) => { $crate::pkg::fmt::errorf_args($f, &[$($crate::pkg::fmt::any!($a)),*]) };
}

/// `fmt.Fprintln` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __fmt_fprintln {
    ($w:expr $(, $a:expr)* $(,)?) => { $crate::pkg::fmt::to_writer($crate::pkg::fmt::writer!($w), $crate::pkg::fmt::println_args(&[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `fmt.Fprint` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __fmt_fprint {
    ($w:expr $(, $a:expr)* $(,)?) => { $crate::pkg::fmt::to_writer($crate::pkg::fmt::writer!($w), $crate::pkg::fmt::print_args(&[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `fmt.Fprintf` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __fmt_fprintf {
    ($w:expr, $f:expr $(, $a:expr)* $(,)?) => { $crate::pkg::fmt::to_writer($crate::pkg::fmt::writer!($w), $crate::pkg::fmt::format_args($f, &[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `fmt.Append` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __fmt_append {
    ($b:expr $(, $a:expr)* $(,)?) => { $crate::pkg::fmt::append($b, $crate::value::Slice::from(vec![$($crate::pkg::fmt::any!($a)),*])) };
}

/// `fmt.Appendln` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __fmt_appendln {
    ($b:expr $(, $a:expr)* $(,)?) => { $crate::pkg::fmt::appendln($b, $crate::value::Slice::from(vec![$($crate::pkg::fmt::any!($a)),*])) };
}

/// `fmt.Appendf` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __fmt_appendf {
    ($b:expr, $f:expr $(, $a:expr)* $(,)?) => {
        $b.append_all(&$crate::value::Slice::from($crate::pkg::fmt::format_args($f, &[$($crate::pkg::fmt::any!($a)),*])))
    };
}
