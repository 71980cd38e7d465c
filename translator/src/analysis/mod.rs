//! What holds for a program: one room per question, each answer a side table keyed by HIR ids.
//!
//! In: the HIR and the checker's types. Out: [`Facts`], which `plan` turns into decisions.
//! Invariants: an analysis reads other analyses' results only as the pass table orders them; each fact that a reader may
//! ask about carries the place it was concluded from.

pub mod coloring;
pub mod errors;
pub mod fixpoint;
pub mod liveness;
pub mod locks;
mod mentioned;
pub mod ownership;
pub mod sharing;

use crate::hir;
use crate::types::{self, ObjId, Type, TypeId, TypeStore};

/// Everything the analyses concluded.
#[derive(Debug)]
pub struct Facts {
    /// Who reaches which variable and field, and who writes it.
    pub sharing: sharing::Sharing,
    /// Which locks are held across a suspension.
    pub locks: locks::Locks,
    /// Which fields the locks guard.
    pub guarded: locks::guarded::Guarded,
    /// What may suspend.
    pub coloring: coloring::Coloring,
    /// Where a local is read for the last time.
    pub liveness: liveness::LastUses,
    /// Which functions answer with a `Result` or an `Option`.
    pub errors: errors::Errors,
    /// What one owner holds alone.
    pub ownership: ownership::Ownership,
}

/// What the analyses work on.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The program.
    pub hir: &'a hir::Program,
    /// The checked program it was lowered from.
    pub types: &'a types::Program,
}

/// Runs all analyses in the order of the pass table: locks and coloring depend on each other and run together until
/// neither changes.
pub fn analyze(input: Input<'_>) -> Facts {
    let sharing = sharing::analyze(input);
    let (locks, coloring) = locks::analyze_with_coloring(input);
    let liveness = liveness::analyze(input, &sharing);
    let guarded = locks::guarded::analyze(input, &sharing, &locks);
    let errors = errors::analyze(input, &sharing);
    let ownership = ownership::analyze(input, &sharing, &coloring, &liveness, &guarded, &errors);
    Facts {
        sharing,
        locks,
        guarded,
        coloring,
        liveness,
        errors,
        ownership,
    }
}

impl<'a> Input<'a> {
    /// The types and objects.
    pub fn store(self) -> &'a TypeStore {
        &self.types.store
    }

    /// The declaration of a field or method, for an instance's the generic one.
    pub fn origin(self, obj: ObjId) -> ObjId {
        let mut obj = obj;
        while let Some(origin) = self.store().obj(obj).origin {
            obj = origin;
        }
        obj
    }

    /// `import/path.Name` or `import/path.Type.Name` for a library object: how tables speak of it.
    pub fn lib_path(self, obj: ObjId) -> String {
        let object = self.store().obj(obj);
        let package = object.pkg.and_then(|p| self.types.package(p)).map_or("", |p| &p.path);
        format!("{package}.{}", object.name)
    }

    /// The struct that a type is, by its type name's object; anonymous structs have none.
    pub fn struct_name(self, ty: TypeId) -> Option<ObjId> {
        match (self.store().get(ty), self.store().under(ty)) {
            (Type::Named(n), Type::Struct(_)) => Some(n.obj),
            _ => None,
        }
    }

    /// The package path and name of the type's name, for library types.
    pub fn named_path(self, ty: TypeId) -> Option<String> {
        match self.store().get(ty) {
            Type::Named(n) => Some(self.lib_path(n.obj)),
            _ => None,
        }
    }

    /// Whether the object is the library's.
    pub fn is_library(self, obj: ObjId) -> bool {
        let object = self.store().obj(obj);
        object
            .pkg
            .and_then(|p| self.types.package(p))
            .is_none_or(|p| p.stdlib || p.unknown)
    }

    /// What a pointer type points to.
    pub fn pointee(self, ty: TypeId) -> Option<TypeId> {
        match self.store().under(ty) {
            Type::Pointer(t) => Some(*t),
            _ => None,
        }
    }
}
