//! `log`: loggers that stamp each line.

use crate::pkg::fmt;
use crate::pkg::go::*;
use crate::pkg::io::Writer;
use crate::pkg::os;
use crate::pkg::support::{State, handle_type};
use std::sync::{Arc, LazyLock};

pub use crate::{
    __log_fatal as fatal, __log_fatalf as fatalf, __log_fatalln as fatalln, __log_panic as panic,
    __log_panicf as panicf, __log_panicln as panicln, __log_print as print, __log_printf as printf,
    __log_println as println,
};

/// The date: `2009/01/23`.
pub const LDATE: i64 = 1;
/// The time: `01:23:23`.
pub const LTIME: i64 = 2;
/// Microseconds.
pub const LMICROSECONDS: i64 = 4;
/// The file's path and line.
pub const LLONGFILE: i64 = 8;
/// The file's name and line.
pub const LSHORTFILE: i64 = 16;
/// UTC instead of the local zone.
pub const LUTC: i64 = 32;
/// The prefix just before the message.
pub const LMSGPREFIX: i64 = 64;
/// What a logger starts with.
pub const LSTD_FLAGS: i64 = LDATE | LTIME;

/// A logger.
#[derive(Clone, Default)]
pub struct Logger {
    state: State<Setup>,
    /// Held while a line is written, so that lines stay whole.
    turn: State<()>,
}

#[derive(Clone, Default)]
struct Setup {
    out: Iface<dyn Writer>,
    prefix: GoString,
    flags: i64,
}

handle_type!(Logger, "log.Logger", memory(state));

/// A logger.
pub fn new(out: Iface<dyn Writer>, prefix: GoString, flag: i64) -> Ptr<Logger> {
    Ptr::new(Logger {
        state: State::new(Setup {
            out,
            prefix,
            flags: flag,
        }),
        turn: State::default(),
    })
}

/// The logger of the package's functions.
pub fn default() -> Ptr<Logger> {
    static STD: LazyLock<Ptr<Logger>> = LazyLock::new(|| {
        new(
            Iface::from_arc(Arc::new(os::stderr()) as Arc<dyn Writer>),
            GoString::default(),
            LSTD_FLAGS,
        )
    });
    STD.clone()
}

fn header(s: &Setup) -> Vec<u8> {
    let mut out = Vec::new();
    if s.flags & LMSGPREFIX == 0 {
        out.extend_from_slice(s.prefix.as_bytes());
    }
    if s.flags & (LDATE | LTIME | LMICROSECONDS) != 0 {
        // The local zone is UTC here, so `LUTC` changes nothing.
        let now = crate::time::now();
        let mut layout = Vec::new();
        if s.flags & LDATE != 0 {
            layout.extend_from_slice(b"2006/01/02 ");
        }
        if s.flags & LMICROSECONDS != 0 {
            layout.extend_from_slice(b"15:04:05.000000 ");
        } else if s.flags & LTIME != 0 {
            layout.extend_from_slice(b"15:04:05 ");
        }
        out.extend_from_slice(now.format(GoString::from(layout)).as_bytes());
    }
    if s.flags & (LLONGFILE | LSHORTFILE) != 0 {
        // Translated code has no Go lines at hand; this is what Go prints when it does not know them.
        out.extend_from_slice(b"???:0: ");
    }
    if s.flags & LMSGPREFIX != 0 {
        out.extend_from_slice(s.prefix.as_bytes());
    }
    out
}

impl Logger {
    /// Writes a line.
    pub fn output(&self, _calldepth: i64, s: GoString) -> GoError {
        self.line(s.as_bytes())
    }

    #[doc(hidden)]
    pub fn line(&self, text: &[u8]) -> GoError {
        let setup = self.state.lock().clone();
        let mut line = header(&setup);
        line.extend_from_slice(text);
        if line.last() != Some(&b'\n') || text.is_empty() {
            line.push(b'\n');
        }
        let _turn = self.turn.lock();
        setup.out.write(Slice::from(line)).1
    }

    /// The flags.
    pub fn flags(&self) -> i64 {
        self.state.with(|s| s.flags)
    }

    /// Sets the flags.
    pub fn set_flags(&self, flag: i64) {
        self.state.with(|s| s.flags = flag);
    }

    /// The prefix.
    pub fn prefix(&self) -> GoString {
        self.state.with(|s| s.prefix.clone())
    }

    /// Sets the prefix.
    pub fn set_prefix(&self, prefix: GoString) {
        self.state.with(|s| s.prefix = prefix);
    }

    /// Where lines go.
    pub fn writer(&self) -> Iface<dyn Writer> {
        self.state.with(|s| s.out.clone())
    }

