//! Files: which items go where, imports, modules, and the crate's root.

use super::comments::Markers;
use super::{Emitter, format};
use crate::diagnostic::{Code, Diagnostic};
use crate::guard;
use crate::hir::{self, FuncId, Item};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::PackageId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A crate as text.
#[derive(Debug, Default, Clone)]
pub struct Output {
    /// In path order.
    pub files: Vec<OutputFile>,
    /// What they include, in path order.
    pub assets: Vec<Asset>,
    /// It has a `main`.
    pub is_binary: bool,
    /// `main` must be awaited.
    pub main_is_async: bool,
}

/// One file of the crate.
#[derive(Debug, Clone)]
pub struct OutputFile {
    /// Relative to `src`, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A file that one of the crate's includes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Relative to `src`, with `/`.
    pub path: String,
    /// What is in it.
    pub bytes: Arc<[u8]>,
}

impl<'a> Emitter<'a> {
    /// The folder of a package's modules below `src`, with a `/` at its end unless it is `src` itself.
    pub(super) fn module_folder(&self, package: PackageId) -> String {
        let modules = self.modules_of(package);
        modules.iter().map(|module| format!("{module}/")).collect()
    }

    /// The module path of a package: the root for the last one, else its path below the module.
    pub(super) fn module_path(&self, package: PackageId) -> String {
        let modules = self.modules_of(package);
        let mut path = self.options.root.clone();
        for module in modules {
            path.push_str("::");
            path.push_str(&module);
        }
        path
    }

    /// `crate::`-like prefix of the root module.
    pub(super) fn root_prefix(&self) -> String {
        format!("{}::", self.options.root)
    }

    /// The modules that lead to a package: none for the root package.
    fn modules_of(&self, package: PackageId) -> Vec<String> {
        let root = self.root_package();
        if Some(package) == root {
            return Vec::new();
        }
        let path_of = |p: PackageId| self.input.types.package(p).map_or("", |p| &*p.path).to_owned();
        let path = path_of(package);
        let root_path = root.map(path_of).unwrap_or_default();
        // What the import paths share is the module's own name.
        let shared = root_path
            .split('/')
            .zip(path.split('/'))
            .take_while(|(a, b)| a == b)
            .count();
        let mut modules: Vec<String> = path.split('/').skip(shared).map(module_name).collect();
        if modules.is_empty() {
            modules.push(module_name(path.rsplit('/').next().unwrap_or("package")));
        }
        modules
    }

    /// The package that becomes the crate's root: `main`, or the last.
    fn root_package(&self) -> Option<PackageId> {
        self.input.types.order.last().copied()
    }

    /// All files.
    pub(super) fn output(&self) -> Output {
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        let mut children: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
        let root = self.root_package();
        let is_binary = self.input.hir.packages.last().is_some_and(|p| p.main.is_some());
        for (i, package) in self.input.hir.packages.iter().enumerate() {
            let Some(&id) = self.input.types.order.get(i) else {
                continue;
            };
            let modules = if Some(id) == root {
                Vec::new()
            } else {
                self.modules_of(id)
            };
            for depth in 0..modules.len() {
                let (parent, child) = (modules[..depth].to_vec(), modules[depth].clone());
                let list = children.entry(parent).or_default();
                if !list.contains(&child) {
                    list.push(child);
                }
            }
            self.package_files(i, package, id, &modules, &mut files, &mut children);
        }
        self.finish(files, children, is_binary)
    }

    /// Prints each Go file, and the module's own file.
    fn package_files(
        &self,
        index: usize,
        package: &'a hir::Package,
        id: PackageId,
        modules: &[String],
        files: &mut BTreeMap<String, String>,
        children: &mut BTreeMap<Vec<String>, Vec<String>>,
    ) {
        let is_root = modules.is_empty();
        let hir_id = hir::PackageId(index as u32);
        let is_binary = package.main.is_some();
        let sources = self.input.types.package(id).map_or(&[][..], |p| &p.files);
        let main_file = self.main_file(package);
        for (i, file) in package.files.iter().enumerate() {
            let Some(source) = sources.get(i) else { continue };
            {
                let mut state = self.state.borrow_mut();
                state.package = Some(id);
                state.imports.clear();
                state.arms.clear();
                state.next_temporary = 0;
            }
            let in_root_file = Some(i) == main_file;
            let extra = || {
                if in_root_file {
                    self.module_items(hir_id, is_root)
                } else {
                    String::new()
                }
            };
            let body = self.file_text(file, source, extra);
            let name = self.file_module(source);
            if in_root_file {
                let key = module_file(modules, is_binary);
                files.insert(key, body);
            } else {
                let list = children.entry(modules.to_vec()).or_default();
                list.push(format!("*{name}"));
                let folder = if modules.is_empty() {
                    String::new()
                } else {
                    format!("{}/", modules.join("/"))
                };
                files.insert(format!("{folder}{name}.rs"), body);
            }
        }
    }

