//! Labels and the branches that name them.
//!
//! In: a function's body. Out: label objects in `defs` and `uses`, and diagnostics.
//! Invariants: labels are per function; literals inside have their own.

use super::super::model::*;
use super::Checker;
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{AssignOp, Block, BranchKind, GenKind, Ident, Name, Stmt, StmtKind};
use rustc_hash::FxHashMap;

/// A label around the place, and what its statement is.
#[derive(Clone, Copy)]
struct Around<'a> {
    name: &'a str,
    is_loop: bool,
    breakable: bool,
}

/// A `goto` whose label has not come yet, with the last variable declared between.
struct Jump<'a> {
    label: &'a Ident,
    over: Option<Span>,
}

/// What is known of a function's labels.
struct Labels<'a> {
    /// Object, and whether it is used.
    objs: FxHashMap<Name, (ObjId, bool)>,
    around: Vec<Around<'a>>,
    /// The labels so far of the blocks around the place, innermost last.
    blocks: Vec<Vec<&'a str>>,
}

impl<'a> Checker<'a> {
    /// Labels are of one function, declared once, used, and where their branches can go.
    ///
    /// Spec: Label scopes; Goto statements.
    pub(super) fn labels(&mut self, body: &'a Block) {
        let mut all: Vec<&'a Ident> = Vec::new();
        let mut branches = false;
        collect(&body.stmts, &mut all, &mut branches);
        if all.is_empty() && !branches {
            return;
        }
        let mut labels = Labels {
            objs: FxHashMap::default(),
            around: Vec::new(),
            blocks: Vec::new(),
        };
        for id in &all {
            self.declare_label(id, &mut labels);
        }
        for jump in self.block_branches(&body.stmts, &mut labels) {
            match labels.objs.get_mut(&jump.label.name) {
                // A jump into a block from outside it.
                Some((o, used)) => {
                    *used = true;
                    self.info.uses.insert(jump.label.id, *o);
                    // Spec: Goto statements.
                    let text = format!("goto `{}` jumps into block", jump.label.name);
                    self.err(jump.label.span, Code::BRANCH, text);
                }
                None => {
                    // Spec: Label scopes; Goto statements.
                    let text = format!("label `{}` not declared", jump.label.name);
                    self.err(jump.label.span, Code::BRANCH, text);
                }
            }
        }
        for id in all {
            if labels.objs.get(&id.name).is_some_and(|(_, used)| !used) {
                // Spec: Label scopes.
                let text = format!("label `{}` declared and not used", id.name);
                self.err(id.span, Code::BRANCH, text);
            }
        }
    }

    /// Declares a label of the function.
    ///
    /// Spec: Label scopes; Blank identifier.
    fn declare_label(&mut self, id: &'a Ident, labels: &mut Labels<'a>) {
        let o = Object::new(
            ObjKind::Label,
            id.name.clone(),
            Some(self.env.pkg),
            TypeId::INVALID,
            Some(id.span),
        );
        let o = self.s.add_obj(o);
        self.info.defs.insert(id.id, o);
        if &*id.name == "_" {
            return;
        }
        if let Some((old, _)) = labels.objs.get(&id.name) {
            let old = *old;
            // Spec: Label scopes.
            self.err(id.span, Code::BRANCH, format!("label `{}` already declared", id.name));
            if let (Some(s), Some(d)) = (self.s.obj(old).span, self.diags.last_mut()) {
                *d = d.clone().label(s, "first declared here");
            }
        } else {
            labels.objs.insert(id.name.clone(), (o, false));
        }
    }

