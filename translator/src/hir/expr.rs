//! Expressions of the HIR: values, calls and conversions.
//!
//! In: built by `lower`. Out: read by everything behind it.
//! Invariants: those of the [room](super).

use super::{ExprId, FuncId, GlobalId, LocalId};
use crate::load::EmbeddedFile;
use crate::source::Span;
use crate::syntax::ast::BinaryOp;
use crate::types::{ConstValue, ObjId, TypeId};
use std::sync::Arc;

/// A list of values, one for each place that takes one.
#[derive(Debug, Default)]
pub struct Values {
    /// A call of several results (or a comma-ok form) that is evaluated first; the items then hold its components.
    pub tuple: Option<Expr>,
    /// The values; with `tuple`, each is a `TupleElem`, perhaps under a conversion.
    pub items: Vec<Expr>,
}

impl Values {
    /// All expressions in evaluation order.
    pub fn iter(&self) -> impl Iterator<Item = &Expr> {
        self.tuple.iter().chain(&self.items)
    }
    /// The components of the tuple are taken as they are.
    pub fn is_plain_tuple(&self) -> bool {
        self.tuple.is_some() && self.items.iter().all(|e| matches!(e.kind, ExprKind::TupleElem(_)))
    }
}

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// Its key in side tables.
    pub id: ExprId,
    /// Its type; a tuple for a call of several results or a comma-ok form.
    pub ty: TypeId,
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Debug)]
pub enum ExprKind {
    /// A folded constant; `named` when the source says a constant's name.
    Const {
        /// Its value.
        value: ConstValue,
        /// The named constant.
        named: Option<ObjId>,
        /// The literal as written.
        text: Option<Arc<str>>,
    },
    /// The component of that index of the enclosing `Values::tuple`.
    TupleElem(usize),
    /// The zero value of the expression's type (`nil` included).
    Zero,
    /// A local variable.
    Local(LocalId),
    /// A package-level variable of the user's.
    Global(GlobalId),
    /// A package-level variable of the library.
    LibVar(ObjId),
    /// A declared function as a value.
    Func {
        /// The function.
        func: FuncId,
        /// Its type arguments.
        type_args: Vec<TypeId>,
    },
    /// A library function as a value.
    LibFunc {
        /// The function.
        obj: ObjId,
        /// Its type arguments.
        type_args: Vec<TypeId>,
    },
    /// A function literal.
    FuncLit(FuncId),
    /// `-x`, `!x`, `^x`
    Unary(UnaryOp, Box<Expr>),
    /// Operands of one type, but for shifts.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `x.f` where `x` is of struct type (a place or a value).
    Field {
        /// Of struct type.
        base: Box<Expr>,
        /// Into the struct's fields.
        index: usize,
    },
    /// `*p`, also the implicit one.
    Deref(Box<Expr>),
    /// `a[i]` of an array, a slice, a string or a map; a pointer to an array is dereferenced first.
    Index {
        /// The container.
        base: Box<Expr>,
        /// Of integer type, or of the map's key type.
        index: Box<Expr>,
    },
    /// `a[lo:hi:max]`; an array operand is a place.
    Slice {
        /// The container.
        base: Box<Expr>,
        /// Lower bound.
        low: Option<Box<Expr>>,
        /// Upper bound.
        high: Option<Box<Expr>>,
        /// Bound of the capacity.
        max: Option<Box<Expr>>,
    },
    /// `&place`, also the implicit one of a method call.
    AddrOf(Box<Expr>),
    /// `&T{…}` and `new(T)`.
    New(Box<Expr>),
    /// A call.
    Call(Box<Call>),
    /// `x.M` as a value, the receiver bound.
    MethodValue {
        /// What is bound; adjusted as for a call.
        recv: Box<Expr>,
        /// The method.
        method: Method,
    },
    /// `T.M` as a function.
    MethodExpr {
        /// The type before the dot.
        recv: TypeId,
        /// The method.
        method: Method,
        /// The promotion from the receiver to the method's own receiver, applied to it in a literal.
        path: Vec<usize>,
    },
    /// A conversion that the source or assignability asks for.
    Convert(Conversion, Box<Expr>),
    /// `x.(T)`; of tuple type in its comma-ok form.
    TypeAssert {
        /// An interface value.
        x: Box<Expr>,
        /// The type asserted.
        target: TypeId,
        /// The comma-ok form.
        comma_ok: bool,
    },
    /// `v, ok := m[k]`, of tuple type.
    MapIndexOk {
        /// The map.
        map: Box<Expr>,
        /// The key.
        key: Box<Expr>,
    },
    /// `<-ch`; of tuple type in its comma-ok form.
    Recv {
        /// The channel.
        channel: Box<Expr>,
        /// The comma-ok form.
        comma_ok: bool,
    },
    /// `S{…}`: fields by index.
    StructLit(Vec<(usize, Expr)>),
    /// `[n]T{…}`, `[]T{…}`: elements with their indices in order, and the length.
    ArrayLit {
        /// Index and value.
        elems: Vec<(u64, Expr)>,
        /// The length.
        len: u64,
    },
    /// `map[K]V{…}`
    MapLit(Vec<(Expr, Expr)>),
    /// What could not be lowered; a diagnostic says why.
    Unsupported(&'static str),
    /// What files hold, as a string, as bytes or as the library's type for many.
    Embedded(Vec<EmbeddedFile>),
}

/// A unary operator that is an operation on values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-x`
    Neg,
    /// `!x`
    Not,
    /// `^x`
    Xor,
}

