//! `sync/atomic`: sequentially consistent operations, on types of their own and on any cell of a fitting type.
//!
//! The types are the shim's atomics, so that models see them; cells of values are not modelled.

use super::{InPlace, in_place};
use crate::panic::go_panic_plain;
use crate::shim::atomic::{self, Ordering::SeqCst};
use crate::value::{Any, AtomicWord, Cell, Ptr, Value};

macro_rules! integers {
    ($($name:ident $atomic:ident $t:ty, $go:literal, $add:ident $load:ident $store:ident $swap:ident $cas:ident $and:ident $or:ident;)*) => {$(
        #[doc = concat!("Go's `", $go, "`.")]
        ///
        /// ```
        #[doc = concat!("let x = gort_runtime::sync::atomic::", stringify!($name), "::default();")]
        /// assert_eq!((x.add(2), x.load()), (2, 2));
        /// ```
        #[derive(Default)]
        pub struct $name(atomic::$atomic);

        in_place!($name, $go);

        impl InPlace for $name {
            fn duplicate(&self) -> Self { $name(atomic::$atomic::new(self.load())) }
            fn overwrite(&self, from: &Self) { self.store(from.load()); }
        }

        impl $name {
            /// Loads.
            ///
            /// ```
            #[doc = concat!("let x = gort_runtime::sync::atomic::", stringify!($name), "::default();")]
            /// assert_eq!(x.load(), 0);
            /// ```
            #[inline]
            pub fn load(&self) -> $t { self.0.load(SeqCst) }
            /// Stores.
            ///
            /// ```
            #[doc = concat!("let x = gort_runtime::sync::atomic::", stringify!($name), "::default();")]
            /// x.store(5);
            /// assert_eq!(x.load(), 5);
            /// ```
            #[inline]
            pub fn store(&self, v: $t) { self.0.store(v, SeqCst); }
            /// Adds, and returns the sum.
            ///
            /// ```
            #[doc = concat!("let x = gort_runtime::sync::atomic::", stringify!($name), "::default();")]
            /// assert_eq!((x.add(2), x.add(3)), (2, 5));
            /// ```
            #[inline]
            pub fn add(&self, delta: $t) -> $t { self.0.fetch_add(delta, SeqCst).wrapping_add(delta) }
            /// Stores, and returns the former value.
            ///
            /// ```
            #[doc = concat!("let x = gort_runtime::sync::atomic::", stringify!($name), "::default();")]
            /// assert_eq!((x.swap(2), x.swap(3)), (0, 2));
            /// ```
            #[inline]
            pub fn swap(&self, v: $t) -> $t { self.0.swap(v, SeqCst) }
            /// Stores `new` if the value is `old`.
            ///
            /// ```
            #[doc = concat!("let x = gort_runtime::sync::atomic::", stringify!($name), "::default();")]
            /// assert!(x.compare_and_swap(0, 5) && !x.compare_and_swap(0, 6));
            /// ```
            #[inline]
            pub fn compare_and_swap(&self, old: $t, new: $t) -> bool {
                self.0.compare_exchange(old, new, SeqCst, SeqCst).is_ok()
            }
            /// Bitwise and; returns the former value.
            ///
            /// ```
            #[doc = concat!("let x = gort_runtime::sync::atomic::", stringify!($name), "::default();")]
            /// x.store(0b110);
            /// assert_eq!((x.and(0b011), x.load()), (0b110, 0b010));
            /// ```
            #[inline]
            pub fn and(&self, mask: $t) -> $t { self.0.fetch_and(mask, SeqCst) }
            /// Bitwise or; returns the former value.
            ///
            /// ```
            #[doc = concat!("let x = gort_runtime::sync::atomic::", stringify!($name), "::default();")]
            /// x.store(0b110);
            /// assert_eq!((x.or(0b011), x.load()), (0b110, 0b111));
            /// ```
            #[inline]
            pub fn or(&self, mask: $t) -> $t { self.0.fetch_or(mask, SeqCst) }
        }

        #[doc = concat!("Adds to a `", stringify!($t), "` atomically, and returns the sum.")]
        ///
        /// ```
        /// use gort_runtime::{sync::atomic, value::Ptr};
        #[doc = concat!("let p: Ptr<", stringify!($t), "> = Ptr::new(6);")]
        #[doc = concat!("assert_eq!(atomic::", stringify!($add), "(&p, 2), 8);")]
        /// ```
        #[inline]
        pub fn $add(p: &Ptr<$t>, delta: $t) -> $t { p.word().fetch_add(delta, SeqCst).wrapping_add(delta) }
        #[doc = concat!("Loads a `", stringify!($t), "` atomically.")]
        ///
        /// ```
        /// use gort_runtime::{sync::atomic, value::Ptr};
        #[doc = concat!("let p: Ptr<", stringify!($t), "> = Ptr::new(6);")]
        #[doc = concat!("assert_eq!(atomic::", stringify!($load), "(&p), 6);")]
        /// ```
        #[inline]
        pub fn $load(p: &Ptr<$t>) -> $t { p.word().load(SeqCst) }
        #[doc = concat!("Stores a `", stringify!($t), "` atomically.")]
        ///
        /// ```
        /// use gort_runtime::{sync::atomic, value::Ptr};
        #[doc = concat!("let p: Ptr<", stringify!($t), "> = Ptr::new(6);")]
        #[doc = concat!("atomic::", stringify!($store), "(&p, 5);")]
        /// assert_eq!(p.get(), 5);
        /// ```
        #[inline]
        pub fn $store(p: &Ptr<$t>, v: $t) { p.word().store(v, SeqCst); }
        #[doc = concat!("Exchanges a `", stringify!($t), "` atomically.")]
        ///
        /// ```
        /// use gort_runtime::{sync::atomic, value::Ptr};
        #[doc = concat!("let p: Ptr<", stringify!($t), "> = Ptr::new(6);")]
        #[doc = concat!("assert_eq!(atomic::", stringify!($swap), "(&p, 5), 6);")]
        /// assert_eq!(p.get(), 5);
        /// ```
        #[inline]
        pub fn $swap(p: &Ptr<$t>, v: $t) -> $t { AtomicWord::swap(p.word(), v) }
        #[doc = concat!("Stores `new` if the `", stringify!($t), "` is `old`, atomically.")]
        ///
        /// ```
        /// use gort_runtime::{sync::atomic, value::Ptr};
        #[doc = concat!("let p: Ptr<", stringify!($t), "> = Ptr::new(6);")]
        #[doc = concat!("assert!(atomic::", stringify!($cas), "(&p, 6, 5) && !atomic::", stringify!($cas), "(&p, 6, 7));")]
        /// ```
        #[inline]
        pub fn $cas(p: &Ptr<$t>, old: $t, new: $t) -> bool { AtomicWord::compare_and_swap(p.word(), old, new) }
        #[doc = concat!("Bitwise and of a `", stringify!($t), "` atomically; returns the former value.")]
        ///
        /// ```
        /// use gort_runtime::{sync::atomic, value::Ptr};
        #[doc = concat!("let p: Ptr<", stringify!($t), "> = Ptr::new(6);")]
        #[doc = concat!("assert_eq!(atomic::", stringify!($and), "(&p, 3), 6);")]
        /// assert_eq!(p.get(), 2);
        /// ```
        #[inline]
        pub fn $and(p: &Ptr<$t>, mask: $t) -> $t { p.word().fetch_and(mask, SeqCst) }
        #[doc = concat!("Bitwise or of a `", stringify!($t), "` atomically; returns the former value.")]
        ///
        /// ```
        /// use gort_runtime::{sync::atomic, value::Ptr};
        #[doc = concat!("let p: Ptr<", stringify!($t), "> = Ptr::new(6);")]
        #[doc = concat!("assert_eq!(atomic::", stringify!($or), "(&p, 1), 6);")]
        /// assert_eq!(p.get(), 7);
        /// ```
        #[inline]
        pub fn $or(p: &Ptr<$t>, mask: $t) -> $t { p.word().fetch_or(mask, SeqCst) }
    )*};
}
integers! {
    Int32 AtomicI32 i32, "atomic.Int32", add_int32 load_int32 store_int32 swap_int32 compare_and_swap_int32 and_int32 or_int32;
    Int64 AtomicI64 i64, "atomic.Int64", add_int64 load_int64 store_int64 swap_int64 compare_and_swap_int64 and_int64 or_int64;
    Uint32 AtomicU32 u32, "atomic.Uint32", add_uint32 load_uint32 store_uint32 swap_uint32 compare_and_swap_uint32 and_uint32 or_uint32;
    Uint64 AtomicU64 u64, "atomic.Uint64", add_uint64 load_uint64 store_uint64 swap_uint64 compare_and_swap_uint64 and_uint64 or_uint64;
    Uintptr AtomicU64 u64, "atomic.Uintptr", add_uintptr load_uintptr store_uintptr swap_uintptr compare_and_swap_uintptr and_uintptr or_uintptr;
}

