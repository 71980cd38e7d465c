//! Containers and structs that one owner holds: `Vec`, `HashMap`, and a struct in place of a pointer to it.
//!
//! In: the forms that the plan gives variables, fields and results. Out: their types, the values that come to rest in
//! them, and what is lent of them for the time of a call.

use super::Emitter;
use super::code::{Code, Prec, join};
use super::place::{Key, Place};
use crate::analysis::ownership::{Container, container, field_object, root_local, same_place};
use crate::hir::{Builtin, Call, Callee, Conversion, Expr, ExprKind, LocalId, Method};
use crate::plan::Storage;
use crate::plan::forms::{Form, owned_pointee};
use crate::types::{ConstValue, Type, TypeId};

impl<'a> Emitter<'a> {
    /// The type of a value in a form.
    pub(super) fn form_ty(&self, form: &Form, ty: TypeId) -> String {
        match (form, container(self.input, ty)) {
            (Form::Vec(inner), Some(Container::Slice(elem))) => format!("Vec<{}>", self.form_ty(inner, elem)),
            (Form::HashMap(keys, inner), Some(Container::Map(key, value))) => {
                format!("HashMap<{}, {}>", self.form_ty(keys, key), self.form_ty(inner, value))
            }
            (Form::Text, _) => "String".into(),
            (Form::Literal, _) => "&'static str".into(),
            (Form::Owned, _) => self.ty(self.input.pointee(ty).unwrap_or(ty)),
            _ => self.ty(ty),
        }
    }

    /// The type of a variable, parameter or result.
    pub(super) fn local_ty(&self, local: LocalId) -> String {
        self.form_ty(self.plan.forms.local(local), self.input.hir.local(local).ty)
    }

    /// The type of a parameter that borrows.
    pub(super) fn borrowed_ty(&self, param: LocalId) -> String {
        let ty = self.input.hir.local(param).ty;
        let written = self.facts.ownership.writes(param);
        let form = self.plan.forms.local(param);
        let mutable = if written && form.holds() { "&mut " } else { "&" };
        match (form, container(self.input, ty)) {
            (Form::Vec(inner), Some(Container::Slice(elem))) => format!("{mutable}[{}]", self.form_ty(inner, elem)),
            (Form::HashMap(..), _) => format!("{mutable}{}", self.form_ty(form, ty)),
            (Form::Text | Form::Literal, _) => "&str".into(),
            _ => format!("{mutable}{}", self.ty(self.input.pointee(ty).unwrap_or(ty))),
        }
    }

    /// The form of what an expression gives.
    pub(super) fn form_of(&self, e: &Expr) -> Form {
        match &e.kind {
            ExprKind::Local(l) => self.plan.forms.local(*l).clone(),
            ExprKind::Field { base, index } if container(self.input, e.ty).is_some() || e.ty == TypeId::STRING => {
                let named = self.input.struct_name(base.ty).is_some();
                match field_object(self.input, base.ty, *index).filter(|_| named) {
                    Some(field) => self.plan.forms.field(field).clone(),
                    None => Form::Runtime,
                }
            }
            ExprKind::Index { base, .. } | ExprKind::MapIndexOk { map: base, .. } => {
                self.form_of(base).element().clone()
            }
            ExprKind::Slice { base, .. } => self.form_of(base),
            ExprKind::Call(call) => match &call.callee {
                Callee::Func { func, .. }
                | Callee::Method {
                    method: Method::User(func),
                    ..
                } => match &self.input.hir.func(*func).results[..] {
                    [one] => self.plan.forms.local(*one).clone(),
                    _ => Form::Runtime,
                },
                _ => Form::Runtime,
            },
            _ => Form::Runtime,
        }
    }

    /// The pointer is held as the struct itself, or as a reference to it.
    pub(super) fn is_owned_pointer(&self, ty: TypeId) -> bool {
        owned_pointee(self.input, self.facts, ty).is_some()
    }

