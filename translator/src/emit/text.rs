//! Strings that are Rust's own: `String`, `&str`, `format!` and `println!`.
//!
//! In: the forms that the plan gives strings. Out: their values, what is lent of them, and what is printed in Rust's way.
//! Invariants: an expression is textual only where the ownership analysis proved it to be UTF-8.

use super::Emitter;
use super::code::{Code, Prec, join};
use super::place::Place;
use crate::analysis::coloring::library::qualified;
use crate::analysis::ownership::{constant_text, is_text_library, operand_kind, printed_operands, sprintf};
use crate::hir::visit::{Visitor, walk_expr};
use crate::hir::{Call, Callee, Expr, ExprKind, LocalId, LocalKind, Method};
use crate::plan::forms::Form;
use crate::plan::{Receiver, Storage};
use crate::stdlib::format::{self, Operand, Piece};
use crate::syntax::ast::BinaryOp;
use crate::types::{ConstValue, ObjId, ObjKind, TypeId};

impl<'a> Emitter<'a> {
    /// The expression is a string that lies somewhere as Rust's own, or is given as such.
    pub(super) fn is_text(&self, e: &Expr) -> bool {
        e.ty == TypeId::STRING && matches!(self.form_of(e), Form::Text | Form::Literal)
    }

    /// A variable or result that only ever is a literal.
    pub(super) fn is_literal_text(&self, e: &Expr) -> bool {
        let lent = matches!(e.kind, ExprKind::Local(l) if self.storage(l) == Storage::Lent);
        e.ty == TypeId::STRING && self.form_of(e) == Form::Literal && !lent
    }

    /// The expression is known to be UTF-8: a constant, what is Rust's own, and what is made of such.
    pub(super) fn is_textual(&self, e: &Expr) -> bool {
        if e.ty != TypeId::STRING {
            return false;
        }
        match &e.kind {
            ExprKind::Const { .. } => constant_text(e).is_some(),
            ExprKind::Zero => true,
            ExprKind::Binary(BinaryOp::Add, x, y) => self.is_textual(x) && self.is_textual(y),
            ExprKind::Call(call) => self.is_text(e) || self.is_textual_call(call),
            _ => self.is_text(e),
        }
    }

    fn is_textual_call(&self, call: &Call) -> bool {
        let Callee::Lib { obj, .. } = &call.callee else {
            return false;
        };
        match (qualified(self.input, *obj).as_str(), &call.args.items[..]) {
            ("strconv.Itoa", [_]) => true,
            ("strings.Join", [v, separator]) => {
                matches!(self.form_of(v), Form::Vec(inner) if *inner == Form::Text) && self.is_textual(separator)
            }
            ("fmt.Sprintf", _) => sprintf(self.input, call, 1).is_some_and(|(_, operands)| {
                let text = |x: &&Expr| operand_kind(self.input, x.ty) == Some(Operand::Text);
                operands.iter().filter(|x| text(x)).all(|x| self.is_textual(x))
            }),
            _ => false,
        }
    }

    /// A `String`.
    pub(super) fn text_value(&self, e: &'a Expr) -> Code {
        match &e.kind {
            ExprKind::Const { .. } | ExprKind::Zero => {
                let text = self.text_literal(e);
                if text.text == "\"\"" {
                    return Code::postfix("String::new()");
                }
                text.method("to_owned", &[])
            }
            ExprKind::Binary(BinaryOp::Add, ..) if self.is_textual(e) => {
                self.formatted("format", self.text_pieces(e), &[e])
            }
            ExprKind::Call(call) if !self.is_text(e) && self.is_textual_call(call) => self.textual_call(call, e),
            _ if self.is_literal_text(e) => self.expr(e).method("to_owned", &[]),
            _ => self.expr(e),
        }
    }

    /// A `&'static str`.
    pub(super) fn static_text(&self, e: &'a Expr) -> Code {
        match &e.kind {
            ExprKind::Const { .. } | ExprKind::Zero => self.text_literal(e),
            _ => self.expr(e),
        }
    }

