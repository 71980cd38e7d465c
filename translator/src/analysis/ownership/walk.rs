//! The walk behind the ownership analysis: what each statement and expression does with what it is given.
//!
//! `flow` is for values that come to rest somewhere, `place` for what is read or written where it stands, `visit` for
//! everything that is only looked at.

use super::super::Input;
use super::nodes::{container, field_object, node_of, root_local, same_place, self_append};
use super::shapes::{is_cut, removes_one};
use super::{Cause, Collected, Coloring, Container, Guarded, LastUses, Node, Root, Sharing};
use crate::analysis::errors::Errors;
use crate::hir::visit::Visitor;
use crate::hir::{
    Block, Callee, Comm, Expr, ExprKind, FuncId, LocalId, LocalKind, Method, Range, RangeKind, RangeVar, Stmt,
    StmtKind, Values,
};
use crate::source::Span;
use crate::types::{ObjId, TypeId};
use rustc_hash::FxHashSet;

/// How many levels of containers in containers are looked at; what nests deeper is the runtime's.
pub(super) const LEVELS: u8 = 6;

/// What the analysis builds on.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) input: Input<'a>,
    pub(super) sharing: &'a Sharing,
    pub(super) coloring: &'a Coloring,
    pub(super) liveness: &'a LastUses,
    pub(super) guarded: &'a Guarded,
    pub(super) errors: &'a Errors,
}

/// Where a value comes to rest.
#[derive(Clone, Copy)]
pub(super) enum To {
    /// In a variable, parameter or result.
    Local(LocalId),
    /// In a field of a struct.
    Field(ObjId),
    /// In a container, as an element at that node's level.
    Element(Option<Node>),
    /// Somewhere that only the runtime's representation reaches.
    Away(&'static str),
}

pub(super) struct Walk<'a> {
    pub(super) known: Known<'a>,
    pub(super) input: Input<'a>,
    pub(super) out: Collected,
    pub(super) func: FuncId,
    /// The function whose results the `TupleElem`s of the statement are.
    pub(super) tuple: Option<FuncId>,
    /// The container whose element the statement's first `TupleElem` is.
    pub(super) tuple_element: Option<Node>,
    /// Names of methods that interfaces have: their signatures are the traits'.
    pub(super) interface_methods: FxHashSet<String>,
    /// See [`Walk::whole_structs`].
    pub(super) whole: FxHashSet<ObjId>,
}

/// What loops copy element by element.
pub(super) fn copy_elements(known: Known<'_>, mut collected: Collected) -> Collected {
    let copied = std::mem::take(&mut collected.copied_elements);
    let mut walk = Walk::new(known, collected);
    for (ty, span) in copied {
        walk.copied(ty, span);
    }
    walk.out
}

pub(super) fn program(known: Known<'_>) -> Collected {
    let mut walk = Walk::new(known, Collected::default());
    walk.whole = walk.whole_structs();
    walk.types();
    walk.variables();
    walk.comparisons();
    for package in &walk.input.hir.packages {
        for init in &package.inits {
            walk.flow(&init.value, To::Away("a package variable holds it"));
        }
    }
    for func in &walk.input.hir.funcs {
        walk.func = func.id;
        walk.signature(func.id);
        if let Some(body) = &func.body {
            walk.block(body);
        }
    }
    walk.out
}

impl<'a> Walk<'a> {
    fn new(known: Known<'a>, out: Collected) -> Self {
        Walk {
            known,
            input: known.input,
            out,
            func: FuncId(u32::MAX),
            tuple: None,
            tuple_element: None,
            interface_methods: FxHashSet::default(),
            whole: FxHashSet::default(),
        }
    }

    pub(super) fn share(&mut self, node: Node, what: &'static str, span: Span) {
        self.out.shared.seed(node, Cause { what, span });
    }

    /// Both are shared when either is.
    pub(super) fn unify_nodes(&mut self, a: Node, b: Node, span: Span) {
        if a == b {
            return;
        }
        let (Node::Container(x, i), Node::Container(y, j)) = (a, b) else {
            return;
        };
        let (xs, ys) = (self.levels(x), self.levels(y));
        for step in 0..=LEVELS {
            let (p, q) = (i + step, j + step);
            match (p < xs, q < ys) {
                (true, true) => {
                    let (p, q) = (Node::Container(x, p), Node::Container(y, q));
                    self.out.shared.edge(p, q, span);
                    self.out.shared.edge(q, p, span);
                    self.out.spare.edge(p, q, span);
                    self.out.spare.edge(q, p, span);
                    self.unify_strings((x, i + step), (y, j + step), span);
                }
                (true, false) => self.share(Node::Container(x, p), "its type is a type parameter elsewhere", span),
                (false, true) => self.share(Node::Container(y, q), "its type is a type parameter elsewhere", span),
                (false, false) => return,
            }
        }
    }

