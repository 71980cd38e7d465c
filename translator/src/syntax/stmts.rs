//! Statements and blocks.
//!
//! In: a CST statement. Out: a `Stmt`.
//! Invariants: never fails; what cannot be read is `StmtKind::Bad` with a diagnostic.

use super::ast::*;
use super::exprs::binary_op;
use super::kinds::{FieldName as F, Kind as K};
use super::parser::{Builder, Child, Children};
use crate::source::Span;
use tree_sitter::Node;

impl<'a, 't> Builder<'a, 't> {
    pub(super) fn block(&mut self, n: Node<'t>) -> Block {
        let span = self.span(n);
        let c = self.children(n);
        let stmts = self.stmts(&c);
        Block {
            span,
            stmts,
            rbrace: Span {
                start: span.end.saturating_sub(1),
                ..span
            },
        }
    }

    /// The statements of all `statement_list` children.
    fn stmts(&mut self, c: &Children<'t>) -> Vec<Stmt> {
        let mut out = Vec::new();
        for list in c.of_kind(K::StmtList) {
            let c = self.children(list);
            for c in c.named() {
                let s = self.stmt(c.node);
                // The grammar makes a statement of every second semicolon.
                if !matches!(s.kind, StmtKind::Empty) {
                    out.push(s);
                }
            }
        }
        out
    }

    pub(super) fn stmt(&mut self, n: Node<'t>) -> Stmt {
        let span = self.span(n);
        let kind = self.nested(n, |b| b.stmt_kind(n)).unwrap_or(StmtKind::Bad);
        Stmt { span, kind }
    }

    fn stmt_kind(&mut self, n: Node<'t>) -> StmtKind {
        let kind = self.kind(n);
        if matches!(kind, K::ConstDecl | K::VarDecl | K::TypeDecl) {
            return StmtKind::Decl(self.gen_decl(n, kind));
        }
        let c = self.children(n);
        match kind {
            K::EmptyStmt => StmtKind::Empty,
            K::ExprStmt => StmtKind::Expr(self.expr_or_bad(n, c.first_named())),
            K::SendStmt => {
                let chan = self.expr_or_bad(n, c.field(F::Channel));
                StmtKind::Send(chan, self.expr_or_bad(n, c.field(F::Value)))
            }
            K::ReceiveStmt => self.receive(n),
            K::IncStmt | K::DecStmt => StmtKind::IncDec {
                x: self.expr_or_bad(n, c.first_named()),
                inc: kind == K::IncStmt,
            },
            K::AssignStmt | K::ShortVarDecl => self.assign(n, &c),
            K::LabeledStmt => self.labeled(n, &c),
            K::FallthroughStmt => StmtKind::Branch(BranchKind::Fallthrough, None),
            K::BreakStmt | K::ContinueStmt | K::GotoStmt => {
                let label = c.first_named().map(|n| self.ident(n));
                let branch = match kind {
                    K::BreakStmt => BranchKind::Break,
                    K::ContinueStmt => BranchKind::Continue,
                    _ => BranchKind::Goto,
                };
                StmtKind::Branch(branch, label)
            }
            K::ReturnStmt => StmtKind::Return(c.first_named().map_or(Vec::new(), |n| self.expr_list(n))),
            K::GoStmt => StmtKind::Go(self.expr_or_bad(n, c.first_named())),
            K::DeferStmt => StmtKind::Defer(self.expr_or_bad(n, c.first_named())),
            K::Block => StmtKind::Block(self.block(n)),
            K::IfStmt => self.if_stmt(n, &c),
            K::ForStmt => self.for_stmt(n, &c),
            K::ExprSwitch => {
                let init = c.field(F::Initializer).map(|n| self.stmt(n));
                let tag = c.field(F::Value).map(|n| self.expr(n));
                let cases = self.cases(&c);
                StmtKind::Switch(Box::new(SwitchStmt {
                    init,
                    tag,
                    cases,
                    rbrace: self.rbrace(n),
                }))
            }
            K::TypeSwitch => {
                let init = c.field(F::Initializer).map(|n| self.stmt(n));
                let bind = c.field(F::Alias).and_then(|n| {
                    let list = self.children(n);
                    list.first_named().map(|n| self.ident(n))
                });
                let x = self.expr_or_bad(n, c.field(F::Value));
                let cases = self.cases(&c);
                StmtKind::TypeSwitch(Box::new(TypeSwitchStmt {
                    init,
                    bind,
                    x,
                    cases,
                    rbrace: self.rbrace(n),
                }))
            }
            K::SelectStmt => {
                let cases = c.0.iter().filter(|c| matches!(c.kind, K::CommCase | K::DefaultCase));
                let cases = cases.map(|c| self.comm_clause(c.node)).collect();
                StmtKind::Select(SelectStmt {
                    cases,
                    rbrace: self.rbrace(n),
                })
            }
            _ => {
                let span = self.span(n);
                self.error(span, format!("syntax error: unexpected {}", n.kind().replace('_', " ")));
                StmtKind::Bad
            }
        }
    }

    fn rbrace(&self, n: Node<'t>) -> Span {
        let span = self.span(n);
        Span {
            start: span.end.saturating_sub(1),
            ..span
        }
    }

