//! The Rust form of every variable, parameter, result and field that holds a container or a pointer to a struct.
//!
//! In: what one owner holds alone. Out: [`Forms`].
//! Invariants: variables between which values flow have the same form; a form is native only where ownership proves it.

use crate::analysis::ownership::{Container, Root, container};
use crate::analysis::{Facts, Input};
use crate::hir::LocalId;
use crate::types::{ObjId, Type, TypeId};
use rustc_hash::FxHashMap;

/// How a value of a Go type is held.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Form {
    /// As the runtime has it: `Slice`, `Map`, `Ptr`, or what needs no decision.
    #[default]
    Runtime,
    /// A slice as a `Vec` of elements in that form.
    Vec(Box<Form>),
    /// A map as a `HashMap` with values in that form.
    HashMap(Box<Form>),
    /// A pointer as the struct itself.
    Owned,
}

impl Form {
    /// Whether this is one of Rust's own.
    pub fn is_native(&self) -> bool {
        *self != Form::Runtime
    }

    /// The form of the elements or values.
    pub fn element(&self) -> &Form {
        match self {
            Form::Vec(inner) | Form::HashMap(inner) => inner,
            Form::Runtime | Form::Owned => &Form::Runtime,
        }
    }
}

/// All forms.
#[derive(Debug, Default)]
pub struct Forms {
    /// By `LocalId`.
    locals: Vec<Form>,
    /// Fields that are native, by their generic declaration.
    fields: FxHashMap<ObjId, Form>,
}

impl Forms {
    /// A variable's, parameter's or result's form.
    pub fn local(&self, local: LocalId) -> &Form {
        &self.locals[local.index()]
    }

    /// A field's form, by its generic declaration.
    pub fn field(&self, field: ObjId) -> &Form {
        self.fields.get(&field).unwrap_or(&Form::Runtime)
    }
}

/// Decides all forms.
pub(super) fn forms(input: Input<'_>, facts: &Facts) -> Forms {
    let locals = input.hir.locals.iter().enumerate();
    let locals = locals.map(|(i, local)| form(input, facts, Root::Local(LocalId(i as u32)), local.ty, 0));
    let mut out = Forms {
        locals: locals.collect(),
        ..Forms::default()
    };
    for owner in input.user_structs() {
        let store = input.store();
        let Type::Struct(s) = &*store.under(store.obj_type(owner)) else {
            continue;
        };
        for field in &s.fields {
            let origin = input.origin(*field);
            let form = match container(input, store.obj_type(*field)) {
                Some(_) => form(input, facts, Root::Field(origin), store.obj_type(*field), 0),
                None => Form::Runtime,
            };
            if form.is_native() {
                out.fields.insert(origin, form);
            }
        }
    }
    out
}

fn form(input: Input<'_>, facts: &Facts, root: Root, ty: TypeId, level: u8) -> Form {
    match container(input, ty) {
        Some(kind) if facts.ownership.owns(root, level) => {
            let inner = match container(input, kind.element()) {
                Some(_) => form(input, facts, root, kind.element(), level + 1),
                None => Form::Runtime,
            };
            match kind {
                Container::Slice(_) => Form::Vec(Box::new(inner)),
                Container::Map(..) => Form::HashMap(Box::new(inner)),
            }
        }
        Some(_) => Form::Runtime,
        None if level == 0 && owned_pointee(input, facts, ty).is_some() => Form::Owned,
        None => Form::Runtime,
    }
}

/// The struct that a pointer type points to, where no value of it is reached by two owners.
pub fn owned_pointee(input: Input<'_>, facts: &Facts, ty: TypeId) -> Option<ObjId> {
    let store = input.store();
    let Type::Pointer(pointee) = &*store.get(ty) else {
        return None;
    };
    input
        .struct_name(*pointee)
        .filter(|o| !input.is_library(*o) && facts.ownership.owns_struct(*o))
}
