//! Go's comments at their places.
//!
//! Comments are printed as marker macros and documentation attributes, which the formatter knows how to keep on lines of
//! their own, and become comments again in the formatted text.

use super::Emitter;
use crate::hir::{Expr, ExprKind, Stmt, StmtKind, TypeItem};
use crate::source::{FileId, Span};
use crate::syntax::ast;
use rustc_hash::FxHashSet;

/// The comments of the file being printed, and how far they are printed.
#[derive(Default)]
pub(super) struct Cursor {
    file: Option<FileId>,
    /// Start, end, trailing.
    comments: Vec<(u32, u32, bool)>,
    next: usize,
    /// Taken out of order: documentation and members.
    taken: FxHashSet<usize>,
    /// The documentation comments taken last.
    last_docs: Vec<usize>,
    /// The end of what was printed last, for blank lines.
    last_end: u32,
}

/// What replaces the markers: the text of each comment, by marker number.
pub(super) struct Markers<'a> {
    pub(super) comments: &'a [ast::Comment],
}

impl<'a> Emitter<'a> {
    /// Starts a file's comments.
    pub(super) fn begin_comments(&self, file: FileId, comments: &[ast::Comment]) {
        self.state.borrow_mut().comments = Cursor {
            file: Some(file),
            comments: comments
                .iter()
                .map(|c| (c.span.start, c.span.end, c.trailing))
                .collect(),
            next: 0,
            taken: FxHashSet::default(),
            last_docs: Vec::new(),
            last_end: 0,
        };
    }

    /// Markers for the comments before a position that were not printed yet.
    pub(super) fn comments_before(&self, position: u32) -> String {
        let mut state = self.state.borrow_mut();
        let cursor = &mut state.comments;
        let mut out = String::new();
        while let Some(&(start, end, trailing)) = cursor.comments.get(cursor.next) {
            if start >= position {
                break;
            }
            let index = cursor.next;
            cursor.next += 1;
            if cursor.taken.contains(&index) {
                continue;
            }
            let name = if trailing { "__gort_trailing" } else { "__gort_comment" };
            if !trailing && self.blank_between(cursor.file, cursor.last_end, start) {
                out.push_str("__gort_blank!();\n");
            }
            cursor.last_end = cursor.last_end.max(end);
            out.push_str(&format!("{name}!({index});\n"));
        }
        out
    }

