//! Declarations.
//!
//! In: tokens at the top level of a file. Out: `Decl`s.
//! Invariants: a declaration with an error is left out; what follows it is read again from the next one.

use super::ast::*;
use super::parser::Builder;
use super::token::Tok;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use rustc_hash::FxHashSet;

impl Builder<'_> {
    /// A package clause, imports, then all other declarations.
    ///
    /// Spec: Source file organization.
    pub(super) fn file(&mut self, file: &mut File) {
        self.package_clause(file);
        let (mut others, mut late_import) = (false, false);
        loop {
            while self.tok().is_semi() {
                self.next();
            }
            let (begin, before) = (self.at, self.diagnostics.len());
            self.begin_declaration();
            self.place = match self.tok() {
                Tok::Type => Place::Type,
                _ => Place::Declaration,
            };
            let decl = match self.tok() {
                Tok::Eof => break,
                Tok::Import | Tok::Const | Tok::Type | Tok::Var => Some(Decl::Gen(self.gen_decl())),
                Tok::Func => Some(Decl::Func(Box::new(self.func_decl()))),
                _ => {
                    let span = self.token_span();
                    self.error(span, "syntax error: non-declaration statement outside function body");
                    None
                }
            };
            if !self.broken && !self.tok().is_semi() && self.tok() != Tok::Eof {
                let span = self.token_span();
                let found = self.token().tok.describe(self.str(span));
                self.error(
                    span,
                    format!("syntax error: unexpected {found} after top level declaration"),
                );
            }
            let failed = self.broken || self.recovered;
            if failed {
                if self.broken {
                    self.skip_declaration(begin);
                }
                decl.iter().for_each(|d| broken_names(d, &mut file.broken));
                // The imports that could be read are known, so that their uses are no errors.
                if let Some(Decl::Gen(GenDecl {
                    kind: GenKind::Import(specs),
                    ..
                })) = &decl
                {
                    file.imports
                        .extend(specs.iter().filter(|s| !s.path.is_empty()).cloned());
                }
            }
            let lexed = self.lex_errors_before(self.end(), before);
            if lexed && !failed {
                decl.iter().for_each(|d| broken_names(d, &mut file.broken));
            }
            let Some(decl) = decl.filter(|_| !failed && !lexed) else {
                continue;
            };
            match &decl {
                Decl::Gen(GenDecl {
                    kind: GenKind::Import(specs),
                    span,
                    ..
                }) => {
                    // Once for imports in a row.
                    if others && !late_import {
                        self.soft_error(*span, "syntax error: imports must appear before other declarations");
                        late_import = true;
                    }
                    file.imports.extend(specs.iter().cloned());
                }
                _ => (others, late_import) = (true, false),
            }
            file.decls.push(decl);
        }
        self.lex_errors_before(u32::MAX, self.diagnostics.len());
    }

    /// The package's name.
    ///
    /// Spec: Package clause.
    fn package_clause(&mut self, file: &mut File) {
        while self.tok().is_semi() {
            self.next();
        }
        let start = self.start();
        if self.tok() != Tok::Package {
            let span = self.token_span();
            self.soft_error(span, "syntax error: package statement must be first");
            return;
        }
        self.next();
        let name = self.ident();
        if self.broken {
            self.broken = false;
            return;
        }
        if &*name.name == "_" {
            self.soft_error(name.span, "invalid package name `_`");
        }
        file.package = name;
        file.doc = self.doc(start);
        if !self.tok().is_semi() && self.tok() != Tok::Eof {
            let span = self.token_span();
            self.soft_error(span, "syntax error: unexpected text after package clause");
        }
    }

    /// Goes to the next declaration after one with an error: a keyword that opens one, at the start of a line or where
    /// no brace is open.
    fn skip_declaration(&mut self, begin: usize) {
        let failed = self.at;
        self.broken = false;
        self.depth = 0;
        self.expr_level = 0;
        self.at = begin + 1;
        let mut open = 0i64;
        if self.tokens.get(begin).is_some_and(|t| t.tok == Tok::LBrace) {
            open = 1;
        }
        while self.tok() != Tok::Eof {
            let t = self.token();
            match t.tok {
                Tok::LBrace => open += 1,
                Tok::RBrace => open -= 1,
                Tok::Func | Tok::Var | Tok::Const | Tok::Type | Tok::Import if self.at >= failed => {
                    let line_start = self.text.as_bytes().get((t.start as usize).wrapping_sub(1)) == Some(&b'\n');
                    let after = self.tokens.get(self.at - 1).is_some_and(|t| t.tok.is_semi());
                    if line_start || (after && open <= 0) {
                        return;
                    }
                }
                _ => {}
            }
            self.next();
        }
    }

    /// Tells what is wrong with tokens up to a place, in order with the other errors told since `from`; whether there was any.
    ///
    /// Spec: Lexical elements.
    fn lex_errors_before(&mut self, end: u32, from: usize) -> bool {
        let count = self.lex_errors.iter().take_while(|e| e.0 <= end).count();
        let errors: Vec<_> = self.lex_errors.drain(..count).collect();
        let told = self.diagnostics.iter().skip(from);
        let mut told: FxHashSet<u32> = told.filter_map(|d| d.span).map(|s| s.start).collect();
        for (start, end, message) in errors {
            let span = Span::new(self.file, start, end);
            if told.insert(start) {
                let text = format!("syntax error: {message}");
                self.diagnostics.push(Diagnostic::error(Code::SYNTAX, span, text));
            }
        }
        count > 0
    }

    /// A function or method, perhaps without a body.
    ///
    /// Spec: Function declarations; Method declarations.
    fn func_decl(&mut self) -> FuncDecl {
        let start = self.start();
        let doc = self.doc(start);
        self.next();
        let is_method = self.tok() == Tok::LParen;
        let (head, body) = if is_method {
            (Place::Method, Place::MethodBody)
        } else {
            (Place::Declaration, Place::Body)
        };
        self.place = head;
        let recv = is_method.then(|| self.params());
        let name = self.ident();
        let type_params = (self.tok() == Tok::LBrack).then(|| self.type_params());
        let ty = self.func_type(start);
        self.place = body;
        let body = (self.tok() == Tok::LBrace).then(|| self.block());
        FuncDecl {
            span: self.span_from(start),
            doc,
            recv,
            name,
            type_params,
            ty,
            body,
        }
    }

    /// `import`, `const`, `type` or `var`.
    ///
    /// Spec: Declarations and scope.
    pub(super) fn gen_decl(&mut self) -> GenDecl {
        let start = self.start();
        let doc = self.doc(start);
        let keyword = self.tok();
        self.next();
        let mut out = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        // Specifications are counted from the first of the declaration on.
        // Spec: Iota.
        let mut iota = 0;
        let mut spec = |b: &mut Self| {
            match keyword {
                Tok::Import => out.0.push(b.import_spec()),
                Tok::Const => out.1.push(b.const_spec(iota)),
                Tok::Type => out.2.push(b.type_spec()),
                _ => out.3.push(b.var_spec()),
            }
            iota += 1;
        };
        let parenthesized = self.got(Tok::LParen);
        if parenthesized {
            while !matches!(self.tok(), Tok::RParen | Tok::Eof) {
                spec(self);
                self.separator(Tok::RParen, "at end of declaration");
            }
            self.want(Tok::RParen, "`)`");
        } else {
            spec(self);
        }
        let kind = match keyword {
            Tok::Import => GenKind::Import(out.0),
            Tok::Const => GenKind::Const(out.1),
            Tok::Type => GenKind::Type(out.2),
            _ => GenKind::Var(out.3),
        };
        GenDecl {
            span: self.span_from(start),
            doc,
            parenthesized,
            kind,
        }
    }

    /// A path, perhaps with a name, `.` or `_` before it.
    ///
    /// Spec: Import declarations.
    fn import_spec(&mut self) -> ImportSpec {
        let start = self.start();
        let doc = self.doc(start);
        let name = match self.tok() {
            Tok::Ident => Some(self.ident()),
            Tok::Period => {
                let span = self.token_span();
                self.next();
                let (id, name) = (self.id(), self.name("."));
                Some(Ident { id, span, name })
            }
            _ => None,
        };
        let path_span = self.want(Tok::String, "import path");
        let text = self.str(path_span);
        let path = crate::types::constant::string_literal(text).and_then(|b| String::from_utf8(b).ok());
        let path = path.unwrap_or_default();
        if !self.broken && !valid_import_path(&path) {
            self.soft_error(path_span, format!("invalid import path: {text}"));
        }
        ImportSpec {
            id: self.id(),
            span: self.span_from(start),
            doc,
            name,
            path: path.into(),
            path_span,
        }
    }

    fn ident_list(&mut self) -> Vec<Ident> {
        let mut names = vec![self.ident()];
        while self.got(Tok::Comma) {
            names.push(self.ident());
        }
        names
    }

    /// Constants; what the first has stands for those that say nothing.
    ///
    /// Spec: Constant declarations.
    fn const_spec(&mut self, iota: u32) -> ConstSpec {
        let spec = self.var_spec();
        ConstSpec {
            span: spec.span,
            doc: spec.doc,
            names: spec.names,
            ty: spec.ty,
            values: spec.values,
            iota,
        }
    }

    /// Names, a type or values or both.
    ///
    /// Spec: Variable declarations.
    fn var_spec(&mut self) -> VarSpec {
        let start = self.start();
        let doc = self.doc(start);
        let names = self.ident_list();
        let ends = |t: Tok| t == Tok::Assign || t.is_semi() || matches!(t, Tok::RParen | Tok::RBrace | Tok::Eof);
        let ty = (!ends(self.tok())).then(|| self.ty());
        let values = if self.got(Tok::Assign) {
            self.expr_list()
        } else {
            Vec::new()
        };
        VarSpec {
            span: self.span_from(start),
            doc,
            names,
            ty,
            values,
        }
    }

    /// A defined type, or an alias.
    ///
    /// Spec: Type declarations; Alias declarations; Type definitions.
    fn type_spec(&mut self) -> TypeSpec {
        let start = self.start();
        let doc = self.doc(start);
        let name = self.ident();
        let type_params = (self.tok() == Tok::LBrack && self.type_params_follow()).then(|| self.type_params());
        let alias = self.got(Tok::Assign);
        let ty = self.ty();
        TypeSpec {
            span: self.span_from(start),
            doc,
            name,
            type_params,
            alias,
            ty,
        }
    }

    /// Whether the bracket after a declared type's name opens type parameters and not an array's length. A name that an
    /// expression could go on from is one, unless a comma follows or what follows the name can only be a type,
    /// as in `type T[P *C] …`.
    ///
    /// Spec: Type parameter declarations.
    fn type_params_follow(&mut self) -> bool {
        if self.peek_at(1) != Tok::Ident {
            return false;
        }
        if self.peek_at(2) == Tok::LBrack {
            return true;
        }
        let (at, diagnostics, broken) = (self.at, self.diagnostics.len(), self.broken);
        self.next();
        let level = std::mem::replace(&mut self.expr_level, 0);
        let x = self.binary_expr(0);
        self.expr_level = level;
        let next = self.tok();
        (self.at, self.broken) = (at, broken);
        self.diagnostics.truncate(diagnostics);
        match element_after_name(&x, next == Tok::Comma) {
            Some(has_type) => has_type || next != Tok::RBrack,
            None => false,
        }
    }
}

