//! How what may fail is answered and taken: signatures, returns, and the statements that test.
//!
//! In: what `analysis::errors` and `analysis::coloring` concluded. Out: [`Results`], keyed by spans and expressions.
//! Invariants: whatever is not decided here goes through the runtime's border back to Go's tuple, which is always right;
//! a statement that vanishes into another holds no comment.

use super::Storage;
use crate::analysis::errors::flow::{self, DefKind};
use crate::analysis::errors::returns::{Kind, called};
use crate::analysis::errors::uses::{Leave, Use};
use crate::analysis::errors::{ResultForm, uses};
use crate::analysis::{Facts, Input};
use crate::hir::visit::{self, Visitor};
use crate::hir::{
    Block, Callee, Comm, Expr, ExprId, ExprKind, FuncId, LocalId, LocalKind, Method, RangeVar, SelectArm, Stmt,
    StmtKind,
};
use crate::source::Span;
use crate::syntax::ast::BinaryOp;
use crate::types::{Type, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

/// What a source gives in Rust before it is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A call of a function that answers with a `Result` or an `Option`.
    Native,
    /// A form of which Go's pair is made from an `Option`.
    CommaOk,
    /// Go's tuple.
    Tuple,
}

/// How the test behind is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `?`
    Try,
    /// `.map_err(|err| …)?` or `.ok_or_else(|| …)?`: the statement that returns says what.
    TryWith,
    /// `.ok()?`
    TryOk,
    /// `let x = match … { … }` or `let … else { … }`
    Bind,
    /// `if let` or `match`
    Branch,
}

/// A statement that is written with the test behind it.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The two statements.
    pub site: Use,
    /// How.
    pub shape: Shape,
    /// Of what.
    pub source: Source,
    /// Some value is looked at.
    pub any_value: bool,
}

/// All decisions.
#[derive(Debug, Default)]
pub struct Results {
    /// By `FuncId`.
    pub forms: Vec<ResultForm>,
    /// By the span of the statement that takes the values.
    pub taken: FxHashMap<Span, Taken>,
    /// Calls that are left as they answer.
    pub native: FxHashSet<ExprId>,
    /// Calls for their effect whose answer nobody takes, though Rust expects that somebody does: what the library formats is
    /// such an answer too.
    pub ignored: FxHashSet<ExprId>,
    /// Comparisons of a call's error with nil: whether they ask for a failure.
    pub tests: FxHashMap<ExprId, bool>,
    /// Variables of which each assignment makes a new one.
    pub split: FxHashSet<LocalId>,
    /// Assignments that declare such variables.
    pub declares: FxHashMap<Span, Vec<LocalId>>,
    /// Statements of which the next one returns all that they take: how that is written.
    pub passed: FxHashMap<Span, Source>,
    /// Statements that take an option as it is.
    pub whole: FxHashMap<Span, Source>,
    /// Flags of such options, and the variable that is the option.
    pub flags: FxHashMap<LocalId, LocalId>,
    /// `return`s that give such an option.
    pub whole_returns: FxHashMap<Span, LocalId>,
    /// Arms of `select`, by their heads, whose first statement leaves when the channel is closed.
    pub arms: FxHashSet<Span>,
    /// What each `return` of a function that is not a tuple says.
    pub returns: FxHashMap<Span, Kind>,
}

impl Results {
    /// How the function answers.
    pub fn form(&self, func: FuncId) -> ResultForm {
        self.forms[func.index()]
    }
}

/// Decides all of it; `silent` gets the statements that leave nothing.
pub fn results(input: Input<'_>, facts: &Facts, storage: &[Storage], silent: &mut FxHashSet<Span>) -> Results {
    let errors = &facts.errors;
    let mut out = Results {
        forms: errors.facts.iter().map(|f| f.form).collect(),
        returns: errors.returns.iter().map(|(span, r)| (*span, r.kind)).collect(),
        ..Results::default()
    };
    for func in &input.hir.funcs {
        split(input, facts, storage, func.id, &mut out, silent);
    }
    let mut sites: FxHashMap<Span, &Use> = FxHashMap::default();
    for site in &errors.uses {
        sites.insert(site.head, site);
    }
    for func in &input.hir.funcs {
        let mut walk = Walk {
            input,
            facts,
            storage,
            sites: &sites,
            func: func.id,
            out: &mut out,
        };
        if let Some(body) = &func.body {
            walk.block(body);
        }
    }
    out
}

