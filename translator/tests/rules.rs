//! Rules of the checker, each with a program that keeps it and one that breaks it; and where the error is told.

use gort_translator::load::{FileSystem, Options, load_files, load_texts};
use gort_translator::types::{Mode, check_program, dump};

/// `line:column message` of each error of a file with this body; its first line is line 2.
fn errors(body: &str) -> Vec<String> {
    let text = format!("package main\n{body}\n");
    let (program, diagnostics) = check_program(load_texts(&[("main.go", &text)]));
    let place = |d: &gort_translator::diagnostic::Diagnostic| {
        let file = d.span.and_then(|s| program.sources.get(s.file));
        let at = file.map(|f| f.line_col(d.span.map_or(0, |s| s.start)));
        at.map_or(String::new(), |a| format!("{}:{}", a.line, a.col))
    };
    diagnostics
        .iter()
        .map(|d| format!("{} {}", place(d), d.message))
        .collect()
}

fn ok(body: &str) {
    assert_eq!(errors(body), Vec::<String>::new(), "{body}");
}

/// The errors are at these places, in this order, and say these things.
fn fails(body: &str, expected: &[(&str, &str)]) {
    let found = errors(body);
    let fits = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(f, (place, part))| f.split(' ').next() == Some(place) && f.contains(part));
    assert!(fits, "{body}\nfound {found:#?}\nexpected {expected:#?}");
}

#[test]
fn errors_of_operations_are_told_at_the_operand() {
    fails("var _ = 1 + \"a\"", &[("2:9", "mismatched types")]);
    fails("var a int\nvar _ = a == \"x\"", &[("3:14", "mismatched types")]);
    fails(
        "var f func()\nvar _ = f == f",
        &[("3:9", "func can only be compared to nil")],
    );
    fails("var _ = -\"a\"", &[("2:10", "operator `-` not defined")]);
    fails("const big = 1 << 600 * 2", &[("2:15", "constant expression overflow")]);
    fails("var _ = int8(200)", &[("2:14", "overflows")]);
    fails("var s []int\nvar _ = s[1.5]", &[("3:11", "truncated")]);
    fails("var s []int\nvar _ = s[3:1]", &[("3:13", "invalid slice indices")]);
}

#[test]
fn errors_of_calls_are_told_where_arguments_are_missing_or_too_many() {
    fails(
        "func f(a, b int) {}\nfunc main() { f(1) }",
        &[("3:18", "not enough arguments")],
    );
    fails(
        "func f() {}\nfunc main() { f(1, 2) }",
        &[("3:17", "too many arguments")],
    );
    fails("var _ = len()", &[("2:13", "not enough arguments")]);
    fails("var s []int\nvar _ = cap(s...)", &[("3:14", "invalid use of `...`")]);
    fails(
        "func f() (int, int) { return 1 }",
        &[("2:30", "not enough return values")],
    );
}

#[test]
fn goto_must_not_jump_over_variables_or_into_blocks() {
    ok("func f() {\n\tgoto L\nL:\n}");
    ok("func f(b bool) {\n\tif b {\n\t\tgoto L\n\t\tx := 1\n\t\t_ = x\n\t}\nL:\n}");
    fails(
        "func f() {\n\tgoto L\n\tx := 1\n\t_ = x\nL:\n}",
        &[("3:7", "jumps over variable declaration")],
    );
    fails(
        "func f() {\n\tgoto L\n\t{\n\tL:\n\t}\n}",
        &[("3:7", "jumps into block")],
    );
    fails("func f() {\n\tgoto L\n}", &[("3:7", "label `L` not declared")]);
}

