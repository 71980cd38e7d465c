//! What a goroutine carries along: its number, why it waits, and the panics its deferred calls may recover.
//!
//! It lives in the goroutine's future and is swapped into a thread-local while the goroutine is polled, so that code
//! finds its goroutine's state on whatever thread it runs. Code outside any goroutine uses the thread's own.

use std::cell::RefCell;

/// The state of one goroutine.
#[derive(Default)]
pub(crate) struct Local {
    /// The goroutine's number; 1 is main.
    pub(crate) id: u64,
    /// What it waited for last.
    pub(crate) wait: Wait,
    /// Announces the thread to the deadlock judge from the first `block_on` of a poll to the poll's end, as the
    /// thread is no worker any more by then.
    pub(crate) off_worker: Option<super::External>,
    /// The scopes whose deferred calls are running, innermost last.
    #[cfg(feature = "value")]
    pub(crate) frames: Vec<crate::defer::Frame>,
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
}

impl Wait {
    pub(super) fn from_byte(byte: u8) -> Self {
        let all = [
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
        ];
        all.into_iter().find(|wait| *wait as u8 == byte).unwrap_or_default()
    }

    /// The text between brackets in a dump.
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
        }
    }
}

thread_local! {
    static LOCAL: RefCell<Local> = RefCell::new(Local::default());
}

/// Exchanges the running goroutine's state.
#[inline]
pub(crate) fn swap(with: &mut Local) {
    LOCAL.with(|local| std::mem::swap(&mut *local.borrow_mut(), with));
}

/// Uses the running goroutine's state; `f` must not call back into code that does so too.
#[inline]
pub(crate) fn with<R>(f: impl FnOnce(&mut Local) -> R) -> R {
    LOCAL.with(|local| f(&mut local.borrow_mut()))
}

/// Notes what the running goroutine is about to wait for.
#[inline]
pub fn waiting(wait: Wait) {
    with(|local| local.wait = wait);
}
