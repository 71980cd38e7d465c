//! Labels and the branches that name them.
//!
//! In: a function's body. Out: label objects in `defs` and `uses`, and diagnostics.
//! Invariants: labels are per function; literals inside have their own.

use super::super::model::*;
use super::Checker;
use crate::diagnostic::Code;
use crate::syntax::ast::{Block, BranchKind, Ident, Name, Stmt, StmtKind};
use rustc_hash::FxHashMap;

/// A label around the place: its name and whether it marks a loop or another statement one can break from.
#[derive(Clone, Copy)]
struct Around<'a> {
    name: &'a str,
    is_loop: bool,
    breakable: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn labels(&mut self, body: &'a Block) {
        let mut all: Vec<&'a Ident> = Vec::new();
        collect(&body.stmts, &mut all);
        let mut objs: FxHashMap<Name, (ObjId, bool)> = FxHashMap::default();
        for id in &all {
            let o = Object::new(
                ObjKind::Label,
                id.name.clone(),
                Some(self.env.pkg),
                TypeId::INVALID,
                Some(id.span),
            );
            let o = self.s.add_obj(o);
            self.info.defs.insert(id.id, o);
            if &*id.name != "_" {
                if let Some((old, _)) = objs.get(&id.name) {
                    let old = *old;
                    self.err(id.span, Code::BRANCH, format!("label `{}` already declared", id.name));
                    if let (Some(s), Some(d)) = (self.s.obj(old).span, self.diags.last_mut()) {
                        *d = d.clone().label(s, "first declared here");
                    }
                } else {
                    objs.insert(id.name.clone(), (o, false));
                }
            }
        }
        self.branches(&body.stmts, &mut Vec::new(), &mut objs);
        for id in all {
            if objs.get(&id.name).is_some_and(|(_, used)| !used) {
                self.err(
                    id.span,
                    Code::BRANCH,
                    format!("label `{}` declared and not used", id.name),
                );
            }
        }
    }

    fn branches(&mut self, list: &'a [Stmt], around: &mut Vec<Around<'a>>, objs: &mut FxHashMap<Name, (ObjId, bool)>) {
        for s in list {
            self.branch_in(s, around, objs);
        }
    }

    fn branch_in(&mut self, s: &'a Stmt, around: &mut Vec<Around<'a>>, objs: &mut FxHashMap<Name, (ObjId, bool)>) {
        match &s.kind {
            StmtKind::Branch(kind, Some(label)) => self.labelled_branch(*kind, label, around, objs),
            StmtKind::Labeled(l, inner) => {
                let is_loop = matches!(inner.kind, StmtKind::For(_) | StmtKind::Range(_));
                let switch = matches!(
                    inner.kind,
                    StmtKind::Switch(_) | StmtKind::TypeSwitch(_) | StmtKind::Select(_)
                );
                around.push(Around {
                    name: &l.name,
                    is_loop,
                    breakable: is_loop || switch,
                });
                self.branch_in(inner, around, objs);
                around.pop();
            }
            other => {
                for block in blocks(other) {
                    self.branches(block, around, objs);
                }
                if let StmtKind::If(i) = other
                    && let Some(e) = &i.els
                {
                    self.branch_in(e, around, objs);
                }
            }
        }
    }

    fn labelled_branch(
        &mut self,
        kind: BranchKind,
        label: &'a Ident,
        around: &[Around<'a>],
        objs: &mut FxHashMap<Name, (ObjId, bool)>,
    ) {
        let Some(entry) = objs.get_mut(&label.name) else {
            self.err(label.span, Code::BRANCH, format!("label `{}` not declared", label.name));
            return;
        };
        entry.1 = true;
        self.info.uses.insert(label.id, entry.0);
        let target = around.iter().rev().find(|a| a.name == &*label.name);
        match kind {
            BranchKind::Break if !target.is_some_and(|t| t.breakable) => {
                self.err(
                    label.span,
                    Code::BRANCH,
                    format!("invalid break label `{}`", label.name),
                );
            }
            BranchKind::Continue if !target.is_some_and(|t| t.is_loop) => {
                self.err(
                    label.span,
                    Code::BRANCH,
                    format!("invalid continue label `{}`", label.name),
                );
            }
            _ => {}
        }
    }
}

/// The statement lists directly inside a statement; `else` is not one.
fn blocks(s: &StmtKind) -> Vec<&[Stmt]> {
    match s {
        StmtKind::Block(b) => vec![&b.stmts],
        StmtKind::If(i) => vec![&i.then.stmts],
        StmtKind::For(f) => vec![&f.body.stmts],
        StmtKind::Range(r) => vec![&r.body.stmts],
        StmtKind::Switch(s) => s.cases.iter().map(|c| &c.body[..]).collect(),
        StmtKind::TypeSwitch(s) => s.cases.iter().map(|c| &c.body[..]).collect(),
        StmtKind::Select(s) => s.cases.iter().map(|c| &c.body[..]).collect(),
        _ => Vec::new(),
    }
}

fn collect<'a>(list: &'a [Stmt], out: &mut Vec<&'a Ident>) {
    for s in list {
        collect_in(s, out);
    }
}

fn collect_in<'a>(s: &'a Stmt, out: &mut Vec<&'a Ident>) {
    match &s.kind {
        StmtKind::Labeled(l, inner) => {
            out.push(l);
            collect_in(inner, out);
        }
        other => {
            for b in blocks(other) {
                collect(b, out);
            }
            if let StmtKind::If(i) = other
                && let Some(e) = &i.els
            {
                collect_in(e, out);
            }
        }
    }
}
