//! Go's interface values: nilable, with a dynamic type.
//!
//! Every [`GoType`] is an [`Object`]; a Go interface becomes a trait with `Object` as its supertrait, and a value of it an
//! [`Iface<dyn Trait>`](Iface). Which interfaces a type can be asserted to is answered by the type's own
//! `cast_value` and `cast_pointer`, which `#[derive(Value)]` writes.

use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;
use std::hash::Hasher;
use std::ops::Deref;
use std::sync::Arc;

use super::{Any, Cell, Describe, GoKey, GoType, Kind, Value};
use crate::panic::{nil_dereference, type_assertion_error};

/// Any Go value seen through an interface. Implemented by every [`GoType`].
pub trait Object: Send + Sync + 'static {
    /// The dynamic type's name.
    fn object_type_name(&self) -> Cow<'static, str>;
    /// The dynamic type's kind.
    fn object_kind(&self) -> Kind;
    /// Whether type and value are the same.
    fn eq_object(&self, other: &dyn Object) -> bool;
    /// Feeds type and value to a hasher.
    fn hash_object(&self, h: &mut dyn Hasher);
    /// The value's structure, one level deep.
    fn describe_object(&self) -> Describe;
    /// For downcasts.
    fn as_any(&self) -> &dyn core::any::Any;
    /// The same object without its methods.
    fn into_object(self: Arc<Self>) -> Arc<dyn Object>;
    /// The [`Iface<dyn Trait>`](Iface) of this object for the type `dyn Trait` whose id is `want`, boxed.
    fn cast_object(self: Arc<Self>, want: TypeId) -> Option<Box<dyn core::any::Any>>;
}

impl<T: GoType> Object for T {
    fn object_type_name(&self) -> Cow<'static, str> {
        T::type_name()
    }
    fn object_kind(&self) -> Kind {
        T::kind()
    }
    fn eq_object(&self, other: &dyn Object) -> bool {
        other
            .as_any()
            .downcast_ref::<T>()
            .is_some_and(|other| self.go_eq(other))
    }
    fn hash_object(&self, h: &mut dyn Hasher) {
        self.go_hash(h);
    }
    fn describe_object(&self) -> Describe {
        self.go_describe()
    }
    fn as_any(&self) -> &dyn core::any::Any {
        self
    }
    fn into_object(self: Arc<Self>) -> Arc<dyn Object> {
        self
    }
    fn cast_object(self: Arc<Self>, want: TypeId) -> Option<Box<dyn core::any::Any>> {
        T::cast_value(&self, want)
    }
}

/// A Go interface value; `T` is `dyn Trait` with [`Object`] among its supertraits.
pub struct Iface<T: ?Sized>(Option<Arc<T>>);

/// The trait objects that interfaces are: whatever is an [`Object`].
pub trait IfaceType: Object {
    /// The interface's Go name, guessed from the trait's path.
    fn iface_name() -> Cow<'static, str>;
}

impl<T: ?Sized + Object> IfaceType for T {
    fn iface_name() -> Cow<'static, str> {
        let path = core::any::type_name::<T>();
        let path = path.strip_prefix("dyn ").unwrap_or(path);
        let mut parts = path.split('<').next().unwrap_or(path).rsplit("::");
        let name = parts.next().unwrap_or(path);
        let ours = path.starts_with("gort_runtime::");
        match (name, parts.next()) {
            ("Object", _) if ours => "interface {}".into(),
            ("Error", _) if ours => "error".into(),
            ("Stringer" | "GoStringer", _) if ours => format!("fmt.{name}").into(),
            // A module below the crate's root is a package; the root is `main`.
            (_, Some(module)) if parts.next().is_some() => format!("{module}.{name}").into(),
            _ => format!("main.{name}").into(),
        }
    }
}

impl<T: ?Sized> Iface<T> {
    /// The interface value of a shared object.
    #[inline]
    pub const fn from_arc(object: Arc<T>) -> Self {
        Iface(Some(object))
    }

    /// The nil interface value.
    #[inline]
    pub const fn nil() -> Self {
        Iface(None)
    }

    /// Whether this is nil.
    #[inline]
    pub fn is_nil(&self) -> bool {
        self.0.is_none()
    }

    /// The interface value for a method value, which keeps it.
    ///
    /// # Panics
    /// With Go's nil dereference if this is nil.
    #[inline]
    pub fn non_nil(self) -> Self {
        if self.is_nil() {
            nil_dereference();
        }
        self
    }

    /// The shared object, `None` when nil.
    #[inline]
    pub fn as_arc(&self) -> Option<&Arc<T>> {
        self.0.as_ref()
    }
}

impl<T: ?Sized + Object> Iface<T> {
    /// The same value as `any`.
    #[inline]
    pub fn to_any(&self) -> Any {
        Iface(self.0.clone().map(|object| object.into_object()))
    }

    /// Converts to another interface that the dynamic type is known to implement; nil stays nil.
    ///
    /// # Panics
    /// If the dynamic type does not list the interface in its `#[go(value(…))]` or `#[go(pointer(…))]`.
    pub fn cast<U: ?Sized + Object>(&self) -> Iface<U> {
        if self.is_nil() {
            return Iface::nil();
        }
        self.assert_iface::<U>(&T::iface_name(), &U::iface_name(), "")
    }

    /// The type assertion `v, ok := x.(I)`; `None` when it does not hold.
    pub fn try_cast<U: ?Sized + Object>(&self) -> Option<Iface<U>> {
        let object = self.0.clone()?;
        let want = TypeId::of::<Iface<U>>();
        // To its own type or to `any` there is nothing to ask.
        let boxed: Box<dyn core::any::Any> = if want == TypeId::of::<Iface<T>>() {
            Box::new(self.clone())
        } else if want == TypeId::of::<Any>() {
            Box::new(Iface(Some(object.into_object())))
        } else {
            object.cast_object(TypeId::of::<U>())?
        };
        boxed.downcast().ok().map(|iface| *iface)
    }

