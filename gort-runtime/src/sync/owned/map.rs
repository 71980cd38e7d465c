//! A map that many goroutines use.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;

use super::RwLock;

/// Go's `sync.Map` over Rust's types. Values are given as clones, so that nobody holds the lock; put an `Arc` into it where
/// that is too dear.
///
/// ```
/// use gort_runtime::sync::owned::Map;
/// let map = Map::new();
/// assert_eq!(map.load_or_store("a", 1), (1, false));
/// assert_eq!(map.load_or_store("a", 2), (1, true));
/// assert!(map.compare_and_swap("a", &1, 3));
/// assert_eq!(map.load("a"), Some(3));
/// ```
///
/// # Differences from Go
/// Keys and values have types.
pub struct Map<K, V>(RwLock<HashMap<K, V>>);

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> fmt::Debug for Map<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Map({} entries)", self.0.read().len())
    }
}

impl<K, V> Map<K, V> {
    /// An empty map.
    ///
    /// ```
    /// assert_eq!(gort_runtime::sync::owned::Map::<i32, i32>::new().len(), 0);
    /// ```
    pub fn new() -> Self {
        Map(RwLock::new(HashMap::new()))
    }

    /// The number of entries.
    ///
    /// ```
    /// # let map = gort_runtime::sync::owned::Map::new();
    /// map.store(1, "one");
    /// assert_eq!(map.len(), 1);
    /// ```
    ///
    /// # Differences from Go
    /// Go's map does not tell it.
    pub fn len(&self) -> usize {
        self.0.read().len()
    }

    /// Whether there is no entry.
    ///
    /// ```
    /// assert!(gort_runtime::sync::owned::Map::<i32, i32>::new().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all entries.
    ///
    /// ```
    /// # let map = gort_runtime::sync::owned::Map::new();
    /// map.store(1, "one");
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&self) {
        // Dropped after unlocking.
        let entries = std::mem::take(&mut *self.0.write());
        drop(entries);
    }
}

impl<K: Eq + Hash, V: Clone> Map<K, V> {
    /// The value of a key.
    ///
    /// ```
    /// # let map = gort_runtime::sync::owned::Map::new();
    /// map.store("one".to_owned(), 1);
    /// assert_eq!((map.load("one"), map.load("two")), (Some(1), None));
    /// ```
    pub fn load<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.0.read().get(key).cloned()
    }

    /// Stores a value.
    ///
    /// ```
    /// # let map = gort_runtime::sync::owned::Map::new();
    /// map.store(1, "one");
    /// map.store(1, "uno");
    /// assert_eq!(map.load(&1), Some("uno"));
    /// ```
    pub fn store(&self, key: K, value: V) {
        drop(self.swap(key, value));
    }

    /// Stores a value and returns the former one.
    ///
    /// ```
    /// # let map = gort_runtime::sync::owned::Map::new();
    /// assert_eq!(map.swap(1, "one"), None);
    /// assert_eq!(map.swap(1, "uno"), Some("one"));
    /// ```
    pub fn swap(&self, key: K, value: V) -> Option<V> {
        self.0.write().insert(key, value)
    }

    /// The value of a key if it is there (and true), else the given one, which is stored.
    ///
    /// ```
    /// # let map = gort_runtime::sync::owned::Map::new();
    /// assert_eq!(map.load_or_store(1, "one"), ("one", false));
    /// assert_eq!(map.load_or_store(1, "uno"), ("one", true));
    /// ```
    pub fn load_or_store(&self, key: K, value: V) -> (V, bool) {
        if let Some(value) = self.0.read().get(&key) {
            return (value.clone(), true);
        }
        let mut loaded = true;
        let value = self
            .0
            .write()
            .entry(key)
            .or_insert_with(|| {
                loaded = false;
                value
            })
            .clone();
        (value, loaded)
    }

    /// Removes an entry and returns its value.
    ///
    /// ```
    /// # let map = gort_runtime::sync::owned::Map::new();
    /// map.store(1, "one");
    /// assert_eq!(map.load_and_delete(&1), Some("one"));
    /// assert_eq!(map.load_and_delete(&1), None);
    /// ```
    pub fn load_and_delete<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let entry = self.0.write().remove_entry(key);
        entry.map(|(_, value)| value)
    }

    /// Removes an entry.
    ///
    /// ```
    /// # let map = gort_runtime::sync::owned::Map::new();
    /// map.store(1, "one");
    /// map.delete(&1);
    /// assert!(map.is_empty());
    /// ```
    pub fn delete<Q: Eq + Hash + ?Sized>(&self, key: &Q)
    where
        K: Borrow<Q>,
    {
        drop(self.load_and_delete(key));
    }

    /// Stores `new` if the value is `old`; whether it was.
    ///
    /// ```
    /// # let map = gort_runtime::sync::owned::Map::new();
    /// map.store(1, "one");
    /// assert!(map.compare_and_swap(&1, &"one", "uno"));
    /// assert!(!map.compare_and_swap(&1, &"one", "un"));
    /// ```
    pub fn compare_and_swap<Q: Eq + Hash + ?Sized>(&self, key: &Q, old: &V, new: V) -> bool
    where
        K: Borrow<Q>,
        V: PartialEq,
    {
        let mut map = self.0.write();
        let former = match map.get_mut(key) {
            Some(value) if value == old => std::mem::replace(value, new),
            _ => return false,
        };
        drop(map);
        drop(former);
        true
    }

    /// Removes the entry if the value is `old`; whether it was.
    ///
    /// ```
    /// # let map = gort_runtime::sync::owned::Map::new();
    /// map.store(1, "one");
    /// assert!(!map.compare_and_delete(&1, &"uno"));
    /// assert!(map.compare_and_delete(&1, &"one"));
    /// ```
    pub fn compare_and_delete<Q: Eq + Hash + ?Sized>(&self, key: &Q, old: &V) -> bool
    where
        K: Borrow<Q>,
        V: PartialEq,
    {
        let mut map = self.0.write();
        if map.get(key) != Some(old) {
            return false;
        }
        let entry = map.remove_entry(key);
        drop(map);
        entry.is_some()
    }

    /// Calls `f` for the entries until it returns false. `f` may use the map; it sees the entries of the call's beginning.
    ///
    /// ```
    /// # let map = gort_runtime::sync::owned::Map::new();
    /// map.store(1, "one");
    /// map.range(|key, _| {
    ///     map.delete(key);
    ///     true
    /// });
    /// assert!(map.is_empty());
    /// ```
    ///
    /// # Differences from Go
    /// Go's may also show entries that come meanwhile.
    pub fn range(&self, mut f: impl FnMut(&K, &V) -> bool)
    where
        K: Clone,
    {
        let entries: Vec<(K, V)> = {
            let map = self.0.read();
            map.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
        };
        for (key, value) in &entries {
            if !f(key, value) {
                return;
            }
        }
    }
}
