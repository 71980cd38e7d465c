//! Waiting for a future, or for whatever a function waits for, from synchronous code, and catching what a future panics with.
#![allow(unsafe_code)]

use crate::shim::atomic::{AtomicU8, AtomicUsize, Ordering::SeqCst};
use crate::shim::thread::{self, Thread};
use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use super::deadlock::External;
use super::local::Local;
use super::{bubble, local, scheduler};

const RUNNING: u8 = 0;
const NOTIFIED: u8 = 1;
const PARKED: u8 = 2;
/// Parked, and only the bubble can wake it.
const PARKED_DURABLY: u8 = 4;
/// Whoever woke it has told so, and it goes on.
const TOLD: u8 = 8;

/// A thread that runs a future by itself. It is announced to the deadlock judge while it runs, not while it waits:
/// whoever wakes it announces it again first. While code outside this crate has a waker, it stays announced.
struct Parker {
    state: AtomicU8,
    /// How many wakers are in the hands of code outside this crate.
    foreign: AtomicUsize,
    /// That of the goroutine.
    bubble: bubble::Number,
    thread: Thread,
}

impl Parker {
    fn wake(&self) {
        let before = self.state.fetch_or(NOTIFIED, SeqCst);
        if before == PARKED || before == PARKED_DURABLY {
            std::mem::forget(External::new());
            if before == PARKED_DURABLY {
                bubble::unparked(self.bubble);
            }
            // Not before: it could park again meanwhile, and be taken for waiting while it is not counted as running.
            self.state.fetch_or(TOLD, SeqCst);
            self.thread.unpark();
        }
    }

    /// A waker to lend to a future that is polled.
    fn lent(self: &Arc<Self>) -> Waker {
        let parker = Arc::into_raw(self.clone()).cast();
        // SAFETY: the tables below count references of the `Arc`.
        unsafe { Waker::from_raw(RawWaker::new(parker, &LENT)) }
    }
}

static LENT: RawWakerVTable = RawWakerVTable::new(clone_foreign, wake_own, wake_by_ref, drop_own);
static FOREIGN: RawWakerVTable = RawWakerVTable::new(clone_foreign, wake_foreign, wake_by_ref, drop_foreign);
static OWN: RawWakerVTable = RawWakerVTable::new(clone_own, wake_own, wake_by_ref, drop_own);

unsafe fn clone_foreign(data: *const ()) -> RawWaker {
    // SAFETY: the waker holds a reference.
    unsafe {
        (*data.cast::<Parker>()).foreign.fetch_add(1, SeqCst);
        Arc::increment_strong_count(data.cast::<Parker>());
    }
    RawWaker::new(data, &FOREIGN)
}

unsafe fn clone_own(data: *const ()) -> RawWaker {
    // SAFETY: the waker holds a reference.
    unsafe { Arc::increment_strong_count(data.cast::<Parker>()) };
    RawWaker::new(data, &OWN)
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: the waker holds a reference.
    unsafe { &*data.cast::<Parker>() }.wake();
}

unsafe fn wake_own(data: *const ()) {
    // SAFETY: the waker gives its reference up.
    unsafe { Arc::from_raw(data.cast::<Parker>()) }.wake();
}

unsafe fn wake_foreign(data: *const ()) {
    // SAFETY: the waker gives its reference up.
    let parker = unsafe { Arc::from_raw(data.cast::<Parker>()) };
    parker.wake();
    parker.foreign.fetch_sub(1, SeqCst);
}

unsafe fn drop_own(data: *const ()) {
    // SAFETY: the waker gives its reference up.
    drop(unsafe { Arc::from_raw(data.cast::<Parker>()) });
}

unsafe fn drop_foreign(data: *const ()) {
    // SAFETY: the waker gives its reference up.
    let parker = unsafe { Arc::from_raw(data.cast::<Parker>()) };
    parker.foreign.fetch_sub(1, SeqCst);
}

/// A waker for this crate's own primitives, of which the deadlock judge knows.
pub(super) fn waker(of: &Waker) -> Waker {
    if !std::ptr::eq(of.vtable(), &LENT) {
        return of.clone();
    }
    // SAFETY: a lent waker holds a reference, and the new one gets one of its own.
    unsafe { Waker::from_raw(clone_own(of.data())) }
}

