//! From the checked syntax tree to the HIR.
//!
//! In: a checked `types::Program`. Out: the `hir::Program` and diagnostics for what the HIR cannot hold.
//! Invariants: every declared function of the user's has a `FuncId` before any body is lowered; a construct that cannot be
//! lowered becomes `ExprKind::Unsupported` and a diagnostic, never a missing piece.

mod call;
mod expr;
mod range_func;
mod stmt;

use super::*;
use crate::diagnostic::Diagnostic;
use crate::guard;
use crate::syntax::ast;
use crate::syntax::embed::embedded;
use crate::types::{self, Info, ObjKind, Type, TypeStore};
use rustc_hash::FxHashMap;

/// Lowers all packages of the user's.
pub fn lower(program: &types::Program) -> (Program, Vec<Diagnostic>) {
    let mut lowerer = Lowerer {
        program,
        store: &program.store,
        info: &program.info,
        out: Program::default(),
        diagnostics: Vec::new(),
        funcs: FxHashMap::default(),
        globals: FxHashMap::default(),
        locals: FxHashMap::default(),
        functions: Vec::new(),
        package: PackageId(0),
        per_iteration: true,
        stand_ins: stand_ins(&program.store),
    };
    for (index, id) in program.order.iter().enumerate() {
        if let Some(package) = program.package(*id) {
            lowerer.package = PackageId(index as u32);
            lowerer.declare(package);
        }
    }
    for (index, id) in program.order.iter().enumerate() {
        if let Some(package) = program.package(*id) {
            lowerer.package = PackageId(index as u32);
            lowerer.package(package);
        }
    }
    (lowerer.out, lowerer.diagnostics)
}

struct Lowerer<'a> {
    program: &'a types::Program,
    store: &'a TypeStore,
    info: &'a Info,
    out: Program,
    diagnostics: Vec<Diagnostic>,
    funcs: FxHashMap<ObjId, FuncId>,
    globals: FxHashMap<ObjId, GlobalId>,
    locals: FxHashMap<ObjId, LocalId>,
    /// The functions being lowered, innermost last.
    functions: Vec<FunctionContext>,
    package: PackageId,
    per_iteration: bool,
    /// Type parameters that a composite type stands for, and those types.
    stand_ins: (Vec<TypeId>, Vec<TypeId>),
}

/// Type parameters with a composite core type, and the core types with such parameters replaced in turn.
fn stand_ins(store: &TypeStore) -> (Vec<TypeId>, Vec<TypeId>) {
    let params: Vec<_> = (0..store.type_count() as u32)
        .map(TypeId)
        .filter(|t| store.stand_in(*t).is_some())
        .collect();
    let mut cores: Vec<_> = params.iter().filter_map(|p| store.stand_in(*p)).collect();
    for _ in 0..3 {
        cores = cores.iter().map(|c| store.subst(*c, &params, &cores)).collect();
    }
    (params, cores)
}

/// What belongs to the body being lowered.
#[derive(Default)]
struct FunctionContext {
    id: Option<FuncId>,
    results: Vec<LocalId>,
    has_defer: bool,
    defers_outside: bool,
    has_recover: bool,
    scopes: Vec<BranchScope>,
    /// It is the body of a `range` over a function.
    range: Option<range_func::RangeBody>,
    labels: FxHashMap<ast::Name, LabelId>,
}

/// A statement that `break` or `continue` may leave.
struct BranchScope {
    label: LabelId,
    is_loop: bool,
}

impl<'a> Lowerer<'a> {
    /// Gives ids to the functions and variables of a package.
    fn declare(&mut self, package: &'a types::Package) {
        for file in &package.files {
            for decl in &file.decls {
                match decl {
                    ast::Decl::Func(decl) => self.declare_func(decl),
                    ast::Decl::Gen(ast::GenDecl {
                        kind: ast::GenKind::Var(specs),
                        ..
                    }) => {
                        for name in specs.iter().flat_map(|s| &s.names) {
                            self.declare_global(name);
                        }
                    }
                    ast::Decl::Gen(_) => {}
                }
            }
        }
    }

    fn declare_func(&mut self, decl: &'a ast::FuncDecl) {
        let id = self.new_func(decl.name.name.clone(), None, decl.span, decl.name.span);
        if let Some(obj) = self.info.defs.get(decl.name.id) {
            self.funcs.insert(*obj, id);
            self.out.funcs[id.index()].obj = Some(*obj);
        }
    }

