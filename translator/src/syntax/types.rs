//! Types, parameter lists and fields.
//!
//! In: tokens where a type stands. Out: `Expr`s and `FieldList`s.
//! Invariants: either all parameters of a list have names or none.

use super::ast::*;
use super::parser::Builder;
use super::token::Tok;
use crate::source::Span;

/// A parameter before it is known whether it has a name.
struct Entry {
    start: u32,
    /// The name, when a type follows it.
    name: Option<Ident>,
    ty: Expr,
    end: u32,
}

impl Builder<'_> {
    /// A type.
    ///
    /// Spec: Types.
    pub(super) fn ty(&mut self) -> Expr {
        self.nested(|b| b.type_or_none()).unwrap_or_else(|| {
            let span = self.token_span();
            self.expected("type");
            Expr {
                id: self.id(),
                span,
                kind: ExprKind::Bad,
            }
        })
    }

    /// A type, if one begins here.
    ///
    /// Spec: Types.
    fn type_or_none(&mut self) -> Option<Expr> {
        let start = self.start();
        let kind = match self.tok() {
            Tok::Ident => return Some(self.type_name()),
            Tok::Mul => {
                self.next();
                ExprKind::Star(Box::new(self.ty()))
            }
            Tok::LParen => {
                self.next();
                let inner = self.ty();
                self.want(Tok::RParen, "`)`");
                ExprKind::Paren(Box::new(inner))
            }
            Tok::LBrack => self.array_or_slice(),
            Tok::Struct => ExprKind::StructType(Box::new(self.struct_type())),
            Tok::Interface => ExprKind::InterfaceType(Box::new(self.interface_type())),
            Tok::Func => {
                self.next();
                ExprKind::FuncType(Box::new(self.func_type(start)))
            }
            Tok::Map => self.map_type(),
            Tok::Chan | Tok::Arrow => self.chan_type(),
            _ => return None,
        };
        Some(self.expr_at(start, kind))
    }

    /// A name, perhaps qualified, perhaps with type arguments.
    ///
    /// Spec: Types; Qualified identifiers; Instantiations.
    pub(super) fn type_name(&mut self) -> Expr {
        let start = self.start();
        let first = self.ident();
        let mut x = self.expr_at(start, ExprKind::Ident(first));
        if self.got(Tok::Period) {
            let sel = self.ident();
            let kind = self.selector(x, sel);
            x = self.expr_at(start, kind);
        }
        if self.tok() == Tok::LBrack {
            x = self.type_arguments(x);
        }
        x
    }

    /// `x[T, U]`, from the bracket on.
    ///
    /// Spec: Instantiations.
    fn type_arguments(&mut self, x: Expr) -> Expr {
        let start = x.span.start;
        self.next();
        let level = std::mem::replace(&mut self.expr_level, 0);
        let mut args = Vec::new();
        while !matches!(self.tok(), Tok::RBrack | Tok::Eof) {
            args.push(self.ty());
            if !self.got(Tok::Comma) {
                break;
            }
        }
        self.expr_level = level;
        if args.is_empty() {
            self.expected("type argument list");
        }
        self.want(Tok::RBrack, "`]`");
        self.expr_at(start, ExprKind::Index(Box::new(x), args))
    }

    /// `[]T`, `[n]T` or `[...]T`.
    ///
    /// Spec: Array types.
    pub(super) fn array_or_slice(&mut self) -> ExprKind {
        self.next();
        if self.got(Tok::RBrack) {
            return ExprKind::ArrayType(None, Box::new(self.ty()));
        }
        let level = std::mem::replace(&mut self.expr_level, 0);
        let len = if self.tok() == Tok::Ellipsis {
            let start = self.start();
            self.next();
            self.expr_at(start, ExprKind::Ellipsis(None))
        } else {
            self.expr()
        };
        self.expr_level = level;
        if self.tok() == Tok::Comma {
            let span = self.token_span();
            self.error(span, "syntax error: unexpected comma; expecting `]`");
        }
        self.want(Tok::RBrack, "`]`");
        ExprKind::ArrayType(Some(Box::new(len)), Box::new(self.ty()))
    }

    /// `map[K]V`
    ///
    /// Spec: Map types.
    pub(super) fn map_type(&mut self) -> ExprKind {
        self.next();
        self.want(Tok::LBrack, "`[`");
        let key = self.ty();
        self.want(Tok::RBrack, "`]`");
        ExprKind::MapType(Box::new(key), Box::new(self.ty()))
    }

    /// `chan T`, `chan<- T`, `<-chan T`; an arrow belongs to the leftmost `chan` it can.
    ///
    /// Spec: Channel types.
    pub(super) fn chan_type(&mut self) -> ExprKind {
        let mut dir = ChanDir::Both;
        if self.got(Tok::Arrow) {
            dir = ChanDir::Recv;
            self.want(Tok::Chan, "`chan`");
        } else {
            self.next();
            if self.got(Tok::Arrow) {
                dir = ChanDir::Send;
            }
        }
        ExprKind::ChanType(dir, Box::new(self.ty()))
    }

    /// Parameters and results; the span begins at `func` when there is one.
    ///
    /// Spec: Function types.
    pub(super) fn func_type(&mut self, start: u32) -> FuncType {
        let params = if self.tok() == Tok::LParen {
            self.params()
        } else {
            let span = self.token_span();
            if self.tok() == Tok::LBrack {
                self.error(span, "syntax error: function type must have no type parameters");
            } else {
                self.expected("`(`");
            }
            FieldList {
                span: span.at_start(),
                fields: Vec::new(),
            }
        };
        let results = if self.tok() == Tok::LParen {
            Some(self.params())
        } else {
            let ty = self.nested(|b| b.type_or_none());
            ty.map(|ty| FieldList {
                span: ty.span,
                fields: vec![Field {
                    span: ty.span,
                    doc: CommentGroup::default(),
                    names: Vec::new(),
                    ty,
                    tag: None,
                }],
            })
        };
        FuncType {
            span: self.span_from(start),
            params,
            results,
        }
    }

    /// A parameter list with its parentheses.
    ///
    /// Spec: Function types.
    pub(super) fn params(&mut self) -> FieldList {
        let start = self.start();
        self.next();
        let level = std::mem::replace(&mut self.expr_level, 0);
        let mut entries = Vec::new();
        while !matches!(self.tok(), Tok::RParen | Tok::Eof) {
            entries.push(self.parameter());
            if !self.got(Tok::Comma) {
                break;
            }
        }
        self.expr_level = level;
        self.want(Tok::RParen, "`)`");
        let fields = self.group(entries, false);
        FieldList {
            span: self.span_from(start),
            fields,
        }
    }

    /// A type parameter list with its brackets.
    ///
    /// Spec: Type parameter declarations.
    pub(super) fn type_params(&mut self) -> FieldList {
        let start = self.start();
        self.next();
        let level = std::mem::replace(&mut self.expr_level, 0);
        let mut entries = Vec::new();
        while !matches!(self.tok(), Tok::RBrack | Tok::Eof) {
            entries.push(self.type_parameter());
            if !self.got(Tok::Comma) {
                break;
            }
        }
        self.expr_level = level;
        if entries.is_empty() {
            let span = self.token_span();
            self.error(span, "syntax error: empty type parameter list");
        }
        self.want(Tok::RBrack, "`]`");
        let fields = self.group(entries, true);
        FieldList {
            span: self.span_from(start),
            fields,
        }
    }

    /// A type parameter with its constraint, or a name whose constraint follows.
    ///
    /// Spec: Type parameter declarations.
    fn type_parameter(&mut self) -> Entry {
        let start = self.start();
        let (name, ty) = if self.tok() == Tok::Ident && !matches!(self.peek_at(1), Tok::Comma | Tok::RBrack) {
            (Some(self.ident()), self.union())
        } else {
            (None, self.union())
        };
        Entry {
            start,
            name,
            ty,
            end: self.end(),
        }
    }

    /// A parameter with its type, or a lone name or type.
    ///
    /// Spec: Function types.
    fn parameter(&mut self) -> Entry {
        let start = self.start();
        let mut name = None;
        let ty = match (self.tok(), self.peek_at(1)) {
            (Tok::Ident, Tok::Comma | Tok::RParen | Tok::Period) => self.ty(),
            (Tok::Ident, Tok::LBrack) => {
                let id = self.ident();
                let (n, ty) = self.array_after_name_or_instance(id);
                name = n;
                ty
            }
            (Tok::Ident, Tok::Ellipsis) => {
                name = Some(self.ident());
                self.variadic()
            }
            (Tok::Ident, next) if begins_type(next) => {
                name = Some(self.ident());
                self.ty()
            }
            (Tok::Ellipsis, _) => self.variadic(),
            _ => self.ty(),
        };
        Entry {
            start,
            name,
            ty,
            end: self.end(),
        }
    }

    /// `...T`
    ///
    /// Spec: Function types.
    fn variadic(&mut self) -> Expr {
        let start = self.start();
        self.next();
        let inner = self.ty();
        self.expr_at(start, ExprKind::Ellipsis(Some(Box::new(inner))))
    }

    /// After a name and at `[`: `a []T` and `a [n]T` have a name, `T[P]` has none.
    ///
    /// Spec: Array types.
    fn array_after_name_or_instance(&mut self, id: Ident) -> (Option<Ident>, Expr) {
        let start = self.start();
        if self.peek_at(1) == Tok::RBrack || self.peek_at(1) == Tok::Ellipsis {
            let kind = self.array_or_slice();
            return (Some(id), self.expr_at(start, kind));
        }
        self.next();
        let level = std::mem::replace(&mut self.expr_level, 0);
        let mut args = Vec::new();
        while !matches!(self.tok(), Tok::RBrack | Tok::Eof) {
            args.push(self.type_or_expr());
            if !self.got(Tok::Comma) {
                break;
            }
        }
        self.expr_level = level;
        self.want(Tok::RBrack, "`]`");
        if args.len() == 1
            && begins_type(self.tok())
            && let Some(len) = args.pop()
        {
            let elem = self.ty();
            let kind = ExprKind::ArrayType(Some(Box::new(len)), Box::new(elem));
            return (Some(id), self.expr_at(start, kind));
        }
        let at = id.span.start;
        let x = Expr {
            id: id.id,
            span: id.span,
            kind: ExprKind::Ident(id),
        };
        (None, self.expr_at(at, ExprKind::Index(Box::new(x), args)))
    }

    /// Parameters that are lone names take the type of the next one with a name.
    ///
    /// Spec: Function types; Type parameter declarations.
    fn group(&mut self, entries: Vec<Entry>, must_have_names: bool) -> Vec<Field> {
        let field = |start: u32, file, end, names, ty| Field {
            span: Span::new(file, start, end),
            doc: CommentGroup::default(),
            names,
            ty,
            tag: None,
        };
        let file = self.file;
        if !must_have_names && entries.iter().all(|e| e.name.is_none()) {
            let unnamed = |e: Entry| field(e.start, file, e.end, Vec::new(), e.ty);
            return entries.into_iter().map(unnamed).collect();
        }
        let mut out: Vec<Field> = Vec::new();
        let mut pending: Vec<Ident> = Vec::new();
        for e in entries {
            match (e.name, e.ty) {
                (Some(name), ty) => {
                    let start = pending.first().map_or(e.start, |p| p.span.start);
                    pending.push(name);
                    out.push(field(start, file, e.end, std::mem::take(&mut pending), ty));
                }
                (
                    None,
                    Expr {
                        kind: ExprKind::Ident(name),
                        ..
                    },
                ) => pending.push(name),
                (None, ty) => {
                    let text = if must_have_names {
                        "syntax error: missing type parameter name"
                    } else {
                        "syntax error: mixed named and unnamed parameters"
                    };
                    // Spec: Function types; Type parameter declarations.
                    self.error(ty.span, text);
                }
            }
        }
        if let Some(p) = pending.first() {
            let text = if must_have_names {
                "syntax error: missing type constraint"
            } else {
                "syntax error: mixed named and unnamed parameters"
            };
            // Spec: Function types; Type parameter declarations.
            self.error(p.span, text);
        }
        out
    }

    /// Fields in braces.
    ///
    /// Spec: Struct types.
    fn struct_type(&mut self) -> FieldList {
        self.next();
        let start = self.start();
        self.want(Tok::LBrace, "`{`");
        let mut fields = Vec::new();
        while !matches!(self.tok(), Tok::RBrace | Tok::Eof) {
            fields.push(self.field());
            self.separator(
                Tok::RBrace,
                "in struct type; possibly missing semicolon or newline or `}`",
            );
        }
        self.want(Tok::RBrace, "`}`");
        FieldList {
            span: self.span_from(start),
            fields,
        }
    }

    /// Names with a type, or an embedded type; perhaps a tag.
    ///
    /// Spec: Struct types.
    fn field(&mut self) -> Field {
        let start = self.start();
        let doc = self.doc(start);
        let mut names = Vec::new();
        let ty = match (self.tok(), self.peek_at(1)) {
            (Tok::Ident, Tok::Period | Tok::String | Tok::Semi | Tok::Newline | Tok::RBrace) => self.type_name(),
            (Tok::Ident, Tok::LBrack) => {
                let id = self.ident();
                let (name, ty) = self.array_after_name_or_instance(id);
                names.extend(name);
                ty
            }
            (Tok::Ident, _) => {
                names.push(self.ident());
                while self.got(Tok::Comma) {
                    names.push(self.ident());
                }
                self.ty()
            }
            (Tok::Mul, _) => {
                self.next();
                let base = self.embedded_base();
                self.expr_at(start, ExprKind::Star(Box::new(base)))
            }
            (Tok::LParen, _) => self.embedded_base(),
            _ => {
                self.expected("field name or embedded type");
                self.ty()
            }
        };
        let tag = (self.tok() == Tok::String).then(|| {
            let span = self.token_span();
            self.next();
            BasicLit {
                span,
                kind: LitKind::String,
                text: self.name(self.str(span)),
            }
        });
        Field {
            span: self.span_from(start),
            doc,
            names,
            ty,
            tag,
        }
    }

    /// An embedded type's name; parentheses are an error, but are understood.
    ///
    /// Spec: Struct types.
    fn embedded_base(&mut self) -> Expr {
        if self.tok() == Tok::LParen {
            let span = self.token_span();
            self.soft_error(span, "syntax error: cannot parenthesize embedded type");
            let start = self.start();
            self.next();
            let inner = if self.got(Tok::Mul) {
                let base = self.nested(|b| b.embedded_base());
                self.expr_at(start, ExprKind::Star(Box::new(base)))
            } else {
                self.nested(|b| b.embedded_base())
            };
            self.want(Tok::RParen, "`)`");
            return inner;
        }
        self.type_name()
    }

    /// Methods and embedded elements in braces.
    ///
    /// Spec: Interface types.
    pub(super) fn interface_type(&mut self) -> InterfaceType {
        self.next();
        self.want(Tok::LBrace, "`{`");
        let mut elems = Vec::new();
        while !matches!(self.tok(), Tok::RBrace | Tok::Eof) {
            elems.push(self.interface_elem());
            self.separator(
                Tok::RBrace,
                "in interface type; possibly missing semicolon or newline or `}`",
            );
        }
        let rbrace = self.want(Tok::RBrace, "`}`");
        InterfaceType { elems, rbrace }
    }

    /// A method, or an embedded element.
    ///
    /// Spec: Interface types.
    fn interface_elem(&mut self) -> InterfaceElem {
        let start = self.start();
        let doc = self.doc(start);
        if self.tok() == Tok::Ident && (self.peek_at(1) == Tok::LParen || self.generic_method_follows()) {
            let name = self.ident();
            if self.tok() == Tok::LBrack {
                let span = self.token_span();
                self.soft_error(span, "syntax error: interface method must have no type parameters");
                self.type_params();
            }
            let params = self.start();
            let ty = self.func_type(params);
            return InterfaceElem::Method {
                span: self.span_from(start),
                doc,
                name,
                ty,
            };
        }
        let ty = self.union();
        InterfaceElem::Embedded {
            span: self.span_from(start),
            doc,
            ty,
        }
    }

    /// Whether `m[P any](` stands here: a method that would be generic. An embedded type is followed by no parenthesis.
    ///
    /// Spec: Interface types.
    fn generic_method_follows(&self) -> bool {
        let mut depth = 0;
        for ahead in 1.. {
            match self.peek_at(ahead) {
                Tok::LBrack => depth += 1,
                Tok::RBrack => depth -= 1,
                Tok::Eof | Tok::Semi | Tok::Newline | Tok::LBrace | Tok::RBrace => return false,
                _ if depth == 0 => return false,
                _ => {}
            }
            if depth == 0 {
                return self.peek_at(ahead + 1) == Tok::LParen;
            }
        }
        false
    }

    /// `~T | U`: a type, or terms as a chain of `|`.
    ///
    /// Spec: General interfaces.
    fn union(&mut self) -> Expr {
        let start = self.start();
        let mut x = self.term();
        let mut terms = 0;
        while self.tok() == Tok::Or {
            let op_span = self.token_span();
            self.next();
            terms += 1;
            if self.depth + terms > super::NESTING_LIMIT {
                self.too_deep();
            }
            let y = self.term();
            let kind = ExprKind::Binary(Box::new(BinaryExpr {
                op: BinaryOp::Or,
                op_span,
                x,
                y,
            }));
            x = self.expr_at(start, kind);
        }
        x
    }

    /// A type, perhaps with `~`.
    ///
    /// Spec: General interfaces.
    fn term(&mut self) -> Expr {
        let start = self.start();
        if !self.got(Tok::Tilde) {
            return self.ty();
        }
        let inner = self.ty();
        self.expr_at(start, ExprKind::Unary(UnaryOp::Tilde, Box::new(inner)))
    }
}

/// Whether a type can begin with the token.
fn begins_type(t: Tok) -> bool {
    matches!(
        t,
        Tok::Ident
            | Tok::Mul
            | Tok::LParen
            | Tok::LBrack
            | Tok::Struct
            | Tok::Interface
            | Tok::Func
            | Tok::Map
            | Tok::Chan
            | Tok::Arrow
    )
}
