//! Which functions answer as Rust's do: `(T, error)` that is a `Result`, `(T, bool)` that is an `Option`.
//!
//! In: the HIR and the sharing facts. Out: [`Errors`]: a [`Fact`] per function with its reason, the [`Use`]s of what may
//! fail, and what each `return` says.
//! Lattice: `Result`/`Option` above `Tuple` per function; all candidates start above, and fall when a reason is found,
//! which may bring down those that return what they return. Each round only lowers, so the loop ends.
//! Transfer: a function falls when a Rust form would lose something: a value beside an error (or a false flag) that some
//! caller looks at, or a value of the function itself that somebody holds. Safe direction: `Tuple`.

pub mod flow;
pub mod returns;
pub mod uses;
pub mod values;

use super::Input;
use super::sharing::Sharing;
use crate::hir::visit::{self, Visitor};
use crate::hir::{Expr, ExprId, ExprKind, Func, FuncId, Method};
use crate::source::Span;
use crate::types::{Type, TypeId};
use flow::Flow;
use returns::{Kind, Return};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;
use uses::Use;

/// How a function answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResultForm {
    /// As in Go.
    #[default]
    Tuple,
    /// `Result`, the error in `Err`.
    Result,
    /// `Option`, without the flag.
    Option,
}

/// What was concluded of a function, and from what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// How it answers.
    pub form: ResultForm,
    /// Why, or why not.
    pub reason: &'static str,
    /// Where that is to be seen.
    pub span: Span,
}

/// The answers.
#[derive(Debug, Default)]
pub struct Errors {
    /// By `FuncId`.
    pub facts: Vec<Fact>,
    /// What each `return` of a function that is not a tuple says, by its span.
    pub returns: FxHashMap<Span, Return>,
    /// All uses.
    pub uses: Vec<Use>,
    /// Functions whose values nobody looks at where they failed.
    unseen: FxHashSet<FuncId>,
    /// By `FuncId`: which assignments reach which reads.
    pub flows: Vec<Flow>,
}

impl Errors {
    /// How the function answers.
    pub fn form(&self, func: FuncId) -> ResultForm {
        self.facts[func.index()].form
    }

    /// Whether the `return` says that the function failed, and nobody looks at the values then.
    pub fn drops_values(&self, func: FuncId, span: Span) -> bool {
        self.unseen.contains(&func) && self.returns.get(&span).is_some_and(|r| r.kind == Kind::Failure)
    }
}

/// Walks all bodies, then lowers the candidates until nothing changes.
pub fn analyze(input: Input<'_>, sharing: &Sharing) -> Errors {
    let knowledge = values::knowledge(input);
    let mut out = Errors::default();
    let mut returns = Vec::new();
    let mut calls = Calls::default();
    for func in &input.hir.funcs {
        let flow = flow::run(input, sharing, &knowledge, func);
        let found = uses::uses(input, sharing, func, &flow);
        calls.ignoring.extend(found.ignoring);
        calls.checked.extend(found.uses.iter().filter_map(|u| u.callee));
        out.uses.extend(found.uses);
        returns.push(returns::returns(input, sharing, &knowledge, func, &flow));
        if let Some(body) = &func.body {
            calls.caller = Some(func.id);
            calls.block(body);
        }
        out.flows.push(flow);
    }
    calls.caller = None;
    for init in input.hir.packages.iter().flat_map(|p| &p.inits) {
        calls.expr(&init.value);
    }
    let methods = interface_methods(input);
    for func in &input.hir.funcs {
        let fact = match candidate(
            input,
            func,
            &returns[func.id.index()],
            &calls,
            &out.flows[func.id.index()],
        ) {
            Ok(form) => Fact {
                form,
                reason: if form == ResultForm::Result {
                    "each `return` is a success or a failure"
                } else {
                    "each `return` says whether there is a value"
                },
                span: func.name_span,
            },
            Err((reason, span)) => Fact {
                form: ResultForm::Tuple,
                reason,
                span,
            },
        };
        out.facts.push(fact);
    }
    lower(input, &returns, &calls, &methods, &mut out.facts);
    out.unseen = unseen(input, &calls, &methods, &out.facts);
    for func in &input.hir.funcs {
        if out.facts[func.id.index()].form != ResultForm::Tuple {
            out.returns
                .extend(returns[func.id.index()].iter().map(|r| (r.span, *r)));
        }
    }
    out
}

