//! `gort check`: looks, and writes nothing.
//!
//! In: paths. Out: diagnostics and a summary.

use crate::args::Check;
use crate::failure::Failure;
use crate::render::{Printer, count};
use crate::source::Source;
use crate::translation::Translated;

/// Runs the command.
pub(crate) fn run(args: &Check, printer: &Printer) -> Result<(), Failure> {
    let source = Source::open(&args.paths, args.jobs)?.with_tests(args.tests);
    // Some constructs are only found to be without a counterpart when they are printed.
    let translated = Translated::of(&source, printer)?;
    let result = translated.output(&source, "check", args.strict);
    if result.is_ok() {
        let mut lines = vec![translated.numbers()];
        lines.extend((translated.stubs > 0).then(|| {
            format!(
                "note: {} cannot be translated yet; see the warnings above",
                count(translated.stubs, "place")
            )
        }));
        printer.summary(&format!("Checked {}", source.shown), &lines, translated.value());
    } else {
        printer.value(translated.value());
    }
    result.map(|_| ())
}
