//! What the checker knows of every expression and identifier of a package, as plain text to compare with `go/types`.
//!
//! In: a checked program. Out: per file, records in order of place; types as numbers of a table.
//! Invariants: the text is that of `fixtures/oracle`: types without aliases and without parameters' names, `nil` and
//! calls without results without a type, objects of the package itself as file and offset.

use super::constant::ConstValue;
use super::info::{Mode, Program};
use super::model::*;
use super::store::TypeStore;
use crate::source::FileId;
use crate::syntax::ast::{self, Expr, ExprKind, Ident};
use crate::syntax::walk;
use num_traits::Zero;
use rustc_hash::FxHashMap;
use std::fmt::Write;

/// One expression or one identifier.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Record {
    /// First byte.
    pub start: u32,
    /// One past the last byte of an expression, 0 for an identifier.
    pub end: u32,
    /// `e` expression, `d` declares, `u` uses.
    pub tag: char,
    /// The mode of an expression, the kind of an object.
    pub mode: char,
    /// The place in `Dump::types` from 1, 0 for none.
    pub ty: u32,
    /// The constant or the object.
    pub text: String,
}

/// All that is known of a package.
#[derive(Clone, Default, Debug)]
pub struct Dump {
    /// The texts of the types.
    pub types: Vec<String>,
    /// Per file its records, in order.
    pub files: Vec<(FileId, Vec<Record>)>,
}

/// Dumps a package.
pub fn package(program: &Program, id: PackageId) -> Dump {
    let Some(package) = program.package(id) else {
        return Dump::default();
    };
    let index = package.files.iter().enumerate().map(|(i, f)| (f.id, i)).collect();
    let mut dumper = Dumper {
        program,
        package: id,
        index,
        numbers: FxHashMap::default(),
        texts: FxHashMap::default(),
        types: Vec::new(),
        out: Vec::new(),
    };
    let mut files = Vec::new();
    for file in &package.files {
        walk::file(&mut dumper, file);
        let mut records = std::mem::take(&mut dumper.out);
        records.sort_by_key(|r| (r.start, r.end, r.tag));
        files.push((file.id, records));
    }
    Dump {
        types: dumper.types,
        files,
    }
}

struct Dumper<'p> {
    program: &'p Program,
    package: PackageId,
    index: FxHashMap<FileId, usize>,
    numbers: FxHashMap<TypeId, u32>,
    texts: FxHashMap<String, u32>,
    types: Vec<String>,
    out: Vec<Record>,
}

impl walk::Visitor for Dumper<'_> {
    fn expr(&mut self, e: &Expr) {
        if let ExprKind::Ident(id) = &e.kind {
            self.ident(id);
        }
        if let ExprKind::StructType(fields) = &e.kind {
            self.embedded(fields);
        }
        let Some(known) = self.program.info.types.get(e.id) else {
            return;
        };
        let mode = match known.mode {
            Mode::Invalid => return,
            Mode::NoValue => 'n',
            Mode::Builtin => 'b',
            Mode::Type => 't',
            Mode::Constant => 'c',
            Mode::Variable => 'a',
            Mode::MapIndex => 'm',
            Mode::Value => 'v',
            Mode::Nil => 'z',
            Mode::CommaOk => 'k',
        };
        let ty = if matches!(mode, 'n' | 'z') {
            0
        } else {
            self.number(known.ty)
        };
        let text = match (mode, known.value.as_deref()) {
            ('c', Some(v)) => constant(v, self.program.store.basic(known.ty)),
            _ => String::new(),
        };
        self.out.push(Record {
            start: e.span.start,
            end: e.span.end,
            tag: 'e',
            mode,
            ty,
            text,
        });
    }

    fn ident(&mut self, id: &Ident) {
        if let Some(o) = self.program.info.defs.get(id.id) {
            self.object('d', id, *o);
        }
        if let Some(o) = self.program.info.uses.get(id.id) {
            self.object('u', id, *o);
        }
    }
}

