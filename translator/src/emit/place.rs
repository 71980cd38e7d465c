//! Places: what can be read, written and pointed to.

use super::Emitter;
use super::code::{Code, Prec};
use crate::hir::{Builtin, Callee, Expr, ExprKind, LocalId};
use crate::plan::Storage;
use crate::syntax::ast::BinaryOp;
use crate::types::{Type, TypeId};

/// A place, by the way Rust gets at it.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// A Rust place of the value's own type.
    Direct(Code),
    /// An expression that is, or dereferences to, the cell that holds the value.
    Cell(Code),
    /// `base.path` inside the value that a cell holds as a whole.
    Within(Code, String),
    /// An element of a runtime slice.
    Element(Code, Code),
    /// An entry of a runtime map.
    Entry(Code, Key),
    /// An entry of a `HashMap`.
    Key(Code, Key),
    /// A place inside an entry of a map, or anything else that cannot be written.
    Value(Code),
}

/// The key of an entry.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// A value of its own, to be stored.
    pub value: Code,
    /// A reference, to look it up.
    pub reference: Code,
}

/// Where in an array.
#[derive(Debug, Clone)]
pub(super) struct Position {
    /// For a Rust array: a `usize`.
    pub of_array: String,
    /// For one that is kept in cells: an `i64`.
    pub of_cells: Code,
}

impl Key {
    /// A key that is in a variable.
    pub(super) fn of(variable: Code) -> Key {
        Key {
            reference: variable.reference(),
            value: variable,
        }
    }
}

impl<'a> Emitter<'a> {
    /// The name of a local in the function being printed.
    pub(super) fn local_name(&self, local: LocalId) -> String {
        let state = self.state.borrow();
        let name = state.function.as_ref().and_then(|f| f.names.get(&local));
        name.cloned()
            .unwrap_or_else(|| crate::plan::names::snake(&self.input.hir.local(local).name))
    }

    pub(super) fn storage(&self, local: LocalId) -> Storage {
        self.plan.storage[local.index()]
    }

    /// The place that an expression denotes.
    pub(super) fn place(&self, e: &'a Expr) -> Place {
        match &e.kind {
            ExprKind::Local(l) => {
                let code = Code::postfix(self.local_name(*l));
                match self.storage(*l) {
                    Storage::Plain => Place::Direct(code),
                    Storage::Shared => Place::Cell(code),
                    Storage::Borrowed | Storage::Lent => Place::Direct(code),
                    Storage::Guarded => Place::Direct(self.guarded_variable(*l)),
                }
            }
            ExprKind::Global(g) => {
                let global = self.input.hir.global(*g);
                let name = self.plan.names.object(global.obj).unwrap_or("_");
                let package = self.input.store().obj(global.obj).pkg;
                Place::Cell(Code::postfix(self.path(package, name)))
            }
            ExprKind::Deref(p) if self.is_owned_pointer(p.ty) => Place::Direct(self.owned_pointee(p)),
            ExprKind::Deref(p) if self.plan.traits.hides_cell(self.input, e.ty) => {
                Place::Cell(self.pointer(p).method("cell", &[]))
            }
            ExprKind::Deref(p) => Place::Cell(self.pointer(p)),
            ExprKind::Field { base, index } => self.field_place(base, *index),
            ExprKind::Index { base, index } => self.index_place(base, index),
            _ => Place::Value(self.expr(e)),
        }
    }

    /// The struct that an owned pointer leads to.
    fn owned_pointee(&self, p: &'a Expr) -> Code {
        match &p.kind {
            ExprKind::Local(l) if self.storage(*l) == Storage::Borrowed => {
                Code::new(format!("*{}", self.local_name(*l)), Prec::Unary)
            }
            ExprKind::AddrOf(place) => match self.place(place) {
                Place::Direct(code) => code,
                place => self.read(&place, p.ty),
            },
            _ => self.borrowed(p),
        }
    }

    /// A place that a field or method is taken of, which Rust dereferences by itself.
    pub(super) fn place_of_member(&self, e: &'a Expr) -> Place {
        match &e.kind {
            ExprKind::Deref(p) if self.is_owned_pointer(p.ty) => match &p.kind {
                ExprKind::Local(l) => Place::Direct(Code::postfix(self.local_name(*l))),
                _ => Place::Direct(self.owned_pointee(p)),
            },
            _ => self.place(e),
        }
    }

