//! Declarations of variables and assignments.
//!
//! In: `Let`, `Assign` and `OpAssign` of the HIR. Out: Rust statements that evaluate and assign in Go's order.

use super::Emitter;
use super::code::{Code, Prec, join};
use super::place::{Key, Place, Position};
use super::stmt::is_pure;
use crate::hir::{Callee, Expr, ExprKind, LocalId, Values};
use crate::plan::Storage;
use crate::plan::forms::Form;
use crate::syntax::ast::BinaryOp;
use crate::types::{BasicKind, ConstValue, Type, TypeId};

impl<'a> Emitter<'a> {
    pub(super) fn let_stmt(&self, lhs: &[Option<LocalId>], init: &'a Values) -> String {
        if init.items.is_empty() {
            return lhs
                .iter()
                .flatten()
                .map(|l| self.let_zero(*l))
                .collect::<Vec<_>>()
                .join(" ");
        }
        if let ([Some(local)], None) = (lhs, &init.tuple) {
            return self.let_one(*local, &init.items[0]);
        }
        if let ([None], None) = (lhs, &init.tuple) {
            return format!("let _ = {};", self.expr_explicit(&init.items[0]));
        }
        let patterns: Vec<_> = lhs
            .iter()
            .map(|l| l.map_or("_".into(), |l| self.let_pattern(l)))
            .collect();
        let mut out = match &init.tuple {
            Some(tuple) if init.is_plain_tuple() => format!("let ({}) = {};", patterns.join(", "), self.expr(tuple)),
            Some(_) => format!("let ({}) = {};", patterns.join(", "), self.values_tuple(init, &[])),
            None => {
                let items: Vec<_> = lhs
                    .iter()
                    .zip(&init.items)
                    .map(|(l, e)| match l {
                        Some(l) => self.expr_into_explicit(e, self.plan.forms.local(*l)),
                        None => self.expr_explicit(e),
                    })
                    .collect();
                format!("let ({}) = ({});", patterns.join(", "), join(&items))
            }
        };
        for local in lhs.iter().flatten() {
            let name = self.local_name(*local);
            if self.storage(*local) == Storage::Shared {
                out.push_str(&format!(" let {name} = Ptr::new({name});"));
            }
            if self.is_guarded(*local) {
                out.push_str(&self.guarded_let(*local, &Code::postfix(name)));
            }
        }
        out
    }

    /// A new variable's pattern; what is shared is boxed afterwards.
    pub(super) fn let_pattern(&self, local: LocalId) -> String {
        let name = self.local_name(local);
        if !self.facts.sharing.local(local).used && self.facts.sharing.local(local).mutated.is_empty() {
            return format!("_{}", name.trim_start_matches('_'));
        }
        if self.storage(local) == Storage::Plain && self.needs_mut(local) && !self.plan.results.split.contains(&local) {
            format!("mut {name}")
        } else {
            name
        }
    }

    fn let_zero(&self, local: LocalId) -> String {
        let ty = self.input.hir.local(local).ty;
        let name = self.local_name(local);
        if self.facts.guarded.local(local).is_some() {
            // It is in the lock of what it guards.
            return String::new();
        }
        if self.is_guarded(local) {
            let zero = self.zero_of(self.plan.forms.local(local), ty);
            let kind = self.basic_kind(ty).filter(|k| k.is_integer() || k.is_float());
            let zero = match kind {
                Some(_) => self.typed_zero(zero, ty),
                None => zero,
            };
            return self.guarded_let(local, &zero);
        }
        if self.plan.scopes.groups.contains(&local) {
            return format!("let {name} = {}::TaskGroup::new();", self.library_module("sync"));
        }
        let form = self.plan.forms.local(local);
        if matches!(form, Form::Text | Form::Literal) {
            let zero = self.zero_of(form, ty);
            return format!("let {} = {zero};", self.let_pattern(local));
        }
        if form.holds() && *form != Form::Owned {
            return format!(
                "let {}: {} = {};",
                self.let_pattern(local),
                self.local_ty(local),
                self.zero_of(form, ty)
            );
        }
        let zero = self.zero(ty);
        if self.storage(local) == Storage::Shared {
            return format!("let {name}: Ptr<{}> = Ptr::new({zero});", self.ty(ty));
        }
        let needs_type = !matches!(self.basic_kind(ty), Some(k) if !k.is_untyped()) && !self.is_in_place(ty);
        let annotation = if needs_type {
            format!(": {}", self.ty(ty))
        } else {
            String::new()
        };
        format!("let {}{annotation} = {zero};", self.let_pattern(local))
    }

