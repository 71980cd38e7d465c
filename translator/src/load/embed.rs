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

/// Go's `path.Match` for one part of a path.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    matches_from(&pattern, &name)
}

fn matches_from(pattern: &[char], name: &[char]) -> bool {
    match pattern {
        [] => name.is_empty(),
        ['*', rest @ ..] => (0..=name.len()).any(|n| matches_from(rest, &name[n..])),
        ['?', rest @ ..] => !name.is_empty() && matches_from(rest, &name[1..]),
        ['\\', c, rest @ ..] => name.first() == Some(c) && matches_from(rest, &name[1..]),
        ['[', rest @ ..] => {
            let (Some(end), Some(c)) = (rest.iter().skip(1).position(|c| *c == ']'), name.first()) else {
                return false;
            };
            let (set, after) = rest.split_at(end + 1);
            let (negated, set) = match set {
                ['^', set @ ..] => (true, set),
                set => (false, set),
            };
            in_set(set, *c) != negated && matches_from(&after[1..], &name[1..])
        }
        [c, rest @ ..] => name.first() == Some(c) && matches_from(rest, &name[1..]),
    }
}

fn in_set(set: &[char], c: char) -> bool {
    match set {
        [] => false,
        ['\\', one, rest @ ..] => *one == c || in_set(rest, c),
        [low, '-', high, rest @ ..] => (*low..=*high).contains(&c) || in_set(rest, c),
        [one, rest @ ..] => *one == c || in_set(rest, c),
    }
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
            (".", "a/b.txt", true),
        ] {
            assert_eq!(Pattern::of(pattern).takes(path), takes, "{pattern} {path}");
        }
    }
}