    /// A pointer value, borrowed: a name, or an expression that dereferences to the cell.
    fn pointer(&self, p: &'a Expr) -> Code {
        match &p.kind {
            ExprKind::AddrOf(place) => match self.place(place) {
                Place::Cell(code) | Place::Direct(code) => code,
                _ => self.expr(p),
            },
            _ => self.unwrapped(self.borrowed(p), p.ty),
        }
    }

    /// The underlying value of a newtype.
    pub(super) fn unwrapped(&self, code: Code, ty: TypeId) -> Code {
        if self.is_newtype(ty) { code.field("0") } else { code }
    }

    fn field_place(&self, base: &'a Expr, index: usize) -> Place {
        if let Some(place) = self.guarded_place(base, index) {
            return place;
        }
        if self.field(base.ty, index).is_none() {
            return Place::Value(self.expr(base));
        }
        self.member_of(self.place_of_member(base), base.ty, index)
    }

    /// A field of the struct in a place.
    pub(super) fn member_of(&self, base: Place, ty: TypeId, index: usize) -> Place {
        let Some((name, celled)) = self.field(ty, index) else {
            return base;
        };
        let in_place = self.is_in_place(ty);
        match base {
            Place::Direct(code) | Place::Cell(code) if in_place => {
                let code = code.field(&name);
                if celled { Place::Cell(code) } else { Place::Direct(code) }
            }
            Place::Direct(code) if celled => Place::Cell(code.field(&name)),
            Place::Direct(code) => Place::Direct(code.field(&name)),
            Place::Cell(code) if celled && !in_place => {
                Place::Value(code.method("get", &[]).field(&name).method("get", &[]))
            }
            Place::Cell(code) => Place::Within(code, name),
            Place::Within(code, path) => {
                if celled {
                    Place::Value(
                        code.method("get", &[])
                            .field(&format!("{path}.{name}"))
                            .method("get", &[]),
                    )
                } else {
                    Place::Within(code, format!("{path}.{name}"))
                }
            }
            Place::Element(slice, i) => {
                let element = slice.method("at", &[i]);
                if in_place {
                    let code = element.field(&name);
                    if celled { Place::Cell(code) } else { Place::Direct(code) }
                } else {
                    Place::Within(element, name)
                }
            }
            Place::Entry(map, key) => self.field_of_value(map.method("get", &[key.reference]), &name, celled),
            Place::Key(map, key) => self.field_of_value(self.read_key(&map, &key, ty), &name, celled),
            Place::Value(code) => self.field_of_value(code, &name, celled),
        }
    }

    fn field_of_value(&self, value: Code, name: &str, celled: bool) -> Place {
        let code = value.field(name);
        if celled { Place::Cell(code) } else { Place::Value(code) }
    }

    /// A struct field's Rust name, and whether it is a cell (or stored in place, which is read and written like one).
    pub(super) fn field(&self, ty: TypeId, index: usize) -> Option<(String, bool)> {
        let store = self.input.store();
        let Type::Struct(s) = store.under(ty) else {
            return None;
        };
        let field = *s.fields.get(index)?;
        let field_type = store.obj_type(field);
        if self.input.struct_name(ty).is_some_and(|o| self.input.is_library(o)) {
            // The runtime keeps what Go exports in cells.
            let celled = self.input.is_in_place_library(ty) || store.obj(field).exported();
            return Some((crate::plan::names::field(&store.obj(field).name), celled));
        }
        let plan = self.struct_plan(ty)?;
        let celled =
            plan.in_place && (plan.celled.get(index).copied().unwrap_or(false) || self.is_in_place(field_type));
        Some((plan.fields.get(index)?.clone(), celled))
    }

    fn index_place(&self, base: &'a Expr, index: &'a Expr) -> Place {
        if let Some(element) = self.compared_element(base, index) {
            return Place::Direct(element);
        }
        if let Some(place) = self.native_element(base, index) {
            return place;
        }
        let store = self.input.store();
        let core = store.core_type(base.ty).unwrap_or(base.ty);
        match store.under(core) {
            Type::Array(_, elem) => {
                let position = Position {
                    of_array: self.usize_index(index),
                    of_cells: self.index(index),
                };
                self.element_of(self.place(base), base.ty, *elem, &position)
            }
            Type::Map(..) => Place::Entry(
                self.unwrapped(self.borrowed(base), base.ty),
                Key {
                    value: self.expr_explicit(index),
                    reference: self.reference(index),
                },
            ),
            Type::Slice(_) => {
                let slice = self.unwrapped(self.borrowed(base), base.ty);
                Place::Element(slice, self.index(index))
            }
            _ => {
                let s = match &base.kind {
                    ExprKind::Const { .. } if self.is_textual(base) => self.text_literal(base),
                    _ => self.unwrapped(self.borrowed(base), base.ty),
                };
                Place::Value(s.method("at", &[self.index(index)]))
            }
        }
    }

