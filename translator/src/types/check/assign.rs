//! Assignments: of one operand to a type, of lists, declarations with `:=`.
//!
//! In: operands and variables. Out: records and diagnostics.
//! Invariants: a variable whose initialiser is in error gets the invalid type, which silences its uses.

use super::super::info::Mode;
use super::super::lookup::{LookupResult, MissingReason};
use super::super::model::*;
use super::Checker;
use super::operand::Operand;
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{self, Expr, ExprKind};

impl<'a> Checker<'a> {
    /// Checks that `x` may be assigned to `t` (or to a new variable, when there is none) and gives it its final type.
    ///
    /// Spec: Assignability.
    pub(super) fn assignment(&mut self, x: &mut Operand<'a>, t: Option<TypeId>, context: &str) {
        self.single_value(x);
        if x.is_invalid() {
            return;
        }
        if self.s.is_untyped(x.ty) {
            // An untyped value that meets no type or an interface takes its default type.
            // Spec: Constants.
            let target = match t {
                None if x.is_nil() => {
                    // Spec: Variable declarations.
                    self.err(x.span(), Code::INVALID_USE, format!("use of untyped nil in {context}"));
                    x.fail();
                    return;
                }
                None => self.s.default_type(x.ty),
                Some(t) if self.s.is_interface(t) && !x.is_nil() => self.s.default_type(x.ty),
                Some(t) => t,
            };
            if self.s.is_untyped(target) {
                return;
            }
            match self.implicit_type(x, target) {
                Ok(new) => self.set_implicit(x, new),
                Err(why) => {
                    let number = self.s.basic(target).is_some_and(BasicKind::is_numeric);
                    let text = match (why, x.val.clone()) {
                        (super::untyped::Misfit::Truncated, Some(_)) if number => {
                            format!(
                                "cannot use {} as {} value in {context} (truncated)",
                                self.describe(x),
                                self.type_str(target)
                            )
                        }
                        (super::untyped::Misfit::Overflows, Some(_)) if number => {
                            format!(
                                "cannot use {} as {} value in {context} (overflows)",
                                self.describe(x),
                                self.type_str(target)
                            )
                        }
                        _ => format!(
                            "cannot use {} as {} value in {context}",
                            self.describe(x),
                            self.type_str(target)
                        ),
                    };
                    let code = if why == super::untyped::Misfit::Mismatch {
                        Code::NOT_ASSIGNABLE
                    } else {
                        Code::CONSTANT_OVERFLOW
                    };
                    // Spec: Representability; Assignability.
                    self.err(x.span(), code, text);
                    x.fail();
                    return;
                }
            }
        }
        if self.is_generic_func(x.ty) {
            match t {
                Some(t) => self.instantiate_to(x, t),
                None => {
                    // Spec: Instantiations.
                    let text = x.expr.map_or(String::new(), |e| self.text(e));
                    self.err(
                        x.span(),
                        Code::INSTANTIATION,
                        format!("cannot use generic function `{text}` without instantiation"),
                    );
                    x.fail();
                }
            }
            if x.is_invalid() {
                return;
            }
        }
        let Some(t) = t else { return };
        if t == TypeId::INVALID {
            return;
        }
        if !self.typed_assignable(x.ty, t) && self.s.is_interface(t) && self.embeds_invalid(x.ty, 0) {
            // What the invalid type would have brought is not known.
            x.fail();
            return;
        }
        if !self.typed_assignable(x.ty, t) {
            // Spec: Assignability.
            let why = self.why_not(x.ty, t);
            let text = format!(
                "cannot use {} as {} value in {context}{why}",
                self.describe(x),
                self.type_str(t)
            );
            self.err(x.span(), Code::NOT_ASSIGNABLE, text);
            x.fail();
        }
    }

    /// Whether a struct or a pointer to one embeds a type that is in error.
    fn embeds_invalid(&self, t: TypeId, depth: usize) -> bool {
        match self.s.under(t) {
            _ if depth > 4 => false,
            Type::Pointer(b) => self.s.underlying(*b) == TypeId::INVALID || self.embeds_invalid(*b, depth + 1),
            Type::Struct(s) => s.fields.iter().any(|f| {
                let f = self.s.obj(*f);
                let invalid = |t: TypeId| match self.s.get(t) {
                    Type::Pointer(b) => *b == TypeId::INVALID,
                    _ => t == TypeId::INVALID,
                };
                matches!(f.kind, ObjKind::Var(VarKind::EmbeddedField))
                    && (invalid(f.ty) || self.embeds_invalid(f.ty, depth + 1))
            }),
            _ => false,
        }
    }

