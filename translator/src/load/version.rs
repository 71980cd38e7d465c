//! Module versions: their order, and how paths and versions are written in the module cache.
//!
//! In: `v1.2.3-pre.1+meta`. Out: an ordering that is that of semantic versioning; folder names.
//! Invariants: what is no version is before all versions; build metadata does not count.

use std::cmp::Ordering;

/// Compares two versions as semantic versioning has it.
///
/// Beyond the spec: cmd/go, "Modules, module versions, and more".
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    match (Parts::of(a), Parts::of(b)) {
        (None, None) => a.cmp(b),
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(a), Some(b)) => a.numbers.cmp(&b.numbers).then_with(|| before_release(a.pre, b.pre)),
    }
}

struct Parts<'a> {
    numbers: [u64; 3],
    /// What stands behind `-`.
    pre: &'a str,
}

impl<'a> Parts<'a> {
    fn of(version: &'a str) -> Option<Parts<'a>> {
        let rest = version.strip_prefix('v')?;
        let rest = rest.split_once('+').map_or(rest, |p| p.0);
        let (core, pre) = rest.split_once('-').unwrap_or((rest, ""));
        let mut numbers = [0; 3];
        let mut slots = numbers.iter_mut();
        for part in core.split('.') {
            *slots.next()? = part.parse().ok()?;
        }
        Some(Parts { numbers, pre })
    }
}

/// A version before a release is before the release; its parts count one by one, numbers before words.
fn before_release(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        _ => {}
    }
    let part = |x: &str, y: &str| {
        let number = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        match (number(x), number(y)) {
            // Of two numbers without leading zeros the longer is the larger, however long.
            (true, true) => x.len().cmp(&y.len()).then_with(|| x.cmp(y)),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => x.cmp(y),
        }
    };
    let (mut x, mut y) = (a.split('.'), b.split('.'));
    loop {
        match (x.next(), y.next()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) if x != y => return part(x, y),
            _ => {}
        }
    }
}

/// A path or version as the module cache has it: file systems may not tell capitals apart, so each is `!` and its small
/// letter.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_uppercase() {
            out.push('!');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{compare, escape};
    use std::cmp::Ordering;

    #[test]
    fn versions_are_ordered_as_semantic_versioning_has_it() {
        let rising = [
            "none",
            "v0.0.0-20190101000000-abcdef012345",
            "v0.9.10",
            "v1.0.0-alpha",
            "v1.0.0-alpha.1",
            "v1.0.0-alpha.beta",
            "v1.0.0-beta.2",
            "v1.0.0-beta.11",
            "v1.0.0",
            "v1.2.10",
            "v1.10.0",
            "v2.0.0+incompatible",
        ];
        for pair in rising.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        assert_eq!(compare("v2.0.0", "v2.0.0+incompatible"), Ordering::Equal);
    }

    #[test]
    fn capitals_are_escaped() {
        assert_eq!(escape("github.com/BurntSushi/toml"), "github.com/!burnt!sushi/toml");
    }
}
