//! Goroutines: starting them, the main one, ending the process, and waiting for groups of them.

mod blocking;
mod count;
mod deadlock;
mod goroutine;
mod local;
mod run;
#[cfg(unix)]
mod signals;

#[cfg(feature = "value")]
pub(crate) use blocking::CatchUnwind;
pub use blocking::block_on;
pub use deadlock::External;
#[cfg(feature = "value")]
pub(crate) use goroutine::go_on;
pub use goroutine::{YieldPoint, go, goexit, gosched, num_goroutine, yield_point};
#[cfg(feature = "value")]
pub(crate) use local::with as with_local;
pub use local::{Wait, waiting};
pub(crate) use local::{proceed, progress};
pub(crate) use run::flush;
pub use run::{at_exit, exit, gomaxprocs, main, test};
