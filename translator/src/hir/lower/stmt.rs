//! Lowers statements.

use super::*;
use crate::syntax::ast::{AssignOp, BinaryOp, BranchKind, StmtKind as Ast};

impl<'a> Lowerer<'a> {
    pub(super) fn block(&mut self, block: &'a ast::Block) -> Block {
        Block {
            stmts: self.stmts(&block.stmts),
            span: block.span,
        }
    }

    fn stmts(&mut self, stmts: &'a [ast::Stmt]) -> Vec<Stmt> {
        let mut out = Vec::with_capacity(stmts.len());
        for stmt in stmts {
            self.stmt_into(stmt, None, &mut out);
        }
        out
    }

    /// Lowers one statement; declarations may give several.
    fn stmt_into(&mut self, stmt: &'a ast::Stmt, label: Option<&'a ast::Ident>, out: &mut Vec<Stmt>) {
        let kind = match &stmt.kind {
            Ast::Decl(decl) => return self.local_decl(decl, out),
            Ast::Bad | Ast::Empty => StmtKind::Empty,
            Ast::Labeled(name, inner) => return self.labeled(name, inner, stmt.span, out),
            Ast::Expr(e) => StmtKind::Expr(self.expr(e)),
            Ast::Send(channel, value) => self.send(channel, value),
            Ast::IncDec { x, inc } => {
                let place = self.expr(x);
                let one = ConstValue::Int(1.into());
                let value = ExprKind::Const {
                    value: one,
                    named: None,
                    text: None,
                };
                let value = self.make(value, place.ty, stmt.span);
                let op = if *inc { BinaryOp::Add } else { BinaryOp::Sub };
                StmtKind::OpAssign { place, op, value }
            }
            Ast::Assign(assign) => self.assign(assign),
            Ast::Go(call) => StmtKind::Go(self.expr(call)),
            Ast::Defer(call) => {
                // In the body of a `range` over a function it is the enclosing function's.
                for context in self.functions.iter_mut().rev() {
                    if context.range.is_none() {
                        context.has_defer = true;
                        break;
                    }
                    context.defers_outside = true;
                }
                StmtKind::Defer(self.expr(call))
            }
            Ast::Return(values) if self.range_body_label().is_some() => {
                self.return_from_body(values, stmt.span).unwrap_or(StmtKind::Empty)
            }
            Ast::Return(values) => {
                let results = self.functions.last().map(|f| f.results.clone()).unwrap_or_default();
                let types: Vec<_> = results.iter().map(|r| self.out.local(*r).ty).collect();
                StmtKind::Return(self.values(values, &types))
            }
            Ast::Branch(kind, target) => self.branch(*kind, target.as_ref(), stmt.span),
            Ast::Block(block) => StmtKind::Block(self.block(block)),
            Ast::If(s) => return self.scoped(s.init.as_ref(), stmt.span, out, |l| l.if_stmt(s)),
            Ast::Switch(s) => return self.scoped(s.init.as_ref(), stmt.span, out, |l| l.switch(s, label)),
            Ast::TypeSwitch(s) => return self.scoped(s.init.as_ref(), stmt.span, out, |l| l.type_switch(s, label)),
            Ast::Select(s) => self.select(s, label),
            Ast::For(s) => self.for_stmt(s, label),
            Ast::Range(s) => self.range(s, label),
        };
        match (kind, &stmt.kind) {
            // Out of the body of a `range` over a function.
            (StmtKind::Block(b), Ast::Return(_) | Ast::Branch(..)) => out.extend(b.stmts),
            (kind, _) => out.push(Stmt { span: stmt.span, kind }),
        }
    }

    /// A statement with an init statement: a block around both, so that the init's variables end with it.
    fn scoped(
        &mut self,
        init: Option<&'a ast::Stmt>,
        span: Span,
        out: &mut Vec<Stmt>,
        inner: impl FnOnce(&mut Self) -> StmtKind,
    ) {
        let Some(init) = init else {
            let kind = inner(self);
            return out.push(Stmt { span, kind });
        };
        let mut stmts = Vec::new();
        self.stmt_into(init, None, &mut stmts);
        let kind = inner(self);
        let inner_span = Span::new(span.file, init.span.end, span.end);
        stmts.push(Stmt { span: inner_span, kind });
        out.push(Stmt {
            span,
            kind: StmtKind::Block(Block { stmts, span }),
        });
    }

