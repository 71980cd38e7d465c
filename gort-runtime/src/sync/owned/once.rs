//! Functions that do their work once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::Mutex;
use crate::sync::Once;
use crate::sync::relay::Relay;

/// Go's `sync.OnceFunc`: a function that calls `f` the first time only.
///
/// # Panics
/// Each call panics as `f` did, if it did.
///
/// ```
/// use gort_runtime::sync::owned::once_func;
/// let hello = once_func(|| println!("printed once"));
/// hello();
/// hello();
/// ```
pub fn once_func(f: impl FnOnce() + Send) -> impl Fn() + Clone + Send + Sync {
    once_value(f)
}

/// Go's `sync.OnceValue`, and with a tuple `sync.OnceValues`: a function that gives what `f` returned the first time.
///
/// Who calls it while `f` runs waits for that.
///
/// # Panics
/// Each call panics as `f` did, if it did.
///
/// ```
/// use gort_runtime::sync::owned::once_value;
/// let answer = once_value(|| (6 * 7, "computed once"));
/// assert_eq!(answer(), answer());
/// ```
pub fn once_value<T: Clone + Send>(f: impl FnOnce() -> T + Send) -> impl Fn() -> T + Clone + Send + Sync {
    let once = Arc::new((Once::default(), Mutex::new(Some(f)), Mutex::new(None)));
    move || {
        let (once, f, result) = &*once;
        once.do_borrowing(|| {
            let Some(f) = f.lock().take() else { return };
            let made = catch_unwind(AssertUnwindSafe(f)).map_err(Relay::new);
            *result.lock() = Some(made);
        });
        let made = result.get();
        match made {
            Some(Ok(value)) => value,
            Some(Err(relay)) => relay.raise(),
            None => unreachable!("the first call leaves a result"),
        }
    }
}
