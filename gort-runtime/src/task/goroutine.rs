//! A goroutine as a future: it carries its [`Local`] state, and ends the process when it panics.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::local::{self, Local};
use super::{count, deadlock};

pin_project_lite::pin_project! {
    pub(super) struct Goroutine<F> {
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
    #[inline]
    pub(super) fn new(future: F) -> Self {
        Self::with_id(future, count::next_id())
    }

    #[inline]
    pub(super) fn with_id(future: F, id: u64) -> Self {
        count::started();
        Goroutine {
            local: Local::new(id),
            live: Live,
            future,
        }
    }
}

impl<F: Future<Output = ()>> Future for Goroutine<F> {
    /// Whether it ended by returning, and not by `Goexit`.
    type Output = bool;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let this = self.project();
        drop(this.local.off_worker().take());
        let entered = local::enter(this.local);
        let polled = catch_unwind(AssertUnwindSafe(|| this.future.poll(cx)));
        drop(entered);
        match polled {
            Ok(Poll::Pending) => {
                if this.local.id == 1 {
                    deadlock::main_waits(this.local.wait());
                }
                let off_worker = this.local.off_worker().take();
                if off_worker.is_some() {
                    this.local.off_worker().set(off_worker);
                    // This thread has lost its place as a worker, and may yet have to requeue this goroutine, so it
                    // stays announced until the goroutine is polled by a worker.
                    cx.waker().wake_by_ref();
                }
                Poll::Pending
            }
            Ok(Poll::Ready(())) => Poll::Ready(true),
            Err(payload) => {
                ended(payload, this.local.id);
                Poll::Ready(false)
            }
        }
    }
}

/// Ends the process unless the goroutine ended by `Goexit`.
#[cold]
fn ended(payload: Box<dyn Any + Send>, id: u64) {
    #[cfg(feature = "value")]
    match crate::panic::Unwinding::from_payload(payload) {
        crate::panic::Unwinding::Panic(panic) => crate::panic::die(&panic, id),
        crate::panic::Unwinding::Goexit => {}
    }
    #[cfg(not(feature = "value"))]
    if !payload.is::<Goexit>() {
        let text = match (
            payload.downcast_ref::<crate::panic::PlainPanic>(),
            payload.downcast_ref::<String>(),
        ) {
            (Some(panic), _) => &*panic.message,
            (_, Some(text)) => text,
            _ => payload.downcast_ref::<&str>().copied().unwrap_or("Rust panic"),
        };
        super::flush();
        eprintln!("panic: {text}\n\ngoroutine {id} [running]:");
        std::process::exit(2);
    }
}

#[cfg(not(feature = "value"))]
struct Goexit;

/// Starts a goroutine.
///
/// # Panics
/// Outside of the runtime. A panic inside the goroutine ends the process, as in Go.
#[inline]
pub fn go(future: impl Future<Output = ()> + Send + 'static) {
    drop(tokio::spawn(Spawned {
        goroutine: Goroutine::new(future),
    }));
}

/// As [`go`], on a runtime that is not the thread's.
#[cfg(feature = "value")]
pub(crate) fn go_on(runtime: &tokio::runtime::Handle, future: impl Future<Output = ()> + Send + 'static) {
    drop(runtime.spawn(Spawned {
        goroutine: Goroutine::new(future),
    }));
}

pin_project_lite::pin_project! {
    /// A goroutine of which nobody asks how it ended. (An `async` block would take its place twice.)
    struct Spawned<F> {
        #[pin]
        goroutine: Goroutine<F>,
    }
}

impl<F: Future<Output = ()>> Future for Spawned<F> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.project().goroutine.poll(cx));
        Poll::Ready(())
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
    std::panic::resume_unwind(Box::new(Goexit))
}
