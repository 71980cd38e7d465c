//! From files to packages: go.mod and go.work, build constraints, imports.
//!
//! In: paths and a `FileSystem` of the caller. Out: parsed packages, dependencies first.
//! Invariants: no file is touched but through the trait; an import cycle is a diagnostic and is cut; parsing runs on
//! threads with big stacks, and what comes out does not depend on how many there are.
//!
//! | file | answers |
//! | --- | --- |
//! | `directives`, `gomod` | what go.mod and go.work say |
//! | `version`, `selection` | which version of each module the build has |
//! | `vendor`, `modules` | in which folder a package lies, and of which language version it is |
//! | `resolve` | what an import means where it is written, and whether it is allowed |
//! | `build`, `folder` | which files of a folder belong to the build |
//! | `embed` | which files `//go:embed` names |
//! | `workers`, `graph` | reading and parsing in waves, the order of packages |

pub mod build;
mod directives;
mod embed;
mod folder;
pub mod gomod;
mod graph;
mod modules;
mod resolve;
mod selection;
mod vendor;
mod version;
mod workers;

use crate::diagnostic::{Code, Diagnostic};
use crate::guard;
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{self, Name};
use rustc_hash::FxHashMap;
use std::sync::Arc;

pub use embed::EmbeddedFile;
pub use gomod::{GoMod, GoWork, Replace};

/// File access of the caller. Paths use `/`.
pub trait FileSystem: Sync {
    /// The whole file, nothing when there is none.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
    /// The names of the files (not folders) in a folder.
    fn read_dir(&self, path: &str) -> Vec<String>;
    /// Whether a file or folder is there.
    fn exists(&self, path: &str) -> bool;
    /// The paths of all files below a folder, from there on and in order; nothing when that is not to be known, and then
    /// nothing is embedded.
    fn tree(&self, _path: &str) -> Option<Vec<String>> {
        None
    }
}

/// What to load and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `_test.go` files too; those of package `x_test` become a package of their own.
    pub tests: bool,
    /// Build tags beside `linux`, `amd64`, `unix`, `gc` and the releases.
    pub tags: Vec<String>,
    /// Folders in which an import path names a folder: a GOPATH's `src`, the library's source of a Go installation.
    /// Packages that no module has are looked for here, in order; exported ones of the library keep their signatures.
    pub roots: Vec<String>,
    /// The release of all packages, whatever their go.mod says.
    pub release: Option<(u32, u32)>,
    /// The folder of downloaded modules: Go's `GOMODCACHE`.
    pub module_cache: Option<String>,
    /// Whether vendored packages are used; as Go decides it when missing.
    pub vendor: Option<bool>,
    /// The workspace of the build: Go's `GOWORK`.
    pub workspace: Workspace,
    /// There are no modules: import paths name folders of `roots`, as with Go's `GO111MODULE=off`.
    pub without_modules: bool,
    /// How many threads parse and check; 0 stands for the machine's number.
    pub jobs: usize,
}

/// Where a go.work is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Workspace {
    /// In the folder of what is loaded and above it.
    #[default]
    Search,
    /// Nowhere.
    Off,
    /// It is this file.
    File(String),
}

/// A package as parsed.
#[derive(Debug)]
pub struct LoadedPackage {
    /// The import path; `main` or the package's name for files given one by one.
    pub path: Arc<str>,
    /// The name of its package clause.
    pub name: Name,
    /// Its files in order of their names.
    pub files: Vec<ast::File>,
    /// `(1, 26)` for `go 1.26`.
    pub go_version: (u32, u32),
    /// Functions may lack a body: its folder has an assembler or object file, or it is of Go's own library.
    pub assembly: bool,
    /// Import paths of its files that mean a package under another path: vendored ones of a GOPATH.
    pub aliases: FxHashMap<Name, Arc<str>>,
    /// Import paths of its files that mean nothing, where it is known what to do about it.
    pub missing: FxHashMap<Name, String>,
}

/// What a load gives.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The packages of the user, dependencies first.
    pub packages: Vec<LoadedPackage>,
    /// Their files.
    pub sources: SourceMap,
    /// How many node ids their trees use, from 0.
    pub nodes: u32,
    /// What went wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// The module, when there is a go.mod.
    pub module: Option<GoMod>,
    /// The files that variables hold, by the spans of their specifications.
    pub embedded: FxHashMap<Span, Vec<EmbeddedFile>>,
    /// How many threads check; 0 stands for the machine's number.
    pub jobs: usize,
}

/// The Go release a package without go.mod is of.
pub const LATEST: (u32, u32) = (1, 26);

/// Loads the packages of some folders and what they import from their module.
pub fn load_dirs(fs: &dyn FileSystem, dirs: &[&str], options: &Options) -> Loaded {
    on_big_stack(|| graph::Loader::new(fs, options).dirs(dirs))
}

/// Loads single files as one package.
pub fn load_files(fs: &dyn FileSystem, files: &[&str], options: &Options) -> Loaded {
    on_big_stack(|| graph::Loader::new(fs, options).files(files))
}

/// Loads one package from texts: for tests and for callers without files.
pub fn load_texts(files: &[(&str, &str)]) -> Loaded {
    struct Texts<'a>(&'a [(&'a str, &'a str)]);
    impl FileSystem for Texts<'_> {
        fn read(&self, path: &str) -> Option<Vec<u8>> {
            self.0.iter().find(|f| f.0 == path).map(|f| f.1.as_bytes().to_vec())
        }
        fn read_dir(&self, _: &str) -> Vec<String> {
            Vec::new()
        }
        fn exists(&self, _: &str) -> bool {
            false
        }
    }
    let names: Vec<&str> = files.iter().map(|f| f.0).collect();
    load_files(&Texts(files), &names, &Options::default())
}

fn on_big_stack(f: impl FnOnce() -> Loaded + Send) -> Loaded {
    let failed = |bug| Loaded {
        diagnostics: vec![bug],
        ..Loaded::default()
    };
    let thread = std::thread::Builder::new()
        .name("parse".into())
        .stack_size(workers::STACK);
    std::thread::scope(|s| match thread.spawn_scoped(s, f) {
        Ok(handle) => handle
            .join()
            .unwrap_or_else(|panic| failed(guard::defect("loading", &*panic, None))),
        Err(error) => {
            // Beyond the spec: gort, a thread for the parser.
            let text = format!("no thread for the parser: {error}");
            failed(Diagnostic::error(Code::INTERNAL, None, text))
        }
    })
}

/// Joins paths, resolving `.` and `..` of the second.
fn join(dir: &str, rest: &str) -> String {
    if rest.starts_with('/') {
        return rest.into();
    }
    let mut out: Vec<&str> = dir.split('/').collect();
    for part in rest.split('/') {
        match (part, out.last()) {
            ("" | ".", _) => {}
            ("..", Some(&".")) => {
                out.pop();
                out.push("..");
            }
            ("..", Some(last)) if !matches!(*last, "" | "..") => {
                out.pop();
            }
            (part, _) => out.push(part),
        }
    }
    out.join("/")
}