    fn declare_global(&mut self, name: &ast::Ident) {
        let Some(&obj) = self.info.defs.get(name.id) else {
            return;
        };
        let id = GlobalId(self.out.globals.len() as u32);
        self.globals.insert(obj, id);
        let ty = self.obj_type(obj);
        self.out.globals.push(Global {
            name: name.name.clone(),
            obj,
            ty,
            package: self.package,
            span: name.span,
        });
    }

    fn package(&mut self, package: &'a types::Package) {
        self.per_iteration = package.go_version >= (1, 22);
        let mut out = Package {
            path: package.path.clone(),
            name: package.name.clone(),
            files: Vec::new(),
            inits: Vec::new(),
            init_funcs: Vec::new(),
            main: None,
            per_iteration_loops: self.per_iteration,
        };
        let mut next = self.first_func_of(self.package);
        let mut initializers = FxHashMap::default();
        for file in &package.files {
            let mut items = Vec::new();
            for decl in &file.decls {
                match decl {
                    ast::Decl::Func(decl) => {
                        let id = next;
                        next = FuncId(next.0 + 1);
                        self.guarded_func(decl, id);
                        items.push(Item::Func(id));
                        match (&*decl.name.name, decl.recv.is_some()) {
                            ("init", false) => out.init_funcs.push(id),
                            ("main", false) if &*package.name == "main" => out.main = Some(id),
                            _ => {}
                        }
                    }
                    ast::Decl::Gen(decl) => self.gen_decl(decl, &mut items, &mut initializers),
                }
            }
            out.inits.extend(self.embedded(file));
            out.files.push(File {
                id: file.id,
                package_clause: file.package.span,
                items,
            });
        }
        for initializer in &package.init_order {
            let Some(&(value, span)) = initializers.get(&initializer.rhs) else {
                continue;
            };
            let depth = self.functions.len();
            let lowered = guard::guarded("lowering the value of a variable", || {
                guard::at(span);
                self.global_init(&initializer.lhs, value, span)
            });
            match lowered {
                Ok(init) => out.inits.push(init),
                Err(defect) => {
                    self.functions.truncate(depth);
                    self.diagnostics.push(defect);
                }
            }
        }
        self.out.packages.push(out);
    }

    /// A function that makes gort stop keeps its signature as far as it is known, and has no body.
    fn guarded_func(&mut self, decl: &'a ast::FuncDecl, id: FuncId) {
        let depth = self.functions.len();
        let lowered = guard::guarded("lowering a function", || {
            guard::at(decl.name.span);
            self.func_decl(decl, id);
        });
        if let Err(defect) = lowered {
            self.functions.truncate(depth);
            self.out.funcs[id.index()].body = None;
            self.diagnostics.push(defect);
        }
    }

    fn first_func_of(&self, package: PackageId) -> FuncId {
        let first = self
            .out
            .funcs
            .iter()
            .position(|f| f.package == package && f.parent.is_none());
        FuncId(first.unwrap_or(0) as u32)
    }

