//! How what may fail is used: a statement that takes the values and the error (or the flag), and the test behind it.
//!
//! In: a function and its flow. Out: [`Use`]s. A use is one only where, by the flow, the error is looked at in the test
//! and where it failed, and the values only where it did not: then `Result` and `Option` say the same.
//! Safe direction: no use.

use super::super::Input;
use super::super::sharing::Sharing;
use super::flow::{self, Flow};
use super::returns::called;
use crate::hir::visit::{self, Visitor};
use crate::hir::{Block, Expr, ExprId, ExprKind, Func, FuncId, LocalId, LocalKind, Stmt, StmtKind, Values};
use crate::source::Span;
use crate::syntax::ast::BinaryOp;
use crate::types::{Type, TypeId};

/// How control leaves a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// The function ends.
    Function,
    /// Perhaps to somewhere else in the function.
    Jump,
}

/// The `if` behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// The statement.
    pub span: Span,
    /// The condition holds where it did not fail.
    pub success_first: bool,
    /// `&& …` follows the test.
    pub chained: bool,
    /// How the first branch ends, if it does not end where the statement does.
    pub leaves: Option<Leave>,
    /// The values are used behind the statement.
    pub values_behind: bool,
    /// The error is looked at other than by the test.
    pub reads_error: bool,
}

/// A statement that takes what may fail, with the test behind it.
#[derive(Debug, Clone)]
pub struct Use {
    /// The function (or literal) it stands in.
    pub func: FuncId,
    /// The statement that takes the values.
    pub head: Span,
    /// What gives them.
    pub source: ExprId,
    /// The function of the user's that does.
    pub callee: Option<FuncId>,
    /// It is `(T, bool)`.
    pub flag: bool,
    /// The locals that take the values; `None` is blank.
    pub values: Vec<Option<LocalId>>,
    /// Among them are variables that were there before.
    pub older: bool,
    /// The local that takes the error or the flag.
    pub error: LocalId,
    /// That local is declared here.
    pub declares: bool,
    /// The test.
    pub check: Check,
}

/// What the walk over one function finds.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) uses: Vec<Use>,
    /// Calls whose values are not looked at where they failed.
    pub(super) ignoring: Vec<ExprId>,
}

/// All uses in a function.
pub(super) fn uses(input: Input<'_>, sharing: &Sharing, func: &Func, flow: &Flow) -> Found {
    let mut walk = Walk {
        input,
        sharing,
        func,
        flow,
        found: Found::default(),
    };
    if let Some(body) = &func.body {
        walk.block(body);
    }
    walk.found
}

struct Walk<'a, 'o> {
    input: Input<'a>,
    sharing: &'o Sharing,
    func: &'a Func,
    flow: &'o Flow,
    found: Found,
}

/// What a statement takes from where.
struct Head<'a> {
    source: &'a Expr,
    flag: bool,
    values: Vec<Target>,
    error: Target,
}

#[derive(Clone, Copy, PartialEq)]
enum Target {
    Blank,
    Fresh(LocalId),
    Older(LocalId),
    /// Something else than a local.
    Place,
}

impl<'a> Visitor<'a> for Walk<'a, '_> {
    fn block(&mut self, block: &'a Block) {
        for (i, stmt) in block.stmts.iter().enumerate() {
            let Some(head) = self.head(stmt) else { continue };
            if head.values.iter().all(|t| *t == Target::Blank) {
                self.found.ignoring.push(head.source.id);
            }
            let Some(next) = block.stmts.get(i + 1) else { continue };
            if let Some(found) = self.checked(stmt, &head, next) {
                self.found.ignoring.push(found.source);
                self.found.uses.push(found);
            }
        }
        visit::walk_block(self, block);
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        if let StmtKind::Expr(e) | StmtKind::Go(e) | StmtKind::Defer(e) = &stmt.kind {
            self.found.ignoring.push(e.id);
        }
        visit::walk_stmt(self, stmt);
    }

