//! Expressions and types; both are `ast::Expr`, since only the checker can tell them apart.
//!
//! In: a CST expression or type. Out: an `Expr`.
//! Invariants: never fails; what cannot be read is `ExprKind::Bad` with a diagnostic.

use super::ast::*;
use super::kinds::{FieldName as F, Kind as K};
use super::parser::Builder;
use tree_sitter::Node;

impl<'a, 't> Builder<'a, 't> {
    pub(super) fn expr(&mut self, n: Node<'t>) -> Expr {
        let span = self.span(n);
        let kind = match self.kind(n) {
            K::Identifier
            | K::TypeIdentifier
            | K::FieldIdentifier
            | K::PackageIdentifier
            | K::Nil
            | K::True
            | K::False
            | K::Iota
            | K::Blank => {
                let ident = self.ident(n);
                return Expr {
                    id: ident.id,
                    span,
                    kind: ExprKind::Ident(ident),
                };
            }
            K::IntLit => ExprKind::BasicLit(self.basic_lit(n, LitKind::Int)),
            K::FloatLit => ExprKind::BasicLit(self.basic_lit(n, LitKind::Float)),
            K::ImaginaryLit => ExprKind::BasicLit(self.basic_lit(n, LitKind::Imaginary)),
            K::RuneLit => ExprKind::BasicLit(self.basic_lit(n, LitKind::Rune)),
            K::RawString | K::InterpretedString => ExprKind::BasicLit(self.basic_lit(n, LitKind::String)),
            _ => match self.nested(n, |b| b.compound(n)) {
                Some(kind) => kind,
                None => ExprKind::Bad,
            },
        };
        Expr {
            id: self.id(),
            span,
            kind,
        }
    }

    pub(super) fn basic_lit(&mut self, n: Node<'t>, kind: LitKind) -> BasicLit {
        BasicLit {
            span: self.span(n),
            kind,
            text: self.str(n).into(),
        }
    }

    pub(super) fn expr_or_bad(&mut self, parent: Node<'t>, n: Option<Node<'t>>) -> Expr {
        match n {
            Some(n) => self.expr(n),
            None => Expr {
                id: self.id(),
                span: self.span(parent),
                kind: ExprKind::Bad,
            },
        }
    }

    fn boxed(&mut self, parent: Node<'t>, n: Option<Node<'t>>) -> Box<Expr> {
        Box::new(self.expr_or_bad(parent, n))
    }

    pub(super) fn expr_list(&mut self, n: Node<'t>) -> Vec<Expr> {
        if self.kind(n) != K::ExprList {
            return vec![self.expr(n)];
        }
        let c = self.children(n);
        c.named().map(|c| self.expr(c.node)).collect()
    }

