//! `goto`, by way of Rust's labelled blocks and loops.
//!
//! A label behind its `goto`s ends a labelled block around them; a label before them starts a loop that runs to the end
//! of the statement list. Go's rule that no `goto` may jump over a declaration makes both right. Where such blocks and
//! loops would cross, the list becomes a loop over its segments.

use super::Emitter;
use super::stmt::Tail;
use crate::hir::visit::{Visitor, walk_stmt};
use crate::hir::{LabelId, Stmt, StmtKind};
use crate::source::Span;

/// Statements that a labelled block or loop goes around.
struct Region {
    label: LabelId,
    /// A loop, whose `goto`s start it again; else a block, which they leave.
    again: bool,
    start: usize,
    end: usize,
}

impl<'a> Emitter<'a> {
    /// The statements of a list in which labels are targets of `goto`; nothing when there are none.
    pub(super) fn stmts_with_goto(&self, stmts: &'a [Stmt], span: Span, tail: Tail) -> Option<String> {
        let regions: Vec<_> = regions(stmts)
            .into_iter()
            .filter(|r| !r.again || !self.is_looped(r.label))
            .collect();
        let first = regions.iter().map(|r| r.start).min()?;
        let before = self.stmts_up_to(&stmts[..first], stmts[first].span.start);
        // Regions that overlap, from the first on.
        let mut end = first;
        let mut joined: Vec<&Region> = Vec::new();
        loop {
            let more: Vec<_> = regions.iter().filter(|r| r.start == first || r.start < end).collect();
            end = more.iter().map(|r| r.end).max().unwrap_or(first);
            if more.len() == joined.len() {
                break;
            }
            joined = more;
        }
        if crossing(&joined) {
            // A block's label stands behind it, and starts the last segment.
            let labelled = joined.iter().any(|r| !r.again && r.end == end);
            let end = if labelled { stmts.len() } else { end };
            let (inside, rest) = stmts[first..].split_at(end - first);
            let until = rest.first().map_or(span.end, |s| s.span.start);
            let rest = if rest.is_empty() {
                String::new()
            } else {
                self.stmts(rest, span, tail)
            };
            return Some(before + &self.segments(inside, Span { end: until, ..span }) + &rest);
        }
        let region = regions.iter().filter(|r| r.start == first).max_by_key(|r| r.end)?;
        let (inside, rest) = stmts[first..].split_at(region.end - first);
        let until = rest.first().map_or(span.end, |s| s.span.start);
        let name = self.label_name(region.label);
        let text = if region.again {
            let name = format!("'{name}_again");
            let saved = self.set_goto(region.label, Some(format!("continue {name};")));
            self.resolved(region.label, true);
            let body = self.stmts_up_to(inside, until);
            self.resolved(region.label, false);
            self.set_goto(region.label, saved);
            let end = if inside.last().is_some_and(|s| self.diverges(s)) {
                ""
            } else {
                "break;"
            };
            format!("{name}: loop {{ {body} {end} }}")
        } else {
            let name = format!("'to_{name}");
            let saved = self.set_goto(region.label, Some(format!("break {name};")));
            let body = self.stmts_up_to(inside, until);
            self.set_goto(region.label, saved);
            format!("{name}: {{ {body} }}")
        };
        let rest = if rest.is_empty() {
            String::new()
        } else {
            self.stmts(rest, span, tail)
        };
        Some(format!("{before}{text}\n{rest}"))
    }

    /// What a `goto` of that label is in Rust.
    pub(super) fn goto_stmt(&self, label: LabelId) -> Option<String> {
        self.state.borrow().function.as_ref()?.gotos.get(&label).cloned()
    }

    fn label_name(&self, label: LabelId) -> String {
        let name = self.input.hir.labels.get(label.index()).and_then(Option::as_ref);
        name.map_or_else(
            || format!("label{}", label.0),
            |n| crate::plan::names::snake(n).trim_matches('_').to_owned(),
        )
    }

    fn set_goto(&self, label: LabelId, jump: Option<String>) -> Option<String> {
        let mut state = self.state.borrow_mut();
        let gotos = &mut state.function.as_mut()?.gotos;
        match jump {
            Some(jump) => gotos.insert(label, jump),
            None => gotos.remove(&label),
        }
    }

    fn resolved(&self, label: LabelId, on: bool) {
        if let Some(f) = self.state.borrow_mut().function.as_mut() {
            if on {
                f.looped_labels.push(label);
            } else {
                f.looped_labels.pop();
            }
        }
    }

