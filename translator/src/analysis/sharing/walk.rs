//! The walk behind the sharing analysis: each use of a local in its context.

use super::super::Input;
use super::super::coloring::library;
use super::super::fixpoint::Closure;
use super::{LocalFacts, Sharing};
use crate::hir::{
    Block, Builtin, Call, Callee, Comm, Expr, ExprKind, FuncId, LocalId, LocalKind, Method, RangeVar, Stmt, StmtKind,
    Values,
};
use crate::source::Span;
use crate::types::{ObjId, Type, TypeId};

/// What happens to the value of an expression.
#[derive(Clone, Copy, PartialEq)]
enum Context {
    /// It is kept, copied, computed with.
    Value,
    /// It is only followed (`p.f`, `*p`).
    Followed,
    /// It is the base of a larger place.
    PlaceBase,
    /// It is handed to that pointer parameter for the time of a call.
    LentTo(LocalId),
    /// It is handed to a library method for the time of a call.
    Lent,
}

pub(super) struct Walk<'a> {
    input: Input<'a>,
    func: FuncId,
    /// All variables of three-clause loops.
    loop_variables: Vec<LocalId>,
    pub(super) graph: Closure<LocalId, Span, Span>,
    pub(super) sharing: Sharing,
}

impl<'a> Walk<'a> {
    pub(super) fn new(input: Input<'a>) -> Self {
        let locals = vec![LocalFacts::default(); input.hir.locals.len()];
        let sharing = Sharing {
            locals,
            ..Sharing::default()
        };
        let ids = (0..).map(LocalId).zip(&input.hir.locals);
        let loop_variables = ids
            .filter(|(_, l)| l.kind == LocalKind::LoopVariable)
            .map(|(id, _)| id)
            .collect();
        Walk {
            input,
            func: FuncId(u32::MAX),
            loop_variables,
            graph: Closure::default(),
            sharing,
        }
    }

    pub(super) fn program(&mut self) {
        for package in &self.input.hir.packages {
            for init in &package.inits {
                self.func = FuncId(u32::MAX);
                self.expr(&init.value, Context::Value);
            }
        }
        for func in &self.input.hir.funcs {
            self.func = func.id;
            // A variadic or non-pointer parameter never borrows.
            if let Some(body) = &func.body {
                self.block(body);
            }
        }
    }

    fn block(&mut self, block: &'a Block) {
        block.stmts.iter().for_each(|s| self.stmt(s));
    }