#[test]
fn a_recursive_type_is_told_once_at_its_first_declaration() {
    fails(
        "type A [2]B\ntype B struct{ a A }",
        &[("2:6", "invalid recursive type `A`")],
    );
    fails("type T [len(x)]int\nvar x T", &[("2:6", "invalid recursive type `T`")]);
    fails(
        "type G[P any] struct{ p P }\ntype A struct{ g G[A] }",
        &[("3:6", "invalid recursive type `A`")],
    );
    ok("type G[P any] struct{ p *P }\ntype A struct{ g G[A] }");
    ok("type F func(F) F\ntype M map[string]M");
}

#[test]
fn union_terms_are_disjoint_and_their_own_underlying_types() {
    ok("type C interface{ ~int | ~string | bool }");
    fails("type C interface{ int | ~int }", &[("2:25", "overlapping terms")]);
    fails("type I int\ntype C interface{ ~I }", &[("3:19", "invalid use of `~`")]);
    fails("func f[P any, Q interface{ P }]() {}", &[("2:28", "type parameter")]);
    fails(
        "type C interface{ int | error }",
        &[("2:25", "cannot use error in union")],
    );
}

#[test]
fn functions_are_instantiated_by_what_they_are_assigned_to() {
    ok("func f[A, B any](a A) (b B) { return }\nvar _ func(int) string = f\nvar _ func(int) string = f[int]");
    ok(
        "func m[S ~[]E, E any](s S, c func(E, E) int) {}\nfunc c[T ~[]E, E any](a, b T) int { return 0 }\nfunc g() { m([][]int{}, c) }",
    );
    ok("func r[P *Q, Q any](p P) { _ = r[P]; r(p) }");
    fails("func f[T any](T) {}\nvar _ = f", &[("3:9", "without instantiation")]);
    fails(
        "func f[A any](a, b A) {}\nfunc g() { f(1, \"a\") }",
        &[("3:17", "mismatched types")],
    );
}

#[test]
fn a_method_sees_its_receivers_type_where_the_receiver_has_its_name() {
    ok("type list []int\nfunc (list list) add(other list) list { return append(list, other...) }");
    fails("type t int\nfunc (x t) m(x int) {}", &[("3:14", "redeclared")]);
}

#[test]
fn a_value_is_no_type_even_of_its_own_declaration() {
    fails("func f(x f) {}", &[("2:10", "`f` is not a type")]);
    fails("var r = g()\nfunc g() r { panic(0) }", &[("3:10", "`r` is not a type")]);
    fails(
        "type S struct{}\nfunc (S) m(x S.m) {}",
        &[("3:16", "`S.m` is not a type")],
    );
    fails("type I interface{ I.m; m() }", &[("2:6", "invalid recursive type `I`")]);
}

#[test]
fn ranges_over_numbers_are_over_integers() {
    ok("func f() { for range 3 { }; for i := range 'a' { var _ rune = i } }");
    fails("func f() { for range 10.0 { } }", &[("2:22", "cannot range over")]);
    fails(
        "func f() { var x float64; for x = range 10 { }; _ = x }",
        &[("2:31", "cannot use iteration variable")],
    );
    fails(
        "type B bool\nfunc f(g func(func() B)) { for range g { } }",
        &[("3:38", "cannot range over")],
    );
}

