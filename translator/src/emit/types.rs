//! Rust types for Go's.

use super::Emitter;
use crate::plan::{self, StructPlan, names};
use crate::types::{BasicKind, ChanDir, ObjId, Signature, Type, TypeId};

impl<'a> Emitter<'a> {
    /// The type of a value.
    pub(super) fn ty(&self, ty: TypeId) -> String {
        let store = self.input.store();
        match store.get(ty) {
            Type::Basic(k) => basic(*k).to_owned(),
            Type::Named(n) => self.named(ty, n.obj, &n.type_args),
            Type::Pointer(t) => format!("Ptr<{}>", self.ty(*t)),
            Type::Slice(t) => format!("Slice<{}>", self.ty(*t)),
            Type::Array(n, t) => format!("[{}; {n}]", self.ty(*t)),
            Type::Map(k, v) => format!("Map<{}, {}>", self.ty(*k), self.ty(*v)),
            Type::Chan(dir, t) => format!("{}<{}>", chan_type(*dir), self.ty(*t)),
            Type::Struct(s) if s.fields.is_empty() => "()".into(),
            Type::Struct(_) => {
                let canonical = store.canonical(ty);
                let (generic, args) = match self.plan.anonymous.instances.get(&canonical) {
                    Some((generic, args)) => (*generic, args.clone()),
                    None => {
                        let mut params = Vec::new();
                        crate::plan::traits::free_params(self.input, ty, &mut params);
                        (canonical, params)
                    }
                };
                let anonymous = self.plan.anonymous.structs.get(&generic);
                anonymous.map_or("()".into(), |(name, _)| {
                    format!("{}{}", self.path(None, name), self.generic_args(&args))
                })
            }
            Type::Tuple(ts) => self.tuple(ts),
            Type::Signature(sig) => self.func_type(sig, self.facts.coloring.is_async_type(ty)),
            Type::Interface(_) => self.iface(ty),
            Type::TypeParam(_) if store.stand_in(ty).is_some() => self.ty(store.stand_in(ty).unwrap_or(TypeId::ANY)),
            Type::TypeParam(p) if &*store.obj(p.obj).name == "_" => format!("Unused{}", p.index),
            Type::TypeParam(p) => names::upper_camel(&store.obj(p.obj).name),
            Type::Union(_) => "Any".into(),
        }
    }

    /// A result list: `()`, one type, or a tuple.
    pub(super) fn tuple(&self, types: &[TypeId]) -> String {
        match types {
            [one] => self.ty(*one),
            _ => format!("({})", types.iter().map(|t| self.ty(*t)).collect::<Vec<_>>().join(", ")),
        }
    }

    fn named(&self, ty: TypeId, obj: ObjId, args: &[TypeId]) -> String {
        if ty == TypeId::ERROR {
            return "GoError".into();
        }
        if self.input.is_library(obj) && !self.is_known_type(obj) {
            self.state.borrow_mut().unmapped = Some(self.input.lib_path(obj));
            return "Any".into();
        }
        if self.input.store().is_interface(ty) {
            return self.iface(ty);
        }
        let args: Vec<_> = self.kept_args(ty, args);
        format!("{}{}", self.type_path(obj), self.generic_args(&args))
    }

    /// The type arguments of an instance that its Rust type has parameters for.
    fn kept_args(&self, ty: TypeId, args: &[TypeId]) -> Vec<TypeId> {
        let store = self.input.store();
        let params = match store.get(ty) {
            // A type declared in a generic function is over what it mentions of that function's parameters.
            Type::Named(n) if n.origin.is_none() && n.type_params.is_empty() => return self.own_params(ty),
            Type::Named(n) => match n.origin.map(|o| store.get(o)) {
                Some(Type::Named(origin)) => origin.type_params.clone(),
                _ => n.type_params.clone(),
            },
            _ => Vec::new(),
        };
        let kept = |i: usize| params.get(i).is_none_or(|p| store.stand_in(*p).is_none());
        args.iter()
            .enumerate()
            .filter(|(i, _)| kept(*i))
            .map(|(_, a)| *a)
            .collect()
    }

    /// The runtime has the library type.
    fn is_known_type(&self, obj: ObjId) -> bool {
        super::library::is_mapped(&self.input.lib_path(obj))
    }

