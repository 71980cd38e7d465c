//! The walk behind the ownership analysis: what each statement and expression does with what it is given.
//!
//! `flow` is for values that come to rest somewhere, `place` for what is read or written where it stands, `visit` for
//! everything that is only looked at.

use super::super::Input;
use super::nodes::{container, field_object, node_of, root_local, same_place, self_append};
use super::{Cause, Collected, Coloring, Container, Guarded, LastUses, Node, Root, Sharing};
use crate::analysis::errors::Errors;
use crate::hir::visit::Visitor;
use crate::hir::{
    Block, Builtin, Callee, Comm, Conversion, Expr, ExprKind, FuncId, Local, LocalId, LocalKind, Method, Range,
    RangeKind, RangeVar, Stmt, StmtKind, Values,
};
use crate::source::Span;
use crate::syntax::ast::BinaryOp;
use crate::types::{ConstValue, ObjId, Type, TypeId};
use rustc_hash::FxHashSet;

/// How many levels of containers in containers are looked at; what nests deeper is the runtime's.
const LEVELS: u8 = 6;

/// What the analysis builds on.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) input: Input<'a>,
    pub(super) sharing: &'a Sharing,
    pub(super) coloring: &'a Coloring,
    pub(super) liveness: &'a LastUses,
    pub(super) guarded: &'a Guarded,
    pub(super) errors: &'a Errors,
}

/// Where a value comes to rest.
#[derive(Clone, Copy)]
pub(super) enum To {
    /// In a variable, parameter or result.
    Local(LocalId),
    /// In a field of a struct.
    Field(ObjId),
    /// In a container, as an element at that node's level.
    Element(Option<Node>),
    /// Somewhere that only the runtime's representation reaches.
    Away(&'static str),
}

pub(super) struct Walk<'a> {
    pub(super) known: Known<'a>,
    pub(super) input: Input<'a>,
    pub(super) out: Collected,
    func: FuncId,
    /// The function whose results the `TupleElem`s of the statement are.
    pub(super) tuple: Option<FuncId>,
    /// The container whose element the statement's first `TupleElem` is.
    pub(super) tuple_element: Option<Node>,
    /// Names of methods that interfaces have: their signatures are the traits'.
    interface_methods: FxHashSet<String>,
    /// See [`Walk::whole_structs`].
    whole: FxHashSet<ObjId>,
}

/// What loops copy element by element.
pub(super) fn copy_elements(known: Known<'_>, mut collected: Collected) -> Collected {
    let copied = std::mem::take(&mut collected.copied_elements);
    let mut walk = Walk::new(known, collected);
    for (ty, span) in copied {
        walk.copied(ty, span);
    }
    walk.out
}

pub(super) fn program(known: Known<'_>) -> Collected {
    let mut walk = Walk::new(known, Collected::default());
    walk.whole = walk.whole_structs();
    walk.types();
    walk.variables();
    walk.comparisons();
    for package in &walk.input.hir.packages {
        for init in &package.inits {
            walk.flow(&init.value, To::Away("a package variable holds it"));
        }
    }
    for func in &walk.input.hir.funcs {
        walk.func = func.id;
        walk.signature(func.id);
        if let Some(body) = &func.body {
            walk.block(body);
        }
    }
    walk.out
}

impl<'a> Walk<'a> {
    fn new(known: Known<'a>, out: Collected) -> Self {
        Walk {
            known,
            input: known.input,
            out,
            func: FuncId(u32::MAX),
            tuple: None,
            tuple_element: None,
            interface_methods: FxHashSet::default(),
            whole: FxHashSet::default(),
        }
    }

    pub(super) fn share(&mut self, node: Node, what: &'static str, span: Span) {
        self.out.shared.seed(node, Cause { what, span });
    }

    /// Both are shared when either is.
    pub(super) fn unify_nodes(&mut self, a: Node, b: Node, span: Span) {
        if a == b {
            return;
        }
        let (Node::Container(x, i), Node::Container(y, j)) = (a, b) else {
            return;
        };
        let (xs, ys) = (self.levels(x), self.levels(y));
        for step in 0..=LEVELS {
            let (p, q) = (i + step, j + step);
            match (p < xs, q < ys) {
                (true, true) => {
                    let (p, q) = (Node::Container(x, p), Node::Container(y, q));
                    self.out.shared.edge(p, q, span);
                    self.out.shared.edge(q, p, span);
                    self.out.spare.edge(p, q, span);
                    self.out.spare.edge(q, p, span);
                    self.unify_strings((x, i + step), (y, j + step), span);
                }
                (true, false) => self.share(Node::Container(x, p), "its type is a type parameter elsewhere", span),
                (false, true) => self.share(Node::Container(y, q), "its type is a type parameter elsewhere", span),
                (false, false) => return,
            }
        }
    }

    pub(super) fn root_type(&self, root: Root) -> TypeId {
        match root {
            Root::Local(l) => self.input.hir.local(l).ty,
            Root::Field(f) => self.input.store().obj_type(f),
        }
    }

    /// How many levels of containers a root has.
    fn levels(&self, root: Root) -> u8 {
        let mut ty = self.root_type(root);
        let mut levels = 0;
        while let Some(c) = container(self.input, ty).filter(|_| levels < LEVELS) {
            ty = c.element();
            levels += 1;
        }
        levels
    }

    fn node_at(&self, to: To) -> Option<Node> {
        let (root, level) = match to {
            To::Local(l) => (Root::Local(l), 0),
            To::Field(f) => (Root::Field(f), 0),
            To::Element(Some(Node::Container(root, level))) => (root, level),
            To::Element(_) | To::Away(_) => return None,
        };
        (level < self.levels(root)).then_some(Node::Container(root, level))
    }

    pub(super) fn deeper(node: Option<Node>) -> Option<Node> {
        match node? {
            Node::Container(root, level) => Some(Node::Container(root, level + 1)),
            Node::Struct(_) | Node::Text(..) | Node::Key(..) => None,
        }
    }

    /// The user's struct type that a pointer type points to.
    pub(super) fn pointee_struct(&self, ty: TypeId) -> Option<ObjId> {
        let pointee = self.input.pointee(ty)?;
        self.input.struct_name(pointee).filter(|o| !self.input.is_library(*o))
    }

    // ---- what holds for whole types and variables ----