/// Error and flag variables that each assignment may make anew.
fn split(
    input: Input<'_>,
    facts: &Facts,
    storage: &[Storage],
    func: FuncId,
    out: &mut Results,
    silent: &mut FxHashSet<Span>,
) {
    let flow = &facts.errors.flows[func.index()];
    if flow.opaque {
        return;
    }
    let entangled = flow::entangled(flow);
    let mut wanted: FxHashSet<LocalId> = FxHashSet::default();
    for def in &flow.defs {
        let local = input.hir.local(def.local);
        let sharing = facts.sharing.local(def.local);
        let plain = storage[def.local.index()] == Storage::Plain && local.kind == LocalKind::Variable;
        let kind = local.ty == TypeId::ERROR || local.ty == TypeId::BOOL;
        if plain && kind && sharing.mutated.len() == sharing.assigned.len() && !entangled.contains(&def.local) {
            wanted.insert(def.local);
        }
    }
    let several = |l: &LocalId| flow.defs.iter().filter(|d| d.local == *l).count() > 1;
    for local in wanted.into_iter().filter(several) {
        out.split.insert(local);
        for (i, def) in flow.defs.iter().enumerate().filter(|(_, d)| d.local == local) {
            match def.kind {
                DefKind::Assign => out.declares.entry(def.span).or_default().push(local),
                DefKind::Zero if flow.reads_of(i as u32).next().is_none() => {
                    let alone = flow.defs.iter().filter(|d| d.span == def.span).count() == 1;
                    if alone {
                        silent.insert(def.span);
                    }
                }
                _ => {}
            }
        }
    }
}

struct Walk<'a, 'o> {
    input: Input<'a>,
    facts: &'o Facts,
    storage: &'o [Storage],
    sites: &'o FxHashMap<Span, &'o Use>,
    func: FuncId,
    out: &'o mut Results,
}

impl<'a> Visitor<'a> for Walk<'a, '_> {
    fn block(&mut self, block: &'a Block) {
        for pair in block.stmts.windows(2) {
            if let [head, next] = pair
                && let Some(site) = self.sites.get(&head.span).copied()
                && site.check.span == next.span
                && let Some(taken) = self.taken(site, head, next)
            {
                if taken.source == Source::Native {
                    self.out.native.insert(site.source);
                }
                self.out.taken.insert(head.span, taken);
            }
            if let [head, next] = pair
                && let Some(source) = self.passed(head, next)
            {
                self.out.passed.insert(head.span, source);
            }
        }
        for head in &block.stmts {
            self.whole(head);
        }
        visit::walk_block(self, block);
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            // Nobody takes what it answers.
            StmtKind::Expr(e) | StmtKind::Go(e) | StmtKind::Defer(e) => {
                self.out.native.insert(e.id);
                if self.expects_a_taker(e) {
                    self.out.ignored.insert(e.id);
                }
            }
            StmtKind::Select(s) => {
                for arm in &s.arms {
                    if self.leaves_when_closed(arm) {
                        self.out.arms.insert(arm.head);
                    }
                }
            }
            StmtKind::Let { lhs, init } if lhs.iter().all(Option::is_none) => {
                self.out.native.extend(init.iter().map(|e| e.id));
            }
            StmtKind::Assign { lhs, rhs, .. } if lhs.iter().all(Option::is_none) => {
                self.out.native.extend(rhs.iter().map(|e| e.id));
            }
            StmtKind::Return(values) => {
                if let Some(Kind::Tail(callee)) = self.out.returns.get(&stmt.span)
                    && self.out.form(*callee) == self.out.form(self.func)
                    && let Some(e) = values.tuple.as_ref().or(values.items.first())
                {
                    self.out.native.insert(e.id);
                }
            }
            _ => {}
        }
        visit::walk_stmt(self, stmt);
    }

    fn expr(&mut self, e: &'a Expr) {
        if let ExprKind::Binary(op @ (BinaryOp::Eq | BinaryOp::Ne), x, y) = &e.kind
            && matches!(y.kind, ExprKind::Zero)
            && x.ty == TypeId::ERROR
            && called(x).is_some_and(|f| self.out.form(f) == ResultForm::Result)
        {
            self.out.tests.insert(e.id, *op == BinaryOp::Ne);
            self.out.native.insert(x.id);
        }
        visit::walk_expr(self, e);
    }
}

