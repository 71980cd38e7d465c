//! Strings: which may be Rust's `String` and `&str`.
//!
//! A Go string is any bytes, and cheap to copy. A variable, field or element is Rust's own string where all that flows
//! into it is known to be UTF-8 (constants, sums, what formats and conversions of numbers give), and where nothing asks
//! for the runtime's string: a cut, a channel, an interface, a function value, most of the library.
//! Nodes between which strings flow are of one form; the operands of a sum or a format only pass on that they may not be UTF-8.

use super::super::Input;
use super::nodes::{container, container_inside, field_object, node_of};
use super::walk::{To, Walk};
use super::{Container, Node, Root};
use crate::analysis::coloring::library::qualified;
use crate::hir::{Call, Callee, Conversion, Expr, ExprKind, LocalId, Method};
use crate::source::Span;
use crate::stdlib::format::{self, Operand};
use crate::syntax::ast::BinaryOp;
use crate::types::{ConstValue, Type, TypeId};

/// What a format makes of a value; none where only the runtime prints it as Go does.
pub(crate) fn operand_kind(input: Input<'_>, ty: TypeId) -> Option<Operand> {
    match input.store().get(ty) {
        Type::Basic(k) if k.is_integer() => Some(Operand::Integer {
            unsigned: k.is_unsigned(),
        }),
        Type::Basic(k) if k.is_string() => Some(Operand::Text),
        Type::Basic(crate::types::BasicKind::Bool | crate::types::BasicKind::UntypedBool) => Some(Operand::Bool),
        _ => None,
    }
}

/// Library functions on strings that Rust has too, which look at their arguments only; by `path.Func`.
pub(crate) fn is_text_library(qualified: &str) -> bool {
    matches!(
        qualified,
        "strings.Contains" | "strings.HasPrefix" | "strings.HasSuffix"
    )
}