    /// Edges along what types are made of, and what pointers inside types make shared.
    fn types(&mut self) {
        let store = self.input.store();
        let nowhere = Span::default();
        for id in 0..store.type_count() as u32 {
            let inner: Vec<TypeId> = match &*store.get(TypeId(id)) {
                Type::Slice(t) | Type::Array(_, t) | Type::Chan(_, t) | Type::Pointer(t) => vec![*t],
                Type::Map(k, v) => vec![*k, *v],
                Type::Named(n) => {
                    let params = match n.origin.map(|o| store.get(o)).as_deref() {
                        Some(Type::Named(origin)) => origin.type_params.clone(),
                        _ => Vec::new(),
                    };
                    self.type_arguments(&params, &n.type_args, nowhere);
                    n.type_args.clone()
                }
                Type::Struct(s) => s.fields.iter().map(|f| store.obj_type(*f)).collect(),
                Type::Interface(i) => {
                    let sigs = i.methods.iter().map(|m| store.obj_type(*m));
                    sigs.flat_map(|sig| self.signature_types(sig)).collect()
                }
                _ => continue,
            };
            for ty in inner {
                if let Some(s) = self.pointee_struct(ty) {
                    self.share(
                        Node::Struct(s),
                        "a pointer to it is part of another type",
                        self.place_of(s),
                    );
                }
            }
        }
        for ty in self.input.mentioned_types() {
            if store.is_interface(ty) {
                let methods = store.type_set(ty).methods.clone();
                self.interface_methods
                    .extend(methods.iter().map(|m| store.obj(*m).name.to_string()));
            }
            let Some(owner) = self.input.struct_name(ty).filter(|o| !self.input.is_library(*o)) else {
                continue;
            };
            let declared = store.obj_type(owner);
            let Type::Struct(s) = &*store.under(declared) else {
                continue;
            };
            if self.input.holds_in_place_library_type(s) {
                self.share(
                    Node::Struct(owner),
                    "it has a field with an identity, such as a lock",
                    self.place_of(owner),
                );
            }
            for field in &s.fields {
                let field_type = store.obj_type(*field);
                let root = Root::Field(self.input.origin(*field));
                if container(self.input, field_type).is_some() {
                    let node = Node::Container(root, 0);
                    // What a lock owns is reached by one at a time.
                    if !self.known.guarded.owns(owner, self.input.origin(*field)) {
                        self.out.shared.edge(Node::Struct(owner), node, nowhere);
                    }
                    self.levels_of(root);
                }
                if field_type == TypeId::STRING {
                    self.string_field(owner, self.input.origin(*field));
                }
                if let Some(inner) = self.struct_inside(field_type) {
                    self.out.shared.edge(Node::Struct(owner), Node::Struct(inner), nowhere);
                }
            }
        }
        // What the library asks values for.
        let names = ["Unwrap", "String", "GoString", "Error"];
        self.interface_methods.extend(names.map(str::to_owned));
    }

    /// All type parameters of a function, those that another type stands for too.
    pub(super) fn type_params_of(&self, func: FuncId) -> Vec<TypeId> {
        let func = self.input.hir.func(func);
        match &*self.input.store().get(func.sig) {
            Type::Signature(s) => s.type_params.iter().chain(&func.type_params).copied().collect(),
            _ => func.type_params.clone(),
        }
    }

    /// Struct types that a constraint asks for by pointer.
    pub(super) fn type_arguments(&mut self, params: &[TypeId], args: &[TypeId], span: Span) {
        if !params.iter().any(|p| self.input.store().stand_in(*p).is_some()) {
            return;
        }
        for arg in args {
            if let Some(s) = self.struct_inside(*arg).or_else(|| self.pointee_struct(*arg)) {
                self.share(Node::Struct(s), "a type parameter stands for a pointer to it", span);
            }
        }
    }

    fn place_of(&self, obj: ObjId) -> Span {
        self.input.store().obj(obj).span.unwrap_or_default()
    }

    pub(super) fn signature_types(&self, sig: TypeId) -> Vec<TypeId> {
        match &*self.input.store().get(sig) {
            Type::Signature(s) => s.params.iter().chain(&s.results).copied().collect(),
            _ => Vec::new(),
        }
    }

    /// The user's struct that a type holds by value, through arrays.
    pub(super) fn struct_inside(&self, ty: TypeId) -> Option<ObjId> {
        let mut ty = ty;
        while let Type::Array(_, elem) = &*self.input.store().under(ty) {
            ty = *elem;
        }
        self.input.struct_name(ty).filter(|o| !self.input.is_library(*o))
    }

    /// What is inside a shared container is shared, level by level.
    fn levels_of(&mut self, root: Root) {
        let nowhere = Span::default();
        let levels = self.levels(root);
        let mut ty = self.root_type(root);
        for level in 0..levels {
            let Some(c) = container(self.input, ty) else { return };
            ty = c.element();
            let node = Node::Container(root, level);
            self.strings_of(root, level, c);
            if level + 1 == LEVELS {
                self.share(node, "it nests too deep", nowhere);
            }
            if level + 1 < levels {
                if matches!(
                    (c, container(self.input, ty)),
                    (Container::Map(..), Some(Container::Map(..)))
                ) {
                    // A missing value is a nil map, which one may look into.
                    self.share(Node::Container(root, level + 1), "it is a map in a map", nowhere);
                }
                self.out.shared.edge(node, Node::Container(root, level + 1), nowhere);
            }
            if let (Some(inner), Container::Slice(_)) = (self.struct_inside(ty), c) {
                self.out.shared.edge(node, Node::Struct(inner), nowhere);
            }
        }
    }

    fn variables(&mut self) {
        let hir = self.input.hir;
        for global in &hir.globals {
            if let Some(s) = self.struct_inside(global.ty).or_else(|| self.pointee_struct(global.ty)) {
                self.share(Node::Struct(s), "a package variable holds it", global.span);
            }
        }
        for (i, local) in hir.locals.iter().enumerate() {
            let id = LocalId(i as u32);
            let root = Root::Local(id);
            if container(self.input, local.ty).is_some() {
                self.levels_of(root);
            }
            let facts = self.known.sharing.local(id);
            if local.kind == LocalKind::Param && local.ty == TypeId::STRING && !self.lendable(id) {
                self.out.consumed.seed(id, local.span);
            }
            if local.ty == TypeId::STRING && self.callers_unknown(local) {
                self.out.built.seed(id, local.span);
            }
            if self.known.guarded.lock_of(id).is_some() {
                self.runtime_string(id, "a lock guards it", local.span);
            }
            if self.known.sharing.is_shared(id) {
                let span = facts.captured.unwrap_or(local.span);
                self.runtime_string(id, "a function literal shares it, or its address is kept", span);
                if let Some(s) = self.struct_inside(local.ty) {
                    self.share(Node::Struct(s), "a variable of it is shared", span);
                }
            }
            if let Some(s) = self.pointee_struct(local.ty)
                && matches!(local.kind, LocalKind::Param | LocalKind::Receiver)
                && !self.borrows(id)
            {
                let reason = self.known.sharing.escape(id);
                let span = match reason {
                    Some(super::Reason::Seed(span) | super::Reason::Edge(_, span)) => *span,
                    None => local.span,
                };
                self.share(Node::Struct(s), "a function keeps a pointer to it", span);
            }
        }
    }