impl<'a> Walk<'a, '_> {
    /// What the expression gives, where the function around it answers in the same way; marks a call as native.
    fn source(&mut self, e: &'a Expr) -> Option<Source> {
        let form = self.out.form(self.func);
        match called(e) {
            Some(f) if self.out.form(f) == form => {
                self.out.native.insert(e.id);
                Some(Source::Native)
            }
            Some(f) if self.out.form(f) != ResultForm::Tuple => None,
            _ if is_comma_ok(e) => Some(Source::CommaOk),
            _ => Some(Source::Tuple),
        }
    }

    /// `case v, ok := <-ch:` with `if !ok { … }` first, which ends elsewhere; nobody else asks for `ok`.
    fn leaves_when_closed(&self, arm: &'a SelectArm) -> bool {
        let Comm::Recv {
            value,
            ok: Some(RangeVar::Define(flag)),
            ..
        } = &arm.comm
        else {
            return false;
        };
        let Some(StmtKind::If { cond, then, els: None }) = arm.body.stmts.first().map(|s| &s.kind) else {
            return false;
        };
        let value = match value {
            Some(RangeVar::Define(v)) => Some(*v),
            Some(RangeVar::Assign(_)) => return false,
            None => None,
        };
        let counted = |block: &'a Block, local: LocalId| {
            let mut count = Count(local, 0);
            count.block(block);
            count.1
        };
        let shared = [Some(*flag), value].into_iter().flatten().any(|l| {
            let facts = self.facts.sharing.local(l);
            facts.captured.is_some() && (l == *flag || !facts.mutated.is_empty())
        });
        flow::test(cond) == Some((*flag, false))
            && leaves(self.input, then).is_some()
            && !shared
            && counted(&arm.body, *flag) == 1
            && value.is_none_or(|v| {
                self.storage[v.index()] == Storage::Plain
                    && counted(then, v) == 0
                    && self
                        .facts
                        .sharing
                        .local(v)
                        .captured
                        .is_none_or(|at| at.start < then.span.start || at.end > then.span.end)
            })
    }

    /// `x, err := f()` with `return x, err` behind.
    fn passed(&mut self, head: &'a Stmt, next: &'a Stmt) -> Option<Source> {
        let (StmtKind::Let { init: values, .. } | StmtKind::Assign { rhs: values, .. }, StmtKind::Return(returned)) =
            (&head.kind, &next.kind)
        else {
            return None;
        };
        let between = Span::new(head.span.file, head.span.start, next.span.end);
        let text = self.input.types.sources.text(between);
        if self.out.form(self.func) == ResultForm::Tuple
            || self.out.taken.contains_key(&head.span)
            || text.contains("//")
            || text.contains("/*")
            || returned.tuple.is_some()
        {
            return None;
        }
        let targets: Vec<Option<LocalId>> = match &head.kind {
            StmtKind::Let { lhs, .. } => lhs.clone(),
            StmtKind::Assign { lhs, .. } => lhs.iter().map(|p| p.as_ref().and_then(local_of)).collect(),
            _ => return None,
        };
        let same = targets.len() == returned.items.len()
            && targets.iter().zip(&returned.items).all(|(t, e)| {
                let plain = |l: &LocalId| {
                    self.storage[l.index()] == Storage::Plain
                        && self.input.hir.local(*l).kind == LocalKind::Variable
                        && self.input.hir.local(*l).func == self.func
                };
                t.is_some() && *t == local_of(e) && t.as_ref().is_some_and(plain)
            });
        if !same {
            return None;
        }
        match (&values.tuple, &values.items[..]) {
            (Some(tuple), _) if values.is_plain_tuple() => self.source(tuple),
            (None, [one]) if one.ty == TypeId::ERROR && matches!(one.kind, ExprKind::Call(_)) => self.source(one),
            _ => None,
        }
    }

    /// A call whose answer is a `Result`, an `Option`, or a text that is formatted for it.
    fn expects_a_taker(&self, e: &Expr) -> bool {
        let store = self.input.store();
        let is_text = matches!(store.under(e.ty), Type::Basic(k) if k.is_string()) && !store.is_type_param(e.ty);
        let of_library = matches!(&e.kind, ExprKind::Call(call) if matches!(call.callee, Callee::Lib { .. }));
        of_library && is_text || called(e).is_some_and(|f| self.out.form(f) != ResultForm::Tuple)
    }

    /// `v, ok := m[k]` where `ok` is only tested, and both are only returned together.
    fn whole(&mut self, head: &'a Stmt) -> Option<()> {
        let StmtKind::Let { lhs, init } = &head.kind else {
            return None;
        };
        let (tuple, [Some(value), Some(flag)]) = (init.tuple.as_ref()?, &lhs[..]) else {
            return None;
        };
        let other = self.out.passed.contains_key(&head.span) || self.out.taken.contains_key(&head.span);
        if self.out.form(self.func) != ResultForm::Option || !init.is_plain_tuple() || other {
            return None;
        }
        let flow = &self.facts.errors.flows[self.func.index()];
        let once = |l: &LocalId| {
            let facts = self.facts.sharing.local(*l);
            self.storage[l.index()] == Storage::Plain && facts.mutated.is_empty() && facts.captured.is_none()
        };
        if flow.opaque || !once(value) || !once(flag) {
            return None;
        }
        let mut mentions = Mentions {
            value: *value,
            flag: *flag,
            returns: Vec::new(),
            tests: 0,
            others: 0,
        };
        mentions.block(self.input.hir.func(self.func).body.as_ref()?);
        if mentions.others > 0 || mentions.tests == 0 || mentions.returns.is_empty() {
            return None;
        }
        let source = self.source(tuple)?;
        for span in mentions.returns {
            self.out.whole_returns.insert(span, *value);
        }
        self.out.whole.insert(head.span, source);
        self.out.flags.insert(*flag, *value);
        Some(())
    }

    fn taken(&self, site: &Use, head: &'a Stmt, next: &'a Stmt) -> Option<Taken> {
        let StmtKind::If { then, els, .. } = &next.kind else {
            return None;
        };
        let plain = |l: &LocalId| matches!(self.storage[l.index()], Storage::Plain);
        let assigned_elsewhere = site.declares && !self.facts.sharing.local(site.error).assigned.is_empty();
        if assigned_elsewhere && !self.out.split.contains(&site.error) || !plain(&site.error) {
            return None;
        }
        if site.older && !site.values.iter().flatten().all(plain) {
            return None;
        }
        let source = match (&head.kind, site.callee) {
            (_, Some(f)) if self.out.form(f) != ResultForm::Tuple => Source::Native,
            (StmtKind::Let { init: v, .. } | StmtKind::Assign { rhs: v, .. }, _)
                if site.flag && v.tuple.as_ref().is_some_and(is_comma_ok) =>
            {
                Source::CommaOk
            }
            _ => Source::Tuple,
        };
        let any_value = site.values.iter().flatten().any(|l| {
            let facts = self.facts.sharing.local(*l);
            facts.used || !facts.mutated.is_empty()
        });
        let leaving = !site.check.success_first && !site.check.chained && els.is_none() && site.check.leaves.is_some();
        let shape = match self.tried(site, then, next.span).filter(|_| leaving) {
            Some(shape) => shape,
            None if site.check.values_behind => Shape::Bind,
            None => Shape::Branch,
        };
        Some(Taken {
            site: site.clone(),
            shape,
            source,
            any_value,
        })
    }

    /// The branch only returns the failure: `?` does.
    fn tried(&self, site: &Use, then: &'a Block, span: Span) -> Option<Shape> {
        let form = self.out.form(self.func);
        let text = self.input.types.sources.text(span);
        if form == ResultForm::Tuple
            || site.check.leaves != Some(Leave::Function)
            || text.contains("//")
            || text.contains("/*")
        {
            return None;
        }
        let [stmt] = &then.stmts[..] else { return None };
        let StmtKind::Return(values) = &stmt.kind else {
            return None;
        };
        if self.out.returns.get(&stmt.span) != Some(&Kind::Failure) || values.tuple.is_some() {
            return None;
        }
        let (last, others) = values.items.split_last()?;
        if !others.iter().all(is_plain) {
            return None;
        }
        match (site.flag, form) {
            (false, ResultForm::Result) if matches!(last.kind, ExprKind::Local(l) if l == site.error) => {
                Some(Shape::Try)
            }
            (_, ResultForm::Result) if self.fits_closure(last) => Some(Shape::TryWith),
            (true, ResultForm::Option) => Some(Shape::Try),
            (false, ResultForm::Option) => Some(Shape::TryOk),
            _ => None,
        }
    }

    /// Nothing in it suspends, and no function literal is in it.
    fn fits_closure(&self, e: &'a Expr) -> bool {
        struct Fits<'a, 'o> {
            input: Input<'a>,
            facts: &'o Facts,
            fits: bool,
        }
        impl<'a> Visitor<'a> for Fits<'a, '_> {
            fn expr(&mut self, e: &'a Expr) {
                let coloring = &self.facts.coloring;
                self.fits &= match &e.kind {
                    ExprKind::FuncLit(_) | ExprKind::Recv { .. } | ExprKind::Unsupported(_) => false,
                    ExprKind::Call(call) => match &call.callee {
                        Callee::Func { func, .. }
                        | Callee::Method {
                            method: Method::User(func),
                            ..
                        } => !coloring.is_async(*func),
                        Callee::Method {
                            method: Method::Interface { obj, .. },
                            ..
                        } => !coloring.is_async_method(self.input.origin(*obj)),
                        Callee::Value(f) => !coloring.is_async_type(f.ty),
                        Callee::Lib { obj, .. }
                        | Callee::Method {
                            method: Method::Lib(obj),
                            ..
                        } => {
                            use crate::analysis::coloring::library::{Behaviour, behaviour, qualified};
                            behaviour(&qualified(self.input, *obj)) == Behaviour::Plain
                        }
                        Callee::Builtin(_) => true,
                    },
                    _ => true,
                };
                visit::walk_expr(self, e);
            }
        }
        let mut fits = Fits {
            input: self.input,
            facts: self.facts,
            fits: true,
        };
        fits.expr(e);
        fits.fits
    }
}

