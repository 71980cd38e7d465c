//! A graceful shutdown: on a signal nothing new is accepted, what is under way may end within a grace period, and what is not
//! done by then is cancelled and told why.
//!
//! The signal is a timer here. Run with `cargo run -p gort-runtime --features sync,context --example graceful_shutdown`.

use std::time::Duration;

use gort_runtime::chan::ends::{Receiver, Sender};
use gort_runtime::context::native::{Context, Key};
use gort_runtime::sync::TaskGroup;
use gort_runtime::time::native::{after, sleep};
use gort_runtime::{chan, select};

const GRACE: Duration = Duration::from_millis(500);

/// The number of a request, which its context carries.
struct RequestId;

impl Key for RequestId {
    type Value = usize;
}

struct Request {
    id: usize,
    takes: Duration,
}

/// How a request ended, for the report.
type Ended = (usize, String);

async fn handle(ctx: Context, request: Request, ended: Sender<Ended>) {
    let outcome = match ctx.run(sleep(request.takes)).await {
        Ok(()) => "served".to_owned(),
        Err(error) => format!(
            "{error}: {}",
            ctx.cause().map_or_else(String::new, |cause| cause.to_string())
        ),
    };
    let id = ctx.value::<RequestId>().copied().unwrap_or_default();
    let _ = ended.send((id, outcome)).await;
}

/// Serves until `stop` is cancelled; requests run below `hard`, which outlives it.
async fn serve(stop: Context, hard: Context, requests: Receiver<Request>, ended: Sender<Ended>) -> TaskGroup {
    let handlers = TaskGroup::new();
    loop {
        select! {
            _ = stop.done() => {
                println!("stopping: {}", stop.cause().map_or_else(String::new, |cause| cause.to_string()));
                // Clients see that nothing is accepted any more.
                requests.close();
                return handlers;
            }
            request = requests.recv() => {
                let Some(request) = request else { return handlers };
                let ctx = hard.with_value::<RequestId>(request.id);
                handlers.spawn(handle(ctx, request, ended.clone()));
            }
        }
    }
}

#[gort_runtime::main]
async fn main() {
    let (stop, signal) = Context::background().with_cancel();
    let (hard, kill) = Context::background().with_cancel();
    let (to_server, requests) = chan::channel(0);
    let (ended, report) = chan::unbounded();

    let server = TaskGroup::new();
    let (handlers_out, handlers_in) = chan::channel(1);
    server.spawn(async move {
        let handlers = serve(stop, hard, requests, ended).await;
        let _ = handlers_out.send(handlers).await;
    });

    // Two quick requests, one that needs the grace period, and one that hangs.
    for (id, millis) in [(1, 0), (2, 1), (3, 60), (4, 60_000)] {
        let takes = Duration::from_millis(millis);
        let accepted = to_server.send(Request { id, takes }).await;
        assert!(accepted.is_ok(), "the server runs");
    }
    // Something to see at work before the signal comes.
    after(Duration::from_millis(20)).recv().await;
    signal.cancel_with("terminated");

    let Some(handlers) = handlers_in.recv().await else {
        return;
    };
    let late = Request {
        id: 5,
        takes: Duration::ZERO,
    };
    if to_server.send(late).await.is_err() {
        println!("request 5: refused");
    }

    let (grace, _grace) = Context::background().with_timeout(GRACE);
    if grace.run(handlers.wait()).await.is_err() {
        println!("the grace period is over");
        kill.cancel_with("shut down");
        handlers.wait().await;
    }
    server.wait().await;

    let mut ends = Vec::new();
    while let Some(end) = report.recv().await {
        ends.push(end);
    }
    ends.sort();
    for (id, outcome) in ends {
        println!("request {id}: {outcome}");
    }
}