    fn let_one(&self, local: LocalId, init: &'a Expr) -> String {
        let ty = self.input.hir.local(local).ty;
        let float = self.basic_kind(ty).is_some_and(BasicKind::is_float) && !self.is_newtype(ty);
        let shared_float =
            float && self.storage(local) == Storage::Shared && matches!(init.kind, ExprKind::Const { .. });
        let annotate = leaves_type_open(init) || shared_float;
        let form = self.plan.forms.local(local);
        if self.is_guarded(local) {
            let value = self.expr_into_explicit(init, form);
            return self.guarded_let(local, &value);
        }
        if matches!(form, Form::Text | Form::Literal) {
            return format!("let {} = {};", self.let_pattern(local), self.expr_into(init, form));
        }
        if form.holds() {
            let value = self.expr_into_explicit(init, form);
            let open = value.text.ends_with("::new()")
                || value.text.starts_with("Vec::with_capacity")
                || value.text.starts_with("HashMap::with_capacity");
            let annotation = if open && *form != Form::Owned {
                format!(": {}", self.local_ty(local))
            } else {
                String::new()
            };
            return format!("let {}{annotation} = {value};", self.let_pattern(local));
        }
        let value = if annotate {
            self.expr(init)
        } else {
            self.expr_explicit(init)
        };
        if self.storage(local) == Storage::Shared {
            let name = self.local_name(local);
            let annotation = if annotate {
                format!(": Ptr<{}>", self.ty(ty))
            } else {
                String::new()
            };
            let mutable = if self.is_rebound(local) { "mut " } else { "" };
            return format!("let {mutable}{name}{annotation} = Ptr::new({value});");
        }
        let annotation = if annotate {
            format!(": {}", self.ty(ty))
        } else {
            String::new()
        };
        format!("let {}{annotation} = {value};", self.let_pattern(local))
    }

    pub(super) fn assign(&self, lhs: &'a [Option<Expr>], rhs: &'a Values, declares: &[LocalId]) -> String {
        let mut out = String::new();
        if let ([place], None, [value]) = (lhs, &rhs.tuple, &rhs.items[..]) {
            return match place {
                None => format!("let _ = {};", self.expr_explicit(value)),
                Some(Expr {
                    kind: ExprKind::Local(l),
                    ..
                }) if declares.contains(l) => self.let_one(*l, value),
                Some(place) => self.assign_one(place, value),
            };
        }
        if let Some(text) = self.swapped(lhs, &rhs.items) {
            return text;
        }
        let mut bound = String::new();
        let places: Vec<_> = lhs
            .iter()
            .enumerate()
            .map(|(i, place)| {
                place.as_ref().map(|p| match p.kind {
                    // A variable declared here gets a plain binding first.
                    ExprKind::Local(l) if declares.contains(&l) => {
                        (Place::Direct(Code::postfix(self.local_name(l))), p.ty)
                    }
                    _ if self.depends_on_others(p, &lhs[..i]) || !is_pure(p) => (self.bound_place(p, &mut bound), p.ty),
                    _ => (self.place_to_write(p), p.ty),
                })
            })
            .collect();
        let forms: Vec<_> = lhs
            .iter()
            .map(|p| p.as_ref().map_or(Form::Runtime, |p| self.form_of(p)))
            .collect();
        // What the places are made of is evaluated before anything is assigned.
        if !bound.is_empty() && declares.is_empty() {
            let (text, _) = self.assigned_places(&places, rhs, &forms);
            return format!("{{ {bound} {text} }}");
        }
        out.push_str(&bound);
        for local in declares {
            out.push_str(&format!("let {}; ", self.let_pattern(*local)));
        }
        out.push_str(&self.assign_places(&places, rhs, &forms));
        for local in declares {
            if self.is_guarded(*local) {
                out.push_str(&self.guarded_let(*local, &Code::postfix(self.local_name(*local))));
            }
            if self.storage(*local) == Storage::Shared {
                let name = self.local_name(*local);
                out.push_str(&format!(" let {name} = Ptr::new({name});"));
            }
        }
        out
    }

