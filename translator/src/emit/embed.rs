//! Files that variables hold: `//go:embed`.
//!
//! In: files with their paths below the package. Out: expressions that include them, and where the crate keeps them.
//! Invariants: a file lies in the folder [`FOLDER`] beside the module that includes it, under its own path.

use super::Emitter;
use super::code::Code;
use super::file::Asset;
use crate::hir::{Expr, ExprKind};
use crate::load::EmbeddedFile;
use crate::types::{Type, TypeId};

/// The folder beside a module's own file.
const FOLDER: &str = "embedded";

impl<'a> Emitter<'a> {
    /// What a variable holds of its files.
    pub(super) fn embedded(&self, files: &[EmbeddedFile], e: &Expr) -> Code {
        let store = self.input.store();
        let included = |file: &EmbeddedFile| super::constant::quote(&format!("{FOLDER}/{}", file.path));
        match (store.under(e.ty), files) {
            (Type::Basic(_), [file]) => {
                let text = match std::str::from_utf8(&file.bytes) {
                    Ok(_) => format!("str(include_str!({}))", included(file)),
                    Err(_) => format!("GoString::from(include_bytes!({}).to_vec())", included(file)),
                };
                self.wrapped(Code::postfix(text), e.ty)
            }
            (Type::Slice(TypeId::UINT8), [file]) => {
                let bytes = format!("Slice::from(include_bytes!({}).to_vec())", included(file));
                self.wrapped(Code::postfix(bytes), e.ty)
            }
            (Type::Struct(_), _) => {
                let each = files.iter().map(|file| {
                    let path = super::constant::quote(&file.path);
                    format!("({path}, include_bytes!({}))", included(file))
                });
                let files = each.collect::<Vec<_>>().join(", ");
                Code::postfix(format!("{}::of(&[{files}])", self.ty_expr(e.ty)))
            }
            _ => self.unsupported("the embedding of these files", e.span, e.ty),
        }
    }

    /// The files that the modules include.
    pub(super) fn assets(&self) -> Vec<Asset> {
        let mut out = Vec::new();
        for (package, id) in self.input.hir.packages.iter().zip(&self.input.types.order) {
            let modules = self.module_folder(*id);
            for init in &package.inits {
                let ExprKind::Embedded(files) = &init.value.kind else {
                    continue;
                };
                out.extend(files.iter().map(|file| Asset {
                    path: format!("{modules}{FOLDER}/{}", file.path),
                    bytes: file.bytes.clone(),
                }));
            }
        }
        out.sort_by(|a, b| a.path.cmp(&b.path));
        out.dedup();
        out
    }
}
