//! `path/filepath`: the system's paths, which are slash-separated here.

use super::{cleaned, matches};
use crate::pkg::go::*;
use crate::pkg::os::{self, FileInfo};
use crate::pkg::support::{error, error_var};

pub use super::{base, clean, dir, err_bad_pattern, ext, is_abs, join, match_, split};

/// Separates the parts of a path.
pub const SEPARATOR: i64 = 47;
/// Separates the paths of a list.
pub const LIST_SEPARATOR: i64 = 58;

error_var! {
    /// Tells a walk to skip the folder.
    skip_dir = "skip this directory";
    /// Tells a walk to end.
    skip_all = "skip everything and stop the walk";
}

/// What a walk calls.
pub type WalkFunc = Fn3<GoString, Iface<dyn FileInfo>, GoError, GoError>;

/// The absolute path.
pub fn abs(path: GoString) -> (GoString, GoError) {
    if is_abs(path.clone()) {
        return (clean(path), GoError::nil());
    }
    let (wd, err) = os::getwd();
    if !err.is_nil() {
        return (GoString::default(), err);
    }
    (join(Slice::from(vec![wd, path])), GoError::nil())
}

/// With slashes.
pub fn to_slash(path: GoString) -> GoString {
    path
}

/// With the system's separators.
pub fn from_slash(path: GoString) -> GoString {
    path
}

/// The volume's name: none here.
pub fn volume_name(_path: GoString) -> GoString {
    GoString::default()
}

/// The paths of a list.
pub fn split_list(path: GoString) -> Slice<GoString> {
    if path.is_empty() {
        Slice::from(vec![])
    } else {
        crate::pkg::strings::split(path, str(":"))
    }
}

/// The way from `basepath` to `targpath`.
pub fn rel(basepath: GoString, targpath: GoString) -> (GoString, GoError) {
    let (base, target) = (cleaned(basepath.as_bytes()), cleaned(targpath.as_bytes()));
    let impossible = || {
        let text = str("Rel: can't make ") + &targpath + str(" relative to ") + &basepath;
        (GoString::default(), error(text.to_str_lossy()))
    };
    if base.starts_with(b"/") != target.starts_with(b"/") {
        return impossible();
    }
    let parts = |p: &[u8]| -> Vec<Vec<u8>> {
        p.split(|&c| c == b'/')
            .filter(|s| !s.is_empty() && *s != b".")
            .map(<[u8]>::to_vec)
            .collect()
    };
    let (b, t) = (parts(&base), parts(&target));
    let same = b.iter().zip(&t).take_while(|(x, y)| x == y).count();
    if b[same..].iter().any(|p| p == b"..") {
        return impossible();
    }
    let mut out: Vec<Vec<u8>> = vec![b"..".to_vec(); b.len() - same];
    out.extend_from_slice(&t[same..]);
    let out = out.join(&b'/');
    (
        if out.is_empty() { str(".") } else { GoString::from(out) },
        GoError::nil(),
    )
}

/// The existing paths that match the shell pattern.
pub fn glob(pattern: GoString) -> (Slice<GoString>, GoError) {
    let p = pattern.as_bytes();
    if matches(p, b"").is_none() {
        return (Slice::nil(), err_bad_pattern());
    }
    if !p.iter().any(|c| b"*?[\\".contains(c)) {
        let found = os::lstat(pattern.clone()).1.is_nil();
        return (
            if found {
                Slice::from(vec![pattern])
            } else {
                Slice::nil()
            },
            GoError::nil(),
        );
    }
    let (folder, file) = split(pattern);
    let folder = match folder.as_bytes() {
        b"" => str("."),
        b"/" => folder,
        _ => folder.slice_to(folder.len() - 1),
    };
    let folders = if folder.as_bytes().iter().any(|c| b"*?[\\".contains(c)) {
        let (found, err) = glob(folder);
        if !err.is_nil() {
            return (Slice::nil(), err);
        }
        found
    } else {
        Slice::from(vec![folder])
    };
    let mut out = Vec::new();
    for d in folders.iter() {
        for e in os::read_dir(d.clone()).0.iter() {
            if matches(file.as_bytes(), e.name().as_bytes()) == Some(true) {
                out.push(join(Slice::from(vec![d.clone(), e.name()])));
            }
        }
    }
    (
        if out.is_empty() { Slice::nil() } else { Slice::from(out) },
        GoError::nil(),
    )
}

fn visit(path: GoString, info: Iface<dyn FileInfo>, f: &WalkFunc) -> GoError {
    if !info.is_dir() {
        return f(path, info, GoError::nil());
    }
    let (entries, err) = os::read_dir(path.clone());
    let mine = f(path.clone(), info, err.clone());
    if !err.is_nil() || !mine.is_nil() {
        return mine;
    }
    for e in entries.iter() {
        let err = visit(join(Slice::from(vec![path.clone(), e.name()])), e.clone(), f);
        let skipped = e.is_dir() && err == skip_dir();
        if !err.is_nil() && !skipped {
            return err;
        }
    }
    GoError::nil()
}

/// Visits a folder and all it holds, by name.
pub fn walk(root: GoString, f: WalkFunc) -> GoError {
    let (info, err) = os::lstat(root.clone());
    let err = if err.is_nil() {
        visit(root, info, &f)
    } else {
        f(root, Iface::nil(), err)
    };
    if err == skip_dir() || err == skip_all() {
        GoError::nil()
    } else {
        err
    }
}

/// As [`walk`]; an entry is a [`FileInfo`] here.
pub fn walk_dir(root: GoString, f: WalkFunc) -> GoError {
    walk(root, f)
}