fn local_of(e: &Expr) -> Option<LocalId> {
    match e.kind {
        ExprKind::Local(l) => Some(l),
        _ => None,
    }
}

/// How often a local is mentioned.
struct Count(LocalId, usize);

impl<'p> Visitor<'p> for Count {
    fn expr(&mut self, e: &'p Expr) {
        self.1 += usize::from(local_of(e) == Some(self.0));
        visit::walk_expr(self, e);
    }
}

/// How an option's value and flag are mentioned.
struct Mentions {
    value: LocalId,
    flag: LocalId,
    /// `return value, flag`
    returns: Vec<Span>,
    /// `if flag`, `if !flag`
    tests: usize,
    others: usize,
}

impl<'p> Visitor<'p> for Mentions {
    fn stmt(&mut self, stmt: &'p Stmt) {
        match &stmt.kind {
            StmtKind::Return(values) if values.items.len() == 2 => {
                let locals: Vec<_> = values.items.iter().map(local_of).collect();
                if locals == [Some(self.value), Some(self.flag)] {
                    self.returns.push(stmt.span);
                    return;
                }
            }
            StmtKind::If { cond, then, els } if flow::test(cond).is_some_and(|(l, _)| l == self.flag) => {
                self.tests += 1;
                self.block(then);
                if let Some(els) = els {
                    self.stmt(els);
                }
                return;
            }
            _ => {}
        }
        visit::walk_stmt(self, stmt);
    }

