//! The typed, desugared program that the analyses, the plan and the emission read.
//!
//! In: `lower` builds it from the syntax tree and the checker's tables. Out: a tree in which every name is resolved,
//! every implicit step (dereference, promotion through embedded fields, address-of for a method call, conversion to an
//! interface) is explicit, and every constant is folded.
//! Invariants: it never changes after lowering; facts about it are side tables keyed by its ids; it knows nothing of
//! how a value is represented in Rust.

mod expr;
pub mod lower;
pub mod visit;

pub use expr::{Builtin, Call, Callee, Conversion, Expr, ExprKind, Method, UnaryOp, Values};

use crate::source::{FileId, Span};
use crate::syntax::ast::{BinaryOp, ChanDir};
use crate::types::{ConstValue, ObjId, TypeId};
use std::sync::Arc;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name(pub u32);
        impl $name {
            /// As an index into the table it belongs to.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A function, method or function literal.
    FuncId
    /// A parameter, result or local variable; unique in the whole program.
    LocalId
    /// A package-level variable.
    GlobalId
    /// An expression; unique in the whole program.
    ExprId
    /// A statement that a `break`, `continue` or `goto` may name.
    LabelId
    /// A package.
    PackageId
}

/// Everything that one translation covers.
#[derive(Debug, Default)]
pub struct Program {
    /// In dependency order.
    pub packages: Vec<Package>,
    /// By `FuncId`.
    pub funcs: Vec<Func>,
    /// By `LocalId`.
    pub locals: Vec<Local>,
    /// By `GlobalId`.
    pub globals: Vec<Global>,
    /// By `LabelId`: the name that the source gave it, if any.
    pub labels: Vec<Option<Arc<str>>>,
    /// How many `ExprId`s were given out.
    pub expr_count: u32,
}

impl Program {
    /// The function of that id.
    pub fn func(&self, id: FuncId) -> &Func {
        &self.funcs[id.index()]
    }
    /// The local of that id.
    pub fn local(&self, id: LocalId) -> &Local {
        &self.locals[id.index()]
    }
    /// The global of that id.
    pub fn global(&self, id: GlobalId) -> &Global {
        &self.globals[id.index()]
    }
}

/// One Go package of the user's.
#[derive(Debug)]
pub struct Package {
    /// The import path.
    pub path: Arc<str>,
    /// The name in its package clauses.
    pub name: Arc<str>,
    /// In the order of their names.
    pub files: Vec<File>,
    /// Package-level variables with their initial values, in initialisation order.
    pub inits: Vec<GlobalInit>,
    /// The `init` functions in source order.
    pub init_funcs: Vec<FuncId>,
    /// `func main` of package `main`.
    pub main: Option<FuncId>,
    /// Loop variables of three-clause loops are one per iteration (Go 1.22).
    pub per_iteration_loops: bool,
}

/// `var a, b = f()`.
#[derive(Debug)]
pub struct GlobalInit {
    /// `None` stands for the blank identifier.
    pub lhs: Vec<Option<GlobalId>>,
    /// One expression; a call of several results where `lhs` is longer.
    pub value: Expr,
    /// The declaration.
    pub span: Span,
}

/// One source file.
#[derive(Debug)]
pub struct File {
    /// Into the source map.
    pub id: FileId,
    /// The package clause; comments before it are the file's own.
    pub package_clause: Span,
    /// In source order.
    pub items: Vec<Item>,
}

/// A declaration at package level.
#[derive(Debug)]
pub enum Item {
    /// One spec of a `const` declaration.
    Const(ConstItem),
    /// One spec of a `var` declaration.
    Var(VarItem),
    /// One spec of a `type` declaration.
    Type(TypeItem),
    /// A function or method.
    Func(FuncId),
}

impl Item {
    /// Where it stands.
    pub fn span(&self, program: &Program) -> Span {
        match self {
            Item::Const(c) => c.span,
            Item::Var(v) => v.span,
            Item::Type(t) => t.span,
            Item::Func(f) => program.func(*f).span,
        }
    }
}

/// Constants of one spec.
#[derive(Debug, Clone)]
pub struct ConstItem {
    /// The names but blank ones.
    pub objs: Vec<ObjId>,
    /// The spec.
    pub span: Span,
}

/// Variables of one spec.
#[derive(Debug)]
pub struct VarItem {
    /// The names but blank ones.
    pub globals: Vec<GlobalId>,
    /// The spec.
    pub span: Span,
}

/// A named type, or an alias.
#[derive(Debug, Clone)]
pub struct TypeItem {
    /// The type name.
    pub obj: ObjId,
    /// What it denotes.
    pub ty: TypeId,
    /// `type A = B`.
    pub alias: bool,
    /// The spec.
    pub span: Span,
    /// The fields of a struct type in source order, for their comments: name and span.
    pub members: Vec<(Arc<str>, Span)>,
}

