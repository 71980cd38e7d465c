//! Types, constants, package variables and their initialisation.

use super::code::Code;
use super::{Emitter, Function};
use crate::hir::{ConstItem, GlobalId, PackageId, TypeItem, VarItem};
use crate::plan::names;
use crate::types::{ObjId, ObjKind, Type, TypeId};

impl<'a> Emitter<'a> {
    /// `pub` for what Go exports, else visible in the crate.
    pub(super) fn visibility(&self, obj: ObjId) -> &'static str {
        let object = self.input.store().obj(obj);
        if !object.package_level && !matches!(object.kind, ObjKind::Var(_)) {
            return "";
        }
        if object.exported() { "pub" } else { "pub(crate)" }
    }

    /// One constant spec.
    pub(super) fn const_item(&self, item: &'a ConstItem, docs: &str) -> String {
        let mut out = String::new();
        for obj in &item.objs {
            let object = self.input.store().obj(*obj);
            let ObjKind::Const { value: Some(value) } = &object.kind else {
                continue;
            };
            let (Some(ty), Some(name)) = (self.declared_type(*obj), self.plan.names.object(*obj)) else {
                continue;
            };
            let visibility = if docs.is_empty() && !object.package_level {
                ""
            } else {
                self.visibility(*obj)
            };
            if self.is_text_constant(*obj)
                && let Some(text) = value.as_bytes().and_then(|b| std::str::from_utf8(b).ok())
            {
                let text = super::constant::quote(text);
                out.push_str(&format!("{docs}{visibility} const {name}: &str = {text};\n"));
                continue;
            }
            let value = self.constant(value, ty, None, None, false);
            out.push_str(&format!(
                "{docs}{visibility} const {name}: {} = {value};\n",
                self.ty(ty)
            ));
        }
        out
    }

    /// One type spec: a struct, a trait, a newtype or an alias.
    pub(super) fn type_item(&self, item: &'a TypeItem, docs: &str) -> String {
        let store = self.input.store();
        let name = self.plan.names.object(item.obj).unwrap_or("Type").to_owned();
        let visibility = self.visibility(item.obj);
        if &*store.obj(item.obj).name == "_" {
            // Nothing can name it.
            return String::new();
        }
        if item.alias {
            let mut params = Vec::new();
            crate::plan::traits::free_params(self.input, item.ty, &mut params);
            if !params.is_empty() {
                // What an alias with parameters stands for is written out where it is used.
                return String::new();
            }
            return format!("{docs}{visibility} type {name} = {};\n", self.ty(item.ty));
        }
        let Type::Named(named) = store.get(item.ty) else {
            return String::new();
        };
        match store.under(item.ty) {
            Type::Struct(s) => self.struct_item(item, named, s, &name, visibility, docs),
            Type::Interface(_) => self.trait_item(item, &name, visibility, docs),
            _ => self.newtype_item(item, named, &name, visibility, docs),
        }
    }

    /// The type parameters that a type's Rust declaration has.
    pub(super) fn own_params(&self, ty: TypeId) -> Vec<TypeId> {
        let store = self.input.store();
        let Type::Named(named) = store.get(ty) else {
            return Vec::new();
        };
        if !named.type_params.is_empty() || store.obj(named.obj).package_level || named.origin.is_some() {
            return named.type_params.clone();
        }
        let mut params = Vec::new();
        crate::plan::traits::free_params(self.input, store.underlying(ty), &mut params);
        params
    }

    /// A type declared in a function that must be seen outside: a trait that others implement, and what types without a
    /// name mention.
    pub(super) fn is_lifted(&self, item: &TypeItem) -> bool {
        let store = self.input.store();
        if store.is_interface(item.ty) {
            return !store.type_set(item.ty).methods.is_empty();
        }
        let mut params = Vec::new();
        crate::plan::traits::free_params(self.input, store.underlying(item.ty), &mut params);
        params.is_empty()
            && self
                .plan
                .anonymous
                .structs
                .keys()
                .any(|t| self.names_type(*t, item.obj, 0))
    }

    fn names_type(&self, ty: TypeId, obj: ObjId, depth: usize) -> bool {
        let store = self.input.store();
        let any = |types: &[TypeId]| depth < 20 && types.iter().any(|t| self.names_type(*t, obj, depth + 1));
        match store.get(ty) {
            Type::Named(n) => n.obj == obj || any(&n.type_args),
            Type::Pointer(t) | Type::Slice(t) | Type::Array(_, t) | Type::Chan(_, t) => any(&[*t]),
            Type::Map(k, v) => any(&[*k, *v]),
            Type::Tuple(ts) => any(ts),
            Type::Signature(s) => any(&s.params) || any(&s.results),
            Type::Struct(s) => s.fields.iter().any(|f| any(&[store.obj_type(*f)])),
            _ => false,
        }
    }

    fn struct_item(
        &self,
        item: &'a TypeItem,
        named: &crate::types::Named,
        s: &crate::types::Struct,
        name: &str,
        visibility: &str,
        docs: &str,
    ) -> String {
        let store = self.input.store();
        let Some(plan) = self.plan.structs.get(&item.obj) else {
            return String::new();
        };
        let mut fields = String::new();
        let guard = self.plan.guards.get(&item.obj);
        let mut state_fields = String::new();
        let mut carried = String::new();
        // The type parameters that what the lock owns mentions.
        let mut state_params = Vec::new();
        for field in guard.into_iter().flat_map(|g| &g.fields) {
            crate::plan::traits::free_params(self.input, store.obj_type(*field), &mut state_params);
        }
        for (i, field) in s.fields.iter().enumerate() {
            let object = store.obj(*field);
            let field_type = store.obj_type(*field);
            let origin = self.input.origin(*field);
            let owned = guard.is_some_and(|g| g.fields.contains(&origin));
            if let Some(guard) = guard.filter(|g| g.lock == origin) {
                carried = self.member_comments(item, &object.name, i);
                if let Some(state) = &guard.state {
                    let comments = std::mem::take(&mut carried);
                    let args = self.generic_args(&state_params);
                    let (name, lock) = (&guard.field, guard.lock_type());
                    fields.push_str(&format!("{comments}pub(crate) {name}: {lock}<{state}{args}>,\n"));
                }
                continue;
            }
            let celled = plan.in_place && plan.celled.get(i).copied().unwrap_or(false) && !owned;
            let form = self.plan.forms.field(self.input.origin(*field));
            let ty = if celled {
                self.cell_ty(field_type)
            } else {
                self.form_ty(form, field_type)
            };
            let rust = plan.fields.get(i).cloned().unwrap_or_default();
            let mut attributes = std::mem::take(&mut carried) + &self.member_comments(item, &object.name, i);
            let mut go = Vec::new();
            if plan.in_place && !owned && !celled && !self.is_in_place(field_type) {
                go.push("frozen".to_owned());
            }
            if *rust != *object.name {
                go.push(format!("name = {:?}", object.name));
            }
            if matches!(object.kind, ObjKind::Var(crate::types::VarKind::EmbeddedField)) {
                go.push("embedded".to_owned());
            }
            if !go.is_empty() {
                attributes.push_str(&format!("#[go({})] ", go.join(", ")));
            }
            let field_visibility = if object.exported() { "pub" } else { "pub(crate)" };
            if let Some(guard) = guard.filter(|_| owned) {
                if guard.state.is_some() {
                    state_fields.push_str(&format!("{attributes}{field_visibility} {rust}: {ty},\n"));
                    continue;
                }
                let lock = guard.lock_type();
                fields.push_str(&format!("{attributes}{field_visibility} {rust}: {lock}<{ty}>,\n"));
                continue;
            }
            fields.push_str(&format!("{attributes}{field_visibility} {rust}: {ty},\n"));
        }
        let markers = self.marker_params(item.ty);
        if !markers.is_empty() {
            fields.push_str(&format!(
                "#[go(marker)] marker: std::marker::PhantomData<({},)>,\n",
                markers.join(", ")
            ));
        }
        let trailing = self.member_comments_end(item);
        let mut derives = vec!["Clone"];
        if plan.copy && named.type_params.is_empty() {
            derives.push("Copy");
        }
        let mut equality = String::new();
        if self.has_equality(item.ty) && self.has_generic_cell(item.ty) {
            let params = self.own_params(item.ty);
            let names: Vec<_> = params
                .iter()
                .filter(|p| store.stand_in(**p).is_none())
                .map(|p| self.ty(*p))
                .collect();
            equality = format!(
                "impl{} PartialEq for {name}<{}> {} {{ fn eq(&self, other: &Self) -> bool {{ self.go_eq(other) }} }}\n",
                self.generics(&params),
                names.join(", "),
                self.where_clause(&params)
            );
        } else if self.has_equality(item.ty) {
            derives.push("PartialEq");
        }
        derives.push("Value");
        let mut go = Vec::new();
        if plan.in_place {
            go.push("in_place".to_owned());
        }
        self.type_attributes(item.ty, named, &mut go);
        let generics = self.generics(&self.own_params(item.ty));
        let bounds = self.where_clause(&named.type_params);
        let _ = trailing;
        let state_generics = self.generics(&state_params);
        let state_item = match guard.and_then(|g| g.state.as_ref()) {
            Some(state) => format!(
                "/// What the lock of [`{name}`] guards.\n#[derive(Clone, Value)]\n#[go(name = \"{state}\", incomparable)]\npub(crate) struct {state}{state_generics} {bounds} {{ {state_fields} }}\n"
            ),
            None => String::new(),
        };
        format!(
            "{state_item}{docs}#[derive({})]\n#[go({})]\n{visibility} struct {name}{generics} {bounds} {{ {fields} }}\n{equality}",
            derives.join(", "),
            go.join(", ")
        )
    }

    /// The type parameters of a struct type that no field mentions.
    fn marker_params(&self, ty: TypeId) -> Vec<String> {
        let store = self.input.store();
        let origin = match store.get(ty) {
            Type::Named(n) => n.origin.unwrap_or(ty),
            _ => ty,
        };
        let (Type::Named(named), Type::Struct(s)) = (store.get(origin), store.under(origin)) else {
            return Vec::new();
        };
        if named.type_params.is_empty() {
            return Vec::new();
        }
        let mut used = Vec::new();
        for field in &s.fields {
            let field_type = store.obj_type(*field);
            let own = self.input.pointee(field_type).unwrap_or(field_type);
            // A type parameter that only the type itself is instantiated with is not used.
            if !matches!(store.get(own), Type::Named(n) if n.obj == named.obj) {
                crate::plan::traits::free_params(self.input, field_type, &mut used);
            }
        }
        let unused = named
            .type_params
            .iter()
            .filter(|p| !used.contains(p) && store.stand_in(**p).is_none());
        unused.map(|p| self.ty(*p)).collect()
    }

    /// The struct has a field for type parameters that are otherwise unused.
    pub(super) fn has_marker(&self, ty: TypeId) -> bool {
        !self.marker_params(ty).is_empty()
    }

    /// Name, interfaces and comparability of a type, for its dynamic side.
    fn type_attributes(&self, ty: TypeId, named: &crate::types::Named, go: &mut Vec<String>) {
        let store = self.input.store();
        let object = store.obj(named.obj);
        let package = object.pkg.map(|p| store.package_name(p).1);
        let go_name = match package {
            Some(package) => format!("{package}.{}", object.name),
            None => object.name.to_string(),
        };
        go.push(format!("name = {go_name:?}"));
        if !self.has_equality(ty) {
            go.push("incomparable".to_owned());
        }
        let this = if named.type_params.is_empty() {
            ty
        } else {
            store.instantiate_named(ty, &named.type_params)
        };
        let (mut value, mut pointer) = (Vec::new(), Vec::new());
        for implementation in self.plan.traits.implementations.iter().filter(|i| i.ty == this) {
            if !implementation.open.is_empty() {
                // Of those for all types, the ones that the program names.
                for iface in self.instances_of(implementation.iface) {
                    let Some(t) = self.dyn_trait(iface) else { continue };
                    if implementation.value && !value.contains(&t) {
                        value.push(t.clone());
                    }
                    if implementation.pointer && !pointer.contains(&t) && self.has_pointer_form(ty) {
                        pointer.push(t);
                    }
                }
                continue;
            }
            let Some(t) = self.dyn_trait(implementation.iface) else {
                continue;
            };
            if implementation.value && !value.contains(&t) {
                value.push(t.clone());
            }
            if implementation.pointer && !pointer.contains(&t) && self.has_pointer_form(ty) {
                pointer.push(t);
            }
        }
        for implementation in self.instance_implementations(this, named.obj) {
            let Some(t) = self.dyn_trait(implementation.iface) else {
                continue;
            };
            let t = format!("{t} for {}", self.ty(implementation.ty));
            if implementation.value {
                value.push(t.clone());
            }
            if implementation.pointer && self.has_pointer_form(ty) {
                pointer.push(t);
            }
        }
        if !value.is_empty() {
            go.push(format!("value({})", value.join(", ")));
        }
        if !pointer.is_empty() {
            go.push(format!("pointer({})", pointer.join(", ")));
        }
    }

    /// The instances of an instance's generic type that mention no type parameters.
    fn instances_of(&self, ty: TypeId) -> Vec<TypeId> {
        let store = self.input.store();
        let origin = match store.get(ty) {
            Type::Named(n) => n.origin,
            _ => None,
        };
        let all = (0..store.type_count() as u32)
            .map(TypeId)
            .filter(|t| match store.get(*t) {
                Type::Named(n) if n.origin.is_some() && n.origin == origin => {
                    let mut free = Vec::new();
                    crate::plan::traits::free_params(self.input, *t, &mut free);
                    free.is_empty() && store.canonical(*t) == *t
                }
                _ => false,
            });
        all.collect()
    }

    /// A field is a cell of which only the instance knows the type: it is compared as a value of that type.
    fn has_generic_cell(&self, ty: TypeId) -> bool {
        let store = self.input.store();
        let (Some(plan), Type::Struct(s)) = (self.struct_plan(ty), store.under(ty)) else {
            return false;
        };
        s.fields.len() == plan.fields.len()
            && plan.in_place
            && s.fields.iter().enumerate().any(|(i, field)| {
                let mut at = store.obj_type(*field);
                while let Type::Array(_, elem) = store.under(at) {
                    at = *elem;
                }
                let generic = store.is_type_param(at) && store.stand_in(at).is_none();
                let inner = match store.get(at) {
                    Type::Named(n) if !n.type_args.is_empty() => n.origin.is_some_and(|o| self.has_generic_cell(o)),
                    _ => false,
                };
                inner || generic && plan.celled.get(i).copied().unwrap_or(false)
            })
    }

    /// Comparable, and nothing in it that only the library knows how to compare.
    fn has_equality(&self, ty: TypeId) -> bool {
        let store = self.input.store();
        let opaque = match store.under(ty) {
            Type::Struct(s) => self.input.holds_in_place_library_type(s),
            _ => false,
        };
        let comparable = match store.get(ty) {
            // An instance over comparable types may be compared.
            Type::Named(n) if !n.type_params.is_empty() => {
                let args = vec![TypeId::INT; n.type_params.len()];
                store.comparable(store.instantiate_named(ty, &args))
            }
            _ => store.comparable(ty),
        };
        comparable && !opaque
    }

    /// Whether `Ptr<T>` of a user type may become an interface value at all.
    pub(super) fn has_pointer_form(&self, ty: TypeId) -> bool {
        let owned = |o| self.facts.ownership.owns_struct(o) && !self.input.is_library(o);
        !self.input.struct_name(ty).is_some_and(owned)
    }

    fn newtype_item(
        &self,
        item: &'a TypeItem,
        named: &crate::types::Named,
        name: &str,
        visibility: &str,
        docs: &str,
    ) -> String {
        let store = self.input.store();
        let mut go = Vec::new();
        let mut derives = vec!["Clone"];
        let kind = self.basic_kind(item.ty);
        match kind {
            Some(k) if k.is_string() => {
                derives.extend(["PartialEq", "Eq", "PartialOrd", "Ord"]);
                go.push("string".to_owned());
            }
            Some(k) if k.is_numeric() && !k.is_complex() => {
                derives.extend(["Copy", "PartialEq", "PartialOrd"]);
                go.push("scalar".to_owned());
            }
            Some(k) if k.is_boolean() => {
                derives.extend(["Copy", "PartialEq"]);
                go.push("scalar".to_owned());
            }
            Some(_) => derives.extend(["Copy", "PartialEq"]),
            None if self.has_equality(item.ty) => {
                if self.is_copy(item.ty) {
                    derives.push("Copy");
                }
                derives.push("PartialEq");
            }
            None => {}
        }
        derives.push("Value");
        if matches!(store.under(item.ty), Type::Array(..)) {
            go.push("array".to_owned());
        }
        if kind.is_some_and(|k| !k.is_boolean()) {
            derives.push("GoNumber");
        }
        self.type_attributes(item.ty, named, &mut go);
        let inner = self.ty(named.underlying.map_or(TypeId::INVALID, |u| u));
        let inner = if named.underlying.is_none() {
            self.ty(store.underlying(item.ty))
        } else {
            inner
        };
        let generics = self.generics(&self.own_params(item.ty));
        format!(
            "{docs}#[derive({})]\n#[go({})]\n{visibility} struct {name}{generics}(pub {inner});\n",
            derives.join(", "),
            go.join(", ")
        )
    }

    /// The anonymous structs of the program, once, in the crate's root.
    pub(super) fn anonymous_structs(&self) -> String {
        let mut all: Vec<_> = self.plan.anonymous.structs.iter().collect();
        all.sort_by_key(|(ty, _)| **ty);
        let mut out = String::new();
        for (ty, (name, plan)) in all {
            let go_type = *ty;
            let Type::Struct(s) = self.input.store().get(*ty) else {
                continue;
            };
            let store = self.input.store();
            let mut fields = String::new();
            for (i, field) in s.fields.iter().enumerate() {
                let object = store.obj(*field);
                let field_type = store.obj_type(*field);
                let celled = plan.in_place && plan.celled.get(i).copied().unwrap_or(false);
                let ty = if celled {
                    self.cell_ty(field_type)
                } else {
                    self.ty(field_type)
                };
                let rust = plan.fields.get(i).cloned().unwrap_or_default();
                let mut attributes = Vec::new();
                if plan.in_place && !celled && !self.is_in_place(field_type) {
                    attributes.push("frozen".to_owned());
                }
                if *rust != *object.name {
                    attributes.push(format!("name = {:?}", object.name));
                }
                let attributes = if attributes.is_empty() {
                    String::new()
                } else {
                    format!("#[go({})] ", attributes.join(", "))
                };
                fields.push_str(&format!("{attributes}pub {rust}: {ty},\n"));
            }
            let mut go = Vec::new();
            if plan.in_place {
                go.push("in_place".to_owned());
            }
            go.push(format!("name = {:?}", self.go_type_name(*ty)));
            // An instance over comparable types may be compared.
            let mut params = Vec::new();
            crate::plan::traits::free_params(self.input, go_type, &mut params);
            let args = vec![TypeId::INT; params.len()];
            let comparable = store.comparable(store.subst(go_type, &params, &args));
            if !comparable {
                go.push("incomparable".to_owned());
            }
            let eq = if comparable { "PartialEq, " } else { "" };
            let mut implementations = String::new();
            let (mut value, mut pointer) = (Vec::new(), Vec::new());
            for implementation in self.plan.traits.implementations.iter().filter(|i| i.ty == go_type) {
                let Some(path) = self.trait_path(implementation.iface) else {
                    continue;
                };
                let t = format!("dyn {path}");
                if pointer.contains(&t) || value.contains(&t) {
                    continue;
                }
                implementations.push_str(&self.implementation(implementation, &path, &[]));
                if implementation.value {
                    value.push(t.clone());
                }
                if implementation.pointer {
                    pointer.push(t);
                }
            }
            for (word, list) in [("value", value), ("pointer", pointer)] {
                if !list.is_empty() {
                    go.push(format!("{word}({})", list.join(", ")));
                }
            }
            let generics = self.generics(&params);
            out.push_str(&format!(
                "#[derive(Clone, {eq}Value)]\n#[go({})]\npub struct {name}{generics} {{ {fields} }}\n{implementations}",
                go.join(", ")
            ));
        }
        out
    }

    /// `static NAME: Global<T> = Global::new();`
    pub(super) fn var_item(&self, item: &'a VarItem, docs: &str) -> String {
        let mut out = String::new();
        for id in &item.globals {
            let global = self.input.hir.global(*id);
            let Some(name) = self.plan.names.object(global.obj) else {
                continue;
            };
            let visibility = self.visibility(global.obj);
            let name = name.to_owned();
            out.push_str(&format!(
                "{docs}{visibility} static {name}: Global<{}> = Global::new();\n",
                self.ty(global.ty)
            ));
        }
        out
    }

    /// Whether anything must run before `main`.
    pub(super) fn needs_program_init(&self) -> bool {
        (0..self.input.hir.packages.len()).any(|i| self.needs_init(PackageId(i as u32)))
    }

    /// Whether the package has variables to initialise or `init` functions.
    pub(super) fn needs_init(&self, package: PackageId) -> bool {
        let package = &self.input.hir.packages[package.index()];
        !package.inits.is_empty() || !package.init_funcs.is_empty()
    }

    /// Some initialisation may suspend.
    pub(super) fn init_is_async(&self, package: PackageId) -> bool {
        let package = &self.input.hir.packages[package.index()];
        package.init_funcs.iter().any(|f| self.plan.funcs[f.index()].is_async)
            || package.inits.iter().any(|i| self.suspends(&i.value))
    }

    fn suspends(&self, e: &crate::hir::Expr) -> bool {
        struct Find<'e, 'a>(&'e Emitter<'a>, bool);
        impl<'p> crate::hir::visit::Visitor<'p> for Find<'_, '_> {
            fn expr(&mut self, e: &'p crate::hir::Expr) {
                use crate::hir::{Callee, ExprKind, Method};
                let coloring = &self.0.facts.coloring;
                self.1 |= match &e.kind {
                    ExprKind::Recv { .. } => true,
                    ExprKind::Call(call) => match &call.callee {
                        Callee::Func { func, .. }
                        | Callee::Method {
                            method: Method::User(func),
                            ..
                        } => coloring.is_async(*func),
                        Callee::Method {
                            method: Method::Interface { obj, .. },
                            ..
                        } => coloring.is_async_method(self.0.input.origin(*obj)),
                        Callee::Value(f) => match f.kind {
                            ExprKind::FuncLit(lit) => coloring.is_async(lit),
                            _ => coloring.is_async_type(f.ty),
                        },
                        _ => false,
                    },
                    _ => false,
                };
                crate::hir::visit::walk_expr(self, e);
            }
        }
        let mut find = Find(self, false);
        crate::hir::visit::Visitor::expr(&mut find, e);
        find.1
    }

    pub(super) fn program_init_is_async(&self) -> bool {
        (0..self.input.hir.packages.len()).any(|i| self.init_is_async(PackageId(i as u32)))
    }

    /// `fn init_package()`: variables in initialisation order, then the `init` functions.
    pub(super) fn package_init(&self, id: PackageId) -> String {
        if !self.needs_init(id) {
            return String::new();
        }
        let package = &self.input.hir.packages[id.index()];
        let is_async = self.init_is_async(id);
        self.state.borrow_mut().function = Some(Function {
            is_async,
            ..Function::default()
        });
        let mut body = String::new();
        for init in &package.inits {
            body.push_str(&self.comments_before_init(init.span));
            body.push_str(&self.global_init(init));
            body.push('\n');
        }
        for func in &package.init_funcs {
            let plan = &self.plan.funcs[func.index()];
            let call = Code::postfix(format!("{}()", plan.name));
            body.push_str(&format!("{};\n", self.maybe_await(call, plan.is_async)));
        }
        self.state.borrow_mut().function = None;
        let keyword = if is_async { "async fn" } else { "fn" };
        format!(
            "/// Initialises the package's variables, in Go's order.\npub(crate) {keyword} init_package() {{ {body} }}\n"
        )
    }

    fn global_init(&self, init: &'a crate::hir::GlobalInit) -> String {
        let target = |id: GlobalId| {
            let global = self.input.hir.global(id);
            let name = self.plan.names.object(global.obj).unwrap_or("_").to_owned();
            (super::place::Place::Cell(Code::postfix(name)), global.ty)
        };
        match &init.lhs[..] {
            [Some(id)] => {
                let value = self.expr_explicit(&init.value);
                let (place, ty) = target(*id);
                self.write(&place, ty, &value)
            }
            [None] => format!("let _ = {};", self.expr_explicit(&init.value)),
            many => {
                let names: Vec<_> = many
                    .iter()
                    .enumerate()
                    .map(|(i, g)| if g.is_some() { format!("v{i}") } else { "_".into() })
                    .collect();
                let mut out = format!("let ({}) = {};", names.join(", "), self.expr(&init.value));
                let parts = match self.input.store().get(init.value.ty) {
                    Type::Tuple(ts) => ts.clone(),
                    _ => Vec::new(),
                };
                for (i, (id, name)) in many.iter().zip(&names).enumerate() {
                    if let Some(id) = id {
                        let (place, ty) = target(*id);
                        let from = parts.get(i).copied().unwrap_or(ty);
                        let value = self.assigned(Code::postfix(name.clone()), from, ty);
                        out.push_str(&self.write(&place, ty, &value));
                    }
                }
                format!("{{ {out} }}")
            }
        }
    }

    /// A value under the type of the variable it is assigned to.
    pub(super) fn assigned(&self, code: Code, from: TypeId, to: TypeId) -> Code {
        let store = self.input.store();
        if store.identical(from, to) {
            return code;
        }
        match (store.is_interface(from), store.is_interface(to)) {
            (true, true) => match self.dyn_trait(to) {
                Some(t) => code.method(&format!("cast::<{t}>"), &[]),
                None => code.method("to_any", &[]),
            },
            (false, true) => self.to_interface(code, from, to),
            _ => self.wrapped(self.unwrapped(code, from), to),
        }
    }

    /// `fn init_program()`: all packages, dependencies first.
    pub(super) fn program_init(&self) -> String {
        if !self.needs_program_init() {
            return String::new();
        }
        let mut body = String::new();
        for i in 0..self.input.hir.packages.len() {
            let id = PackageId(i as u32);
            if !self.needs_init(id) {
                continue;
            }
            let module = self
                .input
                .types
                .order
                .get(i)
                .map(|p| self.module_path(*p))
                .unwrap_or_default();
            let call = format!("{module}::init_package()");
            let awaited = if self.init_is_async(id) { ".await" } else { "" };
            body.push_str(&format!("{call}{awaited};\n"));
        }
        let keyword = if self.program_init_is_async() { "async fn" } else { "fn" };
        format!("/// Initialises all packages, dependencies first.\npub(crate) {keyword} init_program() {{ {body} }}\n")
    }

    /// The name of a method of an interface, in its trait.
    pub(super) fn trait_method(&self, method: ObjId) -> String {
        names::method(&self.input.store().obj(method).name)
    }
}
