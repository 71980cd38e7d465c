//! Packages the checker knows: the user's, and the standard library's on demand.
//!
//! In: an import path. Out: a `PackageId` whose objects are collected when first asked for.
//! Invariants: a standard package is parsed at most once in a process and only when one of its names is used or it is imported.
//! What the user's packages may ask of the library is resolved before any of them is checked, and never changes then; the
//! library's declarations mean each other by their imports, never a package of the user's.

use super::super::info::Package;
use super::super::merge::Renumbering;
use super::super::model::*;
use super::super::universe::UNSAFE_BUILTINS;
use super::{Checker, ScopeId};
use crate::diagnostic::Code;
use crate::load::LoadedPackage;
use crate::source::{FileId, SourceMap, Span};
use crate::stdlib;
use crate::syntax::Parser;
use crate::syntax::ast::{self, Name, NodeId};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{Arc, LazyLock, OnceLock};

/// File ids from here on are of the signatures that ship with us; no `SourceMap` has them.
pub(super) const STD_FILES: u32 = 0x8000_0000;

/// How many node ids each package's signatures may take: more than the longest text has bytes.
const STD_NODES: u32 = 1 << 23;

/// The parsed signatures, each filled at most once in a process; they are the same for every program.
static STD: LazyLock<Vec<OnceLock<ast::File>>> =
    LazyLock::new(|| (0..stdlib::count()).map(|_| OnceLock::new()).collect());

/// The parsed signatures of a standard package.
fn std_file(path: &str) -> Option<&'static ast::File> {
    let i = stdlib::index_of(path)?;
    let text = stdlib::declarations(path)?;
    Some(STD.get(i)?.get_or_init(|| {
        let mut diagnostics = Vec::new();
        let first = NodeId(NodeId::FIRST_STD.0 + i as u32 * STD_NODES);
        let file = Parser::new(first).parse(FileId(STD_FILES + i as u32), text, &mut diagnostics);
        debug_assert!(diagnostics.is_empty(), "{path}: {diagnostics:?}");
        file
    }))
}

/// A package, and what of it others may ask for.
#[derive(Debug)]
pub(super) struct PkgState {
    pub(super) path: Arc<str>,
    pub(super) name: Name,
    pub(super) scope: ScopeId,
    pub(super) names: FxHashMap<Name, ObjId>,
    pub(super) imports: Vec<PackageId>,
    pub(super) go_version: (u32, u32),
    pub(super) init_order: Vec<super::super::info::Initializer>,
    pub(super) stdlib: bool,
    pub(super) unknown: bool,
    pub(super) collected: bool,
    pub(super) id: PackageId,
    /// Imports of the files, to report those not used: name object, spec's span, path.
    pub(super) import_objs: Vec<(ObjId, Span, Name)>,
    /// Type parameters of generic aliases.
    pub(super) alias_params: FxHashMap<ObjId, Vec<TypeId>>,
    /// It has errors, or a package that it imports.
    pub(super) failed: bool,
}

impl PkgState {
    fn new(id: PackageId, path: Arc<str>, name: Name) -> PkgState {
        PkgState {
            path,
            name,
            scope: ScopeId(0),
            names: FxHashMap::default(),
            imports: Vec::new(),
            go_version: (1, 26),
            init_order: Vec::new(),
            stdlib: false,
            unknown: false,
            collected: false,
            id,
            import_objs: Vec::new(),
            alias_params: FxHashMap::default(),
            failed: false,
        }
    }

    /// The same package, of which nothing is known yet.
    pub(super) fn fresh(&self) -> PkgState {
        PkgState {
            go_version: self.go_version,
            ..PkgState::new(self.id, self.path.clone(), self.name.clone())
        }
    }

    /// Gives all types and objects the ids that they have for good.
    pub(super) fn renumber(&mut self, ids: &Renumbering) {
        self.names.values_mut().for_each(|o| *o = ids.obj(*o));
        for i in &mut self.init_order {
            i.lhs.iter_mut().for_each(|o| *o = ids.obj(*o));
        }
        let params = std::mem::take(&mut self.alias_params).into_iter();
        let known = |params: Vec<TypeId>| params.into_iter().map(|p| ids.ty(p)).collect();
        self.alias_params = params.map(|(o, p)| (ids.obj(o), known(p))).collect();
        self.import_objs.clear();
    }

    pub(super) fn into_package(self) -> Package {
        Package {
            id: self.id,
            path: self.path,
            name: self.name,
            files: Vec::new(),
            scope: self.names,
            imports: self.imports,
            go_version: self.go_version,
            init_order: self.init_order,
            stdlib: self.stdlib,
            unknown: self.unknown,
        }
    }
}

