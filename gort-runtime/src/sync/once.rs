//! `sync.Once`, and with Go's function values the functions made of it.

use crate::shim::atomic::{
    AtomicBool,
    Ordering::{Acquire, Release},
};
use std::future::Future;

use super::{InPlace, Mutex, in_place};
#[cfg(feature = "value")]
use crate::value::Callback;

/// Go's `sync.Once`.
///
/// ```
/// let once = gort_runtime::sync::Once::default();
/// let mut calls = 0;
/// once.do_borrowing(|| calls += 1);
/// once.do_borrowing(|| calls += 1);
/// assert_eq!(calls, 1);
/// ```
#[derive(Default)]
pub struct Once {
    done: AtomicBool,
    mutex: Mutex,
}

in_place!(Once, "sync.Once");

impl InPlace for Once {}

/// Marks the call as done and unlocks, also when it panics.
struct Finish<'a>(&'a Once);

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        self.0.done.store(true, Release);
        self.0.mutex.unlock();
    }
}

impl Once {
    /// Calls `f` unless a call was made before; returns when that one is over.
    ///
    /// # Panics
    /// Where `f` panics.
    ///
    /// ```
    /// use gort_runtime::{prelude::*, sync::Once};
    /// let once = Once::default();
    /// once.do_(fn0(|| println!("once")));
    /// once.do_(fn0(|| println!("never")));
    /// ```
    #[cfg(feature = "value")]
    pub fn do_(&self, f: impl Callback) {
        self.do_borrowing(|| f.call());
    }

    /// Calls `f` unless a call was made before; returns when that one is over.
    ///
    /// # Panics
    /// Where `f` panics.
    ///
    /// ```
    /// let once = gort_runtime::sync::Once::default();
    /// let mut name = String::new();
    /// once.do_borrowing(|| name.push_str("set"));
    /// assert_eq!(name, "set");
    /// ```
    pub fn do_borrowing(&self, f: impl FnOnce()) {
        if self.done.load(Acquire) {
            return;
        }
        self.mutex.lock_sync();
        if self.done.load(Acquire) {
            return self.mutex.unlock();
        }
        let _finish = Finish(self);
        f();
    }

    /// As [`do_borrowing`](Self::do_borrowing), with a call that suspends.
    ///
    /// # Panics
    /// Where `f` panics.
    ///
    /// # Cancel safety
    /// When it is dropped during the call, the call counts as made.
    ///
    /// ```
    /// use gort_runtime::{sync::Once, task};
    /// task::test(async {
    ///     let once = Once::default();
    ///     once.do_async(|| task::gosched()).await;
    ///     once.do_async(|| async { unreachable!("the call was made") }).await;
    /// });
    /// ```
    pub async fn do_async<F: Future<Output = ()>>(&self, f: impl FnOnce() -> F) {
        if self.done.load(Acquire) {
            return;
        }
        self.mutex.lock().await;
        if self.done.load(Acquire) {
            return self.mutex.unlock();
        }
        let _finish = Finish(self);
        f().await;
    }
}

#[cfg(feature = "value")]
pub use functions::{once_func, once_value, once_values};

#[cfg(feature = "value")]
#[path = "once_functions.rs"]
mod functions;
