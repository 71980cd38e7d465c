//! Substitution of type parameters.
//!
//! In: a type, parameters and as many arguments. Out: the type with the parameters replaced.
//! Invariants: a type without any of the parameters comes back with its own id; new fields and methods remember their
//! generic `origin`.

use super::model::*;
use super::store::TypeStore;

impl TypeStore {
    /// Replaces `params[i]` by `args[i]` in `t`.
    ///
    /// Spec: Instantiations.
    pub fn subst(&self, t: TypeId, params: &[TypeId], args: &[TypeId]) -> TypeId {
        if params.is_empty() {
            return t;
        }
        let list = |ts: &[TypeId]| ts.iter().map(|t| self.subst(*t, params, args)).collect::<Vec<_>>();
        match self.get(t) {
            Type::Basic(_) => t,
            Type::TypeParam(_) => match params.iter().position(|p| *p == t) {
                Some(i) => args.get(i).copied().unwrap_or(t),
                None => t,
            },
            Type::Named(n) => match n.origin {
                None => t,
                Some(origin) => {
                    let new = list(&n.type_args);
                    if new == n.type_args {
                        t
                    } else {
                        self.instantiate_named(origin, &new)
                    }
                }
            },
            Type::Pointer(e) => self.pointer(self.subst(*e, params, args)),
            Type::Slice(e) => self.slice(self.subst(*e, params, args)),
            Type::Array(n, e) => self.array(*n, self.subst(*e, params, args)),
            Type::Map(k, v) => self.map(self.subst(*k, params, args), self.subst(*v, params, args)),
            Type::Chan(d, e) => self.chan(*d, self.subst(*e, params, args)),
            Type::Tuple(ts) => self.tuple(list(ts)),
            Type::Signature(s) => self.signature(Signature {
                type_params: s.type_params.clone(),
                recv: s.recv.map(|r| self.subst(r, params, args)),
                params: list(&s.params),
                results: list(&s.results),
                variadic: s.variadic,
            }),
            Type::Union(ts) => self.union(
                ts.iter()
                    .map(|x| Term {
                        tilde: x.tilde,
                        ty: self.subst(x.ty, params, args),
                    })
                    .collect(),
            ),
            Type::Struct(s) => match self.subst_members(&s.fields, params, args) {
                Some(fields) => self.push(Type::Struct(Struct {
                    fields,
                    tags: s.tags.clone(),
                })),
                None => t,
            },
            Type::Interface(i) => {
                let methods = self.subst_members(&i.methods, params, args);
                let embeddeds = list(&i.embeddeds);
                if methods.is_none() && embeddeds == i.embeddeds {
                    return t;
                }
                self.push(Type::Interface(Interface {
                    methods: methods.unwrap_or_else(|| i.methods.clone()),
                    embeddeds,
                    implicit: i.implicit,
                    comparable: i.comparable,
                }))
            }
        }
    }

    /// The instance of a generic named type, or of a type that mentions the parameters.
    ///
    /// Spec: Instantiations.
    pub fn subst_instance(&self, t: TypeId, params: &[TypeId], args: &[TypeId]) -> TypeId {
        match self.get(t) {
            Type::Named(n) if !n.type_params.is_empty() => self.instantiate_named(t, args),
            _ => self.subst(t, params, args),
        }
    }

    /// Fields or methods with substituted types, nothing when no type changes.
    fn subst_members(&self, members: &[ObjId], params: &[TypeId], args: &[TypeId]) -> Option<Vec<ObjId>> {
        let mut changed = false;
        let types: Vec<_> = members
            .iter()
            .map(|m| {
                let old = self.obj_type(*m);
                let new = self.subst(old, params, args);
                changed |= new != old;
                new
            })
            .collect();
        if !changed {
            return None;
        }
        let new = members.iter().zip(types).map(|(m, ty)| {
            let mut obj = self.obj(*m).clone();
            obj.ty = ty;
            obj.origin = Some(obj.origin.unwrap_or(*m));
            self.add_obj(obj)
        });
        Some(new.collect())
    }
}
