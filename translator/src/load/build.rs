//! Build constraints: `//go:build` lines and file names, for linux/amd64.
//!
//! In: a file's name and text. Out: whether it belongs to the build.
//! Invariants: a malformed constraint keeps the file out, as the go command does.

/// Go's operating systems, for file names.
const SYSTEMS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];
/// Go's architectures, for file names.
const ARCHITECTURES: &[&str] = &[
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// The experiments that are on in the release whose build this is, unless one asks otherwise.
const EXPERIMENTS: &[&str] = &[
    "regabiwrappers",
    "regabiargs",
    "dwarf5",
    "greenteagc",
    "randomizedheapbase64",
];

/// Whether a tag holds.
///
/// Beyond the spec: cmd/go, "Build constraints".
fn tag(name: &str, extra: &[String]) -> bool {
    if let Some(v) = name.strip_prefix("go1.") {
        return v.parse::<u32>().is_ok_and(|v| v <= super::LATEST.1);
    }
    if let Some(experiment) = name.strip_prefix("goexperiment.") {
        return EXPERIMENTS.contains(&experiment);
    }
    matches!(name, "linux" | "amd64" | "amd64.v1" | "unix" | "gc") || extra.iter().any(|t| t == name)
}

/// Whether the file's name lets it into the build.
///
/// Beyond the spec: cmd/go, "Build constraints".
pub fn name_matches(name: &str, tags: &[String]) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    let stem = stem.strip_suffix("_test").unwrap_or(stem);
    let Some((_, rest)) = stem.split_once('_') else {
        return true;
    };
    let mut parts = rest.rsplit('_');
    let (last, before) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    if ARCHITECTURES.contains(&last) {
        return tag(last, tags) && (!SYSTEMS.contains(&before) || tag(before, tags));
    }
    !SYSTEMS.contains(&last) || tag(last, tags)
}

/// Whether the file's `//go:build` line, if any, holds.
///
/// Beyond the spec: cmd/go, "Build constraints".
pub fn text_matches(text: &str, tags: &[String]) -> bool {
    let mut in_block = false;
    // The form before Go 1.17: lines of `// +build` up to the last blank line before code, all of which must hold.
    let (mut old, mut settled) = (true, true);
    for line in text.lines() {
        let line = line.trim();
        if in_block {
            in_block = !line.contains("*/");
            continue;
        }
        if let Some(expr) = line.strip_prefix("//go:build ") {
            let mut tokens = tokenize(expr).into_iter().peekable();
            return or(&mut tokens, tags, 0).unwrap_or(false) && tokens.peek().is_none();
        }
        if line.starts_with("/*") {
            in_block = !line.contains("*/");
        } else if let Some(terms) = line
            .strip_prefix("//")
            .and_then(|l| l.trim_start().strip_prefix("+build "))
        {
            old &= terms.split_whitespace().any(|term| old_term(term, tags));
        } else if line.is_empty() {
            settled = old;
        } else if !line.starts_with("//") {
            return settled;
        }
    }
    settled
}

/// A term of a `// +build` line: tags that must all hold, `!` before one that must not.
fn old_term(term: &str, tags: &[String]) -> bool {
    term.split(',').all(|t| match t.strip_prefix('!') {
        Some(t) => !tag(t, tags),
        None => tag(t, tags),
    })
}

/// The language version that the file's `//go:build` line asks for: the least release with which it can hold.
///
/// Beyond the spec: cmd/go, "Build constraints".
pub fn language_version(text: &str) -> Option<(u32, u32)> {
    let mut in_block = false;
    for line in text.lines() {
        let line = line.trim();
        if in_block {
            in_block = !line.contains("*/");
        } else if let Some(expr) = line.strip_prefix("//go:build ") {
            let mut tokens = tokenize(expr).into_iter().peekable();
            let least = least_or(&mut tokens, true, 0)?;
            return u32::try_from(least).ok().map(|minor| (1, minor));
        } else if line.starts_with("/*") {
            in_block = !line.contains("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            return None;
        }
    }
    None
}

/// The least release with which an expression can be true (or false, with `sign` unset); below zero when any will do.
fn least_or(t: &mut Tokens, sign: bool, depth: u32) -> Option<i64> {
    let mut x = least_and(t, sign, depth)?;
    while t.next_if(|s| s == "||").is_some() {
        let y = least_and(t, sign, depth)?;
        x = if sign { x.min(y) } else { x.max(y) };
    }
    Some(x)
}

fn least_and(t: &mut Tokens, sign: bool, depth: u32) -> Option<i64> {
    let mut x = least_not(t, sign, depth)?;
    while t.next_if(|s| s == "&&").is_some() {
        let y = least_not(t, sign, depth)?;
        x = if sign { x.max(y) } else { x.min(y) };
    }
    Some(x)
}

fn least_not(t: &mut Tokens, sign: bool, depth: u32) -> Option<i64> {
    if depth > 100 {
        return None;
    }
    let word = t.next()?;
    match &*word {
        "!" => least_not(t, !sign, depth + 1),
        "(" => {
            let x = least_or(t, sign, depth + 1)?;
            t.next_if(|s| s == ")").map(|_| x)
        }
        name => {
            let minor = name.strip_prefix("go1.").and_then(|v| v.parse().ok());
            Some(if sign { minor.unwrap_or(-1) } else { -1 })
        }
    }
}

type Tokens = std::iter::Peekable<std::vec::IntoIter<String>>;

fn tokenize(expr: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut chars = expr.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() || c == '_' || c == '.' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        match c {
            '&' | '|' if chars.peek() == Some(&c) => {
                chars.next();
                out.push(format!("{c}{c}"));
            }
            c if c.is_whitespace() => {}
            c => out.push(c.to_string()),
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

fn or(t: &mut Tokens, tags: &[String], depth: u32) -> Option<bool> {
    let mut x = and(t, tags, depth)?;
    while t.next_if(|s| s == "||").is_some() {
        x |= and(t, tags, depth)?;
    }
    Some(x)
}

fn and(t: &mut Tokens, tags: &[String], depth: u32) -> Option<bool> {
    let mut x = not(t, tags, depth)?;
    while t.next_if(|s| s == "&&").is_some() {
        x &= not(t, tags, depth)?;
    }
    Some(x)
}

fn not(t: &mut Tokens, tags: &[String], depth: u32) -> Option<bool> {
    if depth > 100 {
        return None;
    }
    let word = t.next()?;
    match &*word {
        "!" => not(t, tags, depth + 1).map(|x| !x),
        "(" => {
            let x = or(t, tags, depth + 1)?;
            t.next_if(|s| s == ")").map(|_| x)
        }
        name if name.starts_with(|c: char| c.is_alphanumeric() || c == '_') => Some(tag(name, tags)),
        _ => None,
    }
}
