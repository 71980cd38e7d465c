//! What Go's package `sync` promises, one test each: locks, groups, conditions, once.
#![cfg(feature = "value")]
#![forbid(unsafe_code)]
#![allow(clippy::redundant_closure)] // Function values are called, not passed, through their pointers.

mod common;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

use common::{TIMES, now, others_run, panics, poll, waits};
use gort_runtime::prelude::*;
use gort_runtime::sync::{
    Cond, Locker, Mutex, Once, RwMutex, TaskGroup, WaitGroup, new_cond, once_func, once_value, once_values,
};

// Mutex.

#[test]
fn the_zero_mutex_is_unlocked() {
    assert!(Mutex::zero().try_lock());
}

#[gort_runtime::test]
async fn locking_a_locked_mutex_waits_until_it_is_free() {
    let mu = Mutex::zero();
    mu.lock().await;
    assert!(!mu.try_lock());
    let mut second = pin!(mu.lock());
    assert!(poll(&mut second).is_pending());
    mu.unlock();
    now(second);
    assert!(!mu.try_lock());
}

#[gort_runtime::test]
async fn only_one_holds_a_mutex_and_sees_what_the_one_before_did() {
    use std::sync::atomic::Ordering::Relaxed;
    let shared = Arc::new((Mutex::zero(), AtomicI64::new(0)));
    let group = TaskGroup::new();
    for _ in 0..6 {
        let shared = shared.clone();
        group.spawn(async move {
            for _ in 0..TIMES {
                shared.0.lock().await;
                let seen = shared.1.load(Relaxed);
                task::gosched().await;
                shared.1.store(seen + 1, Relaxed);
                shared.0.unlock();
            }
        });
    }
    group.wait().await;
    assert_eq!(shared.1.load(Relaxed), 6 * TIMES as i64);
}

#[gort_runtime::test]
async fn another_goroutine_may_unlock() {
    let mu = Arc::new(Mutex::zero());
    mu.lock().await;
    let other = mu.clone();
    task::go(async move { other.unlock() });
    mu.lock().await;
}

#[gort_runtime::test]
async fn nobody_who_waits_for_a_mutex_is_passed_over_for_ever() {
    let shared = Arc::new((Mutex::zero(), AtomicI64::new(0)));
    let (group, stop) = (TaskGroup::new(), Arc::new(AtomicI64::new(0)));
    for _ in 0..2 {
        let (shared, stop) = (shared.clone(), stop.clone());
        group.spawn(async move {
            while stop.load(SeqCst) == 0 {
                shared.0.lock().await;
                shared.1.fetch_add(1, SeqCst);
                shared.0.unlock();
                task::yield_point().await;
            }
        });
    }
    for _ in 0..50 {
        shared.0.lock().await;
        shared.0.unlock();
        task::gosched().await;
    }
    stop.store(1, SeqCst);
    group.wait().await;
}

/// For long stretches nobody waits, and then somebody does again.
#[gort_runtime::test]
async fn a_mutex_that_was_long_at_peace_forgets_nobody() {
    let shared = Arc::new((Mutex::new(), AtomicI64::new(0)));
    let group = TaskGroup::new();
    for _ in 0..3 {
        let shared = shared.clone();
        group.spawn(async move {
            for i in 0..60_000 {
                shared.0.lock().await;
                shared.1.store(shared.1.load(SeqCst) + 1, SeqCst);
                if i % 6000 < 20 {
                    task::gosched().await;
                }
                shared.0.unlock();
            }
        });
    }
    group.wait().await;
    assert_eq!(shared.1.load(SeqCst), 180_000);
}

#[test]
fn a_mutex_given_up_while_waiting_is_passed_on() {
    let mu = Mutex::zero();
    assert!(mu.try_lock());
    let mut gives_up = Box::pin(mu.lock());
    let mut waiting = pin!(mu.lock());
    assert!(poll(&mut gives_up.as_mut()).is_pending() && poll(&mut waiting).is_pending());
    mu.unlock();
    drop(gives_up);
    now(waiting);
}

// RWMutex.

#[test]
fn the_zero_rwmutex_is_unlocked() {
    assert!(RwMutex::zero().try_lock() && RwMutex::zero().try_rlock());
}

