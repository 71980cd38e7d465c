//! Functions and methods: headers, parameters, results, bodies.

use super::code::Code;
use super::stmt::Tail;
use super::{Emitter, Function};
use crate::guard;
use crate::hir::{Func, FuncId, LocalId, LocalKind, Stmt, StmtKind};
use crate::plan::{Receiver, Storage, names};
use crate::types::{Type, TypeId};

impl<'a> Emitter<'a> {
    /// A whole declaration, without its doc comment. Where gort fails at its body, a panic stands for that; where it fails
    /// at the header, the function is left out.
    pub(super) fn function(&self, func: &'a Func, visibility: &str) -> String {
        let printed = guard::guarded("printing a function", || {
            guard::at(func.name_span);
            let text = self.whole_function(func, visibility);
            #[cfg(test)]
            let text = guard::faults::garbled(&func.name, text);
            text
        });
        let defect = match printed {
            Ok(text) if self.state.borrow().one_by_one => match self.check_member(func, &text) {
                Ok(()) => return text,
                Err(error) => self.unparsable(func.name_span, &error),
            },
            Ok(text) => return text,
            Err(defect) => defect,
        };
        self.diagnose(defect);
        self.state.borrow_mut().give_up();
        self.function_stub(func, visibility).unwrap_or_default()
    }

    /// The header, if that is Rust, and a body that panics.
    fn function_stub(&self, func: &'a Func, visibility: &str) -> Option<String> {
        let header = guard::guarded("printing a function's header", || {
            self.begin_function(func);
            self.header(func, visibility)
        });
        self.state.borrow_mut().give_up();
        let position = self.input.types.sources.position(func.name_span);
        let text = super::constant::quote(&format!("gort G0099: `{}` at {position} is not translated", func.name));
        let body = self.panicking_body(func, &text);
        let stub = format!("{} {{ {body} }}", header.ok()?);
        self.check_member(func, &stub).is_ok().then_some(stub)
    }

    /// Whether a function or method is Rust.
    fn check_member(&self, func: &Func, text: &str) -> Result<(), syn::Error> {
        match func.recv {
            Some(_) => super::format::check_item(&format!("impl Receiver {{ {text} }}")),
            None => super::format::check_item(text),
        }
    }

    fn panicking_body(&self, func: &Func, quoted: &str) -> String {
        if self.plan.funcs[func.id.index()].boxed {
            format!("Box::pin(async move {{ unimplemented!({quoted}) }})")
        } else {
            format!("unimplemented!({quoted})")
        }
    }

    fn begin_function(&self, func: &Func) {
        let plan = &self.plan.funcs[func.id.index()];
        self.state.borrow_mut().function = Some(Function {
            id: Some(func.id),
            is_async: plan.is_async || self.initialises_async(func.id),
            results_in_variables: plan.defers && func.named_results,
            ..Function::default()
        });
        self.name_locals(func.id);
    }

    fn whole_function(&self, func: &'a Func, visibility: &str) -> String {
        #[cfg(test)]
        guard::faults::stop(guard::faults::Fault::Emit, &func.name);
        let plan = &self.plan.funcs[func.id.index()];
        self.begin_function(func);
        let header = self.header(func, visibility);
        let body = match &func.body {
            None => {
                let code = if func.external {
                    self.external(func.span)
                } else {
                    self.unsupported("a function without a body", func.span, TypeId::INVALID)
                };
                let text = code.text.replacen("<()>", &format!("<{}>", self.results(func.id)), 1);
                if plan.boxed {
                    format!("Box::pin(async move {{ {text} }})")
                } else {
                    text
                }
            }
            Some(_) => {
                let prologue = self.receiver_prologue(func);
                let body = self.function_body(func.id);
                let text = format!("{prologue} {body}");
                if plan.boxed {
                    format!("Box::pin(async move {{ {text} }})")
                } else {
                    text
                }
            }
        };
        self.state.borrow_mut().function = None;
        let unmapped = self.state.borrow_mut().unmapped.take();
        let body = match unmapped {
            Some(name) => self.unmapped_body(&name, func, &body),
            None => body,
        };
        format!("{header} {{ {body} }}")
    }