    /// Sets where lines go.
    pub fn set_output(&self, w: Iface<dyn Writer>) {
        self.state.with(|s| s.out = w);
    }
}

/// The flags of the standard logger.
pub fn flags() -> i64 {
    default().flags()
}

/// Sets the flags of the standard logger.
pub fn set_flags(flag: i64) {
    default().set_flags(flag);
}

/// The prefix of the standard logger.
pub fn prefix() -> GoString {
    default().prefix()
}

/// Sets the prefix of the standard logger.
pub fn set_prefix(prefix: GoString) {
    default().set_prefix(prefix);
}

/// Where the standard logger writes.
pub fn writer() -> Iface<dyn Writer> {
    default().writer()
}

/// Sets where the standard logger writes.
pub fn set_output(w: Iface<dyn Writer>) {
    default().set_output(w);
}

/// Writes a line to the standard logger.
pub fn output(calldepth: i64, s: GoString) -> GoError {
    default().output(calldepth, s)
}

fn die(text: &[u8], logger: &Logger) -> ! {
    logger.line(text);
    os::exit(1)
}

fn raise(text: Vec<u8>, logger: &Logger) -> ! {
    logger.line(&text);
    panic_str(GoString::from(text))
}

/// Writes bytes to the standard logger and goes on as the macro's name says.
#[doc(hidden)]
pub mod macro_support {
    /// For `print`.
    pub fn print(text: Vec<u8>) {
        super::default().line(&text);
    }

    /// For `fatal`.
    pub fn fatal(text: Vec<u8>) -> ! {
        super::die(&text, &super::default())
    }

    /// For `panic`.
    pub fn panic(text: Vec<u8>) -> ! {
        super::raise(text, &super::default())
    }
}

macro_rules! log_functions {
    ($($print:ident $fatal:ident $panic:ident ($($a:ident: $t:ty),*) = $text:expr;)*) => {
        $(
            /// Logs.
            pub fn $print($($a: $t),*) {
                default().line(&$text);
            }

            /// Logs and exits with 1.
            pub fn $fatal($($a: $t),*) -> ! {
                die(&$text, &default())
            }

            /// Logs and panics.
            pub fn $panic($($a: $t),*) -> ! {
                raise($text, &default())
            }
        )*

        impl Logger {
            $(
                /// Logs.
                pub fn $print(&self, $($a: $t),*) {
                    self.line(&$text);
                }

                /// Logs and exits with 1.
                pub fn $fatal(&self, $($a: $t),*) -> ! {
                    die(&$text, self)
                }

                /// Logs and panics.
                pub fn $panic(&self, $($a: $t),*) -> ! {
                    raise($text, self)
                }
            )*
        }
    };
}

log_functions! {
    print fatal panic (v: Slice<Any>) = fmt::print_args(&v.to_vec());
    println fatalln panicln (v: Slice<Any>) = fmt::println_args(&v.to_vec());
    printf fatalf panicf (format: GoString, v: Slice<Any>) = fmt::format_args(&format, &v.to_vec());
}

/// `log.Print` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_print {
    ($($a:expr),* $(,)?) => { $crate::pkg::log::macro_support::print($crate::pkg::fmt::print_args(&[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `log.Println` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_println {
    ($($a:expr),* $(,)?) => { $crate::pkg::log::macro_support::print($crate::pkg::fmt::println_args(&[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `log.Fatal` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_fatal {
    ($($a:expr),* $(,)?) => { $crate::pkg::log::macro_support::fatal($crate::pkg::fmt::print_args(&[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `log.Fatalln` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_fatalln {
    ($($a:expr),* $(,)?) => { $crate::pkg::log::macro_support::fatal($crate::pkg::fmt::println_args(&[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `log.Panic` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_panic {
    ($($a:expr),* $(,)?) => { $crate::pkg::log::macro_support::panic($crate::pkg::fmt::print_args(&[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `log.Panicln` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_panicln {
    ($($a:expr),* $(,)?) => { $crate::pkg::log::macro_support::panic($crate::pkg::fmt::println_args(&[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `log.Printf` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_printf {
    ($f:expr $(, $a:expr)* $(,)?) => { $crate::pkg::log::macro_support::print($crate::pkg::fmt::format_args($f, &[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `log.Fatalf` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_fatalf {
    ($f:expr $(, $a:expr)* $(,)?) => { $crate::pkg::log::macro_support::fatal($crate::pkg::fmt::format_args($f, &[$($crate::pkg::fmt::any!($a)),*])) };
}

/// `log.Panicf` over values.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_panicf {
    ($f:expr $(, $a:expr)* $(,)?) => { $crate::pkg::log::macro_support::panic($crate::pkg::fmt::format_args($f, &[$($crate::pkg::fmt::any!($a)),*])) };
}
