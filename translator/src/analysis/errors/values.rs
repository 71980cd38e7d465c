//! What is known of single values: errors that are never nil, and zero values.
//!
//! In: the HIR. Out: [`Knowledge`]: functions that make errors, package variables that hold one for good.
//! Lattice: the set of such functions and variables by inclusion, growing from the library's constructors.
//! Safe direction: not a member.

use super::super::Input;
use super::super::coloring::library;
use super::flow::{DefKind, Flow, Truth};
use crate::hir::visit::{self, Visitor};
use crate::hir::{Callee, Conversion, Expr, ExprKind, FuncId, GlobalId, Method, Stmt, StmtKind};
use crate::types::{ConstValue, Type, TypeId};
use num_traits::Zero;
use rustc_hash::FxHashSet;

/// What never is nil.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// Functions whose only result is an error that is never nil: they make errors, they do not fail.
    pub makers: FxHashSet<FuncId>,
    /// Package variables that are initialised with an error and never assigned.
    pub sentinels: FxHashSet<GlobalId>,
}

impl Knowledge {
    /// What is known of an error or a flag.
    pub fn truth(&self, input: Input<'_>, flow: &Flow, e: &Expr) -> Truth {
        match &e.kind {
            ExprKind::Zero => Truth::No,
            ExprKind::Const {
                value: ConstValue::Bool(b),
                ..
            } => {
                if *b {
                    Truth::Yes
                } else {
                    Truth::No
                }
            }
            ExprKind::Local(_) => flow.read(e).map_or(Truth::Unknown, |r| r.truth),
            _ if self.is_error(input, e) => Truth::Yes,
            _ => Truth::Unknown,
        }
    }

    /// An expression that gives an error and never nil.
    fn is_error(&self, input: Input<'_>, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Convert(Conversion::ToInterface, _) => true,
            ExprKind::Global(g) => self.sentinels.contains(g),
            ExprKind::LibVar(_) => e.ty == TypeId::ERROR,
            ExprKind::Call(call) => match &call.callee {
                Callee::Lib { obj, .. } => {
                    matches!(&*library::qualified(input, *obj), "errors.New" | "fmt.Errorf")
                }
                Callee::Func { func, .. }
                | Callee::Method {
                    method: Method::User(func),
                    ..
                } => self.makers.contains(func),
                _ => false,
            },
            _ => false,
        }
    }
}

/// Finds the makers and the sentinels; each may rest on others.
pub(super) fn knowledge(input: Input<'_>) -> Knowledge {
    let assigned = assigned_globals(input);
    let mut out = Knowledge::default();
    let none = Flow::default();
    loop {
        let before = (out.makers.len(), out.sentinels.len());
        for init in input.hir.packages.iter().flat_map(|p| &p.inits) {
            if let [Some(global)] = init.lhs[..]
                && init.value.ty == TypeId::ERROR
                && !assigned.contains(&global)
                && out.is_error(input, &init.value)
            {
                out.sentinels.insert(global);
            }
        }
        for func in &input.hir.funcs {
            let [result] = func.results[..] else { continue };
            let Some(body) = &func.body else { continue };
            if input.hir.local(result).ty != TypeId::ERROR || func.has_defer {
                continue;
            }
            let mut returns = Returns(Vec::new());
            returns.block(body);
            let always = |s: &&Stmt| match &s.kind {
                StmtKind::Return(values) => match (&values.tuple, &values.items[..]) {
                    (None, [e]) => out.truth(input, &none, e) == Truth::Yes,
                    _ => false,
                },
                _ => false,
            };
            if !returns.0.is_empty() && returns.0.iter().all(always) {
                out.makers.insert(func.id);
            }
        }
        if before == (out.makers.len(), out.sentinels.len()) {
            return out;
        }
    }
}

/// All `return`s of a body.
pub(super) struct Returns<'p>(pub(super) Vec<&'p Stmt>);

impl<'p> Visitor<'p> for Returns<'p> {
    fn stmt(&mut self, stmt: &'p Stmt) {
        if let StmtKind::Return(_) = stmt.kind {
            self.0.push(stmt);
        }
        visit::walk_stmt(self, stmt);
    }
    fn expr(&mut self, _: &'p Expr) {}
}

/// Package variables that are assigned other than by their declaration, or whose address is taken.
fn assigned_globals(input: Input<'_>) -> FxHashSet<GlobalId> {
    struct Find(FxHashSet<GlobalId>);
    impl<'p> Visitor<'p> for Find {
        fn stmt(&mut self, stmt: &'p Stmt) {
            if let StmtKind::Assign { lhs, .. } = &stmt.kind {
                for place in lhs.iter().flatten() {
                    self.place(place);
                }
            }
            let range = match &stmt.kind {
                StmtKind::Range(r) => vec![&r.key, &r.value],
                _ => Vec::new(),
            };
            for var in range.into_iter().flatten() {
                if let crate::hir::RangeVar::Assign(place) = var {
                    self.place(place);
                }
            }
            if let StmtKind::Select(s) = &stmt.kind {
                for arm in &s.arms {
                    if let crate::hir::Comm::Recv { value, ok, .. } = &arm.comm {
                        for var in [value, ok].into_iter().flatten() {
                            if let crate::hir::RangeVar::Assign(place) = var {
                                self.place(place);
                            }
                        }
                    }
                }
            }
            visit::walk_stmt(self, stmt);
        }
        fn expr(&mut self, e: &'p Expr) {
            if let ExprKind::AddrOf(place) = &e.kind {
                self.place(place);
            }
            visit::walk_expr(self, e);
        }
    }
    impl Find {
        fn place(&mut self, e: &Expr) {
            if let ExprKind::Global(g) = e.kind {
                self.0.insert(g);
            }
        }
    }
    let mut find = Find(FxHashSet::default());
    for body in input.hir.funcs.iter().filter_map(|f| f.body.as_ref()) {
        find.block(body);
    }
    for init in input.hir.packages.iter().flat_map(|p| &p.inits) {
        find.expr(&init.value);
    }
    find.0
}

/// The expression gives its type's zero value.
pub(super) fn is_zero(input: Input<'_>, flow: &Flow, e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Zero => true,
        ExprKind::Const { value, .. } => match value {
            ConstValue::Bool(b) => !b,
            ConstValue::String(s) => s.is_empty(),
            ConstValue::Int(n) => n.is_zero(),
            ConstValue::Float(f) => f.is_zero(),
            ConstValue::Complex(re, im) => re.is_zero() && im.is_zero(),
        },
        ExprKind::StructLit(fields) => fields.iter().all(|(_, e)| is_zero(input, flow, e)),
        ExprKind::ArrayLit { elems, .. } => {
            matches!(input.store().under(e.ty), Type::Array(..)) && elems.iter().all(|(_, e)| is_zero(input, flow, e))
        }
        ExprKind::Convert(Conversion::Rename | Conversion::Numeric, x) => is_zero(input, flow, x),
        ExprKind::Local(_) => flow.read(e).is_some_and(|r| {
            let zero = |d: &u32| flow.defs.get(*d as usize).is_some_and(|d| d.kind == DefKind::Zero);
            !r.defs.is_empty() && r.defs.iter().all(zero)
        }),
        _ => false,
    }
}