    /// `<A, B>`, or nothing.
    pub(super) fn generic_args(&self, args: &[TypeId]) -> String {
        if args.is_empty() {
            return String::new();
        }
        format!("<{}>", args.iter().map(|t| self.ty(*t)).collect::<Vec<_>>().join(", "))
    }

    /// The path of a named type, without generic arguments.
    pub(super) fn type_path(&self, obj: ObjId) -> String {
        let object = self.input.store().obj(obj);
        if self.input.is_library(obj) {
            let name = match self.input.lib_path(obj).as_str() {
                // `Value` is a trait of the runtime.
                "sync/atomic.Value" => "AnyValue".to_owned(),
                _ => names::upper_camel(&object.name),
            };
            return self.library_path(obj, &name);
        }
        let name = self
            .plan
            .names
            .object(obj)
            .map_or_else(|| names::upper_camel(&object.name), str::to_owned);
        let package = if object.package_level { object.pkg } else { None };
        self.path(package, &name)
    }

    /// An interface as a value.
    fn iface(&self, ty: TypeId) -> String {
        match self.dyn_trait(ty) {
            Some(path) => format!("Iface<{path}>"),
            None => "Any".into(),
        }
    }

    /// `dyn Trait` for an interface type with methods.
    pub(super) fn dyn_trait(&self, ty: TypeId) -> Option<String> {
        self.trait_path(ty).map(|path| format!("dyn {path}"))
    }

    /// The trait of an interface type; the empty interface has none.
    pub(super) fn trait_path(&self, ty: TypeId) -> Option<String> {
        let store = self.input.store();
        if ty == TypeId::ERROR {
            return Some("Error".into());
        }
        if TypeId::IMPLICIT.contains(&ty) {
            return Some(self.implicit_trait(ty));
        }
        if let Type::Named(n) = store.get(ty)
            && self.input.is_library(n.obj)
        {
            let set = store.type_set(ty);
            if set.methods.is_empty() {
                return None;
            }
            return Some(format!(
                "{}{}",
                self.library_trait(n.obj),
                self.generic_args(&n.type_args)
            ));
        }
        let (key, args) = match store.get(ty) {
            Type::Named(n) if n.origin.is_some() => (store.canonical(n.origin.unwrap_or(ty)), n.type_args.clone()),
            _ => (store.canonical(ty), Vec::new()),
        };
        if let Some(t) = self.plan.traits.by_type.get(&key) {
            let package = t
                .obj
                .and_then(|o| store.obj(o).pkg.filter(|_| store.obj(o).package_level));
            let args = if t.obj.is_none() {
                t.params.clone()
            } else {
                self.kept_args(ty, &args)
            };
            return Some(format!("{}{}", self.path(package, &t.name), self.generic_args(&args)));
        }
        if let Some((plan, args)) = self.plan.traits.literal_instance(self.input, ty) {
            return Some(format!("{}{}", self.path(None, &plan.name), self.generic_args(&args)));
        }
        // An interface literal that a named one has as its underlying type, or one identical to a library interface.
        let same = |t: TypeId| store.canonical(store.underlying(t)) == store.canonical(store.underlying(ty));
        let mut plans: Vec<_> = self.plan.traits.by_type.values().collect();
        plans.sort_by_key(|t| t.ty);
        if let Some(t) = plans.into_iter().find(|t| same(t.ty)) {
            let package = t
                .obj
                .and_then(|o| store.obj(o).pkg.filter(|_| store.obj(o).package_level));
            return Some(self.path(package, &t.name));
        }
        match self.plan.traits.library.iter().find(|t| same(**t)) {
            Some(t) if *t != ty => self.trait_path(*t),
            _ => None,
        }
    }

    /// The runtime's trait for an interface that the library asks any value for.
    fn implicit_trait(&self, ty: TypeId) -> String {
        let name = match ty {
            TypeId::STRINGER => return "Stringer".into(),
            TypeId::GO_STRINGER => return "GoStringer".into(),
            TypeId::UNWRAP => "UnwrapMethod",
            TypeId::UNWRAP_ALL => "UnwrapAllMethod",
            _ => "IsMethod",
        };
        format!("{}::{name}", self.library_module("errors"))
    }

    fn library_trait(&self, obj: ObjId) -> String {
        match self.input.lib_path(obj).as_str() {
            "fmt.Stringer" => "Stringer".into(),
            _ => self.library_path(obj, &names::upper_camel(&self.input.store().obj(obj).name)),
        }
    }

