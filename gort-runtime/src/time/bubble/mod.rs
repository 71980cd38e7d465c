//! Goroutines with a time of their own, for tests: Go's `testing/synctest`.
//!
//! [`run`] runs a goroutine in a *bubble*. What it starts belongs to the bubble too, and so do the channels, timers, tickers and
//! contexts that are made in it. The bubble's time begins at midnight UTC of 2000-01-01 and moves only when nobody in the bubble
//! can do anything, and then at once to the next time at which somebody can; so a test that sleeps for an hour takes no time, and
//! always sees the same order of events.
//!
//! ```
//! use gort_runtime::time::{bubble, native};
//! use gort_runtime::task;
//! use std::time::Duration;
//!
//! task::test(bubble::run(async {
//!     let start = native::now();
//!     task::go(async move {
//!         native::sleep(Duration::from_secs(1)).await;
//!         assert_eq!(native::now() - start, Duration::from_secs(1));
//!     });
//!     // The goroutine above goes on before this one.
//!     native::sleep(Duration::from_secs(3600)).await;
//!     assert_eq!(native::now() - start, Duration::from_secs(3600));
//! }));
//! ```
//!
//! A goroutine is *durably blocked* if only another goroutine of its bubble, or the bubble's time, can let it go on. When all are,
//!
//! - [`wait`] returns, if one has called it;
//! - else the time moves to when at least one goes on, if there is such a time and the main goroutine of the bubble is not over;
//! - else there is a deadlock, and [`run`] panics.
//!
//! These block durably: sending to and receiving from a channel made in the bubble, a `select!` over such channels only or of
//! none, nil channels, `Cond`s, a `WaitGroup` whose count was raised in the bubble and groups made of one, semaphores, barriers,
//! joining a goroutine of the bubble, and sleeping; also from synchronous code, in [`block_on`](crate::task::block_on).
//!
//! These do not, as somebody outside may end the wait: locks, I/O, channels made outside, and whatever waits by means that are not
//! this crate's, such as tokio's sleep and channels, or combinators with wakers of their own such as `FuturesUnordered`. While a
//! goroutine waits for one of these the time stands still.
//!
//! What was made in a bubble is not to be used outside: operations on its channels, timers and tickers panic there. `Instant::now`
//! knows nothing of bubbles, [`native::now`](super::native::now) does; so do all of `time` and `context`.
//!
//! # Differences from Go
//! What ends the process in Go ("… from outside bubble") is a panic here, of who does it, or, if a waiting goroutine was woken so,
//! of [`run`]. Goroutines that are left when [`run`] panics stay as they are.
//!
//! - In: a future, which becomes the main goroutine of a bubble.
//! - Out: [`run`], [`wait`].
//! - Invariants: those of the bubble's state (`state.rs`). Who runs the bubble is outside of it, and acts only while nobody inside
//!   can.

use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{Location, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::panic::go_panic_plain;
use crate::task::{self, JoinError, JoinHandle, Wait, bubble, waiting, waker, wakes_same};

mod clock;
#[cfg(all(test, gort_loom))]
mod models;
mod state;

pub(crate) use clock::Sleeper;
pub(crate) use state::Bubble;
use state::Waiter;

/// Runs a goroutine in a new bubble, waits until all goroutines of the bubble are over, and gives what the first one returned:
/// `synctest.Test`.
///
/// # Panics
/// - With what the bubble's main goroutine panicked, at once. (That of another one ends the process, as always.)
/// - With Go's `deadlock: all goroutines in bubble are blocked`, or `deadlock: main bubble goroutine has exited but blocked
///   goroutines remain`, when nobody can go on; the goroutines are told on standard error.
/// - In a bubble, and outside of a [scheduler of ours](crate::task::test).
///
/// # Cancel safety
/// Dropped before it is ready, it aborts the main goroutine; others stay as they are, and the bubble's time stands still.
///
/// # Differences from Go
/// A goroutine is run, not a function of a test.
///
/// ```
/// use gort_runtime::{chan::Chan, task, time::{bubble, native}};
/// use std::time::Duration;
///
/// task::test(async {
///     let timed_out = bubble::run(async {
///         let never: Chan<i32> = Chan::make(0);
///         never.recv_timeout(Duration::from_secs(24 * 3600)).await.is_err()
///     });
///     assert!(timed_out.await);
/// });
/// ```
#[track_caller]
pub fn run<F>(future: F) -> Run<F>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    Run {
        future: Some(future),
        created: Location::caller(),
        main: Main::None,
        bubble: None,
    }
}

