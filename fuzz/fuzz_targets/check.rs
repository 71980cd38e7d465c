//! Any text is checked without a defect.

#![no_main]

use gort_translator::diagnostic::Code;
use gort_translator::load::load_texts;
use gort_translator::types::check_program;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (_, diagnostics) = check_program(load_texts(&[("main.go", text)]));
    for diagnostic in diagnostics {
        assert!(diagnostic.code != Code::INTERNAL, "{}", diagnostic.message);
    }
});
