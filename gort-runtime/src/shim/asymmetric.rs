//! A fence with two sides: almost free for those who pass often, dear for those who pass seldom.
//!
//! - In: Linux's `membarrier`, after [`prepare`]; elsewhere, and before, both sides are ordinary fences.
//! - Out: [`light`], [`heavy`], [`prepare`].
//! - Invariants: of two threads of which one stores `a`, passes [`light`] and loads `b`, and the other stores `b`, passes
//!   [`heavy`] and loads `a`, at least one sees what the other stored. Two light sides promise each other nothing.
//!   In models both are ordinary fences.
//!
//! The system runs a full barrier on each running thread of the process before `heavy` returns; a thread that does not
//! run has passed one when it was interrupted. So each light side lies before such a barrier, and then loads what was
//! stored before `heavy`; or it lies after, and then what it stored is seen after `heavy`. All that `light` has to do is
//! to keep the compiler from exchanging the two.
#![allow(unsafe_code)]

use crate::shim::atomic::{Ordering, fence};

/// Whether the light side may rely on the heavy one.
#[cfg(all(target_os = "linux", not(all(test, any(gort_loom, gort_shuttle)))))]
mod system {
    use std::sync::Once;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// The heavy side asks the system.
    static HEAVY: AtomicBool = AtomicBool::new(false);
    /// The light side leaves it to that.
    static LIGHT: AtomicBool = AtomicBool::new(false);

    fn membarrier(command: libc::c_int) -> bool {
        // SAFETY: the call touches no memory of the process.
        unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
    }

    #[cold]
    pub(super) fn prepare() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            if !register() {
                return;
            }
            // Who is in `heavy` and has not seen this, has passed its fence, and the barrier shows everybody what it
            // stored before that.
            HEAVY.store(true, Ordering::SeqCst);
            if barrier() {
                LIGHT.store(true, Ordering::SeqCst);
            }
        });
    }

    fn register() -> bool {
        membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)
    }

    fn barrier() -> bool {
        membarrier(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED)
    }

    #[inline]
    pub(super) fn is_light() -> bool {
        LIGHT.load(Ordering::Acquire)
    }

    pub(super) fn ask() {
        if !HEAVY.load(Ordering::SeqCst) || barrier() {
            return;
        }
        // Once registered, it does not fail, but in a process that was forked from the one that did.
        if !(register() && barrier()) {
            std::process::abort();
        }
    }
}

#[cfg(not(all(target_os = "linux", not(all(test, any(gort_loom, gort_shuttle))))))]
mod system {
    pub(super) fn prepare() {}
    #[inline]
    pub(super) fn is_light() -> bool {
        false
    }
    pub(super) fn ask() {}
}

/// Makes [`light`] light from now on, if the system can; the earlier the better, as it is quick while there is one thread.
pub(crate) fn prepare() {
    system::prepare();
}

/// The side of those who pass often.
#[inline]
pub(crate) fn light() {
    if system::is_light() {
        std::sync::atomic::compiler_fence(Ordering::SeqCst);
    } else {
        fence(Ordering::SeqCst);
    }
}

/// The side of those who pass seldom; some hundred nanoseconds.
#[cold]
pub(crate) fn heavy() {
    fence(Ordering::SeqCst);
    system::ask();
}

#[cfg(all(test, not(any(gort_loom, gort_shuttle))))]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use super::*;

    /// On a line of the cache of its own, so that a store to it takes a while.
    #[derive(Default)]
    #[repr(align(128))]
    struct Flag(AtomicU32);

    /// Each side raises its flag and looks at the other's, again and again at the same moment. Without a barrier on the
    /// heavy side, some rounds in a thousand are missed by both.
    #[test]
    fn one_side_sees_the_other() {
        const ROUNDS: u32 = 100_000;
        prepare();
        let (here, raised) = (<[Flag; 2]>::default(), <[Flag; 2]>::default());
        let play = |side: usize, fence: fn()| -> Vec<bool> {
            let round = |i| {
                here[side].0.store(i, Relaxed);
                let mut spins = 0;
                while here[1 - side].0.load(Relaxed) < i {
                    spins += 1;
                    if spins % 2000 == 0 {
                        std::thread::yield_now();
                    }
                }
                raised[side].0.store(i, Relaxed);
                fence();
                raised[1 - side].0.load(Relaxed) >= i
            };
            (1..=ROUNDS).map(round).collect()
        };
        let (seen, seen_too) = std::thread::scope(|scope| {
            let other = scope.spawn(|| play(0, light));
            (play(1, heavy), other.join().unwrap_or_default())
        });
        let missed = seen.iter().zip(&seen_too).filter(|(a, b)| !**a && !**b).count();
        assert_eq!((missed, seen_too.len()), (0, ROUNDS as usize));
    }
}
