//! `flag`: the command line's flags.

use crate::pkg::go::*;
use crate::pkg::io::Writer;
use crate::pkg::support::{State, error, error_var, handle_type};
use crate::pkg::{fmt, os, strconv, time};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

error_var! {
    /// Help was asked for and no flag is called so.
    err_help = "flag: help requested";
}

/// What a set does when parsing fails.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug, crate::Value)]
#[go(scalar, name = "flag.ErrorHandling")]
pub struct ErrorHandling(pub i64);

/// Return the error.
pub const CONTINUE_ON_ERROR: ErrorHandling = ErrorHandling(0);
/// Exit with 2, or 0 for help.
pub const EXIT_ON_ERROR: ErrorHandling = ErrorHandling(1);
/// Panic with the error.
pub const PANIC_ON_ERROR: ErrorHandling = ErrorHandling(2);

interface! {
    /// A flag's value.
    pub trait Value {
        /// Its text.
        fn string(&self) -> GoString;
        /// Reads it from a text.
        fn set(&self, text: GoString) -> GoError;
    }
}

/// Where a flag's value goes.
#[derive(Clone)]
enum Target {
    Bool(Ptr<bool>),
    Int(Ptr<i64>),
    Uint(Ptr<u64>),
    Float(Ptr<f64>),
    Text(Ptr<GoString>),
    Duration(Ptr<time::Duration>),
    Value(Iface<dyn Value>),
    Func(Fn1<GoString, GoError>, bool),
}

#[derive(Clone)]
struct Entry {
    usage: GoString,
    default: GoString,
    target: Target,
}

#[derive(Clone, Default)]
struct Content {
    name: GoString,
    handling: i64,
    entries: BTreeMap<Vec<u8>, Entry>,
    set: Vec<Vec<u8>>,
    args: Vec<GoString>,
    parsed: bool,
    out: Iface<dyn Writer>,
}

/// A set of flags.
#[derive(Clone, Default)]
pub struct FlagSet {
    content: State<Content>,
    /// What prints the usage; nil for the built-in text.
    pub usage: Cell<Fn0<()>>,
}

handle_type!(FlagSet, "flag.FlagSet", memory(content, usage));

/// A set of flags.
pub fn new_flag_set(name: GoString, error_handling: ErrorHandling) -> Ptr<FlagSet> {
    let content = Content {
        name,
        handling: error_handling.0,
        ..Content::default()
    };
    Ptr::new(FlagSet {
        content: State::new(content),
        usage: Cell::new(Fn0::nil()),
    })
}

/// The set of the command line.
pub fn command_line() -> Ptr<FlagSet> {
    static SET: LazyLock<Ptr<FlagSet>> = LazyLock::new(|| {
        let args = os::args();
        new_flag_set(
            if args.len() > 0 {
                args.get(0)
            } else {
                GoString::default()
            },
            EXIT_ON_ERROR,
        )
    });
    SET.clone()
}

fn parse_failure(err: GoError) -> GoError {
    let Some(e) = err.downcast::<Ptr<strconv::NumError>>() else {
        return err;
    };
    if e.err.get() == strconv::err_range() {
        error("value out of range")
    } else {
        error("parse error")
    }
}

impl Target {
    fn is_bool(&self) -> bool {
        matches!(self, Target::Bool(_) | Target::Func(_, true))
    }

    fn set(&self, text: &GoString) -> GoError {
        fn store<T: crate::value::Value>(p: &Ptr<T>, (v, err): (T, GoError)) -> GoError {
            // What was read so far is stored although it failed.
            p.set(v);
            parse_failure(err)
        }
        let text = text.clone();
        match self {
            Target::Bool(p) => store(p, strconv::parse_bool(text)),
            Target::Int(p) => store(p, strconv::parse_int(text, 0, 64)),
            Target::Uint(p) => store(p, strconv::parse_uint(text, 0, 64)),
            Target::Float(p) => store(p, strconv::parse_float(text, 64)),
            Target::Text(p) => {
                p.set(text);
                GoError::nil()
            }
            Target::Duration(p) => {
                let (d, err) = time::parse_duration(text);
                p.set(d);
                if err.is_nil() { err } else { error("parse error") }
            }
            Target::Value(v) => v.set(text),
            Target::Func(f, _) => f(text),
        }
    }

