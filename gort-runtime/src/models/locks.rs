//! Locks, `WaitGroup` and `Once` under loom.
//!
//! - In: `sync`.
//! - Out: one at a time, nobody forgotten, in any interleaving.
//! - Invariants: see `models`.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use loom::cell::UnsafeCell;
use loom::future::block_on;
use loom::thread;

use super::{explore, poll_once};
use crate::sync::{Mutex, Once, RwMutex, WaitGroup};

/// A value that the checker watches.
#[derive(Default)]
struct Watched(UnsafeCell<u32>);

#[allow(unsafe_code)]
// SAFETY: the checker reports every use that is not synchronised.
unsafe impl Send for Watched {}
#[allow(unsafe_code)]
// SAFETY: as above.
unsafe impl Sync for Watched {}

impl Watched {
    #[allow(unsafe_code)]
    fn add(&self) {
        // SAFETY: the checker reports it if somebody else uses the value.
        self.0.with_mut(|value| unsafe { *value += 1 });
    }

    #[allow(unsafe_code)]
    fn get(&self) -> u32 {
        // SAFETY: the checker reports it if somebody writes the value.
        self.0.with(|value| unsafe { *value })
    }
}

/// ```text
/// a: lock, add, unlock
/// b: lock, add, unlock
/// c: lock, add, unlock
/// ```
#[test]
fn a_mutex_lets_in_one_at_a_time_and_forgets_nobody() {
    explore(|| {
        let shared = Arc::new((Mutex::new(), Watched::default()));
        let work = |shared: &(Mutex, Watched)| {
            block_on(shared.0.lock());
            shared.1.add();
            shared.0.unlock();
        };
        let threads = [(); 2].map(|()| {
            let shared = shared.clone();
            thread::spawn(move || work(&shared))
        });
        work(&shared);
        threads.into_iter().for_each(|thread| drop(thread.join()));
        assert!(shared.0.try_lock());
        assert_eq!(shared.1.get(), 3);
    });
}

/// A waiter is dropped while it may just be woken: the next one must be.
///
/// ```text
/// main: locked ................... unlock
/// a:    poll lock ... drop it
/// b:    lock waits ............... gets it
/// ```
#[test]
fn a_dropped_waiter_passes_its_turn_on() {
    explore(|| {
        let mutex = Arc::new(Mutex::new());
        assert!(mutex.try_lock());
        let a = {
            let mutex = mutex.clone();
            thread::spawn(move || {
                if poll_once(Box::pin(mutex.lock()).as_mut()).is_ready() {
                    mutex.unlock();
                }
            })
        };
        let b = {
            let mutex = mutex.clone();
            thread::spawn(move || {
                block_on(mutex.lock());
                mutex.unlock();
            })
        };
        mutex.unlock();
        drop((a.join(), b.join()));
        assert!(mutex.try_lock());
    });
}

/// ```text
/// a: read
/// b: write
/// main: write
/// ```
#[test]
fn readers_and_writers_exclude_each_other() {
    explore(|| {
        let shared = Arc::new((RwMutex::new(), Watched::default()));
        let reader = {
            let shared = shared.clone();
            thread::spawn(move || {
                block_on(shared.0.rlock());
                let seen = shared.1.get();
                shared.0.runlock();
                seen
            })
        };
        let write = |shared: &(RwMutex, Watched)| {
            block_on(shared.0.lock());
            shared.1.add();
            shared.0.unlock();
        };
        let writer = {
            let shared = shared.clone();
            thread::spawn(move || write(&shared))
        };
        write(&shared);
        assert!(reader.join().unwrap_or(9) <= 2);
        drop(writer.join());
        assert!(shared.0.try_lock());
        assert_eq!(shared.1.get(), 2);
    });
}

/// A writer for which a reader waits is dropped: the reader must get in.
///
/// ```text
/// main:   rlock ............................... runlock
/// writer: .... poll lock ... drop it
/// reader: ................. rlock waits behind the writer
/// ```
#[test]
fn a_dropped_writer_lets_readers_in() {
    explore(|| {
        let lock = Arc::new(RwMutex::new());
        assert!(lock.try_rlock());
        let writer = {
            let lock = lock.clone();
            thread::spawn(move || {
                if poll_once(Box::pin(lock.lock()).as_mut()).is_ready() {
                    lock.unlock();
                }
            })
        };
        let reader = {
            let lock = lock.clone();
            thread::spawn(move || {
                block_on(lock.rlock());
                lock.runlock();
            })
        };
        lock.runlock();
        drop((writer.join(), reader.join()));
        assert!(lock.try_lock());
    });
}

