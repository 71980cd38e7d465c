//! What the user asked to translate.
//!
//! In: paths of the command line. Out: a checked folder or list of files, ready for the loader.
//! Invariants: every way a path can be wrong has its own message with a hint.

use crate::args::Jobs;
use crate::disk::{Disk, shown};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::manifest;
use gort_translator::diagnostic::Code;
use gort_translator::load::{self, Loaded};
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::num::NonZero;
use std::path::{Path, PathBuf};

/// A package of the user's.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its files.
    pub(crate) disk: Disk,
    /// The folder it lies in.
    pub(crate) folder: PathBuf,
    /// What it is called on disk: the folder's name, or the only file's without `.go`.
    pub(crate) name: String,
    /// How the user named it.
    pub(crate) shown: String,
    /// Paths for the loader: one folder, or files.
    paths: Vec<String>,
    is_folder: bool,
    /// The package is the root of its module.
    is_module: bool,
    options: load::Options,
    /// Not among the options: what comes out does not depend on it.
    jobs: Jobs,
}

/// The loader's name of the module cache.
const MODULE_CACHE: &str = "$GOMODCACHE";

impl Source {
    /// Checks the paths.
    pub(crate) fn open(paths: &[PathBuf], jobs: Jobs) -> Result<Source, Failure> {
        let real: Vec<PathBuf> = paths.iter().map(|p| existing(p)).collect::<Result<_, _>>()?;
        match (&real[..], paths) {
            ([folder], [path]) if folder.is_dir() => Source::of_folder(folder.clone(), path, jobs),
            _ if real.iter().any(|p| p.is_dir()) => Err(Failure::usage("more than one path, and a folder among them")
                .help("give one package folder, or Go files of one package")),
            _ => Source::of_files(real, paths, jobs),
        }
    }

    fn of_folder(folder: PathBuf, path: &Path, jobs: Jobs) -> Result<Source, Failure> {
        let names = std::fs::read_dir(&folder).map_err(|e| Failure::io("read", path, &e))?;
        let is_go = |name: &OsStr| Path::new(name).extension() == Some(OsStr::new("go"));
        if !names.flatten().any(|e| is_go(&e.file_name()) && e.path().is_file()) {
            return Err(no_go_files(&folder, path));
        }
        let build = Build::of(&folder, true)?;
        let paths = vec![relative(&build.root, &folder)?];
        let name = file_name(&folder);
        let shown = path.display().to_string();
        Ok(Source {
            disk: build.disk(),
            is_module: build.module.as_deref() == Some(&folder),
            folder,
            name,
            shown,
            paths,
            is_folder: true,
            options: build.options,
            jobs,
        })
    }

    fn of_files(mut real: Vec<PathBuf>, paths: &[PathBuf], jobs: Jobs) -> Result<Source, Failure> {
        for (real, path) in real.iter().zip(paths) {
            if !real.is_file() {
                return Err(
                    Failure::new(format!("`{}` is neither a file nor a folder", path.display()))
                        .help("give a package folder, or Go files of one package"),
                );
            }
            if path.extension() != Some(OsStr::new("go")) {
                return Err(Failure::new(format!("`{}` is not a Go file", path.display()))
                    .help("give a package folder, or files whose names end in `.go`"));
            }
        }
        let folders: Vec<&Path> = real.iter().filter_map(|p| p.parent()).collect();
        let Some(folder) = folders.first().map(|p| (*p).to_owned()) else {
            return Err(Failure::usage("no path").help("give a package folder, or Go files of one package"));
        };
        if folders.iter().any(|f| *f != folder) {
            return Err(Failure::usage("the Go files lie in different folders")
                .help("give Go files of one package, which lie in one folder"));
        }
        real.sort();
        real.dedup();
        let build = Build::of(&folder, false)?;
        let loader_paths = real
            .iter()
            .map(|p| relative(&build.root, p))
            .collect::<Result<_, _>>()?;
        let name = match &real[..] {
            [only] => only
                .file_stem()
                .map(|s| s.to_string_lossy().into_owned())
                .unwrap_or_default(),
            _ => file_name(&folder),
        };
        let shown = paths
            .iter()
            .map(|p| p.display().to_string())
            .collect::<Vec<_>>()
            .join(" ");
        Ok(Source {
            disk: build.disk(),
            folder,
            name,
            shown,
            paths: loader_paths,
            is_folder: false,
            is_module: false,
            options: build.options,
            jobs,
        })
    }

    /// Its tests too: they are parsed and checked with it.
    pub(crate) fn with_tests(mut self, tests: bool) -> Source {
        self.options.tests = tests;
        self
    }

    /// Parses it and what it imports.
    pub(crate) fn load(&self) -> Result<Loaded, Failure> {
        let paths: Vec<&str> = self.paths.iter().map(String::as_str).collect();
        let options = load::Options {
            jobs: self.jobs.jobs.map_or(0, NonZero::get),
            ..self.options.clone()
        };
        let loaded = if self.is_folder {
            load::load_dirs(&self.disk, &paths, &options)
        } else {
            load::load_files(&self.disk, &paths, &options)
        };
        match self.disk.failure() {
            Some(failure) => Err(failure),
            None => Ok(loaded),
        }
    }

    /// The name of its crate.
    pub(crate) fn crate_name(&self, loaded: &Loaded) -> String {
        match &loaded.module {
            Some(module) if self.is_module => manifest::crate_name(&module.module),
            _ => manifest::crate_name(&self.name),
        }
    }

