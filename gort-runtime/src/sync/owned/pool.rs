//! Things that are used again.

use std::fmt;

use crate::shim::Lock;

/// Go's `sync.Pool` over Rust's types; it keeps a bounded number of things, and never forgets them by itself.
///
/// ```
/// use gort_runtime::sync::owned::Pool;
/// let pool = Pool::new(|| Vec::<u8>::with_capacity(4096));
/// let mut buffer = pool.get();
/// buffer.extend(b"used");
/// buffer.clear();
/// pool.put(buffer);
/// assert_eq!(pool.get().capacity(), 4096);
/// ```
///
/// # Differences from Go
/// There is always a function that makes a thing, and what is kept is freed with the pool, not by a garbage collector.
pub struct Pool<T> {
    make: Box<dyn Fn() -> T + Send + Sync>,
    kept: Lock<Vec<T>>,
}

impl<T> fmt::Debug for Pool<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool")
    }
}

impl<T> Pool<T> {
    /// The most things that are kept.
    const MOST: usize = 1024;

    /// A pool whose things a function makes.
    ///
    /// ```
    /// assert_eq!(gort_runtime::sync::owned::Pool::new(|| 7).get(), 7);
    /// ```
    pub fn new(make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Pool {
            make: Box::new(make),
            kept: Lock::new(Vec::new()),
        }
    }

    /// A thing that was put back, or a new one.
    ///
    /// ```
    /// let pool = gort_runtime::sync::owned::Pool::new(String::new);
    /// assert!(pool.get().is_empty());
    /// ```
    pub fn get(&self) -> T {
        let kept = self.kept.lock().pop();
        kept.unwrap_or_else(|| (self.make)())
    }

    /// Puts a thing back; it is as the next user gets it.
    ///
    /// ```
    /// let pool = gort_runtime::sync::owned::Pool::new(|| 0);
    /// pool.put(5);
    /// assert_eq!((pool.get(), pool.get()), (5, 0));
    /// ```
    pub fn put(&self, thing: T) {
        let mut kept = self.kept.lock();
        if kept.len() < Self::MOST {
            return kept.push(thing);
        }
        // Dropped after unlocking.
        drop(kept);
        drop(thing);
    }
}