    fn labeled(&mut self, name: &'a ast::Ident, inner: &'a ast::Stmt, span: Span, out: &mut Vec<Stmt>) {
        let branchable = matches!(
            inner.kind,
            Ast::For(_) | Ast::Range(_) | Ast::Switch(_) | Ast::TypeSwitch(_) | Ast::Select(_)
        );
        if branchable {
            return self.stmt_into(inner, Some(name), out);
        }
        let label = self.named_label(&name.name);
        self.push_scope(label, false);
        let mut stmts = Vec::new();
        self.stmt_into(inner, None, &mut stmts);
        self.pop_scope();
        let inner = match stmts.len() {
            1 => stmts.remove(0),
            _ => Stmt {
                span,
                kind: StmtKind::Block(Block { stmts, span }),
            },
        };
        out.push(Stmt {
            span,
            kind: StmtKind::Labeled(label, Box::new(inner)),
        });
    }

    fn local_decl(&mut self, decl: &'a ast::GenDecl, out: &mut Vec<Stmt>) {
        match &decl.kind {
            ast::GenKind::Import(_) => {}
            ast::GenKind::Const(specs) => {
                for spec in specs {
                    out.push(Stmt {
                        span: spec.span,
                        kind: StmtKind::Const(self.const_item(spec)),
                    });
                }
            }
            ast::GenKind::Type(specs) => {
                for spec in specs {
                    if let Some(item) = self.type_item(spec) {
                        out.push(Stmt {
                            span: spec.span,
                            kind: StmtKind::Type(item),
                        });
                    }
                }
            }
            ast::GenKind::Var(specs) => {
                for spec in specs {
                    let types: Vec<_> = spec.names.iter().map(|n| self.declared_type(n, &spec.ty)).collect();
                    let init = self.values(&spec.values, &types);
                    let lhs = spec.names.iter().map(|n| self.define(n, LocalKind::Variable)).collect();
                    out.push(Stmt {
                        span: spec.span,
                        kind: StmtKind::Let { lhs, init },
                    });
                }
            }
        }
    }

    fn declared_type(&self, name: &ast::Ident, ty: &Option<ast::Expr>) -> TypeId {
        match (self.info.defs.get(name.id), ty) {
            (Some(obj), _) => self.obj_type(*obj),
            (None, Some(ty)) => self.type_of(ty),
            (None, None) => TypeId::INVALID,
        }
    }

    fn send(&mut self, channel: &'a ast::Expr, value: &'a ast::Expr) -> StmtKind {
        let channel = self.expr(channel);
        let channel = self.shaped(channel);
        let elem = self.chan_elem(channel.ty);
        let value = self.expr_to(value, elem);
        StmtKind::Send { channel, value }
    }

    fn chan_elem(&self, ty: TypeId) -> TypeId {
        match self.store.get(self.core(ty)) {
            Type::Chan(_, elem) => *elem,
            _ => TypeId::INVALID,
        }
    }

    fn assign(&mut self, assign: &'a ast::AssignStmt) -> StmtKind {
        match assign.op {
            AssignOp::Define => self.define_stmt(assign),
            AssignOp::Assign => {
                let lhs: Vec<_> = assign.lhs.iter().map(|e| self.place(e)).collect();
                let types: Vec<_> = lhs
                    .iter()
                    .map(|p| p.as_ref().map_or(TypeId::INVALID, |p: &Expr| p.ty))
                    .collect();
                let rhs = self.values(&assign.rhs, &types);
                StmtKind::Assign {
                    lhs,
                    rhs,
                    declares: Vec::new(),
                }
            }
            AssignOp::Op(op) => match (assign.lhs.first(), assign.rhs.first()) {
                (Some(place), Some(value)) => {
                    let place = self.expr(place);
                    let value = self.expr(value);
                    let value = if op.is_shift() { self.shift_count(value) } else { value };
                    StmtKind::OpAssign { place, op, value }
                }
                _ => StmtKind::Empty,
            },
        }
    }

