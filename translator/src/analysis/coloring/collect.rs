//! Seeds and edges of the coloring, from one walk over each body.

use super::super::Input;
use super::super::fixpoint::Closure;
use super::super::locks::Locks;
use super::library::{self, Behaviour};
use super::{Link, Node, Suspension};
use crate::hir::visit::{self, Visitor};
use crate::hir::{self, Call, Callee, Comm, Expr, ExprKind, FuncId, Method, RangeKind, Stmt, StmtKind};
use crate::source::Span;
use crate::types::{ObjId, Type, TypeId};
use rustc_hash::FxHashMap;

type Graph = Closure<Node, Suspension, Link>;

pub(super) fn collect(input: Input<'_>, locks: &Locks) -> (Graph, FxHashMap<TypeId, TypeId>) {
    let mut collector = Collector {
        input,
        locks,
        graph: Graph::default(),
        func: FuncId(0),
        canonical: FxHashMap::default(),
    };
    for func in &input.hir.funcs {
        collector.func = func.id;
        if let Some(body) = &func.body {
            collector.block(body);
        }
    }
    for package in &input.hir.packages {
        for init in &package.inits {
            // Initialisers run in a function of their own that may always suspend; only the flow of functions counts.
            collector.func = FuncId(u32::MAX);
            collector.expr(&init.value);
        }
    }
    collector.implementations();
    (collector.graph, collector.canonical)
}

struct Collector<'a> {
    input: Input<'a>,
    locks: &'a Locks,
    graph: Graph,
    func: FuncId,
    canonical: FxHashMap<TypeId, TypeId>,
}

impl<'a> Collector<'a> {
    fn seed(&mut self, what: impl Into<String>, span: Span) {
        self.graph.seed(
            Node::Func(self.func),
            Suspension {
                what: what.into(),
                span,
            },
        );
    }

    fn link(&mut self, from: Node, to: Node, span: Span) {
        self.graph.edge(from, to, Link { span: Some(span) });
    }

    fn calls(&mut self, callee: Node, span: Span) {
        self.link(callee, Node::Func(self.func), span);
    }

    /// The node of function values of a type.
    fn func_type(&mut self, ty: TypeId) -> Node {
        let store = self.input.store();
        let under = store.core_type(ty).unwrap_or_else(|| store.underlying(ty));
        let canonical = store.canonical(under);
        self.canonical.insert(ty, canonical);
        Node::FuncType(canonical)
    }

    /// A function becomes a value of a function type.
    fn flows(&mut self, func: Node, ty: TypeId, span: Span) {
        let to = self.func_type(ty);
        self.link(func, to, span);
    }

    fn method_node(&self, method: &Method) -> Option<Node> {
        match method {
            Method::User(f) => Some(Node::Func(*f)),
            Method::Interface { obj, .. } => {
                let origin = self.input.origin(*obj);
                (!self.input.is_library(origin)).then_some(Node::InterfaceMethod(origin))
            }
            Method::Lib(_) => None,
        }
    }

    /// The callee of a call: an edge to this function, but for the function that a `go` starts.
    fn call(&mut self, call: &'a Call, span: Span, spawned: bool) {
        match &call.callee {
            Callee::Func { func, .. } => {
                if !spawned {
                    self.calls(Node::Func(*func), span);
                }
            }
            Callee::Method { recv, method } => {
                self.expr(recv);
                if let Method::Lib(obj) = method {
                    return self.lib_call(*obj, Some(recv), call, span, spawned);
                }
                if let Some(node) = self.method_node(method)
                    && !spawned
                {
                    self.calls(node, span);
                }
            }
            Callee::Lib { obj, .. } => return self.lib_call(*obj, None, call, span, spawned),
            Callee::Value(value) => {
                if let ExprKind::FuncLit(lit) = &value.kind {
                    // Called where it stands: the literal never becomes a value.
                    if !spawned {
                        self.calls(Node::Func(*lit), span);
                    }
                } else {
                    self.expr(value);
                    let node = self.func_type(value.ty);
                    if !spawned {
                        self.calls(node, span);
                    }
                }
            }
            Callee::Builtin(_) => {}
        }
        self.args(call);
    }

    fn args(&mut self, call: &'a Call) {
        for arg in call.args.iter() {
            self.expr(arg);
        }
        let callee = match &call.callee {
            Callee::Func { func, .. }
            | Callee::Method {
                method: Method::User(func),
                ..
            } => *func,
            _ => return,
        };
        // A generic function's parameter has its own signature, over type parameters: the two must agree.
        let params = &self.input.hir.func(callee).params;
        for (arg, param) in call.args.items.iter().zip(params) {
            let declared = self.input.hir.local(*param).ty;
            if declared != arg.ty && matches!(self.input.store().under(declared), Type::Signature(_)) {
                let (a, b) = (self.func_type(arg.ty), self.func_type(declared));
                self.link(a, b, arg.span);
                self.link(b, a, arg.span);
            }
        }
    }

