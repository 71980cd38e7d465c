//! `select!` and contexts under shuttle, which draws interleavings at random.
//!
//! - In: `select`, `context`.
//! - Out: larger models than loom could run through.
//! - Invariants: see `models`.

use shuttle::future::block_on;
use shuttle::thread;

use crate::chan::Chan;
use crate::context;
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
