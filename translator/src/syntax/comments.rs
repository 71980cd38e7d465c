//! Comments: finding them in the text, and the doc comment of a node.
//!
//! In: a file's text. Out: all comments in source order; runs of comments that stand directly above a place.
//! Invariants: strings and runes hide comment marks; a doc comment ends on the line before its node.

use super::ast::{Comment, CommentGroup};
use crate::source::{FileId, Span};

/// All comments of a text.
///
/// Spec: Comments.
pub(super) fn scan(file: FileId, text: &str) -> Vec<Comment> {
    let bytes = text.as_bytes();
    let at = |i: usize| bytes.get(i).copied().unwrap_or(0);
    let mut out = Vec::new();
    let mut i = 0;
    let mut line_start = 0;
    // Whether something other than blanks and comments stood on this line.
    let mut code = false;
    while i < bytes.len() {
        match at(i) {
            b'\n' => {
                line_start = i + 1;
                code = false;
                i += 1;
            }
            b'"' | b'\'' => {
                let quote = at(i);
                i += 1;
                while i < bytes.len() && at(i) != quote && at(i) != b'\n' {
                    i += if at(i) == b'\\' { 2 } else { 1 };
                }
                i += usize::from(at(i) == quote);
                code = true;
            }
            b'`' => {
                i += 1;
                while i < bytes.len() && at(i) != b'`' {
                    i += 1;
                }
                i += 1;
                code = true;
            }
            b'/' if at(i + 1) == b'/' || at(i + 1) == b'*' => {
                let start = i;
                if at(i + 1) == b'/' {
                    while i < bytes.len() && at(i) != b'\n' {
                        i += 1;
                    }
                } else {
                    i += 2;
                    while i < bytes.len() && !(at(i) == b'*' && at(i + 1) == b'/') {
                        i += 1;
                    }
                    i = (i + 2).min(bytes.len());
                }
                let mut end = i;
                if at(end.wrapping_sub(1)) == b'\r' && at(start + 1) == b'/' {
                    end -= 1;
                }
                let rest = bytes.get(i..).unwrap_or(&[]);
                let nothing_after = rest
                    .iter()
                    .find(|b| !matches!(b, b' ' | b'\t' | b'\r'))
                    .is_none_or(|b| *b == b'\n');
                let before = bytes.get(line_start..start).unwrap_or(&[]);
                let nothing_before = !code && before.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r'));
                out.push(Comment {
                    span: Span::new(file, start as u32, end as u32),
                    text: text.get(start..end).unwrap_or("").into(),
                    alone: nothing_before && nothing_after,
                    trailing: code && nothing_after,
                });
                if let Some(last) = bytes.get(start..i).and_then(|b| b.iter().rposition(|b| *b == b'\n')) {
                    line_start = start + last + 1;
                }
            }
            b' ' | b'\t' | b'\r' => i += 1,
            _ => {
                code = true;
                i += 1;
            }
        }
    }
    out
}

/// The comments that end on the line before `start`, without a blank line between.
pub(super) fn doc_before(comments: &[Comment], text: &str, start: u32) -> CommentGroup {
    let end = comments.partition_point(|c| c.span.end <= start);
    let mut first = end;
    let mut next_start = start;
    while let Some(c) = first.checked_sub(1).and_then(|i| comments.get(i)) {
        let gap = text.get(c.span.end as usize..next_start as usize).unwrap_or("x");
        // Most comments are far away: the first byte that is no blank decides.
        let adjacent = c.alone && gap.bytes().all(|b| b.is_ascii_whitespace());
        if !adjacent || gap.bytes().filter(|b| *b == b'\n').count() != 1 {
            break;
        }
        first -= 1;
        next_start = c.span.start;
    }
    CommentGroup {
        start: first as u32,
        end: end as u32,
    }
}
