//! The process: the runtime's threads, the main goroutine, and exits.

use std::any::Any;
use std::future::Future;
use std::io::Write;
use std::panic::Location;
use std::pin::Pin;
use std::sync::{Mutex, mpsc};
use std::task::{Context, Poll, ready};

use super::deadlock;
use super::scheduler::Scheduler;
use crate::panic::{is_goexit, payload_text};

/// Go's stacks grow to a gigabyte; this much is reserved, and used only as it is touched.
pub(super) const STACK: usize = 256 << 20;

static AT_EXIT: Mutex<Vec<fn()>> = Mutex::new(Vec::new());

/// Has a function run before the process exits, by whatever way translated code has to exit.
pub fn at_exit(f: fn()) {
    AT_EXIT
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .push(f);
}

/// Writes out what is buffered.
pub(crate) fn flush() {
    let hooks = AT_EXIT.lock().map(|hooks| hooks.clone()).unwrap_or_default();
    hooks.into_iter().for_each(|hook| hook());
    let _ = std::io::stdout().flush();
}

/// `os.Exit`.
pub fn exit(code: i64) -> ! {
    flush();
    std::process::exit(code as i32)
}

/// How many workers there are: the variable `GOMAXPROCS`, or what the machine and the container give.
fn workers() -> usize {
    let asked = std::env::var("GOMAXPROCS")
        .ok()
        .and_then(|n| n.parse().ok())
        .filter(|n| *n > 0);
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// `runtime.GOMAXPROCS`: the number of workers.
///
/// # Differences from Go
/// The number cannot be changed; `n` is ignored.
pub fn gomaxprocs(_n: i64) -> i64 {
    workers() as i64
}

/// The scheduler of a process or test, with the tokio runtime that it stands on.
fn start(workers: usize, judges: bool) -> (&'static Scheduler, tokio::runtime::Runtime) {
    let scheduler = Scheduler::new(workers, judges);
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(workers)
        .thread_stack_size(STACK)
        .max_blocking_threads(10_000)
        .on_thread_start(|| scheduler.adopt_thread())
        .enable_all();
    match builder.build() {
        Ok(runtime) => {
            scheduler.start(runtime.handle().clone());
            (scheduler, runtime)
        }
        Err(error) => {
            eprintln!("fatal error: cannot start the runtime: {error}");
            std::process::exit(2)
        }
    }
}

/// Runs the main goroutine and exits when it returns, without waiting for others.
#[track_caller]
pub fn main(future: impl Future<Output = ()> + Send + 'static) -> ! {
    // Panics are printed in Go's form where they end the process.
    std::panic::set_hook(Box::new(|_| {}));
    #[cfg(unix)]
    super::signals::exit_on_abort();
    // Until the main goroutine runs, there is something that may yet wake one: this thread.
    let starting = deadlock::External::new();
    let (scheduler, _runtime) = start(workers(), true);
    deadlock::judged_by(scheduler);
    super::leaks::watch_if_asked();
    #[cfg(unix)]
    super::signals::dump_on_quit(scheduler);
    scheduler.spawn(Main { future }, MAIN_ID, Location::caller());
    drop(starting);
    loop {
        std::thread::park();
    }
}

/// The number of the main goroutine.
pub(super) const MAIN_ID: u64 = 1;

pin_project_lite::pin_project! {
    /// The main goroutine, whose return ends the process. (An `async` block would hold the future twice.)
    struct Main<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future<Output = ()>> Future for Main<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.project().future.poll(cx));
        if let Some(scheduler) = super::scheduler::current() {
            super::leaks::tell(scheduler);
        }
        exit(0)
    }
}

/// Runs a goroutine as a test and returns when it does; a panic fails the test.
///
/// # Panics
/// When the goroutine panics, with its text.
#[track_caller]
pub fn test(future: impl Future<Output = ()> + Send + 'static) {
    test_on(workers(), future);
}

/// As [`test`](fn@super::test), with so many workers, whatever `GOMAXPROCS` says.
///
/// # Panics
/// As [`test`](fn@super::test), and if there are to be none.
#[track_caller]
pub fn test_on(workers: usize, future: impl Future<Output = ()> + Send + 'static) {
    assert!(workers > 0, "goroutines need a worker");
    let (scheduler, runtime) = start(workers, false);
    let (send, receive) = mpsc::channel();
    let body = async move {
        let caught = super::blocking::CatchUnwind::new(future).await;
        let text = |payload: Box<dyn Any + Send>| (!is_goexit(&*payload)).then(|| payload_text(&*payload));
        let _ = send.send(caught.map_err(text));
    };
    scheduler.spawn(body, super::count::next_id(), Location::caller());
    let result = receive.recv();
    scheduler.close();
    runtime.shutdown_background();
    if let Ok(Err(Some(text))) = result {
        panic!("panic: {text}");
    }
}