impl Dumper<'_> {
    /// An embedded field's type names the field as well.
    fn embedded(&mut self, fields: &ast::FieldList) {
        for f in &fields.fields {
            if let (Some(o), Some(id)) = (
                self.program.info.implicits.get(f.ty.id).copied(),
                ast::embedded_name(&f.ty),
            ) {
                self.object('d', id, o);
            }
        }
    }

    fn object(&mut self, tag: char, id: &Ident, o: ObjId) {
        let store = &self.program.store;
        let o = store.obj(o);
        let mode = match o.kind {
            ObjKind::PkgName { .. } => 'p',
            ObjKind::Const { .. } => 'c',
            ObjKind::TypeName { .. } => 't',
            ObjKind::Var(VarKind::Field | VarKind::EmbeddedField) => 'f',
            ObjKind::Var(_) => 'v',
            ObjKind::Func { .. } => 'm',
            ObjKind::Label => 'l',
            ObjKind::Builtin(_) => 'b',
            ObjKind::Nil => 'n',
        };
        let text = match (&o.kind, o.pkg, o.span) {
            (ObjKind::PkgName { imported }, ..) => store.package_name(*imported).0.to_string(),
            (_, None, _) => format!(".{}", o.name),
            (_, Some(p), Some(span)) if p == self.package => {
                format!("@{}:{}", self.index.get(&span.file).copied().unwrap_or(0), span.start)
            }
            (_, Some(p), _) => format!("{}.{}", store.package_name(p).0, o.name),
        };
        self.out.push(Record {
            start: id.span.start,
            end: 0,
            tag,
            mode,
            ty: 0,
            text,
        });
    }

    fn number(&mut self, t: TypeId) -> u32 {
        if let Some(n) = self.numbers.get(&t) {
            return *n;
        }
        let mut text = String::new();
        write_type(&self.program.store, &mut text, t, 0);
        let next = self.types.len() as u32 + 1;
        let types = &mut self.types;
        let n = *self.texts.entry(text).or_insert_with_key(|text| {
            types.push(text.clone());
            next
        });
        self.numbers.insert(t, n);
        n
    }
}

fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| {
        (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A number's text says its type's kind, not in which form the value is kept.
fn constant(v: &ConstValue, kind: Option<BasicKind>) -> String {
    let as_kind = match kind {
        Some(k) if k.is_float() => v.to_float().map(ConstValue::Float),
        Some(k) if k.is_complex() => v.to_complex().map(|(r, i)| ConstValue::Complex(r, i)),
        _ => None,
    };
    let v = as_kind.as_ref().unwrap_or(v);
    let real = |v: &ConstValue| {
        let f = v.to_f64().unwrap_or(f64::NAN);
        format!("{:x}", if f == 0.0 { 0 } else { f.to_bits() })
    };
    match v {
        ConstValue::Bool(b) => (if *b { "t" } else { "f" }).into(),
        ConstValue::String(s) => format!("s{:x}", fnv(s)),
        ConstValue::Int(i) => format!("i{i}"),
        ConstValue::Float(_) => format!("r{}", real(v)),
        ConstValue::Complex(r, i) => {
            let part = |f: &num_rational::BigRational| {
                if f.is_zero() {
                    "0".into()
                } else {
                    real(&ConstValue::Float(f.clone()))
                }
            };
            format!("x{},{}", part(r), part(i))
        }
    }
}

fn write_list(s: &TypeStore, out: &mut String, ts: &[TypeId], depth: usize) {
    for (i, t) in ts.iter().enumerate() {
        out.push_str(if i > 0 { "," } else { "" });
        write_type(s, out, *t, depth);
    }
}

fn write_signature(s: &TypeStore, out: &mut String, sig: &Signature, depth: usize) {
    if !sig.type_params.is_empty() {
        out.push('[');
        for p in &sig.type_params {
            write_type(s, out, *p, depth);
            out.push(' ');
            if let Type::TypeParam(p) = s.get(*p) {
                write_type(s, out, p.constraint, depth);
            }
            out.push(';');
        }
        out.push(']');
    }
    out.push('(');
    write_list(s, out, &sig.params, depth);
    out.push_str(if sig.variadic { ")...(" } else { ")(" });
    write_list(s, out, &sig.results, depth);
    out.push(')');
}

fn write_type(s: &TypeStore, out: &mut String, t: TypeId, depth: usize) {
    if depth > 20 {
        out.push_str("~~");
        return;
    }
    let d = depth + 1;
    match s.get(t) {
        Type::Basic(k) => out.push_str(k.name()),
        Type::Named(n) => {
            let o = s.obj(n.obj);
            if let Some(p) = o.pkg {
                let _ = write!(out, "{}.", s.package_name(p).0);
            }
            out.push_str(&o.name);
            if !n.type_args.is_empty() {
                out.push('[');
                write_list(s, out, &n.type_args, d);
                out.push(']');
            }
        }
        Type::Pointer(e) => {
            out.push('*');
            write_type(s, out, *e, d);
        }
        Type::Slice(e) => {
            out.push_str("[]");
            write_type(s, out, *e, d);
        }
        Type::Array(n, e) => {
            let _ = write!(out, "[{n}]");
            write_type(s, out, *e, d);
        }
        Type::Map(k, v) => {
            out.push_str("map[");
            write_type(s, out, *k, d);
            out.push(']');
            write_type(s, out, *v, d);
        }
        Type::Chan(dir, e) => {
            out.push_str(match dir {
                ChanDir::Both => "chan(",
                ChanDir::Send => "chan<-(",
                ChanDir::Recv => "<-chan(",
            });
            write_type(s, out, *e, d);
            out.push(')');
        }
        Type::Struct(st) => {
            out.push_str("struct{");
            for (i, f) in st.fields.iter().enumerate() {
                let o = s.obj(*f);
                let embedded = matches!(o.kind, ObjKind::Var(VarKind::EmbeddedField));
                out.push_str(if embedded { "!" } else { "" });
                let _ = write!(out, "{} ", o.name);
                write_type(s, out, o.ty, d);
                if let Some(tag) = st.tags.get(i).filter(|t| !t.is_empty()) {
                    let _ = write!(out, "#{:x}", fnv(tag.as_bytes()));
                }
                out.push(';');
            }
            out.push('}');
        }
        Type::Tuple(ts) => {
            out.push('(');
            write_list(s, out, ts, d);
            out.push(')');
        }
        Type::Signature(sig) => {
            out.push_str("func");
            write_signature(s, out, sig, d);
        }
        Type::Interface(i) => write_interface(s, out, i, d),
        Type::TypeParam(p) => {
            let _ = write!(out, "${}", s.obj(p.obj).name);
        }
        Type::Union(ts) => {
            for (i, term) in ts.iter().enumerate() {
                out.push_str(if i > 0 { "|" } else { "" });
                out.push_str(if term.tilde { "~" } else { "" });
                write_type(s, out, term.ty, d);
            }
        }
    }
}

fn write_interface(s: &TypeStore, out: &mut String, i: &Interface, depth: usize) {
    if i.methods.is_empty() && i.embeddeds.is_empty() && !i.comparable {
        out.push_str("any");
        return;
    }
    out.push_str("interface{");
    let mut methods: Vec<_> = i.methods.iter().map(|m| s.obj(*m)).collect();
    methods.sort_by(|a, b| a.name.cmp(&b.name));
    for m in methods {
        out.push_str(&m.name);
        if let Type::Signature(sig) = s.get(m.ty) {
            write_signature(s, out, sig, depth);
        }
        out.push(';');
    }
    for e in &i.embeddeds {
        write_type(s, out, *e, depth);
        out.push(';');
    }
    out.push('}');
}
