//! One goroutine whose result is waited for.
//!
//! - In: a future.
//! - Out: [`spawn`], [`JoinHandle`].
//! - Invariants: a panic is heard of: by who awaits the handle, or, when nobody has the handle any more, as that of any
//!   goroutine. Nobody is woken, and no value dropped, under the lock.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use super::run::{Control, Controlled, Joined, Outcome};
use super::{AbortHandle, JoinError};
use crate::shim::Lock;
use crate::task::{Wait, bubble, count, goroutine, proceed, progress, waiting_on, waker, wakes_same};

/// What a goroutine and its handle share.
pub(crate) struct Slot<T> {
    control: Control,
    stage: Lock<Stage<T>>,
}

enum Stage<T> {
    Running(Option<Waker>),
    /// It runs, and nobody has the handle.
    Detached,
    Over(Result<T, JoinError>),
    Taken,
}

impl<T> Slot<T> {
    pub(crate) fn new(id: u64) -> Arc<Self> {
        Arc::new(Slot {
            control: Control::new(id),
            stage: Lock::new(Stage::Running(None)),
        })
    }
}

impl<T: Send> Controlled for Slot<T> {
    fn control(&self) -> &Control {
        &self.control
    }
}

impl<T: Send> Outcome<T> for Arc<Slot<T>> {
    fn control(&self) -> &Control {
        &self.control
    }

    fn tell(&mut self, result: Result<T, JoinError>) {
        let mut stage = self.stage.lock();
        self.control.set_over();
        if matches!(*stage, Stage::Detached) {
            drop(stage);
            return unheard(result, &self.control);
        }
        let before = std::mem::replace(&mut *stage, Stage::Over(result));
        drop(stage);
        if let Stage::Running(Some(waker)) = before {
            waker.wake();
        }
    }
}

/// What becomes of a result that nobody asks for.
pub(super) fn unheard<T>(result: Result<T, JoinError>, control: &Control) {
    match result {
        Err(error) if !control.is_aborted() => error.unheard(),
        result => drop(result),
    }
}

/// Starts a goroutine whose result can be waited for.
///
/// It runs where [`go`](crate::task::go) would run it. A panic in it is told to who awaits the handle.
///
/// # Panics
/// Outside of the runtime, and of tokio's.
///
/// ```
/// use gort_runtime::task;
/// task::test(async {
///     let sum = task::spawn(async { 1 + 2 });
///     assert_eq!(sum.await.unwrap(), 3);
/// });
/// ```
///
/// # Differences from Go
/// Go's goroutines give nothing back, and nobody else hears of their panics.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    spawn_numbered(future, count::next_id(), Location::caller())
}

/// As [`spawn`], with a number that was given already.
pub(crate) fn spawn_numbered<F>(future: F, id: u64, created: &'static Location<'static>) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let slot = Slot::new(id);
    let joined = Joined::new(future, slot.clone());
    goroutine::start(joined, id, created);
    JoinHandle(slot)
}

/// Waits for a goroutine that [`spawn`] started: a future of its value.
///
/// Dropping it detaches the goroutine, which goes on; a panic that was not told yet is then one as of any goroutine, and ends
/// the process, unless the goroutine was aborted.
///
/// # Cancel safety
/// The result is not lost: who awaits `&mut handle` can do so again.
///
/// # Panics
/// If it is polled after it was ready.
///
/// ```
/// use gort_runtime::task::{self, JoinHandle};
/// task::test(async {
///     let handle: JoinHandle<&str> = task::spawn(async { "done" });
///     match handle.await {
///         Ok(value) => assert_eq!(value, "done"),
///         Err(error) => eprintln!("{error}"),
///     }
/// });
/// ```
pub struct JoinHandle<T>(pub(crate) Arc<Slot<T>>);

impl<T> JoinHandle<T> {
    /// Ends the goroutine: where it waits, or the next time that it does, its future is dropped, and the handle yields an error
    /// for which [`is_cancelled`](JoinError::is_cancelled) holds. If it is over first, nothing happens.
    ///
    /// A goroutine that blocks its thread, in `block_on` or in a loop that awaits nothing, goes on until that is over.
    ///
    /// ```
    /// use gort_runtime::task;
    /// task::test(async {
    ///     let handle = task::spawn(std::future::pending::<()>());
    ///     handle.abort();
    ///     assert!(handle.await.unwrap_err().is_cancelled());
    /// });
    /// ```
    pub fn abort(&self) {
        self.0.control.abort();
    }

    /// Whether the goroutine is over, and awaiting the handle does not wait.
    ///
    /// ```
    /// use gort_runtime::task;
    /// task::test(async {
    ///     let handle = task::spawn(async { 5 });
    ///     while !handle.is_finished() {
    ///         task::gosched().await;
    ///     }
    ///     assert_eq!(handle.await.unwrap(), 5);
    /// });
    /// ```
    pub fn is_finished(&self) -> bool {
        self.0.control.is_over()
    }

    /// The goroutine's number, as [`goroutines`](crate::task::goroutines) and dumps have it.
    ///
    /// ```
    /// use gort_runtime::task;
    /// task::test(async {
    ///     let handle = task::spawn(std::future::pending::<()>());
    ///     assert!(task::goroutines().iter().any(|goroutine| goroutine.id == handle.id()));
    /// });
    /// ```
    pub fn id(&self) -> u64 {
        self.0.control.id()
    }
}

impl<T: Send + 'static> JoinHandle<T> {
    /// Something that aborts the goroutine and can be given to others.
    ///
    /// ```
    /// use gort_runtime::task;
    /// task::test(async {
    ///     let handle = task::spawn(std::future::pending::<()>());
    ///     let abort = handle.abort_handle();
    ///     task::go(async move { abort.abort() });
    ///     assert!(handle.await.is_err());
    /// });
    /// ```
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle(self.0.clone())
    }
}

impl<T: Send + 'static> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        ready!(proceed(cx));
        let mut stage = self.0.stage.lock();
        let before = match &mut *stage {
            Stage::Running(Some(held)) if wakes_same(held, cx.waker()) => None,
            Stage::Running(held) => held.replace(waker(cx.waker())),
            Stage::Over(_) => {
                let over = std::mem::replace(&mut *stage, Stage::Taken);
                drop(stage);
                progress();
                let Stage::Over(result) = over else { unreachable!() };
                return Poll::Ready(result);
            }
            Stage::Taken | Stage::Detached => {
                drop(stage);
                panic!("a handle was polled after it was ready");
            }
        };
        drop(stage);
        drop(before);
        waiting_on(Wait::Join, || self.0.control.is_of(bubble::here()));
        Poll::Pending
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        let mut stage = self.0.stage.lock();
        let after = match &*stage {
            Stage::Running(_) => Stage::Detached,
            Stage::Over(_) | Stage::Taken | Stage::Detached => Stage::Taken,
        };
        let before = std::mem::replace(&mut *stage, after);
        drop(stage);
        if let Stage::Over(result) = before {
            unheard(result, &self.0.control);
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("id", &self.0.control.id()).finish()
    }
}
