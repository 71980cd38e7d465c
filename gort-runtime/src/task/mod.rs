//! Goroutines: starting them, the main one, ending the process, and waiting for groups of them.

mod blocking;
pub(crate) mod bubble;
mod count;
mod deadlock;
mod dump;
mod goroutine;
pub(crate) mod join;
mod leaks;
mod local;
pub(crate) mod metrics;
mod offload;
mod run;
mod scheduler;
#[cfg(unix)]
mod signals;
mod sleep;
mod trace;

#[cfg(feature = "value")]
pub(crate) use blocking::CatchUnwind;
pub use blocking::block_in_place;
/// ```
/// assert_eq!(gort_runtime::task::block_on(async { 5 }), 5);
/// ```
pub use blocking::block_on;
#[cfg(all(test, gort_loom))]
pub(crate) use blocking::drive;
#[cfg(feature = "time")]
pub(crate) use count::next_id;
/// ```
/// use gort_runtime::task::External;
/// let (wakes, waits) = gort_runtime::chan::channel(1);
/// // While this lives, goroutines that wait for the thread are no deadlock.
/// let external = External::new();
/// std::thread::spawn(move || {
///     let _ = wakes.blocking_send(1);
///     drop(external);
/// });
/// assert_eq!(waits.blocking_recv(), Some(1));
/// ```
pub use deadlock::External;
#[cfg(feature = "time")]
pub(crate) use dump::of_bubble as dump_of_bubble;
pub use dump::{GoroutineInfo, goroutines};
#[cfg(feature = "time")]
pub(crate) use goroutine::Home;
/// ```
/// use gort_runtime::{chan::Chan, task};
/// task::test(async {
///     let c = Chan::make(0);
///     let sender = c.clone();
///     task::go(async move { sender.send("from afar").await });
///     assert_eq!(c.recv().await, Some("from afar"));
/// });
/// ```
pub use goroutine::go;
/// ```
/// use gort_runtime::{chan, task};
/// task::test(async {
///     let (told, heard) = chan::channel::<()>(0);
///     task::go(async move {
///         let _told = told;
///         task::goexit();
///     });
///     assert_eq!(heard.recv().await, None);
/// });
/// ```
pub use goroutine::goexit;
/// ```
/// use gort_runtime::task;
/// task::test(async { task::gosched().await });
/// ```
pub use goroutine::gosched;
#[cfg(feature = "sync")]
pub(crate) use goroutine::make_way;
/// ```
/// assert!(gort_runtime::task::num_goroutine() >= 0);
/// ```
pub use goroutine::num_goroutine;
/// ```
/// use gort_runtime::task;
/// task::test(async {
///     for _ in 0..1000 {
///         task::yield_point().await;
///     }
/// });
/// ```
pub use goroutine::{YieldPoint, yield_point};
#[cfg(feature = "time")]
pub(crate) use join::handle::spawn_numbered;
pub use join::{AbortHandle, JoinError, JoinHandle, JoinSet, spawn};
#[doc(hidden)]
pub use leaks::Hold;
/// ```
/// use gort_runtime::{chan::Chan, task};
/// task::watch_leaks();
/// task::test(async {
///     let answers = Chan::make(0);
///     let other = answers.clone();
///     task::go(async move { other.send("too late").await });
///     task::gosched().await;
///     assert!(task::leaked().is_empty(), "this goroutine may yet receive");
///     drop(answers);
///     assert_eq!(task::leaked().len(), 1);
///     println!("{}", task::leaked()[0]);
/// });
/// ```
pub use leaks::leaked;
/// See [`leaked`].
///
/// ```
/// gort_runtime::task::watch_leaks();
/// ```
pub use leaks::watch_leaks;
/// ```
/// use gort_runtime::task::Wait;
/// assert_eq!(Wait::ChanReceive.text(), "chan receive");
/// ```
pub use local::Wait;
#[cfg(feature = "time")]
pub(crate) use local::in_bubble;
/// ```
/// use gort_runtime::task::{Wait, waiting};
/// waiting(Wait::IoWait);
/// ```
pub use local::waiting;
#[cfg(feature = "value")]
pub(crate) use local::with as with_local;
pub(crate) use local::{proceed, progress, waiting_for, waiting_for_ever, waiting_on};
#[cfg(feature = "metrics")]
pub use metrics::Counts;
pub use metrics::{Metrics, metrics};
pub use offload::{Blocking, blocking};
pub(crate) use run::flush;
/// ```
/// assert!(gort_runtime::task::gomaxprocs(0) > 0);
/// ```
pub use run::gomaxprocs;
/// ```no_run
/// gort_runtime::task::main(async { println!("hello") });
/// ```
pub use run::main;
/// ```
/// gort_runtime::task::test(async { assert_eq!(1 + 1, 2) });
/// ```
pub use run::test;
/// ```
/// use gort_runtime::{chan::Chan, task};
/// for workers in [1, 2, 4] {
///     task::test_on(workers, async {
///         let c = Chan::make(0);
///         let sender = c.clone();
///         task::go(async move { sender.send(5).await });
///         assert_eq!(c.recv().await, Some(5));
///     });
/// }
/// ```
pub use run::test_on;
/// ```no_run
/// use gort_runtime::task;
/// task::at_exit(|| println!("the last line"));
/// task::exit(0);
/// ```
pub use run::{at_exit, exit};
#[cfg(all(test, gort_loom))]
pub(crate) use scheduler::models::Runs;
/// Whether this thread belongs to a scheduler of ours.
#[cfg(feature = "time")]
pub(crate) fn has_scheduler() -> bool {
    scheduler::current().is_some()
}
#[cfg(feature = "time")]
pub(crate) use scheduler::clock;
pub(crate) use scheduler::task::{waker, wakes_same};
/// ```
/// # #[cfg(feature = "time")]
/// gort_runtime::task::test(async {
///     gort_runtime::time::native::sleep(std::time::Duration::from_millis(1)).await;
/// });
/// ```
pub use sleep::Sleep;