/// What [`run`] returns.
///
/// ```
/// use gort_runtime::{task, time::bubble};
/// task::test(async {
///     let run = bubble::run(async { 5 });
///     assert_eq!(run.await, 5);
/// });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Run<F: Future> {
    future: Option<F>,
    created: &'static Location<'static>,
    main: Main<F::Output>,
    bubble: Option<Arc<Bubble>>,
}

/// The main goroutine of a bubble.
enum Main<T> {
    None,
    Runs(JoinHandle<T>),
    Over(Result<T, JoinError>),
}

// Nothing in it is pinned: the future is moved into its goroutine.
impl<F: Future> Unpin for Run<F> {}

impl<F: Future> fmt::Debug for Run<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Run")
    }
}

impl<F> Run<F>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    fn begin(&mut self, future: F) {
        if bubble::here() != 0 {
            go_panic_plain("synctest.Run called from within a synctest bubble");
        }
        assert!(
            task::has_scheduler(),
            "a bubble needs a scheduler: that of `task::main` or `task::test`"
        );
        let bubble = Bubble::new();
        let id = task::next_id();
        bubble.inner.lock().main = id;
        let main = clock::within(&bubble, || task::spawn_numbered(future, id, self.created));
        self.main = Main::Runs(main);
        self.bubble = Some(bubble);
    }

    /// Looks whether the main goroutine is over.
    fn poll_main(&mut self, cx: &mut Context<'_>) {
        let Main::Runs(handle) = &mut self.main else { return };
        let Poll::Ready(result) = Pin::new(handle).poll(cx) else {
            return;
        };
        match result.map_err(JoinError::try_into_panic) {
            Ok(value) => self.main = Main::Over(Ok(value)),
            Err(Err(error)) => self.main = Main::Over(Err(error)),
            Err(Ok(payload)) => {
                self.main = Main::None;
                resume_unwind(payload)
            }
        }
    }

    fn over(&mut self) -> F::Output {
        if let Some(bubble) = self.bubble.take() {
            bubble.forget();
        }
        match std::mem::replace(&mut self.main, Main::None) {
            Main::Over(Ok(value)) => value,
            Main::Over(Err(error)) if error.is_goexit() => task::goexit(),
            _ => panic!("the main goroutine of a bubble was cancelled"),
        }
    }
}

