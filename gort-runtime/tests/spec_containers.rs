//! What Go's packages `sync` and `sync/atomic` promise of things that hold values: `Map`, `Pool`, and the atomics.
#![cfg(feature = "value")]
#![forbid(unsafe_code)]

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;

use common::{TIMES, panics};
use gort_runtime::prelude::*;
use gort_runtime::sync::{Map as SyncMap, Pool, TaskGroup, atomic};
use gort_runtime::value::fn2;

fn any(n: i64) -> Any {
    Any::new(n)
}

// Map.

#[test]
fn the_zero_map_is_empty_and_ready() {
    let map = SyncMap::zero();
    assert_eq!(map.load(any(1)), (Any::nil(), false));
    map.store(any(1), any(10));
    assert_eq!(map.load(any(1)), (any(10), true));
}

#[test]
fn keys_and_values_may_be_of_any_type() {
    let map = SyncMap::zero();
    map.store(Any::new(str("a")), Any::nil());
    map.store(any(1), Any::new(2.5));
    assert_eq!(map.load(Any::new(str("a"))), (Any::nil(), true));
    assert_eq!(map.load(any(1)), (Any::new(2.5), true));
    assert_eq!(map.load(Any::new(1_i32)), (Any::nil(), false));
}

#[test]
fn load_or_store_stores_only_what_is_missing() {
    let map = SyncMap::zero();
    assert_eq!(map.load_or_store(any(1), any(10)), (any(10), false));
    assert_eq!(map.load_or_store(any(1), any(20)), (any(10), true));
}

#[test]
fn load_and_delete_tells_what_was_there() {
    let map = SyncMap::zero();
    map.store(any(1), any(10));
    assert_eq!(map.load_and_delete(any(1)), (any(10), true));
    assert_eq!(map.load_and_delete(any(1)), (Any::nil(), false));
}

#[test]
fn deleting_what_is_not_there_does_nothing() {
    let map = SyncMap::zero();
    map.store(any(1), any(10));
    map.delete(any(2));
    map.delete(any(1));
    map.delete(any(1));
    assert_eq!(map.load(any(1)), (Any::nil(), false));
}

#[test]
fn swap_gives_the_former_value() {
    let map = SyncMap::zero();
    assert_eq!(map.swap(any(1), any(10)), (Any::nil(), false));
    assert_eq!(map.swap(any(1), any(20)), (any(10), true));
    assert_eq!(map.load(any(1)), (any(20), true));
}

#[test]
fn compare_and_swap_wants_the_old_value() {
    let map = SyncMap::zero();
    assert!(!map.compare_and_swap(any(1), Any::nil(), any(1)));
    map.store(any(1), any(10));
    assert!(!map.compare_and_swap(any(1), any(11), any(20)));
    assert!(map.compare_and_swap(any(1), any(10), any(20)));
    assert_eq!(map.load(any(1)), (any(20), true));
}

#[test]
fn compare_and_delete_wants_the_old_value_and_an_entry() {
    let map = SyncMap::zero();
    assert!(!map.compare_and_delete(any(1), Any::nil()));
    map.store(any(1), any(10));
    assert!(!map.compare_and_delete(any(1), any(11)));
    assert!(map.compare_and_delete(any(1), any(10)));
    assert_eq!(map.load(any(1)), (Any::nil(), false));
}

#[test]
fn comparing_values_that_cannot_be_compared_panics() {
    let map = SyncMap::zero();
    let list = Any::new(slice![1_i64]);
    map.store(any(1), list.clone());
    assert!(panics(|| map.compare_and_swap(any(1), list.clone(), any(2))).contains("comparing uncomparable type"));
    // And leaves the map usable.
    map.store(any(1), any(2));
    assert_eq!(map.load(any(1)), (any(2), true));
}

#[test]
fn range_visits_each_key_once_until_it_is_told_to_stop() {
    let map = Arc::new(SyncMap::zero());
    (0..50).for_each(|i| map.store(any(i), any(i * i)));
    let seen = Arc::new(std::sync::Mutex::new(BTreeSet::new()));
    let sees = seen.clone();
    map.range(fn2(move |key: Any, value: Any| {
        let key = key.downcast::<i64>().unwrap();
        assert_eq!(value, any(key * key));
        assert!(sees.lock().unwrap().insert(key));
        true
    }));
    assert!(seen.lock().unwrap().iter().copied().eq(0..50));
    let calls = Ptr::new(0_i64);
    let counts = calls.clone();
    map.range(fn2(move |_: Any, _: Any| {
        counts.set(counts.get() + 1);
        counts.get() < 3
    }));
    assert_eq!(calls.get(), 3);
}

