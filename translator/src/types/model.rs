//! What a Go type and a Go object are: plain data, close to `go/types`.
//!
//! In: made by the checker. Out: read through `TypeStore`.
//! Invariants: the ids of the basic types are constants; aliases are resolved, there is no alias type; structural types
//! other than structs and interfaces are hash-consed, a struct or interface is one id per place it is written.

use super::constant::ConstValue;
use crate::source::Span;
use crate::syntax::ast::Name;
use std::sync::Arc;

/// A type of a `TypeStore`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct TypeId(pub u32);

/// An object of a `TypeStore`: anything a Go name can stand for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ObjId(pub u32);

/// A package of a `Program`, also those of the standard library.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct PackageId(pub u32);

/// The predeclared basic types; `TypeId(kind as u32)` is the type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u32)]
#[allow(missing_docs)]
pub enum BasicKind {
    Invalid,
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    Float32,
    Float64,
    Complex64,
    Complex128,
    String,
    UnsafePointer,
    UntypedBool,
    UntypedInt,
    UntypedRune,
    UntypedFloat,
    UntypedComplex,
    UntypedString,
    UntypedNil,
}

impl BasicKind {
    /// All kinds in the order of their ids.
    pub const ALL: [BasicKind; 26] = {
        use BasicKind::*;
        [
            Invalid,
            Bool,
            Int,
            Int8,
            Int16,
            Int32,
            Int64,
            Uint,
            Uint8,
            Uint16,
            Uint32,
            Uint64,
            Uintptr,
            Float32,
            Float64,
            Complex64,
            Complex128,
            String,
            UnsafePointer,
            UntypedBool,
            UntypedInt,
            UntypedRune,
            UntypedFloat,
            UntypedComplex,
            UntypedString,
            UntypedNil,
        ]
    };

    /// The type of this kind.
    pub const fn id(self) -> TypeId {
        TypeId(self as u32)
    }

    /// The name as in messages.
    pub fn name(self) -> &'static str {
        use BasicKind::*;
        match self {
            Invalid => "invalid type",
            Bool => "bool",
            Int => "int",
            Int8 => "int8",
            Int16 => "int16",
            Int32 => "int32",
            Int64 => "int64",
            Uint => "uint",
            Uint8 => "uint8",
            Uint16 => "uint16",
            Uint32 => "uint32",
            Uint64 => "uint64",
            Uintptr => "uintptr",
            Float32 => "float32",
            Float64 => "float64",
            Complex64 => "complex64",
            Complex128 => "complex128",
            String => "string",
            UnsafePointer => "unsafe.Pointer",
            UntypedBool => "untyped bool",
            UntypedInt => "untyped int",
            UntypedRune => "untyped rune",
            UntypedFloat => "untyped float",
            UntypedComplex => "untyped complex",
            UntypedString => "untyped string",
            UntypedNil => "untyped nil",
        }
    }

    /// Typed or untyped boolean.
    ///
    /// Spec: Boolean types.
    pub fn is_boolean(self) -> bool {
        matches!(self, BasicKind::Bool | BasicKind::UntypedBool)
    }
    /// Any integer, also untyped int and rune.
    ///
    /// Spec: Numeric types.
    pub fn is_integer(self) -> bool {
        (self >= BasicKind::Int && self <= BasicKind::Uintptr)
            || matches!(self, BasicKind::UntypedInt | BasicKind::UntypedRune)
    }
    /// An unsigned integer.
    ///
    /// Spec: Numeric types.
    pub fn is_unsigned(self) -> bool {
        self >= BasicKind::Uint && self <= BasicKind::Uintptr
    }
    /// Any float.
    ///
    /// Spec: Numeric types.
    pub fn is_float(self) -> bool {
        matches!(self, BasicKind::Float32 | BasicKind::Float64 | BasicKind::UntypedFloat)
    }
    /// Any complex.
    ///
    /// Spec: Numeric types.
    pub fn is_complex(self) -> bool {
        matches!(
            self,
            BasicKind::Complex64 | BasicKind::Complex128 | BasicKind::UntypedComplex
        )
    }
    /// Integer, float or complex.
    ///
    /// Spec: Numeric types.
    pub fn is_numeric(self) -> bool {
        self.is_integer() || self.is_float() || self.is_complex()
    }
    /// Typed or untyped string.
    ///
    /// Spec: String types.
    pub fn is_string(self) -> bool {
        matches!(self, BasicKind::String | BasicKind::UntypedString)
    }
    /// An untyped kind, also nil.
    pub fn is_untyped(self) -> bool {
        self >= BasicKind::UntypedBool
    }
    /// What `<` takes.
    ///
    /// Spec: Comparison operators.
    pub fn is_ordered(self) -> bool {
        self.is_integer() || self.is_float() || self.is_string()
    }
    /// What a constant may be of.
    ///
    /// Spec: Constants; Constant expressions.
    pub fn is_const_type(self) -> bool {
        self.is_boolean() || self.is_numeric() || self.is_string()
    }
}