impl<F> Future for Run<F>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        /// So many steps of the time are made in one go.
        const STEPS: usize = 64;
        if let Some(future) = self.future.take() {
            self.begin(future);
        }
        self.poll_main(cx);
        let Some(bubble) = self.bubble.clone() else {
            panic!("a bubble was polled after it was over");
        };
        for _ in 0..STEPS {
            match bubble.step(cx) {
                Step::Made => {}
                Step::Wait => {
                    waiting(Wait::SynctestRun);
                    return Poll::Pending;
                }
                // Its result is told before the goroutine is counted as over.
                Step::Over => {
                    self.poll_main(cx);
                    return match self.main {
                        Main::Over(_) => Poll::Ready(self.over()),
                        _ => Poll::Pending,
                    };
                }
                Step::Stuck(text) => {
                    eprintln!("{text}\n\n{}", task::dump_of_bubble(bubble.number));
                    go_panic_plain(text)
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<F: Future> Drop for Run<F> {
    fn drop(&mut self) {
        if let Some(bubble) = self.bubble.take() {
            bubble.forget();
        }
        if let Main::Runs(main) = &self.main {
            main.abort();
        }
    }
}

/// What who runs a bubble has done, or has to do.
enum Step {
    /// Something: there may be more.
    Made,
    /// Some goroutine can go on.
    Wait,
    /// No goroutine is left.
    Over,
    Stuck(&'static str),
}

impl Bubble {
    /// Does what is next when no goroutine can do anything.
    fn step(&self, cx: &Context<'_>) -> Step {
        let mut inner = self.inner.lock();
        if let Some(text) = inner.broken {
            return Step::Stuck(text);
        }
        if inner.running > 0 {
            let before = match &mut inner.driver {
                Some(held) if wakes_same(held, cx.waker()) => None,
                held => held.replace(waker(cx.waker())),
            };
            drop(inner);
            drop(before);
            return Step::Wait;
        }
        if inner.total == 0 {
            return Step::Over;
        }
        let next = inner.due.first_key_value().map(|(key, _)| key.0);
        let due = next.is_some_and(|next| next <= self.elapsed());
        // One that was let go on, and has not asked again, may itself wait for the time.
        if !due && let Some(waiter) = inner.waiter.as_mut().filter(|waiter| !waiter.released) {
            waiter.released = true;
            let waker = waiter.waker.take();
            drop(inner);
            clock::within(self, || waker.map(Waker::wake));
            return Step::Made;
        }
        match next {
            Some(next) if due || !inner.main_over => self.set_elapsed(next.max(self.elapsed())),
            _ if inner.main_over => {
                return Step::Stuck("deadlock: main bubble goroutine has exited but blocked goroutines remain");
            }
            _ => return Step::Stuck("deadlock: all goroutines in bubble are blocked"),
        }
        drop(inner);
        clock::within(self, || self.fire());
        Step::Made
    }
}

/// Waits until all other goroutines of this bubble are durably blocked, or over: `synctest.Wait`.
///
/// # Panics
/// With Go's texts outside of a bubble, and if another goroutine of the bubble waits already.
///
/// # Cancel safety
/// Cancelling it has no effect.
///
/// ```
/// use gort_runtime::{task, time::bubble};
/// use std::sync::{Arc, atomic::{AtomicBool, Ordering::Relaxed}};
///
/// task::test(bubble::run(async {
///     let done = Arc::new(AtomicBool::new(false));
///     let sets = done.clone();
///     task::go(async move { sets.store(true, Relaxed) });
///     bubble::wait().await;
///     assert!(done.load(Relaxed));
/// }));
/// ```
pub async fn wait() {
    let waits = Waits::enter();
    poll_fn(|cx| waits.0.poll_waiter(cx)).await;
}

/// The right to wait in a bubble, which one goroutine has at a time.
struct Waits(Arc<Bubble>);

impl Waits {
    fn enter() -> Self {
        let Some(bubble) = Bubble::current() else {
            go_panic_plain("goroutine is not in a bubble");
        };
        let mut inner = bubble.inner.lock();
        if inner.waiter.is_some() {
            drop(inner);
            go_panic_plain("wait already in progress");
        }
        inner.waiter = Some(Waiter::default());
        drop(inner);
        Waits(bubble)
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        let left = self.0.inner.lock().waiter.take();
        drop(left);
    }
}

impl Bubble {
    fn poll_waiter(&self, cx: &Context<'_>) -> Poll<()> {
        let mut inner = self.inner.lock();
        let before = match &mut inner.waiter {
            None => return Poll::Ready(()),
            Some(waiter) if waiter.released => return Poll::Ready(()),
            Some(waiter) => waiter.waker.replace(waker(cx.waker())),
        };
        drop(inner);
        drop(before);
        waiting(Wait::SynctestWait);
        Poll::Pending
    }
}

/// Whether the running goroutine belongs to a bubble.
///
/// ```
/// use gort_runtime::{task, time::bubble};
/// task::test(async {
///     assert!(!bubble::is_inside());
///     bubble::run(async { assert!(bubble::is_inside()) }).await;
/// });
/// ```
pub fn is_inside() -> bool {
    bubble::here() != 0
}
