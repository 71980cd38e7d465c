//! Where the packages of a build lie, when there is a go.mod: the user's modules, a vendor folder, replaced modules, the
//! module cache.
//!
//! In: the go.mod above a folder, or the go.work above it. Out: a folder and a language version per import path.
//! Invariants: a package belongs to exactly one module, or that is an error; a folder below another go.mod is not of the
//! module; the module graph is only read when what the user's go.mod files require does not have a package.

use super::gomod::{GoMod, GoWork, Replace};
use super::selection::{self, Versions};
use super::vendor::Vendor;
use super::version::escape;
use super::{FileSystem, Options, Workspace, join};
use crate::diagnostic::{Code, Diagnostic};
use std::cell::OnceCell;

/// The user's modules and what they require.
pub(super) struct Modules<'a> {
    fs: &'a dyn FileSystem,
    cache: Option<&'a str>,
    pub(super) mains: Vec<GoMod>,
    /// With the folder that a relative target starts from; those of a go.work first.
    replace: Vec<(String, Replace)>,
    vendor: Option<Vendor>,
    /// A vendor folder without a list: taken when nothing else has a package.
    bare_vendor: Option<String>,
    roots: Versions,
    selected: OnceCell<Versions>,
}

/// A package's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) dir: String,
    pub(super) go: Option<(u32, u32)>,
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// Several modules have it.
    Ambiguous(Vec<String>),
    /// Nobody has it; perhaps what to do.
    Nowhere(Option<String>),
}

impl<'a> Modules<'a> {
    /// The modules that a folder is built with; nothing without a go.mod.
    pub(super) fn of(
        fs: &'a dyn FileSystem,
        options: &'a Options,
        dir: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Modules<'a>> {
        let found = upwards(dir, |at| read_module(fs, at, diagnostics));
        let work = match &options.workspace {
            Workspace::Off => None,
            Workspace::File(path) => Some(path.clone()),
            Workspace::Search => upwards(dir, |at| Some(join(at, "go.work")).filter(|f| fs.read(f).is_some())),
        };
        let mut out = Modules {
            fs,
            cache: options.module_cache.as_deref(),
            mains: Vec::new(),
            replace: Vec::new(),
            vendor: None,
            bare_vendor: None,
            roots: Versions::default(),
            selected: OnceCell::new(),
        };
        let go = match work.and_then(|file| out.workspace(&file, found.as_ref(), diagnostics)) {
            Some(go) => go,
            None => {
                let main = found?;
                let vendors = main.go.is_some_and(|v| v >= (1, 14));
                let at = main.dir.clone();
                out.mains = vec![main];
                (at, vendors)
            }
        };
        for main in &out.mains {
            let own = main.replace.iter().map(|r| (main.dir.clone(), r.clone()));
            out.replace.extend(own);
        }
        out.roots = selection::roots(&out.mains);
        out.find_vendor(&go.0, options.vendor.unwrap_or(go.1), diagnostics);
        Some(out)
    }

