//! The runtime that `gort` carries with it.
//!
//! In: the sources of `gort-runtime` as they were when `gort` was built. Out: a crate that stands alone.
//! Invariants: no file mentions the workspace it came from; tests and examples stay at home.

use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;

static SOURCES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../gort-runtime/src");
static MACRO_SOURCES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../gort-runtime/macros/src");
const MANIFEST: &str = include_str!("../../gort-runtime/Cargo.toml");
const MACRO_MANIFEST: &str = include_str!("../../gort-runtime/macros/Cargo.toml");

const LICENSES: [(&str, &str); 2] = [
    ("LICENSE-APACHE", include_str!("../../LICENSE-APACHE")),
    ("LICENSE-MIT", include_str!("../../LICENSE-MIT")),
];

/// The versions that the runtime was tested with.
pub(crate) const LOCK: &str = include_str!("../../Cargo.lock");

/// Names this build of gort: what it translates and bundles depends on nothing else.
pub(crate) const BUILD: &str = env!("GORT_BUILD");

/// Names the sources of the runtime.
pub(crate) const RUNTIME_BUILD: &str = env!("GORT_RUNTIME_BUILD");

/// The folder of the runtime inside a translated crate.
pub(crate) const FOLDER: &str = "gort-runtime";

/// The runtime's files, relative to its folder, with `/`.
pub(crate) fn files() -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    collect(&SOURCES, "src", &mut files);
    collect(&MACRO_SOURCES, "macros/src", &mut files);
    files.insert("Cargo.toml".into(), stand_alone(MANIFEST).into_bytes());
    files.insert("macros/Cargo.toml".into(), stand_alone(MACRO_MANIFEST).into_bytes());
    files.extend(LICENSES.map(|(name, text)| (name.into(), text.into())));
    files
}

fn collect(dir: &Dir<'_>, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for file in dir.files() {
        let path: Vec<_> = file
            .path()
            .components()
            .map(|c| c.as_os_str().to_string_lossy())
            .collect();
        files.insert(format!("{prefix}/{}", path.join("/")), file.contents().to_vec());
    }
    for dir in dir.dirs() {
        collect(dir, prefix, files);
    }
}

/// A member's manifest without what it inherits from the workspace, and without tests, examples and lints.
fn stand_alone(manifest: &str) -> String {
    let mut out = String::new();
    let mut kept = true;
    for line in manifest.lines() {
        if line.starts_with('[') {
            let section = line.trim_matches(['[', ']']);
            kept = !matches!(section, "lints" | "example" | "test" | "bench")
                && !section.starts_with("lints.")
                && !section.ends_with("dev-dependencies");
        }
        if !kept {
            continue;
        }
        if let Some(key) = line.strip_suffix(".workspace = true") {
            if let Some(value) = inherited(key) {
                out.push_str(&format!("{key} = {value:?}\n"));
            }
        } else if line.starts_with("gort-runtime-macros ") {
            out.push_str(&line.replace("workspace = true", "path = \"macros\""));
            out.push('\n');
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    format!("{}\n", out.trim_end())
}

/// The workspace's value of a key, which the CLI inherits too; other keys are of no use to a bundled crate.
fn inherited(key: &str) -> Option<&'static str> {
    match key {
        "version" => Some(env!("CARGO_PKG_VERSION")),
        "edition" => Some("2024"),
        "rust-version" => Some(env!("CARGO_PKG_RUST_VERSION")),
        "license" => Some(env!("CARGO_PKG_LICENSE")),
        "repository" => Some(env!("CARGO_PKG_REPOSITORY")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::files;

    #[test]
    fn bundled_manifests_do_not_need_the_workspace() {
        let files = files();
        for name in ["Cargo.toml", "macros/Cargo.toml"] {
            let text = String::from_utf8_lossy(&files[name]).into_owned();
            assert!(!text.contains("workspace"), "{name}:\n{text}");
            assert!(
                !text.contains("[[") && !text.contains("dev-dependencies"),
                "{name}:\n{text}"
            );
        }
        assert!(
            files.contains_key("LICENSE-MIT")
                && files.contains_key("src/lib.rs")
                && files.contains_key("macros/src/lib.rs")
        );
    }
}
