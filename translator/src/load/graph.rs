//! Walking the import graph.
//!
//! In: folders or files. Out: `Loaded`, dependencies first.
//! Invariants: every package is parsed once; a package on the path that is met again is an import cycle.

use super::{FileSystem, GoMod, LATEST, Loaded, LoadedPackage, Options, build};
use crate::diagnostic::{Code, Diagnostic};
use crate::guard;
use crate::source::Span;
use crate::stdlib;
use crate::syntax::Parser;
use crate::syntax::ast;
use rustc_hash::FxHashMap;

pub(super) struct Loader<'a> {
    fs: &'a dyn FileSystem,
    options: &'a Options,
    parser: Parser,
    out: Loaded,
    /// Import paths: being loaded (false) or done (true).
    state: FxHashMap<String, bool>,
    path: Vec<String>,
    /// The release each folder's go.mod asks for, nothing where there is none.
    versions: FxHashMap<String, Option<(u32, u32)>>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(fs: &'a dyn FileSystem, options: &'a Options) -> Self {
        Loader {
            fs,
            options,
            parser: Parser::default(),
            out: Loaded::default(),
            state: FxHashMap::default(),
            path: Vec::new(),
            versions: FxHashMap::default(),
        }
    }

    pub(super) fn files(mut self, files: &[&str]) -> Loaded {
        let parsed: Vec<ast::File> = files.iter().filter_map(|f| self.parse(f)).collect();
        let dir = files
            .first()
            .and_then(|f| f.rsplit_once('/'))
            .map_or(".", |(d, _)| d)
            .to_string();
        self.find_module(&dir);
        let name = parsed
            .first()
            .map_or("main".to_string(), |f| f.package.name.to_string());
        self.imports(&parsed);
        self.add(&name, &dir, parsed);
        self.finish()
    }

    pub(super) fn dirs(mut self, dirs: &[&str]) -> Loaded {
        for dir in dirs {
            let dir = dir.trim_end_matches('/');
            let dir = if dir.is_empty() { "." } else { dir };
            self.find_module(dir);
            let path = self.import_path(dir);
            self.package(&path, dir, true);
        }
        self.finish()
    }

    fn finish(mut self) -> Loaded {
        self.out.nodes = self.parser.new_node().0;
        self.out
    }

    /// Finds the go.mod of a folder, upwards.
    fn find_module(&mut self, dir: &str) {
        if self.out.module.is_some() {
            return;
        }
        let mut at = dir.to_string();
        loop {
            let file = join(&at, "go.mod");
            if let Some(bytes) = self.fs.read(&file) {
                let (module, bad) = GoMod::parse(&at, &String::from_utf8_lossy(&bytes));
                for line in bad {
                    let text = format!("{file}:{line}: malformed line");
                    self.out.diagnostics.push(Diagnostic::error(Code::GO_MOD, None, text));
                }
                self.out.module = Some(module);
                return;
            }
            match at.rsplit_once('/') {
                Some((up, _)) if !up.is_empty() => at = up.to_string(),
                _ => return,
            }
        }
    }

    fn import_path(&self, dir: &str) -> String {
        let Some(m) = &self.out.module else {
            let below = |root: &String| dir.strip_prefix(root.as_str()).and_then(|rest| rest.strip_prefix('/'));
            let path = self.options.roots.iter().find_map(below);
            return path.unwrap_or_else(|| dir.trim_start_matches("./")).into();
        };
        let rest = dir.strip_prefix(&m.dir).unwrap_or("").trim_start_matches('/');
        match (&*m.module, rest) {
            ("std", rest) => rest.into(),
            (module, "") => module.into(),
            (module, rest) => format!("{module}/{rest}"),
        }
    }

    /// The folder of an import path of the module, its vendored or locally replaced ones.
    fn folder(&self, path: &str) -> Option<String> {
        let in_module = self.out.module.as_ref().map_or(Vec::new(), |m| candidates(m, path));
        let in_roots = self.options.roots.iter().map(|root| join(root, path));
        in_module
            .into_iter()
            .chain(in_roots)
            .find(|d| self.fs.read_dir(d).iter().any(|f| f.ends_with(".go")))
    }

    fn imports(&mut self, files: &[ast::File]) {
        let specs: Vec<(String, Span)> = files
            .iter()
            .flat_map(|f| &f.imports)
            .map(|s| (s.path.to_string(), s.path_span))
            .collect();
        for (path, span) in specs {
            match self.state.get(&path) {
                Some(true) => continue,
                Some(false) => {
                    let start = self.path.iter().position(|p| *p == path).unwrap_or(0);
                    let cycle = self.path.get(start..).unwrap_or(&[]).join("` imports `");
                    let text = format!("import cycle not allowed: `{cycle}` imports `{path}`");
                    self.out
                        .diagnostics
                        .push(Diagnostic::error(Code::IMPORT_CYCLE, span, text));
                    continue;
                }
                None => {}
            }
            let own_std = self.out.module.as_ref().is_some_and(|m| m.module == "std");
            // Of internal packages the signatures have only what exported ones mention.
            let signed = if self.options.roots.is_empty() {
                stdlib::index_of(&path).is_some()
            } else {
                stdlib::is_public(&path)
            };
            if path == "unsafe" || path == "C" || (signed && !own_std) {
                continue;
            }
            if let Some(dir) = self.folder(&path) {
                self.package(&path, &dir, false);
            }
        }
    }

    fn package(&mut self, path: &str, dir: &str, asked: bool) {
        if self.state.contains_key(path) {
            return;
        }
        self.state.insert(path.into(), false);
        self.path.push(path.into());
        let mut names: Vec<String> = self
            .fs
            .read_dir(dir)
            .into_iter()
            .filter(|n| n.ends_with(".go"))
            .collect();
        names.sort();
        let tests = self.options.tests && asked;
        let (mut files, mut external) = (Vec::new(), Vec::new());
        for name in names {
            let is_test = name.ends_with("_test.go");
            if name.starts_with(['_', '.']) || (is_test && !tests) || !build::name_matches(&name, &self.options.tags) {
                continue;
            }
            let Some(file) = self.parse_if_built(&join(dir, &name)) else {
                continue;
            };
            if let Some(spec) = file.imports.iter().find(|s| &*s.path == "C") {
                let text = "the file uses cgo and is left out";
                let warning = Diagnostic::warning(Code::CGO, spec.span, text);
                self.out.diagnostics.push(warning);
                continue;
            }
            if is_test && file.package.name.ends_with("_test") {
                external.push(file);
            } else {
                files.push(file);
            }
        }
        self.one_package(&mut files);
        if files.is_empty() && external.is_empty() {
            let text = format!("no Go files in `{dir}`");
            self.out
                .diagnostics
                .push(Diagnostic::error(Code::NO_GO_FILES, None, text));
        }
        self.imports(&files);
        self.path.pop();
        self.state.insert(path.into(), true);
        if !files.is_empty() {
            self.add(path, dir, files);
        }
        if !external.is_empty() {
            self.imports(&external);
            self.add(&format!("{path}_test"), dir, external);
        }
    }

    /// Leaves out files of another package than the first's, with a diagnostic.
    fn one_package(&mut self, files: &mut Vec<ast::File>) {
        let Some(first) = files.first().map(|f| f.package.name.clone()) else {
            return;
        };
        files.retain(|f| {
            let same = f.package.name == first || f.package.name.ends_with("_test");
            if !same {
                let text = format!("found packages `{first}` and `{}` in one folder", f.package.name);
                self.out
                    .diagnostics
                    .push(Diagnostic::error(Code::PACKAGE_CLAUSE, f.package.span, text));
            }
            same
        });
    }

    fn add(&mut self, path: &str, dir: &str, files: Vec<ast::File>) {
        let name = files.first().map_or("main".into(), |f| f.package.name.clone());
        let of_folder = self.version_of(dir);
        let go_version = self.options.release.or(of_folder).unwrap_or(LATEST);
        self.out.packages.push(LoadedPackage {
            path: path.into(),
            name,
            files,
            go_version,
        });
    }

    /// The release that the go.mod of a folder, or of one above it, asks for.
    fn version_of(&mut self, dir: &str) -> Option<(u32, u32)> {
        if let Some(known) = self.versions.get(dir) {
            return *known;
        }
        let version = match self.fs.read(&join(dir, "go.mod")) {
            Some(bytes) => {
                let (module, _) = GoMod::parse(dir, &String::from_utf8_lossy(&bytes));
                Some(module.go.unwrap_or((1, 16)))
            }
            None => match dir.rsplit_once('/') {
                Some((up, _)) if !up.is_empty() => {
                    let up = up.to_string();
                    self.version_of(&up)
                }
                _ => None,
            },
        };
        self.versions.insert(dir.into(), version);
        version
    }

    fn text(&mut self, path: &str) -> Option<String> {
        let Some(bytes) = self.fs.read(path) else {
            let text = format!("cannot read `{path}`");
            self.out
                .diagnostics
                .push(Diagnostic::error(Code::NO_GO_FILES, None, text));
            return None;
        };
        match String::from_utf8(bytes) {
            Ok(text) if text.len() < u32::MAX as usize => {
                Some(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_string))
            }
            _ => {
                let text = format!("`{path}` is not valid UTF-8");
                self.out.diagnostics.push(Diagnostic::error(Code::ENCODING, None, text));
                None
            }
        }
    }

    fn parse_if_built(&mut self, path: &str) -> Option<ast::File> {
        let text = self.text(path)?;
        build::text_matches(&text, &self.options.tags).then(|| self.parse_text(path, &text))
    }

    fn parse(&mut self, path: &str) -> Option<ast::File> {
        let text = self.text(path)?;
        Some(self.parse_text(path, &text))
    }

    fn parse_text(&mut self, path: &str, text: &str) -> ast::File {
        let id = self.out.sources.add(path, text);
        let (parser, diagnostics) = (&mut self.parser, &mut self.out.diagnostics);
        let parsed = guard::guarded("parsing", || parser.parse(id, text, diagnostics));
        let mut file = parsed.unwrap_or_else(|mut defect| {
            let whole = Span::new(id, 0, text.len() as u32);
            defect.span = defect.span.or(Some(whole.at_start()));
            self.out.diagnostics.push(defect);
            self.parser = self.parser.renewed();
            ast::File::empty(whole, self.parser.new_node())
        });
        file.release = build::language_version(text);
        file
    }
}

/// Joins paths, resolving `.` and `..` of the second.
fn join(dir: &str, rest: &str) -> String {
    if rest.starts_with('/') {
        return rest.into();
    }
    let mut out: Vec<&str> = dir.split('/').collect();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." if out.last().is_some_and(|l| !matches!(*l, "" | "." | "..")) => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out.join("/")
}

/// The folders of a module in which an import path may lie: its own, vendored and locally replaced ones.
fn candidates(m: &GoMod, path: &str) -> Vec<String> {
    let below = |prefix: &str| -> Option<String> {
        let rest = path.strip_prefix(prefix)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/').to_string())
    };
    let mut out = Vec::new();
    if m.module == "std" {
        out.push(join(&m.dir, path));
    } else if let Some(rest) = below(&m.module) {
        out.push(join(&m.dir, &rest));
    }
    for (from, to) in &m.replace {
        if let Some(rest) = below(from)
            && to.starts_with(['.', '/'])
        {
            out.push(join(&join(&m.dir, to), &rest));
        }
    }
    out.push(join(&join(&m.dir, "vendor"), path));
    out
}
