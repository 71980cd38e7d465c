//! The order in which package variables are initialised, and what is left to do at the end.
//!
//! In: the dependencies seen while checking. Out: `Package::init_order`; initialization cycles reported.
//! Invariants: of the variables ready to be initialised the earliest declared goes first, as the specification says.

use super::super::model::*;
use super::{Checker, DeclKind};
use crate::diagnostic::Code;
use rustc_hash::FxHashSet;

/// How deep the arguments of instances nest whose methods are completed at once.
const INSTANCE_DEPTH: usize = 6;

impl<'a> Checker<'a> {
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
        for v in &vars {
            let mut path = Vec::new();
            self.init_one(pkg, *v, &mut done, &mut path);
        }
    }

    /// Initialises what `v` needs, in order of declaration, then `v`.
    fn init_one(&mut self, pkg: PackageId, v: ObjId, done: &mut FxHashSet<ObjId>, path: &mut Vec<ObjId>) {
        if done.contains(&v) {
            return;
        }
        if path.contains(&v) {
            self.init_cycle(v, path);
            done.insert(v);
            return;
        }
        path.push(v);
        let mut needed: Vec<ObjId> = self.reachable_vars(v);
        needed.sort();
        for n in needed {
            if n == v {
                self.init_cycle(v, path);
                continue;
            }
            if !done.contains(&n) {
                self.init_one(pkg, n, done, path);
            }
        }
        path.pop();
        if !done.insert(v) {
            return;
        }
        let Some(DeclKind::Var {
            init: Some(init), lhs, ..
        }) = self.decls.get(&v).map(|d| d.kind.clone())
        else {
            return;
        };
        let lhs: Vec<ObjId> = lhs.map_or(vec![v], |l| l.to_vec());
        done.extend(lhs.iter().copied());
        self.add_initializer(pkg, lhs, init.id);
    }

    fn init_cycle(&mut self, v: ObjId, _path: &[ObjId]) {
        let text = format!("initialization cycle: `{}` refers to itself", self.s.obj(v).name);
        self.err(self.span_of(v), Code::INIT_CYCLE, text);
    }

    /// Variables with an initialiser that `v`'s refers to, directly or through functions.
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
        let mut next = 0;
        loop {
            let count = self.s.type_count();
            if next >= count {
                break;
            }
            for i in next..count {
                let t = TypeId(i as u32);
                // A method may mention instances that nest deeper than its receiver, and theirs yet deeper ones. They are
                // completed when they are asked for.
                if matches!(&*self.s.get(t), Type::Named(_)) && self.s.arguments_nest_at_most(t, INSTANCE_DEPTH) {
                    for m in self.s.methods(t) {
                        self.resolve(m);
                    }
                }
            }
            next = count;
            self.process_later();
        }
        self.record_untyped();
    }
}
