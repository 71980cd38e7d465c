//! What the book shows of writing with the runtime by hand.
//!
//! - In: nothing.
//! - Out: the blocks of its page `by-hand.md`, compiled and run.
//! - Invariants: a test of the book compares the two.
#![cfg(all(feature = "macros", feature = "context"))]
#![forbid(unsafe_code)]

use std::time::Duration;

use gort_runtime::chan::{self, Chan, ends::Receiver};
use gort_runtime::context::native::Context;
use gort_runtime::time::native;
use gort_runtime::{select, task};

#[derive(Debug, PartialEq)]
struct Stopped;

async fn run(job: Option<u32>) -> String {
    format!("{job:?}")
}

async fn fetch(url: &str) -> String {
    format!("the page of {url}")
}

async fn one(ctx: &Context, jobs: &Receiver<u32>, url: &str) -> Result<String, Stopped> {
    let text = select! {
        biased;
        _ = ctx.done() => return Err(Stopped),
        job = jobs.recv() => run(job).await,
        page = fetch(url) => page,
        _ = native::sleep(Duration::from_secs(1)) => "idle".to_owned(),
    };
    Ok(text)
}

#[gort_runtime::test]
async fn whatever_comes_first() {
    let (ctx, cancel) = Context::background().with_cancel();
    let (sender, jobs) = chan::channel(1);
    assert_eq!(one(&ctx, &jobs, "a").await, Ok("the page of a".to_owned()));
    sender.send(1).await.expect("the receiver is there");
    assert_eq!(one(&ctx, &jobs, "a").await, Ok("Some(1)".to_owned()));
    cancel.cancel();
    assert_eq!(one(&ctx, &jobs, "a").await, Err(Stopped));
}

/// Something that ends by itself.
struct Lease(std::time::Instant);

impl Lease {
    fn new(length: Duration) -> Self {
        Lease(native::now() + length)
    }

    fn holds(&self) -> bool {
        native::now() < self.0
    }
}

#[gort_runtime::test(virtual_time)]
async fn a_lease_ends_after_a_day() {
    let lease = Lease::new(Duration::from_secs(24 * 3600));
    native::sleep(Duration::from_secs(24 * 3600 - 1)).await;
    assert!(lease.holds());
    native::sleep(Duration::from_secs(1)).await;
    assert!(!lease.holds());
}

#[gort_runtime::test]
async fn what_leaked_is_told() {
    task::watch_leaks();
    let answers = Chan::make(0);
    let other = answers.clone();
    task::go(async move { other.send(1).await });
    native::sleep(Duration::from_millis(20)).await;
    drop(answers);
    for goroutine in task::leaked() {
        println!("{goroutine}");
    }
}
