//! The process: the runtime's threads, the main goroutine, and exits.

use std::future::Future;
use std::io::Write;
use std::sync::Mutex;
use std::sync::mpsc;

use super::deadlock;
use super::goroutine::Goroutine;
use super::local::Wait;

/// Go's stacks grow to a gigabyte; this much is reserved, and used only as it is touched.
const STACK: usize = 256 << 20;

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

fn runtime(judge: bool) -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(workers())
        .thread_stack_size(STACK)
        .max_blocking_threads(10_000)
        .enable_all();
    if judge {
        builder
            .on_thread_park(deadlock::worker_parks)
            .on_thread_unpark(deadlock::worker_unparks);
    }
    match builder.build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("fatal error: cannot start the runtime: {error}");
            std::process::exit(2)
        }
    }
}

/// Runs the main goroutine and exits when it returns, without waiting for others.
pub fn main(future: impl Future<Output = ()> + Send + 'static) -> ! {
    // Panics are printed in Go's form where they end the process.
    std::panic::set_hook(Box::new(|_| {}));
    #[cfg(unix)]
    super::signals::exit_on_abort();
    let runtime = runtime(true);
    // Until the main goroutine runs, there is something that may yet wake one: this thread.
    let starting = deadlock::External::new();
    deadlock::start(workers(), runtime.handle().clone());
    let main = Goroutine::with_id(future, 1);
    // On a worker and not in `block_on`, which is slow to wake.
    runtime.spawn(async move {
        drop(starting);
        // Pinned here, so that it is not dropped, and with it retracted from the judge, before the exit.
        let mut main = std::pin::pin!(main);
        if main.as_mut().await {
            exit(0);
        }
        deadlock::main_gone();
        deadlock::main_waits(Wait::Running);
    });
    loop {
        std::thread::park();
    }
}

/// Runs a goroutine as a test and returns when it does; a panic fails the test.
///
/// # Panics
/// When the goroutine panics, with its text.
pub fn test(future: impl Future<Output = ()> + Send + 'static) {
    let runtime = runtime(false);
    let (send, receive) = mpsc::channel();
    drop(runtime.spawn(async move {
        let caught = super::blocking::CatchUnwind::new(future).await;
        let _ = send.send(caught.map_err(text));
    }));
    let result = receive.recv();
    runtime.shutdown_background();
    if let Ok(Err(Some(text))) = result {
        panic!("panic: {text}");
    }
}

/// The text of a caught panic; `None` for `Goexit`.
fn text(payload: Box<dyn std::any::Any + Send>) -> Option<String> {
    #[cfg(feature = "value")]
    return match crate::panic::Unwinding::from_payload(payload) {
        crate::panic::Unwinding::Panic(panic) => Some(crate::panic::panic_text(&panic.value)),
        crate::panic::Unwinding::Goexit => None,
    };
    #[cfg(not(feature = "value"))]
    Some(payload.downcast_ref::<String>().cloned().unwrap_or_default())
}
