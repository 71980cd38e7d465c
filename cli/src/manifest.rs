//! The `Cargo.toml` of a translated crate.
//!
//! In: a name, and where the runtime comes from. Out: the manifest's text.
//! Invariants: the crate is a workspace of its own, so that no workspace above captures it.

use crate::runtime;
use gort_translator::emit;
use std::path::PathBuf;

/// Where a crate takes the runtime from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Runtime {
    /// A copy inside the crate.
    Bundled,
    /// A folder.
    Path(PathBuf),
    /// crates.io.
    Version(String),
}

impl Runtime {
    /// `bundled`, `path=FOLDER` or `version=VERSION`.
    pub(crate) fn parse(text: &str) -> Result<Runtime, String> {
        match text.split_once('=') {
            None if text == "bundled" => Ok(Runtime::Bundled),
            Some(("path", path)) if !path.is_empty() => Ok(Runtime::Path(path.into())),
            Some(("version", version)) if is_requirement(version) => Ok(Runtime::Version(version.into())),
            Some(("version", version)) => Err(format!("`{version}` is not a version, such as `0.1` or `=0.1.2`")),
            _ => Err("give `bundled`, `path=FOLDER` or `version=VERSION`".into()),
        }
    }
}

/// Near enough to what cargo takes as a version requirement to never break the manifest.
fn is_requirement(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit() || c == '*')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "^~=<>*.,+- ".contains(c))
}

/// How a crate is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be kept and worked on.
    Keep,
    /// To be run at once from the cache.
    Run,
}

/// The whole manifest. The path in `runtime` is used as it is. A program, other than a library, has an allocator that is about as
/// quick as Go's.
pub(crate) fn manifest(name: &str, runtime: &Runtime, purpose: Purpose, is_program: bool) -> String {
    let rust_version = env!("CARGO_PKG_RUST_VERSION");
    let source = match runtime {
        Runtime::Bundled => format!("path = {}", quote(runtime::FOLDER)),
        Runtime::Path(path) => format!("path = {}", quote(&path.to_string_lossy())),
        Runtime::Version(version) => format!("version = {}", quote(version)),
    };
    let exclude = match runtime {
        Runtime::Bundled => format!("exclude = [{}]\n", quote(runtime::FOLDER)),
        Runtime::Path(_) | Runtime::Version(_) => String::new(),
    };
    // What only runs inside the compiler is not worth optimising.
    let profile = match purpose {
        Purpose::Keep => "\n[profile.dev.package.gort-runtime]\nopt-level = 1\n",
        Purpose::Run => {
            "opt-level = 0
debug = false
incremental = true

[profile.dev.package.\"*\"]
opt-level = 1

[profile.dev.package.syn]
opt-level = 0

[profile.dev.package.proc-macro2]
opt-level = 0

[profile.dev.package.quote]
opt-level = 0
"
        }
    };
    format!(
        "[package]
name = {name}
version = \"0.1.0\"
edition = \"2024\"
rust-version = \"{rust_version}\"

# A workspace of its own: one in a folder above does not take it in.
[workspace]
{exclude}
[dependencies]
gort-runtime = {{ {source}, features = [{features}] }}

{lints}
[profile.dev]
# Go's integers wrap around.
overflow-checks = false
{profile}
[profile.release]
overflow-checks = false
",
        name = quote(name),
        features = if is_program {
            r#""allocator", "pkg""#
        } else {
            r#""pkg""#
        },
        lints = emit::LINTS,
    )
}

/// A TOML string.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A name that cargo takes, made of what the Go package or module is called.
///
/// The last part of a module's path that is no version: `github.com/x/My.Tool/v2` gives `my-tool`.
pub(crate) fn crate_name(text: &str) -> String {
    let parts = text
        .split(['/', '\\'])
        .filter(|p| !p.is_empty() && *p != "." && *p != "..");
    let mut parts: Vec<&str> = parts.collect();
    if parts.len() > 1 && parts.last().is_some_and(|p| is_major_version(p)) {
        parts.pop();
    }
    let last = parts.pop().unwrap_or("");
    let mut name = String::new();
    for c in last.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || c == '_' => name.push(c.to_ascii_lowercase()),
            _ if !name.ends_with('-') => name.push('-'),
            _ => {}
        }
    }
    let name = name.trim_matches('-');
    match name.chars().next() {
        None => "program".into(),
        Some(c) if c.is_ascii_digit() => format!("go-{name}"),
        Some(_) if is_taken(name) => format!("{name}-rs"),
        Some(_) => name.into(),
    }
}

fn is_major_version(part: &str) -> bool {
    part.strip_prefix('v')
        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// Rust's keywords, names of cargo's own folders, Rust's own crates, and the crates that a translation is linked with.
fn is_taken(name: &str) -> bool {
    const TAKEN: &[&str] = &[
        "_",
        "abstract",
        "alloc",
        "as",
        "async",
        "await",
        "become",
        "box",
        "break",
        "build",
        "const",
        "continue",
        "core",
        "crate",
        "deps",
        "do",
        "dyn",
        "else",
        "enum",
        "examples",
        "extern",
        "false",
        "final",
        "fn",
        "foldhash",
        "for",
        "gen",
        "gort-runtime",
        "gort-runtime-macros",
        "gort_runtime",
        "hashbrown",
        "if",
        "impl",
        "in",
        "incremental",
        "let",
        "libc",
        "libm",
        "loop",
        "macro",
        "match",
        "md-5",
        "memchr",
        "mimalloc",
        "mod",
        "move",
        "mut",
        "override",
        "parking_lot",
        "pin-project-lite",
        "priv",
        "proc-macro",
        "proc_macro",
        "pub",
        "ref",
        "return",
        "self",
        "sha1",
        "sha2",
        "static",
        "std",
        "struct",
        "super",
        "test",
        "tokio",
        "trait",
        "true",
        "try",
        "type",
        "typeof",
        "unsafe",
        "unsized",
        "use",
        "virtual",
        "where",
        "while",
        "yield",
    ];
    TAKEN.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::{Runtime, crate_name, quote};

    #[test]
    fn crate_names_are_what_cargo_takes() {
        for (from, to) in [
            ("crawler", "crawler"),
            ("github.com/x/My.Tool/v2", "my-tool"),
            ("v2", "v2"),
            ("2048", "go-2048"),
            ("test", "test-rs"),
            ("fn", "fn-rs"),
            ("日本", "program"),
            ("", "program"),
            ("a  b", "a-b"),
            ("-x-", "x"),
        ] {
            assert_eq!(crate_name(from), to, "{from}");
        }
    }

    #[test]
    fn runtime_option_refuses_what_would_break_the_manifest() {
        assert_eq!(Runtime::parse("bundled"), Ok(Runtime::Bundled));
        assert_eq!(Runtime::parse("version=^0.1"), Ok(Runtime::Version("^0.1".into())));
        for bad in ["", "path=", "version=", "version=\"", "version=1\n", "git=x"] {
            assert!(Runtime::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(quote("a\"b\\\n"), "\"a\\\"b\\\\\\u000A\"");
    }
}
