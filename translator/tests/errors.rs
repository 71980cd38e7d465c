//! How the functions of small Go programs answer, and why.

use gort_translator::analysis::errors::ResultForm;
use gort_translator::analysis::ownership::Node;
use gort_translator::analysis::{Facts, Input, analyze};
use gort_translator::hir::Func;
use gort_translator::load::load_texts;
use gort_translator::{hir, types};

/// Analyses a program and asks about it.
fn with_facts<R>(body: &str, ask: impl FnOnce(Input<'_>, &Facts) -> R) -> R {
    let text = format!("package main\n{body}\nfunc main() {{}}\n");
    let (program, diagnostics) = types::check_program(load_texts(&[("main.go", &text)]));
    assert!(diagnostics.is_empty(), "{body}: {diagnostics:?}");
    let (hir, _) = hir::lower::lower(&program);
    let input = Input {
        hir: &hir,
        types: &program,
    };
    ask(input, &analyze(input))
}

fn named<'a>(input: Input<'a>, name: &str) -> &'a Func {
    let found = input.hir.funcs.iter().find(|f| *f.name == *name);
    found.unwrap_or_else(|| panic!("no function {name}"))
}

/// Each function of the program with how it answers, and the reason where it stays a tuple.
#[track_caller]
fn check(body: &str, expected: &[(&str, &str)]) {
    with_facts(body, |input, facts| {
        for (name, wanted) in expected {
            let fact = &facts.errors.facts[named(input, name).id.index()];
            let found = match fact.form {
                ResultForm::Result => "Result",
                ResultForm::Option => "Option",
                ResultForm::Tuple => fact.reason,
            };
            assert_eq!(found, *wanted, "{name} in {body}");
        }
    });
}

const IMPORTS: &str = "import (\"errors\"; \"strconv\")\nvar _ = strconv.Itoa\nvar errBad = errors.New(\"bad\")\n";

#[test]
fn values_or_errors_are_results() {
    let body = "func parse(s string) (int, error) {
	if s == \"\" { return 0, errBad }
	n, err := strconv.Atoi(s)
	if err != nil { return 0, err }
	return n, nil
}
func pass(s string) (int, error) { return parse(s) }
func only(s string) error {
	if _, err := parse(s); err != nil { return err }
	return nil
}
func two(s string) (string, int, error) {
	n, err := pass(s)
	if err != nil { return \"\", 0, err }
	return s, n, nil
}
func loops(n int) (int, error) {
	if n == 0 { return 0, nil }
	return loops(n - 1)
}";
    let results = ["parse", "pass", "only", "two", "loops"].map(|f| (f, "Result"));
    check(&format!("{IMPORTS}{body}"), &results);
}

#[test]
fn values_beside_errors_count_where_somebody_looks() {
    let body = "func partial(n int) (int, error) {
	if n > 9 { return 9, errBad }
	return n, nil
}
func quiet(n int) (int, error) {
	if n > 9 { return 9, errBad }
	return n, nil
}
func passes(n int) (int, error) { return partial(n) }
func look() int { n, err := passes(3); if err != nil { return n }; return n + 1 }
func ignore() int { n, err := quiet(3); if err != nil { return 0 }; return n }";
    check(
        &format!("{IMPORTS}{body}"),
        &[
            ("partial", "a caller looks at a value that comes with an error"),
            ("passes", "a caller looks at a value that comes with an error"),
            ("quiet", "Result"),
        ],
    );
}

#[test]
fn nobody_knows_an_error_that_may_be_nil() {
    let body = "var current error
func set(e error) { current = e }
func status(n int) (int, error) { return n, current }
func zero() (int, error) { return 0, current }
func use() (int, int) {
	a, err := status(1)
	b, other := zero()
	if err != nil || other != nil { return a, b }
	return b, a
}";
    check(
        &format!("{IMPORTS}{body}"),
        &[
            ("status", "a caller looks at a value that comes with an error"),
            ("zero", "Result"),
        ],
    );
}

#[test]
fn errors_that_are_made_or_kept_are_values() {
    let body = "type E struct{ err error }
func (e *E) Error() string { return \"\" }
func (e *E) Unwrap() error { return e.err }
func (e *E) Reason() error { return e.err }
func make1() error { return &E{errBad} }
func make2() error { return make1() }";
    check(
        &format!("{IMPORTS}{body}"),
        &[
            ("Unwrap", "it hands out an error that it keeps"),
            ("Reason", "it hands out an error that it keeps"),
            ("make1", "it makes errors"),
            ("make2", "it makes errors"),
        ],
    );
}

#[test]
fn named_results_stay_where_deferred_calls_may_change_them() {
    let body = "func safe() (n int, err error) {
	defer func() { if r := recover(); r != nil { err = errBad } }()
	return 1, nil
}
func bare(n int) (half int, err error) {
	if n%2 != 0 { err = errBad; return }
	half = n / 2
	return
}
func plain(n int) (int, error) {
	defer strconv.Itoa(n)
	if n == 0 { return 0, errBad }
	return n, nil
}
func call() { h, err := bare(1); if err != nil { panic(err) }; _ = h }";
    check(
        &format!("{IMPORTS}{body}"),
        &[
            ("safe", "deferred calls may change its named results"),
            ("bare", "Result"),
            ("plain", "Result"),
        ],
    );
}

