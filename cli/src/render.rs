//! The one printer: diagnostics, failures and summaries, for people or for programs.
//!
//! In: data. Out: text on standard error; or JSON, one object per line.
//! Invariants: a stream that is closed is no failure; without a terminal there is no colour.

use crate::args::{Color, Common, MessageFormat};
use crate::disk::{Disk, hex};
use crate::failure::Failure;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use gort_translator::diagnostic::{Code, Diagnostic, Severity};
use gort_translator::source::{SourceFile, SourceMap, Span};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::ops::Range;

/// Prints everything that is not the program's own output.
#[derive(Debug)]
pub(crate) struct Printer {
    format: MessageFormat,
    /// JSON goes to standard output, which belongs to the program that is run.
    json_to_stdout: bool,
    quiet: bool,
    color: bool,
}

/// The files that spans point into.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Files<'a> {
    pub(crate) sources: &'a SourceMap,
    pub(crate) disk: &'a Disk,
}

impl Printer {
    /// A printer for a command.
    pub(crate) fn new(common: Common, json_to_stdout: bool) -> Printer {
        let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
        let color = match common.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => std::io::stderr().is_terminal() && !set("NO_COLOR") && !dumb,
        };
        Printer {
            format: common.message_format,
            json_to_stdout,
            quiet: common.quiet,
            color,
        }
    }

    /// Whether progress may be shown.
    pub(crate) fn shows_progress(&self) -> bool {
        !self.quiet && self.format == MessageFormat::Text && std::io::stderr().is_terminal()
    }

    /// All diagnostics, in their order.
    pub(crate) fn diagnostics(&self, diagnostics: &[Diagnostic], files: Files<'_>) {
        let mut text = String::new();
        for diagnostic in diagnostics {
            match self.format {
                MessageFormat::Text => {
                    text.push_str(&self.text(diagnostic, files, self.color));
                    text.push_str("\n\n");
                }
                MessageFormat::Json => {
                    text.push_str(&self.json(diagnostic, files).to_string());
                    text.push('\n');
                }
            }
        }
        self.write(&text);
    }

    /// Why the command stops.
    pub(crate) fn failure(&self, failure: &Failure) {
        let notes = failure.notes.iter().map(String::as_str);
        let rendered = |color| {
            render(
                Level::ERROR,
                failure.code,
                &failure.message,
                None,
                notes.clone(),
                failure.help.as_deref(),
                color,
            )
        };
        match self.format {
            MessageFormat::Text => self.write(&format!("{}\n", rendered(self.color))),
            MessageFormat::Json => {
                let value = json!({
                    "reason": "diagnostic",
                    "level": "error",
                    "code": failure.code.map(|c| c.to_string()),
                    "message": failure.message,
                    "spans": [],
                    "notes": failure.notes,
                    "help": failure.help,
                    "rendered": format!("{}\n", rendered(false)),
                });
                self.write(&format!("{value}\n"));
            }
        }
    }

    /// The numbers of a summary, for programs only.
    pub(crate) fn value(&self, mut value: Value) {
        if self.format == MessageFormat::Json {
            value["reason"] = "summary".into();
            self.write(&format!("{value}\n"));
        }
    }

    /// What was done: a headline and lines below it. Programs get the value.
    pub(crate) fn summary(&self, headline: &str, lines: &[String], value: Value) {
        match self.format {
            MessageFormat::Json => self.value(value),
            MessageFormat::Text if self.quiet => {}
            MessageFormat::Text => {
                let mut text = self.emphasized(headline);
                text.push('\n');
                for line in lines {
                    text.push_str(&format!("  {line}\n"));
                }
                self.write(&text);
            }
        }
    }

    /// The first word in green and bold, as cargo has it.
    fn emphasized(&self, headline: &str) -> String {
        match headline.split_once(' ') {
            Some((verb, rest)) if self.color => format!("\x1b[1;32m{verb}\x1b[0m {rest}"),
            _ => headline.to_owned(),
        }
    }

    fn write(&self, text: &str) {
        // Nothing sensible can be done about a reader that has gone.
        let _ = match self.format {
            MessageFormat::Json if self.json_to_stdout => std::io::stdout().lock().write_all(text.as_bytes()),
            MessageFormat::Json | MessageFormat::Text => std::io::stderr().lock().write_all(text.as_bytes()),
        };
    }

    fn text(&self, diagnostic: &Diagnostic, files: Files<'_>, color: bool) -> String {
        let notes = diagnostic.notes.iter().map(String::as_str);
        let help = help(diagnostic);
        let at = Some((diagnostic, files)).filter(|_| diagnostic.span.is_some());
        render(
            level(diagnostic.severity),
            Some(diagnostic.code),
            &diagnostic.message,
            at,
            notes,
            help,
            color,
        )
    }

    fn json(&self, diagnostic: &Diagnostic, files: Files<'_>) -> Value {
        let primary = diagnostic.span.map(|s| span_json(s, files, true, None));
        let labels = diagnostic
            .labels
            .iter()
            .map(|l| span_json(l.span, files, false, Some(&l.text)));
        let spans: Vec<Value> = primary.into_iter().chain(labels).flatten().collect();
        let level = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        json!({
            "reason": "diagnostic",
            "level": level,
            "code": diagnostic.code.to_string(),
            "title": diagnostic.code.info().map(|i| i.title),
            "message": diagnostic.message,
            "spans": spans,
            "notes": diagnostic.notes,
            "help": help(diagnostic),
            "rendered": format!("{}\n", self.text(diagnostic, files, false)),
        })
    }
}

