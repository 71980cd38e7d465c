//! What an import path means where it is written.
//!
//! In: an import path and the package that imports it. Out: the folder of the package, or that its signatures are known;
//! and what forbids the import.
//! Invariants: what cannot be imported is told and loaded all the same, so that its uses draw no echoes.

use super::gomod::GoMod;
use super::modules::{Missing, Modules, Place, below, has_go_files, upwards};
use super::{FileSystem, Options, join};
use crate::diagnostic::{Code, Diagnostic};
use crate::stdlib;
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// The package whose import it is; for an external test, the package that is tested.
#[derive(Clone, Copy)]
pub(super) struct Importer<'p> {
    pub(super) path: &'p str,
    pub(super) dir: &'p str,
}

/// What an import path means.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// A package known by its signatures, or to the checker itself.
    Known,
    /// A package to load, under this path.
    Package(String, Place),
    /// Nothing; perhaps what to do about it.
    Missing(Option<String>),
}

/// How a package was found, which decides who may import it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Library,
    Module,
    Root,
}

pub(super) struct Resolver<'a> {
    fs: &'a dyn FileSystem,
    options: &'a Options,
    pub(super) modules: Option<Modules<'a>>,
    /// The release each folder's go.mod asks for, nothing where there is none.
    versions: FxHashMap<String, Option<(u32, u32)>>,
    /// What paths mean that mean the same wherever they are written.
    known: FxHashMap<String, Target>,
    /// Folders that were looked at: whether they hold Go files.
    folders: RefCell<FxHashMap<String, bool>>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        fs: &'a dyn FileSystem,
        options: &'a Options,
        dir: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Resolver<'a> {
        Resolver {
            fs,
            options,
            modules: if options.without_modules {
                None
            } else {
                Modules::of(fs, options, dir, diagnostics)
            },
            versions: FxHashMap::default(),
            known: FxHashMap::default(),
            folders: RefCell::default(),
        }
    }

    fn has_go_files(&self, dir: &str) -> bool {
        if let Some(known) = self.folders.borrow().get(dir) {
            return *known;
        }
        let found = has_go_files(self.fs, dir);
        self.folders.borrow_mut().insert(dir.into(), found);
        found
    }

    /// The user's module: of several the one that holds the folder.
    pub(super) fn module(&self, dir: &str) -> Option<&GoMod> {
        let mains = &self.modules.as_ref()?.mains;
        let holds = |m: &&GoMod| below(dir, &m.dir).is_some();
        mains.iter().filter(holds).max_by_key(|m| m.dir.len()).or(mains.first())
    }

    /// The import path of a folder that is asked for.
    pub(super) fn import_path(&self, dir: &str) -> String {
        if let Some(modules) = &self.modules {
            return modules.import_path(dir).unwrap_or_else(|| {
                let main = modules.mains.first().map_or("", |m| &m.module);
                if main == "std" { String::new() } else { main.into() }
            });
        }
        let in_root = |root: &String| below(dir, root).filter(|rest| !rest.is_empty());
        let path = self.options.roots.iter().find_map(in_root);
        path.unwrap_or_else(|| dir.trim_start_matches("./")).into()
    }

    /// Whether a package is of Go's own library, some functions of which the runtime brings.
    pub(super) fn is_library(&self, path: &str, dir: &str) -> bool {
        let dotless = !path.split('/').next().unwrap_or("").contains('.');
        let in_root = self.options.roots.iter().any(|root| below(dir, root).is_some());
        self.modules.as_ref().is_some_and(Modules::is_std) || (dotless && in_root && path != "main")
    }

    /// The language version of a package in a folder.
    pub(super) fn version_of(&mut self, dir: &str) -> Option<(u32, u32)> {
        if self.options.without_modules {
            return None;
        }
        if let Some(known) = self.versions.get(dir) {
            return *known;
        }
        let version = upwards(dir, |at| self.fs.read(&join(at, "go.mod")))
            .map(|bytes| GoMod::parse(dir, &String::from_utf8_lossy(&bytes)).0.language());
        self.versions.insert(dir.into(), version);
        version
    }

    /// What an import means, and what is wrong with it.
    pub(super) fn resolve(&mut self, from: Importer<'_>, import: &str) -> (Target, Option<Diagnostic>) {
        if import == "unsafe" || import == "C" {
            return (Target::Known, None);
        }
        let own_std = self.modules.as_ref().is_some_and(Modules::is_std);
        // Of internal packages the signatures have only what exported ones mention.
        let signed = if self.options.roots.is_empty() {
            stdlib::index_of(import).is_some()
        } else {
            stdlib::is_public(import)
        };
        if signed && !own_std {
            let told = (!self.may_import(from, import, "", Origin::Library)).then(|| internal(import));
            return (Target::Known, told);
        }
        let (target, origin, told) = self.find(from, import);
        let forbidden = match &target {
            Target::Package(path, place) => !self.may_import(from, path, &place.dir, origin),
            _ => false,
        };
        (target, told.or_else(|| forbidden.then(|| internal(import))))
    }

    fn find(&mut self, from: Importer<'_>, import: &str) -> (Target, Origin, Option<Diagnostic>) {
        if let Some(known) = self.known.get(import) {
            return (known.clone(), Origin::Module, None);
        }
        let Some(modules) = &self.modules else {
            return self.in_roots(from, import);
        };
        let found = match modules.find(import) {
            Ok(mut place) => {
                if modules.is_std() {
                    place.go = None;
                }
                Target::Package(import.into(), place)
            }
            Err(Missing::Ambiguous(all)) => {
                // Beyond the spec: cmd/go, "Modules, module versions, and more".
                let text = format!("ambiguous import: found `{import}` in {}", all.join(" and in "));
                let told = Diagnostic::error(Code::AMBIGUOUS_IMPORT, None, text);
                return (Target::Missing(None), Origin::Module, Some(told));
            }
            Err(Missing::Nowhere(help)) => match self.in_roots(from, import) {
                (Target::Missing(_), ..) => Target::Missing(help),
                found => return found,
            },
        };
        self.known.insert(import.into(), found.clone());
        (found, Origin::Module, None)
    }

    /// Looks in folders whose paths are import paths: above the importing package in folders named `vendor`, then
    /// everywhere.
    fn in_roots(&self, from: Importer<'_>, import: &str) -> (Target, Origin, Option<Diagnostic>) {
        let found = |path: &str, dir: String| {
            let place = Place { dir, go: None };
            (Target::Package(path.into(), place), Origin::Root, None)
        };
        if import.starts_with("./") || import.starts_with("../") {
            let dir = join(from.dir, import);
            if self.modules.is_none() && self.has_go_files(&dir) {
                return found(&self.import_path(&dir), dir);
            }
            return (Target::Missing(None), Origin::Root, None);
        }
        for root in &self.options.roots {
            let vendored = upwards(from.dir, |at| {
                below(at, root)?;
                let dir = join(&join(at, "vendor"), import);
                self.has_go_files(&dir).then_some(dir)
            });
            if let Some(dir) = vendored
                && let Some(path) = below(&dir, root)
            {
                // Go's own library names what it vendors by the paths that it imports.
                let path = if path.starts_with("vendor/") { import } else { path };
                return found(path, dir.clone());
            }
        }
        let dirs = self.options.roots.iter().map(|root| join(root, import));
        match dirs.into_iter().find(|d| self.has_go_files(d)) {
            Some(dir) => found(import, dir),
            None => (Target::Missing(None), Origin::Root, None),
        }
    }

    /// The rule of internal packages: what lies below the folder that holds `internal` may import them.
    ///
    /// Beyond the spec: cmd/go, "Internal Directories".
    fn may_import(&self, from: Importer<'_>, path: &str, dir: &str, origin: Origin) -> bool {
        let Some(at) = internal_element(path) else { return true };
        let parent = path.get(..at).unwrap_or("").trim_end_matches('/');
        let main = self.module(from.dir).map_or("", |m| &m.module);
        let is_library = matches!(main, "std" | "cmd");
        match origin {
            Origin::Library => is_library,
            Origin::Root if self.modules.is_none() || !is_library => {
                let kept = dir.len() - path.len().min(dir.len()) + at;
                let parent = dir.get(..kept).unwrap_or("").trim_end_matches('/');
                parent.is_empty() || below(from.dir, parent).is_some()
            }
            _ => {
                let vendored = self.modules.as_ref().and_then(|m| m.vendored_path(from.dir));
                parent.is_empty() || below(vendored.unwrap_or(from.path), parent).is_some()
            }
        }
    }
}

fn internal(path: &str) -> Diagnostic {
    // Beyond the spec: cmd/go, "Internal Directories".
    let text = format!("use of internal package `{path}` is not allowed");
    Diagnostic::error(Code::INTERNAL_PACKAGE, None, text)
}

/// Where the last element `internal` of a path is.
///
/// Beyond the spec: cmd/go, "Internal Directories".
fn internal_element(path: &str) -> Option<usize> {
    let mut at = path.len();
    for element in path.rsplit('/') {
        at -= element.len();
        if element == "internal" {
            return Some(at);
        }
        at = at.saturating_sub(1);
    }
    None
}
