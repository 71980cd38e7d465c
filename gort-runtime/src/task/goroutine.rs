//! A goroutine as a future: it carries its [`Local`] state, and ends the process when it panics.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::local::{self, Local};
use super::run::MAIN_ID;
#[cfg(feature = "time")]
use super::scheduler::Scheduler;
use super::{count, deadlock, scheduler};

pin_project_lite::pin_project! {
    /// A goroutine as a task of tokio's, where the thread belongs to none of our schedulers.
    struct Goroutine<F> {
        local: Local,
        live: Live,
        #[pin]
        future: F,
    }
}

/// Counts a goroutine from its start to its end.
struct Live;

impl Drop for Live {
    fn drop(&mut self) {
        count::ended();
    }
}

impl<F: Future<Output = ()>> Goroutine<F> {
    fn new(future: F, id: u64) -> Self {
        count::started();
        Goroutine {
            local: Local::new(id),
            live: Live,
            future,
        }
    }
}

impl<F: Future<Output = ()>> Future for Goroutine<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        drop(this.local.off_worker().take());
        let entered = local::enter(this.local);
        let polled = catch_unwind(AssertUnwindSafe(|| this.future.poll(cx)));
        drop(entered);
        match polled {
            Ok(Poll::Pending) => {
                let off_worker = this.local.off_worker().take();
                if off_worker.is_some() {
                    this.local.off_worker().set(off_worker);
                    // This thread has lost its place as a worker, and may yet have to requeue this goroutine, so it
                    // stays announced until the goroutine is polled by a worker.
                    cx.waker().wake_by_ref();
                }
                Poll::Pending
            }
            Ok(Poll::Ready(())) => Poll::Ready(()),
            Err(payload) => {
                ended(payload, this.local.id);
                Poll::Ready(())
            }
        }
    }
}

/// Ends the process unless the goroutine ended by `Goexit`.
#[cold]
pub(super) fn ended(payload: Box<dyn Any + Send>, id: u64) {
    #[cfg(feature = "value")]
    match crate::panic::Unwinding::from_payload(payload) {
        crate::panic::Unwinding::Panic(panic) => crate::panic::die(&panic, id),
        crate::panic::Unwinding::Goexit => {}
    }
    #[cfg(not(feature = "value"))]
    if !crate::panic::is_goexit(&*payload) {
        super::flush();
        let text = crate::panic::payload_text(&*payload);
        eprintln!("panic: {text}\n\ngoroutine {id} [running]:");
        std::process::exit(2);
    }
    if id == MAIN_ID {
        deadlock::main_gone();
    }
}

/// Starts a goroutine.
///
/// On a thread of [`main`](super::main) or [`test`](super::test) our scheduler runs it, on any other thread of a tokio runtime
/// that runtime does, as one of its tasks.
///
/// # Panics
/// Outside of both. A panic inside the goroutine ends the process, as in Go.
#[inline]
#[track_caller]
pub fn go(future: impl Future<Output = ()> + Send + 'static) {
    start(future, count::next_id(), Location::caller());
}

/// As [`go`], with a number that was given already.
#[inline]
pub(super) fn start(future: impl Future<Output = ()> + Send + 'static, id: u64, created: &'static Location<'static>) {
    match scheduler::current() {
        Some(scheduler) => scheduler.spawn(future, id, created),
        None => drop(tokio::spawn(Goroutine::new(future, id))),
    }
}

/// Where a thread starts goroutines, for other threads to do so too.
#[cfg(feature = "time")]
pub(crate) struct Home(Place);

#[cfg(feature = "time")]
enum Place {
    Scheduler(&'static Scheduler),
    Tokio(tokio::runtime::Handle),
}

#[cfg(feature = "time")]
impl Home {
    /// That of this thread.
    ///
    /// # Panics
    /// Outside of the runtime, and of tokio's.
    pub(crate) fn current() -> Self {
        Home(scheduler::current().map_or_else(|| Place::Tokio(tokio::runtime::Handle::current()), Place::Scheduler))
    }

    /// As [`go`], there.
    #[track_caller]
    pub(crate) fn go(&self, future: impl Future<Output = ()> + Send + 'static) {
        match &self.0 {
            Place::Scheduler(scheduler) => scheduler.spawn(future, count::next_id(), Location::caller()),
            Place::Tokio(runtime) => drop(runtime.spawn(Goroutine::new(future, count::next_id()))),
        }
    }
}

/// Lets other goroutines run: `runtime.Gosched`.
///
/// # Cancel safety
/// Cancelling it has no effect.
pub async fn gosched() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Lets other goroutines run if this one and others are in each other's way all the time: what waits for what another thread
/// holds asks before it does.
#[cfg(feature = "sync")]
#[inline]
pub(crate) async fn make_way(lock: usize, passes: u32, hot: u64) {
    if super::scheduler::crowded(lock, passes, hot) {
        gosched().await;
    }
}

/// Lets other goroutines run from time to time: what long loops call, as nothing preempts them.
///
/// # Cancel safety
/// Cancelling it has no effect.
#[inline]
pub fn yield_point() -> YieldPoint {
    YieldPoint(())
}

/// What [`yield_point`] returns.
#[must_use = "futures do nothing unless awaited"]
pub struct YieldPoint(());

impl Future for YieldPoint {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(local::proceed(cx));
        local::progress();
        Poll::Ready(())
    }
}

/// The number of goroutines: `runtime.NumGoroutine`.
pub fn num_goroutine() -> i64 {
    count::live()
}

/// Ends the goroutine after its deferred calls: `runtime.Goexit`.
pub fn goexit() -> ! {
    #[cfg(feature = "value")]
    crate::panic::Unwinding::Goexit.resume();
    #[cfg(not(feature = "value"))]
    std::panic::resume_unwind(Box::new(crate::panic::Goexit))
}
