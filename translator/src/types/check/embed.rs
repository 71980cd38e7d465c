//! `//go:embed`: what Go's compiler, not its checker, refuses.
//!
//! In: a package of the user's, checked. Out: an error for each directive that stands where no file can be embedded.
//! Invariants: whether the files are there is not asked.

use super::super::model::*;
use super::Checker;
use crate::diagnostic::Code;
use crate::syntax::embed::{Embed, Target, embeds};

impl<'a> Checker<'a> {
    /// A directive stands above one variable of the package that has no value, and whose type holds files.
    ///
    /// Beyond the spec: cmd/compile, `//go:embed`.
    pub(super) fn embedded_files(&mut self, pkg: PackageId) {
        let Some(package) = self.shared.loaded.get(pkg.0 as usize) else {
            return;
        };
        for file in &package.files {
            let imported = file.imports.iter().any(|s| &*s.path == "embed");
            for embed in embeds(file) {
                if let Some(why) = self.not_embeddable(&embed, imported, package.go_version) {
                    // Beyond the spec: cmd/compile, `//go:embed`.
                    self.err(embed.span, Code::INVALID_DECL, why);
                }
            }
        }
    }

    fn not_embeddable(&self, embed: &Embed<'_>, imported: bool, version: (u32, u32)) -> Option<String> {
        let text = match embed.target {
            _ if embed.patterns.is_empty() => "`//go:embed` names no files",
            Target::Other => "misplaced `//go:embed`: no variable of the package follows",
            _ if !imported => "`//go:embed` is only allowed in files that import `embed`",
            Target::Inside => "`//go:embed` cannot apply to a variable inside a function",
            Target::Vars(spec) if spec.names.len() > 1 => "`//go:embed` cannot apply to several variables",
            Target::Vars(spec) if !spec.values.is_empty() => "`//go:embed` cannot apply to a variable with a value",
            Target::Vars(_) if version < (1, 16) => "`//go:embed` requires go1.16 or later",
            Target::Vars(spec) => {
                let object = spec.names.first().and_then(|n| self.info.defs.get(n.id));
                let ty = object.map_or(TypeId::INVALID, |o| self.s.obj_type(*o));
                if ty == TypeId::INVALID || self.holds_files(ty) {
                    return None;
                }
                return Some(format!(
                    "`//go:embed` cannot apply to a variable of type {}",
                    self.type_str(ty)
                ));
            }
        };
        Some(text.into())
    }

    /// A string, bytes, or the library's type for many files itself.
    fn holds_files(&self, ty: TypeId) -> bool {
        if let Type::Named(n) = self.s.get(ty) {
            let obj = self.s.obj(n.obj);
            let path = obj.pkg.and_then(|p| self.pkg(p)).map(|p| &*p.path);
            if &*obj.name == "FS" && path == Some("embed") {
                return true;
            }
        }
        match self.s.under(ty) {
            Type::Basic(BasicKind::String) => true,
            Type::Slice(e) => matches!(self.s.under(*e), Type::Basic(BasicKind::Uint8)),
            _ => false,
        }
    }
}
