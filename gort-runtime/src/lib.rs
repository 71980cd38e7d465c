//! Go's concurrency for Rust, on tokio: channels, `select!`, contexts and groups of goroutines, with Go's semantics.
//!
//! | Go | Rust |
//! | --- | --- |
//! | `func main()` | [`#[gort_runtime::main] async fn main()`](macro@main) |
//! | `go f(x)` | [`task::go(f(x))`](task::go), or `group.spawn(f(x))` of a `sync::TaskGroup` |
//! | a goroutine, a channel for its result, and `recover` | [`task::spawn(f(x)).await`](task::spawn); [`task::JoinSet`] of many |
//! | `make(chan T, n)` | [`Chan::<T>::make(n)`](chan::Chan), closed by `close`; or [`chan::channel(n)`](chan::channel), whose ends close it when they are dropped |
//! | `ch <- v` | `ch.send(v).await` |
//! | `v, ok := <-ch` | `ch.recv().await`, an `Option` |
//! | `for v := range ch` | `while let Some(v) = ch.recv().await` |
//! | `close(ch)`, `len(ch)`, `cap(ch)` | `ch.close()`, `ch.len()`, `ch.cap()` |
//! | `select { case v := <-a: …; case b <- x: …; default: … }` | [`select! { v = a.recv() => …, b.send(x) => …, default => … }`](macro@select), also over other futures |
//! | `reflect.Select` | [`select::Select`] |
//! | `sync.Mutex`, `RWMutex` and what they guard | `sync::owned::{Mutex, RwLock}`, which own it; `sync::{Mutex, RwMutex}` as in Go |
//! | `sync.WaitGroup`, `Once`, `Cond`, `Pool`, `Map` | `sync::{WaitGroup, Once}`, `sync::owned::{Cond, Pool, Map}` |
//! | `sync.OnceFunc`, `OnceValue` | `sync::owned::{once_func, once_value}` |
//! | `errgroup`, `semaphore`, `singleflight` | `sync::{ErrGroup, Semaphore, singleflight}` |
//! | `context.WithCancel(ctx)` | `ctx.with_cancel()` of a `context::native::Context` |
//! | `<-ctx.Done()`, `ctx.Err()`, `context.Cause(ctx)` | `ctx.done().await`, `ctx.err()`, `ctx.cause()` |
//! | `time.Sleep`, `After`, `NewTimer`, `NewTicker`, `AfterFunc` | `time::native::{sleep, after, Timer, Ticker, after_func}` |
//! | `synctest.Test`, `synctest.Wait` | `time::bubble::{run, wait}`, `#[gort_runtime::test(virtual_time)]` |
//! | `runtime.Gosched`, `Goexit`, `NumGoroutine` | [`task::gosched`], [`task::goexit`], [`task::num_goroutine`] |
//! | `fatal error: all goroutines are asleep - deadlock!` | the same |
//!
//! ```
//! use gort_runtime::{chan, select, task};
//!
//! task::test(async {
//!     let (numbers, squares) = (chan::channel(0), chan::channel(0));
//!     let (to_worker, from_main) = numbers;
//!     let (to_main, from_worker) = squares;
//!     task::go(async move {
//!         while let Some(n) = from_main.recv().await {
//!             if to_main.send(n * n).await.is_err() {
//!                 return;
//!             }
//!         }
//!     });
//!     let (mut next, mut sum) = (1, 0);
//!     while sum < 30 {
//!         select! {
//!             sent = to_worker.send(next) => {
//!                 assert!(sent.is_ok());
//!                 next += 1;
//!             }
//!             square = from_worker.recv() => sum += square.unwrap_or(0),
//!         }
//!     }
//!     assert_eq!(sum, 1 + 4 + 9 + 16);
//! });
//! ```
//!
//! # Features
//!
//! | feature | gives | brings along |
//! | --- | --- | --- |
//! | `macros` (default) | `select!`, `#[main]`, `#[test]` | `gort-runtime-macros` |
//! | – | `chan`, `select`, `task`, `panic` | tokio |
//! | `sync` | `sync` | |
//! | `time` | `time::native` | |
//! | `context` | `context::native` | `time` |
//! | `stream`, `sink` | receiving ends as `Stream`, sending ends as `Sink` | `futures-core`, `futures-sink` |
//! | `allocator` | mimalloc as the program's allocator, since a program in Go's way allocates much; not for libraries | `mimalloc`, which needs a C compiler |
//! | `tokio-util` | contexts from `CancellationToken`s, and back | `context`, `tokio-util` |
//! | `metrics` | how often things happened, in `task::metrics()` | |
//! | `tracing` | a span for each goroutine, entered while it runs, with events of its waits and its end (target `gort_runtime::goroutine`, levels debug and trace; a panic is an error) | `tracing` |
//! | `value` | Go's values, and `sync`, `context`, `time` and `defer` in Go's shape, as the translator `gort` emits them | `macros`, `sync`, `context` |
//! | `pkg` | what translated code needs of Go's standard library | `value` |
//!
//! Generated code uses `pkg`, and starts with `use gort_runtime::prelude::*`.
//!
//! # Goroutines, threads and other tasks
//!
//! Under `#[main]`, `#[test]` and [`task::test`](fn@task::test) goroutines run on a scheduler of our own, on whose threads
//! tokio's timers, sockets and tasks work, too; under `#[main]` it also judges deadlocks. In any other tokio runtime a goroutine
//! is a tokio task, and nobody judges. Wherever it runs, a panic in one ends the process, as in Go. Channels can be used by any
//! task of any runtime, and by plain threads with `blocking_send` and `blocking_recv`.
//!
//! Each waiting operation says under `# Cancel safety` what happens when its future is dropped before it is ready; where
//! something is not as in Go, it stands under `# Differences from Go`.

