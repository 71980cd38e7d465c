//! Prints the plan as Rust source.
//!
//! In: the HIR and the plan. Out: one Rust file per Go file, with the Go comments at their places.
//! Invariants: nothing is decided here; the text is the same for the same input; every file parses, and an item that would
//! not is replaced by a stub with a diagnostic.

mod assign;
mod builtins;
mod call;
mod code;
mod comments;
mod constant;
mod control;
mod conversion;
mod embed;
mod expr;
mod file;
mod format;
mod func;
mod goto;
mod guards;
mod items;
mod later;
mod library;
mod literal;
mod macros;
mod native;
mod operators;
mod place;
mod ranges;
mod results;
mod stmt;
mod switches;
mod text;
mod traits;
mod types;

use crate::analysis::{Facts, Input};
use crate::diagnostic::Diagnostic;
use crate::hir::{FuncId, LabelId, LocalId};
use crate::plan::Plan;
use crate::types::{ObjId, PackageId};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;

pub use file::{Asset, Output, OutputFile};

/// What the caller may choose.
#[derive(Debug, Clone)]
pub struct Options {
    /// The path that stands for the crate's root: `crate`, or a module when several programs share a crate.
    pub root: String,
    /// `fn main` gets the runtime's attribute; without it, it is an ordinary public function.
    pub entry_point: bool,
    /// A package `main` is a program, and must have `func main`.
    pub needs_main: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            root: "crate".into(),
            entry_point: true,
            needs_main: false,
        }
    }
}

/// Prints all packages.
pub fn emit(input: Input<'_>, facts: &Facts, plan: &Plan, options: &Options) -> (Output, Vec<Diagnostic>) {
    let mut locals: FxHashMap<FuncId, Vec<LocalId>> = FxHashMap::default();
    for (i, local) in input.hir.locals.iter().enumerate() {
        locals.entry(local.func).or_default().push(LocalId(i as u32));
    }
    let emitter = Emitter {
        input,
        facts,
        plan,
        options,
        locals,
        state: RefCell::default(),
        diagnostics: RefCell::default(),
    };
    let output = emitter.output();
    (output, emitter.diagnostics.into_inner())
}

/// The working context; what changes while printing is in `state`.
struct Emitter<'a> {
    input: Input<'a>,
    facts: &'a Facts,
    plan: &'a Plan,
    options: &'a Options,
    /// Each function's own locals.
    locals: FxHashMap<FuncId, Vec<LocalId>>,
    state: RefCell<State>,
    diagnostics: RefCell<Vec<Diagnostic>>,
}

impl State {
    /// What a declaration that was given up half way leaves behind does not concern the next one.
    fn give_up(&mut self) {
        self.function = None;
        self.unmapped = None;
        self.writing = false;
    }
}

/// Where the printing is.
#[derive(Default)]
struct State {
    /// The module being printed.
    package: Option<PackageId>,
    /// Types declared in functions that stand beside them in Rust.
    lifted: String,
    /// Library modules that the file mentions.
    imports: FxHashSet<String>,
    /// The function being printed.
    function: Option<Function>,
    /// Comments of the file, from the next one on.
    comments: comments::Cursor,
    /// A library type without a counterpart that the declaration being printed mentions.
    unmapped: Option<String>,
    /// The place being printed is written: entries of maps are made where there are none.
    writing: bool,
    /// Heads of select arms, printed apart.
    arms: Vec<String>,
    /// The file did not parse when it was printed the first time: each function is parsed on its own.
    one_by_one: bool,
    /// The file's module name among its package's, for uniqueness of temporaries.
    next_temporary: u32,
}

