//! Building a crate of the cache with cargo.
//!
//! In: a crate's folder. Out: its executable, or why there is none.
//! Invariants: cargo gets neither the program's input nor its output; all that it says is kept in a log when it fails.

use crate::args::Jobs;
use crate::failure::{Failure, reason};
use crate::progress::Progress;
use gort_translator::diagnostic::Code;
use serde_json::Value;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What to build, and where.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    pub(crate) krate: &'a Path,
    pub(crate) target: &'a Path,
    pub(crate) log: &'a Path,
    pub(crate) release: bool,
    pub(crate) jobs: Jobs,
}

/// What cargo said.
#[derive(Default)]
struct Report {
    executable: Option<PathBuf>,
    /// First lines of errors.
    errors: Vec<String>,
    /// An error lies in the translation.
    in_translation: bool,
    log: String,
}

/// Builds it.
pub(crate) fn build(job: &Job<'_>, progress: &Progress) -> Result<PathBuf, Failure> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["build", "--message-format=json"])
        .current_dir(job.krate)
        .env("CARGO_TARGET_DIR", job.target);
    // Flags of another build would make this one compile everything anew.
    for name in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_INCREMENTAL",
    ] {
        command.env_remove(name);
    }
    if job.release {
        command.arg("--release");
    }
    if let Some(jobs) = job.jobs.jobs {
        command.arg(format!("--jobs={jobs}"));
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| no_cargo(&e))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (mut report, said) = std::thread::scope(|scope| {
        let said = scope.spawn(move || follow(stderr, progress));
        let report = read(stdout, job.krate);
        (report, said.join().unwrap_or_default())
    });
    let status = child
        .wait()
        .map_err(|e| Failure::new(format!("cannot wait for cargo: {}", reason(&e))))?;
    if status.success() {
        return report
            .executable
            .ok_or_else(|| Failure::new("cargo built no executable").code(Code::INTERNAL));
    }
    report.log.insert_str(0, &said);
    Err(failure(&report, &said, job.log))
}

fn no_cargo(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::NotFound => Failure::new("cargo was not found, and `gort run` builds with it")
            .help("install Rust from https://rustup.rs, or add the folder of `cargo` to `PATH`"),
        _ => Failure::new(format!("cannot start cargo: {}", reason(error)))
            .help("check that `cargo --version` works in this shell"),
    }
}

/// Shows what cargo is at, and keeps it.
fn follow(stderr: Option<impl Read>, progress: &Progress) -> String {
    let mut said = String::new();
    let mut crates = 0;
    for line in lines(stderr) {
        let line = String::from_utf8_lossy(&line).into_owned();
        if let Some(krate) = line.trim_start().strip_prefix("Compiling ") {
            crates += 1;
            let name = krate.split(' ').next().unwrap_or(krate);
            let name = if name.starts_with("program-") {
                "the program"
            } else {
                name
            };
            progress.say(format!("compiling {name} ({crates})"));
        } else if let Some(what) = line.trim_start().strip_prefix("Download") {
            progress.say(format!("download{what}"));
        } else if line.contains("Blocking waiting") {
            progress.say("waiting for another build".into());
        }
        said.push_str(&line);
        said.push('\n');
    }
    said
}

fn lines(pipe: Option<impl Read>) -> impl Iterator<Item = Vec<u8>> {
    pipe.into_iter()
        .flat_map(|pipe| BufReader::new(pipe).split(b'\n').map_while(Result::ok))
}

fn read(stdout: Option<impl Read>, krate: &Path) -> Report {
    let mut report = Report::default();
    let manifest = krate.join("Cargo.toml");
    for line in lines(stdout) {
        let Ok(value) = serde_json::from_slice::<Value>(&line) else {
            continue;
        };
        let ours = value["manifest_path"]
            .as_str()
            .is_some_and(|p| Path::new(p) == manifest);
        match value["reason"].as_str() {
            Some("compiler-artifact") if ours => {
                report.executable = value["executable"].as_str().map(PathBuf::from).or(report.executable);
            }
            Some("compiler-message") => {
                let message = &value["message"];
                report.log.push_str(message["rendered"].as_str().unwrap_or(""));
                let text = message["message"].as_str().unwrap_or("");
                if message["level"] == "error" && !text.starts_with("aborting due to") {
                    // Linking fails by the machine, and rustc gives no place for it.
                    let has_place = message["spans"].as_array().is_some_and(|s| !s.is_empty());
                    report.in_translation |= ours && has_place;
                    report.errors.push(text.lines().next().unwrap_or(text).to_owned());
                }
            }
            _ => {}
        }
    }
    report
}

fn failure(report: &Report, said: &str, log: &Path) -> Failure {
    let kept = match std::fs::write(log, &report.log) {
        Ok(()) => format!("what rustc said is in `{}`", log.display()),
        Err(e) => format!("what rustc said could not be kept: {}", reason(&e)),
    };
    if report.in_translation {
        let first = report
            .errors
            .first()
            .map_or_else(String::new, |e| format!("the first of {}: {e}", report.errors.len()));
        return Failure::new("the translation does not compile")
            .code(Code::INTERNAL)
            .note("this is a defect of gort, not of the Go program")
            .note(first)
            .note(kept)
            .help("report it with the Go program and this file");
    }
    let failure = Failure::new("cargo could not build the program");
    let mut errors: Vec<&str> = report.errors.iter().map(String::as_str).collect();
    errors.extend(said.lines().filter_map(|l| l.strip_prefix("error: ")));
    let failure = errors.iter().take(3).fold(failure, |f, e| f.note(*e)).note(kept);
    let all = format!("{}{said}", report.log);
    if errors.iter().any(|e| e.contains("linker")) {
        failure.help("install a C linker: `apt install gcc`, `xcode-select --install` or the like")
    } else if all.contains("No space left") {
        failure.help("free some space and try again; the cache can be deleted at any time")
    } else if all.contains("requires rustc") || all.contains("is not supported by the following package") {
        failure.help("update Rust: `rustup update`")
    } else if all.contains("ownload") || all.contains("network") || all.contains("registry") {
        failure.help("the first build fetches crates: check the network connection")
    } else {
        failure.help("the log says more")
    }
}
