//! Walking the import graph.
//!
//! In: folders or files. Out: `Loaded`, dependencies first.
//! Invariants: packages are read and parsed in waves, all that is known to be needed at once; file and node ids, the
//! order of packages and of diagnostics are the same however many threads there are; every package is parsed once; a
//! package on the path that is met again is an import cycle.

use super::embed;
use super::folder::{self, Folder, Parsers, Task};
use super::modules::{Place, upwards};
use super::resolve::{Importer, Resolver, Target};
use super::workers::Workers;
use super::{FileSystem, LATEST, Loaded, LoadedPackage, Options, join};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{self, Name, NodeId};
use rustc_hash::FxHashMap;
use std::sync::Arc;

pub(super) struct Loader<'a> {
    fs: &'a dyn FileSystem,
    options: &'a Options,
    workers: Workers,
    parsers: Parsers,
    out: Loaded,
    units: Vec<Unit>,
    by_path: FxHashMap<Arc<str>, usize>,
}

/// A package on its way.
struct Unit {
    path: Arc<str>,
    place: Place,
    asked: bool,
    /// Given file by file.
    listed: bool,
    assembly: bool,
    files: Vec<ast::File>,
    /// Those of its external test.
    external: Vec<ast::File>,
    edges: Vec<Edge>,
    /// Import paths that mean another package's path.
    aliases: FxHashMap<Name, Arc<str>>,
    /// Import paths that mean nothing, and what to do.
    missing: FxHashMap<Name, String>,
}

/// An import of a package that is loaded.
struct Edge {
    to: usize,
    span: Span,
    source: EdgeSource,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum EdgeSource {
    Package,
    Test,
    ExternalTest,
}

impl<'a> Loader<'a> {
    pub(super) fn new(fs: &'a dyn FileSystem, options: &'a Options) -> Self {
        Loader {
            fs,
            options,
            workers: Workers::new(options.jobs),
            parsers: Parsers::default(),
            out: Loaded {
                jobs: options.jobs,
                ..Loaded::default()
            },
            units: Vec::new(),
            by_path: FxHashMap::default(),
        }
    }

    pub(super) fn files(mut self, files: &[&str]) -> Loaded {
        let dir = files
            .first()
            .and_then(|f| f.rsplit_once('/'))
            .map_or(".", |(d, _)| d)
            .to_string();
        let mut resolver = Resolver::new(self.fs, self.options, &dir, &mut self.out.diagnostics);
        self.unit("", &dir, true);
        let folder = folder::read_files(self.fs, files, &dir);
        if let Some(unit) = self.units.first_mut() {
            unit.listed = true;
        }
        self.parse(0, vec![folder]);
        let name = self
            .units
            .first()
            .and_then(|u| u.files.first())
            .map(|f| f.package.name.clone());
        if let Some(unit) = self.units.first_mut() {
            unit.path = name.unwrap_or_else(|| "main".into());
        }
        self.imports(0, &mut resolver);
        self.waves(1, &mut resolver);
        self.finish(resolver, &dir)
    }

    pub(super) fn dirs(mut self, dirs: &[&str]) -> Loaded {
        let tidy = |dir: &&str| match dir.trim_end_matches('/') {
            "" => ".".to_owned(),
            dir => dir.to_owned(),
        };
        let dirs: Vec<String> = dirs.iter().map(tidy).collect();
        let in_module = |dir: &&String| upwards(dir, |at| self.fs.exists(&join(at, "go.mod")).then_some(())).is_some();
        let first = dirs
            .iter()
            .find(in_module)
            .or(dirs.first())
            .cloned()
            .unwrap_or_default();
        let mut resolver = Resolver::new(self.fs, self.options, &first, &mut self.out.diagnostics);
        for dir in &dirs {
            let path = resolver.import_path(dir);
            self.unit(&path, dir, true);
        }
        self.waves(0, &mut resolver);
        self.finish(resolver, &first)
    }

