//! The `gort` command.
//!
//! In: the command line. Out: an exit code; 0 when all went well, 1 for errors, 2 for usage, or the program's own.
//! Invariants: a defect of gort's ends as a diagnostic with its code, not as a panic.

mod args;
mod cache;
mod commands;
mod compile;
mod disk;
mod environment;
mod failure;
mod manifest;
mod output;
mod progress;
mod render;
mod runtime;
mod source;
mod translation;

use args::{Args, Command};
use clap::Parser;
use failure::Failure;
use gort_translator::diagnostic::Code;
use render::Printer;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

/// Translating allocates many small nodes; this allocator is faster at that than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Go nests deeper than the main thread's stack allows for; memory is only taken as it is used.
const STACK: usize = 1 << 29;

fn main() -> ExitCode {
    let args = Args::parse();
    let json_to_stdout = !matches!(args.command, Command::Run(_));
    let printer = Printer::new(args.common, json_to_stdout);
    let result = guarded(|| match &args.command {
        Command::Translate(args) => commands::translate::run(args, &printer).map(|()| ExitCode::SUCCESS),
        Command::Run(args) => commands::run::run(args, &printer),
        Command::Check(args) => commands::check::run(args, &printer).map(|()| ExitCode::SUCCESS),
    });
    result.unwrap_or_else(|failure| {
        printer.failure(&failure);
        ExitCode::from(failure.exit)
    })
}

/// Runs a command on a big stack, and turns a panic into a failure.
fn guarded(run: impl FnOnce() -> Result<ExitCode, Failure> + Send) -> Result<ExitCode, Failure> {
    let panicked = Arc::new(Mutex::new(String::new()));
    let sink = panicked.clone();
    std::panic::set_hook(Box::new(move |info| {
        *sink.lock().unwrap_or_else(PoisonError::into_inner) = info.to_string();
    }));
    let defect = || {
        let text = panicked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Failure::new("gort stopped unexpectedly")
            .code(Code::INTERNAL)
            .note(text.lines().collect::<Vec<_>>().join(" "))
            .help("report it with the Go program that draws it")
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("gort".into()).stack_size(STACK);
        match thread.spawn_scoped(scope, run) {
            Ok(handle) => handle.join().unwrap_or_else(|_| Err(defect())),
            Err(error) => Err(
                Failure::new(format!("cannot start a thread: {}", failure::reason(&error)))
                    .help("raise the limits on memory and processes (`ulimit`)"),
            ),
        }
    })
}
