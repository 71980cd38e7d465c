//! Where Go's settings say that packages lie.
//!
//! In: environment variables, and the file in which `go env -w` keeps those that are not set. Out: `Environment`.
//! Invariants: nothing here is an error; a setting that makes no sense is one that is not there.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Go's settings.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Environment {
    /// `GOMODCACHE`
    pub(crate) module_cache: Option<PathBuf>,
    /// `GOPATH`
    pub(crate) gopath: Vec<PathBuf>,
    /// `GOWORK`
    pub(crate) workspace: Workspace,
    /// `-mod=…` of `GOFLAGS`: whether vendored packages are used.
    pub(crate) vendor: Option<bool>,
    /// `-tags=…` of `GOFLAGS`
    pub(crate) tags: Vec<String>,
    /// `GO111MODULE=off`: import paths name folders of the GOPATH.
    pub(crate) without_modules: bool,
}

/// What `GOWORK` says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) enum Workspace {
    #[default]
    Search,
    Off,
    File(PathBuf),
}

impl Environment {
    /// Of this process.
    pub(crate) fn read() -> Environment {
        let home = std::env::home_dir();
        let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty());
        let file = set("GOENV").map(PathBuf::from).or_else(|| {
            let config = set("XDG_CONFIG_HOME").map(PathBuf::from);
            let config = config.or_else(|| home.as_ref().map(|h| h.join(".config")));
            config.map(|c| c.join("go/env"))
        });
        let text = file.and_then(|f| std::fs::read_to_string(f).ok()).unwrap_or_default();
        let kept = kept(&text);
        let get = |name: &str| set(name).or_else(|| kept.get(name).map(OsString::from));
        Environment::of(get, home.as_deref())
    }

    fn of(get: impl Fn(&str) -> Option<OsString>, home: Option<&Path>) -> Environment {
        let list = get("GOPATH").map(|v| std::env::split_paths(&v).collect::<Vec<_>>());
        let gopath: Vec<PathBuf> = list
            .or_else(|| home.map(|h| vec![h.join("go")]))
            .unwrap_or_default()
            .into_iter()
            .filter(|p| p.is_absolute())
            .collect();
        let module_cache = get("GOMODCACHE").map(PathBuf::from).filter(|p| p.is_absolute());
        let workspace = match get("GOWORK") {
            None => Workspace::Search,
            Some(v) if v == "off" => Workspace::Off,
            Some(v) => Workspace::File(v.into()),
        };
        let mut out = Environment {
            module_cache: module_cache.or_else(|| gopath.first().map(|p| p.join("pkg").join("mod"))),
            gopath,
            workspace,
            without_modules: get("GO111MODULE").is_some_and(|v| v == "off"),
            ..Environment::default()
        };
        let flags = get("GOFLAGS").unwrap_or_default();
        for flag in flags.to_string_lossy().split_whitespace() {
            match flag.trim_start_matches('-').split_once('=') {
                Some(("mod", mode)) => out.vendor = Some(mode == "vendor"),
                Some(("tags", tags)) => out.tags = tags.split(',').map(str::to_owned).collect(),
                _ => {}
            }
        }
        out
    }

    /// The go.work that a folder is built with.
    pub(crate) fn go_work(&self, folder: &Path) -> Option<PathBuf> {
        match &self.workspace {
            Workspace::Off => None,
            Workspace::File(file) => file.canonicalize().ok(),
            Workspace::Search => folder.ancestors().map(|a| a.join("go.work")).find(|f| f.is_file()),
        }
    }
}

/// `NAME=value` lines.
fn kept(text: &str) -> BTreeMap<&str, &str> {
    text.lines().filter_map(|l| l.trim().split_once('=')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(settings: &[(&str, &str)]) -> Environment {
        let get = |name: &str| settings.iter().find(|s| s.0 == name).map(|s| s.1.into());
        Environment::of(get, Some(Path::new("/home/me")))
    }

    #[test]
    fn defaults_lie_in_the_home_folder() {
        let found = of(&[]);
        assert_eq!(found.module_cache.as_deref(), Some(Path::new("/home/me/go/pkg/mod")));
        assert_eq!(found.workspace, Workspace::Search);
        let found = of(&[("GOPATH", "/a:/b"), ("GOWORK", "off")]);
        assert_eq!(found.module_cache.as_deref(), Some(Path::new("/a/pkg/mod")));
        assert_eq!((found.gopath.len(), found.workspace), (2, Workspace::Off));
        assert_eq!(
            of(&[("GOMODCACHE", "/c")]).module_cache.as_deref(),
            Some(Path::new("/c"))
        );
    }

    #[test]
    fn flags_are_those_of_go_build() {
        let found = of(&[("GOFLAGS", "-v -mod=mod --tags=a,b")]);
        assert_eq!((found.vendor, found.tags.len()), (Some(false), 2));
        assert_eq!(of(&[("GOFLAGS", "-mod=vendor")]).vendor, Some(true));
        assert!(of(&[("GO111MODULE", "off")]).without_modules);
    }

    #[test]
    fn settings_are_kept_in_a_file() {
        assert_eq!(
            kept("GOPATH=/x\n\nGOFLAGS=-mod=mod\n").get("GOFLAGS"),
            Some(&"-mod=mod")
        );
    }
}
