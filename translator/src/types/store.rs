//! The types and objects that one package, or whoever asks after the checker, sees; and type identity.
//!
//! In: types as the checker builds them. Out: ids, and references that live as long as the store. All methods take
//! `&self`: instances of generic types expand lazily, so asking may add to the store.
//! Invariants: ids are never removed; basic types have fixed ids; `identical(a, b)` is `canonical(a) == canonical(b)`.
//! Ids below `first` are the base's, shared with other threads and never changed; those from there on are the store's own.

use super::arena::Arena;
use super::base::{Base, CanonKey, Extent, Facts, Key, MemberKey};
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
const UNKNOWN: TypeId = TypeId(u32::MAX);

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
    canon: RefCell<Vec<TypeId>>,
    /// Interfaces whose representative is being sought: one that mentions itself without a name is its own.
    canon_active: RefCell<FxHashSet<TypeId>>,
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
    fn known<T: Copy>(&self, find: impl Fn(&Facts) -> Option<T>, seen: impl Fn(T) -> bool) -> Option<T> {
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

    /// The instance of a generic type; no constraint is checked. The same arguments give the same id.
    ///
    /// Spec: Instantiations.
    pub fn instantiate_named(&self, origin: TypeId, args: &[TypeId]) -> TypeId {
        let key = (origin, args.iter().map(|a| self.canonical(*a)).collect::<Vec<_>>());
        if let Some(t) = self.known(|f| f.instances.get(&key).copied(), |t| self.seen.has_type(t)) {
            return t;
        }
        let Type::Named(named) = self.get(origin) else {
            return TypeId::INVALID;
        };
        let t = self.push(Type::Named(Named {
            obj: named.obj,
            origin: Some(origin),
            type_params: Vec::new(),
            type_args: args.to_vec(),
            underlying: None,
            methods: Vec::new(),
        }));
        self.facts.borrow_mut().instances.insert(key, t);
        t
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

    /// Whether two types are identical.
    ///
    /// Spec: Type identity.
    pub fn identical(&self, a: TypeId, b: TypeId) -> bool {
        a == b || self.canonical(a) == self.canonical(b)
    }

    /// One representative per class of identical types: fit as a key.
    ///
    /// Spec: Type identity.
    pub fn canonical(&self, t: TypeId) -> TypeId {
        let Some(at) = t.0.checked_sub(self.first.types) else {
            return self.base.canonical(t);
        };
        if let Some(c) = self.canon.borrow().get(at as usize)
            && *c != UNKNOWN
        {
            return *c;
        }
        let (c, cache) = match self.get(t) {
            Type::Basic(_) | Type::TypeParam(_) => (t, true),
            Type::Named(n) => match n.origin {
                Some(o) => {
                    let args: Vec<_> = n.type_args.iter().map(|a| self.canonical(*a)).collect();
                    (self.canon_key(CanonKey::Instance(o, args), t), true)
                }
                None => (t, true),
            },
            Type::Pointer(e) => (self.pointer(self.canonical(*e)), true),
            Type::Slice(e) => (self.slice(self.canonical(*e)), true),
            Type::Array(n, e) => (self.array(*n, self.canonical(*e)), true),
            Type::Map(k, v) => (self.map(self.canonical(*k), self.canonical(*v)), true),
            Type::Chan(d, e) => (self.chan(*d, self.canonical(*e)), true),
            Type::Tuple(ts) => (self.tuple(ts.iter().map(|t| self.canonical(*t)).collect()), true),
            Type::Signature(s) => {
                let s = Signature {
                    type_params: s.type_params.clone(),
                    recv: None,
                    params: s.params.iter().map(|t| self.canonical(*t)).collect(),
                    results: s.results.iter().map(|t| self.canonical(*t)).collect(),
                    variadic: s.variadic,
                };
                // Generic signatures are identical up to renaming of their type parameters; these are rare enough to be
                // compared only by their own parameters.
                (self.signature(s), true)
            }
            Type::Union(ts) => {
                let ts = ts
                    .iter()
                    .map(|t| Term {
                        tilde: t.tilde,
                        ty: self.canonical(t.ty),
                    })
                    .collect();
                (self.union(ts), true)
            }
            Type::Struct(s) => {
                let fields = s.fields.iter().enumerate().map(|(i, f)| {
                    let o = self.obj(*f);
                    let embedded = matches!(o.kind, ObjKind::Var(VarKind::EmbeddedField));
                    (
                        self.member_key(o),
                        self.canonical(o.ty),
                        embedded,
                        s.tags.get(i).cloned().unwrap_or("".into()),
                    )
                });
                let key = CanonKey::Struct(fields.collect());
                (self.canon_key(key, t), true)
            }
            Type::Interface(_) => {
                if !self.canon_active.borrow_mut().insert(t) {
                    return t;
                }
                let (set, complete) = self.compute_type_set(t);
                let methods = set.methods.iter().map(|m| {
                    let o = self.obj(*m);
                    (self.member_key(o), self.canonical(o.ty))
                });
                let methods: Vec<_> = methods.collect();
                let terms = set.terms.as_ref().map(|ts| {
                    let mut ts: Vec<_> = ts
                        .iter()
                        .map(|t| Term {
                            tilde: t.tilde,
                            ty: self.canonical(t.ty),
                        })
                        .collect();
                    ts.sort_by_key(|t| (t.ty, t.tilde));
                    ts
                });
                self.canon_active.borrow_mut().remove(&t);
                if complete {
                    (
                        self.canon_key(CanonKey::Interface(methods, terms, set.comparable), t),
                        true,
                    )
                } else {
                    (t, false)
                }
            }
        };
        if cache {
            let mut canon = self.canon.borrow_mut();
            if canon.len() <= at as usize {
                canon.resize(self.own_types.len() as usize, UNKNOWN);
            }
            if let Some(known) = canon.get_mut(at as usize) {
                *known = c;
            }
        }
        c
    }

    fn member_key(&self, o: &Object) -> MemberKey {
        (if o.exported() { None } else { o.pkg }, o.name.clone())
    }

    fn canon_key(&self, key: CanonKey, t: TypeId) -> TypeId {
        match self.known(|f| f.canon_keys.get(&key).copied(), |t| self.seen.has_type(t)) {
            Some(known) => known,
            None => *self.facts.borrow_mut().canon_keys.entry(key).or_insert(t),
        }
    }

    /// The type's underlying type; a type parameter's is its constraint's interface.
    ///
    /// Spec: Underlying types.
    pub fn underlying(&self, t: TypeId) -> TypeId {
        let mut t = t;
        for _ in 0..1000 {
            match self.get(t) {
                Type::Named(n) => match (self.expansion(t, n), n.origin) {
                    (Some(u), _) => t = u,
                    (None, Some(origin)) => {
                        let Type::Named(o) = self.get(origin) else {
                            return TypeId::INVALID;
                        };
                        if o.underlying.is_none() || o.type_params.len() != n.type_args.len() {
                            return TypeId::INVALID;
                        }
                        let under = self.underlying(origin);
                        let u = self.subst(under, &o.type_params, &n.type_args);
                        if under != TypeId::INVALID {
                            self.expand(t, u);
                        }
                        t = u;
                    }
                    (None, None) => return TypeId::INVALID,
                },
                Type::TypeParam(p) => {
                    if p.constraint == t {
                        return TypeId::INVALID;
                    }
                    t = p.constraint
                }
                _ => return t,
            }
        }
        TypeId::INVALID
    }

    /// What a named type is declared as, or an instance was found to be.
    pub(super) fn expansion(&self, t: TypeId, n: &Named) -> Option<TypeId> {
        if n.underlying.is_some() || n.origin.is_none() || !self.first.has_type(t) {
            return n.underlying;
        }
        self.known(|f| f.expansions.get(&t).copied(), |u| self.seen.has_type(u))
    }

    fn expand(&self, t: TypeId, u: TypeId) {
        if self.first.has_type(t) {
            self.facts.borrow_mut().expansions.insert(t, u);
        }
        self.update_type(t, |ty| {
            if let Type::Named(n) = ty {
                n.underlying = Some(u);
            }
        });
    }

    /// The underlying type itself.
    pub fn under(&self, t: TypeId) -> &Type {
        self.get(self.underlying(t))
    }

    /// The declared methods of a named type; an instance's are instantiated.
    ///
    /// Spec: Method declarations; Instantiations.
    pub fn methods(&self, t: TypeId) -> Vec<ObjId> {
        match self.get(t) {
            Type::Named(n) => match n.origin {
                None => n.methods.clone(),
                Some(origin) => {
                    let Type::Named(o) = self.get(origin) else {
                        return Vec::new();
                    };
                    (0..o.methods.len())
                        .filter_map(|i| self.instance_method(t, i))
                        .collect()
                }
            },
            _ => Vec::new(),
        }
    }

    /// The `i`th method of a named type or instance.
    ///
    /// Spec: Method declarations; Instantiations.
    pub(super) fn instance_method(&self, t: TypeId, i: usize) -> Option<ObjId> {
        let Type::Named(n) = self.get(t) else { return None };
        let Some(origin) = n.origin else {
            return n.methods.get(i).copied();
        };
        let find = |f: &Facts| f.inst_methods.get(&(t, i)).copied();
        let m = match self.known(find, |m| self.seen.has_obj(m)) {
            Some(m) => m,
            None => {
                let Type::Named(o) = self.get(origin) else {
                    return None;
                };
                let generic = *o.methods.get(i)?;
                let mut obj = self.obj(generic).clone();
                obj.ty = TypeId::INVALID;
                obj.origin = Some(generic);
                let m = self.add_obj(obj);
                let mut facts = self.facts.borrow_mut();
                facts.inst_methods.insert((t, i), m);
                facts.method_inst.insert(m, t);
                m
            }
        };
        self.complete_instance_method(m);
        Some(m)
    }

    /// Whether the arguments of an instance, and what they are made of, nest at most so deep.
    pub(crate) fn arguments_nest_at_most(&self, t: TypeId, depth: usize) -> bool {
        let fits = |t: &TypeId| depth > 0 && self.arguments_nest_at_most(*t, depth - 1);
        match self.get(t) {
            Type::Named(n) => n.type_args.iter().all(fits),
            Type::Pointer(e) | Type::Slice(e) | Type::Array(_, e) | Type::Chan(_, e) => fits(e),
            Type::Map(k, v) => fits(k) && fits(v),
            Type::Tuple(ts) => ts.iter().all(fits),
            Type::Signature(s) => s.params.iter().chain(&s.results).all(fits),
            _ => true,
        }
    }

    /// Gives an instance's method its type once the generic one has it.
    pub(super) fn complete_instance_method(&self, m: ObjId) {
        let obj = self.obj(m);
        let Some(generic) = obj.origin else { return };
        if obj.ty != TypeId::INVALID {
            return;
        }
        let Some(inst) = self.facts.borrow().method_inst.get(&m).copied() else {
            return;
        };
        let (Type::Named(n), sig) = (self.get(inst), self.obj_type(generic)) else {
            return;
        };
        let Type::Named(o) = self.get(n.origin.unwrap_or(TypeId::INVALID)) else {
            return;
        };
        if sig != TypeId::INVALID {
            let ty = self.subst(sig, &o.type_params, &n.type_args);
            self.update_obj(m, |m| m.ty = ty);
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
