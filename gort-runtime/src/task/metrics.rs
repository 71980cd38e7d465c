//! Numbers about what goroutines and their scheduler do.
//!
//! - In: what is counted anyway; with feature `metrics` also [`count`], from all that is counted for this only.
//! - Out: [`metrics`], a snapshot.
//! - Invariants: without the feature `count` is nothing, and what it counts is not in [`Metrics`]. Each thread writes counters
//!   of its own; a snapshot is exact for what happened before it, and may have any part of what happens meanwhile.

use super::local::Wait;
use super::scheduler::task::Stand;
use super::{count, scheduler};

/// Something that is counted with feature `metrics`.
#[derive(Clone, Copy)]
pub(crate) enum Event {
    Send,
    Receive,
    /// A goroutine was woken.
    Wake,
    /// Goroutines were taken from another processor.
    Steal,
    /// A worker went to sleep.
    Park,
    /// A sleeping worker was woken to look for work.
    Unpark,
    /// A processor went to another thread, since its own was about to block.
    HandOff,
    /// A goroutine began to wait.
    #[cfg_attr(not(feature = "metrics"), allow(dead_code))]
    Wait(Wait),
}

/// How many counters there are: those before the waits, and one for each kind of wait.
#[cfg(feature = "metrics")]
pub(super) const EVENTS: usize = BEFORE_WAITS + Wait::ALL.len();
#[cfg(feature = "metrics")]
const BEFORE_WAITS: usize = 7;

#[cfg(feature = "metrics")]
impl Event {
    /// The place of its counter.
    #[inline]
    pub(super) fn index(self) -> usize {
        match self {
            Event::Send => 0,
            Event::Receive => 1,
            Event::Wake => 2,
            Event::Steal => 3,
            Event::Park => 4,
            Event::Unpark => 5,
            Event::HandOff => 6,
            Event::Wait(wait) => BEFORE_WAITS + wait as usize,
        }
    }
}

/// Counts something.
#[inline(always)]
pub(crate) fn count(event: Event) {
    #[cfg(feature = "metrics")]
    count::event(event, 1);
    #[cfg(not(feature = "metrics"))]
    let _ = event;
}

/// Takes back something that was counted, as it did not come to be.
#[inline(always)]
pub(crate) fn take_back(event: Event) {
    #[cfg(feature = "metrics")]
    count::event(event, -1);
    #[cfg(not(feature = "metrics"))]
    let _ = event;
}

/// A snapshot of what goroutines and their scheduler have done; see [`metrics`].
///
/// ```
/// use gort_runtime::task::{self, Metrics};
/// task::test(async {
///     let Metrics { live, started, .. } = task::metrics();
///     assert!(0 < live && live <= started);
/// });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// Goroutines that are not over, in the process.
    pub live: u64,
    /// Goroutines that were started, in the process, since it began.
    pub started: u64,
    /// Goroutines of this thread's scheduler that wait.
    pub blocked: u64,
    /// Goroutines of this thread's scheduler that could run, and that no thread has come to.
    pub runnable: u64,
    /// How often each processor of this thread's scheduler began to run a goroutine.
    pub runs: Vec<u64>,
    /// What is counted with feature `metrics` only.
    #[cfg(feature = "metrics")]
    pub counts: Counts,
}