    /// The reason a type does not satisfy an interface, with its colon.
    ///
    /// Spec: Implementing an interface; Method sets.
    pub(super) fn why_not(&mut self, v: TypeId, t: TypeId) -> String {
        if self.s.is_interface(v) && !self.s.is_interface(t) && !self.s.is_type_param(v) {
            self.resolve_methods_for(t, v);
            if self.s.missing_method(t, v, &mut |_| ()).is_none() {
                return ": need type assertion".into();
            }
        }
        if !self.s.is_interface(t) {
            return String::new();
        }
        let Some((m, why)) = self.s.missing_method(v, t, &mut |_| ()) else {
            return String::new();
        };
        let m = self.s.obj(m);
        let (vs, ts) = (self.type_str(v), self.type_str(t));
        let reason = match why {
            MissingReason::Missing => {
                let other = self.other_case(v, &m.name);
                match other {
                    Some(o) => format!("(missing method {}) have {o}, want {}", m.name, m.name),
                    None => format!("(missing method {})", m.name),
                }
            }
            MissingReason::PointerReceiver => format!("(method {} has pointer receiver)", m.name),
            MissingReason::WrongType(have) => format!(
                "(wrong type for method {}) have {}, want {}",
                m.name,
                self.type_str(self.s.obj_type(have)),
                self.type_str(m.ty)
            ),
            MissingReason::IsField => format!("(missing method {}; {} is a field)", m.name, m.name),
            MissingReason::PointerToInterface => format!("(type {vs} is pointer to interface, not interface)"),
        };
        format!(": {vs} does not implement {ts} {reason}")
    }

    fn other_case(&self, t: TypeId, name: &str) -> Option<String> {
        let mut chars = name.chars();
        let first = chars.next()?;
        let flipped: String = if first.is_uppercase() {
            first.to_lowercase().chain(chars).collect()
        } else {
            first.to_uppercase().chain(chars).collect()
        };
        match self.s.lookup_field_or_method(t, Some(self.env.pkg), &flipped) {
            LookupResult::Found(_) => Some(flipped),
            _ => None,
        }
    }

    /// Initialises a variable; its type comes from the operand when it has none.
    ///
    /// Spec: Variable declarations.
    pub(super) fn init_var(&mut self, v: ObjId, x: &mut Operand<'a>, context: &str) {
        let ty = self.s.obj_type(v);
        if x.is_invalid() {
            return;
        }
        let typed = ty != TypeId::INVALID;
        self.assignment(x, typed.then_some(ty), context);
        if !x.is_invalid() && !typed {
            let t = x.ty;
            self.s.update_obj(v, |o| o.ty = t);
        }
    }

    /// `lhs = rhs` for new variables or, with `returning`, for results.
    ///
    /// Spec: Variable declarations; Assignment statements; Return statements.
    pub(super) fn init_vars(&mut self, lhs: &[ObjId], rhs: &'a [Expr], returning: Option<Span>) {
        let context = if returning.is_some() {
            "return statement"
        } else {
            "assignment"
        };
        if lhs.len() == rhs.len() {
            for (v, e) in lhs.iter().zip(rhs) {
                let target = self.s.obj_type(*v);
                let target = (target != TypeId::INVALID).then_some(target);
                let mut x = self.expr_with_target(e, target);
                self.init_var(*v, &mut x, context);
            }
            return;
        }
        if rhs.len() != 1 {
            if self.use_exprs(rhs) {
                self.count_error(lhs.len(), rhs.len(), rhs, returning.is_some());
            }
            return;
        }
        let Some(e) = rhs.first() else { return };
        let (operands, comma_ok) = self.unpack(e, lhs.len() == 2 && returning.is_none());
        if operands.len() == lhs.len() {
            for (v, mut x) in lhs.iter().zip(operands) {
                self.init_var(*v, &mut x, context);
            }
            if comma_ok {
                self.record_comma_ok(e);
            }
            return;
        }
        if operands.iter().any(Operand::is_invalid) {
            return;
        }
        let is_call = matches!(e.unparen().kind, ExprKind::Call(_));
        if is_call && returning.is_none() {
            // Spec: Assignment statements.
            let text = format!(
                "assignment mismatch: {} but `{}` returns {}",
                plural(lhs.len(), "variable"),
                self.text(e),
                plural(operands.len(), "value")
            );
            self.err(e.span, Code::ASSIGN_COUNT, text);
            return;
        }
        self.count_error(lhs.len(), operands.len(), rhs, returning.is_some());
    }

