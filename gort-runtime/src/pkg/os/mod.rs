//! `os`: the process, its environment and its files.

mod errors;
mod file;
mod fs;
mod readable;

use crate::pkg::go::*;
use crate::pkg::support::error;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

pub use errors::*;
pub use file::*;
pub use fs::*;

pub(crate) fn os_string(s: &GoString) -> OsString {
    OsString::from_vec(s.as_bytes().to_vec())
}

pub(crate) fn go_string(s: impl AsRef<std::ffi::OsStr>) -> GoString {
    GoString::from(s.as_ref().as_bytes())
}

/// The program's name and arguments.
pub fn args() -> Slice<GoString> {
    static ARGS: std::sync::LazyLock<Slice<GoString>> =
        std::sync::LazyLock::new(|| std::env::args_os().map(go_string).collect());
    ARGS.clone()
}

/// Ends the process at once; deferred calls do not run.
pub fn exit(code: i64) -> ! {
    crate::task::exit(code)
}

mod environment {
    //! The environment as the program sees it: a copy, because changing the process's own is not thread-safe.
    use std::collections::BTreeMap;
    use std::ffi::OsString;
    use std::sync::{LazyLock, RwLock};

    pub(super) static VARIABLES: LazyLock<RwLock<BTreeMap<OsString, OsString>>> =
        LazyLock::new(|| RwLock::new(std::env::vars_os().collect()));
}

use environment::VARIABLES;

/// The variable's value, empty if unset.
pub fn getenv(key: GoString) -> GoString {
    lookup_env(key).0
}

/// The variable's value and whether it is set.
pub fn lookup_env(key: GoString) -> (GoString, bool) {
    let variables = VARIABLES.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    match variables.get(&os_string(&key)) {
        Some(v) => (go_string(v), true),
        None => (GoString::default(), false),
    }
}

/// Sets a variable, as this program sees it.
pub fn setenv(key: GoString, value: GoString) -> GoError {
    if key.is_empty() || key.as_bytes().contains(&b'=') || key.as_bytes().contains(&0) {
        return error("setenv: invalid argument");
    }
    VARIABLES
        .write()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .insert(os_string(&key), os_string(&value));
    GoError::nil()
}

/// Unsets a variable.
pub fn unsetenv(key: GoString) -> GoError {
    VARIABLES
        .write()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .remove(&os_string(&key));
    GoError::nil()
}

/// Unsets all variables.
pub fn clearenv() {
    VARIABLES
        .write()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .clear();
}

/// All variables as `key=value`.
pub fn environ() -> Slice<GoString> {
    let variables = VARIABLES.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    variables
        .iter()
        .map(|(k, v)| go_string(k) + str("=") + go_string(v))
        .collect()
}

/// Replaces `$var` and `${var}` by what the mapping gives.
pub fn expand(s: GoString, mapping: Fn1<GoString, GoString>) -> GoString {
    let (b, mut out, mut i) = (s.as_bytes(), Vec::new(), 0);
    while i < b.len() {
        if b[i] != b'$' || i + 1 >= b.len() {
            out.push(b[i]);
            i += 1;
            continue;
        }
        let (name, next) = if b[i + 1] == b'{' {
            match b[i + 2..].iter().position(|&c| c == b'}') {
                Some(n) => (&b[i + 2..i + 2 + n], i + n + 3),
                None => (&b[..0], i + 2),
            }
        } else {
            let n = b[i + 1..]
                .iter()
                .take_while(|c| c.is_ascii_alphanumeric() || **c == b'_')
                .count();
            let special = n == 0 && b"*#$@!?-".contains(&b[i + 1]) || n > 0 && b[i + 1].is_ascii_digit();
            let n = if special { 1 } else { n };
            (&b[i + 1..i + 1 + n], i + 1 + n)
        };
        if name.is_empty() && next == i + 1 {
            out.push(b'$');
        } else if !name.is_empty() {
            out.extend_from_slice(mapping(GoString::from(name)).as_bytes());
        }
        i = next;
    }
    GoString::from(out)
}

/// Replaces `$var` and `${var}` by the environment's values.
pub fn expand_env(s: GoString) -> GoString {
    expand(s, fn1(getenv))
}

/// The process's id.
pub fn getpid() -> i64 {
    i64::from(std::process::id())
}

/// The parent's id.
pub fn getppid() -> i64 {
    i64::from(std::os::unix::process::parent_id())
}

/// The working directory.
pub fn getwd() -> (GoString, GoError) {
    match std::env::current_dir() {
        Ok(d) => (go_string(d), GoError::nil()),
        Err(e) => (GoString::default(), syscall_error("getwd", &e)),
    }
}

/// Changes the working directory.
pub fn chdir(dir: GoString) -> GoError {
    path_result("chdir", &dir, std::env::set_current_dir(os_string(&dir)))
}

/// The host's name.
pub fn hostname() -> (GoString, GoError) {
    match std::fs::read("/proc/sys/kernel/hostname") {
        Ok(mut name) => {
            while name.last() == Some(&b'\n') {
                name.pop();
            }
            (GoString::from(name), GoError::nil())
        }
        Err(e) => (GoString::default(), syscall_error("hostname", &e)),
    }
}

/// The path of the program.
pub fn executable() -> (GoString, GoError) {
    match std::env::current_exe() {
        Ok(p) => (go_string(p), GoError::nil()),
        Err(e) => (GoString::default(), syscall_error("readlink", &e)),
    }
}

/// The folder for temporary files.
pub fn temp_dir() -> GoString {
    let dir = getenv(str("TMPDIR"));
    if dir.is_empty() { str("/tmp") } else { dir }
}

/// The user's home.
pub fn user_home_dir() -> (GoString, GoError) {
    let home = getenv(str("HOME"));
    if home.is_empty() {
        (home, error("$HOME is not defined"))
    } else {
        (home, GoError::nil())
    }
}
