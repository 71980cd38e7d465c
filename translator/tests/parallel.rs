//! However many threads check a module, the same comes out: ids, tables, diagnostics, and the Rust.

mod common;

use common::Tree;
use gort_translator::load::{Options, load_dirs};
use gort_translator::types::{ObjId, PackageId, Program, TypeId, check_program};
use gort_translator::{emit, pipeline};
use std::fmt::Write;

/// What all packages instantiate; its types are written without names where that is hard.
const SHARED: &str = r#"
package shared

type List[T any] struct {
	Items []T
	next  *List[T]
	hook  func(struct{ A T })
	More  interface{ Take(struct{ B T }) }
}

func (l *List[T]) Each(f func(struct{ V T }))  { for _, v := range l.Items { f(struct{ V T }{v}) } }
func (l *List[T]) Pairs() *Rest[Pair[T, T]]    { return new(Rest[Pair[T, T]]) }
func (l *List[T]) Add(v T) *List[T]            { l.Items = append(l.Items, v); return l }

type Pair[A, B any] struct { First A; Second B }
type Rest[T any] struct { Items []T }
type Deep[T any] struct { inner *Deeper[Pair[T, T]]; list List[T] }
type Deeper[T any] struct { inner *Deepest[Pair[T, T]]; list List[T] }
type Deepest[T any] struct { same *Deepest[T]; list List[T] }
func (d *Deep[T]) Inner() *Deeper[Pair[T, T]] { return d.inner }
func (d *Deeper[T]) Inner() *Deepest[Pair[T, T]] { return d.inner }
type Number interface { ~int | ~float64 }
type Of[T any] = map[string]List[T]
func Sum[T Number](of ...T) (out T) { for _, v := range of { out += v }; return }
"#;

/// A package that imports the shared one alone: what it instantiates, others instantiate too.
fn leaf(n: usize) -> String {
    format!(
        r#"
package leaf{n}

import (
	"fmt"
	"m/shared"
	"sort"
	"sync/atomic"
)

var S struct{{ X int; T []struct{{ Y string }} }}
var Named = map[string]*shared.List[int]{{}}
var Both interface{{ fmt.Stringer; error }}
var Own shared.List[struct{{ N{n} int }}]
var Box atomic.Pointer[shared.List[struct{{ X int }}]]

type Key [{n} + 1]byte
type Less[T any] func(a, b T) bool

func (f Less[T]) Sort(of []T) {{ sort.Slice(of, func(i, j int) bool {{ return f(of[i], of[j]) }}) }}

func Make() *shared.List[struct{{ X int }}] {{
	l := (&shared.List[struct{{ X int }}]{{}}).Add(struct{{ X int }}{{{n}}})
	l.Each(func(v struct{{ V struct{{ X int }} }}) {{ S.X += v.V.X }})
	return l
}}

func Dig(d *shared.Deep[int]) *shared.Deepest[shared.Pair[shared.Pair[int, int], shared.Pair[int, int]]] {{
	return d.Inner().Inner()
}}

func Take() (shared.Of[func(struct{{ Z Key }})], shared.Pair[int, string]) {{
	fmt.Println(shared.Sum(1, 2, {n}), shared.Sum(1.5, {n}))
	return nil, shared.Pair[int, string]{{}}
}}
"#
    )
}

/// A package in which what two others made alike is one thing.
fn join(n: usize, a: usize, b: usize) -> String {
    format!(
        r#"
package join{n}

import (
	"fmt"
	"m/leaf{a}"
	"m/leaf{b}"
	"m/shared"
)

func Join() string {{
	list := leaf{a}.Make()
	list = leaf{b}.Make()
	leaf{a}.S = leaf{b}.S
	leaf{a}.Named = leaf{b}.Named
	leaf{a}.Both = leaf{b}.Both
	leaf{a}.Box.Store(leaf{b}.Box.Load())
	list.Each(func(v struct{{ V struct{{ X int }} }}) {{ leaf{b}.S.X += v.V.X }})
	_, pair := leaf{a}.Take()
	_, pair = leaf{b}.Take()
	deep := leaf{a}.Dig(nil)
	deep = leaf{b}.Dig(nil)
	less := leaf{a}.Less[shared.Pair[int, string]](leaf{b}.Less[shared.Pair[int, string]](nil))
	_, _ = deep, less
	return fmt.Sprint(list.Items, pair.First, len(list.Pairs().Items))
}}
"#
    )
}

const LEAVES: usize = 24;
const JOINS: usize = 16;

