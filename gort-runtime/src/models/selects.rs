//! `select!` under loom.
//!
//! - In: `select`.
//! - Out: of a select's cases exactly one happens, in any interleaving.
//! - Invariants: see `models`.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use loom::future::block_on;
use loom::thread;

use super::{explore, poll_once};
use crate::chan::Chan;
use crate::select::{self, Awaited, Case, Chosen, Operation, Select};

/// ```text
/// sender: send(1) to a, send(2) to b
/// main:   select a, b ... select a, b
/// ```
#[test]
fn each_value_goes_to_one_case() {
    explore(|| {
        let (a, b): (Chan<u32>, Chan<u32>) = (Chan::make(0), Chan::make(0));
        let (to_a, to_b) = (a.clone(), b.clone());
        let sender = thread::spawn(move || {
            block_on(async {
                to_a.send(1).await;
                to_b.send(2).await;
            })
        });
        let got = block_on(async {
            let first = Select::new().recv(&a).recv(&b).wait().await;
            let second = Select::new().recv(&a).recv(&b).wait().await;
            (first, second)
        });
        assert_eq!(got, (Chosen::Received(0, Some(1)), Chosen::Received(1, Some(2))));
        drop(sender.join());
    });
}

/// Two selects, one that sends on either channel and one that receives from either, meet once.
///
/// ```text
/// one:   select { a <- 1, b <- 2 }
/// other: select { <-a,    <-b    }
/// ```
#[test]
fn selects_meet_in_one_channel() {
    explore(|| {
        let (a, b): (Chan<u32>, Chan<u32>) = (Chan::make(0), Chan::make(0));
        let (a2, b2) = (a.clone(), b.clone());
        let sender = thread::spawn(move || block_on(Select::new().send(&a2, 1).send(&b2, 2).wait()));
        let received = block_on(Select::new().recv(&a).recv(&b).wait());
        let sent = sender.join().unwrap_or(Chosen::Sent(9));
        let same = matches!(
            (&sent, &received),
            (Chosen::Sent(0), Chosen::Received(0, Some(1))) | (Chosen::Sent(1), Chosen::Received(1, Some(2)))
        );
        assert!(same, "{sent:?} {received:?}");
        assert!(a.try_recv().is_none() && b.try_recv().is_none());
    });
}

/// Two threads serve two cases of one select at the same time: one of them must go on waiting.
///
/// ```text
/// one:   send(1) to a
/// other: send(2) to b
/// main:  select a, b ... then receives the other
/// ```
#[test]
fn the_case_that_loses_is_not_served() {
    explore(|| {
        let (a, b): (Chan<u32>, Chan<u32>) = (Chan::make(0), Chan::make(0));
        let (to_a, to_b) = (a.clone(), b.clone());
        let one = thread::spawn(move || block_on(to_a.send(1)));
        let other = thread::spawn(move || block_on(to_b.send(2)));
        block_on(async {
            match Select::new().recv(&a).recv(&b).wait().await {
                Chosen::Received(0, Some(1)) => assert_eq!(b.recv().await, Some(2)),
                Chosen::Received(1, Some(2)) => assert_eq!(a.recv().await, Some(1)),
                wrong => panic!("{wrong:?}"),
            }
        });
        drop((one.join(), other.join()));
    });
}

/// A select is dropped while a sender may just be serving it.
#[test]
fn a_dropped_select_passes_the_value_on() {
    explore(|| {
        let (a, b): (Chan<u32>, Chan<u32>) = (Chan::make(0), Chan::make(0));
        let to = a.clone();
        let sender = thread::spawn(move || block_on(to.send(7)));
        let polled = poll_once(Box::pin(Select::new().recv(&a).recv(&b).wait()).as_mut());
        if polled.is_pending() {
            assert_eq!(block_on(a.recv()), Some(7));
        }
        drop(sender.join());
    });
}

/// A future that is ready when it is polled the second time.
fn soon() -> impl Future<Output = ()> + Send {
    let mut polled = false;
    poll_fn(move |cx| {
        if std::mem::replace(&mut polled, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

/// ```text
/// main:   waits for a value or a future .... leaves the channel, polls the future
/// sender: .................. sends
/// ```
#[test]
fn a_select_with_a_future_loses_no_value() {
    explore(|| {
        let c = Chan::make(0);
        let other = c.clone();
        let sender = thread::spawn(move || block_on(other.send(1)));
        let received = block_on(async {
            let mut recv = pin!(c.recv());
            let mut future = pin!(Awaited::new(soon()));
            let cases = &mut [recv.as_mut() as Pin<&mut (dyn Case + Send)>, future.as_mut()];
            match select::wait(cases).await {
                0 => recv.finish(),
                _ => c.recv().await,
            }
        });
        drop(sender.join());
        assert_eq!(received, Some(1));
    });
}