    /// The Rust variable is a reference.
    pub(super) fn is_reference(&self, local: LocalId) -> bool {
        matches!(self.storage(local), Storage::Borrowed | Storage::Lent)
    }

    /// A value for a place of that form.
    pub(super) fn expr_into(&self, e: &'a Expr, form: &Form) -> Code {
        match form {
            Form::Runtime => self.expr(e),
            _ => self.native_value(e, form),
        }
    }

    /// The same, of a type that is known without its surroundings.
    pub(super) fn expr_into_explicit(&self, e: &'a Expr, form: &Form) -> Code {
        match form {
            Form::Runtime => self.expr_explicit(e),
            _ => self.native_value(e, form),
        }
    }

    fn native_value(&self, e: &'a Expr, form: &Form) -> Code {
        let (head, inner) = match form {
            Form::Vec(inner) => ("Vec", inner),
            Form::HashMap(_, inner) => ("HashMap", inner),
            Form::Text => return self.text_value(e),
            Form::Literal => return self.static_text(e),
            Form::Owned | Form::Runtime => return self.expr(e),
        };
        match &e.kind {
            ExprKind::Zero => Code::postfix(format!("{head}::new()")),
            ExprKind::ArrayLit { elems, len } => self.vec_literal(elems, *len, e.ty, inner),
            ExprKind::MapLit(entries) if entries.is_empty() => Code::postfix("HashMap::new()"),
            ExprKind::MapLit(entries) => {
                let each = entries.iter().map(|(k, v)| {
                    let (k, v) = (
                        self.expr_into_explicit(k, form.key()),
                        self.expr_into_explicit(v, inner),
                    );
                    format!("({k}, {v})")
                });
                Code::postfix(format!("HashMap::from([{}])", each.collect::<Vec<_>>().join(", ")))
            }
            ExprKind::Convert(Conversion::StringToBytes, x) => self
                .unwrapped(self.borrowed(x), x.ty)
                .method("as_bytes", &[])
                .method("to_vec", &[]),
            ExprKind::Convert(Conversion::StringToRunes, x) => self
                .unwrapped(self.borrowed(x), x.ty)
                .method("to_runes", &[])
                .method("to_vec", &[]),
            ExprKind::Call(call) => match (&call.callee, &call.args.items[..]) {
                (Callee::Builtin(Builtin::Make), args) => self.make_native(e.ty, args, inner, head),
                (Callee::Builtin(Builtin::Append | Builtin::AppendString), [base, rest @ ..]) => {
                    self.extended(base, rest, e, form)
                }
                _ => self.expr(e),
            },
            _ => self.expr(e),
        }
    }

    fn vec_literal(&self, elems: &'a [(u64, Expr)], len: u64, ty: TypeId, inner: &Form) -> Code {
        let elem = container(self.input, ty).map_or(TypeId::INVALID, Container::element);
        let dense = elems.len() as u64 == len && elems.iter().enumerate().all(|(i, (at, _))| *at == i as u64);
        if dense && elems.is_empty() {
            return Code::postfix("Vec::new()");
        }
        if dense {
            let parts: Vec<_> = elems.iter().map(|(_, e)| self.expr_into_explicit(e, inner)).collect();
            return Code::postfix(format!("vec__gort_vec([{}])", join(&parts)));
        }
        let mut text = format!(
            "{{ let mut array = vec__gort_vec([{}; {len}]); ",
            self.zero_of(inner, elem)
        );
        for (i, e) in elems {
            text.push_str(&format!("array[{i}] = {}; ", self.expr_into_explicit(e, inner)));
        }
        Code::block(text + "array }")
    }

    /// The zero value in a form.
    pub(super) fn zero_of(&self, form: &Form, ty: TypeId) -> Code {
        match form {
            Form::Vec(_) => Code::postfix("Vec::new()"),
            Form::HashMap(..) => Code::postfix("HashMap::new()"),
            Form::Text => Code::postfix("String::new()"),
            Form::Literal => Code::postfix("\"\""),
            _ => self.zero(ty),
        }
    }