    /// What stands for a body that uses a library type without a counterpart: its comments, and a panic.
    fn unmapped_body(&self, name: &str, func: &Func, body: &str) -> String {
        let message = format!("`{name}` is not in gort's library yet");
        let diagnostic =
            crate::diagnostic::Diagnostic::warning(crate::diagnostic::Code::UNMAPPED_LIBRARY, func.name_span, message);
        self.diagnose(diagnostic);
        let marker = |s: &str| {
            let at = s.rfind("__gort_comment!").or_else(|| s.rfind("__gort_trailing!"))?;
            Some(format!("{};", &s[at..]))
        };
        let markers = body.split(';').filter_map(marker);
        let position = self.input.types.sources.position(func.name_span);
        let text = super::constant::quote(&format!("gort G0061: {name} at {position} is not in gort's library"));
        let keep: String = markers.collect::<String>().replace("__gort_trailing", "__gort_comment");
        format!("{keep} {}", self.panicking_body(func, &text))
    }

    fn header(&self, func: &'a Func, visibility: &str) -> String {
        let plan = &self.plan.funcs[func.id.index()];
        let mut params = Vec::new();
        match plan.receiver {
            None => {}
            Some(Receiver::Ref) => params.push("&self".to_owned()),
            Some(Receiver::RefMut) => params.push("&mut self".to_owned()),
            Some(Receiver::Value) => params.push("self".to_owned()),
            Some(Receiver::Pointer) => {
                let name = func.recv.map_or("this".into(), |r| self.receiver_param(r));
                params.push(format!("{name}: &Ptr<Self>"));
            }
        }
        for param in &func.params {
            let text = match self.storage(*param) {
                Storage::Borrowed | Storage::Lent => self.borrowed_ty(*param),
                _ => self.local_ty(*param),
            };
            params.push(format!("{}: {text}", self.param_pattern(*param)));
        }
        let generics = if func.recv.is_some() {
            String::new()
        } else {
            self.generics(&func.type_params)
        };
        let result = self.results(func.id);
        let arrow = match (plan.boxed, result.as_str()) {
            (true, _) => {
                let lifetime = if plan.receiver.is_some_and(|r| r != Receiver::Value) {
                    "'_"
                } else {
                    "'static"
                };
                format!(" -> BoxFuture<{lifetime}, {result}>")
            }
            (false, "()") => String::new(),
            _ => format!(" -> {result}"),
        };
        let is_async = plan.is_async || self.initialises_async(func.id);
        let keyword = if is_async && !plan.boxed { "async fn" } else { "fn" };
        let bounds = self.where_clause(&self.all_type_params(func));
        format!(
            "{visibility} {keyword} {}{generics}({}){arrow} {bounds}",
            plan.name,
            params.join(", ")
        )
    }

    /// `main`, when what it initialises first may suspend.
    fn initialises_async(&self, func: FuncId) -> bool {
        self.input.hir.packages.iter().any(|p| p.main == Some(func)) && self.program_init_is_async()
    }

    fn receiver_param(&self, recv: LocalId) -> String {
        let name = self.local_name(recv);
        if self.facts.sharing.local(recv).used {
            name
        } else {
            format!("_{}", name.trim_start_matches('_'))
        }
    }

    /// `<T: GoType, U: Ordered>`
    pub(super) fn generics(&self, params: &[TypeId]) -> String {
        if params.is_empty() {
            return String::new();
        }
        let own = params.iter().filter(|p| self.input.store().stand_in(**p).is_none());
        let each: Vec<_> = own.map(|p| format!("{}: {}", self.ty(*p), self.bounds(*p))).collect();
        if each.is_empty() {
            String::new()
        } else {
            format!("<{}>", each.join(", "))
        }
    }

    /// What the constraints promise of the composite types that stand for type parameters.
    pub(super) fn where_clause(&self, params: &[TypeId]) -> String {
        let store = self.input.store();
        let each = params.iter().filter_map(|p| {
            let Type::TypeParam(param) = store.get(*p) else {
                return None;
            };
            let core = store.stand_in(*p)?;
            let path = self.trait_path(param.constraint)?;
            Some(format!("{}: {path}", self.ty(core)))
        });
        let each: Vec<_> = each.collect();
        if each.is_empty() {
            String::new()
        } else {
            format!("where {}", each.join(", "))
        }
    }

    /// All type parameters of a function, those that a composite type stands for too.
    fn all_type_params(&self, func: &Func) -> Vec<TypeId> {
        match self.input.store().get(func.sig) {
            Type::Signature(s) if func.recv.is_none() => s.type_params.clone(),
            _ => Vec::new(),
        }
    }

