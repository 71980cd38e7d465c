//! Where a local's value is read for the last time, so that it can be moved there instead of cloned.
//!
//! In: the HIR. Out: [`LastUses`]: the `ExprId`s of reads after which the local is dead on every path.
//! Lattice: sets of live locals by inclusion; a backward walk, loops until nothing changes. Safe direction: live.
//! A literal's captures count as reads at the literal; reads inside a literal of what it captured are never last, since it
//! may run again.

use super::Input;
use super::sharing::Sharing;
use crate::hir::{
    Block, Call, Callee, Comm, Expr, ExprId, ExprKind, FuncId, LabelId, LocalId, RangeVar, Stmt, StmtKind, Values,
};
use crate::syntax::ast::BinaryOp;
use rustc_hash::{FxHashMap, FxHashSet};

/// Reads that are the last.
#[derive(Debug, Default)]
pub struct LastUses {
    last: FxHashSet<ExprId>,
    /// Captures that are the last use of the local in the enclosing function: literal's expression and local.
    captures: FxHashSet<(FuncId, LocalId)>,
}

impl LastUses {
    /// Whether this read of a local is its last.
    pub fn is_last(&self, read: ExprId) -> bool {
        self.last.contains(&read)
    }

    /// Whether the local is dead after this literal captured it.
    pub fn is_last_capture(&self, literal: FuncId, local: LocalId) -> bool {
        self.captures.contains(&(literal, local))
    }
}

type Live = FxHashSet<LocalId>;

/// Walks all bodies backwards.
pub fn analyze(input: Input<'_>, sharing: &Sharing) -> LastUses {
    let captures = &sharing.captures;
    let mut out = LastUses::default();
    for func in &input.hir.funcs {
        let Some(body) = &func.body else { continue };
        let mut walk = Backward {
            input,
            sharing,
            func: func.id,
            captures,
            out: &mut out,
            targets: FxHashMap::default(),
            at_return: Live::default(),
            record: true,
        };
        // Named results are read by every return.
        let mut live: Live = if func.named_results {
            func.results.iter().copied().collect()
        } else {
            Live::default()
        };
        walk.at_return.clone_from(&live);
        if contains_goto(body) {
            walk.record = false;
        }
        walk.block(body, &mut live);
    }
    out
}

fn contains_goto(block: &Block) -> bool {
    struct Find(bool);
    impl<'p> crate::hir::visit::Visitor<'p> for Find {
        fn stmt(&mut self, stmt: &'p Stmt) {
            self.0 |= matches!(stmt.kind, StmtKind::Goto(_));
            crate::hir::visit::walk_stmt(self, stmt);
        }
    }
    let mut find = Find(false);
    crate::hir::visit::Visitor::block(&mut find, block);
    find.0
}

struct Backward<'a, 'o> {
    input: Input<'a>,
    sharing: &'o Sharing,
    func: FuncId,
    captures: &'o FxHashMap<FuncId, Vec<LocalId>>,
    out: &'o mut LastUses,
    /// What is live where `break` and `continue` of a label lead.
    targets: FxHashMap<LabelId, (Live, Live)>,
    /// What a return reads.
    at_return: Live,
    /// Off while a loop is walked for its live set only.
    record: bool,
}

