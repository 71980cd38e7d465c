//! What the tests of Go's rules share.
#![allow(dead_code)]

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use gort_runtime::panic::{Unwinding, panic_text};
use gort_runtime::task;

/// How often a test is repeated whose outcome depends on who comes first.
pub(crate) const TIMES: usize = if cfg!(miri) { 2 } else { 200 };

/// Polls a future once; nobody is woken by it.
pub(crate) fn poll<F: Future + ?Sized>(future: &mut Pin<&mut F>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// Whether a future waits when it is asked.
pub(crate) fn waits<F: Future>(future: F) -> bool {
    poll(&mut std::pin::pin!(future)).is_pending()
}

/// What a future gives that is ready at once.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match poll(&mut std::pin::pin!(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("this should be ready"),
    }
}

/// The text with which Go's side of a panic is told.
pub(crate) fn panics<R>(f: impl FnOnce() -> R) -> String {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => panic!("this should panic"),
        Err(payload) => text(payload),
    }
}

fn text(payload: Box<dyn Any + Send>) -> String {
    match Unwinding::from_payload(payload) {
        Unwinding::Panic(panic) => panic_text(&panic.value),
        Unwinding::Goexit => "goexit".into(),
    }
}

/// Lets others run for some turns.
pub(crate) async fn others_run() {
    for _ in 0..20 {
        task::gosched().await;
    }
}

#[cfg(feature = "time")]
/// Runs a bubble that panics, and gives the text.
pub(crate) async fn bubble_panics(main: impl Future<Output = ()> + Send + 'static) -> String {
    let error = task::spawn(gort_runtime::time::bubble::run(main))
        .await
        .expect_err("this should panic");
    error
        .to_string()
        .split_once("panicked: ")
        .expect("a panic")
        .1
        .to_owned()
}
