//! Prints `file:start-end type = constant` for every expression, to be compared with what `go/types` says.
#![allow(clippy::disallowed_methods, reason = "an example is a caller, with files of its own")]

use gort_translator::load::{FileSystem, Options, load_files};
use gort_translator::source::Span;
use gort_translator::syntax::ast::*;
use gort_translator::types::{ConstValue, Program, check_program};

struct Disk;

impl FileSystem for Disk {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(path).ok()
    }
    fn read_dir(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
    fn exists(&self, path: &str) -> bool {
        std::path::Path::new(path).exists()
    }
}

/// The debug text of a tree names every node's id and span: good enough to find all expressions.
fn spans(file: &File) -> Vec<(u32, Span)> {
    let text = format!("{:?}", file.decls);
    let mut out = Vec::new();
    let marker = "Expr { id: NodeId(";
    for (at, _) in text.match_indices(marker) {
        if at > 0 && text.as_bytes().get(at - 1).is_some_and(|b| b.is_ascii_alphanumeric()) {
            continue;
        }
        let rest = &text[at + marker.len()..];
        let number = |s: &str| {
            s.chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
                .parse::<u32>()
                .unwrap_or(0)
        };
        let id = number(rest);
        let start = rest.find("start: ").map_or(0, |i| number(&rest[i + 7..]));
        let end = rest.find("end: ").map_or(0, |i| number(&rest[i + 5..]));
        out.push((id, Span::new(file.id, start, end)));
    }
    out
}

fn main() {
    for path in std::env::args().skip(1) {
        let (program, _): (Program, _) = check_program(load_files(&Disk, &[&path], &Options::default()));
        let Some(package) = program.packages.first() else {
            continue;
        };
        let mut lines = Vec::new();
        for file in &package.files {
            for (id, span) in spans(file) {
                let Some(t) = program.info.types.get(NodeId(id)) else {
                    continue;
                };
                let value = match t.value.as_deref() {
                    None => String::new(),
                    Some(v @ (ConstValue::Int(_) | ConstValue::Bool(_))) => format!(" = {v}"),
                    Some(_) => " = C".into(),
                };
                let ty = program.store.type_string(t.ty, Some(package.id));
                lines.push(format!("{path}:{}-{} {ty}{value}", span.start, span.end));
            }
        }
        lines.sort();
        for l in lines {
            println!("{l}");
        }
    }
}
