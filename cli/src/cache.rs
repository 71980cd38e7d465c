//! Where `gort run` keeps what it built.
//!
//! In: the environment and a source. Out: a folder per source, and what all share: runtime and build folder.
//! Invariants: everything can be deleted at any time; a binary is only used when all that its translation saw is
//! unchanged and this very gort made it.
//!
//! ```text
//! gort/runtime-<build>/gort-runtime/   one runtime for all programs: cargo compiles it once
//! gort/target/                         one build folder for all programs
//! gort/programs/<source>/crate/        the translation, rewritten where it changes: cargo builds incrementally
//! gort/programs/<source>/bin/<hash>/   the binaries; `debug.json` and `release.json` say what for
//! ```

use crate::disk::{Disk, Trace};
use crate::failure::Failure;
use crate::output::Files;
use crate::render::short_hash;
use crate::runtime;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// The cache's folder.
#[derive(Debug)]
pub(crate) struct Cache {
    root: PathBuf,
}

/// What is kept of one source.
#[derive(Debug)]
pub(crate) struct Slot {
    dir: PathBuf,
    profile: &'static str,
    /// A name for its crate that no other has.
    pub(crate) package: String,
}

/// A binary and what it was made of.
#[derive(Debug, Serialize, Deserialize)]
struct Stamp {
    build: String,
    binary: PathBuf,
    trace: Trace,
}

impl Cache {
    /// `$GORT_CACHE`, or `gort` in the user's cache folder.
    pub(crate) fn open() -> Result<Cache, Failure> {
        let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let root = var("GORT_CACHE")
            .or_else(|| {
                var("XDG_CACHE_HOME")
                    .filter(|p| p.is_absolute())
                    .map(|p| p.join("gort"))
            })
            .or_else(|| {
                var("LOCALAPPDATA")
                    .filter(|_| cfg!(windows))
                    .map(|p| p.join("gort").join("cache"))
            })
            .or_else(|| std::env::home_dir().map(|p| p.join(".cache").join("gort")));
        let hint = "set `GORT_CACHE` to a folder that can be written to";
        let Some(root) = root else {
            return Err(Failure::new("there is no cache folder").help(hint));
        };
        let root = std::path::absolute(&root).map_err(|e| Failure::io("open", &root, &e).help(hint))?;
        std::fs::create_dir_all(&root).map_err(|e| Failure::io("create the cache folder", &root, &e).help(hint))?;
        Ok(Cache { root })
    }

    /// Cargo's build folder.
    pub(crate) fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// The place of a source.
    pub(crate) fn slot(&self, identity: &str, release: bool) -> Slot {
        let hash = short_hash(identity);
        let package = format!("program-{hash}");
        Slot {
            dir: self.root.join("programs").join(hash),
            profile: if release { "release" } else { "debug" },
            package,
        }
    }

    /// The runtime as a folder, written when it is not there yet.
    pub(crate) fn runtime(&self) -> Result<PathBuf, Failure> {
        let home = self.root.join(format!("runtime-{}", runtime::RUNTIME_BUILD));
        let dir = home.join(runtime::FOLDER);
        if dir.is_dir() {
            return Ok(dir);
        }
        let write = || -> io::Result<()> {
            std::fs::create_dir_all(&home)?;
            let staging = tempfile::tempdir_in(&home)?;
            let whole = staging.path().join("runtime");
            for (path, text) in runtime::files() {
                put(&whole.join(path), &text)?;
            }
            match std::fs::rename(&whole, &dir) {
                // Another gort was faster.
                Err(_) if dir.is_dir() => Ok(()),
                result => result,
            }
        };
        write().map_err(|e| self.unwritable(&dir, &e))?;
        Ok(dir)
    }

    /// A failure to write.
    pub(crate) fn unwritable(&self, path: &Path, error: &io::Error) -> Failure {
        let failure = Failure::io("write", path, error);
        if failure.help.is_some() {
            failure
        } else {
            failure.help("set `GORT_CACHE` to a folder that can be written to")
        }
    }
}

