//! The checker's side tables, as `go/types.Info` has them, and the checked program.
//!
//! In: filled by the checker. Out: read by the lowering. One `Info` serves the whole program, since node ids are unique
//! in it.
//! Invariants: every table is indexed by `NodeId`; a missing entry means that the checker never reached the node or that
//! it was in error.

use super::constant::ConstValue;
use super::merge::Renumbering;
use super::model::{ObjId, PackageId, TypeId};
use super::store::TypeStore;
use crate::load::EmbeddedFile;
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{self, Name, NodeId};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What an expression is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Mode {
    /// In error.
    Invalid,
    /// A call without results.
    NoValue,
    /// A predeclared function.
    Builtin,
    /// A type.
    Type,
    /// A constant; `value` is set.
    Constant,
    /// An addressable value.
    Variable,
    /// A map element: assignable, not addressable.
    MapIndex,
    /// Any other value.
    Value,
    /// The predeclared `nil`.
    Nil,
    /// A value that may be had in comma-ok form. Where it *is* in that form, `ty` is the tuple `(T, bool)`, just as
    /// `go/types` records it (`T` otherwise).
    CommaOk,
}

/// What is known of an expression after all defaulting and conversion of untyped operands.
#[derive(Clone, Debug)]
pub struct TypeAndValue {
    /// What it is.
    pub mode: Mode,
    /// Its type; a tuple for calls of several results.
    pub ty: TypeId,
    /// Its value when constant.
    pub value: Option<Arc<ConstValue>>,
}

/// What a selector selects.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum SelectionKind {
    /// `x.f`, a struct field.
    FieldVal,
    /// `x.m`, a method of a value.
    MethodVal,
    /// `T.m`, a function with the receiver as its first parameter.
    MethodExpr,
}

/// A resolved selector `x.f`; qualified identifiers have none, as in `go/types`.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Field, method value or method expression.
    pub kind: SelectionKind,
    /// The type of `x`.
    pub recv: TypeId,
    /// The field or method. For instances it is the instantiated one; `Object::origin` leads to the generic.
    pub obj: ObjId,
    /// The path: indices of embedded fields, then the index of the field or method.
    pub index: Vec<usize>,
    /// A pointer was followed on the path.
    pub indirect: bool,
    /// The type of the selector expression.
    pub ty: TypeId,
}

/// What an identifier was instantiated with.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Explicit or inferred type arguments.
    pub type_args: Vec<TypeId>,
    /// The instantiated function or named type.
    pub ty: TypeId,
}

/// One package variable initialisation, in the order they must run.
#[derive(Clone, Debug)]
pub struct Initializer {
    /// The variables; several for `var a, b = f()`, `_` included.
    pub lhs: Vec<ObjId>,
    /// The node of the right side.
    pub rhs: NodeId,
}

/// Entries of so many neighbouring nodes lie together.
const CHUNK: usize = NodeId::GROUP as usize;

/// A table keyed by node: dense for the user's where most nodes have an entry, else sparse, as for the signatures of the
/// standard library. The ids of a file are neighbours; those that no node has cost next to nothing.
#[derive(Clone, Debug)]
pub struct NodeTable<T> {
    dense: bool,
    /// The chunk of the first of `own`.
    first: usize,
    own: Vec<Option<Box<[Option<T>]>>>,
    sparse: FxHashMap<NodeId, T>,
}

impl<T> Default for NodeTable<T> {
    fn default() -> Self {
        NodeTable {
            dense: false,
            first: 0,
            own: Vec::new(),
            sparse: FxHashMap::default(),
        }
    }
}

impl<T> NodeTable<T> {
    /// A table with room for the entries of the nodes from one to below another.
    pub(super) fn dense(from: NodeId, to: NodeId) -> NodeTable<T> {
        let first = from.0 as usize / CHUNK;
        let mut own = Vec::new();
        own.resize_with((to.0 as usize).div_ceil(CHUNK).saturating_sub(first), || None);
        NodeTable {
            dense: true,
            first,
            own,
            sparse: FxHashMap::default(),
        }
    }

