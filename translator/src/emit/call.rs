//! Calls of functions, methods and the predeclared functions.

use super::Emitter;
use super::code::{Code, Prec, join};
use super::place::Place;
use crate::hir::{Call, Callee, Expr, ExprKind, FuncId, LocalId, Method, Values};
use crate::plan::forms::Form;
use crate::plan::{Receiver, Storage, names};
use crate::types::{Type, TypeId};

impl<'a> Emitter<'a> {
    pub(super) fn call(&self, call: &'a Call, e: &'a Expr) -> Code {
        self.answered(self.unanswered_call(call, e), e)
    }

    /// The call as the function answers it.
    fn unanswered_call(&self, call: &'a Call, e: &'a Expr) -> Code {
        if let Some(tuple) = &call.args.tuple {
            let pattern = tuple_pattern(call.args.items.len(), call, &call.args);
            let inner = self.call_code(call, e);
            return Code::block(format!("{{ let {pattern} = {}; {inner} }}", self.expr(tuple)));
        }
        self.call_code(call, e)
    }

    fn call_code(&self, call: &'a Call, e: &'a Expr) -> Code {
        match &call.callee {
            Callee::Func { func, type_args } => {
                let (before, args) = self.user_args(*func, &call.args);
                let path = self.func_path(*func, type_args, args.iter().any(|a| is_untyped(&a.text)));
                let code = Code::postfix(format!("{path}({})", join(&args)));
                let code = self.apart(*func, self.maybe_await(code, self.plan.funcs[func.index()].is_async));
                behind(&before, code)
            }
            Callee::Method { recv, method } => self.method_call(recv, method, call, e),
            Callee::Lib { obj, .. } => self.library_call(*obj, call, e),
            Callee::Value(f) => self.value_call(f, call),
            Callee::Builtin(builtin) => self.builtin(*builtin, call, e),
        }
    }

    /// `code.await` where the callee may suspend; in a body that cannot await, the thread waits.
    pub(super) fn maybe_await(&self, code: Code, is_async: bool) -> Code {
        match (is_async, self.is_async_here()) {
            (false, _) => code,
            (true, true) => code.awaited(),
            (true, false) => Code::postfix(format!("task::block_on({code})")),
        }
    }

    /// A function's path with the type arguments that inference does not find.
    pub(super) fn func_path(&self, func: FuncId, type_args: &[TypeId], explicit: bool) -> String {
        let f = self.input.hir.func(func);
        let package = f.obj.and_then(|o| self.input.store().obj(o).pkg);
        let path = self.path(package, &self.plan.funcs[func.index()].name);
        let inferred = f
            .type_params
            .iter()
            .all(|p| f.params.iter().any(|l| self.mentions(self.input.hir.local(*l).ty, *p)));
        if type_args.is_empty() || inferred && !explicit {
            path
        } else {
            format!("{path}::{}", self.generic_args(type_args))
        }
    }

    fn mentions(&self, ty: TypeId, param: TypeId) -> bool {
        let store = self.input.store();
        match store.get(ty) {
            Type::TypeParam(_) => ty == param,
            Type::Pointer(t) | Type::Slice(t) | Type::Array(_, t) | Type::Chan(_, t) => self.mentions(*t, param),
            Type::Map(k, v) => self.mentions(*k, param) || self.mentions(*v, param),
            Type::Named(_) if store.is_interface(ty) && self.dyn_trait(ty).is_none() => false,
            Type::Named(n) => n.type_args.iter().any(|t| self.mentions(*t, param)),
            Type::Signature(s) => s.params.iter().chain(&s.results).any(|t| self.mentions(*t, param)),
            _ => false,
        }
    }

    /// The arguments of one of the user's functions, lent where the parameter only borrows, and what is computed before
    /// because it looks at what an argument before it borrows to write.
    fn user_args(&self, func: FuncId, args: &'a Values) -> (String, Vec<Code>) {
        let f = self.input.hir.func(func);
        let generic = !f.type_params.is_empty();
        let borrows = |i: usize| f.params.get(i).is_some_and(|p| self.is_reference(*p));
        let writes = |i: usize| f.params.get(i).is_some_and(|p| borrows(i) && self.writes_through(*p));
        let roots = args
            .items
            .iter()
            .enumerate()
            .filter(|(i, _)| borrows(*i))
            .filter_map(|(_, arg)| root_local(arg));
        let mut before = String::new();
        let mut written: Vec<LocalId> = Vec::new();
        let codes = self.while_lent(roots.collect(), |e| {
            let each = args.items.iter().enumerate().map(|(i, arg)| {
                let form = f.params.get(i).map_or(&Form::Runtime, |p| self.plan.forms.local(*p));
                match f.params.get(i) {
                    Some(p) if borrows(i) => {
                        if writes(i) {
                            written.extend(root_local(arg));
                        }
                        return e.lent_to(arg, *p);
                    }
                    _ => {}
                }
                let code = if generic {
                    e.expr_into_explicit(arg, form)
                } else {
                    e.expr_into(arg, form)
                };
                if written.iter().any(|l| super::native::mentions(arg, *l)) {
                    let name = f
                        .params
                        .get(i)
                        .map_or("arg".into(), |p| names::snake(&self.input.hir.local(*p).name));
                    let name = if name == "_" { format!("arg{i}") } else { name };
                    before.push_str(&format!("let {name} = {code}; "));
                    return Code::postfix(name);
                }
                code
            });
            each.collect()
        });
        (before, codes)
    }

