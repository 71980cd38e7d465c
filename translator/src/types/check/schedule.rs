//! Which package is checked when, and by which thread.
//!
//! In: parsed packages, dependencies first. Out: the checked program.
//! Invariants: a package is checked once all that it imports is known for good, and sees of the others exactly those that
//! come before the last of its imports in the order of merging, whether or not more is known by then; packages are merged
//! in that order. So no id, no diagnostic and no order depends on the number of threads or on time.

use super::super::base::Extent;
use super::super::info::{Info, Package, Program};
use super::super::merge::Renumbering;
use super::super::model::PackageId;
use super::super::store::TypeStore;
use super::packages::{PkgState, Shared};
use super::{Checker, STACK};
use crate::diagnostic::Diagnostic;
use crate::guard;
use crate::load::{Loaded, LoadedPackage};
use crate::syntax::ast::NodeId;
use rustc_hash::FxHashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Checks all packages. The diagnostics of the load come first.
pub(super) fn run(mut loaded: Loaded) -> (Program, Vec<Diagnostic>) {
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    let mut info = Info::new(NodeId(0), NodeId(loaded.nodes));
    let (store, heads, checked) = {
        let mut shared = Shared::new(&loaded.packages, &loaded.sources);
        let universe = TypeStore::new();
        let (store, library) = library(&universe, &mut shared, &mut diagnostics);
        info.absorb(library);
        let turns = Turns::new(&shared);
        let jobs = match loaded.jobs {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            jobs => jobs,
        };
        let jobs = jobs.min(turns.order.len());
        let work = Work::new(&shared, &turns, &store);
        work.on_threads(jobs);
        let checked = work.into_results();
        let Shared { heads, done, .. } = shared;
        let mut done = done.into_iter().map(|p| p.into_inner());
        let states = heads.into_iter().map(|head| done.next().flatten().unwrap_or(head));
        (store.whole(), states.collect::<Vec<PkgState>>(), checked)
    };
    for (found, table) in checked {
        diagnostics.extend(found);
        info.absorb(table);
    }
    let order = (0..loaded.packages.len() as u32).map(PackageId).collect();
    let mut packages: Vec<Package> = heads.into_iter().map(PkgState::into_package).collect();
    for (p, l) in packages.iter_mut().zip(loaded.packages) {
        p.files = l.files;
    }
    let program = Program {
        packages,
        order,
        store,
        info,
        sources: loaded.sources,
        embedded: loaded.embedded,
    };
    (program, diagnostics)
}

/// What the user's packages may ask of the library becomes known for good.
fn library(universe: &TypeStore, shared: &mut Shared<'_>, diagnostics: &mut Vec<Diagnostic>) -> (TypeStore, Info) {
    let store = universe.seeing(universe.seen);
    for p in &shared.heads {
        store.add_package_name(p.path.clone(), p.name.clone());
    }
    let (mut states, mut info, outside, unknown) = {
        let first = PackageId(shared.heads.len() as u32);
        let mut c = Checker::new(&store, shared, Info::default(), first);
        let checked = guard::guarded("reading the library's declarations", || {
            c.library();
            c.finish();
        });
        diagnostics.append(&mut c.diags);
        // Beyond the spec: gort, a defect of its own.
        diagnostics.extend(checked.err());
        (c.pkgs, c.info, c.outside, c.unknown)
    };
    let next = store.seeing(store.seen);
    let ids = store.merge();
    states.iter_mut().for_each(|p| p.renumber(&ids));
    info.renumber(&ids);
    shared.heads.extend(states);
    for (path, id) in outside {
        // A package of the user's goes before one of the library, but for the library itself.
        shared.by_path.entry(path).or_insert(id);
    }
    shared.unknown = unknown;
    (next, info)
}

/// The order in which packages are merged, and what each waits for.
struct Turns {
    /// Those that import nothing of the user's, then those that import only such, and so on.
    order: Vec<PackageId>,
    /// For each in that order how many must be merged before it is checked.
    needs: Vec<usize>,
}

impl Turns {
    fn new(shared: &Shared<'_>) -> Turns {
        let mut levels: Vec<usize> = Vec::new();
        let mut imports: Vec<Vec<usize>> = Vec::new();
        for (package, at) in shared.loaded.iter().zip(0..) {
            let id = PackageId(at);
            let specs = package.files.iter().flat_map(|f| &f.imports);
            let targets = specs.filter_map(|s| shared.by_path.get(shared.path_of(id, &s.path)));
            // An import of what comes later is one that closes a cycle.
            let mut targets: Vec<usize> = targets.filter(|t| **t < id).map(|t| t.0 as usize).collect();
            targets.sort();
            targets.dedup();
            let level = targets.iter().filter_map(|t| levels.get(*t)).max().map_or(0, |l| l + 1);
            levels.push(level);
            imports.push(targets);
        }
        let mut order: Vec<usize> = (0..levels.len()).collect();
        order.sort_by_key(|at| (levels.get(*at).copied(), *at));
        let places: FxHashMap<usize, usize> = order.iter().copied().zip(0..).collect();
        let last = |at: &usize| {
            let targets = imports.get(*at).map_or(&[][..], |t| t);
            let last = targets.iter().filter_map(|t| places.get(t)).max();
            last.map_or(0, |place| place + 1)
        };
        Turns {
            needs: order.iter().map(last).collect(),
            order: order.into_iter().map(|at| PackageId(at as u32)).collect(),
        }
    }
}

/// A package that is checked and not merged yet.
struct Checked {
    store: TypeStore,
    state: Option<PkgState>,
    info: Info,
    diagnostics: Vec<Diagnostic>,
}