impl<'a> Backward<'a, '_> {
    fn block(&mut self, block: &'a Block, live: &mut Live) {
        for stmt in block.stmts.iter().rev() {
            self.stmt(stmt, live);
        }
    }

    fn values(&mut self, values: &'a Values, live: &mut Live) {
        for e in values.items.iter().rev() {
            self.expr(e, live);
        }
        if let Some(tuple) = &values.tuple {
            self.expr(tuple, live);
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt, live: &mut Live) {
        match &stmt.kind {
            StmtKind::Empty | StmtKind::Fallthrough | StmtKind::Const(_) | StmtKind::Type(_) => {}
            StmtKind::Goto(_) => {}
            StmtKind::Break(label) => {
                if let Some((exit, _)) = self.targets.get(label) {
                    live.clone_from(exit);
                }
            }
            StmtKind::Continue(label) => {
                if let Some((_, next)) = self.targets.get(label) {
                    live.clone_from(next);
                }
            }
            StmtKind::Return(values) => {
                live.clone_from(&self.at_return);
                if !values.items.is_empty() {
                    // It sets the results that it names.
                    for result in &self.input.hir.func(self.func).results {
                        live.remove(result);
                    }
                }
                self.values(values, live);
            }
            StmtKind::Let { lhs, init } => {
                for local in lhs.iter().flatten() {
                    live.remove(local);
                }
                self.values(init, live);
            }
            StmtKind::Assign { lhs, rhs, .. } => {
                for place in lhs.iter().flatten().rev() {
                    self.write(place, live);
                    if let Some(key) = moved_key(self.input, lhs, place, rhs) {
                        self.expr(key, live);
                    }
                    // Places are found again when they are written, after the values.
                    self.place_operands(place, live);
                }
                self.values(rhs, live);
                for place in lhs.iter().flatten().rev() {
                    self.place_operands(place, live);
                }
            }
            StmtKind::OpAssign { place, value, .. } => {
                self.expr_kept(place, live);
                self.expr(value, live);
            }
            StmtKind::Expr(e) | StmtKind::Go(e) | StmtKind::Defer(e) => self.expr(e, live),
            StmtKind::Send { channel, value } => {
                self.expr(value, live);
                self.expr(channel, live);
            }
            StmtKind::If { cond, then, els } => {
                let mut other = live.clone();
                if let Some(els) = els {
                    self.stmt(els, &mut other);
                }
                self.block(then, live);
                live.extend(other);
                self.expr(cond, live);
            }
            StmtKind::For(f) => {
                let exit = live.clone();
                self.looped(f.label, live, exit.clone(), |w, live| {
                    // From the end of a round: post, condition, then the exit or the body.
                    let mut after_post = live.clone();
                    let mut head = Live::default();
                    if f.cond.is_some() {
                        head.extend(exit.iter().copied());
                    }
                    if let Some(post) = &f.post {
                        w.stmt(post, &mut after_post);
                    }
                    w.set_continue(f.label, after_post.clone());
                    w.block(&f.body, &mut after_post);
                    head.extend(after_post);
                    if let Some(cond) = &f.cond {
                        w.expr(cond, &mut head);
                    }
                    *live = head;
                });
                if let Some(init) = &f.init {
                    self.stmt(init, live);
                }
            }
            StmtKind::Range(r) => {
                let exit = live.clone();
                self.looped(r.label, live, exit.clone(), |w, live| {
                    let mut head = exit.clone();
                    let mut body = live.clone();
                    w.set_continue(r.label, body.clone());
                    w.block(&r.body, &mut body);
                    for var in [&r.value, &r.key].into_iter().flatten() {
                        w.bound(var, &mut body);
                    }
                    head.extend(body);
                    *live = head;
                });
                self.expr(&r.x, live);
            }
            StmtKind::Switch(s) => {
                let exit = live.clone();
                self.targets.insert(s.label, (exit.clone(), Live::default()));
                let mut entry = exit.clone();
                let mut next = exit.clone();
                for clause in s.clauses.iter().rev() {
                    let mut body = if ends_in_fallthrough(&clause.body) {
                        next.clone()
                    } else {
                        exit.clone()
                    };
                    self.block(&clause.body, &mut body);
                    next.clone_from(&body);
                    entry.extend(body);
                }
                for clause in s.clauses.iter().rev() {
                    clause.values.iter().rev().for_each(|e| self.expr_kept(e, &mut entry));
                }
                *live = entry;
                if let Some(tag) = &s.tag {
                    self.expr(tag, live);
                }
            }
            StmtKind::TypeSwitch(s) => {
                let exit = live.clone();
                self.targets.insert(s.label, (exit.clone(), Live::default()));
                for clause in s.clauses.iter().rev() {
                    let mut body = exit.clone();
                    self.block(&clause.body, &mut body);
                    if let Some(local) = &clause.bind {
                        body.remove(local);
                    }
                    live.extend(body);
                }
                self.expr(&s.x, live);
            }
            StmtKind::Select(s) => {
                let exit = live.clone();
                self.targets.insert(s.label, (exit.clone(), Live::default()));
                let mut entry = Live::default();
                for arm in s.arms.iter().rev() {
                    let mut body = exit.clone();
                    self.block(&arm.body, &mut body);
                    if let Comm::Recv { value, ok, .. } = &arm.comm {
                        for var in [ok, value].into_iter().flatten() {
                            self.bound(var, &mut body);
                        }
                    }
                    entry.extend(body);
                }
                // Every operand is evaluated, whichever arm is taken.
                for arm in s.arms.iter().rev() {
                    match &arm.comm {
                        Comm::Default => {}
                        Comm::Send { channel, value } => {
                            self.expr(value, &mut entry);
                            self.expr(channel, &mut entry);
                        }
                        Comm::Recv { channel, .. } => self.expr(channel, &mut entry),
                    }
                }
                *live = entry;
            }
            StmtKind::Block(b) => self.block(b, live),
            StmtKind::Labeled(label, s) => {
                self.targets.insert(*label, (live.clone(), Live::default()));
                self.stmt(s, live);
            }
        }
    }

    fn set_continue(&mut self, label: LabelId, next: Live) {
        if let Some(target) = self.targets.get_mut(&label) {
            target.1 = next;
        }
    }

    /// Walks a loop until what is live at its head no longer grows, then once more to record.
    fn looped(&mut self, label: LabelId, live: &mut Live, exit: Live, round: impl Fn(&mut Self, &mut Live)) {
        self.targets.insert(label, (exit.clone(), Live::default()));
        let record = std::mem::replace(&mut self.record, false);
        let mut head = exit.clone();
        loop {
            let mut next = head.clone();
            round(self, &mut next);
            next.extend(exit.iter().copied());
            if next.is_subset(&head) {
                break;
            }
            head.extend(next);
        }
        self.record = record;
        let mut next = head.clone();
        round(self, &mut next);
        *live = next;
    }

    fn bound(&mut self, var: &'a RangeVar, live: &mut Live) {
        match var {
            RangeVar::Define(l) if self.sharing.is_shared(*l) => drop(live.insert(*l)),
            RangeVar::Define(l) => drop(live.remove(l)),
            RangeVar::Assign(place) => {
                self.write(place, live);
                self.place_operands(place, live);
            }
        }
    }

    /// An assignment to a whole variable ends its life before.
    fn write(&mut self, place: &'a Expr, live: &mut Live) {
        if let ExprKind::Local(l) = place.kind {
            // Writing to a shared variable uses the cell it is.
            if self.sharing.is_shared(l) {
                live.insert(l)
            } else {
                live.remove(&l)
            };
        }
    }

    /// What is read to find a place; none of it is moved.
    fn place_operands(&mut self, place: &'a Expr, live: &mut Live) {
        if !matches!(place.kind, ExprKind::Local(_)) {
            self.expr_kept(place, live);
        }
    }

    /// Reads that are never moved from.
    fn expr_kept(&mut self, e: &'a Expr, live: &mut Live) {
        let record = std::mem::replace(&mut self.record, false);
        self.expr(e, live);
        self.record = record;
    }

    fn read(&mut self, local: LocalId, at: ExprId, live: &mut Live) {
        let owned = self.input.hir.local(local).func == self.func;
        if live.insert(local) && self.record && owned {
            self.out.last.insert(at);
        }
    }

    fn expr(&mut self, e: &'a Expr, live: &mut Live) {
        match &e.kind {
            ExprKind::Local(l) => self.read(*l, e.id, live),
            ExprKind::FuncLit(lit) => {
                for local in self.captures.get(lit).into_iter().flatten() {
                    let owned = self.input.hir.local(*local).func == self.func;
                    if live.insert(*local) && self.record && owned {
                        self.out.captures.insert((*lit, *local));
                    }
                }
            }
            ExprKind::Binary(BinaryOp::LAnd | BinaryOp::LOr, x, y) => {
                let mut right = live.clone();
                self.expr(y, &mut right);
                live.extend(right);
                self.expr(x, live);
            }
            ExprKind::Call(call) => self.call(call, live),
            _ => self.operands(e, live),
        }
    }

    fn call(&mut self, call: &'a Call, live: &mut Live) {
        self.values(&call.args, live);
        match &call.callee {
            Callee::Method { recv, .. } => self.expr(recv, live),
            Callee::Value(f) => self.expr(f, live),
            _ => {}
        }
    }

    /// The operands of any other expression, last evaluated first.
    fn operands(&mut self, e: &'a Expr, live: &mut Live) {
        struct Operands<'p>(Vec<&'p Expr>);
        impl<'p> crate::hir::visit::Visitor<'p> for Operands<'p> {
            fn expr(&mut self, e: &'p Expr) {
                self.0.push(e);
            }
        }
        let mut operands = Operands(Vec::new());
        crate::hir::visit::walk_expr(&mut operands, e);
        operands.0.into_iter().rev().for_each(|e| self.expr(e, live));
    }
}

