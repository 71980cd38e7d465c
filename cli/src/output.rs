//! Writes a crate without losing anything.
//!
//! In: files relative to the crate's folder. Out: the folder with exactly these, and with whatever the user put there.
//! Invariants: files are staged on the same file system and take their places by renames, which are undone when one
//! fails; hashes of what was written are kept in the folder, and a file that no longer has its hash is the user's.

use crate::disk::hex;
use crate::failure::Failure;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};
use tempfile::TempDir;

/// Texts by path, relative and with `/`.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Where the hashes are kept.
pub(crate) const RECORD: &str = ".gort/manifest.json";

/// How many paths a refusal names.
const MOST_NAMED: usize = 8;

/// What was written last.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    /// Of this file's layout.
    format: u32,
    /// The version that wrote.
    gort: String,
    /// Hashes by path.
    files: BTreeMap<String, String>,
}

/// Refuses a folder that must not be written to: one of somebody else's, or one that was edited.
pub(crate) fn inspect(dir: &Path, force: bool) -> Result<(), Failure> {
    let shown = crate::disk::shown(dir);
    match std::fs::symlink_metadata(dir) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(Failure::io("open", dir, &e)),
        Ok(_) if !dir.is_dir() => {
            return Err(Failure::new(format!("`{shown}` is not a folder")).help("choose another with `-o OUT`"));
        }
        Ok(_) => {}
    }
    let mut entries = std::fs::read_dir(dir).map_err(|e| Failure::io("read", dir, &e))?;
    if entries.next().is_none() || force {
        return Ok(());
    }
    let Some(record) = read_record(dir) else {
        return Err(
            Failure::new(format!("`{shown}` is not empty, and gort did not write it"))
                .help("choose another folder with `-o OUT`, or pass `--force` to write into this one"),
        );
    };
    let edited = edited(dir, &record);
    if edited.is_empty() {
        return Ok(());
    }
    Err(named(
        Failure::new(format!("`{shown}` was edited since gort wrote it")),
        &edited,
    )
    .help("choose another folder with `-o OUT`, or pass `--force` to lose these edits"))
}

/// Writes the files and their hashes; what else is in the folder stays.
pub(crate) fn write(dir: &Path, mut files: Files, force: bool) -> Result<(), Failure> {
    let record = Record {
        format: 1,
        gort: env!("CARGO_PKG_VERSION").into(),
        files: files.iter().map(|(path, text)| (path.clone(), hex(text))).collect(),
    };
    let text =
        serde_json::to_string_pretty(&record).map_err(|e| Failure::new(format!("cannot write the hashes: {e}")))?;
    files.insert(RECORD.into(), format!("{text}\n").into_bytes());
    if std::fs::symlink_metadata(dir).is_err() {
        return create(dir, &files);
    }
    let mut owned: BTreeSet<String> = read_record(dir).unwrap_or_default().files.into_keys().collect();
    owned.insert(RECORD.into());
    let in_the_way = in_the_way(dir, &files, &owned);
    if !in_the_way.is_empty() && !force {
        let shown = crate::disk::shown(dir);
        return Err(named(
            Failure::new(format!("files of yours are in the way in `{shown}`")),
            &in_the_way,
        )
        .help("move them, or pass `--force` to replace them"));
    }
    replace(dir, &files, &owned).map_err(|e| elsewhere(Failure::io("write", dir, &e)).note("the folder is as it was"))
}

fn named(failure: Failure, paths: &[String]) -> Failure {
    let mut failure = paths.iter().take(MOST_NAMED).fold(failure, |f, p| f.note(p.clone()));
    if paths.len() > MOST_NAMED {
        failure = failure.note(format!("and {} more", paths.len() - MOST_NAMED));
    }
    failure
}

fn read_record(dir: &Path) -> Option<Record> {
    let text = std::fs::read(dir.join(RECORD)).ok()?;
    let record: Record = serde_json::from_slice(&text).ok()?;
    let inside = |path: &String| Path::new(path).components().all(|c| matches!(c, Component::Normal(_)));
    (record.format == 1 && record.files.keys().all(inside)).then_some(record)
}

