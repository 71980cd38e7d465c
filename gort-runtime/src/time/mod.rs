//! Go's `time`: durations, instants, sleeping, timers and tickers.
//!
//! Sleeping is the scheduler's; timers and tickers have a thread of their own. Both are as exact as the system.
//! A running timer keeps the process from being judged a deadlock.
//!
//! [`native`] has all of it over Rust's `Duration` and `Instant`; Go's own types, whose local zone is UTC, need the feature
//! `value`.

pub mod bubble;
#[cfg(feature = "value")]
mod duration;
#[cfg(feature = "value")]
mod format;
#[cfg(feature = "value")]
mod instant;
pub mod native;
mod service;
#[cfg(feature = "value")]
mod timer;

pub use crate::task::Sleep;
#[cfg(feature = "value")]
pub use duration::{Duration, HOUR, MICROSECOND, MILLISECOND, MINUTE, NANOSECOND, SECOND, parse_duration};
#[cfg(feature = "value")]
pub use format::*;
#[cfg(feature = "value")]
pub use instant::{Month, Time, Weekday, date, now, since, unix, unix_micro, unix_milli, until};
#[cfg(feature = "value")]
pub use timer::{Ticker, Timer, after, after_func, after_func_async, new_ticker, new_timer, sleep, sleep_sync, tick};
