//! Noticing that all goroutines are asleep, at no cost while they are not.
//!
//! The judge is the last worker about to park. All workers parked means that no goroutine is in a worker's queue,
//! because a worker parks only when its own queue is empty. What could still wake a goroutine is counted in
//! `EXTERNAL`: running timers, threads that block or run a goroutine's synchronous part, anything announced with
//! [`External`]. Such a helper may have put a goroutine into the shared queue after the judge last looked there, so a
//! first finding only sends an empty task through the workers; when they are all parked again and no helper ended
//! since (`EPOCH` is the same), the shared queue was seen empty after the last helper ended. Only when that is still so
//! after some more tasks went through the queue, it is a deadlock: a worker that was woken and has no processor yet counts
//! as parked, and what it was woken for lies before those tasks.

use crate::shim::process::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::io::Write;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::local::Wait;

/// How many workers there are; 0 while nobody judges.
static WORKERS: AtomicUsize = AtomicUsize::new(0);
static PARKED: AtomicUsize = AtomicUsize::new(0);
static EXTERNAL: AtomicUsize = AtomicUsize::new(0);
/// Rises whenever a helper ends.
static EPOCH: AtomicU64 = AtomicU64::new(0);
/// The epoch of the last finding.
static SUSPECTED: AtomicU64 = AtomicU64::new(u64::MAX);
/// A finding is being looked at again.
static VERIFYING: AtomicBool = AtomicBool::new(false);
static RUNTIME: OnceLock<tokio::runtime::Handle> = OnceLock::new();
/// What the main goroutine waits for, and whether it ended by `Goexit`.
static MAIN_WAIT: AtomicU8 = AtomicU8::new(Wait::Running as u8);
static MAIN_GONE: AtomicBool = AtomicBool::new(false);

/// Something outside the goroutines that may yet wake one: a timer, a blocking thread, I/O. While one exists there
/// is no deadlock.
#[derive(Debug)]
pub struct External(());

impl External {
    /// Announces it.
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
        if EXTERNAL.fetch_sub(1, SeqCst) == 1 && PARKED.load(SeqCst) == WORKERS.load(SeqCst) {
            look_again();
        }
    }
}

/// Starts judging.
pub(super) fn start(workers: usize, runtime: tokio::runtime::Handle) {
    if RUNTIME.set(runtime).is_ok() {
        WORKERS.store(workers, SeqCst);
    }
}

/// A worker is about to park.
pub(super) fn worker_parks() {
    let parked = PARKED.fetch_add(1, SeqCst) + 1;
    if parked == WORKERS.load(SeqCst) && EXTERNAL.load(SeqCst) == 0 {
        if VERIFYING.load(SeqCst) {
            return;
        }
        let epoch = EPOCH.load(SeqCst);
        if SUSPECTED.swap(epoch, SeqCst) == epoch {
            verify();
        } else {
            look_again();
        }
    }
}

/// How often, and how long apart, a finding is looked at again before it is reported.
const ROUNDS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(2);

/// Reports the deadlock if all is still as asleep after some time, in which any goroutine that waits in a queue runs.
/// On a thread of its own: the workers must be free to run one.
fn verify() {
    if VERIFYING.swap(true, SeqCst) {
        return;
    }
    let asleep = || PARKED.load(SeqCst) == WORKERS.load(SeqCst) && EXTERNAL.load(SeqCst) == 0;
    let thread = std::thread::Builder::new().name("deadlock".into()).spawn(move || {
        let epoch = EPOCH.load(SeqCst);
        for _ in 0..ROUNDS {
            // A worker that was woken and has no processor yet still counts as parked, for as long as the machine is
            // busy. What it was woken for lies in a queue, so only after a task sent behind it ran is there an answer.
            let probe = Arc::new(AtomicBool::new(false));
            send(probe.clone());
            while !probe.load(SeqCst) {
                std::thread::sleep(PAUSE);
            }
            std::thread::sleep(PAUSE);
            if !asleep() || EPOCH.load(SeqCst) != epoch {
                // Something runs after all; the next worker to park begins anew.
                SUSPECTED.store(u64::MAX, SeqCst);
                VERIFYING.store(false, SeqCst);
                look_again();
                return;
            }
        }
        report();
    });
    if thread.is_err() {
        VERIFYING.store(false, SeqCst);
    }
}

/// A worker goes on.
pub(super) fn worker_unparks() {
    PARKED.fetch_sub(1, SeqCst);
}

/// Sends an empty task through the workers, so that one of them parks again.
fn look_again() {
    send(Arc::new(AtomicBool::new(false)));
}

/// Sends a task through the workers that tells when it ran.
fn send(ran: Arc<AtomicBool>) {
    if let Some(runtime) = RUNTIME.get() {
        drop(runtime.spawn(async move { ran.store(true, SeqCst) }));
    }
}

/// The main goroutine waits.
pub(super) fn main_waits(wait: Wait) {
    MAIN_WAIT.store(wait as u8, SeqCst);
}

/// The main goroutine ended by `Goexit`.
pub(super) fn main_gone() {
    MAIN_GONE.store(true, SeqCst);
}

fn report() -> ! {
    static REPORTED: AtomicBool = AtomicBool::new(false);
    if REPORTED.swap(true, SeqCst) {
        loop {
            std::thread::park();
        }
    }
    super::flush();
    let text = if MAIN_GONE.load(SeqCst) {
        "fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n".to_owned()
    } else {
        let wait = Wait::from_byte(MAIN_WAIT.load(SeqCst)).text();
        format!("fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [{wait}]:\nmain.main()\n")
    };
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
    std::process::exit(2)
}
