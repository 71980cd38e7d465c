//! A vendor folder: which packages it holds, of which module each is, and whether it fits the go.mod.
//!
//! In: the text of vendor/modules.txt. Out: `Vendor`.
//! Invariants: only packages that the list names are found; a module without a language version is of Go 1.16.

use super::gomod::{self, GoMod};
use rustc_hash::FxHashMap;

/// What a modules.txt says.
#[derive(Debug, Default)]
pub(super) struct Vendor {
    /// The folder.
    pub(super) dir: String,
    modules: Vec<Module>,
    /// Packages by path: the module's place.
    packages: FxHashMap<String, usize>,
}

#[derive(Debug, Default)]
struct Module {
    path: String,
    version: String,
    /// Behind `=>`.
    replacement: String,
    /// A go.mod of the user's requires it.
    explicit: bool,
    go: Option<(u32, u32)>,
}

impl Vendor {
    /// Reads the list.
    pub(super) fn parse(dir: &str, text: &str) -> Vendor {
        let mut out = Vendor {
            dir: dir.into(),
            ..Vendor::default()
        };
        for line in text.lines() {
            if let Some(notes) = line.strip_prefix("## ") {
                let Some(module) = out.modules.last_mut() else { continue };
                for note in notes.split(';').map(str::trim) {
                    module.explicit |= note == "explicit";
                    if let Some(v) = note.strip_prefix("go ") {
                        module.go = gomod::version(v);
                    }
                }
            } else if let Some(module) = line.strip_prefix("# ") {
                let (from, replacement) = module.split_once(" => ").unwrap_or((module, ""));
                let (path, version) = from.split_once(' ').unwrap_or((from, ""));
                out.modules.push(Module {
                    path: path.into(),
                    version: version.trim().into(),
                    replacement: replacement.trim().into(),
                    ..Module::default()
                });
            } else if !line.trim().is_empty() && !out.modules.is_empty() {
                out.packages.insert(line.trim().into(), out.modules.len() - 1);
            }
        }
        out
    }

    /// The language version of a package, when the folder has it.
    pub(super) fn package(&self, path: &str) -> Option<(u32, u32)> {
        let module = self.modules.get(*self.packages.get(path)?)?;
        Some(module.go.unwrap_or((1, 16)))
    }

    /// How the list differs from what the go.mod files ask for.
    pub(super) fn inconsistencies(&self, mains: &[GoMod]) -> Vec<String> {
        let mut out = Vec::new();
        for (path, version) in mains.iter().flat_map(|m| &m.require) {
            if mains.iter().any(|m| m.module == *path) {
                continue;
            }
            let listed = self.modules.iter().find(|m| m.path == *path && m.explicit);
            match listed {
                None => out.push(format!("`{path}@{version}` is required, but not marked as explicit")),
                // A workspace takes the newest that any of its modules asks for.
                Some(m) if m.version != *version && mains.len() == 1 => out.push(format!(
                    "`{path}@{version}` is required, but `{}` is vendored",
                    m.version
                )),
                _ => {}
            }
        }
        for module in self.modules.iter().filter(|m| m.explicit) {
            let required = mains.iter().flat_map(|m| &m.require).any(|r| r.0 == module.path);
            if !required {
                out.push(format!("`{}` is marked as explicit, but not required", module.path));
            }
        }
        if let [main] = mains {
            for r in &main.replace {
                let found = self.modules.iter().find(|m| {
                    m.path == r.path && (r.version.as_ref().is_none_or(|v| *v == m.version) || m.version.is_empty())
                });
                let target = [Some(r.target.as_str()), r.target_version.as_deref()];
                let target = target.into_iter().flatten().collect::<Vec<_>>().join(" ");
                if let Some(m) = found
                    && m.replacement != target
                    && !(m.version.is_empty() && r.version.is_some())
                {
                    out.push(format!(
                        "`{}` is replaced by `{target}`, which is not what is vendored",
                        r.path
                    ));
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "# a.org/x v1.2.0\n## explicit; go 1.18\na.org/x\na.org/x/sub\n# b.org/y v0.1.0 => ../y\n## explicit\nb.org/y\n";

    #[test]
    fn a_package_has_its_modules_version() {
        let vendor = Vendor::parse("./vendor", LIST);
        assert_eq!(vendor.package("a.org/x/sub"), Some((1, 18)));
        assert_eq!(vendor.package("b.org/y"), Some((1, 16)));
        assert_eq!(vendor.package("a.org/x/other"), None);
    }

    #[test]
    fn a_list_that_does_not_fit_is_told() {
        let vendor = Vendor::parse("./vendor", LIST);
        let fits = |text: &str| vendor.inconsistencies(&[GoMod::parse(".", text).0]);
        let good = "module m\nrequire a.org/x v1.2.0\nrequire b.org/y v0.1.0\nreplace b.org/y => ../y\n";
        assert_eq!(fits(good), Vec::<String>::new());
        assert_eq!(fits(&good.replace("v1.2.0", "v1.3.0")).len(), 1);
        assert_eq!(fits(&good.replace("../y", "../z")).len(), 1);
        assert_eq!(fits("module m\nrequire a.org/x v1.2.0\n").len(), 1);
        assert_eq!(fits(&format!("{good}require c.org/z v1.0.0\n")).len(), 1);
    }
}
