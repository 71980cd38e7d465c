//! Channels against a sequential model of a Go channel, and cancelled at every poll.
//!
//! - In: random operations; random numbers of polls after which an operation is dropped.
//! - Out: each answer is the model's; each value is delivered once, or dropped with its send.
//! - Invariants: the model is written from Go's specification, not from the channel's code.
#![forbid(unsafe_code)]

use std::collections::VecDeque;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};

use gort_runtime::chan::{Chan, TrySendError};
use gort_runtime::select::{Chosen, Select};
use gort_runtime::task;
use proptest::prelude::*;

/// A value that is counted while it lives, and so many bytes larger than that needs.
#[derive(Debug)]
struct Token<const MORE: usize>(i64, Arc<AtomicI64>, [u8; MORE]);

impl<const MORE: usize> Token<MORE> {
    fn new(number: i64, live: &Arc<AtomicI64>) -> Self {
        live.fetch_add(1, SeqCst);
        Token(number, live.clone(), [number as u8; MORE])
    }
}

impl<const MORE: usize> Drop for Token<MORE> {
    fn drop(&mut self) {
        assert!(self.2.iter().all(|&byte| byte == self.0 as u8));
        self.1.fetch_sub(1, SeqCst);
    }
}

/// What a program may do with a channel; numbers choose among what waits.
#[derive(Clone, Copy, Debug)]
enum Step {
    TrySend,
    TryRecv,
    Send,
    Recv,
    Poll(usize),
    Drop(usize),
    Close,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::TrySend),
        3 => Just(Step::TryRecv),
        4 => Just(Step::Send),
        4 => Just(Step::Recv),
        4 => (0..8_usize).prop_map(Step::Poll),
        3 => (0..8_usize).prop_map(Step::Drop),
        1 => Just(Step::Close),
    ];
    prop::collection::vec(step, 0..60)
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Sent,
    Received(Option<i64>),
    /// Go's panic for a send on a closed channel.
    Panicked,
}

/// The model: a queue, and those who wait, by number, in the order of their coming.
#[derive(Default)]
struct Model {
    cap: usize,
    closed: bool,
    buffer: VecDeque<i64>,
    senders: VecDeque<(usize, i64)>,
    receivers: VecDeque<usize>,
    /// By number: how those ended that waited.
    ends: Vec<Option<End>>,
}

impl Model {
    /// `None`: it has to wait.
    fn send(&mut self, value: i64) -> Option<End> {
        if self.closed {
            return Some(End::Panicked);
        }
        if let Some(receiver) = self.receivers.pop_front() {
            self.ends[receiver] = Some(End::Received(Some(value)));
        } else if self.buffer.len() < self.cap {
            self.buffer.push_back(value);
        } else {
            return None;
        }
        Some(End::Sent)
    }

    fn recv(&mut self) -> Option<End> {
        let first = self.buffer.pop_front();
        if (first.is_none() || self.buffer.len() < self.cap)
            && let Some((sender, value)) = self.senders.pop_front()
        {
            self.ends[sender] = Some(End::Sent);
            if first.is_none() {
                return Some(End::Received(Some(value)));
            }
            self.buffer.push_back(value);
        }
        match first {
            None if !self.closed => None,
            value => Some(End::Received(value)),
        }
    }

    fn dropped(&mut self, number: usize) {
        self.senders.retain(|sender| sender.0 != number);
        self.receivers.retain(|receiver| *receiver != number);
        if let Some(End::Received(Some(value))) = self.ends[number] {
            match self.receivers.pop_front() {
                Some(receiver) => self.ends[receiver] = Some(End::Received(Some(value))),
                None => self.buffer.push_front(value),
            }
        }
    }

    fn close(&mut self) {
        self.closed = true;
        for receiver in self.receivers.drain(..) {
            self.ends[receiver] = Some(End::Received(None));
        }
        for (sender, _) in self.senders.drain(..) {
            self.ends[sender] = Some(End::Panicked);
        }
    }
}

type Operation<'a> = Pin<Box<dyn Future<Output = End> + 'a>>;

