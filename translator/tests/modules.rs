//! Where packages are found: modules, workspaces, vendor folders, the module cache, a GOPATH; and who may import what.

mod common;

use common::Tree;
use gort_translator::diagnostic::Code;
use gort_translator::load::{Options, Workspace, load_dirs};
use gort_translator::types::check_program;

/// What was found, in the order of checking: `path (1.26)`; then the codes of all errors.
fn found(tree: &str, dir: &str, options: &Options) -> (Vec<String>, Vec<Code>) {
    let loaded = load_dirs(&Tree::parse(tree), &[dir], options);
    let packages = loaded.packages.iter();
    let packages = packages
        .map(|p| format!("{} ({}.{})", p.path, p.go_version.0, p.go_version.1))
        .collect();
    let (_, diagnostics) = check_program(loaded);
    let errors = diagnostics.iter().filter(|d| d.is_error());
    (packages, errors.map(|d| d.code).collect())
}

fn options() -> Options {
    Options {
        module_cache: Some("cache".into()),
        ..Options::default()
    }
}

fn with_cache(tree: &str) -> (Vec<String>, Vec<Code>) {
    found(tree, "./m", &options())
}

#[test]
fn packages_of_the_module_cache_have_the_selected_version_and_their_own_language() {
    let tree = "\
-- m/go.mod --
module m.org/m
go 1.16
require (
	a.org/Big v1.0.0
	b.org/b v1.0.0
)
-- m/m.go --
package m
import (
	big \"a.org/Big\"
	_ \"b.org/b/sub\"
)
var X int = big.Y
-- cache/cache/download/a.org/!big/@v/v1.0.0.mod --
module a.org/Big
go 1.13
require c.org/c v1.2.0
-- cache/a.org/!big@v1.0.0/big.go --
package big
import \"c.org/c\"
var Y = c.New
-- cache/cache/download/b.org/b/@v/v1.0.0.mod --
module b.org/b
require c.org/c v1.10.0
-- cache/b.org/b@v1.0.0/sub/b.go --
package sub
-- cache/cache/download/c.org/c/@v/v1.10.0.mod --
module c.org/c
go 1.21
-- cache/c.org/c@v1.2.0/c.go --
package c
-- cache/c.org/c@v1.10.0/c.go --
package c
var New = 1
";
    let (packages, errors) = with_cache(tree);
    assert_eq!(
        packages,
        [
            "c.org/c (1.21)",
            "a.org/Big (1.13)",
            "b.org/b/sub (1.16)",
            "m.org/m (1.16)"
        ]
    );
    assert_eq!(errors, []);
}

#[test]
fn replacements_lead_to_folders_and_to_other_modules() {
    let tree = "\
-- m/go.mod --
module m.org/m
go 1.21
require a.org/a v1.0.0
require b.org/b v1.0.0
replace a.org/a v1.0.0 => ../fork
replace b.org/b => d.org/d v0.2.0
-- m/m.go --
package m
import (
	_ \"a.org/a\"
	_ \"b.org/b\"
)
-- fork/go.mod --
module a.org/a
go 1.18
-- fork/a.go --
package a
-- cache/d.org/d@v0.2.0/go.mod --
module d.org/d
go 1.19
-- cache/d.org/d@v0.2.0/d.go --
package b
";
    let (packages, errors) = with_cache(tree);
    assert_eq!(packages, ["a.org/a (1.18)", "b.org/b (1.19)", "m.org/m (1.21)"]);
    assert_eq!(errors, []);
}

const WORKSPACE: &str = "\
-- go.work --
go 1.21
use (
	./m
	./lib
)
replace a.org/a => ./a
-- m/go.mod --
module m.org/m
go 1.21
require a.org/a v1.0.0
replace a.org/a => ./nowhere
-- m/m.go --
package m
import (
	_ \"a.org/a\"
	_ \"l.org/lib\"
)
-- lib/go.mod --
module l.org/lib
go 1.17
-- lib/lib.go --
package lib
-- a/go.mod --
module a.org/a
go 1.20
-- a/a.go --
package a
-- other/go.mod --
module o.org/o
-- other/o.go --
package o
";

#[test]
fn modules_of_a_workspace_see_each_other_and_its_replacements() {
    let mut options = options();
    options.workspace = Workspace::File("./go.work".into());
    let (packages, errors) = found(WORKSPACE, "./m", &options);
    assert_eq!(packages, ["a.org/a (1.20)", "l.org/lib (1.17)", "m.org/m (1.21)"]);
    assert_eq!(errors, []);
}

