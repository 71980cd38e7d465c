//! The border between Go's `(T, error)` and `(T, bool)` and Rust's `Result` and `Option`.
//!
//! Translated functions return `Result` or `Option` where it is proven that nothing is lost by it; what the library,
//! interfaces and function values give stays Go's tuple. [`IntoResult::result`] and [`IntoOption::option`] lead into
//! Rust's types, [`IntoGo::into_go`] and [`IntoError::into_error`] back.

use super::{GoError, Value};

/// What has an `error` last: Go's results of a call that may fail.
pub trait IntoResult {
    /// The other values: none, one, or a tuple.
    type Values;

    /// `Err` with the error unless it is nil, else `Ok` with the values.
    ///
    /// # Errors
    /// The error that is not nil; the values beside it are dropped.
    fn result(self) -> Result<Self::Values, GoError>;
}

/// What has a `bool` last: Go's comma-ok form.
pub trait IntoOption {
    /// The other value.
    type Value;

    /// `Some` of the value if the flag is true.
    fn option(self) -> Option<Self::Value>;
}

/// What was a Go tuple.
pub trait IntoGo {
    /// Go's tuple: the values and the error, or the value and the flag.
    type Tuple;

    /// The values with a nil error or `true`, or zero values with the error or `false`.
    fn into_go(self) -> Self::Tuple;
}

/// What was a Go tuple of several values and an error. A trait of its own, since a tuple is a [`Value`] too.
pub trait IntoGoValues {
    /// The values and the error.
    type Tuple;

    /// The values with a nil error, or zero values with the error.
    fn into_go_values(self) -> Self::Tuple;
}

/// A call that only may fail.
pub trait IntoError {
    /// The error, nil if there was none.
    fn into_error(self) -> GoError;
}

impl IntoResult for GoError {
    type Values = ();

    #[inline]
    fn result(self) -> Result<(), GoError> {
        if self.is_nil() { Ok(()) } else { Err(self) }
    }
}

impl IntoError for Result<(), GoError> {
    #[inline]
    fn into_error(self) -> GoError {
        self.err().unwrap_or_default()
    }
}

impl<T> IntoResult for (T, GoError) {
    type Values = T;

    #[inline]
    fn result(self) -> Result<T, GoError> {
        self.1.result().map(|()| self.0)
    }
}

impl<T: Value> IntoGo for Result<T, GoError> {
    type Tuple = (T, GoError);

    #[inline]
    fn into_go(self) -> (T, GoError) {
        match self {
            Ok(value) => (value, GoError::nil()),
            Err(error) => (T::zero(), error),
        }
    }
}

impl<T> IntoOption for (T, bool) {
    type Value = T;

    #[inline]
    fn option(self) -> Option<T> {
        self.1.then_some(self.0)
    }
}

impl<T: Value> IntoGo for Option<T> {
    type Tuple = (T, bool);

    #[inline]
    fn into_go(self) -> (T, bool) {
        super::comma_ok(self)
    }
}

macro_rules! several {
    ($($T:ident $n:tt),*; $error:tt) => {
        impl<$($T),*> IntoResult for ($($T,)* GoError) {
            type Values = ($($T,)*);

            #[inline]
            fn result(self) -> Result<Self::Values, GoError> {
                self.$error.result().map(|()| ($(self.$n,)*))
            }
        }

        impl<$($T: Value),*> IntoGoValues for Result<($($T,)*), GoError> {
            type Tuple = ($($T,)* GoError);

            #[inline]
            fn into_go_values(self) -> Self::Tuple {
                match self {
                    Ok(values) => ($(values.$n,)* GoError::nil()),
                    Err(error) => ($($T::zero(),)* error),
                }
            }
        }
    };
}

several!(A 0, B 1; 2);
several!(A 0, B 1, C 2; 3);
several!(A 0, B 1, C 2, D 3; 4);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{new_error, str};

    #[test]
    fn results_come_and_go_without_loss() {
        let failed = new_error(str("failed"));
        assert_eq!((1_i64, GoError::nil()).result(), Ok(1));
        assert_eq!((1_i64, failed.clone()).result(), Err(failed.clone()));
        assert_eq!((1_i64, str("a"), GoError::nil()).result(), Ok((1, str("a"))));
        assert_eq!(Ok::<_, GoError>(7_i64).into_go(), (7, GoError::nil()));
        assert_eq!(Err::<i64, _>(failed.clone()).into_go(), (0, failed.clone()));
        let pair: Result<(i64, bool), GoError> = Err(failed.clone());
        assert_eq!(pair.into_go_values(), (0, false, failed));
    }

    #[test]
    fn lone_error_is_nil_when_all_went_well() {
        let failed = new_error(str("failed"));
        assert_eq!(GoError::nil().result(), Ok(()));
        assert!(Ok(()).into_error().is_nil());
        assert_eq!(failed.clone().result().into_error(), failed);
    }

    #[test]
    fn flag_decides_about_value() {
        assert_eq!((3_i64, true).option(), Some(3));
        assert_eq!((3_i64, false).option(), None);
        assert_eq!(Some(3_i64).into_go(), (3, true));
        assert_eq!(None::<i64>.into_go(), (0, false));
    }
}
