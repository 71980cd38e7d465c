//! The typed Go syntax tree, modelled on `go/ast`.
//!
//! In: built by `syntax::parse_file` only. Out: what the checker and the lowering read.
//! Invariants: every `Expr` and `Ident` has a `NodeId` that is unique in the whole program (an identifier expression
//! shares its identifier's id); every node has an exact span; comments stand in `File::comments` in source order and
//! nowhere else, doc comments are ids into that list.

#![allow(missing_docs)]

use crate::source::{FileId, Span};
use std::sync::Arc;

/// The key of the checker's side tables: unique per program, dense below [`NodeId::FIRST_STD`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Default)]
pub struct NodeId(pub u32);

impl NodeId {
    /// Files begin at multiples of this, so that tables which keep so many neighbours together are joined by moving.
    pub const GROUP: u32 = 1 << 7;
    /// From here on ids are of the standard library's signatures, the same in every program.
    pub const FIRST_STD: NodeId = NodeId(1 << 31);
}

/// An identifier's text; cheap to clone.
pub type Name = Arc<str>;

/// An index into `File::comments`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct CommentId(pub u32);

#[derive(Clone, Debug)]
pub struct Comment {
    pub span: Span,
    /// The text with its `//` or `/* */`, without a line comment's newline.
    pub text: Arc<str>,
    /// Nothing but blanks stands before it on its line, nor after it.
    pub alone: bool,
    /// Code stands before it on its line and nothing after.
    pub trailing: bool,
}

/// A run of comments directly above a declaration, spec or field: `start..end` in `File::comments`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CommentGroup {
    pub start: u32,
    pub end: u32,
}

impl CommentGroup {
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
    pub fn ids(self) -> impl Iterator<Item = CommentId> {
        (self.start..self.end).map(CommentId)
    }
}

#[derive(Clone, Debug)]
pub struct File {
    pub id: FileId,
    pub span: Span,
    pub doc: CommentGroup,
    pub package: Ident,
    /// Every import spec of the file, also found in `decls`.
    pub imports: Vec<ImportSpec>,
    pub decls: Vec<Decl>,
    pub comments: Vec<Comment>,
    /// Names that declarations with syntax errors would have declared.
    pub broken: Vec<Name>,
    /// The language version that a build constraint asks for.
    pub release: Option<(u32, u32)>,
    /// Each `name.Exported` once for each kind of place: what the file may ask of its imports.
    pub qualified: Vec<Qualified>,
    /// The ids of its nodes: from the first to below the second.
    pub nodes: (NodeId, NodeId),
}

/// `name.Exported`
#[derive(Clone, Debug)]
pub struct Qualified {
    pub place: Place,
    pub name: Name,
    pub exported: Name,
}

/// Where it is written, in the order in which the checker comes by such places.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Place {
    Type,
    Declaration,
    Method,
    Body,
    MethodBody,
}

