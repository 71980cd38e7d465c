//! Statements.
//!
//! In: tokens in a block. Out: `Stmt`s.
//! Invariants: empty statements are left out, but for a label's.

use super::ast::*;
use super::parser::Builder;
use super::token::Tok;
use crate::source::Span;

/// A simple statement, or the range clause of a loop.
enum Simple {
    Stmt(Stmt),
    Range { lhs: Vec<Expr>, define: bool, x: Expr },
}

impl Builder<'_> {
    /// Statements in braces.
    ///
    /// Spec: Blocks.
    pub(super) fn block(&mut self) -> Block {
        let start = self.start();
        self.want(Tok::LBrace, "`{`");
        let stmts = self.stmts();
        let rbrace = self.want(Tok::RBrace, "`}`");
        Block {
            span: self.span_from(start),
            stmts,
            rbrace,
        }
    }

    /// Statements up to a closing brace or the next clause.
    ///
    /// Spec: Blocks; Semicolons; Empty statements.
    fn stmts(&mut self) -> Vec<Stmt> {
        let mut out = Vec::new();
        let level = self.expr_level;
        while !matches!(self.tok(), Tok::RBrace | Tok::Case | Tok::Default | Tok::Eof) {
            if self.tok().is_semi() {
                self.next();
                continue;
            }
            if self.recovered && self.begins_file_line() {
                // A brace is missing that an error before was about.
                self.broken = true;
                break;
            }
            let begin = self.at;
            out.push(self.stmt());
            if !matches!(self.tok(), Tok::Case | Tok::Default) {
                // Spec: Blocks; Semicolons.
                self.separator(Tok::RBrace, "at end of statement");
            }
            if self.broken {
                self.recover(begin);
                self.expr_level = level;
            }
        }
        out
    }

    fn stmt(&mut self) -> Stmt {
        let start = self.start();
        let kind = self.nested(|b| b.stmt_kind(start));
        Stmt {
            span: self.span_from(start),
            kind,
        }
    }

    /// A statement by its first token.
    ///
    /// Spec: Statements.
    fn stmt_kind(&mut self, start: u32) -> StmtKind {
        match self.tok() {
            Tok::Const | Tok::Type | Tok::Var => StmtKind::Decl(self.gen_decl()),
            Tok::LBrace => StmtKind::Block(self.block()),
            Tok::If => self.if_stmt(),
            Tok::For => self.for_stmt(),
            Tok::Switch => self.switch_stmt(),
            Tok::Select => self.select_stmt(),
            Tok::Return => {
                self.next();
                let ends = self.tok().is_semi() || matches!(self.tok(), Tok::RBrace | Tok::Eof);
                StmtKind::Return(if ends { Vec::new() } else { self.expr_list() })
            }
            Tok::Break => self.branch(BranchKind::Break),
            Tok::Continue => self.branch(BranchKind::Continue),
            Tok::Goto => self.branch(BranchKind::Goto),
            Tok::Fallthrough => {
                self.next();
                StmtKind::Branch(BranchKind::Fallthrough, None)
            }
            Tok::Go => {
                self.next();
                StmtKind::Go(self.expr())
            }
            Tok::Defer => {
                self.next();
                StmtKind::Defer(self.expr())
            }
            // A label's statement may be empty.
            // Spec: Labeled statements; Empty statements.
            Tok::Ident if self.peek_at(1) == Tok::Colon => {
                let label = self.ident();
                self.next();
                let end = self.end();
                let empty = matches!(
                    self.tok(),
                    Tok::RBrace | Tok::Semi | Tok::Case | Tok::Default | Tok::Eof
                );
                let stmt = if empty {
                    Stmt {
                        span: Span::new(self.file, end, end),
                        kind: StmtKind::Empty,
                    }
                } else {
                    self.stmt()
                };
                StmtKind::Labeled(label, Box::new(stmt))
            }
            _ => match self.simple(start, false) {
                Simple::Stmt(s) => s.kind,
                Simple::Range { .. } => StmtKind::Bad,
            },
        }
    }

    /// `break`, `continue` or `goto`
    ///
    /// Spec: Break statements; Continue statements; Goto statements.
    fn branch(&mut self, kind: BranchKind) -> StmtKind {
        self.next();
        // Only `goto` goes nowhere without a label.
        let labelled = self.tok() == Tok::Ident || kind == BranchKind::Goto;
        let label = labelled.then(|| self.ident());
        StmtKind::Branch(kind, label)
    }

    /// A simple statement; with `range_ok` a range clause too.
    ///
    /// Spec: Statements.
    fn simple(&mut self, start: u32, range_ok: bool) -> Simple {
        if range_ok && self.tok() == Tok::Range {
            self.next();
            let x = self.expr();
            return Simple::Range {
                lhs: Vec::new(),
                define: false,
                x,
            };
        }
        let mut lhs = self.expr_list();
        let op_span = self.token_span();
        let op = match self.tok() {
            Tok::Define => Some(AssignOp::Define),
            Tok::Assign => Some(AssignOp::Assign),
            t => assign_op(t).map(AssignOp::Op),
        };
        let kind = if let Some(op) = op {
            self.next();
            if range_ok && self.tok() == Tok::Range && !matches!(op, AssignOp::Op(_)) {
                self.next();
                let x = self.expr();
                let define = op == AssignOp::Define;
                return Simple::Range { lhs, define, x };
            }
            let rhs = self.expr_list();
            StmtKind::Assign(AssignStmt { lhs, op, op_span, rhs })
        } else {
            if lhs.len() > 1 {
                self.expected("`:=` or `=` or comma");
            }
            let Some(x) = lhs.pop() else {
                return Simple::Stmt(Stmt {
                    span: op_span,
                    kind: StmtKind::Bad,
                });
            };
            match self.tok() {
                Tok::Arrow => {
                    self.next();
                    let value = self.expr();
                    StmtKind::Send(x, value)
                }
                t @ (Tok::Inc | Tok::Dec) => {
                    self.next();
                    StmtKind::IncDec { x, inc: t == Tok::Inc }
                }
                _ => StmtKind::Expr(x),
            }
        };
        Simple::Stmt(Stmt {
            span: self.span_from(start),
            kind,
        })
    }

    fn simple_stmt(&mut self) -> Stmt {
        let start = self.start();
        match self.simple(start, false) {
            Simple::Stmt(s) => s,
            Simple::Range { x, .. } => Stmt {
                span: x.span,
                kind: StmtKind::Bad,
            },
        }
    }

    /// Runs `f` in the head of a control clause.
    ///
    /// Spec: Composite literals.
    fn head<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let level = std::mem::replace(&mut self.expr_level, -1);
        let out = f(self);
        self.expr_level = level;
        out
    }

    /// `init; last` or `last` alone, each perhaps missing, before a brace.
    ///
    /// Spec: If statements; Switch statements; Semicolons.
    fn init_and_last(&mut self) -> (Option<Stmt>, Option<Stmt>) {
        if self.tok() == Tok::LBrace {
            return (None, None);
        }
        let first = (!self.tok().is_semi()).then(|| self.simple_stmt());
        if !self.tok().is_semi() {
            return (None, first);
        }
        if self.tok() == Tok::Newline && self.peek_at(1) == Tok::LBrace {
            let span = self.token_span();
            // Spec: If statements; Switch statements; Semicolons.
            self.error(span, "syntax error: unexpected newline, expected `{` after clause");
        }
        self.next();
        let last = (self.tok() != Tok::LBrace).then(|| self.simple_stmt());
        (first, last)
    }

    /// A condition with a block, and perhaps another for the rest.
    ///
    /// Spec: If statements.
    fn if_stmt(&mut self) -> StmtKind {
        self.next();
        if self.tok() == Tok::LBrace {
            let span = self.token_span();
            self.error(span, "syntax error: missing condition in if statement");
        }
        let (init, cond) = self.head(Self::init_and_last);
        let cond = match cond {
            Some(Stmt {
                kind: StmtKind::Expr(e),
                ..
            }) => e,
            other => {
                let span = other.as_ref().map_or(self.token_span(), |s| s.span);
                let text = match &other {
                    Some(_) => "syntax error: cannot use statement as value",
                    None => "syntax error: missing condition in if statement",
                };
                self.error(span, text);
                Expr {
                    id: self.id(),
                    span,
                    kind: ExprKind::Bad,
                }
            }
        };
        let then = self.block();
        let els = self.got(Tok::Else).then(|| {
            if !matches!(self.tok(), Tok::If | Tok::LBrace) {
                self.expected("if statement or block");
            }
            self.stmt()
        });
        StmtKind::If(Box::new(IfStmt { init, cond, then, els }))
    }

    /// A loop with a condition, a clause, or a range.
    ///
    /// Spec: For statements.
    fn for_stmt(&mut self) -> StmtKind {
        self.next();
        let clause = self.head(Self::for_clause);
        let body = self.block();
        match clause {
            ForHead::Range { lhs, define, x } => {
                let mut lhs = lhs.into_iter();
                let (key, value) = (lhs.next(), lhs.next());
                if let Some(extra) = lhs.last() {
                    // Spec: For statements with range clause.
                    self.soft_error(extra.span, "range clause permits at most two iteration variables");
                }
                StmtKind::Range(Box::new(RangeStmt {
                    key,
                    value,
                    define,
                    x,
                    body,
                }))
            }
            ForHead::Clause { init, cond, post } => {
                let cond = cond.and_then(|c| match c.kind {
                    StmtKind::Expr(e) => Some(e),
                    _ => {
                        // Spec: For statements with single condition; For statements with for clause.
                        self.soft_error(c.span, "syntax error: cannot use statement as value");
                        None
                    }
                });
                let (init, post) = (init.map(|s| *s), post.map(|s| *s));
                StmtKind::For(Box::new(ForStmt { init, cond, post, body }))
            }
        }
    }

    /// What stands before a loop's block.
    ///
    /// Spec: For statements with for clause.
    fn for_clause(&mut self) -> ForHead {
        let (mut init, mut cond, mut post) = (None, None, None);
        if self.tok() == Tok::LBrace {
            return ForHead::Clause { init, cond, post };
        }
        if !self.tok().is_semi() {
            let start = self.start();
            match self.simple(start, true) {
                Simple::Range { lhs, define, x } => return ForHead::Range { lhs, define, x },
                Simple::Stmt(s) => init = Some(Box::new(s)),
            }
        }
        if !self.tok().is_semi() {
            return ForHead::Clause {
                init: None,
                cond: init,
                post,
            };
        }
        self.next();
        if !self.tok().is_semi() {
            if self.tok() == Tok::LBrace {
                let span = self.token_span();
                self.error(span, "syntax error: expected for loop condition");
            }
            cond = Some(Box::new(self.simple_stmt()));
        }
        if !self.tok().is_semi() {
            self.expected("`;` and the post statement, or `{` after for clause");
        }
        self.next();
        if self.tok() != Tok::LBrace {
            post = Some(Box::new(self.simple_stmt()));
        }
        ForHead::Clause { init, cond, post }
    }

    /// A switch over values, or with a guard over types.
    ///
    /// Spec: Switch statements.
    fn switch_stmt(&mut self) -> StmtKind {
        self.next();
        let (init, tag) = self.head(Self::init_and_last);
        let guard = match tag {
            Some(Stmt {
                span,
                kind: StmtKind::Assign(mut a),
            }) if a.op == AssignOp::Define && a.rhs.len() == 1 && is_type_guard(a.rhs.first()) => {
                let bind = match (a.lhs.pop(), a.lhs.is_empty()) {
                    (
                        Some(Expr {
                            kind: ExprKind::Ident(id),
                            ..
                        }),
                        true,
                    ) => Some(id),
                    _ => {
                        // Spec: Type switches.
                        self.error(span, "syntax error: type switch guard must declare one name");
                        None
                    }
                };
                a.rhs.pop().map(|x| (bind, x)).ok_or(None)
            }
            Some(Stmt {
                kind: StmtKind::Expr(x),
                ..
            }) if is_type_guard(Some(&x)) => Ok((None, x)),
            Some(Stmt {
                kind: StmtKind::Expr(x),
                ..
            }) => Err(Some(x)),
            Some(s) => {
                // Spec: Switch statements.
                self.error(s.span, "syntax error: switch expression must be an expression");
                Err(None)
            }
            None => Err(None),
        };
        // Spec: Switch statements.
        self.want(Tok::LBrace, "`{`");
        let cases = self.cases();
        // Spec: Switch statements.
        let rbrace = self.want(Tok::RBrace, "`}`");
        match guard {
            Ok((bind, guard)) => {
                let x = match guard.kind {
                    ExprKind::TypeAssert(x, None) => *x,
                    _ => guard,
                };
                StmtKind::TypeSwitch(Box::new(TypeSwitchStmt {
                    init,
                    bind,
                    x,
                    cases,
                    rbrace,
                }))
            }
            Err(tag) => StmtKind::Switch(Box::new(SwitchStmt {
                init,
                tag,
                cases,
                rbrace,
            })),
        }
    }

    /// The clauses of a switch.
    ///
    /// Spec: Switch statements.
    fn cases(&mut self) -> Vec<CaseClause> {
        let mut out = Vec::new();
        while !matches!(self.tok(), Tok::RBrace | Tok::Eof) {
            let start = self.start();
            let is_default = self.tok() == Tok::Default;
            let mut exprs = Vec::new();
            if self.got(Tok::Case) {
                exprs.push(self.type_or_expr());
                while self.got(Tok::Comma) {
                    exprs.push(self.type_or_expr());
                }
            } else if !self.got(Tok::Default) {
                self.expected("case or default or `}`");
            }
            self.want(Tok::Colon, "`:`");
            let head = self.span_from(start);
            let body = self.stmts();
            let end = self.end_with_comments(body.last().map_or(head.end, |s| s.span.end));
            out.push(CaseClause {
                id: self.id(),
                span: Span { end, ..head },
                head,
                is_default,
                exprs,
                body,
            });
        }
        out
    }

    /// The end of a clause's last statement, moved past the comments behind it on its line.
    fn end_with_comments(&self, end: u32) -> u32 {
        let first = self.comments.partition_point(|c| c.span.start < end);
        let mut out = end;
        for c in self.comments.iter().skip(first) {
            let gap = self.text.as_bytes().get(out as usize..c.span.start as usize);
            if gap.is_none_or(|g| !g.iter().all(|b| matches!(b, b' ' | b'\t' | b';'))) {
                break;
            }
            out = c.span.end;
        }
        out
    }

    /// Clauses with a communication or the default.
    ///
    /// Spec: Select statements.
    fn select_stmt(&mut self) -> StmtKind {
        self.next();
        self.want(Tok::LBrace, "`{`");
        let mut cases = Vec::new();
        while !matches!(self.tok(), Tok::RBrace | Tok::Eof) {
            let start = self.start();
            let mut comm = None;
            if self.got(Tok::Case) {
                comm = Some(self.simple_stmt());
            } else if !self.got(Tok::Default) {
                self.expected("case or default or `}`");
            }
            self.want(Tok::Colon, "`:`");
            let head = self.span_from(start);
            let body = self.stmts();
            let end = self.end_with_comments(body.last().map_or(head.end, |s| s.span.end));
            cases.push(CommClause {
                id: self.id(),
                span: Span { end, ..head },
                head,
                comm,
                body,
            });
        }
        let rbrace = self.want(Tok::RBrace, "`}`");
        StmtKind::Select(SelectStmt { cases, rbrace })
    }
}