    /// The type assertion `x.(I)`; the names are for the panic's text.
    ///
    /// # Panics
    /// With Go's text when it does not hold.
    pub fn assert_iface<U: ?Sized + Object>(&self, static_name: &str, want_name: &str, method: &str) -> Iface<U> {
        match self.try_cast() {
            Some(iface) => iface,
            None => self.assertion_failed(static_name, want_name, Some(method)),
        }
    }

    /// The value if the dynamic type is `U`.
    pub fn downcast<U: GoType>(&self) -> Option<U> {
        self.to_any_ref()
            .and_then(|object| object.downcast_ref::<U>().cloned())
            .or_else(|| U::go_unbox(&self.to_any()))
    }

    pub(super) fn downcast_exact<U: GoType>(&self) -> Option<U> {
        self.to_any_ref()?.downcast_ref::<U>().cloned()
    }

    fn to_any_ref(&self) -> Option<&dyn core::any::Any> {
        self.0.as_ref().map(|object| object.as_any())
    }

    /// Whether the dynamic type is `U`.
    pub fn is<U: GoType>(&self) -> bool {
        self.downcast::<U>().is_some()
    }

    /// The type assertion `x.(T)` of an `any`.
    ///
    /// # Panics
    /// With Go's text when it does not hold.
    pub fn assert<U: GoType>(&self) -> U {
        self.assert_as(&T::iface_name())
    }

    /// The type assertion `x.(T)` of an interface with the given name.
    ///
    /// # Panics
    /// With Go's text when it does not hold.
    pub fn assert_as<U: GoType>(&self, static_name: &str) -> U {
        match self.downcast() {
            Some(value) => value,
            None => self.assertion_failed(
                static_name,
                &U::type_name(),
                (U::kind() == Kind::Interface).then_some(""),
            ),
        }
    }

    #[cold]
    fn assertion_failed(&self, static_name: &str, want: &str, interface: Option<&str>) -> ! {
        type_assertion_error(match &self.0 {
            None => {
                let static_name = if interface.is_some() { "interface" } else { static_name };
                format!("interface conversion: {static_name} is nil, not {want}")
            }
            Some(object) if interface.is_some() => {
                let method = interface.unwrap_or_default();
                let dynamic = object.object_type_name();
                format!("interface conversion: {dynamic} is not {want}: missing method {method}")
                    .trim_end()
                    .to_owned()
            }
            Some(object) => {
                let dynamic = object.object_type_name();
                let scopes = if dynamic == want {
                    " (types from different scopes)"
                } else {
                    ""
                };
                format!("interface conversion: {static_name} is {dynamic}, not {want}{scopes}")
            }
        })
    }

    /// The dynamic type's name; `<nil>` for nil.
    pub fn dynamic_type_name(&self) -> Cow<'static, str> {
        self.0
            .as_ref()
            .map_or("<nil>".into(), |object| object.object_type_name())
    }

    /// The value's structure, one level deep.
    pub fn describe(&self) -> Describe {
        self.0.as_ref().map_or(Describe::Nil, |object| object.describe_object())
    }
}

impl<T: ?Sized> Deref for Iface<T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        match &self.0 {
            Some(object) => object,
            None => nil_dereference(),
        }
    }
}

impl<T: ?Sized> Clone for Iface<T> {
    #[inline]
    fn clone(&self) -> Self {
        Iface(self.0.clone())
    }
}

impl<T: ?Sized> Default for Iface<T> {
    fn default() -> Self {
        Iface(None)
    }
}

impl<T: ?Sized + Object> PartialEq for Iface<T> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => a.eq_object(&*b.clone().into_object()),
            (None, None) => true,
            _ => false,
        }
    }
}

impl<T: ?Sized + Object> fmt::Debug for Iface<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iface({})", self.dynamic_type_name())
    }
}

impl<T: ?Sized + Object> Value for Iface<T> {
    type Cell = Cell<Iface<T>>;
    #[inline]
    fn zero() -> Self {
        Iface(None)
    }
    fn go_size() -> usize {
        16
    }
}

impl<T: ?Sized + Object> GoType for Iface<T> {
    fn type_name() -> Cow<'static, str> {
        T::iface_name()
    }
    fn kind() -> Kind {
        Kind::Interface
    }
    fn go_eq(&self, other: &Self) -> bool {
        self == other
    }
    fn go_hash(&self, h: &mut dyn Hasher) {
        if let Some(object) = &self.0 {
            h.write(object.object_type_name().as_bytes());
            object.hash_object(h);
        }
    }
    fn go_describe(&self) -> Describe {
        self.describe()
    }
    fn go_box(self) -> Any {
        self.to_any()
    }
    fn go_unbox(any: &Any) -> Option<Self> {
        any.try_cast()
    }
}

impl<T: ?Sized + Object> GoKey for Iface<T> {
    fn key_eq(&self, other: &Self) -> bool {
        self == other
    }
    fn key_hash<H: Hasher>(&self, h: &mut H) {
        let h: &mut dyn Hasher = &mut *h;
        self.go_hash(h);
    }
}

/// The interface value of an object: `iface!(circle => dyn Shape)`.
#[macro_export]
macro_rules! iface {
    ($value:expr => $iface:ty) => {
        $crate::value::Iface::<$iface>::from_arc(::std::sync::Arc::new($value) as ::std::sync::Arc<$iface>)
    };
}