    /// Checks the branches of a block; gives the jumps to labels that are not in it.
    ///
    /// Spec: Goto statements; Blocks.
    fn block_branches(&mut self, list: &'a [Stmt], labels: &mut Labels<'a>) -> Vec<Jump<'a>> {
        labels.blocks.push(Vec::new());
        let mut jumps = Vec::new();
        for s in list {
            self.stmt_branches(s, labels, &mut jumps);
        }
        labels.blocks.pop();
        jumps
    }

    /// Checks the branches of a statement, and notes what it declares for the jumps over it.
    ///
    /// Spec: Goto statements; Labeled statements; Label scopes.
    fn stmt_branches(&mut self, s: &'a Stmt, labels: &mut Labels<'a>, jumps: &mut Vec<Jump<'a>>) {
        let mut declared = |at: Span| {
            for j in jumps.iter_mut() {
                j.over = Some(at);
            }
        };
        match &s.kind {
            StmtKind::Decl(d) if matches!(d.kind, GenKind::Var(_)) => declared(d.span),
            StmtKind::Assign(a) if a.op == AssignOp::Define => declared(s.span),
            StmtKind::Labeled(l, inner) => {
                // The blank label is none.
                let name = if &*l.name == "_" { "" } else { &*l.name };
                if let Some(block) = labels.blocks.last_mut() {
                    block.push(name);
                }
                if !name.is_empty() {
                    self.land(l, labels, jumps);
                }
                let is_loop = matches!(inner.kind, StmtKind::For(_) | StmtKind::Range(_));
                let switch = matches!(
                    inner.kind,
                    StmtKind::Switch(_) | StmtKind::TypeSwitch(_) | StmtKind::Select(_)
                );
                labels.around.push(Around {
                    name,
                    is_loop,
                    breakable: is_loop || switch,
                });
                self.stmt_branches(inner, labels, jumps);
                labels.around.pop();
            }
            StmtKind::Branch(BranchKind::Goto, Some(label)) => {
                let known = labels.blocks.iter().flatten().any(|l| *l == &*label.name);
                if known {
                    self.use_label(label, labels);
                } else {
                    jumps.push(Jump { label, over: None });
                }
            }
            StmtKind::Branch(kind, Some(label)) => self.labelled_branch(*kind, label, labels),
            other => {
                for block in blocks(other) {
                    // What the inner block declares is out of scope again.
                    let inner = self.block_branches(block, labels);
                    jumps.extend(inner.into_iter().map(|j| Jump { over: None, ..j }));
                }
                if let StmtKind::If(i) = other
                    && let Some(e) = &i.els
                {
                    self.stmt_branches(e, labels, jumps);
                }
            }
        }
    }

    /// The jumps that a label ends, none of which may lead over the declaration of a variable that is in scope at the label.
    ///
    /// Spec: Goto statements.
    fn land(&mut self, label: &'a Ident, labels: &mut Labels<'a>, jumps: &mut Vec<Jump<'a>>) {
        let (landed, on): (Vec<_>, Vec<_>) = std::mem::take(jumps)
            .into_iter()
            .partition(|j| j.label.name == label.name);
        *jumps = on;
        for jump in landed {
            self.use_label(jump.label, labels);
            if let Some(over) = jump.over {
                let text = format!("goto `{}` jumps over variable declaration", label.name);
                self.err(jump.label.span, Code::BRANCH, text);
                if let Some(d) = self.diags.last_mut() {
                    *d = d.clone().label(over, "declared here");
                }
            }
        }
    }

    fn use_label(&mut self, label: &'a Ident, labels: &mut Labels<'a>) {
        if let Some((o, used)) = labels.objs.get_mut(&label.name) {
            *used = true;
            self.info.uses.insert(label.id, *o);
        }
    }

    /// `break` names an enclosing loop, switch or select, `continue` an enclosing loop.
    ///
    /// Spec: Break statements; Continue statements.
    fn labelled_branch(&mut self, kind: BranchKind, label: &'a Ident, labels: &mut Labels<'a>) {
        let target = labels.around.iter().rev().find(|a| a.name == &*label.name);
        let (valid, what) = match kind {
            BranchKind::Continue => (target.is_some_and(|t| t.is_loop), "continue"),
            _ => (target.is_some_and(|t| t.breakable), "break"),
        };
        if valid {
            self.use_label(label, labels);
            return;
        }
        let text = if labels.objs.contains_key(&label.name) {
            format!("invalid {what} label `{}`", label.name)
        } else {
            format!("{what} label not declared: `{}`", label.name)
        };
        // Spec: Break statements; Continue statements.
        self.err(label.span, Code::BRANCH, text);
    }
}

/// The statement lists directly inside a statement; `else` is not one.
fn blocks(s: &StmtKind) -> Vec<&[Stmt]> {
    match s {
        StmtKind::Block(b) => vec![&b.stmts],
        StmtKind::If(i) => vec![&i.then.stmts],
        StmtKind::For(f) => vec![&f.body.stmts],
        StmtKind::Range(f) => vec![&f.body.stmts],
        StmtKind::Switch(s) => s.cases.iter().map(|c| &c.body[..]).collect(),
        StmtKind::TypeSwitch(s) => s.cases.iter().map(|c| &c.body[..]).collect(),
        StmtKind::Select(s) => s.cases.iter().map(|c| &c.body[..]).collect(),
        _ => Vec::new(),
    }
}

/// All labels of a function, and whether any branch names one.
fn collect<'a>(list: &'a [Stmt], out: &mut Vec<&'a Ident>, branches: &mut bool) {
    for s in list {
        collect_in(s, out, branches);
    }
}

fn collect_in<'a>(s: &'a Stmt, out: &mut Vec<&'a Ident>, branches: &mut bool) {
    match &s.kind {
        StmtKind::Labeled(l, inner) => {
            out.push(l);
            collect_in(inner, out, branches);
        }
        StmtKind::Branch(_, Some(_)) => *branches = true,
        other => {
            for b in blocks(other) {
                collect(b, out, branches);
            }
            if let StmtKind::If(i) = other
                && let Some(e) = &i.els
            {
                collect_in(e, out, branches);
            }
        }
    }
}