#[test]
fn features_need_their_language_version() {
    struct One(&'static str);
    impl FileSystem for One {
        fn read(&self, path: &str) -> Option<Vec<u8>> {
            (path == "p.go").then(|| self.0.as_bytes().to_vec())
        }
        fn read_dir(&self, _: &str) -> Vec<String> {
            Vec::new()
        }
        fn exists(&self, _: &str) -> bool {
            false
        }
    }
    let at = |release: (u32, u32), text: &'static str| {
        let options = Options {
            release: Some(release),
            ..Options::default()
        };
        let (_, found) = check_program(load_files(&One(text), &["p.go"], &options));
        found.into_iter().map(|d| d.message).collect::<Vec<_>>()
    };
    for (last_without, first_with, text) in [
        ((1, 12), (1, 13), "package p\nconst c = 1_000\n"),
        ((1, 16), (1, 17), "package p\nvar x = (*[1]int)([]int{1})\n"),
        ((1, 17), (1, 18), "package p\nfunc f[P interface{}]() {}\n"),
        ((1, 19), (1, 20), "package p\nvar x = [1]int([]int{1})\n"),
        ((1, 20), (1, 21), "package p\nvar x = max(1, 2)\n"),
        ((1, 25), (1, 26), "package p\nvar x = new(1)\n"),
        // A build constraint may ask for an earlier version than the module, not before Go 1.21.
        (
            (1, 20),
            (1, 22),
            "//go:build go1.21\n\npackage p\nfunc f() { _ = new(1) }\n",
        ),
    ] {
        let before = at(last_without, text);
        assert!(before.iter().any(|m| m.contains("requires go1.")), "{text}: {before:?}");
        let after = at(first_with, text);
        let constrained = text.starts_with("//go:build");
        assert_eq!(
            after.iter().any(|m| m.contains("requires go1.")),
            constrained,
            "{text}: {after:?}"
        );
    }
}

#[test]
fn records_are_those_of_go_types() {
    let text = "package p\nvar s = []byte{}\nvar m map[int]bool\nfunc f(x uint) {\n\tif x == 1 {\n\t}\n\t_ = x << 3\n\tv, ok := m[1]\n\t_, _ = v, ok\n\tcopy(s, \"abc\")\n}\n";
    let (program, diagnostics) = check_program(load_texts(&[("p.go", text)]));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let Some(package) = program.packages.first() else {
        panic!("no package")
    };
    let dump = dump::package(&program, package.id);
    let record = |source: &str| -> (char, String) {
        let start = text.find(source).unwrap_or(usize::MAX) as u32;
        let end = start + source.len() as u32;
        let records = dump.files.iter().flat_map(|f| &f.1);
        let found = records
            .into_iter()
            .find(|r| (r.start, r.end, r.tag) == (start, end, 'e'));
        found.map_or((' ', String::new()), |r| {
            let ty = dump.types.get((r.ty as usize).wrapping_sub(1));
            (r.mode, ty.cloned().unwrap_or_default())
        })
    };
    let shows = |source: &str, mode: char, ty: &str| assert_eq!(record(source), (mode, ty.into()), "{source}");
    shows("x == 1", 'v', "untyped bool");
    shows("3", 'c', "untyped int");
    shows("m[1]", 'm', "(bool,bool)");
    shows("\"abc\"", 'c', "untyped string");
    shows("copy", 'b', "func([]uint8,string)(int)");
    let modes: Vec<Mode> = program.info.types.iter().map(|(_, t)| t.mode).collect();
    assert!(modes.contains(&Mode::MapIndex));
}

#[test]
fn methods_of_aliases_belong_to_the_type_behind() {
    ok("type T struct{}\ntype P = *T\nfunc (P) m() {}\nfunc main() { (&T{}).m() }");
    fails(
        "type T struct{}\ntype P = *T\nfunc (P) m() {}\nvar _ = T{}.m",
        &[("5:13", "m")],
    );
    fails(
        "type T[X any] struct{}\ntype A = T[int]\nfunc (A) m() {}",
        &[("4:7", "cannot define new methods on instantiated type `T[int]`")],
    );
    fails(
        "type T[X any] struct{}\ntype A[X any] = *T[X]\nfunc (A[X]) m() {}",
        &[("4:7", "cannot define new methods on generic alias type `A`")],
    );
    fails("type A[P any] = P", &[("2:17", "declared in alias declaration as RHS")]);
}

#[test]
fn methods_of_interfaces_have_one_meaning() {
    ok("type A interface { m() }\ntype B interface { m(); A }");
    fails(
        "type A interface { m() int }\ntype B interface { m(); A }",
        &[("3:25", "duplicate method `m`")],
    );
    fails("type A interface { _() }", &[("2:20", "unique non-blank name")]);
    fails(
        "type A interface { m[T any]() }",
        &[("2:21", "must have no type parameters")],
    );
}

