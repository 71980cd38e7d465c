//! Fields and methods: selector lookup, method sets, missing methods.
//!
//! In: a type and a name. Out: the object with its path.
//! Invariants: the shallowest depth wins and two at one depth are ambiguous.

use super::model::*;
use super::store::TypeStore;

/// What a selector found.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// The field or method.
    pub obj: ObjId,
    /// The indices of the embedded fields and of the object itself.
    pub index: Vec<usize>,
    /// A pointer was followed.
    pub indirect: bool,
}

/// The answer of a lookup.
#[derive(Clone, Debug)]
pub enum LookupResult {
    /// Found at the shallowest depth.
    Found(Lookup),
    /// Found more than once at the shallowest depth.
    Ambiguous,
    /// Not there.
    Missing,
}

impl TypeStore {
    /// Whether an object has the name as seen from a package.
    ///
    /// Spec: Uniqueness of identifiers; Exported identifiers.
    fn same_name(&self, o: &Object, pkg: Option<PackageId>, name: &str) -> bool {
        &*o.name == name && (o.exported() || o.pkg == pkg)
    }

    /// Finds field or method `name` of `t` as seen from `pkg`. Methods with pointer receivers are found for values too;
    /// see [`TypeStore::in_method_set`].
    ///
    /// Spec: Selectors; Struct types; Method sets.
    pub fn lookup_field_or_method(&self, t: TypeId, pkg: Option<PackageId>, name: &str) -> LookupResult {
        if name == "_" {
            return LookupResult::Missing;
        }
        // A named pointer type has its struct's fields, but no methods.
        // Spec: Selectors.
        if let Type::Named(_) = self.get(t)
            && let Type::Pointer(_) = self.under(t)
        {
            return match self.lookup_raw(self.underlying(t), pkg, name) {
                LookupResult::Found(l) if matches!(self.obj(l.obj).kind, ObjKind::Func { .. }) => LookupResult::Missing,
                other => other,
            };
        }
        self.lookup_raw(t, pkg, name)
    }

    /// The fields and methods of a type, depth by depth; an embedded field brings its own as those of the next depth.
    ///
    /// Spec: Selectors; Struct types.
    fn lookup_raw(&self, t: TypeId, pkg: Option<PackageId>, name: &str) -> LookupResult {
        let (start, is_ptr) = match self.get(t) {
            Type::Pointer(e) => {
                // A pointer to an interface (or type parameter) has no members.
                // Spec: Selectors; Method sets.
                if matches!(self.under(*e), Type::Interface(_)) {
                    return LookupResult::Missing;
                }
                (*e, true)
            }
            _ => (t, false),
        };
        struct At {
            ty: TypeId,
            index: Vec<usize>,
            indirect: bool,
            multiples: bool,
        }
        let mut current = vec![At {
            ty: start,
            index: Vec::new(),
            indirect: is_ptr,
            multiples: false,
        }];
        let mut seen: Vec<TypeId> = Vec::new();
        while !current.is_empty() {
            let mut next: Vec<At> = Vec::new();
            let mut found: Option<Lookup> = None;
            let mut clash = false;
            let mut hit = |obj: ObjId, at: &At, i: usize| {
                let mut index = at.index.clone();
                index.push(i);
                clash |= found.is_some() || at.multiples;
                found = Some(Lookup {
                    obj,
                    index,
                    indirect: at.indirect,
                });
            };
            for at in &current {
                if let Type::Named(n) = self.get(at.ty) {
                    let key = self.canonical(at.ty);
                    if seen.contains(&key) {
                        continue;
                    }
                    seen.push(key);
                    let origin = match n.origin {
                        Some(o) => self.get(o),
                        None => self.get(at.ty),
                    };
                    let Type::Named(o) = origin else { continue };
                    let i = o.methods.iter().position(|m| self.same_name(self.obj(*m), pkg, name));
                    if let Some(i) = i {
                        if let Some(m) = self.instance_method(at.ty, i) {
                            hit(m, at, i);
                        }
                        continue;
                    }
                }
                let under = self.underlying(at.ty);
                match self.get(under) {
                    Type::Struct(s) => {
                        for (i, f) in s.fields.iter().enumerate() {
                            let o = self.obj(*f);
                            if self.same_name(o, pkg, name) {
                                hit(*f, at, i);
                                continue;
                            }
                            if matches!(o.kind, ObjKind::Var(VarKind::EmbeddedField)) {
                                let (ty, ptr) = match self.get(o.ty) {
                                    Type::Pointer(e) => (*e, true),
                                    _ => (o.ty, false),
                                };
                                let may_have = matches!(self.get(ty), Type::Named(_))
                                    || matches!(self.under(ty), Type::Struct(_) | Type::Interface(_));
                                if may_have {
                                    let mut index = at.index.clone();
                                    index.push(i);
                                    next.push(At {
                                        ty,
                                        index,
                                        indirect: at.indirect || ptr,
                                        multiples: at.multiples,
                                    });
                                }
                            }
                        }
                    }
                    Type::Interface(_) => {
                        let set = self.type_set(under);
                        if let Some(i) = set.methods.iter().position(|m| self.same_name(self.obj(*m), pkg, name))
                            && let Some(m) = set.methods.get(i)
                        {
                            hit(*m, at, i);
                        }
                    }
                    _ => {}
                }
            }
            if let Some(l) = found {
                return if clash {
                    LookupResult::Ambiguous
                } else {
                    LookupResult::Found(l)
                };
            }
            // Equal types at one depth are one entry that counts as several.
            let mut merged: Vec<At> = Vec::new();
            for at in next {
                match merged.iter_mut().find(|m| self.identical(m.ty, at.ty)) {
                    Some(m) => m.multiples = true,
                    None => merged.push(at),
                }
            }
            current = merged;
        }
        LookupResult::Missing
    }