    fn values(&mut self, values: &'a Values) {
        values.iter().for_each(|e| self.expr(e, Context::Value));
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Empty
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Goto(_)
            | StmtKind::Fallthrough
            | StmtKind::Const(_)
            | StmtKind::Type(_) => {}
            StmtKind::Let { init, .. } => self.values(init),
            StmtKind::Assign { lhs, rhs, declares } => {
                self.values(rhs);
                for place in lhs.iter().flatten() {
                    if let ExprKind::Local(l) = place.kind
                        && declares.contains(&l)
                    {
                        continue;
                    }
                    self.write(place);
                }
            }
            StmtKind::OpAssign { place, value, .. } => {
                self.expr(value, Context::Value);
                self.write(place);
            }
            StmtKind::Expr(e) => self.expr(e, Context::Value),
            StmtKind::Go(e) | StmtKind::Defer(e) => self.started(e),
            StmtKind::Send { channel, value } => {
                self.expr(channel, Context::Value);
                self.expr(value, Context::Value);
            }
            StmtKind::Return(values) => {
                self.values(values);
                if let Some(func) = self.input.hir.funcs.get(self.func.index())
                    && func.named_results
                    && !values.items.is_empty()
                {
                    for result in &func.results {
                        self.sharing.locals[result.index()].mutated.push(stmt.span);
                    }
                }
            }
            StmtKind::If { cond, then, els } => {
                self.expr(cond, Context::Value);
                self.block(then);
                if let Some(els) = els {
                    self.stmt(els);
                }
            }
            StmtKind::For(f) => {
                if let Some(init) = &f.init {
                    self.stmt(init);
                }
                if let Some(cond) = &f.cond {
                    self.expr(cond, Context::Value);
                }
                self.block(&f.body);
                if let Some(post) = &f.post {
                    self.loop_post(post, f.per_iteration);
                }
            }
            StmtKind::Range(r) => {
                self.expr(&r.x, Context::Value);
                for var in [&r.key, &r.value].into_iter().flatten() {
                    self.range_var(var, r.per_iteration, r.x.span);
                }
                self.block(&r.body);
            }
            StmtKind::Switch(s) => {
                if let Some(tag) = &s.tag {
                    self.expr(tag, Context::Value);
                }
                for clause in &s.clauses {
                    clause.values.iter().for_each(|e| self.expr(e, Context::Value));
                    self.block(&clause.body);
                }
            }
            StmtKind::TypeSwitch(s) => {
                self.expr(&s.x, Context::Value);
                s.clauses.iter().for_each(|c| self.block(&c.body));
            }
            StmtKind::Select(s) => {
                for arm in &s.arms {
                    match &arm.comm {
                        Comm::Default => {}
                        Comm::Send { channel, value } => {
                            self.expr(channel, Context::Value);
                            self.expr(value, Context::Value);
                        }
                        Comm::Recv { channel, value, ok } => {
                            self.expr(channel, Context::Value);
                            for var in [value, ok].into_iter().flatten() {
                                self.range_var(var, true, channel.span);
                            }
                        }
                    }
                    self.block(&arm.body);
                }
            }
            StmtKind::Block(b) => self.block(b),
            StmtKind::Labeled(_, s) => self.stmt(s),
        }
    }

    /// The post statement of a three-clause loop: with a variable per iteration it works on the next round's copy, so
    /// that its writes are not writes to what a literal of this round captured.
    fn loop_post(&mut self, post: &'a Stmt, per_iteration: bool) {
        if !per_iteration {
            return self.stmt(post);
        }
        let locals = &self.sharing.locals;
        let before: Vec<usize> = self
            .loop_variables
            .iter()
            .map(|l| locals[l.index()].mutated.len())
            .collect();
        self.stmt(post);
        for (local, mutated) in self.loop_variables.iter().zip(before) {
            self.sharing.locals[local.index()].mutated.truncate(mutated);
        }
    }

    fn range_var(&mut self, var: &'a RangeVar, per_iteration: bool, span: Span) {
        match var {
            RangeVar::Assign(place) => self.write(place),
            RangeVar::Define(local) => {
                if !per_iteration {
                    let facts = &mut self.sharing.locals[local.index()];
                    facts.mutated.push(span);
                    facts.assigned.push(span);
                }
            }
        }
    }

    /// The call of a `go` or `defer`: it runs later, so nothing is merely lent to it.
    fn started(&mut self, e: &'a Expr) {
        let ExprKind::Call(call) = &e.kind else {
            return self.expr(e, Context::Value);
        };
        match &call.callee {
            Callee::Method {
                recv,
                method: Method::Lib(_),
            } => self.expr(recv, Context::Lent),
            Callee::Method { recv, .. } => self.expr(recv, Context::Value),
            Callee::Value(f) => {
                if let ExprKind::FuncLit(lit) = f.kind {
                    self.sharing.immediate.insert(lit);
                }
                self.expr(f, Context::Value);
            }
            _ => {}
        }
        self.values(&call.args);
    }

    /// A place is written.
    fn write(&mut self, place: &'a Expr) {
        self.mark_written(place, place.span);
        if let Some(local) = root_local(self.input, place) {
            let facts = &mut self.sharing.locals[local.index()];
            facts.mutated.push(place.span);
            if matches!(place.kind, ExprKind::Local(_)) {
                facts.assigned.push(place.span);
            }
            if let ExprKind::Local(_) = place.kind
                && self.is_pointer_param(local)
            {
                self.graph.seed(local, place.span);
            }
        }
        if !matches!(place.kind, ExprKind::Local(_))
            && let Some(name) = self.input.struct_name(place.ty)
        {
            self.sharing.whole_written.entry(name).or_insert(place.span);
        }
        self.expr(place, Context::PlaceBase);
    }

    /// The fields on the way to a written place.
    fn mark_written(&mut self, place: &Expr, span: Span) {
        match &place.kind {
            ExprKind::Field { base, index } => {
                if let Some(field) = self.field(base.ty, *index) {
                    self.sharing.written_fields.entry(field).or_insert(span);
                }
                self.mark_written(base, span);
            }
            ExprKind::Index { base, .. } if is_array(self.input, base.ty) => self.mark_written(base, span),
            _ => {}
        }
    }

    fn field(&self, ty: TypeId, index: usize) -> Option<ObjId> {
        match self.input.store().under(ty) {
            Type::Struct(s) => s.fields.get(index).map(|f| self.input.origin(*f)),
            _ => None,
        }
    }

    fn is_pointer_param(&self, local: LocalId) -> bool {
        let l = self.input.hir.local(local);
        matches!(l.kind, LocalKind::Receiver | LocalKind::Param) && self.input.pointee(l.ty).is_some()
    }

    fn local(&mut self, local: LocalId, span: Span, context: Context) {
        let declared = self.input.hir.local(local);
        let facts = &mut self.sharing.locals[local.index()];
        facts.used = true;
        if declared.func != self.func {
            facts.captured.get_or_insert(span);
            self.capture(local, declared.func);
            if self.is_pointer_param(local) {
                self.graph.seed(local, span);
            }
        }
        if self.is_pointer_param(local) {
            match context {
                Context::Value => self.graph.seed(local, span),
                Context::LentTo(param) => self.graph.edge(param, local, span),
                Context::Followed | Context::PlaceBase | Context::Lent => {}
            }
        }
    }

    /// Every literal between the use and the declaration captures the local.
    fn capture(&mut self, local: LocalId, owner: FuncId) {
        let mut at = Some(self.func);
        while let Some(func) = at.filter(|f| *f != owner) {
            let captures = self.sharing.captures.entry(func).or_default();
            if !captures.contains(&local) {
                captures.push(local);
            }
            at = self.input.hir.funcs.get(func.index()).and_then(|f| f.parent);
        }
    }

    fn expr(&mut self, e: &'a Expr, context: Context) {
        match &e.kind {
            ExprKind::Const { .. }
            | ExprKind::Zero
            | ExprKind::TupleElem(_)
            | ExprKind::Global(_)
            | ExprKind::LibVar(_)
            | ExprKind::Func { .. }
            | ExprKind::LibFunc { .. }
            | ExprKind::Embedded(_)
            | ExprKind::Unsupported(_) => {}
            ExprKind::MethodExpr { recv, method, path } => self.promoted(*recv, method, path, e.span),
            // A literal's body is walked as a function of its own, and its captures are found there.
            ExprKind::FuncLit(_) => {}
            ExprKind::Local(l) => self.local(*l, e.span, context),
            ExprKind::Field { base, .. } => self.expr(base, Context::PlaceBase),
            ExprKind::Deref(x) => self.expr(x, Context::Followed),
            ExprKind::AddrOf(place) => self.address(place, e.span, context),
            ExprKind::Index { base, index } => {
                let base_context = if is_array(self.input, base.ty) {
                    Context::PlaceBase
                } else {
                    Context::Value
                };
                self.expr(base, base_context);
                self.expr(index, Context::Value);
            }
            ExprKind::Slice { base, low, high, max } => {
                if is_array(self.input, base.ty) {
                    // Slicing an array takes its address.
                    self.address(base, e.span, Context::Value);
                } else {
                    self.expr(base, Context::Value);
                }
                [low, high, max]
                    .into_iter()
                    .flatten()
                    .for_each(|e| self.expr(e, Context::Value));
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::MethodValue { recv, .. } => self.expr(recv, Context::Value),
            ExprKind::Unary(_, x)
            | ExprKind::New(x)
            | ExprKind::Convert(_, x)
            | ExprKind::TypeAssert { x, .. }
            | ExprKind::Recv { channel: x, .. } => self.expr(x, Context::Value),
            ExprKind::Binary(_, x, y) | ExprKind::MapIndexOk { map: x, key: y } => {
                self.expr(x, Context::Value);
                self.expr(y, Context::Value);
            }
            ExprKind::StructLit(fields) => fields.iter().for_each(|(_, e)| self.expr(e, Context::Value)),
            ExprKind::ArrayLit { elems, .. } => elems.iter().for_each(|(_, e)| self.expr(e, Context::Value)),
            ExprKind::MapLit(entries) => {
                for (key, value) in entries {
                    self.expr(key, Context::Value);
                    self.expr(value, Context::Value);
                }
            }
        }
    }

    /// A method expression takes the address of the embedded field that a promoted method is called on.
    fn promoted(&mut self, recv: TypeId, method: &Method, path: &[usize], span: Span) {
        let Method::User(func) = method else { return };
        let takes_pointer = self
            .input
            .hir
            .func(*func)
            .recv
            .is_some_and(|r| self.is_pointer_param(r));
        let mut at = recv;
        for index in path {
            at = self.input.pointee(at).unwrap_or(at);
            let Some(field) = self.field(at, *index) else { return };
            let ty = match self.input.store().under(at) {
                Type::Struct(s) => self.input.store().obj_type(s.fields[*index]),
                _ => return,
            };
            if takes_pointer && self.input.pointee(ty).is_none() {
                self.sharing.written_fields.entry(field).or_insert(span);
                self.sharing.projected.push((at, None));
            }
            at = ty;
        }
    }

    /// The structs whose memory a pointer to the place leads into.
    fn project(&mut self, place: &Expr, param: Option<LocalId>) {
        match &place.kind {
            ExprKind::Field { base, .. } => {
                self.sharing.projected.push((base.ty, param));
                self.project(base, param);
            }
            ExprKind::Index { base, .. } if is_array(self.input, base.ty) => self.project(base, param),
            _ => {}
        }
    }

    fn address(&mut self, place: &'a Expr, span: Span, context: Context) {
        match context {
            Context::LentTo(param) => self.project(place, Some(param)),
            Context::Lent => {}
            _ => self.project(place, None),
        }
        let root = root_local(self.input, place);
        match context {
            Context::LentTo(param) => {
                if let Some(local) = root {
                    self.sharing.locals[local.index()].mutated.push(span);
                    self.graph.edge(param, local, span);
                }
                if let Some(pointer) = root_pointer(self.input, place).filter(|p| self.is_pointer_param(*p)) {
                    self.graph.edge(param, pointer, span);
                }
                self.mark_written_if_scalar(place, span);
            }
            Context::Lent => {
                if let Some(local) = root {
                    self.sharing.locals[local.index()].mutated.push(span);
                }
            }
            _ => {
                if let Some(local) = root {
                    self.sharing.locals[local.index()].mutated.push(span);
                    self.graph.seed(local, span);
                }
                // Of any other pointer a copy serves.
                if let Some(pointer) = root_pointer(self.input, place).filter(|p| self.is_pointer_param(*p))
                    && !matches!(place.kind, ExprKind::Deref(_))
                {
                    self.graph.seed(pointer, span);
                }
                self.mark_written(place, span);
            }
        }
        match &place.kind {
            // `&*p` is `p`.
            ExprKind::Deref(p) => self.expr(p, context),
            _ => self.expr(place, Context::PlaceBase),
        }
    }

    /// A lent address of something that is not a struct of its own is written through the pointer.
    fn mark_written_if_scalar(&mut self, place: &'a Expr, span: Span) {
        if self.input.struct_name(place.ty).is_none() {
            self.mark_written(place, span);
        }
    }

    fn call(&mut self, call: &'a Call) {
        match &call.callee {
            Callee::Func { func, .. } => self.user_args(*func, call),
            Callee::Method {
                recv,
                method: Method::User(func),
            } => {
                let param = self.input.hir.func(*func).recv;
                let context = match param {
                    Some(p) if self.lends(p) => Context::LentTo(p),
                    _ => Context::Value,
                };
                self.expr(recv, context);
                self.user_args(*func, call);
            }
            Callee::Method { recv, method } => {
                let kept = |obj: &ObjId| library::keeps_receiver(&library::qualified(self.input, *obj));
                let lent = matches!(method, Method::Lib(obj) if !kept(obj));
                let context = if lent { Context::Lent } else { Context::Value };
                self.expr(recv, context);
                self.values(&call.args);
            }
            Callee::Value(f) => {
                if let ExprKind::FuncLit(lit) = f.kind {
                    self.sharing.immediate.insert(lit);
                }
                self.expr(f, Context::Value);
                self.values(&call.args);
            }
            Callee::Builtin(Builtin::Len | Builtin::Cap) => {
                for arg in call.args.iter() {
                    let context = if is_array(self.input, arg.ty) {
                        Context::PlaceBase
                    } else {
                        Context::Value
                    };
                    self.expr(arg, context);
                }
            }
            Callee::Lib { obj, .. } => {
                self.values(&call.args);
                if writes_through_argument(&self.input.store().obj(*obj).name) {
                    call.args.items.iter().for_each(|a| self.written_by_library(a));
                }
            }
            Callee::Builtin(_) => self.values(&call.args),
        }
    }

    /// What a pointer handed to the library leads to is written there, as a whole.
    fn written_by_library(&mut self, arg: &Expr) {
        match &arg.kind {
            ExprKind::Convert(_, x) => self.written_by_library(x),
            ExprKind::ArrayLit { elems, .. } => elems.iter().for_each(|(_, e)| self.written_by_library(e)),
            _ => {
                if let Some(name) = self.input.pointee(arg.ty).and_then(|t| self.input.struct_name(t)) {
                    self.sharing.whole_written.entry(name).or_insert(arg.span);
                }
            }
        }
    }

    fn user_args(&mut self, func: FuncId, call: &'a Call) {
        let func = self.input.hir.func(func);
        if let Some(tuple) = &call.args.tuple {
            self.expr(tuple, Context::Value);
        }
        for (i, arg) in call.args.items.iter().enumerate() {
            let variadic = func.variadic && i + 1 >= func.params.len();
            match func.params.get(i) {
                Some(p) if !variadic && self.lends(*p) => self.expr(arg, Context::LentTo(*p)),
                _ => self.expr(arg, Context::Value),
            }
        }
    }

    /// Whether a parameter can be a borrow at all: a pointer to one of the user's structs.
    fn lends(&self, param: LocalId) -> bool {
        let pointee = self.input.pointee(self.input.hir.local(param).ty);
        pointee
            .and_then(|t| self.input.struct_name(t))
            .is_some_and(|o| !self.input.is_library(o))
    }
}