    fn make_native(&self, ty: TypeId, args: &'a [Expr], inner: &Form, head: &str) -> Code {
        let elem = container(self.input, ty).map_or(TypeId::INVALID, Container::element);
        match (head, args) {
            ("HashMap", [n]) => Code::postfix(format!("HashMap::with_capacity({})", self.usize_index(n))),
            ("HashMap", _) => Code::postfix("HashMap::new()"),
            (_, [len, cap]) if is_zero(len) => Code::postfix(format!("Vec::with_capacity({})", self.usize_index(cap))),
            (_, [len, ..]) if is_zero(len) => Code::postfix("Vec::new()"),
            (_, [len, cap]) if !matches!(len.kind, ExprKind::Const { .. }) => {
                Code::postfix(format!("make_vec({}, {})", self.index(len), self.index(cap)))
            }
            (_, [len, ..]) => {
                let zero = match inner {
                    Form::Runtime => self.zero_explicit(elem),
                    _ => self.zero_of(inner, elem),
                };
                let zero = self.typed_zero(zero, elem);
                Code::postfix(format!("vec__gort_vec([{zero}; {}])", self.usize_index(len)))
            }
            _ => Code::postfix("Vec::new()"),
        }
    }

    /// A numeric zero says its type.
    pub(super) fn typed_zero(&self, zero: Code, ty: TypeId) -> Code {
        let plain = !self.is_newtype(ty) && !self.input.store().is_type_param(ty);
        match self
            .basic_kind(ty)
            .filter(|k| plain && (k.is_integer() || k.is_float()))
        {
            Some(kind) => {
                let suffix = super::types::basic(kind);
                let digits = if kind.is_float() { "0.0" } else { "0" };
                Code::postfix(format!("{digits}_{suffix}"))
            }
            None => zero,
        }
    }

    /// `append(base, …)` as a value: a container of its own.
    fn extended(&self, base: &'a Expr, rest: &'a [Expr], e: &'a Expr, form: &Form) -> Code {
        let fresh = matches!(base.kind, ExprKind::Zero)
            || matches!(&base.kind, ExprKind::ArrayLit { elems, .. } if elems.is_empty())
            || matches!(&base.kind, ExprKind::Convert(_, x) if matches!(x.kind, ExprKind::Zero));
        if fresh {
            return match rest {
                [] => Code::postfix("Vec::new()"),
                [one] if matches!(one.kind, ExprKind::ArrayLit { .. } | ExprKind::Zero) => self.native_value(one, form),
                [one] => self.copy_of(one),
                _ => self.expr(e),
            };
        }
        let base = self.expr_into(base, form);
        let add = self.extension(&Code::postfix("extended"), rest, form.element());
        Code::block(format!("{{ let mut extended = {base}; {add} extended }}"))
    }

    /// A `Vec` with the elements of another container or a string.
    fn copy_of(&self, e: &'a Expr) -> Code {
        if self.is_string_type(e.ty) {
            return self
                .unwrapped(self.borrowed(e), e.ty)
                .method("as_bytes", &[])
                .method("to_vec", &[]);
        }
        match &e.kind {
            ExprKind::Slice { .. } if self.form_of(e).holds() => self.lent_part(e, false).method("to_vec", &[]),
            _ => self.unwrapped(self.borrowed(e), e.ty).method("to_vec", &[]),
        }
    }

    fn is_string_type(&self, ty: TypeId) -> bool {
        self.basic_kind(ty).is_some_and(crate::types::BasicKind::is_string)
    }