    /// A package to load, once.
    fn unit(&mut self, path: &str, dir: &str, asked: bool) -> usize {
        if let Some(known) = self.by_path.get(path) {
            return *known;
        }
        let path: Arc<str> = path.into();
        self.units.push(Unit {
            path: path.clone(),
            place: Place {
                dir: dir.into(),
                go: None,
            },
            asked,
            listed: false,
            assembly: false,
            files: Vec::new(),
            external: Vec::new(),
            edges: Vec::new(),
            aliases: FxHashMap::default(),
            missing: FxHashMap::default(),
        });
        self.by_path.insert(path, self.units.len() - 1);
        self.units.len() - 1
    }

    /// Loads the units from `first` on, and what they bring in.
    fn waves(&mut self, mut first: usize, resolver: &mut Resolver<'_>) {
        while first < self.units.len() {
            let end = self.units.len();
            let (fs, options) = (self.fs, self.options);
            let wave = self.units.get(first..end).unwrap_or(&[]);
            let read = |u: &Unit| folder::read(fs, options, &u.place.dir, options.tests && u.asked);
            // How large files are is known when they are read; a package is worth a thread.
            let folders = self.workers.map(wave, wave.len() << 14, read);
            self.parse(first, folders);
            for unit in first..end {
                self.imports(unit, resolver);
            }
            first = end;
        }
    }

    /// Parses what the folders of the units from `first` on hold.
    fn parse(&mut self, first: usize, folders: Vec<Folder>) {
        let mut tasks = Vec::new();
        let mut owners = Vec::new();
        let mut bytes = 0;
        for (at, folder) in folders.into_iter().enumerate() {
            self.out.diagnostics.extend(folder.diagnostics);
            if let Some(unit) = self.units.get_mut(first + at) {
                unit.assembly = folder.assembly;
            }
            for text in folder.files {
                let room = Task::room(&text.source.text);
                let begins = NodeId(self.out.nodes.next_multiple_of(NodeId::GROUP));
                match begins.0.checked_add(room) {
                    Some(next) if next < NodeId::FIRST_STD.0 => self.out.nodes = next,
                    _ => {
                        let message = format!("`{}` is left out: too much source for one build", text.source.path);
                        // Beyond the spec: gort, how much source it takes.
                        self.out
                            .diagnostics
                            .push(Diagnostic::error(Code::ENCODING, None, message));
                        continue;
                    }
                }
                bytes += text.source.text.len();
                owners.push((first + at, text.is_test));
                tasks.push(Task {
                    text: text.source.text.clone(),
                    file: self.out.sources.push(text.source),
                    first: begins,
                });
            }
        }
        let parsers = &self.parsers;
        let parsed = self.workers.map(&tasks, bytes, |task| parsers.parse(task));
        for ((file, diagnostics), (unit, is_test)) in parsed.into_iter().zip(owners) {
            self.out.diagnostics.extend(diagnostics);
            self.take(unit, file, is_test);
        }
        for unit in first..self.units.len() {
            self.one_package(unit);
        }
    }

    fn take(&mut self, unit: usize, file: ast::File, is_test: bool) {
        let Some(unit) = self.units.get_mut(unit) else { return };
        if !unit.listed
            && let Some(spec) = file.imports.iter().find(|s| &*s.path == "C")
        {
            // Beyond the spec: cmd/go, `import "C"`.
            let text = "the file uses cgo and is left out";
            let warning = Diagnostic::warning(Code::CGO, spec.span, text);
            self.out.diagnostics.push(warning);
        } else if is_test && file.package.name.ends_with("_test") {
            unit.external.push(file);
        } else {
            unit.files.push(file);
        }
    }

