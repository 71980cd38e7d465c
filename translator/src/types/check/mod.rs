//! The checker proper: its state, its order of work, and what every part of it uses.
//!
//! In: parsed packages. Out: `Program`. Each package is checked by a `Checker` of its own. Objects are resolved when they are first used; function bodies and what needs
//! complete types wait in a queue until all package-level objects are resolved.
//! Invariants: runs on a thread with a big stack, so that nesting up to `syntax::NESTING_LIMIT` is safe.

mod assign;
mod builtins;
mod builtins_numeric;
mod builtins_unsafe;
mod call;
mod conversion;
mod cycles;
mod decl;
mod embed;
mod expr;
mod external;
mod index;
mod infer;
mod init_order;
mod instance_cycles;
mod labels;
mod literal;
mod operand;
mod operators;
mod packages;
mod range;
mod resolver;
mod returns;
mod schedule;
mod selector;
mod stmt;
mod typexpr;
mod unify;
mod untyped;

use super::constant::ConstValue;
use super::info::*;
use super::model::*;
use super::store::TypeStore;
use crate::diagnostic::{Code, Diagnostic};
use crate::guard;
use crate::load::Loaded;
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{self, Expr, Name, NodeId};
use instance_cycles::InstanceGraph;
use operand::Operand;
use packages::{PkgState, Shared};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::sync::Arc;

/// The stack the checker runs on; only what is used of it is ever real memory.
const STACK: usize = 1 << 30;

/// Checks all packages. The diagnostics of the load come first.
pub fn check_program(loaded: Loaded) -> (Program, Vec<Diagnostic>) {
    let sources = loaded.sources.clone();
    let failed = |bug| (Program::of(sources), vec![bug]);
    let thread = std::thread::Builder::new().name("check".into()).stack_size(STACK);
    std::thread::scope(|s| match thread.spawn_scoped(s, || schedule::run(loaded)) {
        Ok(handle) => handle
            .join()
            .unwrap_or_else(|panic| failed(guard::defect("checking", &*panic, None))),
        Err(error) => {
            // Beyond the spec: gort, a thread for the checker.
            let text = format!("no thread for the checker: {error}");
            failed(Diagnostic::error(Code::INTERNAL, None, text))
        }
    })
}

