//! `sync/atomic`: sequentially consistent operations, on types of their own and on any cell of a fitting type.

use std::sync::atomic::Ordering::SeqCst;

use super::{InPlace, in_place};
use crate::panic::go_panic_plain;
use crate::value::{Any, Atom, AtomicWord, Cell, Ptr, Scalar, Value};

macro_rules! integers {
    ($($name:ident $t:ty, $go:literal, $add:ident $load:ident $store:ident $swap:ident $cas:ident $and:ident $or:ident;)*) => {$(
        #[doc = concat!("Go's `", $go, "`.")]
        #[derive(Default)]
        pub struct $name(Atom<$t>);

        in_place!($name, $go);

        impl InPlace for $name {
            fn duplicate(&self) -> Self { $name(self.0.clone()) }
            fn overwrite(&self, from: &Self) { self.store(from.load()); }
        }

        impl $name {
            /// Loads.
            #[inline]
            pub fn load(&self) -> $t { self.0.word().load(SeqCst) }
            /// Stores.
            #[inline]
            pub fn store(&self, v: $t) { self.0.word().store(v, SeqCst); }
            /// Adds, and returns the sum.
            #[inline]
            pub fn add(&self, delta: $t) -> $t { self.0.word().fetch_add(delta, SeqCst).wrapping_add(delta) }
            /// Stores, and returns the former value.
            #[inline]
            pub fn swap(&self, v: $t) -> $t { AtomicWord::swap(self.0.word(), v) }
            /// Stores `new` if the value is `old`.
            #[inline]
            pub fn compare_and_swap(&self, old: $t, new: $t) -> bool { AtomicWord::compare_and_swap(self.0.word(), old, new) }
            /// Bitwise and; returns the former value.
            #[inline]
            pub fn and(&self, mask: $t) -> $t { self.0.word().fetch_and(mask, SeqCst) }
            /// Bitwise or; returns the former value.
            #[inline]
            pub fn or(&self, mask: $t) -> $t { self.0.word().fetch_or(mask, SeqCst) }
        }

        #[doc = concat!("Adds to a `", stringify!($t), "` atomically, and returns the sum.")]
        #[inline]
        pub fn $add(p: &Ptr<$t>, delta: $t) -> $t { p.word().fetch_add(delta, SeqCst).wrapping_add(delta) }
        #[doc = concat!("Loads a `", stringify!($t), "` atomically.")]
        #[inline]
        pub fn $load(p: &Ptr<$t>) -> $t { p.word().load(SeqCst) }
        #[doc = concat!("Stores a `", stringify!($t), "` atomically.")]
        #[inline]
        pub fn $store(p: &Ptr<$t>, v: $t) { p.word().store(v, SeqCst); }
        #[doc = concat!("Exchanges a `", stringify!($t), "` atomically.")]
        #[inline]
        pub fn $swap(p: &Ptr<$t>, v: $t) -> $t { AtomicWord::swap(p.word(), v) }
        #[doc = concat!("Stores `new` if the `", stringify!($t), "` is `old`, atomically.")]
        #[inline]
        pub fn $cas(p: &Ptr<$t>, old: $t, new: $t) -> bool { AtomicWord::compare_and_swap(p.word(), old, new) }
        #[doc = concat!("Bitwise and of a `", stringify!($t), "` atomically; returns the former value.")]
        #[inline]
        pub fn $and(p: &Ptr<$t>, mask: $t) -> $t { p.word().fetch_and(mask, SeqCst) }
        #[doc = concat!("Bitwise or of a `", stringify!($t), "` atomically; returns the former value.")]
        #[inline]
        pub fn $or(p: &Ptr<$t>, mask: $t) -> $t { p.word().fetch_or(mask, SeqCst) }
    )*};
}
integers! {
    Int32 i32, "atomic.Int32", add_int32 load_int32 store_int32 swap_int32 compare_and_swap_int32 and_int32 or_int32;
    Int64 i64, "atomic.Int64", add_int64 load_int64 store_int64 swap_int64 compare_and_swap_int64 and_int64 or_int64;
    Uint32 u32, "atomic.Uint32", add_uint32 load_uint32 store_uint32 swap_uint32 compare_and_swap_uint32 and_uint32 or_uint32;
    Uint64 u64, "atomic.Uint64", add_uint64 load_uint64 store_uint64 swap_uint64 compare_and_swap_uint64 and_uint64 or_uint64;
    Uintptr u64, "atomic.Uintptr", add_uintptr load_uintptr store_uintptr swap_uintptr compare_and_swap_uintptr and_uintptr or_uintptr;
}

/// Go's `atomic.Bool`.
#[derive(Default)]
pub struct Bool(Atom<bool>);

in_place!(Bool, "atomic.Bool");