#[allow(missing_docs)]
impl TypeId {
    pub const INVALID: TypeId = BasicKind::Invalid.id();
    pub const BOOL: TypeId = BasicKind::Bool.id();
    pub const INT: TypeId = BasicKind::Int.id();
    pub const INT32: TypeId = BasicKind::Int32.id();
    pub const UINT: TypeId = BasicKind::Uint.id();
    pub const UINT8: TypeId = BasicKind::Uint8.id();
    pub const UINTPTR: TypeId = BasicKind::Uintptr.id();
    pub const FLOAT32: TypeId = BasicKind::Float32.id();
    pub const FLOAT64: TypeId = BasicKind::Float64.id();
    pub const COMPLEX64: TypeId = BasicKind::Complex64.id();
    pub const COMPLEX128: TypeId = BasicKind::Complex128.id();
    pub const STRING: TypeId = BasicKind::String.id();
    pub const UNSAFE_POINTER: TypeId = BasicKind::UnsafePointer.id();
    pub const UNTYPED_BOOL: TypeId = BasicKind::UntypedBool.id();
    pub const UNTYPED_INT: TypeId = BasicKind::UntypedInt.id();
    pub const UNTYPED_RUNE: TypeId = BasicKind::UntypedRune.id();
    pub const UNTYPED_FLOAT: TypeId = BasicKind::UntypedFloat.id();
    pub const UNTYPED_COMPLEX: TypeId = BasicKind::UntypedComplex.id();
    pub const UNTYPED_STRING: TypeId = BasicKind::UntypedString.id();
    pub const UNTYPED_NIL: TypeId = BasicKind::UntypedNil.id();
    /// `error`.
    pub const ERROR: TypeId = TypeId(26);
    /// The empty interface that `any` names.
    pub const ANY: TypeId = TypeId(27);
    /// `comparable`.
    pub const COMPARABLE: TypeId = TypeId(28);
    /// The empty tuple: what a call without results has.
    pub const EMPTY_TUPLE: TypeId = TypeId(29);
    /// `interface{ String() string }`, which printing asks every value for.
    pub const STRINGER: TypeId = TypeId(30);
    /// `interface{ GoString() string }`
    pub const GO_STRINGER: TypeId = TypeId(31);
    /// `interface{ Unwrap() error }`
    pub const UNWRAP: TypeId = TypeId(32);
    /// `interface{ Unwrap() []error }`
    pub const UNWRAP_ALL: TypeId = TypeId(33);
    /// `interface{ Is(error) bool }`
    pub const IS: TypeId = TypeId(34);
    /// Interfaces that the library asks any value for without naming them in a signature.
    pub const IMPLICIT: [TypeId; 5] = [
        TypeId::STRINGER,
        TypeId::GO_STRINGER,
        TypeId::UNWRAP,
        TypeId::UNWRAP_ALL,
        TypeId::IS,
    ];
}

/// A type.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Type {
    Basic(BasicKind),
    Named(Named),
    Pointer(TypeId),
    Slice(TypeId),
    /// A negative length stands for one that is in error.
    Array(i64, TypeId),
    Map(TypeId, TypeId),
    Chan(ChanDir, TypeId),
    Struct(Struct),
    Tuple(Vec<TypeId>),
    Signature(Signature),
    Interface(Interface),
    TypeParam(TypeParam),
    /// Only as an embedded element of an interface.
    Union(Vec<Term>),
}

pub use crate::syntax::ast::ChanDir;

/// A defined type or an instance of a generic one.
#[derive(Clone, Debug)]
pub struct Named {
    /// The type's name. An instance shares its origin's.
    pub obj: ObjId,
    /// The generic type this is an instance of.
    pub origin: Option<TypeId>,
    /// The type parameters of a generic type.
    pub type_params: Vec<TypeId>,
    /// The type arguments of an instance.
    pub type_args: Vec<TypeId>,
    /// Missing until resolved; ask `TypeStore::underlying`.
    pub underlying: Option<TypeId>,
    /// Declared methods in source order; for an instance ask `TypeStore::methods`.
    pub methods: Vec<ObjId>,
}