    /// The place that an expression assigned to denotes; nothing for a blank one.
    pub(super) fn place(&mut self, e: &'a ast::Expr) -> Option<Expr> {
        match e.unparen().as_ident() {
            Some(name) if &*name.name == "_" => None,
            _ => Some(self.expr(e)),
        }
    }

    fn define_stmt(&mut self, assign: &'a ast::AssignStmt) -> StmtKind {
        let is_new = |l: &Self, e: &ast::Expr| {
            let name = e.unparen().as_ident();
            name.is_none_or(|n| &*n.name == "_" || l.info.defs.get(n.id).is_some())
        };
        let types: Vec<_> = assign
            .lhs
            .iter()
            .map(|e| match e.as_ident() {
                Some(n) if &*n.name == "_" => TypeId::INVALID,
                Some(n) => self.info.object_of(n).map_or(TypeId::INVALID, |o| self.obj_type(o)),
                None => TypeId::INVALID,
            })
            .collect();
        let values = self.values(&assign.rhs, &types);
        if assign.lhs.iter().all(|e| is_new(self, e)) {
            let names = assign.lhs.iter().map(|e| e.as_ident());
            let lhs = names
                .map(|n| n.and_then(|n| self.define(n, LocalKind::Variable)))
                .collect();
            return StmtKind::Let { lhs, init: values };
        }
        let mut declares = Vec::new();
        let mut lhs = Vec::new();
        for e in &assign.lhs {
            let new = e.as_ident().filter(|n| self.info.defs.get(n.id).is_some());
            match new.and_then(|n| self.define(n, LocalKind::Variable)) {
                Some(local) => {
                    declares.push(local);
                    let ty = self.out.local(local).ty;
                    lhs.push(Some(self.make(ExprKind::Local(local), ty, e.span)));
                }
                None => lhs.push(self.place(e)),
            }
        }
        StmtKind::Assign {
            lhs,
            rhs: values,
            declares,
        }
    }

    fn branch(&mut self, kind: BranchKind, target: Option<&'a ast::Ident>, span: Span) -> StmtKind {
        let innermost = |l: &Self, loops_only: bool| {
            let scopes = l.functions.last().map(|f| f.scopes.iter());
            scopes
                .into_iter()
                .flatten()
                .rev()
                .find(|s| s.is_loop || !loops_only)
                .map(|s| s.label)
                .or_else(|| l.range_body_label())
        };
        match kind {
            BranchKind::Fallthrough => StmtKind::Fallthrough,
            BranchKind::Goto => match target {
                Some(name) => StmtKind::Goto(self.named_label(&name.name)),
                None => StmtKind::Empty,
            },
            BranchKind::Break | BranchKind::Continue => {
                let is_continue = kind == BranchKind::Continue;
                let label = match target {
                    Some(name) => Some(self.named_label(&name.name)),
                    None => innermost(self, is_continue || !self.in_breakable()),
                };
                match label {
                    None => StmtKind::Empty,
                    Some(label) => self.jump(kind, label, span),
                }
            }
        }
    }

    /// Whether the innermost scope is one that an unlabelled `break` leaves; labelled blocks are not.
    fn in_breakable(&self) -> bool {
        self.functions.last().is_some_and(|f| !f.scopes.is_empty())
    }

    fn push_scope(&mut self, label: LabelId, is_loop: bool) {
        if let Some(context) = self.functions.last_mut() {
            context.scopes.push(BranchScope { label, is_loop });
        }
    }

    fn pop_scope(&mut self) {
        if let Some(context) = self.functions.last_mut() {
            context.scopes.pop();
        }
    }

    fn enter(&mut self, name: Option<&'a ast::Ident>, is_loop: bool) -> LabelId {
        let label = match name {
            Some(name) => self.named_label(&name.name),
            None => self.new_label(None),
        };
        self.push_scope(label, is_loop);
        label
    }

    fn if_stmt(&mut self, s: &'a ast::IfStmt) -> StmtKind {
        let cond = self.expr(&s.cond);
        let then = self.block(&s.then);
        let els = s.els.as_ref().map(|els| {
            let mut out = Vec::new();
            self.stmt_into(els, None, &mut out);
            let stmt = if out.len() == 1 { out.pop() } else { None };
            let kind = StmtKind::Block(Block {
                stmts: out,
                span: els.span,
            });
            Box::new(stmt.unwrap_or(Stmt { span: els.span, kind }))
        });
        StmtKind::If { cond, then, els }
    }

