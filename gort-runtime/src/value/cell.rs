//! Cells: how values are stored in memory that several pointers reach.
//!
//! [`Atom`] holds a scalar as a relaxed atomic, a plain `mov` on common machines. [`Cell`] holds any other
//! value behind a lock bit that is held only while the value is cloned or replaced; old values are dropped after it
//! is released. Neither ever hands out a reference to its content, so racy programs read old or new values, never torn ones.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{self, AtomicBool, Ordering};

use super::{Memory, Place, Value};

/// The atomic word behind an [`Atom`].
pub trait AtomicWord: Send + Sync + 'static {
    /// The primitive that it holds.
    type Bits: Copy + PartialEq + Send + Sync + 'static;
    /// A word holding `bits`.
    fn new(bits: Self::Bits) -> Self;
    /// Loads with the given ordering.
    fn load(&self, order: Ordering) -> Self::Bits;
    /// Stores with the given ordering.
    fn store(&self, bits: Self::Bits, order: Ordering);
    /// Stores and returns the former content, sequentially consistent.
    fn swap(&self, bits: Self::Bits) -> Self::Bits;
    /// Stores `new` if the content is `old`, sequentially consistent.
    fn compare_and_swap(&self, old: Self::Bits, new: Self::Bits) -> bool;
}

macro_rules! atomic_word {
    ($($atomic:ident $bits:ty;)*) => {$(
        impl AtomicWord for atomic::$atomic {
            type Bits = $bits;
            #[inline]
            fn new(bits: $bits) -> Self { Self::new(bits) }
            #[inline]
            fn load(&self, order: Ordering) -> $bits { self.load(order) }
            #[inline]
            fn store(&self, bits: $bits, order: Ordering) { self.store(bits, order) }
            #[inline]
            fn swap(&self, bits: $bits) -> $bits { self.swap(bits, Ordering::SeqCst) }
            #[inline]
            fn compare_and_swap(&self, old: $bits, new: $bits) -> bool {
                self.compare_exchange(old, new, Ordering::SeqCst, Ordering::SeqCst).is_ok()
            }
        }
    )*};
}
atomic_word! {
    AtomicI8 i8; AtomicI16 i16; AtomicI32 i32; AtomicI64 i64;
    AtomicU8 u8; AtomicU16 u16; AtomicU32 u32; AtomicU64 u64;
    AtomicBool bool;
}

/// A value that fits an atomic word: numbers, `bool`, and named types over them.
pub trait Scalar: Copy + Value {
    /// The atomic that stores it.
    type Repr: AtomicWord;
    /// The bits to store.
    fn to_bits(self) -> <Self::Repr as AtomicWord>::Bits;
    /// The value of stored bits.
    fn from_bits(bits: <Self::Repr as AtomicWord>::Bits) -> Self;
}

macro_rules! scalar {
    ($($t:ty, $atomic:ident;)*) => {$(
        impl Scalar for $t {
            type Repr = atomic::$atomic;
            #[inline]
            fn to_bits(self) -> $t { self }
            #[inline]
            fn from_bits(bits: $t) -> $t { bits }
        }
    )*};
}
scalar! {
    i8, AtomicI8; i16, AtomicI16; i32, AtomicI32; i64, AtomicI64;
    u8, AtomicU8; u16, AtomicU16; u32, AtomicU32; u64, AtomicU64;
    bool, AtomicBool;
}

impl Scalar for f64 {
    type Repr = atomic::AtomicU64;
    #[inline]
    fn to_bits(self) -> u64 {
        f64::to_bits(self)
    }
    #[inline]
    fn from_bits(bits: u64) -> f64 {
        f64::from_bits(bits)
    }
}

impl Scalar for f32 {
    type Repr = atomic::AtomicU32;
    #[inline]
    fn to_bits(self) -> u32 {
        f32::to_bits(self)
    }
    #[inline]
    fn from_bits(bits: u32) -> f32 {
        f32::from_bits(bits)
    }
}

/// The cell of a scalar: a relaxed atomic.
#[repr(transparent)]
pub struct Atom<T: Scalar> {
    word: T::Repr,
    marker: PhantomData<T>,
}

impl<T: Scalar> Atom<T> {
    /// A cell holding `v`.
    #[inline]
    pub fn new(v: T) -> Self {
        Atom {
            word: T::Repr::new(v.to_bits()),
            marker: PhantomData,
        }
    }

    /// Loads the value.
    #[inline]
    pub fn get(&self) -> T {
        T::from_bits(self.word.load(Ordering::Relaxed))
    }

    /// Stores a value.
    #[inline]
    pub fn set(&self, v: T) {
        self.word.store(v.to_bits(), Ordering::Relaxed);
    }

    /// Loads, changes and stores; not atomic as a whole.
    #[inline]
    pub fn update<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        let mut v = self.get();
        let result = f(&mut v);
        self.set(v);
        result
    }

    /// The value of a cell that is no longer shared.
    #[inline]
    pub fn into_inner(self) -> T {
        self.get()
    }

    /// The atomic itself, for `sync/atomic`.
    #[inline]
    pub fn word(&self) -> &T::Repr {
        &self.word
    }
}

macro_rules! atom_arithmetic {
    ($($t:ty)*) => {$(
        impl Atom<$t> {
            /// Adds, wrapping around; not atomic as a whole.
            #[inline]
            pub fn add(&self, v: $t) { self.set(self.get().wrapping_add(v)); }
            /// Subtracts, wrapping around; not atomic as a whole.
            #[inline]
            pub fn sub(&self, v: $t) { self.set(self.get().wrapping_sub(v)); }
        }
    )*};
}
atom_arithmetic!(i8 i16 i32 i64 u8 u16 u32 u64);

