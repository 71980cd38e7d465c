//! The errors of `os`: error numbers with Go's texts, `PathError`, and the well-known errors they match.

use crate::pkg::errors::{IsMethod, UnwrapMethod, UnwrapMethodPtr};
use crate::pkg::go::*;
use crate::pkg::support::{error_var, handle_type, pointer_error};
use std::sync::Arc;

error_var! {
    /// An argument is invalid.
    err_invalid = "invalid argument";
    /// The operation is not permitted.
    err_permission = "permission denied";
    /// The file exists.
    err_exist = "file already exists";
    /// The file does not exist.
    err_not_exist = "file does not exist";
    /// The file is closed.
    err_closed = "file already closed";
    /// No deadline can be set.
    err_no_deadline = "file type does not support deadline";
    /// The process is done.
    err_process_done = "os: process already finished";
    /// The deadline has passed.
    err_deadline_exceeded = "i/o timeout";
}

/// An error number of the system.
#[derive(Clone, Copy, Default, PartialEq)]
pub struct Errno(pub i32);

handle_type!(Errno, "syscall.Errno", value(dyn Error, dyn IsMethod));

impl Error for Errno {
    fn error(&self) -> GoString {
        GoString::from(text(self.0))
    }
}

impl IsMethod for Errno {
    fn is(&self, target: GoError) -> bool {
        match self.0 {
            1 | 13 => target == err_permission(),
            17 | 39 => target == err_exist(),
            2 => target == err_not_exist(),
            _ => false,
        }
    }
}

/// Go's text of an error number: the C library's, in lower case.
fn text(n: i32) -> String {
    let full = std::io::Error::from_raw_os_error(n).to_string();
    let bare = full.split(" (os error").next().unwrap_or(&full);
    let mut chars = bare.chars();
    match (chars.next(), bare.chars().nth(1)) {
        // Abbreviations stay: `RFS specific error`.
        (Some(_), Some(second)) if second.is_uppercase() => bare.to_owned(),
        (Some(first), _) => first.to_lowercase().chain(chars).collect(),
        _ => bare.to_owned(),
    }
}

pub(crate) fn errno(e: &std::io::Error) -> GoError {
    match e.raw_os_error() {
        Some(n) => GoError::from_arc(Arc::new(Errno(n)) as Arc<dyn Error>),
        None => crate::pkg::support::error(e.to_string()),
    }
}

/// A failed operation on a path.
#[derive(Clone, Default)]
pub struct PathError {
    /// The operation.
    pub op: Cell<GoString>,
    /// The path.
    pub path: Cell<GoString>,
    /// The reason.
    pub err: Cell<GoError>,
}

handle_type!(PathError, "fs.PathError", pointer(dyn Error, dyn UnwrapMethod), fields { "Op" => op, "Path" => path, "Err" => err });

impl ErrorPtr for PathError {
    fn error(this: &Ptr<Self>) -> GoString {
        this.op.get() + str(" ") + this.path.get() + str(": ") + this.err.get().error()
    }
}

impl UnwrapMethodPtr for PathError {
    fn unwrap(this: &Ptr<Self>) -> GoError {
        this.err.get()
    }
}

/// A failed operation on two paths.
#[derive(Clone, Default)]
pub struct LinkError {
    /// The operation.
    pub op: Cell<GoString>,
    /// The first path.
    pub old: Cell<GoString>,
    /// The second path.
    pub new: Cell<GoString>,
    /// The reason.
    pub err: Cell<GoError>,
}

handle_type!(LinkError, "os.LinkError", pointer(dyn Error, dyn UnwrapMethod), fields { "Op" => op, "Old" => old, "New" => new, "Err" => err });

impl ErrorPtr for LinkError {
    fn error(this: &Ptr<Self>) -> GoString {
        this.op.get() + str(" ") + this.old.get() + str(" ") + this.new.get() + str(": ") + this.err.get().error()
    }
}

impl UnwrapMethodPtr for LinkError {
    fn unwrap(this: &Ptr<Self>) -> GoError {
        this.err.get()
    }
}

/// A failed system call.
#[derive(Clone, Default)]
pub struct SyscallError {
    /// The call.
    pub syscall: Cell<GoString>,
    /// The reason.
    pub err: Cell<GoError>,
}

handle_type!(SyscallError, "os.SyscallError", pointer(dyn Error, dyn UnwrapMethod), fields { "Syscall" => syscall, "Err" => err });

impl ErrorPtr for SyscallError {
    fn error(this: &Ptr<Self>) -> GoString {
        this.syscall.get() + str(": ") + this.err.get().error()
    }
}

impl UnwrapMethodPtr for SyscallError {
    fn unwrap(this: &Ptr<Self>) -> GoError {
        this.err.get()
    }
}

pub(crate) fn syscall_error(call: &str, e: &std::io::Error) -> GoError {
    pointer_error(SyscallError {
        syscall: Cell::new(GoString::from(call)),
        err: Cell::new(errno(e)),
    })
}

pub(crate) fn path_error(op: &str, path: &GoString, err: GoError) -> GoError {
    pointer_error(PathError {
        op: Cell::new(GoString::from(op)),
        path: Cell::new(path.clone()),
        err: Cell::new(err),
    })
}

pub(crate) fn path_result<T>(op: &str, path: &GoString, result: std::io::Result<T>) -> GoError {
    match result {
        Ok(_) => GoError::nil(),
        Err(e) => path_error(op, path, errno(&e)),
    }
}

pub(crate) fn link_result(op: &str, old: &GoString, new: &GoString, result: std::io::Result<()>) -> GoError {
    match result {
        Ok(()) => GoError::nil(),
        Err(e) => pointer_error(LinkError {
            op: Cell::new(GoString::from(op)),
            old: Cell::new(old.clone()),
            new: Cell::new(new.clone()),
            err: Cell::new(errno(&e)),
        }),
    }
}

/// What an error of this package is about.
fn underlying(err: GoError) -> GoError {
    if let Some(e) = err.downcast::<Ptr<PathError>>() {
        return e.err.get();
    }
    if let Some(e) = err.downcast::<Ptr<LinkError>>() {
        return e.err.get();
    }
    if let Some(e) = err.downcast::<Ptr<SyscallError>>() {
        return e.err.get();
    }
    err
}

fn about(err: GoError, target: GoError) -> bool {
    let err = underlying(err);
    if err.is_nil() {
        return false;
    }
    match err.downcast::<Errno>() {
        Some(n) => IsMethod::is(&n, target),
        None => err == target,
    }
}

/// Reports whether the error says that a file exists.
pub fn is_exist(err: GoError) -> bool {
    about(err, err_exist())
}

/// Reports whether the error says that a file does not exist.
pub fn is_not_exist(err: GoError) -> bool {
    about(err, err_not_exist())
}

/// Reports whether the error says that permission is denied.
pub fn is_permission(err: GoError) -> bool {
    about(err, err_permission())
}

/// Reports whether the error is a timeout.
pub fn is_timeout(err: GoError) -> bool {
    about(err, err_deadline_exceeded())
}