// Translated programs carry this crate along without the workspace's list of `cfg`s.
#![allow(unexpected_cfgs)]

// The macros name this crate by its name, also in here.
#[cfg(feature = "macros")]
#[allow(unused_extern_crates)]
extern crate self as gort_runtime;

pub mod chan;
#[cfg(feature = "context")]
pub mod context;
#[cfg(feature = "value")]
pub mod defer;
#[cfg(all(test, any(gort_loom, gort_shuttle)))]
mod models;
pub mod panic;
#[cfg(feature = "pkg")]
pub mod pkg;
pub mod prelude;
pub mod select;
mod shim;
#[cfg(feature = "sync")]
pub mod sync;
pub mod task;
#[cfg(feature = "time")]
pub mod time;
#[cfg(feature = "value")]
pub mod value;

#[cfg(feature = "allocator")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// ```
/// use gort_runtime::prelude::*;
///
/// #[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Value, GoNumber)]
/// #[go(scalar, name = "main.Celsius")]
/// struct Celsius(f64);
///
/// assert_eq!(Celsius(20.0) + Celsius(1.5), Celsius(21.5));
/// ```
#[cfg(feature = "value")]
pub use gort_runtime_macros::GoNumber;
#[cfg(all(feature = "macros", not(feature = "value")))]
pub use gort_runtime_macros::GoNumber;
/// ```
/// use gort_runtime::prelude::*;
///
/// #[derive(Clone, PartialEq, Value)]
/// #[go(name = "main.Point")]
/// struct Point {
///     x: i64,
///     y: i64,
/// }
///
/// assert!(Point::zero() == Point { x: 0, y: 0 });
/// ```
#[cfg(feature = "value")]
pub use gort_runtime_macros::Value;
/// ```
/// use gort_runtime::prelude::*;
///
/// gort_runtime::interface! {
///     /// What has an area.
///     pub trait Shape {
///         /// The area.
///         fn area(&self) -> f64;
///     }
/// }
///
/// #[derive(Clone, PartialEq, Value)]
/// #[go(name = "main.Square", value(dyn Shape))]
/// struct Square(f64);
///
/// impl Shape for Square {
///     fn area(&self) -> f64 {
///         self.0 * self.0
///     }
/// }
///
/// let shape: Iface<dyn Shape> = iface!(Square(2.0) => dyn Shape);
/// assert_eq!(shape.area(), 4.0);
/// ```
#[cfg(feature = "value")]
pub use gort_runtime_macros::interface;
/// The process ends when the function returns, as in Go, without waiting for other goroutines; a panic that nobody recovers
/// ends it with exit code 2, and so does a deadlock.
///
/// ```no_run
/// #[gort_runtime::main]
/// async fn main() {
///     gort_runtime::task::gosched().await;
/// }
/// ```
#[cfg(feature = "macros")]
pub use gort_runtime_macros::main;
/// Arms are `pattern = operation => body`, `operation => body` for a send, and `default => body`. The operations are the
/// futures of channels, and any other `Send` futures: a sleep as a timeout, the end of a context, a task of tokio's. As in Go they
/// are evaluated once and in source order, one that can proceed is chosen at random, and the others have left their queues when
/// its body runs. In a body `break`, `continue`, `return`, `?` and `.await` mean what they mean outside.
///
/// With `biased;` before the arms, the first that can proceed is chosen.
///
/// # Cancel safety
/// Dropped while it waits, nothing has happened; a value already received goes to the next receiver. Futures that are not chosen
/// are dropped before the body runs: what they have done until then is as safe as they are. To go on with one in the next `select!`,
/// lend it: `x = future.as_mut() => …`, with a pinned `future`.
///
/// # Differences from Go
/// A select with futures waits anew at its channels, behind others, whenever it is woken.
///
/// ```
/// use gort_runtime::{chan::Chan, select, task};
/// task::test(async {
///     let (jobs, results, quit): (Chan<i32>, Chan<i32>, Chan<()>) = (Chan::make(1), Chan::make(1), Chan::make(0));
///     select! {
///         job = jobs.recv() => unreachable!("{job:?}"),
///         results.send(1) => {}
///         _ = quit.recv() => return,
///     }
///     select! {
///         _ = jobs.recv() => unreachable!(),
///         default => println!("nothing to do"),
///     }
///     let answer = select! {
///         biased;
///         _ = quit.recv() => return,
///         answer = async { 6 * 7 } => answer,
///     };
///     assert_eq!(answer, 42);
/// });
/// ```
#[cfg(feature = "macros")]
pub use gort_runtime_macros::select;
/// With `virtual_time` it runs in a bubble, with a time of its own (feature `time`; see `time::bubble`).
///
/// ```
/// #[gort_runtime::test(virtual_time)]
/// async fn an_hour_is_over_at_once() {
///     gort_runtime::time::native::sleep(std::time::Duration::from_secs(3600)).await;
/// }
///
/// #[gort_runtime::test]
/// async fn values_arrive() {
///     let c = gort_runtime::chan::Chan::make(1);
///     c.send(1).await;
///     assert_eq!(c.recv().await, Some(1));
/// }
/// ```
#[cfg(feature = "macros")]
pub use gort_runtime_macros::test;

/// The book's examples that are written by hand.
#[cfg(doctest)]
#[doc = include_str!("../../book/src/channels.md")]
pub mod book {}