#[test]
fn the_function_of_range_may_use_the_map() {
    let map = Arc::new(SyncMap::zero());
    (0..20).for_each(|i| map.store(any(i), any(i)));
    let uses = map.clone();
    map.range(fn2(move |key: Any, _: Any| {
        uses.delete(key.clone());
        uses.store(any(100), key);
        true
    }));
    let (left, ok) = map.load(any(100));
    assert!(ok && !left.is_nil());
    assert!(!map.load(any(5)).1);
}

#[test]
fn clear_leaves_an_empty_map() {
    let map = SyncMap::zero();
    (0..5).for_each(|i| map.store(any(i), any(i)));
    map.clear();
    map.range(fn2(|_: Any, _: Any| unreachable!("it is empty")));
}

#[gort_runtime::test]
async fn of_many_who_store_one_wins_and_all_get_its_value() {
    for _ in 0..TIMES {
        let (map, group) = (Arc::new(SyncMap::zero()), TaskGroup::new());
        let stored = Arc::new(atomic::Int64::zero());
        for i in 0..4 {
            let (map, stored) = (map.clone(), stored.clone());
            group.spawn(async move {
                let (value, loaded) = map.load_or_store(any(1), any(i));
                if !loaded {
                    stored.add(1);
                }
                assert_eq!(map.load(any(1)), (value, true));
            });
        }
        group.wait().await;
        assert_eq!(stored.load(), 1);
    }
}

// Pool.

#[test]
fn what_is_put_into_a_pool_is_got_once() {
    let pool = Pool::zero();
    pool.put(any(1));
    pool.put(any(2));
    let mut got = [pool.get(), pool.get()].map(|value| value.downcast::<i64>());
    got.sort();
    assert_eq!(got, [Some(1), Some(2)]);
    assert!(pool.get().is_nil());
}

#[test]
fn an_empty_pool_makes_a_value_if_it_knows_how() {
    let pool = Pool::with_new(fn0(|| any(7)));
    assert_eq!(pool.get(), any(7));
    pool.put(any(1));
    assert_eq!((pool.get(), pool.get()), (any(1), any(7)));
    assert!(Pool::zero().get().is_nil());
}

#[gort_runtime::test]
async fn many_may_use_a_pool_and_none_has_what_another_has() {
    let pool = Arc::new(Pool::with_new(fn0(|| Any::new(Ptr::new(0_i64)))));
    let group = TaskGroup::new();
    for _ in 0..4 {
        let pool = pool.clone();
        group.spawn(async move {
            for _ in 0..TIMES {
                let mine = pool.get().downcast::<Ptr<i64>>().unwrap();
                mine.set(mine.get() + 1);
                task::gosched().await;
                mine.set(mine.get() - 1);
                assert_eq!(mine.get(), 0);
                pool.put(Any::new(mine));
            }
        });
    }
    group.wait().await;
}

// Atomics.

macro_rules! integer_rules {
    ($($test:ident $t:ident $p:ident: $add:ident $load:ident $store:ident $swap:ident $cas:ident $and:ident $or:ident;)*) => {$(
        #[test]
        fn $test() {
            let x = atomic::$t::zero();
            assert_eq!(x.load(), 0);
            x.store(5);
            assert_eq!((x.add(3), x.load()), (8, 8));
            assert_eq!((x.swap(1), x.load()), (8, 1));
            assert!(!x.compare_and_swap(2, 9) && x.compare_and_swap(1, 9));
            x.store(0b1100);
            assert_eq!((x.and(0b0110), x.load()), (0b1100, 0b0100));
            assert_eq!((x.or(0b0011), x.load()), (0b0100, 0b0111));
            x.store($p::MAX);
            assert_eq!(x.add(1), $p::MIN);

            let p: Ptr<$p> = Ptr::new(5);
            assert_eq!((atomic::$add(&p, 3), atomic::$load(&p)), (8, 8));
            atomic::$store(&p, 2);
            assert_eq!((atomic::$swap(&p, 1), p.get()), (2, 1));
            assert!(!atomic::$cas(&p, 2, 9) && atomic::$cas(&p, 1, 0b1100));
            assert_eq!((atomic::$and(&p, 0b0110), atomic::$or(&p, 1), p.get()), (0b1100, 0b0100, 0b0101));
        }
    )*};
}
integer_rules! {
    int32_does_what_its_words_say Int32 i32: add_int32 load_int32 store_int32 swap_int32 compare_and_swap_int32 and_int32 or_int32;
    int64_does_what_its_words_say Int64 i64: add_int64 load_int64 store_int64 swap_int64 compare_and_swap_int64 and_int64 or_int64;
    uint32_does_what_its_words_say Uint32 u32: add_uint32 load_uint32 store_uint32 swap_uint32 compare_and_swap_uint32 and_uint32 or_uint32;
    uint64_does_what_its_words_say Uint64 u64: add_uint64 load_uint64 store_uint64 swap_uint64 compare_and_swap_uint64 and_uint64 or_uint64;
}

