//! `gort run`: what belongs to the program and what does not.

mod support;

use std::io::Write;
use std::process::Stdio;
use std::time::Instant;
use support::{HELLO, Scratch, check};

#[test]
fn a_package_without_main_is_no_program() {
    let s = Scratch::with(&[("p/p.go", "package p\n\nfunc F() int { return 1 }\n")]);
    check(&s.gort(&["run", "p"]), 1, &["`p` is not a program", "help: "]);
}

#[test]
fn a_program_without_a_main_function_is_refused_where_it_begins() {
    let s = Scratch::with(&[("p/p.go", "package main\n\nfunc helper() {}\n")]);
    for verb in ["run", "translate", "check"] {
        let text = "function `main` is undeclared in the `main` package";
        check(&s.gort(&[verb, "p"]), 1, &["error[G0020]", text, "p.go:1:9"]);
    }
}

#[test]
fn errors_are_printed_and_nothing_runs() {
    let s = Scratch::with(&[("p/main.go", "package main\n\nfunc main() { x }\n")]);
    let ran = s.gort(&["run", "p"]);
    check(&ran, 1, &["error[G0020]", "could not run `p` due to"]);
    assert_eq!(ran.stdout, "");
    let ran = s.gort(&["run", "p", "--message-format", "json"]);
    assert_eq!((ran.code, &*ran.stdout), (1, ""));
}

#[test]
fn missing_cargo_and_bad_caches_are_said_so() {
    let s = Scratch::with(&[("p/main.go", HELLO), ("file", "")]);
    let with = |name: &str, value: &str| {
        let output = s.command(&["run", "p"]).env(name, value).output().expect("gort starts");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (code, stderr) = with("CARGO", "/nowhere/cargo");
    assert_eq!(code, Some(1));
    assert!(
        stderr.contains("cargo was not found") && stderr.contains("rustup.rs"),
        "{stderr}"
    );
    let (code, stderr) = with("GORT_CACHE", "file/below");
    assert_eq!(code, Some(1));
    assert!(
        stderr.contains("cache folder") && stderr.contains("GORT_CACHE"),
        "{stderr}"
    );
}

/// Builds for real, in the cache of this build's target folder: the runtime is compiled once.
#[test]
fn the_program_has_input_arguments_output_and_exit_code_to_itself() {
    let source = "package main

import (
\t\"bufio\"
\t\"fmt\"
\t\"os\"
)

func main() {
\tin := bufio.NewScanner(os.Stdin)
\tfor in.Scan() {
\t\tfmt.Println(in.Text(), os.Args[1:])
\t}
\tpanic(\"enough\")
}
";
    let s = Scratch::with(&[("p/main.go", source)]);
    let cache = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
    let run = |jobs: &str| {
        let mut command = s.command(&["run", "p", "--jobs", jobs, "--", "--depth", "3"]);
        command
            .env("GORT_CACHE", &cache)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("gort starts");
        child
            .stdin
            .take()
            .expect("a pipe")
            .write_all(b"one\ntwo\n")
            .expect("input is taken");
        let output = child.wait_with_output().expect("gort ends");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "one [--depth 3]\ntwo [--depth 3]\n"
        );
        assert!(stderr.starts_with("panic: enough"), "{stderr}");
    };
    run("2");
    let start = Instant::now();
    // How many threads work says nothing about what they make.
    run("1");
    assert!(
        start.elapsed().as_secs_f64() < 1.0,
        "an unchanged program took {:?} to run",
        start.elapsed()
    );
}