    /// `l` variables or results and `r` values; told at the first value, or of a return at the first that is too many or the
    /// last there is.
    fn count_error(&mut self, l: usize, r: usize, rhs: &'a [Expr], returning: bool) {
        let at = match returning {
            true if r > l => rhs.get(l).or(rhs.first()),
            true => rhs.last(),
            false => rhs.first(),
        };
        let span = at.map_or(Span::new(crate::source::FileId(0), 0, 0), |e| e.span);
        match returning {
            true => {
                // Spec: Return statements.
                let few = if r < l { "not enough" } else { "too many" };
                self.err(
                    span,
                    Code::ASSIGN_COUNT,
                    format!("{few} return values: have {r}, want {l}"),
                );
            }
            false => {
                // Spec: Assignment statements.
                let text = format!(
                    "assignment mismatch: {} but {}",
                    plural(l, "variable"),
                    plural(r, "value")
                );
                self.err(span, Code::ASSIGN_COUNT, text);
            }
        }
    }

    /// The values of one expression: a tuple's parts, or a value and its `ok`.
    ///
    /// Spec: Assignment statements; Index expressions; Type assertions; Receive operator.
    pub(super) fn unpack(&mut self, e: &'a Expr, allow_comma_ok: bool) -> (Vec<Operand<'a>>, bool) {
        let x = self.multi_expr(e);
        if x.is_invalid() {
            return (vec![x.clone(), x], false);
        }
        if let Type::Tuple(ts) = self.s.get(x.ty) {
            return (ts.iter().map(|t| Operand::new(Mode::Value, *t, e)).collect(), false);
        }
        if allow_comma_ok && matches!(x.mode, Mode::CommaOk | Mode::MapIndex) {
            let mut value = x.clone();
            value.mode = Mode::Value;
            let mut ok = Operand::new(Mode::Value, TypeId::UNTYPED_BOOL, e);
            ok.expr = None;
            return (vec![value, ok], true);
        }
        (vec![x], false)
    }

    /// Records the tuple for an expression in comma-ok form, also through its parentheses.
    ///
    /// Spec: Assignment statements.
    pub(super) fn record_comma_ok(&mut self, e: &'a Expr) {
        let mut e = e;
        loop {
            let Some(old) = self.info.types.get(e.id).map(|t| t.ty) else {
                return;
            };
            let first = match self.s.get(old) {
                Type::Tuple(ts) => ts.first().copied().unwrap_or(old),
                _ => old,
            };
            let tuple = self.s.tuple(vec![first, TypeId::BOOL]);
            if let Some(t) = self.info.types.get_mut(e.id) {
                t.ty = tuple;
            }
            match &e.kind {
                ExprKind::Paren(x) => e = x,
                _ => return,
            }
        }
    }

    /// The type an expression on the left side takes; nothing for `_`.
    ///
    /// Spec: Assignment statements.
    fn lhs(&mut self, e: &'a Expr) -> Result<Option<TypeId>, ()> {
        let ident = e.unparen().as_ident();
        if ident.is_some_and(|id| &*id.name == "_") {
            return Ok(None);
        }
        // Assigning to a variable is no use of it.
        // Beyond the spec: go/types, what it counts as a use.
        let unused = ident
            .and_then(|id| self.lookup(&id.name))
            .filter(|o| matches!(self.s.obj(*o).kind, ObjKind::Var(VarKind::Local)) && !self.used.contains(o));
        let x = self.expr(e);
        if let Some(o) = unused {
            self.used.remove(&o);
        }
        match x.mode {
            Mode::Invalid => Err(()),
            Mode::Variable | Mode::MapIndex => Ok(Some(x.ty)),
            _ => {
                if let ExprKind::Selector(base, _) = &e.unparen().kind
                    && self.info.types.get(base.id).is_some_and(|t| t.mode == Mode::MapIndex)
                {
                    let text = format!("cannot assign to struct field `{}` in map", self.text(e));
                    self.err(e.span, Code::NOT_ASSIGNABLE, text);
                    return Err(());
                }
                let text = format!(
                    "cannot assign to {} (neither addressable nor a map index expression)",
                    self.describe(&x)
                );
                self.err(e.span, Code::NOT_ASSIGNABLE, text);
                Err(())
            }
        }
    }

    fn assign_var(&mut self, lhs: Result<Option<TypeId>, ()>, x: &mut Operand<'a>) {
        if let Ok(t) = lhs {
            self.assignment(x, t, "assignment");
        }
    }

