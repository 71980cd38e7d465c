//! Checks Go files or folders and prints the diagnostics.
//!
//! `check file.go…` checks each file as a package of its own, `check dir…` each folder with what it imports. With
//! `--sum` only the counts are printed.
#![allow(clippy::disallowed_methods, reason = "an example is a caller, with files of its own")]

use gort_translator::load::{FileSystem, Options, load_dirs, load_files};
use gort_translator::types::check_program;

struct Disk;

impl FileSystem for Disk {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(path).ok()
    }
    fn read_dir(&self, path: &str) -> Vec<String> {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries
            .filter(|e| e.path().is_file())
            .filter_map(|e| e.file_name().into_string().ok())
            .collect()
    }
    fn exists(&self, path: &str) -> bool {
        std::path::Path::new(path).exists()
    }
}

fn main() {
    let (mut good, mut all, mut sum) = (0, 0, false);
    for arg in std::env::args().skip(1) {
        if arg == "--sum" {
            sum = true;
            continue;
        }
        let start = std::time::Instant::now();
        let options = Options::default();
        let loaded = if arg.ends_with(".go") {
            load_files(&Disk, &[&arg], &options)
        } else {
            load_dirs(&Disk, &[&arg], &options)
        };
        let parsed = start.elapsed();
        let (program, diagnostics) = check_program(loaded);
        let lines: u32 = program.sources.iter().map(|(_, f)| f.line_count()).sum();
        all += 1;
        good += usize::from(diagnostics.is_empty());
        if !sum {
            for d in &diagnostics {
                let at = d.span.map_or("-".into(), |s| program.sources.position(s));
                println!("{at}: {} {}", d.code, d.message);
            }
        }
        if diagnostics.is_empty() && !arg.ends_with(".go") || std::env::var_os("TIMES").is_some() {
            println!(
                "{arg}: {lines} lines, parsed in {parsed:?}, all in {:?}",
                start.elapsed()
            );
        }
    }
    println!("{good} of {all} without error");
}
