//! Loops over owned containers: whether the container can be borrowed while the body runs.
//!
//! Go evaluates the operand once: it ranges over the elements that the container had then, at their places of then, and
//! sees what the body writes to them.

use super::nodes::{container, node_of, self_append};
use super::shapes::{is_cut, removes_one};
use super::walk::Known;
use super::{Collected, Iteration};
use crate::hir::visit::{Visitor, walk_expr, walk_stmt};
use crate::hir::{
    Builtin, Callee, Expr, ExprKind, FuncId, LocalId, Method, Range, RangeKind, RangeVar, Stmt, StmtKind,
};
use crate::types::{Type, TypeId};
use rustc_hash::FxHashSet;

/// Decides for each loop, and shares the containers that a body changes in ways Rust's iterators cannot follow.
pub(super) fn loops(known: Known<'_>, written: &FxHashSet<LocalId>, out: &mut Collected) {
    struct Loops<'p>(Vec<&'p Range>);
    impl<'p> Visitor<'p> for Loops<'p> {
        fn stmt(&mut self, s: &'p Stmt) {
            if let StmtKind::Range(r) = &s.kind {
                self.0.push(r);
            }
            walk_stmt(self, s);
        }
    }
    let mut found = Loops(Vec::new());
    let hir = known.input.hir;
    hir.funcs
        .iter()
        .filter_map(|f| f.body.as_ref())
        .for_each(|b| found.block(b));
    for r in found.0 {
        one(known, written, r, out);
    }
}

fn one<'a>(known: Known<'a>, written: &'a FxHashSet<LocalId>, r: &'a Range, out: &mut Collected) {
    let input = known.input;
    let Some(c) = container(input, r.x.ty).filter(|_| matches!(r.kind, RangeKind::Slice | RangeKind::Map)) else {
        return;
    };
    let (Some(node), Some(path)) = (node_of(input, &r.x), path(&r.x)) else {
        return;
    };
    let mut effects = Effects {
        known,
        written,
        path,
        elements: false,
        length: false,
        unknown: false,
    };
    effects.block(&r.body);
    let Effects {
        elements,
        length,
        unknown,
        ..
    } = effects;
    let mut share = |what| out.shared.seed(node, super::Cause { what, span: r.x.span });
    let iteration = match (elements, length, unknown) {
        (false, false, false) => Iteration::Borrowed,
        _ if r.kind == RangeKind::Map => return share("the body of a loop over it writes it"),
        (_, _, true) => return share("the body of a loop over it may change it"),
        (true, true, _) => return share("the body of a loop over it changes its length and its elements"),
        (true, false, _) => Iteration::Indexed,
        (false, true, _) => Iteration::Copied,
    };
    out.iterations.insert(r.x.id, iteration);
    for var in [&r.key, &r.value].into_iter().flatten() {
        if let RangeVar::Define(l) = var
            && input.hir.local(*l).ty == TypeId::STRING
            && iteration == Iteration::Borrowed
            && r.per_iteration
            && known.sharing.local(*l).mutated.is_empty()
        {
            out.lent_text.push((*l, node));
        }
    }
    let Some(RangeVar::Define(value)) = r.value else { return };
    let facts = known.sharing.local(value);
    let looked = facts.mutated.is_empty() && facts.captured.is_none() && !out.whole.contains(&value);
    let structs = input.struct_name(c.element()).is_some_and(|o| !input.is_library(o));
    let inner = container(input, c.element()).is_some();
    // To take one of these out counts it.
    let counted = matches!(
        input.store().under(c.element()),
        Type::Pointer(_) | Type::Interface(_) | Type::Chan(..) | Type::Signature(_)
    );
    if iteration == Iteration::Borrowed && r.per_iteration && looked && (structs || inner || counted) {
        out.lent.insert(value, node);
        return;
    }
    if inner {
        let deeper = super::walk::Walk::deeper(Some(node));
        let cause = super::Cause {
            what: "an element of it is kept apart",
            span: r.x.span,
        };
        deeper.into_iter().for_each(|n| out.shared.seed(n, cause));
    }
    if structs {
        out.copied_elements.push((c.element(), r.x.span));
    }
}

