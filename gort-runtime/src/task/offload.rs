//! Calls that block their thread, away from the threads of goroutines.
//!
//! - In: a function.
//! - Out: [`blocking`], a future of its result.
//! - Invariants: while it runs it is announced to the deadlock judge; after that the future's waker, which tokio holds, is what the
//!   judge sees.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::External;

/// Runs a function that blocks its thread, such as a long computation or a call into another library, on a thread kept for such
/// calls, and gives what it returns. It begins at once; other goroutines go on meanwhile.
///
/// The threads are those of the tokio runtime that surrounds the caller: at most 10,000 with [`main`](super::main), as in Go; calls
/// beyond that wait for one to be free.
///
/// # Panics
/// Outside of any runtime; when it is awaited, with what the function panicked; or when the runtime is shut down before the
/// function could begin.
///
/// # Cancel safety
/// Dropped before it is ready, the function goes on to its end, and its result is dropped.
///
/// # Differences from Go
/// In Go every call may block: the scheduler notices, and takes the processor away from its thread.
///
/// ```
/// use gort_runtime::task;
/// use std::time::Duration;
/// task::test(async {
///     let slow = task::blocking(|| {
///         std::thread::sleep(Duration::from_millis(5));
///         6 * 7
///     });
///     assert_eq!(slow.await, 42);
/// });
/// ```
#[track_caller]
pub fn blocking<T: Send + 'static>(function: impl FnOnce() -> T + Send + 'static) -> Blocking<T> {
    let announced = External::new();
    Blocking(tokio::task::spawn_blocking(move || {
        let _announced = announced;
        function()
    }))
}

/// What [`blocking`] returns.
///
/// ```
/// use gort_runtime::task::{self, Blocking};
/// task::test(async {
///     let call: Blocking<&str> = task::blocking(|| "done");
///     assert_eq!(call.await, "done");
/// });
/// ```
#[derive(Debug)]
#[must_use = "the function runs whether or not this is awaited, but its result and panics are seen only so"]
pub struct Blocking<T>(tokio::task::JoinHandle<T>);

impl<T> Future for Blocking<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        Pin::new(&mut self.0).poll(cx).map(|result| match result {
            Ok(value) => value,
            Err(error) => match error.try_into_panic() {
                Ok(payload) => resume_unwind(payload),
                Err(error) => panic!("a blocking call could not begin: {error}"),
            },
        })
    }
}