impl Atom<f64> {
    /// Adds; not atomic as a whole.
    #[inline]
    pub fn add(&self, v: f64) {
        self.set(self.get() + v);
    }

    /// Subtracts; not atomic as a whole.
    #[inline]
    pub fn sub(&self, v: f64) {
        self.set(self.get() - v);
    }
}

/// The cell of any other value: a lock bit and the value.
pub struct Cell<T> {
    locked: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached only under the lock bit, by one thread at a time, so `T: Send` is enough.
unsafe impl<T: Send> Sync for Cell<T> {}

impl<T> Cell<T> {
    /// A cell holding `v`.
    #[inline]
    pub const fn new(v: T) -> Self {
        Cell {
            locked: AtomicBool::new(false),
            value: UnsafeCell::new(v),
        }
    }

    /// Stores a value; the old one is dropped after the lock is released.
    #[inline]
    pub fn set(&self, v: T) {
        drop(self.replace(v));
    }

    /// Stores a value and returns the old one.
    #[inline]
    pub fn replace(&self, v: T) -> T {
        self.with(|value| std::mem::replace(value, v))
    }

    /// Stores a value if the present one pleases, and returns that; else gives `v` back. The lock bit is held
    /// while `pleases` runs, so it must not reach this cell.
    pub fn replace_if(&self, v: T, pleases: impl FnOnce(&T) -> bool) -> Result<T, T> {
        self.with(|value| {
            if pleases(value) {
                Ok(std::mem::replace(value, v))
            } else {
                Err(v)
            }
        })
    }

    /// The value of a cell that is no longer shared.
    #[inline]
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }

    /// Runs `f` under the lock bit, and releases it also when `f` panics.
    #[inline]
    fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        struct Unlock<'a>(&'a AtomicBool);
        impl Drop for Unlock<'_> {
            #[inline]
            fn drop(&mut self) {
                self.0.store(false, Ordering::Release);
            }
        }
        if self.locked.swap(true, Ordering::Acquire) {
            self.wait();
        }
        let _unlock = Unlock(&self.locked);
        // SAFETY: the lock bit is ours until `_unlock` is dropped.
        f(unsafe { &mut *self.value.get() })
    }

    #[cold]
    fn wait(&self) {
        let mut spins = 0_u32;
        loop {
            while self.locked.load(Ordering::Relaxed) {
                spins += 1;
                if spins < 64 {
                    std::hint::spin_loop();
                } else {
                    std::thread::yield_now();
                }
            }
            if !self.locked.swap(true, Ordering::Acquire) {
                return;
            }
        }
    }
}

impl<T: Clone> Cell<T> {
    /// A clone of the value.
    #[inline]
    pub fn get(&self) -> T {
        self.with(|value| value.clone())
    }

    /// Loads, changes and stores; not atomic as a whole.
    #[inline]
    pub fn update<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        let mut v = self.get();
        let result = f(&mut v);
        self.set(v);
        result
    }
}

macro_rules! cell_traits {
    ($cell:ident, $bound:path) => {
        impl<T: $bound> Memory for $cell<T> {
            type Content = T;
            #[inline]
            fn load(&self) -> T {
                self.get()
            }
            #[inline]
            fn assign(&self, from: &Self) {
                self.set(from.get());
            }
        }

        impl<T: $bound> Place<T> for $cell<T> {
            #[inline]
            fn new(v: T) -> Self {
                Self::new(v)
            }
            #[inline]
            fn get(&self) -> T {
                self.get()
            }
            #[inline]
            fn set(&self, v: T) {
                self.set(v);
            }
        }

        impl<T: $bound> Default for $cell<T> {
            #[inline]
            fn default() -> Self {
                Self::new(T::zero())
            }
        }

        impl<T: $bound> Clone for $cell<T> {
            #[inline]
            fn clone(&self) -> Self {
                Self::new(self.get())
            }
        }

        impl<T: $bound + PartialEq> PartialEq for $cell<T> {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.get() == other.get()
            }
        }

        impl<T: $bound + fmt::Debug> fmt::Debug for $cell<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.get().fmt(f)
            }
        }

        impl<T: $bound> From<T> for $cell<T> {
            #[inline]
            fn from(v: T) -> Self {
                Self::new(v)
            }
        }
    };
}
cell_traits!(Atom, Scalar);
cell_traits!(Cell, Value);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::GoString;

    #[test]
    fn cells_load_and_store() {
        let n = Atom::new(i64::MAX);
        n.add(1);
        assert_eq!(n.get(), i64::MIN);
        let f = Atom::new(1.5_f64);
        f.update(|f| *f *= 2.0);
        assert_eq!(f.get(), 3.0);
        let s = Cell::new(GoString::from_static("a"));
        s.update(|s| *s += GoString::from_static("b"));
        assert_eq!(s.get(), "ab");
        assert_eq!(Cell::<GoString>::default().into_inner(), "");
    }

    #[test]
    fn racing_writers_leave_whole_values() {
        let cell = Cell::new(GoString::from_static(""));
        std::thread::scope(|scope| {
            for i in 0..4 {
                let cell = &cell;
                scope.spawn(move || {
                    for _ in 0..1000 {
                        cell.set(GoString::from(format!("{i}{i}{i}")));
                        let seen = cell.get();
                        let bytes = seen.as_bytes();
                        assert!(bytes.iter().all(|b| *b == bytes[0]), "{seen:?}");
                    }
                });
            }
        });
    }
}
