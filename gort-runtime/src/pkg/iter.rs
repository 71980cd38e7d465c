//! `iter`: sequences as functions that call back.

use crate::pkg::go::*;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// A sequence of values.
pub type Seq<V> = Fn1<Fn1<V, bool>, ()>;
/// A sequence of pairs.
pub type Seq2<K, V> = Fn1<Fn2<K, V, bool>, ()>;

/// `next` and `stop` of a sequence.
///
/// # Differences from Go
/// The sequence runs to its end (or a million values) at the first call of `next`, so its side effects come early.
pub fn pull<V: Value>(seq: Seq<V>) -> (Fn0<(V, bool)>, Fn0<()>) {
    let pulled: Arc<Mutex<Option<VecDeque<V>>>> = Arc::default();
    let stopped = pulled.clone();
    let next = fn0(move || {
        let ready = pulled.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        if !ready {
            let values: Arc<Mutex<VecDeque<V>>> = Arc::default();
            let sink = values.clone();
            seq(fn1(move |v| {
                let mut values = sink.lock().unwrap_or_else(PoisonError::into_inner);
                values.push_back(v);
                values.len() < 1_000_000
            }));
            let values = std::mem::take(&mut *values.lock().unwrap_or_else(PoisonError::into_inner));
            *pulled.lock().unwrap_or_else(PoisonError::into_inner) = Some(values);
        }
        let mut pulled = pulled.lock().unwrap_or_else(PoisonError::into_inner);
        match pulled.as_mut().and_then(VecDeque::pop_front) {
            Some(v) => (v, true),
            None => (V::zero(), false),
        }
    });
    let stop = fn0(move || *stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(VecDeque::new()));
    (next, stop)
}