    pub(super) fn root_type(&self, root: Root) -> TypeId {
        match root {
            Root::Local(l) => self.input.hir.local(l).ty,
            Root::Field(f) => self.input.store().obj_type(f),
        }
    }

    /// How many levels of containers a root has.
    pub(super) fn levels(&self, root: Root) -> u8 {
        let mut ty = self.root_type(root);
        let mut levels = 0;
        while let Some(c) = container(self.input, ty).filter(|_| levels < LEVELS) {
            ty = c.element();
            levels += 1;
        }
        levels
    }

    pub(super) fn node_at(&self, to: To) -> Option<Node> {
        let (root, level) = match to {
            To::Local(l) => (Root::Local(l), 0),
            To::Field(f) => (Root::Field(f), 0),
            To::Element(Some(Node::Container(root, level))) => (root, level),
            To::Element(_) | To::Away(_) => return None,
        };
        (level < self.levels(root)).then_some(Node::Container(root, level))
    }

    pub(super) fn deeper(node: Option<Node>) -> Option<Node> {
        match node? {
            Node::Container(root, level) => Some(Node::Container(root, level + 1)),
            Node::Struct(_) | Node::Text(..) | Node::Key(..) => None,
        }
    }

    /// The user's struct type that a pointer type points to.
    pub(super) fn pointee_struct(&self, ty: TypeId) -> Option<ObjId> {
        let pointee = self.input.pointee(ty)?;
        self.input.struct_name(pointee).filter(|o| !self.input.is_library(*o))
    }

    // ---- statements ----

