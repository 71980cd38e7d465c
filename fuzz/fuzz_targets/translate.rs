//! Any text is translated without a defect, and the Rust of it parses.

#![no_main]

use gort_translator::diagnostic::Code;
use gort_translator::{emit, load, pipeline};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let loaded = load::load_texts(&[("main.go", text)]);
    let translation = pipeline::translate(loaded, &emit::Options::default());
    for diagnostic in translation.diagnostics {
        assert!(diagnostic.code != Code::INTERNAL, "{}", diagnostic.message);
    }
    for file in translation.output.iter().flat_map(|o| &o.files) {
        let parsed = syn::parse_file(&file.text);
        assert!(parsed.is_ok(), "{:?}\n{}", parsed.err(), file.text);
    }
});
