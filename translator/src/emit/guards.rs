//! Locks that own what they guard: critical sections as guards, and the fields reached through them.

use super::Emitter;
use super::code::{Code, Prec};
use super::place::Place;
use crate::analysis::locks::guarded::{Owner, Unlock};
use crate::analysis::ownership::field_object;
use crate::hir::{Callee, Expr, ExprKind, LocalId, Stmt, StmtKind};
use crate::plan::Storage;
use crate::plan::guards::GuardPlan;
use crate::types::ObjId;

/// A critical section that is open where the printing is.
#[derive(Debug, Clone)]
pub(super) struct ActiveSection {
    owner: Owner,
    /// The struct, or the lock that is a variable, as it is printed.
    base: String,
    /// What dereferences to the guarded value: a variable, or the call that locks.
    guard: String,
    /// The variable to drop.
    variable: Option<String>,
}

impl<'a> Emitter<'a> {
    /// The lock that owns the field, if one does.
    pub(super) fn guard_of(&self, owner: ObjId, field: ObjId) -> Option<&'a GuardPlan> {
        self.plan.guards.get(&owner).filter(|g| g.fields.contains(&field))
    }

    /// A field that a lock owns, in the critical section around it.
    pub(super) fn guarded_place(&self, base: &'a Expr, index: usize) -> Option<Place> {
        let owner = self.input.struct_name(base.ty)?;
        let field = field_object(self.input, base.ty, index)?;
        let guard = self.guard_of(owner, field)?;
        let base = self.base_text(base);
        let state = self.state.borrow();
        let sections = &state.function.as_ref()?.sections;
        let is_open = |s: &&ActiveSection| s.owner == Owner::Struct(owner) && s.base == base;
        let section = sections.iter().rev().find(is_open)?;
        if guard.state.is_none() {
            return Some(Place::Direct(Code::new(format!("*{}", section.guard), Prec::Unary)));
        }
        drop(state);
        let (name, _) = self.field_of_owner(owner, field)?;
        let sections = self.state.borrow();
        let section = sections.function.as_ref()?.sections.iter().rev().find(is_open)?;
        Some(Place::Direct(Code::postfix(format!("{}.{name}", section.guard))))
    }

    /// A field's Rust name, and its place among the struct's.
    pub(super) fn field_of_owner(&self, owner: ObjId, field: ObjId) -> Option<(String, usize)> {
        let store = self.input.store();
        let crate::types::Type::Struct(s) = store.under(store.obj_type(owner)) else {
            return None;
        };
        let index = s.fields.iter().position(|f| self.input.origin(*f) == field)?;
        let name = self.plan.structs.get(&owner)?.fields.get(index)?.clone();
        Some((name, index))
    }

    fn base_text(&self, base: &'a Expr) -> String {
        match self.place_of_member(base) {
            Place::Direct(code) | Place::Cell(code) | Place::Value(code) => code.operand(),
            place => self.read(&place, base.ty).operand(),
        }
    }

    /// A variable that a local lock owns: what the guard of the open section refers to, or of one for the moment.
    pub(super) fn guarded_variable(&self, variable: LocalId) -> Code {
        match self.open_guard(variable) {
            Some(guard) => Code::new(format!("*{guard}"), Prec::Unary),
            None => {
                let read_write = self.lock_of(variable).is_some_and(|g| g.read_write);
                let access = match (read_write, self.state.borrow().writing) {
                    (false, _) => "lock",
                    (true, true) => "write",
                    (true, false) => "read",
                };
                Code::new(format!("*{}.{access}()", self.local_name(variable)), Prec::Unary)
            }
        }
    }

    fn lock_of(&self, variable: LocalId) -> Option<crate::analysis::locks::guarded::GuardedLocal> {
        let lock = self.facts.guarded.lock_of(variable)?;
        self.facts.guarded.local(lock)
    }

    /// The guard of the open section around the variable.
    pub(super) fn open_guard(&self, variable: LocalId) -> Option<String> {
        let lock = self.facts.guarded.lock_of(variable)?;
        let state = self.state.borrow();
        let sections = &state.function.as_ref()?.sections;
        let open = sections.iter().rev().find(|s| s.owner == Owner::Local(lock))?;
        Some(open.guard.clone())
    }

    /// A copy of the variable's value.
    pub(super) fn guarded_value(&self, variable: LocalId, copy: bool) -> Code {
        match self.open_guard(variable) {
            Some(guard) if copy => Code::new(format!("*{guard}"), Prec::Unary),
            Some(guard) => Code::postfix(guard).method("clone", &[]),
            None => Code::postfix(self.local_name(variable)).method("get", &[]),
        }
    }

    /// The declaration of a variable that a local lock owns.
    pub(super) fn guarded_let(&self, variable: LocalId, value: &Code) -> String {
        let lock = if self.lock_of(variable).is_some_and(|g| g.read_write) {
            "RwLock"
        } else {
            "Mutex"
        };
        let name = self.local_name(variable);
        let annotation = if value.text.ends_with("::new()") || value.text.contains("::with_capacity(") {
            format!(": Arc<{lock}<{}>>", self.local_ty(variable))
        } else {
            String::new()
        };
        format!("let {name}{annotation} = Arc::new({lock}::new({value}));")
    }

    /// The variable is in a lock.
    pub(super) fn is_guarded(&self, local: LocalId) -> bool {
        self.storage(local) == Storage::Guarded
    }

    /// A statement that locks or unlocks a lock that owns what it guards.
    pub(super) fn section_stmt(&self, stmt: &'a Stmt) -> Option<String> {
        if let Some(unlock) = self.facts.guarded.unlock(stmt.span) {
            return Some(self.leave_section(stmt, unlock));
        }
        let section = self.facts.guarded.section(stmt.span)?;
        let StmtKind::Expr(e) = &stmt.kind else { return None };
        let base = locked_struct(e)?;
        let (field, state, read_write) = match section.owner {
            Owner::Struct(owner) => {
                let guard = self.plan.guards.get(&owner)?;
                (Some(guard.field.clone()), guard.state.is_some(), guard.read_write)
            }
            Owner::Local(lock) => (None, false, self.facts.guarded.local(lock)?.read_write),
        };
        let base = self.base_text(base);
        let access = match (read_write, section.write) {
            (false, _) => "lock",
            (true, true) => "write",
            (true, false) => "read",
        };
        let (lock, name) = match (section.owner, field) {
            (_, Some(field)) => (format!("{base}.{field}.{access}()"), field),
            (Owner::Local(lock), None) => {
                let variable = self.local_name(self.facts.guarded.local(lock)?.variable);
                (format!("{variable}.{access}()"), variable)
            }
            (Owner::Struct(_), None) => return None,
        };
        let mut active = ActiveSection {
            owner: section.owner,
            base,
            guard: lock.clone(),
            variable: None,
        };
        if section.inline {
            self.enter_section(active);
            return Some(String::new());
        }
        let name = self.free_guard_name(&name);
        let mutable = if section.writes { "mut " } else { "" };
        active.guard.clone_from(&name);
        active.variable = Some(name.clone());
        let text = if state && section.writes && section.dropped {
            // Fields of one struct are borrowed apart only through a plain reference.
            active.variable = Some("guard".into());
            format!("let mut guard = {lock}; let {name} = &mut *guard;")
        } else if state && section.writes {
            format!("let mut {name} = {lock}; let {name} = &mut *{name};")
        } else {
            format!("let {mutable}{name} = {lock};")
        };
        self.enter_section(active);
        Some(text)
    }

    fn enter_section(&self, active: ActiveSection) {
        if let Some(f) = self.state.borrow_mut().function.as_mut() {
            f.sections.push(active);
        }
    }

    fn leave_section(&self, stmt: &'a Stmt, unlock: Unlock) -> String {
        let (StmtKind::Expr(e), false) = (&stmt.kind, matches!(stmt.kind, StmtKind::Defer(_))) else {
            return String::new();
        };
        let Some(base) = locked_struct(e) else {
            return String::new();
        };
        let owner = match base.kind {
            ExprKind::Local(l) if self.facts.guarded.local(l).is_some() => Some(Owner::Local(l)),
            _ => self.input.struct_name(base.ty).map(Owner::Struct),
        };
        let base = self.base_text(base);
        let mut state = self.state.borrow_mut();
        let Some(f) = state.function.as_mut() else {
            return String::new();
        };
        let at = f
            .sections
            .iter()
            .rposition(|s| Some(s.owner) == owner && s.base == base);
        let Some(at) = at else { return String::new() };
        let variable = f.sections[at].variable.clone();
        if unlock != Unlock::DropsEarly {
            f.sections.remove(at);
        }
        match (unlock, variable) {
            (Unlock::Drops | Unlock::DropsEarly, Some(variable)) => format!("drop({variable});"),
            _ => String::new(),
        }
    }

    /// A guard's name that no variable of the function has.
    fn free_guard_name(&self, field: &str) -> String {
        let state = self.state.borrow();
        let taken = state
            .function
            .as_ref()
            .is_some_and(|f| f.names.values().any(|n| n == field) || f.sections.iter().any(|s| s.guard == field));
        if taken {
            format!("locked_{field}")
        } else {
            field.to_owned()
        }
    }

    /// How many critical sections are open.
    pub(super) fn open_sections(&self) -> usize {
        self.state.borrow().function.as_ref().map_or(0, |f| f.sections.len())
    }

    /// The end of a block ends the sections that it opened.
    pub(super) fn close_sections(&self, open: usize) {
        if let Some(f) = self.state.borrow_mut().function.as_mut() {
            f.sections.truncate(open);
        }
    }

    /// The statement mentions the guard: what it changes is computed before.
    pub(super) fn mentions_guard(&self, text: &str) -> bool {
        let state = self.state.borrow();
        state.function.as_ref().is_some_and(|f| {
            f.sections.iter().any(|s| {
                text.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .any(|word| word == s.guard)
            })
        })
    }

    /// The fields of a struct literal: those that a lock owns are inside it.
    pub(super) fn guarded_literal(&self, guard: &GuardPlan, owned: &[(String, Code)], all: usize) -> Option<String> {
        if owned.is_empty() {
            return None;
        }
        let lock = guard.lock_type();
        let value = match &guard.state {
            None => owned[0].1.text.clone(),
            Some(state) => {
                let each = owned.iter().map(|(name, value)| {
                    if value.text == *name {
                        name.clone()
                    } else {
                        format!("{name}: {value}")
                    }
                });
                let mut parts: Vec<_> = each.collect();
                if owned.len() < all {
                    parts.push("..zero()".into());
                }
                format!("{} {{ {} }}", self.path(None, state), parts.join(", "))
            }
        };
        Some(format!("{}: {lock}::new({value})", guard.field))
    }
}

/// The struct in `base.lock.Lock()`, or the variable in `lock.Lock()`.
fn locked_struct(e: &Expr) -> Option<&Expr> {
    let ExprKind::Call(call) = &e.kind else { return None };
    let Callee::Method { recv, .. } = &call.callee else {
        return None;
    };
    let ExprKind::AddrOf(place) = &recv.kind else {
        return None;
    };
    match &place.kind {
        ExprKind::Field { base, .. } => Some(base),
        ExprKind::Local(_) => Some(place),
        _ => None,
    }
}