    fn assign(&mut self, n: Node<'t>, c: &Children<'t>) -> StmtKind {
        let lhs = c.field(F::Left).map_or(Vec::new(), |n| self.expr_list(n));
        let rhs = c.field(F::Right).map_or(Vec::new(), |n| self.expr_list(n));
        let token = c
            .field(F::Operator)
            .or_else(|| c.0.iter().find(|c| !c.node.is_named()).map(|c| c.node));
        let op_span = self.span(token.unwrap_or(n));
        let op = match token.map_or("=", |n| self.str(n)) {
            "=" => AssignOp::Assign,
            ":=" => AssignOp::Define,
            op => AssignOp::Op(binary_op(op.strip_suffix('=').unwrap_or(op))),
        };
        StmtKind::Assign(AssignStmt { lhs, op, op_span, rhs })
    }

    fn receive(&mut self, n: Node<'t>) -> StmtKind {
        let c = self.children(n);
        match c.field(F::Left) {
            Some(_) => self.assign(n, &c),
            None => StmtKind::Expr(self.expr_or_bad(n, c.field(F::Right))),
        }
    }

    fn labeled(&mut self, n: Node<'t>, c: &Children<'t>) -> StmtKind {
        let label = match c.field(F::Label) {
            Some(n) => self.ident(n),
            None => self.no_name(n),
        };
        let inner = c.named().find(|c| c.field != F::Label).map(|c| c.node);
        let span = self.span(n);
        let stmt = match inner {
            Some(n) => self.stmt(n),
            None => Stmt {
                span: Span {
                    start: span.end,
                    ..span
                },
                kind: StmtKind::Empty,
            },
        };
        StmtKind::Labeled(label, Box::new(stmt))
    }

    fn if_stmt(&mut self, n: Node<'t>, c: &Children<'t>) -> StmtKind {
        let init = c.field(F::Initializer).map(|n| self.stmt(n));
        let cond = self.expr_or_bad(n, c.field(F::Condition));
        let then = self.block_or_empty(n, c.field(F::Consequence));
        let els = c.field(F::Alternative).map(|n| self.stmt(n));
        StmtKind::If(Box::new(IfStmt { init, cond, then, els }))
    }

    fn block_or_empty(&mut self, parent: Node<'t>, n: Option<Node<'t>>) -> Block {
        match n {
            Some(n) => self.block(n),
            None => Block {
                span: self.span(parent),
                stmts: Vec::new(),
                rbrace: self.rbrace(parent),
            },
        }
    }

    fn for_stmt(&mut self, n: Node<'t>, c: &Children<'t>) -> StmtKind {
        let body_node = c.field(F::Body);
        let head = c.named().find(|c| c.field != F::Body);
        match head {
            Some(Child {
                kind: K::RangeClause,
                node,
                ..
            }) => {
                let c = self.children(node);
                let mut lhs = c.field(F::Left).map_or(Vec::new(), |n| self.expr_list(n)).into_iter();
                let define = c.0.iter().any(|c| !c.node.is_named() && self.str(c.node) == ":=");
                let x = self.expr_or_bad(node, c.field(F::Right));
                let (key, value) = (lhs.next(), lhs.next());
                if let Some(extra) = lhs.next() {
                    self.error(extra.span, "range clause permits at most two iteration variables");
                }
                let body = self.block_or_empty(n, body_node);
                StmtKind::Range(Box::new(RangeStmt {
                    key,
                    value,
                    define,
                    x,
                    body,
                }))
            }
            Some(Child {
                kind: K::ForClause,
                node,
                ..
            }) => {
                let c = self.children(node);
                let init = c.field(F::Initializer).map(|n| self.stmt(n));
                let cond = c.field(F::Condition).map(|n| self.expr(n));
                let post = c.field(F::Update).map(|n| self.stmt(n));
                let body = self.block_or_empty(n, body_node);
                StmtKind::For(Box::new(ForStmt { init, cond, post, body }))
            }
            head => {
                let cond = head.map(|c| self.expr(c.node));
                let body = self.block_or_empty(n, body_node);
                StmtKind::For(Box::new(ForStmt {
                    init: None,
                    cond,
                    post: None,
                    body,
                }))
            }
        }
    }

    fn head_span(&self, n: Node<'t>, c: &Children<'t>) -> Span {
        let colon =
            c.0.iter()
                .filter(|c| !c.node.is_named())
                .map(|c| c.node)
                .rfind(|n| self.str(*n) == ":");
        let span = self.span(n);
        colon.map_or(span, |colon| span.at_start().to(self.span(colon)))
    }

    fn cases(&mut self, c: &Children<'t>) -> Vec<CaseClause> {
        let mut out = Vec::new();
        for c in
            c.0.iter()
                .filter(|c| matches!(c.kind, K::ExprCase | K::TypeCase | K::DefaultCase))
        {
            let kids = self.children(c.node);
            let exprs = match c.kind {
                K::ExprCase => kids.field(F::Value).map_or(Vec::new(), |n| self.expr_list(n)),
                K::TypeCase => kids.fields(F::Type).map(|c| self.expr(c.node)).collect(),
                _ => Vec::new(),
            };
            out.push(CaseClause {
                id: self.id(),
                span: self.span(c.node),
                head: self.head_span(c.node, &kids),
                is_default: c.kind == K::DefaultCase,
                exprs,
                body: self.stmts(&kids),
            });
        }
        out
    }

    fn comm_clause(&mut self, n: Node<'t>) -> CommClause {
        let c = self.children(n);
        let comm = c.field(F::Communication).map(|n| self.stmt(n));
        CommClause {
            id: self.id(),
            span: self.span(n),
            head: self.head_span(n, &c),
            comm,
            body: self.stmts(&c),
        }
    }
}
