//! Instances of generic types, and what a type is underneath.
//!
//! In: a generic type and arguments, or a named type. Out: the instance, its underlying type, its methods.
//! Invariants: the same arguments give the same id; an instance is expanded when it is first asked for, and what was found
//! is kept in the store that asked.

use super::base::Facts;
use super::model::*;
use super::store::TypeStore;

impl TypeStore {
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
}
