//! The lock: a mutex without poisoning that can also be taken and left by hand.
//!
//! - In: nothing.
//! - Out: [`Lock`], [`Guard`].
//! - Invariants: whoever holds a [`Lock`] neither suspends, nor runs a user's code, nor wakes anybody, so it is held for
//!   some tens of nanoseconds. That is why those who wait for it spin first, and why leaving it is a plain store. Maps
//!   (`value::Map`, `sync::Map`) are the exception: they compare keys under their lock, by code that is generated.
// The checkers have a lock of their own; only statics are locked with this one then.
#![cfg_attr(all(test, any(gort_loom, gort_shuttle)), allow(dead_code))]

use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};

/// A mutual exclusion lock that owns what it protects.
pub(crate) struct Lock<T> {
    raw: Raw,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached only by who holds the lock.
unsafe impl<T: Send> Send for Lock<T> {}
// SAFETY: as above; whoever holds the lock may send the value away.
unsafe impl<T: Send> Sync for Lock<T> {}

/// The right to use what a [`Lock`] protects.
pub(crate) struct Guard<'a, T> {
    lock: &'a Lock<T>,
    /// A guard stays on its thread, so that it cannot live across a suspension by mistake.
    not_send: PhantomData<*const ()>,
}

impl<T> Lock<T> {
    pub(crate) const fn new(v: T) -> Self {
        Lock {
            raw: Raw::new(),
            value: UnsafeCell::new(v),
        }
    }

    #[inline]
    pub(crate) fn lock(&self) -> Guard<'_, T> {
        self.raw.lock();
        Guard {
            lock: self,
            not_send: PhantomData,
        }
    }

    /// Takes the lock without a guard; [`unlock`](Self::unlock) leaves it.
    #[inline]
    pub(crate) fn lock_by_hand(&self) {
        self.raw.lock();
    }

    /// What the lock protects.
    ///
    /// # Safety
    /// The caller holds the lock by hand, and no other reference that this returned is alive.
    #[inline]
    #[allow(clippy::mut_from_ref)]
    pub(crate) unsafe fn locked(&self) -> &mut T {
        // SAFETY: the contract excludes any other access.
        unsafe { &mut *self.value.get() }
    }

    /// Leaves a lock taken by hand.
    ///
    /// # Safety
    /// The caller holds the lock by hand.
    #[inline]
    pub(crate) unsafe fn unlock(&self) {
        self.raw.unlock();
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: this guard holds the lock.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard holds the lock, and is borrowed for as long as the reference lives.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T> Drop for Guard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.raw.unlock();
    }
}

thread_local! {
    static CONTENDED: Cell<u32> = const { Cell::new(0) };
}

/// Counts an occasion on which this thread had to wait for what another thread held.
pub(crate) fn count_contended() {
    CONTENDED.set(CONTENDED.get().wrapping_add(1));
}

/// How many such occasions there were.
pub(crate) fn contended() -> u32 {
    CONTENDED.get()
}

/// The lock itself.
struct Raw(AtomicBool);

impl Raw {
    const fn new() -> Self {
        Raw(AtomicBool::new(false))
    }

    #[inline]
    fn lock(&self) {
        if self
            .0
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            self.wait();
        }
    }

    #[inline]
    fn unlock(&self) {
        self.0.store(false, Ordering::Release);
    }

    /// Spins with growing pauses; if the holder was interrupted, lets other threads run, and at last sleeps, which ends
    /// the wait for a holder of lower priority too.
    #[cold]
    fn wait(&self) {
        count_contended();
        const SPINS: u32 = 6;
        const YIELDS: u32 = 30;
        let mut tries = 0;
        loop {
            if !self.0.load(Ordering::Relaxed)
                && self
                    .0
                    .compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed)
                    .is_ok()
            {
                return;
            }
            if tries < SPINS {
                (0..1 << tries).for_each(|_| std::hint::spin_loop());
            } else if tries < SPINS + YIELDS {
                std::thread::yield_now();
            } else {
                std::thread::sleep(std::time::Duration::from_micros(50));
            }
            tries += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time() {
        let count = Lock::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..10_000).for_each(|_| *count.lock() += 1));
            }
        });
        assert_eq!(*count.lock(), 40_000);
    }
}
