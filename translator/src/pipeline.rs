//! The passes, in the order they run.
//!
//! In: loaded packages. Out: Rust files, facts and diagnostics.
//!
//! | pass | reads | gives | before the next because |
//! | --- | --- | --- | --- |
//! | `types::check` | syntax trees | types, objects, constants | lowering resolves names and implicit steps by them |
//! | `hir::lower` | trees and types | the HIR | analyses walk one small language, not Go's syntax |
//! | `analysis` | HIR | facts | the plan may only rest on what was proven |
//! | `plan` | HIR and facts | decisions | the emitter prints decisions and takes none |
//! | `emit` | HIR and plan | Rust text | |
//!
//! Invariants: an error of the checker stops before lowering; nothing here panics on a user's Go.

use crate::analysis::{self, Input};
use crate::diagnostic::{Code, Diagnostic};
use crate::load::Loaded;
use crate::{emit, hir, plan, types};
use std::sync::{Mutex, PoisonError};

/// What a translation gives.
#[derive(Debug)]
pub struct Translation {
    /// The crate; missing when the Go has errors.
    pub output: Option<emit::Output>,
    /// Everything found, in source order.
    pub diagnostics: Vec<Diagnostic>,
    /// Numbers for a summary.
    pub summary: Summary,
    /// The checked program, with its sources.
    pub program: types::Program,
}

/// What was looked at and decided, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Packages of the user's.
    pub packages: usize,
    /// Go files.
    pub files: usize,
    /// Lines of Go.
    pub lines: usize,
    /// Functions, methods and literals.
    pub functions: usize,
    /// Those among them that may suspend.
    pub async_functions: usize,
}

/// Checks, lowers, analyses, plans and prints.
pub fn translate(loaded: Loaded, options: &emit::Options) -> Translation {
    run(loaded, Some(options))
}

/// Checks and analyses without printing anything.
pub fn check(loaded: Loaded) -> Translation {
    run(loaded, None)
}

/// The stack the passes run on: they recurse as deep as the source nests. Only what is used of it is ever real memory.
const STACK: usize = 1 << 30;

fn run(loaded: Loaded, options: Option<&emit::Options>) -> Translation {
    let thread = std::thread::Builder::new().name("translate".into()).stack_size(STACK);
    let pass = Mutex::new(PASSES[0]);
    std::thread::scope(
        |scope| match thread.spawn_scoped(scope, || passes(loaded, options, &pass)) {
            Ok(handle) => handle.join().unwrap_or_else(|panic| {
                let pass = *pass.lock().unwrap_or_else(PoisonError::into_inner);
                defect(format!("gort failed while {pass}: {}", panic_message(&*panic)))
            }),
            Err(error) => defect(format!("no thread for the translation: {error}")),
        },
    )
}

/// What the passes do, as a message says it.
const PASSES: [&str; 5] = ["type-checking", "lowering", "analysing", "planning", "printing"];

/// A translation that ended in a defect of gort's own.
fn defect(message: String) -> Translation {
    let (program, _) = types::check_program(Loaded::default());
    Translation {
        output: None,
        diagnostics: vec![Diagnostic::error(Code::INTERNAL, None, message)],
        summary: Summary::default(),
        program,
    }
}

/// The text of a panic.
fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

fn passes(mut loaded: Loaded, options: Option<&emit::Options>, pass: &Mutex<&'static str>) -> Translation {
    let enter = |at: usize| *pass.lock().unwrap_or_else(PoisonError::into_inner) = PASSES[at];
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    let (program, found) = types::check_program(loaded);
    diagnostics.extend(found);
    let mut summary = Summary {
        packages: program.order.len(),
        files: program.sources.len(),
        lines: program.sources.iter().map(|(_, f)| f.line_count() as usize).sum(),
        ..Summary::default()
    };
    if diagnostics.iter().any(Diagnostic::is_error) {
        sort(&mut diagnostics);
        return Translation {
            output: None,
            diagnostics,
            summary,
            program,
        };
    }
    enter(1);
    let (hir, found) = hir::lower::lower(&program);
    diagnostics.extend(found);
    let input = Input {
        hir: &hir,
        types: &program,
    };
    enter(2);
    let facts = analysis::analyze(input);
    summary.functions = hir.funcs.len();
    summary.async_functions = facts.coloring.async_funcs();
    let output = options.map(|options| {
        enter(3);
        let plan = plan::plan(input, &facts);
        enter(4);
        let (output, found) = emit::emit(input, &facts, &plan, options);
        diagnostics.extend(found);
        output
    });
    sort(&mut diagnostics);
    Translation {
        output,
        diagnostics,
        summary,
        program,
    }
}

fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by_key(|d| d.span.map(|s| (s.file.0, s.start)));
    diagnostics.dedup();
}