    /// The statements that add elements to a `Vec`.
    pub(super) fn extension(&self, target: &Code, rest: &'a [Expr], inner: &Form) -> String {
        let each = rest.iter().map(|arg| match &arg.kind {
            ExprKind::Zero => String::new(),
            ExprKind::ArrayLit { elems, .. } => match &elems[..] {
                [(_, one)] => {
                    let value = self.expr_into(one, inner);
                    if self.mentions_guard(&value.text) && self.mentions_guard(&target.text) {
                        let push = target.method("push", &[Code::postfix("value")]);
                        return format!("{{ let value = {value}; {push}; }}");
                    }
                    format!("{};", target.method("push", &[value]))
                }
                _ => {
                    let parts: Vec<_> = elems.iter().map(|(_, e)| self.expr_into(e, inner)).collect();
                    format!(
                        "{};",
                        target.method("extend", &[Code::postfix(format!("[{}]", join(&parts)))])
                    )
                }
            },
            _ if self.is_string_type(arg.ty) => {
                let bytes = self.unwrapped(self.borrowed(arg), arg.ty).method("as_bytes", &[]);
                format!("{};", target.method("extend_from_slice", &[bytes]))
            }
            _ if self.form_of(arg).holds() => {
                let part = match (&arg.kind, root_local(arg)) {
                    (ExprKind::Call(_), _) => {
                        return format!("{};", target.method("extend", &[self.expr(arg)]));
                    }
                    _ => self.lend_container(arg, false),
                };
                format!("{};", target.method("extend_from_slice", &[part]))
            }
            _ => {
                let items = self.unwrapped(self.borrowed(arg), arg.ty).method("iter", &[]);
                format!("{};", target.method("extend", &[items]))
            }
        });
        each.collect::<Vec<_>>().join(" ")
    }

    /// `v = append(v, …)`, `v = v[:n]` and `v = append(v[:i], v[i+1:]...)` on a container of one owner.
    pub(super) fn changed_in_place(&self, place: &'a Expr, value: &'a Expr) -> Option<String> {
        use crate::analysis::ownership::{is_cut, removes_one, self_append};
        let form = self.form_of(place);
        if !matches!(form, Form::Vec(_)) {
            return None;
        }
        let target = self.native_place(place)?;
        if let Some(rest) = self_append(place, value) {
            let add = self.extension(&target, rest, form.element());
            return Some(add);
        }
        if let Some(i) = removes_one(place, value) {
            return Some(self.with_bound_index(place, i, |i| {
                format!("{};", target.method("remove", &[Code::postfix(i)]))
            }));
        }
        if is_cut(place, value)
            && let ExprKind::Slice { high: Some(high), .. } = &value.kind
        {
            if is_zero(high) {
                return Some(format!("{};", target.method("clear", &[])));
            }
            return Some(format!("{};", target.method("keep_first", &[self.index(high)])));
        }
        None
    }

    /// A native place as Rust sees it: a variable, field or element.
    pub(super) fn native_place(&self, place: &'a Expr) -> Option<Code> {
        match self.place(place) {
            Place::Direct(code) => Some(code),
            Place::Key(map, key) => Some(entry(&map, key.value)),
            _ => None,
        }
    }

    /// Prints with an index that is bound before, where it looks at the container that is written.
    pub(super) fn with_bound_index(
        &self,
        base: &Expr,
        index: &'a Expr,
        print: impl FnOnce(String) -> String,
    ) -> String {
        let code = self.usize_index(index);
        if !looks_at(index, base) {
            return print(code);
        }
        format!("{{ let i = {code}; {} }}", print("i".into()))
    }

    /// `&v`, `&mut v`, or a part of it, for a parameter that borrows.
    pub(super) fn lend_container(&self, arg: &'a Expr, written: bool) -> Code {
        let form = match container(self.input, arg.ty) {
            Some(Container::Map(..)) => Form::HashMap(Box::default(), Box::default()),
            _ => Form::Vec(Box::default()),
        };
        self.lend_container_as(arg, written, &form)
    }

