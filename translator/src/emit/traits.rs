//! Interface types as traits, and their implementations.

use super::Emitter;
use crate::hir::TypeItem;
use crate::plan::traits::Implementation;
use crate::plan::{Receiver, Storage, names};
use crate::types::{ObjId, Type, TypeId};

impl<'a> Emitter<'a> {
    /// `pub trait Shape: Object { … }`; a constraint without methods leaves nothing.
    pub(super) fn trait_item(&self, item: &'a TypeItem, name: &str, visibility: &str, docs: &str) -> String {
        let store = self.input.store();
        let set = store.type_set(item.ty);
        if set.methods.is_empty() {
            if set.terms.is_some() || set.comparable {
                return String::new();
            }
            return format!("{docs}{visibility} type {name} = Any;\n");
        }
        let Type::Named(named) = store.get(item.ty) else {
            return String::new();
        };
        let generics = self.generics(&self.own_params(item.ty));
        let docs_of = |method: ObjId| {
            let name = store.obj(method).name.clone();
            self.trait_method_docs(item, &name)
        };
        let methods = self.trait_methods(&set.methods, docs_of);
        let bounds = self.where_clause(&named.type_params);
        let by_interfaces = self.implementations_by_interfaces(item.ty);
        format!("{docs}{visibility} trait {name}{generics}: Object {bounds} {{ {methods} }}\n{by_interfaces}")
    }

    fn trait_methods(&self, methods: &[ObjId], docs: impl Fn(ObjId) -> String) -> String {
        let each = methods
            .iter()
            .map(|m| format!("{} {};\n", docs(*m), self.trait_signature(*m, TypeId::INVALID)));
        each.collect()
    }

    /// `fn name(&self, a0: T) -> R`, the future boxed where calls may suspend.
    fn trait_signature(&self, method: ObjId, _iface: TypeId) -> String {
        let store = self.input.store();
        let Type::Signature(sig) = store.get(store.obj_type(method)) else {
            return String::new();
        };
        let params: Vec<_> = sig
            .params
            .iter()
            .enumerate()
            .map(|(i, t)| format!(", a{i}: {}", self.ty(*t)))
            .collect();
        let result = self.tuple(&sig.results);
        let is_async = self.facts.coloring.is_async_method(self.input.origin(method));
        let arrow = match (is_async, result.as_str()) {
            (true, _) => format!(" -> BoxFuture<'_, {result}>"),
            (false, "()") => String::new(),
            (false, _) => format!(" -> {result}"),
        };
        format!("fn {}(&self{}){arrow}", self.method_in_trait(method), params.concat())
    }

    fn method_in_trait(&self, method: ObjId) -> String {
        let origin = self.input.origin(method);
        if self.input.is_library(origin) {
            names::snake(&self.input.store().obj(method).name)
        } else {
            self.trait_method(method)
        }
    }

    /// Traits of interface types without a name.
    pub(super) fn anonymous_traits(&self) -> String {
        let mut out = String::new();
        for ty in &self.plan.traits.anonymous {
            let Some(plan) = self.plan.traits.by_type.get(ty) else {
                continue;
            };
            let methods = self.trait_methods(&plan.methods, |_| String::new());
            let generics = self.generics(&plan.params);
            out.push_str(&format!("pub trait {}{generics}: Object {{ {methods} }}\n", plan.name));
            out.push_str(&self.implementations_by_interfaces(plan.ty));
        }
        out
    }

    /// `impl Trait for Iface<dyn Other>`, for interface types that are type arguments.
    fn implementations_by_interfaces(&self, ty: TypeId) -> String {
        let store = self.input.store();
        let mut out = String::new();
        let origin = |t: TypeId| match store.get(t) {
            Type::Named(n) => n.origin.unwrap_or(t),
            _ => t,
        };
        let mut done = Vec::new();
        for (argument, iface) in self
            .plan
            .traits
            .arguments
            .iter()
            .filter(|(_, iface)| origin(*iface) == ty)
        {
            let Some(path) = self.trait_path(*iface) else { continue };
            let target = self.ty(*argument);
            if done.contains(&(path.clone(), target.clone())) {
                continue;
            }
            let methods = store.type_set(*iface).methods.clone();
            let methods = methods.iter().map(|m| {
                let count = match store.get(store.obj_type(*m)) {
                    Type::Signature(s) => s.params.len(),
                    _ => 0,
                };
                let args: Vec<_> = (0..count).map(|i| format!("a{i}")).collect();
                let name = self.method_in_trait(*m);
                format!(
                    "{} {{ (**self).{name}({}) }}\n",
                    self.trait_signature(*m, ty),
                    args.join(", ")
                )
            });
            out.push_str(&format!(
                "impl {path} for {target} {{ {} }}\n",
                methods.collect::<String>()
            ));
            done.push((path, target));
        }
        out
    }

