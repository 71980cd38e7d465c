//! Channels and `select!` as in Go: nil, closed, full, unbuffered, fair, and cancelled.
#![cfg(feature = "value")]
#![forbid(unsafe_code)]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use gort_runtime::panic::{Unwinding, panic_text};
use gort_runtime::prelude::*;
use gort_runtime::select::{Chosen, Select};

/// Polls a future once.
macro_rules! poll {
    ($future:expr) => {
        $future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    };
}

fn panics<R>(f: impl FnOnce() -> R) -> String {
    let Err(payload) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)) else {
        panic!("this should panic")
    };
    match Unwinding::from_payload(payload) {
        Unwinding::Panic(panic) => panic_text(&panic.value),
        Unwinding::Goexit => "goexit".into(),
    }
}

async fn worker(id: i64, jobs: Receiver<i64>, results: Sender<i64>) {
    while let Some(job) = jobs.recv().await {
        results.send(job * 10 + id).await;
    }
}

#[gort_runtime::test]
async fn workers_share_jobs() {
    let jobs: Chan<i64> = Chan::make(0);
    let results: Chan<i64> = Chan::make(0);
    for id in 0..3 {
        task::go(worker(id, jobs.receiver(), results.sender()));
    }
    let send = jobs.sender();
    task::go(async move {
        for job in 0..1000 {
            send.send(job).await;
        }
        send.close();
    });
    let mut seen = vec![];
    for _ in 0..1000 {
        seen.push(results.recv_or_zero().await / 10);
    }
    seen.sort();
    assert!(seen.into_iter().eq(0..1000));
    assert_eq!(jobs.recv().await, None);
    assert_eq!(jobs.recv_or_zero().await, 0);
}

#[gort_runtime::test]
async fn texts_and_lengths_are_those_of_go() {
    let c: Chan<i64> = Chan::make(2);
    c.send(1).await;
    assert_eq!(
        (c.len(), c.cap(), c.try_send(2).is_ok(), c.try_send(3).is_ok()),
        (1, 2, true, false)
    );
    c.close();
    assert_eq!(panics(|| c.try_send(1)), "send on closed channel");
    assert_eq!(panics(|| poll!(pin!(c.send(1)))), "send on closed channel");
    assert_eq!(panics(|| c.close()), "close of closed channel");
    assert_eq!(panics(|| Chan::<i64>::nil().close()), "close of nil channel");
    assert_eq!(panics(|| Chan::<i64>::make(-1)), "makechan: size out of range");
    assert_eq!(
        (c.recv().await, c.recv().await, c.recv().await),
        (Some(1), Some(2), None)
    );
    assert!(
        poll!(pin!(Chan::<i64>::nil().recv())).is_pending() && poll!(pin!(Chan::<i64>::nil().send(1))).is_pending()
    );
    assert!(c == c.clone() && c != Chan::make(2) && Chan::<i64>::nil().is_nil());
    assert_eq!(<Chan<Receiver<i64>>>::type_name(), "chan (<-chan int)");
    assert_eq!(<Sender<Chan<()>>>::type_name(), "chan<- chan struct {}");
}

#[gort_runtime::test]
async fn closing_wakes_all() {
    let c: Chan<i64> = Chan::make(0);
    let mut first = pin!(c.recv());
    let mut second = pin!(c.recv());
    assert!(poll!(first).is_pending() && poll!(second).is_pending());
    c.close();
    assert_eq!((poll!(first), poll!(second)), (Poll::Ready(None), Poll::Ready(None)));
    let c: Chan<i64> = Chan::make(0);
    let mut send = Box::pin(c.send(1));
    assert!(poll!(send).is_pending());
    c.close();
    assert_eq!(panics(|| poll!(send)), "send on closed channel");
    assert_eq!(c.recv().await, None);
}

#[gort_runtime::test]
async fn cancelled_receivers_pass_the_value_on() {
    let c: Chan<i64> = Chan::make(0);
    let mut first = Box::pin(c.recv());
    let mut second = Box::pin(c.recv());
    assert!(poll!(first).is_pending() && poll!(second).is_pending());
    assert!(c.try_send(7).is_ok());
    drop(first);
    assert_eq!(poll!(second), Poll::Ready(Some(7)));
    // Nobody else waits: the value is kept, before any that is sent later.
    let mut third = Box::pin(c.recv());
    assert!(poll!(third).is_pending());
    assert!(c.try_send(8).is_ok());
    drop(third);
    assert_eq!(c.len(), 0);
    let mut send = Box::pin(c.send(9));
    assert!(poll!(send).is_pending());
    assert_eq!(c.recv().await, Some(8));
    assert!(poll!(send).is_pending());
    drop(send);
    assert_eq!(c.try_recv(), None);
}

#[gort_runtime::test]
async fn cancelled_selects_pass_the_value_on() {
    let (a, b): (Chan<i64>, Chan<i64>) = (Chan::make(0), Chan::make(0));
    let both = async || {
        select! {
            v = a.recv() => v,
            v = b.recv() => v,
        }
    };
    let mut first = Box::pin(both());
    assert!(poll!(first).is_pending());
    assert!(b.try_send(5).is_ok());
    assert!(a.try_send(6).is_err(), "the select has been served");
    drop(first);
    assert_eq!(both().await, Some(5));
    // A select that was served leaves the other queues.
    let mut second = Box::pin(both());
    assert!(poll!(second).is_pending() && a.try_send(1).is_ok());
    assert_eq!(poll!(second), Poll::Ready(Some(1)));
    assert!(b.try_send(1).is_err());
}

