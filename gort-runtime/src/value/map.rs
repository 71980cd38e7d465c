//! Go's maps: a nilable shared handle of a locked hash table.
//!
//! Iteration sees no deleted entry, may or may not see entries added meanwhile, and starts at a random place, as in Go.
//! Old values are dropped after the lock is released.

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, LazyLock};

use hashbrown::DefaultHashBuilder;

use super::table::Table;
use super::{Cell, Describe, GoKey, GoType, Kind, Value, uncomparable, unhashable};
use crate::panic::go_panic_plain;
use crate::shim::{Lock, random};

/// A Go map.
pub struct Map<K, V>(Option<Arc<Lock<Table<K, V>>>>);

/// Different in each process, so that nobody knows which keys collide.
fn hashes() -> &'static DefaultHashBuilder {
    static HASHES: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);
    &HASHES
}

#[inline]
fn hash<K: GoKey>(key: &K) -> u64 {
    let mut hasher = hashes().build_hasher();
    key.key_hash(&mut hasher);
    hasher.finish()
}

impl<K: GoKey, V: Value> Map<K, V> {
    /// The nil map.
    pub const fn nil() -> Self {
        Map(None)
    }

    /// An empty map.
    pub fn make() -> Self {
        Self::with_capacity(0)
    }

    /// An empty map with room for about `n` entries.
    pub fn with_capacity(n: i64) -> Self {
        Map(Some(Arc::new(Lock::new(Table::with_capacity(
            n.clamp(0, 1 << 24) as usize
        )))))
    }

    /// Whether this is nil.
    #[inline]
    pub fn is_nil(&self) -> bool {
        self.0.is_none()
    }

    /// The address of the table, 0 when nil.
    pub fn addr(&self) -> usize {
        self.0.as_ref().map_or(0, |table| Arc::as_ptr(table) as usize)
    }

    /// The number of entries.
    #[inline]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> i64 {
        self.0.as_ref().map_or(0, |table| table.lock().len() as i64)
    }

    /// The value of a key, or zero.
    pub fn get(&self, key: &K) -> V {
        self.get_ok(key).unwrap_or_else(V::zero)
    }

    /// The value of a key, if there is one.
    pub fn get_ok(&self, key: &K) -> Option<V> {
        let hash = hash(key);
        self.0.as_ref()?.lock().get(hash, |k| k.key_eq(key)).cloned()
    }

    /// Whether a key is there.
    pub fn contains(&self, key: &K) -> bool {
        let hash = hash(key);
        self.0
            .as_ref()
            .is_some_and(|table| table.lock().get(hash, |k| k.key_eq(key)).is_some())
    }

    fn table(&self) -> &Lock<Table<K, V>> {
        match &self.0 {
            Some(table) => table,
            None => go_panic_plain("assignment to entry in nil map"),
        }
    }

    /// Stores a value.
    ///
    /// # Panics
    /// With Go's `assignment to entry in nil map`.
    pub fn set(&self, key: K, value: V) {
        let table = self.table();
        let hash = hash(&key);
        let mut table = table.lock();
        let old = match table.get_mut(hash, |k| k.key_eq(&key)) {
            Some(slot) => Some(std::mem::replace(slot, value)),
            None => {
                table.insert_new(hash, key, value);
                None
            }
        };
        drop(table);
        drop(old);
    }

    /// Loads (zero if absent), changes and stores; not atomic as a whole.
    ///
    /// # Panics
    /// With Go's `assignment to entry in nil map`.
    pub fn update<R>(&self, key: K, f: impl FnOnce(&mut V) -> R) -> R {
        self.table();
        let mut value = self.get(&key);
        let result = f(&mut value);
        self.set(key, value);
        result
    }

    /// Removes an entry, if it is there.
    pub fn delete(&self, key: &K) {
        let hash = hash(key);
        if let Some(table) = &self.0 {
            let old = table.lock().remove(hash, |k| k.key_eq(key));
            drop(old);
        }
    }

    /// Removes all entries.
    pub fn clear(&self) {
        if let Some(table) = &self.0 {
            let mut table = table.lock();
            // Numbering goes on, so that a running iteration does not take new entries for old ones.
            let mut old = table.emptied();
            std::mem::swap(&mut *table, &mut old);
            drop(table);
            drop(old);
        }
    }

    /// The entries, with Go's rules when the map changes meanwhile.
    pub fn iter(&self) -> MapIter<K, V> {
        let end = self.0.as_ref().map_or(0, |table| table.lock().end());
        let start = if end == 0 { 0 } else { random() % end };
        MapIter {
            map: self.clone(),
            start,
            end,
            next: start,
            wrapped: false,
            hint: start as usize,
        }
    }

    /// The keys of now.
    pub fn keys(&self) -> Vec<K> {
        self.iter().map(|(k, _)| k).collect()
    }
}