/// The form that a function may have by itself, or why it has none.
fn candidate(
    input: Input<'_>,
    func: &Func,
    returns: &[Return],
    calls: &Calls,
    flow: &Flow,
) -> Result<ResultForm, (&'static str, Span)> {
    let at = func.name_span;
    let fail = |reason| Err((reason, at));
    let Some((last, values)) = func.results.split_last() else {
        return fail("it has no results");
    };
    let last = input.hir.local(*last).ty;
    let form = if last == TypeId::ERROR {
        ResultForm::Result
    } else if last == TypeId::BOOL && values.len() == 1 {
        ResultForm::Option
    } else {
        return fail("its last result is neither an error nor a flag beside one value");
    };
    if func.obj.is_none() || func.parent.is_some() {
        return fail("it is a literal");
    }
    let Some(body) = &func.body else {
        return fail("it has no body");
    };
    if values.len() > 4 {
        return fail("it has more than four values");
    }
    let empty = |ty: TypeId| matches!(input.store().under(ty), Type::Struct(s) if s.fields.is_empty());
    if values.len() == 1 && empty(input.hir.local(values[0]).ty) {
        return fail("its value is empty");
    }
    if func.named_results && func.has_defer {
        return fail("deferred calls may change its named results");
    }
    if flow.opaque {
        return fail("it has a `goto`");
    }
    let unwrap = func.recv.is_some() && matches!(&*func.name, "Unwrap" | "Cause");
    if unwrap && values.is_empty() {
        return fail("it hands out an error that it keeps");
    }
    if returns.is_empty() {
        return fail("it never returns");
    }
    let is = |kind: Kind| returns.iter().any(|r| r.kind == kind);
    let tail = returns.iter().any(|r| matches!(r.kind, Kind::Tail(_)));
    let checked = calls.checked.contains(&func.id);
    if values.is_empty() && !is(Kind::Success) && !tail && !checked {
        return match is(Kind::Open) {
            true if body.stmts.len() > 1 && !is(Kind::Failure) => Ok(form),
            true => fail("it hands out an error that it keeps"),
            false => fail("it makes errors"),
        };
    }
    if form == ResultForm::Option && !is(Kind::Success) && !is(Kind::Open) && !tail && !is(Kind::Passed) {
        return fail("it never has a value");
    }
    let sites = calls.sites.get(&func.id).map_or(0, Vec::len);
    if form == ResultForm::Option && sites > 0 && !checked && !calls.tails.iter().any(|(_, callee)| *callee == func.id)
    {
        return fail("no caller tests the flag first");
    }
    Ok(form)
}