enum Task {
    Check(usize, Extent),
    Merge(usize, Box<Checked>),
}

struct State {
    /// Packages that wait to be checked, by their places in the order.
    waiting: Vec<usize>,
    /// Those that wait to be merged.
    checked: FxHashMap<usize, Box<Checked>>,
    /// How many are merged, and how far the base went after each; first comes the library.
    merged: usize,
    extents: Vec<Extent>,
    merging: bool,
    results: Vec<(PackageId, Vec<Diagnostic>, Info)>,
}

struct Work<'w, 'a> {
    shared: &'w Shared<'a>,
    turns: &'w Turns,
    /// New stores share its base.
    base: Mutex<TypeStore>,
    state: Mutex<State>,
    changed: Condvar,
}

impl<'w, 'a> Work<'w, 'a> {
    fn new(shared: &'w Shared<'a>, turns: &'w Turns, store: &TypeStore) -> Work<'w, 'a> {
        let state = State {
            waiting: (0..turns.order.len()).rev().collect(),
            checked: FxHashMap::default(),
            merged: 0,
            extents: vec![store.base.extent()],
            merging: false,
            results: Vec::new(),
        };
        Work {
            shared,
            turns,
            base: Mutex::new(store.seeing(store.seen)),
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// The diagnostics and tables of all packages, in their order.
    fn into_results(self) -> Vec<(Vec<Diagnostic>, Info)> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut results = state.results;
        results.sort_by_key(|r| r.0);
        results.into_iter().map(|(_, found, info)| (found, info)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn on_threads(&self, jobs: usize) {
        std::thread::scope(|scope| {
            for n in 1..jobs {
                let thread = std::thread::Builder::new().name(format!("check {n}")).stack_size(STACK);
                // Without it there is a thread less.
                let _ = thread.spawn_scoped(scope, || self.work());
            }
            self.work();
        });
    }

    fn work(&self) {
        while let Some(task) = self.next() {
            match task {
                Task::Check(place, seen) => {
                    let checked = self.check(place, seen);
                    self.lock().checked.insert(place, Box::new(checked));
                    self.changed.notify_all();
                }
                Task::Merge(place, checked) => self.merge(place, *checked),
            }
        }
    }

    /// Something to do, as soon as there is; nothing when all is done or another's. Merging goes first: others wait for it.
    fn next(&self) -> Option<Task> {
        let mut state = self.lock();
        loop {
            let place = state.merged;
            if place == self.turns.order.len() {
                return None;
            }
            if !state.merging
                && let Some(checked) = state.checked.remove(&place)
            {
                state.merging = true;
                return Some(Task::Merge(place, checked));
            }
            let needs = |place: usize| self.turns.needs.get(place).copied().unwrap_or(0);
            let ready = state.waiting.iter().rposition(|p| needs(*p) <= place);
            if let Some(ready) = ready {
                let place = state.waiting.remove(ready);
                let seen = state.extents.get(needs(place)).copied().unwrap_or_default();
                return Some(Task::Check(place, seen));
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn id(&self, place: usize) -> PackageId {
        self.turns.order.get(place).copied().unwrap_or(PackageId(0))
    }

    fn check(&self, place: usize, seen: Extent) -> Checked {
        let id = self.id(place);
        let store = self.base.lock().unwrap_or_else(PoisonError::into_inner).seeing(seen);
        let nodes = nodes(self.shared.loaded.get(id.0 as usize));
        let mut c = Checker::new(&store, self.shared, Info::new(nodes.0, nodes.1), id);
        c.pkgs.extend(self.shared.heads.get(id.0 as usize).map(PkgState::fresh));
        let checked = guard::guarded("checking a package", || c.check_package(id));
        let finished = guard::guarded("checking a package", || {
            c.path.clear();
            c.finish();
        });
        // Beyond the spec: gort, a defect of its own.
        c.diags.extend(checked.err());
        // Beyond the spec: gort, a defect of its own.
        c.diags.extend(finished.err());
        let failed = c.failed();
        let mut state = c.pkgs.pop();
        state.iter_mut().for_each(|s| s.failed = failed);
        let (info, diagnostics) = (c.info, c.diags);
        Checked {
            store,
            state,
            info,
            diagnostics,
        }
    }

    fn merge(&self, place: usize, checked: Checked) {
        let Checked {
            store,
            state,
            mut info,
            mut diagnostics,
        } = checked;
        let (base, first) = (store.base.clone(), store.first);
        let ids = guard::guarded("joining packages", || store.merge());
        let ids = ids.unwrap_or_else(|defect| {
            diagnostics.push(defect);
            Renumbering::lost(first)
        });
        let id = self.id(place);
        if let (Some(mut state), Some(done)) = (state, self.shared.done.get(id.0 as usize)) {
            state.renumber(&ids);
            let _ = done.set(state);
        }
        {
            let mut state = self.lock();
            state.extents.push(base.extent());
            state.merged += 1;
            state.merging = false;
        }
        self.changed.notify_all();
        // Nobody waits for the tables.
        info.renumber(&ids);
        self.lock().results.push((id, diagnostics, info));
    }
}

/// The nodes of a package, from the first to behind the last.
fn nodes(package: Option<&LoadedPackage>) -> (NodeId, NodeId) {
    let files = package.map_or(&[][..], |p| &p.files);
    let first = files.iter().map(|f| f.nodes.0).min();
    let end = files.iter().map(|f| f.nodes.1).max();
    (first.unwrap_or(NodeId(0)), end.unwrap_or(NodeId(0)))
}