    fn is_sparse(&self, id: NodeId) -> bool {
        !self.dense || id >= NodeId::FIRST_STD || (id.0 as usize) < self.first * CHUNK
    }

    fn place(&self, id: NodeId) -> (usize, usize) {
        (id.0 as usize / CHUNK - self.first, id.0 as usize % CHUNK)
    }

    /// The node's entry.
    pub fn get(&self, id: NodeId) -> Option<&T> {
        if self.is_sparse(id) {
            return self.sparse.get(&id);
        }
        let (chunk, at) = self.place(id);
        self.own.get(chunk)?.as_ref()?.get(at)?.as_ref()
    }
    /// The node's entry, to change it.
    pub fn get_mut(&mut self, id: NodeId) -> Option<&mut T> {
        if self.is_sparse(id) {
            return self.sparse.get_mut(&id);
        }
        let (chunk, at) = self.place(id);
        self.own.get_mut(chunk)?.as_mut()?.get_mut(at)?.as_mut()
    }
    /// Sets the node's entry.
    pub fn insert(&mut self, id: NodeId, value: T) {
        if self.is_sparse(id) {
            self.sparse.insert(id, value);
            return;
        }
        let (chunk, at) = self.place(id);
        if chunk >= self.own.len() {
            self.own.resize_with(chunk + 1, || None);
        }
        let Some(slot) = self.own.get_mut(chunk) else { return };
        let entries = slot.get_or_insert_with(|| std::iter::repeat_with(|| None).take(CHUNK).collect());
        if let Some(entry) = entries.get_mut(at) {
            *entry = Some(value);
        }
    }
    /// Takes the entries of a table of other nodes.
    pub(super) fn absorb(&mut self, other: NodeTable<T>) {
        for (at, entries) in other.own.into_iter().enumerate() {
            let Some(entries) = entries else { continue };
            let chunk = other.first + at;
            match chunk.checked_sub(self.first).and_then(|c| self.own.get_mut(c)) {
                Some(slot @ None) => *slot = Some(entries),
                // Files of two packages meet here.
                _ => {
                    for (at, entry) in entries.into_iter().enumerate() {
                        if let Some(entry) = entry {
                            self.insert(NodeId((chunk * CHUNK + at) as u32), entry);
                        }
                    }
                }
            }
        }
        for (id, entry) in other.sparse {
            self.insert(id, entry);
        }
    }

    fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        let own = self.own.iter_mut().flatten().flat_map(|e| e.iter_mut().flatten());
        own.chain(self.sparse.values_mut())
    }

    /// All entries of the user's nodes, in node order.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &T)> {
        let mut sparse: Vec<_> = self.sparse.iter().map(|(id, v)| (*id, v)).collect();
        sparse.retain(|(id, _)| *id < NodeId::FIRST_STD);
        sparse.sort_by_key(|(id, _)| *id);
        let first = self.first;
        let own = self.own.iter().enumerate().flat_map(move |(chunk, entries)| {
            let entries = entries.iter().flat_map(|e| e.iter()).enumerate();
            entries.filter_map(move |(at, v)| v.as_ref().map(|v| (NodeId(((first + chunk) * CHUNK + at) as u32), v)))
        });
        own.chain(sparse)
    }
}

/// The side tables.
#[derive(Clone, Debug, Default)]
pub struct Info {
    /// Every expression, types too. As in `go/types`, not identifiers being declared (see `defs`).
    pub types: NodeTable<TypeAndValue>,
    /// Declaring identifiers, by `Ident::id`.
    pub defs: NodeTable<ObjId>,
    /// Using identifiers, by `Ident::id`; a selector's identifier too.
    pub uses: NodeTable<ObjId>,
    /// Selector expressions, by the expression's id.
    pub selections: NodeTable<Selection>,
    /// Case clauses' variables of a type switch (`CaseClause::id`), import specs without a name (`ImportSpec::id`),
    /// unnamed parameters and results (the type expression's id).
    pub implicits: NodeTable<ObjId>,
    /// Identifiers denoting generic functions or types that were instantiated.
    pub instances: NodeTable<Instance>,
}

