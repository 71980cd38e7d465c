//! The arena of types and objects, and type identity.
//!
//! In: types as the checker builds them. Out: ids. All methods take `&self`: instances of generic types expand lazily,
//! so asking may add to the arena. `Arc`s are handed out, nothing stays borrowed.
//! Invariants: ids are never removed; basic types have fixed ids; `identical(a, b)` is `canonical(a) == canonical(b)`.

use super::model::*;
use crate::syntax::ast::Name;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::Arc;

/// Types and objects of a program.
#[derive(Debug)]
pub struct TypeStore {
    pub(super) inner: RefCell<Inner>,
}

#[derive(Debug, Default)]
pub(super) struct Inner {
    pub(super) types: Vec<Arc<Type>>,
    pub(super) objs: Vec<Arc<Object>>,
    interned: FxHashMap<Key, TypeId>,
    canon: FxHashMap<TypeId, TypeId>,
    /// Interfaces whose representative is being sought: one that mentions itself without a name is its own.
    canon_active: rustc_hash::FxHashSet<TypeId>,
    canon_keys: FxHashMap<CanonKey, TypeId>,
    instances: FxHashMap<(TypeId, Vec<TypeId>), TypeId>,
    pub(super) inst_methods: FxHashMap<(TypeId, usize), ObjId>,
    pub(super) method_inst: FxHashMap<ObjId, TypeId>,
    pub(super) type_sets: FxHashMap<TypeId, Arc<TypeSet>>,
    pub(super) pkg_names: Vec<(Arc<str>, Name)>,
    pub(super) universe: FxHashMap<Name, ObjId>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Key {
    Pointer(TypeId),
    Slice(TypeId),
    Array(i64, TypeId),
    Map(TypeId, TypeId),
    Chan(ChanDir, TypeId),
    Tuple(Vec<TypeId>),
    Signature(Signature),
    Union(Vec<Term>),
}

/// Package (for names that are not exported), name.
type MemberKey = (Option<PackageId>, Name);

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum CanonKey {
    Struct(Vec<(MemberKey, TypeId, bool, Arc<str>)>),
    Interface(Vec<(MemberKey, TypeId)>, Option<Vec<Term>>, bool),
    Instance(TypeId, Vec<TypeId>),
}

impl Default for TypeStore {
    fn default() -> Self {
        TypeStore::new()
    }
}

impl TypeStore {
    /// A store with the universe's types.
    pub fn new() -> TypeStore {
        let store = TypeStore {
            inner: RefCell::new(Inner::default()),
        };
        for kind in BasicKind::ALL {
            store.push(Type::Basic(kind));
        }
        super::universe::fill(&store);
        store
    }

    /// The type behind an id.
    pub fn get(&self, t: TypeId) -> Arc<Type> {
        let inner = self.inner.borrow();
        match inner.types.get(t.0 as usize).or_else(|| inner.types.first()) {
            Some(t) => t.clone(),
            None => Arc::new(Type::Basic(BasicKind::Invalid)),
        }
    }

    /// The object behind an id.
    pub fn obj(&self, o: ObjId) -> Arc<Object> {
        let inner = self.inner.borrow();
        match inner.objs.get(o.0 as usize).or_else(|| inner.objs.first()) {
            Some(o) => o.clone(),
            None => Arc::new(Object::bad()),
        }
    }

    /// The type of an object.
    pub fn obj_type(&self, o: ObjId) -> TypeId {
        self.inner
            .borrow()
            .objs
            .get(o.0 as usize)
            .map_or(TypeId::INVALID, |o| o.ty)
    }

    /// How many objects there are.
    pub fn obj_count(&self) -> usize {
        self.inner.borrow().objs.len()
    }

    /// How many types there are.
    pub fn type_count(&self) -> usize {
        self.inner.borrow().types.len()
    }

    /// Looks a name up in the universe.
    pub fn universe(&self, name: &str) -> Option<ObjId> {
        self.inner.borrow().universe.get(name).copied()
    }