    /// Which Go file's text becomes the module's own file: the one with `main`, or the only one.
    fn main_file(&self, package: &hir::Package) -> Option<usize> {
        let with_main = package.main.and_then(|main| {
            package
                .files
                .iter()
                .position(|f| f.items.iter().any(|i| matches!(i, Item::Func(f) if *f == main)))
        });
        with_main.or(if package.files.is_empty() { None } else { Some(0) })
    }

    /// The Rust module of a Go file.
    fn file_module(&self, source: &ast::File) -> String {
        let path = self
            .input
            .types
            .sources
            .get(source.id)
            .map_or("file.go", |f| &f.path)
            .to_owned();
        let stem = path
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or("file")
            .trim_end_matches(".go")
            .to_owned();
        let name = module_name(&stem);
        if name == "main" || name == "lib" || name == "mod" {
            format!("{name}_")
        } else {
            name
        }
    }

    /// What stands in a package's own module besides its Go file: initialisation and types without a name.
    fn module_items(&self, package: hir::PackageId, is_root: bool) -> String {
        let mut out = self.package_init(package);
        if is_root {
            out.push_str(&self.program_init());
            out.push_str(&self.anonymous_structs());
            out.push_str(&self.anonymous_traits());
        }
        out
    }

    /// One Go file as formatted Rust, without the crate's attributes and module declarations.
    fn file_text(&self, file: &'a hir::File, source: &'a ast::File, extra: impl Fn() -> String) -> String {
        let told = self.diagnostics.borrow().len();
        self.state.borrow_mut().one_by_one = false;
        let (mut pieces, mut start) = self.pieces(file, source, &extra);
        let markers = Markers {
            comments: &source.comments,
        };
        if let Ok(text) = self.format_pieces(&start, &pieces, &markers) {
            return text;
        }
        // Items are looked at one by one only when the file does not parse: it is printed again, and told of again.
        self.diagnostics.borrow_mut().truncate(told);
        {
            let mut state = self.state.borrow_mut();
            state.arms.clear();
            state.next_temporary = 0;
            state.one_by_one = true;
        }
        (pieces, start) = self.pieces(file, source, &extra);
        self.state.borrow_mut().one_by_one = false;
        pieces.retain(|(span, text)| match format::check_item(text) {
            Err(error) => {
                let defect = self.unparsable(*span, &error);
                self.diagnose(defect);
                false
            }
            Ok(()) => true,
        });
        self.format_pieces(&start, &pieces, &markers).unwrap_or_else(|error| {
            let defect = self.unparsable(file.package_clause, &error);
            self.diagnose(defect);
            String::new()
        })
    }

    fn format_pieces(
        &self,
        start: &str,
        pieces: &[(Span, String)],
        markers: &Markers<'_>,
    ) -> Result<String, syn::Error> {
        let text: String = std::iter::once(start).chain(pieces.iter().map(|p| &*p.1)).collect();
        format::format(&text, &self.state.borrow().arms, markers)
    }

    /// What a file is made of, each with the Go it is of, and what stands before it.
    fn pieces(
        &self,
        file: &'a hir::File,
        source: &'a ast::File,
        extra: &impl Fn() -> String,
    ) -> (Vec<(Span, String)>, String) {
        self.begin_comments(file.id, &source.comments);
        let mut pieces: Vec<(Span, String)> = Vec::new();
        let header = self.comments_before(file.package_clause.start);
        let mut items = file.items.iter().peekable();
        while let Some(item) = items.next() {
            let span = item.span(self.input.hir);
            let docs = self.item_docs(item, source);
            let mut before = self.comments_before(span.start);
            if let Item::Func(_) | Item::Type(_) = item {
                before.push_str("__gort_blank!();\n");
            } else {
                before.push_str(self.blank_before(span));
            }
            pieces.push((span, before));
            let mut apart = String::new();
            let text = self.guarded_item(span, || match item {
                Item::Const(c) => self.const_item(c, &docs),
                Item::Var(v) => self.var_item(v, &docs),
                Item::Type(t) => {
                    let text = self.type_item(t, &docs);
                    apart = self.guarded_item(span, || self.implementations_of(t));
                    text
                }
                Item::Func(f) => self.func_item(*f, &docs, source, &mut items),
            });
            let text = if text.trim().is_empty() && apart.is_empty() {
                self.docs_as_comments()
            } else {
                text
            };
            let lifted = std::mem::take(&mut self.state.borrow_mut().lifted);
            pieces.extend([(span, text), (span, apart), (span, lifted)]);
            self.printed_to(span.end);
        }
        pieces.push((file.package_clause, self.comments_before(u32::MAX)));
        pieces.push((file.package_clause, self.guarded_item(file.package_clause, extra)));
        let start = format!("{header}{}\n", self.imports_text());
        (pieces, start)
    }

