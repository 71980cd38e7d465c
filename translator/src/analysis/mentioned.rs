//! Which types the user's program mentions.
//!
//! In: the HIR and the type store. Out: the types of its expressions, variables and declarations, and all their parts.
//! Invariants: each once, in the order of their ids.

use super::Input;
use crate::types::{ObjId, ObjKind, Struct, Type, TypeId};
use rustc_hash::FxHashSet;

impl Input<'_> {
    /// The user's named struct types, in a fixed order.
    pub fn user_structs(self) -> Vec<ObjId> {
        let store = self.store();
        let mut out: Vec<_> = (0..store.type_count() as u32)
            .filter_map(|id| match store.get(TypeId(id)) {
                Type::Named(n) if n.origin.is_none() => self.struct_name(TypeId(id)).filter(|o| !self.is_library(*o)),
                _ => None,
            })
            .collect();
        out.sort();
        out.dedup();
        out
    }

    /// A lock, a builder, a timer: such a field has an identity, and so has the struct around it.
    pub fn holds_in_place_library_type(self, s: &Struct) -> bool {
        s.fields
            .iter()
            .any(|f| self.is_in_place_library(self.store().obj_type(*f)))
    }

    /// Library structs with pointer methods are used where they stand.
    pub fn is_in_place_library(self, ty: TypeId) -> bool {
        let Some(obj) = self.struct_name(ty).filter(|o| self.is_library(*o)) else {
            return false;
        };
        if self.lib_path(obj) == "time.Time" {
            return false;
        }
        self.store()
            .methods(ty)
            .iter()
            .any(|m| matches!(self.store().obj(*m).kind, ObjKind::Func { ptr_recv: true, .. }))
    }

    /// Types that occur in the user's program.
    pub fn mentioned_types(self) -> Vec<TypeId> {
        let input = self;
        struct Types(FxHashSet<TypeId>);
        impl<'p> crate::hir::visit::Visitor<'p> for Types {
            fn expr(&mut self, e: &'p crate::hir::Expr) {
                self.0.insert(e.ty);
                match &e.kind {
                    crate::hir::ExprKind::TypeAssert { target, .. } => {
                        self.0.insert(*target);
                    }
                    crate::hir::ExprKind::Func { type_args, .. } => self.0.extend(type_args),
                    crate::hir::ExprKind::Call(call) => {
                        if let crate::hir::Callee::Func { type_args, .. } = &call.callee {
                            self.0.extend(type_args);
                        }
                    }
                    _ => {}
                }
                crate::hir::visit::walk_expr(self, e);
            }
            fn stmt(&mut self, s: &'p crate::hir::Stmt) {
                if let crate::hir::StmtKind::TypeSwitch(s) = &s.kind {
                    for clause in &s.clauses {
                        self.0.extend(clause.types.iter().flatten());
                    }
                }
                crate::hir::visit::walk_stmt(self, s);
            }
        }
        let mut types = Types(FxHashSet::default());
        for func in &input.hir.funcs {
            types.0.insert(func.sig);
            if let Some(body) = &func.body {
                crate::hir::visit::Visitor::block(&mut types, body);
            }
        }
        types.0.extend(input.hir.locals.iter().map(|l| l.ty));
        types.0.extend(input.hir.globals.iter().map(|g| g.ty));
        for package in &input.hir.packages {
            for init in &package.inits {
                crate::hir::visit::Visitor::expr(&mut types, &init.value);
            }
            for item in package.files.iter().flat_map(|f| &f.items) {
                if let crate::hir::Item::Type(t) = item {
                    types.0.insert(t.ty);
                }
            }
        }
        for obj in input.user_structs() {
            types.0.insert(input.store().obj_type(obj));
        }
        // Parts of types are types.
        let mut all = FxHashSet::default();
        let mut work: Vec<_> = types.0.into_iter().collect();
        while let Some(ty) = work.pop() {
            if !all.insert(ty) {
                continue;
            }
            match input.store().get(ty) {
                Type::Named(n) => {
                    work.extend(&n.type_args);
                    // Instances may nest without end: `type t[P any] struct{ next *t[pair[P, P]] }`.
                    if !input.is_library(n.obj) && input.store().arguments_nest_at_most(ty, DEPTH) {
                        parts(input, input.store().underlying(ty), &mut work);
                    }
                }
                Type::TypeParam(p) => work.push(p.constraint),
                _ => parts(input, ty, &mut work),
            }
        }
        let mut out: Vec<_> = all.into_iter().collect();
        out.sort();
        out
    }
}

/// How deep the arguments of instances nest that are looked into.
const DEPTH: usize = 6;

/// The types that a type literal is made of.
fn parts(input: Input<'_>, ty: TypeId, out: &mut Vec<TypeId>) {
    match input.store().get(ty) {
        Type::Pointer(t) | Type::Slice(t) | Type::Array(_, t) | Type::Chan(_, t) => out.push(*t),
        Type::Map(k, v) => out.extend([*k, *v]),
        Type::Tuple(ts) => out.extend(ts),
        Type::Signature(s) => out.extend(s.params.iter().chain(&s.results).chain(&s.type_params)),
        Type::Struct(s) => out.extend(s.fields.iter().map(|f| input.store().obj_type(*f))),
        Type::Interface(i) => {
            out.extend(i.methods.iter().map(|m| input.store().obj_type(*m)));
            out.extend(&i.embeddeds);
        }
        Type::Union(terms) => out.extend(terms.iter().map(|t| t.ty)),
        Type::Named(_) | Type::TypeParam(_) | Type::Basic(_) => {}
    }
}
