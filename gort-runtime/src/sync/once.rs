//! `sync.Once` and the functions made of it.
#![allow(clippy::redundant_closure)] // Function values are called, not passed, through their pointers.

use crate::shim::atomic::{
    AtomicBool,
    Ordering::{Acquire, Release},
};
use std::future::Future;
use std::sync::Arc;

use super::{InPlace, Mutex, in_place};
use crate::panic::{Unwinding, go_panic};
use crate::shim::Lock;
use crate::value::{Any, Callback, Fn0, Value, fn0};

/// Go's `sync.Once`.
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
    pub fn do_(&self, f: impl Callback) {
        self.do_borrowing(|| f.call());
    }

    /// As [`do_`](Self::do_), for a closure that borrows.
    ///
    /// # Panics
    /// Where `f` panics.
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

    /// As [`do_`](Self::do_), with a call that suspends.
    ///
    /// # Panics
    /// Where `f` panics.
    ///
    /// # Cancel safety
    /// When it is dropped during the call, the call counts as made.
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

/// `sync.OnceFunc`.
pub fn once_func(f: Fn0) -> Fn0 {
    let value = once_value(fn0(move || f()));
    fn0(move || value())
}

/// `sync.OnceValue`; if the call panics, every call panics so.
pub fn once_value<T: Value>(f: Fn0<T>) -> Fn0<T> {
    let once = Arc::new(Once::default());
    let result: Arc<Lock<Option<Result<T, Any>>>> = Arc::new(Lock::new(None));
    fn0(move || {
        once.do_borrowing(|| {
            let made = match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f())) {
                Ok(value) => Ok(value),
                Err(payload) => match Unwinding::from_payload(payload) {
                    Unwinding::Panic(panic) => Err(panic.value),
                    Unwinding::Goexit => Unwinding::Goexit.resume(),
                },
            };
            *result.lock() = Some(made);
        });
        let made = result.lock().clone();
        match made {
            Some(Ok(value)) => value,
            Some(Err(value)) => go_panic(value),
            None => T::zero(),
        }
    })
}

/// `sync.OnceValues`.
pub fn once_values<A: Value, B: Value>(f: Fn0<(A, B)>) -> Fn0<(A, B)> {
    once_value(f)
}