/// Files that no longer are as they were written.
fn edited(dir: &Path, record: &Record) -> Vec<String> {
    let state = |(path, hash): (&String, &String)| match std::fs::read(dir.join(path)) {
        Ok(bytes) if hex(&bytes) == *hash => None,
        Ok(_) => Some(format!("edited: {path}")),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Some(format!("removed: {path}")),
        Err(e) => Some(format!("unreadable: {path} ({})", crate::failure::reason(&e))),
    };
    record.files.iter().filter_map(state).collect()
}

/// Files of the user's whose places are needed.
fn in_the_way(dir: &Path, files: &Files, owned: &BTreeSet<String>) -> Vec<String> {
    let mut out = Vec::new();
    for top in tops(files.keys()) {
        for leaf in leaves(dir, &top).unwrap_or_default() {
            if !owned.contains(&leaf) && clashes(&leaf, files) {
                out.push(leaf);
            }
        }
    }
    out
}

/// Whether a path, or a folder on the way to it, is one of the files; or it is a folder on the way to one.
fn clashes(leaf: &str, files: &Files) -> bool {
    let folder = format!("{leaf}/");
    let below = files
        .range(folder.clone()..)
        .next()
        .is_some_and(|(p, _)| p.starts_with(&folder));
    let above = leaf.match_indices('/').any(|(i, _)| files.contains_key(&leaf[..i]));
    files.contains_key(leaf) || below || above
}

/// The first parts of paths.
fn tops<'a>(paths: impl Iterator<Item = &'a String>) -> BTreeSet<String> {
    paths.filter_map(|p| p.split('/').next()).map(str::to_owned).collect()
}

/// Everything at or below a path that is not a folder.
fn leaves(dir: &Path, path: &str) -> io::Result<Vec<String>> {
    let full = dir.join(path);
    let kind = match std::fs::symlink_metadata(&full) {
        Ok(kind) => kind,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e),
    };
    if !kind.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut out = Vec::new();
    for entry in std::fs::read_dir(&full)? {
        let name = entry?.file_name();
        let Some(name) = name.to_str() else {
            return Err(io::Error::other(format!(
                "the name of a file in `{path}` is not valid UTF-8"
            )));
        };
        out.extend(leaves(dir, &format!("{path}/{name}"))?);
    }
    out.sort();
    Ok(out)
}

/// A folder that is not there yet appears complete or not at all.
fn create(dir: &Path, files: &Files) -> Result<(), Failure> {
    let parent = dir.parent().unwrap_or(Path::new("/"));
    std::fs::create_dir_all(parent).map_err(|e| elsewhere(Failure::io("create", parent, &e)))?;
    let staged = || -> io::Result<()> {
        let staging = staging(parent)?;
        let whole = staging.path().join("crate");
        for (path, text) in files {
            put(&whole.join(path), text)?;
        }
        std::fs::rename(&whole, dir)
    };
    staged().map_err(|e| elsewhere(Failure::io("write", dir, &e)))
}

fn elsewhere(failure: Failure) -> Failure {
    if failure.help.is_some() {
        failure
    } else {
        failure.help("choose another folder with `-o OUT`")
    }
}

/// A folder for files on their way, held by a lock while this process lives.
struct Staging {
    dir: TempDir,
    lock: File,
}

const STAGING: &str = ".gort-";
const LOCK: &str = "staging.lock";

fn staging(parent: &Path) -> io::Result<Staging> {
    sweep(parent);
    let dir = tempfile::Builder::new().prefix(STAGING).tempdir_in(parent)?;
    let fresh = dir.path().join("new.lock");
    let lock = File::create(&fresh)?;
    // Without locks on this file system, nothing is ever taken for left behind.
    if lock.lock().is_ok() {
        std::fs::rename(&fresh, dir.path().join(LOCK))?;
    }
    Ok(Staging { dir, lock })
}