#[gort_runtime::test]
async fn many_read_or_one_writes() {
    let rw = RwMutex::zero();
    rw.rlock().await;
    rw.rlock().await;
    assert!(!rw.try_lock() && waits(rw.lock()));
    rw.runlock();
    assert!(!rw.try_lock());
    rw.runlock();
    rw.lock().await;
    assert!(!rw.try_lock() && !rw.try_rlock());
    assert!(waits(rw.lock()) && waits(rw.rlock()));
    rw.unlock();
    assert!(rw.try_rlock());
}

#[test]
fn a_writer_that_waits_keeps_new_readers_out() {
    let rw = RwMutex::zero();
    assert!(rw.try_rlock());
    let mut writer = pin!(rw.lock());
    assert!(poll(&mut writer).is_pending());
    assert!(!rw.try_rlock());
    let mut reader = pin!(rw.rlock());
    assert!(poll(&mut reader).is_pending());
    rw.runlock();
    now(writer);
    assert!(poll(&mut reader).is_pending());
    rw.unlock();
    now(reader);
}

#[gort_runtime::test]
async fn one_runlock_takes_back_one_rlock() {
    let rw = RwMutex::zero();
    for _ in 0..3 {
        rw.rlock().await;
    }
    for _ in 0..3 {
        assert!(!rw.try_lock());
        rw.runlock();
    }
    assert!(rw.try_lock());
}

#[gort_runtime::test]
async fn another_goroutine_may_leave_a_rwmutex() {
    let rw = Arc::new(RwMutex::zero());
    rw.rlock().await;
    let other = rw.clone();
    task::go(async move { other.runlock() });
    rw.lock().await;
    let other = rw.clone();
    task::go(async move { other.unlock() });
    rw.rlock().await;
}

#[gort_runtime::test]
async fn readers_see_what_the_writer_before_did() {
    use std::sync::atomic::Ordering::Relaxed;
    let shared = Arc::new((RwMutex::zero(), AtomicI64::new(0), AtomicI64::new(0)));
    let group = TaskGroup::new();
    for i in 0..6 {
        let shared = shared.clone();
        group.spawn(async move {
            for _ in 0..TIMES {
                if i < 2 {
                    shared.0.lock().await;
                    shared.1.store(shared.1.load(SeqCst) + 1, SeqCst);
                    task::gosched().await;
                    shared.2.store(shared.2.load(Relaxed) + 1, Relaxed);
                    shared.0.unlock();
                } else {
                    shared.0.rlock().await;
                    assert_eq!(shared.1.load(Relaxed), shared.2.load(Relaxed));
                    shared.0.runlock();
                }
            }
        });
    }
    group.wait().await;
    assert_eq!(shared.1.load(Relaxed), 2 * TIMES as i64);
}

#[gort_runtime::test]
async fn an_rlocker_locks_for_reading() {
    let rw = Ptr::new(RwMutex::zero());
    let locker = rw.rlocker();
    locker.lock();
    assert!(rw.try_rlock() && !rw.try_lock());
    rw.runlock();
    locker.unlock();
    assert!(rw.try_lock());
}

#[gort_runtime::test]
async fn mutexes_are_lockers() {
    let (mu, rw) = (Ptr::new(Mutex::zero()), Ptr::new(RwMutex::zero()));
    let lockers: [Iface<dyn Locker>; 2] = [iface!(mu.clone() => dyn Locker), iface!(rw.clone() => dyn Locker)];
    for locker in &lockers {
        locker.lock();
    }
    assert!(!mu.try_lock() && !rw.try_rlock());
    lockers.iter().for_each(|locker| locker.unlock());
    assert!(mu.try_lock() && rw.try_lock());
}

// WaitGroup.

#[gort_runtime::test]
async fn wait_returns_at_once_when_the_counter_is_zero() {
    let wg = WaitGroup::zero();
    now(wg.wait());
    wg.add(2);
    wg.add(-2);
    now(wg.wait());
}

#[gort_runtime::test]
async fn all_who_wait_are_released_when_the_counter_becomes_zero() {
    for _ in 0..TIMES {
        let wg = Ptr::new(WaitGroup::zero());
        wg.add(2);
        let released = TaskGroup::new();
        for _ in 0..3 {
            let wg = wg.clone();
            released.spawn(async move { wg.wait().await });
        }
        task::gosched().await;
        wg.done();
        assert!(waits(wg.wait()));
        wg.done();
        released.wait().await;
    }
}