    pub(super) fn push(&self, t: Type) -> TypeId {
        let mut inner = self.inner.borrow_mut();
        inner.types.push(Arc::new(t));
        TypeId(inner.types.len() as u32 - 1)
    }

    pub(super) fn add_obj(&self, o: Object) -> ObjId {
        let mut inner = self.inner.borrow_mut();
        inner.objs.push(Arc::new(o));
        ObjId(inner.objs.len() as u32 - 1)
    }

    pub(super) fn update_obj(&self, o: ObjId, f: impl FnOnce(&mut Object)) {
        if let Some(o) = self.inner.borrow_mut().objs.get_mut(o.0 as usize) {
            f(Arc::make_mut(o));
        }
    }

    pub(super) fn update_type(&self, t: TypeId, f: impl FnOnce(&mut Type)) {
        if let Some(t) = self.inner.borrow_mut().types.get_mut(t.0 as usize) {
            f(Arc::make_mut(t));
        }
    }

    fn intern(&self, key: Key, make: impl FnOnce() -> Type) -> TypeId {
        if let Some(t) = self.inner.borrow().interned.get(&key) {
            return *t;
        }
        let t = self.push(make());
        self.inner.borrow_mut().interned.insert(key, t);
        t
    }

    /// `*t`
    pub fn pointer(&self, t: TypeId) -> TypeId {
        self.intern(Key::Pointer(t), || Type::Pointer(t))
    }
    /// `[]t`
    pub fn slice(&self, t: TypeId) -> TypeId {
        self.intern(Key::Slice(t), || Type::Slice(t))
    }
    /// `[n]t`
    pub fn array(&self, n: i64, t: TypeId) -> TypeId {
        self.intern(Key::Array(n, t), || Type::Array(n, t))
    }
    /// `map[k]v`
    pub fn map(&self, k: TypeId, v: TypeId) -> TypeId {
        self.intern(Key::Map(k, v), || Type::Map(k, v))
    }
    /// `chan t`
    pub fn chan(&self, dir: ChanDir, t: TypeId) -> TypeId {
        self.intern(Key::Chan(dir, t), || Type::Chan(dir, t))
    }
    /// Several results.
    pub fn tuple(&self, ts: Vec<TypeId>) -> TypeId {
        self.intern(Key::Tuple(ts.clone()), || Type::Tuple(ts))
    }
    /// A function type.
    pub fn signature(&self, s: Signature) -> TypeId {
        self.intern(Key::Signature(s.clone()), || Type::Signature(s))
    }
    /// A union.
    pub fn union(&self, ts: Vec<Term>) -> TypeId {
        self.intern(Key::Union(ts.clone()), || Type::Union(ts))
    }