#[test]
fn adding_all_ones_to_an_unsigned_number_takes_one_away() {
    let x = atomic::Uint32::zero();
    x.store(3);
    assert_eq!(x.add(!0), 2);
    assert_eq!(x.add(!(2 - 1)), 0);
}

#[test]
fn bool_does_what_its_words_say() {
    let x = atomic::Bool::zero();
    assert!(!x.load());
    x.store(true);
    assert!(x.swap(false) && !x.load());
    assert!(!x.compare_and_swap(true, true) && x.compare_and_swap(false, true) && x.load());
}

#[test]
fn pointer_does_what_its_words_say() {
    let x: atomic::Pointer<i64> = atomic::Pointer::zero();
    assert!(x.load().is_nil());
    let (a, b): (Ptr<i64>, Ptr<i64>) = (Ptr::new(1), Ptr::new(1));
    x.store(a.clone());
    assert!(x.load() == a && x.load() != b);
    assert!(x.swap(b.clone()) == a);
    assert!(!x.compare_and_swap(a.clone(), a.clone()) && x.compare_and_swap(b, a.clone()) && x.load() == a);
}

#[test]
fn value_is_nil_until_something_is_stored() {
    let x = atomic::AnyValue::zero();
    assert!(x.load().is_nil());
    x.store(any(1));
    assert_eq!(x.load(), any(1));
    assert_eq!((x.swap(any(2)), x.load()), (any(1), any(2)));
}

#[test]
fn value_swaps_what_is_equal() {
    let x = atomic::AnyValue::zero();
    assert!(!x.compare_and_swap(any(1), any(2)));
    assert!(x.compare_and_swap(Any::nil(), any(1)));
    assert!(!x.compare_and_swap(any(3), any(2)) && x.compare_and_swap(any(1), any(2)));
    assert_eq!(x.load(), any(2));
}

#[test]
fn value_keeps_to_one_type_and_takes_no_nil() {
    let x = atomic::AnyValue::zero();
    assert_eq!(
        panics(|| x.store(Any::nil())),
        "sync/atomic: store of nil value into Value"
    );
    assert_eq!(
        panics(|| x.swap(Any::nil())),
        "sync/atomic: swap of nil value into Value"
    );
    assert_eq!(
        panics(|| x.compare_and_swap(any(1), Any::nil())),
        "sync/atomic: compare and swap of nil value into Value"
    );
    assert_eq!(
        panics(|| x.compare_and_swap(Any::new(1.5), any(1))),
        "sync/atomic: compare and swap of inconsistently typed values"
    );
    x.store(any(1));
    assert_eq!(
        panics(|| x.store(Any::new(1.5))),
        "sync/atomic: store of inconsistently typed value into Value"
    );
    assert_eq!(
        panics(|| x.swap(Any::new(1.5))),
        "sync/atomic: swap of inconsistently typed value into Value"
    );
    assert_eq!(
        panics(|| x.compare_and_swap(Any::new(1.5), Any::new(2.5))),
        "sync/atomic: compare and swap of inconsistently typed value into Value"
    );
    assert_eq!(x.load(), any(1));
}

#[gort_runtime::test]
async fn no_addition_is_lost() {
    let x = Arc::new(atomic::Int64::zero());
    let group = TaskGroup::new();
    for _ in 0..8 {
        let x = x.clone();
        group.spawn(async move {
            for _ in 0..1000 {
                x.add(1);
                task::yield_point().await;
            }
        });
    }
    group.wait().await;
    assert_eq!(x.load(), 8000);
}

#[gort_runtime::test]
async fn of_many_who_swap_one_wins_each_time() {
    for _ in 0..TIMES {
        let (x, wins) = (Arc::new(atomic::Int64::zero()), Arc::new(atomic::Int64::zero()));
        let group = TaskGroup::new();
        for i in 1..=4 {
            let (x, wins) = (x.clone(), wins.clone());
            group.spawn(async move {
                if x.compare_and_swap(0, i) {
                    wins.add(1);
                }
            });
        }
        group.wait().await;
        assert_eq!(wins.load(), 1);
    }
}

#[gort_runtime::test]
async fn all_see_atomic_operations_in_one_order() {
    for _ in 0..TIMES {
        let (x, y) = (Arc::new(atomic::Int64::zero()), Arc::new(atomic::Int64::zero()));
        let saw: Chan<i64> = Chan::make(2);
        for (mine, other) in [(x.clone(), y.clone()), (y, x)] {
            let saw = saw.clone();
            task::go(async move {
                mine.store(1);
                saw.send(other.load()).await;
            });
        }
        // One of them came second, and saw the first.
        assert_ne!(saw.recv_or_zero().await + saw.recv_or_zero().await, 0);
    }
}