    fn textual_call(&self, call: &'a Call, e: &'a Expr) -> Code {
        let Callee::Lib { obj, .. } = &call.callee else {
            return self.expr(e);
        };
        match (qualified(self.input, *obj).as_str(), &call.args.items[..]) {
            ("strconv.Itoa", [n]) => self.expr_explicit(n).method("to_string", &[]),
            ("strings.Join", [v, separator]) => {
                let v = match &v.kind {
                    ExprKind::Slice { .. } => self.lend_container(v, false),
                    _ => self.borrowed(v),
                };
                v.method("join", &[self.text_reference(separator)])
            }
            _ => {
                let pieces = self.text_pieces(e);
                match &pieces[..] {
                    [Piece::Operand(one, spec)] if spec.is_empty() => {
                        Code::new(one.clone(), Prec::Lowest).method("to_string", &[])
                    }
                    _ => self.formatted("format", pieces, &[e]),
                }
            }
        }
    }

    /// A literal, or a constant's name.
    pub(super) fn text_literal(&self, e: &'a Expr) -> Code {
        match &e.kind {
            ExprKind::Const {
                value,
                named: Some(obj),
                ..
            } => {
                let declared = self.text_constant(*obj);
                declared.unwrap_or_else(|| self.constant(value, e.ty, None, None, false))
            }
            _ => Code::postfix(super::constant::quote(constant_text(e).unwrap_or_default())),
        }
    }

    /// `&str`, or what becomes one by itself as an argument.
    pub(super) fn text_reference(&self, e: &'a Expr) -> Code {
        match &e.kind {
            ExprKind::Const { .. } | ExprKind::Zero => self.text_literal(e),
            ExprKind::Local(l) if self.storage(*l) == Storage::Lent => Code::postfix(self.local_name(*l)),
            _ if self.is_literal_text(e) => self.expr(e),
            _ => self.text_operand(e).reference(),
        }
    }

    /// A string to look at: a place, or a value.
    fn text_operand(&self, e: &'a Expr) -> Code {
        match &e.kind {
            ExprKind::Const { .. } | ExprKind::Zero => self.text_literal(e),
            _ if self.is_literal_text(e) => self.expr(e),
            ExprKind::Binary(..) | ExprKind::Call(_) => self.text_value(e),
            _ => self.borrowed(e),
        }
    }