    /// A pointer parameter that is only followed for the time of the call.
    pub(super) fn borrows(&self, param: LocalId) -> bool {
        let local: &Local = self.input.hir.local(param);
        let named = matches!(&*self.input.store().get(local.ty), Type::Named(_));
        self.lendable(param) && !named && self.known.sharing.escape(param).is_none()
    }

    /// The function runs while its caller waits, and no longer.
    fn lendable(&self, param: LocalId) -> bool {
        let local: &Local = self.input.hir.local(param);
        let func = self.input.hir.func(local.func);
        let is_async = self.known.coloring.is_async(func.id);
        let kept = func.has_defer && is_async
            || self.known.coloring.is_cyclic(func.id) && local.kind != LocalKind::Receiver
            || func.obj.is_none()
            || func.variadic && func.params.last() == Some(&param);
        !kept
    }

    /// A parameter or result of a library crate's: anyone may call the function.
    fn callers_unknown(&self, local: &Local) -> bool {
        let hir = self.input.hir;
        let boundary = matches!(local.kind, LocalKind::Param | LocalKind::Result);
        boundary && !hir.packages.iter().any(|p| p.main.is_some()) && !hir.func(local.func).name.is_empty()
    }

    /// A field that memory shared by pointers holds as a cell is the runtime's, and so is one that a lock guards.
    fn string_field(&mut self, owner: ObjId, field: ObjId) {
        let nowhere = Span::default();
        let node = Node::Text(Root::Field(field), 0);
        if self.known.guarded.owns(owner, field) {
            self.share(node, "a lock guards it", self.place_of(owner));
        }
        if self.known.sharing.written_fields.contains_key(&field) || self.whole.contains(&owner) {
            self.out.shared.edge(Node::Struct(owner), node, nowhere);
        }
    }

    /// Struct types whose values are parts of others, type arguments or variables of a package: memory that pointers
    /// share may be written as a whole then.
    fn whole_structs(&self) -> FxHashSet<ObjId> {
        let store = self.input.store();
        let mut parts: Vec<TypeId> = Vec::new();
        for id in 0..store.type_count() as u32 {
            match &*store.get(TypeId(id)) {
                Type::Slice(t) | Type::Array(_, t) => parts.push(*t),
                Type::Named(n) => parts.extend(&n.type_args),
                Type::Struct(s) => parts.extend(s.fields.iter().map(|f| store.obj_type(*f))),
                _ => {}
            }
        }
        let hir = self.input.hir;
        parts.extend(hir.globals.iter().map(|g| g.ty));
        let shared = |l: &LocalId| self.known.sharing.is_shared(*l);
        let locals = (0..hir.locals.len() as u32).map(LocalId).filter(shared);
        parts.extend(locals.map(|l| hir.local(l).ty));
        let written = self.known.sharing.whole_written.keys().copied();
        parts
            .iter()
            .filter_map(|t| self.struct_inside(*t))
            .chain(written)
            .collect()
    }

    /// Functions whose signature others know by a type: literals, and methods that interfaces may have.
    fn signature(&mut self, id: FuncId) {
        let func = self.input.hir.func(id);
        let fixed = if func.obj.is_none() {
            Some("it is a parameter or result of a function literal")
        } else if func.recv.is_some() && self.interface_methods.contains(&*func.name) {
            Some("an interface may have the method")
        } else {
            None
        };
        let boxed = self.known.coloring.is_cyclic(id);
        for local in func.params.iter().chain(&func.results) {
            let span = self.input.hir.local(*local).span;
            if let Some(why) = fixed {
                self.share(Node::Container(Root::Local(*local), 0), why, span);
                self.runtime_string(*local, why, span);
                if func.obj.is_none()
                    && let Some(s) = self.pointee_struct(self.input.hir.local(*local).ty)
                {
                    self.share(Node::Struct(s), why, span);
                }
            }
            if boxed && func.params.contains(local) {
                // A boxed future borrows nothing.
                self.out.consumed.seed(*local, span);
            }
        }
        if let Some(recv) = func.recv {
            let facts = self.known.sharing.local(recv);
            let ty = self.input.hir.local(recv).ty;
            if !facts.mutated.is_empty() || facts.captured.is_some() {
                self.copied(ty, func.span);
            }
            if container(self.input, ty).is_some() {
                self.share(Node::Container(Root::Local(recv), 0), "it is a receiver", func.span);
            }
        }
    }

    /// A function as a value: its parameters and results are of the types that the value's type says.
    pub(super) fn as_value(&mut self, func: FuncId, span: Span) {
        let f = self.input.hir.func(func);
        for local in f.params.iter().chain(&f.results).chain(&f.recv) {
            self.share(
                Node::Container(Root::Local(*local), 0),
                "its function is used as a value",
                span,
            );
            self.runtime_string(*local, "its function is used as a value", span);
            if let Some(s) = self.pointee_struct(self.input.hir.local(*local).ty) {
                self.share(
                    Node::Struct(s),
                    "a function that takes or gives it is used as a value",
                    span,
                );
            }
        }
    }

    // ---- statements ----

