//! A goroutine in memory: one allocation with its state, what diagnostics ask of it, and its future.
//!
//! - In: a future, and the scheduler that runs it.
//! - Out: [`Task`], a counted reference; wakers; [`Task::run`].
//! - Invariants: who sets `SCHEDULED` while the goroutine is neither running nor scheduled owes it to a queue, with a
//!   reference of its own; so a goroutine is in one queue at most, and one thread at a time polls it. The future is
//!   touched by who has set `RUNNING`, or, when the scheduler closes, by who has set `COMPLETE` while it was not set.
//!   The registry holds a reference until the goroutine is complete.
//!
//! A waker that code outside this crate clones is counted apart (`FOREIGN`): while one lives, something that the runtime does
//! not know of may yet wake the goroutine, be it I/O or a timer of tokio's, and it is no part of a deadlock. The crate's own
//! primitives take theirs by [`waker`].
#![allow(unsafe_code)]

use std::any::Any;
use std::cell::UnsafeCell;
use std::future::Future;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use super::Scheduler;
use super::registry::Links;
use crate::shim::atomic::{AtomicU64, Ordering};
use crate::task::bubble;
use crate::task::local::{self, Local, Wait};
use crate::task::trace::Trace;

/// Woken: in a queue, or to be queued again by who runs it.
const SCHEDULED: u64 = 1;
const RUNNING: u64 = 2;
/// The future is gone.
const COMPLETE: u64 = 4;
/// It waits, and only its bubble can wake it.
const DURABLE: u64 = 8;
/// One reference.
const REF: u64 = 1 << 4;
/// One waker in the hands of code outside this crate.
const FOREIGN: u64 = 1 << 34;
const FOREIGN_MASK: u64 = !(FOREIGN - 1);
/// More references than any program has: some are being forgotten.
const TOO_MANY: u64 = (1 << 33) | (1 << 63);

/// What all goroutines have, whatever their futures.
pub(in crate::task) struct Header {
    state: AtomicU64,
    vtable: &'static VTable,
    pub(super) scheduler: &'static Scheduler,
    /// The next in the shared queue; whose reference the queue holds, may use it.
    pub(super) next: UnsafeCell<Option<NonNull<Header>>>,
    /// The place in the registry, used under the lock of its shard.
    pub(super) links: UnsafeCell<Links>,
    pub(super) shard: u32,
    /// When it began to wait, by the [clock](super::clock).
    since: AtomicU64,
    /// Where it was started, and by which goroutine; 0 is none.
    pub(in crate::task) created: &'static Location<'static>,
    pub(in crate::task) parent: u64,
    pub(super) trace: Trace,
    /// Written by the goroutine while it runs; of other threads' affairs is only what is atomic in it.
    pub(in crate::task) local: Local,
}

/// How a goroutine ended: by returning, or with what it panicked.
pub(super) type Ended = Result<(), Box<dyn Any + Send>>;

struct VTable {
    /// Polls the future, and drops it when it is over. The caller has set `RUNNING`.
    poll: unsafe fn(NonNull<Header>, &mut Context<'_>) -> Poll<Ended>,
    /// Drops the future. The caller alone has set `COMPLETE`.
    clear: unsafe fn(NonNull<Header>),
    /// Frees the memory; the future is gone.
    free: unsafe fn(NonNull<Header>),
    /// How much memory that is.
    size: usize,
}

#[repr(C)]
struct Cell<F> {
    header: Header,
    future: UnsafeCell<MaybeUninit<F>>,
}

impl<F: Future<Output = ()> + Send + 'static> Cell<F> {
    const VTABLE: VTable = VTable {
        poll: Self::poll,
        clear: Self::clear,
        free: Self::free,
        size: size_of::<Self>(),
    };

