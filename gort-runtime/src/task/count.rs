//! How many goroutines there are, their numbers, and with feature `metrics` how often things happened, without one counter
//! that all threads fight for.
//!
//! - In: [`started`] and [`ended`], [`event`], from any thread.
//! - Out: [`live`], [`all_started`], [`events`], [`next_id`].
//! - Invariants: a thread's counter is written by that thread only, so that counting is a plain store; the sum is exact for
//!   whatever happened before it was asked for. A number is given once.

use std::cell::Cell;
use std::sync::Arc;

use crate::shim::process::Lock;
use crate::shim::process::atomic::{AtomicU64, Ordering::Relaxed};
#[cfg(feature = "metrics")]
use crate::task::metrics::{EVENTS, Event};

/// What a thread counts, alone on its cache lines.
#[repr(align(64))]
struct Counters {
    started: AtomicU64,
    ended: AtomicU64,
    #[cfg(feature = "metrics")]
    events: [AtomicU64; EVENTS],
}

impl Counters {
    const fn new() -> Self {
        Counters {
            started: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            #[cfg(feature = "metrics")]
            events: [const { AtomicU64::new(0) }; EVENTS],
        }
    }

    /// Adds what another counted; the caller alone writes this one.
    fn take_over(&self, other: &Counters) {
        add(&self.started, other.started.load(Relaxed));
        add(&self.ended, other.ended.load(Relaxed));
        #[cfg(feature = "metrics")]
        for (mine, its) in self.events.iter().zip(&other.events) {
            add(mine, its.load(Relaxed));
        }
    }
}

struct Threads {
    counters: Vec<Arc<Counters>>,
    /// The sum of threads that are gone.
    gone: Counters,
}

impl Threads {
    /// The sum of one of the counters.
    fn sum(&self, one: impl Fn(&Counters) -> &AtomicU64) -> u64 {
        let counters = self.counters.iter().map(|counters| one(counters).load(Relaxed));
        counters.fold(one(&self.gone).load(Relaxed), u64::wrapping_add)
    }
}

static THREADS: Lock<Threads> = Lock::new(Threads {
    counters: Vec::new(),
    gone: Counters::new(),
});

/// A thread's counters, known to all for as long as the thread lives.
struct Mine(Arc<Counters>);

impl Mine {
    fn register() -> Self {
        let counters = Arc::new(Counters::new());
        THREADS.lock().counters.push(counters.clone());
        Mine(counters)
    }
}

impl Drop for Mine {
    fn drop(&mut self) {
        let mut threads = THREADS.lock();
        threads.gone.take_over(&self.0);
        threads.counters.retain(|counters| !Arc::ptr_eq(counters, &self.0));
    }
}

thread_local! {
    static MINE: Mine = Mine::register();
    /// The numbers that this thread may give: the next, and the first that it may not.
    static IDS: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

/// Adds to a counter that nobody else writes now.
#[inline]
fn add(counter: &AtomicU64, n: u64) {
    counter.store(counter.load(Relaxed).wrapping_add(n), Relaxed);
}

#[inline]
fn count(one: impl Fn(&Counters) -> &AtomicU64, n: u64) {
    let counted = MINE.try_with(|mine| add(one(&mine.0), n));
    if counted.is_err() {
        // The thread is being torn down.
        add(one(&THREADS.lock().gone), n);
    }
}

/// Counts a goroutine.
#[inline]
pub(super) fn started() {
    count(|counters| &counters.started, 1);
}

/// Counts a goroutine no longer.
#[inline]
pub(super) fn ended() {
    count(|counters| &counters.ended, 1);
}

/// How many goroutines there are.
pub(super) fn live() -> i64 {
    let threads = THREADS.lock();
    // In this order, so that one that starts and ends meanwhile is not counted as an end alone.
    let ended = threads.sum(|counters| &counters.ended);
    threads.sum(|counters| &counters.started).wrapping_sub(ended) as i64
}

/// How many goroutines have ever been started.
pub(super) fn all_started() -> u64 {
    THREADS.lock().sum(|counters| &counters.started)
}

/// Counts something that happened; -1 takes one back.
#[cfg(feature = "metrics")]
#[inline]
pub(super) fn event(event: Event, n: i64) {
    count(|counters| &counters.events[event.index()], n as u64);
}

/// How often each happened.
#[cfg(feature = "metrics")]
pub(super) fn events() -> [u64; EVENTS] {
    let threads = THREADS.lock();
    std::array::from_fn(|index| threads.sum(|counters| &counters.events[index]))
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