    fn block(&mut self, block: &'a Block) {
        block.stmts.iter().for_each(|s| self.stmt(s));
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Let { lhs, init } => self.let_stmt(lhs, init),
            StmtKind::Assign { lhs, rhs, declares } => self.assign(lhs, rhs, declares),
            StmtKind::OpAssign { place, value, .. } => {
                self.visit(value);
                self.extended_text(place, value);
                self.place(place, true);
            }
            StmtKind::Expr(e) => self.visit(e),
            StmtKind::Go(e) | StmtKind::Defer(e) => self.started(e),
            StmtKind::Send { channel, value } => {
                self.visit(channel);
                self.flow(value, To::Away("it is sent over a channel"));
            }
            StmtKind::Return(values) => self.return_stmt(values, stmt.span),
            StmtKind::If { cond, then, els } => {
                self.visit(cond);
                self.block(then);
                els.iter().for_each(|s| self.stmt(s));
            }
            StmtKind::For(f) => {
                f.init.iter().for_each(|s| self.stmt(s));
                f.cond.iter().for_each(|e| self.visit(e));
                self.block(&f.body);
                f.post.iter().for_each(|s| self.stmt(s));
            }
            StmtKind::Range(r) => self.range(r),
            StmtKind::Switch(s) => {
                s.tag.iter().for_each(|e| self.visit(e));
                for clause in &s.clauses {
                    clause.values.iter().for_each(|e| self.visit(e));
                    self.block(&clause.body);
                }
            }
            StmtKind::TypeSwitch(s) => {
                self.visit(&s.x);
                for clause in &s.clauses {
                    for ty in clause.types.iter().flatten() {
                        self.asserted(*ty, s.x.span);
                    }
                    if let Some(l) = clause.bind {
                        self.share(
                            Node::Container(Root::Local(l), 0),
                            "it comes out of an interface",
                            s.x.span,
                        );
                        self.runtime_string(l, "it comes out of an interface", s.x.span);
                    }
                    self.block(&clause.body);
                }
            }
            StmtKind::Select(s) => {
                for arm in &s.arms {
                    match &arm.comm {
                        Comm::Default => {}
                        Comm::Send { channel, value } => {
                            self.visit(channel);
                            self.flow(value, To::Away("it is sent over a channel"));
                        }
                        Comm::Recv { channel, value, ok } => {
                            self.visit(channel);
                            for var in [value, ok].into_iter().flatten() {
                                self.bound(var, "it comes out of a channel");
                            }
                        }
                    }
                    self.block(&arm.body);
                }
            }
            StmtKind::Block(b) => self.block(b),
            StmtKind::Labeled(_, s) => self.stmt(s),
            StmtKind::Empty
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Goto(_)
            | StmtKind::Fallthrough
            | StmtKind::Const(_)
            | StmtKind::Type(_) => {}
        }
    }

    fn let_stmt(&mut self, lhs: &'a [Option<LocalId>], init: &'a Values) {
        if init.items.is_empty() {
            for local in lhs.iter().flatten() {
                let declared = self.input.hir.local(*local);
                self.zero(declared.ty, To::Local(*local), declared.span);
            }
            return;
        }
        let saved = self.values_of(init);
        for (local, value) in lhs.iter().zip(&init.items) {
            match local {
                Some(l) => self.flow(value, To::Local(*l)),
                None => self.visit(value),
            }
        }
        self.tuple = saved;
    }

    /// Walks the tuple that values are taken from; gives what `tuple` was.
    fn values_of(&mut self, values: &'a Values) -> Option<FuncId> {
        let saved = self.tuple.take();
        self.tuple_element = None;
        if let Some(tuple) = &values.tuple {
            self.visit(tuple);
            if let ExprKind::Call(call) = &tuple.kind {
                self.tuple = match &call.callee {
                    Callee::Func { func, .. }
                    | Callee::Method {
                        method: Method::User(func),
                        ..
                    } => Some(*func),
                    _ => None,
                };
            }
            if let ExprKind::MapIndexOk { map, .. } = &tuple.kind {
                self.copied_element(map, tuple.span);
                self.tuple_element = node_of(self.input, map).filter(|_| container(self.input, map.ty).is_some());
            }
        }
        saved
    }

    /// An element is copied out of a container.
    fn copied_element(&mut self, base: &'a Expr, span: Span) {
        let Some(c) = container(self.input, base.ty) else {
            return;
        };
        if container(self.input, c.element()).is_some()
            && let Some(node) = Self::deeper(node_of(self.input, base))
        {
            self.share(node, "an element of it is kept apart", span);
        }
        self.copied(c.element(), span);
    }

    fn assign(&mut self, lhs: &'a [Option<Expr>], rhs: &'a Values, declares: &[LocalId]) {
        if let ([Some(a), Some(b)], None, [x, y]) = (lhs, &rhs.tuple, &rhs.items[..])
            && same_place(a, y)
            && same_place(b, x)
            && matches!((&a.kind, &b.kind), (ExprKind::Index { .. }, ExprKind::Index { .. }))
        {
            // Elements that change places are moved, not copied.
            self.place(a, true);
            self.place(b, true);
            return;
        }
        let saved = self.values_of(rhs);
        for (place, value) in lhs.iter().zip(&rhs.items) {
            match place {
                Some(Expr {
                    kind: ExprKind::Local(l),
                    ..
                }) if declares.contains(l) => self.flow(value, To::Local(*l)),
                Some(place) => self.assign_one(place, value),
                None => self.visit(value),
            }
        }
        self.tuple = saved;
    }

    fn assign_one(&mut self, place: &'a Expr, value: &'a Expr) {
        let node = node_of(self.input, place).filter(|_| container(self.input, place.ty).is_some());
        if let Some(rest) = self_append(place, value) {
            self.place(place, true);
            self.consumed_by(place);
            self.appended(node, place, rest, value);
            return;
        }
        if container(self.input, place.ty).is_some() && (is_cut(place, value) || removes_one(place, value).is_some()) {
            self.place(place, true);
            self.consumed_by(place);
            node.into_iter().for_each(|n| self.out.spare.seed(n, value.span));
            if let ExprKind::Slice { low, high, .. } = &value.kind {
                [low, high].into_iter().flatten().for_each(|e| self.visit(e));
            }
            return;
        }
        self.place(place, true);
        match &place.kind {
            ExprKind::Local(l) => {
                self.consumed_by(place);
                if let Some(s) = self.pointee_struct(place.ty) {
                    self.share(Node::Struct(s), "a pointer variable is assigned", place.span);
                }
                self.flow(value, To::Local(*l));
            }
            ExprKind::Field { base, index } if node.is_some() => match field_object(self.input, base.ty, *index) {
                Some(f) => self.flow(value, To::Field(f)),
                None => self.flow(value, To::Away("a field of the runtime's holds it")),
            },
            ExprKind::Field { base, index } if place.ty == TypeId::STRING => {
                let named = self
                    .input
                    .struct_name(base.ty)
                    .is_some_and(|o| !self.input.is_library(o));
                match field_object(self.input, base.ty, *index).filter(|_| named) {
                    Some(f) => self.flow(value, To::Field(f)),
                    None => self.flow(value, To::Away("a field of the runtime's holds it")),
                }
            }
            ExprKind::Index { base, .. } if place.ty == TypeId::STRING => {
                let element = node_of(self.input, base).filter(|_| container(self.input, base.ty).is_some());
                self.flow(value, To::Element(Self::deeper(element)));
            }
            ExprKind::Index { .. } => self.flow(value, To::Element(node)),
            _ => self.flow(value, To::Away("a place behind a pointer holds it")),
        }
    }

    /// A parameter that is extended, cut or assigned needs a value of its own.
    fn consumed_by(&mut self, place: &Expr) {
        if let ExprKind::Local(l) = place.kind {
            self.out.consumed.seed(l, place.span);
        }
    }

    /// The arguments of an `append` behind the first.
    pub(super) fn appended(&mut self, node: Option<Node>, place: &'a Expr, rest: &'a [Expr], append: &'a Expr) {
        node.into_iter().for_each(|n| self.out.spare.seed(n, append.span));
        for arg in rest {
            match &arg.kind {
                ExprKind::Zero => {}
                ExprKind::ArrayLit { elems, .. } => {
                    for (_, e) in elems {
                        self.flow(e, To::Element(Self::deeper(node)));
                    }
                }
                // All elements of another container are copied.
                _ => {
                    if let Some(c) = container(self.input, arg.ty) {
                        let inner = container(self.input, c.element()).is_some();
                        for n in [Self::deeper(node), Self::deeper(node_of(self.input, arg))]
                            .into_iter()
                            .flatten()
                        {
                            if inner {
                                self.share(n, "its elements are copied", arg.span);
                            }
                        }
                        if c.element() == TypeId::STRING {
                            self.copied_strings(node, node_of(self.input, arg), arg.span);
                        }
                        self.copied(c.element(), arg.span);
                    }
                    if root_local(arg).is_some() && root_local(arg) == root_local(place) {
                        for n in [node, node_of(self.input, arg)].into_iter().flatten() {
                            self.share(n, "it is appended to itself", arg.span);
                        }
                    }
                    self.looked_at(arg);
                }
            }
        }
    }

    fn return_stmt(&mut self, values: &'a Values, span: Span) {
        let results = match self.input.hir.funcs.get(self.func.index()) {
            Some(f) => f.results.clone(),
            None => Vec::new(),
        };
        let saved = self.values_of(values);
        // Beside an error that `Err` holds there is no value.
        let failed = self.known.errors.drops_values(self.func, span);
        for (value, result) in values.items.iter().zip(&results) {
            if failed && matches!(value.kind, ExprKind::Zero) {
                continue;
            }
            self.flow(value, To::Local(*result));
        }
        self.tuple = saved;
    }

    fn range(&mut self, r: &'a Range) {
        if let (Some(RangeVar::Define(l)), ExprKind::ArrayLit { elems, .. }) = (&r.value, &r.x.kind)
            && self.input.hir.local(*l).ty == TypeId::STRING
            && r.kind == RangeKind::Slice
        {
            // Nobody else has a literal: its strings go to the variable one by one.
            elems.iter().for_each(|(_, e)| self.text_flow(e, To::Local(*l)));
            r.key.iter().for_each(|key| self.bound(key, "it comes from a range"));
            return self.block(&r.body);
        }
        self.looked_at(&r.x);
        let elements = container(self.input, r.x.ty).filter(|_| matches!(r.kind, RangeKind::Slice | RangeKind::Map));
        if let Some(RangeVar::Define(l)) = &r.value
            && let Some(c) = elements
        {
            let source = Self::deeper(node_of(self.input, &r.x).or_else(|| self.result_node(&r.x)));
            let own = Node::Container(Root::Local(*l), 0);
            match source {
                Some(source) if container(self.input, c.element()).is_some() => {
                    self.unify_nodes(source, own, r.x.span);
                    self.out.elements.push((*l, r.x.span));
                    if !r.per_iteration {
                        self.share(own, "it is one variable for all rounds", r.x.span);
                    }
                }
                _ => self.share(own, "it is an element of what the runtime holds", r.x.span),
            }
            if c.element() == TypeId::STRING {
                self.ranged_text(
                    *l,
                    source.map(|n| match n {
                        Node::Container(root, level) => Node::Text(root, level),
                        other => other,
                    }),
                    r.x.span,
                );
            }
        } else if let Some(var) = &r.value {
            self.bound(var, "it is an element of what the runtime holds");
        }
        match (&r.key, elements) {
            (Some(RangeVar::Define(l)), Some(Container::Map(TypeId::STRING, _))) => {
                let node = node_of(self.input, &r.x).or_else(|| self.result_node(&r.x));
                let keys = match node {
                    Some(Node::Container(root, level)) => Some(Node::Key(root, level)),
                    _ => None,
                };
                self.ranged_text(*l, keys, r.x.span);
            }
            (Some(var), _) => self.bound(var, "it comes from a range"),
            (None, _) => {}
        }
        self.block(&r.body);
    }

    /// The result of a call of one of the user's functions.
    fn result_node(&self, e: &Expr) -> Option<Node> {
        let ExprKind::Call(call) = &e.kind else { return None };
        let (Callee::Func { func, .. }
        | Callee::Method {
            method: Method::User(func),
            ..
        }) = &call.callee
        else {
            return None;
        };
        match self.input.hir.func(*func).results[..] {
            [one] => Some(Node::Container(Root::Local(one), 0)),
            _ => None,
        }
    }

    fn bound(&mut self, var: &'a RangeVar, why: &'static str) {
        match var {
            RangeVar::Define(l) => {
                let local = self.input.hir.local(*l);
                self.share(Node::Container(Root::Local(*l), 0), why, local.span);
                self.runtime_string(*l, why, local.span);
                if let Some(s) = self.pointee_struct(local.ty) {
                    self.share(Node::Struct(s), why, local.span);
                }
            }
            RangeVar::Assign(place) => {
                self.place(place, true);
                if let Some(node) = node_of(self.input, place) {
                    self.share(node, why, place.span);
                }
                self.runtime_text(place, why);
            }
        }
    }

    /// The call of a `go` or `defer`: it happens later, when what it was given may be used by others.
    fn started(&mut self, e: &'a Expr) {
        let ExprKind::Call(call) = &e.kind else {
            return self.visit(e);
        };
        let why = "it is given to a call that happens later";
        match &call.callee {
            Callee::Method {
                recv,
                method: Method::Lib(_),
            } => self.place(recv, true),
            Callee::Method { recv, .. } => {
                if let ExprKind::AddrOf(place) = &recv.kind {
                    self.address(place, why);
                }
                self.flow(recv, To::Away(why));
            }
            Callee::Value(f) => self.visit(f),
            _ => {}
        }
        if let Callee::Func { func, .. }
        | Callee::Method {
            method: Method::User(func),
            ..
        } = &call.callee
        {
            for param in &self.input.hir.func(*func).params {
                self.share(Node::Container(Root::Local(*param), 0), why, e.span);
                self.out.consumed.seed(*param, e.span);
            }
        }
        let saved = self.values_of(&call.args);
        call.args.items.iter().for_each(|a| self.flow(a, To::Away(why)));
        self.tuple = saved;
    }

    // ---- values ----

    /// A value comes to rest.
    pub(super) fn flow(&mut self, e: &'a Expr, to: To) {
        if container(self.input, e.ty).is_some() {
            self.container_flow(e, to);
        } else if let Some(s) = self.pointee_struct(e.ty) {
            self.pointer_flow(e, s, to);
        } else if self.struct_inside(e.ty).is_some() {
            self.struct_flow(e);
        } else if e.ty == TypeId::STRING {
            self.text_flow(e, to);
        } else {
            self.visit(e);
        }
    }

    fn container_flow(&mut self, e: &'a Expr, to: To) {
        let node = self.node_at(to);
        let why = match to {
            To::Away(why) => why,
            _ => "it is kept where its type is not known",
        };
        match &e.kind {
            ExprKind::Zero => self.zero(e.ty, to, e.span),
            ExprKind::ArrayLit { elems, len } => {
                for (_, e) in elems {
                    self.flow(e, To::Element(Self::deeper(node)));
                }
                if let Some(c) = container(self.input, e.ty).filter(|_| (elems.len() as u64) < *len) {
                    self.zero(c.element(), To::Element(Self::deeper(node)), e.span);
                }
            }
            ExprKind::MapLit(entries) => {
                for (key, value) in entries {
                    self.literal_key(key, node);
                    self.flow(value, To::Element(Self::deeper(node)));
                }
            }
            ExprKind::Convert(Conversion::StringToBytes | Conversion::StringToRunes, x) => self.visit(x),
            ExprKind::TupleElem(i) => {
                let result = self.tuple.and_then(|f| self.input.hir.func(f).results.get(*i).copied());
                match (result, node) {
                    (Some(r), Some(node)) => self.unify_nodes(Node::Container(Root::Local(r), 0), node, e.span),
                    (Some(r), None) => self.share(Node::Container(Root::Local(r), 0), why, e.span),
                    (None, Some(node)) => self.share(node, "it comes from where it may be shared", e.span),
                    (None, None) => {}
                }
            }
            ExprKind::Call(call) => {
                match (&call.callee, &call.args.items[..]) {
                    _ if call.args.tuple.is_some() => self.visit(e),
                    (Callee::Builtin(Builtin::Make), args) => {
                        args.iter().for_each(|a| self.visit(a));
                        if let (Some(node), 2..) = (node, args.len()) {
                            self.out.spare.seed(node, e.span);
                        }
                        if let Some(Container::Slice(elem)) = container(self.input, e.ty)
                            && args.first().is_some_and(|len| const_int(len) != Some(0))
                        {
                            self.zero(elem, To::Element(Self::deeper(node)), e.span);
                        }
                        return;
                    }
                    (Callee::Builtin(Builtin::Append | Builtin::AppendString), [base, rest @ ..]) => {
                        if !is_empty(base) {
                            self.container_flow(base, to);
                        }
                        self.appended(node, base, rest, e);
                        return;
                    }
                    _ => self.visit(e),
                }
                let result = match &call.callee {
                    Callee::Func { func, .. }
                    | Callee::Method {
                        method: Method::User(func),
                        ..
                    } => self.input.hir.func(*func).results.first().copied(),
                    _ => None,
                };
                match (result, node) {
                    (Some(r), Some(node)) => self.unify_nodes(Node::Container(Root::Local(r), 0), node, e.span),
                    (Some(r), None) => self.share(Node::Container(Root::Local(r), 0), why, e.span),
                    (None, Some(node)) => self.share(node, "it comes from where it may be shared", e.span),
                    (None, None) => {}
                }
            }
            _ => self.existing_container(e, node, why),
        }
    }

    /// A container that is there already comes to rest: moved at its last use, shared otherwise.
    fn existing_container(&mut self, e: &'a Expr, node: Option<Node>, why: &'static str) {
        let source = node_of(self.input, e);
        self.visit(e);
        let moved = match e.kind {
            ExprKind::Local(l) => {
                let own = self.input.hir.local(l).func == self.func;
                self.out.consumed.seed(l, e.span);
                own && self.known.liveness.is_last(e.id)
            }
            _ => false,
        };
        match (source, node) {
            (Some(source), Some(node)) if moved => self.unify_nodes(source, node, e.span),
            (source, node) => {
                let why = if node.is_none() {
                    why
                } else {
                    "it is copied and used on"
                };
                source.into_iter().chain(node).for_each(|n| self.share(n, why, e.span));
            }
        }
    }

    fn pointer_flow(&mut self, e: &'a Expr, s: ObjId, to: To) {
        let rests = matches!(to, To::Local(l) if !self.is_param(l));
        let (fresh, why) = match &e.kind {
            ExprKind::New(x) => {
                self.flow(x, To::Away("memory of its own holds it"));
                (true, "")
            }
            ExprKind::Call(call) => {
                self.visit(e);
                let users = matches!(
                    &call.callee,
                    Callee::Func { .. }
                        | Callee::Method {
                            method: Method::User(_),
                            ..
                        }
                );
                (users, "a pointer to it comes from an unknown function")
            }
            ExprKind::TupleElem(_) => (self.tuple.is_some(), "a pointer to it comes from an unknown function"),
            ExprKind::Local(l) => {
                self.visit(e);
                let moved = self.known.liveness.is_last(e.id) && self.input.hir.local(*l).func == self.func;
                (moved && !self.is_param(*l), "a pointer to it is copied and used on")
            }
            ExprKind::Zero => (false, "a pointer to it may be nil"),
            ExprKind::AddrOf(place) => {
                self.address(place, "a pointer into it is kept");
                (false, "its address is kept")
            }
            _ => {
                self.visit(e);
                (false, "a pointer to it is kept")
            }
        };
        if !fresh || !rests {
            let why = match to {
                To::Away(why) if fresh => why,
                _ if fresh => "a pointer to it is kept in another value",
                _ => why,
            };
            self.share(Node::Struct(s), why, e.span);
        }
    }

    fn is_param(&self, local: LocalId) -> bool {
        matches!(self.input.hir.local(local).kind, LocalKind::Param | LocalKind::Receiver)
    }

    fn struct_flow(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::StructLit(fields) => self.struct_literal(e, fields),
            ExprKind::Zero => self.zero(e.ty, To::Away(""), e.span),
            ExprKind::Local(l) => {
                self.visit(e);
                let own = self.input.hir.local(*l).func == self.func;
                let receiver = self.input.hir.local(*l).kind == LocalKind::Receiver;
                self.out.whole.insert(*l);
                if !own || receiver || !self.known.liveness.is_last(e.id) {
                    self.copied(e.ty, e.span);
                }
            }
            ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Deref(_) | ExprKind::Global(_) => {
                self.visit(e);
                self.copied(e.ty, e.span);
            }
            ExprKind::Convert(conversion, x) => {
                if *conversion == Conversion::Rename {
                    self.renamed_fields(x.ty, e.span);
                    self.renamed_fields(e.ty, e.span);
                }
                self.flow(x, To::Away("it is converted"));
                self.copied(x.ty, e.span);
                self.copied(e.ty, e.span);
            }
            ExprKind::ArrayLit { elems, .. } => elems.iter().for_each(|(_, e)| self.flow(e, To::Element(None))),
            _ => self.visit(e),
        }
    }

    fn struct_literal(&mut self, e: &'a Expr, fields: &'a [(usize, Expr)]) {
        let store = self.input.store();
        let Type::Struct(s) = &*store.under(e.ty) else { return };
        for (i, field) in s.fields.iter().enumerate() {
            match fields.iter().find(|(at, _)| *at == i) {
                Some((_, value)) => {
                    let named = self.input.struct_name(e.ty).is_some_and(|o| !self.input.is_library(o));
                    let to = if named {
                        To::Field(self.input.origin(*field))
                    } else {
                        To::Away("a struct without a name holds it")
                    };
                    self.flow(value, to);
                }
                None => self.zero(store.obj_type(*field), To::Field(self.input.origin(*field)), e.span),
            }
        }
    }

    /// A zero value comes to rest: maps and pointers are nil then.
    fn zero(&mut self, ty: TypeId, to: To, span: Span) {
        match container(self.input, ty) {
            Some(Container::Map(..)) => {
                if let Some(node) = self.node_at(to) {
                    self.share(node, "it may be nil", span);
                }
            }
            Some(Container::Slice(_)) => {}
            None => {
                if let Some(s) = self.pointee_struct(ty) {
                    self.share(Node::Struct(s), "a pointer to it may be nil", span);
                }
                if let Some(inner) = self.struct_inside(ty) {
                    let store = self.input.store();
                    if let Type::Struct(s) = &*store.under(store.obj_type(inner)) {
                        for field in &s.fields {
                            self.zero(store.obj_type(*field), To::Field(self.input.origin(*field)), span);
                        }
                    }
                }
            }
        }
    }

    /// A struct value is copied while the original lives on: both reach what its containers hold.
    pub(super) fn copied(&mut self, ty: TypeId, span: Span) {
        let Some(inner) = self.struct_inside(ty) else { return };
        let store = self.input.store();
        let Type::Struct(s) = &*store.under(store.obj_type(inner)) else {
            return;
        };
        for field in &s.fields {
            let field_type = store.obj_type(*field);
            if container(self.input, field_type).is_some() {
                let root = Root::Field(self.input.origin(*field));
                self.share(Node::Container(root, 0), "a struct that holds it is copied", span);
            }
            self.copied(field_type, span);
        }
    }

    /// The address of a place is kept: what holds the place must be memory that pointers reach.
    pub(super) fn address(&mut self, place: &'a Expr, why: &'static str) {
        let mut at = place;
        loop {
            if let Some(s) = self.struct_inside(at.ty) {
                self.share(Node::Struct(s), why, place.span);
            }
            match &at.kind {
                ExprKind::Field { base, .. } => at = base,
                ExprKind::Index { base, .. } => {
                    if let Some(node) = node_of(self.input, base).filter(|_| container(self.input, base.ty).is_some()) {
                        self.share(node, "the address of an element is kept", place.span);
                    }
                    at = base;
                }
                ExprKind::Deref(p) => {
                    if let Some(s) = self.pointee_struct(p.ty) {
                        self.share(Node::Struct(s), why, place.span);
                    }
                    break;
                }
                _ => break,
            }
        }
        if let Some(node) = node_of(self.input, place).filter(|_| container(self.input, place.ty).is_some()) {
            self.share(node, "its address is kept", place.span);
        }
        self.runtime_text(place, "its address is kept");
        self.place(place, true);
    }

    // ---- places and operands ----

    /// A place is read or written where it stands.
    pub(super) fn place(&mut self, e: &'a Expr, written: bool) {
        match &e.kind {
            ExprKind::Local(l) => self.local(*l, e, written),
            ExprKind::Field { base, .. } => {
                if let ExprKind::Index { base: map, .. } = &base.kind
                    && matches!(&*self.input.store().under(map.ty), Type::Map(..))
                {
                    self.copied(base.ty, e.span);
                }
                self.place(base, written);
            }
            ExprKind::Index { base, index } => {
                match &*self.input.store().under(base.ty) {
                    Type::Map(..) => self.key_flow(index, base, written),
                    _ => self.visit(index),
                }
                self.place(base, written);
            }
            ExprKind::Slice { base, low, high, max } => {
                for bound in [low, high, max].into_iter().flatten() {
                    self.visit(bound);
                }
                if container(self.input, base.ty).is_some() {
                    self.part(e);
                }
                self.cut_text(base);
                self.place(base, written);
            }
            ExprKind::Deref(p) | ExprKind::AddrOf(p) => match &p.kind {
                ExprKind::New(x) => self.flow(x, To::Away("memory of its own holds it")),
                _ => self.place(p, written),
            },
            _ => self.visit(e),
        }
    }

    fn local(&mut self, local: LocalId, e: &Expr, written: bool) {
        let declared = self.input.hir.local(local);
        if written {
            self.out.written.seed(local, e.span);
        }
        if declared.func == self.func || self.out.comparisons.contains(&self.func) {
            return;
        }
        if self.known.guarded.lock_of(local).is_some() {
            return;
        }
        // What a literal captures must be a value of its own.
        self.out.consumed.seed(local, e.span);
        let why = "a function literal uses it";
        self.share(Node::Container(Root::Local(local), 0), why, e.span);
        if let Some(s) = self.pointee_struct(declared.ty) {
            self.share(Node::Struct(s), why, e.span);
        }
        self.copied(declared.ty, e.span);
    }

    /// Something is looked at for the time of an expression, without being kept.
    pub(super) fn looked_at(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::Local(_) | ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Deref(_) => {
                self.place(e, false);
            }
            ExprKind::Slice { base, .. } if container(self.input, base.ty).is_some() => {
                self.part(e);
                self.place(e, false);
            }
            ExprKind::ArrayLit { .. } | ExprKind::MapLit(_) if container(self.input, e.ty).is_some() => {
                self.container_flow(e, To::Away("it is only looked at"));
            }
            _ => self.visit(e),
        }
    }

    /// A part of a container that is lent: within its length, or a matter of its capacity.
    pub(super) fn part(&mut self, e: &'a Expr) {
        let ExprKind::Slice { base, high, max, .. } = &e.kind else {
            return;
        };
        let Some(node) = node_of(self.input, base) else { return };
        if max.is_some() {
            self.share(node, "a part of it has a capacity of its own", e.span);
        }
        let inside = match high.as_deref() {
            None => true,
            Some(high) => is_within_length(base, high),
        };
        if !inside {
            self.out.parts.push((node, e.span));
        }
    }

    /// An expression of which nothing but its value is used, and that for the time of the expression around it.
    pub(super) fn visit(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::Local(_) | ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Deref(_) => {
                self.place(e, false);
            }
            ExprKind::Const { .. }
            | ExprKind::Zero
            | ExprKind::TupleElem(_)
            | ExprKind::Global(_)
            | ExprKind::LibVar(_)
            | ExprKind::LibFunc { .. }
            | ExprKind::Unsupported(_) => {}
            ExprKind::Func { func, .. } => self.as_value(*func, e.span),
            ExprKind::FuncLit(_) => {}
            ExprKind::MethodValue { recv, method } => {
                if let ExprKind::AddrOf(place) = &recv.kind {
                    self.address(place, "a method value keeps it");
                }
                self.flow(recv, To::Away("a method value keeps it"));
                if let Method::User(func) = method {
                    self.as_value(*func, e.span);
                }
            }
            ExprKind::MethodExpr { recv, method, .. } => {
                self.asserted(*recv, e.span);
                if let Method::User(func) = method {
                    self.as_value(*func, e.span);
                }
            }
            ExprKind::Binary(BinaryOp::Eq | BinaryOp::Ne, x, y) => {
                for side in [x, y] {
                    if let Some(node) = node_of(self.input, side).filter(|_| container(self.input, side.ty).is_some()) {
                        self.share(node, "it is compared with nil", e.span);
                    }
                    if let Some(s) = self.pointee_struct(side.ty) {
                        self.share(Node::Struct(s), "a pointer to it is compared", e.span);
                    }
                    self.visit(side);
                }
            }
            ExprKind::Unary(_, x) => self.visit(x),
            ExprKind::Binary(_, x, y) => {
                self.visit(x);
                self.visit(y);
            }
            ExprKind::AddrOf(place) => self.address(place, "its address is used as a value"),
            ExprKind::New(x) => self.flow(x, To::Away("memory of its own holds it")),
            ExprKind::Call(call) => self.call(call, e),
            ExprKind::Convert(Conversion::BytesToString, x) if self.holds_plain(x.ty) => {
                self.looked_at(x);
            }
            ExprKind::Convert(_, x) => {
                self.flow(x, To::Away("it is converted"));
                if self.input.store().is_interface(e.ty) {
                    self.copied(x.ty, e.span);
                }
            }
            ExprKind::TypeAssert { x, target, .. } => {
                self.visit(x);
                self.asserted(*target, e.span);
            }
            ExprKind::MapIndexOk { map, key } => {
                self.key_flow(key, map, false);
                self.place(map, false);
            }
            ExprKind::Recv { channel, .. } => self.visit(channel),
            ExprKind::Slice { base, low, high, max } => {
                for bound in [low, high, max].into_iter().flatten() {
                    self.visit(bound);
                }
                if let Some(node) = node_of(self.input, base).filter(|_| container(self.input, base.ty).is_some()) {
                    self.share(node, "a part of it is kept", e.span);
                }
                self.cut_text(base);
                self.place(base, false);
            }
            ExprKind::StructLit(fields) => self.struct_literal(e, fields),
            ExprKind::ArrayLit { elems, .. } => {
                elems
                    .iter()
                    .for_each(|(_, e)| self.flow(e, To::Away("it is an element of what the runtime holds")));
            }
            ExprKind::MapLit(entries) => {
                for (key, value) in entries {
                    self.flow(key, To::Away("it is a key of what the runtime holds"));
                    self.flow(value, To::Away("it is an element of what the runtime holds"));
                }
            }
        }
    }

    /// A container of elements of a type without a name.
    fn holds_plain(&self, ty: TypeId) -> bool {
        container(self.input, ty).is_some_and(|c| matches!(&*self.input.store().get(c.element()), Type::Basic(_)))
    }

    /// A type that values come out of an interface as, or are asked for.
    fn asserted(&mut self, ty: TypeId, span: Span) {
        if let Some(s) = self.pointee_struct(ty) {
            self.share(Node::Struct(s), "a pointer to it comes out of an interface", span);
        }
        self.copied(ty, span);
    }

    // ---- comparisons of `sort.Slice` ----

    /// Finds the literals that only look at elements at their two positions.
    fn comparisons(&mut self) {
        struct Calls<'p>(Vec<&'p crate::hir::Call>);
        impl<'p> Visitor<'p> for Calls<'p> {
            fn expr(&mut self, e: &'p Expr) {
                if let ExprKind::Call(call) = &e.kind {
                    self.0.push(call);
                }
                crate::hir::visit::walk_expr(self, e);
            }
        }
        let mut calls = Calls(Vec::new());
        let hir = self.input.hir;
        hir.funcs
            .iter()
            .filter_map(|f| f.body.as_ref())
            .for_each(|b| calls.block(b));
        for call in calls.0 {
            if let Some(literal) = super::calls::element_comparison(self.input, call) {
                self.out.comparisons.insert(literal);
            }
        }
    }
}

