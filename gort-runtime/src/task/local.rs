//! What a goroutine carries along: its number, why it waits, and the panics its deferred calls may recover.
//!
//! - In: a goroutine's future, which owns a [`Local`] and [enters](enter) it while it is polled.
//! - Out: [`with`], which finds the state of whatever goroutine runs on this thread.
//! - Invariants: the thread points to a state only while the poll that entered it runs, and never across a
//!   suspension. Code outside any goroutine uses the thread's own state. A state is used by one thread at a time.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::task::{Context, Poll};

use super::bubble::Number;
use super::leaks::{self, Hold};
use super::metrics::{self, Event};
use crate::shim::process::atomic::{AtomicU8, Ordering::Relaxed};

/// The state of one goroutine.
#[derive(Default)]
pub(crate) struct Local {
    /// The goroutine's number; 1 is main, 0 is none.
    pub(crate) id: u64,
    /// The scopes whose deferred calls are running, innermost last; boxed, as few goroutines have any.
    #[cfg(feature = "value")]
    #[allow(clippy::box_collection)]
    frames: Cell<Option<Box<Vec<crate::defer::Frame>>>>,
    /// What it waited for last; read by diagnostics too.
    wait: AtomicU8,
    /// How many operations it may still do before it lets others run.
    budget: Cell<u8>,
    /// The bubble that it belongs to; 0 is none.
    bubble: Number,
    /// In a bubble: it waits for something that others than the bubble can end.
    undurable: Cell<bool>,
    /// Announces the thread to the deadlock judge from the first `block_on` of a poll to the poll's end, as the
    /// thread is no worker any more by then.
    off_worker: Cell<Option<super::External>>,
}

/// How many operations that could be done at once a goroutine does in one go.
const BUDGET: u8 = 128;

impl Local {
    pub(super) fn new(id: u64) -> Self {
        Local { id, ..Local::default() }
    }

    /// That of a goroutine which the running one starts.
    #[inline]
    pub(super) fn started_here(id: u64) -> Self {
        Local {
            id,
            bubble: with(|local| local.bubble),
            ..Local::default()
        }
    }

    #[inline]
    pub(crate) fn bubble(&self) -> Number {
        self.bubble
    }

    /// Whether what it waited for until now was all durable; asked once.
    pub(super) fn take_durable(&self) -> bool {
        !self.undurable.take()
    }

    /// Notes anew that something was not durable, if that is so.
    pub(super) fn put_durable(&self, durable: bool) {
        self.undurable.set(self.undurable.get() || !durable);
    }

    pub(crate) fn wait(&self) -> Wait {
        Wait::from_byte(self.wait.load(Relaxed))
    }

    pub(super) fn off_worker(&self) -> &Cell<Option<super::External>> {
        &self.off_worker
    }

    /// The scopes whose deferred calls are running; `f` must not use them by another way.
    #[cfg(feature = "value")]
    pub(crate) fn frames<R>(&self, f: impl FnOnce(&mut Vec<crate::defer::Frame>) -> R) -> R {
        let mut frames = self.frames.take().unwrap_or_default();
        let result = f(&mut frames);
        self.frames.set((!frames.is_empty()).then_some(frames));
        result
    }
}

/// Why a goroutine waits, as Go's dumps call it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Wait {
    #[default]
    Running,
    ChanReceive,
    ChanReceiveNil,
    ChanSend,
    ChanSendNil,
    Select,
    SelectNoCases,
    MutexLock,
    RwMutexLock,
    RwMutexRLock,
    WaitGroupWait,
    CondWait,
    Sleep,
    IoWait,
    SemAcquire,
    /// Not one of Go's: for the end of a goroutine.
    Join,
    SynctestRun,
    SynctestWait,
}

impl Wait {
    /// All of them, each at its number.
    pub(super) const ALL: [Wait; 18] = [
        Wait::Running,
        Wait::ChanReceive,
        Wait::ChanReceiveNil,
        Wait::ChanSend,
        Wait::ChanSendNil,
        Wait::Select,
        Wait::SelectNoCases,
        Wait::MutexLock,
        Wait::RwMutexLock,
        Wait::RwMutexRLock,
        Wait::WaitGroupWait,
        Wait::CondWait,
        Wait::Sleep,
        Wait::IoWait,
        Wait::SemAcquire,
        Wait::Join,
        Wait::SynctestRun,
        Wait::SynctestWait,
    ];

    pub(super) fn from_byte(byte: u8) -> Self {
        Wait::ALL.get(usize::from(byte)).copied().unwrap_or_default()
    }

    /// Whether a goroutine of a bubble that waits so can be woken by the bubble only; what depends on more than the kind of wait
    /// says so itself.
    pub(crate) fn is_durable(self) -> bool {
        matches!(
            self,
            Wait::ChanReceiveNil
                | Wait::ChanSendNil
                | Wait::SelectNoCases
                | Wait::CondWait
                | Wait::WaitGroupWait
                | Wait::SemAcquire
                | Wait::SynctestWait
        )
    }

