//! What each `return` says: success, failure, another call's answer, or something that is not known.
//!
//! In: a function and its flow. Out: a [`Return`] per statement.
//! Safe direction: [`Kind::Open`] with `loses`.

use super::super::Input;
use super::super::sharing::Sharing;
use super::flow::{Flow, Read, Truth, bare_return};
use super::values::{Knowledge, Returns, is_zero};
use crate::hir::visit::Visitor;
use crate::hir::{Callee, Expr, ExprKind, Func, FuncId, LocalId, Method, Stmt, StmtKind};
use crate::source::Span;
use crate::types::TypeId;
use rustc_hash::FxHashMap;

/// What a `return` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `v, nil`, `v, true`
    Success,
    /// `0, err` with an error that is not nil, `0, false`
    Failure,
    /// All results of a call of this function.
    Tail(FuncId),
    /// All results of something else: a library function, a map's element.
    Passed,
    /// It may be either.
    Open,
}

/// One `return`.
#[derive(Debug, Clone, Copy)]
pub struct Return {
    /// What it says.
    pub kind: Kind,
    /// A failure may come with values that are not zero, which a Rust form would lose.
    pub loses: bool,
    /// Value and flag, or value and error, are as this function answered.
    pub paired: Option<FuncId>,
    /// The statement.
    pub span: Span,
}

/// All `return`s of a function.
pub(super) fn returns(
    input: Input<'_>,
    sharing: &Sharing,
    knowledge: &Knowledge,
    func: &Func,
    flow: &Flow,
) -> Vec<Return> {
    let mut found = Returns(Vec::new());
    if let Some(body) = &func.body {
        found.block(body);
    }
    let mut sources = Sources(FxHashMap::default());
    if let Some(body) = &func.body {
        sources.block(body);
    }
    let each = found.0.into_iter().map(|stmt| {
        let (kind, loses) = one(input, sharing, knowledge, func, flow, stmt);
        let pair = pair(sharing, flow, &sources.0, stmt);
        Return {
            kind,
            loses: loses && pair != Some(None),
            paired: pair.flatten(),
            span: stmt.span,
        }
    });
    each.collect()
}

/// What gives the results that are returned, where all are as one statement took them: a comma-ok form, or a function.
fn pair(
    sharing: &Sharing,
    flow: &Flow,
    sources: &FxHashMap<Span, Option<FuncId>>,
    stmt: &Stmt,
) -> Option<Option<FuncId>> {
    let StmtKind::Return(values) = &stmt.kind else {
        return None;
    };
    if values.tuple.is_some() || values.items.len() < 2 {
        return None;
    }
    let mut taken = None;
    for e in &values.items {
        let read = flow.read(e)?;
        let [def] = read.defs[..] else { return None };
        let def = &flow.defs[def as usize];
        let facts = sharing.local(def.local);
        if facts.mutated.len() != facts.assigned.len() || taken.is_some_and(|span| span != def.span) {
            return None;
        }
        taken = Some(def.span);
    }
    sources.get(&taken?).copied()
}

/// Statements that take several results: what gives them.
struct Sources(FxHashMap<Span, Option<FuncId>>);

impl<'p> Visitor<'p> for Sources {
    fn stmt(&mut self, stmt: &'p Stmt) {
        if let StmtKind::Let { init: values, .. } | StmtKind::Assign { rhs: values, .. } = &stmt.kind
            && let Some(tuple) = &values.tuple
            && values.is_plain_tuple()
        {
            let callee = called(tuple);
            if callee.is_some() || is_comma_ok(tuple) {
                self.0.insert(stmt.span, callee);
            }
        }
        crate::hir::visit::walk_stmt(self, stmt);
    }
    fn expr(&mut self, _: &'p Expr) {}
}

fn one(
    input: Input<'_>,
    sharing: &Sharing,
    knowledge: &Knowledge,
    func: &Func,
    flow: &Flow,
    stmt: &Stmt,
) -> (Kind, bool) {
    let StmtKind::Return(values) = &stmt.kind else {
        return (Kind::Open, true);
    };
    if values.items.is_empty() {
        let Some((last, others)) = func.results.split_last() else {
            return (Kind::Open, true);
        };
        let read = |l: &LocalId| flow.reads.get(&(bare_return(stmt.span), *l));
        let zero = |r: &Read| {
            let is_zero = |d: &u32| flow.defs[*d as usize].kind == super::flow::DefKind::Zero;
            r.defs.iter().all(is_zero) && sharing.local(r.local).mutated.is_empty()
        };
        let zeros = others.iter().all(|l| read(l).is_some_and(zero));
        let flag = input.hir.local(*last).ty != TypeId::ERROR;
        return by_truth(read(last).map_or(Truth::Unknown, |r| r.truth), zeros, flag);
    }
    if let Some(tuple) = &values.tuple {
        return match called(tuple) {
            Some(callee) if values.is_plain_tuple() => (Kind::Tail(callee), false),
            _ if values.is_plain_tuple() && is_comma_ok(tuple) => (Kind::Passed, false),
            _ if values.is_plain_tuple() => (Kind::Passed, true),
            _ => (Kind::Open, true),
        };
    }
    let Some((last, others)) = values.items.split_last() else {
        return (Kind::Open, true);
    };
    if others.is_empty() {
        return match called(last) {
            Some(callee) if !knowledge.makers.contains(&callee) => (Kind::Tail(callee), false),
            _ => by_truth(knowledge.truth(input, flow, last), true, false),
        };
    }
    let zero = |e: &Expr| is_zero(input, flow, e) && local_of(e).is_none_or(|l| sharing.local(l).mutated.is_empty());
    let flag = last.ty != TypeId::ERROR;
    by_truth(knowledge.truth(input, flow, last), others.iter().all(zero), flag)
}

fn by_truth(truth: Truth, zeros: bool, flag: bool) -> (Kind, bool) {
    match truth {
        Truth::Unknown => (Kind::Open, !zeros),
        _ if (truth == Truth::Yes) == flag => (Kind::Success, false),
        _ => (Kind::Failure, !zeros),
    }
}

/// A form whose value is zero when its flag is false.
pub(super) fn is_comma_ok(e: &Expr) -> bool {
    matches!(
        e.kind,
        ExprKind::MapIndexOk { .. }
            | ExprKind::TypeAssert { comma_ok: true, .. }
            | ExprKind::Recv { comma_ok: true, .. }
    )
}

/// The function of the user's that is called.
pub fn called(e: &Expr) -> Option<FuncId> {
    match &e.kind {
        ExprKind::Call(call) => match &call.callee {
            Callee::Func { func, .. }
            | Callee::Method {
                method: Method::User(func),
                ..
            } => Some(*func),
            _ => None,
        },
        _ => None,
    }
}

fn local_of(e: &Expr) -> Option<LocalId> {
    match e.kind {
        ExprKind::Local(l) => Some(l),
        _ => None,
    }
}