    fn expr(&mut self, e: &'p Expr) {
        self.others += usize::from(local_of(e).is_some_and(|l| l == self.value || l == self.flag));
        visit::walk_expr(self, e);
    }
}

/// It may be left out: neither calls nor panics.
pub fn is_plain(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Zero | ExprKind::Const { .. } | ExprKind::Local(_) | ExprKind::Global(_) => true,
        ExprKind::Convert(_, x) | ExprKind::New(x) => is_plain(x),
        ExprKind::StructLit(fields) => fields.iter().all(|(_, e)| is_plain(e)),
        ExprKind::ArrayLit { elems, .. } => elems.iter().all(|(_, e)| is_plain(e)),
        _ => false,
    }
}

fn is_comma_ok(e: &Expr) -> bool {
    matches!(
        e.kind,
        ExprKind::MapIndexOk { .. }
            | ExprKind::TypeAssert { comma_ok: true, .. }
            | ExprKind::Recv { comma_ok: true, .. }
    )
}

/// A block of just the two statements, of which nothing outlives them: it needs no braces.
pub fn is_flat(results: &Results, block: &Block) -> bool {
    match &block.stmts[..] {
        [head, _] => results
            .taken
            .get(&head.span)
            .is_some_and(|t| t.shape == Shape::Branch || !t.any_value && t.shape != Shape::Bind && !t.site.older),
        _ => false,
    }
}

/// How control leaves a block.
pub fn leaves(input: Input<'_>, block: &Block) -> Option<Leave> {
    uses::block_leaves(input, block)
}
