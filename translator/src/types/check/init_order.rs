//! The order in which package variables are initialised, and what is left to do at the end.
//!
//! In: the dependencies seen while checking. Out: `Package::init_order`; initialization cycles reported.
//! Invariants: of the variables ready to be initialised the earliest declared goes first.

use super::super::model::*;
use super::{Checker, DeclKind};
use crate::diagnostic::Code;
use rustc_hash::{FxHashMap, FxHashSet};

/// How deep the arguments of instances nest whose methods are completed at once.
const INSTANCE_DEPTH: usize = 6;

impl<'a> Checker<'a> {
    /// Orders the variables that have an initialiser.
    ///
    /// Spec: Package initialization.
    pub(super) fn init_order(&mut self, pkg: PackageId, objs: &[ObjId]) {
        let vars: Vec<ObjId> = objs
            .iter()
            .copied()
            .filter(|o| {
                matches!(
                    self.decls.get(o).map(|d| &d.kind),
                    Some(DeclKind::Var { init: Some(_), .. })
                )
            })
            .collect();
        let mut done: FxHashSet<ObjId> = FxHashSet::default();
        let mut cyclic = false;
        for v in &vars {
            let mut path = Vec::new();
            cyclic |= self.init_one(pkg, *v, &mut done, &mut path);
        }
        cyclic |= self.constants_need_themselves(objs);
        if cyclic {
            self.init_cycles(objs);
        }
    }

    /// Whether what a constant needs leads back to it.
    ///
    /// Beyond the spec: go/types, constants in a cycle are told of as variables are.
    fn constants_need_themselves(&self, objs: &[ObjId]) -> bool {
        let is_constant = |o: ObjId| matches!(self.decls.get(&o).map(|d| &d.kind), Some(DeclKind::Const { .. }));
        // Objects that were met, and whether all that they need was looked at.
        let mut met: FxHashMap<ObjId, bool> = FxHashMap::default();
        let mut stack: Vec<(ObjId, bool)> = objs.iter().filter(|o| is_constant(**o)).map(|o| (*o, false)).collect();
        while let Some((o, leave)) = stack.pop() {
            if leave {
                met.insert(o, true);
                continue;
            }
            match met.get(&o) {
                Some(true) => continue,
                Some(false) => return true,
                None => {}
            }
            met.insert(o, false);
            stack.push((o, true));
            let needed = self.deps.get(&o).into_iter().flatten().copied();
            // Of those that are open, only ones on the way here are left to be met.
            stack.extend(needed.filter(|n| met.get(n) != Some(&true)).map(|n| (n, false)));
        }
        false
    }

    /// Whether the declarations that one needs need the other.
    fn leads_to(&self, from: ObjId, to: ObjId) -> bool {
        let mut seen: FxHashSet<ObjId> = FxHashSet::default();
        let mut stack = vec![from];
        while let Some(o) = stack.pop() {
            for next in self.deps.get(&o).into_iter().flatten() {
                if *next == to {
                    return true;
                }
                if seen.insert(*next) {
                    stack.push(*next);
                }
            }
        }
        false
    }

    /// Tells of each cycle once: constants and variables are taken in the order in which they could be initialised, what
    /// needs the fewest others first, and one that still needs another then and leads back to itself is told of.
    ///
    /// Spec: Package initialization.
    fn init_cycles(&mut self, objs: &[ObjId]) {
        let is_value = |c: &Self, o: ObjId| {
            matches!(
                c.decls.get(&o).map(|d| &d.kind),
                Some(DeclKind::Const { .. } | DeclKind::Var { .. })
            )
        };
        let nodes: Vec<ObjId> = objs.iter().copied().filter(|o| is_value(self, *o)).collect();
        let mut needs: FxHashMap<ObjId, FxHashSet<ObjId>> = FxHashMap::default();
        for o in &nodes {
            let mut direct: FxHashSet<ObjId> = FxHashSet::default();
            let mut seen: FxHashSet<ObjId> = FxHashSet::default();
            let mut stack: Vec<ObjId> = self.deps.get(o).cloned().unwrap_or_default();
            while let Some(next) = stack.pop() {
                if !seen.insert(next) {
                    continue;
                }
                if is_value(self, next) {
                    direct.insert(next);
                } else {
                    stack.extend(self.deps.get(&next).into_iter().flatten().copied());
                }
            }
            needs.insert(*o, direct);
        }
        let mut open = nodes.clone();
        while let Some(at) = (0..open.len()).min_by_key(|i| {
            let o = open.get(*i).copied();
            (o.and_then(|o| needs.get(&o)).map_or(0, FxHashSet::len), *i)
        }) {
            let o = open.remove(at);
            if needs.get(&o).is_some_and(|n| !n.is_empty()) && self.leads_to(o, o) {
                self.init_cycle(o);
            }
            needs.values_mut().for_each(|n| {
                n.remove(&o);
            });
        }
    }

