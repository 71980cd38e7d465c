//! Expressions: names, literals, unary and binary operations, dispatch to the other kinds.
//!
//! In: an `Expr`. Out: an operand, recorded.
//! Invariants: an operand that comes back invalid was reported.

use super::super::constant;
use super::super::info::Mode;
use super::super::model::*;
use super::operand::Operand;
use super::{Checker, Later};
use crate::diagnostic::Code;
use crate::syntax::ast::{self, Expr, ExprKind, LitKind};

impl<'a> Checker<'a> {
    /// A single value.
    pub(super) fn expr(&mut self, e: &'a Expr) -> Operand<'a> {
        self.expr_with_target(e, None)
    }

    /// A single value whose type may be needed to instantiate a generic function.
    pub(super) fn expr_with_target(&mut self, e: &'a Expr, target: Option<TypeId>) -> Operand<'a> {
        let mut x = self.raw_expr(e, target);
        if self.is_generic_func(x.ty) && !x.is_invalid() {
            match target {
                Some(t) => self.instantiate_to(&mut x, t),
                None => self.generic_without_args(&mut x),
            }
        }
        self.single_value(&mut x);
        self.must_be_value(&mut x);
        x
    }

    /// A generic function or type cannot stand for itself.
    ///
    /// Spec: Instantiations.
    pub(super) fn exclude_generic(&mut self, x: &mut Operand<'a>) {
        if x.is_invalid() {
            return;
        }
        if self.is_generic_func(x.ty) {
            self.generic_without_args(x);
        } else if x.mode == Mode::Type
            && let Some(e) = x.expr
            && self.must_be_instantiated(e, x.ty) == TypeId::INVALID
        {
            x.fail();
        }
    }

    /// Tells that a generic function stands where no type arguments can be inferred.
    ///
    /// Spec: Instantiations.
    pub(super) fn generic_without_args(&mut self, x: &mut Operand<'a>) {
        let text = x.expr.map_or(String::new(), |e| self.text(e));
        self.err(
            x.span(),
            Code::INSTANTIATION,
            format!("cannot use generic function `{text}` without instantiation"),
        );
        x.fail();
    }

    pub(super) fn is_generic_func(&self, t: TypeId) -> bool {
        matches!(self.s.get(t), Type::Signature(s) if !s.type_params.is_empty())
    }

    /// A value that may be a tuple.
    pub(super) fn multi_expr(&mut self, e: &'a Expr) -> Operand<'a> {
        let mut x = self.raw_expr(e, None);
        self.exclude_generic(&mut x);
        self.must_be_value(&mut x);
        x
    }

    /// A value or a type.
    pub(super) fn expr_or_type(&mut self, e: &'a Expr) -> Operand<'a> {
        let mut x = self.raw_expr(e, None);
        self.exclude_generic(&mut x);
        if x.mode == Mode::NoValue {
            self.must_be_value(&mut x);
        }
        self.single_value(&mut x);
        x
    }

    /// As `expr`, but a generic function stays generic.
    pub(super) fn generic_expr(&mut self, e: &'a Expr) -> Operand<'a> {
        let mut x = self.raw_expr(e, None);
        self.must_be_value(&mut x);
        self.single_value(&mut x);
        x
    }

    /// Reports what is no value: a call without results, a built-in function, a type.
    ///
    /// Spec: Calls; Built-in functions; Operands.
    pub(super) fn must_be_value(&mut self, x: &mut Operand<'a>) {
        // Spec: Calls; Built-in functions; Operands.
        let text = |c: &Self| x.expr.map_or(String::new(), |e| c.text(e));
        let message = match x.mode {
            Mode::NoValue => format!("`{}` (no value) used as value", text(self)),
            Mode::Builtin => format!("`{}` (built-in) must be called", text(self)),
            Mode::Type => format!("`{}` (type) is not an expression", text(self)),
            _ => return,
        };
        self.err(x.span(), Code::INVALID_USE, message);
        x.fail();
    }

    /// Reports a call of several results where one value is wanted.
    ///
    /// Spec: Calls; Assignment statements.
    pub(super) fn single_value(&mut self, x: &mut Operand<'a>) {
        if matches!(x.mode, Mode::Value | Mode::CommaOk)
            && let Type::Tuple(ts) = self.s.get(x.ty)
            && ts.len() != 1
        {
            // Spec: Calls; Assignment statements.
            let text = format!("multiple-value {} in single-value context", self.describe(x));
            self.err(x.span(), Code::ASSIGN_COUNT, text);
            x.fail();
        }
    }

    /// An expression of any kind, with its record.
    ///
    /// Spec: Expressions.
    pub(super) fn raw_expr(&mut self, e: &'a Expr, hint: Option<TypeId>) -> Operand<'a> {
        let mut x = self.expr_kind(e, hint);
        x.expr = Some(e);
        // While types are being declared a value's may have no size yet.
        let value = !matches!(x.mode, Mode::Invalid | Mode::NoValue | Mode::Type | Mode::Builtin);
        if value && !self.path.is_empty() && !self.env.in_func && !self.finite_size(x.ty, 0) {
            x.fail();
        }
        self.record(&x);
        x
    }

    fn expr_kind(&mut self, e: &'a Expr, hint: Option<TypeId>) -> Operand<'a> {
        match &e.kind {
            ExprKind::Bad => Operand::invalid(e),
            ExprKind::Ident(id) => self.ident(e, id),
            ExprKind::BasicLit(lit) => self.basic_lit(e, lit),
            ExprKind::FuncLit(f) => self.func_lit(e, f),
            ExprKind::CompositeLit(c) => self.composite_lit(e, c, hint),
            ExprKind::Paren(x) => {
                let mut inner = self.raw_expr(x, None);
                inner.expr = Some(e);
                inner
            }
            ExprKind::Selector(..) => self.selector(e),
            ExprKind::Index(x, args) => self.index_expr(e, x, args),
            ExprKind::Slice(s) => self.slice_expr(e, s),
            ExprKind::TypeAssert(x, t) => self.type_assertion(e, x, t.as_deref()),
            ExprKind::Call(c) => self.call(e, c),
            ExprKind::Star(x) => self.star(e, x),
            ExprKind::Unary(op, x) => self.unary(e, *op, x, hint),
            ExprKind::Binary(b) => self.binary(e, b),
            ExprKind::KeyValue(..) => {
                // Spec: Composite literals.
                self.err(e.span, Code::INVALID_USE, "no key:value expected");
                Operand::invalid(e)
            }
            ExprKind::ArrayType(..)
            | ExprKind::ChanType(..)
            | ExprKind::FuncType(_)
            | ExprKind::InterfaceType(_)
            | ExprKind::MapType(..)
            | ExprKind::StructType(_) => {
                let t = self.type_expr(e);
                if t == TypeId::INVALID {
                    Operand::invalid(e)
                } else {
                    Operand::new(Mode::Type, t, e)
                }
            }
            ExprKind::Ellipsis(_) => {
                // Spec: Passing arguments to ... parameters; Array types.
                self.err(e.span, Code::INVALID_USE, "invalid use of `...`");
                Operand::invalid(e)
            }
        }
    }

    /// A name.
    ///
    /// Spec: Operands; Blocks; Declarations and scope; Predeclared identifiers.
    pub(super) fn ident(&mut self, e: &'a Expr, id: &'a ast::Ident) -> Operand<'a> {
        if &*id.name == "_" {
            // Spec: Blank identifier; Operands.
            self.err(e.span, Code::INVALID_USE, "cannot use `_` as value or type");
            return Operand::invalid(e);
        }
        let Some(o) = self.lookup(&id.name) else {
            if !self.shared.broken.contains(&*id.name) {
                // Spec: Declarations and scope.
                self.err(e.span, Code::UNDEFINED, format!("undefined: `{}`", id.name));
            }
            return Operand::invalid(e);
        };
        self.info.uses.insert(id.id, o);
        self.resolve(o);
        let obj = self.s.obj(o);
        if obj.pkg.is_some_and(|p| p != self.env.pkg) {
            self.use_dot_import(e, obj);
        }
        match &obj.kind {
            ObjKind::PkgName { .. } => {
                self.used.insert(o);
                // Spec: Qualified identifiers; Import declarations.
                self.err(
                    e.span,
                    Code::INVALID_USE,
                    format!("use of package `{}` without selector", id.name),
                );
                Operand::invalid(e)
            }
            ObjKind::Const { value } => {
                self.add_dep(o);
                self.used.insert(o);
                if obj.ty == TypeId::INVALID {
                    return Operand::invalid(e);
                }
                if &*id.name == "iota" && obj.pkg.is_none() {
                    return match self.env.iota {
                        Some(n) => Operand::constant(obj.ty, constant::ConstValue::int(n), e),
                        None => {
                            // Spec: Iota.
                            self.err(
                                e.span,
                                Code::INVALID_USE,
                                "cannot use `iota` outside constant declaration",
                            );
                            Operand::invalid(e)
                        }
                    };
                }
                let mut x = Operand::new(Mode::Constant, obj.ty, e);
                x.val = value.clone();
                if x.val.is_none() { Operand::invalid(e) } else { x }
            }
            ObjKind::TypeName { .. } => {
                if obj.pkg.is_none() && matches!(&*id.name, "any" | "comparable") {
                    // Spec: Go 1.18.
                    let known = self.needs_version(e.span, (1, 18), &format!("predeclared `{}`", id.name));
                    if !known {
                        return Operand::invalid(e);
                    }
                }
                self.used.insert(o);
                if obj.ty == TypeId::INVALID {
                    Operand::invalid(e)
                } else {
                    Operand::new(Mode::Type, obj.ty, e)
                }
            }
            ObjKind::Var(_) => {
                self.used.insert(o);
                self.add_dep(o);
                if obj.ty == TypeId::INVALID {
                    Operand::invalid(e)
                } else {
                    Operand::new(Mode::Variable, obj.ty, e)
                }
            }
            ObjKind::Func { .. } => {
                self.add_dep(o);
                if obj.ty == TypeId::INVALID {
                    Operand::invalid(e)
                } else {
                    Operand::new(Mode::Value, obj.ty, e)
                }
            }
            ObjKind::Builtin(b) => {
                let mut x = Operand::new(Mode::Builtin, TypeId::INVALID, e);
                x.builtin = Some(*b);
                x
            }
            ObjKind::Nil => Operand::new(Mode::Value, TypeId::UNTYPED_NIL, e),
            ObjKind::Label => Operand::invalid(e),
        }
    }

    /// A name of another package stands alone where the file imports that package with a dot.
    ///
    /// Spec: Import declarations.
    fn use_dot_import(&mut self, e: &Expr, o: &Object) {
        let imports = self.pkg(self.env.pkg).map(|p| &p.import_objs);
        let from = imports.into_iter().flatten().find(|(import, span, _)| {
            let import = self.s.obj(*import);
            let imported = match import.kind {
                ObjKind::PkgName { imported } => Some(imported),
                _ => None,
            };
            &*import.name == "." && imported == o.pkg && span.file == e.span.file
        });
        if let Some((import, ..)) = from {
            self.used.insert(*import);
        }
    }

    /// A literal: an untyped constant.
    ///
    /// Spec: Constants.
    fn basic_lit(&mut self, e: &'a Expr, lit: &'a ast::BasicLit) -> Operand<'a> {
        let ty = match lit.kind {
            LitKind::Int => TypeId::UNTYPED_INT,
            LitKind::Float => TypeId::UNTYPED_FLOAT,
            LitKind::Imaginary => TypeId::UNTYPED_COMPLEX,
            LitKind::Rune => TypeId::UNTYPED_RUNE,
            LitKind::String => TypeId::UNTYPED_STRING,
        };
        self.literal_version(lit);
        match constant::literal(lit.kind, &lit.text) {
            Some(v) => {
                let mut x = Operand::constant(ty, v, e);
                self.overflow(&mut x, e.span);
                x
            }
            None => {
                // Spec: Integer literals; Floating-point literals; Imaginary literals; Rune literals; String literals.
                self.err(e.span, Code::LITERAL, format!("malformed constant: `{}`", lit.text));
                Operand::invalid(e)
            }
        }
    }

    /// Forms of numbers that Go 1.13 brought.
    ///
    /// Spec: Go 1.13.
    fn literal_version(&mut self, lit: &ast::BasicLit) {
        let number = matches!(lit.kind, LitKind::Int | LitKind::Float | LitKind::Imaginary);
        if !number || lit.text.len() <= 2 || self.version_at(lit.span) >= (1, 13) {
            return;
        }
        let lower = lit.text.to_ascii_lowercase();
        let what = match lower.get(..2) {
            _ if lower.contains('_') => "underscore in numeric literal",
            Some("0b") => "binary literal",
            Some("0o") => "0o/0O-style octal literal",
            Some("0x") if lit.kind != LitKind::Int => "hexadecimal floating-point literal",
            _ => return,
        };
        self.needs_version(lit.span, (1, 13), what);
    }

    /// A function literal; its body is checked in place, or later at package level.
    ///
    /// Spec: Function literals.
    fn func_lit(&mut self, e: &'a Expr, f: &'a ast::FuncLit) -> Operand<'a> {
        let (sig, scope) = self.signature(&f.ty);
        let t = self.s.signature(sig);
        if self.env.in_func {
            let deps = self.env.decl;
            self.func_body(&scope, &f.body);
            self.env.decl = deps;
        } else {
            // Package-level literals may use what is still being resolved.
            let env = self.env.clone();
            self.later.push_back(Later::Body {
                env,
                sig: scope,
                block: &f.body,
            });
        }
        Operand::new(Mode::Value, t, e)
    }

    /// What a pointer points to, or a pointer type.
    ///
    /// Spec: Address operators; Pointer types.
    fn star(&mut self, e: &'a Expr, inner: &'a Expr) -> Operand<'a> {
        let x = self.expr_or_type(inner);
        match x.mode {
            Mode::Invalid => Operand::invalid(e),
            Mode::Type => {
                self.later.push_back(Later::NoConstraint(x.ty, x.span(), self.env.pkg));
                let t = self.s.pointer(x.ty);
                Operand::new(Mode::Type, t, e)
            }
            Mode::Builtin => {
                let mut x = x;
                self.must_be_value(&mut x);
                Operand::invalid(e)
            }
            _ => {
                let core = self.s.core_type(x.ty).unwrap_or(TypeId::INVALID);
                match self.s.get(core) {
                    Type::Pointer(base) => Operand::new(Mode::Variable, *base, e),
                    _ => {
                        // Spec: Address operators.
                        let text = format!("invalid operation: cannot indirect {}", self.describe(&x));
                        self.err(x.span(), Code::INVALID_OPERATION, text);
                        Operand::invalid(e)
                    }
                }
            }
        }
    }
}
