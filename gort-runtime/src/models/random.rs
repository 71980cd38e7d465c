//! `select!` and contexts under shuttle, which draws interleavings at random.
//!
//! - In: `select`, `context`.
//! - Out: larger models than loom could run through.
//! - Invariants: see `models`.

use shuttle::future::block_on;
use shuttle::thread;

use crate::chan::{Chan, channel};
use crate::context::{self, native};
use crate::select::{Chosen, Select};

const RUNS: usize = 20_000;

/// Two threads send by select to either channel, two receive from either, and a third channel is never ready.
#[test]
fn selects_deliver_each_value_once() {
    let model = || {
        let (a, b, never): (Chan<u32>, Chan<u32>, Chan<u32>) = (Chan::make(0), Chan::make(1), Chan::make(0));
        let senders = [1, 10].map(|value| {
            let (a, b, never) = (a.clone(), b.clone(), never.clone());
            thread::spawn(move || {
                for i in 0..2 {
                    block_on(
                        Select::new()
                            .send(&a, value + i)
                            .send(&b, value + i)
                            .recv(&never)
                            .wait(),
                    );
                }
            })
        });
        let receivers = [(); 2].map(|()| {
            let (a, b, never) = (a.clone(), b.clone(), never.clone());
            thread::spawn(move || {
                let mut sum = 0;
                for _ in 0..2 {
                    match block_on(Select::new().recv(&never).recv(&a).recv(&b).wait()) {
                        Chosen::Received(1 | 2, Some(value)) => sum += value,
                        wrong => panic!("{wrong:?}"),
                    }
                }
                sum
            })
        });
        senders.into_iter().for_each(|sender| drop(sender.join()));
        let sum: u32 = receivers.map(|receiver| receiver.join().unwrap_or(0)).into_iter().sum();
        assert_eq!(sum, 1 + 2 + 10 + 11);
    };
    shuttle::check_random(model, RUNS);
    shuttle::check_pct(model, RUNS, 3);
}

/// A context is cancelled while children are made and others wait.
#[test]
fn cancelling_reaches_every_child() {
    let model = || {
        let (root, cancel) = context::with_cancel(context::background());
        let waiters = [(); 2].map(|()| {
            let root = root.clone();
            thread::spawn(move || {
                let (child, _cancel) = context::with_cancel(root);
                let done = child.done();
                assert_eq!(block_on(done.recv()), None);
                assert!(!child.err().is_nil());
            })
        });
        let canceller = thread::spawn(move || cancel());
        assert_eq!(block_on(root.done().recv()), None);
        waiters.into_iter().for_each(|waiter| assert!(waiter.join().is_ok()));
        drop(canceller.join());
    };
    shuttle::check_random(model, RUNS);
    shuttle::check_pct(model, RUNS, 3);
}

/// The same over Rust's types; whoever asks for the cause gets that of whoever was first.
#[test]
fn cancelling_reaches_every_native_child_with_one_cause() {
    let model = || {
        let (root, cancel) = native::Context::background().with_cancel();
        let cancellers = ["one", "two"].map(|cause| {
            let cancel = cancel.clone();
            thread::spawn(move || cancel.cancel_with(cause))
        });
        let waiters = [(); 2].map(|()| {
            let root = root.clone();
            thread::spawn(move || {
                let (child, _cancel) = root.with_cancel();
                assert_eq!(block_on(child.done()), None);
                let text = |cause: Option<native::Cause>| cause.map(|cause| cause.to_string());
                (text(child.cause()), text(root.cause()))
            })
        });
        for waiter in waiters {
            let (child, root) = waiter.join().unwrap_or_default();
            assert!(child.is_some() && child == root);
        }
        cancellers.into_iter().for_each(|canceller| drop(canceller.join()));
    };
    shuttle::check_random(model, RUNS);
    shuttle::check_pct(model, RUNS, 3);
}

/// Two reserve and send, or give up; two receive; the channel closes when the senders are gone.
#[test]
fn permits_and_ends_deliver_each_value_once() {
    let model = || {
        let (sender, receiver) = channel(1);
        let senders = [1, 10].map(|value| {
            let sender = sender.clone();
            thread::spawn(move || {
                drop(block_on(sender.reserve()));
                for i in 0..2 {
                    match block_on(sender.reserve()) {
                        Ok(permit) => permit.send(value + i),
                        Err(_) => unreachable!("somebody receives"),
                    }
                }
            })
        });
        drop(sender);
        let receivers = [(); 2].map(|()| {
            let receiver = receiver.clone();
            thread::spawn(move || {
                let mut sum = 0;
                while let Some(value) = block_on(receiver.recv()) {
                    sum += value;
                }
                sum
            })
        });
        senders.into_iter().for_each(|sender| assert!(sender.join().is_ok()));
        let sum: u32 = receivers.map(|receiver| receiver.join().unwrap_or(0)).into_iter().sum();
        assert_eq!(sum, 1 + 2 + 10 + 11);
    };
    shuttle::check_random(model, RUNS);
    shuttle::check_pct(model, RUNS, 3);
}