/// Whether an expression is a name, perhaps with a constraint after it: `P`, `P *C`, `P (C)`, with a union behind.
/// Says whether there is a constraint; nothing when it is an ordinary expression.
///
/// Spec: Type parameter declarations.
fn element_after_name(x: &Expr, force: bool) -> Option<bool> {
    match &x.kind {
        ExprKind::Ident(_) => Some(false),
        ExprKind::Binary(b) => match b.op {
            BinaryOp::Mul if b.x.as_ident().is_some() && (force || only_type(&b.y)) => Some(true),
            BinaryOp::Or => element_after_name(&b.x, force || only_type(&b.y)).filter(|has| *has),
            _ => None,
        },
        ExprKind::Call(c) => match (&c.args[..], c.fun.as_ident()) {
            ([arg], Some(_)) if !c.ellipsis && (force || only_type(arg)) => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an expression can only be a type.
///
/// Spec: Type parameter declarations.
fn only_type(x: &Expr) -> bool {
    match &x.kind {
        ExprKind::ArrayType(..)
        | ExprKind::StructType(_)
        | ExprKind::FuncType(_)
        | ExprKind::InterfaceType(_)
        | ExprKind::MapType(..)
        | ExprKind::ChanType(..)
        | ExprKind::Unary(UnaryOp::Tilde, _) => true,
        ExprKind::Binary(b) => only_type(&b.x) || only_type(&b.y),
        ExprKind::Paren(x) => only_type(x),
        _ => false,
    }
}

/// What may stand in an import path: graphic characters without blanks and but for some that compilers may exclude.
///
/// Spec: Import declarations.
fn valid_import_path(path: &str) -> bool {
    let illegal = "!\"#$%&'()*,:;<=>?[\\]^{|}`\u{fffd}";
    !path.is_empty()
        && path
            .chars()
            .all(|c| !c.is_control() && !c.is_whitespace() && !illegal.contains(c))
}

/// The names that a declaration with an error would have declared.
fn broken_names(decl: &Decl, out: &mut Vec<Name>) {
    match decl {
        Decl::Func(d) => out.push(d.name.name.clone()),
        Decl::Gen(d) => match &d.kind {
            GenKind::Import(_) => {}
            GenKind::Type(specs) => out.extend(specs.iter().map(|s| s.name.name.clone())),
            GenKind::Const(specs) => out.extend(specs.iter().flat_map(|s| &s.names).map(|n| n.name.clone())),
            GenKind::Var(specs) => out.extend(specs.iter().flat_map(|s| &s.names).map(|n| n.name.clone())),
        },
    }
}
