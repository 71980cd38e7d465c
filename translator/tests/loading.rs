//! Which files and packages a load takes, from folders that are texts.

mod common;

use common::Tree;
use gort_translator::diagnostic::Code;
use gort_translator::load::{Loaded, Options, build, load_dirs};
use gort_translator::types::check_program;

fn load(tree: Tree, dir: &str, roots: &[&str]) -> Loaded {
    let options = Options {
        roots: roots.iter().map(|r| (*r).to_owned()).collect(),
        ..Options::default()
    };
    load_dirs(&tree, &[dir], &options)
}

#[test]
fn packages_of_a_root_have_the_language_version_of_their_own_module() {
    let loaded = load(
        Tree::of(&[
            ("/gopath/a.org/app/go.mod", "module a.org/app\ngo 1.26\n"),
            (
                "/gopath/a.org/app/app.go",
                "package app\nimport \"b.org/lib\"\nvar X int = lib.Y\n",
            ),
            ("/gopath/b.org/lib/go.mod", "module b.org/lib\ngo 1.17\n"),
            ("/gopath/b.org/lib/lib.go", "package lib\nvar Y = 1\n"),
        ]),
        "/gopath/a.org/app",
        &["/gopath"],
    );
    let found: Vec<_> = loaded.packages.iter().map(|p| (&*p.path, p.go_version)).collect();
    assert_eq!(found, [("b.org/lib", (1, 17)), ("a.org/app", (1, 26))]);
    let (_, diagnostics) = check_program(loaded);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
}

#[test]
fn a_folder_of_a_root_without_a_module_is_named_by_its_path() {
    let tree = Tree::of(&[("/gopath/a.org/app/app.go", "package app\n")]);
    let loaded = load(tree, "/gopath/a.org/app", &["/gopath"]);
    assert_eq!(loaded.packages.first().map(|p| &*p.path), Some("a.org/app"));
}

#[test]
fn a_file_with_cgo_is_left_out_with_a_warning() {
    let tree = Tree::of(&[
        ("/p/a.go", "package p\nvar A = 1\n"),
        ("/p/c.go", "package p\nimport \"C\"\nvar A = C.x\n"),
    ]);
    let loaded = load(tree, "/p", &[]);
    let codes: Vec<_> = loaded.diagnostics.iter().map(|d| (d.code, d.is_error())).collect();
    assert_eq!(codes, [(Code::CGO, false)]);
    let (_, diagnostics) = check_program(loaded);
    assert!(!diagnostics.iter().any(|d| d.is_error()), "{diagnostics:?}");
}

#[test]
fn build_constraints_hold_in_both_forms() {
    for (text, holds) in [
        ("//go:build linux && !cgo\n\npackage p\n", true),
        ("//go:build windows || (linux && arm64)\n\npackage p\n", false),
        ("// +build linux darwin\n// +build amd64\n\npackage p\n", true),
        ("// +build linux\n// +build !amd64\n\npackage p\n", false),
        ("// +build linux,arm64 windows\n\npackage p\n", false),
        // Without a blank line behind it such a comment is no constraint.
        ("// +build ignore\npackage p\n", true),
        ("// +build ignore\n\npackage p\n", false),
        ("//go:build goexperiment.regabiargs\n\npackage p\n", true),
    ] {
        assert_eq!(build::text_matches(text, &[]), holds, "{text}");
    }
}

#[test]
fn a_build_constraint_asks_for_a_language_version() {
    for (text, version) in [
        ("//go:build go1.22\n\npackage p\n", Some((1, 22))),
        ("//go:build linux && go1.22 && !go1.24\n\npackage p\n", Some((1, 22))),
        ("//go:build go1.22 || go1.20\n\npackage p\n", Some((1, 20))),
        ("//go:build go1.22 || linux\n\npackage p\n", None),
        ("package p\n", None),
    ] {
        assert_eq!(build::language_version(text), version, "{text}");
    }
}