    /// What a type parameter's constraint promises.
    fn bounds(&self, param: TypeId) -> String {
        let store = self.input.store();
        let mut bounds = vec!["GoType".to_owned()];
        let Type::TypeParam(p) = store.get(param) else {
            return bounds.join(" + ");
        };
        let set = store.type_set(p.constraint);
        if set.terms.is_some() {
            let all = |f: fn(crate::types::BasicKind) -> bool| store.all_basic(param, f);
            if all(crate::types::BasicKind::is_integer) {
                bounds.push("Integer".into());
                bounds.push("Ordered".into());
            } else if all(crate::types::BasicKind::is_float) {
                bounds.push("Float".into());
            } else if all(|k| k.is_integer() || k.is_float()) {
                bounds.push("Number".into());
                bounds.push("Ordered".into());
            } else if all(crate::types::BasicKind::is_numeric) {
                bounds.push("Number".into());
            } else if all(crate::types::BasicKind::is_string) {
                bounds.push("Text".into());
            } else if all(crate::types::BasicKind::is_ordered) {
                bounds.push("Ordered".into());
                bounds.push("std::ops::Add<Output = Self>".replace("Self", &self.ty(param)));
            }
        }
        if store.comparable(param) {
            bounds.push("GoKey".into());
            let equal = ["Integer", "Float", "Number", "Ordered", "Text"]
                .iter()
                .any(|b| bounds.iter().any(|x| x == b));
            if !equal {
                bounds.push("PartialEq".into());
            }
        }
        if !set.methods.is_empty()
            && let Some(path) = self.trait_path(p.constraint)
        {
            bounds.push(path);
        }
        bounds.join(" + ")
    }

    /// A parameter's name, with `mut` when it is assigned to.
    pub(super) fn param_pattern(&self, param: LocalId) -> String {
        let name = self.local_name(param);
        let facts = self.facts.sharing.local(param);
        if name == "_" || !facts.used {
            return if name.starts_with('_') {
                name
            } else {
                format!("_{name}")
            };
        }
        if self.storage(param) == Storage::Plain && self.needs_mut(param) {
            format!("mut {name}")
        } else {
            name
        }
    }

    /// The Rust variable is written through its own name.
    pub(super) fn needs_mut(&self, local: LocalId) -> bool {
        if self.is_guarded(local) {
            return false;
        }
        let facts = self.facts.sharing.local(local);
        let ty = self.input.hir.local(local).ty;
        let owned = self.plan.forms.local(local).is_native() || self.storage(local) == Storage::Plain;
        let written = owned && self.facts.ownership.writes(local) && !self.is_in_place(ty);
        written && (self.plan.forms.local(local).is_native() || self.input.struct_name(ty).is_some())
            || !facts.assigned.is_empty()
            || (!facts.mutated.is_empty() && !self.is_in_place(ty))
    }

    /// The Rust type of the results.
    pub(super) fn results(&self, func: FuncId) -> String {
        let results: Vec<_> = self
            .input
            .hir
            .func(func)
            .results
            .iter()
            .map(|r| self.local_ty(*r))
            .collect();
        self.result_type(func, &results)
    }

    /// Gives the locals of a function their Rust names.
    pub(super) fn name_locals(&self, func: FuncId) {
        let f = self.input.hir.func(func);
        let package = self
            .input
            .types
            .order
            .get(f.package.index())
            .and_then(|p| self.input.types.package(*p));
        let mut given: Vec<(LocalId, String)> = Vec::new();
        // Results that the end of the function reads must not be hidden by inner variables of their name.
        let kept: Vec<String> = if self.plan.funcs[func.index()].defers && f.named_results {
            f.results
                .iter()
                .map(|r| self.input.hir.local(*r).name.to_string())
                .collect()
        } else {
            Vec::new()
        };
        for &id in self.locals.get(&func).into_iter().flatten() {
            let local = self.input.hir.local(id);
            let base = if &*local.name == "_" && local.kind == LocalKind::Result {
                let place = f.results.iter().position(|r| *r == id).unwrap_or(0);
                if f.results.len() == 1 {
                    "result".to_owned()
                } else {
                    format!("result{place}")
                }
            } else {
                names::snake(&local.name)
            };
            let hidden = local.kind != LocalKind::Result && kept.iter().any(|k| **k == *local.name);
            let base = if hidden { format!("inner_{base}") } else { base };
            let hides = |n: &str| {
                names::is_reserved_local(n)
                    || (self.plan.names.is_value(n) && package.is_some_and(|p| !p.scope.contains_key(&local.name)))
            };
            given.push((id, names::unique(base, hides)));
        }
        let mut state = self.state.borrow_mut();
        let Some(function) = state.function.as_mut() else {
            return;
        };
        // Two Go names that give one Rust name are told apart; one Go name in several scopes shadows as in Go.
        let mut owner: rustc_hash::FxHashMap<String, String> = rustc_hash::FxHashMap::default();
        for (local, name) in &function.names {
            owner.insert(name.clone(), self.input.hir.local(*local).name.to_string());
        }
        for (id, name) in given {
            let go = self.input.hir.local(id).name.to_string();
            let name = names::unique(name, |n| n != "_" && owner.get(n).is_some_and(|o| *o != go));
            owner.insert(name.clone(), go);
            function.names.insert(id, name);
        }
        if let Some(recv) = f.recv
            && self.names_self(f, recv)
        {
            function.names.insert(recv, "self".into());
        }
    }

