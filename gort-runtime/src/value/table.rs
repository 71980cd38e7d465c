//! The hash table behind a map: entries in the order of their insertion, and an index of their hashes.
//!
//! Invariants: every live entry is in the index exactly once; `entries` is sorted by `seq`, which never repeats, so an
//! iteration can find its place again after dead entries were swept out.

use hashbrown::HashTable;

pub(super) struct Table<K, V> {
    entries: Vec<Entry<K, V>>,
    index: HashTable<usize>,
    next_seq: u64,
}

struct Entry<K, V> {
    seq: u64,
    hash: u64,
    pair: Option<(K, V)>,
}

impl<K, V> Table<K, V> {
    pub(super) fn with_capacity(n: usize) -> Self {
        Table {
            entries: Vec::with_capacity(n),
            index: HashTable::with_capacity(n),
            next_seq: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    /// An empty table whose numbering continues this one's.
    pub(super) fn emptied(&self) -> Self {
        Table {
            entries: Vec::new(),
            index: HashTable::new(),
            next_seq: self.next_seq,
        }
    }

    /// One past the newest entry's sequence number.
    pub(super) fn end(&self) -> u64 {
        self.next_seq
    }

    fn position(&self, hash: u64, eq: impl Fn(&K) -> bool) -> Option<usize> {
        let entries = &self.entries;
        let found = self.index.find(hash, |i| {
            let entry = &entries[*i];
            entry.hash == hash && entry.pair.as_ref().is_some_and(|(k, _)| eq(k))
        });
        found.copied()
    }

    pub(super) fn get(&self, hash: u64, eq: impl Fn(&K) -> bool) -> Option<&V> {
        self.entries[self.position(hash, eq)?].pair.as_ref().map(|(_, v)| v)
    }

    pub(super) fn get_mut(&mut self, hash: u64, eq: impl Fn(&K) -> bool) -> Option<&mut V> {
        let i = self.position(hash, eq)?;
        self.entries[i].pair.as_mut().map(|(_, v)| v)
    }

    /// Adds an entry for a key that is not there.
    pub(super) fn insert_new(&mut self, hash: u64, key: K, value: V) {
        let position = self.entries.len();
        self.entries.push(Entry {
            seq: self.next_seq,
            hash,
            pair: Some((key, value)),
        });
        self.next_seq += 1;
        let entries = &self.entries;
        self.index.insert_unique(hash, position, |i| entries[*i].hash);
    }

    /// Removes an entry and returns it, for the caller to drop.
    pub(super) fn remove(&mut self, hash: u64, eq: impl Fn(&K) -> bool) -> Option<(K, V)> {
        let position = self.position(hash, eq)?;
        if let Ok(slot) = self.index.find_entry(hash, |i| *i == position) {
            slot.remove();
        }
        let pair = self.entries[position].pair.take();
        if self.entries.len() > 32 && self.index.len() < self.entries.len() / 2 {
            self.sweep();
        }
        pair
    }

    /// Drops dead entries and renumbers the index.
    fn sweep(&mut self) {
        self.entries.retain(|entry| entry.pair.is_some());
        self.index.clear();
        let entries = &self.entries;
        for (i, entry) in entries.iter().enumerate() {
            self.index.insert_unique(entry.hash, i, |i| entries[*i].hash);
        }
    }

    /// The first live entry with `from <= seq < to`, and its number. `hint` is where it may be found.
    pub(super) fn next_from(&self, from: u64, to: u64, hint: &mut usize) -> Option<(u64, &K, &V)> {
        let exact = |i: usize| {
            self.entries.get(i).is_some_and(|entry| entry.seq >= from) && (i == 0 || self.entries[i - 1].seq < from)
        };
        let mut i = if exact(*hint) {
            *hint
        } else {
            self.entries.partition_point(|entry| entry.seq < from)
        };
        while let Some(entry) = self.entries.get(i) {
            if entry.seq >= to {
                return None;
            }
            i += 1;
            if let Some((k, v)) = &entry.pair {
                *hint = i;
                return Some((entry.seq, k, v));
            }
        }
        None
    }
}