/// A variable and the fields that lead to a place from it; elements end the path.
fn path(e: &Expr) -> Option<(LocalId, Vec<usize>)> {
    match &e.kind {
        ExprKind::Local(l) => Some((*l, Vec::new())),
        ExprKind::Field { base, index } => {
            let (root, mut fields) = path(base)?;
            fields.push(*index);
            Some((root, fields))
        }
        ExprKind::Index { base, .. } | ExprKind::Slice { base, .. } => path(base),
        ExprKind::Deref(p) | ExprKind::AddrOf(p) => path(p),
        _ => None,
    }
}

/// What a loop's body does to the container at `path`.
struct Effects<'a> {
    known: Known<'a>,
    written: &'a FxHashSet<LocalId>,
    path: (LocalId, Vec<usize>),
    elements: bool,
    length: bool,
    unknown: bool,
}

impl<'a> Effects<'a> {
    /// One path leads through the other.
    fn meets(&self, other: &(LocalId, Vec<usize>)) -> bool {
        self.path.0 == other.0 && self.path.1.iter().zip(&other.1).all(|(a, b)| a == b)
    }

    fn write(&mut self, place: &Expr) {
        let Some(path) = path(place).filter(|p| self.meets(p)) else {
            return;
        };
        let whole = path.1.len() <= self.path.1.len() && !has_index(place);
        if whole {
            self.length = true;
            self.elements = true;
        } else {
            self.elements = true;
        }
    }

    fn lent(&mut self, param: Option<LocalId>, place: &Expr) {
        let meets = path(place).is_some_and(|p| self.meets(&p));
        self.unknown |= meets && param.is_some_and(|p| self.written.contains(&p));
    }

    fn user_call(&mut self, func: FuncId, recv: Option<&'a Expr>, args: &'a [Expr]) {
        let func = self.known.input.hir.func(func);
        if let Some(recv) = recv {
            self.lent(func.recv, recv);
        }
        for (arg, param) in args.iter().zip(&func.params) {
            self.lent(Some(*param), arg);
        }
    }
}

fn has_index(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Index { .. } => true,
        ExprKind::Field { base, .. } => has_index(base),
        ExprKind::Deref(p) | ExprKind::AddrOf(p) => has_index(p),
        _ => false,
    }
}

impl<'a> Visitor<'a> for Effects<'a> {
    fn stmt(&mut self, s: &'a Stmt) {
        match &s.kind {
            StmtKind::Assign { lhs, rhs, .. } => {
                for (place, value) in lhs.iter().zip(&rhs.items) {
                    let Some(place) = place else { continue };
                    let meets = path(place).is_some_and(|p| self.meets(&p));
                    let longer = self_append(place, value).is_some();
                    let shorter = is_cut(place, value);
                    if meets && !has_index(place) && (longer || shorter) && removes_one(place, value).is_none() {
                        self.length = true;
                    } else {
                        self.write(place);
                    }
                }
            }
            StmtKind::OpAssign { place, .. } => self.write(place),
            StmtKind::Range(r) => {
                for var in [&r.key, &r.value].into_iter().flatten() {
                    if let RangeVar::Assign(place) = var {
                        self.write(place);
                    }
                }
            }
            _ => {}
        }
        walk_stmt(self, s);
    }

    fn expr(&mut self, e: &'a Expr) {
        if let ExprKind::Call(call) = &e.kind {
            let args = &call.args.items;
            match &call.callee {
                Callee::Func { func, .. } => self.user_call(*func, None, args),
                Callee::Method {
                    recv,
                    method: Method::User(func),
                } => self.user_call(*func, Some(recv), args),
                Callee::Builtin(Builtin::Delete | Builtin::Clear | Builtin::Copy | Builtin::CopyString) => {
                    args.iter().take(1).for_each(|a| self.write(a));
                }
                Callee::Lib { .. } => {
                    // Sorting, mostly.
                    for arg in args {
                        let arg = match &arg.kind {
                            ExprKind::Convert(_, x) => x,
                            _ => arg,
                        };
                        if container(self.known.input, arg.ty).is_some() {
                            self.write(arg);
                        }
                    }
                }
                _ => {}
            }
        }
        walk_expr(self, e);
    }
}