impl Info {
    /// Tables for the nodes from one to below another.
    pub(super) fn new(from: NodeId, to: NodeId) -> Info {
        Info {
            types: NodeTable::dense(from, to),
            defs: NodeTable::dense(from, to),
            uses: NodeTable::dense(from, to),
            ..Info::default()
        }
    }

    /// Gives all types and objects the ids that they have for good.
    pub(super) fn renumber(&mut self, ids: &Renumbering) {
        self.types.values_mut().for_each(|t| t.ty = ids.ty(t.ty));
        for table in [&mut self.defs, &mut self.uses, &mut self.implicits] {
            table.values_mut().for_each(|o| *o = ids.obj(*o));
        }
        for s in self.selections.values_mut() {
            (s.recv, s.obj, s.ty) = (ids.ty(s.recv), ids.obj(s.obj), ids.ty(s.ty));
        }
        for i in self.instances.values_mut() {
            i.type_args.iter_mut().for_each(|t| *t = ids.ty(*t));
            i.ty = ids.ty(i.ty);
        }
    }

    /// Takes the entries of the tables of other nodes.
    pub(super) fn absorb(&mut self, other: Info) {
        self.types.absorb(other.types);
        self.defs.absorb(other.defs);
        self.uses.absorb(other.uses);
        self.selections.absorb(other.selections);
        self.implicits.absorb(other.implicits);
        self.instances.absorb(other.instances);
    }

    /// The type of an expression, `TypeId::INVALID` when unknown.
    pub fn type_of(&self, e: &ast::Expr) -> TypeId {
        self.types.get(e.id).map_or(TypeId::INVALID, |t| t.ty)
    }
    /// The constant value of an expression.
    pub fn const_of(&self, e: &ast::Expr) -> Option<&ConstValue> {
        self.types.get(e.id).and_then(|t| t.value.as_deref())
    }
    /// The object a declaring or using identifier stands for.
    pub fn object_of(&self, id: &ast::Ident) -> Option<ObjId> {
        self.defs.get(id.id).or_else(|| self.uses.get(id.id)).copied()
    }
}

/// A checked package.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its place in `Program::packages`.
    pub id: PackageId,
    /// The import path.
    pub path: Arc<str>,
    /// The name of its package clause.
    pub name: Name,
    /// Its files; empty for packages known by their signatures only.
    pub files: Vec<ast::File>,
    /// Package-level names.
    pub scope: FxHashMap<Name, ObjId>,
    /// Directly imported packages.
    pub imports: Vec<PackageId>,
    /// `(1, 26)` for `go 1.26`.
    pub go_version: (u32, u32),
    /// Package variables in the order they are initialised.
    pub init_order: Vec<Initializer>,
    /// It is a standard library package, known by its signatures.
    pub stdlib: bool,
    /// Its import could not be resolved; everything in it is unknown.
    pub unknown: bool,
}

/// A checked program.
#[derive(Debug)]
pub struct Program {
    /// All packages, dependencies first. `PackageId` is the index here.
    pub packages: Vec<Package>,
    /// The user's packages, dependencies first.
    pub order: Vec<PackageId>,
    /// Types and objects.
    pub store: TypeStore,
    /// The side tables.
    pub info: Info,
    /// The files.
    pub sources: SourceMap,
    /// The files that variables hold (`//go:embed`), by the spans of their specifications.
    pub embedded: FxHashMap<Span, Vec<EmbeddedFile>>,
}

impl Program {
    /// The package.
    pub fn package(&self, id: PackageId) -> Option<&Package> {
        self.packages.get(id.0 as usize)
    }
}