#[test]
fn a_workspace_is_searched_for_and_can_be_left_off() {
    let (packages, errors) = found(WORKSPACE, "./m", &options());
    assert_eq!((packages.len(), errors.len()), (3, 0));
    let off = Options {
        workspace: Workspace::Off,
        ..options()
    };
    let (_, errors) = found(WORKSPACE, "./m", &off);
    assert_eq!(errors, [Code::UNKNOWN_IMPORT, Code::UNKNOWN_IMPORT]);
    let (_, errors) = found(WORKSPACE, "./other", &options());
    assert_eq!(errors, [Code::GO_MOD]);
}

const VENDORED: &str = "\
-- m/go.mod --
module m.org/m
go 1.21
require a.org/a v1.0.0
-- m/m.go --
package m
import _ \"a.org/a\"
-- m/vendor/modules.txt --
# a.org/a v1.0.0
## explicit; go 1.18
a.org/a
-- m/vendor/a.org/a/a.go --
package a
-- m/vendor/b.org/b/b.go --
package b
-- cache/a.org/a@v1.0.0/a.go --
package a
";

#[test]
fn vendored_packages_come_before_the_cache_unless_asked() {
    assert_eq!(with_cache(VENDORED).0, ["a.org/a (1.18)", "m.org/m (1.21)"]);
    let from_cache = Options {
        vendor: Some(false),
        ..options()
    };
    let (packages, errors) = found(VENDORED, "./m", &from_cache);
    assert_eq!((&*packages[0], errors.len()), ("a.org/a (1.16)", 0));
}

#[test]
fn a_vendor_folder_must_fit_and_hold_what_is_imported() {
    let (_, errors) = with_cache(&VENDORED.replace("a.org/a v1.0.0\n##", "a.org/a v1.1.0\n##"));
    assert_eq!(errors, [Code::VENDORING]);
    let (_, errors) = with_cache(&VENDORED.replace("import _ \"a.org/a\"", "import _ \"b.org/b\""));
    assert_eq!(errors, [Code::UNKNOWN_IMPORT]);
}

#[test]
fn a_package_of_two_modules_is_ambiguous() {
    let tree = "\
-- m/go.mod --
module m.org/m
go 1.21
require a.org/a v1.0.0
require a.org/a/b v1.0.0
-- m/m.go --
package m
import _ \"a.org/a/b\"
-- cache/a.org/a@v1.0.0/b/b.go --
package b
-- cache/a.org/a/b@v1.0.0/b.go --
package b
";
    assert!(with_cache(tree).1.contains(&Code::AMBIGUOUS_IMPORT));
}

#[test]
fn a_folder_below_another_go_mod_is_not_of_the_module() {
    let tree = "\
-- m/go.mod --
module m.org/m
go 1.21
-- m/m.go --
package m
import _ \"m.org/m/inner/p\"
-- m/inner/go.mod --
module other.org/o
-- m/inner/p/p.go --
package p
";
    assert_eq!(with_cache(tree).1, [Code::UNKNOWN_IMPORT]);
}

#[test]
fn what_is_required_and_not_there_is_told_with_the_remedy() {
    let tree = "\
-- m/go.mod --
module m.org/m
go 1.21
require a.org/a v1.0.0
-- m/m.go --
package m
import _ \"a.org/a/b\"
";
    let loaded = load_dirs(&Tree::parse(tree), &["./m"], &options());
    let (_, diagnostics) = check_program(loaded);
    let help = diagnostics.first().and_then(|d| d.help.clone()).unwrap_or_default();
    assert!(
        help.contains("a.org/a@v1.0.0") && help.contains("go mod download"),
        "{diagnostics:?}"
    );
}

#[test]
fn internal_packages_are_for_those_around_them() {
    let tree = |import: &str| {
        format!(
            "-- m/go.mod --\nmodule m.org/m\ngo 1.21\nrequire a.org/a v1.0.0\n-- m/x/x.go --\npackage x\nimport _ \"{import}\"\n\
             -- m/internal/i.go --\npackage i\n-- m/x/internal/deep/d.go --\npackage d\n-- m/y/internal/i.go --\npackage i\n\
             -- cache/a.org/a@v1.0.0/internal/i.go --\npackage i\n"
        )
    };
    for (import, allowed) in [
        ("m.org/m/internal", true),
        ("m.org/m/x/internal/deep", true),
        ("m.org/m/y/internal", false),
        ("a.org/a/internal", false),
        ("internal/abi", false),
        ("crypto/internal/fips140", false),
    ] {
        let (_, errors) = found(&tree(import), "./m/x", &options());
        let told = errors.contains(&Code::INTERNAL_PACKAGE);
        // What the signatures do not have at all is not found.
        assert_eq!(
            told || errors.contains(&Code::UNKNOWN_IMPORT),
            !allowed,
            "{import}: {errors:?}"
        );
    }
}

