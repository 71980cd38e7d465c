//! The lines of go.mod and go.work.
//!
//! In: the file's text. Out: each directive with its words and its line; a block's lines get the block's verb.
//! Invariants: nothing is judged here; what a verb means is the caller's.

/// A directive: `require a.org/x v1.2.3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directive {
    /// From 1.
    pub(super) line: usize,
    pub(super) verb: String,
    pub(super) words: Vec<String>,
}

/// All directives of a text, in order.
pub(super) fn read(text: &str) -> Vec<Directive> {
    let mut out = Vec::new();
    let mut block: Option<String> = None;
    for (i, line) in text.lines().enumerate() {
        let mut words = words(line);
        if words.is_empty() {
            continue;
        }
        if words == [")"] {
            block = None;
            continue;
        }
        let verb = match &block {
            Some(verb) => verb.clone(),
            None => words.remove(0),
        };
        if words == ["("] {
            block = Some(verb);
            continue;
        }
        // `require(` is two words too.
        if let (Some(verb), true, None) = (verb.strip_suffix('('), words.is_empty(), &block) {
            block = Some(verb.to_owned());
            continue;
        }
        let line = i + 1;
        out.push(Directive { line, verb, words });
    }
    out
}

/// The words of a line, without its comment; quoted ones without their quotes.
fn words(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        if rest.starts_with("//") {
            break;
        }
        let quoted = matches!(first, '"' | '`');
        let body = if quoted { &rest[1..] } else { rest };
        let end = if quoted {
            body.find(first)
        } else {
            body.find(char::is_whitespace)
        };
        let end = end.unwrap_or(body.len());
        out.push(body[..end].to_owned());
        rest = body[end..]
            .strip_prefix(|c| quoted && c == first)
            .unwrap_or(&body[end..]);
        rest = rest.trim_start();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn blocks_and_quotes_are_told_apart() {
        let text = "module \"a b\" // c\nrequire (\n\tx v1 // indirect\n\n\ty v2\n)\nuse(\n./z\n)\ngo 1.2\n";
        let found: Vec<_> = read(text)
            .into_iter()
            .map(|d| format!("{} {} {}", d.line, d.verb, d.words.join("|")))
            .collect();
        assert_eq!(
            found,
            [
                "1 module a b",
                "3 require x|v1",
                "5 require y|v2",
                "8 use ./z",
                "10 go 1.2"
            ]
        );
    }
}