    /// Where its crate goes when the user does not say: beside the folder, or beside the files.
    pub(crate) fn default_output(&self) -> Option<PathBuf> {
        let name = format!("{}-rs", self.name);
        if self.is_folder {
            self.folder.parent().map(|p| p.join(name))
        } else {
            Some(self.folder.join(name))
        }
    }

    /// Whether a crate in `out` would lie among the sources.
    pub(crate) fn would_hold(&self, out: &Path) -> bool {
        out == self.folder || (self.is_folder && out.starts_with(&self.folder))
    }

    /// What tells it from all other sources on this machine.
    pub(crate) fn identity(&self) -> String {
        let paths: Vec<String> = self
            .paths
            .iter()
            .map(|p| self.disk.real(p).to_string_lossy().into_owned())
            .collect();
        // Other settings may find other packages.
        format!("{}\n{:?}", paths.join("\n"), self.options)
    }
}

/// Where a package is built from, as Go's settings have it.
struct Build {
    /// The loader's `.`
    root: PathBuf,
    /// The folder of its go.mod.
    module: Option<PathBuf>,
    module_cache: Option<PathBuf>,
    options: load::Options,
}

impl Build {
    fn of(folder: &Path, is_folder: bool) -> Result<Build, Failure> {
        let environment = Environment::read();
        let module = module_root(folder).filter(|_| !environment.without_modules);
        let work = if environment.without_modules {
            None
        } else {
            environment.go_work(folder)
        };
        let sources = environment.gopath.iter().map(|p| p.join("src"));
        let in_gopath = sources.clone().find(|p| folder.starts_with(p) && folder != p);
        let mut options = load::Options {
            tags: environment.tags.clone(),
            vendor: environment.vendor,
            without_modules: environment.without_modules,
            module_cache: environment.module_cache.as_ref().map(|_| MODULE_CACHE.into()),
            ..load::Options::default()
        };
        let root = match (&module, &work, in_gopath) {
            (Some(module), Some(work), _) => common(module, work),
            (Some(module), None, _) => module.clone(),
            (None, Some(work), _) => common(folder, work),
            (None, None, Some(source)) => {
                options.roots = vec![".".into()];
                source
            }
            // Without a module, the folder's own name is the import path.
            _ if is_folder => folder.parent().unwrap_or(folder).to_owned(),
            _ => folder.to_owned(),
        };
        options.workspace = match &work {
            Some(work) => load::Workspace::File(relative(&root, work)?),
            None => load::Workspace::Off,
        };
        Ok(Build {
            root,
            module,
            module_cache: environment.module_cache,
            options,
        })
    }

    fn disk(&self) -> Disk {
        let mut disk = Disk::new(self.root.clone());
        if let Some(cache) = &self.module_cache {
            disk.mount(MODULE_CACHE, cache.clone());
        }
        disk
    }
}

/// The folder that holds both.
fn common(a: &Path, b: &Path) -> PathBuf {
    let holds = |dir: &&Path| b.starts_with(dir);
    a.ancestors().find(holds).unwrap_or(Path::new("/")).to_owned()
}

fn existing(path: &Path) -> Result<PathBuf, Failure> {
    path.canonicalize().map_err(|error| {
        if path.file_name() == Some(OsStr::new("...")) {
            return Failure::new(format!("`{}` names many packages", path.display()))
                .help("give one package folder; what it imports from its module comes along");
        }
        if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
            return Failure::new(format!("`{}` does not exist", path.display()))
                .help("give a package folder or Go files; what is meant for a program that is run goes behind `--`");
        }
        let failure = Failure::io("open", path, &error);
        if failure.help.is_some() {
            failure
        } else {
            failure.help("give a package folder, or Go files of one package")
        }
    })
}

fn no_go_files(folder: &Path, path: &Path) -> Failure {
    let failure = Failure::new(format!("no Go files in `{}`", path.display())).code(Code::NO_GO_FILES);
    match folder_with_go(folder, 3) {
        Some(below) => failure.help(format!("there are some in `{}`", shown(&below))),
        None => failure.help("give a folder that holds a Go package"),
    }
}

/// The first folder below that holds Go files.
fn folder_with_go(folder: &Path, depth: u32) -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.is_dir())
        .collect();
    folders.retain(|f| !file_name(f).starts_with(['.', '_']));
    folders.sort();
    folders.truncate(64);
    let holds_go = |folder: &PathBuf| {
        let entries = std::fs::read_dir(folder).ok().into_iter().flatten().flatten();
        entries
            .map(|e| e.path())
            .any(|p| p.extension() == Some(OsStr::new("go")))
    };
    if let Some(found) = folders.iter().find(|f| holds_go(f)) {
        return Some(found.clone());
    }
    if depth == 0 {
        None
    } else {
        folders.iter().find_map(|f| folder_with_go(f, depth - 1))
    }
}

fn module_root(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .find(|a| a.join("go.mod").is_file())
        .map(Path::to_owned)
}

/// The loader's name of a path: `./sub/x.go`.
fn relative(root: &Path, path: &Path) -> Result<String, Failure> {
    let rest = path.strip_prefix(root).unwrap_or(path);
    let mut out = String::from(".");
    for part in rest.components() {
        let Some(part) = part.as_os_str().to_str() else {
            return Err(
                Failure::new(format!("`{}` is not valid UTF-8", path.display())).help("rename the file or folder")
            );
        };
        out.push('/');
        out.push_str(part);
    }
    Ok(out)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| "program".into(), |n| n.to_string_lossy().into_owned())
}
