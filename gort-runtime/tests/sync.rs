//! `sync` and `sync/atomic` as translated code uses them.
#![cfg(feature = "value")]
#![forbid(unsafe_code)]

use gort_runtime::prelude::*;
use gort_runtime::sync::{self, Cond, Locker, Mutex, Once, Pool, RwMutex, TaskGroup, WaitGroup, atomic};
use gort_runtime::time;

#[derive(Clone, Value)]
#[go(in_place, name = "main.Counter")]
struct Counter {
    mu: Mutex,
    n: Atom<i64>,
    hits: atomic::Int64,
}

#[gort_runtime::test]
async fn mutexes_exclude() {
    let counter = Ptr::new(Counter::zero());
    let wg: Ptr<WaitGroup> = Ptr::new(WaitGroup::zero());
    for _ in 0..8 {
        let c = counter.clone();
        wg.go(async move {
            for _ in 0..500 {
                c.mu.lock().await;
                let n = c.n.get();
                task::gosched().await;
                c.n.set(n + 1);
                c.mu.unlock();
                c.hits.add(1);
            }
        });
    }
    for _ in 0..2 {
        let c = counter.clone();
        wg.go(async move {
            for _ in 0..500 {
                c.mu.lock_sync();
                c.n.set(c.n.get() + 1);
                c.mu.unlock();
            }
        });
    }
    wg.wait().await;
    assert_eq!((counter.n.get(), counter.hits.load()), (5000, 4000));
    let copy = counter.get();
    assert!(copy.mu.try_lock() && copy.hits.load() == 4000);
}

#[gort_runtime::test]
async fn readers_share_and_writers_do_not() {
    let mu = Ptr::new(RwMutex::zero());
    let value = Ptr::new(0_i64);
    let group = TaskGroup::new();
    for i in 0..6 {
        let (mu, value) = (mu.clone(), value.clone());
        group.spawn(async move {
            for _ in 0..300 {
                if i % 3 == 0 {
                    RwMutex::lock(&mu).await;
                    let n = value.get();
                    task::gosched().await;
                    value.set(n + 1);
                    mu.unlock();
                } else {
                    mu.rlock().await;
                    let n = value.get();
                    task::gosched().await;
                    assert_eq!(value.get(), n);
                    mu.runlock();
                }
            }
        });
    }
    group.wait().await;
    assert_eq!(value.get(), 600);
    assert!(mu.try_rlock() && mu.try_rlock() && !mu.try_lock());
}

#[gort_runtime::test]
async fn conditions_wake() {
    let mu = Ptr::new(Mutex::zero());
    let locker: Iface<dyn Locker> = iface!(mu.clone() => dyn Locker);
    let cond = Cond::new(locker);
    let ready = Ptr::new(0_i64);
    let wg: Ptr<WaitGroup> = Ptr::new(WaitGroup::zero());
    for _ in 0..5 {
        let (mu, cond, ready) = (mu.clone(), cond.clone(), ready.clone());
        wg.go(async move {
            Mutex::lock(&mu).await;
            while ready.get() == 0 {
                cond.wait().await;
            }
            ready.set(ready.get() + 1);
            mu.unlock();
        });
    }
    time::sleep(time::MILLISECOND).await;
    Mutex::lock(&mu).await;
    ready.set(1);
    mu.unlock();
    cond.signal();
    cond.broadcast();
    wg.wait().await;
    assert_eq!(ready.get(), 6);
}

#[gort_runtime::test]
async fn once_pool_map_and_atomics() {
    let once = Once::default();
    let n = Ptr::new(0_i64);
    let m = n.clone();
    once.do_(fn0(move || m.set(m.get() + 1)));
    once.do_(|| unreachable!());
    once.do_async(|| async { unreachable!() }).await;
    let m = n.clone();
    let value = sync::once_value(fn0(move || {
        m.set(m.get() + 1);
        m.get()
    }));
    assert_eq!((value(), value(), n.get()), (2, 2, 2));
    assert_eq!(
        (
            atomic::add_int64(&n, 5),
            atomic::compare_and_swap_int64(&n, 7, 9),
            atomic::load_int64(&n)
        ),
        (7, true, 9)
    );
    let pool = Pool::with_new(fn0(|| Any::new(1_i64)));
    pool.put(Any::new(2_i64));
    assert!(pool.get() == Any::new(2_i64) && pool.get() == Any::new(1_i64));
    let map = sync::Map::default();
    map.store("a".into_any(), 1_i64.into_any());
    assert_eq!(
        map.load_or_store("a".into_any(), 2_i64.into_any()),
        (1_i64.into_any(), true)
    );
    assert!(map.compare_and_swap("a".into_any(), 1_i64.into_any(), 3_i64.into_any()));
    assert_eq!(map.load("b".into_any()), (Any::nil(), false));
    let v = atomic::AnyValue::default();
    v.store(1_i64.into_any());
    assert!(v.compare_and_swap(1_i64.into_any(), 2_i64.into_any()) && v.load() == 2_i64.into_any());
    let p = atomic::Pointer::<i64>::default();
    assert!(p.compare_and_swap(Ptr::nil(), n.clone()) && p.load() == n);
}