    /// All `impl Trait for T` of a named type.
    pub(super) fn implementations_of(&self, item: &'a TypeItem) -> String {
        let store = self.input.store();
        let Type::Named(named) = store.get(item.ty) else {
            return String::new();
        };
        if &*store.obj(item.obj).name == "_" {
            return String::new();
        }
        let this = if named.type_params.is_empty() {
            item.ty
        } else {
            store.instantiate_named(item.ty, &named.type_params)
        };
        let mut out = String::new();
        let mut done = Vec::new();
        for implementation in self.plan.traits.implementations.iter().filter(|i| i.ty == this) {
            let Some(path) = self.trait_path(implementation.iface) else {
                continue;
            };
            if done.contains(&path) {
                continue;
            }
            let params: Vec<_> = self
                .own_params(item.ty)
                .into_iter()
                .chain(implementation.open.iter().copied())
                .collect();
            out.push_str(&self.implementation(implementation, &path, &params));
            done.push(path);
        }
        for implementation in self.instance_implementations(this, item.obj) {
            if let Some(path) = self.trait_path(implementation.iface) {
                out.push_str(&self.implementation(implementation, &path, &[]));
            }
        }
        out
    }

    /// What single instances of a generic type implement besides what the type does.
    pub(super) fn instance_implementations(
        &self,
        this: TypeId,
        obj: ObjId,
    ) -> impl Iterator<Item = &'a Implementation> {
        let store = self.input.store();
        self.plan.traits.implementations.iter().filter(move |i| {
            i.ty != this && matches!(store.get(i.ty), Type::Named(n) if n.obj == obj && n.origin.is_some())
        })
    }

    pub(super) fn implementation(&self, implementation: &Implementation, path: &str, params: &[TypeId]) -> String {
        let generics = self.generics(params);
        let bounds = self.where_clause(params);
        let ty = self.ty(implementation.ty);
        let library = self.is_library_trait(implementation.iface);
        let set = self.input.store().type_set(implementation.iface);
        let own = match self.input.store().under(implementation.iface) {
            Type::Interface(i) if library => i.methods.clone(),
            _ => set.methods.clone(),
        };
        if library && self.only_embeds(implementation.iface) {
            return String::new();
        }
        let mut out = String::new();
        if implementation.value {
            let methods: String = own
                .iter()
                .map(|m| self.forward(*m, implementation.ty, Form::Value, library))
                .collect();
            out.push_str(&format!("impl{generics} {path} for {ty} {bounds} {{ {methods} }}\n"));
        }
        if implementation.pointer && self.has_pointer_form(implementation.ty) {
            let form = if library { Form::Companion } else { Form::Pointer };
            let methods: String = own
                .iter()
                .map(|m| self.forward(*m, implementation.ty, form, library))
                .collect();
            if library {
                let (head, args) = path.split_at(path.find('<').unwrap_or(path.len()));
                out.push_str(&format!(
                    "impl{generics} {head}Ptr{args} for {ty} {bounds} {{ {methods} }}\n"
                ));
            } else {
                out.push_str(&format!(
                    "impl{generics} {path} for Ptr<{ty}> {bounds} {{ {methods} }}\n"
                ));
            }
        }
        out
    }

    fn is_library_trait(&self, iface: TypeId) -> bool {
        match self.input.store().get(iface) {
            _ if TypeId::IMPLICIT.contains(&iface) => true,
            Type::Named(n) => iface == TypeId::ERROR || self.input.is_library(n.obj),
            _ => false,
        }
    }

    /// A library interface made of embedded ones alone: the runtime implements it for all who implement those.
    fn only_embeds(&self, iface: TypeId) -> bool {
        matches!(self.input.store().under(iface), Type::Interface(i) if i.methods.is_empty())
    }

    /// One method of an implementation: a call of the type's own.
    fn forward(&self, method: ObjId, ty: TypeId, form: Form, library: bool) -> String {
        let store = self.input.store();
        let object = store.obj(method);
        let Type::Signature(sig) = store.get(object.ty) else {
            return String::new();
        };
        let args: Vec<_> = (0..sig.params.len()).map(|i| format!("a{i}")).collect();
        let signature = self.trait_signature(method, ty);
        let signature = if form == Form::Companion {
            signature.replacen("(&self", "(this: &Ptr<Self>", 1)
        } else {
            signature
        };
        let trait_async = !library && self.facts.coloring.is_async_method(self.input.origin(method));
        let call = self.forwarded_call(method, ty, form, &args);
        // An interface's methods answer with Go's tuples.
        let back = self.forwarded_back(method, ty, form != Form::Value);
        let body = match (trait_async, call.1) {
            (true, true) => format!("Box::pin(async move {{ {}.await{back} }})", call.0),
            (true, false) => format!("Box::pin(async move {{ {}{back} }})", call.0),
            (false, true) => format!("task::block_on({}){back}", call.0),
            (false, false) => format!("{}{back}", call.0),
        };
        format!("{signature} {{ {body} }}\n")
    }

    /// The call of a promoted method on a receiver that a parameter holds.
    pub(super) fn promoted_call(&self, method: ObjId, recv: TypeId, name: &str, args: &[String]) -> (String, bool) {
        match self.input.pointee(recv) {
            Some(ty) => self.forwarded_on(name, method, ty, Form::Pointer, args),
            None => self.forwarded_on(name, method, recv, Form::Value, args),
        }
    }

    /// The call, and whether it gives a future.
    fn forwarded_call(&self, method: ObjId, ty: TypeId, form: Form, args: &[String]) -> (String, bool) {
        self.forwarded_on(
            if form == Form::Companion { "this" } else { "self" },
            method,
            ty,
            form,
            args,
        )
    }

    fn forwarded_on(&self, receiver: &str, method: ObjId, ty: TypeId, form: Form, args: &[String]) -> (String, bool) {
        let store = self.input.store();
        let object = store.obj(method);
        let through = if form == Form::Value { ty } else { store.pointer(ty) };
        let found = store.lookup_field_or_method(through, object.pkg, &object.name);
        let crate::types::LookupResult::Found(found) = found else {
            return ("unreachable!()".into(), false);
        };
        // The receiver: `self` as the struct, then the embedded fields on the way.
        let mut code = receiver.to_owned();
        let mut at = ty;
        let mut behind_pointer = form != Form::Value;
        let path = found.index.split_last().map_or(&[][..], |(_, p)| p);
        let mut project = Vec::new();
        let mut root = code.clone();
        for &index in path {
            if let Some(inner) = self.input.pointee(at) {
                at = inner;
                behind_pointer = true;
                root.clone_from(&code);
                project.clear();
            }
            let Some((name, celled)) = self.field(at, index) else {
                break;
            };
            let field_type = match store.under(at) {
                Type::Struct(s) => s.fields.get(index).map_or(TypeId::INVALID, |f| store.obj_type(*f)),
                _ => TypeId::INVALID,
            };
            if behind_pointer && !self.is_in_place(at) {
                code = format!("{code}.get()");
                behind_pointer = false;
            }
            code = format!("{code}.{name}");
            project.push(name);
            if celled && !self.is_in_place(field_type) {
                code = format!("{code}.get()");
            }
            at = field_type;
        }
        let base = self.input.pointee(at).unwrap_or(at);
        let name = self.method_in_trait_of(found.obj, base);
        let origin = self.input.origin(found.obj);
        let Some(func) = self.input.hir.funcs.iter().find(|f| f.obj == Some(origin)) else {
            // A method of an embedded interface or library type.
            let is_async = self.facts.coloring.is_async_method(origin);
            let qualified = self.library_name(origin);
            let lock = crate::analysis::coloring::library::behaviour(&qualified);
            if lock == crate::analysis::coloring::library::Behaviour::Locks {
                return (format!("{code}.{name}_sync({})", args.join(", ")), false);
            }
            return (format!("{code}.{name}({})", args.join(", ")), is_async);
        };
        let plan = &self.plan.funcs[func.id.index()];
        let passed: Vec<_> = func
            .params
            .iter()
            .zip(args)
            .map(|(p, a)| {
                if matches!(self.storage(*p), Storage::Borrowed | Storage::Lent) {
                    format!("&{a}")
                } else {
                    a.clone()
                }
            })
            .collect();
        let owner = match store.get(base) {
            Type::Named(n) => self.type_path(n.obj),
            _ => "Self".into(),
        };
        let load = match self.plan.traits.hides_cell(self.input, base) {
            true => ".cell().get()",
            false => ".get()",
        };
        let receiver = match plan.receiver {
            Some(Receiver::Pointer) if path.is_empty() => code,
            Some(Receiver::Pointer) if self.input.pointee(at).is_some() => format!("&{code}"),
            Some(Receiver::Pointer) => {
                format!("&{root}.project::<{}>(|v| &v.{})", self.ty(base), project.join("."))
            }
            Some(Receiver::Value) if path.is_empty() && form == Form::Value => "*self".into(),
            Some(Receiver::Value) if path.is_empty() => format!("{code}{load}"),
            Some(Receiver::Value) if self.input.pointee(at).is_some() => format!("{code}.get()"),
            Some(Receiver::Value) => code,
            _ if path.is_empty() && form == Form::Value => code,
            _ if path.is_empty() && self.is_in_place(base) => format!("{}{code}", "&**"),
            _ if path.is_empty() => format!("&{code}{load}"),
            _ if self.input.pointee(at).is_some() && self.is_in_place(base) => format!("&*{code}"),
            _ if self.input.pointee(at).is_some() => format!("&{code}.get()"),
            _ => format!("&{code}"),
        };
        let comma = if passed.is_empty() { "" } else { ", " };
        (
            format!("{owner}::{}({receiver}{comma}{})", plan.name, passed.join(", ")),
            plan.is_async,
        )
    }

    fn method_in_trait_of(&self, method: ObjId, _base: TypeId) -> String {
        self.method_in_trait(method)
    }
}

/// Who implements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `impl Trait for T`
    Value,
    /// `impl Trait for Ptr<T>`
    Pointer,
    /// `impl TraitPtr for T`, which the runtime turns into the trait for `Ptr<T>`.
    Companion,
}