    fn expr(&mut self, _: &'a Expr) {}
}

impl<'a> Walk<'a, '_> {
    fn head(&self, stmt: &'a Stmt) -> Option<Head<'a>> {
        let (targets, values): (Vec<Target>, &Values) = match &stmt.kind {
            StmtKind::Let { lhs, init } => (
                lhs.iter().map(|l| l.map_or(Target::Blank, Target::Fresh)).collect(),
                init,
            ),
            StmtKind::Assign { lhs, rhs, declares } => {
                let target = |place: &Option<Expr>| match place {
                    None => Target::Blank,
                    Some(Expr {
                        kind: ExprKind::Local(l),
                        ..
                    }) if declares.contains(l) => Target::Fresh(*l),
                    Some(Expr {
                        kind: ExprKind::Local(l),
                        ..
                    }) => Target::Older(*l),
                    Some(_) => Target::Place,
                };
                (lhs.iter().map(target).collect(), rhs)
            }
            _ => return None,
        };
        let (error, others) = targets.split_last()?;
        match (&values.tuple, &values.items[..]) {
            (Some(source), _) if values.is_plain_tuple() => {
                let Type::Tuple(types) = self.input.store().get(source.ty) else {
                    return None;
                };
                let flag = match types.last() {
                    Some(t) if *t == TypeId::ERROR => false,
                    Some(t) if types.len() == 2 && (*t == TypeId::BOOL || *t == TypeId::UNTYPED_BOOL) => true,
                    _ => return None,
                };
                Some(Head {
                    source,
                    flag,
                    values: others.to_vec(),
                    error: *error,
                })
            }
            (None, [source]) if source.ty == TypeId::ERROR && matches!(source.kind, ExprKind::Call(_)) => Some(Head {
                source,
                flag: false,
                values: Vec::new(),
                error: *error,
            }),
            _ => None,
        }
    }

    fn def(&self, local: LocalId, stmt: &Stmt) -> Option<u32> {
        let found = self
            .flow
            .defs
            .iter()
            .position(|d| d.local == local && d.span == stmt.span);
        found.map(|d| d as u32)
    }

    /// The head with the test behind it, where the flow allows it.
    fn checked(&self, stmt: &'a Stmt, head: &Head<'a>, next: &'a Stmt) -> Option<Use> {
        if self.flow.opaque {
            return None;
        }
        let StmtKind::If { cond, then, els } = &next.kind else {
            return None;
        };
        let (error, declares) = match head.error {
            Target::Fresh(l) => (l, true),
            Target::Older(l) => (l, false),
            _ => return None,
        };
        let mut first = cond;
        let mut rest: Vec<&Expr> = Vec::new();
        while let ExprKind::Binary(BinaryOp::LAnd, x, y) = &first.kind {
            first = x;
            rest.push(y);
        }
        let (tested, positive) = flow::test(first)?;
        if tested != error || self.input.hir.local(error).kind != LocalKind::Variable {
            return None;
        }
        let success_first = positive == head.flag;
        let chained = !rest.is_empty();
        let leaves = block_leaves(self.input, then);
        let in_rest = |at: Span| rest.iter().any(|e| inside(at, e.span));
        let in_then = |at: Span| inside(at, then.span);
        let in_else = |at: Span| els.as_ref().is_some_and(|e| inside(at, e.span));
        // Where it certainly failed, and where it certainly did not.
        let failed = |at: Span| match success_first {
            false => in_then(at) || in_rest(at),
            true => !chained && in_else(at),
        };
        let succeeded = |at: Span| match success_first {
            true => in_then(at) || in_rest(at),
            false => !chained && in_else(at),
        };
        let def = self.def(error, stmt)?;
        let mut reads_error = false;
        for read in self.flow.reads_of(def) {
            if read.defs[..] != [def] {
                return None;
            }
            if inside(read.span, first.span) {
                continue;
            }
            reads_error = true;
            // A flag is known where it is tested: nobody needs to read it again.
            if head.flag || !failed(read.span) {
                return None;
            }
        }
        let mut values = Vec::new();
        let (mut behind, mut older) = (false, false);
        let leaving = !success_first && !chained && els.is_none();
        for target in &head.values {
            let local = match *target {
                Target::Blank => {
                    values.push(None);
                    continue;
                }
                Target::Place => return None,
                Target::Fresh(l) => l,
                Target::Older(l) => {
                    let kept = leaving && leaves == Some(Leave::Function) && !jumps(then);
                    if !kept || self.input.hir.local(l).kind == LocalKind::Result {
                        return None;
                    }
                    older = true;
                    l
                }
            };
            values.push(Some(local));
            // What literals share is not followed.
            let Some(def) = self.def(local, stmt) else {
                if !leaving || leaves.is_none() || self.mentions(then, local) || older {
                    return None;
                }
                behind = true;
                continue;
            };
            for read in self.flow.reads.values().filter(|r| r.local == local) {
                if succeeded(read.span) {
                    continue;
                }
                if !leaving || leaves.is_none() || in_then(read.span) && read.defs.contains(&def) {
                    return None;
                }
                behind = true;
            }
            let elsewhere = |d: &flow::Def| d.local == local && d.span != stmt.span && !succeeded(d.span);
            behind |= self.flow.defs.iter().any(elsewhere);
            // What is written to a part of it is looked at too.
            let written = |s: &Span| !succeeded(*s) && s.start >= next.span.start;
            behind |= self.sharing.local(local).mutated.iter().any(written);
        }
        if behind && !(leaving && leaves.is_some()) || older && !(leaving && leaves == Some(Leave::Function)) {
            return None;
        }
        Some(Use {
            func: self.func.id,
            head: stmt.span,
            source: head.source.id,
            callee: called(head.source),
            flag: head.flag,
            values,
            older,
            error,
            declares,
            check: Check {
                span: next.span,
                success_first,
                chained,
                leaves,
                values_behind: behind || older,
                reads_error,
            },
        })
    }

    /// The local is used in the block, by a literal's capture too.
    fn mentions(&self, block: &Block, local: LocalId) -> bool {
        struct Find<'o>(LocalId, bool, &'o Sharing);
        impl<'p> Visitor<'p> for Find<'_> {
            fn expr(&mut self, e: &'p Expr) {
                match e.kind {
                    ExprKind::Local(l) => self.1 |= l == self.0,
                    ExprKind::FuncLit(lit) => self.1 |= self.2.captures_of(lit).contains(&self.0),
                    _ => {}
                }
                visit::walk_expr(self, e);
            }
        }
        let mut find = Find(local, false, self.sharing);
        find.block(block);
        find.1
    }
}

