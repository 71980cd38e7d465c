//! The types and objects that one package, or whoever asks after the checker, sees; and how they are found.
//!
//! In: types as the checker builds them. Out: ids, and references that live as long as the store. All methods take
//! `&self`: instances of generic types expand lazily (`instances.rs`), so asking may add to the store.
//! Invariants: ids are never removed; basic types have fixed ids.
//! Ids below `first` are the base's, shared with other threads and never changed; those from there on are the store's own.

use super::arena::Arena;
use super::base::{Base, Extent, Facts, Key};
use super::model::*;
use crate::syntax::ast::Name;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::sync::{Arc, LazyLock};

/// What a bad id leads to.
static INVALID: Type = Type::Basic(BasicKind::Invalid);
static BAD: LazyLock<Object> = LazyLock::new(Object::bad);

/// Ids of a package that is being checked begin here, however much is known of others by then: what it does must not
/// depend on that.
const OWN: Extent = Extent {
    types: 1 << 31,
    objs: 1 << 31,
};

/// No representative is known.
pub(super) const UNKNOWN: TypeId = TypeId(u32::MAX);

/// The paths and names of all packages.
type PackageNames = Arc<Vec<(Arc<str>, Name)>>;

/// Types and objects of a program.
#[derive(Debug)]
pub struct TypeStore {
    pub(super) base: Arc<Base>,
    /// What of the base may be seen.
    pub(super) seen: Extent,
    /// Ids from here on are own.
    pub(super) first: Extent,
    pub(super) own_types: Arena<Type>,
    pub(super) own_objs: Arena<Object>,
    pub(super) facts: RefCell<Facts>,
    /// The representatives of own types.
    pub(super) canon: RefCell<Vec<TypeId>>,
    /// Interfaces whose representative is being sought: one that mentions itself without a name is its own.
    pub(super) canon_active: RefCell<FxHashSet<TypeId>>,
    /// More of the base is seen than when the facts were learned: it has the last word.
    base_first: bool,
    universe: Arc<FxHashMap<Name, ObjId>>,
    packages: RefCell<PackageNames>,
}

impl Default for TypeStore {
    fn default() -> Self {
        TypeStore::new()
    }
}

impl TypeStore {
    /// A store with the universe's types.
    pub fn new() -> TypeStore {
        let mut store = TypeStore::empty();
        for kind in BasicKind::ALL {
            store.push(Type::Basic(kind));
        }
        store.universe = Arc::new(super::universe::fill(&store));
        store.sealed()
    }

    fn empty() -> TypeStore {
        TypeStore {
            base: Arc::default(),
            seen: Extent::default(),
            first: Extent::default(),
            own_types: Arena::default(),
            own_objs: Arena::default(),
            facts: RefCell::default(),
            canon: RefCell::default(),
            canon_active: RefCell::default(),
            base_first: false,
            universe: Arc::default(),
            packages: RefCell::default(),
        }
    }

    /// A store with all that this one has for good: new ids follow the old ones.
    fn sealed(self) -> TypeStore {
        let above = self.above();
        self.merge();
        above.whole()
    }

    /// A store on the same base, for a package that sees so much of it.
    pub(super) fn seeing(&self, seen: Extent) -> TypeStore {
        TypeStore {
            seen,
            first: OWN,
            ..self.above()
        }
    }

    /// This store with all of the base; it has nothing of its own yet.
    pub(super) fn whole(self) -> TypeStore {
        let all = self.base.extent();
        TypeStore {
            seen: all,
            first: all,
            ..self
        }
    }

    fn above(&self) -> TypeStore {
        TypeStore {
            base: self.base.clone(),
            universe: self.universe.clone(),
            packages: self.packages.clone(),
            ..TypeStore::empty()
        }
    }

    /// Sees all of the base from now on. What was concluded without it is forgotten.
    pub(super) fn see_all(&mut self) {
        self.seen = self.base.extent();
        self.base_first = true;
        self.canon.get_mut().clear();
        self.facts.get_mut().canon_keys.clear();
    }

    /// The type behind an id.
    pub fn get(&self, t: TypeId) -> &Type {
        let found = match t.0.checked_sub(self.first.types) {
            None => self.base.get(t),
            Some(at) => self.own_types.get(at),
        };
        found.unwrap_or(&INVALID)
    }

    /// The object behind an id.
    pub fn obj(&self, o: ObjId) -> &Object {
        let found = match o.0.checked_sub(self.first.objs) {
            None => self.base.obj(o),
            Some(at) => self.own_objs.get(at),
        };
        found.unwrap_or(&BAD)
    }

    /// The type of an object.
    pub fn obj_type(&self, o: ObjId) -> TypeId {
        self.obj(o).ty
    }