/// What belongs to the function being printed.
#[derive(Default, Clone)]
struct Function {
    id: Option<FuncId>,
    /// Rust names of locals.
    names: FxHashMap<LocalId, String>,
    /// The body is async: calls that may suspend are awaited.
    is_async: bool,
    /// Open loops and labelled blocks, innermost last.
    frames: Vec<Frame>,
    /// Literals being printed: what they captured is never moved out.
    captured: Vec<FuncId>,
    /// The literal's body runs once, so that captured values may move.
    once: bool,
    /// Results are variables that the end of the function reads.
    results_in_variables: bool,
    /// The body stands in the closure of `defer`.
    in_defer_scope: bool,
    /// Variables that another operand of the expression being printed borrows: they do not move.
    lent: Vec<LocalId>,
    /// What `goto` of a label is in Rust.
    gotos: FxHashMap<LabelId, String>,
    /// Critical sections that are open, innermost last.
    sections: Vec<guards::ActiveSection>,
    /// In a comparison of two elements: the positions' variables, and the container.
    compared: Option<Compared>,
    /// Labels that a loop was made for already.
    looped_labels: Vec<LabelId>,
}

/// A literal that compares the elements of a container at two positions, printed as one that compares two elements.
#[derive(Clone, Copy)]
struct Compared {
    container: LocalId,
    positions: [LocalId; 2],
}

/// A Rust loop or labelled block.
#[derive(Clone)]
struct Frame {
    label: LabelId,
    is_loop: bool,
    /// Printed as a labelled block (or with one around the body): jumps out of it need a label.
    labelled: bool,
    /// `continue` must leave the block that wraps the body instead.
    wraps_body: bool,
    break_used: bool,
    continue_used: bool,
}

impl<'a> Emitter<'a> {
    fn diagnose(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    /// A name that no Go name can have been turned into twice in a file.
    fn temporary(&self, base: &str) -> String {
        let mut state = self.state.borrow_mut();
        state.next_temporary += 1;
        match state.next_temporary {
            1 => base.to_owned(),
            n => format!("{base}{n}"),
        }
    }

    /// The same, and no variable of the function has it.
    fn free_temporary(&self, base: &str) -> String {
        loop {
            let name = self.temporary(base);
            let state = self.state.borrow();
            let taken = |f: &Function| f.names.values().any(|local| *local == name);
            if !state.function.as_ref().is_some_and(taken) {
                return name;
            }
        }
    }

    /// The path of one of the user's items, as seen from the module being printed.
    fn path(&self, package: Option<PackageId>, name: &str) -> String {
        let here = self.state.borrow().package;
        match package {
            Some(p) if Some(p) != here => format!("{}::{name}", self.module_path(p)),
            _ => name.to_owned(),
        }
    }

    /// `module::name` of a library object; the module is imported.
    fn library_path(&self, obj: ObjId, name: &str) -> String {
        let object = self.input.store().obj(obj);
        let package = object.pkg.and_then(|p| self.input.types.package(p));
        let Some(package) = package else { return name.to_owned() };
        format!("{}::{name}", self.library_module(&package.path))
    }

    /// The module that stands for a library package, imported into the file: its last segment.
    fn library_module(&self, path: &str) -> String {
        let path = if path == "io/fs" { "os" } else { path };
        let path = path
            .replace('/', "::")
            .replace('-', "_")
            .replace("::rand::v2", "::rand_v2");
        let segment = path.rsplit("::").next().unwrap_or(&path).to_owned();
        let mut state = self.state.borrow_mut();
        let clash = state
            .imports
            .iter()
            .any(|i| *i != path && i.rsplit("::").next() == Some(&segment));
        if clash {
            return format!("gort_runtime::pkg::{path}");
        }
        state.imports.insert(path);
        segment
    }

    fn is_async_here(&self) -> bool {
        self.state.borrow().function.as_ref().is_some_and(|f| f.is_async)
    }
}

/// The lint table of a generated crate's manifest: what Go allows and rustc warns of or denies.
pub const LINTS: &str = r#"[lints.rust]
# Go wraps, and panics at run time where rustc would refuse a constant operation.
arithmetic_overflow = "allow"
unconditional_panic = "allow"
# A future that nobody awaits, or an error that nobody sees, was not in the Go.
unused_must_use = "deny"
# Go allows unused functions, constants, types and parameters.
dead_code = "allow"
unused_variables = "allow"
unused_assignments = "allow"
unused_mut = "allow"
unreachable_code = "allow"
unused_imports = "allow"
unused_parens = "allow"
unused_braces = "allow"
unused_labels = "allow"
unconditional_recursion = "allow"
path_statements = "allow"
private_interfaces = "allow"
"#;