    /// An element of the array in a place.
    pub(super) fn element_of(&self, base: Place, ty: TypeId, elem: TypeId, at: &Position) -> Place {
        let newtype = self.is_newtype(ty);
        let cell = |code: Code| Place::Cell(code.method("at", std::slice::from_ref(&at.of_cells)));
        match base {
            Place::Direct(code) => {
                let code = if newtype { code.field("0") } else { code };
                Place::Direct(Code::postfix(format!("{}[{}]", code.operand(), at.of_array)))
            }
            // The memory of a named array type is the array's.
            Place::Cell(code) => cell(code),
            Place::Within(code, path) => {
                let path = if newtype { format!("{path}.0") } else { path };
                Place::Within(code, format!("{path}[{}]", at.of_array))
            }
            Place::Element(slice, i) => cell(slice.method("at", &[i])),
            place => {
                let value = self.read(&place, ty);
                let value = if newtype { value.field("0") } else { value };
                let element = Code::postfix(format!("{}[{}]", value.operand(), at.of_array));
                Place::Value(self.copied(&element, elem))
            }
        }
    }

    /// An index of the runtime's containers: an `i64`.
    pub(super) fn index(&self, index: &'a Expr) -> Code {
        let code = self.unwrapped(self.expr(index), index.ty);
        match self.basic_kind(index.ty).map(super::types::basic) {
            Some("i64") => code,
            _ if matches!(index.kind, ExprKind::Const { .. }) => self.constant_index(index),
            _ if self.input.store().is_type_param(index.ty) => code.method("to_i64", &[]),
            _ => code.cast("i64"),
        }
    }

    fn constant_index(&self, index: &'a Expr) -> Code {
        match &index.kind {
            ExprKind::Const { value, .. } => self.constant(value, TypeId::INT, None, None, false),
            _ => self.expr(index),
        }
    }

    /// An index of a Rust array.
    pub(super) fn usize_index(&self, index: &'a Expr) -> String {
        if let ExprKind::Const { named: None, .. } = index.kind {
            return self.constant_index(index).text;
        }
        if let Some(length) = self.usize_length(index) {
            return length.text;
        }
        self.index(index).cast("usize").text
    }

    /// `len(v)` and `len(v) - 1` of a `Vec` as Rust counts: below zero is beyond every length, as an index is in Go.
    pub(super) fn usize_length(&self, index: &'a Expr) -> Option<Code> {
        match &index.kind {
            ExprKind::Call(call) => match (&call.callee, &call.args.items[..]) {
                (Callee::Builtin(Builtin::Len), [v]) if self.form_of(v).is_native() => {
                    Some(self.borrowed(v).method("len", &[]))
                }
                _ => None,
            },
            ExprKind::Binary(BinaryOp::Sub, x, k) if matches!(k.kind, ExprKind::Const { named: None, .. }) => {
                let length = self.usize_length(x)?;
                Some(Code::binary(&length, "-", &self.constant_index(k), Prec::Sum))
            }
            _ => None,
        }
    }

    /// Reads a place: a value of its own.
    pub(super) fn read(&self, place: &Place, ty: TypeId) -> Code {
        match place {
            Place::Direct(code) => self.copied(code, ty),
            Place::Cell(code) if self.is_in_place(ty) => {
                Code::postfix(format!("{}::clone(&{})", self.ty_expr(ty), code.operand()))
            }
            Place::Cell(code) => code.method("get", &[]),
            Place::Within(code, path) => {
                let value = code.method("get", &[]).field(path);
                // Nothing moves out of an array.
                if path.contains('[') {
                    self.copied(&value, ty)
                } else {
                    value
                }
            }
            Place::Element(slice, i) => slice.method("get", std::slice::from_ref(i)),
            Place::Entry(map, key) => map.method("get", std::slice::from_ref(&key.reference)),
            Place::Key(map, key) => self.read_key(map, key, ty),
            Place::Value(code) => code.clone(),
        }
    }

