//! Noticing that all goroutines are asleep, at no cost while they are not.
//!
//! - In: what is announced as able to wake a goroutine from outside ([`External`]).
//! - Out: [`report`], which ends the process as Go does.
//! - Invariants: the scheduler judges when all its processors have been idle for some time: nothing is announced, no
//!   goroutine has a waker in the hands of code that the runtime does not know, and tokio has no tasks of its own. The
//!   numbers that it compares before and after rise with everything that could have made one look wrong meanwhile.
//!
//! Threads outside of the runtime that send on channels are not known; they are to be announced.

use std::io::Write;
use std::sync::OnceLock;

use super::dump;
use super::scheduler::Scheduler;
use crate::shim::process::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};

static EXTERNAL: AtomicUsize = AtomicUsize::new(0);
/// Rises whenever something announced ends.
static EPOCH: AtomicU64 = AtomicU64::new(0);
static JUDGE: OnceLock<&'static Scheduler> = OnceLock::new();
/// The main goroutine ended by `Goexit`.
static MAIN_GONE: AtomicBool = AtomicBool::new(false);

/// Something outside the goroutines that may yet wake one: a timer, a blocking thread, I/O. While one exists there
/// is no deadlock.
#[derive(Debug)]
pub struct External(());

impl External {
    /// Announces it.
    ///
    /// ```
    /// use gort_runtime::{chan, task::External};
    /// let (wakes, waits) = chan::channel(1);
    /// let external = External::new();
    /// std::thread::spawn(move || {
    ///     let _ = wakes.blocking_send("from a thread that nobody knows");
    ///     drop(external);
    /// });
    /// assert!(waits.blocking_recv().is_some());
    /// ```
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        EXTERNAL.fetch_add(1, SeqCst);
        External(())
    }

    /// Takes over an announcement that was forgotten on purpose.
    pub(super) fn adopt() -> Self {
        External(())
    }
}

impl Drop for External {
    fn drop(&mut self) {
        EPOCH.fetch_add(1, SeqCst);
        if EXTERNAL.fetch_sub(1, SeqCst) == 1
            && let Some(scheduler) = JUDGE.get()
        {
            scheduler.judge_again();
        }
    }
}

/// Whether something is announced.
pub(super) fn announced() -> bool {
    EXTERNAL.load(SeqCst) > 0
}

/// A number that rises whenever something announced ends.
pub(super) fn epoch() -> u64 {
    EPOCH.load(SeqCst)
}

/// Says which scheduler judges.
pub(super) fn judged_by(scheduler: &'static Scheduler) {
    let _ = JUDGE.set(scheduler);
}

/// The main goroutine ended by `Goexit`.
pub(super) fn main_gone() {
    MAIN_GONE.store(true, SeqCst);
}

/// Ends the process with Go's message, which names all goroutines.
pub(super) fn report(scheduler: &Scheduler) -> ! {
    super::flush();
    let mut text = if MAIN_GONE.load(SeqCst) {
        "fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n".to_owned()
    } else {
        "fatal error: all goroutines are asleep - deadlock!\n".to_owned()
    };
    text += "\n";
    text += &dump::text_of(scheduler);
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
    std::process::exit(2)
}