    fn compound(&mut self, n: Node<'t>) -> ExprKind {
        let c = self.children(n);
        match self.kind(n) {
            K::ParenExpr | K::ParenType => ExprKind::Paren(self.boxed(n, c.first_named())),
            K::SelectorExpr => {
                let x = self.boxed(n, c.field(F::Operand));
                let name = match c.field(F::Field) {
                    Some(n) => self.ident(n),
                    None => self.no_name(n),
                };
                ExprKind::Selector(x, name)
            }
            K::QualifiedType => {
                let x = self.boxed(n, c.field(F::Package));
                let name = match c.field(F::Name) {
                    Some(n) => self.ident(n),
                    None => self.no_name(n),
                };
                ExprKind::Selector(x, name)
            }
            K::IndexExpr => {
                let x = self.boxed(n, c.field(F::Operand));
                let index = self.expr_or_bad(n, c.field(F::Index));
                ExprKind::Index(x, vec![index])
            }
            K::InstantiationExpr => {
                let x = self.boxed(n, c.field(F::Type));
                ExprKind::Index(x, c.named().skip(1).map(|c| self.expr(c.node)).collect())
            }
            K::GenericType => self.generic_type(n, c.field(F::Type), c.field(F::TypeArguments)),
            K::SliceExpr => {
                let x = self.expr_or_bad(n, c.field(F::Operand));
                let low = c.field(F::Start).map(|n| self.expr(n));
                let high = c.field(F::End).map(|n| self.expr(n));
                let max = c.field(F::Capacity).map(|n| self.expr(n));
                ExprKind::Slice(Box::new(SliceExpr { x, low, high, max }))
            }
            K::TypeAssertExpr => {
                let x = self.boxed(n, c.field(F::Operand));
                ExprKind::TypeAssert(x, Some(self.boxed(n, c.field(F::Type))))
            }
            K::CallExpr => self.call(n),
            K::ConversionExpr => {
                let fun = self.expr_or_bad(n, c.field(F::Type));
                let arg = self.expr_or_bad(n, c.field(F::Operand));
                let open =
                    c.0.iter()
                        .find(|c| !c.node.is_named())
                        .map_or(arg.span, |c| self.span(c.node));
                let args_span = open.to(self.span(n));
                self.conversion(fun, arg, args_span)
            }
            K::UnaryExpr => self.unary(n),
            K::BinaryExpr => {
                let op = c.field(F::Operator).unwrap_or(n);
                let op_span = self.span(op);
                let op = binary_op(self.str(op));
                let x = self.expr_or_bad(n, c.field(F::Left));
                let y = self.expr_or_bad(n, c.field(F::Right));
                ExprKind::Binary(Box::new(BinaryExpr { op, op_span, x, y }))
            }
            K::CompositeLit => {
                let ty = c.field(F::Type).map(|n| self.expr(n));
                match c.field(F::Body) {
                    Some(body) => self.literal_value(body, ty),
                    None => ExprKind::Bad,
                }
            }
            K::LiteralValue => self.literal_value(n, None),
            K::FuncLit => {
                let ty = self.func_type(n, c.field(F::Parameters), c.field(F::Result));
                match c.field(F::Body) {
                    Some(body) => ExprKind::FuncLit(Box::new(FuncLit {
                        ty,
                        body: self.block(body),
                    })),
                    None => ExprKind::Bad,
                }
            }
            K::PointerType => ExprKind::Star(self.boxed(n, c.first_named())),
            K::NegatedType => ExprKind::Unary(UnaryOp::Tilde, self.boxed(n, c.first_named())),
            K::ArrayType => {
                let len = self.boxed(n, c.field(F::Length));
                ExprKind::ArrayType(Some(len), self.boxed(n, c.field(F::Element)))
            }
            K::ImplicitArray => {
                let dots = c.0.get(1).map_or(self.span(n), |c| self.span(c.node));
                let len = Expr {
                    id: self.id(),
                    span: dots,
                    kind: ExprKind::Ellipsis(None),
                };
                ExprKind::ArrayType(Some(Box::new(len)), self.boxed(n, c.field(F::Element)))
            }
            K::SliceType => ExprKind::ArrayType(None, self.boxed(n, c.field(F::Element))),
            K::MapType => {
                let key = self.boxed(n, c.field(F::Key));
                ExprKind::MapType(key, self.boxed(n, c.field(F::Value)))
            }
            K::ChanType => {
                let arrow = c.0.iter().position(|c| !c.node.is_named() && self.str(c.node) == "<-");
                let dir = match arrow {
                    None => ChanDir::Both,
                    Some(0) => ChanDir::Recv,
                    Some(_) => ChanDir::Send,
                };
                let elem = self.boxed(n, c.field(F::Value));
                leftmost_arrow(dir, elem)
            }
            K::FuncType => ExprKind::FuncType(Box::new(self.func_type(n, c.field(F::Parameters), c.field(F::Result)))),
            K::StructType => ExprKind::StructType(Box::new(self.struct_type(n))),
            K::InterfaceType => ExprKind::InterfaceType(Box::new(self.interface_type(n))),
            K::TypeElem | K::TypeConstraint => self.union(n),
            K::LiteralElement | K::VariadicArg | K::ExprStmt => match c.first_named() {
                Some(n) => self.expr(n).kind,
                None => ExprKind::Bad,
            },
            _ => {
                let span = self.span(n);
                self.error(span, format!("syntax error: unexpected {}", n.kind().replace('_', " ")));
                ExprKind::Bad
            }
        }
    }

    /// The grammar reads `*(*T)(x)` as a conversion to `*(*T)`; Go dereferences the conversion.
    fn conversion(&mut self, fun: Expr, arg: Expr, args_span: Span) -> ExprKind {
        match fun.kind {
            ExprKind::Star(inner) => {
                let span = inner.span.to(args_span);
                let kind = self.conversion(*inner, arg, args_span);
                ExprKind::Star(Box::new(Expr {
                    id: self.id(),
                    span,
                    kind,
                }))
            }
            _ => ExprKind::Call(Box::new(CallExpr {
                fun,
                args: vec![arg],
                ellipsis: false,
                args_span,
            })),
        }
    }

    /// `a | ~b` as a chain of binary expressions; a single element stands for itself.
    fn union(&mut self, n: Node<'t>) -> ExprKind {
        let c = self.children(n);
        let mut all: Option<Expr> = None;
        let mut op_span = self.span(n);
        for c in c.0 {
            if !c.node.is_named() {
                op_span = self.span(c.node);
                continue;
            }
            let y = self.expr(c.node);
            all = Some(match all {
                None => y,
                Some(x) => Expr {
                    id: self.id(),
                    span: x.span.to(y.span),
                    kind: ExprKind::Binary(Box::new(BinaryExpr {
                        op: BinaryOp::Or,
                        op_span,
                        x,
                        y,
                    })),
                },
            });
        }
        all.map_or(ExprKind::Bad, |e| e.kind)
    }

    fn type_args(&mut self, n: Node<'t>) -> Vec<Expr> {
        let c = self.children(n);
        c.named().map(|c| self.type_elem(c.node)).collect()
    }

    /// A type argument, without the wrapper the grammar puts around it.
    fn type_elem(&mut self, n: Node<'t>) -> Expr {
        let c = self.children(n);
        match (self.kind(n), c.0.len(), c.first_named()) {
            (K::TypeElem, 1, Some(inner)) => self.expr(inner),
            _ => self.expr(n),
        }
    }