#[test]
fn constraints_stand_where_types_constrain_only() {
    let constraint = "type C interface { ~int }\n";
    let with = |rest: &str| format!("{constraint}{rest}");
    fails(
        &with("type G[T any] struct{}\nvar _ G[C]"),
        &[("4:9", "outside a type constraint")],
    );
    fails(
        &with("func f[T any]() {}\nfunc main() { f[C]() }"),
        &[("4:17", "outside a type constraint")],
    );
    fails(
        &with("func f(x any) { switch x.(type) { case C: } }"),
        &[("3:40", "outside a type constraint")],
    );
    fails(
        "import \"unsafe\"\ntype _ struct { unsafe.Pointer }",
        &[("3:17", "cannot be unsafe.Pointer")],
    );
    fails("type _ int[string]", &[("2:8", "`int` is not a generic type")]);
}

#[test]
fn constants_that_need_themselves_are_told_once() {
    fails("const a = a", &[("2:7", "refers to itself")]);
    fails("const (\n\ta = b\n\tb = c\n\tc = b\n)", &[("4:2", "refers to itself")]);
    fails(
        "var x, y = f()\nvar z = y\nfunc f() (int, int) { return z, 0 }",
        &[("2:8", "refers to itself")],
    );
}

#[test]
fn types_that_need_their_own_size_are_told() {
    let unsafe_size =
        |of: &str| format!("import \"unsafe\"\ntype T [unsafe.Sizeof({of})]int\nfunc f() T {{ panic(0) }}");
    fails(&unsafe_size("T{}"), &[("3:6", "invalid recursive type `T`")]);
    fails(&unsafe_size("f()"), &[("3:6", "invalid recursive type `T`")]);
    fails(
        "type A [2]B\ntype B struct { a A }",
        &[("2:6", "invalid recursive type `A`")],
    );
    fails(
        "import \"unsafe\"\ntype E [1 << 30][1 << 30][1 << 30]int\nvar e E\nvar _ = unsafe.Sizeof(e)",
        &[("5:23", "too large")],
    );
}

#[test]
fn blank_labels_and_missing_calls_are_told() {
    fails("func main() {\n_:\n\tgoto _\n}", &[("4:7", "label `_` not declared")]);
    fails("func main() { go 1 }", &[("2:19", "must be function call")]);
    fails(
        "func main() { a, b := 1, 2; a, b = 1, 2, 3; _, _ = a, b }",
        &[("2:36", "assignment mismatch")],
    );
}

#[test]
fn what_a_type_in_error_would_have_brought_is_not_missed() {
    fails(
        "type W struct { undefined }\nvar _ interface{ m() } = W{}",
        &[("2:17", "undefined: `undefined`")],
    );
}

#[test]
fn errors_behind_a_syntax_error_are_told_too() {
    fails(
        "func f(x F) int {\n\ty := 1 +\n\tif x {\n\t\tprint(\"a\" \"b\")\n\t\tz := [3]int{1, 2\n\t\treturn\n\t}\n\tfor i := 0; i < ; i++ {\n\t}\n\tvar q int = = 3\n\treturn y\n}\n\
         type F {\n\ta int\n}\nfunc g() { undefinedName() }",
        &[
            ("4:2", "unexpected keyword `if`"),
            ("5:13", "possibly missing comma or `)`"),
            ("6:19", "possibly missing comma or `}`"),
            ("9:18", "unexpected `;`"),
            ("11:14", "unexpected `=`"),
            ("14:8", "expected type"),
            ("17:12", "undefined: `undefinedName`"),
        ],
    );
}

#[test]
fn names_of_declarations_with_syntax_errors_draw_no_echoes() {
    fails(
        "import \"fmt\"\nfunc f() { fmt.Println( }\nfunc (t T) m() { ) }\ntype T int\nfunc main() { f(); T(1).m() }",
        &[("3:25", "expected expression"), ("4:18", "expected")],
    );
}