/// What all packages of a program share while they are checked.
pub(super) struct Shared<'a> {
    pub(super) loaded: &'a [LoadedPackage],
    pub(super) sources: &'a SourceMap,
    /// Names whose declarations hold syntax errors: uses of them are no errors of their own.
    pub(super) broken: FxHashSet<&'a str>,
    /// Files whose build constraint asks for a language version.
    pub(super) file_versions: FxHashMap<FileId, (u32, u32)>,
    /// All packages by their ids; of the user's only what their clauses say.
    pub(super) heads: Vec<PkgState>,
    pub(super) by_path: FxHashMap<Arc<str>, PackageId>,
    /// Where packages that there are not are first imported.
    pub(super) unknown: FxHashMap<PackageId, Span>,
    /// The user's packages that are done with.
    pub(super) done: Vec<OnceLock<PkgState>>,
}

impl<'a> Shared<'a> {
    pub(super) fn new(loaded: &'a [LoadedPackage], sources: &'a SourceMap) -> Shared<'a> {
        let files = || loaded.iter().flat_map(|p| &p.files);
        let head = |(p, id): (&LoadedPackage, u32)| PkgState {
            go_version: p.go_version,
            ..PkgState::new(PackageId(id), p.path.clone(), p.name.clone())
        };
        Shared {
            loaded,
            sources,
            broken: files().flat_map(|f| f.broken.iter().map(|n| &**n)).collect(),
            file_versions: files()
                .filter_map(|f| f.release.map(|r| (f.id, r.max((1, 21)))))
                .collect(),
            heads: loaded.iter().zip(0..).map(head).collect(),
            by_path: loaded
                .iter()
                .zip(0..)
                .map(|(p, id)| (p.path.clone(), PackageId(id)))
                .collect(),
            unknown: FxHashMap::default(),
            done: loaded.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// What an import path means in a package.
    pub(super) fn path_of<'p>(&'p self, pkg: PackageId, path: &'p Arc<str>) -> &'p Arc<str> {
        let importer = self.loaded.get(pkg.0 as usize);
        importer.and_then(|p| p.aliases.get(path)).unwrap_or(path)
    }
}

impl<'a> Checker<'a> {
    /// Looks at what the user's packages import, and collects and resolves what they may ask of the standard library.
    pub(super) fn library(&mut self) {
        let shared = self.shared;
        for (package, id) in shared.loaded.iter().zip(0..) {
            let mut asked = Vec::new();
            for file in &package.files {
                let names = self.outside_imports(PackageId(id), file);
                let of_imports = file
                    .qualified
                    .iter()
                    .filter_map(|q| names.get(&*q.name).map(|p| (q, *p)));
                asked.extend(of_imports);
            }
            // In the order in which the checker would come by them.
            asked.sort_by_key(|(q, _)| q.place);
            for (q, target) in asked {
                if let Some(o) = self
                    .package_member(target, &q.exported)
                    .filter(|_| is_exported(&q.exported))
                {
                    self.resolve(o);
                }
            }
        }
        self.process_later();
        self.record_untyped();
    }

    /// The names that a file has for packages that are no user's. All that one exports is resolved where the file takes
    /// its names as they are.
    fn outside_imports(&mut self, pkg: PackageId, file: &'a ast::File) -> FxHashMap<&'a str, PackageId> {
        let shared = self.shared;
        let mut names = FxHashMap::default();
        for spec in &file.imports {
            let path = shared.path_of(pkg, &spec.path);
            if shared.by_path.contains_key(path) {
                continue;
            }
            let target = self.outside(path, spec.path_span);
            match spec.name.as_ref().map(|n| &*n.name) {
                Some("_") => self.ensure_collected(target),
                Some(".") => {
                    self.ensure_collected(target);
                    let names = self.pkg(target).map(|p| p.names.iter());
                    let names = names.into_iter().flatten().filter(|(n, _)| is_exported(n));
                    let mut exported: Vec<ObjId> = names.map(|(_, o)| *o).collect();
                    exported.sort();
                    exported.into_iter().for_each(|o| self.resolve(o));
                }
                Some(name) => _ = names.insert(name, target),
                None => _ = names.insert(self.outside_name(target), target),
            }
        }
        names
    }

    /// The name of a package that is no user's: an unknown one has none that anything is asked of.
    fn outside_name(&self, pkg: PackageId) -> &'a str {
        let path = self.pkg(pkg).map(|p| &*p.path);
        match path.and_then(stdlib::declarations) {
            Some(text) => declared_name(text).unwrap_or(""),
            None if path == Some("unsafe") => "unsafe",
            None => "",
        }
    }

    /// The package of the library that an import path means; an unknown one gets a package without names.
    fn outside(&mut self, path: &Arc<str>, span: Span) -> PackageId {
        if let Some(id) = self.outside.get(path) {
            return *id;
        }
        if &**path == "unsafe" {
            let id = self.add_package(path.clone(), "unsafe".into(), true);
            self.fill_unsafe(id);
            return id;
        }
        if let Some(text) = stdlib::declarations(path) {
            return self.add_package(path.clone(), declared_name(text).unwrap_or(path).into(), true);
        }
        let id = self.add_package(path.clone(), default_name(path), false);
        self.unknown.insert(id, span);
        if let Some(p) = self.pkg_mut(id) {
            p.unknown = true;
            p.collected = true;
        }
        id
    }