/// How often things happened in the process since it began, as feature `metrics` counts it.
///
/// ```
/// use gort_runtime::{chan::Chan, task::{self, Wait}};
/// task::test(async {
///     let before = task::metrics().counts;
///     let c = Chan::make(0);
///     let receiver = c.clone();
///     task::go(async move { assert_eq!(receiver.recv().await, Some(5)) });
///     c.send(5).await;
///     let after = task::metrics().counts;
///     assert!(after.sends > before.sends && after.receives > before.receives);
///     // One of the two was first, and had to wait.
///     let waits = |counts: &task::Counts| counts.waits(Wait::ChanSend) + counts.waits(Wait::ChanReceive);
///     assert!(waits(&after) > waits(&before));
/// });
/// ```
#[cfg(feature = "metrics")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Values that were sent on channels: taken by a receiver or a buffer.
    pub sends: u64,
    /// Values that were received from channels.
    pub receives: u64,
    /// Goroutines that were woken.
    pub wakes: u64,
    /// Thefts: a processor took goroutines from another.
    pub steals: u64,
    /// Worker threads that went to sleep.
    pub parks: u64,
    /// Worker threads that were woken to look for work.
    pub unparks: u64,
    /// Processors that went to another thread, since their own was about to block.
    pub hand_offs: u64,
    waits: [u64; Wait::ALL.len()],
}

#[cfg(feature = "metrics")]
impl Counts {
    fn now() -> Self {
        let events = count::events();
        let of = |event: Event| events[event.index()];
        Counts {
            sends: of(Event::Send),
            receives: of(Event::Receive),
            wakes: of(Event::Wake),
            steals: of(Event::Steal),
            parks: of(Event::Park),
            unparks: of(Event::Unpark),
            hand_offs: of(Event::HandOff),
            waits: Wait::ALL.map(|wait| of(Event::Wait(wait))),
        }
    }

    /// How often a goroutine found that it had to wait for something of a kind.
    ///
    /// One that is woken, looks, and has to wait again is counted again.
    ///
    /// ```
    /// use gort_runtime::task::{self, Wait};
    /// println!("{} times at a channel", task::metrics().counts.waits(Wait::ChanReceive));
    /// ```
    pub fn waits(&self, wait: Wait) -> u64 {
        self.waits[wait as usize]
    }
}

/// Numbers about goroutines and their scheduler, as they stand now.
///
/// On a thread that belongs to no scheduler of ours, what is the scheduler's is zero.
/// It costs a look at each of the scheduler's goroutines; what is counted beyond feature `metrics` costs nothing until it is
/// asked for.
///
/// # Differences from Go
/// `runtime/metrics` has names and histograms; this has what they tell of the scheduler.
///
/// ```
/// use gort_runtime::{chan::Chan, task};
/// task::test(async {
///     let before = task::metrics();
///     let c = Chan::<i32>::make(0);
///     let receiver = c.clone();
///     task::go(async move { assert_eq!(receiver.recv().await, None) });
///     let now = task::metrics();
///     assert_eq!(now.started, before.started + 1);
///     while task::metrics().blocked == before.blocked {
///         task::gosched().await;
///     }
///     c.close();
/// });
/// ```
pub fn metrics() -> Metrics {
    let mut metrics = Metrics {
        started: count::all_started(),
        #[cfg(feature = "metrics")]
        counts: Counts::now(),
        ..Metrics::default()
    };
    // After `started`, so that a goroutine that starts meanwhile is not alive before it was started.
    metrics.live = u64::try_from(count::live()).unwrap_or_default().min(metrics.started);
    if let Some(scheduler) = scheduler::current() {
        metrics.runs = scheduler.runs();
        scheduler.each(|task| match task.stands().0 {
            Stand::Waiting => metrics.blocked += 1,
            Stand::Runnable => metrics.runnable += 1,
            Stand::Running => {}
        });
    }
    metrics
}

#[cfg(all(test, feature = "metrics"))]
mod tests {
    use super::*;

    #[test]
    fn each_event_has_a_counter_of_its_own() {
        let events = [
            Event::Send,
            Event::Receive,
            Event::Wake,
            Event::Steal,
            Event::Park,
            Event::Unpark,
            Event::HandOff,
        ];
        let waits = Wait::ALL.map(Event::Wait);
        let places: Vec<_> = events.iter().chain(&waits).map(|event| event.index()).collect();
        assert_eq!(places, (0..EVENTS).collect::<Vec<_>>());
        assert!(Wait::ALL.iter().enumerate().all(|(at, wait)| *wait as usize == at));
    }
}