/// A package-level variable.
#[derive(Debug)]
pub struct Global {
    /// Its name.
    pub name: Arc<str>,
    /// Its object.
    pub obj: ObjId,
    /// Its type.
    pub ty: TypeId,
    /// The package it belongs to.
    pub package: PackageId,
    /// Its name's place.
    pub span: Span,
}

/// A parameter, result or local variable.
#[derive(Debug)]
pub struct Local {
    /// `_` for a blank or missing name.
    pub name: Arc<str>,
    /// Its type.
    pub ty: TypeId,
    /// What kind of variable it is.
    pub kind: LocalKind,
    /// The function (or literal) that declares it.
    pub func: FuncId,
    /// Its name's place.
    pub span: Span,
}

/// What kind of variable a `Local` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalKind {
    /// A method's receiver.
    Receiver,
    /// A parameter.
    Param,
    /// A result, named or not.
    Result,
    /// Declared by a statement.
    Variable,
    /// Declared by the init statement of a three-clause `for`.
    LoopVariable,
    /// Bound by a type switch's clause.
    TypeSwitch,
}

/// A function, method or function literal.
#[derive(Debug)]
pub struct Func {
    /// Its own id.
    pub id: FuncId,
    /// The declared name; empty for a literal.
    pub name: Arc<str>,
    /// The object; none for a literal.
    pub obj: Option<ObjId>,
    /// The package it is in.
    pub package: PackageId,
    /// The function that encloses a literal.
    pub parent: Option<FuncId>,
    /// The receiver; its type is `T` or `*T`.
    pub recv: Option<LocalId>,
    /// The parameters; the type of a variadic one is a slice.
    pub params: Vec<LocalId>,
    /// The last parameter is variadic.
    pub variadic: bool,
    /// The results, whether named or not.
    pub results: Vec<LocalId>,
    /// The results have names.
    pub named_results: bool,
    /// The type parameters, the receiver's included.
    pub type_params: Vec<TypeId>,
    /// The signature without the receiver.
    pub sig: TypeId,
    /// Missing when it is implemented outside Go, or when gort failed at it.
    pub body: Option<Block>,
    /// It is declared without a body.
    pub external: bool,
    /// There is a `defer` in the body itself (not in a literal inside).
    pub has_defer: bool,
    /// It is the body of a `range` over a function, and a `defer` in it is the enclosing function's.
    pub defers_outside: bool,
    /// There is a call of `recover` in the body itself.
    pub has_recover: bool,
    /// The whole declaration.
    pub span: Span,
    /// Its name, or `func`.
    pub name_span: Span,
}

/// Statements between braces.
#[derive(Debug)]
pub struct Block {
    /// In order.
    pub stmts: Vec<Stmt>,
    /// With the braces where there are any.
    pub span: Span,
}

/// A statement.
#[derive(Debug)]
pub struct Stmt {
    /// Where it stands.
    pub span: Span,
    /// What it does.
    pub kind: StmtKind,
}

/// What a statement does.
#[derive(Debug)]
pub enum StmtKind {
    /// Nothing.
    Empty,
    /// Declares variables: `x := e`, `var x T = e`, `var x T`; a `None` is blank or assigned elsewhere.
    Let {
        /// The new variables.
        lhs: Vec<Option<LocalId>>,
        /// As many as `lhs`, or none (zero values).
        init: Values,
    },
    /// `a, b = x, y`, and the mixed form of `:=`.
    Assign {
        /// Places; `None` is blank.
        lhs: Vec<Option<Expr>>,
        /// As many as `lhs`.
        rhs: Values,
        /// The variables among `lhs` that this statement declares (a `:=` that also assigns to older ones).
        declares: Vec<LocalId>,
    },
    /// `x op= y`, `x++`, `x--`.
    OpAssign {
        /// The place.
        place: Expr,
        /// The operator.
        op: BinaryOp,
        /// The other operand.
        value: Expr,
    },
    /// A call or a receive for its effect.
    Expr(Expr),
    /// `go f(x)`; the expression is a call.
    Go(Expr),
    /// `defer f(x)`; the expression is a call.
    Defer(Expr),
    /// `ch <- v`
    Send {
        /// The channel.
        channel: Expr,
        /// The value, of the channel's element type.
        value: Expr,
    },
    /// As many as the function has results, or none (named results as they are).
    Return(Values),
    /// Its init statement, if any, stands in a `Block` around it.
    If {
        /// The condition.
        cond: Expr,
        /// When it holds.
        then: Block,
        /// Otherwise: a block, or one that holds just another `If`.
        els: Option<Box<Stmt>>,
    },
    /// `for`, but not `range`.
    For(Box<For>),
    /// `for … range`.
    Range(Box<Range>),
    /// An expression switch.
    Switch(Box<Switch>),
    /// A type switch.
    TypeSwitch(Box<TypeSwitch>),
    /// `select`.
    Select(Box<Select>),
    /// `{ … }`, or what a scoped init statement opens.
    Block(Block),
    /// A labelled statement that is neither loop, switch nor select.
    Labeled(LabelId, Box<Stmt>),
    /// Leaves the statement with that label.
    Break(LabelId),
    /// Goes on with the next round of the loop with that label.
    Continue(LabelId),
    /// `goto`.
    Goto(LabelId),
    /// Only last in a switch clause.
    Fallthrough,
    /// Constants declared in a function.
    Const(ConstItem),
    /// A type declared in a function.
    Type(TypeItem),
}