    fn for_stmt(&mut self, s: &'a ast::ForStmt, name: Option<&'a ast::Ident>) -> StmtKind {
        let label = self.enter(name, true);
        let first = self.out.locals.len();
        let init = s.init.as_ref().and_then(|init| self.single(init));
        for local in &mut self.out.locals[first..] {
            if local.kind == LocalKind::Variable {
                local.kind = LocalKind::LoopVariable;
            }
        }
        let cond = s.cond.as_ref().map(|c| self.expr(c));
        let body = self.block(&s.body);
        let post = s.post.as_ref().and_then(|p| self.single(p));
        self.pop_scope();
        StmtKind::For(Box::new(For {
            label,
            init,
            cond,
            post,
            body,
            per_iteration: self.per_iteration,
        }))
    }

    /// A simple statement; nothing when it is empty.
    fn single(&mut self, stmt: &'a ast::Stmt) -> Option<Stmt> {
        let mut out = Vec::new();
        self.stmt_into(stmt, None, &mut out);
        out.pop().filter(|s| !matches!(s.kind, StmtKind::Empty))
    }

    fn range(&mut self, s: &'a ast::RangeStmt, name: Option<&'a ast::Ident>) -> StmtKind {
        let x = self.expr(&s.x);
        let x = self.shaped(x);
        let kind = match self.store.get(self.core(x.ty)) {
            Type::Array(..) => RangeKind::Array,
            Type::Pointer(_) => RangeKind::ArrayPointer,
            Type::Slice(_) => RangeKind::Slice,
            Type::Map(..) => RangeKind::Map,
            Type::Chan(..) => RangeKind::Channel,
            Type::Signature(_) => RangeKind::Func,
            Type::Basic(b) if b.is_string() => RangeKind::String,
            _ => RangeKind::Int,
        };
        if kind == RangeKind::Func {
            let label = match name {
                Some(name) => self.named_label(&name.name),
                None => self.new_label(None),
            };
            return self.range_func(s, x, label, s.x.span);
        }
        let key = self.range_var(s.key.as_ref(), s.define);
        let value = self.range_var(s.value.as_ref(), s.define);
        let label = self.enter(name, true);
        let body = self.block(&s.body);
        self.pop_scope();
        StmtKind::Range(Box::new(Range {
            label,
            kind,
            key,
            value,
            x,
            body,
            per_iteration: self.per_iteration,
        }))
    }

    fn range_var(&mut self, e: Option<&'a ast::Expr>, define: bool) -> Option<RangeVar> {
        let e = e?;
        if define {
            return self.define(e.as_ident()?, LocalKind::Variable).map(RangeVar::Define);
        }
        self.place(e).map(RangeVar::Assign)
    }

    fn switch(&mut self, s: &'a ast::SwitchStmt, name: Option<&'a ast::Ident>) -> StmtKind {
        let interface = s
            .cases
            .iter()
            .flat_map(|c| &c.exprs)
            .map(|e| self.type_of(e))
            .find(|t| self.is_interface(*t));
        let tag = s.tag.as_ref().map(|t| {
            let tag = self.expr(t);
            // Compared with interface values, the tag becomes one.
            match interface {
                Some(ty) if !self.is_interface(tag.ty) => self.convert_to(tag, ty),
                _ => tag,
            }
        });
        let label = self.enter(name, false);
        let mut clauses = Vec::new();
        for case in &s.cases {
            let values = case
                .exprs
                .iter()
                .map(|e| self.case_value(e, tag.as_ref().map(|t| t.ty)))
                .collect();
            let stmts = self.stmts(&case.body);
            let body = Block { stmts, span: case.span };
            clauses.push(Clause {
                values,
                is_default: case.is_default,
                body,
                head: case.head,
            });
        }
        self.pop_scope();
        StmtKind::Switch(Box::new(Switch { label, tag, clauses }))
    }

