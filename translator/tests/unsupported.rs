//! What cannot be translated is told with a code and a place, and leaves a stub behind.

use gort_translator::diagnostic::Code;
use gort_translator::load::load_texts;
use gort_translator::{emit, pipeline};

#[test]
fn a_conversion_between_structs_of_the_library_and_the_users_is_told() {
    let text = "package main
import \"time\"
type stamp time.Time
func of(t time.Time) stamp { return stamp(t) }
func main() { _ = time.Time(of(time.Now())) }
";
    let translation = pipeline::translate(load_texts(&[("main.go", text)]), &emit::Options::default());
    let codes: Vec<_> = translation.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::UNSUPPORTED; 2]);
    let output = translation.output.expect("no error, so there is output");
    let printed: String = output.files[0].text.split_whitespace().collect();
    assert!(printed.contains("untranslated::<Stamp,>"), "{printed}");
}

#[test]
fn an_embedded_file_is_told_and_is_no_empty_variable() {
    let text = "package main
import _ \"embed\"
var (
\t//go:embed version.txt
\t// The version.

\tversion string
\tother string
)
func main() { println(version, other) }
";
    let translation = pipeline::translate(load_texts(&[("main.go", text)]), &emit::Options::default());
    let found: Vec<_> = translation
        .diagnostics
        .iter()
        .map(|d| (d.code, d.message.as_str()))
        .collect();
    assert_eq!(
        found,
        [(Code::UNSUPPORTED, "the embedding of files cannot be translated yet")]
    );
    let output = translation.output.expect("no error, so there is output");
    let printed = &output.files[0].text;
    assert!(
        printed.contains("gort G0060: the embedding of files at main.go:7:2 is not translated"),
        "{printed}"
    );
}
