//! `for … range f` over an iterator function: the body becomes a function literal, as the Go specification rewrites it.
//!
//! `continue` returns true and `break` false; what leaves the loop for elsewhere notes in a variable where it is going,
//! and goes there when the iterator function has returned.

use super::*;
use crate::syntax::ast::{BinaryOp, BranchKind};

/// The body of a `range` over a function that is being lowered.
pub(super) struct RangeBody {
    /// The loop.
    label: LabelId,
    /// Says how the body was left: 0 for its end, `RETURN`, or one more than an index into `exits`.
    next: LocalId,
    exits: Vec<(BranchKind, LabelId)>,
    returns: bool,
    /// What is returned, where the results of the function have no names.
    results: Vec<LocalId>,
}

const RETURN: i64 = -1;

impl<'a> Lowerer<'a> {
    pub(super) fn range_func(&mut self, s: &'a ast::RangeStmt, x: Expr, label: LabelId, span: Span) -> StmtKind {
        let yield_type = match self.store.get(self.core(x.ty)) {
            Type::Signature(sig) => sig.params.first().copied().unwrap_or(TypeId::INVALID),
            _ => TypeId::INVALID,
        };
        let param_types = match self.store.get(self.core(yield_type)) {
            Type::Signature(sig) => sig.params.clone(),
            _ => Vec::new(),
        };
        let outer = self.current_func();
        let depth = self.functions.iter().rev().take_while(|f| f.range.is_some()).count();
        // Names that no variable of the source has.
        let name = if depth == 0 {
            "Next".to_owned()
        } else {
            format!("Next{}", depth + 1)
        };
        let next = self.new_local(name.into(), TypeId::INT, LocalKind::Variable, outer, span);
        let results = self.returned_variables(outer, span);
        let id = self.new_func("".into(), Some(outer), span, span);
        self.begin_function(id);
        let mut before = Vec::new();
        let mut params = Vec::new();
        for (i, ty) in param_types.iter().enumerate() {
            let var = if i == 0 { s.key.as_ref() } else { s.value.as_ref() };
            params.push(self.body_param(var, s.define, *ty, id, span, &mut before));
        }
        let result = self.new_local("_".into(), TypeId::BOOL, LocalKind::Result, id, span);
        {
            let func = &mut self.out.funcs[id.index()];
            func.params = params;
            func.results = vec![result];
            func.sig = yield_type;
        }
        if let Some(context) = self.functions.last_mut() {
            context.results = vec![result];
            context.range = Some(RangeBody {
                label,
                next,
                exits: Vec::new(),
                returns: false,
                results: results.clone(),
            });
        }
        let mut body = self.block(&s.body);
        body.stmts.splice(0..0, before);
        let end = self.returned_bool(
            true,
            Span {
                start: body.span.end,
                ..body.span
            },
        );
        body.stmts.push(end);
        let range = self.functions.last_mut().and_then(|f| f.range.take());
        self.end_function(id, Some(body));
        let Some(range) = range else { return StmtKind::Empty };
        self.iteration(x, id, yield_type, &range, span)
    }

