//! The checker on small Go programs: what must pass, and what each error says.

use gort_translator::load::load_texts;
use gort_translator::types::check_program;

/// The messages for a file with this body.
fn errors(body: &str) -> Vec<String> {
    let text = format!("package main\n{body}\n");
    let (_, diagnostics) = check_program(load_texts(&[("main.go", &text)]));
    diagnostics.into_iter().map(|d| d.message).collect()
}

fn ok(body: &str) {
    assert_eq!(errors(body), Vec::<String>::new(), "{body}");
}

fn fails(body: &str, part: &str) {
    let found = errors(body);
    assert!(
        found.iter().any(|m| m.contains(part)),
        "{body}: {found:?} without `{part}`"
    );
}

#[test]
fn accepts_concurrent_program() {
    ok("import (\"fmt\"; \"sync\")
func main() {
	var wg sync.WaitGroup
	ch := make(chan int, 1)
	for i := range 3 { wg.Go(func() { ch <- i }) }
	go func() { wg.Wait(); close(ch) }()
	for v := range ch { fmt.Println(v) }
	select { case v, ok := <-ch: fmt.Println(v, ok); default: }
}");
}

#[test]
fn infers_type_arguments() {
    ok("func Map[S ~[]E, E, U any](s S, f func(E) U) []U { var out []U; for _, x := range s { out = append(out, f(x)) }; return out }
type L []int
func id[T any](x T) T { return x }
var _ []string = Map(L{1}, func(int) string { return \"\" })
var _ []int = Map([]int{1}, id)
func main() {}");
}

#[test]
fn computes_constants_exactly() {
    ok("const Big = 1 << 100
const X = Big >> 98
var _ [X]int = [4]int{}
const f = 0.1 + 0.2
var _ [1]int = [int(f * 10) / 3]int{}
func main() {}");
    fails("var b byte = 256\nfunc main() {}", "256");
}

#[test]
fn names_missing_method() {
    fails(
        "type I interface { M() }\ntype T struct{}\nfunc (*T) M() {}\nvar _ I = T{}\nfunc main() {}",
        "T does not implement I (method M has pointer receiver)",
    );
}

#[test]
fn reports_common_errors() {
    fails("func main() { x := 1 }", "declared and not used: `x`");
    fails("import \"os\"\nfunc main() {}", "`os` imported and not used");
    fails("func main() { y() }", "undefined: `y`");
    fails("func f() int { }\nfunc main() { f() }", "missing return");
    fails("func main() { var s string = 1; _ = s }", "cannot use `1`");
    fails("func f(a int) {}\nfunc main() { f() }", "not enough arguments");
    fails("func main() { break }", "break is not in a loop");
    fails("var a = b\nvar b = a\nfunc main() {}", "initialization cycle");
    fails("type T struct { t T }\nfunc main() {}", "invalid recursive type");
    fails("func main() { L: for {} }", "label `L` declared and not used");
    fails("func main() { 1 + 2 }", "is not used");
    fails("func main() { _ = 1 + \"a\" }", "mismatched types");
}

#[test]
fn survives_broken_and_deep_input() {
    fails("func f( {\nfunc main() {}", "");
    let deep = format!("var x = {}1{}\nfunc main() {{}}", "(".repeat(5000), ")".repeat(5000));
    fails(&deep, "nesting");
    ok("type I1 interface { F() interface{ I1 } }\ntype I2 interface { F() interface{ I2 } }\nfunc main() {}");
}

#[test]
fn initialises_in_order_of_dependencies() {
    let text = "package main\nvar a = f()\nvar b = 1\nfunc f() int { return b }\nfunc main() {}\n";
    let (program, diagnostics) = check_program(load_texts(&[("main.go", text)]));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let names: Vec<String> = program
        .packages
        .iter()
        .take(1)
        .flat_map(|p| &p.init_order)
        .flat_map(|i| &i.lhs)
        .map(|o| program.store.obj(*o).name.to_string())
        .collect();
    assert_eq!(names, ["b", "a"]);
}

#[test]
fn methods_that_nest_their_receiver_deeper_end() {
    // Go refuses them too.
    fails(
        "type List[P any] struct{}
func (_ List[P]) m() (_ List[List[P]]) { return }
type R[P any] int
func (R[P]) a(R[R[P]]) {}
func (R[P]) b(R[*P]) {}
func (R[P]) c(M[M[P]]) {}
type M[P any] int
func (M[P]) m(R[R[P]]) {}
func main() {}",
        "instantiation cycle",
    );
}

#[test]
fn methods_of_deeply_nested_instances_are_known() {
    ok("type L[P any] struct{ v P }
func (l L[P]) get() P { return l.v }
func main() { var x L[L[L[L[L[L[L[L[L[int]]]]]]]]]; println(x.get().get().get().get().get().get().get().get().get() + 1) }");
}

#[test]
fn an_unknown_type_of_the_library_beside_a_syntax_error_ends() {
    let text = r#"package bus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

var ErrClosed = errors.New("bus closed")

type Bus[T any] struct {
	mu     sync.mapRWMutex
	closed bool
	ch     chan T
	sent   atomic.Int32
}

func New[T any](n int) *Bus[T] { return &Bus[T]{ch: make(chan T, n)} }

func (b *Bus[T]) Send(ctx context.Context, msg T) error {
	// The read lock is held while sending, so Close cannot close the channel meanwhile.
	b.mu.RLock()
	defer b.)mu.RUnlock()
	if b.closed {
		return ErrClosed
	}
	select {
	case b.ch <- msg:
		b.sent.Add(1)
		return nil
	case <-ctx.Done():
		return fmt.Errorf("bus: %w", ctx.Err())
	}
}

func (b *Bus[T]) Messages() <-chan T { return b.ch }

func (b *Bus[T]) Sent() int32 { return b.sent.Load() }

func (b *Bus[T]) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.closed = true
		close(b.ch)
	}
}
"#;
    let (_, diagnostics) = check_program(load_texts(&[("bus.go", text)]));
    assert!(diagnostics.iter().any(|d| d.message.contains("sync.mapRWMutex")));
}