    fn block(&mut self, block: &'a Block) {
        block.stmts.iter().for_each(|s| self.stmt(s));
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Let { lhs, init } => self.let_stmt(lhs, init),
            StmtKind::Assign { lhs, rhs, declares } => self.assign(lhs, rhs, declares),
            StmtKind::OpAssign { place, value, .. } => {
                self.visit(value);
                self.extended_text(place, value);
                self.place(place, true);
            }
            StmtKind::Expr(e) => self.visit(e),
            StmtKind::Go(e) | StmtKind::Defer(e) => self.started(e),
            StmtKind::Send { channel, value } => {
                self.visit(channel);
                self.flow(value, To::Away("it is sent over a channel"));
            }
            StmtKind::Return(values) => self.return_stmt(values, stmt.span),
            StmtKind::If { cond, then, els } => {
                self.visit(cond);
                self.block(then);
                els.iter().for_each(|s| self.stmt(s));
            }
            StmtKind::For(f) => {
                f.init.iter().for_each(|s| self.stmt(s));
                f.cond.iter().for_each(|e| self.visit(e));
                self.block(&f.body);
                f.post.iter().for_each(|s| self.stmt(s));
            }
            StmtKind::Range(r) => self.range(r),
            StmtKind::Switch(s) => {
                s.tag.iter().for_each(|e| self.visit(e));
                for clause in &s.clauses {
                    clause.values.iter().for_each(|e| self.visit(e));
                    self.block(&clause.body);
                }
            }
            StmtKind::TypeSwitch(s) => {
                self.visit(&s.x);
                for clause in &s.clauses {
                    for ty in clause.types.iter().flatten() {
                        self.asserted(*ty, s.x.span);
                    }
                    if let Some(l) = clause.bind {
                        self.share(
                            Node::Container(Root::Local(l), 0),
                            "it comes out of an interface",
                            s.x.span,
                        );
                        self.runtime_string(l, "it comes out of an interface", s.x.span);
                    }
                    self.block(&clause.body);
                }
            }
            StmtKind::Select(s) => {
                for arm in &s.arms {
                    match &arm.comm {
                        Comm::Default => {}
                        Comm::Send { channel, value } => {
                            self.visit(channel);
                            self.flow(value, To::Away("it is sent over a channel"));
                        }
                        Comm::Recv { channel, value, ok } => {
                            self.visit(channel);
                            for var in [value, ok].into_iter().flatten() {
                                self.bound(var, "it comes out of a channel");
                            }
                        }
                    }
                    self.block(&arm.body);
                }
            }
            StmtKind::Block(b) => self.block(b),
            StmtKind::Labeled(_, s) => self.stmt(s),
            StmtKind::Empty
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Goto(_)
            | StmtKind::Fallthrough
            | StmtKind::Const(_)
            | StmtKind::Type(_) => {}
        }
    }

    fn let_stmt(&mut self, lhs: &'a [Option<LocalId>], init: &'a Values) {
        if init.items.is_empty() {
            for local in lhs.iter().flatten() {
                let declared = self.input.hir.local(*local);
                self.zero(declared.ty, To::Local(*local), declared.span);
            }
            return;
        }
        let saved = self.values_of(init);
        for (local, value) in lhs.iter().zip(&init.items) {
            match local {
                Some(l) => self.flow(value, To::Local(*l)),
                None => self.visit(value),
            }
        }
        self.tuple = saved;
    }

    /// Walks the tuple that values are taken from; gives what `tuple` was.
    fn values_of(&mut self, values: &'a Values) -> Option<FuncId> {
        let saved = self.tuple.take();
        self.tuple_element = None;
        if let Some(tuple) = &values.tuple {
            self.visit(tuple);
            if let ExprKind::Call(call) = &tuple.kind {
                self.tuple = match &call.callee {
                    Callee::Func { func, .. }
                    | Callee::Method {
                        method: Method::User(func),
                        ..
                    } => Some(*func),
                    _ => None,
                };
            }
            if let ExprKind::MapIndexOk { map, .. } = &tuple.kind {
                self.copied_element(map, tuple.span);
                self.tuple_element = node_of(self.input, map).filter(|_| container(self.input, map.ty).is_some());
            }
        }
        saved
    }

    /// An element is copied out of a container.
    fn copied_element(&mut self, base: &'a Expr, span: Span) {
        let Some(c) = container(self.input, base.ty) else {
            return;
        };
        if container(self.input, c.element()).is_some()
            && let Some(node) = Self::deeper(node_of(self.input, base))
        {
            self.share(node, "an element of it is kept apart", span);
        }
        self.copied(c.element(), span);
    }

    fn assign(&mut self, lhs: &'a [Option<Expr>], rhs: &'a Values, declares: &[LocalId]) {
        if let ([Some(a), Some(b)], None, [x, y]) = (lhs, &rhs.tuple, &rhs.items[..])
            && same_place(a, y)
            && same_place(b, x)
            && matches!((&a.kind, &b.kind), (ExprKind::Index { .. }, ExprKind::Index { .. }))
        {
            // Elements that change places are moved, not copied.
            self.place(a, true);
            self.place(b, true);
            return;
        }
        let saved = self.values_of(rhs);
        for (place, value) in lhs.iter().zip(&rhs.items) {
            match place {
                Some(Expr {
                    kind: ExprKind::Local(l),
                    ..
                }) if declares.contains(l) => self.flow(value, To::Local(*l)),
                Some(place) => self.assign_one(place, value),
                None => self.visit(value),
            }
        }
        self.tuple = saved;
    }

    fn assign_one(&mut self, place: &'a Expr, value: &'a Expr) {
        let node = node_of(self.input, place).filter(|_| container(self.input, place.ty).is_some());
        if let Some(rest) = self_append(place, value) {
            self.place(place, true);
            self.consumed_by(place);
            self.appended(node, place, rest, value);
            return;
        }
        if container(self.input, place.ty).is_some() && (is_cut(place, value) || removes_one(place, value).is_some()) {
            self.place(place, true);
            self.consumed_by(place);
            node.into_iter().for_each(|n| self.out.spare.seed(n, value.span));
            if let ExprKind::Slice { low, high, .. } = &value.kind {
                [low, high].into_iter().flatten().for_each(|e| self.visit(e));
            }
            return;
        }
        self.place(place, true);
        match &place.kind {
            ExprKind::Local(l) => {
                self.consumed_by(place);
                if let Some(s) = self.pointee_struct(place.ty)
                    && !self.takes_another(*l, value)
                {
                    self.share(Node::Struct(s), "a pointer variable is assigned", place.span);
                }
                self.flow(value, To::Local(*l));
            }
            ExprKind::Field { base, index } if node.is_some() => match field_object(self.input, base.ty, *index) {
                Some(f) => self.flow(value, To::Field(f)),
                None => self.flow(value, To::Away("a field of the runtime's holds it")),
            },
            ExprKind::Field { base, index } if place.ty == TypeId::STRING => {
                let named = self
                    .input
                    .struct_name(base.ty)
                    .is_some_and(|o| !self.input.is_library(o));
                match field_object(self.input, base.ty, *index).filter(|_| named) {
                    Some(f) => self.flow(value, To::Field(f)),
                    None => self.flow(value, To::Away("a field of the runtime's holds it")),
                }
            }
            ExprKind::Index { base, .. } if place.ty == TypeId::STRING => {
                let element = node_of(self.input, base).filter(|_| container(self.input, base.ty).is_some());
                self.flow(value, To::Element(Self::deeper(element)));
            }
            ExprKind::Index { .. } => self.flow(value, To::Element(node)),
            _ => self.flow(value, To::Away("a place behind a pointer holds it")),
        }
    }

    /// Whether a pointer variable may own what it is assigned in place of what it owned before: nobody else reaches the variable,
    /// and the value is a call's, or whatever else [`flow`](Self::flow) finds to be nobody else's.
    fn takes_another(&self, local: LocalId, value: &Expr) -> bool {
        let declared = self.input.hir.local(local);
        declared.kind == LocalKind::Variable
            && declared.func == self.func
            && self.known.sharing.local(local).captured.is_none()
            && !matches!(value.kind, ExprKind::TupleElem(_))
    }

    /// A parameter that is extended, cut or assigned needs a value of its own.
    fn consumed_by(&mut self, place: &Expr) {
        if let ExprKind::Local(l) = place.kind {
            self.out.consumed.seed(l, place.span);
        }
    }

    /// The arguments of an `append` behind the first.
    pub(super) fn appended(&mut self, node: Option<Node>, place: &'a Expr, rest: &'a [Expr], append: &'a Expr) {
        node.into_iter().for_each(|n| self.out.spare.seed(n, append.span));
        for arg in rest {
            match &arg.kind {
                ExprKind::Zero => {}
                ExprKind::ArrayLit { elems, .. } => {
                    for (_, e) in elems {
                        self.flow(e, To::Element(Self::deeper(node)));
                    }
                }
                // All elements of another container are copied.
                _ => {
                    if let Some(c) = container(self.input, arg.ty) {
                        let inner = container(self.input, c.element()).is_some();
                        for n in [Self::deeper(node), Self::deeper(node_of(self.input, arg))]
                            .into_iter()
                            .flatten()
                        {
                            if inner {
                                self.share(n, "its elements are copied", arg.span);
                            }
                        }
                        if c.element() == TypeId::STRING {
                            self.copied_strings(node, node_of(self.input, arg), arg.span);
                        }
                        self.copied(c.element(), arg.span);
                    }
                    if root_local(arg).is_some() && root_local(arg) == root_local(place) {
                        for n in [node, node_of(self.input, arg)].into_iter().flatten() {
                            self.share(n, "it is appended to itself", arg.span);
                        }
                    }
                    self.looked_at(arg);
                }
            }
        }
    }

    fn return_stmt(&mut self, values: &'a Values, span: Span) {
        let results = match self.input.hir.funcs.get(self.func.index()) {
            Some(f) => f.results.clone(),
            None => Vec::new(),
        };
        let saved = self.values_of(values);
        // Beside an error that `Err` holds there is no value.
        let failed = self.known.errors.drops_values(self.func, span);
        for (value, result) in values.items.iter().zip(&results) {
            if failed && matches!(value.kind, ExprKind::Zero) {
                continue;
            }
            self.flow(value, To::Local(*result));
        }
        self.tuple = saved;
    }

    fn range(&mut self, r: &'a Range) {
        if let (Some(RangeVar::Define(l)), ExprKind::ArrayLit { elems, .. }) = (&r.value, &r.x.kind)
            && self.input.hir.local(*l).ty == TypeId::STRING
            && r.kind == RangeKind::Slice
        {
            // Nobody else has a literal: its strings go to the variable one by one.
            elems.iter().for_each(|(_, e)| self.text_flow(e, To::Local(*l)));
            r.key.iter().for_each(|key| self.bound(key, "it comes from a range"));
            return self.block(&r.body);
        }
        self.looked_at(&r.x);
        let elements = container(self.input, r.x.ty).filter(|_| matches!(r.kind, RangeKind::Slice | RangeKind::Map));
        if let Some(RangeVar::Define(l)) = &r.value
            && let Some(c) = elements
        {
            let source = Self::deeper(node_of(self.input, &r.x).or_else(|| self.result_node(&r.x)));
            let own = Node::Container(Root::Local(*l), 0);
            match source {
                Some(source) if container(self.input, c.element()).is_some() => {
                    self.unify_nodes(source, own, r.x.span);
                    self.out.elements.push((*l, r.x.span));
                    if !r.per_iteration {
                        self.share(own, "it is one variable for all rounds", r.x.span);
                    }
                }
                _ => self.share(own, "it is an element of what the runtime holds", r.x.span),
            }
            if c.element() == TypeId::STRING {
                self.ranged_text(
                    *l,
                    source.map(|n| match n {
                        Node::Container(root, level) => Node::Text(root, level),
                        other => other,
                    }),
                    r.x.span,
                );
            }
        } else if let Some(var) = &r.value {
            self.bound(var, "it is an element of what the runtime holds");
        }
        match (&r.key, elements) {
            (Some(RangeVar::Define(l)), Some(Container::Map(TypeId::STRING, _))) => {
                let node = node_of(self.input, &r.x).or_else(|| self.result_node(&r.x));
                let keys = match node {
                    Some(Node::Container(root, level)) => Some(Node::Key(root, level)),
                    _ => None,
                };
                self.ranged_text(*l, keys, r.x.span);
            }
            (Some(var), _) => self.bound(var, "it comes from a range"),
            (None, _) => {}
        }
        self.block(&r.body);
    }

    /// The result of a call of one of the user's functions.
    fn result_node(&self, e: &Expr) -> Option<Node> {
        let ExprKind::Call(call) = &e.kind else { return None };
        let (Callee::Func { func, .. }
        | Callee::Method {
            method: Method::User(func),
            ..
        }) = &call.callee
        else {
            return None;
        };
        match self.input.hir.func(*func).results[..] {
            [one] => Some(Node::Container(Root::Local(one), 0)),
            _ => None,
        }
    }

    fn bound(&mut self, var: &'a RangeVar, why: &'static str) {
        match var {
            RangeVar::Define(l) => {
                let local = self.input.hir.local(*l);
                self.share(Node::Container(Root::Local(*l), 0), why, local.span);
                self.runtime_string(*l, why, local.span);
                if let Some(s) = self.pointee_struct(local.ty) {
                    self.share(Node::Struct(s), why, local.span);
                }
            }
            RangeVar::Assign(place) => {
                self.place(place, true);
                if let Some(node) = node_of(self.input, place) {
                    self.share(node, why, place.span);
                }
                self.runtime_text(place, why);
            }
        }
    }

    /// The call of a `go` or `defer`: it happens later, when what it was given may be used by others.
    fn started(&mut self, e: &'a Expr) {
        let ExprKind::Call(call) = &e.kind else {
            return self.visit(e);
        };
        let why = "it is given to a call that happens later";
        match &call.callee {
            Callee::Method {
                recv,
                method: Method::Lib(_),
            } => self.place(recv, true),
            Callee::Method { recv, .. } => {
                if let ExprKind::AddrOf(place) = &recv.kind {
                    self.address(place, why);
                }
                self.flow(recv, To::Away(why));
            }
            Callee::Value(f) => self.visit(f),
            _ => {}
        }
        if let Callee::Func { func, .. }
        | Callee::Method {
            method: Method::User(func),
            ..
        } = &call.callee
        {
            for param in &self.input.hir.func(*func).params {
                self.share(Node::Container(Root::Local(*param), 0), why, e.span);
                self.out.consumed.seed(*param, e.span);
            }
        }
        let saved = self.values_of(&call.args);
        call.args.items.iter().for_each(|a| self.flow(a, To::Away(why)));
        self.tuple = saved;
    }

    /// Finds the literals that only look at elements at their two positions.
    fn comparisons(&mut self) {
        struct Calls<'p>(Vec<&'p crate::hir::Call>);
        impl<'p> Visitor<'p> for Calls<'p> {
            fn expr(&mut self, e: &'p Expr) {
                if let ExprKind::Call(call) = &e.kind {
                    self.0.push(call);
                }
                crate::hir::visit::walk_expr(self, e);
            }
        }
        let mut calls = Calls(Vec::new());
        let hir = self.input.hir;
        hir.funcs
            .iter()
            .filter_map(|f| f.body.as_ref())
            .for_each(|b| calls.block(b));
        for call in calls.0 {
            if let Some(literal) = super::calls::element_comparison(self.input, call) {
                self.out.comparisons.insert(literal);
            }
        }
    }
}