    /// Whether finding the place reads a variable that the same statement has assigned by then.
    fn depends_on_others(&self, place: &Expr, lhs: &[Option<Expr>]) -> bool {
        struct Reads<'v>(&'v [Option<Expr>], bool);
        impl<'p> crate::hir::visit::Visitor<'p> for Reads<'_> {
            fn expr(&mut self, e: &'p Expr) {
                let assigned = |p: &Expr| match (&p.kind, &e.kind) {
                    (ExprKind::Local(a), ExprKind::Local(b)) => a == b,
                    (ExprKind::Global(a), ExprKind::Global(b)) => a == b,
                    _ => false,
                };
                self.1 |= self.0.iter().flatten().any(assigned);
                crate::hir::visit::walk_expr(self, e);
            }
        }
        if matches!(place.kind, ExprKind::Local(_) | ExprKind::Global(_)) {
            return false;
        }
        let mut reads = Reads(lhs, false);
        crate::hir::visit::Visitor::expr(&mut reads, place);
        reads.1
    }

    /// A place whose operands are variables of their own.
    fn bound_place(&self, e: &'a Expr, out: &mut String) -> Place {
        let bind = |out: &mut String, base: &str, code: &Code| {
            let name = self.free_temporary(base);
            out.push_str(&format!("let {name} = {code};"));
            Code::postfix(name)
        };
        match &e.kind {
            ExprKind::Field { base, index } if self.guarded_place(base, *index).is_none() => {
                let base_place = match &base.kind {
                    ExprKind::Deref(p) if self.is_owned_pointer(p.ty) => self.place_of_member(base),
                    _ => self.bound_place(base, out),
                };
                return self.member_of(base_place, base.ty, *index);
            }
            ExprKind::Index { base, index } if !self.form_of(base).holds() => {
                if let Type::Array(_, elem) = self.input.store().under(base.ty) {
                    let base_place = self.bound_place(base, out);
                    let of_array = matches!(base_place, Place::Direct(_) | Place::Within(..));
                    let position = match of_array {
                        true => Code::postfix(self.usize_index(index)),
                        false => self.index(index),
                    };
                    let i = match index.kind {
                        ExprKind::Const { .. } => position,
                        _ => bind(out, "i", &position),
                    };
                    let position = Position {
                        of_array: i.text.clone(),
                        of_cells: i,
                    };
                    return self.element_of(base_place, base.ty, *elem, &position);
                }
            }
            _ => {}
        }
        match (&e.kind, self.place_to_write(e)) {
            (ExprKind::Deref(p), Place::Cell(_)) => {
                let place = bind(out, "place", &self.unwrapped(self.expr(p), p.ty));
                Place::Cell(match self.plan.traits.hides_cell(self.input, e.ty) {
                    true => place.method("cell", &[]),
                    false => place,
                })
            }
            (_, Place::Element(slice, i)) => {
                let slice = bind(out, "slice", &slice.method("clone", &[]));
                Place::Element(slice, bind(out, "i", &i))
            }
            (_, Place::Key(map, key)) => Place::Key(map, Key::of(bind(out, "key", &key.value))),
            (ExprKind::Index { base, index }, Place::Direct(_)) if self.form_of(base).holds() => {
                let i = bind(out, "i", &Code::postfix(self.usize_index(index)));
                match self.native_place(base) {
                    Some(base) => Place::Direct(Code::postfix(format!("{}[{i}]", base.operand()))),
                    None => self.place(e),
                }
            }
            (_, Place::Entry(map, key)) => {
                let map = bind(out, "map", &map.method("clone", &[]));
                Place::Entry(map, Key::of(bind(out, "key", &key.value)))
            }
            (_, place) => place,
        }
    }

    fn assign_one(&self, place: &'a Expr, value: &'a Expr) -> String {
        if let Some(text) = self.changed_in_place(place, value) {
            return text;
        }
        if let Place::Key(map, key) = self.place_to_write(place) {
            // A guard is borrowed by the call: what looks through it is computed before.
            let code = self.expr_into(value, &self.form_of(place));
            if self.mentions_guard(&code.text) && self.mentions_guard(&map.text) {
                let insert = self.write(&Place::Key(map, key), place.ty, &Code::postfix("value"));
                return format!("{{ let value = {code}; {insert} }}");
            }
            return self.write(&Place::Key(map, key), place.ty, &code);
        }
        let target = self.place_to_write(place);
        let form = self.form_of(place);
        let code = self.expr_into(value, &form);
        if let ExprKind::Index { base, index } = &place.kind
            && matches!(target, Place::Direct(_))
            && self.form_of(base).holds()
            && super::native::looks_at(index, base)
        {
            // The position is found before the container is borrowed to be written.
            let element = |code: Code| Place::Direct(Code::postfix(format!("{}[i]", code.operand())));
            if let Some(base) = self.native_place(base) {
                let i = self.usize_index(index);
                let write = self.write(&element(base), place.ty, &code);
                return format!("{{ let i = {i}; {write} }}");
            }
        }
        // Go looks for the element after the value is computed.
        if indexes_array(self, place) && !is_pure(value) && is_pure(place) {
            let value = self.expr_explicit(value);
            return format!(
                "{{ let value = {value}; {} }}",
                self.write(&target, place.ty, &Code::postfix("value"))
            );
        }
        self.write(&target, place.ty, &code)
    }

    /// `(a, b) = (x, y)`: all values first, then the places in order.
    pub(super) fn assign_places(&self, places: &[Option<(Place, TypeId)>], rhs: &'a Values, forms: &[Form]) -> String {
        match self.assigned_places(places, rhs, forms) {
            (text, true) => format!("{{ {text} }}"),
            (text, false) => text,
        }
    }

    /// The statements, and whether they have variables of their own.
    fn assigned_places(&self, places: &[Option<(Place, TypeId)>], rhs: &'a Values, forms: &[Form]) -> (String, bool) {
        let direct = places.iter().all(|p| matches!(p, None | Some((Place::Direct(_), _))));
        let value = if rhs.tuple.is_some() || rhs.items.len() == 1 {
            self.values_tuple(rhs, forms)
        } else {
            let items: Vec<_> = rhs
                .items
                .iter()
                .enumerate()
                .map(|(i, e)| self.expr_into_explicit(e, forms.get(i).unwrap_or(&Form::Runtime)))
                .collect();
            format!("({})", join(&items))
        };
        if direct {
            let targets: Vec<_> = places
                .iter()
                .map(|p| match p {
                    Some((Place::Direct(code), _)) => code.text.clone(),
                    _ => "_".into(),
                })
                .collect();
            if let [one] = &targets[..] {
                return (format!("{one} = {value};"), false);
            }
            return (format!("({}) = {value};", targets.join(", ")), false);
        }
        let names: Vec<_> = places
            .iter()
            .enumerate()
            .map(|(i, p)| if p.is_some() { format!("v{i}") } else { "_".into() })
            .collect();
        let pattern = if let [one] = &names[..] {
            one.clone()
        } else {
            format!("({})", names.join(", "))
        };
        let mut out = format!("let {pattern} = {value};");
        for (place, name) in places.iter().zip(&names) {
            if let Some((place, ty)) = place {
                out.push(' ');
                out.push_str(&self.write(place, *ty, &Code::postfix(name.clone())));
            }
        }
        (out, true)
    }

    pub(super) fn op_assign(&self, place: &'a Expr, op: BinaryOp, value: &'a Expr) -> String {
        let target = self.place_to_write(place);
        if let ExprKind::Index { base, index } = &place.kind
            && matches!(target, Place::Direct(_))
            && self.form_of(base).holds()
            && super::native::looks_at(index, base)
            && let Some(base) = self.native_place(base)
        {
            let i = self.usize_index(index);
            let element = Code::postfix(format!("{}[i]", base.operand()));
            return format!(
                "{{ let i = {i}; {} }}",
                self.op_assign_direct(&element, op, place, value)
            );
        }
        let pure = is_pure(place);
        match &target {
            Place::Direct(code) => self.op_assign_direct(code, op, place, value),
            Place::Cell(code) if pure && self.cell_adds(place.ty, op) => {
                let method = if op == BinaryOp::Add { "add" } else { "sub" };
                format!("{};", code.method(method, &[self.expr(value)]))
            }
            Place::Cell(_) | Place::Element(..) if pure => {
                let current = self.read(&target, place.ty);
                let new = self.operation(current, op, place, value);
                self.write(&target, place.ty, &new)
            }
            Place::Element(slice, i) => {
                let inner = Place::Element(Code::postfix("slice"), Code::postfix("i"));
                let current = self.read(&inner, place.ty);
                let new = self.operation(current, op, place, value);
                let write = self.write(&inner, place.ty, &new);
                format!("{{ let slice = {slice}; let i = {i}; {write} }}")
            }
            Place::Cell(code) => {
                let inner = Code::postfix("place");
                let new = self.operation(inner.method("get", &[]), op, place, value);
                format!(
                    "{{ let place = &{code}; {} }}",
                    self.write(&Place::Cell(inner), place.ty, &new)
                )
            }
            Place::Within(code, path) => self.updated(code, None, &format!(".{path}"), op, place, value),
            Place::Entry(map, key) => self.updated(map, Some(&key.value), "", op, place, value),
            Place::Key(map, key) => {
                let entry = super::native::entry(map, key.value.clone());
                let target = Code::new(format!("*{entry}"), Prec::Unary);
                self.op_assign_direct(&target, op, place, value)
            }
            Place::Value(_) => format!(
                "{};",
                self.unsupported("an assignment to this place", place.span, place.ty)
            ),
        }
    }

    fn cell_adds(&self, ty: TypeId, op: BinaryOp) -> bool {
        let number = self.basic_kind(ty).is_some_and(|k| k.is_integer());
        number && !self.is_newtype(ty) && matches!(op, BinaryOp::Add | BinaryOp::Sub)
    }

    /// `cell.update(|v| *v += value)`, the value computed before.
    fn updated(
        &self,
        cell: &Code,
        key: Option<&Code>,
        path: &str,
        op: BinaryOp,
        place: &'a Expr,
        value: &'a Expr,
    ) -> String {
        let constant = matches!(value.kind, ExprKind::Const { .. });
        let (before, operand) = if constant || self.is_plain_copy(value) {
            (String::new(), self.expr(value))
        } else {
            (
                format!("let value = {}; ", self.expr_explicit(value)),
                Code::postfix("value"),
            )
        };
        let v = super::place::fresh(&[&operand.text]);
        let target = if path.is_empty() {
            Code::new(format!("*{v}"), Prec::Unary)
        } else {
            Code::postfix(format!("{v}{path}"))
        };
        let body = self.operated(&target, op, place, value, operand);
        let key = key.map(|k| format!("{k}, ")).unwrap_or_default();
        let update = format!("{}.update({key}|{v}| {body});", cell.operand());
        if before.is_empty() {
            update
        } else {
            format!("{{ {before}{update} }}")
        }
    }

    fn is_plain_copy(&self, e: &Expr) -> bool {
        matches!(e.kind, ExprKind::Local(l) if self.storage(l) == Storage::Plain && self.is_copy(e.ty))
    }

    fn op_assign_direct(&self, code: &Code, op: BinaryOp, place: &'a Expr, value: &'a Expr) -> String {
        let same = crate::analysis::ownership::same_place(place, value);
        let operand = if same && self.basic_kind(place.ty).is_some_and(BasicKind::is_string) {
            // It cannot be looked at while it is written.
            code.method("clone", &[]).reference()
        } else if let Some(text) = self.added_text(value, self.is_text(place)) {
            text
        } else if self.basic_kind(place.ty).is_some_and(BasicKind::is_string) {
            match &value.kind {
                ExprKind::Const { .. } => self.expr(value),
                _ => self.reference(value),
            }
        } else {
            self.expr(value)
        };
        format!("{};", self.operated(code, op, place, value, operand))
    }

    /// `target op= operand` where Rust's operator means the same, else `target = target op operand`.
    fn operated(&self, target: &Code, op: BinaryOp, place: &'a Expr, value: &'a Expr, operand: Code) -> String {
        let kind = self.basic_kind(place.ty);
        let integer = kind.is_some_and(BasicKind::is_integer);
        let unsigned = kind.is_some_and(BasicKind::is_unsigned);
        let positive = matches!(&value.kind, ExprKind::Const { value: ConstValue::Int(n), .. } if *n > 0.into());
        let generic = self.input.store().is_type_param(place.ty);
        let division = matches!(op, BinaryOp::Quo | BinaryOp::Rem);
        let plain =
            !op.is_shift() && op != BinaryOp::AndNot && (!division || !integer || positive || unsigned) && !generic;
        if plain {
            return format!("{target} {}= {operand}", op.as_str());
        }
        if op == BinaryOp::AndNot {
            return format!("{target} &= !{}", operand.at(Prec::Unary));
        }
        if let (
            true,
            ExprKind::Const {
                value: ConstValue::Int(n),
                ..
            },
        ) = (op.is_shift(), &value.kind)
            && *n < 8.into()
            && !self.is_newtype(place.ty)
            && !generic
        {
            return format!("{target} {}= {n}", op.as_str());
        }
        let current = if target.text.starts_with('*') {
            target.clone()
        } else {
            self.copied(target, place.ty)
        };
        let new = self.operation_with(current, op, place, value, operand);
        format!("{target} = {new}")
    }

    fn operation(&self, current: Code, op: BinaryOp, place: &'a Expr, value: &'a Expr) -> Code {
        let operand = self.expr(value);
        self.operation_with(current, op, place, value, operand)
    }

    /// `current op operand` as a value.
    fn operation_with(&self, current: Code, op: BinaryOp, place: &'a Expr, value: &'a Expr, operand: Code) -> Code {
        let kind = self.basic_kind(place.ty);
        let integer = kind.is_some_and(BasicKind::is_integer);
        let unsigned = kind.is_some_and(BasicKind::is_unsigned);
        let positive = matches!(&value.kind, ExprKind::Const { value: ConstValue::Int(n), .. } if *n > 0.into());
        let generic = self.input.store().is_type_param(place.ty);
        let (name, prec) = match op {
            BinaryOp::Quo if (integer && !positive && !unsigned) || generic => {
                return Code::postfix(format!("div({current}, {operand})"));
            }
            BinaryOp::Rem if (integer && !positive && !unsigned) || generic => {
                return Code::postfix(format!("rem({current}, {operand})"));
            }
            BinaryOp::Shl | BinaryOp::Shr => {
                let function = if op == BinaryOp::Shl { "shl" } else { "shr" };
                let current = self.unwrapped(current, place.ty);
                let count = match &value.kind {
                    ExprKind::Const { .. } => self.unwrapped(self.expr_explicit(value), value.ty),
                    _ => self.unwrapped(operand, value.ty),
                };
                return self.wrapped(Code::postfix(format!("{function}({current}, {count})")), place.ty);
            }
            BinaryOp::AndNot => {
                let not = Code::new(format!("!{}", operand.at(Prec::Unary)), Prec::Unary);
                return Code::binary(&current, "&", &not, Prec::BitAnd);
            }
            BinaryOp::Mul => ("*", Prec::Product),
            BinaryOp::Quo => ("/", Prec::Product),
            BinaryOp::Rem => ("%", Prec::Product),
            BinaryOp::And => ("&", Prec::BitAnd),
            BinaryOp::Or => ("|", Prec::BitOr),
            BinaryOp::Xor => ("^", Prec::BitXor),
            BinaryOp::Sub => ("-", Prec::Sum),
            _ => ("+", Prec::Sum),
        };
        Code::binary(&current, name, &operand, prec)
    }
}

/// Somewhere on the way to the place an array is indexed, which may panic.
fn indexes_array(emitter: &Emitter<'_>, place: &Expr) -> bool {
    match &place.kind {
        ExprKind::Index { base, .. } => {
            matches!(emitter.input.store().under(base.ty), Type::Array(..)) || indexes_array(emitter, base)
        }
        ExprKind::Field { base, .. } => indexes_array(emitter, base),
        _ => false,
    }
}

/// The initial value does not fix the variable's Rust type.
fn leaves_type_open(init: &Expr) -> bool {
    use crate::hir::Builtin;
    match &init.kind {
        ExprKind::Zero => true,
        ExprKind::MapLit(entries) => entries.is_empty(),
        ExprKind::ArrayLit { elems, .. } => elems.is_empty(),
        ExprKind::Convert(_, x) => {
            leaves_type_open(x) || matches!(init.kind, ExprKind::Convert(crate::hir::Conversion::SliceToArray, _))
        }
        ExprKind::Call(call) => match &call.callee {
            Callee::Builtin(Builtin::Make) => true,
            Callee::Builtin(Builtin::Append) => call.args.items.first().is_some_and(leaves_type_open),
            _ => false,
        },
        _ => false,
    }
}
