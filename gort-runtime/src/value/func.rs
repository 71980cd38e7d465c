//! Go's function values: nilable, shared, comparable with nil only.

use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::hash::Hasher;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use super::{Cell, Describe, GoType, Kind, Value, uncomparable, unhashable};
use crate::panic::nil_dereference;

/// A boxed future that may move between threads: what suspending function values return.
pub type BoxFuture<'a, T = ()> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A Go function value; `F` is `dyn Fn(A) -> R + Send + Sync`.
pub struct Func<F: ?Sized>(Option<Arc<F>>);

impl<F: ?Sized> Func<F> {
    /// The function value of a shared closure.
    #[inline]
    pub const fn from_arc(f: Arc<F>) -> Self {
        Func(Some(f))
    }

    /// The nil function.
    #[inline]
    pub const fn nil() -> Self {
        Func(None)
    }

    /// Whether this is nil.
    #[inline]
    pub fn is_nil(&self) -> bool {
        self.0.is_none()
    }

    /// The closure's address, 0 when nil.
    pub fn addr(&self) -> usize {
        self.0.as_ref().map_or(0, |f| Arc::as_ptr(f) as *const () as usize)
    }
}

impl<F: ?Sized> Deref for Func<F> {
    type Target = F;
    #[inline]
    fn deref(&self) -> &F {
        match &self.0 {
            Some(f) => f,
            None => nil_dereference(),
        }
    }
}

impl<F: ?Sized> Clone for Func<F> {
    #[inline]
    fn clone(&self) -> Self {
        Func(self.0.clone())
    }
}

impl<F: ?Sized> Default for Func<F> {
    fn default() -> Self {
        Func(None)
    }
}

impl<F: ?Sized> fmt::Debug for Func<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.addr())
    }
}

impl<F: ?Sized + Send + Sync + 'static> Value for Func<F> {
    type Cell = Cell<Func<F>>;
    #[inline]
    fn zero() -> Self {
        Func(None)
    }
    fn go_size() -> usize {
        8
    }
}

/// The trait object types that Go function types become.
pub trait FuncType: Send + Sync + 'static {
    /// The Go name: `func(int) string`.
    fn func_name() -> Cow<'static, str>;
}

impl<F: ?Sized + FuncType> GoType for Func<F> {
    fn type_name() -> Cow<'static, str> {
        F::func_name()
    }
    fn kind() -> Kind {
        Kind::Func
    }
    fn go_eq(&self, _: &Self) -> bool {
        uncomparable::<Self>()
    }
    fn go_hash(&self, _: &mut dyn Hasher) {
        unhashable::<Self>()
    }
    fn go_describe(&self) -> Describe {
        Describe::Func(self.addr())
    }
}

/// What can be called once without arguments: a closure, or a Go function value.
pub trait Callback: Send + 'static {
    /// Calls it.
    fn call(self);
}

impl<F: FnOnce() + Send + 'static> Callback for F {
    fn call(self) {
        self();
    }
}

impl Callback for Fn0 {
    fn call(self) {
        self();
    }
}

/// What a function can return: a Go type, nothing, several values, or a future of those.
pub trait FuncOut {
    /// The results as in Go, with the parentheses that several need.
    fn results() -> Cow<'static, str>;
}

impl<T: GoType> FuncOut for T {
    fn results() -> Cow<'static, str> {
        if TypeId::of::<T>() == TypeId::of::<()>() {
            "".into()
        } else {
            T::type_name()
        }
    }
}

impl<T: FuncOut> FuncOut for BoxFuture<'static, T> {
    fn results() -> Cow<'static, str> {
        T::results()
    }
}

macro_rules! tuple_results {
    ($($t:ident)*) => {
        impl<$($t: GoType),*> FuncOut for ($($t,)*) {
            fn results() -> Cow<'static, str> {
                format!("({})", [$($t::type_name()),*].join(", ")).into()
            }
        }
    };
}
tuple_results!(A B);
tuple_results!(A B C);
tuple_results!(A B C D);
tuple_results!(A B C D E);
tuple_results!(A B C D E F);
tuple_results!(A B C D E F G);
tuple_results!(A B C D E F G H);

macro_rules! functions {
    ($($alias:ident $make:ident ($($p:ident)*);)*) => {$(
        #[doc = concat!("A Go function value; the constructor is [`", stringify!($make), "`].")]
        pub type $alias<$($p,)* R = ()> = Func<dyn Fn($($p),*) -> R + Send + Sync>;

        /// The function value of a closure.
        #[inline]
        pub fn $make<$($p: 'static,)* R: 'static>(
            f: impl Fn($($p),*) -> R + Send + Sync + 'static,
        ) -> $alias<$($p,)* R> {
            Func::from_arc(Arc::new(f))
        }

        impl<$($p: GoType,)* R: FuncOut + 'static> FuncType for dyn Fn($($p),*) -> R + Send + Sync {
            fn func_name() -> Cow<'static, str> {
                let params: &[Cow<'static, str>] = &[$($p::type_name()),*];
                let name = format!("func({}) {}", params.join(", "), R::results());
                name.trim_end().to_owned().into()
            }
        }
    )*};
}
functions! {
    Fn0 fn0 ();
    Fn1 fn1 (A);
    Fn2 fn2 (A B);
    Fn3 fn3 (A B C);
    Fn4 fn4 (A B C D);
    Fn5 fn5 (A B C D E);
    Fn6 fn6 (A B C D E F);
    Fn7 fn7 (A B C D E F G);
    Fn8 fn8 (A B C D E F G H);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{GoString, str};

    #[test]
    fn functions_are_called_and_named() {
        let f: Fn2<i64, GoString, (i64, GoString)> = fn2(|a, b| (a + 1, b));
        assert_eq!(f(1, str("x")), (2, str("x")));
        assert_eq!(
            <Fn2<i64, GoString, (i64, GoString)>>::type_name(),
            "func(int, string) (int, string)"
        );
        assert_eq!(<Fn0>::type_name(), "func()");
        assert_eq!(<Fn1<f64, BoxFuture<'static, i64>>>::type_name(), "func(float64) int");
        let g: Fn1<f64, BoxFuture<'static, i64>> =
            fn1(|f: f64| -> BoxFuture<'static, i64> { Box::pin(async move { f as i64 }) });
        assert!(!g.is_nil());
    }
}