#[test]
fn identifiers_are_of_letters_and_decimal_digits() {
    ok("var é, 界, x٣ int");
    // A superscript, a roman numeral, a combining mark, a letter in a circle.
    for (text, place) in [("x²", "2:6"), ("xⅠ", "2:6"), ("x\u{345}", "2:6"), ("Ⓐ", "2:5")] {
        fails(
            &format!("var {text} int"),
            &[(place, "invalid character in identifier")],
        );
    }
}

#[test]
fn underscores_stand_between_digits() {
    ok("var a, b, c, d, e, f = 0x_1_f, 0_7, 0b_1, 1_0.2_5, 1e1_0, 0_9i");
    for wrong in [
        "1__0", "1_", "1_.5", "1._5", "1_e5", "1e_5", "1e+_5", "1_i", "0._1", "0x__1", "0x_.8p1", "0x1p_1",
    ] {
        fails(
            &format!("var x = {wrong}"),
            &[("2:9", "`_` must separate successive digits")],
        );
    }
}

#[test]
fn some_characters_stand_nowhere() {
    fails("// a\0b", &[("2:5", "invalid NUL character")]);
    fails("var s = \"\0\"", &[("2:10", "invalid NUL character")]);
    fails("// \u{feff}", &[("2:4", "byte order mark")]);
    let text = "\u{feff}package main\n";
    assert_eq!(check_program(load_texts(&[("main.go", text)])).1, []);
}

#[test]
fn goto_names_a_label() {
    fails("func f() { goto }", &[("2:17", "expected name")]);
}

#[test]
fn init_and_main_are_functions() {
    ok("func main() {}\nfunc init() {}\nfunc init() {}");
    fails("var init int", &[("2:5", "cannot declare `init`")]);
    fails("const main = 1", &[("2:7", "cannot declare `main`")]);
    fails("type main int", &[("2:6", "cannot declare `main`")]);
    fails("var main int\nfunc main() {}", &[("2:5", "cannot declare `main`")]);
    fails("import init \"fmt\"", &[("2:8", "cannot import package as `init`")]);
    let (_, found) = check_program(load_texts(&[("p.go", "package p\nvar main int\n")]));
    assert_eq!(found, []);
}

#[test]
fn names_imported_with_a_dot_are_the_files_own() {
    ok("import . \"fmt\"\nfunc main() { Println() }");
    fails("import . \"fmt\"", &[("2:8", "`fmt` imported and not used")]);
    fails(
        "import . \"fmt\"\nfunc Println() {}\nfunc main() { Print() }",
        &[("3:6", "`Println` already declared")],
    );
    fails(
        "import . \"errors\"\nimport . \"errors\"\nvar e = New(\"\")",
        &[("3:8", "redeclared"), ("3:8", "not used")],
    );
}

#[test]
fn an_import_clashes_with_what_another_file_declares() {
    let files = [
        ("a.go", "package p\nimport \"fmt\"\nvar _ = fmt.Sprint()\n"),
        ("b.go", "package p\nvar fmt int\n"),
    ];
    for files in [files, [files[1], files[0]]] {
        let (_, found) = check_program(load_texts(&files));
        let messages: Vec<_> = found.iter().map(|d| &*d.message).collect();
        assert_eq!(messages, ["`fmt` already declared through import of package"]);
    }
}

#[test]
fn a_generic_alias_needs_type_arguments() {
    ok("type A[P any] = []P\nvar x A[int]\nvar y = A[string]{\"a\"}\nvar z = A[int](x)");
    for wrong in [
        "var x A",
        "var x = A{1}",
        "var x = A(nil)",
        "var x = new(A)",
        "func f(a A) {}",
    ] {
        let at = format!("3:{}", wrong.find('A').unwrap() + 1);
        fails(
            &format!("type A[P any] = []P\n{wrong}"),
            &[(&at, "cannot use generic type `A` without instantiation")],
        );
    }
}

