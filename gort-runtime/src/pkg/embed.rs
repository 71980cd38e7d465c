//! Go's `embed`: files that a program carries.
//!
//! In: paths and bytes that translated code includes. Out: `FS`, which finds them as Go's does.

use super::os::{DirEntry, FileMode, MODE_DIR, err_not_exist, file_status, path_error};
use crate::pkg::go::*;
use std::collections::BTreeMap;

/// Files by their paths, read-only.
#[derive(Clone, PartialEq, crate::Value)]
#[go(name = "embed.FS")]
pub struct FS {
    files: Ptr<Files>,
}

#[derive(Clone, Default)]
struct Files(BTreeMap<&'static str, &'static [u8]>);

crate::pkg::support::handle_type!(Files, "embed.files");

impl FS {
    /// What `//go:embed` put there.
    pub fn of(files: &[(&'static str, &'static [u8])]) -> FS {
        FS {
            files: Ptr::new(Files(files.iter().copied().collect())),
        }
    }

    /// The whole file.
    pub fn read_file(&self, name: GoString) -> (Slice<u8>, GoError) {
        let text = name.to_string();
        match self.files().and_then(|files| files.get(&*text)) {
            Some(bytes) => (Slice::from(bytes.to_vec()), GoError::nil()),
            None if self.is_folder(&text) => {
                let error = crate::pkg::support::error("is a directory");
                (Slice::nil(), path_error("read", &name, error))
            }
            None => (Slice::nil(), path_error("open", &name, err_not_exist())),
        }
    }

    /// What is in a folder, in the order of the names.
    pub fn read_dir(&self, name: GoString) -> (Slice<Iface<DirEntry>>, GoError) {
        let text = name.to_string();
        if self.files().is_some_and(|files| files.contains_key(&*text)) {
            let error = crate::pkg::support::error("not a directory");
            return (Slice::nil(), path_error("read", &name, error));
        }
        if !self.is_folder(&text) {
            return (Slice::nil(), path_error("open", &name, err_not_exist()));
        }
        let prefix = prefix(&text);
        let mut entries: BTreeMap<&'static str, Option<usize>> = BTreeMap::new();
        for (path, bytes) in self.files().into_iter().flatten() {
            if let Some(below) = path.strip_prefix(&*prefix) {
                match below.split_once('/') {
                    Some((folder, _)) => entries.insert(folder, None),
                    None => entries.insert(below, Some(bytes.len())),
                };
            }
        }
        let status = |(name, size): (&'static str, Option<usize>)| match size {
            Some(size) => file_status(str(name), size as i64, FileMode(0o444)),
            None => file_status(str(name), 0, FileMode(MODE_DIR.0 | 0o555)),
        };
        (entries.into_iter().map(status).collect(), GoError::nil())
    }

    /// A variable that no directive stands above has none.
    fn files(&self) -> Option<&BTreeMap<&'static str, &'static [u8]>> {
        self.files.as_ref().map(|files| &files.0)
    }

    fn is_folder(&self, name: &str) -> bool {
        let prefix = prefix(name);
        name == "."
            || self
                .files()
                .is_some_and(|files| files.keys().any(|path| path.starts_with(&prefix)))
    }
}

/// What the paths of a folder's files begin with.
fn prefix(folder: &str) -> String {
    match folder {
        "." => String::new(),
        folder => format!("{folder}/"),
    }
}
