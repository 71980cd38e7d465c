//! What the crate asks and tells of bubbles: goroutines with a time of their own (`time::bubble`).
//!
//! - In: goroutines that start, wait, are woken and end; what belongs to a bubble because it was made in one.
//! - Out: the number of the bubble that this thread runs a goroutine of; whether a wait is durable.
//! - Invariants: until a process has its first bubble, nothing costs more than a look at a flag that nobody writes. Without the
//!   feature `time` there are none, and the compiler knows it.
//!
//! A wait is durable if only a goroutine of the same bubble, or its time, can end it.

#[cfg(feature = "time")]
use crate::shim::process::atomic::{AtomicBool, Ordering::Relaxed};

use super::local::{self, Local};

/// The number of a bubble; 0 is none.
pub(crate) type Number = u16;

#[cfg(feature = "time")]
static ANY: AtomicBool = AtomicBool::new(false);

/// Says that there are bubbles from now on.
#[cfg(feature = "time")]
pub(crate) fn begin() {
    ANY.store(true, Relaxed);
}

/// Whether there is or was a bubble.
#[inline(always)]
pub(crate) fn any() -> bool {
    // A model runs the same each time, whatever others do meanwhile in this process.
    #[cfg(all(test, gort_loom, feature = "time"))]
    return local::with(Local::bubble) != 0;
    #[cfg(all(not(all(test, gort_loom)), feature = "time"))]
    return ANY.load(Relaxed);
    #[cfg(not(feature = "time"))]
    false
}

/// The bubble of the goroutine that this thread runs.
#[inline]
pub(crate) fn here() -> Number {
    if any() { local::with(Local::bubble) } else { 0 }
}

/// Panics unless something that was made in a bubble is used in that one.
#[cold]
#[inline(never)]
pub(crate) fn must_be_here(of: Number, what: &'static str) {
    if of != 0 && of != here() {
        crate::panic::go_panic_plain(format!("{what} from outside bubble"));
    }
}

/// A goroutine begins.
#[inline]
pub(super) fn started(local: &Local) {
    if local.bubble() != 0 {
        tell(local, |bubble| bubble.started());
    }
}

/// A goroutine is over.
#[inline]
pub(super) fn ended(local: &Local) {
    if local.bubble() != 0 {
        tell(local, |bubble| bubble.ended(local.id));
    }
}

/// A goroutine of a bubble, or its thread in `block_on`, waits durably.
#[cold]
#[inline(never)]
pub(super) fn parked(of: Number) {
    tell_of(of, Bubble::parked);
}

/// A goroutine that waited durably is woken.
#[cold]
#[inline(never)]
pub(super) fn woken(local: &Local) {
    tell(local, |bubble| bubble.woken(local.wait()));
}

/// A thread that waited durably in `block_on` is woken.
#[cold]
#[inline(never)]
pub(super) fn unparked(of: Number) {
    tell_of(of, Bubble::unparked);
}

#[cold]
#[inline(never)]
fn tell(local: &Local, what: impl FnOnce(&Bubble)) {
    tell_of(local.bubble(), what);
}

#[cfg(feature = "time")]
use crate::time::bubble::Bubble;

#[cfg(feature = "time")]
fn tell_of(of: Number, what: impl FnOnce(&Bubble)) {
    if let Some(bubble) = Bubble::of(of) {
        what(&bubble);
    }
}

/// There are none without a time.
#[cfg(not(feature = "time"))]
struct Bubble;

#[cfg(not(feature = "time"))]
impl Bubble {
    fn started(&self) {}
    fn ended(&self, _: u64) {}
    fn parked(&self) {}
    fn woken(&self, _: super::Wait) {}
    fn unparked(&self) {}
}

#[cfg(not(feature = "time"))]
fn tell_of(_: Number, _: impl FnOnce(&Bubble)) {}
