//! Expressions; types are expressions too, since only the checker can tell them apart.
//!
//! In: tokens where an expression stands. Out: an `Expr`.
//! Invariants: what cannot be read is `ExprKind::Bad` with a diagnostic.

use super::NESTING_LIMIT;
use super::ast::*;
use super::parser::Builder;
use super::token::Tok;

impl Builder<'_> {
    /// An expression.
    ///
    /// Spec: Expressions.
    pub(super) fn expr(&mut self) -> Expr {
        self.nested(|b| b.binary_expr(0))
    }

    pub(super) fn expr_list(&mut self) -> Vec<Expr> {
        let mut list = vec![self.expr()];
        while self.got(Tok::Comma) {
            list.push(self.expr());
        }
        list
    }

    /// A type or an expression, as in brackets.
    pub(super) fn type_or_expr(&mut self) -> Expr {
        self.expr()
    }

    /// Operators that bind more tightly than `limit`.
    ///
    /// Spec: Operator precedence.
    pub(super) fn binary_expr(&mut self, limit: u8) -> Expr {
        let mut x = self.unary_expr();
        // The tree is as deep as the chain is long.
        let mut links = 0;
        while let Some((precedence, op)) = binary_op(self.tok()).filter(|(p, _)| *p > limit) {
            let op_span = self.token_span();
            self.next();
            links += 1;
            if self.depth + links > NESTING_LIMIT {
                self.too_deep();
            }
            self.depth += links;
            let y = self.nested(|b| b.binary_expr(precedence));
            self.depth -= links;
            let start = x.span.start;
            x = self.expr_at(start, ExprKind::Binary(Box::new(BinaryExpr { op, op_span, x, y })));
        }
        x
    }

    /// An operand with the operators before it.
    ///
    /// Spec: Operators; Channel types.
    fn unary_expr(&mut self) -> Expr {
        let start = self.start();
        let op = match self.tok() {
            Tok::Add => UnaryOp::Plus,
            Tok::Sub => UnaryOp::Neg,
            Tok::Not => UnaryOp::Not,
            Tok::Xor => UnaryOp::Xor,
            Tok::And => UnaryOp::And,
            Tok::Tilde => UnaryOp::Tilde,
            Tok::Arrow => {
                self.next();
                let x = self.nested(|b| b.unary_expr());
                let kind = match x.kind {
                    // `<-chan T`: the arrow belongs to the type.
                    ExprKind::ChanType(dir, elem) if dir != ChanDir::Recv => self.pull_arrow(dir, elem),
                    _ => ExprKind::Unary(UnaryOp::Recv, Box::new(x)),
                };
                return self.expr_at(start, kind);
            }
            Tok::Mul => {
                self.next();
                let x = self.nested(|b| b.unary_expr());
                return self.expr_at(start, ExprKind::Star(Box::new(x)));
            }
            _ => return self.primary_expr(),
        };
        self.next();
        let x = self.nested(|b| b.unary_expr());
        self.expr_at(start, ExprKind::Unary(op, Box::new(x)))
    }

    /// `<-` before `chan T` or `chan<- (chan T)`: arrows move to the left.
    ///
    /// Spec: Channel types.
    fn pull_arrow(&mut self, dir: ChanDir, mut elem: Box<Expr>) -> ExprKind {
        if dir == ChanDir::Send {
            match std::mem::replace(&mut elem.kind, ExprKind::Bad) {
                ExprKind::ChanType(inner, deeper) if inner != ChanDir::Recv => {
                    elem.kind = self.nested(|b| b.pull_arrow(inner, deeper));
                }
                other => {
                    elem.kind = other;
                    self.error(elem.span, "syntax error: unexpected type, expected `chan`");
                }
            }
        }
        ExprKind::ChanType(ChanDir::Recv, elem)
    }

    /// An operand with all that follows it: selectors, indices, assertions, calls, a literal's braces.
    ///
    /// Spec: Primary expressions.
    fn primary_expr(&mut self) -> Expr {
        let mut x = self.operand();
        let start = x.span.start;
        let mut links = 0;
        loop {
            let kind = match self.tok() {
                Tok::Period => self.selector_or_assertion(x),
                Tok::LBrack => self.index_or_slice(x),
                Tok::LParen => self.call(x),
                Tok::LBrace if self.literal_follows(&x) => {
                    if matches!(x.kind, ExprKind::Paren(_)) {
                        // Spec: Composite literals.
                        self.soft_error(x.span, "syntax error: cannot parenthesize type in composite literal");
                    }
                    self.literal_value(Some(x))
                }
                _ => return x,
            };
            links += 1;
            if self.depth + links > NESTING_LIMIT {
                self.too_deep();
            }
            x = self.expr_at(start, kind);
        }
    }

    /// A name, a literal, a type, or an expression in parentheses.
    ///
    /// Spec: Operands.
    fn operand(&mut self) -> Expr {
        let start = self.start();
        let literal = match self.tok() {
            Tok::Ident => {
                let id = self.ident();
                return self.expr_at(start, ExprKind::Ident(id));
            }
            Tok::Int => LitKind::Int,
            Tok::Float => LitKind::Float,
            Tok::Imaginary => LitKind::Imaginary,
            Tok::Rune => LitKind::Rune,
            Tok::String => LitKind::String,
            Tok::LParen => {
                self.next();
                let level = std::mem::replace(&mut self.expr_level, 0);
                let inner = self.expr();
                self.expr_level = level;
                self.want(Tok::RParen, "`)`");
                return self.expr_at(start, ExprKind::Paren(Box::new(inner)));
            }
            Tok::Func => return self.func_type_or_lit(),
            Tok::LBrack | Tok::Struct | Tok::Map | Tok::Chan | Tok::Interface => return self.ty(),
            _ => {
                self.expected("expression");
                return self.expr_at(start, ExprKind::Bad);
            }
        };
        let span = self.token_span();
        self.next();
        let lit = BasicLit {
            span,
            kind: literal,
            text: self.name(self.str(span)),
        };
        self.expr_at(start, ExprKind::BasicLit(lit))
    }

    /// A function type, or with a body a literal.
    ///
    /// Spec: Function types; Function literals.
    fn func_type_or_lit(&mut self) -> Expr {
        let start = self.start();
        self.next();
        let ty = self.func_type(start);
        if self.tok() != Tok::LBrace {
            return self.expr_at(start, ExprKind::FuncType(Box::new(ty)));
        }
        let level = std::mem::replace(&mut self.expr_level, 0);
        let body = self.nested(|b| b.block());
        self.expr_level = level;
        self.expr_at(start, ExprKind::FuncLit(Box::new(FuncLit { ty, body })))
    }

    /// Whether `{` after the expression opens a composite literal: in the head of a control clause it does so only after
    /// what can be nothing but a type.
    ///
    /// Spec: Composite literals.
    fn literal_follows(&self, x: &Expr) -> bool {
        match &x.unparen().kind {
            ExprKind::Ident(_) => self.expr_level >= 0,
            ExprKind::Selector(base, _) => self.expr_level >= 0 && base.as_ident().is_some(),
            ExprKind::Index(base, _) => {
                let named = match &base.kind {
                    ExprKind::Selector(package, _) => package.as_ident().is_some(),
                    kind => matches!(kind, ExprKind::Ident(_)),
                };
                self.expr_level >= 0 && named
            }
            ExprKind::ArrayType(..) | ExprKind::StructType(_) | ExprKind::MapType(..) => true,
            _ => false,
        }
    }

    /// `.f`, `.(T)` or `.(type)`
    ///
    /// Spec: Selectors; Type assertions; Type switches.
    fn selector_or_assertion(&mut self, x: Expr) -> ExprKind {
        self.next();
        if self.tok() != Tok::LParen {
            if self.tok() != Tok::Ident {
                // Spec: Selectors; Type assertions.
                self.expected("selector or type assertion");
            }
            let sel = self.ident();
            return self.selector(x, sel);
        }
        self.next();
        let ty = if self.got(Tok::Type) {
            None
        } else {
            Some(Box::new(self.ty()))
        };
        // Spec: Type assertions; Type switches.
        self.want(Tok::RParen, "`)`");
        ExprKind::TypeAssert(Box::new(x), ty)
    }

    /// `[i]`, `[T, U]`, `[a:b]` or `[a:b:c]`
    ///
    /// Spec: Index expressions; Slice expressions; Instantiations.
    fn index_or_slice(&mut self, x: Expr) -> ExprKind {
        self.next();
        if self.tok() == Tok::RBrack {
            // Spec: Index expressions; Slice expressions.
            self.expected("operand");
            return ExprKind::Bad;
        }
        let level = std::mem::replace(&mut self.expr_level, 0);
        let mut bounds: [Option<Expr>; 3] = [None, None, None];
        let mut args = Vec::new();
        let mut colons = Vec::new();
        if self.tok() != Tok::Colon {
            args.push(self.type_or_expr());
            while self.got(Tok::Comma) && self.tok() != Tok::RBrack {
                args.push(self.type_or_expr());
            }
        }
        if self.tok() == Tok::Colon && args.len() < 2 {
            if let Some(low) = bounds.first_mut() {
                *low = args.pop();
            }
            while self.tok() == Tok::Colon && colons.len() < 2 {
                colons.push(self.token_span());
                self.next();
                let ends = matches!(self.tok(), Tok::Colon | Tok::RBrack | Tok::Eof);
                if !ends && let Some(bound) = bounds.get_mut(colons.len()) {
                    *bound = Some(self.nested(|b| b.binary_expr(0)));
                }
            }
        }
        self.expr_level = level;
        // Spec: Index expressions; Slice expressions; Instantiations.
        self.want(Tok::RBrack, "`]`");
        if colons.is_empty() {
            return ExprKind::Index(Box::new(x), args);
        }
        let [low, high, max] = bounds;
        if let [first, second] = colons[..] {
            for (bound, at, what) in [(&high, first, "middle"), (&max, second, "final")] {
                if bound.is_none() {
                    // Spec: Slice expressions.
                    self.soft_error(at, format!("syntax error: {what} index required in 3-index slice"));
                }
            }
        }
        ExprKind::Slice(Box::new(SliceExpr { x, low, high, max }))
    }

    /// Arguments, the last perhaps with `...` behind it.
    ///
    /// Spec: Calls.
    fn call(&mut self, fun: Expr) -> ExprKind {
        let open = self.start();
        self.next();
        let level = std::mem::replace(&mut self.expr_level, 0);
        let mut args = Vec::new();
        let mut dots = None;
        while !matches!(self.tok(), Tok::RParen | Tok::Eof) {
            args.push(self.type_or_expr());
            if self.tok() == Tok::Ellipsis {
                dots = Some(self.token_span());
                self.next();
            }
            if !self.got(Tok::Comma) {
                break;
            }
            if dots.is_some() && self.tok() != Tok::RParen {
                let span = self.token_span();
                // Spec: Passing arguments to ... parameters.
                self.error(span, "syntax error: can only use `...` with final argument in list");
            }
        }
        self.expr_level = level;
        if !matches!(self.tok(), Tok::RParen) {
            let span = self.token_span();
            let found = self.token().tok.describe(self.str(span));
            // Spec: Calls.
            self.error(
                span,
                format!("syntax error: unexpected {found} in argument list; possibly missing comma or `)`"),
            );
        }
        self.next();
        ExprKind::Call(Box::new(CallExpr {
            fun,
            args,
            ellipsis: dots.is_some(),
            dots,
            args_span: self.span_from(open),
        }))
    }

    /// `{…}` of a composite literal.
    ///
    /// Spec: Composite literals.
    pub(super) fn literal_value(&mut self, ty: Option<Expr>) -> ExprKind {
        let lbrace = self.token_span();
        self.next();
        let level = std::mem::replace(&mut self.expr_level, 0);
        let mut elems = Vec::new();
        while !matches!(self.tok(), Tok::RBrace | Tok::Eof) {
            let start = self.start();
            let mut elem = self.element();
            if self.got(Tok::Colon) {
                let value = self.element();
                elem = self.expr_at(start, ExprKind::KeyValue(Box::new(elem), Box::new(value)));
            }
            elems.push(elem);
            if !self.got(Tok::Comma) {
                break;
            }
        }
        self.expr_level = level;
        let rbrace = self.token_span();
        if !self.got(Tok::RBrace) {
            let found = self.token().tok.describe(self.str(rbrace));
            let text = format!("syntax error: unexpected {found} in composite literal; possibly missing comma or `}}`");
            self.error(rbrace, text);
        }
        ExprKind::CompositeLit(Box::new(CompositeLit {
            ty,
            elems,
            lbrace,
            rbrace,
        }))
    }

    /// A key or value, whose own type may be left out.
    ///
    /// Spec: Composite literals.
    fn element(&mut self) -> Expr {
        if self.tok() != Tok::LBrace {
            return self.expr();
        }
        let start = self.start();
        let kind = self.nested(|b| b.literal_value(None));
        self.expr_at(start, kind)
    }
}

/// A binary operator with its precedence.
///
/// Spec: Operator precedence.
fn binary_op(t: Tok) -> Option<(u8, BinaryOp)> {
    use BinaryOp as B;
    Some(match t {
        Tok::LOr => (1, B::LOr),
        Tok::LAnd => (2, B::LAnd),
        Tok::Eq => (3, B::Eq),
        Tok::Ne => (3, B::Ne),
        Tok::Lt => (3, B::Lt),
        Tok::Le => (3, B::Le),
        Tok::Gt => (3, B::Gt),
        Tok::Ge => (3, B::Ge),
        Tok::Add => (4, B::Add),
        Tok::Sub => (4, B::Sub),
        Tok::Or => (4, B::Or),
        Tok::Xor => (4, B::Xor),
        Tok::Mul => (5, B::Mul),
        Tok::Quo => (5, B::Quo),
        Tok::Rem => (5, B::Rem),
        Tok::Shl => (5, B::Shl),
        Tok::Shr => (5, B::Shr),
        Tok::And => (5, B::And),
        Tok::AndNot => (5, B::AndNot),
        _ => return None,
    })
}
