//! The language's rules for channel values, sending, receiving and `close`, one test each.
#![cfg(feature = "value")]
#![forbid(unsafe_code)]

mod common;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use common::{TIMES, now, others_run, panics, poll, waits};
use gort_runtime::chan::TrySendError;
use gort_runtime::prelude::*;
use gort_runtime::sync::TaskGroup;

// What a channel is.

#[gort_runtime::test]
async fn values_go_from_one_goroutine_to_another() {
    let c: Chan<GoString> = Chan::make(0);
    let sender = c.clone();
    task::go(async move { sender.send(str("from afar")).await });
    assert_eq!(c.recv().await, Some(str("from afar")));
}

#[test]
fn an_uninitialised_channel_is_nil() {
    assert!(Chan::<i64>::default().is_nil() && Chan::<i64>::zero().is_nil());
    assert!(Sender::<i64>::default().is_nil() && Receiver::<i64>::default().is_nil());
    assert!(!Chan::<i64>::make(0).is_nil());
}

#[test]
fn a_channel_converts_to_one_direction_and_stays_the_same_channel() {
    let c: Chan<i64> = Chan::make(1);
    let (sends, receives) = (c.sender(), c.receiver());
    now(sends.send(1));
    assert_eq!(now(receives.recv()), Some(1));
    assert_eq!((sends.addr(), receives.addr()), (c.addr(), c.addr()));
    assert_eq!(Sender::from(c.clone()), sends);
    assert_eq!(Receiver::from(c), receives);
}

#[test]
fn a_channel_may_carry_channels() {
    let outer: Chan<Chan<i64>> = Chan::make(1);
    let inner: Chan<i64> = Chan::make(1);
    now(outer.send(inner.clone()));
    now(inner.send(7));
    let received = now(outer.recv()).unwrap();
    assert_eq!(received, inner);
    assert_eq!(now(received.recv()), Some(7));
}

#[test]
fn the_names_of_channel_types_bind_their_arrows_to_the_left() {
    use gort_runtime::value::GoType;
    assert_eq!(<Chan<i64>>::type_name(), "chan int");
    assert_eq!(<Sender<f64>>::type_name(), "chan<- float64");
    assert_eq!(<Receiver<i64>>::type_name(), "<-chan int");
    assert_eq!(<Sender<Chan<i64>>>::type_name(), "chan<- chan int");
    assert_eq!(<Sender<Receiver<i64>>>::type_name(), "chan<- <-chan int");
    assert_eq!(<Receiver<Receiver<i64>>>::type_name(), "<-chan <-chan int");
    assert_eq!(<Chan<Receiver<i64>>>::type_name(), "chan (<-chan int)");
}

#[test]
fn channels_are_equal_when_one_call_of_make_made_them_or_both_are_nil() {
    let (a, b): (Chan<i64>, Chan<i64>) = (Chan::make(1), Chan::make(1));
    assert_eq!(a, a.clone());
    assert_ne!(a, b);
    assert_eq!(Chan::<i64>::nil(), Chan::nil());
    assert_ne!(a, Chan::nil());
    assert!(a.same_channel(&a.clone()) && !a.same_channel(&b));
}

// Capacity.

#[test]
fn the_capacity_is_the_size_of_the_buffer() {
    for cap in [0, 1, 5, 100] {
        let c: Chan<i64> = Chan::make(cap);
        for i in 0..cap {
            assert_eq!(c.len(), i);
            now(c.send(i));
        }
        assert!(waits(c.send(-1)));
        assert_eq!((c.len(), c.cap()), (cap, cap));
    }
}

#[test]
fn without_a_capacity_a_channel_is_unbuffered() {
    let c: Chan<i64> = Chan::make_unbuffered();
    assert_eq!((c.cap(), c.len()), (0, 0));
    assert!(waits(c.send(1)) && waits(c.recv()));
}

#[test]
fn len_and_cap_of_nil_are_zero() {
    let c: Chan<i64> = Chan::nil();
    assert_eq!((c.len(), c.cap()), (0, 0));
}

#[test]
fn make_wants_a_size_that_is_possible() {
    assert_eq!(panics(|| Chan::<i64>::make(-1)), "makechan: size out of range");
    assert_eq!(panics(|| Chan::<i64>::make(i64::MAX)), "makechan: size out of range");
}

#[test]
fn unbuffered_communication_needs_both_sides() {
    let c: Chan<i64> = Chan::make(0);
    {
        let mut send = pin!(c.send(1));
        assert!(poll(&mut send).is_pending());
        assert_eq!(now(c.recv()), Some(1));
        assert!(poll(&mut send).is_ready());
    }
    let mut recv = pin!(c.recv());
    assert!(poll(&mut recv).is_pending());
    now(c.send(2));
    assert_eq!(now(recv), Some(2));
}

