//! How many goroutines there are, and their numbers, without one counter that all threads fight for.
//!
//! - In: [`started`] and [`ended`], from any thread.
//! - Out: [`live`], [`next_id`].
//! - Invariants: a thread's counter is written by that thread only, so that counting is a plain store; the sum is exact for
//!   whatever happened before it was asked for. A number is given once.

use std::cell::Cell;
use std::sync::Arc;

use crate::shim::process::Lock;
use crate::shim::process::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

/// A counter alone on its cache line.
#[derive(Default)]
#[repr(align(64))]
struct Counter(AtomicI64);

struct Threads {
    counters: Vec<Arc<Counter>>,
    /// The sum of threads that are gone.
    gone: i64,
}

static THREADS: Lock<Threads> = Lock::new(Threads {
    counters: Vec::new(),
    gone: 0,
});

/// A thread's counter, known to all for as long as the thread lives.
struct Mine(Arc<Counter>);

impl Mine {
    fn register() -> Self {
        let counter = Arc::new(Counter::default());
        THREADS.lock().counters.push(counter.clone());
        Mine(counter)
    }
}

impl Drop for Mine {
    fn drop(&mut self) {
        let mut threads = THREADS.lock();
        threads.gone += self.0.0.load(Relaxed);
        threads.counters.retain(|counter| !Arc::ptr_eq(counter, &self.0));
    }
}

thread_local! {
    static MINE: Mine = Mine::register();
    /// The numbers that this thread may give: the next, and the first that it may not.
    static IDS: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

fn add(n: i64) {
    let counted = MINE.try_with(|mine| mine.0.0.store(mine.0.0.load(Relaxed) + n, Relaxed));
    if counted.is_err() {
        // The thread is being torn down.
        THREADS.lock().gone += n;
    }
}

/// Counts a goroutine.
#[inline]
pub(super) fn started() {
    add(1);
}

/// Counts a goroutine no longer.
#[inline]
pub(super) fn ended() {
    add(-1);
}

/// How many goroutines there are.
pub(super) fn live() -> i64 {
    let threads = THREADS.lock();
    let counters = threads.counters.iter().map(|counter| counter.0.load(Relaxed));
    threads.gone + counters.sum::<i64>()
}

/// A number for a goroutine; 1 is main's.
#[inline]
pub(crate) fn next_id() -> u64 {
    /// So many at a time, as in Go.
    const BATCH: u64 = 16;
    static LAST: AtomicU64 = AtomicU64::new(2);
    let (next, end) = IDS.get();
    if next < end {
        IDS.set((next + 1, end));
        return next;
    }
    let first = LAST.fetch_add(BATCH, Relaxed);
    IDS.set((first + 1, first + BATCH));
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_differ_and_counts_outlive_their_threads() {
        let numbers = || (0..100).map(|_| next_id()).collect::<Vec<_>>();
        let mut all: Vec<u64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(numbers)).collect();
            threads.into_iter().flat_map(|t| t.join().unwrap_or_default()).collect()
        });
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 400);
        assert!(all[0] > 1);
        drop(std::thread::spawn(started).join());
        drop(std::thread::spawn(ended).join());
    }
}
