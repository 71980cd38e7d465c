//! What of a folder belongs to the build, and the parsing of it.
//!
//! In: a folder, or files one by one. Out: their texts; syntax trees.
//! Invariants: a file's place among ids is known before it is parsed, so that files can be parsed in any order.

use super::{FileSystem, Options, build, join};
use crate::diagnostic::{Code, Diagnostic};
use crate::guard;
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::Parser;
use crate::syntax::ast::{self, NodeId};
use std::sync::{Arc, Mutex, PoisonError};

/// The files of a package, read and not parsed.
#[derive(Default)]
pub(super) struct Folder {
    pub(super) files: Vec<Text>,
    /// Functions of it may be implemented outside Go: there is an assembler or object file.
    pub(super) assembly: bool,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// One Go file.
pub(super) struct Text {
    pub(super) is_test: bool,
    pub(super) source: SourceFile,
}

/// Reads what a folder has for the build.
///
/// Beyond the spec: cmd/go, "Build constraints".
pub(super) fn read(fs: &dyn FileSystem, options: &Options, dir: &str, tests: bool) -> Folder {
    let mut out = Folder::default();
    let mut names = fs.read_dir(dir);
    names.sort();
    for name in names {
        let is_test = name.ends_with("_test.go");
        let hidden = name.starts_with(['_', '.']);
        if hidden || (is_test && !tests) || !build::name_matches(&name, &options.tags) {
            continue;
        }
        let path = join(dir, &name);
        if name.ends_with(".go") {
            out.add(fs, &path, is_test, Some(&options.tags));
        } else if name.ends_with(".s") {
            let bytes = fs.read(&path).unwrap_or_default();
            out.assembly |= build::text_matches(&String::from_utf8_lossy(&bytes), &options.tags);
        } else {
            out.assembly |= name.ends_with(".syso");
        }
    }
    out
}

/// Reads files that are named one by one; their build constraints do not count.
pub(super) fn read_files(fs: &dyn FileSystem, files: &[&str], dir: &str) -> Folder {
    let mut out = Folder {
        assembly: fs.read_dir(dir).iter().any(|n| n.ends_with(".s")),
        ..Folder::default()
    };
    for path in files {
        out.add(fs, path, false, None);
    }
    out
}

impl Folder {
    /// Reads a file, if the build has it; a byte order mark at its beginning is none of its text.
    ///
    /// Spec: Source code representation.
    fn add(&mut self, fs: &dyn FileSystem, path: &str, is_test: bool, tags: Option<&Vec<String>>) {
        let Some(bytes) = fs.read(path) else {
            // Beyond the spec: cmd/go, files that are named.
            let text = format!("cannot read `{path}`");
            self.diagnostics.push(Diagnostic::error(Code::NO_GO_FILES, None, text));
            return;
        };
        match std::str::from_utf8(&bytes) {
            Ok(text) if text.len() < u32::MAX as usize >> 3 => {
                let text = text.strip_prefix('\u{feff}').unwrap_or(text);
                if tags.is_none_or(|tags| build::text_matches(text, tags)) {
                    let source = SourceFile::new(path, text);
                    self.files.push(Text { is_test, source });
                }
            }
            _ => {
                // Spec: Source code representation.
                let text = format!("`{path}` is not valid UTF-8");
                self.diagnostics.push(Diagnostic::error(Code::ENCODING, None, text));
            }
        }
    }
}

/// A file to parse: its text, and the ids it gets.
pub(super) struct Task {
    pub(super) file: FileId,
    pub(super) first: NodeId,
    pub(super) text: Arc<str>,
}

impl Task {
    /// How many node ids are kept for the file: every node but a few has at least one byte of its own.
    pub(super) fn room(text: &str) -> u32 {
        2 * text.len() as u32 + 64
    }
}

/// Parsers that wait for files; each keeps the names that it has met.
#[derive(Default)]
pub(super) struct Parsers(Mutex<Vec<Parser>>);

impl Parsers {
    /// Parses a file.
    pub(super) fn parse(&self, task: &Task) -> (ast::File, Vec<Diagnostic>) {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut parser = waiting.unwrap_or_default();
        parser.begin_at(task.first);
        let mut diagnostics = Vec::new();
        let text = &*task.text;
        let parsed = guard::guarded("parsing", || {
            let file = parser.parse(task.file, text, &mut diagnostics);
            let used = parser.new_node().0 - task.first.0;
            assert!(
                used <= Task::room(text),
                "a file of {} bytes has {used} nodes",
                text.len()
            );
            file
        });
        let mut file = match parsed {
            Ok(file) => {
                self.0.lock().unwrap_or_else(PoisonError::into_inner).push(parser);
                file
            }
            Err(mut defect) => {
                let whole = Span::new(task.file, 0, text.len() as u32);
                defect.span = defect.span.or(Some(whole.at_start()));
                diagnostics.push(defect);
                ast::File::empty(whole, task.first)
            }
        };
        file.release = build::language_version(text);
        (file, diagnostics)
    }
}
