//! Which strings of small Go programs are Rust's own, and what is printed for them.

use gort_translator::load::load_texts;
use gort_translator::{emit, pipeline};

/// The Rust of a program of one file, on one line.
fn rust(body: &str) -> String {
    let text = format!("package main\n{body}\n");
    let translation = pipeline::translate(load_texts(&[("main.go", &text)]), &emit::Options::default());
    assert!(
        translation.diagnostics.is_empty(),
        "{body}: {:?}",
        translation.diagnostics
    );
    let output = translation.output.expect("no error, so there is output");
    let words: Vec<_> = output.files[0].text.split_whitespace().collect();
    words.join(" ")
}

#[track_caller]
fn check(body: &str, expected: &[&str]) {
    let printed = rust(body);
    for part in expected {
        assert!(printed.contains(part), "no `{part}` in\n{printed}");
    }
}

const IMPORTS: &str = "import (\"fmt\"; \"strconv\"; \"strings\")
var _, _, _ = fmt.Sprint, strconv.Itoa, strings.Contains";

#[test]
fn a_variable_of_literals_is_static() {
    check(
        "func level(n int) string { if n > 0 { return \"high\" }; return \"low\" }
func main() { s := \"a\"; s = level(1); println(len(s)) }",
        &[
            "fn level(n: i64) -> &'static str {",
            "\"low\"",
            "let mut s = \"a\";",
            "s = level(1);",
        ],
    );
}

#[test]
fn sums_and_formats_of_text_are_text() {
    check(
        &format!(
            "{IMPORTS}
func name(i int) string {{ return fmt.Sprintf(\"n%03d\", i) + \"!\" + strconv.Itoa(i) }}
func main() {{ s := name(1); s += \"x\"; t := s + \"y\"; fmt.Println(s, t) }}"
        ),
        &[
            "fn name(i: i64) -> String {",
            "format!(\"n{i:03}!{i}\")",
            "s += \"x\";",
            "format!(\"{s}y\")",
            "println!(\"{s} {t}\");",
        ],
    );
}

#[test]
fn a_parameter_that_is_only_looked_at_borrows() {
    check(
        &format!(
            "{IMPORTS}
func same(a, b string) bool {{ return a == b || strings.HasPrefix(a, \"x\") || a < \"k\" }}
func main() {{ s := \"a\" + strconv.Itoa(2); fmt.Println(same(s, \"b\"), same(\"c\", s)) }}"
        ),
        &[
            "fn same(a: &str, b: &str) -> bool {",
            "a.starts_with(\"x\")",
            "same(&s, \"b\")",
            "same(\"c\", &s)",
        ],
    );
}

#[test]
fn both_kinds_of_strings_are_compared() {
    check(
        &format!(
            "{IMPORTS}
func same(a, b string) bool {{ return len(b[1:]) > 0 && (a == b || b < a) }}
func main() {{ s := \"a\" + strconv.Itoa(2); fmt.Println(same(s, \"bc\")) }}"
        ),
        &["fn same(a: &str, b: &GoString) -> bool {", "a == *b || *b < a"],
    );
}

#[test]
fn a_parameter_that_is_kept_is_owned() {
    check(
        &format!(
            "{IMPORTS}
type T struct {{ names []string }}
func (t *T) add(name string) {{ t.names = append(t.names, name) }}
func main() {{ t := &T{{}}; s := \"a\" + strconv.Itoa(2); t.add(s); t.add(s); fmt.Println(len(t.names)) }}"
        ),
        &["names: Vec<String>,", "name: String)", "t.add(s.clone());", "t.add(s);"],
    );
}

#[test]
fn keys_and_values_of_a_map_are_text() {
    check(
        &format!("{IMPORTS}
func main() {{ m := map[string]string{{}}; k := strconv.Itoa(1); m[k] = \"v\"; v, ok := m[k]; fmt.Println(v, ok, m[\"x\"]); delete(m, k) }}"),
        &["let mut m: HashMap<String, String> = HashMap::new();", "m.get(&k).cloned()", "m.get(\"x\").cloned()", "m.remove(&k);"],
    );
}

#[test]
fn a_switch_over_text_is_a_match() {
    check(
        "func kind(s string) int { switch s { case \"a\", \"b\": return 1; default: return 2 } }
func main() { println(kind(\"b\")) }",
        &["match s { \"a\" | \"b\" => 1, _ => 2, }"],
    );
}

#[test]
fn what_may_not_be_utf8_stays_gos() {
    let go = |body: &str, expected: &str| check(&format!("{IMPORTS}\n{body}\nfunc main() {{}}"), &[expected]);
    go("func f(b []byte) string { return string(b) }", "-> GoString {");
    go("func f() string { return \"\\xff\" }", "-> GoString {");
    go(
        "func f(s string) string { return s[1:] }",
        "fn f(s: &GoString) -> GoString {",
    );
    go(
        "func f(e error) string { return fmt.Sprintf(\"%v\", e) }",
        "-> GoString {",
    );
    go(
        "func f(x interface{}) string { s, _ := x.(string); return s }",
        "-> GoString {",
    );
    go("func f(c chan string) string { return <-c }", "-> GoString {");
    go("func f(s string) string { return strings.ToUpper(s) }", "-> GoString {");
}

#[test]
fn what_the_runtime_holds_stays_gos() {
    check(
        &format!("{IMPORTS}
type I interface {{ Name() string }}
type T struct{{}}
func (T) Name() string {{ return \"t\" }}
var global = \"g\"
func main() {{ var i I = T{{}}; s := \"a\"; p := &s; *p += \"b\"; f := func(x string) string {{ return x }}; fmt.Println(i.Name(), s, global, f(\"c\")) }}"),
        &["fn name(&self) -> GoString;", "static GLOBAL: Global<GoString>", "let s = Ptr::new(str(\"a\"));", "|x: GoString| -> GoString"],
    );
}

#[test]
fn only_what_rust_prints_alike_is_printed_by_rust() {
    check(
        &format!("{IMPORTS}
func main() {{ n, f := 3, 1.5; fmt.Println(n, \"{{}}\", true); fmt.Println(f); fmt.Printf(\"%5d|%-4s|\\n\", n, \"a\"); fmt.Printf(\"%q\\n\", \"a\"); fmt.Print(n) }}"),
        &["println!(\"{n} {{}} true\");", "fmt::println!(f);", "println!(\"{n:5}|{:<4}|\", \"a\");", "fmt::printf!(\"%q\\n\", \"a\");", "fmt::print!(n);"],
    );
}

#[test]
fn a_library_crate_takes_any_string() {
    let text = "package lib\n// Greet greets.\nfunc Greet(name string) string { return \"hi \" + name }\n";
    let translation = pipeline::translate(load_texts(&[("lib.go", text)]), &emit::Options::default());
    let output = translation.output.expect("no error, so there is output");
    assert!(
        output
            .files
            .iter()
            .any(|f| f.text.contains("fn greet(name: &str) -> String")),
        "{:?}",
        output.files.iter().map(|f| &f.text).collect::<Vec<_>>()
    );
}