    /// The receiver is `self` itself: never reassigned, captured or shared.
    fn names_self(&self, func: &Func, recv: LocalId) -> bool {
        let plan = &self.plan.funcs[func.id.index()];
        let facts = self.facts.sharing.local(recv);
        match (plan.receiver, self.storage(recv)) {
            (Some(Receiver::Ref | Receiver::RefMut), Storage::Borrowed) => true,
            (Some(Receiver::Ref | Receiver::Value), Storage::Plain) => {
                facts.mutated.is_empty() && facts.captured.is_none()
            }
            _ => false,
        }
    }

    /// A receiver that is a variable of its own.
    fn receiver_prologue(&self, func: &'a Func) -> String {
        let Some(recv) = func.recv else { return String::new() };
        let plan = &self.plan.funcs[func.id.index()];
        let name = self.local_name(recv);
        if name == "self" || !self.facts.sharing.local(recv).used {
            return String::new();
        }
        let value = match plan.receiver {
            Some(Receiver::Pointer) if self.is_pointer_receiver(recv) => return String::new(),
            Some(Receiver::Pointer) => format!("{name}.clone()"),
            Some(Receiver::Value) => "self".into(),
            _ => "self.clone()".into(),
        };
        if self.storage(recv) == Storage::Shared {
            return format!("let {name} = Ptr::new({value});");
        }
        let mutable = if self.needs_mut(recv) { "mut " } else { "" };
        format!("let {mutable}{name} = {value};")
    }

    /// Parameters that are shared, named results, the body itself with its `defer` scope.
    pub(super) fn function_body(&self, id: FuncId) -> String {
        let func = self.input.hir.func(id);
        let Some(body) = &func.body else { return String::new() };
        let mut out = String::new();
        if self
            .input
            .hir
            .packages
            .get(func.package.index())
            .is_some_and(|p| p.main == Some(id))
            && self.needs_program_init()
        {
            let call = Code::postfix(format!("{}init_program()", self.root_prefix()));
            out.push_str(&format!("{}; ", self.maybe_await(call, self.program_init_is_async())));
        }
        for param in &func.params {
            if self.storage(*param) == Storage::Shared && self.facts.sharing.local(*param).used {
                let name = self.local_name(*param);
                out.push_str(&format!("let {name} = Ptr::new({name}); "));
            }
        }
        if func.named_results {
            for result in &func.results {
                out.push_str(&self.result_variable(*result, func));
            }
        }
        let returns = !func.results.is_empty();
        if !self.plan.funcs[id.index()].defers {
            out.push_str(&self.body_block(body, if returns { Tail::Return } else { Tail::Unit }));
            return out;
        }
        out + &self.defer_scope(func, body, returns)
    }

    fn result_variable(&self, result: LocalId, func: &Func) -> String {
        let local = self.input.hir.local(result);
        let name = self.local_name(result);
        let facts = self.facts.sharing.local(result);
        let defers = self.plan.funcs[func.id.index()].defers;
        if !facts.used && !defers && &*local.name == "_" && !returns_bare(func) {
            return String::new();
        }
        let zero = self.zero_of(self.plan.forms.local(result), local.ty);
        let ty = self.local_ty(result);
        if self.storage(result) == Storage::Shared {
            return format!("let {name}: Ptr<{ty}> = Ptr::new({zero}); ");
        }
        let assigned_by_return = self.plan.funcs[func.id.index()].defers;
        let mutable = if self.needs_mut(result) || assigned_by_return {
            "mut "
        } else {
            ""
        };
        format!("let {mutable}{name}: {ty} = {zero}; ")
    }

