//! Generic functions and types that would have to be instantiated without end.
//!
//! In: every instantiation of a package, as it is verified. Out: an error where instances beget ever larger ones.
//! Invariants: as in go/types. Vertices are type parameters, and types declared inside generic functions; an edge leads to
//! a parameter from what its argument mentions, and weighs nothing when the argument is just that. A cycle that weighs
//! something has no end. Only a package's own parameters count, since no cycle goes through two packages.

use super::super::model::*;
use super::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// What flows into which type parameter.
#[derive(Debug, Default)]
pub(super) struct InstanceGraph {
    vertices: Vec<Vertex>,
    edges: Vec<Edge>,
    /// Type parameters and local types have their vertices by their names.
    by_name: FxHashMap<ObjId, usize>,
    /// The type parameters of the functions around local types.
    around: FxHashMap<ObjId, Vec<TypeId>>,
}

#[derive(Debug)]
struct Vertex {
    obj: ObjId,
    /// Of the heaviest way to here that is known; its last edge and its length.
    weight: usize,
    last: Option<usize>,
    length: usize,
}

#[derive(Debug)]
struct Edge {
    to: usize,
    from: usize,
    weight: usize,
    span: Span,
    ty: TypeId,
}

impl InstanceGraph {
    fn vertex(&mut self, obj: ObjId) -> usize {
        let vertices = &mut self.vertices;
        *self.by_name.entry(obj).or_insert_with(|| {
            vertices.push(Vertex {
                obj,
                weight: 0,
                last: None,
                length: 0,
            });
            vertices.len() - 1
        })
    }

    /// A vertex that lies on a cycle, or behind one. Instead of as many rounds as there are vertices it takes those until
    /// nothing changes, or until a way is as long as there are vertices.
    fn endless(&mut self) -> Option<usize> {
        let all = self.vertices.len();
        let mut again = true;
        while again {
            again = false;
            for (at, edge) in self.edges.iter().enumerate() {
                let from = self.vertices.get(edge.from)?;
                let (weight, length) = (from.weight + edge.weight, from.length + 1);
                let to = self.vertices.get_mut(edge.to)?;
                if weight <= to.weight {
                    continue;
                }
                (to.last, to.length) = (Some(at), length);
                if length == all {
                    return Some(edge.to);
                }
                to.weight = weight;
                again = true;
            }
        }
        None
    }

    /// The edges of the cycle that a vertex lies on or behind, from its end backwards.
    fn cycle_to(&self, vertex: usize) -> Vec<&Edge> {
        let last = |v: usize| self.edges.get(self.vertices.get(v)?.last?);
        let mut way: Vec<&Edge> = Vec::new();
        let mut at = vertex;
        loop {
            if let Some(start) = way.iter().position(|e| e.to == at) {
                return way.split_off(start);
            }
            let Some(edge) = last(at) else { return way };
            way.push(edge);
            at = edge.from;
        }
    }
}

impl<'a> Checker<'a> {
    /// A type declared inside functions has, without saying so, all their type parameters.
    pub(super) fn declared_inside(&mut self, o: ObjId) {
        let mut params: Vec<TypeId> = Vec::new();
        let mut scope = Some(self.env.scope);
        while let Some(s) = scope.and_then(|id| self.scopes.get(id.0 as usize)) {
            let types = s.names.values().map(|o| self.s.obj(*o)).filter_map(|o| match o.kind {
                ObjKind::TypeName { alias: false } => Some(o.ty),
                _ => None,
            });
            params.extend(types.filter(|t| self.s.is_type_param(*t)));
            scope = s.parent;
        }
        params.sort();
        if !params.is_empty() {
            self.instances.around.insert(o, params);
        }
    }