impl File {
    /// A file of which nothing is known yet; its package is `_`.
    pub(crate) fn empty(span: Span, node: NodeId) -> File {
        let package = Ident {
            id: node,
            span: span.at_start(),
            name: "_".into(),
        };
        File {
            id: span.file,
            span,
            doc: CommentGroup::default(),
            package,
            imports: Vec::new(),
            decls: Vec::new(),
            comments: Vec::new(),
            broken: Vec::new(),
            release: None,
            qualified: Vec::new(),
            nodes: (node, node),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Ident {
    pub id: NodeId,
    pub span: Span,
    pub name: Name,
}

#[derive(Clone, Debug)]
pub enum Decl {
    Func(Box<FuncDecl>),
    Gen(GenDecl),
}

impl Decl {
    pub fn span(&self) -> Span {
        match self {
            Decl::Func(d) => d.span,
            Decl::Gen(d) => d.span,
        }
    }
}

#[derive(Clone, Debug)]
pub struct FuncDecl {
    pub span: Span,
    pub doc: CommentGroup,
    /// The receiver; its names may be missing.
    pub recv: Option<FieldList>,
    pub name: Ident,
    pub type_params: Option<FieldList>,
    pub ty: FuncType,
    /// Missing for functions that are implemented outside Go.
    pub body: Option<Block>,
}

/// `import`, `const`, `type` or `var`, with or without parentheses.
#[derive(Clone, Debug)]
pub struct GenDecl {
    pub span: Span,
    pub doc: CommentGroup,
    pub parenthesized: bool,
    pub kind: GenKind,
}

#[derive(Clone, Debug)]
pub enum GenKind {
    Import(Vec<ImportSpec>),
    Const(Vec<ConstSpec>),
    Type(Vec<TypeSpec>),
    Var(Vec<VarSpec>),
}

#[derive(Clone, Debug)]
pub struct ImportSpec {
    pub id: NodeId,
    pub span: Span,
    pub doc: CommentGroup,
    /// Also `.` and `_`.
    pub name: Option<Ident>,
    pub path: Arc<str>,
    pub path_span: Span,
}

#[derive(Clone, Debug)]
pub struct ConstSpec {
    pub span: Span,
    pub doc: CommentGroup,
    pub names: Vec<Ident>,
    pub ty: Option<Expr>,
    /// Empty when the spec repeats the previous one.
    pub values: Vec<Expr>,
    /// The index of the spec in its declaration.
    pub iota: u32,
}

#[derive(Clone, Debug)]
pub struct TypeSpec {
    pub span: Span,
    pub doc: CommentGroup,
    pub name: Ident,
    pub type_params: Option<FieldList>,
    /// `type A = B`.
    pub alias: bool,
    pub ty: Expr,
}

#[derive(Clone, Debug)]
pub struct VarSpec {
    pub span: Span,
    pub doc: CommentGroup,
    pub names: Vec<Ident>,
    pub ty: Option<Expr>,
    pub values: Vec<Expr>,
}

/// Parameters, results, type parameters, struct fields.
#[derive(Clone, Debug)]
pub struct FieldList {
    /// With the brackets when there are any.
    pub span: Span,
    pub fields: Vec<Field>,
}

/// `a, b T`, an unnamed parameter, an embedded field (no names).
#[derive(Clone, Debug)]
pub struct Field {
    pub span: Span,
    pub doc: CommentGroup,
    pub names: Vec<Ident>,
    /// A variadic parameter's type is `ExprKind::Ellipsis`.
    pub ty: Expr,
    /// A struct tag's value.
    pub tag: Option<BasicLit>,
}

#[derive(Clone, Debug)]
pub struct FuncType {
    pub span: Span,
    pub params: FieldList,
    /// Missing and empty mean the same.
    pub results: Option<FieldList>,
}

#[derive(Clone, Debug)]
pub struct Block {
    /// From the opening to past the closing brace.
    pub span: Span,
    pub stmts: Vec<Stmt>,
    /// The closing brace.
    pub rbrace: Span,
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub id: NodeId,
    pub span: Span,
    pub kind: ExprKind,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A place the parser could not read; a diagnostic was given.
    Bad,
    Ident(Ident),
    BasicLit(BasicLit),
    CompositeLit(Box<CompositeLit>),
    FuncLit(Box<FuncLit>),
    Paren(Box<Expr>),
    Selector(Box<Expr>, Ident),
    /// `x[i]`, `x[T]`, `x[T, U]`.
    Index(Box<Expr>, Vec<Expr>),
    Slice(Box<SliceExpr>),
    /// `x.(T)`; without a type it is the `x.(type)` of a type switch.
    TypeAssert(Box<Expr>, Option<Box<Expr>>),
    Call(Box<CallExpr>),
    /// `*x`: dereference or pointer type.
    Star(Box<Expr>),
    Unary(UnaryOp, Box<Expr>),
    Binary(Box<BinaryExpr>),
    /// Only as an element of a composite literal.
    KeyValue(Box<Expr>, Box<Expr>),
    /// `...T` in a parameter list, `[...]T`'s length (without operand).
    Ellipsis(Option<Box<Expr>>),
    /// `[]T` when the length is missing.
    ArrayType(Option<Box<Expr>>, Box<Expr>),
    ChanType(ChanDir, Box<Expr>),
    FuncType(Box<FuncType>),
    InterfaceType(Box<InterfaceType>),
    MapType(Box<Expr>, Box<Expr>),
    StructType(Box<FieldList>),
}

#[derive(Clone, Debug)]
pub struct BasicLit {
    pub span: Span,
    pub kind: LitKind,
    /// As written.
    pub text: Arc<str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum LitKind {
    Int,
    Float,
    Imaginary,
    Rune,
    String,
}

#[derive(Clone, Debug)]
pub struct CompositeLit {
    /// Missing where the element type is elided.
    pub ty: Option<Expr>,
    pub elems: Vec<Expr>,
    pub lbrace: Span,
    pub rbrace: Span,
}

#[derive(Clone, Debug)]
pub struct FuncLit {
    pub ty: FuncType,
    pub body: Block,
}

#[derive(Clone, Debug)]
pub struct SliceExpr {
    pub x: Expr,
    pub low: Option<Expr>,
    pub high: Option<Expr>,
    pub max: Option<Expr>,
}

#[derive(Clone, Debug)]
pub struct CallExpr {
    pub fun: Expr,
    /// A type for `make`, `new` and conversions' kin.
    pub args: Vec<Expr>,
    /// The last argument is followed by `...`.
    pub ellipsis: bool,
    /// Where it is.
    pub dots: Option<Span>,
    /// The argument list with its parentheses.
    pub args_span: Span,
}

#[derive(Clone, Debug)]
pub struct BinaryExpr {
    pub op: BinaryOp,
    pub op_span: Span,
    pub x: Expr,
    pub y: Expr,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ChanDir {
    Both,
    Send,
    Recv,
}

#[derive(Clone, Debug)]
pub struct InterfaceType {
    pub elems: Vec<InterfaceElem>,
    pub rbrace: Span,
}

#[derive(Clone, Debug)]
pub enum InterfaceElem {
    Method {
        span: Span,
        doc: CommentGroup,
        name: Ident,
        ty: FuncType,
    },
    /// An embedded interface, a type, or a union; in an expression a union is `Binary(Or)` and `~T` is `Unary(Tilde)`.
    Embedded { span: Span, doc: CommentGroup, ty: Expr },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum UnaryOp {
    Plus,
    Neg,
    Not,
    /// `^x`
    Xor,
    /// `&x`
    And,
    /// `<-x`
    Recv,
    /// `~T`
    Tilde,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Quo,
    Rem,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    AndNot,
    LAnd,
    LOr,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl BinaryOp {
    pub fn is_comparison(self) -> bool {
        use BinaryOp::*;
        matches!(self, Eq | Ne | Lt | Le | Gt | Ge)
    }
    pub fn is_shift(self) -> bool {
        matches!(self, BinaryOp::Shl | BinaryOp::Shr)
    }
    pub fn as_str(self) -> &'static str {
        use BinaryOp::*;
        match self {
            Add => "+",
            Sub => "-",
            Mul => "*",
            Quo => "/",
            Rem => "%",
            And => "&",
            Or => "|",
            Xor => "^",
            Shl => "<<",
            Shr => ">>",
            AndNot => "&^",
            LAnd => "&&",
            LOr => "||",
            Eq => "==",
            Ne => "!=",
            Lt => "<",
            Le => "<=",
            Gt => ">",
            Ge => ">=",
        }
    }
}

impl UnaryOp {
    pub fn as_str(self) -> &'static str {
        match self {
            UnaryOp::Plus => "+",
            UnaryOp::Neg => "-",
            UnaryOp::Not => "!",
            UnaryOp::Xor => "^",
            UnaryOp::And => "&",
            UnaryOp::Recv => "<-",
            UnaryOp::Tilde => "~",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Stmt {
    pub span: Span,
    pub kind: StmtKind,
}

#[derive(Clone, Debug)]
pub enum StmtKind {
    Bad,
    Empty,
    /// `const`, `type` or `var`.
    Decl(GenDecl),
    Labeled(Ident, Box<Stmt>),
    Expr(Expr),
    Send(Expr, Expr),
    IncDec {
        x: Expr,
        inc: bool,
    },
    Assign(AssignStmt),
    Go(Expr),
    Defer(Expr),
    Return(Vec<Expr>),
    Branch(BranchKind, Option<Ident>),
    Block(Block),
    If(Box<IfStmt>),
    Switch(Box<SwitchStmt>),
    TypeSwitch(Box<TypeSwitchStmt>),
    Select(SelectStmt),
    For(Box<ForStmt>),
    Range(Box<RangeStmt>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum BranchKind {
    Break,
    Continue,
    Goto,
    Fallthrough,
}

#[derive(Clone, Debug)]
pub struct AssignStmt {
    pub lhs: Vec<Expr>,
    pub op: AssignOp,
    pub op_span: Span,
    pub rhs: Vec<Expr>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum AssignOp {
    /// `=`
    Assign,
    /// `:=`
    Define,
    /// `+=` and its like.
    Op(BinaryOp),
}

#[derive(Clone, Debug)]
pub struct IfStmt {
    pub init: Option<Stmt>,
    pub cond: Expr,
    pub then: Block,
    /// A block or another `if`.
    pub els: Option<Stmt>,
}

#[derive(Clone, Debug)]
pub struct SwitchStmt {
    pub init: Option<Stmt>,
    pub tag: Option<Expr>,
    pub cases: Vec<CaseClause>,
    pub rbrace: Span,
}

#[derive(Clone, Debug)]
pub struct CaseClause {
    /// The key under which `Info::implicits` has a type switch's variable.
    pub id: NodeId,
    /// From `case` to past its last statement and the comments behind that on its line.
    pub span: Span,
    /// `case …:` itself.
    pub head: Span,
    pub is_default: bool,
    /// Expressions or types.
    pub exprs: Vec<Expr>,
    pub body: Vec<Stmt>,
}

#[derive(Clone, Debug)]
pub struct TypeSwitchStmt {
    pub init: Option<Stmt>,
    /// `v :=`
    pub bind: Option<Ident>,
    /// The operand of `.(type)`.
    pub x: Expr,
    pub cases: Vec<CaseClause>,
    pub rbrace: Span,
}

#[derive(Clone, Debug)]
pub struct SelectStmt {
    pub cases: Vec<CommClause>,
    pub rbrace: Span,
}

#[derive(Clone, Debug)]
pub struct CommClause {
    pub id: NodeId,
    pub span: Span,
    pub head: Span,
    /// A send, a receive (`Expr`, `Assign`) or nothing for `default`.
    pub comm: Option<Stmt>,
    pub body: Vec<Stmt>,
}

#[derive(Clone, Debug)]
pub struct ForStmt {
    pub init: Option<Stmt>,
    pub cond: Option<Expr>,
    pub post: Option<Stmt>,
    pub body: Block,
}

#[derive(Clone, Debug)]
pub struct RangeStmt {
    pub key: Option<Expr>,
    pub value: Option<Expr>,
    /// `:=`
    pub define: bool,
    pub x: Expr,
    pub body: Block,
}

impl CallExpr {
    /// The closing parenthesis.
    pub fn rparen(&self) -> Span {
        Span {
            start: self.args_span.end.saturating_sub(1),
            ..self.args_span
        }
    }
}

impl Expr {
    /// The expression without parentheses around it.
    pub fn unparen(&self) -> &Expr {
        let mut e = self;
        while let ExprKind::Paren(x) = &e.kind {
            e = x;
        }
        e
    }

    /// The identifier, when the expression is one.
    pub fn as_ident(&self) -> Option<&Ident> {
        match &self.kind {
            ExprKind::Ident(i) => Some(i),
            _ => None,
        }
    }
}

/// The identifier that names an embedded field of this type.
///
/// Spec: Struct types.
pub fn embedded_name(e: &Expr) -> Option<&Ident> {
    match &e.kind {
        ExprKind::Ident(id) | ExprKind::Selector(_, id) => Some(id),
        ExprKind::Star(x) | ExprKind::Paren(x) | ExprKind::Index(x, _) => embedded_name(x),
        _ => None,
    }
}