/// A struct type.
#[derive(Clone, Debug, Default)]
pub struct Struct {
    /// Field objects in order; name, type and embeddedness are theirs.
    pub fields: Vec<ObjId>,
    /// Tags, parallel to `fields`, empty when there is none.
    pub tags: Vec<Arc<str>>,
}

/// A function type. Parameter names are not part of it: `FuncDecl`'s identifiers have them in `Info::defs`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Signature {
    /// The type parameters of a generic function.
    pub type_params: Vec<TypeId>,
    /// The receiver's type; ignored for identity and never set in the type of a method value.
    pub recv: Option<TypeId>,
    /// Parameters' types; the last is a slice when variadic.
    pub params: Vec<TypeId>,
    /// Results' types.
    pub results: Vec<TypeId>,
    /// The last parameter is `...T`.
    pub variadic: bool,
}

/// An interface type as written; `TypeStore::type_set` has all methods.
#[derive(Clone, Debug, Default)]
pub struct Interface {
    /// Methods written in it, function objects.
    pub methods: Vec<ObjId>,
    /// Embedded interfaces, types and unions.
    pub embeddeds: Vec<TypeId>,
    /// Made for a constraint literal such as `~int | ~string`.
    pub implicit: bool,
    /// It is the universe's `comparable`.
    pub comparable: bool,
}

/// A type parameter.
#[derive(Clone, Debug)]
pub struct TypeParam {
    /// Its name.
    pub obj: ObjId,
    /// Its place in the list.
    pub index: usize,
    /// Its constraint as written.
    pub constraint: TypeId,
}

/// `T` or `~T` in a union.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Term {
    /// `~`.
    pub tilde: bool,
    /// The type.
    pub ty: TypeId,
}

/// What an interface stands for.
#[derive(Clone, Debug, Default)]
pub struct TypeSet {
    /// All methods, own and embedded, sorted by name.
    pub methods: Vec<ObjId>,
    /// The types in the set; nothing means all types.
    pub terms: Option<Vec<Term>>,
    /// Only comparable types are in the set.
    pub comparable: bool,
}

/// An object: what a name stands for.
#[derive(Clone, Debug)]
pub struct Object {
    /// What it is.
    pub kind: ObjKind,
    /// Its name; `_` too.
    pub name: Name,
    /// Its package; missing for the universe's.
    pub pkg: Option<PackageId>,
    /// Its type; `TypeId::INVALID` until resolved and for what has none.
    pub ty: TypeId,
    /// Where it is declared; missing for the universe's and made-up ones.
    pub span: Option<Span>,
    /// Declared at package level.
    pub package_level: bool,
    /// For a field or method of an instance: the generic one it comes from.
    pub origin: Option<ObjId>,
}

impl Object {
    /// Whether the name is exported.
    pub fn exported(&self) -> bool {
        is_exported(&self.name)
    }
    /// Whether it is a variable.
    pub fn is_var(&self) -> bool {
        matches!(self.kind, ObjKind::Var(_))
    }
}

/// Whether a name starts with an upper case letter.
///
/// Spec: Exported identifiers.
pub fn is_exported(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}

/// What kind of object.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum ObjKind {
    /// An imported package's name in a file.
    PkgName {
        imported: PackageId,
    },
    Const {
        value: Option<Arc<ConstValue>>,
    },
    TypeName {
        alias: bool,
    },
    Var(VarKind),
    /// `recv` is the receiver's named type (origin) or interface for methods.
    Func {
        is_method: bool,
        ptr_recv: bool,
    },
    Label,
    Builtin(BuiltinId),
    Nil,
}

/// What kind of variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs)]
pub enum VarKind {
    Global,
    Local,
    Param,
    Result,
    Receiver,
    Field,
    EmbeddedField,
}

/// The predeclared functions and those of `unsafe`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs)]
pub enum BuiltinId {
    Append,
    Cap,
    Clear,
    Close,
    Complex,
    Copy,
    Delete,
    Imag,
    Len,
    Make,
    Max,
    Min,
    New,
    Panic,
    Print,
    Println,
    Real,
    Recover,
    UnsafeAdd,
    UnsafeAlignof,
    UnsafeOffsetof,
    UnsafeSizeof,
    UnsafeSlice,
    UnsafeSliceData,
    UnsafeString,
    UnsafeStringData,
}
