//! Goroutines that can never go on, found without a garbage collector.
//!
//! - In: what goroutines wait for, noted as they begin to wait once [`watch_leaks`] was called.
//! - Out: [`leaked`].
//! - Invariants: a goroutine that is told can never be woken. It waits for channels only, and each of their handles is proven to
//!   lie in the future of a goroutine that is told too: the operation for which it waits borrows that handle, by which its
//!   address is known. The channel's own count says how many handles there are, so one that lies elsewhere is missed in the
//!   count and keeps the channel alive. That is the safe direction: a handle in memory that a future only points to, as a
//!   boxed future or a shared struct, hides a leak, and nothing makes one up.
//!
//! Until `watch_leaks` is called, this costs a load where goroutines begin to run and to wait. After that every wait is noted in a
//! table that all threads share.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed, Ordering::SeqCst, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::dump::GoroutineInfo;
use super::scheduler::Scheduler;
use super::scheduler::task::{Stand, Task};

/// A handle of a channel that an operation borrows.
pub struct Hold {
    channel: Arc<dyn Any + Send + Sync>,
    /// Where the handle lies.
    handle: usize,
}

impl Hold {
    /// Notes a handle.
    pub(crate) fn of<T: Any + Send + Sync>(handle: &Arc<T>) -> Self {
        Hold {
            channel: handle.clone(),
            handle: std::ptr::from_ref(handle).addr(),
        }
    }

    /// The channel's identity.
    fn channel(&self) -> usize {
        Arc::as_ptr(&self.channel).addr()
    }
}

/// What a goroutine waited for when it last ran.
struct Waits {
    /// Every channel that could wake it; `None` if something else could too.
    holds: Option<Vec<Hold>>,
}

/// The number of code outside any goroutine.
const NOBODY: u64 = 0;

static WATCHED: AtomicBool = AtomicBool::new(false);
/// By the goroutine's number. An entry is of its last run: it is removed when the goroutine is run again.
static WAITING: Mutex<BTreeMap<u64, Waits>> = Mutex::new(BTreeMap::new());

fn waiting() -> MutexGuard<'static, BTreeMap<u64, Waits>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether waits are noted.
#[inline]
pub(super) fn watched() -> bool {
    WATCHED.load(Relaxed)
}

/// A goroutine runs again.
#[cold]
pub(super) fn runs(id: u64) {
    let before = waiting().remove(&id);
    // Unlocked, as that may drop a channel.
    drop(before);
}

/// A goroutine begins to wait for one of some channels, or for something else.
#[cold]
pub(super) fn waits(id: u64, holds: Option<Vec<Hold>>) {
    if id == NOBODY {
        return;
    }
    let now = Waits { holds };
    let mut waiting = waiting();
    let before = match waiting.contains_key(&id) {
        // The second thing for which it waits in one run.
        true => waiting.insert(id, Waits { holds: None }),
        false => waiting.insert(id, now),
    };
    drop(waiting);
    // Unlocked, as that may drop a channel.
    drop(before);
}

/// Tells at the end of the main goroutine what leaked, if that was asked for.
pub(super) fn tell(scheduler: &Scheduler) {
    if !asked() {
        return;
    }
    for goroutine in leaked_of(scheduler) {
        eprintln!("{goroutine}");
    }
}

/// Whether the environment asks for leaks to be told.
fn asked() -> bool {
    std::env::var_os("GORT_LEAKS").is_some_and(|value| !value.is_empty() && value != "0")
}

/// Begins to watch if the environment asks for it.
pub(super) fn watch_if_asked() {
    if asked() {
        watch_leaks();
    }
}

/// From now on notes what goroutines wait for, so that [`leaked`] can tell those that will wait for ever; what waits already is
/// noted when it waits the next time. Dumps mark them too, as Go's do.
///
/// The environment variable `GORT_LEAKS` does the same from the beginning, and has the program tell what leaked when its main
/// goroutine returns.
pub fn watch_leaks() {
    WATCHED.store(true, SeqCst);
}

/// The goroutines of the scheduler whose thread this is that can never go on: each waits for channels of which no handle is left
/// but those of such goroutines. None before [`watch_leaks`] was called.
///
/// What it tells is proven, but not all leaks are found: goroutines that wait for locks, timers or contexts are not looked at,
/// and a channel counts as in use as long as a handle of it lies anywhere but in the operation that a leaked goroutine
/// waits for, such as in memory that its future only points to.
///
/// # Differences from Go
/// Go's `goroutineleak` profile follows all pointers, as its garbage collector does, and also finds goroutines that wait for
/// locks.
pub fn leaked() -> Vec<GoroutineInfo> {
    super::scheduler::current().map(leaked_of).unwrap_or_default()
}

/// Those of a scheduler, in the order of their numbers.
pub(super) fn leaked_of(scheduler: &Scheduler) -> Vec<GoroutineInfo> {
    if !watched() {
        return Vec::new();
    }
    // References are given up when nothing is locked.
    let all = scheduler.goroutines();
    let mut leaked: Vec<_> = find(&all).into_iter().map(GoroutineInfo::of).collect();
    leaked.sort_by_key(|goroutine| goroutine.id);
    leaked.iter_mut().for_each(|goroutine| goroutine.leaked = true);
    leaked
}

/// The largest set of goroutines that wait for channels only they have handles of.
fn find(all: &[Task]) -> Vec<&Task> {
    let waits = |task: &Task| task.stands().0 == Stand::Waiting && !task.is_foreign();
    // While it is locked, no goroutine that is in it begins to run, so what is noted of it stays true.
    let table = waiting();
    let mut suspects: Vec<(&Task, &[Hold])> = all
        .iter()
        .filter(|task| waits(task))
        .filter_map(|task| Some((task, table.get(&task.id())?.holds.as_deref()?)))
        .collect();
    loop {
        let before = suspects.len();
        let dead = dead(&suspects, &table);
        suspects.retain(|(_, holds)| holds.iter().all(|hold| dead.contains(&hold.channel())));
        // Whoever has dropped a handle that was counted above, has woken before that whom it wanted to wake.
        fence(SeqCst);
        suspects.retain(|(task, _)| waits(task));
        if suspects.len() == before {
            return suspects.into_iter().map(|(task, _)| task).collect();
        }
    }
}

/// The channels all of whose handles lie in the futures of suspects that wait for them.
fn dead(suspects: &[(&Task, &[Hold])], table: &BTreeMap<u64, Waits>) -> BTreeSet<usize> {
    let mut handles: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (task, holds) in suspects {
        let span = task.span();
        for hold in holds.iter().filter(|hold| span.contains(&hold.handle)) {
            handles.entry(hold.channel()).or_default().insert(hold.handle);
        }
    }
    // The table's own do not count.
    let mut others: BTreeMap<usize, usize> = BTreeMap::new();
    let holds = || table.values().filter_map(|waits| waits.holds.as_ref()).flatten();
    for hold in holds() {
        let left = others
            .entry(hold.channel())
            .or_insert_with(|| Arc::strong_count(&hold.channel));
        *left = left.saturating_sub(1);
    }
    let all_inside = |(channel, inside): &(usize, BTreeSet<usize>)| others.get(channel) == Some(&inside.len());
    handles
        .into_iter()
        .filter(all_inside)
        .map(|(channel, _)| channel)
        .collect()
}
