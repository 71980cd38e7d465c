//! What enforces a rule of the language says in which clause of Go's specification the rule stands.
//!
//! A citation is a line of a comment of its own, `Spec: CLAUSE; CLAUSE.`, with the headings of the clauses, below the
//! sentence that says what the rule is. What Go's tools or gort add to the language is cited as
//! `Beyond the spec: WHO, WHAT.`; and a function that tells of an error for whoever calls it says
//! `Spec: cited by the callers.`, so that each of its calls needs a citation as an error does.
//!
//! A place that tells of an error is cited by its function when the function is about one clause: its documentation
//! names one, and no other such place in it names another. Otherwise it has a citation of its own: above the statement or
//! one around it, with nothing but `let` between. A place that tells of a missing language version needs that version's.
#![allow(clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The headings of the specification in order, as `id<TAB>heading`.
const HEADINGS: &str = include_str!("spec_headings.txt");

/// The rooms that enforce rules.
const ROOMS: [&str; 3] = ["types", "syntax", "load"];

/// Who adds to the language.
const OTHERS: [&str; 4] = ["go/types", "cmd/compile", "cmd/go", "gort"];

/// Clauses without a rule for programs that these rooms could hold, and why.
const WITHOUT_RULES: &[(&str, &str)] = &[
    ("Introduction", "no rule"),
    ("Notation", "how the grammar is written"),
    ("Properties of types and values", "its parts have the rules"),
    ("Representation of values", "what values are when the program runs"),
    ("Integer overflow", "what operations give when the program runs"),
    ("Floating-point operators", "what operations give when the program runs"),
    ("Order of evaluation", "what lowering and emission keep to"),
    ("Packages", "its parts have the rules"),
    ("An example package", "no rule"),
    ("Program initialization and execution", "its parts have the rules"),
    ("The zero value", "what values are when the program runs"),
    ("Program initialization", "what the emitted program does"),
    ("Run-time panics", "what the emitted program does"),
    ("System considerations", "its parts have the rules"),
    ("Appendix", "its parts have the rules"),
];

#[derive(Clone, Debug, PartialEq, Eq)]
enum Citation {
    /// Headings of the specification.
    Clauses(Vec<String>),
    /// What somebody adds.
    Beyond(String),
    /// Whoever calls has the citation.
    Callers,
}

impl Citation {
    /// The citation that a line is, or why it is a wrong one.
    fn of(line: &str) -> Option<Result<Citation, String>> {
        let comment = line.trim_start().strip_prefix("//")?;
        let comment = comment.trim_start_matches(['/', '!']).trim();
        if let Some(what) = comment.strip_prefix("Beyond the spec: ") {
            let who = OTHERS.iter().find(|o| what.starts_with(&format!("{o}, ")));
            return Some(match who.filter(|_| what.ends_with('.')) {
                Some(_) => Ok(Citation::Beyond(what.to_owned())),
                None => Err(format!("not of the form `WHO, WHAT.` with one of {OTHERS:?}")),
            });
        }
        let Some(list) = comment.strip_prefix("Spec: ") else {
            let other = ["Spec: ", "Spec, ", "spec: "].iter().any(|s| comment.contains(s));
            return other.then(|| Err("a citation is a line of its own: `Spec: CLAUSE; CLAUSE.`".into()));
        };
        let Some(list) = list.strip_suffix('.') else {
            return Some(Err("no full stop".into()));
        };
        if list == "cited by the callers" {
            return Some(Ok(Citation::Callers));
        }
        let clauses: Vec<String> = list.split("; ").map(str::to_owned).collect();
        let known = |c: &str| headings().iter().any(|h| h.1 == c);
        Some(match clauses.iter().find(|c| !known(c)) {
            Some(wrong) => Err(format!("the specification has no heading `{wrong}`")),
            None => Ok(Citation::Clauses(clauses)),
        })
    }
}

impl Citation {
    fn is_one(&self) -> bool {
        !matches!(self, Citation::Clauses(list) if list.len() > 1)
    }

    /// Whether it names the clause of a language version, of any when it is not known which is meant.
    fn names_version(&self, version: Option<&str>) -> bool {
        let names = |c: &String| match version {
            Some(v) => c == v || c == "Language versions",
            None => c.starts_with("Go 1."),
        };
        matches!(self, Citation::Clauses(list) if list.iter().any(names))
    }
}

fn headings() -> Vec<(&'static str, &'static str)> {
    HEADINGS.lines().filter_map(|l| l.split_once('\t')).collect()
}

/// A file of ours.
struct Source {
    name: String,
    lines: Vec<String>,
}

/// A function of a file, whose lines are formatted as rustfmt does.
struct Function {
    name: String,
    docs: Vec<Citation>,
    /// Its first line, and the one after its last.
    lines: std::ops::Range<usize>,
}