    /// The same, for a parameter of that form: it says what a literal's elements are.
    pub(super) fn lend_container_as(&self, arg: &'a Expr, written: bool, form: &Form) -> Code {
        let mark = if written { "&mut " } else { "&" };
        match &arg.kind {
            ExprKind::Slice { .. } => self.lent_part(arg, written),
            ExprKind::Local(l) if self.storage(*l) == Storage::Lent => Code::postfix(self.local_name(*l)),
            ExprKind::Local(_) | ExprKind::Field { .. } | ExprKind::Index { .. } => match self.place(arg) {
                Place::Direct(code) => Code::new(format!("{mark}{}", code.at(Prec::Unary)), Prec::Unary),
                Place::Key(map, key) if written => entry(&map, key.value),
                Place::Key(map, key) => map.method("slice_at", std::slice::from_ref(&key.reference)),
                place => {
                    let value = self.read(&place, arg.ty);
                    Code::new(format!("{mark}{}", value.at(Prec::Unary)), Prec::Unary)
                }
            },
            ExprKind::Zero if matches!(container(self.input, arg.ty), Some(Container::Slice(_))) => {
                Code::new(format!("{mark}[]"), Prec::Unary)
            }
            ExprKind::ArrayLit { elems, len } if elems.len() as u64 == *len => {
                let each = elems.iter();
                let parts: Vec<_> = each.map(|(_, e)| self.expr_into_explicit(e, form.element())).collect();
                Code::new(format!("{mark}[{}]", join(&parts)), Prec::Unary)
            }
            _ => {
                let value = self.expr_into(arg, form);
                Code::new(format!("{mark}{}", value.at(Prec::Unary)), Prec::Unary)
            }
        }
    }

    /// `v[lo:hi]` for the time of a call.
    fn lent_part(&self, e: &'a Expr, written: bool) -> Code {
        let ExprKind::Slice { base, low, high, .. } = &e.kind else {
            return self.expr(e);
        };
        let whole = self.lend_container(base, written);
        let mutable = if written { "_mut" } else { "" };
        let bound = |e: &'a Option<Box<Expr>>| e.as_deref().map(|e| self.index(e));
        let call = match (bound(low), bound(high)) {
            (None, None) => return whole,
            (Some(low), None) => format!("part_from{mutable}({whole}, {low})"),
            (low, Some(high)) => {
                let low = low.unwrap_or_else(|| Code::postfix("0"));
                format!("part{mutable}({whole}, {low}, {high})")
            }
        };
        let looks = |e: &Option<Box<Expr>>| e.as_deref().is_some_and(|e| looks_at(e, base));
        if written && (looks(low) || looks(high)) {
            // The bounds are found before the container is borrowed to be written.
            let low = bound(low).unwrap_or_else(|| Code::postfix("0"));
            return Code::block(match bound(high) {
                Some(high) => format!("{{ let (low, high) = ({low}, {high}); part_mut({whole}, low, high) }}"),
                None => format!("{{ let low = {low}; part_from_mut({whole}, low) }}"),
            });
        }
        Code::postfix(call)
    }

    /// An element of a container, or an entry.
    pub(super) fn native_element(&self, base: &'a Expr, index: &'a Expr) -> Option<Place> {
        let form = self.form_of(base);
        if !form.holds() {
            return None;
        }
        let code = match self.place(base) {
            Place::Direct(code) => code,
            Place::Key(map, key) if self.state.borrow().writing => entry(&map, key.value),
            Place::Key(map, key) => map.method("slice_at", std::slice::from_ref(&key.reference)),
            place => self.read(&place, base.ty),
        };
        Some(match form {
            Form::HashMap(..) => Place::Key(
                code,
                Key {
                    value: self.expr_into_explicit(index, form.key()),
                    reference: self.key_reference(index, &form),
                },
            ),
            _ => Place::Direct(Code::postfix(format!(
                "{}[{}]",
                code.operand(),
                self.usize_index(index)
            ))),
        })
    }

