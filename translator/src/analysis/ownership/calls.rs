//! Calls: what is lent for their time, and what they keep.

use super::library::{LibraryUse, library_use, prints};
use super::nodes::{container, node_of, root_local, same_place};
use super::walk::{To, Walk};
use super::{Node, Root};
use crate::analysis::Input;
use crate::analysis::coloring::library::qualified;
use crate::hir::visit::Visitor;
use crate::hir::{Builtin, Call, Callee, Conversion, Expr, ExprKind, FuncId, LocalId, Method};
use crate::types::{ObjId, TypeId};

/// An operand that is lent to a parameter: the parameter, and the place.
struct Lent<'a> {
    param: LocalId,
    place: &'a Expr,
}

impl<'a> Walk<'a> {
    pub(super) fn call(&mut self, call: &'a Call, e: &'a Expr) {
        if let Some(tuple) = &call.args.tuple {
            self.visit(tuple);
            // What a call's results are handed on to takes them as the runtime has them.
            self.results_kept(tuple);
            for arg in &call.args.items {
                self.flow(arg, To::Away("it is handed on with other results"));
            }
            if let Callee::Func { func, .. }
            | Callee::Method {
                method: Method::User(func),
                ..
            } = &call.callee
            {
                self.as_value(*func, e.span);
            }
            if let Callee::Method { recv, .. } = &call.callee {
                self.flow(recv, To::Away("it is called with another call's results"));
            }
            return;
        }
        match &call.callee {
            Callee::Func { func, type_args } => {
                let params = self.type_params_of(*func);
                self.type_arguments(&params, type_args, e.span);
                let lent = self.user_args(*func, call);
                self.beside(&lent);
            }
            Callee::Method {
                recv,
                method: Method::User(func),
            } => {
                let mut lent = self.user_args(*func, call);
                self.receiver(recv, *func, &mut lent);
                self.beside(&lent);
            }
            Callee::Method { recv, method } => {
                match method {
                    Method::Lib(_) => self.place(recv, true),
                    _ => self.visit(recv),
                }
                self.args_away(call, "a method of an interface or the library gets it");
            }
            Callee::Value(f) => {
                self.visit(f);
                self.args_away(call, "a function value gets it");
            }
            Callee::Lib { obj, .. } => self.library_call(*obj, call),
            Callee::Builtin(builtin) => self.builtin(*builtin, call, e),
        }
    }

    fn results_kept(&mut self, tuple: &'a Expr) {
        let ExprKind::Call(call) = &tuple.kind else { return };
        if let Callee::Func { func, .. }
        | Callee::Method {
            method: Method::User(func),
            ..
        } = &call.callee
        {
            self.as_value(*func, tuple.span);
        }
    }

    fn args_away(&mut self, call: &'a Call, why: &'static str) {
        for arg in &call.args.items {
            if let ExprKind::AddrOf(place) = &arg.kind {
                self.address(place, why);
            }
            self.flow(arg, To::Away(why));
        }
    }

    fn receiver(&mut self, recv: &'a Expr, func: FuncId, lent: &mut Vec<Lent<'a>>) {
        let Some(param) = self.input.hir.func(func).recv else {
            return self.visit(recv);
        };
        if self.pointee_struct(recv.ty).is_none() {
            // A value receiver looks at the value where it stands.
            return self.visit(recv);
        }
        self.lend(recv, param, lent);
    }

    /// A pointer argument: lent where the parameter only follows it.
    fn lend(&mut self, arg: &'a Expr, param: LocalId, lent: &mut Vec<Lent<'a>>) {
        if !self.borrows(param) {
            if let ExprKind::AddrOf(place) = &arg.kind {
                self.address(place, "a function keeps a pointer to it");
            }
            return self.flow(arg, To::Away("a function keeps a pointer to it"));
        }
        match &arg.kind {
            ExprKind::New(x) => self.flow(x, To::Away("memory of its own holds it")),
            ExprKind::Zero => self.flow(arg, To::Away("a pointer to it may be nil")),
            _ => {
                if let Some(root) = root_local(arg) {
                    self.out.written.edge(param, root, arg.span);
                }
                lent.push(Lent { param, place: arg });
                self.place(arg, false);
            }
        }
    }