    /// Prints an item; a defect costs that item and is told.
    fn guarded_item(&self, span: Span, print: impl FnOnce() -> String) -> String {
        guard::guarded("printing a declaration", || {
            guard::at(span);
            print()
        })
        .unwrap_or_else(|defect| {
            self.diagnose(defect);
            self.state.borrow_mut().give_up();
            String::new()
        })
    }

    /// A declaration whose text is not Rust: a defect of gort, told with the place, that must not cost the rest.
    pub(super) fn unparsable(&self, span: Span, error: &syn::Error) -> Diagnostic {
        let message = format!("gort wrote Rust that does not parse for this declaration: {error}");
        Diagnostic::error(Code::INTERNAL, span, message)
    }

    fn imports_text(&self) -> String {
        let state = self.state.borrow();
        let mut imports: Vec<_> = state.imports.iter().cloned().collect();
        imports.sort();
        let mut out = "use gort_runtime::prelude::*;\n".to_owned();
        for import in imports {
            out.push_str(&format!("use gort_runtime::pkg::{import};\n"));
        }
        out
    }

    /// The documentation above an item.
    fn item_docs(&self, item: &Item, source: &ast::File) -> String {
        let span = item.span(self.input.hir);
        for decl in &source.decls {
            match decl {
                ast::Decl::Func(f) if f.span == span => return self.docs(f.doc, &source.comments),
                ast::Decl::Gen(g) if g.span.contains(span) => return self.spec_docs(g, span, source),
                _ => {}
            }
        }
        String::new()
    }

    fn spec_docs(&self, decl: &ast::GenDecl, span: crate::source::Span, source: &ast::File) -> String {
        let own = |doc: ast::CommentGroup, spec: crate::source::Span| {
            (spec == span).then(|| {
                if doc.is_empty() && !decl.parenthesized {
                    decl.doc
                } else {
                    doc
                }
            })
        };
        let doc = match &decl.kind {
            ast::GenKind::Import(_) => None,
            ast::GenKind::Const(specs) => specs.iter().find_map(|s| own(s.doc, s.span)),
            ast::GenKind::Type(specs) => specs.iter().find_map(|s| own(s.doc, s.span)),
            ast::GenKind::Var(specs) => specs.iter().find_map(|s| own(s.doc, s.span)),
        };
        doc.map(|d| self.docs(d, &source.comments)).unwrap_or_default()
    }

    /// A function, or a run of methods of one type in an `impl` block.
    fn func_item(
        &self,
        id: FuncId,
        docs: &str,
        source: &'a ast::File,
        items: &mut std::iter::Peekable<std::slice::Iter<'a, Item>>,
    ) -> String {
        let func = self.input.hir.func(id);
        let Some(owner) = self.owner(func) else {
            let is_main = self.input.hir.packages.iter().any(|p| p.main == Some(id));
            let visibility = match func.obj {
                _ if is_main && self.options.entry_point => "",
                _ if is_main => "pub",
                Some(obj) => self.visibility(obj),
                None => "pub(crate)",
            };
            let attribute = if is_main && self.options.entry_point {
                "#[gort_runtime::main]\n"
            } else {
                ""
            };
            let visibility = if &*func.name == "init" {
                "pub(crate)"
            } else {
                visibility
            };
            return format!("{docs}{attribute}{}\n", self.function(func, visibility));
        };
        let mut methods = format!("{docs}{}\n", self.function(func, self.method_visibility(func)));
        while let Some(Item::Func(next)) = items.peek() {
            let next = self.input.hir.func(*next);
            if self.owner(next).as_ref() != Some(&owner) {
                break;
            }
            items.next();
            let docs = self.item_docs(&Item::Func(next.id), source);
            self.printed_to(func.span.end);
            methods.push_str(&self.comments_before(next.span.start));
            methods.push_str("__gort_blank!();\n");
            methods.push_str(&format!(
                "{docs}{}\n",
                self.function(next, self.method_visibility(next))
            ));
        }
        methods.push_str(&self.inner_comments(items));
        let bounds = self.where_clause(&self.receiver_params(func));
        format!("impl{} {} {bounds} {{ {methods} }}\n", owner.1, owner.0)
    }