/// The head of a loop.
enum ForHead {
    Range {
        lhs: Vec<Expr>,
        define: bool,
        x: Expr,
    },
    Clause {
        init: Option<Box<Stmt>>,
        cond: Option<Box<Stmt>>,
        post: Option<Box<Stmt>>,
    },
}

/// Whether an expression ends with `.(type)`.
///
/// Spec: Type switches.
fn is_type_guard(x: Option<&Expr>) -> bool {
    matches!(
        x,
        Some(Expr {
            kind: ExprKind::TypeAssert(_, None),
            ..
        })
    )
}

/// The operator of `+=` and its like.
///
/// Spec: Assignment statements.
fn assign_op(t: Tok) -> Option<BinaryOp> {
    Some(match t {
        Tok::AddAssign => BinaryOp::Add,
        Tok::SubAssign => BinaryOp::Sub,
        Tok::MulAssign => BinaryOp::Mul,
        Tok::QuoAssign => BinaryOp::Quo,
        Tok::RemAssign => BinaryOp::Rem,
        Tok::AndAssign => BinaryOp::And,
        Tok::OrAssign => BinaryOp::Or,
        Tok::XorAssign => BinaryOp::Xor,
        Tok::ShlAssign => BinaryOp::Shl,
        Tok::ShrAssign => BinaryOp::Shr,
        Tok::AndNotAssign => BinaryOp::AndNot,
        _ => return None,
    })
}