    fn user_args(&mut self, func: FuncId, call: &'a Call) -> Vec<Lent<'a>> {
        let func = self.input.hir.func(func);
        let mut lent = Vec::new();
        for (i, arg) in call.args.items.iter().enumerate() {
            let Some(param) = func.params.get(i).copied() else {
                self.flow(arg, To::Away("it is one of a variable number of arguments"));
                continue;
            };
            let param_type = self.input.hir.local(param).ty;
            if container(self.input, arg.ty).is_some() && container(self.input, param_type).is_some() {
                self.container_arg(arg, param, &mut lent);
            } else if self.pointee_struct(param_type).is_some() {
                self.lend(arg, param, &mut lent);
            } else if param_type == TypeId::STRING && arg.ty == TypeId::STRING {
                self.text_arg(arg, param);
            } else {
                self.flow(arg, To::Local(param));
            }
        }
        lent
    }

    fn container_arg(&mut self, arg: &'a Expr, param: LocalId, lent: &mut Vec<Lent<'a>>) {
        let own = Node::Container(Root::Local(param), 0);
        let Some(source) = node_of(self.input, arg) else {
            return self.flow(arg, To::Local(param));
        };
        self.connect(source, own, arg);
        let moved = matches!(arg.kind, ExprKind::Local(_)) && self.known.liveness.is_last(arg.id);
        if let ExprKind::Local(l) = arg.kind
            && moved
        {
            // Where the parameter consumes, so does the variable that is moved into it.
            self.out.consumed.edge(param, l, arg.span);
        } else {
            self.out.lent_to.push((param, Some(source), arg.span));
        }
        if let ExprKind::Slice { .. } = arg.kind {
            self.part(arg);
        }
        if let Some(root) = root_local(arg) {
            self.out.written.edge(param, root, arg.span);
        }
        lent.push(Lent { param, place: arg });
        self.place(arg, false);
    }

    /// Operands of one call that overlap: where one is written through, the other cannot be borrowed beside it.
    fn beside(&mut self, lent: &[Lent<'a>]) {
        for (i, one) in lent.iter().enumerate() {
            for other in lent.iter().skip(i + 1) {
                if !overlap(one.place, other.place) {
                    continue;
                }
                for (writer, reader) in [(one, other), (other, one)] {
                    let node = match node_of(self.input, reader.place) {
                        Some(node) if container(self.input, reader.place.ty).is_some() => Some(node),
                        _ => self.pointee_struct(reader.place.ty).map(Node::Struct),
                    };
                    if let Some(node) = node {
                        self.out.beside.push((writer.param, node, reader.place.span));
                    }
                }
            }
        }
    }

    fn library_call(&mut self, obj: ObjId, call: &'a Call) {
        let name = qualified(self.input, obj);
        if prints(&name) && call.packed && !call.args.items.iter().any(shows_go_syntax) {
            return call.args.items.iter().for_each(|a| self.printed(a));
        }
        let Some((first, rest)) = call.args.items.split_first() else {
            return;
        };
        let what = match &first.kind {
            ExprKind::Convert(Conversion::ToInterface, x) => x,
            _ => first,
        };
        if super::is_text_library(&name) {
            return self.looked_at_together(&call.args.items);
        }
        let fits = node_of(self.input, what).is_some() && container(self.input, what.ty).is_some();
        match library_use(&name).filter(|_| fits) {
            Some(LibraryUse::Looks) => self.place(what, false),
            Some(LibraryUse::Writes) if self.sorts_plain(&name, what) => self.place(what, true),
            Some(LibraryUse::Orders) if element_comparison(self.input, call).is_some() => self.place(what, true),
            _ => return self.args_away(call, "a library function gets it"),
        }
        if let ExprKind::Slice { .. } = what.kind {
            self.part(what);
        }
        for arg in rest {
            if arg.ty == TypeId::STRING {
                self.beside_strings(&name, what, arg);
            } else {
                self.flow(arg, To::Away("a library function gets it"));
            }
        }
    }

    /// Elements that Rust orders as Go does.
    fn sorts_plain(&self, name: &str, what: &Expr) -> bool {
        let plain = container(self.input, what.ty).is_some_and(|c| {
            let element = self.input.store().get(c.element());
            matches!(element, crate::types::Type::Basic(k) if k.is_integer() || k.is_string())
        });
        plain || name == "slices.Reverse"
    }

    /// What is printed is looked at where it stands.
    fn printed(&mut self, arg: &'a Expr) {
        match &arg.kind {
            ExprKind::ArrayLit { elems, .. } => elems.iter().for_each(|(_, e)| self.printed(e)),
            ExprKind::Convert(Conversion::ToInterface, x) => {
                let text = x.ty == TypeId::STRING;
                let looked = text || container(self.input, x.ty).is_some() || self.struct_inside(x.ty).is_some();
                if looked {
                    self.looked_at(x);
                } else {
                    self.flow(x, To::Away("it is printed as a pointer"));
                }
            }
            _ => self.visit(arg),
        }
    }

    fn builtin(&mut self, builtin: Builtin, call: &'a Call, e: &'a Expr) {
        let args = &call.args.items;
        match (builtin, &args[..]) {
            (Builtin::Len, [x]) => self.looked_at(x),
            (Builtin::Cap, [x]) => {
                if let Some(node) = node_of(self.input, x) {
                    self.share(node, "its capacity is asked for", e.span);
                }
                self.visit(x);
            }
            (Builtin::Clear, [x]) => self.place(x, true),
            (Builtin::Delete, [map, key]) => {
                self.key_flow(key, map, false);
                self.place(map, true);
            }
            (Builtin::Copy, [to, from]) => self.copy(to, from, e),
            (Builtin::CopyString, [to, from]) => {
                self.flow(from, To::Away("it is copied into bytes"));
                self.place(to, true);
                if let Some(node) = node_of(self.input, to) {
                    self.share(node, "a string is copied into it", e.span);
                }
            }
            (Builtin::Append | Builtin::AppendString, [base, rest @ ..]) => {
                self.flow(base, To::Away("it is extended elsewhere"));
                self.appended(None, base, rest, e);
            }
            (Builtin::Panic, [x]) => self.flow(x, To::Away("it is panicked with")),
            _ => args
                .iter()
                .for_each(|a| self.flow(a, To::Away("a predeclared function gets it"))),
        }
    }

    fn copy(&mut self, to: &'a Expr, from: &'a Expr, e: &'a Expr) {
        let nodes = (node_of(self.input, to), node_of(self.input, from));
        let element = container(self.input, from.ty).map(super::Container::element);
        let inner = element.is_some_and(|t| container(self.input, t).is_some());
        match nodes {
            (Some(a), Some(b)) if !inner && root_local(to) != root_local(from) => self.connect(a, b, e),
            (a, b) => {
                if element == Some(TypeId::STRING) {
                    self.copied_strings(a, b, e.span);
                }
                for node in a.into_iter().chain(b) {
                    self.share(node, "it is copied from or into what is shared", e.span);
                }
            }
        }
        element.into_iter().for_each(|t| self.copied(t, e.span));
        for part in [to, from] {
            self.part(part);
        }
        self.place(to, true);
        self.place(from, false);
    }

    /// Both are of one representation.
    fn connect(&mut self, a: Node, b: Node, e: &'a Expr) {
        self.unify_nodes(a, b, e.span);
    }
}

/// A format with `%#v`, which tells a nil slice from an empty one.
fn shows_go_syntax(format: &Expr) -> bool {
    match &format.kind {
        ExprKind::Const { value, .. } => value.as_bytes().is_some_and(|s| s.windows(2).any(|w| w == b"#v")),
        _ => false,
    }
}

/// The places share memory: one is a part of the other, as far as fields tell.
fn overlap(a: &Expr, b: &Expr) -> bool {
    fn path(e: &Expr, out: &mut Vec<usize>) -> Option<LocalId> {
        match &e.kind {
            ExprKind::Local(l) => Some(*l),
            ExprKind::Field { base, index } => {
                let root = path(base, out)?;
                out.push(*index);
                Some(root)
            }
            ExprKind::Index { base, .. } | ExprKind::Slice { base, .. } => {
                let root = path(base, out)?;
                // Any element may be any other.
                out.push(usize::MAX);
                Some(root)
            }
            ExprKind::Deref(p) | ExprKind::AddrOf(p) => path(p, out),
            _ => None,
        }
    }
    let (mut p, mut q) = (Vec::new(), Vec::new());
    match (path(a, &mut p), path(b, &mut q)) {
        (Some(x), Some(y)) if x == y => p.iter().zip(&q).all(|(i, j)| i == j),
        _ => false,
    }
}

/// `sort.Slice(v, func(i, j int) bool { … v[i] … v[j] … })`: the literal, if it uses `v`, `i` and `j` in no other way.
pub(super) fn element_comparison(input: Input<'_>, call: &Call) -> Option<FuncId> {
    let Callee::Lib { obj, .. } = &call.callee else {
        return None;
    };
    if library_use(&qualified(input, *obj)) != Some(LibraryUse::Orders) {
        return None;
    }
    let [first, less] = &call.args.items[..] else {
        return None;
    };
    let ExprKind::Convert(_, v) = &first.kind else {
        return None;
    };
    let ExprKind::FuncLit(literal) = less.kind else {
        return None;
    };
    let (func, root) = (input.hir.func(literal), root_local(v)?);
    if !matches!(v.kind, ExprKind::Local(_)) {
        return None;
    }
    let [i, j] = func.params[..] else { return None };
    let mut find = Mentions {
        v,
        positions: [i, j],
        root,
        other: false,
    };
    find.block(func.body.as_ref()?);
    (!find.other).then_some(literal)
}

struct Mentions<'e> {
    v: &'e Expr,
    positions: [LocalId; 2],
    root: LocalId,
    other: bool,
}

impl<'p> Visitor<'p> for Mentions<'_> {
    fn expr(&mut self, e: &'p Expr) {
        if let ExprKind::Index { base, index } = &e.kind
            && same_place(base, self.v)
            && matches!(index.kind, ExprKind::Local(l) if self.positions.contains(&l))
        {
            return;
        }
        self.other |= match e.kind {
            ExprKind::Local(l) => l == self.root || self.positions.contains(&l),
            ExprKind::FuncLit(_) => true,
            _ => false,
        };
        crate::hir::visit::walk_expr(self, e);
    }
}
