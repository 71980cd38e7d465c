//! Names this build: a hash over every source that decides what `gort run` caches.
//!
//! In: the sources of the CLI, the translator and the runtime. Out: `GORT_BUILD` for the compiler, and `GORT_RUNTIME_BUILD`
//! for the runtime's part alone.
//! `include_dir` does not watch the files it embeds; the lines printed here do.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

const RUNTIME: &[&str] = &[
    "../Cargo.lock",
    "../gort-runtime/Cargo.toml",
    "../gort-runtime/src",
    "../gort-runtime/macros/Cargo.toml",
    "../gort-runtime/macros/src",
];

const TRANSLATOR: &[&str] = &["src", "../translator/Cargo.toml", "../translator/src"];

fn main() {
    let mut hasher = DefaultHasher::new();
    hash(RUNTIME, &mut hasher);
    println!("cargo::rustc-env=GORT_RUNTIME_BUILD={:016x}", hasher.finish());
    hash(TRANSLATOR, &mut hasher);
    println!("cargo::rustc-env=GORT_BUILD={:016x}", hasher.finish());
}

fn hash(inputs: &[&str], hasher: &mut DefaultHasher) {
    for input in inputs {
        println!("cargo::rerun-if-changed={input}");
        let mut files = Vec::new();
        collect(Path::new(input), &mut files);
        files.sort();
        for file in files {
            file.hash(hasher);
            std::fs::read(&file).unwrap_or_default().hash(hasher);
        }
    }
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
