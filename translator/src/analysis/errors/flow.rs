//! Which assignment each read of a local sees, and whether it is known to be nil or not, true or false.
//!
//! In: the HIR of one function. Out: [`Flow`]: its definitions, and for each read the definitions that reach it with what
//! the conditions on the way say of the value.
//! Lattice: per local a set of definitions by inclusion and [`Truth`], joined where paths meet; a forward walk, loops
//! until nothing changes. Safe direction: more definitions, [`Truth::Unknown`]. A local that is shared (see
//! `analysis::sharing`) is not followed, and no function with a `goto` is.

use super::super::Input;
use super::super::sharing::Sharing;
use super::values::Knowledge;
use crate::hir::visit::{self, Visitor};
use crate::hir::{
    Block, Builtin, Callee, Comm, Expr, ExprId, ExprKind, Func, LabelId, LocalId, RangeVar, Stmt, StmtKind,
};
use crate::source::Span;
use crate::syntax::ast::BinaryOp;
use rustc_hash::{FxHashMap, FxHashSet};

/// What is known of an error or a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// Nil, or false.
    No,
    /// Not nil, or true.
    Yes,
    /// Either.
    Unknown,
}

impl Truth {
    fn join(self, other: Truth) -> Truth {
        if self == other { self } else { Truth::Unknown }
    }
}

/// What gives a local its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefKind {
    /// It is a parameter, or bound by something that is not a statement of a block.
    Bound,
    /// Declared without a value, or a result at the function's start.
    Zero,
    /// `x := e`, `x, y := f()`
    Let,
    /// `x = e`, `x, y = f()`
    Assign,
}

/// One place that gives a local its value.
#[derive(Debug, Clone, Copy)]
pub struct Def {
    /// Whose.
    pub local: LocalId,
    /// How.
    pub kind: DefKind,
    /// The statement.
    pub span: Span,
    /// The block it stands in.
    pub block: Span,
}

/// What a read of a local sees.
#[derive(Debug, Clone)]
pub struct Read {
    /// The local.
    pub local: LocalId,
    /// Into [`Flow::defs`], ascending.
    pub defs: Vec<u32>,
    /// What the conditions on the way say.
    pub truth: Truth,
    /// Where.
    pub span: Span,
}

/// All of one function.
#[derive(Debug, Default)]
pub struct Flow {
    /// Definitions.
    pub defs: Vec<Def>,
    /// By the expression; a literal that captures reads under its own id.
    pub reads: FxHashMap<(ExprId, LocalId), Read>,
    /// Nothing is known: there is a `goto`.
    pub opaque: bool,
}

impl Flow {
    /// The read at a local's expression.
    pub fn read(&self, e: &Expr) -> Option<&Read> {
        match e.kind {
            ExprKind::Local(l) => self.reads.get(&(e.id, l)),
            _ => None,
        }
    }

