//! From files to packages: go.mod, build constraints, imports.
//!
//! In: paths and a `FileSystem` of the caller. Out: parsed packages, dependencies first.
//! Invariants: no file is touched but through the trait; an import cycle is a diagnostic and is cut; parsing runs on a
//! thread with a big stack.

pub mod build;
pub mod gomod;
mod graph;

use crate::diagnostic::{Code, Diagnostic};
use crate::guard;
use crate::source::SourceMap;
use crate::syntax::ast::{self, Name};
use std::sync::Arc;

pub use gomod::GoMod;

/// File access of the caller. Paths use `/`.
pub trait FileSystem: Sync {
    /// The whole file, nothing when there is none.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
    /// The names of the files (not folders) in a folder.
    fn read_dir(&self, path: &str) -> Vec<String>;
    /// Whether a file or folder is there.
    fn exists(&self, path: &str) -> bool;
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
    let thread = std::thread::Builder::new().name("parse".into()).stack_size(1 << 28);
    std::thread::scope(|s| match thread.spawn_scoped(s, f) {
        Ok(handle) => handle
            .join()
            .unwrap_or_else(|panic| failed(guard::defect("loading", &*panic, None))),
        Err(error) => {
            let text = format!("no thread for the parser: {error}");
            failed(Diagnostic::error(Code::INTERNAL, None, text))
        }
    })
}