    /// Takes the modules of a go.work. Gives the folder that vendored packages would lie beside, and whether they count.
    fn workspace(
        &mut self,
        file: &str,
        own: Option<&GoMod>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<(String, bool)> {
        let bytes = self.fs.read(file)?;
        let (work, bad) = GoWork::parse(&String::from_utf8_lossy(&bytes));
        malformed(file, &bad, diagnostics);
        let dir = file.rsplit_once('/').map_or(".", |p| p.0).to_owned();
        for module in &work.modules {
            let at = join(&dir, module);
            match read_module(self.fs, &at, diagnostics) {
                Some(module) => self.mains.push(module),
                None => {
                    // Beyond the spec: cmd/go, "Workspace maintenance".
                    let text = format!("{file}: there is no go.mod in `{module}`");
                    diagnostics.push(Diagnostic::error(Code::GO_MOD, None, text));
                }
            }
        }
        if let Some(own) = own
            && self.mains.iter().all(|m| m.dir != own.dir)
        {
            let text = format!("module `{}` is not one of the workspace `{file}`", own.module);
            let help = "add it with `go work use`, or set `GOWORK=off`";
            // Beyond the spec: cmd/go, "Workspace maintenance".
            diagnostics.push(Diagnostic::error(Code::GO_MOD, None, text).help(help));
            self.mains.clear();
            return None;
        }
        self.replace.extend(work.replace.into_iter().map(|r| (dir.clone(), r)));
        Some((dir, work.go.is_some_and(|v| v >= (1, 22))))
    }

    fn find_vendor(&mut self, beside: &str, counts: bool, diagnostics: &mut Vec<Diagnostic>) {
        let dir = join(beside, "vendor");
        let list = counts.then(|| self.fs.read(&join(&dir, "modules.txt"))).flatten();
        let Some(list) = list else {
            self.bare_vendor = Some(dir);
            return;
        };
        let vendor = Vendor::parse(&dir, &String::from_utf8_lossy(&list));
        for text in vendor.inconsistencies(&self.mains) {
            let text = format!("inconsistent vendoring in `{dir}`: {text}");
            let help = "sync with `go mod vendor`, or ignore the folder with `-mod=mod`";
            // Beyond the spec: cmd/go, "Modules, module versions, and more".
            diagnostics.push(Diagnostic::error(Code::VENDORING, None, text).help(help));
        }
        self.vendor = Some(vendor);
    }

    /// The import path of a folder of the user's.
    pub(super) fn import_path(&self, dir: &str) -> Option<String> {
        let holds = |m: &&GoMod| below(dir, &m.dir).is_some();
        let main = self.mains.iter().filter(holds).max_by_key(|m| m.dir.len())?;
        let rest = below(dir, &main.dir)?;
        Some(match (&*main.module, rest) {
            ("std", rest) => rest.into(),
            (module, "") => module.into(),
            (module, rest) => format!("{module}/{rest}"),
        })
    }

    /// The import path of a folder below the vendor folder.
    pub(super) fn vendored_path<'p>(&self, dir: &'p str) -> Option<&'p str> {
        let vendor = self.vendor.as_ref().map(|v| &v.dir).or(self.bare_vendor.as_ref())?;
        below(dir, vendor)
    }

    /// Whether the user's module is Go's own library.
    pub(super) fn is_std(&self) -> bool {
        self.mains.iter().any(|m| m.module == "std")
    }

    /// Where the package of an import path lies.
    pub(super) fn find(&self, path: &str) -> Result<Place, Missing> {
        let mut found: Vec<(String, Place)> = Vec::new();
        for main in &self.mains {
            let rest = match &*main.module {
                "std" => Some(path),
                module => below(path, module),
            };
            if let Some(dir) = rest.and_then(|rest| self.folder_in(&main.dir, rest)) {
                let go = Some(main.language());
                found.push((main.module.clone(), Place { dir, go }));
            }
        }
        if let Some(vendor) = &self.vendor {
            if let Some(go) = vendor.package(path) {
                let dir = join(&vendor.dir, path);
                found.push(("the vendor folder".into(), Place { dir, go: Some(go) }));
            }
            return one(found).unwrap_or_else(|| {
                let listed = self.roots.keys().any(|m| below(path, m).is_some());
                let help = "run `go mod vendor`, or ignore the folder with `-mod=mod`";
                Err(Missing::Nowhere(listed.then(|| help.into())))
            });
        }
        let mut help = None;
        for all in [false, true] {
            let versions = if all { self.selected() } else { &self.roots };
            let mut here = found.clone();
            here.extend(self.required(path, versions, &mut help));
            if let Some(one) = one(here) {
                return one;
            }
        }
        let bare = self.bare_vendor.as_ref().map(|v| join(v, path));
        if let Some(dir) = bare.filter(|d| has_go_files(self.fs, d)) {
            return Ok(Place { dir, go: None });
        }
        Err(Missing::Nowhere(help))
    }

    fn selected(&self) -> &Versions {
        let summary = |path: &str, version: &str| self.summary(path, version);
        self.selected.get_or_init(|| selection::select(&self.mains, summary))
    }

    /// The required modules that have a package, the longest path first.
    fn required(&self, path: &str, versions: &Versions, help: &mut Option<String>) -> Vec<(String, Place)> {
        let mut out = Vec::new();
        let mut module = path;
        loop {
            if let Some(version) = versions.get(module)
                && self.mains.iter().all(|m| m.module != module)
            {
                let rest = below(path, module).unwrap_or("");
                match self.folder_of(module, version) {
                    Some(root) => {
                        if let Some(dir) = self.folder_in(&root, rest) {
                            let go = self.summary(module, version).map_or((1, 16), |m| m.language());
                            out.push((module.to_owned(), Place { dir, go: Some(go) }));
                        }
                    }
                    None => {
                        let text = format!("module `{module}@{version}` is not there; `go mod download` gets it");
                        help.get_or_insert(text);
                    }
                }
            }
            match module.rsplit_once('/') {
                Some((up, _)) => module = up,
                None => return out,
            }
        }
    }

    fn replacement(&self, path: &str, version: &str) -> Option<&(String, Replace)> {
        let fits = |exact: bool| {
            self.replace.iter().find(|(_, r)| {
                let v = r.version.as_deref();
                r.path == path && (if exact { v == Some(version) } else { v.is_none() })
            })
        };
        fits(true).or_else(|| fits(false))
    }

    /// Where a module lies, when it is there at all.
    fn folder_of(&self, path: &str, version: &str) -> Option<String> {
        let (path, version) = match self.replacement(path, version) {
            Some((base, r)) if r.is_local() => return Some(join(base, &r.target)),
            Some((_, r)) => (&*r.target, r.target_version.as_deref().unwrap_or(version)),
            None => (path, version),
        };
        let dir = format!("{}/{}@{}", self.cache?, escape(path), escape(version));
        self.fs.exists(&dir).then_some(dir)
    }

    /// A module's go.mod.
    fn summary(&self, path: &str, version: &str) -> Option<GoMod> {
        let of = |file: &str| {
            let bytes = self.fs.read(file)?;
            let dir = file.rsplit_once('/').map_or(".", |p| p.0);
            Some(GoMod::parse(dir, &String::from_utf8_lossy(&bytes)).0)
        };
        let (path, version) = match self.replacement(path, version) {
            Some((base, r)) if r.is_local() => return of(&join(&join(base, &r.target), "go.mod")),
            Some((_, r)) => (&*r.target, r.target_version.as_deref().unwrap_or(version)),
            None => (path, version),
        };
        let (cache, path, version) = (self.cache?, escape(path), escape(version));
        of(&format!("{cache}/cache/download/{path}/@v/{version}.mod"))
            .or_else(|| of(&format!("{cache}/{path}@{version}/go.mod")))
    }

    /// The folder of a package in a module, unless another module begins on the way to it.
    fn folder_in(&self, root: &str, rest: &str) -> Option<String> {
        let dir = join(root, rest);
        if !has_go_files(self.fs, &dir) {
            return None;
        }
        let mut at = dir.as_str();
        while at.len() > root.len() && below(at, root).is_some_and(|rest| !rest.is_empty()) {
            if self.fs.exists(&join(at, "go.mod")) {
                return None;
            }
            at = at.rsplit_once('/')?.0;
        }
        Some(dir)
    }
}