    fn text(&self) -> GoString {
        match self {
            Target::Bool(p) => strconv::format_bool(p.get()),
            Target::Int(p) => strconv::itoa(p.get()),
            Target::Uint(p) => strconv::format_uint(p.get(), 10),
            Target::Float(p) => strconv::format_float(p.get(), b'g', -1, 64),
            Target::Text(p) => p.get(),
            Target::Duration(p) => p.get().string(),
            Target::Value(v) => v.string(),
            Target::Func(..) => GoString::default(),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Target::Bool(_) | Target::Func(_, true) => "",
            Target::Int(_) => "int",
            Target::Uint(_) => "uint",
            Target::Float(_) => "float",
            Target::Text(_) => "string",
            Target::Duration(_) => "duration",
            Target::Value(_) | Target::Func(..) => "value",
        }
    }
}

/// The name of the operand and the usage without its backquotes.
fn unquoted(e: &Entry) -> (String, String) {
    let usage = e.usage.to_str_lossy().into_owned();
    let mut parts = usage.splitn(3, '`');
    if let (Some(a), Some(name), Some(b)) = (parts.next(), parts.next(), parts.next()) {
        return (name.to_owned(), format!("{a}{name}{b}"));
    }
    (e.target.kind().to_owned(), usage)
}

impl FlagSet {
    fn add(&self, name: GoString, usage: GoString, target: Target) {
        let default = target.text();
        let redefined = self.content.with(|c| {
            let entry = Entry { usage, default, target };
            c.entries
                .insert(name.as_bytes().to_vec(), entry)
                .is_some()
                .then(|| c.name.clone())
        });
        if let Some(set) = redefined {
            let prefix = if set.is_empty() { set } else { set + str(" ") };
            panic_str(prefix + str("flag redefined: ") + name);
        }
    }

    /// Where messages go.
    pub fn output(&self) -> Iface<dyn Writer> {
        let out = self.content.lock().out.clone();
        if out.is_nil() {
            Iface::from_arc(Arc::new(os::stderr()) as Arc<dyn Writer>)
        } else {
            out
        }
    }

    /// Sets where messages go.
    pub fn set_output(&self, output: Iface<dyn Writer>) {
        self.content.lock().out = output;
    }

    /// Prints the flags with their defaults.
    pub fn print_defaults(&self) {
        let entries = self.content.lock().entries.clone();
        for (name, e) in entries {
            let (operand, usage) = unquoted(&e);
            let mut line = format!("  -{}", String::from_utf8_lossy(&name));
            if !operand.is_empty() {
                line += " ";
                line += &operand;
            }
            // Boolean flags of one letter are so short that their usage fits on the line.
            line += if line.len() <= 4 { "\t" } else { "\n    \t" };
            line += &usage.replace('\n', "\n    \t");
            if !matches!(e.default.as_bytes(), b"" | b"0" | b"false" | b"0s") {
                line += &match e.target {
                    Target::Text(_) => format!(" (default {})", strconv::quote(e.default.clone())),
                    _ => format!(" (default {})", e.default),
                };
            }
            fmt::fprintln!(self.output(), line.as_str());
        }
    }

    fn show_usage(&self) {
        let usage = self.usage.get();
        if !usage.is_nil() {
            return usage();
        }
        let name = self.content.lock().name.clone();
        if name.is_empty() {
            fmt::fprintln!(self.output(), "Usage:");
        } else {
            fmt::fprintf!(self.output(), "Usage of %s:\n", name);
        }
        self.print_defaults();
    }

