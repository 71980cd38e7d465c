//! Declarations, parameter lists and fields.
//!
//! In: the CST's top level. Out: `Decl`s, `FieldList`s.
//! Invariants: parameter lists are regrouped as the specification reads them: either all have names or none.

use super::ast::*;
use super::kinds::{FieldName as F, Kind as K};
use super::parser::{Builder, Child};
use tree_sitter::Node;

impl<'a, 't> Builder<'a, 't> {
    pub(super) fn file(&mut self, root: Node<'t>, file: &mut File) {
        let mut has_package = false;
        let top = self.children(root);
        for Child { kind, node, .. } in top.0 {
            if node.has_error() || node.is_missing() || node.is_error() {
                self.report(node);
                continue;
            }
            match kind {
                K::PackageClause => {
                    if let Some(n) = self.children(node).first_named() {
                        file.package = self.ident(n);
                        file.doc = self.doc(node);
                        has_package = true;
                    }
                }
                K::FuncDecl | K::MethodDecl => {
                    let before = self.diagnostics.len();
                    let decl = self.func_decl(node);
                    if before == self.diagnostics.len() {
                        file.decls.push(Decl::Func(Box::new(decl)));
                    }
                }
                K::ImportDecl | K::ConstDecl | K::VarDecl | K::TypeDecl => {
                    let before = self.diagnostics.len();
                    let decl = self.gen_decl(node, kind);
                    if let GenKind::Import(specs) = &decl.kind {
                        file.imports.extend(specs.iter().cloned());
                    }
                    if before == self.diagnostics.len() {
                        file.decls.push(Decl::Gen(decl));
                    }
                }
                _ if !node.is_named() || kind == K::EmptyStmt => {}
                _ => {
                    let span = self.span(node);
                    self.error(span, "syntax error: statement outside of a function body");
                }
            }
        }
        if !has_package {
            self.error(file.span.at_start(), "syntax error: the package clause is missing");
        }
    }

    fn func_decl(&mut self, n: Node<'t>) -> FuncDecl {
        let c = self.children(n);
        let recv = c.field(F::Receiver).map(|n| self.params(n));
        let name = match c.field(F::Name) {
            Some(n) => self.ident(n),
            None => self.no_name(n),
        };
        let type_params = c.field(F::TypeParameters).map(|n| self.type_params(n));
        let ty = self.func_type(n, c.field(F::Parameters), c.field(F::Result));
        let body = c.field(F::Body).map(|n| self.block(n));
        FuncDecl {
            span: self.span(n),
            doc: self.doc(n),
            recv,
            name,
            type_params,
            ty,
            body,
        }
    }

    pub(super) fn no_name(&mut self, n: Node<'t>) -> Ident {
        Ident {
            id: self.id(),
            span: self.span(n).at_start(),
            name: "_".into(),
        }
    }

    pub(super) fn gen_decl(&mut self, n: Node<'t>, kind: K) -> GenDecl {
        let mut c = self.children(n);
        let mut parenthesized = c.0.iter().any(|c| !c.node.is_named() && self.str(c.node) == "(");
        if let Some(list) =
            c.0.iter()
                .find(|c| matches!(c.kind, K::ImportSpecList | K::VarSpecList))
                .copied()
        {
            parenthesized = true;
            c = self.children(list.node);
        }
        let specs: Vec<Node<'t>> = c.named().map(|c| c.node).collect();
        let kind = match kind {
            K::ImportDecl => GenKind::Import(specs.into_iter().map(|n| self.import_spec(n)).collect()),
            K::ConstDecl => GenKind::Const(
                specs
                    .into_iter()
                    .enumerate()
                    .map(|(i, n)| self.const_spec(n, i as u32))
                    .collect(),
            ),
            K::VarDecl => GenKind::Var(specs.into_iter().map(|n| self.var_spec(n)).collect()),
            _ => GenKind::Type(specs.into_iter().map(|n| self.type_spec(n)).collect()),
        };
        GenDecl {
            span: self.span(n),
            doc: self.doc(n),
            parenthesized,
            kind,
        }
    }