/// The only place; an error of several.
fn one(mut found: Vec<(String, Place)>) -> Option<Result<Place, Missing>> {
    if found.len() > 1 {
        let modules = found.into_iter().map(|f| f.0).collect();
        return Some(Err(Missing::Ambiguous(modules)));
    }
    found.pop().map(|(_, place)| Ok(place))
}

fn read_module(fs: &dyn FileSystem, dir: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<GoMod> {
    let file = join(dir, "go.mod");
    let bytes = fs.read(&file)?;
    let (module, bad) = GoMod::parse(dir, &String::from_utf8_lossy(&bytes));
    malformed(&file, &bad, diagnostics);
    Some(module)
}

fn malformed(file: &str, lines: &[usize], diagnostics: &mut Vec<Diagnostic>) {
    for line in lines {
        // Beyond the spec: cmd/go, "The go.mod file".
        let text = format!("{file}:{line}: malformed line");
        let told = Diagnostic::error(Code::GO_MOD, None, text);
        if !diagnostics.contains(&told) {
            diagnostics.push(told);
        }
    }
}

/// What `look` finds in a folder or the nearest one above it.
pub(super) fn upwards<T>(dir: &str, mut look: impl FnMut(&str) -> Option<T>) -> Option<T> {
    let mut at = dir;
    loop {
        if let Some(found) = look(at) {
            return Some(found);
        }
        match at.rsplit_once('/') {
            Some((up, _)) if !up.is_empty() => at = up,
            _ => return None,
        }
    }
}

/// The rest of a path below another; empty for the path itself.
pub(super) fn below<'p>(path: &'p str, root: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(root)?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix('/')
}

pub(super) fn has_go_files(fs: &dyn FileSystem, dir: &str) -> bool {
    fs.read_dir(dir).iter().any(|f| f.ends_with(".go"))
}
