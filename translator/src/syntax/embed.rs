//! `//go:embed`: which directive belongs to which variable.
//!
//! In: a file. Out: its directives in source order, each with what it stands above.
//! Invariants: as in Go's compiler, a directive belongs to the next declaration or, in parentheses, to the next
//! specification, whatever comments or blank lines lie between.

use super::ast::{Comment, Decl, File, GenKind, VarSpec};
use crate::source::Span;

/// A directive.
#[derive(Clone, Copy, Debug)]
pub struct Embed<'a> {
    /// The comment.
    pub span: Span,
    /// The files that it names.
    pub patterns: &'a str,
    /// What it stands above.
    pub target: Target<'a>,
}

/// What a directive stands above.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// Variables of the package.
    Vars(&'a VarSpec),
    /// Something inside a function.
    Inside,
    /// Nothing that could hold a file.
    Other,
}

/// The directives of a file.
pub fn embeds(file: &File) -> impl Iterator<Item = Embed<'_>> {
    file.comments.iter().filter_map(|c| {
        let patterns = patterns(c)?;
        Some(Embed {
            span: c.span,
            patterns,
            target: target(file, c.span),
        })
    })
}

/// The variables into which files are embedded, where that is written as it must be.
pub fn embedded(file: &File) -> impl Iterator<Item = &VarSpec> {
    embeds(file).filter_map(|e| match e.target {
        Target::Vars(spec) => Some(spec),
        Target::Inside | Target::Other => None,
    })
}

/// What stands behind the directive, if the comment is one.
fn patterns(comment: &Comment) -> Option<&str> {
    let rest = comment.text.strip_prefix("//go:embed").filter(|_| !comment.trailing)?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| rest.trim())
}

fn target(file: &File, at: Span) -> Target<'_> {
    let next = file.decls.iter().find(|d| d.span().end > at.start);
    match next {
        Some(Decl::Gen(d)) => match &d.kind {
            GenKind::Var(specs) if d.span.start < at.start || !d.parenthesized => {
                let spec = specs.iter().find(|s| s.span.start > at.start);
                // Inside the specification that it should be above there is a function.
                let around = specs.iter().any(|s| s.span.start < at.start && at.end < s.span.end);
                match spec {
                    _ if around => Target::Inside,
                    Some(spec) => Target::Vars(spec),
                    None => Target::Other,
                }
            }
            _ => Target::Other,
        },
        Some(Decl::Func(d)) if d.span.start < at.start => Target::Inside,
        Some(Decl::Func(_)) | None => Target::Other,
    }
}
