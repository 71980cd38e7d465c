//! The universe: predeclared types, constants, functions and `nil`.
//!
//! In: an empty store with the basic types. Out: the universe's scope and the fixed ids after the basic types.
//! Invariants: `error`, `any`, `comparable` and the empty tuple get the ids that `TypeId`'s constants promise.

use super::constant::ConstValue;
use super::model::*;
use super::store::TypeStore;
use crate::syntax::ast::Name;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Predeclared functions by name.
///
/// Spec: Predeclared identifiers; Built-in functions.
pub(super) const BUILTINS: &[(&str, BuiltinId)] = &[
    ("append", BuiltinId::Append),
    ("cap", BuiltinId::Cap),
    ("clear", BuiltinId::Clear),
    ("close", BuiltinId::Close),
    ("complex", BuiltinId::Complex),
    ("copy", BuiltinId::Copy),
    ("delete", BuiltinId::Delete),
    ("imag", BuiltinId::Imag),
    ("len", BuiltinId::Len),
    ("make", BuiltinId::Make),
    ("max", BuiltinId::Max),
    ("min", BuiltinId::Min),
    ("new", BuiltinId::New),
    ("panic", BuiltinId::Panic),
    ("print", BuiltinId::Print),
    ("println", BuiltinId::Println),
    ("real", BuiltinId::Real),
    ("recover", BuiltinId::Recover),
];

/// The functions of package `unsafe`.
///
/// Spec: Package unsafe.
pub(super) const UNSAFE_BUILTINS: &[(&str, BuiltinId)] = &[
    ("Add", BuiltinId::UnsafeAdd),
    ("Alignof", BuiltinId::UnsafeAlignof),
    ("Offsetof", BuiltinId::UnsafeOffsetof),
    ("Sizeof", BuiltinId::UnsafeSizeof),
    ("Slice", BuiltinId::UnsafeSlice),
    ("SliceData", BuiltinId::UnsafeSliceData),
    ("String", BuiltinId::UnsafeString),
    ("StringData", BuiltinId::UnsafeStringData),
];

/// Interfaces that the library asks any value for without naming them in a signature.
fn implicit_interfaces(store: &TypeStore) {
    let method = |name: &str| {
        store.add_obj(Object::new(
            ObjKind::Func {
                is_method: true,
                ptr_recv: false,
            },
            name.into(),
            None,
            TypeId::INVALID,
            None,
        ))
    };
    let names = ["String", "GoString", "Unwrap", "Unwrap", "Is"];
    let methods = names.map(method);
    for (id, method) in TypeId::IMPLICIT.iter().zip(methods) {
        let made = store.push(Type::Interface(Interface {
            methods: vec![method],
            ..Interface::default()
        }));
        debug_assert_eq!(made, *id);
    }
    let errors = store.slice(TypeId::ERROR);
    let string = Signature {
        results: vec![TypeId::STRING],
        ..Signature::default()
    };
    let unwrap = Signature {
        results: vec![TypeId::ERROR],
        ..Signature::default()
    };
    let unwrap_all = Signature {
        results: vec![errors],
        ..Signature::default()
    };
    let is = Signature {
        params: vec![TypeId::ERROR],
        results: vec![TypeId::BOOL],
        ..Signature::default()
    };
    for (method, signature) in methods
        .into_iter()
        .zip([string.clone(), string, unwrap, unwrap_all, is])
    {
        let ty = store.signature(signature);
        store.update_obj(method, |o| o.ty = ty);
    }
}

/// Fills an empty store and gives the universe's scope.
///
/// Spec: Predeclared identifiers.
pub(super) fn fill(store: &TypeStore) -> FxHashMap<Name, ObjId> {
    let mut scope = FxHashMap::default();
    // Object 0 is what a bad id leads to.
    store.add_obj(Object::bad());
    let mut declare = |kind: ObjKind, name: &str, ty: TypeId| {
        let o = store.add_obj(Object::new(kind, name.into(), None, ty, None));
        scope.insert(name.into(), o);
        o
    };
    let named = |obj: ObjId| {
        Type::Named(Named {
            obj,
            origin: None,
            type_params: Vec::new(),
            type_args: Vec::new(),
            underlying: None,
            methods: Vec::new(),
        })
    };

    // Spec: Errors.
    let error_obj = declare(ObjKind::TypeName { alias: false }, "error", TypeId::ERROR);
    let error = store.push(named(error_obj));
    debug_assert_eq!(error, TypeId::ERROR);
    let any = store.push(Type::Interface(Interface::default()));
    debug_assert_eq!(any, TypeId::ANY);
    declare(ObjKind::TypeName { alias: true }, "any", TypeId::ANY);
    let comparable_obj = declare(ObjKind::TypeName { alias: false }, "comparable", TypeId::COMPARABLE);
    let comparable = store.push(named(comparable_obj));
    debug_assert_eq!(comparable, TypeId::COMPARABLE);
    let empty = store.tuple(Vec::new());
    debug_assert_eq!(empty, TypeId::EMPTY_TUPLE);

    implicit_interfaces(store);

    let sig = Signature {
        recv: Some(error),
        results: vec![TypeId::STRING],
        ..Signature::default()
    };
    let method = store.add_obj(Object::new(
        ObjKind::Func {
            is_method: true,
            ptr_recv: false,
        },
        "Error".into(),
        None,
        store.signature(sig),
        None,
    ));
    let error_iface = store.push(Type::Interface(Interface {
        methods: vec![method],
        ..Interface::default()
    }));
    let comparable_iface = store.push(Type::Interface(Interface {
        comparable: true,
        ..Interface::default()
    }));
    for (t, u) in [(error, error_iface), (comparable, comparable_iface)] {
        store.update_type(t, |t| {
            if let Type::Named(n) = t {
                n.underlying = Some(u);
            }
        });
    }

    // Spec: Boolean types; Numeric types; String types.
    for kind in BasicKind::ALL {
        if kind != BasicKind::Invalid && kind != BasicKind::UnsafePointer && !kind.is_untyped() {
            declare(ObjKind::TypeName { alias: false }, kind.name(), kind.id());
        }
    }
    declare(ObjKind::TypeName { alias: true }, "byte", TypeId::UINT8);
    declare(ObjKind::TypeName { alias: true }, "rune", TypeId::INT32);
    for (name, value) in [("true", true), ("false", false)] {
        declare(
            ObjKind::Const {
                value: Some(Arc::new(ConstValue::Bool(value))),
            },
            name,
            TypeId::UNTYPED_BOOL,
        );
    }
    // Spec: Iota.
    let zero = Some(Arc::new(ConstValue::Int(0.into())));
    declare(ObjKind::Const { value: zero }, "iota", TypeId::UNTYPED_INT);
    declare(ObjKind::Nil, "nil", TypeId::UNTYPED_NIL);
    for (name, id) in BUILTINS {
        declare(ObjKind::Builtin(*id), name, TypeId::INVALID);
    }
    scope
}