impl Slot {
    /// The binary, when nothing changed since it was built.
    pub(crate) fn fresh(&self, disk: &Disk) -> Option<PathBuf> {
        let stamp: Stamp = serde_json::from_slice(&std::fs::read(self.stamp()).ok()?).ok()?;
        let fresh = stamp.build == runtime::BUILD && stamp.binary.is_file() && disk.matches(&stamp.trace);
        fresh.then_some(stamp.binary)
    }

    /// Keeps all others out until the file is dropped.
    pub(crate) fn lock(&self) -> io::Result<File> {
        std::fs::create_dir_all(&self.dir)?;
        let file = File::create(self.dir.join("lock"))?;
        match file.lock() {
            // Some file systems have no locks; cargo locks its own folder all the same.
            Err(e) if e.kind() != io::ErrorKind::Unsupported => Err(e),
            _ => Ok(file),
        }
    }

    /// The crate's folder.
    pub(crate) fn krate(&self) -> PathBuf {
        self.dir.join("crate")
    }

    /// Where the output of a failed build goes.
    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("build.log")
    }

    /// Makes the crate's folder hold these files; those that do not change are not touched.
    pub(crate) fn write(&self, files: &Files) -> io::Result<()> {
        let krate = self.krate();
        let manifest = std::fs::read(krate.join("Cargo.toml")).ok();
        if manifest.as_ref() != files.get("Cargo.toml") {
            // Another runtime: begin with the versions that it was tested with.
            put(&krate.join("Cargo.lock"), runtime::LOCK.as_bytes())?;
        }
        let sources = krate.join("src");
        remove_others(&sources, "src", files)?;
        for (path, text) in files {
            let path = krate.join(path);
            if std::fs::read(&path).is_ok_and(|t| t == *text) {
                continue;
            }
            put(&path, text)?;
        }
        Ok(())
    }

    /// Keeps a built binary under the program's own name, and what it was made of.
    pub(crate) fn keep(&self, built: &Path, name: &str, trace: Trace) -> io::Result<PathBuf> {
        let text = serde_json::to_string(&trace)?;
        let hash = short_hash(&format!("{}{}{text}", runtime::BUILD, self.profile));
        let home = self.dir.join("bin").join(hash);
        std::fs::create_dir_all(&home)?;
        let binary = home.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        if !binary.is_file() {
            let staging = tempfile::tempdir_in(&home)?;
            let copy = staging.path().join(name);
            std::fs::copy(built, &copy)?;
            std::fs::rename(&copy, &binary)?;
        }
        let stamp = Stamp {
            build: runtime::BUILD.into(),
            binary: binary.clone(),
            trace,
        };
        let staging = tempfile::tempdir_in(&self.dir)?;
        let file = staging.path().join("stamp");
        std::fs::write(&file, serde_json::to_string(&stamp)?)?;
        std::fs::rename(&file, self.stamp())?;
        self.prune();
        Ok(binary)
    }

    fn stamp(&self) -> PathBuf {
        self.dir.join(format!("{}.json", self.profile))
    }

    /// Deletes binaries that no stamp names. One that still runs keeps its file until it ends.
    fn prune(&self) {
        let named = ["debug", "release"].map(|profile| {
            let text = std::fs::read(self.dir.join(format!("{profile}.json"))).ok()?;
            let stamp: Stamp = serde_json::from_slice(&text).ok()?;
            stamp.binary.parent().map(Path::to_owned)
        });
        for entry in std::fs::read_dir(self.dir.join("bin")).into_iter().flatten().flatten() {
            if !named.contains(&Some(entry.path())) {
                // What cannot be deleted now is deleted another time.
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }
}

fn put(path: &Path, text: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(path, text)
}

/// Deletes files of an earlier translation.
fn remove_others(dir: &Path, prefix: &str, files: &Files) -> io::Result<()> {
    for entry in std::fs::read_dir(dir).into_iter().flatten() {
        let entry = entry?;
        let path = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            remove_others(&entry.path(), &path, files)?;
        } else if !files.contains_key(&path) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
