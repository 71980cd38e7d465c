//! What goroutines do, as Go's dumps tell it.
//!
//! - In: a scheduler's goroutines.
//! - Out: [`GoroutineInfo`], one for each, in the order of their numbers.
//! - Invariants: each is told as it stood at one moment, not all at the same.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use super::leaks;
use super::local::Wait;
use super::run::MAIN_ID;
use super::scheduler::task::{Stand, Task};
use super::scheduler::{Scheduler, clock};

/// A goroutine, as it stood when it was asked for.
///
/// Its text is that of Go's dumps: the number, what it does, for how long if that is a minute or more, and where it was started.
///
/// ```
/// use gort_runtime::task;
///
/// task::test(async {
///     task::go(std::future::pending());
///     task::gosched().await;
///     for goroutine in task::goroutines() {
///         println!("{goroutine}");
///     }
/// });
/// ```
#[derive(Clone, Debug)]
pub struct GoroutineInfo {
    /// Its number; 1 is the main goroutine's.
    pub id: u64,
    /// What it waits for; [`Wait::Running`] if it runs or could.
    pub wait: Wait,
    /// It could run, and no thread has come to it.
    pub runnable: bool,
    /// For how long it has been waiting, by a clock that a busy thread reads now and then.
    pub waiting: Duration,
    /// It can never go on, as far as [`leaked`](super::leaked) can tell.
    pub leaked: bool,
    /// Where it was started.
    pub created: &'static Location<'static>,
    /// The number of the goroutine that started it; 0 when none did.
    pub parent: u64,
    /// The number of the bubble of `time::bubble` that it belongs to; 0 when it is in none.
    pub bubble: u16,
    /// Whether only its bubble can wake it.
    pub durable: bool,
}

impl GoroutineInfo {
    pub(super) fn of(task: &Task) -> Self {
        let header = task.header();
        let (stand, since) = task.stands();
        let wait = match stand {
            Stand::Waiting => task.waits_for(),
            // A thread that waits in `block_on` runs it still.
            Stand::Running => header.local.wait(),
            Stand::Runnable => Wait::Running,
        };
        GoroutineInfo {
            id: header.local.id,
            wait,
            runnable: stand == Stand::Runnable,
            waiting: match stand {
                Stand::Waiting => Duration::from_nanos(clock().saturating_sub(since)),
                Stand::Running | Stand::Runnable => Duration::ZERO,
            },
            leaked: false,
            created: header.created,
            parent: header.parent,
            bubble: header.local.bubble(),
            durable: task.is_durable(),
        }
    }
}

impl fmt::Display for GoroutineInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.runnable { "runnable" } else { self.wait.text() };
        let leaked = if self.leaked { " (leaked)" } else { "" };
        let durable = if self.durable { " (durable)" } else { "" };
        write!(f, "goroutine {} [{state}{leaked}{durable}", self.id)?;
        match self.waiting.as_secs() / 60 {
            0 => {}
            minutes => write!(f, ", {minutes} minutes")?,
        }
        if self.bubble != 0 {
            write!(f, ", synctest bubble {}", self.bubble)?;
        }
        writeln!(f, "]:")?;
        if self.id == MAIN_ID {
            writeln!(f, "main.main()")?;
        } else if self.parent == 0 {
            writeln!(f, "created")?;
        } else {
            writeln!(f, "created in goroutine {}", self.parent)?;
        }
        writeln!(f, "\t{}:{}", self.created.file(), self.created.line())
    }
}

/// All goroutines of a scheduler.
fn goroutines_of(scheduler: &Scheduler) -> Vec<GoroutineInfo> {
    let mut all: Vec<_> = scheduler.goroutines().iter().map(GoroutineInfo::of).collect();
    all.sort_by_key(|goroutine| goroutine.id);
    for leak in leaks::leaked_of(scheduler) {
        if let Ok(at) = all.binary_search_by_key(&leak.id, |goroutine| goroutine.id) {
            all[at].leaked = true;
        }
    }
    all
}

/// The dump of a scheduler: its goroutines, with an empty line between two.
pub(super) fn text_of(scheduler: &Scheduler) -> String {
    let all: Vec<_> = goroutines_of(scheduler).iter().map(ToString::to_string).collect();
    all.join("\n")
}

/// The dump of a bubble's goroutines.
#[cfg(feature = "time")]
pub(crate) fn of_bubble(number: super::bubble::Number) -> String {
    let all = goroutines().into_iter().filter(|goroutine| goroutine.bubble == number);
    all.map(|goroutine| goroutine.to_string())
        .collect::<Vec<_>>()
        .join("\n")
}

/// All goroutines of the scheduler whose thread this is, in the order of their numbers; none on other threads.
///
/// ```
/// use gort_runtime::task;
///
/// task::test(async {
///     let before = task::goroutines().len();
///     task::go(std::future::pending());
///     assert_eq!(task::goroutines().len(), before + 1);
/// });
/// ```
pub fn goroutines() -> Vec<GoroutineInfo> {
    super::scheduler::current().map(goroutines_of).unwrap_or_default()
}