/// `nil`, `[]T{}` or `make([]T, 0)`: nothing to take over.
pub(super) fn is_empty(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Zero => true,
        ExprKind::ArrayLit { elems, .. } => elems.is_empty(),
        ExprKind::Convert(_, x) => is_empty(x),
        _ => false,
    }
}

fn const_int(e: &Expr) -> Option<i64> {
    match &e.kind {
        ExprKind::Const {
            value: ConstValue::Int(n),
            ..
        } => i64::try_from(n).ok(),
        _ => None,
    }
}

/// `len(base)`
fn is_length(base: &Expr, e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Call(call) => match (&call.callee, &call.args.items[..]) {
            (Callee::Builtin(Builtin::Len), [x]) => same_place(base, x),
            _ => false,
        },
        _ => false,
    }
}

/// A bound that is never greater than the length: 0, `len(base)`, `len(base) - k`, `len(base) / k`.
fn is_within_length(base: &Expr, high: &Expr) -> bool {
    if const_int(high) == Some(0) || is_length(base, high) {
        return true;
    }
    match &high.kind {
        ExprKind::Binary(BinaryOp::Sub | BinaryOp::Quo, x, k) => {
            is_length(base, x) && const_int(k).is_some_and(|k| k >= 1)
        }
        _ => false,
    }
}