    /// Leaves out files of another package than the first's, with a diagnostic.
    fn one_package(&mut self, unit: usize) {
        let Some(unit) = self.units.get_mut(unit) else { return };
        let name = unit.files.first().map(|f| f.package.name.clone());
        if name.is_none() && unit.external.is_empty() && !unit.listed {
            let text = format!("no Go files in `{}`", unit.place.dir);
            // Beyond the spec: cmd/go, "Package lists and patterns".
            self.out
                .diagnostics
                .push(Diagnostic::error(Code::NO_GO_FILES, None, text));
        }
        let Some(first) = name else { return };
        let diagnostics = &mut self.out.diagnostics;
        let mut same = |f: &ast::File, name: &str| {
            let same = *f.package.name == *name;
            if !same {
                // Spec: Package clause.
                let text = format!("found packages `{first}` and `{}` in one folder", f.package.name);
                diagnostics.push(Diagnostic::error(Code::PACKAGE_CLAUSE, f.package.span, text));
            }
            same
        };
        unit.files.retain(|f| same(f, &first));
        let external = format!("{first}_test");
        unit.external.retain(|f| same(f, &external));
    }

    /// Finds what a package imports.
    fn imports(&mut self, unit: usize, resolver: &mut Resolver<'_>) {
        let Some(u) = self.units.get(unit) else { return };
        let (path, place, listed) = (u.path.clone(), u.place.clone(), u.listed);
        let of = |files: &[ast::File], external: bool| -> Vec<(Name, Span, EdgeSource)> {
            let specs = files.iter().flat_map(|f| {
                let sources = &self.out.sources;
                let is_test = sources.get(f.id).is_some_and(|s| s.path.ends_with("_test.go"));
                let source = match (external, is_test) {
                    (true, _) => EdgeSource::ExternalTest,
                    (_, true) => EdgeSource::Test,
                    _ => EdgeSource::Package,
                };
                f.imports.iter().map(move |s| (s.path.clone(), s.path_span, source))
            });
            specs.collect()
        };
        let mut specs = of(&u.files, false);
        specs.extend(of(&u.external, true));
        let own_path = if listed {
            resolver.import_path(&place.dir)
        } else {
            path.to_string()
        };
        let mut edges: Vec<Edge> = Vec::new();
        for (import, span, source) in specs {
            let from = Importer {
                path: &own_path,
                dir: &place.dir,
            };
            let (target, told) = resolver.resolve(from, &import);
            if let Some(mut told) = told {
                told.span = Some(span);
                self.out.diagnostics.push(told);
            }
            match target {
                Target::Known => {}
                Target::Missing(help) => {
                    if let (Some(help), Some(u)) = (help, self.units.get_mut(unit)) {
                        u.missing.insert(import, help);
                    }
                }
                Target::Package(path, place) => {
                    let to = self.unit(&path, &place.dir, false);
                    if let Some(u) = self.units.get_mut(to).filter(|u| !u.asked) {
                        u.place = place;
                    }
                    if *path != *import
                        && let Some(u) = self.units.get_mut(unit)
                    {
                        u.aliases.insert(import, path.into());
                    }
                    edges.push(Edge { to, span, source });
                }
            }
        }
        if let Some(u) = self.units.get_mut(unit) {
            u.edges = edges;
        }
    }

    fn finish(mut self, mut resolver: Resolver<'_>, dir: &str) -> Loaded {
        let order = Order::of(&self.units, &mut self.out.diagnostics);
        self.programs();
        let mut units = std::mem::take(&mut self.units);
        for (at, part) in order {
            let Some(unit) = units.get_mut(at) else { continue };
            let own = unit.place.go.or_else(|| resolver.version_of(&unit.place.dir));
            let go_version = self.options.release.or(own).unwrap_or(LATEST);
            let (path, files) = match part {
                Part::Package => (unit.path.clone(), std::mem::take(&mut unit.files)),
                Part::External => (format!("{}_test", unit.path).into(), std::mem::take(&mut unit.external)),
            };
            let Some(name) = files.first().map(|f| f.package.name.clone()) else {
                continue;
            };
            let embedded = embed::embedded(self.fs, &unit.place.dir, &files, &mut self.out.diagnostics);
            self.out.embedded.extend(embedded);
            self.out.packages.push(LoadedPackage {
                path,
                name,
                files,
                go_version,
                assembly: unit.assembly || resolver.is_library(&unit.path, &unit.place.dir),
                aliases: unit.aliases.clone(),
                missing: unit.missing.clone(),
            });
        }
        self.out.module = resolver.module(dir).cloned();
        self.out
    }

