//! The files that `//go:embed` names.
//!
//! In: the directives of a package's files, and the files below its folder. Out: for each variable the files it holds.
//! Invariants: files come in the order of their paths, each once; what the caller does not tell is left out, and then the
//! variable has no entry.

use super::{FileSystem, join};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast;
use crate::syntax::embed::{Target, embeds};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A file whose bytes a variable holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddedFile {
    /// Below the package's folder, with `/`.
    pub path: Arc<str>,
    /// What is in it.
    pub bytes: Arc<[u8]>,
}

/// The files of each variable, by the span of its specification.
pub(super) fn embedded(
    fs: &dyn FileSystem,
    dir: &str,
    files: &[ast::File],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(Span, Vec<EmbeddedFile>)> {
    let mut wanted: Vec<(Span, Vec<(Span, Pattern)>)> = Vec::new();
    for embed in files.iter().flat_map(embeds) {
        let Target::Vars(spec) = embed.target else { continue };
        let patterns = words(embed.patterns).into_iter().map(|p| (embed.span, Pattern::of(&p)));
        match wanted.last_mut().filter(|(span, _)| *span == spec.span) {
            Some((_, known)) => known.extend(patterns),
            None => wanted.push((spec.span, patterns.collect())),
        }
    }
    if wanted.is_empty() {
        return Vec::new();
    }
    let Some(tree) = fs.tree(dir) else { return Vec::new() };
    // A folder with a go.mod is another module's.
    let modules: Vec<_> = tree.iter().filter_map(|p| p.strip_suffix("/go.mod")).collect();
    let foreign = |path: &str| {
        let mut below = modules.iter().filter_map(|m| path.strip_prefix(*m));
        below.any(|rest| rest.starts_with('/'))
    };
    let own: Vec<&String> = tree.iter().filter(|p| !foreign(p)).collect();
    let mut out = Vec::new();
    for (span, patterns) in wanted {
        let mut found: BTreeMap<&str, EmbeddedFile> = BTreeMap::new();
        let mut complete = true;
        for (at, pattern) in &patterns {
            let matching: Vec<_> = own.iter().filter(|p| pattern.takes(p)).collect();
            complete &= !matching.is_empty();
            if matching.is_empty() {
                // Beyond the spec: cmd/go, `//go:embed`.
                let text = format!("pattern `{}`: no matching files found", pattern.text);
                diagnostics.push(Diagnostic::error(Code::INVALID_DECL, *at, text));
            }
            for path in matching {
                if let Some(bytes) = fs.read(&join(dir, path)) {
                    let file = EmbeddedFile {
                        path: path.as_str().into(),
                        bytes: bytes.into(),
                    };
                    found.insert(path.as_str(), file);
                }
            }
        }
        if complete {
            out.push((span, found.into_values().collect()));
        }
    }
    out
}

/// The patterns of a directive: words, which may be quoted as Go's strings are.
fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '`' => match rest[1..].split_once('`') {
                Some((word, after)) => (word.to_owned(), after),
                None => (rest[1..].to_owned(), ""),
            },
            '"' => {
                let mut word = String::new();
                let mut chars = rest.char_indices().skip(1);
                let mut end = rest.len();
                while let Some((i, c)) = chars.next() {
                    match c {
                        '"' => {
                            end = i + 1;
                            break;
                        }
                        '\\' => word.extend(chars.next().map(|(_, c)| c)),
                        c => word.push(c),
                    }
                }
                (word, &rest[end..])
            }
            _ => match rest.split_once(char::is_whitespace) {
                Some((word, after)) => (word.to_owned(), after),
                None => (rest.to_owned(), ""),
            },
        };
        out.push(word);
        rest = after.trim_start();
    }
    out
}

/// A path or a pattern of paths; a folder stands for what is in it.
struct Pattern {
    text: String,
    parts: Vec<String>,
    /// Files whose names begin with `.` or `_` too.
    all: bool,
}

