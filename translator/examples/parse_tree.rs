//! Parses every Go file below the given folders and reports counts and speed.
#![allow(clippy::disallowed_methods, reason = "an example is a caller, with files of its own")]

use gort_translator::source::SourceMap;
use gort_translator::syntax::Parser;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn collect(dir: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for e in entries.flatten() {
        let p = e.path();
        if p.is_dir() {
            if p.file_name().is_none_or(|n| n != "testdata") {
                collect(&p, out);
            }
        } else if p.extension().is_some_and(|e| e == "go") {
            out.push(p);
        }
    }
}

fn main() {
    let mut files = Vec::new();
    for dir in std::env::args().skip(1) {
        collect(Path::new(&dir), &mut files);
    }
    files.sort();
    let mut sources = SourceMap::default();
    let mut parser = Parser::default();
    let (mut lines, mut bad, mut spent) = (0usize, 0, Duration::ZERO);
    for path in &files {
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        let id = sources.add(&path.to_string_lossy(), &text);
        lines += text.lines().count();
        let mut diagnostics = Vec::new();
        let start = Instant::now();
        let file = parser.parse(id, &text, &mut diagnostics);
        drop(file);
        spent += start.elapsed();
        if let Some(d) = diagnostics.first() {
            bad += 1;
            println!("{}: {}", d.span.map_or("-".into(), |s| sources.position(s)), d.message);
        }
    }
    println!(
        "{} files, {bad} with errors, {lines} lines, {:.0} lines/s",
        files.len(),
        lines as f64 / spent.as_secs_f64()
    );
}