    /// The text between brackets in a dump.
    ///
    /// ```
    /// assert_eq!(gort_runtime::task::Wait::SelectNoCases.text(), "select (no cases)");
    /// ```
    pub fn text(self) -> &'static str {
        match self {
            Wait::Running => "running",
            Wait::ChanReceive => "chan receive",
            Wait::ChanReceiveNil => "chan receive (nil chan)",
            Wait::ChanSend => "chan send",
            Wait::ChanSendNil => "chan send (nil chan)",
            Wait::Select => "select",
            Wait::SelectNoCases => "select (no cases)",
            Wait::MutexLock => "sync.Mutex.Lock",
            Wait::RwMutexLock => "sync.RWMutex.Lock",
            Wait::RwMutexRLock => "sync.RWMutex.RLock",
            Wait::WaitGroupWait => "sync.WaitGroup.Wait",
            Wait::CondWait => "sync.Cond.Wait",
            Wait::Sleep => "sleep",
            Wait::IoWait => "IO wait",
            Wait::SemAcquire => "semacquire",
            Wait::Join => "join",
            Wait::SynctestRun => "synctest.Run",
            Wait::SynctestWait => "synctest.Wait",
        }
    }
}

crate::shim::modelled_thread_local! {
    /// The state of the goroutine that is being polled; null when none is.
    static CURRENT: Cell<*const Local> = Cell::new(std::ptr::null());
}

thread_local! {
    /// The state of code outside any goroutine.
    static OUTSIDE: Local = Local::default();
}

/// Makes a state the running goroutine's until the result is dropped.
#[inline]
pub(super) fn enter(local: &Local) -> Entered<'_> {
    local.budget.set(BUDGET);
    if leaks::watched() {
        leaks::runs(local.id);
    }
    Entered {
        before: CURRENT.with(|current| current.replace(local)),
        local,
    }
}

/// See [`enter`].
pub(super) struct Entered<'a> {
    before: *const Local,
    local: &'a Local,
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        debug_assert!(std::ptr::eq(CURRENT.with(Cell::get), self.local));
        CURRENT.with(|current| current.set(self.before));
    }
}

/// Uses the running goroutine's state.
#[inline]
pub(crate) fn with<R>(f: impl FnOnce(&Local) -> R) -> R {
    // SAFETY: the pointer is that of an `Entered` which lives further up on this stack and borrows the state.
    match unsafe { CURRENT.with(Cell::get).as_ref() } {
        Some(local) => f(local),
        None => OUTSIDE.with(f),
    }
}

/// Notes what the running goroutine is about to wait for.
#[inline]
pub fn waiting(wait: Wait) {
    waiting_on(wait, || wait.is_durable());
}

/// As [`waiting`], where what is waited for says whether the wait is durable in a bubble.
#[inline]
pub(crate) fn waiting_on(wait: Wait, durable: impl FnOnce() -> bool) {
    waiting_for(wait, durable, || None);
}

/// As [`waiting`], where nothing can end the wait.
#[cold]
pub(crate) fn waiting_for_ever(wait: Wait) {
    waiting_for(wait, || wait.is_durable(), || Some(Vec::new()));
}

/// As [`waiting_on`], with the handles of the channels that could wake it, if nothing else can.
#[inline]
pub(crate) fn waiting_for(wait: Wait, durable: impl FnOnce() -> bool, holds: impl FnOnce() -> Option<Vec<Hold>>) {
    let bubble = with(|local| {
        local.wait.store(wait as u8, Relaxed);
        metrics::count(Event::Wait(wait));
        if leaks::watched() {
            note(local, holds);
        }
        local.bubble
    });
    if bubble != 0 {
        waiting_in_bubble(durable);
    }
}

#[cold]
fn note(local: &Local, holds: impl FnOnce() -> Option<Vec<Hold>>) {
    leaks::waits(local.id, holds());
}

#[cold]
#[inline(never)]
fn waiting_in_bubble(durable: impl FnOnce() -> bool) {
    let durable = durable();
    with(|local| local.put_durable(durable));
}

/// Does something as a goroutine of a bubble would.
#[cfg(feature = "time")]
pub(crate) fn in_bubble<R>(bubble: Number, f: impl FnOnce() -> R) -> R {
    let local = Local {
        id: with(|local| local.id),
        bubble,
        ..Local::default()
    };
    let _entered = enter(&local);
    f()
}

/// Says before an operation whether the goroutine may go on, or is to let others run first, as nothing preempts it; then
/// it is woken again. To be followed by [`progress`] if the operation could be done.
#[inline]
pub(crate) fn proceed(cx: &mut Context<'_>) -> Poll<()> {
    // SAFETY: as in `with`.
    match unsafe { CURRENT.with(Cell::get).as_ref() } {
        Some(local) if local.budget.get() > 0 => Poll::Ready(()),
        Some(local) => {
            // Once is enough: an executor inside the goroutine, as `block_on` is, polls again without leaving it.
            local.budget.set(BUDGET);
            cx.waker().wake_by_ref();
            Poll::Pending
        }
        // A task of another making: its budget is tokio's affair.
        None => tokio::task::coop::poll_proceed(cx).map(|coop| coop.made_progress()),
    }
}

/// Takes note of an operation that was done.
#[inline]
pub(crate) fn progress() {
    // SAFETY: as in `with`.
    if let Some(local) = unsafe { CURRENT.with(Cell::get).as_ref() } {
        local.budget.set(local.budget.get().saturating_sub(1));
    }
}
