//! Handles and sets of goroutines under loom.
//!
//! - In: `task::join`, with futures polled by hand in place of goroutines.
//! - Out: a result is told once, whoever comes first.
//! - Invariants: see `models`.

use std::sync::Arc;

use loom::future::block_on;
use loom::thread;

use super::{explore, poll_once};
use crate::task::join::handle::{JoinHandle, Slot};
use crate::task::join::run::{Control, Joined};
use crate::task::join::set::{Member, Results};

/// ```text
/// goroutine: looks whether it was aborted, returns, tells
/// main:      waits ............................... gets it
/// other:     aborts
/// ```
#[test]
fn a_result_or_an_abort_is_told_to_who_waits() {
    explore(|| {
        let slot = Slot::new(7);
        let goroutine = Joined::new(std::future::ready(5), slot.clone());
        let handle = JoinHandle(slot);
        let aborts = handle.abort_handle();
        let goroutine = thread::spawn(move || block_on(goroutine));
        let other = thread::spawn(move || aborts.abort());
        match block_on(handle) {
            Ok(value) => assert_eq!(value, 5),
            Err(error) => assert!(error.is_cancelled()),
        }
        drop((goroutine.join(), other.join()));
    });
}

/// ```text
/// goroutine: waits ....... is woken, sees that it was aborted
/// main:      aborts
/// ```
#[test]
fn an_abort_wakes_a_goroutine_that_waits() {
    explore(|| {
        let slot = Slot::<()>::new(7);
        let goroutine = Joined::new(std::future::pending(), slot.clone());
        let handle = JoinHandle(slot);
        let goroutine = thread::spawn(move || block_on(goroutine));
        handle.abort();
        assert!(goroutine.join().is_ok());
        assert!(handle.is_finished());
        assert!(block_on(handle).is_err_and(|error| error.is_cancelled()));
    });
}

/// ```text
/// goroutine: returns, tells ... drops the value if nobody asks
/// main:      drops the handle . drops the value if it is there
/// ```
#[test]
fn a_value_that_nobody_asks_for_is_dropped_once() {
    explore(|| {
        let slot = Slot::new(7);
        let value = Arc::new(());
        let goroutine = Joined::new(std::future::ready(value.clone()), slot.clone());
        let handle = JoinHandle(slot);
        let goroutine = thread::spawn(move || block_on(goroutine));
        drop(handle);
        assert!(goroutine.join().is_ok());
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

/// ```text
/// two goroutines: return, tell
/// main:           waits for one, waits for the other
/// ```
#[test]
fn a_set_gets_both_results() {
    explore(|| {
        let results = Results::new();
        let goroutines = [1, 2].map(|id| {
            let member = Member {
                control: Arc::new(Control::new(id)),
                results: results.clone(),
            };
            let goroutine = Joined::new(std::future::ready(id), member);
            thread::spawn(move || block_on(goroutine))
        });
        // Given up once, as in a `select!`.
        let mut seen: Vec<u64> = Vec::new();
        let next = || std::future::poll_fn(|cx| results.poll_next(cx));
        if let std::task::Poll::Ready((id, _)) = poll_once(std::pin::pin!(next())) {
            seen.push(id);
        }
        while seen.len() < 2 {
            seen.push(block_on(next()).0);
        }
        seen.sort_unstable();
        assert_eq!(seen, [1, 2]);
        for goroutine in goroutines {
            drop(goroutine.join());
        }
    });
}