#[test]
fn a_counter_below_zero_panics() {
    let wg = WaitGroup::zero();
    assert_eq!(panics(|| wg.done()), "sync: negative WaitGroup counter");
    let wg = WaitGroup::zero();
    wg.add(1);
    assert_eq!(panics(|| wg.add(-2)), "sync: negative WaitGroup counter");
}

#[gort_runtime::test]
async fn go_counts_a_task_until_its_function_is_over() {
    let (wg, ended) = (Ptr::new(WaitGroup::zero()), Arc::new(AtomicI64::new(0)));
    for _ in 0..20 {
        let (inner, ended) = (wg.clone(), ended.clone());
        wg.go(async move {
            let nested = ended.clone();
            // A task may start further ones.
            inner.go(async move {
                task::gosched().await;
                nested.fetch_add(1, SeqCst);
            });
            ended.fetch_add(1, SeqCst);
        });
    }
    wg.wait().await;
    assert_eq!(ended.load(SeqCst), 40);
}

#[gort_runtime::test]
async fn a_task_that_exits_is_over() {
    let wg = Ptr::new(WaitGroup::zero());
    wg.go(async { task::goexit() });
    wg.wait().await;
}

#[gort_runtime::test]
async fn a_group_can_be_used_again() {
    let wg = Ptr::new(WaitGroup::zero());
    for _ in 0..TIMES {
        wg.go(async {});
        wg.wait().await;
    }
}

#[gort_runtime::test]
async fn what_a_task_did_is_seen_after_the_wait() {
    use std::sync::atomic::Ordering::Relaxed;
    for _ in 0..TIMES {
        let (wg, wrote) = (Ptr::new(WaitGroup::zero()), Arc::new(AtomicI64::new(0)));
        let writes = wrote.clone();
        wg.go(async move { writes.store(1, Relaxed) });
        wg.wait().await;
        assert_eq!(wrote.load(Relaxed), 1);
    }
}

// Once.

#[gort_runtime::test]
async fn once_calls_the_first_function_only() {
    let (once, calls) = (Once::default(), AtomicI64::new(0));
    once.do_borrowing(|| {
        calls.fetch_add(1, SeqCst);
    });
    once.do_borrowing(|| unreachable!("this is another function, and too late"));
    once.do_async(|| async { unreachable!("this, too") }).await;
    assert_eq!(calls.load(SeqCst), 1);
    Once::default().do_borrowing(|| {
        calls.fetch_add(1, SeqCst);
    });
    assert_eq!(calls.load(SeqCst), 2);
}

#[gort_runtime::test]
async fn nobody_returns_from_once_before_the_call_is_over() {
    for _ in 0..TIMES {
        let shared = Arc::new((Once::default(), AtomicI64::new(0)));
        let group = TaskGroup::new();
        for _ in 0..4 {
            let shared = shared.clone();
            group.spawn(async move {
                let call = || async {
                    task::gosched().await;
                    shared.1.fetch_add(1, SeqCst);
                };
                shared.0.do_async(call).await;
                assert_eq!(shared.1.load(SeqCst), 1);
            });
        }
        group.wait().await;
    }
}

#[test]
fn a_call_that_panics_counts_as_made() {
    let once = Once::default();
    assert_eq!(panics(|| once.do_borrowing(|| panic_str("no"))), "no");
    once.do_borrowing(|| unreachable!("the call was made"));
}

#[gort_runtime::test]
async fn once_within_the_same_once_waits_for_ever() {
    let once = Once::default();
    assert!(waits(once.do_async(|| async {
        once.do_async(|| async {}).await;
    })));
}

#[test]
fn once_func_calls_once() {
    let calls = Arc::new(AtomicI64::new(0));
    let counts = calls.clone();
    let f = once_func(fn0(move || {
        counts.fetch_add(1, SeqCst);
    }));
    f();
    f();
    assert_eq!(calls.load(SeqCst), 1);
}

#[test]
fn once_value_and_once_values_give_the_first_result() {
    let calls = Arc::new(AtomicI64::new(0));
    let counts = calls.clone();
    let one = once_value(fn0(move || counts.fetch_add(1, SeqCst)));
    assert_eq!((one(), one()), (0, 0));
    let counts = calls.clone();
    let two = once_values(fn0(move || (counts.fetch_add(1, SeqCst), str("two"))));
    assert_eq!((two(), two()), ((1, str("two")), (1, str("two"))));
    assert_eq!(calls.load(SeqCst), 2);
}