    /// The type parameters that the declaration of a method's receiver type has.
    fn receiver_params(&self, func: &hir::Func) -> Vec<crate::types::TypeId> {
        let Some(recv) = func.recv else { return Vec::new() };
        let ty = self.input.hir.local(recv).ty;
        match self.input.store().get(self.input.pointee(ty).unwrap_or(ty)) {
            crate::types::Type::Named(n) => n.type_args.clone(),
            _ => Vec::new(),
        }
    }

    /// Comments behind the last method that stand before the next item stay outside.
    fn inner_comments(&self, _items: &std::iter::Peekable<std::slice::Iter<'a, Item>>) -> String {
        String::new()
    }

    fn method_visibility(&self, func: &hir::Func) -> &'static str {
        func.obj.map_or("pub(crate)", |o| self.visibility_of_method(o))
    }

    fn visibility_of_method(&self, obj: crate::types::ObjId) -> &'static str {
        if self.input.store().obj(obj).exported() {
            "pub"
        } else {
            "pub(crate)"
        }
    }

    /// The type that a method belongs to, as Rust writes it, and the generic parameters of the `impl`.
    fn owner(&self, func: &hir::Func) -> Option<(String, String)> {
        let recv = func.recv?;
        let ty = self.input.hir.local(recv).ty;
        let base = self.input.pointee(ty).unwrap_or(ty);
        Some((self.ty(base), self.generics(&func.type_params)))
    }

    /// Module declarations and the crate's attributes.
    fn finish(
        &self,
        mut files: BTreeMap<String, String>,
        children: BTreeMap<Vec<String>, Vec<String>>,
        is_binary: bool,
    ) -> Output {
        for (parent, names) in children {
            let key = module_file(&parent, is_binary && parent.is_empty());
            let mut head = String::new();
            for name in &names {
                match name.strip_prefix('*') {
                    Some(file) => head.push_str(&format!("mod {file};\n")),
                    None => head.push_str(&format!("pub mod {name};\n")),
                }
            }
            for name in names.iter().filter_map(|n| n.strip_prefix('*')) {
                head.push_str(&format!("pub use self::{name}::*;\n"));
            }
            let text = files.remove(&key).unwrap_or_default();
            files.insert(key, insert_modules(&text, &head));
            // Files of one package see each other.
            for name in names.iter().filter_map(|n| n.strip_prefix('*')) {
                let folder = if parent.is_empty() {
                    String::new()
                } else {
                    format!("{}/", parent.join("/"))
                };
                let key = format!("{folder}{name}.rs");
                let text = files.remove(&key).unwrap_or_default();
                files.insert(key, insert_modules(&text, "use super::*;\n"));
            }
        }
        let root = module_file(&[], is_binary);
        let text = files.remove(&root).unwrap_or_default();
        if self.options.entry_point {
            files.insert(root, insert_attributes(&text));
        } else {
            files.insert(root, text);
        }
        let files = files
            .into_iter()
            .map(|(path, text)| OutputFile { path, text })
            .collect();
        let main = self.input.hir.packages.last().and_then(|p| p.main);
        let init_async = self.needs_program_init() && self.program_init_is_async();
        let main_is_async = init_async || main.is_some_and(|m| self.plan.funcs[m.index()].is_async);
        Output {
            files,
            assets: self.assets(),
            is_binary,
            main_is_async,
        }
    }
}

/// The file that holds a module.
fn module_file(modules: &[String], is_binary: bool) -> String {
    if !modules.is_empty() {
        format!("{}/mod.rs", modules.join("/"))
    } else if is_binary {
        "main.rs".into()
    } else {
        "lib.rs".into()
    }
}

fn module_name(text: &str) -> String {
    let cleaned: String = text
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect();
    crate::plan::names::snake(&cleaned)
}

/// Module declarations come before the first `use`, behind the file's own comments.
fn insert_modules(text: &str, head: &str) -> String {
    let at = text.find("use gort_runtime::prelude").unwrap_or(0);
    format!("{}{head}\n{}", &text[..at], &text[at..])
}

/// The crate's attributes come first of all that is not a comment.
fn insert_attributes(text: &str) -> String {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !line.starts_with("//") && !line.trim().is_empty() {
            break;
        }
        at += line.len();
    }
    format!("{}#![forbid(unsafe_code)]\n\n{}", &text[..at], &text[at..])
}
