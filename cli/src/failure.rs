//! What stops a command: bad input, or a machine that does not play along.
//!
//! In: what went wrong. Out: a message, a hint and an exit code, printed once by `main`.
//! Invariants: messages follow the diagnostics' style; usage errors exit with 2, all others with 1.

use gort_translator::diagnostic::Code;
use std::fmt::Display;
use std::io;
use std::path::Path;

/// Why a command stopped.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The registry's code, for what has one.
    pub(crate) code: Option<Code>,
    /// One line.
    pub(crate) message: String,
    /// Further facts.
    pub(crate) notes: Vec<String>,
    /// What to do about it.
    pub(crate) help: Option<String>,
    /// The process's exit code.
    pub(crate) exit: u8,
}

impl Failure {
    /// Bad input, or a machine that does not play along.
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure {
            code: None,
            message: message.into(),
            notes: Vec::new(),
            help: None,
            exit: 1,
        }
    }

    /// A command line that makes no sense.
    pub(crate) fn usage(message: impl Into<String>) -> Failure {
        Failure {
            exit: 2,
            ..Failure::new(message)
        }
    }

    /// A file operation that failed, as in ``cannot read `x`: permission denied``.
    pub(crate) fn io(action: &str, path: &Path, error: &io::Error) -> Failure {
        let failure = Failure::new(format!("cannot {action} `{}`: {}", path.display(), reason(error)));
        match error.kind() {
            io::ErrorKind::PermissionDenied => failure.help("check its owner and its permissions"),
            io::ErrorKind::ReadOnlyFilesystem => failure.help("choose a folder on a writable file system"),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => failure.help("free some space and try again"),
            _ => failure,
        }
    }

    /// Gives it a code of the registry.
    pub(crate) fn code(mut self, code: Code) -> Failure {
        self.code = Some(code);
        self
    }

    /// Adds a further fact.
    pub(crate) fn note(mut self, text: impl Into<String>) -> Failure {
        self.notes.push(text.into());
        self
    }

    /// Says what to do about it.
    pub(crate) fn help(mut self, text: impl Into<String>) -> Failure {
        self.help = Some(text.into());
        self
    }
}

/// An I/O error in a few words, without its number.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::NotADirectory => "a part of the path is not a folder".into(),
        _ => plain(error),
    }
}

fn plain(error: &dyn Display) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => "unknown error".into(),
    }
}
