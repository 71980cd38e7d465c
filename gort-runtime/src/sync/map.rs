//! `sync.Map`.

use super::{InPlace, in_place};
use crate::shim::Lock;
use crate::value::{self, Any, Fn2};

/// Go's `sync.Map`.
///
/// ```
/// use gort_runtime::{prelude::Any, sync::Map};
/// let map = Map::default();
/// map.store(Any::new(1_i64), Any::new(true));
/// assert_eq!(map.load(Any::new(1_i64)), (Any::new(true), true));
/// assert_eq!(map.load(Any::new(2_i64)), (Any::nil(), false));
/// ```
pub struct Map {
    /// Held by operations that read and then write.
    writing: Lock<()>,
    map: value::Map<Any, Any>,
}

impl Default for Map {
    fn default() -> Self {
        Map {
            writing: Lock::new(()),
            map: value::Map::make(),
        }
    }
}

in_place!(Map, "sync.Map");

impl InPlace for Map {}

impl Map {
    /// The value of a key and whether it is there.
    ///
    /// ```
    /// use gort_runtime::{prelude::Any, sync::Map};
    /// assert_eq!(Map::default().load(Any::new(1_i64)), (Any::nil(), false));
    /// ```
    pub fn load(&self, key: Any) -> (Any, bool) {
        found(self.map.get_ok(&key))
    }

    /// Stores a value.
    ///
    /// ```
    /// use gort_runtime::{prelude::Any, sync::Map};
    /// let map = Map::default();
    /// map.store(Any::new(1_i64), Any::new(true));
    /// assert!(map.load(Any::new(1_i64)).1);
    /// ```
    pub fn store(&self, key: Any, value: Any) {
        let _writing = self.writing.lock();
        self.map.set(key, value);
    }

    /// The value of a key if it is there (and true), else the given one, which is stored.
    ///
    /// ```
    /// use gort_runtime::{prelude::Any, sync::Map};
    /// let (map, n) = (Map::default(), |n: i64| Any::new(n));
    /// assert_eq!(map.load_or_store(n(1), n(10)), (n(10), false));
    /// assert_eq!(map.load_or_store(n(1), n(20)), (n(10), true));
    /// ```
    pub fn load_or_store(&self, key: Any, value: Any) -> (Any, bool) {
        let _writing = self.writing.lock();
        match self.map.get_ok(&key) {
            Some(value) => (value, true),
            None => {
                self.map.set(key, value.clone());
                (value, false)
            }
        }
    }

    /// Removes an entry and returns its value.
    ///
    /// ```
    /// use gort_runtime::{prelude::Any, sync::Map};
    /// let (map, n) = (Map::default(), |n: i64| Any::new(n));
    /// map.store(n(1), n(10));
    /// assert_eq!(map.load_and_delete(n(1)), (n(10), true));
    /// assert_eq!(map.load_and_delete(n(1)), (Any::nil(), false));
    /// ```
    pub fn load_and_delete(&self, key: Any) -> (Any, bool) {
        let _writing = self.writing.lock();
        let value = self.map.get_ok(&key);
        self.map.delete(&key);
        found(value)
    }

    /// Removes an entry.
    ///
    /// ```
    /// use gort_runtime::{prelude::Any, sync::Map};
    /// let (map, n) = (Map::default(), |n: i64| Any::new(n));
    /// map.store(n(1), n(10));
    /// map.delete(n(1));
    /// assert!(!map.load(n(1)).1);
    /// ```
    pub fn delete(&self, key: Any) {
        self.load_and_delete(key);
    }

    /// Stores a value and returns the former one.
    ///
    /// ```
    /// use gort_runtime::{prelude::Any, sync::Map};
    /// let (map, n) = (Map::default(), |n: i64| Any::new(n));
    /// assert_eq!(map.swap(n(1), n(10)), (Any::nil(), false));
    /// assert_eq!(map.swap(n(1), n(20)), (n(10), true));
    /// ```
    pub fn swap(&self, key: Any, value: Any) -> (Any, bool) {
        let _writing = self.writing.lock();
        let old = self.map.get_ok(&key);
        self.map.set(key, value);
        found(old)
    }

    /// Stores `new` if the value is `old`.
    ///
    /// ```
    /// use gort_runtime::{prelude::Any, sync::Map};
    /// let (map, n) = (Map::default(), |n: i64| Any::new(n));
    /// map.store(n(1), n(10));
    /// assert!(!map.compare_and_swap(n(1), n(11), n(20)));
    /// assert!(map.compare_and_swap(n(1), n(10), n(20)));
    /// ```
    pub fn compare_and_swap(&self, key: Any, old: Any, new: Any) -> bool {
        let _writing = self.writing.lock();
        let same = self.map.get_ok(&key).is_some_and(|value| value == old);
        if same {
            self.map.set(key, new);
        }
        same
    }

    /// Removes the entry if the value is `old`.
    ///
    /// ```
    /// use gort_runtime::{prelude::Any, sync::Map};
    /// let (map, n) = (Map::default(), |n: i64| Any::new(n));
    /// map.store(n(1), n(10));
    /// assert!(map.compare_and_delete(n(1), n(10)));
    /// assert!(!map.compare_and_delete(n(1), Any::nil()));
    /// ```
    pub fn compare_and_delete(&self, key: Any, old: Any) -> bool {
        let _writing = self.writing.lock();
        let same = self.map.get_ok(&key).is_some_and(|value| value == old);
        if same {
            self.map.delete(&key);
        }
        same
    }

    /// Calls `f` for the entries until it returns false.
    ///
    /// ```
    /// use gort_runtime::{prelude::*, sync::Map, value::fn2};
    /// let map = Map::default();
    /// map.store(Any::new(1_i64), Any::new(10_i64));
    /// map.range(fn2(|key: Any, value: Any| {
    ///     assert_eq!((key, value), (Any::new(1_i64), Any::new(10_i64)));
    ///     true
    /// }));
    /// ```
    pub fn range(&self, f: Fn2<Any, Any, bool>) {
        for (key, value) in self.map.iter() {
            if !f(key, value) {
                return;
            }
        }
    }

    /// Removes all entries.
    ///
    /// ```
    /// use gort_runtime::{prelude::Any, sync::Map};
    /// let map = Map::default();
    /// map.store(Any::new(1_i64), Any::nil());
    /// map.clear();
    /// assert!(!map.load(Any::new(1_i64)).1);
    /// ```
    pub fn clear(&self) {
        let _writing = self.writing.lock();
        self.map.clear();
    }
}

fn found(value: Option<Any>) -> (Any, bool) {
    let there = value.is_some();
    (value.unwrap_or_default(), there)
}
