//! Goroutines: starting them, the main one, ending the process, and waiting for groups of them.

mod blocking;
mod count;
mod deadlock;
mod dump;
mod goroutine;
mod local;
mod run;
mod scheduler;
#[cfg(unix)]
mod signals;
mod sleep;

#[cfg(feature = "value")]
pub(crate) use blocking::CatchUnwind;
pub use blocking::block_on;
pub use deadlock::External;
pub use dump::{GoroutineInfo, goroutines};
#[cfg(feature = "time")]
pub(crate) use goroutine::Home;
pub use goroutine::{YieldPoint, go, goexit, gosched, num_goroutine, yield_point};
#[cfg(feature = "value")]
pub(crate) use local::with as with_local;
pub use local::{Wait, waiting};
pub(crate) use local::{proceed, progress};
pub(crate) use run::flush;
pub use run::{at_exit, exit, gomaxprocs, main, test};
pub(crate) use scheduler::task::{waker, wakes_same};
pub use sleep::Sleep;