/// A module of many packages; one that has errors leaves some of its packages wrong.
fn module(with_errors: bool) -> Tree {
    let mut files = vec![("m/go.mod".to_owned(), "module m\ngo 1.26\n".to_owned())];
    let mut package = |name: String, text: String| files.push((format!("m/{name}/{name}.go"), text));
    package("shared".into(), SHARED.into());
    for n in 0..LEAVES {
        let wrong = if with_errors && n % 5 == 3 {
            "\nvar wrong int = undefined\nvar echo []string = S\nfunc unused() { var x, y int }\n"
        } else {
            ""
        };
        package(format!("leaf{n}"), leaf(n) + wrong);
    }
    for n in 0..JOINS {
        package(format!("join{n}"), join(n, n, n + 3));
    }
    let mut main = "package main\n\nimport (\n".to_owned();
    (0..JOINS).for_each(|n| _ = writeln!(main, "\t\"m/join{n}\""));
    main += ")\n\nfunc main() {\n";
    (0..JOINS).for_each(|n| _ = writeln!(main, "\tprintln(join{n}.Join())"));
    main += "}\n";
    files.push(("m/main.go".into(), main));
    Tree(files)
}

fn options(jobs: usize) -> Options {
    Options {
        jobs,
        ..Options::default()
    }
}

/// All that a checked program has.
fn all_of(program: &Program) -> String {
    let mut out = String::new();
    for id in 0..program.store.type_count() as u32 {
        let t = TypeId(id);
        let canonical = program.store.canonical(t);
        _ = writeln!(out, "{t:?} ~ {canonical:?} = {:?}", program.store.get(t));
    }
    for id in 0..program.store.obj_count() as u32 {
        _ = writeln!(out, "{id} {:?}", program.store.obj(ObjId(id)));
    }
    for p in &program.packages {
        let mut scope: Vec<_> = p.scope.iter().collect();
        scope.sort();
        _ = writeln!(out, "{} {scope:?} {:?} {:?}", p.path, p.imports, p.init_order);
    }
    let info = &program.info;
    info.types.iter().for_each(|e| _ = writeln!(out, "{e:?}"));
    info.selections.iter().for_each(|e| _ = writeln!(out, "{e:?}"));
    info.instances.iter().for_each(|e| _ = writeln!(out, "{e:?}"));
    for table in [&info.defs, &info.uses, &info.implicits] {
        table.iter().for_each(|e| _ = writeln!(out, "{e:?}"));
    }
    out
}

fn assert_same(a: &str, b: &str, jobs: usize) {
    let differs = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    assert_eq!(differs, None, "with {jobs} threads");
    assert_eq!(a.len(), b.len(), "with {jobs} threads");
}

#[test]
fn any_number_of_threads_gives_the_same_program_and_diagnostics() {
    for with_errors in [false, true] {
        let tree = module(with_errors);
        let check = |jobs| {
            let (program, diagnostics) = check_program(load_dirs(&tree, &["m"], &options(jobs)));
            let diagnostics: Vec<_> = diagnostics.iter().map(|d| format!("{d:?}")).collect();
            (diagnostics.join("\n"), all_of(&program))
        };
        let (diagnostics, program) = check(1);
        assert_eq!(diagnostics.is_empty(), !with_errors, "{diagnostics}");
        for jobs in [1, 2, 3, 8, 2, 4, 16] {
            let again = check(jobs);
            assert_same(&diagnostics, &again.0, jobs);
            assert_same(&program, &again.1, jobs);
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_rust() {
    let tree = module(false);
    let translate = |jobs| {
        let translation = pipeline::translate(load_dirs(&tree, &["m"], &options(jobs)), &emit::Options::default());
        let files = translation.output.into_iter().flat_map(|o| o.files);
        files.map(|f| format!("// {}\n{}", f.path, f.text)).collect::<String>()
    };
    let one = translate(1);
    assert!(one.contains("// leaf18/mod.rs"), "there is output");
    for jobs in [2, 5] {
        assert_same(&one, &translate(jobs), jobs);
    }
}

#[test]
fn what_packages_that_do_not_know_each_other_make_alike_is_one_type() {
    let (program, diagnostics) = check_program(load_dirs(&module(false), &["m"], &options(4)));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let member = |package: &str, name: &str| {
        let p = program
            .packages
            .iter()
            .find(|p| &*p.path == package)
            .expect("a package");
        program.store.obj_type(p.scope[name])
    };
    // Made once.
    assert_eq!(member("m/leaf1", "Named"), member("m/leaf7", "Named"));
    assert_eq!(member("m/leaf1", "Make"), member("m/leaf7", "Make"));
    // One id per place, and one class.
    let (a, b) = (member("m/leaf1", "S"), member("m/leaf7", "S"));
    assert!(a != b && program.store.identical(a, b));
    let (a, b) = (member("m/leaf1", "Own"), member("m/leaf7", "Own"));
    assert!(!program.store.identical(a, b));
    // Instances are one id, and what they are expanded to is one as well.
    let mut named: Vec<String> = Vec::new();
    for id in 0..program.store.type_count() as u32 {
        if let gort_translator::types::Type::Named(n) = program.store.get(TypeId(id))
            && n.origin.is_some()
        {
            let args: Vec<_> = n.type_args.iter().map(|a| program.store.canonical(*a)).collect();
            named.push(format!("{:?} {args:?}", n.origin));
        }
    }
    let all = named.len();
    named.sort();
    named.dedup();
    assert_eq!(all, named.len(), "an instance has one id");
    assert!(program.package(PackageId(0)).is_some());
}
