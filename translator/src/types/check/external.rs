//! Functions that are implemented outside Go: a declaration without a body, and `//go:linkname`.
//!
//! In: a package of the user's. Out: an error where Go's compiler, not its checker, refuses one.
//! Invariants: beside an assembler or object file every function may lack its body; what is generic or `init` never.

use super::super::model::*;
use super::Checker;
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{self, Decl, Name};

/// `//go:linkname local other.org/package.name`
struct Link<'a> {
    local: &'a str,
    span: Span,
}

impl<'a> Checker<'a> {
    /// A declaration without a body is of a function that is implemented outside Go.
    ///
    /// Spec: Function declarations.
    pub(super) fn external_functions(&mut self, pkg: PackageId) {
        let Some(package) = self.shared.loaded.get(pkg.0 as usize) else {
            return;
        };
        let mut linked: Vec<Name> = Vec::new();
        for file in &package.files {
            for link in links(file) {
                if !file.imports.iter().any(|s| &*s.path == "unsafe") {
                    // Beyond the spec: cmd/compile, `//go:linkname`.
                    let text = "`//go:linkname` is only allowed in files that import `unsafe`";
                    self.err(link.span, Code::INVALID_DECL, text);
                    continue;
                }
                let object = self.pkg(pkg).and_then(|p| p.names.get(link.local));
                match object.map(|o| self.s.obj(*o).kind.clone()) {
                    Some(ObjKind::Func { .. } | ObjKind::Var(_)) => linked.push(link.local.into()),
                    // Before Go 1.18 such a link had no effect.
                    _ if package.go_version < (1, 18) => {}
                    _ => {
                        // Beyond the spec: cmd/compile, `//go:linkname`.
                        let text = "`//go:linkname` must refer to a declared function or variable";
                        self.err(link.span, Code::INVALID_DECL, text);
                    }
                }
            }
        }
        let functions = package.files.iter().flat_map(|f| &f.decls).filter_map(|d| match d {
            Decl::Func(d) if d.body.is_none() => Some(d),
            _ => None,
        });
        for d in functions {
            let is_linked = d.recv.is_none() && linked.contains(&d.name.name);
            if d.type_params.is_some() {
                // Beyond the spec: go/types, a generic function is written in Go.
                self.err(
                    d.name.span,
                    Code::MISSING_BODY,
                    "generic function is missing function body",
                );
            } else if !package.assembly && !is_linked && &*d.name.name != "init" {
                // Spec: Function declarations.
                // Beyond the spec: cmd/compile, where a body may be missing.
                self.err(d.name.span, Code::MISSING_BODY, "missing function body");
            }
        }
    }
}

/// The links of a file: comments that stand alone on their lines.
fn links(file: &ast::File) -> impl Iterator<Item = Link<'_>> {
    file.comments.iter().filter(|c| c.alone).filter_map(|c| {
        let mut words = c.text.strip_prefix("//go:linkname ")?.split_whitespace();
        let local = words.next()?;
        let fits = words.next().is_none_or(|_| words.next().is_none());
        fits.then_some(Link { local, span: c.span })
    })
}