/// Whether [`waker`] made it of one that was lent.
pub(super) fn is_own(waker: &Waker) -> bool {
    std::ptr::eq(waker.vtable(), &OWN)
}

/// Waits for a future from synchronous code, on this thread; if it does not end at once, the runtime gets another thread for
/// its other work.
///
/// # Panics
/// Where `future` panics.
pub fn block_on<F: Future>(future: F) -> F::Output {
    // Before the worker is handed to another thread, which may find nothing to do and park before this one goes on.
    announce(External::new());
    if is_tokios() {
        tokio::task::block_in_place(|| drive(future))
    } else {
        drive(future)
    }
}

/// Runs a function that may block this thread for long, on this thread; the runtime gets another thread for its other work.
/// To begin costs some microseconds: where the function most often does not block, ask first whether it will.
///
/// The goroutine goes on on this thread until it suspends, and does not count among those that [`gomaxprocs`](super::gomaxprocs)
/// lets run.
///
/// # Panics
/// Where `function` panics.
///
/// # Differences from Go
/// In Go every call may block: the scheduler notices, and takes the processor away from its thread.
///
/// ```
/// use gort_runtime::{chan, task};
/// use std::sync::mpsc;
/// task::test_on(1, async {
///     let (foreign, heard) = mpsc::channel();
///     task::go(async move { foreign.send("from the other thread").unwrap() });
///     // Without more ado, the only worker would wait for a goroutine that it is to run.
///     assert_eq!(task::block_in_place(|| heard.recv()), Ok("from the other thread"));
/// });
/// ```
pub fn block_in_place<T>(function: impl FnOnce() -> T) -> T {
    announce(External::new());
    let announced = RetractUnlessRequeued;
    if is_tokios() {
        return tokio::task::block_in_place(|| {
            let _announced = announced;
            function()
        });
    }
    scheduler::hand_off();
    let _announced = announced;
    function()
}

/// Whether this thread is a worker of tokio's that can be replaced by another.
fn is_tokios() -> bool {
    use tokio::runtime::{Handle, RuntimeFlavor};
    !scheduler::is_worker()
        && Handle::try_current().is_ok_and(|tokio| tokio.runtime_flavor() == RuntimeFlavor::MultiThread)
}

pub(crate) fn drive<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let parker = Arc::new(Parker {
        state: AtomicU8::new(RUNNING),
        foreign: AtomicUsize::new(0),
        bubble: local::with(Local::bubble),
        thread: thread::current(),
    });
    let waker = parker.lent();
    let mut context = Context::from_waker(&waker);
    let _retract = RetractUnlessRequeued;
    let _around = Around(local::with(Local::take_durable));
    loop {
        // Takes over what those have written who woke it again meanwhile.
        parker.state.swap(RUNNING, SeqCst);
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        scheduler::hand_off();
        let foreign = parker.foreign.load(SeqCst) > 0;
        let durable = local::with(Local::take_durable) && !foreign && parker.bubble != 0;
        let parked = if durable { PARKED_DURABLY } else { PARKED };
        if parker.state.compare_exchange(RUNNING, parked, SeqCst, SeqCst).is_ok() {
            if parker.foreign.load(SeqCst) == 0 {
                drop(retract());
            }
            if durable {
                bubble::parked(parker.bubble);
            }
            while parker.state.load(SeqCst) & TOLD == 0 {
                thread::park();
            }
            // Whoever woke this thread announced it.
            announce(External::adopt());
        }
    }
}

/// What the goroutine waits for besides, which is noted again when `block_on` is over.
struct Around(bool);

impl Drop for Around {
    fn drop(&mut self) {
        local::with(|local| {
            local.take_durable();
            local.put_durable(self.0);
        });
    }
}

/// Keeps the announcement of this thread with the goroutine, which retracts it when it is queued again or over.
fn announce(external: External) {
    // One announcement is enough: a second is dropped.
    drop(local::with(|local| local.off_worker().replace(Some(external))));
}

fn retract() -> Option<External> {
    local::with(|local| local.off_worker().take())
}

/// Threads that did not lose a processor, or run no goroutine, are not announced any longer when `block_on` is over.
struct RetractUnlessRequeued;

impl Drop for RetractUnlessRequeued {
    fn drop(&mut self) {
        if local::with(|local| local.id) == 0 || scheduler::on_processor() {
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
