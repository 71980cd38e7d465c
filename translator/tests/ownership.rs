//! Who owns what in small Go programs, and why not: containers, structs behind pointers, and what locks guard.

use gort_translator::analysis::locks::guarded::Owner;
use gort_translator::analysis::ownership::{Node, Root, container};
use gort_translator::analysis::{Facts, Input, analyze};
use gort_translator::hir::LocalId;
use gort_translator::load::load_texts;
use gort_translator::types::Type;
use gort_translator::{hir, types};

/// Analyses a program and asks about it.
fn with_facts<R>(body: &str, ask: impl FnOnce(Input<'_>, &Facts) -> R) -> R {
    let text = format!("package main\n{body}\n");
    let (program, diagnostics) = types::check_program(load_texts(&[("main.go", &text)]));
    assert!(diagnostics.is_empty(), "{body}: {diagnostics:?}");
    let (hir, _) = hir::lower::lower(&program);
    let input = Input {
        hir: &hir,
        types: &program,
    };
    ask(input, &analyze(input))
}

/// What stands in a program, by name: `v` a variable, `v[]` its elements, `S` a struct type, `S.f` a field.
fn find(input: Input<'_>, name: &str) -> Node {
    let level = name.matches("[]").count() as u8;
    let name = name.trim_end_matches("[]");
    let store = input.store();
    let (owner, field) = name.split_once('.').map_or((name, None), |(o, f)| (o, Some(f)));
    for obj in input.user_structs() {
        if *store.obj(obj).name != *owner {
            continue;
        }
        let Some(field) = field else { return Node::Struct(obj) };
        let Type::Struct(s) = store.under(store.obj_type(obj)) else {
            continue;
        };
        let field = s.fields.iter().find(|f| *store.obj(**f).name == *field);
        let field = field.unwrap_or_else(|| panic!("no field {name}"));
        return Node::Container(Root::Field(input.origin(*field)), level);
    }
    let found = input
        .hir
        .locals
        .iter()
        .position(|l| *l.name == *name && container(input, l.ty).is_some());
    let local = found.unwrap_or_else(|| panic!("no container {name}"));
    Node::Container(Root::Local(LocalId(local as u32)), level)
}

/// `"owned"`, or the use that makes it shared.
fn verdict(input: Input<'_>, facts: &Facts, name: &str) -> &'static str {
    let why = facts.ownership.why(find(input, name));
    why.last().and_then(|(_, _, cause)| *cause).map_or("owned", |c| c.what)
}

#[track_caller]
fn check(body: &str, expected: &[(&str, &str)]) {
    with_facts(body, |input, facts| {
        for (name, verdict_expected) in expected {
            assert_eq!(verdict(input, facts, name), *verdict_expected, "`{name}` in {body}");
        }
    });
}

const MAIN: &str = "func main() {}";

#[test]
fn containers_of_one_owner_are_read_written_extended_lent_and_moved() {
    let body = "
func sum(xs []int) int { t := 0; for _, x := range xs { t += x }; return t }
func fill(a []int) { for i := range a { a[i] = i } }
func build(n int) []int { out := make([]int, n); fill(out); out = append(out, 1); return out }
func count(words []string) map[string]int { m := map[string]int{}; for _, w := range words { m[w]++ }; return m }
func main() { v := build(3); println(sum(v), len(count([]string{\"a\"}))); grid := [][]int{{1}}; grid[0][0]++ }";
    let owned = ["xs", "a", "out", "words", "m", "v", "grid", "grid[]"].map(|n| (n, "owned"));
    check(body, &owned);
}

#[test]
fn a_second_name_makes_a_container_shared() {
    check(
        "func main() { v := []int{1}; w := v; w[0]++; println(v[0]) }",
        &[("v", "it is copied and used on"), ("w", "it is copied and used on")],
    );
    check(
        "func main() { v := []int{1, 2}; w := v[1:]; println(v[0], w[0]) }",
        &[("v", "a part of it is kept")],
    );
    check(
        "func main() { v := []int{1}; p := &v[0]; *p = 2; println(v[0]) }",
        &[("v", "the address of an element is kept")],
    );
    check(
        "func main() { v := []int{1}; go func() { v[0]++ }(); println(len(v)) }",
        &[("v", "a function literal uses it")],
    );
    check(
        "func main() { c := make(chan []int, 1); v := []int{1}; c <- v }",
        &[("v", "it is sent over a channel")],
    );
}

#[test]
fn what_nil_or_capacity_tell_apart_stays_gos() {
    check(
        "func main() { var v []int; println(v == nil) }",
        &[("v", "it is compared with nil")],
    );
    check(
        "func main() { v := []int{1}; println(cap(v)) }",
        &[("v", "its capacity is asked for")],
    );
    check(
        "func main() { var m map[string]int; println(len(m)) }",
        &[("m", "it may be nil")],
    );
    check(
        "func part(a []int) {}; func main() { v := []int{1}; v = append(v, 2); part(v[:2]) }",
        &[("v", "a part of it may reach beyond its length")],
    );
}

#[test]
fn a_call_that_gets_a_container_twice_must_not_write_it() {
    check(
        "func add(to, from []int) { to[0] += from[0] }; func main() { v := []int{1}; add(v, v) }",
        &[("v", "a call gets it twice and writes it")],
    );
    check(
        "func both(a, b []int) int { return a[0] + b[0] }; func main() { v := []int{1}; println(both(v, v)) }",
        &[("v", "owned")],
    );
}

#[test]
fn loops_that_change_what_they_go_over_are_told_apart() {
    check(
        "func main() { v := []int{1}; for _, x := range v { v = append(v, x) } }",
        &[("v", "owned")],
    );
    check(
        "func main() { v := []int{1}; for i, x := range v { v[0] = i; v = append(v, x) } }",
        &[("v", "the body of a loop over it changes its length and its elements")],
    );
    check(
        "func main() { m := map[int]int{1: 1}; for k := range m { delete(m, k) } }",
        &[("m", "the body of a loop over it writes it")],
    );
}

#[test]
fn a_struct_is_owned_while_its_pointers_are_only_followed() {
    let stack = "type S struct { items []int }
func New() *S { return &S{} }
func (s *S) Push(x int) { s.items = append(s.items, x) }
";
    check(
        &format!("{stack}func main() {{ s := New(); s.Push(1) }}"),
        &[("S", "owned"), ("S.items", "owned")],
    );
    let replaced = [
        "func main() { s := New(); s.Push(1); s = New(); s.Push(2) }",
        "func main() { s := New(); t := s; s = New(); t.Push(1); s.Push(2) }",
        "func (s *S) next() *S { n := New(); n.Push(len(s.items)); return n }
func main() { s := New(); for i := 0; i < 3; i++ { s = s.next() } }",
    ];
    for main in replaced {
        check(&format!("{stack}{main}"), &[("S", "owned"), ("S.items", "owned")]);
    }
    let shared = [
        (
            "func main() { s := New(); t := s; s = New(); s = t; t.Push(1); s.Push(2) }",
            "a pointer to it is copied and used on",
        ),
        (
            "func main() { s := New(); f := func() { s.Push(1) }; s = New(); f() }",
            "a pointer variable is assigned",
        ),
        (
            "func main() { s := New(); func() { s = New() }(); s.Push(1) }",
            "a function literal uses it",
        ),
        (
            "func (s *S) self() *S { return s }
func main() { s := New(); s = s.self(); s.Push(1) }",
            "a function keeps a pointer to it",
        ),
        (
            "func main() { s := New(); s.Push(1); s = nil }",
            "a pointer to it may be nil",
        ),
        (
            "func main() { s := New(); t := s; t.Push(1); s.Push(2) }",
            "a pointer to it is copied and used on",
        ),
        (
            "func main() { s := New(); println(s == nil) }",
            "a pointer to it is compared",
        ),
        (
            "func main() { s := New(); go s.Push(1) }",
            "it is given to a call that happens later",
        ),
        ("func main() { var a any = New(); _ = a }", "it is converted"),
        (
            "var g = New(); func main() { g.Push(1) }",
            "a package variable holds it",
        ),
    ];
    for (main, why) in shared {
        check(&format!("{stack}{main}"), &[("S", why)]);
    }
    check(
        &format!("{stack}func main() {{ s := S{{}}; t := s; t.Push(1); s.Push(2) }}"),
        &[("S.items", "a struct that holds it is copied")],
    );
}

/// What the lock of the struct `S` owns, or why it owns nothing.
#[track_caller]
fn guards(body: &str, expected: Result<&[&str], &str>) {
    with_facts(body, |input, facts| {
        let store = input.store();
        let owner = input.user_structs().into_iter().find(|o| *store.obj(*o).name == *"S");
        let owner = owner.expect("a struct S");
        let fields = facts.guarded.owner(owner).map(|g| {
            let names = g.fields.iter().map(|f| store.obj(*f).name.to_string());
            names.collect::<Vec<_>>()
        });
        match (expected, fields) {
            (Ok(expected), Some(fields)) => assert_eq!(fields, expected, "{body}"),
            (Err(why), None) => {
                let refused = facts.guarded.why_refused(Owner::Struct(owner));
                assert_eq!(refused.map(|r| r.0), Some(why), "{body}");
            }
            (expected, found) => panic!("{body}: {expected:?}, but {found:?}"),
        }
    });
}

#[test]
fn a_lock_owns_the_fields_that_are_used_only_under_it() {
    let body = |rest: &str| {
        format!(
            "import \"sync\"
type S struct {{ name string; mu sync.Mutex; m map[string]int; n int; free int }}
func (s *S) Add(k string) {{ s.mu.Lock(); defer s.mu.Unlock(); s.m[k]++; s.n++ }}
func (s *S) Free() {{ s.free++ }}
{rest}"
        )
    };
    guards(&body(MAIN), Ok(&["m", "n"]));
    guards(&body("func (s *S) N() int { return s.n }\nfunc main() {}"), Ok(&["m"]));
    guards(
        &body(
            "func (s *S) Early() bool { s.mu.Lock(); if s.n > 1 { s.mu.Unlock(); return true }; s.n = 2; s.mu.Unlock(); return false }\nfunc main() {}",
        ),
        Ok(&["m", "n"]),
    );
}

#[test]
fn a_lock_in_other_shapes_owns_nothing() {
    let body = |rest: &str| {
        format!(
            "import \"sync\"
type S struct {{ mu sync.Mutex; n int }}
func (s *S) Add() {{ s.mu.Lock(); s.n++; s.mu.Unlock() }}
{rest}
func main() {{}}"
        )
    };
    guards(
        &body("func (s *S) Twice() { s.mu.Lock(); s.Add(); s.mu.Unlock() }"),
        Err("what is called under it locks it again"),
    );
    guards(
        &body("func (s *S) lock() { s.mu.Lock() }"),
        Err("it is not unlocked in the same block"),
    );
    guards(
        &body("func (s *S) Cond() *sync.Cond { return sync.NewCond(&s.mu) }"),
        Err("its address is taken"),
    );
    guards(
        &body("func (s *S) Try() bool { return s.mu.TryLock() }"),
        Err("it is used other than to lock and unlock"),
    );
    guards(
        &body("func (s *S) Late(f func()) { s.mu.Lock(); defer s.mu.Unlock(); defer f(); s.n++ }"),
        Err("something is deferred while it is held"),
    );
}