/// Go's `atomic.Bool`.
///
/// ```
/// let x = gort_runtime::sync::atomic::Bool::default();
/// assert!(!x.load());
/// ```
#[derive(Default)]
pub struct Bool(atomic::AtomicBool);

in_place!(Bool, "atomic.Bool");

impl InPlace for Bool {
    fn duplicate(&self) -> Self {
        Bool(atomic::AtomicBool::new(self.load()))
    }
    fn overwrite(&self, from: &Self) {
        self.store(from.load());
    }
}

impl Bool {
    /// Loads.
    ///
    /// ```
    /// let x = gort_runtime::sync::atomic::Bool::default();
    /// assert!(!x.load());
    /// ```
    #[inline]
    pub fn load(&self) -> bool {
        self.0.load(SeqCst)
    }

    /// Stores.
    ///
    /// ```
    /// let x = gort_runtime::sync::atomic::Bool::default();
    /// x.store(true);
    /// assert!(x.load());
    /// ```
    #[inline]
    pub fn store(&self, v: bool) {
        self.0.store(v, SeqCst);
    }

    /// Stores, and returns the former value.
    ///
    /// ```
    /// let x = gort_runtime::sync::atomic::Bool::default();
    /// assert!(!x.swap(true) && x.load());
    /// ```
    #[inline]
    pub fn swap(&self, v: bool) -> bool {
        self.0.swap(v, SeqCst)
    }