/// Polls once; `None`: it waits.
fn poll(operation: &mut Operation<'_>) -> Option<End> {
    let polled = catch_unwind(AssertUnwindSafe(|| {
        operation.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }));
    match polled {
        Ok(Poll::Pending) => None,
        Ok(Poll::Ready(end)) => Some(end),
        Err(_) => Some(End::Panicked),
    }
}

fn check<const MORE: usize>(cap: usize, steps: &[Step]) -> Result<(), TestCaseError> {
    let live = Arc::new(AtomicI64::new(0));
    let chan: Chan<Token<MORE>> = Chan::make(cap as i64);
    let mut model = Model {
        cap,
        ..Model::default()
    };
    let mut waiting: Vec<(usize, Operation<'_>)> = Vec::new();
    for (i, step) in steps.iter().enumerate() {
        let value = i as i64;
        match *step {
            Step::TrySend => {
                let sent = catch_unwind(AssertUnwindSafe(|| chan.try_send(Token::new(value, &live))));
                let got = match sent {
                    Ok(Ok(())) => Some(End::Sent),
                    Ok(Err(TrySendError::Full(token))) => {
                        prop_assert_eq!(token.0, value);
                        None
                    }
                    Ok(Err(TrySendError::Closed(_))) | Err(_) => Some(End::Panicked),
                };
                prop_assert_eq!(got, model.send(value));
            }
            Step::TryRecv => {
                let got = chan.try_recv().map(|token| End::Received(token.map(|token| token.0)));
                prop_assert_eq!(got, model.recv());
            }
            Step::Send | Step::Recv => {
                let number = model.ends.len();
                let sends = matches!(step, Step::Send);
                let (mut operation, expected): (Operation<'_>, _) = if sends {
                    let sending = chan.send(Token::new(value, &live));
                    (
                        Box::pin(async {
                            sending.await;
                            End::Sent
                        }),
                        model.send(value),
                    )
                } else {
                    let receiving = chan.recv();
                    let operation = async { End::Received(receiving.await.map(|token| token.0)) };
                    (Box::pin(operation), model.recv())
                };
                prop_assert_eq!(poll(&mut operation), expected);
                model.ends.push(expected);
                if expected.is_none() {
                    if sends {
                        model.senders.push_back((number, value));
                    } else {
                        model.receivers.push_back(number);
                    }
                    waiting.push((number, operation));
                }
            }
            Step::Poll(which) if !waiting.is_empty() => {
                let which = which % waiting.len();
                let (number, operation) = &mut waiting[which];
                let got = poll(operation);
                prop_assert_eq!(got, model.ends[*number]);
                if got.is_some() {
                    drop(waiting.remove(which));
                }
            }
            Step::Drop(which) if !waiting.is_empty() => {
                let (number, operation) = waiting.remove(which % waiting.len());
                drop(operation);
                model.dropped(number);
            }
            Step::Close => {
                let closed = catch_unwind(AssertUnwindSafe(|| chan.close())).is_ok();
                prop_assert_eq!(closed, !model.closed);
                if closed {
                    model.close();
                }
            }
            Step::Poll(_) | Step::Drop(_) => {}
        }
        prop_assert_eq!(chan.len(), model.buffer.len().min(cap) as i64);
    }
    drop(waiting);
    drop(chan);
    prop_assert_eq!(live.load(SeqCst), 0, "every value is dropped once");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 8 } else { 2000 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_channel_is_what_go_says(cap in 0..3_usize, steps in steps()) {
        check::<0>(cap, &steps)?;
        check::<1000>(cap, &steps)?;
    }
}

/// Drops a future after so many polls that were not ready; each poll is followed by another at once.
async fn give_up_after<F: Future>(polls: u32, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(move |cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}

const SENDERS: i64 = 3;
const EACH: i64 = 30;

/// What became of each value.
struct Fates {
    sent: Vec<AtomicU32>,
    received: Vec<AtomicU32>,
    senders_left: AtomicI64,
}

impl Fates {
    fn new() -> Arc<Self> {
        let fresh = || (0..SENDERS * EACH).map(|_| AtomicU32::new(0)).collect();
        Arc::new(Fates {
            sent: fresh(),
            received: fresh(),
            senders_left: AtomicI64::new(SENDERS),
        })
    }

    fn check(&self) {
        for (i, (sent, received)) in self.sent.iter().zip(&self.received).enumerate() {
            let (sent, received) = (sent.load(SeqCst), received.load(SeqCst));
            assert!(received <= 1, "value {i} was delivered {received} times");
            assert!(received >= sent, "value {i} was sent and lost");
        }
    }
}

/// Senders and receivers give up at random and try again with the next value.
async fn cancelled_at_every_poll(cap: i64) {
    let chan: Chan<i64> = Chan::make(cap);
    let fates = Fates::new();
    let done: Chan<()> = Chan::make(0);
    for sender in 0..SENDERS {
        let (chan, fates, done) = (chan.clone(), fates.clone(), done.clone());
        task::go(async move {
            for i in 0..EACH {
                let value = sender * EACH + i;
                if give_up_after((i % 4) as u32, chan.send(value)).await.is_some() {
                    fates.sent[value as usize].fetch_add(1, SeqCst);
                }
            }
            if fates.senders_left.fetch_sub(1, SeqCst) == 1 {
                chan.close();
            }
            done.send(()).await;
        });
    }
    for receiver in 0..3 {
        let (chan, fates, done) = (chan.clone(), fates.clone(), done.clone());
        task::go(async move {
            let mut polls = receiver;
            loop {
                polls = (polls + 1) % 5;
                match give_up_after(polls, chan.recv()).await {
                    Some(Some(value)) => drop(fates.received[value as usize].fetch_add(1, SeqCst)),
                    Some(None) => break,
                    None => {}
                }
            }
            done.send(()).await;
        });
    }
    for _ in 0..SENDERS + 3 {
        done.recv().await;
    }
    fates.check();
}

/// The same with selects over two channels; the receivers stop when all that was sent has come.
async fn selects_cancelled_at_every_poll(cap: i64) {
    let (a, b): (Chan<i64>, Chan<i64>) = (Chan::make(cap), Chan::make(0));
    let fates = Fates::new();
    let done: Chan<()> = Chan::make(0);
    for sender in 0..SENDERS {
        let (a, b, fates, done) = (a.clone(), b.clone(), fates.clone(), done.clone());
        task::go(async move {
            for i in 0..EACH {
                let value = sender * EACH + i;
                let select = Select::new().send(&a, value).send(&b, value);
                if give_up_after((i % 4) as u32, select.wait()).await.is_some() {
                    fates.sent[value as usize].fetch_add(1, SeqCst);
                }
            }
            if fates.senders_left.fetch_sub(1, SeqCst) == 1 {
                a.close();
                b.close();
            }
            done.send(()).await;
        });
    }
    for receiver in 0..3 {
        let (a, b, fates, done) = (a.clone(), b.clone(), fates.clone(), done.clone());
        task::go(async move {
            let mut polls = receiver;
            let (mut a_open, mut b_open) = (true, true);
            while a_open || b_open {
                polls = (polls + 1) % 5;
                // A drained channel is left out, as a nil channel is.
                let nil = Chan::nil();
                let select = Select::new()
                    .recv(if a_open { &a } else { &nil })
                    .recv(if b_open { &b } else { &nil });
                match give_up_after(polls, select.wait()).await {
                    Some(Chosen::Received(_, Some(value))) => {
                        fates.received[value as usize].fetch_add(1, SeqCst);
                    }
                    Some(Chosen::Received(0, None)) => a_open = false,
                    Some(_) => b_open = false,
                    None => {}
                }
            }
            done.send(()).await;
        });
    }
    for _ in 0..SENDERS + 3 {
        done.recv().await;
    }
    fates.check();
}

const REPETITIONS: usize = if cfg!(miri) { 1 } else { 200 };

#[test]
fn nothing_is_lost_or_doubled_by_giving_up() {
    task::test(async {
        for i in 0..REPETITIONS {
            cancelled_at_every_poll(i as i64 % 3).await;
        }
    });
}

#[test]
fn nothing_is_lost_or_doubled_by_giving_up_a_select() {
    task::test(async {
        for i in 0..REPETITIONS {
            selects_cancelled_at_every_poll(i as i64 % 3).await;
        }
    });
}
