//! A lock that owns its value, for many readers or one writer.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::shim::const_unless_modelled;
use crate::sync::RwMutex as GoRwMutex;

/// A lock around a value with many readers or one writer, held only between suspensions.
///
/// ```
/// use gort_runtime::sync::owned::RwLock;
/// let names = RwLock::new(vec!["a"]);
/// names.write().push("b");
/// assert_eq!(names.read().len(), 2);
/// ```
pub struct RwLock<T> {
    lock: GoRwMutex,
    value: UnsafeCell<T>,
}

// SAFETY: readers share the value, so it must be `Sync`; a writer has it alone.
unsafe impl<T: Send + Sync> Sync for RwLock<T> {}

impl<T> RwLock<T> {
    const_unless_modelled! {
        /// An unlocked lock.
        ///
        /// ```
        /// use gort_runtime::sync::owned::RwLock;
        /// static NAMES: RwLock<Vec<&str>> = RwLock::new(Vec::new());
        /// NAMES.write().push("a");
        /// ```
        pub const fn new(value: T) -> Self {
            RwLock {
                lock: GoRwMutex::new(),
                value: UnsafeCell::new(value),
            }
        }
    }

    /// Locks for reading until the guard is dropped. The guard must not live across an `.await`.
    ///
    /// # Differences from Go
    /// A panic unlocks.
    ///
    /// ```
    /// let names = gort_runtime::sync::owned::RwLock::new(["a", "b"]);
    /// let (one, other) = (names.read(), names.read());
    /// assert_eq!((one[0], other[1]), ("a", "b"));
    /// ```
    #[inline]
    pub fn read(&self) -> ReadGuard<'_, T> {
        self.lock.rlock_sync();
        ReadGuard { lock: self }
    }

    /// Locks for writing until the guard is dropped. The guard must not live across an `.await`.
    ///
    /// # Differences from Go
    /// A panic unlocks.
    ///
    /// ```
    /// let names = gort_runtime::sync::owned::RwLock::new(vec!["a"]);
    /// names.write().push("b");
    /// assert_eq!(names.get(), ["a", "b"]);
    /// ```
    #[inline]
    pub fn write(&self) -> WriteGuard<'_, T> {
        self.lock.lock_sync();
        WriteGuard { lock: self }
    }

    /// The value of a lock that is no longer shared.
    ///
    /// ```
    /// assert_eq!(gort_runtime::sync::owned::RwLock::new(1).into_inner(), 1);
    /// ```
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: Clone> RwLock<T> {
    /// A copy of the value, taken under the lock.
    ///
    /// ```
    /// assert_eq!(gort_runtime::sync::owned::RwLock::new(1).get(), 1);
    /// ```
    #[inline]
    pub fn get(&self) -> T {
        self.read().clone()
    }
}

/// The value of a [`RwLock`], locked for reading; unlocks when it is dropped.
///
/// ```
/// use gort_runtime::sync::owned::{ReadGuard, RwLock};
/// fn first(names: ReadGuard<'_, Vec<&'static str>>) -> &'static str {
///     names[0]
/// }
/// assert_eq!(first(RwLock::new(vec!["a"]).read()), "a");
/// ```
#[must_use = "the lock is left at once when the guard is not kept"]
pub struct ReadGuard<'a, T> {
    lock: &'a RwLock<T>,
}

impl<T> Deref for ReadGuard<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: while a reader holds the lock nobody writes.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> Drop for ReadGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.lock.runlock();
    }
}

/// The value of a [`RwLock`], locked for writing; unlocks when it is dropped.
///
/// ```
/// use gort_runtime::sync::owned::{RwLock, WriteGuard};
/// fn clear(mut names: WriteGuard<'_, Vec<&str>>) {
///     names.clear();
/// }
/// clear(RwLock::new(vec!["a"]).write());
/// ```
#[must_use = "the lock is left at once when the guard is not kept"]
pub struct WriteGuard<'a, T> {
    lock: &'a RwLock<T>,
}

impl<T> Deref for WriteGuard<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the writer has the value alone.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for WriteGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the writer has the value alone, and the guard is borrowed for as long as the reference lives.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T> Drop for WriteGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.lock.unlock();
    }
}

impl<T: fmt::Debug + Clone> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