/// `v = v[:0]` or `v = v[:len(v)-k]`: the container is cut.
pub(crate) fn is_cut(place: &Expr, value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Slice {
            base,
            low: None,
            high: Some(high),
            max: None,
        } => same_place(place, base) && is_within_length(base, high),
        _ => false,
    }
}

/// `v = append(v[:i], v[i+1:]...)`: the position of the element that is taken out.
pub(crate) fn removes_one<'e>(place: &Expr, value: &'e Expr) -> Option<&'e Expr> {
    let ExprKind::Call(call) = &value.kind else { return None };
    let (Callee::Builtin(Builtin::Append), [head, tail]) = (&call.callee, &call.args.items[..]) else {
        return None;
    };
    let (
        ExprKind::Slice {
            base,
            low: None,
            high: Some(i),
            max: None,
        },
        ExprKind::Slice {
            base: other,
            low: Some(next),
            high: None,
            max: None,
        },
    ) = (&head.kind, &tail.kind)
    else {
        return None;
    };
    let follows = match &next.kind {
        ExprKind::Binary(BinaryOp::Add, x, one) => same_place(i, x) && const_int(one) == Some(1),
        _ => matches!((const_int(i), const_int(next)), (Some(i), Some(n)) if n == i + 1),
    };
    (same_place(place, base) && same_place(place, other) && follows).then_some(i)
}
