//! Types as text, as `go/types.TypeString` writes them with package names.
//!
//! In: a type id. Out: text for messages.
//! Invariants: recursion ends, since recursive types go through names.

use super::model::*;
use super::store::TypeStore;
use std::fmt::Write;

impl TypeStore {
    /// The type's text; names of other packages than `from` are qualified by the package's name.
    pub fn type_string(&self, t: TypeId, from: Option<PackageId>) -> String {
        let mut out = String::new();
        self.write_type(&mut out, t, from, 0);
        out
    }

    fn write_list(&self, out: &mut String, ts: &[TypeId], from: Option<PackageId>, depth: usize, variadic: bool) {
        for (i, t) in ts.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            match self.get(*t) {
                Type::Slice(e) if variadic && i + 1 == ts.len() => {
                    out.push_str("...");
                    self.write_type(out, *e, from, depth);
                }
                _ => self.write_type(out, *t, from, depth),
            }
        }
    }

    fn write_type(&self, out: &mut String, t: TypeId, from: Option<PackageId>, depth: usize) {
        if depth > 50 {
            out.push('…');
            return;
        }
        let d = depth + 1;
        match self.get(t) {
            Type::Basic(k) => out.push_str(k.name()),
            Type::Named(n) => {
                let o = self.obj(n.obj);
                if let Some(p) = o.pkg
                    && from != Some(p)
                {
                    let _ = write!(out, "{}.", self.package_name(p).1);
                }
                out.push_str(&o.name);
                if !n.type_args.is_empty() {
                    out.push('[');
                    self.write_list(out, &n.type_args, from, d, false);
                    out.push(']');
                }
            }
            Type::Pointer(e) => {
                out.push('*');
                self.write_type(out, *e, from, d);
            }
            Type::Slice(e) => {
                out.push_str("[]");
                self.write_type(out, *e, from, d);
            }
            Type::Array(n, e) => {
                let _ = write!(out, "[{n}]");
                self.write_type(out, *e, from, d);
            }
            Type::Map(k, v) => {
                out.push_str("map[");
                self.write_type(out, *k, from, d);
                out.push(']');
                self.write_type(out, *v, from, d);
            }
            Type::Chan(dir, e) => {
                let nested = *dir == ChanDir::Both && matches!(self.get(*e), Type::Chan(ChanDir::Recv, _));
                out.push_str(match dir {
                    ChanDir::Both => "chan ",
                    ChanDir::Send => "chan<- ",
                    ChanDir::Recv => "<-chan ",
                });
                out.push_str(if nested { "(" } else { "" });
                self.write_type(out, *e, from, d);
                out.push_str(if nested { ")" } else { "" });
            }
            Type::Struct(s) => {
                out.push_str("struct{");
                for (i, f) in s.fields.iter().enumerate() {
                    let o = self.obj(*f);
                    out.push_str(if i > 0 { "; " } else { "" });
                    if !matches!(o.kind, ObjKind::Var(VarKind::EmbeddedField)) {
                        let _ = write!(out, "{} ", o.name);
                    }
                    self.write_type(out, o.ty, from, d);
                    if let Some(tag) = s.tags.get(i)
                        && !tag.is_empty()
                    {
                        let _ = write!(out, " {tag:?}");
                    }
                }
                out.push('}');
            }
            Type::Tuple(ts) => {
                out.push('(');
                self.write_list(out, ts, from, d, false);
                out.push(')');
            }
            Type::Signature(s) => {
                out.push_str("func");
                self.write_signature(out, s, from, d);
            }
            Type::Interface(i) => {
                if t == TypeId::ANY {
                    out.push_str("any");
                    return;
                }
                if !i.implicit {
                    out.push_str("interface{");
                }
                for (n, m) in i.methods.iter().enumerate() {
                    let o = self.obj(*m);
                    out.push_str(if n > 0 { "; " } else { "" });
                    out.push_str(&o.name);
                    if let Type::Signature(s) = self.get(o.ty) {
                        self.write_signature(out, s, from, d);
                    }
                }
                for (n, e) in i.embeddeds.iter().enumerate() {
                    out.push_str(if n > 0 || !i.methods.is_empty() { "; " } else { "" });
                    self.write_type(out, *e, from, d);
                }
                if !i.implicit {
                    out.push('}');
                }
            }
            Type::TypeParam(p) => out.push_str(&self.obj(p.obj).name),
            Type::Union(ts) => {
                for (i, term) in ts.iter().enumerate() {
                    out.push_str(if i > 0 { " | " } else { "" });
                    out.push_str(if term.tilde { "~" } else { "" });
                    self.write_type(out, term.ty, from, d);
                }
            }
        }
    }

    fn write_signature(&self, out: &mut String, s: &Signature, from: Option<PackageId>, d: usize) {
        if !s.type_params.is_empty() {
            out.push('[');
            for (i, p) in s.type_params.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                self.write_type(out, *p, from, d);
                if let Type::TypeParam(tp) = self.get(*p) {
                    out.push(' ');
                    self.write_type(out, tp.constraint, from, d);
                }
            }
            out.push(']');
        }
        out.push('(');
        self.write_list(out, &s.params, from, d, s.variadic);
        out.push(')');
        match &s.results[..] {
            [] => {}
            [one] => {
                out.push(' ');
                self.write_type(out, *one, from, d);
            }
            many => {
                out.push_str(" (");
                self.write_list(out, many, from, d, false);
                out.push(')');
            }
        }
    }
}