    /// How many objects there are.
    pub fn obj_count(&self) -> usize {
        (self.seen.objs + self.own_objs.len()) as usize
    }

    /// How many types there are.
    pub fn type_count(&self) -> usize {
        (self.seen.types + self.own_types.len()) as usize
    }

    /// The id of the store's own type at a place.
    pub(super) fn own_type(&self, at: u32) -> TypeId {
        TypeId(self.first.types + at)
    }

    /// Looks a name up in the universe.
    pub fn universe(&self, name: &str) -> Option<ObjId> {
        self.universe.get(name).copied()
    }

    pub(super) fn push(&self, t: Type) -> TypeId {
        self.own_type(self.own_types.push(t))
    }

    pub(super) fn add_obj(&self, o: Object) -> ObjId {
        ObjId(self.first.objs + self.own_objs.push(o))
    }

    /// Changes an object of the store's own; what is known for good stays as it is.
    pub(super) fn update_obj(&self, o: ObjId, f: impl FnOnce(&mut Object)) {
        if let Some(at) = o.0.checked_sub(self.first.objs) {
            self.own_objs.update(at, f);
        }
    }

    /// Changes a type of the store's own; what is known for good stays as it is.
    pub(super) fn update_type(&self, t: TypeId, f: impl FnOnce(&mut Type)) {
        if let Some(at) = t.0.checked_sub(self.first.types) {
            self.own_types.update(at, f);
        }
    }

    /// What is known by a key: of the store's own, or of what it sees of the base.
    pub(super) fn known<T: Copy>(&self, find: impl Fn(&Facts) -> Option<T>, seen: impl Fn(T) -> bool) -> Option<T> {
        let own = || find(&self.facts.borrow());
        let base = || self.base.find(&find).filter(|t| seen(*t));
        if self.base_first {
            base().or_else(own)
        } else {
            own().or_else(base)
        }
    }

    fn intern(&self, key: Key) -> TypeId {
        let find = |f: &Facts| f.interned.get(&key).copied();
        let t = match self.known(find, |t| self.seen.has_type(t)) {
            Some(t) => t,
            None => self.push(key.to_type()),
        };
        // Also what the base has, so that it is asked once.
        self.facts.borrow_mut().interned.entry(key).or_insert(t);
        t
    }

    /// `*t`
    pub fn pointer(&self, t: TypeId) -> TypeId {
        self.intern(Key::Pointer(t))
    }
    /// `[]t`
    pub fn slice(&self, t: TypeId) -> TypeId {
        self.intern(Key::Slice(t))
    }
    /// `[n]t`
    pub fn array(&self, n: i64, t: TypeId) -> TypeId {
        self.intern(Key::Array(n, t))
    }
    /// `map[k]v`
    pub fn map(&self, k: TypeId, v: TypeId) -> TypeId {
        self.intern(Key::Map(k, v))
    }
    /// `chan t`
    pub fn chan(&self, dir: ChanDir, t: TypeId) -> TypeId {
        self.intern(Key::Chan(dir, t))
    }
    /// Several results.
    pub fn tuple(&self, ts: Vec<TypeId>) -> TypeId {
        self.intern(Key::Tuple(ts))
    }
    /// A function type.
    pub fn signature(&self, s: Signature) -> TypeId {
        self.intern(Key::Signature(s))
    }
    /// A union.
    pub fn union(&self, ts: Vec<Term>) -> TypeId {
        self.intern(Key::Union(ts))
    }

    /// A method's type as a value of its own has it.
    pub(super) fn without_receiver(&self, t: TypeId) -> TypeId {
        match self.get(t) {
            Type::Signature(s) if s.recv.is_some() => self.signature(Signature {
                recv: None,
                ..s.clone()
            }),
            _ => t,
        }
    }

    /// The name and path of a package.
    pub fn package_name(&self, p: PackageId) -> (Arc<str>, Name) {
        let packages = self.packages.borrow();
        let known = packages.get(p.0 as usize).cloned();
        known.unwrap_or_else(|| ("".into(), "".into()))
    }

    /// Tells of the next package.
    pub(super) fn add_package_name(&self, path: Arc<str>, name: Name) {
        Arc::make_mut(&mut *self.packages.borrow_mut()).push((path, name));
    }
}

impl Object {
    pub(super) fn bad() -> Object {
        Object::new(ObjKind::Nil, "_".into(), None, TypeId::INVALID, None)
    }

    pub(super) fn new(
        kind: ObjKind,
        name: Name,
        pkg: Option<PackageId>,
        ty: TypeId,
        span: Option<crate::source::Span>,
    ) -> Object {
        Object {
            kind,
            name,
            pkg,
            ty,
            span,
            package_level: false,
            origin: None,
        }
    }
}
