//! Ends that close by being dropped, permits, streams and sinks.
#![cfg(feature = "macros")]
#![forbid(unsafe_code)]

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use gort_runtime::chan::{self, RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError};
use gort_runtime::{select, task};

const MOMENT: Duration = Duration::from_millis(2);
const LONG: Duration = Duration::from_secs(60);

/// Polls a future once.
macro_rules! poll {
    ($future:expr) => {
        $future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    };
}

#[gort_runtime::test]
async fn dropping_all_senders_closes_and_drains() {
    let (sender, receiver) = chan::channel(4);
    let second = sender.clone();
    sender.send(1).await.unwrap();
    drop(sender);
    second.send(2).await.unwrap();
    assert!(!receiver.is_closed());
    drop(second);
    assert!(receiver.is_closed());
    assert_eq!((receiver.recv().await, receiver.recv().await), (Some(1), Some(2)));
    assert_eq!(
        (receiver.recv().await, receiver.try_recv()),
        (None, Err(TryRecvError::Closed))
    );
}

#[gort_runtime::test]
async fn dropping_all_receivers_gives_values_back_and_drops_what_is_buffered() {
    let (sender, receiver) = chan::channel(1);
    let value = Arc::new(());
    sender.send(value.clone()).await.unwrap();
    let mut waits = pin!(sender.send(value.clone()));
    assert!(poll!(waits).is_pending());
    let second = receiver.clone();
    drop(receiver);
    assert!(poll!(waits).is_pending());
    drop(second);
    assert_eq!(waits.await, Err(SendError(value.clone())));
    assert_eq!(Arc::strong_count(&value), 1);
    assert_eq!(sender.try_send(value.clone()), Err(TrySendError::Closed(value.clone())));
    let late = sender.send_timeout(value.clone(), LONG).await;
    assert_eq!(late, Err(SendTimeoutError::Closed(value.clone())));
    assert_eq!(
        sender.send_many([value.clone()]).await.unwrap_err().into_inner(),
        [value]
    );
}

#[gort_runtime::test]
async fn sending_waits_for_a_receiver_without_a_buffer() {
    let (sender, receiver) = chan::channel(0);
    assert_eq!(sender.try_send(1), Err(TrySendError::Full(1)));
    assert_eq!(sender.send_timeout(2, MOMENT).await, Err(SendTimeoutError::Timeout(2)));
    assert_eq!(receiver.recv_timeout(MOMENT).await, Err(RecvTimeoutError::Timeout));
    let mut waits = pin!(receiver.recv());
    assert!(poll!(waits).is_pending());
    assert_eq!(sender.try_send(3), Ok(()));
    assert_eq!(waits.await, Some(3));
}

#[gort_runtime::test]
async fn a_select_tells_what_became_of_a_send() {
    let (sender, receiver) = chan::channel(1);
    for expected in [Ok(()), Err(SendError(2))] {
        let value = if expected.is_ok() { 1 } else { 2 };
        select! {
            sent = sender.send(value) => assert_eq!(sent, expected),
        }
        receiver.close();
    }
    let (full, keep) = chan::channel(0);
    select! {
        _ = full.send(1) => unreachable!("nobody receives"),
        default => {}
    }
    drop(keep);
    select! {
        sent = full.send(1) => assert!(sent.is_err()),
        permit = sender.reserve() => assert!(permit.is_err()),
    }
}

#[gort_runtime::test]
async fn a_select_that_waits_hears_of_the_last_receiver() {
    for _ in 0..200 {
        let (sender, receiver) = chan::channel(0);
        let (other, _keep) = chan::channel::<i32>(0);
        task::go(async move {
            task::gosched().await;
            drop(receiver);
        });
        select! {
            sent = sender.send(1) => assert_eq!(sent, Err(SendError(1))),
            _ = other.send(1) => unreachable!("nobody receives"),
        }
    }
}

#[gort_runtime::test]
async fn a_reserved_place_is_nobody_elses() {
    let (sender, receiver) = chan::channel(2);
    let permit = sender.reserve().await.unwrap();
    sender.send(1).await.unwrap();
    assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
    assert!(matches!(sender.try_reserve(), Err(TrySendError::Full(()))));
    let mut waits = pin!(sender.send(3));
    assert!(poll!(waits).is_pending());
    assert_eq!(receiver.recv().await, Some(1));
    assert_eq!(poll!(waits), Poll::Ready(Ok(())));
    permit.send(4);
    assert_eq!((receiver.recv().await, receiver.recv().await), (Some(3), Some(4)));
}