impl InPlace for Bool {
    fn duplicate(&self) -> Self {
        Bool(self.0.clone())
    }
    fn overwrite(&self, from: &Self) {
        self.store(from.load());
    }
}

impl Bool {
    /// Loads.
    #[inline]
    pub fn load(&self) -> bool {
        bool::from_bits(self.0.word().load(SeqCst))
    }

    /// Stores.
    #[inline]
    pub fn store(&self, v: bool) {
        self.0.word().store(v, SeqCst);
    }

    /// Stores, and returns the former value.
    #[inline]
    pub fn swap(&self, v: bool) -> bool {
        AtomicWord::swap(self.0.word(), v)
    }

    /// Stores `new` if the value is `old`.
    #[inline]
    pub fn compare_and_swap(&self, old: bool, new: bool) -> bool {
        AtomicWord::compare_and_swap(self.0.word(), old, new)
    }
}

/// Go's `atomic.Pointer[T]`.
pub struct Pointer<T: Value>(Cell<Ptr<T>>);

impl<T: Value> Default for Pointer<T> {
    fn default() -> Self {
        Pointer(Cell::new(Ptr::nil()))
    }
}

in_place!(Pointer<T>, "atomic.Pointer");

impl<T: Value> InPlace for Pointer<T> {
    fn duplicate(&self) -> Self {
        Pointer(self.0.clone())
    }
    fn overwrite(&self, from: &Self) {
        self.store(from.load());
    }
}

impl<T: Value> Pointer<T> {
    /// Loads.
    pub fn load(&self) -> Ptr<T> {
        self.0.get()
    }

    /// Stores.
    pub fn store(&self, v: Ptr<T>) {
        self.0.set(v);
    }

    /// Stores, and returns the former pointer.
    pub fn swap(&self, v: Ptr<T>) -> Ptr<T> {
        self.0.replace(v)
    }

    /// Stores `new` if the pointer is `old`.
    pub fn compare_and_swap(&self, old: Ptr<T>, new: Ptr<T>) -> bool {
        self.0.replace_if(new, |now| *now == old).is_ok()
    }
}

/// Go's `atomic.Value`.
#[derive(Default)]
pub struct AnyValue(Cell<Any>);

in_place!(AnyValue, "atomic.Value");

impl InPlace for AnyValue {
    fn duplicate(&self) -> Self {
        AnyValue(self.0.clone())
    }
    fn overwrite(&self, from: &Self) {
        self.0.set(from.load());
    }
}

impl AnyValue {
    /// Loads; nil before the first store.
    pub fn load(&self) -> Any {
        self.0.get()
    }

    /// Stores.
    ///
    /// # Panics
    /// With Go's texts if `v` is nil or of another type than the value before.
    pub fn store(&self, v: Any) {
        self.swap_checked(v, "store");
    }

    /// Stores, and returns the former value.
    ///
    /// # Panics
    /// As [`store`](Self::store).
    pub fn swap(&self, v: Any) -> Any {
        self.swap_checked(v, "swap")
    }

    fn swap_checked(&self, v: Any, what: &str) -> Any {
        if v.is_nil() {
            go_panic_plain(format!("sync/atomic: {what} of nil value into Value"));
        }
        let fits = |now: &Any| now.is_nil() || now.dynamic_type_name() == v.dynamic_type_name();
        match self.0.replace_if(v.clone(), fits) {
            Ok(old) => old,
            Err(_) => go_panic_plain(format!("sync/atomic: {what} of inconsistently typed value into Value")),
        }
    }

    /// Stores `new` if the value is `old`.
    ///
    /// # Panics
    /// With Go's texts if `new` is nil or of another type.
    pub fn compare_and_swap(&self, old: Any, new: Any) -> bool {
        if new.is_nil() {
            go_panic_plain("sync/atomic: compare and swap of nil value into Value");
        }
        let other_type = |value: &Any| !value.is_nil() && value.dynamic_type_name() != new.dynamic_type_name();
        if other_type(&old) {
            go_panic_plain("sync/atomic: compare and swap of inconsistently typed values");
        }
        loop {
            // The comparison may run code of the value's type, so it is made outside the lock.
            let now = self.0.get();
            if other_type(&now) {
                go_panic_plain("sync/atomic: compare and swap of inconsistently typed value into Value");
            }
            if now != old {
                return false;
            }
            let same = |seen: &Any| match (seen.as_arc(), now.as_arc()) {
                (Some(a), Some(b)) => std::ptr::addr_eq(std::sync::Arc::as_ptr(a), std::sync::Arc::as_ptr(b)),
                (a, b) => a.is_none() && b.is_none(),
            };
            if self.0.replace_if(new.clone(), same).is_ok() {
                return true;
            }
        }
    }
}
