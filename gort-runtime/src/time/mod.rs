//! Go's `time`: durations, instants, sleeping, timers and tickers.
//!
//! Timers are tokio's, which are exact to a millisecond. A running timer keeps the process from being judged a deadlock.
//! The local zone is UTC.

mod duration;
mod format;
mod instant;
mod timer;

pub use duration::{Duration, HOUR, MICROSECOND, MILLISECOND, MINUTE, NANOSECOND, SECOND, parse_duration};
pub use format::*;
pub use instant::{Month, Time, Weekday, date, now, since, unix, unix_micro, unix_milli, until};
pub use timer::{Ticker, Timer, after, after_func, after_func_async, new_ticker, new_timer, sleep, sleep_sync, tick};