/// Library functions that fill in what their argument points to.
fn writes_through_argument(name: &str) -> bool {
    name == "As"
        || ["Scan", "Sscan", "Fscan", "Unmarshal", "Decode", "Read"]
            .iter()
            .any(|p| name.starts_with(p))
}

fn is_array(input: Input<'_>, ty: TypeId) -> bool {
    matches!(input.store().under(ty), Type::Array(..))
}

/// The variable that a place is part of, without following pointers.
pub(crate) fn root_local(input: Input<'_>, place: &Expr) -> Option<LocalId> {
    match &place.kind {
        ExprKind::Local(l) => Some(*l),
        ExprKind::Field { base, .. } => root_local(input, base),
        ExprKind::Index { base, .. } if is_array(input, base.ty) => root_local(input, base),
        _ => None,
    }
}

/// The pointer variable through which a place is reached.
fn root_pointer(input: Input<'_>, place: &Expr) -> Option<LocalId> {
    match &place.kind {
        ExprKind::Deref(p) => match p.kind {
            ExprKind::Local(l) => Some(l),
            _ => None,
        },
        ExprKind::Field { base, .. } => root_pointer(input, base),
        ExprKind::Index { base, .. } if is_array(input, base.ty) => root_pointer(input, base),
        _ => None,
    }
}
