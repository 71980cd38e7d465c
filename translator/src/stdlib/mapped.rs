//! Which objects of the standard library the runtime has.
//!
//! In: a qualified name as `analysis::coloring::library::qualified` gives it. Out: whether the runtime's index lists it.
//! Invariant: the index here is the runtime's own, byte for byte; a test compares the two.

use rustc_hash::FxHashSet;
use std::sync::LazyLock;

/// The runtime's index.
pub const INDEX: &str = include_str!("mapped.txt");

static NAMES: LazyLock<FxHashSet<String>> = LazyLock::new(|| {
    let lines = INDEX
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines
        .map(|l| {
            l.trim_start_matches("const ")
                .trim_start_matches("field ")
                .replace(['(', ')', '*'], "")
        })
        .collect()
});

/// What `io/fs` declares and `os` has under the same name.
const OF_FILES: [&str; 9] = [
    "DirEntry",
    "ErrClosed",
    "ErrExist",
    "ErrInvalid",
    "ErrNotExist",
    "ErrPermission",
    "FileInfo",
    "FileMode",
    "PathError",
];

/// Whether the runtime has the object: `path.Name` or `path.Type.Method`.
pub fn is_mapped(qualified: &str) -> bool {
    // Methods of the universe's `error` are always there.
    if qualified.starts_with('.') || NAMES.contains(qualified) {
        return true;
    }
    let Some(name) = qualified.strip_prefix("io/fs.") else {
        return false;
    };
    let known = OF_FILES.contains(&name.split('.').next().unwrap_or(name)) || name.starts_with("Mode");
    known && NAMES.contains(&*format!("os.{name}"))
}
