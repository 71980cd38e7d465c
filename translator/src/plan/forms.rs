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
    /// A map as a `HashMap` with keys and values in those forms.
    HashMap(Box<Form>, Box<Form>),
    /// A string as a `String`, or a `&str`.
    Text,
    /// A string variable that only holds literals: a `&'static str`.
    Literal,
    /// A pointer as the struct itself.
    Owned,
}

impl Form {
    /// Whether this is one of Rust's own.
    pub fn is_native(&self) -> bool {
        *self != Form::Runtime
    }

    /// The form of a map's keys.
    pub fn key(&self) -> &Form {
        match self {
            Form::HashMap(key, _) => key,
            _ => &Form::Runtime,
        }
    }

    /// Whether this is a container or a struct of Rust's own.
    pub fn holds(&self) -> bool {
        matches!(self, Form::Vec(_) | Form::HashMap(..) | Form::Owned)
    }

    /// The form of the elements or values.
    pub fn element(&self) -> &Form {
        match self {
            Form::Vec(inner) | Form::HashMap(_, inner) => inner,
            Form::Runtime | Form::Owned | Form::Text | Form::Literal => &Form::Runtime,
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
        let Type::Struct(s) = store.under(store.obj_type(owner)) else {
            continue;
        };
        for field in &s.fields {
            let origin = input.origin(*field);
            let ty = store.obj_type(*field);
            let form = match container(input, ty) {
                None if ty != TypeId::STRING => Form::Runtime,
                _ => form(input, facts, Root::Field(origin), ty, 0),
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
            let inner = form(input, facts, root, kind.element(), level + 1);
            match kind {
                Container::Slice(_) => Form::Vec(Box::new(inner)),
                Container::Map(key, _) => {
                    let text = key == TypeId::STRING && facts.ownership.owns_key(root, level);
                    let key = if text { Form::Text } else { Form::Runtime };
                    Form::HashMap(Box::new(key), Box::new(inner))
                }
            }
        }
        Some(_) => Form::Runtime,
        None if ty == TypeId::STRING && facts.ownership.owns_text(root, level) => match root {
            Root::Local(local) if level == 0 && facts.ownership.is_static(local) => Form::Literal,
            _ => Form::Text,
        },
        None if level == 0 && owned_pointee(input, facts, ty).is_some() => Form::Owned,
        None => Form::Runtime,
    }
}

/// The struct that a pointer type points to, where no value of it is reached by two owners.
pub fn owned_pointee(input: Input<'_>, facts: &Facts, ty: TypeId) -> Option<ObjId> {
    let store = input.store();
    let Type::Pointer(pointee) = store.get(ty) else {
        return None;
    };
    input
        .struct_name(*pointee)
        .filter(|o| !input.is_library(*o) && facts.ownership.owns_struct(*o))
}