/// `for init; cond; post { body }`
#[derive(Debug)]
pub struct For {
    /// Every loop has one, named in the source or not.
    pub label: LabelId,
    /// Before the first round.
    pub init: Option<Stmt>,
    /// Missing means true.
    pub cond: Option<Expr>,
    /// After each round.
    pub post: Option<Stmt>,
    /// One round.
    pub body: Block,
    /// The variables that `init` declares are fresh in each round.
    pub per_iteration: bool,
}

/// `for key, value := range x { body }`
#[derive(Debug)]
pub struct Range {
    /// Every loop has one.
    pub label: LabelId,
    /// What is ranged over.
    pub kind: RangeKind,
    /// The first iteration value.
    pub key: Option<RangeVar>,
    /// The second iteration value.
    pub value: Option<RangeVar>,
    /// The operand.
    pub x: Expr,
    /// One round.
    pub body: Block,
    /// The variables that it declares are fresh in each round.
    pub per_iteration: bool,
}

/// Where an iteration value goes.
#[derive(Debug)]
pub enum RangeVar {
    /// A variable that the loop declares.
    Define(LocalId),
    /// A place outside.
    Assign(Expr),
}

/// What a `range` goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeKind {
    /// An array value.
    Array,
    /// A pointer to an array.
    ArrayPointer,
    /// A slice.
    Slice,
    /// A string's runes.
    String,
    /// A map.
    Map,
    /// A channel until it is closed.
    Channel,
    /// `0..n`
    Int,
    /// An iterator function.
    Func,
}

/// An expression switch.
#[derive(Debug)]
pub struct Switch {
    /// Target of `break`.
    pub label: LabelId,
    /// Missing means true.
    pub tag: Option<Expr>,
    /// In source order.
    pub clauses: Vec<Clause>,
}

/// `case a, b: …`
#[derive(Debug)]
pub struct Clause {
    /// Of the tag's type, or boolean where there is no tag.
    pub values: Vec<Expr>,
    /// `default`
    pub is_default: bool,
    /// A `Fallthrough` may be last.
    pub body: Block,
    /// `case …:`
    pub head: Span,
}

/// A type switch.
#[derive(Debug)]
pub struct TypeSwitch {
    /// Target of `break`.
    pub label: LabelId,
    /// An interface value.
    pub x: Expr,
    /// In source order.
    pub clauses: Vec<TypeClause>,
}

/// `case T, U: …`
#[derive(Debug)]
pub struct TypeClause {
    /// `None` is `nil`.
    pub types: Vec<Option<TypeId>>,
    /// `default`
    pub is_default: bool,
    /// The variable of this clause, where it is used.
    pub bind: Option<LocalId>,
    /// What it does.
    pub body: Block,
    /// `case …:`
    pub head: Span,
}

/// `select`.
#[derive(Debug)]
pub struct Select {
    /// Target of `break`.
    pub label: LabelId,
    /// In source order.
    pub arms: Vec<SelectArm>,
}

/// One communication clause.
#[derive(Debug)]
pub struct SelectArm {
    /// What it waits for.
    pub comm: Comm,
    /// What it does then.
    pub body: Block,
    /// `case …:`
    pub head: Span,
}

/// What a select arm waits for.
#[derive(Debug)]
pub enum Comm {
    /// `default`
    Default,
    /// `ch <- v`
    Send {
        /// The channel.
        channel: Expr,
        /// The value.
        value: Expr,
    },
    /// `v, ok = <-ch`
    Recv {
        /// The channel.
        channel: Expr,
        /// Where the value goes.
        value: Option<RangeVar>,
        /// Where it goes whether the channel was open.
        ok: Option<RangeVar>,
    },
}

/// Whether a channel type allows receiving and sending.
pub fn directions(dir: ChanDir) -> (bool, bool) {
    match dir {
        ChanDir::Both => (true, true),
        ChanDir::Recv => (true, false),
        ChanDir::Send => (false, true),
    }
}