#[gort_runtime::test]
async fn a_permit_that_is_dropped_passes_its_place_on() {
    let (sender, receiver) = chan::channel(1);
    let permit = sender.reserve().await.unwrap();
    let mut reserves = pin!(sender.reserve());
    let mut sends = pin!(sender.send(1));
    assert!(poll!(reserves).is_pending() && poll!(sends).is_pending());
    drop(permit);
    let Poll::Ready(Ok(permit)) = poll!(reserves) else {
        panic!("it is the next")
    };
    assert!(poll!(sends).is_pending());
    // A receiver takes from who has a value, and the place stays reserved.
    assert_eq!(receiver.recv().await, Some(1));
    assert!(poll!(sends).is_ready());
    permit.send(2);
    assert_eq!(receiver.recv().await, Some(2));
}

#[gort_runtime::test]
async fn a_receiver_gets_past_those_who_wait_to_reserve() {
    let (sender, receiver) = chan::channel(1);
    let permit = sender.reserve().await.unwrap();
    let mut reserves = pin!(sender.reserve());
    let mut sends = pin!(sender.send(1));
    assert!(poll!(reserves).is_pending() && poll!(sends).is_pending());
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    drop(permit);
    assert!(matches!(poll!(reserves), Poll::Ready(Ok(_))));
}

#[gort_runtime::test]
async fn a_wait_to_reserve_that_is_dropped_gives_back_what_it_was_given() {
    let (sender, _receiver) = chan::channel::<i32>(1);
    let permit = sender.reserve().await.unwrap();
    {
        let mut reserves = pin!(sender.reserve());
        assert!(poll!(reserves).is_pending());
        drop(permit);
    }
    assert!(sender.try_reserve().is_ok());
    assert_eq!(sender.try_send(1), Ok(()));
}

#[gort_runtime::test]
async fn a_permit_outlives_the_closing() {
    let (sender, receiver) = chan::channel(2);
    let (first, second) = (sender.reserve().await.unwrap(), sender.reserve().await.unwrap());
    receiver.close();
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    let mut waits = pin!(receiver.recv());
    let mut more = pin!(receiver.recv());
    assert!(poll!(waits).is_pending() && poll!(more).is_pending());
    first.send(1);
    assert_eq!(waits.await, Some(1));
    assert!(poll!(more).is_pending());
    drop(second);
    assert_eq!(more.await, None);
    assert!(matches!(sender.reserve().await, Err(SendError(()))));
}

#[gort_runtime::test]
async fn a_value_sent_by_a_permit_to_nobody_is_dropped() {
    let (sender, receiver) = chan::channel(1);
    let permit = sender.reserve().await.unwrap();
    drop(receiver);
    let value = Arc::new(());
    permit.send(value.clone());
    assert_eq!(Arc::strong_count(&value), 1);
}

#[gort_runtime::test]
async fn places_are_reserved_in_a_select() {
    for _ in 0..200 {
        let (sender, receiver) = chan::channel(1);
        let (other, _keep) = chan::channel::<i32>(0);
        let held = sender.reserve().await.unwrap();
        let (told, asks) = chan::channel(1);
        let sends = async {
            select! {
                permit = sender.reserve() => permit.unwrap().send(2),
                _ = other.send(1) => unreachable!("nobody receives"),
            }
            told.send(()).await.unwrap();
        };
        let mut sends = pin!(sends);
        assert!(poll!(sends).is_pending());
        held.send(1);
        assert!(poll!(sends).is_pending());
        assert_eq!(receiver.recv().await, Some(1));
        sends.await;
        assert_eq!((receiver.recv().await, asks.recv().await), (Some(2), Some(())));
    }
}

#[test]
#[should_panic = "no places to reserve"]
fn without_a_buffer_there_is_nothing_to_reserve() {
    let (sender, _receiver) = chan::channel::<i32>(0);
    drop(sender.reserve());
}

