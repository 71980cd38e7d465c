//! The [lock](super::spin) on a checker's mutex.
//!
//! - In: the checker that runs.
//! - Out: [`Lock`], [`Guard`].
//! - Invariants: the guard of the checker's mutex lies in the lock from taking to leaving it, so that it can be left by
//!   hand; only the holder touches it.

use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

#[cfg(gort_loom)]
use loom::sync::{Mutex, MutexGuard};
#[cfg(gort_shuttle)]
use shuttle::sync::{Mutex, MutexGuard};

pub(crate) struct Lock<T> {
    /// Dropped before the mutex it belongs to.
    held: UnsafeCell<Option<MutexGuard<'static, ()>>>,
    mutex: Box<Mutex<()>>,
    value: UnsafeCell<T>,
}

// SAFETY: the value and the guard are reached only by who holds the mutex.
unsafe impl<T: Send> Send for Lock<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Lock<T> {}

pub(crate) struct Guard<'a, T> {
    lock: &'a Lock<T>,
    not_send: PhantomData<*const ()>,
}

impl<T> Lock<T> {
    pub(crate) fn new(v: T) -> Self {
        Lock {
            held: UnsafeCell::new(None),
            mutex: Box::new(Mutex::new(())),
            value: UnsafeCell::new(v),
        }
    }

    pub(crate) fn lock(&self) -> Guard<'_, T> {
        self.lock_by_hand();
        Guard {
            lock: self,
            not_send: PhantomData,
        }
    }

    pub(crate) fn lock_by_hand(&self) {
        let guard = self.mutex.lock().unwrap_or_else(|error| error.into_inner());
        // SAFETY: the mutex lives on the heap for as long as this, and the guard is dropped before.
        let guard = unsafe { std::mem::transmute::<MutexGuard<'_, ()>, MutexGuard<'static, ()>>(guard) };
        // SAFETY: the mutex is held.
        unsafe { *self.held.get() = Some(guard) }
    }

    /// What the lock protects.
    ///
    /// # Safety
    /// The caller holds the lock by hand, and no other reference that this returned is alive.
    #[allow(clippy::mut_from_ref)]
    pub(crate) unsafe fn locked(&self) -> &mut T {
        // SAFETY: the contract excludes any other access.
        unsafe { &mut *self.value.get() }
    }

    /// Leaves a lock taken by hand.
    ///
    /// # Safety
    /// The caller holds the lock by hand.
    pub(crate) unsafe fn unlock(&self) {
        // SAFETY: the mutex is held, and the place is not touched after the guard is dropped.
        let guard = unsafe { (*self.held.get()).take() };
        drop(guard);
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: this guard holds the lock.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard holds the lock, and is borrowed for as long as the reference lives.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        // SAFETY: this guard holds the lock.
        unsafe { self.lock.unlock() }
    }
}