    /// The value at a key, or zero.
    pub(super) fn read_key(&self, map: &Code, key: &Key, ty: TypeId) -> Code {
        let found = map.method("get", std::slice::from_ref(&key.reference));
        let owned = if self.is_copy(ty) { "copied" } else { "cloned" };
        let found = found.method(owned, &[]);
        match self.input.store().under(ty) {
            Type::Array(..) => found.method("unwrap_or_else", &[Code::postfix("zero")]),
            _ if self.input.store().is_type_param(ty) => found.method("unwrap_or_else", &[Code::postfix("zero")]),
            _ => found.method("unwrap_or_default", &[]),
        }
    }

    /// `v, ok := m[k]` of a map of one owner, as an option.
    pub(super) fn native_lookup(&self, map: &'a Expr, key: &'a Expr) -> Option<Code> {
        let form = self.form_of(map);
        if !matches!(form, Form::HashMap(..)) {
            return None;
        }
        let value = container(self.input, map.ty)?.element();
        let code = self.borrowed(map);
        let owned = if self.is_copy(value) { "copied" } else { "cloned" };
        Some(code.method("get", &[self.key_reference(key, &form)]).method(owned, &[]))
    }

    /// Elements that change places: `a[i], a[j] = a[j], a[i]`.
    pub(super) fn swapped(&self, lhs: &'a [Option<Expr>], values: &'a [Expr]) -> Option<String> {
        let ([Some(a), Some(b)], [x, y]) = (lhs, values) else {
            return None;
        };
        let (ExprKind::Index { base, index: i }, ExprKind::Index { base: other, index: j }) = (&a.kind, &b.kind) else {
            return None;
        };
        let crossed = same_place(a, y) && same_place(b, x) && same_place(base, other);
        if !crossed || !matches!(self.form_of(base), Form::Vec(_)) {
            return None;
        }
        let target = self.native_place(base)?;
        let (first, second) = (self.usize_index(i), self.usize_index(j));
        if looks_at(i, base) || looks_at(j, base) {
            return Some(format!(
                "{{ let (i, j) = ({first}, {second}); {}; }}",
                target.method("swap", &[Code::postfix("i"), Code::postfix("j")])
            ));
        }
        Some(format!(
            "{};",
            target.method("swap", &[Code::postfix(first), Code::postfix(second)])
        ))
    }

    /// The place to write to.
    pub(super) fn place_to_write(&self, e: &'a Expr) -> Place {
        let before = std::mem::replace(&mut self.state.borrow_mut().writing, true);
        let place = self.place(e);
        self.state.borrow_mut().writing = before;
        place
    }

    /// `|a, b| a < b` for a literal that compares the elements at two positions.
    fn element_comparison(&self, literal: crate::hir::FuncId, what: &Expr) -> Option<Code> {
        let [i, j] = self.input.hir.func(literal).params[..] else {
            return None;
        };
        let compared = super::Compared {
            container: root_local(what)?,
            positions: [i, j],
        };
        Some(self.comparison_closure(literal, compared))
    }

    /// An element that a comparison looks at, by the closure's own name for it.
    pub(super) fn compared_element(&self, base: &Expr, index: &Expr) -> Option<Code> {
        let compared = self.state.borrow().function.as_ref()?.compared?;
        let ExprKind::Local(position) = index.kind else {
            return None;
        };
        if !matches!(base.kind, ExprKind::Local(l) if l == compared.container) {
            return None;
        }
        let at = compared.positions.iter().position(|p| *p == position)?;
        let name = Code::postfix(["a", "b"][at]);
        let elem = container(self.input, base.ty)?.element();
        let plain = self.basic_kind(elem).is_some() && !self.is_newtype(elem);
        Some(if plain {
            Code::new(format!("*{name}"), Prec::Unary)
        } else {
            name
        })
    }

