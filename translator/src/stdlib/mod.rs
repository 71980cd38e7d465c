//! What the translator knows of Go's standard library: the declarations of its packages.
//!
//! In: an import path. Out: the package's declarations as Go source, without bodies and comments.
//! Invariants: the texts are written by `stdlib-gen` and parse without error; nothing is parsed before it is asked for.

pub mod format;
mod index;
pub mod mapped;

/// The declarations of a package, also of the internal ones that public signatures mention.
pub fn declarations(path: &str) -> Option<&'static str> {
    let at = index::PACKAGES.binary_search_by(|(p, _)| (*p).cmp(path)).ok()?;
    index::PACKAGES.get(at).map(|(_, text)| *text)
}

/// The place of a package in the index, dense from 0.
pub fn index_of(path: &str) -> Option<usize> {
    index::PACKAGES.binary_search_by(|(p, _)| (*p).cmp(path)).ok()
}

/// How many packages there are.
pub fn count() -> usize {
    index::PACKAGES.len()
}

/// Whether a user may import the path: it is known and not internal.
pub fn is_public(path: &str) -> bool {
    path == "unsafe" || (index_of(path).is_some() && !path.split('/').any(|p| p == "internal"))
}
