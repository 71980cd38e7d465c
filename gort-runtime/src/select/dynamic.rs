//! A select whose cases are known only while running, as `reflect.Select` is.

use std::pin::Pin;

use super::{Operation, try_now, wait};
use crate::chan::{Chan, Recv, Send};

enum Kind<'a, T: std::marker::Send + 'static> {
    Recv(Pin<Box<Recv<'a, T>>>),
    Send(Pin<Box<Send<'a, T>>>),
}

/// What a dynamic select did.
///
/// ```
/// use gort_runtime::{chan::Chan, select::{Chosen, Select}, task};
/// task::test(async {
///     let c = Chan::make(1);
///     assert_eq!(Select::new().send(&c, 5).wait().await, Chosen::Sent(0));
///     assert_eq!(Select::new().recv(&c).wait().await, Chosen::Received(0, Some(5)));
/// });
/// ```
#[derive(Debug, PartialEq, Eq)]
pub enum Chosen<T> {
    /// The case of this number received a value, or `None` from a closed channel.
    Received(usize, Option<T>),
    /// The case of this number sent.
    Sent(usize),
}

/// A select over any number of channels of one element type; cases are numbered in the order they were added.
///
/// ```
/// use gort_runtime::{chan::Chan, select::{Chosen, Select}, task};
/// task::test(async {
///     let chans = [Chan::make(1), Chan::make(1), Chan::make(1)];
///     chans[2].send("third").await;
///     let select = chans.iter().fold(Select::new(), Select::recv);
///     assert_eq!(select.wait().await, Chosen::Received(2, Some("third")));
/// });
/// ```
pub struct Select<'a, T: std::marker::Send + 'static>(Vec<Kind<'a, T>>);

impl<'a, T: std::marker::Send + 'static> Select<'a, T> {
    /// A select without cases.
    ///
    /// ```
    /// assert_eq!(gort_runtime::select::Select::<i32>::new().try_now(), None);
    /// ```
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Select(Vec::new())
    }

    /// Adds a case that receives.
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, select::Select};
    /// assert_eq!(Select::new().recv(&Chan::<i32>::make(0)).try_now(), None);
    /// ```
    pub fn recv(mut self, chan: &'a Chan<T>) -> Self {
        self.0.push(Kind::Recv(Box::pin(chan.recv())));
        self
    }

    /// Adds a case that sends.
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, select::{Chosen, Select}};
    /// let c = Chan::make(1);
    /// assert_eq!(Select::new().send(&c, 5).try_now(), Some(Chosen::Sent(0)));
    /// ```
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
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, select::{Chosen, Select}, task};
    /// task::test(async {
    ///     let c = Chan::make(1);
    ///     assert_eq!(Select::new().send(&c, 5).wait().await, Chosen::Sent(0));
    /// });
    /// ```
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
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, select::{Chosen, Select}};
    /// let c = Chan::<i32>::make(1);
    /// assert_eq!(Select::new().recv(&c).try_now(), None);
    /// ```
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