    unsafe fn poll(header: NonNull<Header>, cx: &mut Context<'_>) -> Poll<Ended> {
        // SAFETY: the header is the first field of a cell of this type, and the caller alone uses the future, which is not
        // over and stays where it is.
        let future = unsafe { Pin::new_unchecked((*header.cast::<Self>().as_ref().future.get()).assume_init_mut()) };
        let polled = catch_unwind(AssertUnwindSafe(|| future.poll(cx)));
        let result = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(())) => Ok(()),
            Err(payload) => Err(payload),
        };
        let dropped = catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: as above; it is over, and nobody will touch it again.
            unsafe { Self::clear(header) }
        }));
        Poll::Ready(result.and(dropped))
    }

    unsafe fn clear(header: NonNull<Header>) {
        // SAFETY: the header is the first field of a cell of this type, and the caller alone uses the future.
        unsafe { (*header.cast::<Self>().as_ref().future.get()).assume_init_drop() }
    }

    unsafe fn free(header: NonNull<Header>) {
        // SAFETY: the header is the first field of a boxed cell of this type, and this was the last reference.
        drop(unsafe { Box::from_raw(header.cast::<Self>().as_ptr()) });
    }
}

/// A reference to a goroutine.
pub(in crate::task) struct Task(NonNull<Header>);

// SAFETY: the future is `Send`, and the state says who may use it; the rest is atomic, immutable, or under a lock.
unsafe impl Send for Task {}
// SAFETY: as above.
unsafe impl Sync for Task {}

/// How a goroutine stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::task) enum Stand {
    Running,
    Runnable,
    Waiting,
}

/// How a run ended.
pub(super) enum Ran {
    /// It waits; somebody has its waker.
    Waits,
    /// It was woken meanwhile, and goes to the end of a queue.
    Again(Task),
    /// It is over, and so is this reference; with what it panicked.
    Over(Task, Ended),
}

