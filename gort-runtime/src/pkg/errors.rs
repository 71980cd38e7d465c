//! `errors`: making, wrapping and searching errors.

use crate::pkg::go::*;
use crate::pkg::support::{comparable, error_var, handle_type, pointer_error};

interface! {
    /// An error that wraps another: `Unwrap() error`.
    pub trait UnwrapMethod {
        /// The wrapped error.
        fn unwrap(&self) -> GoError;
    }
}

interface! {
    /// An error that wraps several: `Unwrap() []error`.
    pub trait UnwrapAllMethod {
        /// The wrapped errors.
        fn unwrap(&self) -> Slice<GoError>;
    }
}

interface! {
    /// An error that knows what it is: `Is(error) bool`.
    pub trait IsMethod {
        /// Reports whether the error is the target.
        fn is(&self, target: GoError) -> bool;
    }
}

interface! {
    /// An error that converts itself: `As(any) bool`.
    pub trait AsMethod {
        /// Sets the target, a pointer, if the error can be what it points to.
        fn as_(&self, target: Any) -> bool;
    }
}

error_var! {
    /// An operation is not supported.
    err_unsupported = "unsupported operation";
}

/// A new error with this text, equal only to itself.
pub fn new(text: GoString) -> GoError {
    crate::value::new_error(text)
}

/// Several errors as one.
#[derive(Clone, Default)]
pub struct JoinError {
    errs: Vec<GoError>,
}

handle_type!(JoinError, "errors.joinError", pointer(dyn Error, dyn UnwrapAllMethod));

impl ErrorPtr for JoinError {
    fn error(this: &Ptr<Self>) -> GoString {
        let texts: Vec<GoString> = this.errs.iter().map(|e| e.error()).collect();
        GoString::from(texts.iter().map(GoString::as_bytes).collect::<Vec<_>>().join(&b'\n'))
    }
}

impl UnwrapAllMethodPtr for JoinError {
    fn unwrap(this: &Ptr<Self>) -> Slice<GoError> {
        Slice::from(this.errs.clone())
    }
}

/// One error of all that are not nil; nil if none is.
pub fn join(errs: Slice<GoError>) -> GoError {
    let errs: Vec<GoError> = errs.iter().filter(|e| !e.is_nil()).collect();
    if errs.is_empty() {
        GoError::nil()
    } else {
        pointer_error(JoinError { errs })
    }
}

/// What the error wraps; nil if nothing, or several.
pub fn unwrap(err: GoError) -> GoError {
    match err.try_cast::<dyn UnwrapMethod>() {
        Some(u) => UnwrapMethod::unwrap(&*u),
        None => GoError::nil(),
    }
}

/// Visits an error and all that it wraps, depth first, until `found`.
fn search(err: GoError, found: &mut dyn FnMut(&GoError) -> bool) -> bool {
    let mut err = err;
    loop {
        if err.is_nil() {
            return false;
        }
        if found(&err) {
            return true;
        }
        if let Some(u) = err.try_cast::<dyn UnwrapMethod>() {
            err = UnwrapMethod::unwrap(&*u);
        } else if let Some(u) = err.try_cast::<dyn UnwrapAllMethod>() {
            return UnwrapAllMethod::unwrap(&*u).iter().any(|e| search(e, found));
        } else {
            return false;
        }
    }
}

/// Reports whether the error or one that it wraps is the target.
pub fn is(err: GoError, target: GoError) -> bool {
    if err.is_nil() || target.is_nil() {
        return err.is_nil() && target.is_nil();
    }
    let can_compare = comparable(&target.to_any());
    search(err, &mut |e| {
        can_compare && comparable(&e.to_any()) && *e == target
            || e.try_cast::<dyn IsMethod>()
                .is_some_and(|m| IsMethod::is(&*m, target.clone()))
    })
}

fn check_target(nil: bool) {
    if nil {
        panic_str("errors: target cannot be nil");
    }
}

fn as_method(e: &GoError, target: Any) -> bool {
    e.try_cast::<dyn AsMethod>().is_some_and(|m| AsMethod::as_(&*m, target))
}

/// Finds the first error of the tree that is a `T` and stores it in the target.
pub fn as_<T: GoType>(err: GoError, target: Ptr<T>) -> bool {
    if err.is_nil() {
        return false;
    }
    check_target(target.is_nil());
    search(err, &mut |e| {
        if let Some(v) = T::go_unbox(&e.to_any()) {
            target.set(v);
            return true;
        }
        as_method(e, Any::new(target.clone()))
    })
}

/// As [`as_`] for the type `T`, returning the error instead.
pub fn as_type<T: GoType>(err: GoError) -> (T, bool) {
    let mut result = None;
    search(err, &mut |e| {
        result = T::go_unbox(&e.to_any());
        if result.is_none() {
            let target = Ptr::new(T::zero());
            if as_method(e, Any::new(target.clone())) {
                result = Some(target.get());
            }
        }
        result.is_some()
    });
    match result {
        Some(v) => (v, true),
        None => (T::zero(), false),
    }
}

/// Finds the first error of the tree that implements the interface and stores it in the target.
pub fn as_iface<T: ?Sized + Object>(err: GoError, target: Ptr<Iface<T>>) -> bool {
    if err.is_nil() {
        return false;
    }
    check_target(target.is_nil());
    search(err, &mut |e| {
        if let Some(v) = e.try_cast::<T>() {
            target.set(v);
            return true;
        }
        as_method(e, Any::new(target.clone()))
    })
}
