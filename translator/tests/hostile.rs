//! Hostile and broken Go ends in diagnostics, soon, and never in a panic.

use gort_translator::diagnostic::{Code, Diagnostic};
use gort_translator::load::load_texts;
use gort_translator::types::check_program;
use std::time::{Duration, Instant};

/// No input of these tests may take longer; they are small.
const LIMIT: Duration = Duration::from_secs(20);

fn check(text: &str) -> Vec<Diagnostic> {
    let start = Instant::now();
    let (_, diagnostics) = check_program(load_texts(&[("p.go", text)]));
    let shown: String = text.chars().take(200).collect();
    assert!(start.elapsed() < LIMIT, "{:?} for {shown}", start.elapsed());
    let defect = diagnostics.iter().find(|d| d.code == Code::INTERNAL);
    assert!(defect.is_none(), "{defect:?} for {shown}");
    diagnostics
}

fn has(text: &str, code: Code) {
    let found = check(text);
    let shown: String = text.chars().take(80).collect();
    assert!(found.iter().any(|d| d.code == code), "{shown}: {found:?}");
}

#[test]
fn deep_nesting_is_a_diagnostic() {
    let n = 100_000;
    for (open, middle, close) in [
        ("(", "1", ")"),
        ("[]int{", "1", "}[0]"),
        ("- ", "1", ""),
        ("f(", "1", ")"),
        ("func() int { return ", "1", " }()"),
        ("<-", "c", ""),
    ] {
        has(
            &format!("package p\nvar x = {}{middle}{}\n", open.repeat(n), close.repeat(n)),
            Code::NESTING,
        );
    }
    has(&format!("package p\nvar x {}int\n", "*".repeat(n)), Code::NESTING);
    has(&format!("package p\nvar x {}int\n", "[]".repeat(n)), Code::NESTING);
    has(
        &format!("package p\nfunc f() {}{}\n", "{".repeat(n), "}".repeat(n)),
        Code::NESTING,
    );
    has(
        &format!("package p\nfunc f() {{ {}{{}} }}\n", "if true {} else ".repeat(n)),
        Code::NESTING,
    );
    has(&format!("package p\nvar x = 1{}\n", " + 1".repeat(n)), Code::NESTING);
    has(&format!("package p\nvar x = a{}\n", ".b".repeat(n)), Code::NESTING);
    has(
        &format!("package p\ntype T interface {{ int{} }}\n", " | int".repeat(n)),
        Code::NESTING,
    );
}

#[test]
fn a_declaration_that_nests_too_deeply_costs_no_other() {
    let deep = format!("{}1{}", "(".repeat(5000), ")".repeat(5000));
    let found = check(&format!("package p\nvar x = {deep}\nvar y int = \"a\"\n"));
    assert!(found.iter().any(|d| d.code == Code::NESTING));
    assert!(found.iter().any(|d| d.code == Code::NOT_ASSIGNABLE), "{found:?}");
}

#[test]
fn huge_constants_are_diagnostics() {
    has("package p\nconst c = 1 << 1e9\n", Code::INVALID_OPERATION);
    has("package p\nconst c = 1 << 1000 << 1000\n", Code::CONSTANT_OVERFLOW);
    has(
        &format!("package p\nconst c = {}\n", "9".repeat(200_000)),
        Code::CONSTANT_OVERFLOW,
    );
    check("package p\nconst c = 1e999999999\nconst d = 0x1p-999999999\n");
    check("package p\nconst a = 1e10000\nconst b = a * a * a * a\n");
    check("package p\nvar x [1 << 62]int\nvar y [1 << 40][1 << 40]int\n");
}

#[test]
fn cyclic_declarations_end() {
    for text in [
        "type T T",
        "type A B; type B A",
        "type T = T",
        "type T [unsafe.Sizeof(T{})]int",
        "type I interface{ I }",
        "type T[P any] struct{ t T[T[P]] }",
        "type T[P any] struct{ t *T[T[P]] }",
        "type T[P T[P]] interface{}",
        "const a = b; const b = a",
        "var a = f(); func f() int { return a }",
        "type T struct{ f [len(T{}.f)]int }",
        "func f(x [len(f)]int) {}",
        "func f[P interface{ ~[]Q }, Q interface{ ~[]P }](p P) { f(p) }",
        "type A = B[A]; type B[P any] = []P",
    ] {
        check(&format!("package p\n{text}\n"));
    }
}

