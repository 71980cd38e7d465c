//! Go's `time`: durations, instants, sleeping, timers and tickers.
//!
//! Sleeping is tokio's, exact to a millisecond; timers and tickers have a thread of their own and are as exact as the system.
//! A running timer keeps the process from being judged a deadlock.
//! The local zone is UTC.

mod duration;
mod format;
mod instant;
mod service;
mod timer;

pub use duration::{Duration, HOUR, MICROSECOND, MILLISECOND, MINUTE, NANOSECOND, SECOND, parse_duration};
pub use format::*;
pub use instant::{Month, Time, Weekday, date, now, since, unix, unix_micro, unix_milli, until};
pub use timer::{Ticker, Timer, after, after_func, after_func_async, new_ticker, new_timer, sleep, sleep_sync, tick};