/// The diagnostic's own help, or the registry's remedy where it says more than "see the message".
fn help(diagnostic: &Diagnostic) -> Option<&str> {
    let remedy = || {
        diagnostic
            .code
            .info()
            .map(|i| i.remedy)
            .filter(|r| !r.starts_with("see the message"))
    };
    diagnostic.help.as_deref().or_else(remedy)
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

fn render<'a>(
    level: Level<'a>,
    code: Option<Code>,
    message: &'a str,
    at: Option<(&'a Diagnostic, Files<'a>)>,
    notes: impl Iterator<Item = &'a str>,
    help: Option<&'a str>,
    color: bool,
) -> String {
    let mut title = level.primary_title(message);
    if let Some(code) = code {
        title = title.id(code.to_string());
    }
    let snippets = at
        .map(|(diagnostic, files)| snippets(diagnostic, files))
        .unwrap_or_default();
    let mut group = title.elements(snippets);
    group = group.elements(notes.map(|n| Level::NOTE.message(n)));
    if let Some(help) = help {
        group = group.element(Level::HELP.message(help));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

/// A span and what is said of it.
struct Place<'a> {
    span: Span,
    label: Option<&'a str>,
    kind: AnnotationKind,
}

/// One snippet per file, the primary place's first, each cut to the lines that matter.
fn snippets<'a>(diagnostic: &'a Diagnostic, files: Files<'a>) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let primary = diagnostic.span.map(|span| Place {
        span,
        label: None,
        kind: AnnotationKind::Primary,
    });
    let labels = diagnostic.labels.iter().map(|l| Place {
        span: l.span,
        label: Some(&l.text),
        kind: AnnotationKind::Context,
    });
    let places: Vec<Place<'_>> = primary.into_iter().chain(labels).collect();
    let first = places.first().map(|p| p.span.file);
    let mut by_file: BTreeMap<(bool, u32), Vec<Place<'_>>> = BTreeMap::new();
    for place in places {
        let file = place.span.file;
        by_file.entry((Some(file) != first, file.0)).or_default().push(place);
    }
    let mut out = Vec::new();
    for places in by_file.values() {
        let file = places.first().and_then(|p| files.sources.get(p.span.file));
        let Some(file) = file else { continue };
        let ranges: Vec<Range<usize>> = places.iter().map(|p| range(file, p.span)).collect();
        let start = ranges.iter().map(|r| r.start).min().unwrap_or(0);
        let end = ranges.iter().map(|r| r.end).max().unwrap_or(start);
        let text = &*file.text;
        let from = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let to = text[end..].find('\n').map_or(text.len(), |i| end + i);
        let line = text[..from].matches('\n').count() + 1;
        let mut snippet = Snippet::source(&text[from..to])
            .path(files.disk.display(&file.path))
            .line_start(line);
        for (place, range) in places.iter().zip(ranges) {
            let span = place.kind.span(range.start - from..range.end - from);
            snippet = snippet.annotation(span.label(place.label));
        }
        out.push(snippet);
    }
    out
}

/// A span as a range that can be cut out of its file whatever the span says.
fn range(file: &SourceFile, span: Span) -> Range<usize> {
    let clamp = |at: u32| {
        let mut at = (at as usize).min(file.text.len());
        while !file.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (clamp(span.start), clamp(span.end));
    start..end.max(start)
}

fn span_json(span: Span, files: Files<'_>, primary: bool, label: Option<&str>) -> Option<Value> {
    let file = files.sources.get(span.file)?;
    let (start, end) = (file.line_col(span.start), file.line_col(span.end));
    Some(json!({
        "file_name": files.disk.display(&file.path),
        "byte_start": span.start,
        "byte_end": span.end,
        "line_start": start.line,
        "line_end": end.line,
        "column_start": start.col,
        "column_end": end.col,
        "is_primary": primary,
        "label": label,
        "text": file.line_text(start.line),
    }))
}

/// `1 file`, `2 files`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{n} {noun}s")
    }
}

/// A short name for something long.
pub(crate) fn short_hash(text: &str) -> String {
    hex(text.as_bytes())[..16].to_owned()
}