#[test]
fn a_buffer_that_is_not_full_takes_and_one_that_is_not_empty_gives() {
    let c: Chan<i64> = Chan::make(2);
    now(c.send(1));
    now(c.send(2));
    assert_eq!(c.try_send(3), Err(TrySendError::Full(3)));
    assert_eq!((now(c.recv()), now(c.recv())), (Some(1), Some(2)));
    assert!(waits(c.recv()));
}

#[gort_runtime::test]
async fn any_number_of_goroutines_may_use_a_channel_at_once() {
    for cap in [0, 1, 16] {
        let (c, sum) = (Chan::make(cap), Arc::new(AtomicU64::new(0)));
        let (senders, receivers) = (TaskGroup::new(), TaskGroup::new());
        for _ in 0..8 {
            let to = c.clone();
            senders.spawn(async move {
                for i in 1..=100_u64 {
                    to.send(i).await;
                    assert!(to.len() <= to.cap());
                }
            });
            let (from, sum) = (c.clone(), sum.clone());
            receivers.spawn(async move {
                while let Some(i) = from.recv().await {
                    sum.fetch_add(i, SeqCst);
                }
            });
        }
        senders.wait().await;
        c.close();
        receivers.wait().await;
        assert_eq!(sum.load(SeqCst), 8 * 5050);
    }
}

#[gort_runtime::test]
async fn values_are_received_in_the_order_they_were_sent() {
    for cap in [0, 1, 7] {
        let c = Chan::make(cap);
        let to = c.clone();
        task::go(async move {
            for i in 0..1000_i64 {
                to.send(i).await;
            }
            to.close();
        });
        let mut expected = 0..1000;
        while let Some(i) = c.recv().await {
            assert_eq!(Some(i), expected.next());
        }
        assert_eq!(expected.next(), None);
    }
}

#[test]
fn those_who_wait_are_served_in_the_order_of_their_coming() {
    let c: Chan<i64> = Chan::make(0);
    let (mut a, mut b) = (pin!(c.recv()), pin!(c.recv()));
    assert!(poll(&mut a).is_pending() && poll(&mut b).is_pending());
    now(c.send(1));
    now(c.send(2));
    assert_eq!((now(b), now(a)), (Some(2), Some(1)));
    let (mut a, mut b) = (pin!(c.send(3)), pin!(c.send(4)));
    assert!(poll(&mut a).is_pending() && poll(&mut b).is_pending());
    assert_eq!((now(c.recv()), now(c.recv())), (Some(3), Some(4)));
}

// Sending.

#[gort_runtime::test]
async fn the_channel_and_the_value_are_evaluated_before_anything_is_sent() {
    let c: Chan<i64> = Chan::make(0);
    let mut evaluated = false;
    let mut value = || {
        evaluated = true;
        5
    };
    let send = c.send(value());
    assert!(evaluated);
    assert!(waits(send));
}

#[test]
fn a_send_to_a_closed_channel_panics() {
    for cap in [0, 3] {
        let c: Chan<i64> = Chan::make(cap);
        c.close();
        assert_eq!(panics(|| now(c.send(1))), "send on closed channel");
        assert_eq!(panics(|| c.try_send(1)), "send on closed channel");
    }
}

#[gort_runtime::test]
async fn a_send_that_waits_panics_when_the_channel_is_closed() {
    for _ in 0..TIMES {
        let c: Chan<i64> = Chan::make(0);
        let closer = c.clone();
        task::go(async move { closer.close() });
        // It panics whether it comes before the closing or after it.
        let mut send = pin!(c.send(1));
        let text = std::future::poll_fn(|cx| {
            use std::future::Future;
            let mut pending = false;
            let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                pending = send.as_mut().poll(cx).is_pending();
            }));
            match polled {
                Ok(()) if pending => std::task::Poll::Pending,
                Ok(()) => panic!("nobody received"),
                Err(payload) => std::task::Poll::Ready(panics(|| std::panic::resume_unwind(payload))),
            }
        });
        assert_eq!(text.await, "send on closed channel");
    }
}

#[gort_runtime::test]
async fn a_send_to_nil_waits_for_ever() {
    let nil: Chan<i64> = Chan::nil();
    assert!(waits(nil.send(1)));
    assert_eq!(nil.try_send(1), Err(TrySendError::Full(1)));
}

// Receiving.

#[test]
fn receiving_yields_the_value_that_was_sent() {
    let c: Chan<(i64, GoString)> = Chan::make(1);
    now(c.send((1, str("one"))));
    assert_eq!(now(c.recv_or_zero()), (1, str("one")));
}

#[gort_runtime::test]
async fn receiving_waits_until_there_is_a_value() {
    for _ in 0..TIMES {
        let c: Chan<i64> = Chan::make(0);
        let to = c.clone();
        task::go(async move {
            task::gosched().await;
            to.send(3).await;
        });
        assert_eq!(c.recv_or_zero().await, 3);
    }
}

