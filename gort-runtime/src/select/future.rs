//! Any future as a case of `select!`.
//!
//! - In: a future.
//! - Out: [`Awaited`].
//! - Invariants: it is polled by the select's owner only, without any channel's lock, and not again once it was ready. A select
//!   that has such cases leaves all queues before it polls them, so that it never has both a ready future and a chosen channel.
#![allow(unsafe_code)]

use std::future::Future;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll, Waker};

use super::{Operation, RawCase, Ticket};

pin_project_lite::pin_project! {
    /// A future as a case, by which `select!` takes those that are no operations of channels.
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, select::{self, Awaited, Case, Operation}, task};
    /// use std::{future::ready, pin::{Pin, pin}};
    /// task::test(async {
    ///     let never = Chan::<i32>::nil();
    ///     let (mut a, mut b) = (pin!(never.recv()), pin!(Awaited::new(ready(5))));
    ///     let chosen = select::wait(&mut [a.as_mut() as Pin<&mut (dyn Case + Send)>, b.as_mut()]).await;
    ///     assert_eq!((chosen, b.finish()), (1, 5));
    /// });
    /// ```
    pub struct Awaited<F: Future> {
        #[pin]
        future: F,
        output: Option<F::Output>,
    }
}

impl<F: Future> Awaited<F> {
    /// Makes a future a case.
    ///
    /// ```
    /// use gort_runtime::select::{Awaited, RawCase};
    /// assert!(Awaited::new(std::future::ready(5)).is_future());
    /// ```
    pub fn new(future: F) -> Self {
        Awaited { future, output: None }
    }
}

// SAFETY: there is no channel, hence no lock and no queue, and the ticket is not used.
unsafe impl<F: Future> RawCase for Awaited<F> {
    fn addr(&self) -> usize {
        0
    }
    fn lock(&self) {}
    unsafe fn unlock(&self) {}
    unsafe fn attempt(self: Pin<&mut Self>) -> Option<Option<Waker>> {
        None
    }
    fn attempt_alone(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Option<Option<Waker>> {
        let this = self.project();
        match this.future.poll(cx) {
            Poll::Ready(output) => {
                *this.output = Some(output);
                Some(None)
            }
            Poll::Pending => None,
        }
    }
    fn is_future(&self) -> bool {
        true
    }
    /// The future has said so itself when it was polled.
    fn is_durable(&self) -> bool {
        true
    }
    unsafe fn register(self: Pin<&mut Self>, _: NonNull<Ticket>, _: u32) {}
    fn deregister(self: Pin<&mut Self>, _: bool) {}
    fn cancel(self: Pin<&mut Self>) {}
}

impl<F: Future> Operation for Awaited<F> {
    type Output = F::Output;

    /// # Panics
    /// If it was not chosen.
    fn finish(self: Pin<&mut Self>) -> F::Output {
        match self.project().output.take() {
            Some(output) => output,
            None => panic!("a future that was not chosen has no output"),
        }
    }
}