    /// Initialises what `v` needs, in order of declaration, then `v`; says whether that led back to it.
    ///
    /// Spec: Package initialization.
    fn init_one(&mut self, pkg: PackageId, v: ObjId, done: &mut FxHashSet<ObjId>, path: &mut Vec<ObjId>) -> bool {
        if done.contains(&v) {
            return false;
        }
        if path.contains(&v) {
            done.insert(v);
            return true;
        }
        path.push(v);
        let mut needed: Vec<ObjId> = self.reachable_vars(v);
        needed.sort();
        let mut cyclic = false;
        for n in needed {
            if n == v {
                cyclic = true;
                continue;
            }
            if !done.contains(&n) {
                cyclic |= self.init_one(pkg, n, done, path);
            }
        }
        path.pop();
        if !done.insert(v) {
            return cyclic;
        }
        let Some(DeclKind::Var {
            init: Some(init), lhs, ..
        }) = self.decls.get(&v).map(|d| d.kind.clone())
        else {
            return cyclic;
        };
        let lhs: Vec<ObjId> = lhs.map_or(vec![v], |l| l.to_vec());
        done.extend(lhs.iter().copied());
        self.add_initializer(pkg, lhs, init.id);
        cyclic
    }

    /// Tells of a variable that needs itself.
    ///
    /// Spec: Package initialization.
    fn init_cycle(&mut self, v: ObjId) {
        let text = format!("initialization cycle: `{}` refers to itself", self.s.obj(v).name);
        self.err(self.span_of(v), Code::INIT_CYCLE, text);
    }

    /// Variables with an initialiser that `v`'s refers to, directly or through functions.
    ///
    /// Spec: Package initialization.
    fn reachable_vars(&self, v: ObjId) -> Vec<ObjId> {
        let mut out = Vec::new();
        let mut seen: FxHashSet<ObjId> = FxHashSet::default();
        let mut stack: Vec<ObjId> = self.deps.get(&v).cloned().unwrap_or_default();
        while let Some(o) = stack.pop() {
            if !seen.insert(o) {
                continue;
            }
            match self.decls.get(&o).map(|d| &d.kind) {
                Some(DeclKind::Var { init: Some(_), .. }) => out.push(o),
                Some(DeclKind::Func(_)) => stack.extend(self.deps.get(&o).into_iter().flatten().copied()),
                _ => {}
            }
        }
        out
    }

    /// Gives every method of every type that was met its type, so that the store answers without the checker.
    pub(super) fn finish(&mut self) {
        let mut at = 0;
        while at < self.s.own_types.len() {
            let end = self.s.own_types.len();
            for t in (at..end).map(|at| self.s.own_type(at)) {
                // A method may mention instances that nest deeper than its receiver, and theirs yet deeper ones. They are
                // completed when they are asked for.
                if matches!(self.s.get(t), Type::Named(_)) && self.s.arguments_nest_at_most(t, INSTANCE_DEPTH) {
                    for m in self.s.methods(t) {
                        self.resolve(m);
                    }
                }
            }
            at = end;
            self.process_later();
        }
        self.record_untyped();
    }
}