    /// A marker where the source has a blank line before a statement or declaration.
    pub(super) fn blank_before(&self, span: Span) -> &'static str {
        let mut state = self.state.borrow_mut();
        let cursor = &mut state.comments;
        let blank = cursor.file == Some(span.file) && self.blank_between(cursor.file, cursor.last_end, span.start);
        cursor.last_end = cursor.last_end.max(span.start);
        if blank { "__gort_blank!();\n" } else { "" }
    }

    /// Notes that the source was printed up to here.
    pub(super) fn printed_to(&self, end: u32) {
        let mut state = self.state.borrow_mut();
        state.comments.last_end = state.comments.last_end.max(end);
    }

    fn blank_between(&self, file: Option<FileId>, from: u32, to: u32) -> bool {
        let Some(file) = file.and_then(|f| self.input.types.sources.get(f)) else {
            return false;
        };
        let gap = file.text.get(from as usize..to as usize).unwrap_or("");
        from > 0 && gap.matches('\n').count() > 1
    }

    /// Comments inside and behind a statement that becomes a block's value: they go before it.
    pub(super) fn tail_comments(&self, stmt: &Stmt, end: u32) -> String {
        if has_blocks(stmt) {
            self.comments_behind(stmt.span.end, end)
        } else {
            self.comments_before(end).replace("__gort_trailing", "__gort_comment")
        }
    }

    /// Comments between the positions, out of their order; those before them are still to come.
    fn comments_behind(&self, from: u32, to: u32) -> String {
        let mut state = self.state.borrow_mut();
        let cursor = &mut state.comments;
        let mut out = String::new();
        for index in cursor.next..cursor.comments.len() {
            let (start, _, _) = cursor.comments[index];
            if start >= to {
                break;
            }
            if start >= from && cursor.taken.insert(index) {
                out.push_str(&format!("__gort_comment!({index});\n"));
            }
        }
        out
    }

    /// Documentation lines for the comment group directly above a declaration.
    pub(super) fn docs(&self, doc: ast::CommentGroup, comments: &[ast::Comment]) -> String {
        let mut out = String::new();
        let mut state = self.state.borrow_mut();
        state.comments.last_docs.clear();
        for id in doc.ids() {
            let index = id.0 as usize;
            let Some(comment) = comments.get(index) else { continue };
            if !state.comments.taken.insert(index) {
                continue;
            }
            state.comments.last_docs.push(index);
            out.push_str(&doc_lines(&comment.text));
        }
        out
    }

    /// The documentation that was taken last, as comments: for a declaration that leaves nothing in Rust.
    pub(super) fn docs_as_comments(&self) -> String {
        let docs = std::mem::take(&mut self.state.borrow_mut().comments.last_docs);
        docs.into_iter()
            .map(|index| format!("__gort_comment!({index});\n"))
            .collect()
    }

    /// Comments above or behind a struct field or interface method, as documentation.
    pub(super) fn member_comments(&self, item: &TypeItem, name: &str, _index: usize) -> String {
        let Some((_, span)) = item.members.iter().find(|(n, _)| **n == *name) else {
            return String::new();
        };
        let mut out = String::new();
        let mut state = self.state.borrow_mut();
        let cursor = &mut state.comments;
        if cursor.file != Some(span.file) {
            return out;
        }
        let line_end = self.line_end(*span);
        for index in cursor.next..cursor.comments.len() {
            let (start, _, trailing) = cursor.comments[index];
            if start < item.span.start {
                continue;
            }
            if start >= line_end {
                break;
            }
            let own_line = start > span.end && trailing;
            if start > span.end && !own_line {
                break;
            }
            if cursor.taken.insert(index) {
                out.push_str(&format!("#[doc = \"\u{1}{index}\"]\n"));
            }
        }
        out
    }

    /// Comments after the last member; they stay for whatever follows.
    pub(super) fn member_comments_end(&self, _item: &TypeItem) -> String {
        String::new()
    }

    /// Documentation of an interface's method.
    pub(super) fn trait_method_docs(&self, item: &TypeItem, name: &str) -> String {
        self.member_comments(item, name, 0)
    }

    fn line_end(&self, span: Span) -> u32 {
        let Some(file) = self.input.types.sources.get(span.file) else {
            return span.end;
        };
        let rest = file.text.get(span.end as usize..).unwrap_or("");
        span.end + rest.find('\n').unwrap_or(rest.len()) as u32
    }

    /// Comments of a package variable's initial value, printed where it is initialised: those stay with the declaration.
    pub(super) fn comments_before_init(&self, _span: Span) -> String {
        String::new()
    }
}

/// A Go comment as Rust documentation.
fn doc_lines(text: &str) -> String {
    if let Some(inner) = text.strip_prefix("/*").and_then(|t| t.strip_suffix("*/")) {
        return inner.trim().lines().map(|l| format!("/// {}\n", l.trim())).collect();
    }
    let line = text.strip_prefix("//").unwrap_or(text);
    // A fourth slash would make it an ordinary comment again.
    if line.starts_with('/') {
        format!("/// {line}\n")
    } else {
        format!("///{line}\n")
    }
}

/// The statement has blocks of its own, which print the comments inside.
fn has_blocks(stmt: &Stmt) -> bool {
    struct Literals(bool);
    impl<'p> crate::hir::visit::Visitor<'p> for Literals {
        fn expr(&mut self, e: &'p Expr) {
            self.0 |= matches!(e.kind, ExprKind::FuncLit(_));
            crate::hir::visit::walk_expr(self, e);
        }
    }
    let StmtKind::Return(values) = &stmt.kind else {
        return true;
    };
    let mut literals = Literals(false);
    values
        .iter()
        .for_each(|e| crate::hir::visit::Visitor::expr(&mut literals, e));
    literals.0
}