/// A jump is somewhere in the block.
fn jumps(block: &Block) -> bool {
    struct Find(bool);
    impl<'p> Visitor<'p> for Find {
        fn stmt(&mut self, s: &'p Stmt) {
            self.0 |= matches!(s.kind, StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Goto(_));
            visit::walk_stmt(self, s);
        }
    }
    let mut find = Find(false);
    find.block(block);
    find.0
}

fn inside(at: Span, outer: Span) -> bool {
    at.file == outer.file && outer.start <= at.start && at.end <= outer.end
}

/// How control leaves a block at its end.
pub fn block_leaves(input: Input<'_>, block: &Block) -> Option<Leave> {
    block.stmts.last().and_then(|s| stmt_leaves(input, s))
}

fn stmt_leaves(input: Input<'_>, stmt: &Stmt) -> Option<Leave> {
    match &stmt.kind {
        StmtKind::Return(_) => Some(Leave::Function),
        StmtKind::Expr(e) if flow::never_returns(input, e) => Some(Leave::Function),
        StmtKind::Break(_) | StmtKind::Continue(_) => Some(Leave::Jump),
        StmtKind::Block(b) => block_leaves(input, b),
        StmtKind::If {
            then, els: Some(els), ..
        } => match (block_leaves(input, then)?, stmt_leaves(input, els)?) {
            (Leave::Function, Leave::Function) => Some(Leave::Function),
            _ => Some(Leave::Jump),
        },
        _ => None,
    }
}