/// ```text
/// a: done
/// b: done
/// main: wait ... sees what both did
/// ```
#[test]
fn a_wait_group_waits_for_all() {
    explore(|| {
        let shared = Arc::new((WaitGroup::default(), [Watched::default(), Watched::default()]));
        shared.0.add(2);
        let threads = [0, 1].map(|i| {
            let shared = shared.clone();
            thread::spawn(move || {
                shared.1[i].add();
                shared.0.done();
            })
        });
        block_on(shared.0.wait());
        assert_eq!(shared.1[0].get() + shared.1[1].get(), 2);
        threads.into_iter().for_each(|thread| drop(thread.join()));
    });
}

/// ```text
/// a: once ... sees it done
/// main: once ... sees it done
/// ```
#[test]
fn once_calls_once_and_everybody_sees_it() {
    explore(|| {
        let shared = Arc::new((Once::default(), Watched::default()));
        let call = |shared: &(Once, Watched)| {
            block_on(shared.0.do_async(|| async { shared.1.add() }));
            assert_eq!(shared.1.get(), 1);
        };
        let other = {
            let shared = shared.clone();
            thread::spawn(move || call(&shared))
        };
        call(&shared);
        drop(other.join());
    });
}

/// ```text
/// a:    once, panics ... or sees it done
/// main: once, panics ... or sees it done
/// ```
#[test]
fn a_once_whose_call_panics_is_done_too() {
    explore(|| {
        let shared = Arc::new((Once::default(), Watched::default()));
        let panics = |shared: &(Once, Watched)| {
            let call = || {
                shared.1.add();
                resume_unwind(Box::new("too hot"))
            };
            let panicked = catch_unwind(AssertUnwindSafe(|| shared.0.do_borrowing(call))).is_err();
            assert_eq!(shared.1.get(), 1);
            panicked
        };
        let other = {
            let shared = shared.clone();
            thread::spawn(move || panics(&shared))
        };
        let mine = panics(&shared);
        assert!(
            other.join().is_ok_and(|others| others != mine),
            "one of them has panicked"
        );
    });
}

/// ```text
/// a:    done
/// main: waits as a thread ... sees what a did
/// b:    waits as a thread ... sees it too
/// ```
#[test]
fn threads_wait_for_a_group_too() {
    explore(|| {
        let shared = Arc::new((WaitGroup::default(), Watched::default()));
        shared.0.add(1);
        let waits = |shared: &(WaitGroup, Watched)| {
            shared.0.wait_sync();
            assert_eq!(shared.1.get(), 1);
        };
        let (counts, other) = (shared.clone(), shared.clone());
        let a = thread::spawn(move || {
            counts.1.add();
            counts.0.done();
        });
        let b = thread::spawn(move || waits(&other));
        waits(&shared);
        assert!(a.join().is_ok() && b.join().is_ok());
    });
}

/// ```text
/// a:    locks as a thread, adds, unlocks
/// b:    read-locks as a thread, looks, unlocks
/// main: locks, adds, unlocks
/// ```
#[test]
fn threads_lock_what_goroutines_lock() {
    explore(|| {
        let shared = Arc::new((RwMutex::default(), Watched::default()));
        let (writes, reads) = (shared.clone(), shared.clone());
        let a = thread::spawn(move || {
            writes.0.lock_sync();
            writes.1.add();
            writes.0.unlock();
        });
        let b = thread::spawn(move || {
            reads.0.rlock_sync();
            assert!(reads.1.get() <= 2);
            reads.0.runlock();
        });
        block_on(shared.0.lock());
        shared.1.add();
        shared.0.unlock();
        drop((a.join(), b.join()));
        assert!(shared.0.try_lock());
        assert_eq!(shared.1.get(), 2);
    });
}