    /// Notes that type parameters got these arguments.
    ///
    /// Spec: Instantiations.
    pub(super) fn note_instance(&mut self, span: Span, params: &[TypeId], args: &[TypeId], spans: &[Span]) {
        for (i, (p, arg)) in params.iter().zip(args).enumerate() {
            let Type::TypeParam(p) = self.s.get(*p) else { continue };
            if self.s.obj(p.obj).pkg != Some(self.env.pkg) {
                continue;
            }
            let span = spans.get(i).copied().unwrap_or(span);
            self.flow(*arg, p.obj, *arg, span, &mut FxHashSet::default());
        }
    }

    /// Adds an edge to a parameter from all that a part of its argument mentions.
    fn flow(&mut self, part: TypeId, to: ObjId, arg: TypeId, span: Span, seen: &mut FxHashSet<TypeId>) {
        if !seen.insert(part) {
            return;
        }
        let parts = match self.s.get(part) {
            Type::TypeParam(p) => {
                let from = self.instances.vertex(p.obj);
                self.add_flow(from, part, to, arg, span);
                return;
            }
            Type::Named(n) => {
                if let Some(from) = self.local_type(n.obj) {
                    // An instance mentions what its generic type does.
                    self.add_flow(from, part, to, arg, span);
                }
                n.type_args.clone()
            }
            Type::Pointer(e) | Type::Slice(e) | Type::Array(_, e) | Type::Chan(_, e) => vec![*e],
            Type::Map(k, v) => vec![*k, *v],
            Type::Signature(s) => s.params.iter().chain(&s.results).copied().collect(),
            Type::Struct(s) => s.fields.iter().map(|f| self.s.obj_type(*f)).collect(),
            Type::Interface(_) => {
                let set = self.s.type_set(part);
                set.methods.iter().map(|m| self.s.obj_type(*m)).collect()
            }
            Type::Basic(_) | Type::Tuple(_) | Type::Union(_) => return,
        };
        for part in parts {
            self.flow(part, to, arg, span, seen);
        }
    }

    fn add_flow(&mut self, from: usize, part: TypeId, to: ObjId, arg: TypeId, span: Span) {
        let edge = Edge {
            to: self.instances.vertex(to),
            from,
            weight: usize::from(part != arg),
            span,
            ty: arg,
        };
        self.instances.edges.push(edge);
    }

    /// The vertex of a type that is declared inside a generic function.
    fn local_type(&mut self, o: ObjId) -> Option<usize> {
        if let Some(known) = self.instances.by_name.get(&o) {
            return Some(*known);
        }
        let params = self.instances.around.get(&o)?.clone();
        let to = self.instances.vertex(o);
        let span = self.s.obj(o).span?;
        for t in params {
            if let Type::TypeParam(p) = self.s.get(t) {
                let from = self.instances.vertex(p.obj);
                let edge = Edge {
                    to,
                    from,
                    weight: 1,
                    span,
                    ty: t,
                };
                self.instances.edges.push(edge);
            }
        }
        Some(to)
    }

    /// Tells of instances without end, once in a package that has no other errors: those may have made the instances.
    ///
    /// Spec: Instantiations.
    pub(super) fn instance_cycles(&mut self) {
        if self.diags.iter().any(Diagnostic::is_error) {
            return;
        }
        let mut graph = std::mem::take(&mut self.instances);
        let Some(vertex) = graph.endless() else { return };
        let cycle = graph.cycle_to(vertex);
        let name = |v: usize| graph.vertices.get(v).map(|v| self.s.obj(v.obj));
        let Some(first) = cycle.first().and_then(|e| name(e.to)) else {
            return;
        };
        let Some(span) = first.span else { return };
        let text = format!("instantiation cycle: `{}` has no end of type arguments", first.name);
        // Spec: Instantiations.
        // Beyond the spec: go/types, instantiation cycles.
        let mut told = Diagnostic::error(Code::INSTANTIATION, span, text);
        for edge in cycle {
            let Some(obj) = name(edge.to) else { continue };
            let how = match self.s.is_type_param(obj.ty) {
                true => "instantiated as",
                false => "implicitly parameterized by",
            };
            told = told.label(edge.span, format!("`{}` {how} `{}`", obj.name, self.type_str(edge.ty)));
        }
        self.diags.push(told);
    }
}