#[test]
fn loops_and_literals_are_of_one_underlying_type() {
    ok("type L []int\nfunc f[S []int | L](s S) { for range s {}; _ = S{1} }");
    fails(
        "func f[S string | []byte](s S) { for range s {} }",
        &[("2:44", "cannot range over")],
    );
    fails(
        "func f[S []int | []string]() { _ = S{} }",
        &[("2:36", "no common underlying type")],
    );
}

#[test]
fn a_range_declares_a_variable() {
    ok("func f() { for _, c := range \"a\" { _ = c }; for _ = range \"a\" {} }");
    fails("func f() { for _ := range \"a\" {} }", &[("2:18", "no new variables")]);
    fails(
        "func f() { for _, _ := range \"a\" {} }",
        &[("2:21", "no new variables")],
    );
}

#[test]
fn a_receivers_base_is_no_pointer_of_unsafe() {
    fails(
        "import \"unsafe\"\ntype P unsafe.Pointer\nfunc (P) m() {}\nfunc (*P) n() {}",
        &[("4:7", "invalid receiver type"), ("5:8", "invalid receiver type")],
    );
}

#[test]
fn new_makes_no_constraint() {
    ok("var x, y = new(error), new(interface{})");
    fails("var x = new(comparable)", &[("2:13", "outside a type constraint")]);
    fails(
        "type C interface{ int }\nvar x = new(C)",
        &[("3:13", "outside a type constraint")],
    );
}

#[test]
fn what_is_shifted_before_a_conversion_has_its_type() {
    ok("var s uint\nvar x = string(rune(1) << s)\nconst c = string(1 << 6)\nvar y = float64(1 << 3)");
    fails("var s uint\nvar x = string(1 << s)", &[("3:16", "must be integer")]);
}

#[test]
fn instances_beget_no_larger_ones_without_end() {
    ok("func f[P any]() { f[P]() }\nfunc g[A, B any]() { g[B, A]() }");
    ok("type T[P any] struct{ f *T[P]; g []T[int] }");
    ok(
        "type T[P any] struct{ v P }\nfunc (t T[P]) m() T[P] { return t }\nfunc f[P any]() T[T[P]] { return T[T[P]]{} }",
    );
    ok("func f[P any](n int) { if n > 0 { f[*int](n - 1) } }");
    ok("func f[P any]() { type L int; g[L]() }\nfunc g[P any]() {}");
    fails(
        "func f[P any]() { f[*P]() }",
        &[("2:8", "instantiation cycle: `P` has no end of type arguments")],
    );
    fails("func f[P any](p P) { f(&p) }", &[("2:8", "instantiation cycle")]);
    fails("type T[P any] struct{ f *T[T[P]] }", &[("2:8", "instantiation cycle")]);
    fails(
        "type T[P any] struct{ v P }\nfunc (t T[Q]) m() { T[[]Q]{}.m() }",
        &[("2:8", "instantiation cycle")],
    );
    fails(
        "func f[A any]() { g[func(A)]() }\nfunc g[B any]() { f[B]() }",
        &[("2:8", "instantiation cycle")],
    );
    fails(
        "func f[P any]() { type L int; f[L]() }",
        &[("2:8", "instantiation cycle")],
    );
}