    /// The instance of a generic type; no constraint is checked. The same arguments give the same id.
    ///
    /// Spec: Instantiations.
    pub fn instantiate_named(&self, origin: TypeId, args: &[TypeId]) -> TypeId {
        let key = (origin, args.iter().map(|a| self.canonical(*a)).collect::<Vec<_>>());
        if let Some(t) = self.inner.borrow().instances.get(&key) {
            return *t;
        }
        let Type::Named(named) = &*self.get(origin) else {
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
        self.inner.borrow_mut().instances.insert(key, t);
        t
    }

    /// A method's type as a value of its own has it.
    pub(super) fn without_receiver(&self, t: TypeId) -> TypeId {
        match &*self.get(t) {
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
        if let Some(c) = self.inner.borrow().canon.get(&t) {
            return *c;
        }
        let ty = self.get(t);
        let (c, cache) = match &*ty {
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
                (self.canonical_signature(s), true)
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
                        self.member_key(&o),
                        self.canonical(o.ty),
                        embedded,
                        s.tags.get(i).cloned().unwrap_or("".into()),
                    )
                });
                let key = CanonKey::Struct(fields.collect());
                (self.canon_key(key, t), true)
            }
            Type::Interface(_) => {
                if !self.inner.borrow_mut().canon_active.insert(t) {
                    return t;
                }
                let (set, complete) = self.compute_type_set(t);
                let methods = set.methods.iter().map(|m| {
                    let o = self.obj(*m);
                    (self.member_key(&o), self.canonical(o.ty))
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
                self.inner.borrow_mut().canon_active.remove(&t);
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
            self.inner.borrow_mut().canon.insert(t, c);
        }
        c
    }

    /// Generic signatures are identical up to renaming of their type parameters; these are rare enough to be compared
    /// only by their own parameters.
    fn canonical_signature(&self, s: Signature) -> TypeId {
        self.signature(s)
    }

    fn member_key(&self, o: &Object) -> MemberKey {
        (if o.exported() { None } else { o.pkg }, o.name.clone())
    }

    fn canon_key(&self, key: CanonKey, t: TypeId) -> TypeId {
        *self.inner.borrow_mut().canon_keys.entry(key).or_insert(t)
    }

    /// The type's underlying type; a type parameter's is its constraint's interface.
    ///
    /// Spec: Underlying types.
    pub fn underlying(&self, t: TypeId) -> TypeId {
        let mut t = t;
        for _ in 0..1000 {
            match &*self.get(t) {
                Type::Named(n) => match (n.underlying, n.origin) {
                    (Some(u), _) => t = u,
                    (None, Some(origin)) => {
                        let Type::Named(o) = &*self.get(origin) else {
                            return TypeId::INVALID;
                        };
                        if o.underlying.is_none() {
                            return TypeId::INVALID;
                        }
                        let under = self.underlying(origin);
                        let u = self.subst(under, &o.type_params, &n.type_args);
                        if under != TypeId::INVALID {
                            self.update_type(t, |ty| {
                                if let Type::Named(n) = ty {
                                    n.underlying = Some(u);
                                }
                            });
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

    /// The underlying type itself.
    pub fn under(&self, t: TypeId) -> Arc<Type> {
        self.get(self.underlying(t))
    }

    /// The declared methods of a named type; an instance's are instantiated.
    ///
    /// Spec: Method declarations; Instantiations.
    pub fn methods(&self, t: TypeId) -> Vec<ObjId> {
        match &*self.get(t) {
            Type::Named(n) => match n.origin {
                None => n.methods.clone(),
                Some(origin) => {
                    let Type::Named(o) = &*self.get(origin) else {
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
        let Type::Named(n) = &*self.get(t) else { return None };
        let Some(origin) = n.origin else {
            return n.methods.get(i).copied();
        };
        let known = self.inner.borrow().inst_methods.get(&(t, i)).copied();
        let m = match known {
            Some(m) => m,
            None => {
                let Type::Named(o) = &*self.get(origin) else {
                    return None;
                };
                let generic = *o.methods.get(i)?;
                let mut obj = (*self.obj(generic)).clone();
                obj.ty = TypeId::INVALID;
                obj.origin = Some(generic);
                let m = self.add_obj(obj);
                let mut inner = self.inner.borrow_mut();
                inner.inst_methods.insert((t, i), m);
                inner.method_inst.insert(m, t);
                m
            }
        };
        self.complete_instance_method(m);
        Some(m)
    }

    /// Whether the arguments of an instance, and what they are made of, nest at most so deep.
    pub(super) fn arguments_nest_at_most(&self, t: TypeId, depth: usize) -> bool {
        let fits = |t: &TypeId| depth > 0 && self.arguments_nest_at_most(*t, depth - 1);
        match &*self.get(t) {
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
        let Some(inst) = self.inner.borrow().method_inst.get(&m).copied() else {
            return;
        };
        let (Type::Named(n), sig) = (&*self.get(inst), self.obj_type(generic)) else {
            return;
        };
        let Type::Named(o) = &*self.get(n.origin.unwrap_or(TypeId::INVALID)) else {
            return;
        };
        if sig != TypeId::INVALID {
            let ty = self.subst(sig, &o.type_params, &n.type_args);
            self.update_obj(m, |m| m.ty = ty);
        }
    }

    /// The name and path of a package.
    pub fn package_name(&self, p: PackageId) -> (Arc<str>, Name) {
        self.inner
            .borrow()
            .pkg_names
            .get(p.0 as usize)
            .cloned()
            .unwrap_or(("".into(), "".into()))
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
