//! From a source to a translation, with the diagnostics printed.
//!
//! In: a `Source`. Out: what the translator gave, its defects told apart from the user's errors.
//! Invariants: a translation with output has no errors; what could not be translated in it is a warning and counted.

use crate::disk::Disk;
use crate::failure::Failure;
use crate::render::{Files, Printer, count};
use crate::source::Source;
use gort_translator::diagnostic::{Code, Diagnostic, Severity};
use gort_translator::emit;
use gort_translator::load::Loaded;
use gort_translator::pipeline::{self, Translation};
use serde_json::{Value, json};

/// A translation whose diagnostics have been printed.
#[derive(Debug)]
pub(crate) struct Translated {
    pub(crate) translation: Translation,
    pub(crate) crate_name: String,
    /// Places that compile and panic when reached.
    pub(crate) stubs: usize,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
}

impl Translated {
    /// Loads and translates, and prints what was found.
    pub(crate) fn of(source: &Source, printer: &Printer) -> Result<Translated, Failure> {
        let loaded = source.load()?;
        let crate_name = source.crate_name(&loaded);
        let mut translation = translate(loaded);
        if translation.output.is_some() {
            // The rest of the package is there all the same.
            for diagnostic in translation.diagnostics.iter_mut().filter(|d| d.is_error()) {
                diagnostic.severity = Severity::Warning;
            }
        }
        let diagnostics = &translation.diagnostics;
        let (stubs, errors, warnings) = (
            diagnostics
                .iter()
                .filter(|d| translation.output.is_some() && is_stub(d))
                .count(),
            diagnostics.iter().filter(|d| d.is_error()).count(),
            diagnostics.iter().filter(|d| d.severity == Severity::Warning).count(),
        );
        printer.diagnostics(diagnostics, files(&translation, &source.disk));
        Ok(Translated {
            translation,
            crate_name,
            stubs,
            errors,
            warnings,
        })
    }

    /// The crate; or a failure when there is none, or when stubs are not wanted.
    pub(crate) fn output(&self, source: &Source, verb: &str, strict: bool) -> Result<&emit::Output, Failure> {
        let Some(output) = &self.translation.output else {
            let warnings = if self.warnings > 0 {
                format!("; {} emitted", count(self.warnings, "warning"))
            } else {
                String::new()
            };
            let errors = if self.errors == 1 {
                "an error".into()
            } else {
                count(self.errors, "error")
            };
            return Err(Failure::new(format!(
                "could not {verb} `{}` due to {errors}{warnings}",
                source.shown
            )));
        };
        if strict && self.stubs > 0 {
            let places = count(self.stubs, "place");
            return Err(Failure::new(format!(
                "could not {verb} `{}`: {places} cannot be translated yet",
                source.shown
            ))
            .help("without `--strict` each becomes a stub that panics when it is reached"));
        }
        Ok(output)
    }

    /// `3 files, 412 lines, 28 functions (9 async)`.
    pub(crate) fn numbers(&self) -> String {
        let summary = self.translation.summary;
        format!(
            "{}, {}, {} ({} async)",
            count(summary.files, "file"),
            count(summary.lines, "line"),
            count(summary.functions, "function"),
            summary.async_functions
        )
    }

    /// What a summary says of the stubs.
    pub(crate) fn stub_line(&self) -> Option<String> {
        let (places, are) = (
            count(self.stubs, "place"),
            if self.stubs == 1 {
                "is a stub that panics"
            } else {
                "are stubs that panic"
            },
        );
        (self.stubs > 0).then(|| format!("note: {places} {are} when reached; see the warnings above"))
    }

    /// The summary for programs.
    pub(crate) fn value(&self) -> Value {
        let summary = self.translation.summary;
        json!({
            "packages": summary.packages,
            "files": summary.files,
            "lines": summary.lines,
            "functions": summary.functions,
            "async_functions": summary.async_functions,
            "stubs": self.stubs,
            "errors": self.errors,
            "warnings": self.warnings,
        })
    }
}

fn translate(loaded: Loaded) -> Translation {
    let options = emit::Options {
        needs_main: true,
        ..emit::Options::default()
    };
    pipeline::translate(loaded, &options)
}

fn files<'a>(translation: &'a Translation, disk: &'a Disk) -> Files<'a> {
    Files {
        sources: &translation.program.sources,
        disk,
    }
}

fn is_stub(diagnostic: &Diagnostic) -> bool {
    matches!(
        diagnostic.code,
        Code::UNSUPPORTED | Code::UNMAPPED_LIBRARY | Code::EXTERNAL_FUNCTION | Code::INTERNAL
    )
}