fn sources(room: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.join(room)];
    let mut out = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                out.push(Source::new(path.strip_prefix(&root).unwrap().to_str().unwrap(), &text));
            }
        }
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// Whether a line goes on with what a line above it began.
fn goes_on(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(['}', ')', ']', '{', '.', '?', '=', '|']) || line.starts_with("&& ") || line.starts_with("in ")
}

impl Source {
    fn new(name: &str, text: &str) -> Source {
        Source {
            name: name.replace('\\', "/"),
            lines: text.lines().map(str::to_owned).collect(),
        }
    }

    /// The citation on a line; a wrong one is told of elsewhere.
    fn citation(&self, line: usize) -> Option<Citation> {
        Citation::of(&self.lines[line])?.ok()
    }

    fn functions(&self) -> Vec<Function> {
        let mut out = Vec::new();
        for (i, line) in self.lines.iter().enumerate() {
            let mut words = line.trim_start();
            for word in ["pub(super) ", "pub(crate) ", "pub ", "const "] {
                words = words.strip_prefix(word).unwrap_or(words);
            }
            let Some(rest) = words.strip_prefix("fn ") else {
                continue;
            };
            let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next();
            let above = self.lines[..i].iter().rev();
            let docs = above.take_while(|l| l.trim_start().starts_with("///") || l.trim_start().starts_with("#["));
            let docs = docs.filter_map(|l| Citation::of(l)?.ok()).collect();
            let body = if line.ends_with('}') || line.ends_with(';') {
                1
            } else {
                let mut below = self.lines[i..].iter().map(|l| l.strip_prefix(&line[..indent(line)]));
                let ends = |l: Option<&str>| l.is_some_and(|l| l == "}" || l.starts_with(')') && l.ends_with(';'));
                below
                    .position(ends)
                    .expect("rustfmt puts the end of a function below its beginning")
                    + 1
            };
            out.push(Function {
                name: name.unwrap_or("").to_owned(),
                docs,
                lines: i..i + body,
            });
        }
        out
    }

    /// The citations that hold for a line alone, which is none of the function's first.
    fn own_citations(&self, function: &Function, line: usize, told: &dyn Fn(&str) -> bool) -> Vec<Citation> {
        let mut level = indent(&self.lines[line]);
        let mut begun = !goes_on(&self.lines[line]);
        let mut found = Vec::new();
        for i in (function.lines.start + 1..line).rev() {
            let text = &self.lines[i];
            let here = indent(text);
            if is_comment(text) {
                found.extend(self.citation(i).filter(|_| here <= level && begun));
                continue;
            }
            if !found.is_empty() || told(text) {
                break;
            }
            if text.is_empty() || here > level {
                continue;
            }
            if here == level && begun {
                // What stands before it.
                if !text.trim_start().starts_with("let ") && !goes_on(text) {
                    break;
                }
            } else {
                // What it stands in, or where that began.
                level = here;
                begun = !goes_on(text);
            }
        }
        found
    }
}

/// The language version that a call asks for, when it says so.
fn version(lines: &[String]) -> Option<String> {
    let end = lines
        .iter()
        .position(|l| l.contains(';') || l.ends_with('}'))
        .unwrap_or(0);
    let call = lines.get(..=end)?.join(" ");
    let (_, rest) = call.split_once("(1, ")?;
    let minor = rest.split(')').next()?;
    minor.parse::<u32>().ok().map(|m| format!("Go 1.{m}"))
}

/// The places of a room that tell of an error without saying which rule is broken.
fn uncited(sources: &[Source]) -> Vec<String> {
    let functions: Vec<Vec<Function>> = sources.iter().map(Source::functions).collect();
    let by_callers = |f: &&Function| f.docs.contains(&Citation::Callers);
    let tellers: BTreeSet<&str> = functions
        .iter()
        .flatten()
        .filter(by_callers)
        .map(|f| &*f.name)
        .collect();
    let told = |line: &str| {
        let direct = ["Diagnostic::error(", "Diagnostic::warning(", "self.errors.push("];
        let code = line.trim();
        let call =
            |t: &&str| code.match_indices(&format!(".{t}(")).next().is_some() || code.starts_with(&format!("{t}("));
        !is_comment(line)
            && (direct.iter().any(|d| code.contains(d)) || code == "self.errors" || tellers.iter().any(call))
    };
    let mut out = Vec::new();
    for (source, functions) in sources.iter().zip(&functions) {
        for f in functions.iter().filter(|f| !by_callers(f)) {
            let places: Vec<usize> = f.lines.clone().skip(1).filter(|i| told(&source.lines[*i])).collect();
            let own: Vec<Vec<Citation>> = places.iter().map(|i| source.own_citations(f, *i, &told)).collect();
            let is_gate = |i: usize| source.lines[i].contains("needs_version");
            let elsewhere = places
                .iter()
                .zip(&own)
                .any(|(i, own)| !is_gate(*i) && own.iter().any(|c| !f.docs.contains(c)));
            let by_docs = f.docs.len() == 1 && f.docs.iter().all(Citation::is_one) && !elsewhere;
            for (i, own) in places.iter().zip(&own) {
                let fits = if is_gate(*i) {
                    let asked = version(&source.lines[*i..]);
                    own.iter().chain(&f.docs).any(|c| c.names_version(asked.as_deref()))
                } else {
                    by_docs || !own.is_empty()
                };
                if !fits {
                    out.push(format!("{}:{} in `{}`", source.name, i + 1, f.name));
                }
            }
        }
    }
    out
}