impl Task {
    /// A goroutine that is scheduled: one reference for the queue, one for the registry.
    pub(super) fn new(
        future: impl Future<Output = ()> + Send + 'static,
        id: u64,
        scheduler: &'static Scheduler,
        shard: u32,
        created: &'static Location<'static>,
    ) -> (Self, Self) {
        fn boxed<F: Future<Output = ()> + Send + 'static>(header: Header, future: F) -> NonNull<Header> {
            let cell = Box::new(Cell {
                header,
                future: UnsafeCell::new(MaybeUninit::new(future)),
            });
            // SAFETY: a box is never null.
            unsafe { NonNull::new_unchecked(Box::into_raw(cell)).cast() }
        }
        fn vtable<F: Future<Output = ()> + Send + 'static>(_: &F) -> &'static VTable {
            &Cell::<F>::VTABLE
        }
        let parent = local::with(|local| local.id);
        let header = Header {
            state: AtomicU64::new(SCHEDULED | (2 * REF)),
            vtable: vtable(&future),
            scheduler,
            next: UnsafeCell::new(None),
            links: UnsafeCell::new(Links::default()),
            shard,
            since: AtomicU64::new(0),
            created,
            parent,
            trace: Trace::new(id, parent, created),
            local: Local::started_here(id),
        };
        bubble::started(&header.local);
        let header = boxed(header, future);
        (Task(header), Task(header))
    }

    #[inline]
    pub(in crate::task) fn header(&self) -> &Header {
        // SAFETY: this is a reference to it.
        unsafe { self.0.as_ref() }
    }

    #[inline]
    pub(super) fn as_raw(&self) -> NonNull<Header> {
        self.0
    }

    /// Gives the reference away as a pointer.
    #[inline]
    pub(super) fn into_raw(self) -> NonNull<Header> {
        ManuallyDrop::new(self).0
    }

    /// Takes a reference back.
    ///
    /// # Safety
    /// The pointer comes from [`into_raw`](Self::into_raw), and is used for this once.
    #[inline]
    pub(super) unsafe fn from_raw(header: NonNull<Header>) -> Self {
        Task(header)
    }

    /// Its number.
    pub(in crate::task) fn id(&self) -> u64 {
        self.header().local.id
    }

    /// The addresses of its memory.
    pub(in crate::task) fn span(&self) -> std::ops::Range<usize> {
        let start = self.0.addr().get();
        start..start + self.header().vtable.size
    }

    /// Whether code outside this crate holds a waker of it.
    pub(in crate::task) fn is_foreign(&self) -> bool {
        self.header().state.load(Ordering::SeqCst) & FOREIGN_MASK != 0
    }

    /// Whether only its bubble can wake it.
    pub(in crate::task) fn is_durable(&self) -> bool {
        self.header().state.load(Ordering::Acquire) & DURABLE != 0
    }

    /// How it stands now, and since when it waits.
    pub(in crate::task) fn stands(&self) -> (Stand, u64) {
        let header = self.header();
        let state = header.state.load(Ordering::Acquire);
        let stand = if state & RUNNING != 0 {
            Stand::Running
        } else if state & SCHEDULED != 0 {
            Stand::Runnable
        } else {
            Stand::Waiting
        };
        (stand, header.since.load(Ordering::Relaxed))
    }

    /// Wakes it; whom to queue.
    #[inline]
    fn wake(self) -> Option<Self> {
        let before = self.header().state.fetch_or(SCHEDULED, Ordering::AcqRel);
        if before & (SCHEDULED | RUNNING | COMPLETE) != 0 {
            return None;
        }
        if before & DURABLE != 0 {
            bubble::woken(&self.header().local);
        }
        self.header().trace.unblocks();
        Some(self)
    }

    /// Polls the future at about a time; this is the reference of the queue it was taken from.
    #[inline]
    pub(super) fn run(self, now: u64) -> Ran {
        let header = self.header();
        // From scheduled to running.
        let before = header.state.fetch_add(RUNNING - SCHEDULED, Ordering::AcqRel);
        if before & (COMPLETE | DURABLE) != 0 {
            if before & COMPLETE != 0 {
                return Ran::Waits;
            }
            header.state.fetch_sub(DURABLE, Ordering::Relaxed);
        }
        debug_assert_eq!(before & (SCHEDULED | RUNNING), SCHEDULED);
        let waker = ManuallyDrop::new(
            // SAFETY: the reference of this outlives the waker, which is never dropped, and only lent out.
            unsafe { Waker::from_raw(RawWaker::new(self.0.as_ptr().cast(), &POLLED)) },
        );
        let entered = local::enter(&header.local);
        let polled = {
            let _span = header.trace.enter();
            // SAFETY: this has set `RUNNING`, and the future is not over.
            unsafe { (header.vtable.poll)(self.0, &mut Context::from_waker(&waker)) }
        };
        drop(entered);
        let off_worker = header.local.off_worker().take();
        if off_worker.is_some() || header.local.bubble() != 0 {
            return self.ran_specially(polled, now, off_worker);
        }
        match polled {
            Poll::Pending => {
                header.since.store(now, Ordering::Relaxed);
                let blocked = self.blocks();
                self.suspend().told(blocked)
            }
            Poll::Ready(result) => self.over(result),
        }
    }

    /// What it waits for, if it does.
    pub(in crate::task) fn waits_for(&self) -> Wait {
        if self.is_foreign() {
            Wait::IoWait
        } else {
            self.header().local.wait()
        }
    }

    /// Tells that it is to wait, unless it was woken; whether it did.
    #[inline(always)]
    fn blocks(&self) -> bool {
        let blocks = cfg!(feature = "tracing") && self.header().state.load(Ordering::Relaxed) & SCHEDULED == 0;
        if blocks {
            self.header().trace.blocks(|| self.waits_for());
        }
        blocks
    }

    /// The end of a run during which the thread lost its processor, or that of a goroutine in a bubble.
    #[cold]
    #[inline(never)]
    fn ran_specially(self, polled: Poll<Ended>, now: u64, off_worker: Option<crate::task::External>) -> Ran {
        let ran = match polled {
            Poll::Pending => {
                self.header().since.store(now, Ordering::Relaxed);
                let blocked = self.blocks();
                self.suspend_in_bubble().told(blocked)
            }
            Poll::Ready(result) => self.over(result),
        };
        match off_worker {
            // This thread is a worker no more: it stays announced to the deadlock judge until the goroutine is queued.
            Some(_) => ran.requeued(off_worker),
            None => ran,
        }
    }

    #[inline]
    fn over(self, result: Ended) -> Ran {
        self.header()
            .trace
            .ends(result.as_ref().err().map(|payload| &**payload));
        self.header().state.fetch_or(COMPLETE, Ordering::AcqRel);
        Ran::Over(self, result)
    }

    /// Gives up this reference with the right to run it, unless it was woken meanwhile.
    #[inline]
    fn suspend(self) -> Ran {
        let header = self.into_raw();
        // SAFETY: the reference was this one.
        let state = unsafe { &header.as_ref().state };
        let before = state.fetch_sub(RUNNING + REF, Ordering::AcqRel);
        if before & SCHEDULED == 0 {
            return Ran::Waits;
        }
        // Who woke it has left it to this thread to queue it, so nobody else can run it to its end, and until then the
        // registry keeps it.
        state.fetch_add(REF, Ordering::Relaxed);
        Ran::Again(Task(header))
    }

    /// As [`suspend`](Self::suspend), and tells its bubble, if it is in one and only that can wake it.
    fn suspend_in_bubble(self) -> Ran {
        let bubble = self.header().local.bubble();
        // Wakers in other hands are made while it runs, so there are none if there are none now.
        if bubble == 0 || !self.header().local.take_durable() || self.is_foreign() {
            return self.suspend();
        }
        let header = self.into_raw();
        // SAFETY: the reference was this one.
        let state = unsafe { &header.as_ref().state };
        let before = state.fetch_sub(RUNNING + REF - DURABLE, Ordering::AcqRel);
        if before & SCHEDULED == 0 {
            // If it was woken by now, it is counted twice until then, and never too little.
            bubble::parked(bubble);
            return Ran::Waits;
        }
        // As above: this takes the reference back, and `DURABLE`.
        state.fetch_add(REF - DURABLE, Ordering::Relaxed);
        Ran::Again(Task(header))
    }

    /// Drops the future of a goroutine that nobody runs.
    pub(super) fn close(&self) {
        let header = self.header();
        let mut state = header.state.load(Ordering::Acquire);
        while state & (RUNNING | COMPLETE) == 0 {
            let closed = state | COMPLETE;
            match header
                .state
                .compare_exchange_weak(state, closed, Ordering::AcqRel, Ordering::Acquire)
            {
                Ok(_) => {
                    // What it dropped is dropped by the goroutine.
                    let _entered = local::enter(&header.local);
                    let _span = header.trace.enter();
                    let dropped = catch_unwind(AssertUnwindSafe(|| {
                        // SAFETY: this has set `COMPLETE`, and nobody runs it.
                        unsafe { (header.vtable.clear)(self.0) }
                    }));
                    drop(dropped);
                    return;
                }
                Err(now) => state = now,
            }
        }
    }
}

