//! Formats the printed text and puts the comments back.
//!
//! In: Rust text with markers. Out: formatted Rust text.
//! Invariants: nothing but markers changes after the formatter.

use super::comments::Markers;

/// Formats a file; an item that does not parse is reported by its text.
pub(super) fn format(text: &str, arms: &[String], markers: &Markers<'_>) -> Result<String, syn::Error> {
    let file = syn::parse_file(text)?;
    Ok(restore(
        &super::macros::restore(&prettyplease::unparse(&file)),
        arms,
        markers,
    ))
}

/// Whether an item parses on its own.
pub(super) fn check_item(text: &str) -> Result<(), syn::Error> {
    syn::parse_file(text).map(drop)
}

fn restore(text: &str, arms: &[String], markers: &Markers<'_>) -> String {
    let mut out = String::with_capacity(text.len() + 1024);
    for line in text.lines() {
        let trimmed = line.trim_start();
        let indent = &line[..line.len() - trimmed.len()];
        if trimmed.starts_with("__gort_blank!(") {
            // Not twice, not first in a block, and not before a documentation line is lost.
            if !out.ends_with("\n\n") && !out.trim_end().ends_with('{') {
                out.push('\n');
            }
        } else if let Some(index) = marker(trimmed, "__gort_comment!(") {
            put_comment(&mut out, indent, markers, index);
        } else if let Some(index) = marker(trimmed, "__gort_trailing!(") {
            put_trailing(&mut out, indent, markers, index);
        } else if let Some(rest) = trimmed.strip_prefix("///\u{1}") {
            if let Ok(index) = rest.trim().parse() {
                put_member(&mut out, indent, markers, index);
            }
        } else if trimmed.contains("__gort_arm!(") {
            out.push_str(&arm(line, arms));
            out.push('\n');
        } else if trimmed.contains("match __gort_select") {
            out.push_str(&line.replace("match __gort_select", "select!"));
            out.push('\n');
        } else if line.contains("__gort_") {
            out.push_str(&inline(line, markers));
            out.push('\n');
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// Markers that the formatter left inside a line, as block comments.
fn inline(line: &str, markers: &Markers<'_>) -> String {
    let mut out = line.to_owned();
    for name in ["__gort_comment!(", "__gort_trailing!("] {
        while let Some(start) = out.find(name) {
            let Some(end) = out[start..].find(");").map(|e| start + e + 2) else {
                break;
            };
            let index = out[start + name.len()..end - 2].trim().parse().unwrap_or(usize::MAX);
            let text = comment(markers, index);
            let text = text
                .strip_prefix("//")
                .map_or(text.to_owned(), |t| format!("/*{} */", t.replace("*/", "* /")));
            out.replace_range(start..end, &text);
        }
    }
    out
}

/// The number in `name!(number);`.
fn marker(line: &str, name: &str) -> Option<usize> {
    line.strip_prefix(name)?.split(')').next()?.trim().parse().ok()
}

fn comment<'a>(markers: &'a Markers<'_>, index: usize) -> &'a str {
    markers.comments.get(index).map_or("", |c| &*c.text)
}

fn put_comment(out: &mut String, indent: &str, markers: &Markers<'_>, index: usize) {
    let text = comment(markers, index);
    for (i, line) in text.lines().enumerate() {
        let line = if i == 0 { line.trim_end() } else { line.trim() };
        out.push_str(indent);
        if i > 0 && !line.is_empty() {
            out.push(' ');
        }
        // `//!` and `///` would be documentation.
        if i == 0 && (line.starts_with("//!") || line.starts_with("///")) {
            out.push_str("// ");
            out.push_str(&line[2..]);
        } else if i == 0 && (line.starts_with("/*!") || (line.starts_with("/**") && !line.starts_with("/**/"))) {
            out.push_str("/* ");
            out.push_str(&line[2..]);
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn put_trailing(out: &mut String, indent: &str, markers: &Markers<'_>, index: usize) {
    let text = comment(markers, index);
    let last = out.trim_end_matches('\n').rsplit('\n').next().unwrap_or("");
    // Behind a line that ends a statement or opens a block it stays on that line.
    let fits = !text.contains('\n') && !last.is_empty() && !last.trim_start().starts_with("//");
    if fits && text.starts_with("//") {
        while out.ends_with('\n') {
            out.pop();
        }
        out.push(' ');
        out.push_str(text.trim_end());
        out.push('\n');
    } else {
        put_comment(out, indent, markers, index);
    }
}

/// A member's comment: a line above it.
fn put_member(out: &mut String, indent: &str, markers: &Markers<'_>, index: usize) {
    let Some(comment) = markers.comments.get(index) else {
        return;
    };
    let text = comment.text.strip_prefix("//").map(|t| t.trim_start_matches('/'));
    match text {
        Some(text) => {
            out.push_str(indent);
            out.push_str("///");
            out.push_str(text.trim_end());
            out.push('\n');
        }
        None => put_comment(out, indent, markers, index),
    }
}

/// `__gort_arm!(3) => {` as `v = ch.recv() => {`.
fn arm(line: &str, arms: &[String]) -> String {
    let Some(start) = line.find("__gort_arm!(") else {
        return line.to_owned();
    };
    let rest = &line[start..];
    let Some(end) = rest.find(')') else {
        return line.to_owned();
    };
    let index: usize = rest["__gort_arm!(".len()..end].trim().parse().unwrap_or(usize::MAX);
    let head = arms.get(index).map_or("default", String::as_str);
    format!("{}{}{}", &line[..start], head, &rest[end + 1..])
}
