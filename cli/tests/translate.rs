//! `gort translate`: what it writes, and what it refuses to write over.

mod support;

use support::{HELLO, STUB, Scratch, check};

#[test]
fn writes_a_crate_that_stands_alone() {
    let s = Scratch::with(&[("hello/main.go", HELLO)]);
    let ran = s.gort(&["translate", "hello"]);
    check(
        &ran,
        0,
        &[
            "Translated hello to hello-rs",
            "1 file, ",
            "next: cd hello-rs && cargo run",
        ],
    );
    assert_eq!(ran.stdout, "");
    let manifest = s.read("hello-rs/Cargo.toml");
    for text in [
        "name = \"hello\"",
        "edition = \"2024\"",
        "[workspace]",
        "overflow-checks = false",
    ] {
        assert!(manifest.contains(text), "no {text} in {manifest}");
    }
    assert!(s.read("hello-rs/src/main.rs").contains("forbid(unsafe_code)"));
    assert!(!s.read("hello-rs/gort-runtime/Cargo.toml").contains("workspace"));
}

#[test]
fn translating_twice_gives_the_same_bytes_anywhere() {
    let (a, b) = (
        Scratch::with(&[("p/main.go", STUB)]),
        Scratch::with(&[("deep/er/p/main.go", STUB)]),
    );
    check(&a.gort(&["translate", "p", "-o", "one"]), 0, &[]);
    check(&a.gort(&["translate", "p", "-o", "two"]), 0, &[]);
    check(&b.gort(&["translate", "deep/er/p", "-o", "three"]), 0, &[]);
    assert_eq!(a.tree("one"), a.tree("two"));
    assert_eq!(a.tree("one"), b.tree("three"));
    check(&a.gort(&["translate", "p", "-o", "one"]), 0, &[]);
    assert_eq!(a.tree("one"), a.tree("two"));
}

#[test]
fn refuses_a_folder_that_it_did_not_write() {
    let s = Scratch::with(&[
        ("p/main.go", HELLO),
        ("out/precious.txt", "mine"),
        ("out/src/main.rs", "mine"),
    ]);
    let before = s.tree("out");
    check(
        &s.gort(&["translate", "p", "-o", "out"]),
        1,
        &["error: `out` is not empty", "help: ", "--force"],
    );
    assert_eq!(s.tree("out"), before);
    check(&s.gort(&["translate", "p", "-o", "out", "--force"]), 0, &[]);
    assert_eq!(s.read("out/precious.txt"), "mine");
    assert!(s.read("out/src/main.rs").contains("hello"));
}

#[test]
fn refuses_files_that_were_edited_or_removed() {
    let s = Scratch::with(&[("p/main.go", HELLO)]);
    check(&s.gort(&["translate", "p"]), 0, &[]);
    s.write("p-rs/src/main.rs", "fn main() {}\n");
    std::fs::remove_file(s.path("p-rs/.gitignore")).expect("a file to remove");
    let before = s.tree("p-rs");
    check(
        &s.gort(&["translate", "p"]),
        1,
        &[
            "`p-rs` was edited since gort wrote it",
            "edited: src/main.rs",
            "removed: .gitignore",
            "--force",
        ],
    );
    assert_eq!(s.tree("p-rs"), before);
    check(&s.gort(&["translate", "p", "--force"]), 0, &[]);
    assert!(s.read("p-rs/src/main.rs").contains("hello"));
    check(&s.gort(&["translate", "p"]), 0, &[]);
}

#[test]
fn keeps_what_the_user_added() {
    let s = Scratch::with(&[
        ("p/main.go", HELLO),
        ("p/util.go", "package main\n\nfunc util() int { return 1 }\n"),
    ]);
    check(&s.gort(&["translate", "p"]), 0, &[]);
    s.write("p-rs/src/extra.rs", "// mine\n");
    s.write("p-rs/target/x", "built");
    std::fs::remove_file(s.path("p/util.go")).expect("a file to remove");
    check(&s.gort(&["translate", "p"]), 0, &[]);
    assert!(!s.path("p-rs/src/util.rs").exists());
    assert_eq!(s.read("p-rs/src/extra.rs"), "// mine\n");
    assert_eq!(s.read("p-rs/target/x"), "built");
}

#[test]
fn an_error_leaves_the_old_output() {
    let s = Scratch::with(&[("p/main.go", HELLO)]);
    check(&s.gort(&["translate", "p"]), 0, &[]);
    let before = s.tree("p-rs");
    s.write("p/main.go", "package main\n\nfunc main() { x }\n");
    check(
        &s.gort(&["translate", "p"]),
        1,
        &["error[G0020]", "could not translate `p` due to"],
    );
    assert_eq!(s.tree("p-rs"), before);
}

#[test]
fn refuses_outputs_in_and_around_the_sources() {
    let s = Scratch::with(&[("m/p/main.go", HELLO)]);
    check(
        &s.gort(&["translate", "m/p", "-o", "m/p/out"]),
        1,
        &["lies inside the Go package", "-o m/p-rs"],
    );
    check(
        &s.gort(&["translate", "m/p", "-o", "m/p/../p", "--force"]),
        1,
        &["lies inside the Go package"],
    );
    check(
        &s.gort(&["translate", "m/p", "-o", "m", "--force"]),
        1,
        &["holds the Go package"],
    );
    check(
        &s.gort(&["translate", "m/p", "-o", "m/p/main.go"]),
        1,
        &["lies inside the Go package"],
    );
    assert_eq!(s.tree("m").len(), 1);
    check(&s.gort(&["translate", "m/p/main.go"]), 0, &["m/p/main-rs"]);
}

#[test]
fn takes_the_runtime_from_elsewhere() {
    let s = Scratch::with(&[("p/main.go", HELLO), ("rt/Cargo.toml", "")]);
    check(&s.gort(&["translate", "p", "--runtime", "version=0.1"]), 0, &[]);
    assert!(s.read("p-rs/Cargo.toml").contains("gort-runtime = { version = \"0.1\""));
    check(&s.gort(&["translate", "p", "-o", "b", "--runtime", "path=rt"]), 0, &[]);
    assert!(s.read("b/Cargo.toml").contains("gort-runtime = { path = \""));
    assert!(!s.path("b/gort-runtime").exists());
    check(
        &s.gort(&["translate", "p", "-o", "c", "--runtime", "path=p"]),
        1,
        &["is no crate", "help: "],
    );
    check(&s.gort(&["translate", "p", "-o", "c", "--runtime", "git=x"]), 2, &[]);
    // A crate that carried the runtime and no longer needs it loses it.
    check(&s.gort(&["translate", "p", "-o", "d"]), 0, &[]);
    check(
        &s.gort(&["translate", "p", "-o", "d", "--runtime", "version=0.1"]),
        0,
        &[],
    );
    assert!(!s.path("d/gort-runtime").exists());
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_said_so() {
    use std::os::unix::fs::PermissionsExt;
    let s = Scratch::with(&[("p/main.go", HELLO), ("locked/x", "")]);
    let mode = |mode| std::fs::set_permissions(s.path("locked"), std::fs::Permissions::from_mode(mode));
    mode(0o555).expect("permissions");
    // Root may write everywhere.
    if std::fs::write(s.path("locked/probe"), "").is_err() {
        check(
            &s.gort(&["translate", "p", "-o", "locked/out"]),
            1,
            &["permission denied", "help: "],
        );
    }
    mode(0o755).expect("permissions");
}
