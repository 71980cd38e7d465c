//! Semaphores, barriers, conditions and atomics under loom.
//!
//! - In: `sync`.
//! - Out: never more inside than may be, nobody forgotten, in any interleaving.
//! - Invariants: see `models`.

use std::sync::Arc;

use loom::future::block_on;
use loom::thread;

use super::{explore, poll_once};
use crate::sync::owned::{Cond, Mutex};
use crate::sync::{Barrier, Semaphore, atomic};

/// ```text
/// main: holds both ........ releases one, releases one
/// a:    acquire(2), given up after one poll, or released
/// b:    acquire(1) waits .. gets it
/// ```
#[test]
fn a_semaphore_forgets_nobody_when_one_gives_up() {
    explore(|| {
        let semaphore = Arc::new(Semaphore::new(2));
        assert!(semaphore.try_acquire(2));
        let gives_up = {
            let semaphore = semaphore.clone();
            thread::spawn(move || {
                if poll_once(Box::pin(semaphore.acquire(2)).as_mut()).is_ready() {
                    semaphore.release(2);
                }
            })
        };
        let waits = {
            let semaphore = semaphore.clone();
            thread::spawn(move || {
                block_on(semaphore.acquire(1));
                semaphore.release(1);
            })
        };
        semaphore.release(1);
        semaphore.release(1);
        drop((gives_up.join(), waits.join()));
        assert!(semaphore.try_acquire(2));
    });
}

/// ```text
/// a: wait ... both go on, one of them as the last
/// main: wait
/// ```
#[test]
fn a_barrier_lets_both_through_and_tells_one() {
    explore(|| {
        let barrier = Arc::new(Barrier::new(2));
        let other = barrier.clone();
        let a = thread::spawn(move || block_on(other.wait()));
        let last = block_on(barrier.wait());
        assert_ne!(a.join().unwrap_or(last), last);
    });
}

/// ```text
/// main: lock, wait while false ............ goes on, locked
/// a:    ......... lock, set, unlock, notify
/// ```
#[test]
fn a_condition_is_not_missed() {
    explore(|| {
        let shared = Arc::new((Mutex::new(false), Cond::new()));
        let other = shared.clone();
        let sets = thread::spawn(move || {
            let mut guard = block_on(other.0.lock_async());
            *guard = true;
            drop(guard);
            other.1.notify_one();
        });
        block_on(async {
            let guard = shared.0.lock_async().await;
            let guard = shared.1.wait_while(guard, |ready| !*ready).await;
            assert!(*guard && shared.0.try_lock().is_none());
        });
        drop(sets.join());
    });
}

/// One notification for two who wait, of whom one gives up: the other must get it.
///
/// ```text
/// a:    waits, given up after one poll
/// main: waits ......................... goes on
/// b:    set, notify one
/// ```
#[test]
fn a_notification_of_who_gave_up_goes_to_another() {
    explore(|| {
        let shared = Arc::new((Mutex::new(false), Cond::new()));
        let gives_up = {
            let shared = shared.clone();
            thread::spawn(move || {
                let wait = async {
                    let guard = shared.0.lock_async().await;
                    if !*guard {
                        drop(shared.1.wait(guard).await);
                    }
                };
                let _ = poll_once(Box::pin(wait).as_mut());
            })
        };
        let sets = {
            let shared = shared.clone();
            thread::spawn(move || {
                *block_on(shared.0.lock_async()) = true;
                shared.1.notify_one();
            })
        };
        block_on(async {
            let guard = shared.0.lock_async().await;
            drop(shared.1.wait_while(guard, |ready| !*ready).await);
        });
        drop((gives_up.join(), sets.join()));
    });
}

/// ```text
/// a: compare 0 and swap in 1
/// b: compare 0 and swap in 2
/// main: add 10
/// ```
#[test]
fn atomics_lose_nothing() {
    explore(|| {
        let x = Arc::new(atomic::Int64::default());
        let threads = [1, 2].map(|new| {
            let x = x.clone();
            thread::spawn(move || x.compare_and_swap(0, new))
        });
        x.add(10);
        let swapped = threads.map(|thread| thread.join().unwrap_or(false));
        match swapped {
            [true, false] => assert_eq!(x.load(), 11),
            [false, true] => assert_eq!(x.load(), 12),
            [false, false] => assert_eq!(x.load(), 10),
            [true, true] => unreachable!("one of them saw the other's"),
        }
    });
}