#[test]
fn receiving_from_nil_waits_for_ever() {
    let nil: Chan<i64> = Chan::nil();
    assert!(waits(nil.recv()) && waits(nil.recv_or_zero()));
    assert_eq!(nil.try_recv(), None);
}

#[test]
fn a_closed_channel_gives_what_was_sent_before_and_then_zero_at_once() {
    let c: Chan<i64> = Chan::make(3);
    now(c.send(1));
    now(c.send(2));
    c.close();
    assert_eq!((now(c.recv_or_zero()), now(c.recv_or_zero())), (1, 2));
    for _ in 0..3 {
        assert_eq!(now(c.recv_or_zero()), 0);
    }
    let texts: Chan<GoString> = Chan::make(0);
    texts.close();
    assert_eq!(now(texts.recv_or_zero()), str(""));
}

#[test]
fn ok_tells_a_zero_that_was_sent_from_a_closed_channel() {
    let c: Chan<i64> = Chan::make(1);
    now(c.send(0));
    c.close();
    assert_eq!(comma_ok(now(c.recv())), (0, true));
    assert_eq!(comma_ok(now(c.recv())), (0, false));
}

#[gort_runtime::test]
async fn ranging_ends_when_the_channel_is_closed() {
    let c: Chan<i64> = Chan::make(0);
    let to = c.clone();
    task::go(async move {
        for i in 0..5 {
            to.send(i).await;
        }
        to.close();
    });
    let mut seen = vec![];
    while let Some(i) = c.recv().await {
        seen.push(i);
    }
    assert_eq!(seen, [0, 1, 2, 3, 4]);
}

// Closing.

#[gort_runtime::test]
async fn closing_wakes_all_who_receive() {
    for _ in 0..TIMES {
        let c: Chan<i64> = Chan::make(0);
        let group = TaskGroup::new();
        for _ in 0..4 {
            let from = c.clone();
            group.spawn(async move { assert_eq!(comma_ok(from.recv().await), (0, false)) });
        }
        others_run().await;
        c.close();
        group.wait().await;
    }
}

#[test]
fn closing_twice_or_closing_nil_panics() {
    let c: Chan<i64> = Chan::make(0);
    assert!(!c.is_closed());
    c.close();
    assert!(c.is_closed());
    assert_eq!(panics(|| c.close()), "close of closed channel");
    assert_eq!(panics(|| c.sender().close()), "close of closed channel");
    assert_eq!(panics(|| Chan::<i64>::nil().close()), "close of nil channel");
}

#[gort_runtime::test]
async fn of_many_who_close_one_succeeds() {
    for _ in 0..TIMES {
        let c: Chan<i64> = Chan::make(0);
        let (group, panicked) = (TaskGroup::new(), Arc::new(AtomicU64::new(0)));
        for _ in 0..3 {
            let (c, panicked) = (c.clone(), panicked.clone());
            group.spawn(async move {
                if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| c.close())).is_err() {
                    panicked.fetch_add(1, SeqCst);
                }
            });
        }
        group.wait().await;
        assert_eq!(panicked.load(SeqCst), 2);
    }
}

#[test]
fn len_counts_what_is_left_in_a_closed_channel() {
    let c: Chan<i64> = Chan::make(4);
    now(c.send(1));
    now(c.send(2));
    c.close();
    assert_eq!((c.len(), c.cap()), (2, 4));
    now(c.recv());
    assert_eq!(c.len(), 1);
}

// Giving up, which Go has not: nothing is lost and nothing doubled.

#[test]
fn a_receiver_that_gives_up_gives_its_value_to_the_next() {
    let c: Chan<i64> = Chan::make(0);
    let mut first = Box::pin(c.recv());
    let mut second = pin!(c.recv());
    assert!(poll(&mut first.as_mut()).is_pending() && poll(&mut second).is_pending());
    now(c.send(1));
    drop(first);
    assert_eq!(now(second), Some(1));
}

#[test]
fn what_a_receiver_gives_back_is_the_oldest() {
    let c: Chan<i64> = Chan::make(2);
    let mut recv = Box::pin(c.recv());
    assert!(poll(&mut recv.as_mut()).is_pending());
    now(c.send(1));
    now(c.send(2));
    drop(recv);
    assert_eq!((now(c.recv()), now(c.recv())), (Some(1), Some(2)));
}

#[test]
fn a_sender_that_gives_up_leaves_the_queue() {
    let c: Chan<i64> = Chan::make(0);
    {
        let mut send = pin!(c.send(1));
        assert!(poll(&mut send).is_pending());
    }
    assert!(waits(c.recv()));
}

#[gort_runtime::test]
async fn what_waits_too_long_gets_its_value_back() {
    let moment = std::time::Duration::from_millis(1);
    let c: Chan<i64> = Chan::make(0);
    let unsent = c.send_timeout(4, moment).await.unwrap_err();
    assert_eq!(unsent.into_inner(), 4);
    assert!(c.recv_timeout(moment).await.is_err());
    assert!(waits(c.recv()));
}
