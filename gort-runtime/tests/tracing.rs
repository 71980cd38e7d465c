//! What `tracing` is told, by a subscriber of our own. It is the process's, so this is one test.
#![cfg(feature = "tracing")]

use std::cell::RefCell;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};

use gort_runtime::chan::Chan;
use gort_runtime::task;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// What was told, a line for each, with the number of the span.
static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());

thread_local! {
    static ENTERED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

fn tell(line: String) {
    TOLD.lock().unwrap_or_else(PoisonError::into_inner).push(line);
}

fn told() -> Vec<String> {
    TOLD.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

struct Recorder(AtomicU64);

/// Fields as ` name=value`.
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 += &format!(" {field}={value:?}");
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "gort_runtime::goroutine" || metadata.target() == "tracing"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.0.fetch_add(1, SeqCst);
        let mut fields = Fields(String::new());
        span.record(&mut fields);
        tell(format!("{id}: span {}{}", span.metadata().name(), fields.0));
        Id::from_u64(id)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        let current = || ENTERED.with_borrow(|entered| entered.last().copied());
        let span = event.parent().map(Id::into_u64).or_else(current);
        tell(format!("{}:{}", span.unwrap_or(0), fields.0));
    }

    fn enter(&self, span: &Id) {
        ENTERED.with_borrow_mut(|entered| entered.push(span.into_u64()));
    }

    fn exit(&self, span: &Id) {
        assert_eq!(ENTERED.with_borrow_mut(Vec::pop), Some(span.into_u64()));
    }
}

/// What was told in the span of a goroutine: its fields, then its events.
fn of(goroutine: u64) -> Vec<String> {
    let all = told();
    let mark = format!(" id={goroutine} ");
    let Some(first) = all.iter().find(|line| line.contains(": span ") && line.contains(&mark)) else {
        return Vec::new();
    };
    let span = first.split(':').next().unwrap_or_default();
    let own = all.iter().filter_map(|line| line.strip_prefix(&format!("{span}: ")));
    own.map(ToOwned::to_owned).collect()
}

#[test]
fn goroutines_are_spans_with_events() {
    assert!(tracing::subscriber::set_global_default(Recorder(AtomicU64::new(1))).is_ok());
    for workers in [1, 2] {
        task::test_on(workers, in_goroutines());
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(in_tokio());
}

async fn in_goroutines() {
    let c = Chan::make(0);
    let receiver = c.clone();
    let line = line!() + 1;
    let handle = task::spawn(async move {
        tracing::info!(target: "gort_runtime::goroutine", "asks");
        receiver.recv().await
    });
    while of(handle.id()).len() < 3 {
        task::gosched().await;
    }
    c.send(5).await;
    let id = handle.id();
    assert_eq!(handle.await.ok().flatten(), Some(5));
    let events = until_over(id).await;
    assert!(events[0].starts_with("span goroutine id="), "{events:?}");
    assert!(!events[0].contains("parent=0 "), "{events:?}");
    assert!(events[0].contains(&format!("tracing.rs:{line}:")), "{events:?}");
    let rest = [
        "message=asks",
        "message=block on=\"chan receive\"",
        "message=unblock",
        "message=exit",
    ];
    assert_eq!(events[1..], rest);

    let handle = task::spawn(async { panic!("no way") });
    let id = handle.id();
    assert!(handle.await.is_err());
    let events = until_over(id).await;
    assert_eq!(events[1..], ["message=panic text=\"no way\"", "message=exit"]);
}

/// Outside of our schedulers.
async fn in_tokio() {
    let c = Chan::make(0);
    let receiver = c.clone();
    let handle = task::spawn(async move { receiver.recv().await });
    let id = handle.id();
    while of(id).len() < 2 {
        tokio::task::yield_now().await;
    }
    c.send(5).await;
    assert!(handle.await.is_ok());
    let events = until_over(id).await;
    assert_eq!(
        events[1..],
        ["message=block on=\"chan receive\"", "message=unblock", "message=exit"]
    );
}

/// All that was told of a goroutine that is ending.
async fn until_over(id: u64) -> Vec<String> {
    loop {
        let events = of(id);
        if events.last().is_some_and(|last| last == "message=exit") {
            return events;
        }
        task::gosched().await;
    }
}