    fn import_spec(&mut self, n: Node<'t>) -> ImportSpec {
        let c = self.children(n);
        let name = c.field(F::Name).map(|n| self.ident(n));
        let path_node = c.field(F::Path).unwrap_or(n);
        let text = self.str(path_node);
        let path = text.trim_matches(['"', '`']);
        ImportSpec {
            id: self.id(),
            span: self.span(n),
            doc: self.doc(n),
            name,
            path: path.into(),
            path_span: self.span(path_node),
        }
    }

    fn const_spec(&mut self, n: Node<'t>, iota: u32) -> ConstSpec {
        let spec = self.var_spec(n);
        ConstSpec {
            span: spec.span,
            doc: spec.doc,
            names: spec.names,
            ty: spec.ty,
            values: spec.values,
            iota,
        }
    }

    fn var_spec(&mut self, n: Node<'t>) -> VarSpec {
        let c = self.children(n);
        let names = c.fields(F::Name).map(|c| self.ident(c.node)).collect();
        let ty = c.field(F::Type).map(|n| self.expr(n));
        let values = c.field(F::Value).map_or(Vec::new(), |n| self.expr_list(n));
        VarSpec {
            span: self.span(n),
            doc: self.doc(n),
            names,
            ty,
            values,
        }
    }

    fn type_spec(&mut self, n: Node<'t>) -> TypeSpec {
        let c = self.children(n);
        let name = match c.field(F::Name) {
            Some(n) => self.ident(n),
            None => self.no_name(n),
        };
        let type_params = c.field(F::TypeParameters).map(|n| self.type_params(n));
        let ty = self.expr_or_bad(n, c.field(F::Type));
        let alias = self.kind(n) == K::TypeAlias;
        TypeSpec {
            span: self.span(n),
            doc: self.doc(n),
            name,
            type_params,
            alias,
            ty,
        }
    }

    pub(super) fn type_params(&mut self, n: Node<'t>) -> FieldList {
        let c = self.children(n);
        let fields = c.of_kind(K::TypeParamDecl).map(|n| {
            let c = self.children(n);
            let names = c.fields(F::Name).map(|c| self.ident(c.node)).collect();
            let ty = self.expr_or_bad(n, c.field(F::Type));
            Field {
                span: self.span(n),
                doc: CommentGroup::default(),
                names,
                ty,
                tag: None,
            }
        });
        let fields = fields.collect();
        FieldList {
            span: self.span(n),
            fields,
        }
    }

    pub(super) fn func_type(&mut self, n: Node<'t>, params: Option<Node<'t>>, result: Option<Node<'t>>) -> FuncType {
        let span = self.span(n);
        let params = match params {
            Some(p) => self.params(p),
            None => FieldList {
                span: span.at_start(),
                fields: Vec::new(),
            },
        };
        let results = result.map(|r| {
            if self.kind(r) == K::ParamList {
                self.params(r)
            } else {
                let ty = self.expr(r);
                let span = self.span(r);
                let field = Field {
                    span,
                    doc: CommentGroup::default(),
                    names: Vec::new(),
                    ty,
                    tag: None,
                };
                FieldList {
                    span,
                    fields: vec![field],
                }
            }
        });
        let end = results.as_ref().map_or(params.span, |r| r.span);
        let keyword = self.text.get(n.start_byte()..n.start_byte() + 4) == Some("func");
        let start = if keyword { span.at_start() } else { params.span };
        FuncType {
            span: start.to(end),
            params,
            results,
        }
    }