    /// Something that one owner holds is written through the parameter.
    pub(super) fn writes_through(&self, param: LocalId) -> bool {
        self.plan.forms.local(param).holds() && self.facts.ownership.writes(param)
    }

    /// An argument for a parameter that is a reference.
    fn lent_to(&self, arg: &'a Expr, param: LocalId) -> Code {
        let written = self.writes_through(param);
        if self.input.hir.local(param).ty == TypeId::STRING {
            return self.lent_string(arg, self.plan.forms.local(param));
        }
        if self.storage(param) == Storage::Lent {
            return self.lend_container_as(arg, written, self.plan.forms.local(param));
        }
        self.lent(arg, written)
    }

    /// Prints operands beside which the locals are borrowed.
    pub(super) fn while_lent<R>(&self, locals: Vec<LocalId>, f: impl FnOnce(&Self) -> R) -> R {
        let before = self.state.borrow_mut().function.as_mut().map(|function| {
            let before = function.lent.len();
            function.lent.extend(locals);
            before
        });
        let out = f(self);
        if let (Some(function), Some(before)) = (self.state.borrow_mut().function.as_mut(), before) {
            function.lent.truncate(before);
        }
        out
    }

    /// `&T` for a parameter that borrows what a pointer points to.
    fn lent(&self, arg: &'a Expr, written: bool) -> Code {
        let reference = |code: Code| {
            let mark = if written { "&mut " } else { "&" };
            Code::new(format!("{mark}{}", code.at(Prec::Unary)), Prec::Unary)
        };
        match &arg.kind {
            ExprKind::Local(l) if self.storage(*l) == Storage::Borrowed => Code::postfix(self.local_name(*l)),
            ExprKind::AddrOf(place) => match self.place(place) {
                Place::Direct(code) | Place::Cell(code) => reference(code),
                Place::Element(slice, i) => slice.method("at", &[i]),
                _ => reference(self.expr(arg)),
            },
            _ if self.is_owned_pointer(arg.ty) => reference(self.borrowed(arg)),
            _ => {
                let code = self.unwrapped(self.borrowed(arg), arg.ty);
                // The awaited value is not looked through by itself.
                if code.text.ends_with(".await") {
                    Code::new(format!("&*{code}"), Prec::Unary)
                } else {
                    code.reference()
                }
            }
        }
    }

    fn method_call(&self, recv: &'a Expr, method: &'a Method, call: &'a Call, e: &'a Expr) -> Code {
        match method {
            Method::User(func) => self.user_method_call(recv, *func, call),
            Method::Lib(obj) => self.library_method_call(recv, *obj, call, e),
            Method::Interface { obj, .. } => {
                let args: Vec<_> = self.while_lent(root_local(recv).into_iter().collect(), |e| {
                    call.args.items.iter().map(|a| e.expr(a)).collect()
                });
                let name = self.method_name(method);
                let origin = self.input.origin(*obj);
                let code = self.borrowed(recv).method(&name, &args);
                self.maybe_await(code, self.facts.coloring.is_async_method(origin))
            }
        }
    }

    fn user_method_call(&self, recv: &'a Expr, func: FuncId, call: &'a Call) -> Code {
        let plan = &self.plan.funcs[func.index()];
        let (before, args) = self.while_lent(root_local(recv).into_iter().collect(), |e| {
            e.user_args(func, &call.args)
        });
        let (before, args) = self.before_receiver(recv, func, call, before, args);
        let code = match plan.receiver {
            Some(Receiver::Pointer) => {
                let owner = self.receiver_type(func);
                let mut all = vec![self.pointer_reference(recv)];
                all.extend(args);
                Code::postfix(format!("{owner}::{}({})", plan.name, join(&all)))
            }
            _ => self
                .call_by_path(recv, func, &self.receiver_type(func), &args)
                .unwrap_or_else(|| self.receiver(recv).method(&plan.name, &args)),
        };
        behind(&before, self.apart(func, self.maybe_await(code, plan.is_async)))
    }

    /// Arguments that call something on the receiver are computed before it is borrowed to be written.
    fn before_receiver(
        &self,
        recv: &'a Expr,
        func: FuncId,
        call: &'a Call,
        mut before: String,
        mut args: Vec<Code>,
    ) -> (String, Vec<Code>) {
        let (Some(Receiver::RefMut), Some(root)) = (self.plan.funcs[func.index()].receiver, root_local(recv)) else {
            return (before, args);
        };
        for (i, (arg, code)) in call.args.items.iter().zip(&mut args).enumerate() {
            let calls = !super::stmt::is_pure(arg) && super::native::mentions(arg, root);
            if calls {
                before.push_str(&format!("let arg{i} = {code}; "));
                *code = Code::postfix(format!("arg{i}"));
            }
        }
        (before, args)
    }

