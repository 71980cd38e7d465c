//! `gort run`: translates into the cache, builds, and becomes the program.
//!
//! In: paths and arguments. Out: whatever the program does; its exit code.
//! Invariants: standard input and output belong to the program; an unchanged program is started without parsing it.

use crate::args::Run;
use crate::cache::Cache;
use crate::compile::{self, Job};
use crate::failure::{Failure, reason};
use crate::manifest::{self, Purpose, Runtime};
use crate::output::Files;
use crate::progress::Progress;
use crate::render::Printer;
use crate::source::Source;
use crate::translation::Translated;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Runs the command.
pub(crate) fn run(args: &Run, printer: &Printer) -> Result<ExitCode, Failure> {
    let source = Source::open(&args.paths, args.jobs)?;
    let cache = Cache::open()?;
    let identity = source.identity();
    let slot = cache.slot(&identity, args.release);
    let binary = match slot.fresh(&source.disk) {
        // Whether there are stubs is known only by translating.
        Some(binary) if !args.strict => binary,
        _ => {
            let _lock = slot.lock().map_err(|e| cache.unwritable(&slot.krate(), &e))?;
            build(args, &source, &cache, &slot, printer)?
        }
    };
    start(&binary, args)
}

fn build(
    args: &Run,
    source: &Source,
    cache: &Cache,
    slot: &crate::cache::Slot,
    printer: &Printer,
) -> Result<PathBuf, Failure> {
    let translated = Translated::of(source, printer)?;
    let output = translated.output(source, "run", args.strict)?;
    if !output.is_binary {
        return Err(Failure::new(format!("`{}` is not a program", source.shown))
            .help("a program is `package main` with a `func main()`; `gort translate` takes any package"));
    }
    let runtime = Runtime::Path(cache.runtime()?);
    let mut files = Files::new();
    files.insert(
        "Cargo.toml".into(),
        manifest::manifest(&slot.package, &runtime, Purpose::Run, true).into_bytes(),
    );
    for file in &output.files {
        files.insert(format!("src/{}", file.path), file.text.clone().into_bytes());
    }
    for asset in &output.assets {
        files.insert(format!("src/{}", asset.path), asset.bytes.to_vec());
    }
    slot.write(&files).map_err(|e| cache.unwritable(&slot.krate(), &e))?;
    let progress = Progress::start(printer, "building");
    let job = Job {
        krate: &slot.krate(),
        target: &cache.target(),
        log: &slot.log(),
        release: args.release,
        jobs: args.jobs,
    };
    let built = compile::build(&job, &progress)?;
    slot.keep(&built, &translated.crate_name, source.disk.trace())
        .map_err(|e| cache.unwritable(&slot.krate(), &e))
}

fn command(binary: &Path, args: &Run) -> Command {
    let mut command = Command::new(binary);
    command.args(&args.args);
    command
}

fn not_started(binary: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot start `{}`: {}", binary.display(), reason(error)))
        .help("set `GORT_CACHE` to a folder whose programs may be run")
}

/// The process becomes the program: signals, terminal and exit code are its own.
#[cfg(unix)]
fn start(binary: &Path, args: &Run) -> Result<ExitCode, Failure> {
    use std::os::unix::process::CommandExt;
    Err(not_started(binary, &command(binary, args).exec()))
}

/// Waits for the program and passes on its exit code.
#[cfg(not(unix))]
fn start(binary: &Path, args: &Run) -> Result<ExitCode, Failure> {
    let status = command(binary, args).status().map_err(|e| not_started(binary, &e))?;
    let code = status.code().and_then(|c| u8::try_from(c & 0xff).ok()).unwrap_or(1);
    Ok(ExitCode::from(code))
}