#[test]
fn files_are_embedded_in_variables_of_the_package_that_can_hold_them() {
    let embeds = |imports: &str, rest: &str| format!("import {imports}\n//go:embed a.txt\n{rest}");
    for rest in [
        "var s string",
        "var s []byte",
        "\n// Text.\nvar s text\ntype text string",
        "var _ string",
    ] {
        ok(&embeds("_ \"embed\"", rest));
    }
    ok(&embeds("\"embed\"", "var s embed.FS"));
    ok("import _ \"embed\"\nvar (\n\ta int\n\t//go:embed a b\n\ts string\n)");
    ok("import _ \"embed\"\n//go:embedded\nvar a int");
    for (imports, rest, part) in [
        ("_ \"os\"", "var s string", "import `embed`"),
        ("_ \"embed\"", "var s int", "a variable of type int"),
        ("\"embed\"", "var s own\ntype own embed.FS", "a variable of type own"),
        ("_ \"embed\"", "var s, t string", "several variables"),
        ("_ \"embed\"", "var s = \"\"", "a variable with a value"),
        ("_ \"embed\"", "func f() {}", "misplaced"),
        ("_ \"embed\"", "var (\n\ts string\n)", "misplaced"),
    ] {
        fails(&embeds(imports, rest), &[("3:1", part)]);
    }
    fails(
        "import _ \"embed\"\nfunc f() {\n//go:embed a.txt\nvar s string\n_ = s\n}",
        &[("4:1", "inside a function")],
    );
    fails(
        "import _ \"embed\"\n//go:embed\nvar s string",
        &[("3:1", "names no files")],
    );
}

#[test]
fn nothing_is_of_an_empty_type_set() {
    fails(
        "func f[T interface{ ~int; ~string }](x T) bool { return x == x }",
        &[("2:57", "incomparable types in type set")],
    );
    fails(
        "type A int\nfunc f[_ ~A]() {}\nfunc main() { f[int]() }",
        &[("3:10", "invalid use of `~`"), ("4:17", "empty type set")],
    );
    let both = "type C interface{ comparable; [2]any | int }\nfunc f[T C]() {}\n";
    ok(&format!("{both}func main() {{ f[int]() }}"));
    fails(
        &format!("{both}func main() {{ f[[2]any]() }}"),
        &[("4:17", "does not satisfy C")],
    );
}

#[test]
fn an_elided_type_is_that_of_an_element_and_of_no_field() {
    ok("type P struct{ x int }\nvar _ = []P{{1}}\nvar _ = map[P][]P{{1}: {{2}}}");
    let types = "type P struct{ x int }\ntype Q struct{ P; n int }\n";
    fails(&format!("{types}var _ = Q{{P: {{}}}}"), &[("4:14", "missing type")]);
    fails(&format!("{types}var _ = Q{{{{}}, 1}}"), &[("4:11", "missing type")]);
}

#[test]
fn errors_are_told_where_go_tells_them() {
    fails("var _\nvar a, _", &[("2:6", "missing type"), ("3:9", "missing type")]);
    fails(
        "type N[P any] M[P]\ntype M[P any] N[P]",
        &[("2:15", "invalid recursive type")],
    );
    fails(
        "func f[_ interface{ m() }]() {}\ntype T struct{}\nfunc (*T) m() {}\nfunc main() { f[T]() }",
        &[("5:17", "does not satisfy")],
    );
    fails(
        "type M int\nfunc main() { var i int; for i = range M(3) { _ = i } }",
        &[("3:40", "cannot use")],
    );
}

#[test]
fn a_type_with_too_few_arguments_fits_no_other() {
    fails(
        "type T[A, B any] struct{ f A }\nvar x T[int]\nvar y T[int, int] = x\nvar _ = x.f",
        &[("3:7", "not enough type arguments"), ("4:21", "cannot use")],
    );
}

#[test]
fn a_union_has_no_more_types_through_those_it_names() {
    let terms = |from: usize| {
        let all: Vec<_> = (from..from + 60).map(|n| format!("[{n}]int")).collect();
        all.join(" | ")
    };
    let types = format!(
        "type A interface{{ {} }}\ntype B interface{{ {} }}\n",
        terms(0),
        terms(60)
    );
    ok(&format!("{types}type C interface{{ A | int }}"));
    fails(
        &format!("{types}type C interface{{ A | B }}"),
        &[("4:19", "100 union terms")],
    );
}
