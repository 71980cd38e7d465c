//! File access for the loader, and a record of all that it saw.
//!
//! In: a folder that the loader's paths start from. Out: texts; a `Trace` by which a later run knows that nothing changed.
//! Invariants: the loader's paths are relative (`./sub/x.go`) or begin with a name (`$GOMODCACHE/a.org/x@v1.0.0/x.go`), so
//! that no translation mentions the machine's folders.

use crate::failure::Failure;
use gort_translator::load::FileSystem;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What a load saw: replayed, it tells whether a translation would be the same.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trace {
    /// Files: the hash of their text, nothing for one that was not there.
    files: BTreeMap<String, Option<String>>,
    /// Folders: the Go and assembler files in them.
    folders: BTreeMap<String, Vec<String>>,
    /// Whether something was there.
    present: BTreeMap<String, bool>,
    /// Folders: all files below them.
    #[serde(default)]
    trees: BTreeMap<String, Vec<String>>,
}

/// The files below a folder.
#[derive(Debug)]
pub(crate) struct Disk {
    root: PathBuf,
    /// Folders elsewhere, by the first part of the loader's paths in them.
    mounts: Vec<(&'static str, PathBuf)>,
    trace: Mutex<Trace>,
    failures: Mutex<Vec<Failure>>,
}

impl Disk {
    /// The loader's `.` is `root`.
    pub(crate) fn new(root: PathBuf) -> Disk {
        Disk {
            root,
            mounts: Vec::new(),
            trace: Mutex::default(),
            failures: Mutex::default(),
        }
    }

    /// Gives a folder elsewhere a name, which begins the loader's paths in it.
    pub(crate) fn mount(&mut self, name: &'static str, folder: PathBuf) {
        self.mounts.push((name, folder));
    }

    /// Where a path of the loader really is.
    pub(crate) fn real(&self, path: &str) -> PathBuf {
        for (name, folder) in &self.mounts {
            if let Some(rest) = path.strip_prefix(name)
                && let Some(rest) = rest.strip_prefix('/').or(rest.is_empty().then_some(rest))
            {
                return folder.join(rest);
            }
        }
        self.root.join(path.strip_prefix("./").unwrap_or(path))
    }

    /// A path of the loader as the user would write it: relative when it lies below the current folder.
    pub(crate) fn display(&self, path: &str) -> String {
        shown(&self.real(path))
    }

    /// What was seen so far.
    pub(crate) fn trace(&self) -> Trace {
        self.trace.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first file that is there and cannot be read.
    pub(crate) fn failure(&self) -> Option<Failure> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Whether all is still as it was.
    pub(crate) fn matches(&self, trace: &Trace) -> bool {
        trace
            .files
            .iter()
            .all(|(path, hash)| self.bytes(path).ok().map(|b| hex(&b)) == *hash)
            && trace
                .folders
                .iter()
                .all(|(path, names)| self.names(path).is_ok_and(|n| source_files(&n) == *names))
            && trace
                .present
                .iter()
                .all(|(path, present)| self.real(path).exists() == *present)
            && trace.trees.iter().all(|(path, files)| self.below(path) == *files)
    }

    fn bytes(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.real(path))
    }

    fn names(&self, path: &str) -> io::Result<Vec<String>> {
        let entries = std::fs::read_dir(self.real(path))?;
        let files = entries.flatten().filter(|e| e.path().is_file());
        let mut names: Vec<_> = files.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        Ok(names)
    }

    /// All files below a folder, by their paths from there on; links are not followed, as Go embeds none.
    fn below(&self, path: &str) -> Vec<String> {
        fn walk(dir: &Path, prefix: &str, out: &mut Vec<String>) {
            for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && name != ".git" => walk(&entry.path(), &format!("{name}/"), out),
                    Ok(kind) if kind.is_file() => out.push(name),
                    _ => {}
                }
            }
        }
        let mut out = Vec::new();
        walk(&self.real(path), "", &mut out);
        out.sort();
        out
    }

    fn record(&self, write: impl FnOnce(&mut Trace)) {
        write(&mut self.trace.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn note<T>(&self, path: &str, result: io::Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) {
                    let failure = Failure::io("read", Path::new(&self.display(path)), &error);
                    self.failures
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(failure);
                }
                None
            }
        }
    }
}

impl FileSystem for Disk {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let bytes = self.note(path, self.bytes(path));
        self.record(|t| {
            t.files.insert(path.into(), bytes.as_deref().map(hex));
        });
        bytes
    }

    fn read_dir(&self, path: &str) -> Vec<String> {
        let names = self.note(path, self.names(path)).unwrap_or_default();
        self.record(|t| {
            t.folders.insert(path.into(), source_files(&names));
        });
        names
    }

    fn exists(&self, path: &str) -> bool {
        let present = self.real(path).exists();
        self.record(|t| {
            t.present.insert(path.into(), present);
        });
        present
    }

    fn tree(&self, path: &str) -> Option<Vec<String>> {
        let files = self.below(path);
        self.record(|t| {
            t.trees.insert(path.into(), files.clone());
        });
        Some(files)
    }
}

fn source_files(names: &[String]) -> Vec<String> {
    let counts = |n: &&String| [".go", ".s", ".syso"].iter().any(|end| n.ends_with(end));
    names.iter().filter(counts).cloned().collect()
}

/// A hash as text.
pub(crate) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// A path as the user would write it: relative when it lies below the current folder.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|d| d.canonicalize()).ok();
    let relative = here.and_then(|h| path.strip_prefix(h).ok().map(Path::to_owned));
    let path = match relative {
        Some(relative) if relative.as_os_str().is_empty() => PathBuf::from("."),
        Some(relative) => relative,
        None => path.to_owned(),
    };
    path.display().to_string()
}
