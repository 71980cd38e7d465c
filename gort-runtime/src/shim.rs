//! The one place that names the synchronisation primitives, so that a model checker can replace them.
//!
//! [`Lock`] is a mutex without poisoning that can also be taken and left by hand, which `select!` needs for
//! locking a number of channels at once.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::{Deref, DerefMut};

use parking_lot::lock_api::{GuardNoSend, RawMutex as _};

/// A mutual exclusion lock that owns what it protects.
pub(crate) struct Lock<T> {
    inner: parking_lot::Mutex<T>,
}

/// The right to use what a [`Lock`] protects.
pub(crate) struct Guard<'a, T>(parking_lot::MutexGuard<'a, T>);

impl<T> Lock<T> {
    pub(crate) const fn new(v: T) -> Self {
        Lock {
            inner: parking_lot::Mutex::new(v),
        }
    }

    #[inline]
    pub(crate) fn lock(&self) -> Guard<'_, T> {
        Guard(self.inner.lock())
    }

    /// Takes the lock without a guard; [`unlock`](Self::unlock) leaves it.
    #[inline]
    pub(crate) fn lock_by_hand(&self) {
        // SAFETY: only taken here; whoever calls `unlock` and `locked` promises to hold it.
        let guard = unsafe { self.inner.raw() }.lock();
        // The marker is no more than a type; `unlock` makes another.
        let _: GuardNoSend = guard;
    }

    /// What the lock protects.
    ///
    /// # Safety
    /// The caller holds the lock by hand, and no other reference that this returned is alive.
    #[inline]
    #[allow(clippy::mut_from_ref)]
    pub(crate) unsafe fn locked(&self) -> &mut T {
        // SAFETY: the contract excludes any other access.
        unsafe { &mut *self.inner.data_ptr() }
    }

    /// Leaves a lock taken by hand.
    ///
    /// # Safety
    /// The caller holds the lock by hand.
    #[inline]
    pub(crate) unsafe fn unlock(&self) {
        // SAFETY: the contract.
        unsafe { self.inner.force_unlock(GuardNoSend::new()) }
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Guard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// A random number, cheap and not secret.
pub(crate) fn random() -> u64 {
    thread_local! {
        static STATE: Cell<u64> = Cell::new(RandomState::new().build_hasher().finish() | 1);
    }
    STATE.with(|state| {
        let mut x = state.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        state.set(x);
        x.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 1
    })
}