/// Lowers the candidates whose Rust form would lose what somebody looks at.
fn lower(
    input: Input<'_>,
    returns: &[Vec<Return>],
    calls: &Calls,
    interface_methods: &FxHashSet<Arc<str>>,
    facts: &mut [Fact],
) {
    loop {
        let mut losing: FxHashMap<FuncId, Span> = FxHashMap::default();
        // What a tail call loses, its caller loses.
        loop {
            let before = losing.len();
            for func in &input.hir.funcs {
                let form = facts[func.id.index()].form;
                if form == ResultForm::Tuple || func.results.len() < 2 {
                    continue;
                }
                for r in &returns[func.id.index()] {
                    let loses = match r.kind {
                        Kind::Tail(callee) => facts[callee.index()].form != form || losing.contains_key(&callee),
                        _ => match r.paired {
                            Some(callee) if r.loses => {
                                facts[callee.index()].form != form || losing.contains_key(&callee)
                            }
                            _ => r.loses,
                        },
                    };
                    if loses {
                        losing.entry(func.id).or_insert(r.span);
                    }
                }
            }
            if losing.len() == before {
                break;
            }
        }
        let mut changed = false;
        for (func, span) in &losing {
            let f = input.hir.func(*func);
            let looked_at = |(caller, call, at): &(Option<FuncId>, ExprId, Span)| {
                let tail = caller.is_some_and(|c| {
                    calls.tails.contains(&(*call, *func)) && facts[c.index()].form != ResultForm::Tuple
                });
                (!calls.ignoring.contains(call) && !tail).then_some(*at)
            };
            let why = if f.recv.is_some() && interface_methods.contains(&f.name) {
                Some(("an interface gives its values beside an error", *span))
            } else if let Some(at) = calls.values.get(func) {
                Some(("it is used as a value, and gives values beside an error", *at))
            } else {
                let sites = calls.sites.get(func).into_iter().flatten();
                sites
                    .filter_map(looked_at)
                    .next()
                    .map(|at| ("a caller looks at a value that comes with an error", at))
            };
            if let Some((reason, span)) = why {
                facts[func.index()] = Fact {
                    form: ResultForm::Tuple,
                    reason,
                    span,
                };
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

/// Functions of which every call is one that ignores the values where it failed, or is passed on by such a function.
fn unseen(
    input: Input<'_>,
    calls: &Calls,
    interface_methods: &FxHashSet<Arc<str>>,
    facts: &[Fact],
) -> FxHashSet<FuncId> {
    let possible = input.hir.funcs.iter().filter(|f| {
        let by_interface = f.recv.is_some() && interface_methods.contains(&f.name);
        facts[f.id.index()].form != ResultForm::Tuple && !by_interface && !calls.values.contains_key(&f.id)
    });
    let mut out: FxHashSet<FuncId> = possible.map(|f| f.id).collect();
    loop {
        let seen = |func: &FuncId| {
            let mut sites = calls.sites.get(func).into_iter().flatten();
            sites.any(|(caller, call, _)| {
                let tail = calls.tails.contains(&(*call, *func)) && caller.is_some_and(|c| out.contains(&c));
                !calls.ignoring.contains(call) && !tail
            })
        };
        let fallen: Vec<FuncId> = out.iter().copied().filter(seen).collect();
        if fallen.is_empty() {
            return out;
        }
        out.retain(|f| !fallen.contains(f));
    }
}

/// The names of all methods that some interface has.
fn interface_methods(input: Input<'_>) -> FxHashSet<Arc<str>> {
    let store = input.store();
    let mut out = FxHashSet::default();
    for id in 0..store.type_count() as u32 {
        if let Type::Interface(i) = store.get(TypeId(id)) {
            out.extend(i.methods.iter().map(|m| store.obj(*m).name.clone()));
        }
    }
    out
}

/// Who calls what, and what is used as a value.
#[derive(Default)]
struct Calls {
    caller: Option<FuncId>,
    /// By callee.
    sites: FxHashMap<FuncId, Vec<(Option<FuncId>, ExprId, Span)>>,
    /// Calls whose values are not looked at where they failed.
    ignoring: FxHashSet<ExprId>,
    /// Calls that a `return` passes on, with the callee.
    tails: FxHashSet<(ExprId, FuncId)>,
    /// Callees of uses.
    checked: FxHashSet<FuncId>,
    /// Functions used as values, and where.
    values: FxHashMap<FuncId, Span>,
}

impl<'p> Visitor<'p> for Calls {
    fn stmt(&mut self, stmt: &'p crate::hir::Stmt) {
        if let crate::hir::StmtKind::Return(values) = &stmt.kind {
            let passed = match (&values.tuple, &values.items[..]) {
                (Some(tuple), _) if values.is_plain_tuple() => Some(tuple),
                (None, [one]) => Some(one),
                _ => None,
            };
            if let Some(e) = passed
                && let Some(callee) = returns::called(e)
            {
                self.tails.insert((e.id, callee));
            }
        }
        visit::walk_stmt(self, stmt);
    }

    fn expr(&mut self, e: &'p Expr) {
        match &e.kind {
            ExprKind::Call(_) => {
                if let Some(callee) = returns::called(e) {
                    let site = (self.caller, e.id, e.span);
                    self.sites.entry(callee).or_default().push(site);
                }
            }
            ExprKind::Func { func, .. }
            | ExprKind::MethodValue {
                method: Method::User(func),
                ..
            }
            | ExprKind::MethodExpr {
                method: Method::User(func),
                ..
            } => {
                self.values.entry(*func).or_insert(e.span);
            }
            _ => {}
        }
        visit::walk_expr(self, e);
    }
}
