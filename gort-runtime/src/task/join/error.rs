//! Why a goroutine gave no value.
//!
//! - In: how a goroutine ended that [`spawn`](crate::task::spawn) or a [`JoinSet`](crate::task::JoinSet) started.
//! - Out: [`JoinError`].
//! - Invariants: what it panicked with is kept as it is, and given out once.

use std::any::Any;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::panic::{is_goexit, payload_text};
use crate::task::goroutine;
use crate::task::trace;

/// Why a goroutine that was joined gave no value: it panicked, it was aborted, or it ended by [`goexit`](crate::task::goexit).
///
/// ```
/// use gort_runtime::task;
///
/// task::test(async {
///     let error = task::spawn(async { panic!("too hot") }).await.unwrap_err();
///     assert!(error.is_panic() && !error.is_cancelled());
///     assert!(error.to_string().ends_with("panicked: too hot"));
/// });
/// ```
pub struct JoinError {
    id: u64,
    why: Why,
}

enum Why {
    Cancelled,
    Goexit,
    /// In a lock that is never waited for, since a payload may be one that threads cannot share.
    Panic(Mutex<Box<dyn Any + Send>>),
}

impl JoinError {
    pub(super) fn cancelled(id: u64) -> Self {
        JoinError {
            id,
            why: Why::Cancelled,
        }
    }

    pub(super) fn unwound(id: u64, payload: Box<dyn Any + Send>) -> Self {
        trace::panicked(&*payload);
        let why = if is_goexit(&*payload) {
            Why::Goexit
        } else {
            Why::Panic(Mutex::new(payload))
        };
        JoinError { id, why }
    }

    /// Nobody will hear of it any more: a panic ends the process, as that of any goroutine.
    #[cold]
    pub(super) fn unheard(self) {
        // Another panic is on its way that will be told.
        if std::thread::panicking() {
            return;
        }
        let id = self.id;
        if let Ok(payload) = self.try_into_panic() {
            goroutine::ended(payload, id);
        }
    }

    /// The goroutine's number.
    ///
    /// ```
    /// use gort_runtime::task;
    /// task::test(async {
    ///     let handle = task::spawn(async { task::goexit() });
    ///     let id = handle.id();
    ///     assert_eq!(handle.await.unwrap_err().id(), id);
    /// });
    /// ```
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Whether the goroutine was aborted, or dropped with the scheduler that ran it.
    ///
    /// ```
    /// use gort_runtime::task;
    /// task::test(async {
    ///     let handle = task::spawn(std::future::pending::<()>());
    ///     handle.abort();
    ///     assert!(handle.await.unwrap_err().is_cancelled());
    /// });
    /// ```
    pub fn is_cancelled(&self) -> bool {
        matches!(self.why, Why::Cancelled)
    }

    /// Whether the goroutine ended by [`goexit`](crate::task::goexit).
    ///
    /// ```
    /// use gort_runtime::task;
    /// task::test(async {
    ///     let exits = task::spawn(async { task::goexit() });
    ///     assert!(exits.await.unwrap_err().is_goexit());
    /// });
    /// ```
    pub fn is_goexit(&self) -> bool {
        matches!(self.why, Why::Goexit)
    }

    /// Whether the goroutine panicked.
    ///
    /// ```
    /// use gort_runtime::task;
    /// task::test(async {
    ///     let panics = task::spawn(async { panic!("too hot") });
    ///     assert!(panics.await.unwrap_err().is_panic());
    /// });
    /// ```
    pub fn is_panic(&self) -> bool {
        matches!(self.why, Why::Panic(_))
    }

    /// What the goroutine panicked with, for `std::panic::resume_unwind`.
    ///
    /// # Panics
    /// If it did not panic.
    ///
    /// ```
    /// use gort_runtime::task;
    /// task::test(async {
    ///     let panics = task::spawn(async { std::panic::panic_any(5_u32) });
    ///     let payload = panics.await.unwrap_err().into_panic();
    ///     assert_eq!(payload.downcast_ref(), Some(&5_u32));
    /// });
    /// ```
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn Any + Send> {
        match self.try_into_panic() {
            Ok(payload) => payload,
            Err(error) => panic!("this is no panic: {error}"),
        }
    }

    /// What the goroutine panicked with.
    ///
    /// # Errors
    /// With this if it did not panic.
    ///
    /// ```
    /// use gort_runtime::task;
    /// task::test(async {
    ///     let exits = task::spawn(async { task::goexit() });
    ///     let error = exits.await.unwrap_err();
    ///     assert!(error.try_into_panic().unwrap_err().is_goexit());
    /// });
    /// ```
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send>, Self> {
        match self.why {
            Why::Panic(payload) => Ok(payload.into_inner().unwrap_or_else(PoisonError::into_inner)),
            why => Err(JoinError { id: self.id, why }),
        }
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "goroutine {} ", self.id)?;
        match &self.why {
            Why::Cancelled => f.write_str("was cancelled"),
            Why::Goexit => f.write_str("ended by `Goexit`"),
            Why::Panic(payload) => {
                let payload = payload.lock().unwrap_or_else(PoisonError::into_inner);
                write!(f, "panicked: {}", payload_text(&**payload))
            }
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinError({self})")
    }
}

impl std::error::Error for JoinError {}