/// The operands of a packed variadic call, as they were before they became interface values.
pub(crate) fn printed_operands(call: &Call, fixed: usize) -> Option<Vec<&Expr>> {
    match &call.args.items.get(fixed)?.kind {
        ExprKind::Zero => Some(Vec::new()),
        ExprKind::ArrayLit { elems, .. } => elems
            .iter()
            .map(|(_, e)| match &e.kind {
                ExprKind::Convert(Conversion::ToInterface, x) => Some(&**x),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// The pieces of `fmt.Sprintf(format, …)` where Rust's `format!` gives the same, with the operands.
pub(crate) fn sprintf<'e>(
    input: Input<'_>,
    call: &'e Call,
    fixed: usize,
) -> Option<(Vec<format::Piece<usize>>, Vec<&'e Expr>)> {
    let text = constant_text(call.args.items.get(fixed.checked_sub(1)?)?)?;
    let operands = printed_operands(call, fixed).filter(|_| call.packed && call.args.tuple.is_none())?;
    let kinds: Option<Vec<_>> = operands.iter().map(|e| operand_kind(input, e.ty)).collect();
    Some((format::printf(text, &kinds?)?, operands))
}

/// The text of a constant string that is UTF-8.
pub(crate) fn constant_text(e: &Expr) -> Option<&str> {
    match &e.kind {
        ExprKind::Const {
            value: ConstValue::String(bytes),
            ..
        } => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// The node of a string that lies somewhere, or is the one result of one of the user's functions.
fn text_node(input: Input<'_>, e: &Expr) -> Option<Node> {
    if e.ty != TypeId::STRING {
        return None;
    }
    match &e.kind {
        ExprKind::Local(l) => Some(Node::Text(Root::Local(*l), 0)),
        ExprKind::Field { base, index } => {
            let owner = input.struct_name(base.ty).filter(|o| !input.is_library(*o))?;
            let field = field_object(input, base.ty, *index)?;
            // A field of a type parameter's type is not a string for all instances.
            let declared = input.store().obj_type(field) == TypeId::STRING;
            declared
                .then_some(Node::Text(Root::Field(field), 0))
                .filter(|_| !input.is_library(owner))
        }
        ExprKind::Index { base, .. } => {
            container(input, base.ty)?;
            element_text(node_of(input, base)?)
        }
        ExprKind::Call(call) => match &call.callee {
            Callee::Func { func, .. }
            | Callee::Method {
                method: Method::User(func),
                ..
            } => match input.hir.func(*func).results[..] {
                [one] => (input.hir.local(one).ty == TypeId::STRING).then_some(Node::Text(Root::Local(one), 0)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The strings that are elements of a container.
pub(super) fn element_text(container: Node) -> Option<Node> {
    match container {
        Node::Container(root, level) => Some(Node::Text(root, level.checked_add(1)?)),
        _ => None,
    }
}

impl<'a> Walk<'a> {
    /// A string that one cannot be is one that the other cannot be.
    pub(super) fn same_text(&mut self, a: Node, b: Node, span: Span) {
        if a != b {
            self.out.shared.edge(a, b, span);
            self.out.shared.edge(b, a, span);
        }
    }

    /// What strings a container of that root at that level holds: the runtime's containers hold the runtime's strings.
    pub(super) fn strings_of(&mut self, root: Root, level: u8, c: Container) {
        let nowhere = Span::default();
        let node = Node::Container(root, level);
        if c.element() == TypeId::STRING {
            self.out.shared.edge(node, Node::Text(root, level + 1), nowhere);
        }
        if let Container::Map(TypeId::STRING, _) = c {
            self.out.shared.edge(node, Node::Key(root, level), nowhere);
        }
    }

    /// Containers of one representation hold strings of one form.
    pub(super) fn unify_strings(&mut self, (x, i): (Root, u8), (y, j): (Root, u8), span: Span) {
        let (strings, others) = (self.strings_at(x, i), self.strings_at(y, j));
        let pairs = [
            (strings.0, others.0, Node::Text(x, i + 1), Node::Text(y, j + 1)),
            (strings.1, others.1, Node::Key(x, i), Node::Key(y, j)),
        ];
        for (one, other, a, b) in pairs {
            match (one, other) {
                (true, true) => self.same_text(a, b, span),
                (true, false) => self.share(a, "its type is a type parameter elsewhere", span),
                (false, true) => self.share(b, "its type is a type parameter elsewhere", span),
                (false, false) => {}
            }
        }
    }

    /// Whether the elements of the root's containers at that level are strings, and whether the keys are.
    fn strings_at(&self, root: Root, level: u8) -> (bool, bool) {
        let ty = container_inside(self.input, self.root_type(root), level);
        match ty.and_then(|ty| container(self.input, ty)) {
            Some(Container::Map(key, value)) => (value == TypeId::STRING, key == TypeId::STRING),
            Some(Container::Slice(element)) => (element == TypeId::STRING, false),
            None => (false, false),
        }
    }

    /// Strings that a library function looks at: Rust's own has them all as Rust's.
    pub(super) fn looked_at_together(&mut self, args: &'a [Expr]) {
        for arg in args {
            self.visit(arg);
            if let Some(target) = text_node(self.input, arg) {
                args.iter().for_each(|other| self.contents(other, target));
            }
        }
    }

    /// A string argument behind a container that a library function looks at.
    pub(super) fn beside_strings(&mut self, name: &str, what: &Expr, arg: &'a Expr) {
        self.visit(arg);
        let elements = node_of(self.input, what).and_then(element_text);
        match (name, elements) {
            ("strings.Join", Some(elements)) => self.contents(arg, elements),
            ("slices.Contains", _) => {}
            (_, Some(elements)) => self.share(elements, "a library function gets them", arg.span),
            (_, None) => {}
        }
    }

    /// The elements of one container are copied into another.
    pub(super) fn copied_strings(&mut self, to: Option<Node>, from: Option<Node>, span: Span) {
        match (to.and_then(element_text), from.and_then(element_text)) {
            (Some(a), Some(b)) => self.same_text(a, b, span),
            (Some(one), None) | (None, Some(one)) => {
                self.share(one, "they are copied from or into what is shared", span);
            }
            (None, None) => {}
        }
    }

    /// Nobody knows a string variable as Rust's.
    pub(super) fn runtime_string(&mut self, local: LocalId, why: &'static str, span: Span) {
        if self.input.hir.local(local).ty == TypeId::STRING {
            self.share(Node::Text(Root::Local(local), 0), why, span);
            self.out.consumed.seed(local, span);
        }
    }

    fn text_at(&self, to: To) -> Option<Node> {
        match to {
            To::Local(l) if self.input.hir.local(l).ty == TypeId::STRING => Some(Node::Text(Root::Local(l), 0)),
            To::Field(f) if self.input.store().obj_type(f) == TypeId::STRING => Some(Node::Text(Root::Field(f), 0)),
            To::Element(Some(Node::Container(root, level))) => Some(Node::Text(root, level)),
            _ => None,
        }
    }

    /// A string comes to rest.
    pub(super) fn text_flow(&mut self, e: &'a Expr, to: To) {
        let why = match to {
            To::Away(why) => why,
            _ => "it is kept where its type is not known",
        };
        self.text_into(e, self.text_at(to), why);
    }

    /// A string is stored as a key of a map, or looked for there.
    pub(super) fn key_flow(&mut self, key: &'a Expr, map: &Expr, kept: bool) {
        if key.ty != TypeId::STRING {
            return self.visit(key);
        }
        let node = match (container(self.input, map.ty), node_of(self.input, map)) {
            (Some(_), Some(Node::Container(root, level))) => Some(Node::Key(root, level)),
            _ => None,
        };
        match (node, text_node(self.input, key)) {
            // To look into a map of the runtime's takes nothing but a reference.
            (None, Some(own)) if !kept => {
                self.visit(key);
                self.share(own, "it is a key of what the runtime holds", key.span);
            }
            (Some(node), Some(own)) if !kept => {
                self.visit(key);
                self.same_text(own, node, key.span);
            }
            _ => self.text_into(key, node, "it is a key of what the runtime holds"),
        }
    }

    fn text_into(&mut self, e: &'a Expr, target: Option<Node>, why: &'static str) {
        if let ExprKind::Local(l) = e.kind {
            self.out.consumed.seed(l, e.span);
        }
        self.visit(e);
        let source = match &e.kind {
            ExprKind::TupleElem(i) => self.tuple_text(*i),
            _ => text_node(self.input, e),
        };
        self.built_from(e, source, target);
        match (source, target) {
            (Some(source), Some(target)) => self.same_text(source, target, e.span),
            (Some(source), None) => self.share(source, why, e.span),
            (None, Some(target)) => self.contents(e, target),
            (None, None) => {}
        }
    }

    /// What holds only literals may be a `&'static str`; an element or a field is not.
    fn built_from(&mut self, e: &Expr, source: Option<Node>, target: Option<Node>) {
        let Some(Node::Text(Root::Local(target), 0)) = target else {
            return;
        };
        match source {
            Some(Node::Text(Root::Local(source), 0)) => {
                self.out.built.edge(source, target, e.span);
                if matches!(e.kind, ExprKind::TupleElem(_)) {
                    // A component is bound as it is.
                    self.out.built.edge(target, source, e.span);
                }
            }
            None if matches!(e.kind, ExprKind::Const { .. } | ExprKind::Zero) => {}
            _ => self.out.built.seed(target, e.span),
        }
    }

    /// The string that a component of the statement's tuple is.
    fn tuple_text(&self, i: usize) -> Option<Node> {
        if let Some(element) = self.tuple_element {
            return (i == 0).then(|| element_text(element)).flatten();
        }
        let result = *self.input.hir.func(self.tuple?).results.get(i)?;
        (self.input.hir.local(result).ty == TypeId::STRING).then_some(Node::Text(Root::Local(result), 0))
    }

    /// What a string is made of: the target is no better UTF-8 than that.
    fn contents(&mut self, e: &'a Expr, target: Node) {
        match &e.kind {
            ExprKind::Zero => {}
            ExprKind::Const { .. } if constant_text(e).is_some() => {}
            ExprKind::Binary(BinaryOp::Add, x, y) => {
                self.contents(x, target);
                self.contents(y, target);
            }
            ExprKind::Call(call) if self.library_contents(call, target) => {}
            _ => match text_node(self.input, e) {
                Some(source) => self.out.shared.edge(source, target, e.span),
                None => self.share(target, "it may hold bytes that are not UTF-8", e.span),
            },
        }
    }

    /// A library function that gives UTF-8 when it is given UTF-8.
    fn library_contents(&mut self, call: &'a Call, target: Node) -> bool {
        let Callee::Lib { obj, .. } = &call.callee else {
            return false;
        };
        match (qualified(self.input, *obj).as_str(), &call.args.items[..]) {
            ("strconv.Itoa", [_]) => true,
            ("strings.Join", [v, separator]) => match node_of(self.input, v).and_then(element_text) {
                Some(elements) => {
                    self.out.shared.edge(elements, target, v.span);
                    self.contents(separator, target);
                    true
                }
                None => false,
            },
            ("fmt.Sprintf", _) => match sprintf(self.input, call, 1) {
                Some((_, operands)) => {
                    for x in operands {
                        if operand_kind(self.input, x.ty) == Some(Operand::Text) {
                            self.contents(x, target);
                        }
                    }
                    true
                }
                None => false,
            },
            _ => false,
        }
    }

    /// A string for a parameter of one of the user's functions: lent where the parameter only looks at it.
    pub(super) fn text_arg(&mut self, arg: &'a Expr, param: LocalId) {
        self.visit(arg);
        let own = Node::Text(Root::Local(param), 0);
        let source = text_node(self.input, arg);
        self.built_from(arg, source, Some(own));
        match source {
            Some(source) => self.same_text(source, own, arg.span),
            None if matches!(arg.kind, ExprKind::TupleElem(_)) => {
                self.share(own, "it is handed on with other results", arg.span);
            }
            None => self.contents(arg, own),
        }
        if let ExprKind::Local(l) = arg.kind {
            // Where the parameter keeps it, so does the variable.
            self.out.consumed.edge(param, l, arg.span);
        }
    }

    /// `s += x`
    pub(super) fn extended_text(&mut self, place: &'a Expr, value: &'a Expr) {
        if let ExprKind::Local(l) = place.kind {
            self.out.consumed.seed(l, place.span);
            self.out.built.seed(l, place.span);
        }
        if let Some(target) = text_node(self.input, place) {
            self.contents(value, target);
        }
    }

    /// The variable of a `range` over strings.
    pub(super) fn ranged_text(&mut self, local: LocalId, source: Option<Node>, span: Span) {
        self.out.built.seed(local, span);
        match source {
            Some(source) => self.same_text(source, Node::Text(Root::Local(local), 0), span),
            None => self.runtime_string(local, "it is an element of what the runtime holds", span),
        }
    }

    /// A key of a map literal.
    pub(super) fn literal_key(&mut self, key: &'a Expr, map: Option<Node>) {
        if key.ty != TypeId::STRING {
            return self.visit(key);
        }
        let keys = match map {
            Some(Node::Container(root, level)) => Some(Node::Key(root, level)),
            _ => None,
        };
        self.text_into(key, keys, "it is a key of what the runtime holds");
    }

    /// `s[i:j]` need not end between characters, and shares the bytes.
    pub(super) fn cut_text(&mut self, base: &'a Expr) {
        self.runtime_text(base, "a part of it is taken");
    }

    /// A string that lies somewhere must be the runtime's.
    pub(super) fn runtime_text(&mut self, e: &'a Expr, why: &'static str) {
        if let Some(node) = text_node(self.input, e) {
            self.share(node, why, e.span);
        }
    }

    /// A struct value becomes one of another type: its fields keep their form.
    pub(super) fn renamed_fields(&mut self, ty: TypeId, span: Span) {
        if let Type::Struct(s) = self.input.store().under(ty) {
            for field in &s.fields {
                let root = Root::Field(self.input.origin(*field));
                self.share(Node::Text(root, 0), "its struct is converted to another type", span);
            }
        }
    }
}