#[test]
fn functions_made_of_once_panic_each_time_with_the_same_value() {
    let calls = Arc::new(AtomicI64::new(0));
    let counts = calls.clone();
    let f = once_func(fn0(move || {
        counts.fetch_add(1, SeqCst);
        panic_str("broken")
    }));
    assert_eq!((panics(|| f()), panics(|| f())), ("broken".into(), "broken".into()));
    let value = once_value(fn0(|| -> i64 { go_panic(Any::new(5_i64)) }));
    assert_eq!((panics(|| value()), panics(|| value())), ("5".into(), "5".into()));
    assert_eq!(calls.load(SeqCst), 1);
}

#[gort_runtime::test]
async fn a_function_made_of_once_may_be_called_by_many_at_once() {
    for _ in 0..TIMES {
        let calls = Arc::new(AtomicI64::new(0));
        let counts = calls.clone();
        let value = once_value(fn0(move || counts.fetch_add(1, SeqCst)));
        let group = TaskGroup::new();
        for _ in 0..4 {
            let value = value.clone();
            group.spawn(async move { assert_eq!(value(), 0) });
        }
        group.wait().await;
        assert_eq!(calls.load(SeqCst), 1);
    }
}

// Cond.

fn cond() -> (Ptr<Mutex>, Ptr<Cond>) {
    let mu = Ptr::new(Mutex::zero());
    let cond = new_cond(iface!(mu.clone() => dyn Locker));
    (mu, cond)
}

#[gort_runtime::test]
async fn waiting_unlocks_and_returns_locked() {
    let (mu, cond) = cond();
    Mutex::lock(&mu).await;
    let mut wait = pin!(cond.wait());
    assert!(poll(&mut wait).is_pending());
    assert!(mu.try_lock());
    cond.signal();
    assert!(poll(&mut wait).is_pending());
    mu.unlock();
    now(wait);
    assert!(!mu.try_lock());
}

#[gort_runtime::test]
async fn signal_wakes_one_and_broadcast_all() {
    let (mu, cond) = cond();
    let woken = Arc::new(AtomicI64::new(0));
    let group = TaskGroup::new();
    let waiting = Arc::new(AtomicI64::new(0));
    for _ in 0..5 {
        let (mu, cond, woken, waiting) = (mu.clone(), cond.clone(), woken.clone(), waiting.clone());
        group.spawn(async move {
            Mutex::lock(&mu).await;
            waiting.fetch_add(1, SeqCst);
            cond.wait().await;
            woken.fetch_add(1, SeqCst);
            mu.unlock();
        });
    }
    while waiting.load(SeqCst) < 5 {
        task::gosched().await;
    }
    // Who counted itself holds the lock until it waits.
    Mutex::lock(&mu).await;
    cond.signal();
    mu.unlock();
    while woken.load(SeqCst) < 1 {
        task::gosched().await;
    }
    others_run().await;
    assert_eq!(woken.load(SeqCst), 1);
    // The lock need not be held.
    cond.broadcast();
    group.wait().await;
    assert_eq!(woken.load(SeqCst), 5);
}

#[gort_runtime::test]
async fn a_signal_to_nobody_is_lost() {
    let (mu, cond) = cond();
    cond.signal();
    cond.broadcast();
    Mutex::lock(&mu).await;
    assert!(waits(cond.wait()));
}

#[gort_runtime::test]
async fn nobody_wakes_without_being_woken() {
    let (mu, cond) = cond();
    Mutex::lock(&mu).await;
    let mut wait = pin!(cond.wait());
    for _ in 0..50 {
        assert!(poll(&mut wait).is_pending());
        task::gosched().await;
    }
    cond.signal();
    now(wait);
}

#[gort_runtime::test]
async fn a_condition_waited_for_in_a_loop_holds_afterwards() {
    for _ in 0..TIMES {
        let (mu, cond) = cond();
        let ready = Arc::new(AtomicI64::new(0));
        let (lock, tells, sets) = (mu.clone(), cond.clone(), ready.clone());
        task::go(async move {
            Mutex::lock(&lock).await;
            sets.store(1, SeqCst);
            lock.unlock();
            tells.broadcast();
        });
        Mutex::lock(&mu).await;
        while ready.load(SeqCst) == 0 {
            cond.wait().await;
        }
        mu.unlock();
    }
}
