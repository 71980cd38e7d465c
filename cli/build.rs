//! Names this build: a hash over every source that decides what `gort run` caches.
//!
//! In: the sources of the CLI, the translator and the runtime. Out: `GORT_BUILD` for the compiler.
//! `include_dir` does not watch the files it embeds; the lines printed here do.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

const INPUTS: &[&str] = &[
    "src",
    "../Cargo.lock",
    "../translator/Cargo.toml",
    "../translator/src",
    "../gort-runtime/Cargo.toml",
    "../gort-runtime/src",
    "../gort-runtime/macros/Cargo.toml",
    "../gort-runtime/macros/src",
];

fn main() {
    let mut hasher = DefaultHasher::new();
    for input in INPUTS {
        println!("cargo::rerun-if-changed={input}");
        let mut files = Vec::new();
        collect(Path::new(input), &mut files);
        files.sort();
        for file in files {
            file.hash(&mut hasher);
            std::fs::read(&file).unwrap_or_default().hash(&mut hasher);
        }
    }
    println!("cargo::rustc-env=GORT_BUILD={:016x}", hasher.finish());
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_file() {
        files.push(path.to_owned());
    }
    let Ok(entries) = std::fs::read_dir(path) else {
        return;
    };
    for entry in entries.flatten() {
        collect(&entry.path(), files);
    }
}
