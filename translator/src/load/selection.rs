//! Which version of each module a build has: Go's minimal version selection over a pruned module graph.
//!
//! In: the go.mod files of the user's modules, and a way to get those of others. Out: a version per module path.
//! Invariants: of all versions that are asked for the greatest is selected; the requirements of a module are followed only
//! as far as Go follows them: those of a dependency of a module of Go 1.17 or later are not, since that module's own
//! go.mod lists what it needs.

use super::gomod::GoMod;
use super::version;
use rustc_hash::{FxHashMap, FxHashSet};

/// A module's version by its path.
pub(super) type Versions = FxHashMap<String, String>;

/// From this language version on a go.mod lists all that its module's packages import, also from afar.
const PRUNED_SINCE: (u32, u32) = (1, 17);

/// How far the requirements of a module are followed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Depth {
    /// Those of the module, not those of what it requires.
    Own,
    /// All.
    All,
}

impl Depth {
    fn of(module: &GoMod) -> Depth {
        if module.language() >= PRUNED_SINCE {
            Depth::Own
        } else {
            Depth::All
        }
    }
}

/// What the user's go.mod files ask for themselves.
pub(super) fn roots(mains: &[GoMod]) -> Versions {
    let mut out = Versions::default();
    for main in mains {
        requirements(main, mains).for_each(|(path, v)| raise(&mut out, path, v));
    }
    out
}

/// The versions of all modules in the graph. `summary` gives a module's go.mod, replaced where the user says so; one that
/// cannot be had requires nothing.
///
/// Beyond the spec: cmd/go, "Modules, module versions, and more".
pub(super) fn select(mains: &[GoMod], mut summary: impl FnMut(&str, &str) -> Option<GoMod>) -> Versions {
    let mut out = roots(mains);
    let mut met: FxHashSet<(String, String, Depth)> = FxHashSet::default();
    let mut open: Vec<(String, String, Depth)> = Vec::new();
    for main in mains {
        let depth = Depth::of(main);
        open.extend(requirements(main, mains).map(|(path, v)| (path.clone(), v.clone(), depth)));
    }
    while let Some(next) = open.pop() {
        if !met.insert(next.clone()) {
            continue;
        }
        let (path, version, depth) = next;
        let Some(module) = summary(&path, &version) else {
            continue;
        };
        let own = Depth::of(&module);
        let inner = if depth == Depth::All { Depth::All } else { own };
        for (path, version) in requirements(&module, mains) {
            raise(&mut out, path, version);
            if depth == Depth::All || own == Depth::All {
                open.push((path.clone(), version.clone(), inner));
            }
        }
    }
    out
}

/// What a module requires, without what the user's modules exclude, and without these themselves.
fn requirements<'a>(module: &'a GoMod, mains: &'a [GoMod]) -> impl Iterator<Item = &'a (String, String)> {
    module.require.iter().filter(|r| {
        let excluded = mains.iter().any(|m| m.exclude.contains(r));
        !excluded && mains.iter().all(|m| m.module != r.0)
    })
}

fn raise(versions: &mut Versions, path: &str, to: &str) {
    match versions.get_mut(path) {
        Some(old) if version::compare(old, to).is_ge() => {}
        Some(old) => to.clone_into(old),
        None => {
            versions.insert(path.to_owned(), to.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(main: &str, others: &[(&str, &str)]) -> Vec<String> {
        let main = GoMod::parse(".", main).0;
        let found = select(&[main], |path, version| {
            let name = format!("{path}@{version}");
            let text = others.iter().find(|o| o.0 == name)?.1;
            Some(GoMod::parse("", &format!("module {path}\n{text}")).0)
        });
        let mut found: Vec<_> = found.into_iter().map(|(p, v)| format!("{p}@{v}")).collect();
        found.sort();
        found
    }

    #[test]
    fn the_greatest_version_asked_for_is_selected() {
        let others = [
            ("b@v1.0.0", "require d v1.3.0\n"),
            ("c@v1.0.0", "require d v1.4.0\n"),
            ("d@v1.4.0", "require b v1.1.0\n"),
            ("b@v1.1.0", "require d v1.3.0\n"),
        ];
        let main = "module m\nrequire b v1.0.0\nrequire c v1.0.0\n";
        assert_eq!(selected(main, &others), ["b@v1.1.0", "c@v1.0.0", "d@v1.4.0"]);
    }

    #[test]
    fn requirements_of_dependencies_are_pruned() {
        let others = [
            ("b@v1.0.0", "go 1.17\nrequire c v1.0.0\n"),
            ("c@v1.0.0", "go 1.17\nrequire d v1.0.0\n"),
        ];
        let main = "module m\ngo 1.17\nrequire b v1.0.0\n";
        assert_eq!(selected(main, &others), ["b@v1.0.0", "c@v1.0.0"]);
        let main = "module m\ngo 1.16\nrequire b v1.0.0\n";
        assert_eq!(selected(main, &others), ["b@v1.0.0", "c@v1.0.0", "d@v1.0.0"]);
    }

    #[test]
    fn an_excluded_version_is_not_asked_for() {
        let others = [("b@v1.0.0", "require c v1.5.0\n")];
        let main = "module m\nrequire b v1.0.0\nrequire c v1.2.0\nexclude c v1.5.0\n";
        assert_eq!(selected(main, &others), ["b@v1.0.0", "c@v1.2.0"]);
    }
}
