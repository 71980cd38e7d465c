//! Threads that have nothing to do.
//!
//! - In: threads that found no goroutine to run, and those that want one to look again.
//! - Out: [`Idle`], used under its lock.
//! - Invariants: a processor is in here from when its thread found nothing until it is popped, or leaves by itself. The first
//!   is the *watcher*, which sleeps with a limit while others run; the last is the *judge*, which looks for a deadlock when
//!   all are in here. Sleepers are popped from the end, so that the watcher stays.

use std::sync::Arc;
use std::thread::Thread;

use super::Processor;
use crate::shim::Lock;
use crate::shim::atomic::{AtomicUsize, Ordering::SeqCst};

/// A thread that sleeps, with its processor.
pub(super) struct Sleeper {
    pub(super) processor: usize,
    pub(super) thread: Thread,
}

/// Where a thread without a processor is given one.
pub(super) type Mailbox = Lock<Option<&'static Processor>>;

/// A thread without a processor, and where it looks for one.
pub(super) struct Spare {
    pub(super) thread: Thread,
    pub(super) mailbox: Arc<Mailbox>,
}

/// What a sleeper has to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing until it is woken.
    Sleep,
    /// Look around from time to time.
    Watch,
    /// Look for a deadlock.
    Judge,
}

#[derive(Default)]
pub(super) struct Idle {
    sleepers: Vec<Sleeper>,
    spares: Vec<Spare>,
    /// Rises whenever a sleeper goes.
    wakes: u64,
}

impl Idle {
    /// Takes a processor in; `idling` is the number of those in here, for others to read.
    pub(super) fn push(&mut self, sleeper: Sleeper, idling: &AtomicUsize) {
        self.sleepers.push(sleeper);
        idling.store(self.sleepers.len(), SeqCst);
    }

    /// Takes a processor out that is to be woken.
    pub(super) fn pop(&mut self, idling: &AtomicUsize) -> Option<Sleeper> {
        let sleeper = self.sleepers.pop()?;
        self.wakes += 1;
        idling.store(self.sleepers.len(), SeqCst);
        Some(sleeper)
    }

    /// Takes a processor out whose thread woke by itself; `false` if it was popped before. Whoever is the watcher now is
    /// told.
    pub(super) fn leave(&mut self, processor: usize, idling: &AtomicUsize) -> bool {
        let Some(at) = self.sleepers.iter().position(|sleeper| sleeper.processor == processor) else {
            return false;
        };
        self.sleepers.remove(at);
        self.wakes += 1;
        idling.store(self.sleepers.len(), SeqCst);
        if let (0, Some(watcher)) = (at, self.sleepers.first()) {
            watcher.thread.unpark();
        }
        true
    }

    /// Whether a processor is in here.
    pub(super) fn holds(&self, processor: usize) -> bool {
        self.sleepers.iter().any(|sleeper| sleeper.processor == processor)
    }

    /// What the thread of a processor in here has to do, when there are `all`; and the number of wakes until now.
    pub(super) fn role(&self, processor: usize, all: usize) -> (Role, u64) {
        let is = |sleeper: Option<&Sleeper>| sleeper.is_some_and(|sleeper| sleeper.processor == processor);
        let role = match self.sleepers.len() == all {
            true if is(self.sleepers.last()) => Role::Judge,
            false if is(self.sleepers.first()) => Role::Watch,
            _ => Role::Sleep,
        };
        (role, self.wakes)
    }

    /// The judge, if all processors are in here.
    pub(super) fn judge(&self, all: usize) -> Option<&Thread> {
        self.sleepers
            .last()
            .filter(|_| self.sleepers.len() == all)
            .map(|sleeper| &sleeper.thread)
    }

    /// Has the watcher look what it has to do now.
    pub(super) fn wake_watcher(&self) {
        if let [watcher, .., _] = &*self.sleepers {
            watcher.thread.unpark();
        }
    }

    /// Who sees to it that goroutines are woken at their times: the judge if all processors are in here, else the watcher.
    pub(super) fn minder(&self, all: usize) -> Option<&Thread> {
        let watcher = || self.sleepers.first().map(|sleeper| &sleeper.thread);
        self.judge(all).or_else(watcher)
    }

    pub(super) fn push_spare(&mut self, spare: Spare) {
        self.spares.push(spare);
    }

    pub(super) fn pop_spare(&mut self) -> Option<Spare> {
        self.spares.pop()
    }

    /// How many threads have no processor.
    pub(super) fn spares(&self) -> usize {
        self.spares.len()
    }

    /// All threads in here.
    pub(super) fn threads(&self) -> Vec<Thread> {
        let sleepers = self.sleepers.iter().map(|sleeper| sleeper.thread.clone());
        let spares = self.spares.iter().map(|spare| spare.thread.clone());
        sleepers.chain(spares).collect()
    }
}