impl Ran {
    /// After it was told whether it waits: if it was woken meanwhile, nobody else has told so.
    #[inline(always)]
    fn told(self, blocked: bool) -> Ran {
        if let (true, Ran::Again(task)) = (blocked, &self) {
            task.header().trace.unblocks();
        }
        self
    }

    /// Queues again what is to be, before the announcement is dropped.
    #[cold]
    fn requeued(self, announced: Option<crate::task::External>) -> Ran {
        let ran = match self {
            Ran::Again(task) => {
                let scheduler = task.header().scheduler;
                scheduler.inject(task);
                Ran::Waits
            }
            other => other,
        };
        drop(announced);
        ran
    }
}

impl Clone for Task {
    #[inline]
    fn clone(&self) -> Self {
        let before = self.header().state.fetch_add(REF, Ordering::Relaxed);
        guard(before);
        Task(self.0)
    }
}

impl Drop for Task {
    #[inline]
    fn drop(&mut self) {
        release(self.0, REF);
    }
}

/// Ends the process when references are forgotten without end, before the count of them overflows.
#[inline]
fn guard(state: u64) {
    if state & TOO_MANY != 0 {
        std::process::abort();
    }
}

#[inline]
fn release(header: NonNull<Header>, what: u64) {
    // SAFETY: the caller gives up a reference.
    let before = unsafe { header.as_ref() }.state.fetch_sub(what, Ordering::AcqRel);
    if (before >> 4) & ((1 << 30) - 1) == 1 {
        free(header);
    }
}

