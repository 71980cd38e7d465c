//! The command line.
//!
//! In: the process's arguments. Out: `Args`, or clap's own message with exit code 2.

use crate::manifest::Runtime;
use clap::builder::styling::{AnsiColor, Styles};
use clap::{Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::num::NonZero;
use std::path::PathBuf;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Moves Go programs to Rust, concurrency first
#[derive(Debug, Parser)]
#[command(
    name = "gort",
    version,
    styles = STYLES,
    max_term_width = 100,
    after_help = "Examples:
  gort run ./crawler              run a Go program through its translation
  gort check ./crawler            look for what cannot be translated
  gort translate ./crawler        write the crate crawler-rs beside it"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What every command takes.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Common {
    /// Print diagnostics only: no progress, no summary
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// How to print diagnostics
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t = MessageFormat::Text)]
    pub(crate) message_format: MessageFormat,
    /// When to colour
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

/// How much of the machine a command takes.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Jobs {
    /// Work on at most N threads [default: the machine's number]
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<NonZero<usize>>,
}

/// How to print diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MessageFormat {
    /// For people, on standard error
    #[value(alias = "human")]
    Text,
    /// One JSON object per line, on standard output (`run`: on standard error)
    Json,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Also into files and pipes
    Always,
    /// Nowhere
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Translate a Go package into a Rust crate
    Translate(Translate),
    /// Translate, build and run a Go program
    Run(Run),
    /// Parse, type and analyse a Go package without writing anything
    Check(Check),
}

/// Translate a Go package into a Rust crate
///
/// The crate has one Rust file per Go file and brings the runtime with it: it builds anywhere with only Rust.
/// Files of yours in OUT stay; generated files that were edited are only replaced with --force.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gort translate ./crawler                         write crawler-rs beside crawler
  gort translate main.go util.go -o app            translate single files into app
  gort translate ./crawler --force                 replace generated files although they were edited
  gort translate ./crawler --runtime version=0.1   take the runtime from crates.io")]
pub(crate) struct Translate {
    /// A package folder, or Go files of one package
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The crate's folder [default: the package's name with -rs, beside PATH]
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    /// Write into a folder that gort did not write, and over files that were edited
    #[arg(long)]
    pub(crate) force: bool,
    /// Where the crate takes gort-runtime from: `bundled`, `path=FOLDER` or `version=VERSION`
    #[arg(long, value_name = "RUNTIME", default_value = "bundled", value_parser = Runtime::parse)]
    pub(crate) runtime: Runtime,
    /// Fail, and write nothing, when anything cannot be translated yet
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) jobs: Jobs,
}

/// Translate, build and run a Go program
///
/// Only the program writes to standard output; its exit code is gort's. Builds are kept in $GORT_CACHE, or in the
/// user's cache folder: a program that did not change starts at once.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gort run ./crawler                        run the program of a folder
  gort run main.go -- --depth 3 go.dev      pass arguments to it
  gort run ./crawler --release              build with optimisations")]
pub(crate) struct Run {
    /// A package folder, or Go files of one package
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Build with optimisations
    #[arg(long)]
    pub(crate) release: bool,
    /// Do not run when anything cannot be translated yet
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) jobs: Jobs,
    /// Arguments for the program
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) args: Vec<OsString>,
}

/// Parse, type and analyse a Go package without writing anything
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gort check ./crawler
  gort check ./crawler --tests                  its tests too
  gort check ./crawler --strict                 fail when anything cannot be translated yet
  gort check ./crawler --message-format json    for tools")]
pub(crate) struct Check {
    /// A package folder, or Go files of one package
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Check the `_test.go` files too
    #[arg(long)]
    pub(crate) tests: bool,
    /// Fail when anything cannot be translated yet
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) jobs: Jobs,
}
