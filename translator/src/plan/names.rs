//! Rust names for Go's: the field's case convention, no keyword, no clash.
//!
//! In: the HIR. Out: [`Names`]. Invariants: two things of one namespace and scope never share a name; a name is changed
//! only where it must be, and the change is a trailing underscore or number.

use crate::analysis::Input;
use crate::hir::{FuncId, Item, StmtKind};
use crate::types::{ObjId, Type, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

/// Names of everything but locals, which `emit` names function by function.
#[derive(Debug, Default)]
pub struct Names {
    funcs: Vec<String>,
    objects: FxHashMap<ObjId, String>,
    types_taken: FxHashSet<String>,
    values_taken: FxHashSet<String>,
}

impl Names {
    /// The name of a function or method.
    pub fn func(&self, id: FuncId) -> String {
        self.funcs.get(id.index()).cloned().unwrap_or_default()
    }

    /// The name of a type, constant or package variable.
    pub fn object(&self, obj: ObjId) -> Option<&str> {
        self.objects.get(&obj).map(String::as_str)
    }

    /// A new type name.
    pub fn claim_type(&mut self, wanted: &str) -> String {
        let taken = &mut self.types_taken;
        unique(wanted.to_owned(), |n| {
            RESERVED_TYPES.contains(&n) || !taken.insert(n.to_owned())
        })
    }

    /// Whether a type has the name.
    pub fn is_type(&self, name: &str) -> bool {
        self.types_taken.contains(name)
    }

    /// Whether a package-level function, constant or variable has the name.
    pub fn is_value(&self, name: &str) -> bool {
        self.values_taken.contains(name)
    }
}

/// Type names that the prelude and Rust give a meaning that generated code relies on.
const RESERVED_TYPES: &[&str] = &[
    "Any",
    "Arc",
    "ArrayCell",
    "Atom",
    "Box",
    "BoxFuture",
    "Cell",
    "CellOf",
    "Chan",
    "Complex",
    "Defers",
    "Describe",
    "Fn0",
    "Fn1",
    "Fn2",
    "Fn3",
    "Fn4",
    "Fn5",
    "Fn6",
    "Fn7",
    "Fn8",
    "Func",
    "Global",
    "GoError",
    "GoKey",
    "GoNumber",
    "GoString",
    "GoType",
    "Iface",
    "Int64",
    "Integer",
    "Kind",
    "Map",
    "None",
    "Number",
    "Object",
    "Option",
    "Ordered",
    "Place",
    "Ptr",
    "Receiver",
    "Select",
    "Self",
    "Sender",
    "Slice",
    "Some",
    "String",
    "Uint64",
    "Uintptr",
    "Value",
    "Vec",
    "Error",
    "ErrorPtr",
    "Stringer",
    "StringerPtr",
    "Send",
    "Sync",
    "Clone",
    "Copy",
    "Drop",
    "Sized",
    "Ok",
    "Err",
    "Default",
    "From",
    "Into",
    "Iterator",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Ord",
    "Fn",
    "FnMut",
    "FnOnce",
    "IntoAny",
    "Signed",
    "Text",
    "Unsigned",
    "Float",
    "Scalar",
    "Formatter",
    "Future",
    "Pin",
    "ToString",
    "Extend",
    "IntoIterator",
    "AsRef",
];

/// Functions of the prelude that generated code calls by their bare name.
const RESERVED_FUNCS: &[&str] = &[
    "zero",
    "str",
    "bytes_str",
    "shl",
    "shr",
    "div",
    "rem",
    "min",
    "max",
    "go_panic",
    "recover",
    "comma_ok",
    "fn0",
    "fn1",
    "fn2",
    "fn3",
    "fn4",
    "fn5",
    "fn6",
    "fn7",
    "fn8",
    "drop",
    "task",
    "defer",
    "fmt",
    "main",
    "init_package",
    "init_program",
    "into_any",
    "copy",
    "copy_str",
    "print",
    "println",
    "panic_str",
    "core",
    "std",
    "gort_runtime",
    "crate",
    "f64",
    "i64",
    "u8",
];

/// Method names that runtime types have themselves.
const RESERVED_METHODS: &[&str] = &[
    "clone",
    "cast",
    "try_cast",
    "downcast",
    "assert",
    "assert_iface",
    "assert_as",
    "is",
    "is_nil",
    "to_any",
    "into_any",
    "as_arc",
    "eq",
    "ne",
    "dynamic_type_name",
    "describe",
    "project",
    "index",
    "addr",
    "as_ref",
    "slice",
    "full_slice",
];

/// Names everything at package level.
pub fn names(input: Input<'_>) -> Names {
    let mut names = Names {
        funcs: vec![String::new(); input.hir.funcs.len()],
        ..Names::default()
    };
    for package in &input.hir.packages {
        // Packages are modules of their own.
        let mut types = FxHashSet::default();
        let mut values = FxHashSet::default();
        let mut items: Vec<&Item> = package.files.iter().flat_map(|f| &f.items).collect();
        // Exported names have the first choice.
        items.sort_by_key(|i| match i {
            Item::Type(t) => !input.store().obj(t.obj).exported(),
            Item::Func(f) => input.hir.func(*f).obj.is_none_or(|o| !input.store().obj(o).exported()),
            Item::Const(_) | Item::Var(_) => false,
        });
        for item in items {
            name_item(input, &mut names, &mut types, &mut values, item);
        }
        names.types_taken.extend(types);
        names.values_taken.extend(values);
    }
    name_methods(input, &mut names);
    local_items(input, &mut names);
    names
}

fn name_item(
    input: Input<'_>,
    names: &mut Names,
    types: &mut FxHashSet<String>,
    values: &mut FxHashSet<String>,
    item: &Item,
) {
    let store = input.store();
    match item {
        Item::Type(t) => {
            let wanted = upper_camel(&store.obj(t.obj).name);
            // A tuple struct is a function too.
            let tuple = !t.alias && !matches!(store.under(t.ty), Type::Struct(_) | Type::Interface(_));
            let name = unique(wanted, |n| {
                RESERVED_TYPES.contains(&n) || types.contains(n) || (tuple && values.contains(n))
            });
            types.insert(name.clone());
            if tuple {
                values.insert(name.clone());
            }
            names.objects.insert(t.obj, name);
        }
        Item::Func(f) => {
            let func = input.hir.func(*f);
            if func.recv.is_none() {
                // A blank function cannot be called, but it is checked.
                let wanted = if &*func.name == "_" {
                    "blank".into()
                } else {
                    snake(&func.name)
                };
                let is_main = &*func.name == "main";
                names.funcs[f.index()] = unique(wanted, |n| {
                    (!is_main && RESERVED_FUNCS.contains(&n)) || !values.insert(n.to_owned())
                });
            }
        }
        Item::Const(c) => {
            for obj in &c.objs {
                let name = unique(screaming(&store.obj(*obj).name), |n| !values.insert(n.to_owned()));
                names.objects.insert(*obj, name);
            }
        }
        Item::Var(v) => {
            for global in &v.globals {
                let global = input.hir.global(*global);
                let name = unique(screaming(&global.name), |n| !values.insert(n.to_owned()));
                names.objects.insert(global.obj, name);
            }
        }
    }
}

/// Methods: one namespace per receiver type.
fn name_methods(input: Input<'_>, names: &mut Names) {
    let mut taken: FxHashSet<(Option<ObjId>, String)> = FxHashSet::default();
    for func in &input.hir.funcs {
        let Some(recv) = func.recv else { continue };
        let ty = input.hir.local(recv).ty;
        let base = input.pointee(ty).unwrap_or(ty);
        let owner = match input.store().get(base) {
            crate::types::Type::Named(n) => Some(n.obj),
            _ => None,
        };
        let wanted = if &*func.name == "_" {
            "blank".into()
        } else {
            method(&func.name)
        };
        names.funcs[func.id.index()] = unique(wanted, |n| !taken.insert((owner, n.to_owned())));
    }
}

/// Constants and types declared in functions.
fn local_items(input: Input<'_>, names: &mut Names) {
    struct Find<'a, 'n> {
        input: Input<'a>,
        names: &'n mut Names,
    }
    impl<'p> crate::hir::visit::Visitor<'p> for Find<'_, '_> {
        fn stmt(&mut self, stmt: &'p crate::hir::Stmt) {
            match &stmt.kind {
                StmtKind::Const(c) => {
                    for obj in &c.objs {
                        let name = screaming(&self.input.store().obj(*obj).name);
                        let values = &self.names.values_taken;
                        let name = unique(name, |n| values.contains(n));
                        self.names.objects.insert(*obj, name);
                    }
                }
                StmtKind::Type(t) => {
                    let wanted = upper_camel(&self.input.store().obj(t.obj).name);
                    let name = self.names.claim_type(&wanted);
                    self.names.objects.insert(t.obj, name);
                }
                _ => {}
            }
            crate::hir::visit::walk_stmt(self, stmt);
        }
    }
    let mut find = Find { input, names };
    for func in &input.hir.funcs {
        if let Some(body) = &func.body {
            crate::hir::visit::Visitor::block(&mut find, body);
        }
    }
}

/// The wanted name, or with an underscore, or with a number, until `taken` says no.
pub fn unique(wanted: String, mut taken: impl FnMut(&str) -> bool) -> String {
    if !taken(&wanted) {
        return wanted;
    }
    for i in 1.. {
        let name = if i == 1 {
            format!("{wanted}_")
        } else {
            format!("{wanted}{i}")
        };
        if !taken(&name) {
            return name;
        }
    }
    wanted
}

/// A method's name.
pub fn method(name: &str) -> String {
    let name = snake(name);
    if RESERVED_METHODS.contains(&name.as_str()) {
        format!("{name}_")
    } else {
        name
    }
}

/// A field's name.
pub fn field(name: &str) -> String {
    snake(name)
}

/// Whether a local of that name would hide a prelude function.
pub fn is_reserved_local(name: &str) -> bool {
    RESERVED_FUNCS.contains(&name)
}

/// The name of a library object in the runtime's modules.
pub fn library_func(name: &str) -> String {
    snake(name)
}

/// `parseURLPath` → `parse_url_path`, keywords with an underscore behind.
pub fn snake(name: &str) -> String {
    let mut out = words(name).join("_");
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    if KEYWORDS.contains(&out.as_str()) {
        format!("{out}_")
    } else {
        out
    }
}

/// `maxSize` → `MAX_SIZE`
pub fn screaming(name: &str) -> String {
    let out = words(name).join("_").to_uppercase();
    if out.is_empty() {
        name.to_owned()
    } else if out.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{out}")
    } else {
        out
    }
}