#[test]
fn interfaces_and_function_values_keep_what_comes_with_an_error() {
    let body = "type Reader interface{ Read(p []byte) (int, error); Close() error }
type file struct{ n int }
func (f *file) Read(p []byte) (int, error) {
	if f.n == 0 { return 1, errBad }
	return f.n, nil
}
func (f *file) Close() error { if f.n == 0 { return errBad }; return nil }
var _ Reader = &file{}
func open(n int) (int, error) { if n == 0 { return 7, errBad }; return n, nil }
func exact(n int) (int, error) { if n == 0 { return 0, errBad }; return n, nil }
var f = []func(int) (int, error){open, exact}";
    check(
        &format!("{IMPORTS}{body}"),
        &[
            ("Read", "an interface gives its values beside an error"),
            ("Close", "Result"),
            ("open", "it is used as a value, and gives values beside an error"),
            ("exact", "Result"),
        ],
    );
}

#[test]
fn values_with_flags_are_options() {
    let body = "func get(m map[string]int, k string) (int, bool) { v, ok := m[k]; return v, ok }
func has(m map[string]int, k string) bool { if _, ok := get(m, k); ok { return true }; return false }
func number(x any) (int, bool) {
	if n, ok := x.(int); ok { return n, true }
	return 0, false
}
func twice(x any) (int, bool) {
	n, ok := number(x)
	if !ok { return 0, false }
	return 2 * n, true
}
func nearest(xs []int, x int) (int, bool) {
	for i, y := range xs { if y >= x { return i, y == x } }
	return len(xs), false
}
func insert(xs []int, x int) int { i, found := nearest(xs, x); if found { return -1 }; return i }
func divides(a, b int) (int, bool) { if a%b == 0 { return a / b, true }; return 0, false }
func show() { q, exact := divides(4, 2); println(q, exact) }
func first[T any](xs []T) (T, bool) {
	var zero T
	if len(xs) == 0 { return zero, false }
	return xs[0], true
}
func test() int { n, ok := twice(3); if !ok { return 0 }; m, ok := first([]int{n}); if !ok { return 0 }; return m }";
    check(
        body,
        &[
            ("get", "Option"),
            ("number", "Option"),
            ("twice", "Option"),
            ("nearest", "no caller tests the flag first"),
            ("divides", "no caller tests the flag first"),
            ("first", "Option"),
        ],
    );
}

#[test]
fn uses_are_those_that_look_at_values_only_without_error() {
    let body = "func f() (int, error) { if len(errBad.Error()) > 9 { return 0, errBad }; return 1, nil }
func right() int { n, err := f(); if err != nil { return 0 }; return n }
func reads() int { n, err := f(); if err != nil { return n }; return n }
func again() error { n, err := f(); if err != nil { println(n) }; return err }
func older() int { n := 3; for { var err error; n, err = f(); if err != nil { break } }; return n }
func scoped() int { if n, err := f(); err == nil { return n }; return 0 }
func chained() int { if n, err := f(); err == nil && n > 0 { return n }; return 0 }";
    with_facts(&format!("{IMPORTS}{body}"), |input, facts| {
        let uses = |name: &str| {
            let id = named(input, name).id;
            facts.errors.uses.iter().filter(|u| u.func == id).count()
        };
        for (name, count) in [
            ("right", 1),
            ("reads", 0),
            ("again", 0),
            ("older", 0),
            ("scoped", 1),
            ("chained", 1),
        ] {
            assert_eq!(uses(name), count, "{name}");
        }
    });
}

#[test]
fn nil_beside_an_error_shares_no_struct() {
    let program = |call: &str| {
        format!(
            "{IMPORTS}type Config struct{{ port int }}
func load(n int) (*Config, error) {{
	if n < 0 {{ return nil, errBad }}
	c := &Config{{n}}
	return c, nil
}}
func use() int {{ {call} }}"
        )
    };
    let owned = |body: &str| {
        with_facts(body, |input, facts| {
            let config = input.user_structs().into_iter().next().expect("Config");
            let why = facts.ownership.why(Node::Struct(config));
            why.last().and_then(|(_, _, cause)| *cause).map_or("owned", |c| c.what)
        })
    };
    assert_eq!(
        owned(&program("c, err := load(1); if err != nil { return 0 }; return c.port")),
        "owned"
    );
    assert_eq!(
        owned(&program("c, _ := load(1); return c.port")),
        "a pointer to it may be nil"
    );
}