    /// The grammar reads `~T[P]` as `(~T)[P]`.
    fn generic_type(&mut self, n: Node<'t>, ty: Option<Node<'t>>, args: Option<Node<'t>>) -> ExprKind {
        let x = self.expr_or_bad(n, ty);
        let args = args.map_or(Vec::new(), |a| self.type_args(a));
        match x.kind {
            ExprKind::Unary(UnaryOp::Tilde, inner) => {
                let span = inner.span.to(self.span(n));
                let index = Expr {
                    id: self.id(),
                    span,
                    kind: ExprKind::Index(inner, args),
                };
                ExprKind::Unary(UnaryOp::Tilde, Box::new(index))
            }
            _ => ExprKind::Index(Box::new(x), args),
        }
    }

    fn call(&mut self, n: Node<'t>) -> ExprKind {
        let c = self.children(n);
        let mut fun = self.expr_or_bad(n, c.field(F::Function));
        if let Some(t) = c.field(F::TypeArguments) {
            let args = self.type_args(t);
            let span = fun.span.to(self.span(t));
            fun = Expr {
                id: self.id(),
                span,
                kind: ExprKind::Index(Box::new(fun), args),
            };
        }
        let mut args = Vec::new();
        let mut ellipsis = false;
        let mut args_span = self.span(n);
        if let Some(list) = c.field(F::Arguments) {
            args_span = self.span(list);
            let c = self.children(list);
            for c in c.named() {
                ellipsis = c.kind == K::VariadicArg;
                let node = if ellipsis {
                    self.children(c.node).first_named().unwrap_or(c.node)
                } else {
                    c.node
                };
                args.push(self.expr(node));
            }
        }
        ExprKind::Call(Box::new(CallExpr {
            fun,
            args,
            ellipsis,
            args_span,
        }))
    }

    fn unary(&mut self, n: Node<'t>) -> ExprKind {
        let c = self.children(n);
        let op = c.field(F::Operator).map_or("", |n| self.str(n));
        let x = self.boxed(n, c.field(F::Operand));
        let op = match op {
            "*" => return ExprKind::Star(x),
            "+" => UnaryOp::Plus,
            "-" => UnaryOp::Neg,
            "!" => UnaryOp::Not,
            "^" => UnaryOp::Xor,
            "&" => UnaryOp::And,
            _ => UnaryOp::Recv,
        };
        ExprKind::Unary(op, x)
    }

    fn literal_value(&mut self, n: Node<'t>, ty: Option<Expr>) -> ExprKind {
        let c = self.children(n);
        let span = self.span(n);
        let mut elems = Vec::with_capacity(c.0.len() / 2);
        for c in c.named() {
            let elem = match c.kind {
                K::KeyedElement => {
                    let kids = self.children(c.node);
                    let key = self.element(c.node, kids.field(F::Key));
                    let value = self.element(c.node, kids.field(F::Value));
                    let kind = ExprKind::KeyValue(Box::new(key), Box::new(value));
                    Expr {
                        id: self.id(),
                        span: self.span(c.node),
                        kind,
                    }
                }
                _ => self.element(n, Some(c.node)),
            };
            elems.push(elem);
        }
        let lbrace = Span {
            end: span.start + 1,
            ..span
        };
        let rbrace = Span {
            start: span.end.saturating_sub(1),
            ..span
        };
        ExprKind::CompositeLit(Box::new(CompositeLit {
            ty,
            elems,
            lbrace,
            rbrace,
        }))
    }

    fn element(&mut self, parent: Node<'t>, n: Option<Node<'t>>) -> Expr {
        let inner = n.and_then(|n| match self.kind(n) {
            K::LiteralElement => self.children(n).first_named(),
            _ => Some(n),
        });
        self.expr_or_bad(parent, inner)
    }
}

use crate::source::Span;

/// The arrow of `chan <-chan T` belongs to the leftmost `chan`; the grammar gives it to the second.
fn leftmost_arrow(dir: ChanDir, mut elem: Box<Expr>) -> ExprKind {
    if dir == ChanDir::Both
        && let ExprKind::ChanType(ChanDir::Recv, _) = &elem.kind
        && let ExprKind::ChanType(_, inner) = std::mem::replace(&mut elem.kind, ExprKind::Bad)
    {
        elem.kind = leftmost_arrow(ChanDir::Both, inner);
        return ExprKind::ChanType(ChanDir::Send, elem);
    }
    ExprKind::ChanType(dir, elem)
}

/// The operator of a binary expression or (without `=`) of an assignment.
pub(super) fn binary_op(s: &str) -> BinaryOp {
    use BinaryOp::*;
    match s {
        "+" => Add,
        "-" => Sub,
        "*" => Mul,
        "/" => Quo,
        "%" => Rem,
        "&" => And,
        "|" => Or,
        "^" => Xor,
        "<<" => Shl,
        ">>" => Shr,
        "&^" => AndNot,
        "&&" => LAnd,
        "||" => LOr,
        "==" => Eq,
        "!=" => Ne,
        "<" => Lt,
        "<=" => Le,
        ">" => Gt,
        _ => Ge,
    }
}