    /// `lhs = rhs`: pairs, or the parts of one tuple.
    ///
    /// Spec: Assignment statements.
    pub(super) fn assign_vars(&mut self, lhs: &'a [Expr], rhs: &'a [Expr]) {
        if lhs.len() == rhs.len() {
            for (l, r) in lhs.iter().zip(rhs) {
                let target = self.lhs(l);
                if target.is_err() {
                    self.use_exprs([r]);
                    continue;
                }
                let mut x = self.expr_with_target(r, target.ok().flatten());
                self.assign_var(target, &mut x);
            }
            return;
        }
        if rhs.len() != 1 {
            // What cannot be assigned to matters less than the count.
            let told = self.diags.len();
            self.use_lhs(lhs);
            let only_places = self.diags.iter().skip(told).all(|d| d.code == Code::NOT_ASSIGNABLE);
            let valid = only_places || self.diags.len() == told;
            if self.use_exprs(rhs) && valid {
                for d in self.diags.split_off(told) {
                    d.span.map(|span| self.reported.remove(&(span, d.code.0)));
                }
                self.count_error(lhs.len(), rhs.len(), rhs, false);
            }
            return;
        }
        let Some(e) = rhs.first() else { return };
        let (operands, comma_ok) = self.unpack(e, lhs.len() == 2);
        if operands.len() == lhs.len() {
            for (l, mut x) in lhs.iter().zip(operands) {
                let target = self.lhs(l);
                self.assign_var(target, &mut x);
            }
            if comma_ok {
                self.record_comma_ok(e);
            }
            return;
        }
        if !operands.iter().any(Operand::is_invalid) {
            let text = match &e.unparen().kind {
                ExprKind::Call(c) => format!(
                    "assignment mismatch: {} but `{}` returns {}",
                    plural(lhs.len(), "variable"),
                    self.text(&c.fun),
                    plural(operands.len(), "value")
                ),
                _ => format!(
                    "assignment mismatch: {} but {}",
                    plural(lhs.len(), "variable"),
                    plural(operands.len(), "value")
                ),
            };
            self.err(e.span, Code::ASSIGN_COUNT, text);
        }
        self.use_lhs(lhs);
    }

    /// Evaluates left sides of what is in error, without using the variables they name.
    fn use_lhs(&mut self, lhs: &'a [Expr]) -> bool {
        let mut ok = true;
        for l in lhs {
            ok &= self.lhs(l).is_ok();
        }
        ok
    }

    /// Assigns one operand to one expression.
    ///
    /// Spec: Assignment statements.
    pub(super) fn assign_operand(&mut self, lhs: &'a Expr, x: &mut Operand<'a>) {
        let t = self.lhs(lhs);
        self.assign_var(t, x);
    }

    /// `lhs := rhs`; variables are declared after the right side was checked.
    ///
    /// Spec: Short variable declarations.
    pub(super) fn short_var_decl(&mut self, lhs: &'a [Expr], rhs: &'a [Expr], span: Span) {
        let mut vars = Vec::new();
        let mut new: Vec<(&'a ast::Ident, ObjId)> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        let mut wrong = false;
        for l in lhs {
            let Some(id) = l.as_ident() else {
                self.use_lhs(std::slice::from_ref(l));
                let text = format!("non-name `{}` on left side of `:=`", self.text(l));
                self.err(l.span, Code::INVALID_DECL, text);
                wrong = true;
                vars.push(self.s.add_obj(Object::bad_var()));
                continue;
            };
            if &*id.name != "_" && seen.contains(&&*id.name) {
                self.err(
                    l.span,
                    Code::DUPLICATE,
                    format!("`{}` repeated on left side of `:=`", id.name),
                );
                wrong = true;
                vars.push(self.s.add_obj(Object::bad_var()));
                continue;
            }
            seen.push(&id.name);
            let here = self
                .scopes
                .get(self.env.scope.0 as usize)
                .and_then(|s| s.names.get(&id.name))
                .copied();
            match here {
                Some(o) if self.s.obj(o).is_var() => {
                    self.info.uses.insert(id.id, o);
                    vars.push(o);
                }
                Some(_) => {
                    self.err(l.span, Code::NOT_ASSIGNABLE, format!("cannot assign to `{}`", id.name));
                    wrong = true;
                    vars.push(self.s.add_obj(Object::bad_var()));
                }
                None => {
                    let v = self.new_var(id, VarKind::Local, TypeId::INVALID);
                    if &*id.name != "_" {
                        new.push((id, v));
                    } else {
                        self.info.defs.insert(id.id, v);
                    }
                    vars.push(v);
                }
            }
        }
        self.init_vars(&vars, rhs, None);
        if new.is_empty() && !wrong {
            self.err(span, Code::INVALID_DECL, "no new variables on left side of `:=`");
        }
        for (id, v) in new {
            self.declare(id, v);
            self.locals.push(v);
        }
    }
}

impl Object {
    pub(super) fn bad_var() -> Object {
        Object::new(ObjKind::Var(VarKind::Local), "_".into(), None, TypeId::INVALID, None)
    }
}

/// `1 variable`, `2 variables`.
pub(super) fn plural(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