    /// A function type of the runtime; `R` is a boxed future when calls may suspend.
    pub(super) fn func_type(&self, sig: &Signature, is_async: bool) -> String {
        let mut parts: Vec<String> = sig.params.iter().map(|t| self.ty(*t)).collect();
        let result = self.tuple(&sig.results);
        let result = if is_async {
            format!("BoxFuture<'static, {result}>")
        } else {
            result
        };
        let n = parts.len();
        if n > 8 {
            return format!("Func<dyn Fn({}) -> {result} + Send + Sync>", parts.join(", "));
        }
        if result != "()" {
            parts.push(result);
        }
        if parts.is_empty() {
            "Fn0".into()
        } else {
            format!("Fn{n}<{}>", parts.join(", "))
        }
    }

    /// The type that stores a value in shared memory.
    pub(super) fn cell_ty(&self, ty: TypeId) -> String {
        let store = self.input.store();
        if let Some(core) = store.stand_in(ty) {
            return self.cell_ty(core);
        }
        if store.is_type_param(ty) {
            return format!("CellOf<{}>", self.ty(ty));
        }
        if self.is_in_place(ty) {
            return self.ty(ty);
        }
        match store.under(ty) {
            Type::Basic(k) if !k.is_string() && !k.is_complex() => format!("Atom<{}>", self.ty(ty)),
            Type::Array(n, elem) if !self.is_newtype(ty) => format!("ArrayCell<{}, {n}>", self.ty(*elem)),
            Type::Array(..) => format!("NamedCell<{}>", self.ty(ty)),
            _ => format!("Cell<{}>", self.ty(ty)),
        }
    }

    /// Its storage in shared memory is the type itself.
    pub(super) fn is_in_place(&self, ty: TypeId) -> bool {
        if self.input.store().is_type_param(ty) {
            return false;
        }
        self.struct_plan(ty).is_some_and(|p| p.in_place) || self.input.is_in_place_library(ty)
    }

    /// The plan of a user struct type.
    pub(super) fn struct_plan(&self, ty: TypeId) -> Option<&'a StructPlan> {
        let store = self.input.store();
        match self.input.struct_name(ty) {
            Some(obj) => self.plan.structs.get(&obj),
            None => self.plan.anonymous.plan(store.canonical(ty)),
        }
    }

    /// A named type that is a tuple struct around its underlying type.
    pub(super) fn is_newtype(&self, ty: TypeId) -> bool {
        let store = self.input.store();
        match store.get(ty) {
            Type::Named(n) => match store.under(ty) {
                Type::Struct(_) | Type::Interface(_) => false,
                Type::Signature(_) => !self.input.is_library(n.obj),
                _ => true,
            },
            _ => false,
        }
    }

    /// Whether values are copied bits.
    pub(super) fn is_copy(&self, ty: TypeId) -> bool {
        plan::is_copy(self.input, &self.plan.structs, ty, 0)
    }

    /// The rust type of numeric literals: the underlying basic type.
    pub(super) fn basic_kind(&self, ty: TypeId) -> Option<BasicKind> {
        match self.input.store().under(ty) {
            Type::Basic(k) if !self.input.store().is_type_param(ty) => Some(*k),
            _ => None,
        }
    }
}

/// The Rust type of a basic type.
pub(super) fn basic(kind: BasicKind) -> &'static str {
    use BasicKind::*;
    match kind {
        Bool | UntypedBool => "bool",
        Int | Int64 | UntypedInt => "i64",
        Int8 => "i8",
        Int16 => "i16",
        Int32 | UntypedRune => "i32",
        Uint | Uint64 | Uintptr | UnsafePointer => "u64",
        Uint8 => "u8",
        Uint16 => "u16",
        Uint32 => "u32",
        Float32 => "f32",
        Float64 | UntypedFloat => "f64",
        Complex64 => "Complex<f32>",
        Complex128 | UntypedComplex => "Complex<f64>",
        String | UntypedString => "GoString",
        UntypedNil | Invalid => "Any",
    }
}

fn chan_type(dir: ChanDir) -> &'static str {
    match dir {
        ChanDir::Both => "Chan",
        ChanDir::Send => "Sender",
        ChanDir::Recv => "Receiver",
    }
}
