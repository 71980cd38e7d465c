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
//! Invariants: an error of the checker stops before lowering; a panic of a pass is a G0099 and costs the declaration it was
//! at where the pass goes declaration by declaration.

use crate::analysis::{self, Input};
use crate::diagnostic::{Code, Diagnostic};
use crate::guard::{self, guarded};
use crate::load::Loaded;
use crate::{emit, hir, plan, types};

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
    std::thread::scope(|scope| match thread.spawn_scoped(scope, || passes(loaded, options)) {
        Ok(handle) => handle
            .join()
            .unwrap_or_else(|panic| nothing(guard::defect("translating", &*panic, None))),
        Err(error) => {
            let message = format!("no thread for the translation: {error}");
            nothing(Diagnostic::error(Code::INTERNAL, None, message))
        }
    })
}

/// What is left when no pass could run.
fn nothing(defect: Diagnostic) -> Translation {
    let (program, _) = types::check_program(Loaded::default());
    Translation {
        output: None,
        diagnostics: vec![defect],
        summary: Summary::default(),
        program,
    }
}

fn passes(mut loaded: Loaded, options: Option<&emit::Options>) -> Translation {
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    let (program, found) = types::check_program(loaded);
    diagnostics.extend(found);
    // A declaration that holds a syntax error is not there.
    if options.is_some_and(|o| o.needs_main) && !diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.extend(missing_main(&program));
    }
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
    let output = match rest(&program, options, &mut summary, &mut diagnostics) {
        Ok(output) => output,
        Err(defect) => {
            diagnostics.push(defect);
            None
        }
    };
    sort(&mut diagnostics);
    Translation {
        output,
        diagnostics,
        summary,
        program,
    }
}

/// A program begins in its function `main`.
///
/// Spec: Program execution.
fn missing_main(program: &types::Program) -> Option<Diagnostic> {
    let root = program.order.last().and_then(|id| program.package(*id))?;
    let has_main = root.scope.contains_key("main");
    if &*root.name != "main" || has_main {
        return None;
    }
    let span = root.files.first().map(|f| f.package.span);
    let text = "function `main` is undeclared in the `main` package";
    // Spec: Program execution.
    Some(Diagnostic::error(Code::UNDEFINED, span, text))
}

/// The passes behind the checker. A pass that stops where it could not be held to one declaration ends them all.
fn rest(
    program: &types::Program,
    options: Option<&emit::Options>,
    summary: &mut Summary,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<emit::Output>, Diagnostic> {
    let (hir, found) = guarded("lowering", || hir::lower::lower(program))?;
    diagnostics.extend(found);
    let input = Input {
        hir: &hir,
        types: program,
    };
    let facts = guarded("analysing", || {
        #[cfg(test)]
        hir.funcs
            .iter()
            .for_each(|f| guard::faults::stop(guard::faults::Fault::Analyze, &f.name));
        analysis::analyze(input)
    })?;
    summary.functions = hir.funcs.len();
    summary.async_functions = facts.coloring.async_funcs();
    let Some(options) = options else { return Ok(None) };
    let plan = guarded("planning", || plan::plan(input, &facts))?;
    let (output, found) = guarded("printing", || emit::emit(input, &facts, &plan, options))?;
    diagnostics.extend(found);
    Ok(Some(output))
}

fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by_key(|d| d.span.map(|s| (s.file.0, s.start)));
    diagnostics.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::faults::{self, Fault};

    const GO: &str = "package main\n\ntype box struct{ n int }\n\nfunc (b box) NAME(a, c int) (int, error) { return a + b.n, nil }\n\n\
                      func rest() string { return \"kept\" }\n\nfunc main() { println(rest()) }\n";

    /// Translates a program with a method of this name, at which a pass fails.
    fn translate_with(fault: Fault, name: &'static str) -> Translation {
        faults::ask(fault, name);
        let text = GO.replace("NAME", name);
        translate(
            crate::load::load_texts(&[("main.go", &text)]),
            &emit::Options::default(),
        )
    }

    fn only_defect(translation: &Translation) -> (&str, Option<String>) {
        let [defect] = &translation.diagnostics[..] else {
            panic!("one defect is told, not {:?}", translation.diagnostics);
        };
        assert_eq!(defect.code, Code::INTERNAL);
        let place = defect.span.map(|s| translation.program.sources.position(s));
        (&defect.message, place)
    }

    fn text(translation: &Translation) -> &str {
        &translation.output.as_ref().expect("there is output").files[0].text
    }

    #[test]
    fn a_panic_in_printing_costs_one_body() {
        let translation = translate_with(Fault::Emit, "failsInPrinting");
        let text = text(&translation);
        assert!(
            text.contains("fn fails_in_printing(&self, a: i64, _c: i64) -> Result<i64, GoError> {"),
            "{text}"
        );
        assert!(text.contains("unimplemented!") && text.contains("\"kept\""), "{text}");
        let (message, place) = only_defect(&translation);
        assert_eq!(message, "gort failed while printing a function: a test asked for this");
        assert_eq!(place.as_deref(), Some("main.go:5:14"));
    }

    #[test]
    fn text_that_is_not_rust_costs_one_body() {
        let translation = translate_with(Fault::Garble, "becomesGarbled");
        let text = text(&translation);
        assert!(
            text.contains("fn becomes_garbled(&self, a: i64, _c: i64) -> Result<i64, GoError> {"),
            "{text}"
        );
        assert!(text.contains("unimplemented!") && text.contains("\"kept\""), "{text}");
        let (message, place) = only_defect(&translation);
        assert!(message.starts_with("gort wrote Rust that does not parse"), "{message}");
        assert_eq!(place.as_deref(), Some("main.go:5:14"));
    }

    #[test]
    fn a_panic_in_lowering_costs_one_body() {
        let translation = translate_with(Fault::Lower, "failsInLowering");
        let text = text(&translation);
        assert!(
            text.contains("-> (i64, GoError) {\n        untranslated::<") && text.contains("\"kept\""),
            "{text}"
        );
        let defects: Vec<_> = translation
            .diagnostics
            .iter()
            .filter(|d| d.code == Code::INTERNAL)
            .collect();
        assert_eq!(defects.len(), 1);
    }

    #[test]
    fn a_panic_in_checking_leaves_the_other_errors_and_the_sources() {
        faults::ask(Fault::Check, "failsInChecking");
        let text = "package main\n\nfunc failsInChecking() {}\n\nfunc main() { undefined() }\n";
        let translation = check(crate::load::load_texts(&[("main.go", text)]));
        let codes: Vec<_> = translation
            .diagnostics
            .iter()
            .map(|d| d.code == Code::INTERNAL)
            .collect();
        assert_eq!(codes, [true, false]);
        assert_eq!(translation.program.sources.len(), 1);
        assert!(translation.output.is_none());
    }

    #[test]
    fn a_panic_in_an_analysis_is_told() {
        let translation = translate_with(Fault::Analyze, "failsInAnalysis");
        assert!(translation.output.is_none());
        let (message, _) = only_defect(&translation);
        assert_eq!(message, "gort failed while analysing: a test asked for this");
    }
}
