//! Calls of functions, methods and the predeclared functions.

use super::Emitter;
use super::code::{Code, Prec, join};
use super::place::Place;
use crate::analysis::coloring::library::{self, Behaviour};
use crate::analysis::locks;
use crate::hir::{Builtin, Call, Callee, Conversion, Expr, ExprKind, FuncId, LocalId, Method, Values};
use crate::plan::forms::Form;
use crate::plan::{Receiver, Storage, names};
use crate::source::Span;
use crate::types::{ObjId, Type, TypeId};

/// Whether the runtime has a library object, by its qualified name.
pub(super) fn is_mapped(qualified: &str) -> bool {
    crate::stdlib::mapped::is_mapped(qualified)
}

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
        match &*store.get(ty) {
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
        match &*self.input.store().get(base) {
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
    fn receiver(&self, recv: &'a Expr) -> Code {
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

    /// Notes that the library object must exist in the runtime; a diagnostic when it does not.
    pub(super) fn require_library(&self, obj: ObjId, span: Span) -> bool {
        if !self.input.is_library(obj) || self.input.store().obj(obj).pkg.is_none() {
            return true;
        }
        let name = self.library_name(obj);
        if is_mapped(&name) {
            return true;
        }
        let message = format!("`{name}` is not in gort's library yet");
        self.diagnose(crate::diagnostic::Diagnostic::warning(
            crate::diagnostic::Code::UNMAPPED_LIBRARY,
            span,
            message,
        ));
        false
    }

    /// `path.Func`, or `(path.Type).Method`.
    pub(super) fn library_name(&self, obj: ObjId) -> String {
        library::qualified(self.input, obj)
    }

    /// The type of a library function's results.
    fn result_of(&self, obj: ObjId) -> String {
        match &*self.input.store().get(self.input.store().obj_type(obj)) {
            Type::Signature(s) if s.type_params.is_empty() => self.tuple(&s.results),
            _ => "_".into(),
        }
    }

    fn unmapped(&self, obj: ObjId, span: Span) -> Code {
        let position = self.input.types.sources.position(span);
        let name = self.library_name(obj);
        let message = super::constant::quote(&format!("gort G0061: {name} at {position} is not in gort's library"));
        let ty = self.result_of(obj);
        Code::postfix(format!("untranslated::<{ty}>({message})"))
    }

    fn library_method_call(&self, recv: &'a Expr, obj: ObjId, call: &'a Call, e: &'a Expr) -> Code {
        if !self.require_library(obj, e.span) {
            return self.unmapped(obj, e.span);
        }
        let qualified = library::qualified(self.input, obj);
        let name = names::snake(&self.input.store().obj(obj).name);
        let base = self.receiver(recv);
        match library::behaviour(&qualified) {
            Behaviour::Suspends => {
                let args = self.library_args(call);
                self.maybe_await(base.method(&name, &args), true)
            }
            Behaviour::Locks => {
                if self.facts.locks.is_async(locks::lock_key(self.input, recv)) {
                    self.maybe_await(base.method(&name, &[]), true)
                } else {
                    base.method(&format!("{name}_sync"), &[])
                }
            }
            Behaviour::CallsArgument => self.calls_argument(base, &name, call),
            Behaviour::SpawnsArgument => self.group_go(recv, base, &name, call),
            Behaviour::Plain => base.method(&name, &self.library_args(call)),
        }
    }

    /// `once.Do(f)`: the plain form, or the asynchronous one when the argument may suspend.
    fn calls_argument(&self, base: Code, name: &str, call: &'a Call) -> Code {
        let Some(arg) = call.args.items.first() else {
            return base;
        };
        let is_async = match &arg.kind {
            ExprKind::FuncLit(lit) => self.facts.coloring.is_async(*lit),
            _ => self.facts.coloring.is_async_type(arg.ty),
        };
        let name = name.trim_end_matches('_');
        match (&arg.kind, is_async) {
            (ExprKind::FuncLit(lit), true) => {
                let body = self.async_block(*lit);
                self.maybe_await(
                    base.method(
                        &format!("{name}_async"),
                        &[Code::new(format!("|| {body}"), Prec::Lowest)],
                    ),
                    true,
                )
            }
            (ExprKind::FuncLit(lit), false) => base.method(&format!("{name}_borrowing"), &[self.plain_closure(*lit)]),
            (_, true) => {
                let f = self.expr(arg);
                self.maybe_await(
                    base.method(
                        &format!("{name}_async"),
                        &[Code::new(format!("|| {f}()"), Prec::Lowest)],
                    ),
                    true,
                )
            }
            (_, false) => {
                let f = self.expr(arg);
                base.method(
                    &format!("{name}_borrowing"),
                    &[Code::new(format!("|| {f}()"), Prec::Lowest)],
                )
            }
        }
    }

    /// `wg.Go(f)`: the future itself.
    fn group_go(&self, recv: &'a Expr, base: Code, name: &str, call: &'a Call) -> Code {
        let owner = match &recv.kind {
            ExprKind::AddrOf(place) => match &place.kind {
                ExprKind::Local(l) if self.storage(*l) == Storage::Shared => base,
                ExprKind::Local(l) => {
                    // A group that nobody shares: the tasks it starts need one.
                    let _ = l;
                    self.pointer_to(place)
                }
                _ => self.pointer_to(place),
            },
            _ => base,
        };
        let future = match call.args.items.first() {
            Some(Expr {
                kind: ExprKind::FuncLit(lit),
                ..
            }) => {
                let (before, body) = self.spawned_future(*lit);
                if before.is_empty() {
                    body
                } else {
                    Code::block(format!("{{ {before} {body} }}"))
                }
            }
            Some(f) => {
                let value = self.expr(f);
                let awaited = if self.facts.coloring.is_async_type(f.ty) {
                    ".await"
                } else {
                    ""
                };
                Code::block(format!("{{ let f = {value}; async move {{ f(){awaited}; }} }}"))
            }
            None => Code::postfix("async {}"),
        };
        owner.method(name, &[future])
    }

    /// A function that the library starts as a goroutine: a future, boxed in a function.
    fn spawned_argument(&self, arg: &'a Expr) -> Code {
        if !matches!(&*self.input.store().under(arg.ty), Type::Signature(_)) {
            return self.expr(arg);
        }
        let spawned = |body: String| Code::postfix(format!("fn0(move || task::go({body}))"));
        match &arg.kind {
            ExprKind::FuncLit(lit) if self.facts.coloring.is_async(*lit) => self.spawning_literal(*lit),
            ExprKind::FuncLit(_) => self.literal_plain(arg),
            _ if self.facts.coloring.is_async_type(arg.ty) => {
                let f = self.expr(arg);
                Code::block(format!("{{ let f = {f}; {} }}", spawned("f()".into())))
            }
            _ => self.expr(arg),
        }
    }

    /// Arguments of a library function, in the fallback representation; functions that may suspend are made to wait.
    pub(super) fn library_args(&self, call: &'a Call) -> Vec<Code> {
        call.args.items.iter().map(|a| self.library_arg(a)).collect()
    }

    pub(super) fn library_arg(&self, arg: &'a Expr) -> Code {
        if let Type::Signature(sig) = &*self.input.store().under(arg.ty)
            && !matches!(arg.kind, ExprKind::Zero)
        {
            if let ExprKind::FuncLit(_) = arg.kind
                && !self.literal_is_async(arg)
            {
                return self.literal_plain(arg);
            }
            if self.facts.coloring.is_async_type(arg.ty) {
                let params: Vec<_> = (0..sig.params.len()).map(|i| format!("a{i}")).collect();
                let list = params.join(", ");
                let f = self.expr(arg);
                return Code::block(format!(
                    "{{ let f = {f}; fn{}(move |{list}| task::block_on(f({list}))) }}",
                    params.len()
                ));
            }
        }
        self.runtime_text(arg).unwrap_or_else(|| self.expr_explicit(arg))
    }

    fn literal_is_async(&self, arg: &Expr) -> bool {
        matches!(arg.kind, ExprKind::FuncLit(lit) if self.facts.coloring.is_async(lit))
    }

    fn library_call(&self, obj: ObjId, call: &'a Call, e: &'a Expr) -> Code {
        if !self.require_library(obj, e.span) {
            return self.unmapped(obj, e.span);
        }
        let qualified = library::qualified(self.input, obj);
        if let Some(code) = self.printing(&qualified, obj, call) {
            return code;
        }
        if let Some(code) = self.text_library_call(&qualified, call) {
            return code;
        }
        let name = names::library_func(&self.input.store().obj(obj).name);
        let path = self.library_path(obj, &name);
        match library::behaviour(&qualified) {
            Behaviour::Suspends => {
                let args = self.library_args(call);
                self.maybe_await(Code::postfix(format!("{path}({})", join(&args))), true)
            }
            Behaviour::SpawnsArgument => {
                let args: Vec<_> = call.args.items.iter().map(|a| self.spawned_argument(a)).collect();
                Code::postfix(format!("{path}({})", join(&args)))
            }
            _ if self.is_native_call(&qualified, call) => self
                .native_library_call(&qualified, &path, call)
                .unwrap_or_else(|| self.unmapped(obj, e.span)),
            _ if qualified == "errors.As" => self.errors_as(&path, call),
            _ if matches!(
                qualified.as_str(),
                "sort.Slice" | "sort.SliceStable" | "sort.SliceIsSorted"
            ) =>
            {
                let mut args = self.library_args(call);
                if let (
                    Some(first),
                    Some(Expr {
                        kind: ExprKind::Convert(_, x),
                        ..
                    }),
                ) = (args.first_mut(), call.args.items.first())
                {
                    *first = self.unwrapped(self.expr_explicit(x), x.ty);
                }
                Code::postfix(format!("{path}({})", join(&args)))
            }
            _ => {
                let mut args = self.library_args(call);
                if qualified.starts_with("sync/atomic.")
                    && let Some(first) = args.first_mut()
                {
                    // The functions of `sync/atomic` look at the pointer only.
                    *first = first.reference();
                }
                Code::postfix(format!("{path}({})", join(&args)))
            }
        }
    }

    /// The library function works on a container of one owner.
    fn is_native_call(&self, qualified: &str, call: &'a Call) -> bool {
        crate::analysis::ownership::library_use(qualified).is_some()
            && self.native_library_call(qualified, "", call).is_some()
    }

    /// `errors.As(err, &target)`: by the target's type.
    fn errors_as(&self, path: &str, call: &'a Call) -> Code {
        let [err, target] = &call.args.items[..] else {
            return Code::postfix(format!("{path}()"));
        };
        let target = match &target.kind {
            ExprKind::Convert(Conversion::ToInterface, x) => x,
            _ => target,
        };
        let pointee = self.input.pointee(target.ty).unwrap_or(TypeId::INVALID);
        let path = path.trim_end_matches('_');
        match self.dyn_trait(pointee) {
            Some(t) => Code::postfix(format!(
                "{path}_iface::<{t}>({}, {})",
                self.expr(err),
                self.expr(target)
            )),
            None => Code::postfix(format!("{path}_({}, {})", self.expr(err), self.expr(target))),
        }
    }

    /// `fmt.Println(a, b)` and its like: the runtime's macros take the values as they are.
    fn printing(&self, qualified: &str, obj: ObjId, call: &'a Call) -> Option<Code> {
        let (path, args) = self.printing_parts(qualified, obj, call)?;
        // Printed as a call, so that the formatter formats the arguments; it becomes the macro in the end.
        Some(Code::postfix(format!("{path}__gort_macro({})", join(&args))))
    }

    /// The macro's path and its arguments.
    pub(super) fn printing_parts(&self, qualified: &str, obj: ObjId, call: &'a Call) -> Option<(String, Vec<Code>)> {
        if !call.packed || call.args.tuple.is_some() {
            return None;
        }
        let (fixed, has_format) = match qualified {
            "fmt.Println" | "fmt.Print" | "fmt.Sprint" | "fmt.Sprintln" => (0, false),
            "log.Println" | "log.Print" | "log.Fatal" | "log.Fatalln" | "log.Panic" | "log.Panicln" => (0, false),
            "fmt.Printf" | "fmt.Sprintf" | "fmt.Errorf" | "log.Printf" | "log.Fatalf" | "log.Panicf" => (1, true),
            "fmt.Fprintln" | "fmt.Fprint" => (1, false),
            "fmt.Fprintf" => (2, true),
            _ => return None,
        };
        let mut args = Vec::new();
        for (i, arg) in call.args.items.iter().take(fixed).enumerate() {
            let is_format = has_format && i + 1 == fixed;
            args.push(if is_format {
                self.text_argument(arg)
            } else {
                self.expr(arg)
            });
        }
        if let Some(Expr {
            kind: ExprKind::ArrayLit { elems, .. },
            ..
        }) = call.args.items.get(fixed)
        {
            args.extend(elems.iter().map(|(_, e)| self.printed(e)));
        }
        let name = names::library_func(&self.input.store().obj(obj).name);
        Some((self.library_path(obj, &name), args))
    }

    /// A constant string as a Rust literal.
    fn text_argument(&self, arg: &'a Expr) -> Code {
        match &arg.kind {
            ExprKind::Const {
                value: crate::types::ConstValue::String(s),
                named: None,
                ..
            } => match std::str::from_utf8(s) {
                Ok(text) => Code::postfix(super::constant::quote(text)),
                Err(_) => self.expr(arg),
            },
            _ => self.expr(arg),
        }
    }

    /// An argument of a printing macro: the value that was converted to `any`, lent where it is a place.
    fn printed(&self, e: &'a Expr) -> Code {
        let ExprKind::Convert(Conversion::ToInterface, x) = &e.kind else {
            return self.expr(e);
        };
        if let ExprKind::Const {
            value: crate::types::ConstValue::String(_),
            named: None,
            ..
        } = &x.kind
            && x.ty == TypeId::STRING
        {
            return self.text_argument(x);
        }
        let (boxed, wrap) = self.boxed_type(x.ty);
        if wrap {
            return Code::postfix(format!("{boxed}({})", self.expr_explicit(x)));
        }
        match &x.kind {
            ExprKind::Local(l) if self.storage(*l) == Storage::Lent => Code::postfix(self.local_name(*l)),
            _ if self.is_literal_text(x) => self.expr(x),
            ExprKind::Slice { .. } if self.form_of(x).holds() => self.lend_container(x, false).method("to_vec", &[]),
            ExprKind::Index { .. } if !self.is_copy(x.ty) && matches!(self.place(x), Place::Direct(_)) => {
                self.borrowed(x).reference()
            }
            ExprKind::Local(l) if !self.is_copy(x.ty) && self.storage(*l) == Storage::Plain => {
                let code = self.borrowed(x);
                if code.text == "self" || self.is_pointer_receiver(*l) {
                    code
                } else {
                    code.reference()
                }
            }
            ExprKind::Field { .. } if !self.is_copy(x.ty) => match self.place(x) {
                Place::Direct(code) => code.reference(),
                _ => self.expr_explicit(x),
            },
            _ => self.expr_explicit(x),
        }
    }

    fn builtin(&self, builtin: Builtin, call: &'a Call, e: &'a Expr) -> Code {
        let args = &call.args.items;
        let arg = |i: usize| args.get(i).map_or_else(|| Code::postfix("()"), |a| self.expr(a));
        let container = |i: usize| {
            args.get(i)
                .map_or_else(|| Code::postfix("()"), |a| self.unwrapped(self.borrowed(a), a.ty))
        };
        match builtin {
            Builtin::Len | Builtin::Cap => self.length(builtin, args.first(), e),
            Builtin::Append => self.append(args, e.ty),
            Builtin::AppendString => {
                let code = container_owned(self, args.first()).method("append_str", &[container(1).reference()]);
                self.wrapped(code, e.ty)
            }
            Builtin::Copy if args.first().is_some_and(|a| self.form_of(a).holds()) => {
                let lend = |i: usize, written| {
                    args.get(i)
                        .map_or_else(|| Code::postfix("()"), |a| self.lend_container(a, written))
                };
                Code::postfix(format!("copy_into({}, {})", lend(0, true), lend(1, false)))
            }
            Builtin::Copy => Code::postfix(format!(
                "copy({}, {})",
                container(0).reference(),
                container(1).reference()
            )),
            Builtin::CopyString => Code::postfix(format!(
                "copy_str({}, {})",
                container(0).reference(),
                container(1).reference()
            )),
            Builtin::Clear if args.first().is_some_and(|a| matches!(self.form_of(a), Form::Vec(_))) => {
                let elem = args
                    .first()
                    .and_then(|a| crate::analysis::ownership::container(self.input, a.ty));
                let zero = elem.map_or_else(|| Code::postfix("()"), |c| self.zero(c.element()));
                container(0).method("fill", &[zero])
            }
            Builtin::Clear => container(0).method("clear", &[]),
            Builtin::Close => container(0).method("close", &[]),
            Builtin::Delete => {
                let form = args.first().map_or(Form::Runtime, |map| self.form_of(map));
                let key = args
                    .get(1)
                    .map_or_else(|| Code::postfix("()"), |k| self.key_reference(k, &form));
                let native = args.first().is_some_and(|a| self.form_of(a).holds());
                container(0).method(if native { "remove" } else { "delete" }, &[key])
            }
            Builtin::Make => self.make_value(args, e.ty),
            Builtin::Min | Builtin::Max => {
                let name = if builtin == Builtin::Min { "min" } else { "max" };
                let mut parts = args.iter().map(|a| self.expr_explicit(a));
                let first = parts.next().unwrap_or_else(|| Code::postfix("()"));
                parts.fold(first, |a, b| Code::postfix(format!("{name}({a}, {b})")))
            }
            Builtin::Panic => Code::postfix(format!("go_panic({})", arg(0))),
            Builtin::Recover => Code::postfix("recover()"),
            Builtin::Print | Builtin::Println => {
                let name = if builtin == Builtin::Print { "print" } else { "println" };
                let parts: Vec<_> = args.iter().map(|a| self.builtin_printed(a)).collect();
                let module = self.library_module("builtin");
                Code::postfix(format!("{module}::{name}(Slice::from([{}]))", join(&parts)))
            }
            Builtin::Complex => {
                let part = if self.basic_kind(e.ty) == Some(crate::types::BasicKind::Complex64) {
                    "f32"
                } else {
                    "f64"
                };
                let cast = |a: &'a Expr| {
                    let code = self.unwrapped(self.expr_explicit(a), a.ty);
                    if matches!(a.kind, ExprKind::Const { .. }) {
                        code.cast(part)
                    } else {
                        code
                    }
                };
                let parts: Vec<_> = args.iter().map(cast).collect();
                self.wrapped(Code::postfix(format!("Complex::new({})", join(&parts))), e.ty)
            }
            Builtin::Real => container(0).method("real", &[]),
            Builtin::Imag => container(0).method("imag", &[]),
            Builtin::Unsafe => self.unsupported("`unsafe`", e.span, e.ty),
        }
    }

    fn builtin_printed(&self, arg: &'a Expr) -> Code {
        let code = self.unwrapped(self.expr_explicit(arg), arg.ty);
        if self.input.store().is_interface(arg.ty) || self.basic_kind(arg.ty).is_none() {
            return self.unwrapped(self.expr_explicit(arg), arg.ty).method("into_any", &[]);
        }
        Code::postfix(format!("Any::new({code})"))
    }

    fn length(&self, builtin: Builtin, arg: Option<&'a Expr>, e: &'a Expr) -> Code {
        let Some(arg) = arg else { return Code::postfix("0") };
        let store = self.input.store();
        let core = store.core_type(arg.ty).unwrap_or(arg.ty);
        let pointee = self.input.pointee(arg.ty).unwrap_or(core);
        if let Type::Array(n, _) = &*store.under(pointee) {
            // Only calls and receives make the length of an array anything but a constant.
            let value = self.expr(arg);
            return Code::block(format!("{{ let _ = {value}; {n}_i64 }}"));
        }
        let _ = e;
        let name = if builtin == Builtin::Len { "len" } else { "cap" };
        if self.form_of(arg).is_native() {
            let target = match &arg.kind {
                ExprKind::Slice { .. } => self.lend_container(arg, false),
                _ => self.borrowed(arg),
            };
            return target.method(name, &[]).cast("i64");
        }
        self.unwrapped(self.borrowed(arg), arg.ty).method(name, &[])
    }

    fn append(&self, args: &'a [Expr], ty: TypeId) -> Code {
        let base = container_owned(self, args.first());
        let code = match args.get(1) {
            None => base,
            Some(Expr {
                kind: ExprKind::Zero, ..
            }) => base,
            Some(Expr {
                kind: ExprKind::ArrayLit { elems, .. },
                ..
            }) if elems.len() == 1 => base.method("append", &[self.expr(&elems[0].1)]),
            Some(rest) if self.form_of(rest).holds() => {
                let copy = self.lend_container(rest, false).method("to_vec", &[]);
                base.method("append_all", &[Code::postfix(format!("&Slice::from({copy})"))])
            }
            Some(rest) => base.method(
                "append_all",
                &[self.unwrapped(self.borrowed(rest), rest.ty).reference()],
            ),
        };
        self.wrapped(code, ty)
    }

    fn make_value(&self, args: &'a [Expr], ty: TypeId) -> Code {
        let store = self.input.store();
        let core = store.core_type(ty).unwrap_or(ty);
        let parts: Vec<_> = args.iter().map(|a| self.index(a)).collect();
        let code = match (&*store.under(core), &parts[..]) {
            (Type::Slice(_), [len]) => Code::postfix(format!("Slice::make({len}, {len})")),
            (Type::Slice(_), [len, cap]) => Code::postfix(format!("Slice::make({len}, {cap})")),
            (Type::Map(..), []) => Code::postfix("Map::make()"),
            (Type::Map(..), [n, ..]) => Code::postfix(format!("Map::with_capacity({n})")),
            (Type::Chan(dir, elem), sizes) => {
                let size = sizes.first().map_or("0".to_owned(), |s| s.text.clone());
                let chan = Code::postfix(format!("Chan::<{}>::make({size})", self.ty(*elem)));
                match dir {
                    crate::types::ChanDir::Both => chan,
                    crate::types::ChanDir::Send => chan.method("sender", &[]),
                    crate::types::ChanDir::Recv => chan.method("receiver", &[]),
                }
            }
            _ => self.zero(ty),
        };
        let slice_twice = matches!((&*store.under(core), &parts[..]), (Type::Slice(_), [len]) if len.prec != Prec::Postfix || len.text.contains('('));
        let code = if slice_twice {
            Code::postfix(format!("Slice::make_len({})", parts[0]))
        } else {
            code
        };
        self.wrapped(code, ty)
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

/// A slice that an append may take over.
fn container_owned<'a>(emitter: &Emitter<'a>, e: Option<&'a Expr>) -> Code {
    let Some(e) = e else {
        return Code::postfix("Slice::nil()");
    };
    if matches!(e.kind, ExprKind::Zero) {
        return Code::postfix(format!(
            "{}::nil()",
            emitter.ty_expr(emitter.input.store().underlying(e.ty))
        ));
    }
    emitter.unwrapped(emitter.expr(e), e.ty)
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