/// What `range` over a map yields; see [`Map::iter`].
pub struct MapIter<K, V> {
    map: Map<K, V>,
    start: u64,
    end: u64,
    next: u64,
    wrapped: bool,
    hint: usize,
}

impl<K: GoKey, V: Value> Iterator for MapIter<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        let table = self.map.0.as_ref()?.lock();
        loop {
            let to = if self.wrapped { self.start } else { self.end };
            if let Some((seq, k, v)) = table.next_from(self.next, to, &mut self.hint) {
                self.next = seq + 1;
                return Some((k.clone(), v.clone()));
            }
            if self.wrapped {
                return None;
            }
            (self.wrapped, self.next, self.hint) = (true, 0, 0);
        }
    }
}

impl<K: GoKey, V: Value> IntoIterator for &Map<K, V> {
    type Item = (K, V);
    type IntoIter = MapIter<K, V>;
    fn into_iter(self) -> MapIter<K, V> {
        self.iter()
    }
}

impl<K: GoKey, V: Value, const N: usize> From<[(K, V); N]> for Map<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: GoKey, V: Value> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let map = Map::with_capacity(entries.size_hint().0 as i64);
        entries.for_each(|(k, v)| map.set(k, v));
        map
    }
}

impl<K, V> Clone for Map<K, V> {
    #[inline]
    fn clone(&self) -> Self {
        Map(self.0.clone())
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Map(None)
    }
}

impl<K: GoKey + fmt::Debug, V: Value + fmt::Debug> fmt::Debug for Map<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: GoKey, V: Value> Value for Map<K, V> {
    type Cell = Cell<Map<K, V>>;
    fn zero() -> Self {
        Map(None)
    }
    fn go_size() -> usize {
        8
    }
}

impl<K: GoKey + GoType, V: GoType> GoType for Map<K, V> {
    fn type_name() -> Cow<'static, str> {
        format!("map[{}]{}", K::type_name(), V::type_name()).into()
    }
    fn kind() -> Kind {
        Kind::Map
    }
    fn go_eq(&self, _: &Self) -> bool {
        uncomparable::<Self>()
    }
    fn go_hash(&self, _: &mut dyn Hasher) {
        unhashable::<Self>()
    }
    fn go_describe(&self) -> Describe {
        Describe::Map {
            nil: self.is_nil(),
            entries: self.iter().map(|(k, v)| (k.go_box(), v.go_box())).collect(),
            type_name: Self::type_name(),
            addr: self.addr(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{GoString, str};

    #[test]
    fn maps_hold_entries() {
        let m: Map<GoString, i64> = Map::make();
        let alias = m.clone();
        m.set(str("a"), 1);
        alias.update(str("a"), |v| *v += 1);
        alias.update(str("b"), |v| *v += 5);
        assert_eq!(
            (m.get(&str("a")), m.get(&str("b")), m.get(&str("c")), m.len()),
            (2, 5, 0, 2)
        );
        m.delete(&str("a"));
        assert_eq!(m.get_ok(&str("a")), None);
        let nil: Map<i64, i64> = Map::nil();
        assert_eq!((nil.get(&1), nil.len(), nil.iter().count()), (0, 0, 0));
    }

    #[test]
    fn iteration_survives_mutation() {
        let m: Map<i64, i64> = (0..1000).map(|i| (i, i)).collect();
        let mut seen = vec![];
        for (k, _) in m.iter() {
            seen.push(k);
            for other in 0..1000 {
                if other != k {
                    m.delete(&other);
                }
            }
            m.set(k + 5000, 1);
        }
        assert!(seen.len() <= 1 + 1, "{seen:?}");
        let m: Map<i64, i64> = (0..1000).map(|i| (i, i)).collect();
        let mut keys = m.keys();
        keys.sort();
        assert!(keys.into_iter().eq(0..1000));
        for (k, _) in m.iter() {
            m.delete(&k);
        }
        assert_eq!(m.len(), 0);
    }

    #[test]
    fn nan_is_never_found() {
        let m: Map<f64, i64> = Map::make();
        m.set(f64::NAN, 1);
        m.set(f64::NAN, 2);
        m.set(0.0, 3);
        m.set(-0.0, 4);
        assert_eq!((m.len(), m.get(&f64::NAN), m.get(&0.0)), (3, 0, 4));
        m.clear();
        assert_eq!(m.len(), 0);
    }
}
