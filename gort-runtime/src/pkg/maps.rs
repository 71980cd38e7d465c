//! `maps`: generic functions over maps.

use crate::pkg::go::*;

/// A copy; nil for nil.
pub fn clone<K: GoKey, V: Value>(m: Map<K, V>) -> Map<K, V> {
    if m.is_nil() {
        return m;
    }
    m.iter().collect()
}

/// Adds all of `src`.
pub fn copy<K: GoKey, V: Value>(dst: Map<K, V>, src: Map<K, V>) {
    for (k, v) in src.iter() {
        dst.set(k, v);
    }
}

/// Deletes the entries for which `del` holds.
pub fn delete_func<K: GoKey, V: Value>(m: Map<K, V>, del: Fn2<K, V, bool>) {
    for (k, v) in m.iter() {
        if del(k.clone(), v) {
            m.delete(&k);
        }
    }
}

/// Reports whether both have the same entries.
pub fn equal<K: GoKey, V: Value + PartialEq>(m1: Map<K, V>, m2: Map<K, V>) -> bool {
    m1.len() == m2.len() && m1.iter().all(|(k, v)| m2.get_ok(&k).is_some_and(|w| v == w))
}

/// Reports whether both have the same keys and values that `eq` takes for equal.
pub fn equal_func<K: GoKey, V1: Value, V2: Value>(m1: Map<K, V1>, m2: Map<K, V2>, eq: Fn2<V1, V2, bool>) -> bool {
    m1.len() == m2.len() && m1.iter().all(|(k, v)| m2.get_ok(&k).is_some_and(|w| eq(v, w)))
}

/// The keys, in no order.
pub fn keys<K: GoKey, V: Value>(m: Map<K, V>) -> Fn1<Fn1<K, bool>, ()> {
    fn1(move |each: Fn1<K, bool>| {
        for (k, _) in m.iter() {
            if !each(k) {
                return;
            }
        }
    })
}

/// The values, in no order.
pub fn values<K: GoKey, V: Value>(m: Map<K, V>) -> Fn1<Fn1<V, bool>, ()> {
    fn1(move |each: Fn1<V, bool>| {
        for (_, v) in m.iter() {
            if !each(v) {
                return;
            }
        }
    })
}

/// The entries, in no order.
pub fn all<K: GoKey, V: Value>(m: Map<K, V>) -> Fn1<Fn2<K, V, bool>, ()> {
    fn1(move |each: Fn2<K, V, bool>| {
        for (k, v) in m.iter() {
            if !each(k, v) {
                return;
            }
        }
    })
}

/// Adds the entries of a sequence.
pub fn insert<K: GoKey, V: Value>(m: Map<K, V>, seq: Fn1<Fn2<K, V, bool>, ()>) {
    seq(fn2(move |k, v| {
        m.set(k, v);
        true
    }));
}

/// A map of the entries of a sequence.
pub fn collect<K: GoKey, V: Value>(seq: Fn1<Fn2<K, V, bool>, ()>) -> Map<K, V> {
    let m = Map::make();
    insert(m.clone(), seq);
    m
}