    /// The call of the iterator function, and the jumps behind it.
    fn iteration(&mut self, x: Expr, body: FuncId, yield_type: TypeId, range: &RangeBody, span: Span) -> StmtKind {
        let lit = self.make(ExprKind::FuncLit(body), yield_type, span);
        let callee = match x.kind {
            ExprKind::Func { func, type_args } => Callee::Func { func, type_args },
            ExprKind::LibFunc { obj, type_args } => Callee::Lib { obj, type_args },
            ExprKind::MethodValue { recv, method } => Callee::Method { recv: *recv, method },
            kind => Callee::Value(Expr { kind, ..x }),
        };
        let args = Values {
            tuple: None,
            items: vec![lit],
        };
        let none = self.store.tuple(Vec::new());
        let call = self.make(
            ExprKind::Call(Box::new(Call {
                callee,
                args,
                packed: false,
            })),
            none,
            span,
        );
        let call = Stmt {
            span,
            kind: StmtKind::Expr(call),
        };
        if range.exits.is_empty() && !range.returns {
            return call.kind;
        }
        let zero = self.int(0, span);
        let init = Values {
            tuple: None,
            items: vec![zero],
        };
        let mut stmts = vec![Stmt {
            span,
            kind: StmtKind::Let {
                lhs: vec![Some(range.next)],
                init,
            },
        }];
        let nested = self.functions.last().is_some_and(|f| f.range.is_some());
        if range.returns && !range.results.is_empty() && !nested {
            let lhs = range.results.iter().copied().map(Some).collect();
            stmts.push(Stmt {
                span,
                kind: StmtKind::Let {
                    lhs,
                    init: Values::default(),
                },
            });
        }
        stmts.push(call);
        let end = Span {
            start: span.end,
            ..span
        };
        if range.returns {
            let go_on = match self.functions.last_mut().and_then(|f| f.range.as_mut()) {
                Some(outer) => {
                    outer.returns = true;
                    let next = outer.next;
                    self.leave(next, RETURN, end)
                }
                None => {
                    let items = range.results.iter().map(|r| {
                        let ty = self.out.local(*r).ty;
                        (*r, ty)
                    });
                    let items: Vec<_> = items.collect();
                    let items = items
                        .into_iter()
                        .map(|(r, ty)| self.make(ExprKind::Local(r), ty, end))
                        .collect();
                    StmtKind::Return(Values { tuple: None, items })
                }
            };
            stmts.push(self.when(range.next, RETURN, go_on, end));
        }
        for (i, (kind, label)) in range.exits.iter().enumerate() {
            let go_on = self.jump(*kind, *label, end);
            stmts.push(self.when(range.next, i as i64 + 1, go_on, end));
        }
        StmtKind::Block(Block { stmts, span })
    }

    fn body_param(
        &mut self,
        var: Option<&'a ast::Expr>,
        define: bool,
        ty: TypeId,
        func: FuncId,
        span: Span,
        before: &mut Vec<Stmt>,
    ) -> LocalId {
        let Some(var) = var else {
            return self.new_local("_".into(), ty, LocalKind::Param, func, span);
        };
        if define {
            let local = var.as_ident().and_then(|name| self.define(name, LocalKind::Param));
            return local.unwrap_or_else(|| self.new_local("_".into(), ty, LocalKind::Param, func, span));
        }
        let Some(place) = self.place(var) else {
            return self.new_local("_".into(), ty, LocalKind::Param, func, span);
        };
        let local = self.new_local("value".into(), ty, LocalKind::Param, func, var.span);
        let value = self.make(ExprKind::Local(local), ty, var.span);
        let value = self.convert_to(value, place.ty);
        let rhs = Values {
            tuple: None,
            items: vec![value],
        };
        let kind = StmtKind::Assign {
            lhs: vec![Some(place)],
            rhs,
            declares: Vec::new(),
        };
        before.push(Stmt { span: var.span, kind });
        local
    }

    /// Variables for what a `return` in the body returns: the outermost such loop's, none where results have names.
    fn returned_variables(&mut self, outer: FuncId, span: Span) -> Vec<LocalId> {
        if let Some(range) = self.functions.last().and_then(|f| f.range.as_ref()) {
            return range.results.clone();
        }
        if self.out.func(outer).named_results {
            return Vec::new();
        }
        let results = self.functions.last().map(|f| f.results.clone()).unwrap_or_default();
        let types: Vec<_> = results.iter().map(|r| self.out.local(*r).ty).collect();
        let each = types.into_iter().enumerate().map(|(i, ty)| {
            let name = if i == 0 {
                "Found".to_owned()
            } else {
                format!("Found{}", i + 1)
            };
            self.new_local(name.into(), ty, LocalKind::Variable, outer, span)
        });
        each.collect()
    }