/// A program with most of Go in it, to be mutated.
const SEED: &str = "package p
import (\"fmt\"; \"sync\")
type Number interface{ ~int | ~float64 }
type List[T any] struct{ head *node[T]; size int }
type node[T any] struct{ value T; next *node[T] }
func (l *List[T]) Push(v T) { l.head = &node[T]{v, l.head}; l.size++ }
func Map[S ~[]E, E, U any](s S, f func(E) U) (out []U) { for _, x := range s { out = append(out, f(x)) }; return }
func Sum[N Number](ns ...N) N { var t N; for i := range ns { t += ns[i] }; return t }
const ( A = iota << 1; B; C = \"x\" + `y`; D = 'a' + 1.5e3 )
type Shape interface { Area() float64; fmt.Stringer }
type square struct { sync.Mutex; side float64 `json:\"s\"` }
func (s *square) Area() float64 { s.Lock(); defer s.Unlock(); return s.side * s.side }
func (s square) String() string { return fmt.Sprintf(\"%v\", s.side) }
var table = map[string][]int{\"a\": {1, 2}, \"b\": {3: 4}}
func run(ch chan<- int, done <-chan struct{}) (err error) {
outer:
	for i := 0; i < 10; i++ {
		select { case ch <- i: case <-done: break outer; default: continue outer }
		switch x := any(i).(type) { case int, string: _ = x; case nil: default: goto end }
	}
end:
	func() { if r := recover(); r != nil { err = fmt.Errorf(\"%v\", r) } }()
	for range 3 { go run(nil, nil) }
	x, ok := table[\"a\"]; _, _ = x[1:2:3], ok
	var p *[4]int = &[4]int{1: 2}; _ = p[2]; _ = min(1, 2.5); clear(table)
	return nil
}
";

/// A small generator of its own, so that runs are the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

#[test]
fn the_seed_is_good_go() {
    assert!(check(SEED).is_empty(), "{:?}", check(SEED));
}

#[test]
fn mutated_programs_do_not_panic_or_hang() {
    let tokens: Vec<&str> =
        "( ) [ ] { } , ; : := = == <- ... . * & ~ | + - << func type var const struct interface map chan \
        go defer if else for range switch case select return goto break T P int string x f nil iota 1 1e9 'a' \"s\" `"
            .split_whitespace()
            .collect();
    let pieces: Vec<&str> = SEED
        .split_inclusive([' ', '(', ')', '[', ']', '{', '}', ';', '\n'])
        .collect();
    let mut random = Random(1);
    for _ in 0..1500 {
        let mut program: Vec<&str> = pieces.clone();
        for _ in 0..=random.below(4) {
            let (at, other) = (random.below(program.len()), random.below(program.len()));
            match random.below(5) {
                0 => {
                    program.remove(at);
                }
                1 => program.swap(at, other),
                2 => {
                    let copied = program.get(other).copied().unwrap_or("");
                    program.insert(at, copied);
                }
                3 => program.insert(at, tokens.get(random.below(tokens.len())).copied().unwrap_or("")),
                _ => program.truncate(at + 1),
            }
        }
        check(&program.concat());
    }
}

#[test]
fn a_flood_of_bad_characters_ends_soon() {
    let one = check(&format!("package p\n{}\n", "☺".repeat(500_000)));
    assert!(one.len() < 5, "{} diagnostics", one.len());
    let many = check(&format!("package p\n{}", "☺\n".repeat(200_000)));
    assert!(many.len() >= 200_000);
}

#[test]
fn interfaces_that_embed_each_other_many_times_end_soon() {
    let names = 0..12;
    let all: String = names.clone().map(|i| format!("I{i}; ")).collect();
    let types: String = names
        .map(|i| format!("type I{i} interface {{ m{i}(); {all} {all} }}\n"))
        .collect();
    let found = check(&format!("package p\n{types}\nvar a I0 = b\nvar b I1\n"));
    assert!(!found.is_empty());
}