    /// A loop over the segments between the labels.
    fn segments(&self, stmts: &'a [Stmt], span: Span) -> String {
        let labels: Vec<(usize, LabelId)> = regions(stmts)
            .iter()
            .map(|r| (if r.again { r.start } else { r.end }, r.label))
            .collect();
        let mut starts: Vec<usize> = std::iter::once(0).chain(labels.iter().map(|l| l.0)).collect();
        starts.sort_unstable();
        starts.dedup();
        let next = self.temporary("next");
        for (at, label) in &labels {
            let segment = starts.iter().position(|s| s == at).unwrap_or(0);
            self.set_goto(*label, Some(format!("{next} = {segment}; continue 'segments;")));
            self.resolved(*label, true);
        }
        let mut arms = String::new();
        for (i, start) in starts.iter().enumerate() {
            let last = i + 1 == starts.len();
            let end = starts.get(i + 1).copied().unwrap_or(stmts.len());
            let part = &stmts[*start..end];
            let until = stmts.get(end).map_or(span.end, |s| s.span.start);
            let body = self.stmts_up_to(part, until);
            let leaves = part.last().is_some_and(|s| self.diverges(s));
            let after = match (leaves, last) {
                (true, _) => String::new(),
                (false, true) => "break;".into(),
                (false, false) => format!("{next} = {};", i + 1),
            };
            let pattern = if last { "_".to_owned() } else { i.to_string() };
            arms.push_str(&format!("{pattern} => {{ {body} {after} }}\n"));
        }
        for (_, label) in &labels {
            self.set_goto(*label, None);
            self.resolved(*label, false);
        }
        format!("let mut {next} = 0;\n'segments: loop {{ match {next} {{ {arms} }} }}\n")
    }

    fn stmts_up_to(&self, stmts: &'a [Stmt], end: u32) -> String {
        let Some(first) = stmts.first() else {
            return String::new();
        };
        self.stmts(stmts, Span { end, ..first.span }, Tail::None)
    }

    fn is_looped(&self, label: LabelId) -> bool {
        self.state
            .borrow()
            .function
            .as_ref()
            .is_some_and(|f| f.looped_labels.contains(&label))
    }

    /// Whether a list's own labels are still to be made blocks or loops.
    pub(super) fn has_goto_targets(&self, stmts: &[Stmt]) -> bool {
        regions(stmts).iter().any(|r| !r.again || !self.is_looped(r.label))
    }
}

fn regions(stmts: &[Stmt]) -> Vec<Region> {
    if !stmts.iter().any(|s| label_of(s).is_some()) {
        return Vec::new();
    }
    let jumps: Vec<Vec<LabelId>> = stmts.iter().map(jumps_in).collect();
    let mut out = Vec::new();
    for (at, stmt) in stmts.iter().enumerate() {
        let Some(label) = label_of(stmt) else { continue };
        if let Some(from) = jumps[..at].iter().position(|j| j.contains(&label)) {
            out.push(Region {
                label,
                again: false,
                start: from,
                end: at,
            });
        }
        if let Some(last) = jumps
            .iter()
            .rposition(|j| j.contains(&label))
            .filter(|last| *last >= at)
        {
            // What the loop declares must not be needed behind it.
            let declares = stmts[at..=last].iter().any(declares);
            let end = if declares { stmts.len() } else { last + 1 };
            out.push(Region {
                label,
                again: true,
                start: at,
                end,
            });
        }
    }
    out
}

fn declares(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Let { .. } | StmtKind::Const(_) | StmtKind::Type(_) => true,
        StmtKind::Assign { declares, .. } => !declares.is_empty(),
        StmtKind::Labeled(_, inner) => self::declares(inner),
        _ => false,
    }
}

/// Two regions overlap without one holding the other.
fn crossing(regions: &[&Region]) -> bool {
    regions.iter().any(|a| {
        regions
            .iter()
            .any(|b| a.start < b.start && b.start < a.end && a.end < b.end)
    })
}

fn label_of(stmt: &Stmt) -> Option<LabelId> {
    match &stmt.kind {
        StmtKind::Labeled(label, _) => Some(*label),
        StmtKind::For(f) => Some(f.label),
        StmtKind::Range(r) => Some(r.label),
        StmtKind::Switch(s) => Some(s.label),
        StmtKind::TypeSwitch(s) => Some(s.label),
        StmtKind::Select(s) => Some(s.label),
        StmtKind::Block(b) => match &b.stmts[..] {
            // A statement with an init statement of its own.
            [_, inner] => label_of(inner),
            _ => None,
        },
        _ => None,
    }
}

fn jumps_in(stmt: &Stmt) -> Vec<LabelId> {
    struct Jumps(Vec<LabelId>);
    impl<'p> Visitor<'p> for Jumps {
        fn stmt(&mut self, stmt: &'p Stmt) {
            if let StmtKind::Goto(label) = &stmt.kind {
                self.0.push(*label);
            }
            walk_stmt(self, stmt);
        }
    }
    let mut jumps = Jumps(Vec::new());
    jumps.stmt(stmt);
    jumps.0
}