    /// A program is no package to import, but for its own external test.
    fn programs(&mut self) {
        for unit in &self.units {
            for edge in &unit.edges {
                let Some(to) = self.units.get(edge.to) else { continue };
                let is_program = to.files.first().is_some_and(|f| &*f.package.name == "main");
                if is_program && to.place.dir != unit.place.dir {
                    // Beyond the spec: cmd/go, a program is not imported.
                    let text = format!("`{}` is a program, not an importable package", to.path);
                    let told = Diagnostic::error(Code::PROGRAM_IMPORT, edge.span, text);
                    self.out.diagnostics.push(told);
                }
            }
        }
    }
}

/// The units in the order in which they are checked.
struct Order<'u> {
    units: &'u [Unit],
    state: Vec<State>,
    /// Units that are being visited, and by which kind of import each leads on.
    path: Vec<(usize, EdgeSource)>,
    done: Vec<(usize, Part)>,
}

/// A unit is one package, or two with an external test.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Package,
    External,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

impl<'u> Order<'u> {
    fn of(units: &'u [Unit], diagnostics: &mut Vec<Diagnostic>) -> Vec<(usize, Part)> {
        let mut order = Order {
            units,
            state: vec![State::New; units.len()],
            path: Vec::new(),
            done: Vec::new(),
        };
        for unit in 0..units.len() {
            order.visit(unit, diagnostics);
        }
        order.done
    }

    fn set(&mut self, unit: usize, state: State) {
        if let Some(slot) = self.state.get_mut(unit) {
            *slot = state;
        }
    }

    fn visit(&mut self, at: usize, diagnostics: &mut Vec<Diagnostic>) {
        let Some(unit) = self.units.get(at) else { return };
        if self.state.get(at) != Some(&State::New) {
            return;
        }
        self.set(at, State::Open);
        let (external, own): (Vec<&Edge>, Vec<&Edge>) =
            unit.edges.iter().partition(|e| e.source == EdgeSource::ExternalTest);
        self.follow(at, &own, diagnostics);
        self.set(at, State::Done);
        self.done.push((at, Part::Package));
        // What the external test imports may import the package.
        self.follow(at, &external, diagnostics);
        self.done.push((at, Part::External));
    }

    /// Visits what a unit imports; what is being visited already is a cycle.
    ///
    /// Spec: Import declarations.
    fn follow(&mut self, at: usize, edges: &[&Edge], diagnostics: &mut Vec<Diagnostic>) {
        for edge in edges {
            match self.state.get(edge.to) {
                Some(State::Open) => {
                    self.path.push((at, edge.source));
                    self.cycle(edge, diagnostics);
                    self.path.pop();
                }
                Some(State::New) => {
                    self.path.push((at, edge.source));
                    self.visit(edge.to, diagnostics);
                    self.path.pop();
                }
                _ => {}
            }
        }
    }

    fn cycle(&self, edge: &Edge, diagnostics: &mut Vec<Diagnostic>) {
        let name = |unit: usize| self.units.get(unit).map_or("", |u| &u.path);
        let start = self.path.iter().position(|p| p.0 == edge.to).unwrap_or(0);
        let cycle = self.path.get(start..).unwrap_or(&[]);
        let names: Vec<&str> = cycle.iter().map(|p| name(p.0)).collect();
        let in_test = if cycle.iter().any(|p| p.1 == EdgeSource::Test) {
            " in test"
        } else {
            ""
        };
        let names = names.join("` imports `");
        // Spec: Import declarations.
        let text = format!(
            "import cycle not allowed{in_test}: `{names}` imports `{}`",
            name(edge.to)
        );
        diagnostics.push(Diagnostic::error(Code::IMPORT_CYCLE, edge.span, text));
    }
}