/// `httpServer` → `HttpServer`; a name that is in camel case already keeps its letters.
pub fn upper_camel(name: &str) -> String {
    let mut out = String::new();
    for part in name.split('_').filter(|p| !p.is_empty()) {
        let mut chars = part.chars();
        if let Some(first) = chars.next() {
            out.extend(first.to_uppercase());
            out.push_str(chars.as_str());
        }
    }
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, 'T');
    }
    out
}

/// The words of a Go name, in lower case. Letters and digits stay together (`utf8`, `int64`).
fn words(name: &str) -> Vec<String> {
    let name = name
        .replace("NaN", "Nan")
        .replace("RLock", "Rlock")
        .replace("RUnlock", "Runlock")
        .replace("RWMutex", "Rwmutex");
    let chars: Vec<char> = name.chars().collect();
    let mut out: Vec<String> = Vec::new();
    let mut word = String::new();
    for (i, &c) in chars.iter().enumerate() {
        if c == '_' {
            if !word.is_empty() {
                out.push(std::mem::take(&mut word));
            }
            continue;
        }
        let prev = i.checked_sub(1).and_then(|j| chars.get(j)).copied();
        let next = chars.get(i + 1).copied();
        let starts = c.is_uppercase()
            && (prev.is_some_and(|p| p.is_lowercase() || p.is_ascii_digit())
                || (prev.is_some_and(char::is_uppercase) && next.is_some_and(char::is_lowercase)));
        if starts && !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        word.extend(c.to_lowercase());
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// The key of an anonymous type's name.
pub type Anonymous = FxHashMap<TypeId, String>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_rusts_convention() {
        for (go, rust) in [
            ("parseURLPath", "parse_url_path"),
            ("ID", "id"),
            ("x", "x"),
            ("type", "type_"),
            ("utf8Len", "utf8_len"),
            ("HTTPServer", "http_server"),
            ("max_size", "max_size"),
            ("numCPU", "num_cpu"),
            ("_", "_"),
        ] {
            assert_eq!(snake(go), rust, "{go}");
        }
        assert_eq!(screaming("maxSize"), "MAX_SIZE");
        assert_eq!(screaming("_64bit"), "_64BIT");
        assert_eq!(upper_camel("httpServer"), "HttpServer");
        assert_eq!(upper_camel("max_size"), "MaxSize");
    }
}