    fn failed(&self, text: String) -> GoError {
        fmt::fprintln!(self.output(), text.as_str());
        self.show_usage();
        error(text)
    }

    /// Reads one flag; false when there is none left.
    fn next(&self) -> Result<bool, GoError> {
        let Some(arg) = self.content.lock().args.first().cloned() else {
            return Ok(false);
        };
        let s = arg.as_bytes();
        if s.len() < 2 || s[0] != b'-' {
            return Ok(false);
        }
        self.content.lock().args.remove(0);
        if s == b"--" {
            return Ok(false);
        }
        let body = if s[1] == b'-' { &s[2..] } else { &s[1..] };
        if body.is_empty() || body[0] == b'-' || body[0] == b'=' {
            return Err(self.failed(format!("bad flag syntax: {arg}")));
        }
        let (name, value) = match body.iter().position(|&c| c == b'=') {
            Some(i) => (&body[..i], Some(GoString::from(&body[i + 1..]))),
            None => (body, None),
        };
        let shown = String::from_utf8_lossy(name).into_owned();
        let Some(entry) = self.content.lock().entries.get(name).cloned() else {
            if name == b"help" || name == b"h" {
                self.show_usage();
                return Err(err_help());
            }
            return Err(self.failed(format!("flag provided but not defined: -{shown}")));
        };
        let value = match value {
            Some(v) => v,
            None if entry.target.is_bool() => str("true"),
            None => {
                let mut content = self.content.lock();
                if content.args.is_empty() {
                    drop(content);
                    return Err(self.failed(format!("flag needs an argument: -{shown}")));
                }
                content.args.remove(0)
            }
        };
        let err = entry.target.set(&value);
        if !err.is_nil() {
            let quoted = strconv::quote(value);
            let what = if entry.target.is_bool() {
                "boolean value"
            } else {
                "value"
            };
            let link = if entry.target.is_bool() { "for -" } else { "for flag -" };
            return Err(self.failed(format!("invalid {what} {quoted} {link}{shown}: {err}")));
        }
        self.content.lock().set.push(name.to_vec());
        Ok(true)
    }

    /// Reads the flags of the arguments, which do not begin with the program's name.
    pub fn parse(&self, arguments: Slice<GoString>) -> GoError {
        let handling = self.content.with(|c| {
            c.parsed = true;
            c.args = arguments.to_vec();
            c.handling
        });
        loop {
            match self.next() {
                Ok(true) => {}
                Ok(false) => return GoError::nil(),
                Err(e) if handling == 0 => return e,
                Err(e) if handling == 1 => os::exit(if e == err_help() { 0 } else { 2 }),
                Err(e) => crate::panic::go_panic(e.to_any()),
            }
        }
    }

    /// Whether the flags have been read.
    pub fn parsed(&self) -> bool {
        self.content.lock().parsed
    }

    /// The arguments after the flags.
    pub fn args(&self) -> Slice<GoString> {
        self.content.lock().args.iter().cloned().collect()
    }

    /// The `i`th argument after the flags, empty if there is none.
    pub fn arg(&self, i: i64) -> GoString {
        usize::try_from(i)
            .ok()
            .and_then(|i| self.content.lock().args.get(i).cloned())
            .unwrap_or_default()
    }

    /// The number of arguments after the flags.
    pub fn n_arg(&self) -> i64 {
        self.content.lock().args.len() as i64
    }

    /// The number of flags that were set.
    pub fn n_flag(&self) -> i64 {
        let mut set = self.content.lock().set.clone();
        set.sort();
        set.dedup();
        set.len() as i64
    }

    /// The set's name.
    pub fn name(&self) -> GoString {
        self.content.lock().name.clone()
    }

    /// Sets a flag by name.
    pub fn set(&self, name: GoString, value: GoString) -> GoError {
        let entry = self.content.lock().entries.get(name.as_bytes()).cloned();
        match entry {
            Some(e) => {
                let err = e.target.set(&value);
                if err.is_nil() {
                    self.content.lock().set.push(name.as_bytes().to_vec());
                }
                err
            }
            None => error(format!("no such flag -{name}")),
        }
    }
}