/// What a conversion does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// Between types of identical underlying types; also channel directions.
    Rename,
    /// Between numbers.
    Numeric,
    /// `string(rune)`
    RuneToString,
    /// `string(bytes)`
    BytesToString,
    /// `string(runes)`
    RunesToString,
    /// `[]byte(s)`
    StringToBytes,
    /// `[]rune(s)`
    StringToRunes,
    /// A concrete value into an interface.
    ToInterface,
    /// From an interface to one that it is known to implement.
    InterfaceToInterface,
    /// A slice to an array.
    SliceToArray,
    /// A slice to an array pointer.
    SliceToArrayPointer,
    /// To or from a type parameter.
    TypeParam,
}

/// A call.
#[derive(Debug)]
pub struct Call {
    /// What is called.
    pub callee: Callee,
    /// Without the receiver. A variadic parameter's arguments are packed (`ArrayLit` of slice type) unless passed with `...`.
    pub args: Values,
    /// The variadic arguments were packed by lowering: the last argument is an `ArrayLit` (or `Zero` when there were none).
    pub packed: bool,
}

/// What is called.
#[derive(Debug)]
pub enum Callee {
    /// A declared function.
    Func {
        /// The function.
        func: FuncId,
        /// Its type arguments.
        type_args: Vec<TypeId>,
    },
    /// A method; the receiver is of the method's own receiver type (dereferenced or address taken).
    Method {
        /// The receiver.
        recv: Expr,
        /// The method.
        method: Method,
    },
    /// A library function.
    Lib {
        /// The function.
        obj: ObjId,
        /// Its type arguments.
        type_args: Vec<TypeId>,
    },
    /// A function value.
    Value(Expr),
    /// A function of the universe or of `unsafe`.
    Builtin(Builtin),
}

/// A method as a callee.
#[derive(Debug, Clone)]
pub enum Method {
    /// Of one of the user's types.
    User(FuncId),
    /// Of a library type (concrete).
    Lib(ObjId),
    /// Of an interface (or of a type parameter's constraint): dynamic.
    Interface {
        /// The method's object.
        obj: ObjId,
        /// The interface or type parameter it is called through.
        iface: TypeId,
    },
}

/// A predeclared function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Builtin {
    Append,
    /// `append(bytes, string...)`
    AppendString,
    Cap,
    Clear,
    Close,
    Complex,
    Copy,
    /// `copy(bytes, string)`
    CopyString,
    Delete,
    Imag,
    Len,
    /// `make`; the type is the call's.
    Make,
    Max,
    Min,
    Panic,
    Print,
    Println,
    Real,
    Recover,
    /// Anything of `unsafe` that is not constant.
    Unsafe,
}