#[gort_runtime::test]
async fn select_chooses_evenly_and_has_defaults() {
    let (a, b): (Chan<i64>, Chan<i64>) = (Chan::make(1000), Chan::make(1000));
    for i in 0..1000 {
        a.send(i).await;
        b.send(i).await;
    }
    let mut from_a = 0;
    for _ in 0..1000 {
        from_a += select! {
            _ = a.recv() => 1,
            _ = b.recv_or_zero() => { 0 }
        };
    }
    assert!((350..650).contains(&from_a), "{from_a}");
    let c: Chan<GoString> = Chan::make(1);
    let mut log = vec![];
    'outer: for i in 0..10 {
        select! {
            c.send(str("x")) => log.push("sent"),
            default => {
                log.push("full");
                if i > 2 { break 'outer; }
                continue;
            }
        }
    }
    assert_eq!(log, ["sent", "full", "full", "full"]);
    let mut nilable = c.clone();
    let got = select! {
        v = nilable.recv() => {
            nilable = Chan::nil();
            v
        }
    };
    assert!(nilable.is_nil() && got == Some(str("x")));
    let nothing: Chan<i64> = Chan::nil();
    let r = select! {
        Some(_) | None = nothing.recv() => 1,
        nothing.send(1) => 2,
        default => 3,
    };
    assert_eq!(r, 3);
    c.close();
    assert_eq!(
        panics(|| select! { c.send(str("y")) => (), default => () }),
        "send on closed channel"
    );
}

#[gort_runtime::test]
async fn selects_meet_selects() {
    // Each side offers to send on one channel and to receive on the other.
    let (a, b): (Chan<i64>, Chan<i64>) = (Chan::make(0), Chan::make(0));
    let done: Chan<i64> = Chan::make(0);
    for side in 0..4 {
        let (a, b, done) = (a.clone(), b.clone(), done.clone());
        task::go(async move {
            let (mut sent, mut received) = (0, 0);
            for _ in 0..5000 {
                if side % 2 == 0 {
                    select! { a.send(1) => sent += 1, v = b.recv() => received += v.unwrap_or(100) }
                } else {
                    select! { b.send(1) => sent += 1, v = a.recv() => received += v.unwrap_or(100) }
                }
            }
            done.send(sent - received).await;
        });
    }
    let mut balance = 0;
    for _ in 0..4 {
        balance += done.recv_or_zero().await;
    }
    assert_eq!(balance, 0);
}

#[gort_runtime::test]
async fn dynamic_selects() {
    let chans: Vec<Chan<i64>> = (0..100).map(|_| Chan::make(1)).collect();
    chans[42].send(7).await;
    let select = chans.iter().fold(Select::new(), |select, c| select.recv(c));
    assert_eq!(select.wait().await, Chosen::Received(42, Some(7)));
    let select = chans.iter().fold(Select::new(), |select, c| select.recv(c));
    assert_eq!(select.try_now(), None);
    let full: Chan<i64> = Chan::make(0);
    assert_eq!(
        Select::new().send(&full, 1).send(&chans[0], 2).wait().await,
        Chosen::Sent(1)
    );
}

#[gort_runtime::test]
async fn every_value_arrives_once_under_cancellation() {
    for cap in [0, 1, 3] {
        let c: Chan<i64> = Chan::make(cap);
        let seen: Chan<i64> = Chan::make(100_000);
        let done: Chan<()> = Chan::make(0);
        for _ in 0..3 {
            let (c, seen, done) = (c.clone(), seen.clone(), done.clone());
            task::go(async move {
                let never: Chan<()> = Chan::make(0);
                loop {
                    // Poll a receive a few times and drop it, then receive in earnest.
                    for _ in 0..3 {
                        let mut recv = Box::pin(c.recv());
                        let polled = poll!(recv);
                        if let Poll::Ready(value) = polled {
                            match value {
                                Some(v) => seen.send(v).await,
                                None => return done.send(()).await,
                            }
                        }
                        task::gosched().await;
                    }
                    select! {
                        v = c.recv() => match v {
                            Some(v) => seen.send(v).await,
                            None => return done.send(()).await,
                        },
                        _ = never.recv() => unreachable!(),
                    }
                }
            });
        }
        let finished: Chan<()> = Chan::make(0);
        for part in 0..2 {
            let (c, finished) = (c.clone(), finished.clone());
            task::go(async move {
                for i in 0..3000 {
                    c.send(part * 3000 + i).await;
                }
                finished.send(()).await;
            });
        }
        finished.recv().await;
        finished.recv().await;
        c.close();
        for _ in 0..3 {
            done.recv().await;
        }
        let mut all = vec![];
        while let Some(Some(v)) = seen.try_recv() {
            all.push(v);
        }
        all.sort();
        assert_eq!(all.len(), 6000, "capacity {cap}");
        assert!(all.into_iter().eq(0..6000));
    }
}

/// What may go to other threads, also with values that may be sent and not shared.
#[test]
fn handles_and_futures_may_change_threads() {
    use std::cell::Cell;
    fn send<T: Send>(_: &T) {}
    fn sync<T: Sync>(_: &T) {}
    let chan: Chan<Cell<i64>> = Chan::make(1);
    send(&chan);
    sync(&chan);
    send(&chan.recv());
    send(&chan.send(Cell::new(1)));
    send(&Select::new().recv(&chan).wait());
    let mutex = gort_runtime::sync::Mutex::new();
    send(&mutex.lock());
    send(&gort_runtime::sync::RwMutex::new().rlock());
    send(&gort_runtime::sync::WaitGroup::default().wait());
    sync(&mutex);
}