    fn lib_call(&mut self, obj: ObjId, recv: Option<&'a Expr>, call: &'a Call, span: Span, spawned: bool) {
        let name = library::qualified(self.input, obj);
        let behaviour = library::behaviour(&name);
        match behaviour {
            Behaviour::Suspends if !spawned => self.seed(format!("`{name}` waits"), span),
            Behaviour::Locks if !spawned => {
                let key = recv.and_then(|r| super::super::locks::lock_key(self.input, r));
                if self.locks.is_async(key) {
                    self.seed(
                        format!("`{name}` waits for a lock that is held across a suspension"),
                        span,
                    );
                }
            }
            Behaviour::CallsArgument | Behaviour::SpawnsArgument => {
                for arg in call.args.iter() {
                    match &arg.kind {
                        ExprKind::FuncLit(lit) => {
                            if behaviour == Behaviour::CallsArgument && !spawned {
                                self.calls(Node::Func(*lit), span);
                            }
                        }
                        _ => {
                            self.expr(arg);
                            if behaviour == Behaviour::CallsArgument
                                && matches!(self.input.store().under(arg.ty), Type::Signature(_))
                            {
                                let node = self.func_type(arg.ty);
                                self.calls(node, span);
                            }
                        }
                    }
                }
                return;
            }
            _ => {}
        }
        self.args(call);
    }

    /// An interface method is colored by every implementation; a method promoted through an embedded interface by that
    /// interface's method.
    fn implementations(&mut self) {
        let store = self.input.store();
        let mut by_name: FxHashMap<&str, Vec<FuncId>> = FxHashMap::default();
        for func in &self.input.hir.funcs {
            if func.recv.is_some() {
                by_name.entry(&func.name).or_default().push(func.id);
            }
        }
        let methods = interface_methods(self.input);
        for (method, sig) in &methods {
            let name = store.obj(*method).name.clone();
            for func in by_name.get(&*name).into_iter().flatten() {
                let func = self.input.hir.func(*func);
                if signatures_may_match(self.input, func.sig, *sig) {
                    self.graph.edge(
                        Node::Func(func.id),
                        Node::InterfaceMethod(*method),
                        Link {
                            span: Some(func.name_span),
                        },
                    );
                }
            }
            for (other, other_sig) in &methods {
                if other != method
                    && store.obj(*other).name == name
                    && signatures_may_match(self.input, *other_sig, *sig)
                {
                    self.graph.edge(
                        Node::InterfaceMethod(*other),
                        Node::InterfaceMethod(*method),
                        Link {
                            span: store.obj(*other).span,
                        },
                    );
                }
            }
        }
    }
}

/// All methods declared in the user's interfaces, with their signatures.
fn interface_methods(input: Input<'_>) -> Vec<(ObjId, TypeId)> {
    let store = input.store();
    let mut out = Vec::new();
    for id in 0..store.type_count() as u32 {
        if let Type::Interface(iface) = store.get(TypeId(id)) {
            for method in &iface.methods {
                let origin = input.origin(*method);
                if !input.is_library(origin) {
                    out.push((origin, store.obj_type(origin)));
                }
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

/// Whether a method may implement another: parameters and results agree as far as their number, since generic types are
/// compared before instantiation.
fn signatures_may_match(input: Input<'_>, a: TypeId, b: TypeId) -> bool {
    match (input.store().get(a), input.store().get(b)) {
        (Type::Signature(a), Type::Signature(b)) => {
            a.params.len() == b.params.len() && a.results.len() == b.results.len() && a.variadic == b.variadic
        }
        _ => false,
    }
}

impl<'a> Visitor<'a> for Collector<'a> {
    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Send { .. } => self.seed("channel send", stmt.span),
            StmtKind::Select(s) if !is_try(s) => self.seed("`select`", stmt.span),
            StmtKind::Range(r) => match r.kind {
                RangeKind::Channel => self.seed("`range` over a channel", r.x.span),
                RangeKind::Func => {
                    let node = self.func_type(r.x.ty);
                    self.calls(node, r.x.span);
                }
                _ => {}
            },
            StmtKind::Go(e) => {
                if let ExprKind::Call(call) = &e.kind {
                    return self.call(call, e.span, true);
                }
            }
            _ => {}
        }
        visit::walk_stmt(self, stmt);
    }

    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Call(call) => return self.call(call, expr.span, false),
            ExprKind::Recv { .. } => self.seed("channel receive", expr.span),
            ExprKind::FuncLit(f) => self.flows(Node::Func(*f), expr.ty, expr.span),
            ExprKind::Func { func, .. } => self.flows(Node::Func(*func), expr.ty, expr.span),
            ExprKind::MethodValue { method, .. } | ExprKind::MethodExpr { method, .. } => {
                if let Some(node) = self.method_node(method) {
                    self.flows(node, expr.ty, expr.span);
                }
            }
            ExprKind::Convert(_, x) if matches!(self.input.store().under(x.ty), Type::Signature(_)) => {
                // Named function types share their signature's node.
                self.func_type(expr.ty);
                self.func_type(x.ty);
            }
            _ => {}
        }
        visit::walk_expr(self, expr);
    }
}

/// One communication and a `default`: a try, which never waits.
pub(crate) fn is_try(select: &hir::Select) -> bool {
    let defaults = select.arms.iter().filter(|a| matches!(a.comm, Comm::Default)).count();
    defaults == 1 && select.arms.len() <= 2
}