    /// Whether a method found by lookup on `t` is in `t`'s method set (pointer receivers need a pointer on the way).
    ///
    /// Spec: Method sets.
    pub fn in_method_set(&self, t: TypeId, l: &Lookup) -> bool {
        match self.obj(l.obj).kind {
            ObjKind::Func { ptr_recv: true, .. } => l.indirect || matches!(self.get(t), Type::Pointer(_)),
            _ => true,
        }
    }

    /// All methods of `t`'s method set, promoted ones too, sorted by name.
    ///
    /// Spec: Method sets; Struct types.
    pub fn method_set(&self, t: TypeId) -> Vec<Lookup> {
        let mut names: Vec<(Option<PackageId>, crate::syntax::ast::Name)> = Vec::new();
        self.collect_method_names(t, &mut names, &mut Vec::new());
        names.sort();
        names.dedup();
        let found = names
            .into_iter()
            .filter_map(|(pkg, name)| match self.lookup_field_or_method(t, pkg, &name) {
                LookupResult::Found(l)
                    if matches!(self.obj(l.obj).kind, ObjKind::Func { .. }) && self.in_method_set(t, &l) =>
                {
                    Some(l)
                }
                _ => None,
            });
        found.collect()
    }

    /// The names of a type's methods, promoted ones too.
    ///
    /// Spec: Method sets; Struct types.
    fn collect_method_names(
        &self,
        t: TypeId,
        names: &mut Vec<(Option<PackageId>, crate::syntax::ast::Name)>,
        seen: &mut Vec<TypeId>,
    ) {
        let t = match self.get(t) {
            Type::Pointer(e) => *e,
            _ => t,
        };
        if seen.contains(&t) {
            return;
        }
        seen.push(t);
        let mut add = |m: ObjId| {
            let o = self.obj(m);
            names.push((if o.exported() { None } else { o.pkg }, o.name.clone()));
        };
        self.methods(t).into_iter().for_each(&mut add);
        match self.under(t) {
            Type::Interface(_) => self.type_set(t).methods.iter().copied().for_each(&mut add),
            Type::Struct(s) => {
                for f in &s.fields {
                    let o = self.obj(*f);
                    if matches!(o.kind, ObjKind::Var(VarKind::EmbeddedField)) {
                        self.collect_method_names(o.ty, names, seen);
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether `t` has all methods of interface `iface`.
    ///
    /// Spec: Implementing an interface.
    pub fn implements(&self, t: TypeId, iface: TypeId) -> bool {
        self.missing_method(t, iface, &mut |_| ()).is_none()
    }

    /// The first method of `iface` that `t` lacks, and why. `resolve` is called before a method's type is read.
    ///
    /// Spec: Implementing an interface.
    pub(super) fn missing_method(
        &self,
        t: TypeId,
        iface: TypeId,
        resolve: &mut dyn FnMut(ObjId),
    ) -> Option<(ObjId, MissingReason)> {
        let set = self.type_set(iface);
        for m in &set.methods {
            resolve(*m);
            let want = self.obj(*m);
            match self.lookup_field_or_method(t, want.pkg, &want.name) {
                LookupResult::Found(l) => {
                    let kind = self.obj(l.obj).kind.clone();
                    if !matches!(kind, ObjKind::Func { .. }) {
                        return Some((*m, MissingReason::IsField));
                    }
                    resolve(l.obj);
                    self.complete_instance_method(l.obj);
                    if !self.identical(self.obj_type(l.obj), want.ty) {
                        return Some((*m, MissingReason::WrongType(l.obj)));
                    }
                    if !self.in_method_set(t, &l) {
                        return Some((*m, MissingReason::PointerReceiver));
                    }
                }
                _ => {
                    if let Type::Pointer(e) = self.get(t)
                        && self.is_interface(*e)
                    {
                        return Some((*m, MissingReason::PointerToInterface));
                    }
                    return Some((*m, MissingReason::Missing));
                }
            }
        }
        None
    }
}

/// Why a method is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingReason {
    /// There is none of that name.
    Missing,
    /// It has a pointer receiver.
    PointerReceiver,
    /// It has another type.
    WrongType(ObjId),
    /// A field has the name.
    IsField,
    /// The type is a pointer to an interface.
    PointerToInterface,
}
