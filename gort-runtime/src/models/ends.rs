//! Ends that close by being dropped, and reserved places, under loom.
//!
//! - In: `chan::ends`.
//! - Out: each value is received, given back or dropped, once, and nobody is left waiting, in any interleaving.
//! - Invariants: see `models`. Loom itself reports a counted value that is never dropped.

use loom::future::block_on;
use loom::sync::Arc;
use loom::thread;

use super::{explore, poll_once};
use crate::chan::channel;

/// ```text
/// a: send(1), drop the end
/// b: send(2), drop the end
/// main: recv until closed
/// ```
#[test]
fn what_was_sent_before_the_last_sender_goes_is_received() {
    explore(|| {
        let (sender, receiver) = channel(1);
        let threads = [(sender.clone(), 1), (sender, 2)]
            .map(|(sender, value)| thread::spawn(move || block_on(sender.send(value)).is_ok()));
        let mut sum = 0;
        while let Some(value) = block_on(receiver.recv()) {
            sum += value;
        }
        assert_eq!(sum, 3);
        threads
            .into_iter()
            .for_each(|thread| assert!(thread.join().unwrap_or(false)));
    });
}

/// ```text
/// a:    send (there is room) ... send: given back, or dropped with the channel
/// main: drop the receiver
/// ```
#[test]
fn what_the_last_receiver_leaves_is_dropped_or_given_back() {
    explore(|| {
        let (sender, receiver) = channel(1);
        let sends = thread::spawn(move || {
            let value = Arc::new(());
            for _ in 0..2 {
                match block_on(sender.send(value.clone())) {
                    Ok(()) => {}
                    Err(error) => assert!(Arc::ptr_eq(&error.0, &value)),
                }
            }
        });
        drop(receiver);
        drop(sends.join());
    });
}

/// ```text
/// main: reserve ................. give it back
/// a:    .... reserve waits ...... send into it
/// b:    ............ recv waits ............... gets the value
/// ```
#[test]
fn a_place_given_back_goes_to_who_waits() {
    explore(|| {
        let (sender, receiver) = channel(1);
        let Ok(permit) = sender.try_reserve() else {
            unreachable!("there is room")
        };
        let reserves = {
            let sender = sender.clone();
            thread::spawn(move || {
                if let Ok(permit) = block_on(sender.reserve()) {
                    permit.send(7);
                }
            })
        };
        let receives = thread::spawn(move || assert_eq!(block_on(receiver.recv()), Some(7)));
        drop(permit);
        drop((reserves.join(), receives.join()));
    });
}

/// ```text
/// main: reserve ......... send into it
/// a:    ...... reserve, given up after one poll
/// b:    ......... send waits ... sends
/// ```
#[test]
fn a_reservation_given_up_passes_its_place_on() {
    explore(|| {
        let (sender, receiver) = channel(1);
        let Ok(permit) = sender.try_reserve() else {
            unreachable!("there is room")
        };
        let gives_up = {
            let sender = sender.clone();
            thread::spawn(move || drop(poll_once(Box::pin(sender.reserve()).as_mut())))
        };
        let sends = {
            let sender = sender.clone();
            thread::spawn(move || assert!(block_on(sender.send(2)).is_ok()))
        };
        permit.send(1);
        let (first, second) = (block_on(receiver.recv()), block_on(receiver.recv()));
        assert_eq!(first.unwrap_or(0) + second.unwrap_or(0), 3);
        drop((gives_up.join(), sends.join()));
        assert!(sender.try_reserve().is_ok());
    });
}

/// ```text
/// main: reserve ... send into it
/// a:    ...... close, recv until over
/// ```
#[test]
fn a_permit_outlives_the_closing() {
    explore(|| {
        let (sender, receiver) = channel(1);
        let Ok(permit) = sender.try_reserve() else {
            unreachable!("there is room")
        };
        let receives = thread::spawn(move || {
            receiver.close();
            (block_on(receiver.recv()), block_on(receiver.recv()))
        });
        permit.send(1);
        assert_eq!(receives.join().unwrap_or((None, None)), (Some(1), None));
    });
}

/// ```text
/// main: reserve ... send into it: received by nobody, and dropped
/// a:    ...... drop the receiver
/// ```
#[test]
fn a_permit_used_while_the_receiver_goes_leaks_nothing() {
    explore(|| {
        let (sender, receiver) = channel(1);
        let Ok(permit) = sender.try_reserve() else {
            unreachable!("there is room")
        };
        let goes = thread::spawn(move || drop(receiver));
        permit.send(Arc::new(()));
        drop(goes.join());
        let value = Arc::new(());
        assert!(sender.try_send(value.clone()).is_err());
        assert_eq!(Arc::strong_count(&value), 1);
    });
}
