//! Every public item of the rooms that hand-written Rust uses has an example in its documentation, which `cargo test --doc` runs;
//! asynchronous functions say what happens when they are cancelled, and those that return a `Result`, when that is an error.
//!
//! This reads lines, not Rust. An item is a line that begins with `pub` and a keyword, and is not hidden; its documentation is
//! what stands above it, or above the `pub use` by which the room shows it. Methods of traits, fields and variants are not
//! looked at, and neither are modules.
#![forbid(unsafe_code)]

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOMS: &[&str] = &["chan", "context", "panic", "select", "sync", "task", "time"];

/// Files whose items need none, and why.
const EXCEPTIONS: &[(&str, &str)] = &[(
    "select/kind.rs",
    "the module is hidden: only what `select!` expands to names it",
)];

const HIDDEN: &str = "#[doc(hidden)]";

#[test]
fn every_public_item_has_an_example() {
    let mut without = Vec::new();
    for room in ROOMS {
        let files = files_below(&source().join(room));
        assert!(!files.is_empty(), "there is no room {room}");
        let shown: HashSet<String> = files.iter().flat_map(|(_, text)| shown(text)).collect();
        for (name, text) in &files {
            if !EXCEPTIONS.iter().any(|(file, _)| file == name) {
                without.extend(
                    without_example(text, &shown)
                        .into_iter()
                        .map(|item| format!("{name}: {item}")),
                );
            }
        }
    }
    assert!(
        without.is_empty(),
        "these have no example that runs:\n{}",
        without.join("\n")
    );
}

#[test]
fn functions_say_what_cancelling_does_and_what_their_errors_mean() {
    let mut without = Vec::new();
    for room in ROOMS {
        for (name, text) in files_below(&source().join(room)) {
            without.extend(without_section(&text).into_iter().map(|what| format!("{name}: {what}")));
        }
    }
    assert!(without.is_empty(), "these say too little:\n{}", without.join("\n"));
}

#[test]
fn a_section_is_asked_for_by_the_whole_signature() {
    let text = "
        /// # Errors
        pub async fn cancelled() -> Result<(), ()> {}
        /// # Cancel safety
        pub async fn fails(
            long: i32,
        ) -> Result<(), ()>
        where
            i32: Copy,
        {
            let f: fn() -> Result<(), ()>;
        }
        /// # Cancel safety
        pub async fn neither() {
            let f: fn() -> Result<(), ()>;
        }
        pub(crate) async fn private() -> Result<(), ()> {}
        #[doc(hidden)]
        pub async fn hidden() -> Result<(), ()> {}";
    assert_eq!(
        without_section(text),
        ["`cancelled` has no `# Cancel safety`", "`fails` has no `# Errors`"]
    );
}

#[test]
fn an_exception_is_there_and_needed() {
    for (file, _) in EXCEPTIONS {
        let text = fs::read_to_string(source().join(file)).unwrap();
        assert!(!without_example(&text, &HashSet::new()).is_empty(), "{file}");
    }
}

#[test]
fn an_item_needs_an_example_that_runs() {
    let text = "
        /// Has none.
        pub fn none() {}
        /// ```text
        /// not Rust
        /// ```
        pub async fn text() {}
        /// ```no_run
        /// some()
        /// ```
        #[inline]
        pub fn some() {}
        #[doc(hidden)]
        pub struct Hidden;
        pub(crate) fn private() {}
        mod tests {
        pub fn tested() {}";
    assert_eq!(
        without_example(text, &HashSet::new()),
        ["pub fn none() {}", "pub async fn text() {}"]
    );
    let shown = shown("/// ```\n/// f()\n/// ```\npub use inner::{f, G as H};\npub use inner::i;");
    assert_eq!(shown, ["f", "G"]);
    assert!(without_example("pub fn f() {}", &shown.into_iter().collect()).is_empty());
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The files of a room, each with its name below `src`.
fn files_below(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            let name = path
                .strip_prefix(source())
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/");
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    files.sort();
    files
}

/// The lines of a file up to its tests, each with the documentation and attributes above it.
fn documented(text: &str) -> Vec<(&str, Vec<&str>)> {
    let (mut lines, mut above) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let code = line.trim_start();
        match code {
            "mod tests {" => break,
            _ if code.starts_with("///") || code.starts_with("#[") => above.push(code),
            _ => lines.push((line, std::mem::take(&mut above))),
        }
    }
    lines
}

/// Whether one of the code blocks in a documentation is run, or at least compiled.
fn has_example(above: &[&str]) -> bool {
    let fences = above.iter().filter_map(|line| line.strip_prefix("/// ```"));
    fences
        .step_by(2)
        .any(|kind| ["", "no_run", "should_panic", "compile_fail"].contains(&kind))
}

/// The public items that have no example; `shown` are those that have one where the room shows them.
fn without_example(text: &str, shown: &HashSet<String>) -> Vec<String> {
    let items = documented(text).into_iter().filter(|(line, above)| {
        // A method is not what a `pub use` names.
        let is_shown = |name: &str| !line.starts_with(' ') && shown.contains(name);
        item_name(line).is_some_and(|name| !is_shown(name)) && !above.contains(&HIDDEN) && !has_example(above)
    });
    items.map(|(line, _)| line.trim().to_owned()).collect()
}

/// The public functions that lack a section which their signature asks for.
fn without_section(text: &str) -> Vec<String> {
    let lines = documented(text);
    let mut without = Vec::new();
    for (i, (line, above)) in lines.iter().enumerate() {
        let is_function = line.split_whitespace().any(|word| word == "fn");
        let Some(name) = item_name(line).filter(|_| is_function && !above.contains(&HIDDEN)) else {
            continue;
        };
        let mut signature = String::new();
        for (line, _) in &lines[i..] {
            signature += line.split(['{', ';']).next().unwrap_or_default();
            signature.push(' ');
            if line.contains(['{', ';']) {
                break;
            }
        }
        let asked = [
            (signature.contains("async fn "), "# Cancel safety"),
            (signature.contains("-> Result<"), "# Errors"),
        ];
        for (_, section) in asked.into_iter().filter(|(is_asked, _)| *is_asked) {
            if !above
                .iter()
                .any(|line| line.trim_start_matches("///").trim() == section)
            {
                without.push(format!("`{name}` has no `{section}`"));
            }
        }
    }
    without
}

/// The name of the public item that begins in a line.
fn item_name(line: &str) -> Option<&str> {
    let mut words = line.trim_start().strip_prefix("pub ")?.split_whitespace().peekable();
    let mut is_item = false;
    while let Some(word) = words.peek() {
        match *word {
            "async" | "unsafe" => {}
            "const" | "fn" | "struct" | "enum" | "trait" | "type" | "static" => is_item = true,
            _ => break,
        }
        words.next();
    }
    let name = words.next().filter(|_| is_item)?;
    name.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

/// What the `pub use`s of a file show with an example, or hide.
fn shown(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (line, above) in documented(text) {
        if let Some(path) = line
            .strip_prefix("pub use ")
            .filter(|_| above.contains(&HIDDEN) || has_example(&above))
        {
            let list = path.trim_end_matches(['}', ';']);
            let list = list
                .rsplit_once("::")
                .map_or(list, |(_, names)| names)
                .trim_start_matches('{');
            names.extend(
                list.split(',')
                    .filter_map(|item| item.split_whitespace().next())
                    .map(str::to_owned),
            );
        }
    }
    names
}
