//! A select whose cases are known only while running, as `reflect.Select` is.

use std::pin::Pin;

use super::{Operation, try_now, wait};
use crate::chan::{Chan, Recv, Send};

enum Kind<'a, T: std::marker::Send + 'static> {
    Recv(Pin<Box<Recv<'a, T>>>),
    Send(Pin<Box<Send<'a, T>>>),
}

/// What a dynamic select did.
#[derive(Debug, PartialEq, Eq)]
pub enum Chosen<T> {
    /// The case of this number received a value, or `None` from a closed channel.
    Received(usize, Option<T>),
    /// The case of this number sent.
    Sent(usize),
}

/// A select over any number of channels of one element type; cases are numbered in the order they were added.
pub struct Select<'a, T: std::marker::Send + 'static>(Vec<Kind<'a, T>>);

impl<'a, T: std::marker::Send + 'static> Select<'a, T> {
    /// A select without cases.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Select(Vec::new())
    }

    /// Adds a case that receives.
    pub fn recv(mut self, chan: &'a Chan<T>) -> Self {
        self.0.push(Kind::Recv(Box::pin(chan.recv())));
        self
    }

    /// Adds a case that sends.
    pub fn send(mut self, chan: &'a Chan<T>, value: T) -> Self {
        self.0.push(Kind::Send(Box::pin(chan.send(value))));
        self
    }

    /// Waits until one of the cases is done.
    ///
    /// # Panics
    /// With Go's `send on closed channel`.
    ///
    /// # Cancel safety
    /// As [`wait`].
    pub async fn wait(mut self) -> Chosen<T> {
        let case = {
            let mut cases: Vec<_> = self.0.iter_mut().map(Kind::case).collect();
            wait(&mut cases).await
        };
        self.finish(case)
    }

    /// Does one of the cases if any can be done at once.
    ///
    /// # Panics
    /// With Go's `send on closed channel`.
    pub fn try_now(mut self) -> Option<Chosen<T>> {
        let case = {
            let mut cases: Vec<_> = self.0.iter_mut().map(Kind::case).collect();
            try_now(&mut cases)
        };
        case.map(|case| self.finish(case))
    }

    fn finish(&mut self, case: usize) -> Chosen<T> {
        match &mut self.0[case] {
            Kind::Recv(recv) => Chosen::Received(case, recv.as_mut().finish()),
            Kind::Send(send) => {
                send.as_mut().finish();
                Chosen::Sent(case)
            }
        }
    }
}

impl<'a, T: std::marker::Send + 'static> Kind<'a, T> {
    fn case(&mut self) -> Pin<&mut (dyn super::Case + std::marker::Send + 'a)> {
        match self {
            Kind::Recv(recv) => recv.as_mut(),
            Kind::Send(send) => send.as_mut(),
        }
    }
}