/// Deletes what a process that was killed left behind.
fn sweep(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(STAGING) {
            continue;
        }
        let lock = File::options().read(true).write(true).open(entry.path().join(LOCK));
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            // What cannot be deleted now is deleted another time.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

impl Staging {
    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Leaves the folder for the user, who finds files in it that could not be put back.
    fn keep(self) -> PathBuf {
        let path = self.dir.keep();
        // Without its lock it is never swept.
        let _ = std::fs::remove_file(path.join(LOCK));
        drop(self.lock);
        path
    }
}

fn put(path: &Path, text: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(path, text)
}

/// Replaces the files of a folder that is there. The folder itself stays: a shell or an editor may be at home in it.
fn replace(dir: &Path, files: &Files, owned: &BTreeSet<String>) -> io::Result<()> {
    let staging = staging(dir)?;
    let (new, old) = (staging.path().join("new"), staging.path().join("old"));
    std::fs::create_dir(&new)?;
    std::fs::create_dir(&old)?;
    // The record goes last: while it is the old one, a half-done change counts as an edit.
    let mut changed = Vec::new();
    for top in tops(files.keys().chain(owned)) {
        if stage(dir, &new, &top, files, owned)? {
            changed.push(top);
        }
    }
    changed.sort_by_key(|top| RECORD.starts_with(top.as_str()));
    let mut moves = Moves::default();
    for top in &changed {
        if let Err(error) = moves.exchange(&dir.join(top), &new.join(top), &old.join(top)) {
            if moves.undo().is_err() {
                let kept = staging.keep();
                let text = format!("{error}; the old files are in `{}`", kept.display());
                return Err(io::Error::new(error.kind(), text));
            }
            return Err(error);
        }
    }
    Ok(())
}

/// Stages the new state of a top folder or file; says whether it differs from what is there.
fn stage(dir: &Path, new: &Path, top: &str, files: &Files, owned: &BTreeSet<String>) -> io::Result<bool> {
    let is_below = |path: &&String| path.split('/').next() == Some(top);
    let present = leaves(dir, top)?;
    let mut same = present
        .iter()
        .filter(is_below)
        .all(|p| files.contains_key(p) || !owned.contains(p));
    for (path, text) in files.iter().filter(|(p, _)| is_below(p)) {
        let current = dir.join(path);
        let to = new.join(path);
        let unchanged = present.contains(path) && std::fs::read(&current).is_ok_and(|t| t == *text);
        // A link keeps the time of the last change, by which cargo knows what to build.
        let linked = unchanged && link(&current, &to).is_ok();
        if !linked {
            put(&to, text)?;
        }
        same &= unchanged;
    }
    if same {
        return Ok(false);
    }
    for path in present.iter().filter(|p| !owned.contains(*p) && !clashes(p, files)) {
        let (from, to) = (dir.join(path), new.join(path));
        if link(&from, &to).is_err() {
            std::fs::copy(&from, &to)?;
        }
    }
    Ok(true)
}

fn link(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::hard_link(from, to)
}

/// Renames that can be taken back.
#[derive(Default)]
struct Moves(Vec<Move>);

enum Move {
    /// Two paths changed places.
    Swapped(PathBuf, PathBuf),
    /// The first became the second.
    Renamed(PathBuf, PathBuf),
}

impl Moves {
    /// Puts `new` in the place of `current`; either may be missing.
    fn exchange(&mut self, current: &Path, new: &Path, old: &Path) -> io::Result<()> {
        let there = |path: &Path| std::fs::symlink_metadata(path).is_ok();
        if there(current) && there(new) && swap(current, new).is_ok() {
            self.0.push(Move::Swapped(current.to_owned(), new.to_owned()));
            return Ok(());
        }
        if there(current) {
            self.rename(current, old)?;
        }
        if there(new) { self.rename(new, current) } else { Ok(()) }
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)?;
        self.0.push(Move::Renamed(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn undo(&mut self) -> io::Result<()> {
        while let Some(last) = self.0.pop() {
            match last {
                Move::Swapped(a, b) => swap(&a, &b)?,
                Move::Renamed(from, to) => std::fs::rename(to, from)?,
            }
        }
        Ok(())
    }
}

/// Two paths change places in one step, where the system can do that.
#[cfg(target_os = "linux")]
fn swap(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

/// Two paths change places in one step, where the system can do that.
#[cfg(not(target_os = "linux"))]
fn swap(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::{Files, Moves, write};
    use std::path::Path;

    fn files(texts: &[(&str, &str)]) -> Files {
        texts
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect()
    }

    fn text(path: &Path) -> Option<String> {
        std::fs::read_to_string(path).ok()
    }

    #[test]
    fn stale_files_go_and_the_users_own_stay() -> std::io::Result<()> {
        let home = tempfile::tempdir()?;
        let out = home.path().join("out");
        assert!(
            write(
                &out,
                files(&[("Cargo.toml", "1"), ("src/main.rs", "1"), ("src/old.rs", "1")]),
                false
            )
            .is_ok()
        );
        std::fs::write(out.join("src/mine.rs"), "mine")?;
        std::fs::write(out.join("Cargo.lock"), "lock")?;
        assert!(write(&out, files(&[("Cargo.toml", "1"), ("src/main.rs", "2")]), false).is_ok());
        assert_eq!(text(&out.join("src/main.rs")).as_deref(), Some("2"));
        assert_eq!(text(&out.join("src/old.rs")), None);
        assert_eq!(text(&out.join("src/mine.rs")).as_deref(), Some("mine"));
        assert_eq!(text(&out.join("Cargo.lock")).as_deref(), Some("lock"));
        let mut names: Vec<_> = std::fs::read_dir(&out)?.flatten().map(|e| e.file_name()).collect();
        names.sort();
        assert_eq!(names, [".gort", "Cargo.lock", "Cargo.toml", "src"]);
        Ok(())
    }

    #[test]
    fn a_file_of_the_users_is_not_replaced_by_a_new_one() -> std::io::Result<()> {
        let home = tempfile::tempdir()?;
        let out = home.path().join("out");
        assert!(write(&out, files(&[("src/main.rs", "1")]), false).is_ok());
        std::fs::write(out.join("src/util.rs"), "mine")?;
        let new = files(&[("src/main.rs", "2"), ("src/util.rs", "2")]);
        assert!(write(&out, new.clone(), false).is_err());
        assert_eq!(text(&out.join("src/main.rs")).as_deref(), Some("1"));
        assert_eq!(text(&out.join("src/util.rs")).as_deref(), Some("mine"));
        assert!(write(&out, new, true).is_ok());
        assert_eq!(text(&out.join("src/util.rs")).as_deref(), Some("2"));
        Ok(())
    }

    #[test]
    fn leftovers_of_a_killed_process_are_swept() -> std::io::Result<()> {
        let home = tempfile::tempdir()?;
        let out = home.path().join("out");
        assert!(write(&out, files(&[("a", "1")]), false).is_ok());
        std::fs::create_dir_all(out.join(".gort-dead/new"))?;
        std::fs::write(out.join(".gort-dead/staging.lock"), "")?;
        std::fs::create_dir_all(out.join(".gort-kept/old"))?;
        assert!(write(&out, files(&[("a", "2")]), false).is_ok());
        assert!(!out.join(".gort-dead").exists());
        assert!(out.join(".gort-kept").exists());
        Ok(())
    }

    #[test]
    fn moves_are_taken_back() -> std::io::Result<()> {
        let home = tempfile::tempdir()?;
        let at = |name: &str| home.path().join(name);
        for (name, text) in [("a", "old"), ("new-a", "new"), ("b", "old"), ("new-c", "new")] {
            std::fs::write(at(name), text)?;
        }
        let mut moves = Moves::default();
        moves.exchange(&at("a"), &at("new-a"), &at("old-a"))?;
        moves.exchange(&at("b"), &at("new-b"), &at("old-b"))?;
        moves.exchange(&at("c"), &at("new-c"), &at("old-c"))?;
        assert_eq!(text(&at("a")).as_deref(), Some("new"));
        assert_eq!(text(&at("b")), None);
        assert_eq!(text(&at("c")).as_deref(), Some("new"));
        moves.undo()?;
        assert_eq!(text(&at("a")).as_deref(), Some("old"));
        assert_eq!(text(&at("b")).as_deref(), Some("old"));
        assert_eq!(text(&at("c")), None);
        Ok(())
    }
}