#[test]
fn citations_name_headings_of_the_specification() {
    let mut wrong = Vec::new();
    for source in ROOMS.iter().flat_map(|r| sources(r)) {
        for (i, line) in source.lines.iter().enumerate() {
            if let Some(Err(why)) = Citation::of(line) {
                wrong.push(format!("{}:{}: {why}: {}", source.name, i + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_clause_with_rules_is_cited() {
    let mut cited: BTreeMap<String, usize> = BTreeMap::new();
    for source in ROOMS.iter().flat_map(|r| sources(r)) {
        for i in 0..source.lines.len() {
            if let Some(Citation::Clauses(list)) = source.citation(i) {
                list.into_iter().for_each(|c| *cited.entry(c).or_default() += 1);
            }
        }
    }
    let left = |h: &&str| WITHOUT_RULES.iter().any(|(w, _)| w == h);
    let all: Vec<&str> = headings().iter().map(|h| h.1).collect();
    let missing: Vec<_> = all.iter().filter(|h| !cited.contains_key(**h) && !left(h)).collect();
    assert!(missing.is_empty(), "no rule cites these clauses: {missing:#?}");
    let both: Vec<_> = all.iter().filter(|h| cited.contains_key(**h) && left(h)).collect();
    assert!(both.is_empty(), "these are said to have no rules: {both:#?}");
    let unknown: Vec<_> = WITHOUT_RULES.iter().filter(|(w, _)| !all.contains(w)).collect();
    assert!(unknown.is_empty(), "no headings: {unknown:#?}");
}

#[test]
fn every_error_cites_the_rule_that_is_broken() {
    for room in ROOMS {
        let found = uncited(&sources(room));
        assert!(found.is_empty(), "errors without a citation above them: {found:#?}");
    }
}

#[test]
fn an_error_without_a_citation_is_found() {
    let told = |body: &str| {
        let head = "/// Spec: cited by the callers.\nfn err(&mut self) {\n    x\n}\n";
        let found = uncited(&[Source::new("t.rs", &format!("{head}{body}"))]);
        let line = |f: &String| {
            f.split([':', ' '])
                .nth(1)
                .and_then(|n| n.parse::<usize>().ok())
                .unwrap()
                - 4
        };
        found.iter().map(line).collect::<Vec<_>>()
    };
    // A function without documentation, and one whose documentation names the one clause it is about.
    assert_eq!(told("fn f() {\n    self.err();\n}"), [2]);
    assert_eq!(
        told("/// Spec: Calls.\nfn f() {\n    self.err();\n    self.err();\n}"),
        []
    );
    // Of several clauses it cannot be told which is meant, nor where some errors are of another.
    assert_eq!(told("/// Spec: Calls; Conversions.\nfn f() {\n    self.err();\n}"), [3]);
    let other = "/// Spec: Calls.\nfn f() {\n    // Spec: Conversions.\n    self.err();\n    self.err();\n}";
    assert_eq!(told(other), [5]);
    // A citation is for the next error alone, and for what stands in the statement below it.
    let two =
        "fn f() {\n    // Spec: Calls.\n    let text = g(\n        x,\n    );\n    self.err();\n    self.err();\n}";
    assert_eq!(told(two), [7]);
    let inside = "fn f() {\n    // Spec: Calls.\n    if a\n        && b\n    {\n        self.err();\n    }\n}";
    assert_eq!(told(inside), []);
    let after = "fn f() {\n    // Spec: Calls.\n    g();\n    self.err();\n}";
    assert_eq!(told(after), [4]);
    let arms = "fn f() {\n    match x {\n        // Spec: Calls.\n        A => self.err(),\n        B => self.err(),\n    }\n}";
    assert_eq!(told(arms), [5]);
    let other_branch =
        "fn f() {\n    if a {\n        // Spec: Calls.\n        g();\n    } else {\n        self.err();\n    }\n}";
    assert_eq!(told(other_branch), [6]);
    // Telling for others is telling, and a version has its own clause.
    assert_eq!(
        told("/// Spec: cited by the callers.\nfn bad() {\n    self.err();\n}\nfn f() {\n    self.bad();\n}"),
        [6]
    );
    let gate = "/// Spec: cited by the callers.\nfn needs_version() {\n    x\n}\n/// Spec: Calls.\nfn f() {\n    // Spec: Go 1.18.\n    self.needs_version(s, (1, 21));\n}";
    assert_eq!(told(gate), [8]);
    assert_eq!(told(&gate.replace("(1, 21)", "(1, 18)")), []);
}