    /// The value of a Rust place: copied or cloned.
    pub(super) fn copied(&self, code: &Code, ty: TypeId) -> Code {
        if self.is_copy(ty) {
            code.clone()
        } else {
            code.method("clone", &[])
        }
    }

    /// The statement that writes a value to a place.
    pub(super) fn write(&self, place: &Place, ty: TypeId, value: &Code) -> String {
        match place {
            Place::Direct(code) => format!("{code} = {value};"),
            Place::Cell(code) if self.is_in_place(ty) => format!("Place::set(&*{}, {value});", self.cell_operand(code)),
            Place::Cell(code) => format!("{}.set({value});", code.operand()),
            Place::Within(code, path) => {
                let v = fresh(&[&value.text]);
                format!("{}.update(|{v}| {v}.{path} = {value});", code.operand())
            }
            Place::Element(slice, i) => format!("{}.set({i}, {value});", slice.operand()),
            Place::Entry(map, key) => format!("{}.set({}, {value});", map.operand(), key.value),
            Place::Key(map, key) => format!("{}.insert({}, {value});", map.operand(), key.value),
            Place::Value(code) => format!("let _ = ({code}, {value});"),
        }
    }

    fn cell_operand(&self, code: &Code) -> String {
        code.operand()
    }

    /// A `Ptr` to the place.
    pub(super) fn pointer_to(&self, e: &'a Expr) -> Code {
        match &e.kind {
            ExprKind::Local(l) => match self.storage(*l) {
                Storage::Shared => self.owned_local(*l, e),
                Storage::Lent => Code::postfix(self.local_name(*l)),
                Storage::Guarded => self.guarded_variable(*l).reference(),
                Storage::Plain | Storage::Borrowed => {
                    // Only where the analysis proved the address to be lent.
                    Code::postfix(self.local_name(*l)).reference()
                }
            },
            ExprKind::Global(_) => match self.place(e) {
                Place::Cell(code) => code.method("ptr", &[]),
                _ => self.expr(e),
            },
            ExprKind::Deref(p) => self.expr(p),
            ExprKind::Field { .. } | ExprKind::Index { .. } => self.project(e),
            _ => Code::postfix(format!("Ptr::new({})", self.expr_explicit(e))),
        }
    }

    /// A pointer to an array, where the type has a name of its own.
    pub(super) fn array_pointer(&self, pointer: Code, ty: TypeId) -> Code {
        if self.is_newtype(ty) {
            pointer.method("array", &[])
        } else {
            pointer
        }
    }

    /// `base.project(|v| &v.f.g)`, the path as long as no pointer or slice is in between.
    fn project(&self, e: &'a Expr) -> Code {
        match &e.kind {
            ExprKind::Field { base, index } => {
                let Some((name, _)) = self.field(base.ty, *index) else {
                    return self.expr(e);
                };
                let mut path = vec![name];
                let mut at: &'a Expr = base;
                while let ExprKind::Field { base, index } = &at.kind {
                    let Some((name, _)) = self.field(base.ty, *index) else {
                        break;
                    };
                    path.push(name);
                    at = base;
                }
                path.reverse();
                let owner = self.pointer_to(at);
                let owner = match &at.kind {
                    // No need for a count of its own.
                    ExprKind::Local(l) if self.storage(*l) == Storage::Shared => Code::postfix(self.local_name(*l)),
                    ExprKind::Deref(p) => self.borrowed(p),
                    _ => owner,
                };
                let part = Code::new(format!("|v| &v.{}", path.join(".")), Prec::Lowest);
                owner.method(&format!("project::<{}>", self.ty(e.ty)), &[part])
            }
            ExprKind::Index { base, index } => {
                let store = self.input.store();
                match store.under(base.ty) {
                    Type::Array(..) => self
                        .array_pointer(self.pointer_to(base), base.ty)
                        .method("index", &[self.index(index)]),
                    _ => {
                        let slice = self.unwrapped(self.borrowed(base), base.ty);
                        slice.method("ptr", &[self.index(index)])
                    }
                }
            }
            _ => self.pointer_to(e),
        }
    }
}

/// A parameter's name that none of the texts mentions.
pub(super) fn fresh(texts: &[&str]) -> &'static str {
    let mentions = |text: &str, name: &str| {
        text.split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == name)
    };
    let free = |name: &&&str| !texts.iter().any(|t| mentions(t, name));
    ["v", "it", "slot", "entry", "place"]
        .iter()
        .find(free)
        .copied()
        .unwrap_or("the_value")
}