    /// The reads that a definition reaches.
    pub fn reads_of(&self, def: u32) -> impl Iterator<Item = &Read> {
        self.reads.values().filter(move |r| r.defs.contains(&def))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Var {
    defs: Vec<u32>,
    truth: Truth,
}

type State = FxHashMap<LocalId, Var>;
/// `None` is not reached.
type Path = Option<State>;

/// Follows the locals of a function.
pub(super) fn run(input: Input<'_>, sharing: &Sharing, knowledge: &Knowledge, func: &Func) -> Flow {
    let Some(body) = &func.body else { return Flow::default() };
    let mut walk = Walk {
        input,
        sharing,
        knowledge,
        func,
        flow: Flow::default(),
        ids: FxHashMap::default(),
        targets: FxHashMap::default(),
        block: body.span,
        opaque: false,
    };
    let mut state = State::default();
    for local in func.recv.iter().chain(&func.params) {
        walk.define(&mut state, *local, DefKind::Bound, func.name_span, Truth::Unknown);
    }
    for local in &func.results {
        walk.define(&mut state, *local, DefKind::Zero, func.name_span, Truth::No);
    }
    let mut path = Some(state);
    walk.block(body, &mut path);
    walk.flow.opaque = walk.opaque;
    walk.flow
}

struct Walk<'a, 'o> {
    input: Input<'a>,
    sharing: &'o Sharing,
    knowledge: &'o Knowledge,
    func: &'a Func,
    flow: Flow,
    ids: FxHashMap<(LocalId, Span, bool), u32>,
    /// What reaches the places where `break` and `continue` of a label lead.
    targets: FxHashMap<LabelId, (Path, Path)>,
    block: Span,
    opaque: bool,
}

fn join(into: &mut Path, other: Path) {
    let Some(other) = other else { return };
    let Some(state) = into else {
        *into = Some(other);
        return;
    };
    for (local, var) in other {
        match state.get_mut(&local) {
            None => {
                state.insert(local, var);
            }
            Some(mine) => {
                if mine.defs != var.defs {
                    mine.defs.extend(var.defs);
                    mine.defs.sort_unstable();
                    mine.defs.dedup();
                }
                mine.truth = mine.truth.join(var.truth);
            }
        }
    }
}

impl<'a> Walk<'a, '_> {
    fn follows(&self, local: LocalId) -> bool {
        self.input.hir.local(local).func == self.func.id && !self.sharing.is_shared(local)
    }

    fn define(&mut self, state: &mut State, local: LocalId, kind: DefKind, span: Span, truth: Truth) {
        if !self.follows(local) {
            return;
        }
        let next = self.flow.defs.len() as u32;
        let zero = kind == DefKind::Zero;
        let id = *self.ids.entry((local, span, zero)).or_insert(next);
        if id == next {
            let block = self.block;
            self.flow.defs.push(Def {
                local,
                kind,
                span,
                block,
            });
        }
        state.insert(local, Var { defs: vec![id], truth });
    }

    fn block(&mut self, block: &'a Block, path: &mut Path) {
        let saved = std::mem::replace(&mut self.block, block.span);
        for stmt in &block.stmts {
            self.stmt(stmt, path);
        }
        self.block = saved;
    }

    fn read(&mut self, local: LocalId, id: ExprId, span: Span, path: &Path) {
        let Some(var) = path.as_ref().and_then(|s| s.get(&local)) else {
            return;
        };
        match self.flow.reads.get_mut(&(id, local)) {
            None => {
                let read = Read {
                    local,
                    defs: var.defs.clone(),
                    truth: var.truth,
                    span,
                };
                self.flow.reads.insert((id, local), read);
            }
            Some(read) => {
                read.defs.extend(&var.defs);
                read.defs.sort_unstable();
                read.defs.dedup();
                read.truth = read.truth.join(var.truth);
            }
        }
    }

    fn expr(&mut self, e: &'a Expr, path: &mut Path) {
        match &e.kind {
            ExprKind::Local(l) => self.read(*l, e.id, e.span, path),
            ExprKind::FuncLit(lit) => {
                for local in self.sharing.captures_of(*lit) {
                    self.read(*local, e.id, e.span, path);
                }
            }
            ExprKind::Binary(BinaryOp::LAnd | BinaryOp::LOr, ..) | ExprKind::Unary(crate::hir::UnaryOp::Not, _) => {
                let (yes, no) = self.cond(e, path);
                *path = yes;
                join(path, no);
            }
            _ => {
                for operand in operands(e) {
                    self.expr(operand, path);
                }
            }
        }
    }

    /// The paths on which a condition holds and does not.
    fn cond(&mut self, e: &'a Expr, path: &Path) -> (Path, Path) {
        let mut path = path.clone();
        match &e.kind {
            ExprKind::Binary(BinaryOp::LAnd, x, y) => {
                let (yes, mut no) = self.cond(x, &path);
                let (both, other) = self.cond(y, &yes);
                join(&mut no, other);
                (both, no)
            }
            ExprKind::Binary(BinaryOp::LOr, x, y) => {
                let (mut yes, no) = self.cond(x, &path);
                let (other, neither) = self.cond(y, &no);
                join(&mut yes, other);
                (yes, neither)
            }
            ExprKind::Unary(crate::hir::UnaryOp::Not, x) => {
                let (yes, no) = self.cond(x, &path);
                (no, yes)
            }
            _ => {
                self.expr(e, &mut path);
                match test(e) {
                    None => (path.clone(), path),
                    Some((local, positive)) => {
                        let known = |t: Truth| {
                            let mut path = path.clone();
                            if let Some(var) = path.as_mut().and_then(|s| s.get_mut(&local)) {
                                var.truth = t;
                            }
                            path
                        };
                        let (yes, no) = (known(Truth::Yes), known(Truth::No));
                        if positive { (yes, no) } else { (no, yes) }
                    }
                }
            }
        }
    }

    fn values(&mut self, values: &'a crate::hir::Values, path: &mut Path) {
        for e in values.iter() {
            self.expr(e, path);
        }
    }

    /// What is known of the value given to the place of that index.
    fn truth(&self, values: &crate::hir::Values, i: usize) -> Truth {
        match (&values.tuple, values.items.get(i)) {
            (_, None) => Truth::No,
            (None, Some(e)) => self.knowledge.truth(self.input, &self.flow, e),
            (Some(_), Some(_)) => Truth::Unknown,
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt, path: &mut Path) {
        match &stmt.kind {
            StmtKind::Empty | StmtKind::Fallthrough | StmtKind::Const(_) | StmtKind::Type(_) => {}
            StmtKind::Goto(_) => self.opaque = true,
            StmtKind::Let { lhs, init } => {
                self.values(init, path);
                let kind = if init.items.is_empty() {
                    DefKind::Zero
                } else {
                    DefKind::Let
                };
                for (i, local) in lhs.iter().enumerate() {
                    let truth = self.truth(init, i);
                    if let (Some(local), Some(state)) = (local, path.as_mut()) {
                        self.define(state, *local, kind, stmt.span, truth);
                    }
                }
            }
            StmtKind::Assign { lhs, rhs, declares } => {
                for place in lhs.iter().flatten() {
                    if !matches!(place.kind, ExprKind::Local(_)) {
                        self.expr(place, path);
                    }
                }
                self.values(rhs, path);
                for (i, place) in lhs.iter().enumerate() {
                    let truth = self.truth(rhs, i);
                    let Some(Expr {
                        kind: ExprKind::Local(l),
                        ..
                    }) = place
                    else {
                        continue;
                    };
                    let same =
                        |p: &&Option<Expr>| matches!(p, Some(p) if matches!(p.kind, ExprKind::Local(m) if m == *l));
                    let kind = match lhs.iter().filter(same).count() {
                        1 if declares.contains(l) => DefKind::Let,
                        1 => DefKind::Assign,
                        // `x, x = f()`
                        _ => DefKind::Bound,
                    };
                    if let Some(state) = path.as_mut() {
                        self.define(state, *l, kind, stmt.span, truth);
                    }
                }
            }
            StmtKind::OpAssign { place, value, .. } => {
                self.expr(place, path);
                self.expr(value, path);
                if let (ExprKind::Local(l), Some(state)) = (&place.kind, path.as_mut()) {
                    self.define(state, *l, DefKind::Bound, stmt.span, Truth::Unknown);
                }
            }
            StmtKind::Expr(e) => {
                self.expr(e, path);
                if never_returns(self.input, e) {
                    *path = None;
                }
            }
            StmtKind::Go(e) | StmtKind::Defer(e) => self.expr(e, path),
            StmtKind::Send { channel, value } => {
                self.expr(channel, path);
                self.expr(value, path);
            }
            StmtKind::Return(values) => {
                self.values(values, path);
                if values.items.is_empty() {
                    // Reads of named results, under the results' own numbers.
                    for result in &self.func.results {
                        self.read(*result, bare_return(stmt.span), stmt.span, path);
                    }
                }
                *path = None;
            }
            StmtKind::If { cond, then, els } => {
                let (mut yes, mut no) = self.cond(cond, path);
                self.block(then, &mut yes);
                if let Some(els) = els {
                    self.stmt(els, &mut no);
                }
                *path = yes;
                join(path, no);
            }
            StmtKind::For(f) => {
                if let Some(init) = &f.init {
                    self.anchored(init, path);
                }
                let post = f.post.as_ref();
                self.looped(f.label, path, |w, head| {
                    let (mut body, exit) = match &f.cond {
                        Some(cond) => w.cond(cond, head),
                        None => (head.clone(), None),
                    };
                    w.block(&f.body, &mut body);
                    let continued = w.targets.get_mut(&f.label).and_then(|t| t.1.take());
                    join(&mut body, continued);
                    if let Some(post) = post {
                        w.anchored(post, &mut body);
                    }
                    (body, exit)
                });
            }
            StmtKind::Range(r) => {
                self.expr(&r.x, path);
                self.looped(r.label, path, |w, head| {
                    let mut body = head.clone();
                    for var in [&r.key, &r.value].into_iter().flatten() {
                        w.bound(var, r.x.span, &mut body);
                    }
                    w.block(&r.body, &mut body);
                    let continued = w.targets.get_mut(&r.label).and_then(|t| t.1.take());
                    join(&mut body, continued);
                    (body, head.clone())
                });
            }
            StmtKind::Switch(s) => {
                if let Some(tag) = &s.tag {
                    self.expr(tag, path);
                }
                self.targets.insert(s.label, (None, None));
                // Without a tag the cases are conditions.
                let mut entries = Vec::new();
                for clause in &s.clauses {
                    let mut entry: Path = None;
                    for value in &clause.values {
                        if s.tag.is_none() {
                            let (yes, no) = self.cond(value, path);
                            join(&mut entry, yes);
                            *path = no;
                        } else {
                            self.expr(value, path);
                            join(&mut entry, path.clone());
                        }
                    }
                    entries.push(entry);
                }
                let mut default = true;
                let mut through: Path = None;
                let mut out: Path = None;
                for (clause, mut entry) in s.clauses.iter().zip(entries) {
                    if clause.is_default {
                        default = false;
                        join(&mut entry, path.clone());
                    }
                    join(&mut entry, through.take());
                    self.block(&clause.body, &mut entry);
                    match clause.body.stmts.last().map(|s| &s.kind) {
                        Some(StmtKind::Fallthrough) => through = entry,
                        _ => join(&mut out, entry),
                    }
                }
                if default {
                    join(&mut out, path.take());
                }
                self.leave(s.label, out, path);
            }
            StmtKind::TypeSwitch(s) => {
                self.expr(&s.x, path);
                self.targets.insert(s.label, (None, None));
                let mut out: Path = None;
                for clause in &s.clauses {
                    let mut entry = path.clone();
                    if let (Some(local), Some(state)) = (clause.bind, entry.as_mut()) {
                        self.define(state, local, DefKind::Bound, clause.head, Truth::Unknown);
                    }
                    self.block(&clause.body, &mut entry);
                    join(&mut out, entry);
                }
                if !s.clauses.iter().any(|c| c.is_default) {
                    join(&mut out, path.take());
                }
                self.leave(s.label, out, path);
            }
            StmtKind::Select(s) => {
                for arm in &s.arms {
                    match &arm.comm {
                        Comm::Default => {}
                        Comm::Send { channel, value } => {
                            self.expr(channel, path);
                            self.expr(value, path);
                        }
                        Comm::Recv { channel, .. } => self.expr(channel, path),
                    }
                }
                self.targets.insert(s.label, (None, None));
                let mut out: Path = None;
                for arm in &s.arms {
                    let mut entry = path.clone();
                    if let Comm::Recv { value, ok, .. } = &arm.comm {
                        for var in [value, ok].into_iter().flatten() {
                            self.bound(var, arm.head, &mut entry);
                        }
                    }
                    self.block(&arm.body, &mut entry);
                    join(&mut out, entry);
                }
                self.leave(s.label, out, path);
            }
            StmtKind::Block(b) => self.block(b, path),
            StmtKind::Labeled(label, s) => {
                self.targets.insert(*label, (None, None));
                self.stmt(s, path);
                let out = path.take();
                self.leave(*label, out, path);
            }
            StmtKind::Break(label) => self.jump(*label, path, true),
            StmtKind::Continue(label) => self.jump(*label, path, false),
        }
    }

    /// The init or post statement of a loop: what it gives cannot be declared anew.
    fn anchored(&mut self, stmt: &'a Stmt, path: &mut Path) {
        let before = self.flow.defs.len();
        self.stmt(stmt, path);
        for def in &mut self.flow.defs[before..] {
            def.kind = DefKind::Bound;
        }
    }

    fn bound(&mut self, var: &'a RangeVar, span: Span, path: &mut Path) {
        match var {
            RangeVar::Define(local) => {
                if let Some(state) = path.as_mut() {
                    self.define(state, *local, DefKind::Bound, span, Truth::Unknown);
                }
            }
            RangeVar::Assign(place) => {
                if let (ExprKind::Local(l), Some(state)) = (&place.kind, path.as_mut()) {
                    self.define(state, *l, DefKind::Bound, place.span, Truth::Unknown);
                } else {
                    self.expr(place, path);
                }
            }
        }
    }

    fn jump(&mut self, label: LabelId, path: &mut Path, exit: bool) {
        if let Some(target) = self.targets.get_mut(&label) {
            join(if exit { &mut target.0 } else { &mut target.1 }, path.take());
        }
        *path = None;
    }

    fn leave(&mut self, label: LabelId, out: Path, path: &mut Path) {
        *path = out;
        let exits = self.targets.remove(&label).and_then(|t| t.0);
        join(path, exits);
    }

    /// Rounds until what reaches the head no longer grows.
    fn looped(&mut self, label: LabelId, path: &mut Path, mut round: impl FnMut(&mut Self, &Path) -> (Path, Path)) {
        self.targets.insert(label, (None, None));
        let mut head = path.clone();
        loop {
            let (back, exit) = round(self, &head);
            let mut next = head.clone();
            join(&mut next, back);
            if next == head {
                return self.leave(label, exit, path);
            }
            head = next;
        }
    }
}

/// The key under which a `return` without values reads the named results: no expression has it.
pub(super) fn bare_return(span: Span) -> ExprId {
    ExprId(u32::MAX - span.start)
}

/// `x != nil` and `b` give the local and `true`, `x == nil` the local and `false`.
pub fn test(e: &Expr) -> Option<(LocalId, bool)> {
    match &e.kind {
        ExprKind::Local(l) => Some((*l, true)),
        ExprKind::Unary(crate::hir::UnaryOp::Not, x) => test(x).map(|(l, positive)| (l, !positive)),
        ExprKind::Binary(op @ (BinaryOp::Eq | BinaryOp::Ne), x, y) => match (&x.kind, &y.kind) {
            (ExprKind::Local(l), ExprKind::Zero) => Some((*l, *op == BinaryOp::Ne)),
            _ => None,
        },
        _ => None,
    }
}

/// A call after which nothing of the function runs but what it deferred.
pub(super) fn never_returns(input: Input<'_>, e: &Expr) -> bool {
    let ExprKind::Call(call) = &e.kind else { return false };
    match &call.callee {
        Callee::Builtin(Builtin::Panic) => true,
        Callee::Lib { obj, .. } => matches!(
            &*super::super::coloring::library::qualified(input, *obj),
            "os.Exit"
                | "log.Fatal"
                | "log.Fatalf"
                | "log.Fatalln"
                | "log.Panic"
                | "log.Panicf"
                | "log.Panicln"
                | "runtime.Goexit"
        ),
        _ => false,
    }
}

/// The operands in evaluation order.
pub(super) fn operands(e: &Expr) -> Vec<&Expr> {
    struct Operands<'p>(Vec<&'p Expr>);
    impl<'p> Visitor<'p> for Operands<'p> {
        fn expr(&mut self, e: &'p Expr) {
            self.0.push(e);
        }
    }
    let mut out = Operands(Vec::new());
    visit::walk_expr(&mut out, e);
    out.0
}

/// Locals that more than one definition reaches somewhere, or that are bound other than by statements.
pub fn entangled(flow: &Flow) -> FxHashSet<LocalId> {
    let mut out: FxHashSet<LocalId> = FxHashSet::default();
    for read in flow.reads.values() {
        let covered = match read.defs[..] {
            [def] => {
                let def = &flow.defs[def as usize];
                let within = def.block.start <= read.span.start && read.span.end <= def.block.end;
                within && def.span.file == read.span.file && def.span.end <= read.span.start
            }
            _ => false,
        };
        if !covered {
            out.insert(read.local);
        }
    }
    for def in &flow.defs {
        if def.kind == DefKind::Bound {
            out.insert(def.local);
        }
    }
    out
}