    /// A parameter list. The grammar may read `a, b T` as the unnamed `a` and then `b T`.
    pub(super) fn params(&mut self, n: Node<'t>) -> FieldList {
        let c = self.children(n);
        let mut fields = Vec::with_capacity(c.0.len() / 2);
        for c in c.named() {
            let kids = self.children(c.node);
            let names = kids.fields(F::Name).map(|c| self.ident(c.node)).collect();
            let mut ty = self.expr_or_bad(c.node, kids.field(F::Type));
            let span = self.span(c.node);
            if c.kind == K::VariadicParam {
                let dots = kids
                    .0
                    .iter()
                    .find(|c| !c.node.is_named())
                    .map_or(span, |c| self.span(c.node));
                ty = Expr {
                    id: self.id(),
                    span: dots.to(ty.span),
                    kind: ExprKind::Ellipsis(Some(Box::new(ty))),
                };
            }
            fields.push(Field {
                span,
                doc: CommentGroup::default(),
                names,
                ty,
                tag: None,
            });
        }
        let named = fields.iter().any(|f| !f.names.is_empty());
        if named && fields.iter().any(|f| f.names.is_empty()) {
            fields = self.regroup(fields);
        }
        FieldList {
            span: self.span(n),
            fields,
        }
    }

    fn regroup(&mut self, fields: Vec<Field>) -> Vec<Field> {
        let mut out: Vec<Field> = Vec::new();
        let mut pending: Vec<Ident> = Vec::new();
        for mut f in fields {
            if f.names.is_empty() {
                match f.ty.kind {
                    ExprKind::Ident(name) => pending.push(name),
                    _ => self.error(f.span, "syntax error: mixed named and unnamed parameters"),
                }
            } else {
                if let Some(first) = pending.first() {
                    f.span = first.span.to(f.span);
                    pending.append(&mut f.names);
                    f.names = std::mem::take(&mut pending);
                }
                out.push(f);
            }
        }
        if let Some(p) = pending.first() {
            self.error(p.span, "syntax error: mixed named and unnamed parameters");
        }
        out
    }

    pub(super) fn struct_type(&mut self, n: Node<'t>) -> FieldList {
        let c = self.children(n);
        let Some(list) = c.of_kind(K::FieldDeclList).next() else {
            return FieldList {
                span: self.span(n),
                fields: Vec::new(),
            };
        };
        let c = self.children(list);
        let fields = c.of_kind(K::FieldDecl).map(|n| self.field_decl(n)).collect();
        FieldList {
            span: self.span(list),
            fields,
        }
    }

    fn field_decl(&mut self, n: Node<'t>) -> Field {
        let c = self.children(n);
        let names: Vec<_> = c.fields(F::Name).map(|c| self.ident(c.node)).collect();
        let mut ty = self.expr_or_bad(n, c.field(F::Type));
        let star =
            c.0.iter()
                .find(|c| !c.node.is_named() && c.node.byte_range().len() == 1)
                .map(|c| c.node);
        if names.is_empty()
            && let Some(star) = star
            && self.str(star) == "*"
        {
            ty = Expr {
                id: self.id(),
                span: self.span(star).to(ty.span),
                kind: ExprKind::Star(Box::new(ty)),
            };
        }
        let tag = c.field(F::Tag).map(|n| self.basic_lit(n, LitKind::String));
        Field {
            span: self.span(n),
            doc: self.doc(n),
            names,
            ty,
            tag,
        }
    }

    pub(super) fn interface_type(&mut self, n: Node<'t>) -> InterfaceType {
        let c = self.children(n);
        let mut elems = Vec::new();
        let mut rbrace = self.span(n);
        for c in c.0 {
            match c.kind {
                K::MethodElem => {
                    let kids = self.children(c.node);
                    let name = match kids.field(F::Name) {
                        Some(n) => self.ident(n),
                        None => self.no_name(c.node),
                    };
                    let ty = self.func_type(c.node, kids.field(F::Parameters), kids.field(F::Result));
                    elems.push(InterfaceElem::Method {
                        span: self.span(c.node),
                        doc: self.doc(c.node),
                        name,
                        ty,
                    });
                }
                K::TypeElem => {
                    let ty = self.expr(c.node);
                    elems.push(InterfaceElem::Embedded {
                        span: self.span(c.node),
                        doc: self.doc(c.node),
                        ty,
                    });
                }
                _ => rbrace = self.span(c.node),
            }
        }
        InterfaceType { elems, rbrace }
    }
}