/// The key of a single assignment to a map's entry: a variable that neither the map nor the value mentions, so that it may
/// move into the entry.
fn moved_key<'a>(input: Input<'_>, lhs: &'a [Option<Expr>], place: &'a Expr, rhs: &'a Values) -> Option<&'a Expr> {
    struct Mentions(LocalId, bool);
    impl<'p> crate::hir::visit::Visitor<'p> for Mentions {
        fn expr(&mut self, e: &'p Expr) {
            self.1 |= match e.kind {
                ExprKind::Local(l) => l == self.0,
                ExprKind::FuncLit(_) => true,
                _ => false,
            };
            crate::hir::visit::walk_expr(self, e);
        }
    }
    let ([Some(_)], ExprKind::Index { base, index }) = (lhs, &place.kind) else {
        return None;
    };
    let ExprKind::Local(key) = index.kind else { return None };
    if !matches!(input.store().under(base.ty), crate::types::Type::Map(..)) {
        return None;
    }
    let mut mentions = Mentions(key, false);
    crate::hir::visit::Visitor::expr(&mut mentions, base);
    rhs.iter()
        .for_each(|e| crate::hir::visit::Visitor::expr(&mut mentions, e));
    (!mentions.1).then_some(index)
}

fn ends_in_fallthrough(block: &Block) -> bool {
    matches!(
        block.stmts.last(),
        Some(Stmt {
            kind: StmtKind::Fallthrough,
            ..
        })
    )
}