    fn add_package(&mut self, path: Arc<str>, name: Name, stdlib: bool) -> PackageId {
        let id = PackageId(self.first_pkg.0 + self.pkgs.len() as u32);
        let scope = self.new_scope(None);
        self.s.add_package_name(path.clone(), name.clone());
        self.outside.insert(path.clone(), id);
        self.pkgs.push(PkgState {
            scope,
            stdlib,
            ..PkgState::new(id, path, name)
        });
        id
    }

    /// A package: one that is being checked, or what is known of another.
    pub(super) fn pkg(&self, pkg: PackageId) -> Option<&PkgState> {
        match pkg.0.checked_sub(self.first_pkg.0) {
            // The user's are checked in their order: what comes later is none that this one may import.
            None => self.shared.done.get(pkg.0 as usize)?.get(),
            Some(at) => self.pkgs.get(at as usize),
        }
        .or_else(|| self.shared.heads.get(pkg.0 as usize))
    }

    /// A package that is being checked.
    pub(super) fn pkg_mut(&mut self, pkg: PackageId) -> Option<&mut PkgState> {
        let at = pkg.0.checked_sub(self.first_pkg.0)?;
        self.pkgs.get_mut(at as usize)
    }

    pub(super) fn pkg_scope(&self, pkg: PackageId) -> ScopeId {
        self.pkg(pkg).map_or(ScopeId(0), |p| p.scope)
    }

    /// The package an import path means.
    ///
    /// Beyond the spec: cmd/go, "Import path syntax".
    pub(super) fn import(&mut self, path: &Arc<str>, span: Span) -> PackageId {
        let importer = self.env.pkg;
        if self.pkg(importer).is_some_and(|p| p.stdlib) {
            return self.outside(path, span);
        }
        let path = self.shared.path_of(importer, path);
        let Some(id) = self.shared.by_path.get(path).copied() else {
            return importer;
        };
        if self.shared.unknown.get(&id) == Some(&span) {
            self.err(
                span,
                Code::UNKNOWN_IMPORT,
                format!("package `{path}` is not in std nor in the module"),
            );
            let loaded = self.shared.loaded.get(importer.0 as usize);
            let help = loaded.and_then(|p| p.missing.get(path)).cloned();
            if let Some(d) = self.diags.last_mut() {
                *d = d
                    .clone()
                    .help(help.unwrap_or_else(|| "add its module with `go get`, and download it".into()));
            }
        }
        id
    }

    /// The names of `unsafe`.
    ///
    /// Spec: Package unsafe.
    fn fill_unsafe(&mut self, pkg: PackageId) {
        let pointer = Object::new(
            ObjKind::TypeName { alias: false },
            "Pointer".into(),
            Some(pkg),
            TypeId::UNSAFE_POINTER,
            None,
        );
        let mut all = vec![self.s.add_obj(pointer)];
        for (name, id) in UNSAFE_BUILTINS {
            let o = Object::new(ObjKind::Builtin(*id), (*name).into(), Some(pkg), TypeId::INVALID, None);
            all.push(self.s.add_obj(o));
        }
        for o in all {
            let name = self.s.obj(o).name.clone();
            if let Some(p) = self.pkg_mut(pkg) {
                p.names.insert(name, o);
                p.collected = true;
            }
        }
    }

    /// A package-level name of another package.
    ///
    /// Spec: Qualified identifiers.
    pub(super) fn package_member(&mut self, pkg: PackageId, name: &str) -> Option<ObjId> {
        self.ensure_collected(pkg);
        self.pkg(pkg)?.names.get(name).copied()
    }

    pub(super) fn ensure_collected(&mut self, pkg: PackageId) {
        // Only what is being checked here: the scope of another is one of its own checker's.
        let Some(p) = self.pkg_mut(pkg) else { return };
        if p.collected || !p.stdlib {
            return;
        }
        let scope = p.scope;
        let old = self.env.clone();
        self.env = super::Env::outside(pkg, scope);
        self.collect_package(pkg);
        self.env = old;
    }

    /// The files of a package, the signatures' file for a standard one.
    pub(super) fn files(&self, pkg: PackageId) -> Vec<&'a ast::File> {
        match self.shared.loaded.get(pkg.0 as usize) {
            Some(p) => p.files.iter().collect(),
            None => {
                let path = self.pkg(pkg).map(|p| p.path.clone());
                path.and_then(|p| std_file(&p)).into_iter().collect()
            }
        }
    }
}

/// The name of a package clause that stands on the first line.
fn declared_name(text: &str) -> Option<&str> {
    Some(text.lines().next()?.strip_prefix("package ")?.trim())
}

/// The name a package most likely has: its path's last part that is no version.
fn default_name(path: &str) -> Name {
    let mut parts = path.rsplit('/');
    let last = parts.next().unwrap_or(path);
    let is_version = last
        .strip_prefix('v')
        .is_some_and(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit()));
    let name = if is_version { parts.next().unwrap_or(last) } else { last };
    let name = name.strip_prefix("go-").unwrap_or(name);
    name.split(['.', '-']).next().unwrap_or(name).into()
}