#[cold]
fn free(header: NonNull<Header>) {
    // SAFETY: this was the last reference. The registry gives its up when the future is gone, so it is.
    unsafe { (header.as_ref().vtable.free)(header) }
}

/// The waker of a poll: lent, never dropped.
static POLLED: RawWakerVTable = RawWakerVTable::new(clone_foreign, wake_lent, wake_lent, |_| {});
/// A waker in the hands of code outside this crate.
static HELD_OUTSIDE: RawWakerVTable = RawWakerVTable::new(clone_foreign, wake_foreign, wake_lent, drop_foreign);
/// A waker of this crate's primitives.
static OWN: RawWakerVTable = RawWakerVTable::new(clone_own, wake_own, wake_lent, drop_own);

fn header(data: *const ()) -> NonNull<Header> {
    // SAFETY: wakers are made of pointers to headers only.
    unsafe { NonNull::new_unchecked(data.cast_mut().cast()) }
}

unsafe fn clone_foreign(data: *const ()) -> RawWaker {
    // SAFETY: the waker holds, or borrows, a reference.
    let before = unsafe { header(data).as_ref() }
        .state
        .fetch_add(REF + FOREIGN, Ordering::SeqCst);
    guard(before);
    RawWaker::new(data, &HELD_OUTSIDE)
}

unsafe fn clone_own(data: *const ()) -> RawWaker {
    // SAFETY: the waker holds a reference.
    let before = unsafe { header(data).as_ref() }.state.fetch_add(REF, Ordering::Relaxed);
    guard(before);
    RawWaker::new(data, &OWN)
}

unsafe fn wake_lent(data: *const ()) {
    let task = ManuallyDrop::new(Task(header(data)));
    let before = task.header().state.fetch_or(SCHEDULED, Ordering::AcqRel);
    if before & (SCHEDULED | RUNNING | COMPLETE) == 0 {
        if before & DURABLE != 0 {
            bubble::woken(&task.header().local);
        }
        task.header().trace.unblocks();
        let task = Task::clone(&task);
        let scheduler = task.header().scheduler;
        scheduler.ready(task);
    }
}

unsafe fn wake_own(data: *const ()) {
    if let Some(task) = Task(header(data)).wake() {
        let scheduler = task.header().scheduler;
        scheduler.ready(task);
    }
}

unsafe fn wake_foreign(data: *const ()) {
    // Queued before it is counted no more, for the deadlock judge to see either.
    // SAFETY: the waker holds a reference until it is dropped.
    unsafe {
        wake_lent(data);
        drop_foreign(data);
    }
}

unsafe fn drop_foreign(data: *const ()) {
    release(header(data), REF + FOREIGN);
}

unsafe fn drop_own(data: *const ()) {
    release(header(data), REF);
}

/// A waker for this crate's own primitives, of which the deadlock judge knows.
#[inline]
pub(crate) fn waker(of: &Waker) -> Waker {
    if !std::ptr::eq(of.vtable(), &POLLED) {
        return crate::task::blocking::waker(of);
    }
    // SAFETY: the waker of a poll borrows a reference, and the new one gets one of its own.
    unsafe { Waker::from_raw(clone_own(of.data())) }
}

/// Whether a waker that [`waker`] made wakes the same as another that was lent.
#[inline]
pub(crate) fn wakes_same(held: &Waker, lent: &Waker) -> bool {
    // Two tables of the same address are two kinds of waker of the same goroutine or thread.
    held.data() == lent.data()
        && (held.vtable() == lent.vtable() || std::ptr::eq(held.vtable(), &OWN) || crate::task::blocking::is_own(held))
}
