//! Collecting a package's objects: imports, package-level names, methods by receiver.
//!
//! In: a package's files. Out: objects that are resolved when first used.
//! Invariants: nothing is typed here; method objects stand on their receiver's named type before it is resolved.

use super::super::info::Initializer;
use super::super::model::*;
use super::{Checker, Color, DeclInfo, DeclKind, ScopeId};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{self, Decl, Expr, ExprKind, GenKind, Ident, Name};
use rustc_hash::FxHashMap;
use std::sync::Arc;

impl<'a> Checker<'a> {
    /// Collects all objects of a package; gives those declared at package level, methods included, in source order.
    ///
    /// Spec: Declarations and scope; Package initialization.
    pub(super) fn collect_package(&mut self, pkg: PackageId) -> Vec<ObjId> {
        if let Some(p) = self.pkg_mut(pkg) {
            p.collected = true;
        }
        let scope = self.pkg_scope(pkg);
        let mut all = Vec::new();
        let mut methods: Vec<(&'a ast::FuncDecl, ScopeId)> = Vec::new();
        let mut files: Vec<(&'a ast::File, ScopeId)> = Vec::new();
        for file in self.files(pkg) {
            let file_scope = self.new_scope(Some(scope));
            for decl in &file.decls {
                match decl {
                    Decl::Func(d) if d.recv.is_some() => methods.push((d, file_scope)),
                    Decl::Func(d) => {
                        let kind = ObjKind::Func {
                            is_method: false,
                            ptr_recv: false,
                        };
                        let special = matches!(&*d.name.name, "init" | "_");
                        if special && &*d.name.name == "init" && d.body.is_none() {
                            // Beyond the spec: go/types, `init` has a body.
                            self.err(d.name.span, Code::INVALID_DECL, "func `init` must have a body");
                        }
                        all.push(self.package_object(&d.name, kind, DeclKind::Func(d), pkg, file_scope, !special));
                    }
                    Decl::Gen(g) => self.collect_gen(g, pkg, file_scope, &mut all),
                }
            }
            files.push((file, file_scope));
        }
        // A file's imports may clash with what any other file declares.
        for (file, scope) in files {
            self.collect_imports(file, pkg, scope);
        }
        self.collect_methods(methods, pkg, &mut all);
        all
    }

    /// An object of the package block; `init` and `_` are in none.
    ///
    /// Spec: Declarations and scope; Blank identifier.
    fn package_object(
        &mut self,
        id: &'a Ident,
        kind: ObjKind,
        decl: DeclKind<'a>,
        pkg: PackageId,
        file_scope: ScopeId,
        in_scope: bool,
    ) -> ObjId {
        let mut object = Object::new(kind, id.name.clone(), Some(pkg), TypeId::INVALID, Some(id.span));
        object.package_level = true;
        let o = self.s.add_obj(object);
        self.decls.insert(
            o,
            DeclInfo {
                pkg,
                scope: file_scope,
                kind: decl,
            },
        );
        self.colors.insert(o, Color::White);
        self.info.defs.insert(id.id, o);
        let is_main = self.pkg(pkg).is_some_and(|p| &*p.name == "main");
        let is_func = matches!(self.s.obj(o).kind, ObjKind::Func { .. });
        if in_scope && &*id.name == "init" {
            // Spec: Package initialization.
            self.err(id.span, Code::INVALID_DECL, "cannot declare `init` - must be func");
        } else if in_scope && is_main && &*id.name == "main" && !is_func {
            // Spec: Program execution.
            self.err(id.span, Code::INVALID_DECL, "cannot declare `main` - must be func");
        } else if in_scope && &*id.name != "_" {
            match self.scope_insert(self.pkg_scope(pkg), &id.name, o) {
                Some(old) => self.redeclared(id, old),
                None => {
                    if let Some(p) = self.pkg_mut(pkg) {
                        p.names.insert(id.name.clone(), o);
                    }
                }
            }
        }
        o
    }

    /// The objects of a declaration that is no function.
    ///
    /// Spec: Constant declarations; Type declarations; Variable declarations.
    fn collect_gen(&mut self, g: &'a ast::GenDecl, pkg: PackageId, scope: ScopeId, all: &mut Vec<ObjId>) {
        match &g.kind {
            GenKind::Import(_) => {}
            GenKind::Const(specs) => {
                for (id, decl) in self.const_decls(specs) {
                    all.push(self.package_object(id, ObjKind::Const { value: None }, decl, pkg, scope, true));
                }
            }
            GenKind::Type(specs) => {
                for s in specs {
                    let kind = ObjKind::TypeName { alias: s.alias };
                    all.push(self.package_object(&s.name, kind, DeclKind::Type(s), pkg, scope, true));
                }
            }
            GenKind::Var(specs) => {
                for s in specs {
                    let mut objs = Vec::new();
                    for (i, id) in s.names.iter().enumerate() {
                        let init = if s.values.len() == 1 {
                            s.values.first()
                        } else {
                            s.values.get(i)
                        };
                        let decl = DeclKind::Var {
                            ty: s.ty.as_ref(),
                            init,
                            lhs: None,
                        };
                        objs.push(self.package_object(id, ObjKind::Var(VarKind::Global), decl, pkg, scope, true));
                    }
                    if s.values.len() == 1 && s.names.len() > 1 {
                        let shared: Arc<[ObjId]> = objs.clone().into();
                        for o in &objs {
                            if let Some(DeclInfo {
                                kind: DeclKind::Var { lhs, .. },
                                ..
                            }) = self.decls.get_mut(o)
                            {
                                *lhs = Some(shared.clone());
                            }
                        }
                    } else {
                        self.value_count(s);
                    }
                    all.extend(objs);
                }
            }
        }
    }

    /// Reports specs whose names and values do not pair.
    ///
    /// Spec: Variable declarations.
    pub(super) fn value_count(&mut self, s: &'a ast::VarSpec) {
        let (l, r) = (s.names.len(), s.values.len());
        if r == 0 && s.ty.is_none() {
            // Where the type should be.
            let start = s.names.last().map_or(s.span.end, |n| n.span.end);
            let at = Span::new(s.span.file, start, start + 1);
            self.err(at, Code::INVALID_DECL, "missing type or init expr");
        } else if r > 0 && r < l {
            if let Some(n) = s.names.get(r) {
                self.err(
                    n.span,
                    Code::ASSIGN_COUNT,
                    format!("missing init expr for `{}`", n.name),
                );
            }
        } else if r > l
            && let Some(e) = s.values.get(l)
        {
            let text = format!("extra init expr `{}`", self.text(e));
            self.err(e.span, Code::ASSIGN_COUNT, text);
        }
    }

    /// The constants of a declaration, with implicit repetition.
    ///
    /// Spec: Constant declarations.
    pub(super) fn const_decls(&mut self, specs: &'a [ast::ConstSpec]) -> Vec<(&'a Ident, DeclKind<'a>)> {
        let mut out = Vec::new();
        let mut last: (Option<&'a Expr>, &'a [Expr]) = (None, &[]);
        for s in specs {
            let mut inherited = true;
            if s.ty.is_some() || !s.values.is_empty() {
                last = (s.ty.as_ref(), &s.values);
                inherited = false;
            }
            if inherited
                && last.1.len() > s.names.len()
                && let Some(id) = s.names.first()
            {
                self.err(
                    id.span,
                    Code::ASSIGN_COUNT,
                    "extra init expr in repeated expression list",
                );
            }
            for (i, id) in s.names.iter().enumerate() {
                let init = last.1.get(i);
                if init.is_none() {
                    self.err(
                        id.span,
                        Code::ASSIGN_COUNT,
                        format!("missing init expr for `{}`", id.name),
                    );
                }
                let kind = DeclKind::Const {
                    ty: last.0,
                    init,
                    iota: s.iota,
                    at: id.span,
                    inherited,
                };
                out.push((id, kind));
            }
            if s.values.len() > s.names.len()
                && let Some(e) = s.values.get(s.names.len())
            {
                self.err(e.span, Code::ASSIGN_COUNT, "extra init expr");
            }
        }
        out
    }

    /// The names that imports declare in their file's block.
    ///
    /// Spec: Import declarations.
    fn collect_imports(&mut self, file: &'a ast::File, pkg: PackageId, scope: ScopeId) {
        for spec in &file.imports {
            let target = self.import(&spec.path, spec.path_span);
            let std = self.pkg(pkg).is_some_and(|p| p.stdlib);
            let Some(p) = self.pkg_mut(pkg) else {
                continue;
            };
            if !p.imports.contains(&target) {
                p.imports.push(target);
            }
            let own_name = self.pkg(target).map_or("_".into(), |p| p.name.clone());
            let name: Name = spec.name.as_ref().map_or(own_name.clone(), |n| n.name.clone());
            if &*name == "init" {
                // Spec: Package initialization.
                let text = "cannot import package as `init` - `init` must be a func";
                self.err(spec.span, Code::INVALID_DECL, text);
                continue;
            }
            let kind = ObjKind::PkgName { imported: target };
            let o = Object::new(kind, name.clone(), Some(pkg), TypeId::INVALID, Some(spec.span));
            let o = self.s.add_obj(o);
            match &spec.name {
                Some(n) => self.info.defs.insert(n.id, o),
                None => self.info.implicits.insert(spec.id, o),
            }
            let shown: Name = if name == own_name || &*name == "." {
                spec.path.clone()
            } else {
                format!("{} as {name}", spec.path).into()
            };
            if !std
                && &*name != "_"
                && let Some(p) = self.pkg_mut(pkg)
            {
                p.import_objs.push((o, spec.span, shown));
            }
            match &*name {
                "_" => self.ensure_collected(target),
                "." => {
                    self.ensure_collected(target);
                    let mut names: Vec<_> = match self.pkg(target) {
                        Some(p) => p
                            .names
                            .iter()
                            .filter(|(n, _)| is_exported(n))
                            .map(|(n, o)| (n.clone(), *o))
                            .collect(),
                        None => Vec::new(),
                    };
                    names.sort();
                    for (n, o) in names {
                        self.import_name(spec, &n, o, pkg, scope);
                    }
                }
                _ => self.import_name(spec, &name, o, pkg, scope),
            }
        }
    }

    /// A name of a file's block, which neither it nor the package's has yet.
    ///
    /// Spec: Import declarations; Declarations and scope.
    fn import_name(&mut self, spec: &'a ast::ImportSpec, name: &Name, o: ObjId, pkg: PackageId, scope: ScopeId) {
        if self.scope_insert(scope, name, o).is_some() {
            // Spec: Declarations and scope.
            self.err(spec.span, Code::DUPLICATE, format!("`{name}` redeclared in this block"));
        }
        let package = self.scopes.get(self.pkg_scope(pkg).0 as usize);
        let clash = package.and_then(|s| s.names.get(name)).copied();
        let std = self.pkg(pkg).is_some_and(|p| p.stdlib);
        if let (Some(old), false) = (clash, std) {
            let span = self.s.obj(old).span.unwrap_or(spec.span);
            // Spec: Import declarations; Declarations and scope.
            let text = format!("`{name}` already declared through import of package");
            self.err(span, Code::DUPLICATE, text);
        }
    }

    /// Reports imports whose packages nothing refers to.
    ///
    /// Spec: Import declarations.
    pub(super) fn unused_imports(&mut self, pkg: PackageId) {
        let imports = self.pkg(pkg).map_or(Vec::new(), |p| p.import_objs.clone());
        for (o, span, shown) in imports {
            let unknown = match self.s.obj(o).kind {
                ObjKind::PkgName { imported } => self.pkg(imported).is_some_and(|p| p.unknown),
                _ => false,
            };
            let broken = |f: &ast::File| f.id == span.file && !f.broken.is_empty();
            let files = self.shared.loaded.get(pkg.0 as usize).map_or(&[][..], |p| &p.files);
            if !self.used.contains(&o) && !unknown && !files.iter().any(broken) {
                self.err(span, Code::UNUSED_IMPORT, format!("`{shown}` imported and not used"));
            }
        }
    }

    /// Methods stand with the type that is their receiver's base, each name once.
    ///
    /// Spec: Method declarations.
    fn collect_methods(&mut self, methods: Vec<(&'a ast::FuncDecl, ScopeId)>, pkg: PackageId, all: &mut Vec<ObjId>) {
        let mut by_base: FxHashMap<ObjId, Vec<ObjId>> = FxHashMap::default();
        for (d, scope) in methods {
            let recv = d.recv.as_ref().and_then(|r| r.fields.first()).map(|f| &f.ty);
            let (star, base) = recv.map_or((false, None), receiver_base);
            let base = base.and_then(|b| self.alias_target(b, pkg));
            let ptr = star || base.is_some_and(|b| b.1);
            // A pointer to a pointer has no methods.
            let base = base.filter(|b| !(star && b.1)).map(|b| b.0);
            let kind = ObjKind::Func {
                is_method: true,
                ptr_recv: ptr,
            };
            let m = self.package_object(&d.name, kind, DeclKind::Func(d), pkg, scope, false);
            all.push(m);
            if let Some(base) = base
                && &*d.name.name != "_"
            {
                let list = by_base.entry(base).or_default();
                let same = list.iter().copied().find(|o| self.s.obj(*o).name == d.name.name);
                match same {
                    Some(old) => {
                        let text = format!("method `{}.{}` already declared", self.s.obj(base).name, d.name.name);
                        self.err(d.name.span, Code::DUPLICATE, text);
                        if let (Some(at), Some(diag)) = (self.s.obj(old).span, self.diags.last_mut()) {
                            *diag = diag.clone().label(at, "first declared here");
                        }
                    }
                    None => list.push(m),
                }
            }
        }
        for (base, list) in by_base {
            self.pending_methods(base, list);
        }
    }

    /// Why a receiver's base name, an alias, may have no methods: it must denote a defined type or a pointer to one, and no
    /// instance of a generic type.
    ///
    /// Spec: Method declarations; Alias declarations.
    pub(super) fn alias_without_methods(&self, id: &Ident) -> Option<String> {
        let mut o = self.lookup(&id.name)?;
        for _ in 0..100 {
            let Some(DeclKind::Type(s)) = self.decls.get(&o).map(|d| &d.kind) else {
                return None;
            };
            if !s.alias {
                return None;
            }
            if s.type_params.is_some() {
                return Some(format!(
                    "cannot define new methods on generic alias type `{}`",
                    s.name.name
                ));
            }
            if is_instance(&s.ty) {
                let text = self.text(&s.ty);
                return Some(format!(
                    "cannot define new methods on instantiated type `{}`",
                    text.trim_start_matches(['*', '('])
                ));
            }
            o = self.lookup(&receiver_base(&s.ty).1?.name)?;
        }
        None
    }

    /// The type declaration a receiver's base name means, through aliases in the package, and whether one of these is a
    /// pointer.
    ///
    /// Spec: Method declarations; Alias declarations.
    fn alias_target(&self, id: &Ident, pkg: PackageId) -> Option<(ObjId, bool)> {
        let scope = self.scopes.get(self.pkg_scope(pkg).0 as usize)?;
        let mut o = *scope.names.get(&id.name)?;
        let mut stars = 0;
        for _ in 0..100 {
            match self.decls.get(&o).map(|d| &d.kind) {
                Some(DeclKind::Type(s)) if s.alias => {
                    let (star, next) = receiver_base(&s.ty);
                    stars += usize::from(star);
                    let next = next.filter(|_| s.type_params.is_none() && stars < 2);
                    let next = next.filter(|_| !is_instance(&s.ty))?;
                    o = *scope.names.get(&next.name)?;
                }
                Some(DeclKind::Type(_)) => return Some((o, stars == 1)),
                _ => return None,
            }
        }
        None
    }

    /// Makes the named type of a declaration ahead of its resolution and gives it its methods.
    fn pending_methods(&mut self, base: ObjId, methods: Vec<ObjId>) {
        let t = self.named_for(base);
        self.s.update_type(t, |t| {
            if let Type::Named(n) = t {
                n.methods = methods;
            }
        });
    }

    /// The named type of a type name, made when first asked for.
    pub(super) fn named_for(&mut self, o: ObjId) -> TypeId {
        let t = self.s.obj_type(o);
        if t != TypeId::INVALID {
            return t;
        }
        let t = self.s.push(Type::Named(Named {
            obj: o,
            origin: None,
            type_params: Vec::new(),
            type_args: Vec::new(),
            underlying: None,
            methods: Vec::new(),
        }));
        self.s.update_obj(o, |o| o.ty = t);
        t
    }

    pub(super) fn add_initializer(&mut self, pkg: PackageId, lhs: Vec<ObjId>, rhs: ast::NodeId) {
        if let Some(p) = self.pkg_mut(pkg) {
            p.init_order.push(Initializer { lhs, rhs });
        }
    }

    pub(super) fn span_of(&self, o: ObjId) -> Span {
        self.s.obj(o).span.unwrap_or(Span::new(crate::source::FileId(0), 0, 0))
    }
}

/// Whether a type with or without a star is an instance.
pub(super) fn is_instance(e: &Expr) -> bool {
    match &e.unparen().kind {
        ExprKind::Star(x) => is_instance(x),
        ExprKind::Index(..) => true,
        _ => false,
    }
}

/// `*T[P]` is `(true, T)`.
///
/// Spec: Method declarations.
pub(super) fn receiver_base(e: &Expr) -> (bool, Option<&Ident>) {
    let e = e.unparen();
    match &e.kind {
        ExprKind::Star(x) => (true, receiver_base(x).1),
        ExprKind::Index(x, _) => (false, receiver_base(x).1),
        ExprKind::Ident(i) => (false, Some(i)),
        _ => (false, None),
    }
}
