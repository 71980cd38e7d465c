//! What holds for whole types, variables and signatures, before any statement is looked at.
//!
//! In: the types of the program and the sharing of its variables. Out: edges along what types are made of, and the nodes
//! that are shared whatever the statements do.

use super::nodes::container;
use super::walk::{LEVELS, Walk};
use super::{Container, Node, Root};
use crate::hir::{FuncId, Local, LocalId, LocalKind};
use crate::source::Span;
use crate::types::{ObjId, Type, TypeId};
use rustc_hash::FxHashSet;

impl<'a> Walk<'a> {
    /// Edges along what types are made of, and what pointers inside types make shared.
    pub(super) fn types(&mut self) {
        let store = self.input.store();
        let nowhere = Span::default();
        for id in 0..store.type_count() as u32 {
            let inner: Vec<TypeId> = match store.get(TypeId(id)) {
                Type::Slice(t) | Type::Array(_, t) | Type::Chan(_, t) | Type::Pointer(t) => vec![*t],
                Type::Map(k, v) => vec![*k, *v],
                Type::Named(n) => {
                    let params = match n.origin.map(|o| store.get(o)) {
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
            let Type::Struct(s) = store.under(declared) else {
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
        match self.input.store().get(func.sig) {
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
        match self.input.store().get(sig) {
            Type::Signature(s) => s.params.iter().chain(&s.results).copied().collect(),
            _ => Vec::new(),
        }
    }

    /// The user's struct that a type holds by value, through arrays.
    pub(super) fn struct_inside(&self, ty: TypeId) -> Option<ObjId> {
        let mut ty = ty;
        while let Type::Array(_, elem) = self.input.store().under(ty) {
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

    pub(super) fn variables(&mut self) {
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
        let named = matches!(self.input.store().get(local.ty), Type::Named(_));
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
    pub(super) fn whole_structs(&self) -> FxHashSet<ObjId> {
        let store = self.input.store();
        let mut parts: Vec<TypeId> = Vec::new();
        for id in 0..store.type_count() as u32 {
            match store.get(TypeId(id)) {
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
    pub(super) fn signature(&mut self, id: FuncId) {
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
}
