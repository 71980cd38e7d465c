//! Locks that own what they protect, as Rust has them, waiting as Go's do: a task that cannot go on is known to the
//! deadlock detection, and a thread that has to wait gives its worker away.
//!
//! What a Go mutex and the fields it guards become where every access is under the lock.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};

use super::{Mutex as GoMutex, RwMutex as GoRwMutex};
use crate::shim::const_unless_modelled;

/// A lock around a value, held only between suspensions.
///
/// ```
/// use gort_runtime::sync::owned::Mutex;
/// let total = Mutex::new(1);
/// *total.lock() += 1;
/// assert_eq!(total.get(), 2);
/// ```
pub struct Mutex<T> {
    lock: GoMutex,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached only through a guard, and only one guard exists at a time.
unsafe impl<T: Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    const_unless_modelled! {
        /// An unlocked lock.
        pub const fn new(value: T) -> Self {
            Mutex {
                lock: GoMutex::new(),
                value: UnsafeCell::new(value),
            }
        }
    }

    /// Locks until the guard is dropped. The guard must not live across an `.await`.
    ///
    /// # Differences from Go
    /// A panic unlocks.
    #[inline]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.lock.lock_sync();
        MutexGuard { mutex: self }
    }

    /// Locks if it is unlocked.
    #[inline]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.lock.try_lock().then(|| MutexGuard { mutex: self })
    }

    /// The value of a lock that is no longer shared.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: Clone> Mutex<T> {
    /// A copy of the value, taken under the lock.
    #[inline]
    pub fn get(&self) -> T {
        self.lock().clone()
    }
}

/// The locked value of a [`Mutex`]; unlocks when it is dropped.
#[must_use = "the lock is left at once when the guard is not kept"]
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
}

// SAFETY: sharing a guard shares what it refers to.
unsafe impl<T: Sync> Sync for MutexGuard<'_, T> {}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: this guard is the only one.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard is the only one, and borrowed for as long as the reference lives.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.mutex.lock.unlock();
    }
}

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
    #[inline]
    pub fn read(&self) -> ReadGuard<'_, T> {
        self.lock.rlock_sync();
        ReadGuard { lock: self }
    }

    /// Locks for writing until the guard is dropped. The guard must not live across an `.await`.
    ///
    /// # Differences from Go
    /// A panic unlocks.
    #[inline]
    pub fn write(&self) -> WriteGuard<'_, T> {
        self.lock.lock_sync();
        WriteGuard { lock: self }
    }

    /// The value of a lock that is no longer shared.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: Clone> RwLock<T> {
    /// A copy of the value, taken under the lock.
    #[inline]
    pub fn get(&self) -> T {
        self.read().clone()
    }
}

/// The value of a [`RwLock`], locked for reading; unlocks when it is dropped.
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

impl<T: fmt::Debug + Clone> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl<T: fmt::Debug + Clone> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// As fields of structs that are Go values: copying the struct copies what the lock owns into a fresh lock.
#[cfg(feature = "value")]
mod values {
    use super::{Mutex, RwLock};
    use crate::value::{Describe, GoKey, GoType, Kind, Memory, Place, Value};
    use std::borrow::Cow;
    use std::hash::Hasher;

    macro_rules! value {
        ($lock:ident, $read:ident, $write:ident) => {
            impl<T: Value> Default for $lock<T> {
                /// A lock around Go's zero value.
                fn default() -> Self {
                    $lock::new(T::zero())
                }
            }
            impl<T: Value> Clone for $lock<T> {
                fn clone(&self) -> Self {
                    $lock::new(self.$read().clone())
                }
            }
            impl<T: Value> Value for $lock<T> {
                type Cell = Self;
                fn zero() -> Self {
                    $lock::new(T::zero())
                }
            }
            impl<T: Value> Memory for $lock<T> {
                type Content = Self;
                fn load(&self) -> Self {
                    self.clone()
                }
                fn assign(&self, from: &Self) {
                    let value = from.$read().clone();
                    *self.$write() = value;
                }
            }
            impl<T: Value> Place<Self> for $lock<T> {
                fn new(v: Self) -> Self {
                    v
                }
                fn get(&self) -> Self {
                    self.clone()
                }
                fn set(&self, v: Self) {
                    *self.$write() = v.into_inner();
                }
            }
            impl<T: Value> PartialEq for $lock<T> {
                fn eq(&self, _: &Self) -> bool {
                    true
                }
            }
            impl<T: Value> GoKey for $lock<T> {
                fn key_eq(&self, _: &Self) -> bool {
                    true
                }
                fn key_hash<H: Hasher>(&self, _: &mut H) {}
            }
            impl<T: GoType> GoType for $lock<T> {
                fn type_name() -> Cow<'static, str> {
                    T::type_name()
                }
                fn kind() -> Kind {
                    T::kind()
                }
                fn go_eq(&self, other: &Self) -> bool {
                    let other = other.$read().clone();
                    self.$read().go_eq(&other)
                }
                fn go_hash(&self, h: &mut dyn Hasher) {
                    self.$read().go_hash(h);
                }
                fn go_describe(&self) -> Describe {
                    self.$read().go_describe()
                }
            }
        };
    }

    value!(Mutex, lock, lock);
    value!(RwLock, read, write);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_is_the_only_way_to_the_value_and_unlocks_when_dropped() {
        let mutex = Mutex::new(vec![1]);
        {
            let mut guard = mutex.lock();
            guard.push(2);
            assert!(mutex.try_lock().is_none());
        }
        assert_eq!(mutex.get(), [1, 2]);
        assert_eq!(mutex.into_inner(), [1, 2]);
    }

    #[test]
    fn many_read_or_one_writes() {
        let lock = RwLock::new(1);
        let (a, b) = (lock.read(), lock.read());
        assert_eq!(*a + *b, 2);
        drop((a, b));
        *lock.write() += 1;
        assert_eq!(lock.get(), 2);
    }

    #[crate::test]
    async fn goroutines_count_without_losing_any() {
        let count = std::sync::Arc::new(Mutex::new(0));
        let group = crate::sync::TaskGroup::new();
        for _ in 0..4 {
            let count = count.clone();
            group.spawn(async move { (0..1000).for_each(|_| *count.lock() += 1) });
        }
        group.wait().await;
        assert_eq!(count.get(), 4000);
    }
}
