//! `sync.Pool`.

use super::{InPlace, in_place};
use crate::shim::Lock;
use crate::value::{Any, Cell, Fn0};

/// Go's `sync.Pool`; it keeps a bounded number of values, and never forgets them by itself.
///
/// ```
/// use gort_runtime::{prelude::*, sync::Pool};
/// let pool = Pool::with_new(fn0(|| Any::new(0_i64)));
/// pool.put(Any::new(5_i64));
/// assert_eq!((pool.get(), pool.get()), (Any::new(5_i64), Any::new(0_i64)));
/// ```
pub struct Pool {
    /// Makes a value when the pool is empty.
    pub new: Cell<Fn0<Any>>,
    kept: Lock<Vec<Any>>,
}

impl Default for Pool {
    fn default() -> Self {
        Pool {
            new: Cell::new(Fn0::nil()),
            kept: Lock::new(Vec::new()),
        }
    }
}

in_place!(Pool, "sync.Pool");

impl InPlace for Pool {
    fn duplicate(&self) -> Self {
        Pool::with_new(self.new.get())
    }
    fn overwrite(&self, from: &Self) {
        self.new.set(from.new.get());
    }
}

impl Pool {
    /// The most values that are kept.
    const MOST: usize = 1024;

    /// A pool whose values a function makes.
    ///
    /// ```
    /// use gort_runtime::{prelude::*, sync::Pool};
    /// assert_eq!(Pool::with_new(fn0(|| Any::new(1_i64))).get(), Any::new(1_i64));
    /// ```
    pub fn with_new(new: Fn0<Any>) -> Self {
        Pool {
            new: Cell::new(new),
            kept: Lock::new(Vec::new()),
        }
    }

    /// A value from the pool, a new one, or nil.
    ///
    /// ```
    /// use gort_runtime::sync::Pool;
    /// assert!(Pool::default().get().is_nil());
    /// ```
    pub fn get(&self) -> Any {
        let kept = self.kept.lock().pop();
        kept.unwrap_or_else(|| {
            let new = self.new.get();
            if new.is_nil() { Any::nil() } else { new() }
        })
    }

    /// Puts a value into the pool.
    ///
    /// ```
    /// use gort_runtime::{prelude::*, sync::Pool};
    /// let pool = Pool::default();
    /// pool.put(Any::new(5_i64));
    /// assert_eq!(pool.get(), Any::new(5_i64));
    /// ```
    pub fn put(&self, value: Any) {
        let mut kept = self.kept.lock();
        if kept.len() < Self::MOST && !value.is_nil() {
            kept.push(value);
        }
    }
}