    /// A `return` in the body of a `range` over a function; nothing elsewhere.
    pub(super) fn return_from_body(&mut self, values: &'a [ast::Expr], span: Span) -> Option<StmtKind> {
        let range = self.functions.last_mut().and_then(|f| f.range.as_mut())?;
        range.returns = true;
        let (next, variables) = (range.next, range.results.clone());
        let function = self.functions.iter().rev().find(|f| f.range.is_none());
        let targets = if variables.is_empty() {
            function.map(|f| f.results.clone()).unwrap_or_default()
        } else {
            variables
        };
        let mut stmts = Vec::new();
        if !values.is_empty() {
            let types: Vec<_> = targets.iter().map(|t| self.out.local(*t).ty).collect();
            let rhs = self.values(values, &types);
            let places = targets
                .iter()
                .zip(&types)
                .map(|(t, ty)| Some(self.make(ExprKind::Local(*t), *ty, span)));
            let lhs = places.collect();
            stmts.push(Stmt {
                span,
                kind: StmtKind::Assign {
                    lhs,
                    rhs,
                    declares: Vec::new(),
                },
            });
        }
        match self.leave(next, RETURN, span) {
            StmtKind::Block(b) => stmts.extend(b.stmts),
            kind => stmts.push(Stmt { span, kind }),
        }
        Some(StmtKind::Block(Block { stmts, span }))
    }

    /// A `break` or `continue` to a label, out of the bodies of `range` over functions where it must.
    pub(super) fn jump(&mut self, kind: BranchKind, label: LabelId, span: Span) -> StmtKind {
        let here = self
            .functions
            .last()
            .is_some_and(|f| f.scopes.iter().any(|s| s.label == label));
        let range = self.functions.last_mut().and_then(|f| f.range.as_mut());
        match range {
            Some(range) if !here && range.label == label => self.returned_bool(kind == BranchKind::Continue, span).kind,
            Some(range) if !here => {
                let at = range.exits.iter().position(|e| *e == (kind, label)).unwrap_or_else(|| {
                    range.exits.push((kind, label));
                    range.exits.len() - 1
                });
                let next = range.next;
                self.leave(next, at as i64 + 1, span)
            }
            _ if kind == BranchKind::Continue => StmtKind::Continue(label),
            _ => StmtKind::Break(label),
        }
    }

    /// The loop whose body is being lowered, when nothing inside it can be meant.
    pub(super) fn range_body_label(&self) -> Option<LabelId> {
        self.functions.last().and_then(|f| f.range.as_ref()).map(|r| r.label)
    }

    fn int(&mut self, n: i64, span: Span) -> Expr {
        let kind = ExprKind::Const {
            value: ConstValue::Int(n.into()),
            named: None,
            text: None,
        };
        self.make(kind, TypeId::INT, span)
    }

    fn returned_bool(&mut self, value: bool, span: Span) -> Stmt {
        let kind = ExprKind::Const {
            value: ConstValue::Bool(value),
            named: None,
            text: None,
        };
        let value = self.make(kind, TypeId::BOOL, span);
        Stmt {
            span,
            kind: StmtKind::Return(Values {
                tuple: None,
                items: vec![value],
            }),
        }
    }

    /// `next = code; return false`
    fn leave(&mut self, next: LocalId, code: i64, span: Span) -> StmtKind {
        let place = self.make(ExprKind::Local(next), TypeId::INT, span);
        let value = self.int(code, span);
        let rhs = Values {
            tuple: None,
            items: vec![value],
        };
        let assign = StmtKind::Assign {
            lhs: vec![Some(place)],
            rhs,
            declares: Vec::new(),
        };
        let stop = self.returned_bool(false, span);
        StmtKind::Block(Block {
            stmts: vec![Stmt { span, kind: assign }, stop],
            span,
        })
    }

    /// `if next == code { … }`
    fn when(&mut self, next: LocalId, code: i64, then: StmtKind, span: Span) -> Stmt {
        let left = self.make(ExprKind::Local(next), TypeId::INT, span);
        let right = self.int(code, span);
        let cond = self.make(
            ExprKind::Binary(BinaryOp::Eq, Box::new(left), Box::new(right)),
            TypeId::BOOL,
            span,
        );
        let stmts = match then {
            StmtKind::Block(b) => b.stmts,
            kind => vec![Stmt { span, kind }],
        };
        let then = Block { stmts, span };
        Stmt {
            span,
            kind: StmtKind::If { cond, then, els: None },
        }
    }
}
