//! `gort check`: diagnostics, exit codes, and that nothing is written.

mod support;

use support::{HELLO, STUB, Scratch, check};

const WRONG: &str = "package main

func f() int {
\tvar s string = 2
\treturn missing(s)
}

func g( {
}

func main() {}
";

#[test]
fn all_errors_come_in_one_run_with_their_lines() {
    let s = Scratch::with(&[("p/a.go", WRONG), ("p/b.go", "package main\n\nvar x = nowhere\n")]);
    let before = s.tree(".");
    let ran = s.gort(&["check", "p"]);
    check(
        &ran,
        1,
        &[
            "error[G0022]: cannot use `2`",
            "--> p/a.go:4:17",
            "4 |     var s string = 2\n",
            "error[G0020]: undefined: `missing`",
            "error[G0001]: syntax error",
            "error[G0020]: undefined: `nowhere`",
            "--> p/b.go:3:9",
            "^^^^^^^",
            "= help: ",
            "error: could not check `p` due to 4 errors",
        ],
    );
    assert_eq!(ran.stdout, "");
    assert_eq!(s.tree("."), before);
}

#[test]
fn good_go_gives_a_summary_and_writes_nothing() {
    let s = Scratch::with(&[("p/main.go", HELLO)]);
    let before = s.tree(".");
    let ran = s.gort(&["check", "p"]);
    check(&ran, 0, &["Checked p", "1 file, 9 lines, 1 function (0 async)"]);
    assert_eq!(ran.stdout, "");
    assert_eq!(s.gort(&["check", "--quiet", "p"]).stderr, "");
    assert_eq!(s.tree("."), before);
}

#[test]
fn what_is_not_translated_yet_is_a_warning_unless_strict() {
    let s = Scratch::with(&[("p/main.go", STUB)]);
    check(
        &s.gort(&["check", "p"]),
        0,
        &["warning[G0060]", "note: 1 place cannot be translated yet"],
    );
    check(
        &s.gort(&["check", "p", "--strict"]),
        1,
        &["could not check `p`: 1 place cannot be translated yet"],
    );
    check(&s.gort(&["translate", "p", "--strict"]), 1, &["--strict"]);
    assert!(!s.path("p-rs").exists());
    check(&s.gort(&["translate", "p"]), 0, &["note: 1 place is a stub"]);
}

#[test]
fn json_is_one_object_per_line_on_standard_output() {
    let s = Scratch::with(&[("p/a.go", WRONG)]);
    let ran = s.gort(&["check", "p", "--message-format", "json"]);
    assert_eq!((ran.code, &*ran.stderr), (1, ""));
    let lines: Vec<serde_json::Value> = ran
        .stdout
        .lines()
        .map(|l| serde_json::from_str(l).expect("a JSON object"))
        .collect();
    let first = &lines[0];
    assert_eq!(first["reason"], "diagnostic");
    assert_eq!(first["code"], "G0022");
    assert_eq!(first["level"], "error");
    let span = &first["spans"][0];
    assert_eq!((&span["file_name"], &span["line_start"]), (&"p/a.go".into(), &4.into()));
    assert_eq!((&span["column_start"], &span["column_end"]), (&17.into(), &18.into()));
    assert!(
        first["rendered"]
            .as_str()
            .is_some_and(|r| r.contains("var s string = 2"))
    );
    let summary = lines.iter().find(|l| l["reason"] == "summary").expect("a summary");
    assert_eq!(summary["errors"], 3);
}

#[test]
fn every_bad_path_has_its_message_and_hint() {
    let s = Scratch::with(&[
        ("p/main.go", HELLO),
        ("q/x.go", HELLO),
        ("text.txt", "x"),
        ("deep/er/a.go", HELLO),
    ]);
    s.write("empty/readme", "");
    std::fs::write(s.path("latin.go"), b"package main\n// \xe9\n").expect("a file");
    for (args, code, text) in [
        (&["missing"][..], 1, "`missing` does not exist"),
        (&["empty"], 1, "no Go files in `empty`"),
        (&["deep"], 1, "there are some in `deep/er`"),
        (&["text.txt"], 1, "`text.txt` is not a Go file"),
        (&["text.txt/x"], 1, "text.txt/x"),
        (&["latin.go"], 1, "not valid UTF-8"),
        (&["./..."], 1, "names many packages"),
        (&["p", "q"], 2, "a folder among them"),
        (&["p/main.go", "q/x.go"], 2, "different folders"),
        (&[], 2, "required"),
    ] {
        let ran = s.gort(&[&["check"], args].concat());
        check(&ran, code, &[text, "error"]);
        assert!(ran.stderr.contains("help"), "no hint: {}", ran.stderr);
    }
}

#[test]
fn help_has_examples_and_version_is_there() {
    let s = Scratch::with(&[]);
    for args in [
        &["--help"][..],
        &["translate", "--help"],
        &["run", "--help"],
        &["check", "--help"],
    ] {
        let ran = s.gort(args);
        assert_eq!(ran.code, 0);
        assert!(ran.stdout.contains("Examples:\n  gort "), "{}", ran.stdout);
    }
    assert_eq!(
        s.gort(&["--version"]).stdout,
        concat!("gort ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn modules_are_found_as_go_s_settings_say() {
    let s = Scratch::with(&[
        ("w/go.work", "go 1.21\nuse ./m\nuse ./lib\n"),
        ("w/m/go.mod", "module m.org/m\ngo 1.21\nrequire a.org/A v1.0.0\n"),
        (
            "w/m/main.go",
            "package main\n\nimport (\n\t\"a.org/A\"\n\t\"l.org/lib\"\n)\n\nfunc main() { println(a.One + lib.Two) }\n",
        ),
        ("w/m/main_test.go", "package main\n\nvar _ = undefined\n"),
        ("w/lib/go.mod", "module l.org/lib\ngo 1.17\n"),
        ("w/lib/lib.go", "package lib\n\nconst Two = 2\n"),
        ("cache/a.org/!a@v1.0.0/a.go", "package a\n\nconst One = 1\n"),
    ]);
    let cache = s.path("cache");
    let env: &[(&str, &str)] = &[("GOMODCACHE", cache.to_str().expect("paths are text")), ("GOWORK", "")];
    check(&s.gort_with(&["check", "w/m"], env), 0, &["3 files"]);
    check(
        &s.gort_with(&["check", "w/m", "--tests"], env),
        1,
        &["main_test.go:3:9"],
    );
    let off = [env[0], ("GOWORK", "off")];
    check(&s.gort_with(&["check", "w/m"], &off), 1, &["error[G0011]", "l.org/lib"]);
    let elsewhere = [("GOMODCACHE", "/nowhere"), env[1]];
    check(
        &s.gort_with(&["check", "w/m"], &elsewhere),
        1,
        &[
            "error[G0011]",
            "module `a.org/A@v1.0.0` is not there; `go mod download` gets it",
        ],
    );
}