    fn defer_scope(&self, func: &'a Func, body: &'a crate::hir::Block, returns: bool) -> String {
        let is_async = self.is_async_here();
        let saved = {
            let mut state = self.state.borrow_mut();
            state
                .function
                .as_mut()
                .map(|f| std::mem::replace(&mut f.in_defer_scope, true))
        };
        let in_variables = func.named_results;
        let tail = if returns && !in_variables {
            Tail::Return
        } else {
            Tail::Unit
        };
        let text = self.body_block(body, tail);
        if let (Some(f), Some(saved)) = (self.state.borrow_mut().function.as_mut(), saved) {
            f.in_defer_scope = saved;
        }
        let zero = if returns && !in_variables {
            let zeros: Vec<_> = func
                .results
                .iter()
                .map(|r| {
                    self.zero_of(self.plan.forms.local(*r), self.input.hir.local(*r).ty)
                        .text
                })
                .collect();
            self.zero_answer(func.id, &zeros)
        } else {
            "()".into()
        };
        let end = match (returns, in_variables) {
            (true, true) => format!("; {}", self.result_values(func)),
            (true, false) => String::new(),
            (false, _) => ";".into(),
        };
        if !is_async {
            return format!("defer::scope(|| {zero}, |defers| {{ {text} }}){end}");
        }
        format!("let defers = defer::AsyncDefers::new(); defers.scope(|| {zero}, async {{ {text} }}).await{end}")
    }

    /// The named results as the function's value.
    pub(super) fn result_values(&self, func: &Func) -> String {
        let each = self.result_each(func);
        if let [one] = &each[..] {
            one.clone()
        } else {
            format!("({})", each.join(", "))
        }
    }

    /// The value of each named result.
    pub(super) fn result_each(&self, func: &Func) -> Vec<String> {
        let each = func.results.iter().map(|r| {
            let name = self.local_name(*r);
            let local = self.input.hir.local(*r);
            match self.storage(*r) {
                Storage::Shared => {
                    self.read(&super::place::Place::Cell(Code::postfix(name)), local.ty)
                        .text
                }
                _ if self.state.borrow().function.as_ref().is_some_and(|f| f.in_defer_scope) => {
                    self.copied(&Code::postfix(name), local.ty).text
                }
                _ => name,
            }
        });
        each.collect()
    }

    /// Whether control never leaves the end of the statement.
    pub(super) fn diverges(&self, stmt: &Stmt) -> bool {
        match &stmt.kind {
            StmtKind::Return(_) | StmtKind::Goto(_) | StmtKind::Break(_) | StmtKind::Continue(_) => true,
            StmtKind::Expr(e) => is_panic(e),
            StmtKind::Block(b) => b.stmts.last().is_some_and(|s| self.diverges(s)),
            StmtKind::Labeled(_, inner) => matches!(inner.kind, StmtKind::Return(_) | StmtKind::Goto(_)),
            StmtKind::If {
                then, els: Some(els), ..
            } => then.stmts.last().is_some_and(|s| self.diverges(s)) && self.diverges(els),
            StmtKind::For(f) => f.cond.is_none() && !breaks_out(&f.body, f.label),
            _ => false,
        }
    }
}

/// A `return` without values is somewhere in the body.
fn returns_bare(func: &Func) -> bool {
    struct Find(bool);
    impl<'p> crate::hir::visit::Visitor<'p> for Find {
        fn stmt(&mut self, s: &'p Stmt) {
            self.0 |= matches!(&s.kind, StmtKind::Return(values) if values.items.is_empty());
            crate::hir::visit::walk_stmt(self, s);
        }
    }
    let mut find = Find(false);
    if let Some(body) = &func.body {
        crate::hir::visit::Visitor::block(&mut find, body);
    }
    find.0
}

fn is_panic(e: &crate::hir::Expr) -> bool {
    use crate::hir::{Builtin, Callee, ExprKind};
    match &e.kind {
        ExprKind::Call(call) => matches!(call.callee, Callee::Builtin(Builtin::Panic)),
        _ => false,
    }
}

/// A `break` of that label is somewhere inside.
pub(super) fn breaks_out(block: &crate::hir::Block, label: crate::hir::LabelId) -> bool {
    struct Find(crate::hir::LabelId, bool);
    impl<'p> crate::hir::visit::Visitor<'p> for Find {
        fn stmt(&mut self, s: &'p Stmt) {
            self.1 |= matches!(s.kind, StmtKind::Break(l) if l == self.0);
            crate::hir::visit::walk_stmt(self, s);
        }
    }
    let mut find = Find(label, false);
    crate::hir::visit::Visitor::block(&mut find, block);
    find.1
}