    /// Library functions on containers of one owner, as Rust has them.
    pub(super) fn native_library_call(&self, qualified: &str, path: &str, call: &'a Call) -> Option<Code> {
        let (first, rest) = call.args.items.split_first()?;
        let what = match &first.kind {
            ExprKind::Convert(Conversion::ToInterface, x) => x,
            _ => first,
        };
        if !self.form_of(what).holds() || container(self.input, what.ty).is_none() {
            return None;
        }
        let target = match &what.kind {
            ExprKind::Slice { .. } => self.lent_part(what, true),
            _ => self.native_place(what)?,
        };
        Some(match (qualified, rest) {
            ("sort.Ints" | "sort.Strings" | "slices.Sort", []) => target.method("sort", &[]),
            ("slices.Reverse", []) => target.method("reverse", &[]),
            ("slices.Contains", [x]) if self.is_textual(x) => {
                let x = self.text_reference(x);
                let any = Code::new(format!("|s| *s == {}", x.text.trim_start_matches('&')), Prec::Lowest);
                target.method("iter", &[]).method("any", &[any])
            }
            ("strings.Join", [separator])
                if *self.form_of(what).element() == Form::Text && self.is_textual(separator) =>
            {
                Code::postfix(format!(
                    "GoString::from({})",
                    target.method("join", &[self.text_reference(separator)])
                ))
            }
            ("slices.Contains", [x]) => target.method("contains", &[self.reference(x)]),
            ("slices.Index", [x]) => {
                let slice = Code::postfix(format!("Slice::from({}.to_vec())", target.operand()));
                Code::postfix(format!("{path}({slice}, {})", self.expr_explicit(x)))
            }
            ("strings.Join", [separator]) => {
                let slice = Code::postfix(format!("Slice::from({}.to_vec())", target.operand()));
                Code::postfix(format!("{path}({slice}, {})", self.library_arg(separator)))
            }
            ("sort.Slice" | "sort.SliceStable", [less]) => {
                let ExprKind::FuncLit(literal) = less.kind else {
                    return None;
                };
                let lent = self.lend_container(what, true);
                let comparison = self.element_comparison(literal, what)?;
                Code::postfix(format!("{path}_by({lent}, {comparison})"))
            }
            _ => return None,
        })
    }
}

/// The entry at a key, made where there is none, as a reference.
pub(super) fn entry(map: &Code, key: Code) -> Code {
    map.method("entry", &[key]).method("or_default", &[])
}

fn is_zero(e: &Expr) -> bool {
    matches!(&e.kind, ExprKind::Const { value: ConstValue::Int(n), .. } if *n == 0.into())
}

/// The expression calls something, or looks at what the place is part of by more than a field of its own.
pub(super) fn looks_at(e: &Expr, place: &Expr) -> bool {
    struct Looks(Option<LocalId>, bool);
    impl<'p> crate::hir::visit::Visitor<'p> for Looks {
        fn expr(&mut self, e: &'p Expr) {
            self.1 |= match &e.kind {
                ExprKind::Call(_) => true,
                ExprKind::Index { base, .. } => root_local(base) == self.0,
                _ => false,
            };
            crate::hir::visit::walk_expr(self, e);
        }
    }
    let mut looks = Looks(root_local(place), false);
    crate::hir::visit::Visitor::expr(&mut looks, e);
    looks.1
}

/// The expression mentions the variable.
pub(super) fn mentions(e: &Expr, local: LocalId) -> bool {
    struct Find(LocalId, bool);
    impl<'p> crate::hir::visit::Visitor<'p> for Find {
        fn expr(&mut self, e: &'p Expr) {
            self.1 |= matches!(e.kind, ExprKind::Local(l) if l == self.0);
            crate::hir::visit::walk_expr(self, e);
        }
    }
    let mut find = Find(local, false);
    crate::hir::visit::Visitor::expr(&mut find, e);
    find.1
}
