//! The time that the scheduler and the timers go by.
//!
//! - In: the system's monotonic clock.
//! - Out: [`clock`].
//! - Invariants: it never goes back, and tells the same time to all threads. It is the clock of `Instant`, read without the
//!   conversions, since starting a timer is little more than reading it.
#![allow(unsafe_code)]

/// Nanoseconds since some moment.
#[cfg(target_os = "linux")]
#[inline]
pub(crate) fn clock() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the place is this function's own. The call does not fail: the clock exists on every Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    // Neither is negative.
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// Nanoseconds since some moment.
#[cfg(not(target_os = "linux"))]
pub(crate) fn clock() -> u64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}