    fn gen_decl(
        &mut self,
        decl: &'a ast::GenDecl,
        items: &mut Vec<Item>,
        initializers: &mut FxHashMap<ast::NodeId, (&'a ast::Expr, Span)>,
    ) {
        match &decl.kind {
            ast::GenKind::Import(_) => {}
            ast::GenKind::Const(specs) => {
                items.extend(specs.iter().map(|spec| Item::Const(self.const_item(spec))));
            }
            ast::GenKind::Type(specs) => items.extend(specs.iter().filter_map(|s| self.type_item(s)).map(Item::Type)),
            ast::GenKind::Var(specs) => {
                for spec in specs {
                    for value in &spec.values {
                        initializers.insert(value.id, (value, spec.span));
                    }
                    let globals = spec.names.iter().filter_map(|n| self.info.defs.get(n.id));
                    let globals = globals.filter(|o| &*self.store.obj(**o).name != "_");
                    let globals = globals.filter_map(|o| self.globals.get(o).copied()).collect();
                    items.push(Item::Var(VarItem {
                        globals,
                        span: spec.span,
                    }));
                }
            }
        }
    }

    /// Variables with files in them. Where the loader was not told of files they stop the program rather than be empty.
    fn embedded(&mut self, file: &'a ast::File) -> Vec<GlobalInit> {
        let specs = embedded(file).filter_map(|spec| Some((spec, spec.names.first()?)));
        let named: Vec<_> = specs.filter(|(_, name)| &*name.name != "_").collect();
        let init = |(spec, name): (&ast::VarSpec, &ast::Ident)| {
            let object = *self.info.defs.get(name.id)?;
            let global = *self.globals.get(&object)?;
            let ty = self.obj_type(object);
            let kind = match self.program.embedded.get(&spec.span) {
                Some(files) => ExprKind::Embedded(files.clone()),
                None => ExprKind::Unsupported("the embedding of files"),
            };
            Some(GlobalInit {
                lhs: vec![Some(global)],
                value: self.make(kind, ty, spec.span),
                span: spec.span,
            })
        };
        named.into_iter().filter_map(init).collect()
    }

    fn const_item(&self, spec: &ast::ConstSpec) -> ConstItem {
        let objs = spec
            .names
            .iter()
            .filter(|n| &*n.name != "_")
            .filter_map(|n| self.info.defs.get(n.id).copied());
        ConstItem {
            objs: objs.collect(),
            span: spec.span,
        }
    }

    fn type_item(&self, spec: &ast::TypeSpec) -> Option<TypeItem> {
        let obj = *self.info.defs.get(spec.name.id)?;
        let members = match &spec.ty.unparen().kind {
            ast::ExprKind::StructType(fields) => {
                let each = fields.fields.iter().flat_map(|f| {
                    let embedded = f.names.is_empty().then(|| (embedded_name(&f.ty), f.span));
                    f.names.iter().map(|n| (n.name.clone(), f.span)).chain(embedded)
                });
                each.collect()
            }
            ast::ExprKind::InterfaceType(iface) => {
                let each = iface.elems.iter().map(|e| match e {
                    ast::InterfaceElem::Method { span, name, .. } => (name.name.clone(), *span),
                    ast::InterfaceElem::Embedded { span, ty, .. } => (embedded_name(ty), *span),
                });
                each.collect()
            }
            _ => Vec::new(),
        };
        let ty = self.obj_type(obj);
        Some(TypeItem {
            obj,
            ty,
            alias: spec.alias,
            span: spec.span,
            members,
        })
    }

    fn global_init(&mut self, lhs: &[ObjId], value: &'a ast::Expr, span: Span) -> GlobalInit {
        let ids: Vec<_> = lhs
            .iter()
            .map(|o| {
                if &*self.store.obj(*o).name == "_" {
                    None
                } else {
                    self.globals.get(o).copied()
                }
            })
            .collect();
        self.functions.push(FunctionContext::default());
        let value = match lhs {
            [one] => {
                let ty = self.obj_type(*one);
                self.expr_to(value, ty)
            }
            _ => self.expr(value),
        };
        self.functions.pop();
        GlobalInit { lhs: ids, value, span }
    }

    fn new_func(&mut self, name: ast::Name, parent: Option<FuncId>, span: Span, name_span: Span) -> FuncId {
        let id = FuncId(self.out.funcs.len() as u32);
        self.out.funcs.push(Func {
            id,
            name,
            obj: None,
            package: self.package,
            parent,
            recv: None,
            params: Vec::new(),
            variadic: false,
            results: Vec::new(),
            named_results: false,
            type_params: Vec::new(),
            sig: TypeId::INVALID,
            body: None,
            external: false,
            has_defer: false,
            defers_outside: false,
            has_recover: false,
            span,
            name_span,
        });
        id
    }

    fn func_decl(&mut self, decl: &'a ast::FuncDecl, id: FuncId) {
        let sig = self
            .info
            .defs
            .get(decl.name.id)
            .map_or(TypeId::INVALID, |o| self.obj_type(*o));
        self.begin_function(id);
        if let Some(field) = decl.recv.as_ref().and_then(|r| r.fields.first()) {
            let recv = self.field_locals(field, LocalKind::Receiver, id).first().copied();
            let recv_type = recv.map_or(TypeId::INVALID, |r| self.out.local(r).ty);
            let func = &mut self.out.funcs[id.index()];
            func.recv = recv;
            func.type_params = receiver_type_params(self.store, recv_type);
        }
        self.signature(id, &decl.ty, sig);
        #[cfg(test)]
        guard::faults::stop(guard::faults::Fault::Lower, &decl.name.name);
        self.out.funcs[id.index()].external = decl.body.is_none();
        let body = decl.body.as_ref().map(|b| self.block(b));
        self.end_function(id, body);
    }

    fn func_lit(&mut self, lit: &'a ast::FuncLit, span: Span, sig: TypeId) -> FuncId {
        let parent = self.functions.last().and_then(|f| f.id);
        let id = self.new_func("".into(), parent, span, lit.ty.span);
        self.begin_function(id);
        self.signature(id, &lit.ty, sig);
        let body = self.block(&lit.body);
        self.end_function(id, Some(body));
        id
    }

    fn begin_function(&mut self, id: FuncId) {
        self.functions.push(FunctionContext {
            id: Some(id),
            ..FunctionContext::default()
        });
    }

    fn end_function(&mut self, id: FuncId, body: Option<Block>) {
        let context = self.functions.pop().unwrap_or_default();
        let func = &mut self.out.funcs[id.index()];
        func.body = body;
        func.has_defer = context.has_defer;
        func.defers_outside = context.defers_outside;
        func.has_recover = context.has_recover;
    }

    fn signature(&mut self, id: FuncId, ty: &'a ast::FuncType, sig: TypeId) {
        let params: Vec<_> = ty
            .params
            .fields
            .iter()
            .flat_map(|f| self.field_locals(f, LocalKind::Param, id))
            .collect();
        let fields = ty.results.iter().flat_map(|r| &r.fields);
        let results: Vec<_> = fields
            .clone()
            .flat_map(|f| self.field_locals(f, LocalKind::Result, id))
            .collect();
        if let Some(context) = self.functions.last_mut() {
            context.results = results.clone();
        }
        let named = fields.clone().any(|f| !f.names.is_empty());
        let func = &mut self.out.funcs[id.index()];
        func.params = params;
        func.results = results;
        func.named_results = named;
        func.sig = sig;
        if let Type::Signature(s) = self.store.get(sig) {
            func.variadic = s.variadic;
            func.type_params
                .extend(s.type_params.iter().filter(|p| self.store.stand_in(**p).is_none()));
        }
    }

    /// The locals that a field of a parameter list declares: one for an unnamed parameter.
    fn field_locals(&mut self, field: &'a ast::Field, kind: LocalKind, func: FuncId) -> Vec<LocalId> {
        if field.names.is_empty() {
            let obj = self.info.implicits.get(field.ty.id).copied();
            let mut ty = obj.map_or(self.type_of(&field.ty), |o| self.obj_type(o));
            if obj.is_none() && matches!(field.ty.kind, ast::ExprKind::Ellipsis(_)) {
                ty = self.store.slice(ty);
            }
            return vec![self.new_local("_".into(), ty, kind, func, field.span)];
        }
        field
            .names
            .iter()
            .map(|name| {
                let obj = self.info.defs.get(name.id).copied();
                let ty = obj.map_or(TypeId::INVALID, |o| self.obj_type(o));
                let id = self.new_local(name.name.clone(), ty, kind, func, name.span);
                if let Some(obj) = obj {
                    self.locals.insert(obj, id);
                }
                id
            })
            .collect()
    }

    /// An expression's type, composite types standing for their type parameters.
    fn type_of(&self, e: &ast::Expr) -> TypeId {
        self.stood_in(self.info.type_of(e))
    }

    /// An object's type, composite types standing for their type parameters.
    fn obj_type(&self, obj: ObjId) -> TypeId {
        self.stood_in(self.store.obj_type(obj))
    }

    fn stood_in(&self, ty: TypeId) -> TypeId {
        self.store.subst(ty, &self.stand_ins.0, &self.stand_ins.1)
    }

    fn new_local(&mut self, name: ast::Name, ty: TypeId, kind: LocalKind, func: FuncId, span: Span) -> LocalId {
        let id = LocalId(self.out.locals.len() as u32);
        self.out.locals.push(Local {
            name,
            ty,
            kind,
            func,
            span,
        });
        id
    }

    /// Declares the local variable that an identifier defines; nothing for a blank one.
    fn define(&mut self, name: &ast::Ident, kind: LocalKind) -> Option<LocalId> {
        let &obj = self.info.defs.get(name.id)?;
        self.define_object(obj, kind, name.span)
    }

    fn define_object(&mut self, obj: ObjId, kind: LocalKind, span: Span) -> Option<LocalId> {
        let object = self.store.obj(obj);
        if &*object.name == "_" {
            return None;
        }
        let func = self.current_func();
        let id = self.new_local(object.name.clone(), self.stood_in(object.ty), kind, func, span);
        self.locals.insert(obj, id);
        Some(id)
    }

    fn current_func(&self) -> FuncId {
        self.functions.last().and_then(|f| f.id).unwrap_or(FuncId(0))
    }

    fn new_label(&mut self, name: Option<ast::Name>) -> LabelId {
        let id = LabelId(self.out.labels.len() as u32);
        self.out.labels.push(name);
        id
    }

    /// The label that the source calls `name`, in the function being lowered.
    fn named_label(&mut self, name: &ast::Name) -> LabelId {
        // The bodies of `range` over functions belong to the function that the source has around them.
        let bodies = self.functions.iter().rev().take_while(|f| f.range.is_some()).count();
        let at = self.functions.len().saturating_sub(bodies + 1);
        if let Some(id) = self.functions.get(at).and_then(|f| f.labels.get(name)) {
            return *id;
        }
        let id = self.new_label(Some(name.clone()));
        if let Some(context) = self.functions.get_mut(at) {
            context.labels.insert(name.clone(), id);
        }
        id
    }

    fn make(&mut self, kind: ExprKind, ty: TypeId, span: Span) -> Expr {
        let id = ExprId(self.out.expr_count);
        self.out.expr_count += 1;
        Expr { id, ty, span, kind }
    }

    /// The object's declaration, for a field or method of an instance the generic one.
    fn origin(&self, obj: ObjId) -> ObjId {
        let mut obj = obj;
        while let Some(origin) = self.store.obj(obj).origin {
            obj = origin;
        }
        obj
    }

    fn is_interface(&self, ty: TypeId) -> bool {
        !self.is_type_param(ty) && matches!(self.store.under(ty), Type::Interface(_))
    }

    fn is_type_param(&self, ty: TypeId) -> bool {
        matches!(self.store.get(ty), Type::TypeParam(_))
    }

    /// The type whose operations a value of this type has: the underlying one, of a type parameter its core type.
    fn core(&self, ty: TypeId) -> TypeId {
        if self.is_type_param(ty) {
            self.store.core_type(ty).unwrap_or(ty)
        } else {
            self.store.underlying(ty)
        }
    }

    /// A value whose type only types of one shape may instantiate, for which that shape does not stand (it has methods, or
    /// mentions itself): as a value of that shape, which has the operations. Bytes and strings together are read as bytes.
    fn shaped(&mut self, e: Expr) -> Expr {
        if !self.is_type_param(e.ty) || self.store.stand_in(e.ty).is_some() {
            return e;
        }
        let shape = match self.store.core_type(e.ty) {
            Some(core) => match self.store.get(core) {
                Type::Slice(_) | Type::Map(..) | Type::Chan(..) | Type::Signature(_) => self.stood_in(core),
                _ => return e,
            },
            None if self.store.core_string(e.ty).is_some() => self.store.slice(TypeId::UINT8),
            None => return e,
        };
        let span = e.span;
        self.make(ExprKind::Convert(Conversion::TypeParam, Box::new(e)), shape, span)
    }

    /// What a pointer points to.
    fn pointee(&self, ty: TypeId) -> Option<TypeId> {
        match self.store.get(self.core(ty)) {
            Type::Pointer(t) => Some(*t),
            _ => None,
        }
    }
}

/// The type parameters that a receiver's type names.
fn receiver_type_params(store: &TypeStore, recv: TypeId) -> Vec<TypeId> {
    let base = match store.get(recv) {
        Type::Pointer(t) => *t,
        _ => recv,
    };
    match store.get(base) {
        Type::Named(n) if !n.type_args.is_empty() => n
            .type_args
            .iter()
            .copied()
            .filter(|t| store.is_type_param(*t) && store.stand_in(*t).is_none())
            .collect(),
        Type::Named(n) => n
            .type_params
            .iter()
            .copied()
            .filter(|t| store.stand_in(*t).is_none())
            .collect(),
        _ => Vec::new(),
    }
}

/// The name of the field that an embedded type makes.
fn embedded_name(ty: &ast::Expr) -> Arc<str> {
    match &ty.unparen().kind {
        ast::ExprKind::Ident(i) => i.name.clone(),
        ast::ExprKind::Star(x) => embedded_name(x),
        ast::ExprKind::Selector(_, name) => name.name.clone(),
        ast::ExprKind::Index(x, _) => embedded_name(x),
        _ => "_".into(),
    }
}

/// Whether an object is a constant, and which.
fn is_const(kind: &ObjKind) -> bool {
    matches!(kind, ObjKind::Const { .. })
}