impl Program {
    /// Files of which nothing more is known.
    fn of(sources: SourceMap) -> Program {
        Program {
            packages: Vec::new(),
            order: Vec::new(),
            store: TypeStore::new(),
            info: Info::default(),
            sources,
            embedded: FxHashMap::default(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct ScopeId(u32);

#[derive(Debug, Default)]
struct Scope {
    parent: Option<ScopeId>,
    names: FxHashMap<Name, ObjId>,
}

/// What is being checked right now.
#[derive(Clone, Debug)]
struct Env {
    pkg: PackageId,
    scope: ScopeId,
    /// The value of `iota` in a constant declaration.
    iota: Option<u32>,
    /// Errors of a repeated constant expression are reported here.
    err_at: Option<Span>,
    /// The package-level object whose declaration this is: dependencies go to it.
    decl: Option<ObjId>,
    /// The enclosing function's results, and whether they are named.
    results: Option<Arc<[TypeId]>>,
    named_results: Arc<[ObjId]>,
    /// A call or receive was seen: `len` of an array is not constant then.
    has_call_or_recv: bool,
    in_func: bool,
    /// A generic function is being instantiated as an argument, not by an assignment.
    generic_argument: bool,
}

/// A package-level or local declaration that is resolved on first use.
#[derive(Clone, Debug)]
struct DeclInfo<'a> {
    pkg: PackageId,
    scope: ScopeId,
    kind: DeclKind<'a>,
}

#[derive(Clone, Debug)]
enum DeclKind<'a> {
    Const {
        ty: Option<&'a Expr>,
        init: Option<&'a Expr>,
        iota: u32,
        at: Span,
        inherited: bool,
    },
    Var {
        ty: Option<&'a Expr>,
        init: Option<&'a Expr>,
        lhs: Option<Arc<[ObjId]>>,
    },
    Type(&'a ast::TypeSpec),
    Func(&'a ast::FuncDecl),
}

/// Work that waits until types are complete.
enum Later<'a> {
    Body {
        env: Env,
        sig: FuncScope,
        block: &'a ast::Block,
    },
    MapKey(TypeId, Span, PackageId),
    NoConstraint(TypeId, Span, PackageId),
    Verify {
        pkg: PackageId,
        span: Span,
        params: Vec<TypeId>,
        args: Vec<TypeId>,
        spans: Vec<Span>,
    },
    ValidType(ObjId),
    Embedded(TypeId, Span, PackageId),
    Union(&'a Expr, PackageId),
    Methods(TypeId, &'a ast::InterfaceType, PackageId),
}

/// The scope of a function's parameters and its results.
#[derive(Clone, Debug)]
struct FuncScope {
    scope: ScopeId,
    results: Arc<[TypeId]>,
    named_results: Arc<[ObjId]>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Color {
    White,
    Grey,
    Black,
}

struct Untyped<'a> {
    expr: &'a Expr,
    is_lhs: bool,
    mode: Mode,
    ty: TypeId,
    val: Option<Arc<ConstValue>>,
}

struct Checker<'a> {
    s: &'a TypeStore,
    shared: &'a Shared<'a>,
    info: Info,
    diags: Vec<Diagnostic>,
    /// The packages that are being checked: one of the user's, or those of the library.
    pkgs: Vec<PkgState>,
    first_pkg: PackageId,
    /// Packages that are no user's by their paths, while they are collected.
    outside: FxHashMap<Arc<str>, PackageId>,
    /// Those that there are not, and where they are first imported.
    unknown: FxHashMap<PackageId, Span>,
    scopes: Vec<Scope>,
    decls: FxHashMap<ObjId, DeclInfo<'a>>,
    colors: FxHashMap<ObjId, Color>,
    path: Vec<ObjId>,
    later: VecDeque<Later<'a>>,
    untyped: FxHashMap<NodeId, Untyped<'a>>,
    env: Env,
    used: FxHashSet<ObjId>,
    /// Local variables of the functions being checked, for "declared and not used".
    locals: Vec<ObjId>,
    /// Dependencies of package-level objects, for the order of initialisation.
    deps: FxHashMap<ObjId, Vec<ObjId>>,
    /// Type switch variables stand for one declaration: used once is used.
    reported: FxHashSet<(Span, u16)>,
    /// Functions with some of their type arguments: all type parameters, and the arguments with parameters for the rest.
    partial: FxHashMap<NodeId, (Vec<TypeId>, Vec<TypeId>)>,
    /// Where instances of generic types are first written.
    instance_spans: FxHashMap<TypeId, Span>,
    instances: InstanceGraph,
}

impl<'a> Checker<'a> {
    fn new(s: &'a TypeStore, shared: &'a Shared<'a>, info: Info, first_pkg: PackageId) -> Checker<'a> {
        Checker {
            s,
            shared,
            info,
            diags: Vec::new(),
            pkgs: Vec::new(),
            first_pkg,
            outside: FxHashMap::default(),
            unknown: FxHashMap::default(),
            scopes: vec![Scope::default()],
            decls: FxHashMap::default(),
            colors: FxHashMap::default(),
            path: Vec::new(),
            later: VecDeque::new(),
            untyped: FxHashMap::default(),
            env: Env::outside(PackageId(0), ScopeId(0)),
            used: FxHashSet::default(),
            locals: Vec::new(),
            deps: FxHashMap::default(),
            reported: FxHashSet::default(),
            partial: FxHashMap::default(),
            instance_spans: FxHashMap::default(),
            instances: InstanceGraph::default(),
        }
    }

    // ---- errors ----

    /// Tells of an error, once at each place.
    ///
    /// Spec: cited by the callers.
    fn err(&mut self, span: Span, code: Code, message: impl Into<String>) {
        let span = self.env.err_at.unwrap_or(span);
        // Signatures that ship with us are not the user's to correct.
        if span.file.0 >= packages::STD_FILES && !cfg!(debug_assertions) {
            return;
        }
        let message = message.into();
        // What mentions an invalid type is most likely an echo.
        let echo = message.contains("invalid type") || message.contains("invalid operand");
        if echo && self.failed() {
            return;
        }
        if self.reported.insert((span, code.0)) {
            self.diags.push(Diagnostic::error(code, span, message));
        }
    }

    /// Whether there are errors already, of the package or of one that it imports.
    fn failed(&self) -> bool {
        let imports = self.pkg(self.first_pkg).map_or(&[][..], |p| &p.imports);
        let failed = |p: &PackageId| *p != self.first_pkg && self.pkg(*p).is_some_and(|p| p.failed);
        self.diags.iter().any(Diagnostic::is_error) || imports.iter().any(failed)
    }

    /// Whether the package's language version has a feature; told when it has not.
    ///
    /// Spec: cited by the callers.
    fn needs_version(&mut self, span: Span, version: (u32, u32), what: &str) -> bool {
        let own = self.version_at(span);
        if own >= version {
            return true;
        }
        let text = format!(
            "{what} requires go{}.{} or later (go{}.{} is asked for)",
            version.0, version.1, own.0, own.1
        );
        self.err(span, Code::GO_VERSION, text);
        false
    }

    /// The language version at a place: the file's build constraint may ask for another one than the module, though for
    /// none before Go 1.21, with which that began.
    ///
    /// Spec: Language versions.
    /// Beyond the spec: cmd/go, "Build constraints".
    fn version_at(&self, span: Span) -> (u32, u32) {
        if let Some(version) = self.shared.file_versions.get(&span.file) {
            return *version;
        }
        self.pkg(self.env.pkg).map_or((1, 26), |p| p.go_version)
    }

    /// As `needs_version`, told at the first of a character between two places.
    ///
    /// Spec: cited by the callers.
    fn needs_version_at(&mut self, mark: char, within: Span, version: (u32, u32), what: &str) -> bool {
        let at = self.shared.sources.text(within).find(mark).unwrap_or(0) as u32;
        let start = within.start + at;
        self.needs_version(Span::new(within.file, start, start + 1), version, what)
    }

    /// The source text of an expression, on one line.
    fn text(&self, e: &Expr) -> String {
        let t = self.shared.sources.text(e.span);
        let mut t: String = t.split_whitespace().collect::<Vec<_>>().join(" ");
        if t.chars().count() > 80 {
            t = t.chars().take(77).collect::<String>() + "…";
        }
        t
    }

    fn type_str(&self, t: TypeId) -> String {
        self.s.type_string(t, Some(self.env.pkg))
    }

    // ---- scopes ----

    fn open_scope(&mut self) -> ScopeId {
        let outer = self.env.scope;
        self.env.scope = self.new_scope(Some(outer));
        outer
    }

    fn new_scope(&mut self, parent: Option<ScopeId>) -> ScopeId {
        // A scope lies in older ones only: no name is sought without end.
        let parent = parent.filter(|p| (p.0 as usize) < self.scopes.len());
        self.scopes.push(Scope {
            parent,
            names: FxHashMap::default(),
        });
        ScopeId(self.scopes.len() as u32 - 1)
    }

    fn close_scope(&mut self, outer: ScopeId) {
        self.env.scope = outer;
    }

    /// What a name means here: in this block, in those around it, in the universe.
    ///
    /// Spec: Blocks; Declarations and scope.
    fn lookup(&self, name: &str) -> Option<ObjId> {
        let mut scope = Some(self.env.scope);
        while let Some(id) = scope {
            let s = self.scopes.get(id.0 as usize)?;
            if let Some(o) = s.names.get(name) {
                return Some(*o);
            }
            scope = s.parent;
        }
        self.s.universe(name)
    }

    fn scope_insert(&mut self, scope: ScopeId, name: &Name, o: ObjId) -> Option<ObjId> {
        let s = self.scopes.get_mut(scope.0 as usize)?;
        match s.names.get(name) {
            Some(old) => Some(*old),
            None => {
                s.names.insert(name.clone(), o);
                None
            }
        }
    }

    /// Declares an object in the current scope and records the definition.
    ///
    /// Spec: Declarations and scope; Blank identifier.
    fn declare(&mut self, id: &ast::Ident, o: ObjId) {
        if &*id.name != "_"
            && let Some(old) = self.scope_insert(self.env.scope, &id.name, o)
        {
            self.redeclared(id, old);
        }
        self.info.defs.insert(id.id, o);
    }

    /// Tells that a block has a name already.
    ///
    /// Spec: Declarations and scope.
    fn redeclared(&mut self, id: &ast::Ident, old: ObjId) {
        let old_span = self.s.obj(old).span;
        self.err(
            id.span,
            Code::DUPLICATE,
            format!("`{}` redeclared in this block", id.name),
        );
        if let (Some(old), Some(d)) = (old_span, self.diags.last_mut()) {
            *d = d.clone().label(old, "first declared here");
        }
    }

    fn new_var(&mut self, id: &ast::Ident, kind: VarKind, ty: TypeId) -> ObjId {
        let o = Object::new(
            ObjKind::Var(kind),
            id.name.clone(),
            Some(self.env.pkg),
            ty,
            Some(id.span),
        );
        self.s.add_obj(o)
    }

    // ---- records ----

    fn record(&mut self, x: &Operand<'a>) {
        let Some(e) = x.expr else { return };
        let (ty, val) = match x.mode {
            Mode::Invalid => (TypeId::INVALID, None),
            Mode::NoValue => (TypeId::EMPTY_TUPLE, None),
            Mode::Constant => (x.ty, x.val.clone()),
            _ => (x.ty, None),
        };
        if self.s.is_untyped(ty) {
            let entry = Untyped {
                expr: e,
                is_lhs: false,
                mode: x.mode,
                ty,
                val,
            };
            self.untyped.insert(e.id, entry);
        } else {
            self.record_type(e, x.mode, ty, val);
        }
    }

    fn record_type(&mut self, e: &Expr, mode: Mode, ty: TypeId, value: Option<Arc<ConstValue>>) {
        if mode != Mode::Invalid {
            self.info.types.insert(e.id, TypeAndValue { mode, ty, value });
        }
    }

    fn record_untyped(&mut self) {
        for (_, u) in std::mem::take(&mut self.untyped) {
            let mode = if u.ty == TypeId::UNTYPED_NIL { Mode::Nil } else { u.mode };
            self.record_type(u.expr, mode, u.ty, u.val);
        }
    }

    /// Notes that the declaration at hand refers to an object.
    ///
    /// Spec: Package initialization.
    fn add_dep(&mut self, to: ObjId) {
        if let Some(from) = self.env.decl
            && self.decls.contains_key(&to)
        {
            let deps = self.deps.entry(from).or_default();
            if deps.len() < 64 && deps.contains(&to) {
                return;
            }
            deps.push(to);
        }
    }

    // ---- the queue ----

    fn process_later(&mut self) {
        while let Some(job) = self.later.pop_front() {
            match job {
                Later::Body { env, sig, block } => {
                    let old = std::mem::replace(&mut self.env, env);
                    // What one body makes the checker do costs no other body.
                    let (depth, locals) = (self.path.len(), self.locals.len());
                    let checked = guard::guarded("checking a function", || {
                        guard::at(block.span);
                        #[cfg(test)]
                        if let Some(decl) = self.env.decl {
                            guard::faults::stop(guard::faults::Fault::Check, &self.s.obj(decl).name);
                        }
                        self.func_body(&sig, block);
                    });
                    if let Err(defect) = checked {
                        self.path.truncate(depth);
                        self.locals.truncate(locals);
                        self.diags.push(defect);
                    }
                    self.env = old;
                }
                Later::MapKey(t, span, pkg) => {
                    self.env.pkg = pkg;
                    if !self.s.comparable(t) {
                        // Spec: Map types.
                        let text = format!("invalid map key type `{}`", self.type_str(t));
                        self.err(span, Code::NOT_A_TYPE, text);
                    }
                }
                Later::NoConstraint(t, span, pkg) => {
                    self.env.pkg = pkg;
                    self.no_constraint(t, span);
                }
                Later::Verify {
                    pkg,
                    span,
                    params,
                    args,
                    spans,
                } => {
                    self.env.pkg = pkg;
                    self.verify_instance(span, &params, &args, &spans);
                }
                Later::ValidType(o) => self.valid_type(o),
                Later::Union(e, pkg) => {
                    self.env.pkg = pkg;
                    self.union_rules(e);
                }
                Later::Methods(t, i, pkg) => {
                    self.env.pkg = pkg;
                    self.duplicate_methods(t, i);
                }
                Later::Embedded(t, span, pkg) => {
                    self.env.pkg = pkg;
                    self.embedded_element(t, span);
                }
            }
        }
    }

    fn check_package(&mut self, pkg: PackageId) {
        let scope = self.new_scope(None);
        if let Some(p) = self.pkg_mut(pkg) {
            p.scope = scope;
        }
        self.env = Env::outside(pkg, scope);
        let objs = self.collect_package(pkg);
        // Defined types first, then aliases, then all others, as go/types does: what a repeated constant expression is
        // recorded with depends on the order.
        let rank = |c: &Self, o: ObjId| match c.s.obj(o).kind {
            ObjKind::TypeName { alias } => usize::from(alias),
            _ => 2,
        };
        for now in 0..3 {
            for o in objs
                .iter()
                .filter(|o| rank(self, **o) == now)
                .copied()
                .collect::<Vec<_>>()
            {
                self.resolve(o);
            }
        }
        self.process_later();
        self.external_functions(pkg);
        self.embedded_files(pkg);
        self.record_untyped();
        self.init_order(pkg, &objs);
        self.unused_imports(pkg);
        self.instance_cycles();
    }
}

impl Env {
    fn outside(pkg: PackageId, scope: ScopeId) -> Env {
        Env {
            pkg,
            scope,
            iota: None,
            err_at: None,
            decl: None,
            results: None,
            named_results: Arc::from([]),
            has_call_or_recv: false,
            in_func: false,
            generic_argument: false,
        }
    }
}