    /// A case's value, as the comparison with the tag sees it.
    fn case_value(&mut self, e: &'a ast::Expr, tag: Option<TypeId>) -> Expr {
        match tag {
            Some(tag) if self.is_interface(tag) => self.expr_to(e, tag),
            _ => self.expr(e),
        }
    }

    fn type_switch(&mut self, s: &'a ast::TypeSwitchStmt, name: Option<&'a ast::Ident>) -> StmtKind {
        let x = self.expr(&s.x);
        let label = self.enter(name, false);
        let mut clauses = Vec::new();
        for case in &s.cases {
            let types = case.exprs.iter().map(|e| self.case_type(e)).collect();
            let bind = self.info.implicits.get(case.id).copied();
            let span = s.bind.as_ref().map_or(case.head, |b| b.span);
            let bind = bind.and_then(|o| self.define_object(o, LocalKind::TypeSwitch, span));
            let stmts = self.stmts(&case.body);
            let body = Block { stmts, span: case.span };
            clauses.push(TypeClause {
                types,
                is_default: case.is_default,
                bind,
                body,
                head: case.head,
            });
        }
        self.pop_scope();
        StmtKind::TypeSwitch(Box::new(TypeSwitch { label, x, clauses }))
    }

    fn case_type(&self, e: &ast::Expr) -> Option<TypeId> {
        match self.info.types.get(e.id).map(|t| t.mode) {
            Some(types::Mode::Type) => Some(self.type_of(e)),
            _ => None,
        }
    }

    fn select(&mut self, s: &'a ast::SelectStmt, name: Option<&'a ast::Ident>) -> StmtKind {
        let label = self.enter(name, false);
        let mut arms = Vec::new();
        for case in &s.cases {
            let comm = match &case.comm {
                None => Comm::Default,
                Some(comm) => self.comm(comm),
            };
            let stmts = self.stmts(&case.body);
            arms.push(SelectArm {
                comm,
                body: Block { stmts, span: case.span },
                head: case.head,
            });
        }
        self.pop_scope();
        StmtKind::Select(Box::new(Select { label, arms }))
    }

    fn comm(&mut self, stmt: &'a ast::Stmt) -> Comm {
        match &stmt.kind {
            Ast::Send(channel, value) => match self.send(channel, value) {
                StmtKind::Send { channel, value } => Comm::Send { channel, value },
                _ => Comm::Default,
            },
            Ast::Expr(e) => match self.received(e) {
                Some(channel) => Comm::Recv {
                    channel,
                    value: None,
                    ok: None,
                },
                None => Comm::Default,
            },
            Ast::Assign(assign) => {
                let Some(channel) = assign.rhs.first().and_then(|e| self.received(e)) else {
                    return Comm::Default;
                };
                let define = assign.op == AssignOp::Define;
                let value = self.range_var(assign.lhs.first(), define);
                let ok = self.range_var(assign.lhs.get(1), define);
                Comm::Recv { channel, value, ok }
            }
            _ => Comm::Default,
        }
    }

    fn received(&mut self, e: &'a ast::Expr) -> Option<Expr> {
        match &e.unparen().kind {
            ast::ExprKind::Unary(ast::UnaryOp::Recv, channel) => Some(self.expr(channel)),
            _ => None,
        }
    }

    /// Right sides for places of the given types (`INVALID`: as they are).
    pub(super) fn values(&mut self, exprs: &'a [ast::Expr], types: &[TypeId]) -> Values {
        if let ([one], true) = (exprs, types.len() > 1) {
            let tuple = self.expr(one);
            let elems = match self.store.get(tuple.ty) {
                Type::Tuple(ts) => ts.clone(),
                _ => types.to_vec(),
            };
            let items = elems.iter().enumerate().map(|(i, ty)| {
                let elem = self.make(ExprKind::TupleElem(i), *ty, one.span);
                let target = types.get(i).copied().unwrap_or(TypeId::INVALID);
                self.convert_to(elem, target)
            });
            let items = items.collect();
            return Values {
                tuple: Some(tuple),
                items,
            };
        }
        let target = |i: usize| types.get(i).copied().unwrap_or(TypeId::INVALID);
        Values {
            tuple: None,
            items: exprs
                .iter()
                .enumerate()
                .map(|(i, e)| self.expr_to(e, target(i)))
                .collect(),
        }
    }
}