macro_rules! kinds {
    ($($target:ident $t:ty: $make:ident $make_var:ident;)*) => {
        impl FlagSet {$(
            /// Defines a flag and returns its variable.
            pub fn $make(&self, name: GoString, value: $t, usage: GoString) -> Ptr<$t> {
                let p: Ptr<$t> = Ptr::new(value);
                self.add(name, usage, Target::$target(p.clone()));
                p
            }

            /// Defines a flag for a variable.
            pub fn $make_var(&self, p: Ptr<$t>, name: GoString, value: $t, usage: GoString) {
                p.set(value);
                self.add(name, usage, Target::$target(p));
            }
        )*}

        $(
            /// Defines a flag of the command line and returns its variable.
            pub fn $make(name: GoString, value: $t, usage: GoString) -> Ptr<$t> {
                command_line().$make(name, value, usage)
            }

            /// Defines a flag of the command line for a variable.
            pub fn $make_var(p: Ptr<$t>, name: GoString, value: $t, usage: GoString) {
                command_line().$make_var(p, name, value, usage);
            }
        )*
    };
}

kinds! {
    Bool bool: bool bool_var;
    Int i64: int int_var;
    Uint u64: uint uint_var;
    Float f64: float64 float64_var;
    Text GoString: string string_var;
    Duration time::Duration: duration duration_var;
}

impl FlagSet {
    /// Defines a flag of 64 bits.
    pub fn int64(&self, name: GoString, value: i64, usage: GoString) -> Ptr<i64> {
        self.int(name, value, usage)
    }

    /// Defines a flag for a value of its own kind.
    pub fn var(&self, value: Iface<dyn Value>, name: GoString, usage: GoString) {
        self.add(name, usage, Target::Value(value));
    }

    /// Defines a flag that calls a function.
    pub fn func(&self, name: GoString, usage: GoString, f: Fn1<GoString, GoError>) {
        self.add(name, usage, Target::Func(f, false));
    }

    /// Defines a flag without operand that calls a function.
    pub fn bool_func(&self, name: GoString, usage: GoString, f: Fn1<GoString, GoError>) {
        self.add(name, usage, Target::Func(f, true));
    }
}

/// Defines a flag of 64 bits.
pub fn int64(name: GoString, value: i64, usage: GoString) -> Ptr<i64> {
    int(name, value, usage)
}

/// Defines a flag for a value of its own kind.
pub fn var(value: Iface<dyn Value>, name: GoString, usage: GoString) {
    command_line().var(value, name, usage);
}

/// Defines a flag that calls a function.
pub fn func(name: GoString, usage: GoString, f: Fn1<GoString, GoError>) {
    command_line().func(name, usage, f);
}

/// Reads the command line.
pub fn parse() {
    let args = os::args();
    command_line().parse(if args.len() > 1 {
        args.slice_from(1)
    } else {
        Slice::nil()
    });
}

/// Whether the command line has been read.
pub fn parsed() -> bool {
    command_line().parsed()
}

/// The arguments after the flags.
pub fn args() -> Slice<GoString> {
    command_line().args()
}

/// The `i`th argument after the flags, empty if there is none.
pub fn arg(i: i64) -> GoString {
    command_line().arg(i)
}

/// The number of arguments after the flags.
pub fn n_arg() -> i64 {
    command_line().n_arg()
}

/// The number of flags that were set.
pub fn n_flag() -> i64 {
    command_line().n_flag()
}

/// Sets a flag by name.
pub fn set(name: GoString, value: GoString) -> GoError {
    command_line().set(name, value)
}

/// Prints the flags with their defaults.
pub fn print_defaults() {
    command_line().print_defaults();
}

/// Prints the usage of the command line's flags.
pub fn usage() -> Fn0<()> {
    fn0(|| command_line().show_usage())
}