#[test]
fn a_program_is_not_imported() {
    let tree = "\
-- m/go.mod --
module m.org/m
go 1.21
-- m/m.go --
package m
import _ \"m.org/m/tool\"
-- m/tool/t.go --
package main
func main() {}
";
    assert_eq!(with_cache(tree).1, [Code::PROGRAM_IMPORT]);
}

#[test]
fn an_import_cycle_is_told_once_and_cut() {
    let tree = "\
-- m/go.mod --
module m.org/m
go 1.21
-- m/m.go --
package m
import _ \"m.org/m/a\"
-- m/a/a.go --
package a
import _ \"m.org/m/b\"
-- m/b/b.go --
package b
import _ \"m.org/m/a\"
";
    let (packages, errors) = with_cache(tree);
    assert_eq!(packages, ["m.org/m/b (1.21)", "m.org/m/a (1.21)", "m.org/m (1.21)"]);
    assert_eq!(errors, [Code::IMPORT_CYCLE]);
}

const TESTED: &str = "\
-- m/go.mod --
module m.org/m
go 1.21
-- m/m.go --
package m
func double(n int) int { return 2 * n }
-- m/m_test.go --
package m
var Double = double
-- m/outside_test.go --
package m_test
import (
	\"m.org/m\"
	\"m.org/m/helper\"
)
var _ int = m.Double(helper.One)
-- m/helper/helper.go --
package helper
import \"m.org/m\"
type H = m.Missing
const One = 1
";

#[test]
fn tests_are_loaded_when_asked_and_external_ones_are_a_package() {
    let tree = TESTED.replace("type H = m.Missing", "var _ = m.Double");
    let tests = Options {
        tests: true,
        ..options()
    };
    let (packages, errors) = found(&tree, "./m", &tests);
    assert_eq!(
        packages,
        ["m.org/m (1.21)", "m.org/m/helper (1.21)", "m.org/m_test (1.21)"]
    );
    assert_eq!(errors, []);
    assert_eq!(with_cache(&tree).0, ["m.org/m (1.21)"]);
}

#[test]
fn errors_of_tests_are_told() {
    let tests = Options {
        tests: true,
        ..options()
    };
    assert_eq!(found(TESTED, "./m", &tests).1, [Code::UNDEFINED]);
    let other = TESTED.replace("package m_test", "package other_test");
    assert!(found(&other, "./m", &tests).1.contains(&Code::PACKAGE_CLAUSE));
    let cycle = TESTED.replace("package m\nvar", "package m\nimport _ \"m.org/m/helper\"\nvar");
    assert!(found(&cycle, "./m", &tests).1.contains(&Code::IMPORT_CYCLE));
}

#[test]
fn a_gopath_has_vendor_folders_on_every_level() {
    let tree = "\
-- src/a.org/app/x/x.go --
package x
import (
	\"b.org/b\"
	\"c.org/c\"
)
var X int = b.Near + c.Far
-- src/a.org/app/vendor/b.org/b/b.go --
package b
const Near = 1
-- src/b.org/b/b.go --
package b
-- src/c.org/c/c.go --
package c
const Far = 2
";
    let gopath = Options {
        roots: vec!["src".into()],
        without_modules: true,
        ..Options::default()
    };
    let (packages, errors) = found(tree, "src/a.org/app/x", &gopath);
    assert_eq!(
        packages,
        [
            "a.org/app/vendor/b.org/b (1.26)",
            "c.org/c (1.26)",
            "a.org/app/x (1.26)"
        ]
    );
    assert_eq!(errors, []);
}

#[test]
fn threads_change_nothing() {
    let mut tree = String::from("-- m/go.mod --\nmodule m.org/m\ngo 1.21\n");
    let mut imports = String::new();
    for n in 0..20 {
        imports.push_str(&format!("import _ \"m.org/m/p{n}\"\n"));
        let text = format!("func f{n}() {{ undefined{n}() }}\n").repeat(300);
        tree.push_str(&format!("-- m/p{n}/p.go --\npackage p\n{text}func g( {{\n"));
    }
    tree.push_str(&format!("-- m/m.go --\npackage m\n{imports}"));
    let with = |jobs: usize| {
        let options = Options {
            jobs,
            ..Options::default()
        };
        let loaded = load_dirs(&Tree::parse(&tree), &["./m"], &options);
        let nodes = loaded.nodes;
        let (program, diagnostics) = check_program(loaded);
        let order: Vec<_> = program.packages.iter().map(|p| p.path.clone()).collect();
        (nodes, order, diagnostics)
    };
    assert_eq!(with(1), with(4));
}
