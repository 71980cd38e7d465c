//! Prints who owns the containers and structs of a package, and for what is shared, why.
//!
//! `ownership PATH…`: package folders or Go files.
#![allow(clippy::disallowed_methods, reason = "an example is a caller, with files of its own")]

use gort_translator::analysis::ownership::{Node, Root, container};
use gort_translator::analysis::{Input, analyze};
use gort_translator::hir::LocalId;
use gort_translator::load::{FileSystem, Options, load_dirs, load_files};
use gort_translator::{hir, types};

struct Disk;

impl FileSystem for Disk {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(path).ok()
    }
    fn read_dir(&self, path: &str) -> Vec<String> {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries
            .filter(|e| e.path().is_file())
            .filter_map(|e| e.file_name().into_string().ok())
            .collect()
    }
    fn exists(&self, path: &str) -> bool {
        std::path::Path::new(path).exists()
    }
}

fn main() {
    for arg in std::env::args().skip(1) {
        let options = Options::default();
        let loaded = if arg.ends_with(".go") {
            load_files(&Disk, &[&arg], &options)
        } else {
            load_dirs(&Disk, &[&arg], &options)
        };
        let (program, _) = types::check_program(loaded);
        let (hir, _) = hir::lower::lower(&program);
        let input = Input {
            hir: &hir,
            types: &program,
        };
        let ownership = analyze(input).ownership;
        let store = input.store();
        let print = |node: Node, name: String, span| {
            let at = program.sources.position(span);
            let why = ownership.why(node);
            let Some((_, _, Some(cause))) = why.last() else {
                println!("{at}: {name}: owned");
                return;
            };
            println!(
                "{at}: {name}: {} ({})",
                cause.what,
                program.sources.position(cause.span)
            );
        };
        for obj in input.user_structs() {
            let object = store.obj(obj);
            print(
                Node::Struct(obj),
                object.name.to_string(),
                object.span.unwrap_or_default(),
            );
            if let types::Type::Struct(s) = store.under(object.ty) {
                for field in &s.fields {
                    let object = store.obj(*field);
                    if object.ty == types::TypeId::STRING {
                        let node = Node::Text(Root::Field(input.origin(*field)), 0);
                        print(node, format!("  .{}", object.name), object.span.unwrap_or_default());
                    }
                    if container(input, object.ty).is_some() {
                        let node = Node::Container(Root::Field(input.origin(*field)), 0);
                        print(node, format!("  .{}", object.name), object.span.unwrap_or_default());
                    }
                }
            }
        }
        for (i, local) in hir.locals.iter().enumerate() {
            if local.ty == types::TypeId::STRING {
                let node = Node::Text(Root::Local(LocalId(i as u32)), 0);
                print(node, local.name.to_string(), local.span);
            }
            let mut level = 0;
            let mut ty = local.ty;
            while let Some(c) = container(input, ty) {
                let node = Node::Container(Root::Local(LocalId(i as u32)), level);
                print(node, format!("{}{}", local.name, "[]".repeat(level.into())), local.span);
                level += 1;
                ty = c.element();
            }
        }
    }
}