    /// Stores `new` if the value is `old`.
    ///
    /// ```
    /// let x = gort_runtime::sync::atomic::Bool::default();
    /// assert!(x.compare_and_swap(false, true) && !x.compare_and_swap(false, true));
    /// ```
    #[inline]
    pub fn compare_and_swap(&self, old: bool, new: bool) -> bool {
        self.0.compare_exchange(old, new, SeqCst, SeqCst).is_ok()
    }
}

/// Go's `atomic.Pointer[T]`.
///
/// ```
/// use gort_runtime::{sync::atomic::Pointer, value::Ptr};
/// let (x, p) = (Pointer::default(), Ptr::new(1_i64));
/// x.store(p.clone());
/// assert!(x.load() == p);
/// ```
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
    ///
    /// ```
    /// use gort_runtime::sync::atomic::Pointer;
    /// assert!(Pointer::<i64>::default().load().is_nil());
    /// ```
    pub fn load(&self) -> Ptr<T> {
        self.0.get()
    }

    /// Stores.
    ///
    /// ```
    /// use gort_runtime::{sync::atomic::Pointer, value::Ptr};
    /// let (x, p) = (Pointer::default(), Ptr::new(1_i64));
    /// x.store(p.clone());
    /// assert!(x.load() == p);
    /// ```
    pub fn store(&self, v: Ptr<T>) {
        self.0.set(v);
    }

    /// Stores, and returns the former pointer.
    ///
    /// ```
    /// use gort_runtime::{sync::atomic::Pointer, value::Ptr};
    /// let (x, p) = (Pointer::default(), Ptr::new(1_i64));
    /// assert!(x.swap(p.clone()).is_nil() && x.load() == p);
    /// ```
    pub fn swap(&self, v: Ptr<T>) -> Ptr<T> {
        self.0.replace(v)
    }

    /// Stores `new` if the pointer is `old`.
    ///
    /// ```
    /// use gort_runtime::{sync::atomic::Pointer, value::Ptr};
    /// let (x, p) = (Pointer::default(), Ptr::new(1_i64));
    /// assert!(x.compare_and_swap(Ptr::nil(), p.clone()) && !x.compare_and_swap(Ptr::nil(), p));
    /// ```
    pub fn compare_and_swap(&self, old: Ptr<T>, new: Ptr<T>) -> bool {
        self.0.replace_if(new, |now| *now == old).is_ok()
    }
}

/// Go's `atomic.Value`.
///
/// ```
/// use gort_runtime::{sync::atomic::AnyValue, value::Any};
/// let (x, n) = (AnyValue::default(), |n: i64| Any::new(n));
/// x.store(n(1));
/// assert_eq!(x.load(), n(1));
/// ```
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
    ///
    /// ```
    /// use gort_runtime::sync::atomic::AnyValue;
    /// assert!(AnyValue::default().load().is_nil());
    /// ```
    pub fn load(&self) -> Any {
        self.0.get()
    }

    /// Stores.
    ///
    /// # Panics
    /// With Go's texts if `v` is nil or of another type than the value before.
    ///
    /// ```
    /// use gort_runtime::{sync::atomic::AnyValue, value::Any};
    /// let (x, n) = (AnyValue::default(), |n: i64| Any::new(n));
    /// x.store(n(1));
    /// assert_eq!(x.load(), n(1));
    /// ```
    pub fn store(&self, v: Any) {
        self.swap_checked(v, "store");
    }

    /// Stores, and returns the former value.
    ///
    /// # Panics
    /// As [`store`](Self::store).
    ///
    /// ```
    /// use gort_runtime::{sync::atomic::AnyValue, value::Any};
    /// let (x, n) = (AnyValue::default(), |n: i64| Any::new(n));
    /// assert!(x.swap(n(1)).is_nil());
    /// assert_eq!(x.swap(n(2)), n(1));
    /// ```
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
    ///
    /// ```
    /// use gort_runtime::{sync::atomic::AnyValue, value::Any};
    /// let (x, n) = (AnyValue::default(), |n: i64| Any::new(n));
    /// x.store(n(1));
    /// assert!(x.compare_and_swap(n(1), n(2)) && !x.compare_and_swap(n(1), n(3)));
    /// ```
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