impl Pattern {
    fn of(text: &str) -> Pattern {
        let (path, all) = match text.strip_prefix("all:") {
            Some(path) => (path, true),
            None => (text, false),
        };
        let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
        Pattern {
            text: text.to_owned(),
            parts: parts.map(str::to_owned).collect(),
            all,
        }
    }

    fn takes(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        if parts.len() < self.parts.len() {
            return false;
        }
        let (head, below) = parts.split_at(self.parts.len());
        let hidden = |part: &&str| part.starts_with(['.', '_']);
        head.iter()
            .zip(&self.parts)
            .all(|(name, pattern)| matches(pattern, name))
            && (self.all || !below.iter().any(hidden))
    }
}

/// Go's `path.Match` for one part of a path, in time that grows with the product of the lengths.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    // Which beginnings of the name the pattern up to here takes, by their lengths.
    let mut taken = vec![false; name.len() + 1];
    taken[0] = true;
    let mut rest = &pattern[..];
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == '*' {
            for n in 1..taken.len() {
                taken[n] |= taken[n - 1];
            }
            continue;
        }
        let mut set: &[char] = &[];
        let mut one = *first;
        match first {
            '\\' => match rest.split_first() {
                Some((escaped, after)) => (one, rest) = (*escaped, after),
                None => return false,
            },
            '[' => match rest.iter().skip(1).position(|c| *c == ']') {
                Some(end) => (set, rest) = (&rest[..=end], &rest[end + 2..]),
                None => return false,
            },
            _ => {}
        }
        let takes = |c: char| match first {
            '?' => true,
            '[' => in_set(set, c),
            _ => one == c,
        };
        for n in (1..taken.len()).rev() {
            taken[n] = taken[n - 1] && takes(name[n - 1]);
        }
        taken[0] = false;
    }
    taken[name.len()]
}

/// Whether a character is one of `a-c\\-x`, or of `^a-c` none.
fn in_set(set: &[char], c: char) -> bool {
    let (negated, mut rest) = match set {
        ['^', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut found = false;
    while !rest.is_empty() && !found {
        (found, rest) = match rest {
            ['\\', one, rest @ ..] => (*one == c, rest),
            [low, '-', high, rest @ ..] => ((*low..=*high).contains(&c), rest),
            [one, rest @ ..] => (*one == c, rest),
            [] => (false, rest),
        };
    }
    found != negated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_names_words_and_quoted_words() {
        assert_eq!(
            words(r#"a/b.txt "with space.txt" `raw "x"` *.md"#),
            ["a/b.txt", "with space.txt", "raw \"x\"", "*.md"]
        );
        assert_eq!(words("\"open"), ["open"]);
    }

    #[test]
    fn patterns_take_files_and_what_is_in_folders() {
        for (pattern, path, takes) in [
            ("a.txt", "a.txt", true),
            ("*.txt", "b/a.txt", false),
            ("b", "b/c/a.txt", true),
            ("b", "b/.hidden", false),
            ("b", "b/_c/a.txt", false),
            ("all:b", "b/.hidden", true),
            ("b/*", "b/.hidden", true),
            ("./b/[a-c]?.go", "b/bx.go", true),
            ("b/[^a-c]?.go", "b/bx.go", false),
            ("b/[^a-c]?.go", "b/dx.go", true),
            ("*a*b*", "xaxxbx", true),
            ("*a*b", "xbxxa", false),
            ("\\*", "*", true),
            ("\\*", "x", false),
            ("[a", "a", false),
            ("\\", "x", false),
            (".", "a/b.txt", true),
        ] {
            assert_eq!(Pattern::of(pattern).takes(path), takes, "{pattern} {path}");
        }
    }

    #[test]
    fn no_pattern_takes_for_ever() {
        assert!(!matches(&"*a".repeat(1000), &"a".repeat(999)));
        assert!(!matches(&"x".repeat(1_000_000), "x"));
    }
}
