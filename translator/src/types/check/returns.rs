//! Terminating statements.
//!
//! In: a function's body. Out: whether it cannot end without a return.
//! Invariants: says of each kind of statement what the specification says.

use super::super::info::Mode;
use super::Checker;
use crate::syntax::ast::{Block, BranchKind, Expr, ExprKind, Stmt, StmtKind};

impl<'a> Checker<'a> {
    /// Whether a block's end cannot be reached.
    ///
    /// Spec: Terminating statements.
    pub(super) fn block_terminates(&self, b: &Block) -> bool {
        self.list_terminates(&b.stmts)
    }

    /// Whether the last statement that is not empty terminates.
    ///
    /// Spec: Terminating statements.
    fn list_terminates(&self, list: &[Stmt]) -> bool {
        list.iter()
            .rev()
            .find(|s| !matches!(s.kind, StmtKind::Empty))
            .is_some_and(|s| self.terminates(s, None))
    }

    /// Whether what follows the statement cannot be reached; `label` is the statement's.
    ///
    /// Spec: Terminating statements.
    fn terminates(&self, s: &Stmt, label: Option<&str>) -> bool {
        match &s.kind {
            StmtKind::Return(_) => true,
            StmtKind::Branch(k, _) => matches!(k, BranchKind::Goto | BranchKind::Fallthrough),
            StmtKind::Expr(e) => self.is_panic(e),
            StmtKind::Block(b) => self.block_terminates(b),
            StmtKind::If(i) => {
                self.block_terminates(&i.then) && i.els.as_ref().is_some_and(|e| self.terminates(e, None))
            }
            StmtKind::Labeled(l, s) => self.terminates(s, Some(&l.name)),
            StmtKind::For(f) => f.cond.is_none() && !breaks_in(&f.body.stmts, label, true),
            StmtKind::Range(_) => false,
            StmtKind::Switch(s) => {
                s.cases.iter().any(|c| c.is_default)
                    && s.cases
                        .iter()
                        .all(|c| self.list_terminates(&c.body) && !breaks_in(&c.body, label, true))
            }
            StmtKind::TypeSwitch(s) => {
                s.cases.iter().any(|c| c.is_default)
                    && s.cases
                        .iter()
                        .all(|c| self.list_terminates(&c.body) && !breaks_in(&c.body, label, true))
            }
            StmtKind::Select(s) => s
                .cases
                .iter()
                .all(|c| self.list_terminates(&c.body) && !breaks_in(&c.body, label, true)),
            _ => false,
        }
    }

    /// Whether an expression calls the predeclared `panic`.
    ///
    /// Spec: Terminating statements.
    fn is_panic(&self, e: &Expr) -> bool {
        let ExprKind::Call(c) = &e.unparen().kind else {
            return false;
        };
        let Some(id) = c.fun.unparen().as_ident() else {
            return false;
        };
        &*id.name == "panic" && self.info.types.get(c.fun.id).is_some_and(|t| t.mode == Mode::Builtin)
    }
}

/// Whether a break leaves the statement these belong to: without a label when `implicit`, or with its label.
///
/// Spec: Terminating statements; Break statements.
fn breaks_in(list: &[Stmt], label: Option<&str>, implicit: bool) -> bool {
    list.iter().any(|s| breaks(s, label, implicit))
}

/// As `breaks_in`, of one statement.
///
/// Spec: Terminating statements; Break statements.
fn breaks(s: &Stmt, label: Option<&str>, implicit: bool) -> bool {
    match &s.kind {
        StmtKind::Branch(BranchKind::Break, None) => implicit,
        StmtKind::Branch(BranchKind::Break, Some(l)) => label == Some(&*l.name),
        StmtKind::Block(b) => breaks_in(&b.stmts, label, implicit),
        StmtKind::Labeled(_, s) => breaks(s, label, implicit),
        StmtKind::If(i) => {
            breaks_in(&i.then.stmts, label, implicit) || i.els.as_ref().is_some_and(|e| breaks(e, label, implicit))
        }
        StmtKind::For(f) => label.is_some() && breaks_in(&f.body.stmts, label, false),
        StmtKind::Range(f) => label.is_some() && breaks_in(&f.body.stmts, label, false),
        StmtKind::Switch(s) => label.is_some() && s.cases.iter().any(|c| breaks_in(&c.body, label, false)),
        StmtKind::TypeSwitch(s) => label.is_some() && s.cases.iter().any(|c| breaks_in(&c.body, label, false)),
        StmtKind::Select(s) => label.is_some() && s.cases.iter().any(|c| breaks_in(&c.body, label, false)),
        _ => false,
    }
}