    /// A call of a function that recovers: only where it is deferred does it find a panic.
    fn apart(&self, func: FuncId, call: Code) -> Code {
        if !self.input.hir.func(func).has_recover || call.text.contains(".await") {
            return call;
        }
        Code::postfix(format!("defer::apart(|| {call})"))
    }

    /// The path of the type that declares a method, without generic arguments.
    fn receiver_type(&self, func: FuncId) -> String {
        let recv = self.input.hir.func(func).recv;
        let ty = recv.map_or(TypeId::INVALID, |r| self.input.hir.local(r).ty);
        let base = self.input.pointee(ty).unwrap_or(ty);
        match self.input.store().get(base) {
            Type::Named(n) => self.type_path(n.obj),
            _ => "Self".into(),
        }
    }

    /// `&Ptr<T>` of a pointer value.
    fn pointer_reference(&self, recv: &'a Expr) -> Code {
        match &recv.kind {
            ExprKind::Local(l) if self.is_pointer_receiver(*l) => {
                // A literal has a pointer of its own.
                let name = Code::postfix(self.local_name(*l));
                if self.is_own_local(*l) { name } else { name.reference() }
            }
            ExprKind::AddrOf(place) => match &place.kind {
                ExprKind::Local(l) if self.storage(*l) == Storage::Shared => {
                    Code::postfix(self.local_name(*l)).reference()
                }
                _ => self.pointer_to(place).reference(),
            },
            _ => self.borrowed(recv).reference(),
        }
    }

    /// The receiver of a method that keeps its pointer: it is a reference to one.
    pub(super) fn is_pointer_receiver(&self, local: LocalId) -> bool {
        let func = self.input.hir.local(local).func;
        self.input.hir.func(func).recv == Some(local)
            && self.plan.funcs[func.index()].receiver == Some(Receiver::Pointer)
            && self.storage(local) == Storage::Plain
            && self.facts.sharing.local(local).assigned.is_empty()
    }

    /// What a method is called on: a place or value that dereferences to the receiver.
    pub(super) fn receiver(&self, recv: &'a Expr) -> Code {
        match &recv.kind {
            ExprKind::AddrOf(place) => match self.place(place) {
                Place::Direct(code) | Place::Cell(code) => code,
                Place::Element(slice, i) => slice.method("at", &[i]),
                Place::Within(code, path) => code.method("get", &[]).field(&path),
                place => self.read(&place, recv.ty),
            },
            ExprKind::Const { .. } => self.expr_explicit(recv),
            ExprKind::Deref(p) if self.is_in_place(recv.ty) => match self.place(recv) {
                Place::Cell(code) => code,
                _ => self.expr(p),
            },
            _ => self.borrowed(recv),
        }
    }

    fn value_call(&self, f: &'a Expr, call: &'a Call) -> Code {
        if let ExprKind::FuncLit(lit) = &f.kind {
            return self.apart(*lit, self.immediate_call(*lit, call));
        }
        let args: Vec<_> = call.args.items.iter().map(|a| self.expr(a)).collect();
        let callee = self.unwrapped(self.borrowed(f), f.ty);
        let callee = match (&f.kind, callee.text.ends_with(')')) {
            // A field's function is called in parentheses.
            (ExprKind::Field { .. } | ExprKind::Deref(_), false) => format!("({callee})"),
            _ if self.is_newtype(f.ty) => format!("({callee})"),
            _ => callee.operand(),
        };
        let code = Code::postfix(format!("{callee}({})", join(&args)));
        self.maybe_await(code, self.facts.coloring.is_async_type(f.ty))
    }
}

/// An empty container, which says nothing of its type.
fn is_untyped(argument: &str) -> bool {
    argument.ends_with("::new()") || matches!(argument, "&[]" | "&mut []")
}

/// A call behind what is computed before it.
fn behind(before: &str, call: Code) -> Code {
    if before.is_empty() {
        call
    } else {
        Code::block(format!("{{ {before}{call} }}"))
    }
}

/// The local variable that a place is part of, or that a pointer comes from.
fn root_local(e: &Expr) -> Option<LocalId> {
    match &e.kind {
        ExprKind::Local(l) => Some(*l),
        ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => root_local(base),
        ExprKind::Deref(x) | ExprKind::AddrOf(x) => root_local(x),
        _ => None,
    }
}

/// `(t0, t1)`: all components, unused ones too.
fn tuple_pattern(_n: usize, _call: &Call, args: &Values) -> String {
    let count = args.items.iter().map(count_elems).sum::<usize>();
    let names: Vec<_> = (0..count).map(|i| format!("t{i}")).collect();
    format!("({})", names.join(", "))
}

fn count_elems(e: &Expr) -> usize {
    struct Count(usize);
    impl<'p> crate::hir::visit::Visitor<'p> for Count {
        fn expr(&mut self, e: &'p Expr) {
            if let ExprKind::TupleElem(_) = e.kind {
                self.0 += 1;
            }
            crate::hir::visit::walk_expr(self, e);
        }
    }
    let mut count = Count(0);
    crate::hir::visit::Visitor::expr(&mut count, e);
    count.0
}
