//! Packages the checker knows: the user's, and the standard library's on demand.
//!
//! In: an import path. Out: a `PackageId` whose objects are collected when first asked for.
//! Invariants: a standard package is parsed at most once in a process and only when one of its names is used or it is imported.

use super::super::info::Package;
use super::super::model::*;
use super::super::universe::UNSAFE_BUILTINS;
use super::{Checker, ScopeId};
use crate::diagnostic::Code;
use crate::source::{FileId, Span};
use crate::stdlib;
use crate::syntax::Parser;
use crate::syntax::ast::{self, Name, NodeId};
use rustc_hash::FxHashMap;
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
}

impl PkgState {
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

impl<'a> Checker<'a> {
    pub(super) fn with_packages(mut self) -> Self {
        for p in self.loaded {
            let id = self.add_package(p.path.clone(), p.name.clone(), false);
            if let Some(s) = self.pkgs.get_mut(id.0 as usize) {
                s.go_version = p.go_version;
            }
        }
        self
    }

    fn add_package(&mut self, path: Arc<str>, name: Name, std: bool) -> PackageId {
        let id = PackageId(self.pkgs.len() as u32);
        let scope = self.new_scope(None);
        self.s.inner.borrow_mut().pkg_names.push((path.clone(), name.clone()));
        self.by_path.insert(path.clone(), id);
        self.pkgs.push(PkgState {
            path,
            name,
            scope,
            names: FxHashMap::default(),
            imports: Vec::new(),
            go_version: (1, 26),
            init_order: Vec::new(),
            stdlib: std,
            unknown: false,
            collected: false,
            id,
            import_objs: Vec::new(),
        });
        id
    }

    pub(super) fn pkg_scope(&self, pkg: PackageId) -> ScopeId {
        self.pkgs.get(pkg.0 as usize).map_or(ScopeId(0), |p| p.scope)
    }

    /// The package an import path means; an unknown one gets a package without names.
    ///
    /// Beyond the spec: cmd/go, "Import path syntax".
    pub(super) fn import(&mut self, path: &Arc<str>, span: Span) -> PackageId {
        let importer = self.loaded.get(self.env.pkg.0 as usize);
        let path = importer.and_then(|p| p.aliases.get(path)).unwrap_or(path);
        if let Some(id) = self.by_path.get(path) {
            return *id;
        }
        if &**path == "unsafe" {
            let id = self.add_package(path.clone(), "unsafe".into(), true);
            self.fill_unsafe(id);
            return id;
        }
        if let Some(text) = stdlib::declarations(path) {
            let name = text
                .lines()
                .next()
                .and_then(|l| l.strip_prefix("package "))
                .unwrap_or(path);
            return self.add_package(path.clone(), name.trim().into(), true);
        }
        let name = default_name(path);
        self.err(
            span,
            Code::UNKNOWN_IMPORT,
            format!("package `{path}` is not in std nor in the module"),
        );
        if let Some(d) = self.diags.last_mut() {
            let help = importer.and_then(|p| p.missing.get(path)).cloned();
            *d = d
                .clone()
                .help(help.unwrap_or_else(|| "add its module with `go get`, and download it".into()));
        }
        let id = self.add_package(path.clone(), name, false);
        if let Some(p) = self.pkgs.get_mut(id.0 as usize) {
            p.unknown = true;
            p.collected = true;
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
            if let Some(p) = self.pkgs.get_mut(pkg.0 as usize) {
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
        self.pkgs.get(pkg.0 as usize)?.names.get(name).copied()
    }

    pub(super) fn ensure_collected(&mut self, pkg: PackageId) {
        let Some(p) = self.pkgs.get(pkg.0 as usize) else { return };
        if p.collected || !p.stdlib {
            return;
        }
        let old = self.env.clone();
        self.env = super::Env::outside(pkg, p.scope);
        self.collect_package(pkg);
        self.env = old;
    }

    /// The files of a package, the signatures' file for a standard one.
    pub(super) fn files(&self, pkg: PackageId) -> Vec<&'a ast::File> {
        match self.loaded.get(pkg.0 as usize) {
            Some(p) => p.files.iter().collect(),
            None => {
                let path = self.pkgs.get(pkg.0 as usize).map(|p| p.path.clone());
                path.and_then(|p| std_file(&p)).into_iter().collect()
            }
        }
    }
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