    /// Rust's `&str` rather than a place of a `String`.
    fn is_str(&self, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Const { .. } | ExprKind::Zero => true,
            ExprKind::Local(l) if self.storage(*l) == Storage::Lent => self.is_parameter(*l),
            _ => self.is_literal_text(e),
        }
    }

    pub(super) fn is_parameter(&self, local: LocalId) -> bool {
        self.input.hir.local(local).kind == LocalKind::Param
    }

    /// `s == ""` asks whether it is empty.
    pub(super) fn emptiness(&self, op: BinaryOp, x: &'a Expr, y: &'a Expr) -> Option<Code> {
        let empty = |e: &Expr| {
            matches!(e.kind, ExprKind::Const { named: None, .. }) && constant_text(e).is_some_and(str::is_empty)
        };
        if !matches!(op, BinaryOp::Eq | BinaryOp::Ne) || x.ty != TypeId::STRING || !empty(y) || empty(x) {
            return None;
        }
        let code = match self.is_textual(x) {
            true => self.text_operand(x),
            false => self.borrowed(x),
        };
        let code = code.method("is_empty", &[]);
        Some(if op == BinaryOp::Eq {
            code
        } else {
            Code::new(format!("!{code}"), Prec::Unary)
        })
    }

    /// A comparison of which at least one side is Rust's own.
    pub(super) fn text_comparison(&self, op: BinaryOp, x: &'a Expr, y: &'a Expr) -> Option<Code> {
        if !self.is_text(x) && !self.is_text(y) {
            return None;
        }
        let ordered = !matches!(op, BinaryOp::Eq | BinaryOp::Ne);
        let mixed = self.is_str(x) != self.is_str(y);
        let side = |e: &'a Expr| {
            let textual = self.is_textual(e);
            let code = if textual {
                self.text_operand(e)
            } else {
                self.borrowed(e)
            };
            let code = match &e.kind {
                // The variable of a loop is a reference to a `String`, and a borrowed parameter may be one to the runtime's.
                ExprKind::Local(l) if self.storage(*l) == Storage::Lent && !(textual && self.is_parameter(*l)) => {
                    Code::new(format!("*{code}"), Prec::Unary)
                }
                _ => code,
            };
            if !textual {
                code
            } else if ordered && mixed && !self.is_str(e) {
                code.method("as_str", &[])
            } else {
                code
            }
        };
        Some(Code::binary(&side(x), op.as_str(), &side(y), Prec::Compare))
    }

    /// A sum in the runtime's form, where an operand is Rust's own or a constant.
    pub(super) fn mixed_sum(&self, x: &'a Expr, y: &'a Expr, e: &'a Expr) -> Option<Code> {
        if e.ty != TypeId::STRING {
            return None;
        }
        if self.is_textual(e) && self.is_computed(e) {
            let text = self.formatted("format", self.text_pieces(e), &[e]);
            return Some(Code::postfix(format!("GoString::from({text})")));
        }
        if !self.is_textual(y) {
            return self.is_textual(x).then(|| {
                let left = match &x.kind {
                    ExprKind::Const { .. } => self.expr_explicit(x),
                    ExprKind::Binary(..) | ExprKind::Call(_) => {
                        Code::postfix(format!("GoString::from({})", self.text_value(x)))
                    }
                    _ => Code::postfix(format!("GoString::from({})", self.text_reference(x))),
                };
                Code::binary(&left, "+", &self.reference_unless_moved(y), Prec::Sum)
            });
        }
        let left = match &x.kind {
            ExprKind::Const { .. } => self.expr_explicit(x),
            _ => self.runtime_text(x).unwrap_or_else(|| self.expr_explicit(x)),
        };
        let right = self.text_reference(y);
        let right = match self.is_str(y) {
            true => right,
            false => Code::postfix(right.text.trim_start_matches('&').to_owned()).method("as_str", &[]),
        };
        Some(Code::binary(&left, "+", &right, Prec::Sum))
    }

    /// A sum of more than names and literals.
    fn is_computed(&self, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Binary(_, x, y) => self.is_computed(x) || self.is_computed(y),
            ExprKind::Call(_) => true,
            _ => false,
        }
    }

    /// What is added to a string: `s += …`.
    pub(super) fn added_text(&self, value: &'a Expr, own: bool) -> Option<Code> {
        if value.ty != TypeId::STRING || !self.is_textual(value) {
            return None;
        }
        let reference = self.text_reference(value);
        // The runtime's string takes a `&str` and nothing that becomes one.
        Some(if own || self.is_str(value) {
            reference
        } else {
            Code::postfix(reference.text.trim_start_matches('&').to_owned()).method("as_str", &[])
        })
    }

    /// `strings.Contains` and its like on Rust's own strings.
    pub(super) fn text_library_call(&self, name: &str, call: &'a Call) -> Option<Code> {
        let [s, part] = &call.args.items[..] else { return None };
        if !is_text_library(name) || !self.is_textual(s) || !self.is_textual(part) {
            return None;
        }
        let method = match name {
            "strings.Contains" => "contains",
            "strings.HasPrefix" => "starts_with",
            _ => "ends_with",
        };
        let part = match &part.kind {
            ExprKind::Local(l) if self.storage(*l) == Storage::Lent && !self.is_parameter(*l) => {
                self.text_operand(part).method("as_str", &[])
            }
            _ => self.text_reference(part),
        };
        Some(self.text_operand(s).method(method, &[part]))
    }

    /// A string that a library function gets in the runtime's form.
    pub(super) fn runtime_text(&self, e: &'a Expr) -> Option<Code> {
        self.is_text(e)
            .then(|| Code::postfix(format!("GoString::from({})", self.text_reference(e))))
    }

    /// `println!(…)` for `fmt.Println` and `fmt.Printf` of a line, where Rust prints the same.
    pub(super) fn printed_line(&self, e: &'a Expr) -> Option<Code> {
        let ExprKind::Call(call) = &e.kind else { return None };
        let Callee::Lib { obj, .. } = &call.callee else {
            return None;
        };
        if !call.packed || call.args.tuple.is_some() {
            return None;
        }
        let (mut pieces, operands) = match qualified(self.input, *obj).as_str() {
            "fmt.Println" => {
                let operands = printed_operands(call, 0)?;
                (format::println(operands.len()), operands)
            }
            "fmt.Printf" => {
                let (mut pieces, operands) = sprintf(self.input, call, 1)?;
                let Some(Piece::Literal(last)) = pieces.last_mut() else {
                    return None;
                };
                last.pop().filter(|c| *c == '\n')?;
                (pieces, operands)
            }
            _ => return None,
        };
        let plain = |x: &&Expr| match operand_kind(self.input, x.ty) {
            Some(Operand::Text) => self.is_textual(x),
            kind => kind.is_some(),
        };
        if !operands.iter().all(plain) {
            return None;
        }
        pieces.retain(|p| !matches!(p, Piece::Literal(text) if text.is_empty()));
        let pieces = self.printed_pieces(pieces, &operands);
        Some(self.formatted("println", pieces, &operands))
    }

    /// The pieces of a string that is made of others.
    fn text_pieces(&self, e: &'a Expr) -> Vec<Piece<String>> {
        match &e.kind {
            ExprKind::Const { named: None, .. } | ExprKind::Zero => {
                vec![Piece::Literal(constant_text(e).unwrap_or_default().to_owned())]
            }
            ExprKind::Binary(BinaryOp::Add, x, y) => {
                let mut pieces = self.text_pieces(x);
                pieces.extend(self.text_pieces(y));
                pieces
            }
            ExprKind::Call(call) if !self.is_text(e) => match sprintf(self.input, call, 1) {
                Some((pieces, operands)) if self.is_sprintf(call) => self.printed_pieces(pieces, &operands),
                _ => vec![Piece::Operand(self.number_or_text(e), String::new())],
            },
            _ => vec![Piece::Operand(self.text_operand(e).text, String::new())],
        }
    }

    fn is_sprintf(&self, call: &Call) -> bool {
        matches!(&call.callee, Callee::Lib { obj, .. } if qualified(self.input, *obj) == "fmt.Sprintf")
    }

    /// `strconv.Itoa(n)` in a format is `n`.
    fn number_or_text(&self, e: &'a Expr) -> String {
        if let ExprKind::Call(call) = &e.kind
            && let (Callee::Lib { obj, .. }, [n]) = (&call.callee, &call.args.items[..])
            && qualified(self.input, *obj) == "strconv.Itoa"
        {
            return self.number(n);
        }
        self.text_operand(e).text
    }

    fn printed_pieces(&self, pieces: Vec<Piece<usize>>, operands: &[&'a Expr]) -> Vec<Piece<String>> {
        let mut out = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Literal(text) => out.push(Piece::Literal(text)),
                Piece::Operand(i, spec) => {
                    let x = operands[i];
                    if spec.is_empty()
                        && x.ty == TypeId::STRING
                        && matches!(
                            x.kind,
                            ExprKind::Const { .. } | ExprKind::Binary(..) | ExprKind::Call(_)
                        )
                    {
                        out.extend(self.text_pieces(x));
                    } else if let Some(text) = plain_constant(x).filter(|_| spec.is_empty()) {
                        out.push(Piece::Literal(text));
                    } else if x.ty == TypeId::STRING {
                        out.push(Piece::Operand(self.text_operand(x).text, spec));
                    } else {
                        out.push(Piece::Operand(self.number(x), spec));
                    }
                }
            }
        }
        out
    }

    /// A number or boolean to print.
    fn number(&self, x: &'a Expr) -> String {
        match &x.kind {
            ExprKind::Local(l) if self.storage(*l) == Storage::Lent => self.local_name(*l),
            ExprKind::Const {
                value: ConstValue::Int(n),
                named: None,
                ..
            } if i32::try_from(n).is_ok() => n.to_string(),
            _ => match self.usize_length(x) {
                Some(length) if matches!(x.kind, ExprKind::Call(_)) => length.text,
                _ => self.expr_explicit(x).text,
            },
        }
    }

    /// `name!("…", …)`. Operands that write what others look at, or look through a lock that others may take, are
    /// computed before.
    fn formatted(&self, name: &str, mut pieces: Vec<Piece<String>>, operands: &[&'a Expr]) -> Code {
        let mut before = String::new();
        // Guards live as long as the statement.
        let locks = |p: &Piece<String>| matches!(p, Piece::Operand(code, _) if takes_lock(code));
        let several = pieces.iter().filter(|p| matches!(p, Piece::Operand(..))).count() > 1;
        let writes = operands.iter().any(|e| self.writes(e));
        if several && (writes || pieces.iter().any(locks)) {
            let mut taken = 0;
            for piece in &mut pieces {
                if let Piece::Operand(code, _) = piece
                    && (writes || !is_place(code))
                {
                    let arg = format!("arg{taken}");
                    taken += 1;
                    let behind_guard = takes_lock(code) && !code.contains(['*', ' ']) && !code.ends_with(')');
                    let owned = if behind_guard || is_place(code) && !is_number(code) {
                        format!("{code}.to_owned()")
                    } else {
                        code.clone()
                    };
                    before.push_str(&format!("let {arg} = {owned}; "));
                    *code = arg;
                }
            }
        }
        let (format, rest) = format::rust_format(&pieces);
        let mut args: Vec<Code> = Vec::new();
        if !format.is_empty() {
            args.push(Code::postfix(super::constant::quote(&format)));
        }
        args.extend(rest.into_iter().map(Code::postfix));
        let call = format!("{name}__gort_macro({})", join(&args));
        if before.is_empty() {
            Code::postfix(call)
        } else {
            Code::block(format!("{{ {before}{call} }}"))
        }
    }

    /// The expression calls something that writes through what it borrows.
    fn writes(&self, e: &'a Expr) -> bool {
        struct Writes<'e, 'a>(&'e Emitter<'a>, bool);
        impl<'p> Visitor<'p> for Writes<'_, '_> {
            fn expr(&mut self, e: &'p Expr) {
                if let ExprKind::Call(call) = &e.kind {
                    let func = match &call.callee {
                        Callee::Func { func, .. }
                        | Callee::Method {
                            method: Method::User(func),
                            ..
                        } => Some(self.0.input.hir.func(*func)),
                        _ => None,
                    };
                    let receiver = func.and_then(|f| self.0.plan.funcs[f.id.index()].receiver);
                    let params = func.into_iter().flat_map(|f| &f.params);
                    self.1 |=
                        receiver == Some(Receiver::RefMut) || params.into_iter().any(|p| self.0.writes_through(*p));
                }
                walk_expr(self, e);
            }
        }
        let mut writes = Writes(self, false);
        writes.expr(e);
        writes.1
    }

    /// The key of a map, to look for.
    pub(super) fn key_reference(&self, key: &'a Expr, form: &Form) -> Code {
        if *form.key() == Form::Text {
            return self.text_reference(key);
        }
        self.reference(key)
    }

    /// `match s { "a" | "b" => … }`: the tag, where it is Rust's own and all cases are literals.
    pub(super) fn text_tag(&self, tag: &'a Expr) -> Option<Code> {
        if !self.is_text(tag) {
            return None;
        }
        let code = self.text_operand(tag);
        Some(if self.is_str(tag) {
            code
        } else {
            code.method("as_str", &[])
        })
    }

    /// The name of a string constant that is declared as a `&str`.
    fn text_constant(&self, obj: ObjId) -> Option<Code> {
        let object = self.input.store().obj(obj);
        if self.input.is_library(obj) || !self.is_text_constant(obj) {
            return None;
        }
        let name = self.plan.names.object(obj)?;
        let package = if object.package_level { object.pkg } else { None };
        Some(Code::postfix(self.path(package, name)))
    }

    /// A constant of type `string`, or of none, that is UTF-8: its declaration is a `&str`.
    pub(super) fn is_text_constant(&self, obj: ObjId) -> bool {
        let object = self.input.store().obj(obj);
        let ObjKind::Const { value: Some(value) } = &object.kind else {
            return false;
        };
        let text = matches!(&**value, ConstValue::String(s) if std::str::from_utf8(s).is_ok());
        text && !self.input.is_library(obj) && self.declared_type(obj) == Some(TypeId::STRING)
    }

    /// An argument for a parameter that borrows a string.
    pub(super) fn lent_string(&self, arg: &'a Expr, form: &Form) -> Code {
        if matches!(form, Form::Text | Form::Literal) {
            return self.text_reference(arg);
        }
        match &arg.kind {
            ExprKind::Local(l) if self.storage(*l) == Storage::Lent => Code::postfix(self.local_name(*l)),
            ExprKind::Index { .. } => match self.place(arg) {
                Place::Direct(code) => code.reference(),
                place => self.read(&place, arg.ty).reference(),
            },
            _ => self.reference(arg),
        }
    }
}

/// A number or boolean as Rust and Go both print it.
fn plain_constant(e: &Expr) -> Option<String> {
    match &e.kind {
        ExprKind::Const {
            value: ConstValue::Int(n),
            named: None,
            ..
        } => Some(n.to_string()),
        ExprKind::Const {
            value: ConstValue::Bool(b),
            named: None,
            ..
        } => Some(b.to_string()),
        _ => None,
    }
}

/// A variable or field, rather than a value of its own.
fn is_place(code: &str) -> bool {
    code.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

/// A lock is held while the operand is looked at.
fn takes_lock(code: &str) -> bool {
    [".lock()", ".read()", ".write()"]
        .iter()
        .any(|call| code.contains(call))
}

fn is_number(code: &str) -> bool {
    code.starts_with(|c: char| c.is_ascii_digit())
}
