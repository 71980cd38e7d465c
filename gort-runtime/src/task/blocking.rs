//! Waiting for a future from synchronous code, and catching what a future panics with.

use crate::shim::process::atomic::{AtomicU8, Ordering::SeqCst};
use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use super::deadlock::External;
use super::local;

const RUNNING: u8 = 0;
const PARKED: u8 = 1;
const NOTIFIED: u8 = 2;

/// A thread that runs a future by itself. It is announced to the deadlock judge while it runs, not while it waits:
/// whoever wakes it announces it again first.
struct Parker {
    state: AtomicU8,
    thread: Thread,
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.state.swap(NOTIFIED, SeqCst) == PARKED {
            std::mem::forget(External::new());
            self.thread.unpark();
        }
    }
}

/// Waits for a future from synchronous code, on this thread; the runtime gets another for its other work.
///
/// # Panics
/// Where `future` panics.
pub fn block_on<F: Future>(future: F) -> F::Output {
    // Before the worker is handed to another thread, which may find nothing to do and park before this one goes on.
    announce(External::new());
    match tokio::runtime::Handle::try_current() {
        Ok(_) => tokio::task::block_in_place(|| drive(future)),
        Err(_) => drive(future),
    }
}

fn drive<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let parker = Arc::new(Parker {
        state: AtomicU8::new(RUNNING),
        thread: std::thread::current(),
    });
    let waker = Waker::from(parker.clone());
    let mut context = Context::from_waker(&waker);
    let _retract = RetractOutsideGoroutines;
    loop {
        parker.state.store(RUNNING, SeqCst);
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        if parker.state.compare_exchange(RUNNING, PARKED, SeqCst, SeqCst).is_ok() {
            drop(retract());
            while parker.state.load(SeqCst) == PARKED {
                std::thread::park();
            }
            // Whoever woke this thread announced it.
            announce(External::adopt());
        }
    }
}

/// Keeps the announcement of this thread with the goroutine, which retracts it when it is on a worker again.
fn announce(external: External) {
    // One announcement is enough: a second is dropped.
    drop(local::with(|local| local.off_worker().replace(Some(external))));
}

fn retract() -> Option<External> {
    local::with(|local| local.off_worker().take())
}

/// Threads outside of goroutines are not announced any longer when `block_on` is over.
struct RetractOutsideGoroutines;

impl Drop for RetractOutsideGoroutines {
    fn drop(&mut self) {
        if local::with(|local| local.id) == 0 {
            drop(retract());
        }
    }
}

pin_project_lite::pin_project! {
    /// A future that yields the payload when the inner one panics.
    pub(crate) struct CatchUnwind<F> {
        #[pin]
        future: F,
    }
}

impl<F> CatchUnwind<F> {
    pub(crate) fn new(future: F) -> Self {
        CatchUnwind { future }
    }
}

impl<F: Future> Future for CatchUnwind<F> {
    type Output = Result<F::Output, Box<dyn Any + Send>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let future = self.project().future;
        match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(polled) => polled.map(Ok),
            Err(payload) => Poll::Ready(Err(payload)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocking_waits() {
        crate::task::test(async {
            let (send, receive) = tokio::sync::oneshot::channel();
            crate::task::go(async move {
                crate::task::gosched().await;
                let _ = send.send(5);
            });
            assert_eq!(block_on(receive), Ok(5));
        });
        assert_eq!(block_on(async { 3 }), 3);
    }

    #[test]
    fn a_synchronous_part_may_do_more_than_a_goroutine_does_in_one_go() {
        crate::task::test(async {
            let c: crate::chan::Chan<u32> = crate::chan::Chan::make(1);
            let (send, receive) = tokio::sync::oneshot::channel();
            crate::task::go(async move {
                block_on(async {
                    for i in 0..1000 {
                        c.send(i).await;
                        assert_eq!(c.recv().await, Some(i));
                    }
                });
                let _ = send.send(());
            });
            assert_eq!(receive.await, Ok(()));
        });
    }
}
