//! Any text is parsed without a panic, and each of its comments is attached once.

#![no_main]

use gort_translator::source::FileId;
use gort_translator::syntax::Parser;
use gort_translator::syntax::ledger::Ledger;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // Nesting up to the parser's limit needs more stack than a fuzzer's thread has.
    std::thread::scope(|scope| {
        let work = || {
            let file = Parser::default().parse(FileId(0), text, &mut Vec::new());
            let ledger = Ledger::of(&file, text);
            assert_eq!(ledger.defects(&file, text), []);
        };
        let thread = std::thread::Builder::new().stack_size(1 << 28);
        thread.spawn_scoped(scope, work).expect("a thread");
    });
});