#[gort_runtime::test]
async fn permits_lose_and_double_nothing_among_many() {
    let (sender, receiver) = chan::channel(3);
    for from in 0..8 {
        let sender = sender.clone();
        task::go(async move {
            for i in 0..250 {
                match i % 3 {
                    0 => drop(sender.reserve().await),
                    1 => {
                        let mut gives_up = Box::pin(sender.reserve());
                        let _ = poll!(gives_up);
                    }
                    _ => {}
                }
                let permit = sender.reserve().await.unwrap();
                task::gosched().await;
                permit.send(from * 250 + i);
            }
        });
    }
    drop(sender);
    let (told, seen) = chan::unbounded();
    for _ in 0..3 {
        let (receiver, told) = (receiver.clone(), told.clone());
        task::go(async move {
            while let Some(value) = receiver.recv().await {
                told.send(value).await.unwrap();
            }
        });
    }
    drop(told);
    let mut all = Vec::new();
    while let Some(value) = seen.recv().await {
        all.push(value);
    }
    all.sort_unstable();
    assert!(all.into_iter().eq(0..2000));
}

#[gort_runtime::test]
async fn a_timeout_and_a_hand_over_agree() {
    for _ in 0..200 {
        let (sender, receiver) = chan::channel(0);
        let (told, heard) = chan::channel(1);
        task::go(async move {
            told.send(sender.send_timeout(1, Duration::from_micros(1200)).await.is_ok())
                .await
                .unwrap();
        });
        let got = receiver.recv_timeout(Duration::from_micros(1200)).await.is_ok();
        drop(receiver);
        assert_eq!(heard.recv().await, Some(got));
    }
}

#[cfg(all(feature = "stream", feature = "sink"))]
mod polled {
    use super::*;
    use futures_core::Stream;
    use futures_sink::Sink;
    use gort_runtime::chan::Chan;
    use std::future::poll_fn;
    use std::pin::Pin;

    async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
        poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await
    }

    #[gort_runtime::test]
    async fn a_stream_ends_with_the_channel() {
        let (sender, mut receiver) = chan::channel(0);
        task::go(async move { sender.send_many(1..=3).await.unwrap() });
        let mut seen = Vec::new();
        while let Some(i) = next(&mut receiver).await {
            seen.push(i);
        }
        assert_eq!(seen, [1, 2, 3]);
        let c = Chan::make(1);
        let mut stream = c.receiver().into_stream();
        c.send(1).await;
        c.close();
        assert_eq!((next(&mut stream).await, next(&mut stream).await), (Some(1), None));
    }

    #[gort_runtime::test]
    async fn a_dropped_stream_passes_its_value_on() {
        let (sender, mut receiver) = chan::channel(0);
        let second = receiver.clone();
        assert!(poll!(Box::pin(next(&mut receiver))).is_pending());
        assert_eq!(sender.try_send(1), Ok(()));
        drop(receiver);
        assert_eq!(second.try_recv(), Ok(1));
    }

    #[gort_runtime::test]
    async fn a_sink_keeps_one_value_until_it_is_taken() {
        let (mut sender, receiver) = chan::channel(0);
        poll_fn(|cx| Pin::new(&mut sender).poll_ready(cx)).await.unwrap();
        Pin::new(&mut sender).start_send(1).unwrap();
        assert!(
            Pin::new(&mut sender)
                .poll_flush(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
        assert_eq!(receiver.recv().await, Some(1));
        poll_fn(|cx| Pin::new(&mut sender).poll_close(cx)).await.unwrap();
        Pin::new(&mut sender).start_send(2).unwrap();
        assert!(
            Pin::new(&mut sender)
                .poll_flush(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
        drop(receiver);
        let flushed = poll_fn(|cx| Pin::new(&mut sender).poll_flush(cx)).await;
        assert_eq!(flushed, Err(SendError(2)));
        assert_eq!(Pin::new(&mut sender).start_send(3), Err(SendError(3)));
    }
}

#[test]
fn a_select_waits_for_a_place_and_a_value_of_one_channel() {
    task::test(async {
        let (sender, receiver) = chan::channel(1);
        // Full, and yet empty: both cases wait, at one channel with one lock.
        let permit = sender.try_reserve().expect("there is a place");
        let mut selects = pin!(async {
            select! {
                _ = sender.reserve() => None,
                value = receiver.recv() => value,
            }
        });
        assert!(poll!(selects).is_pending());
        permit.send(7);
        assert_eq!(selects.await, Some(7));
    });
}
