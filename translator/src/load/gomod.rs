//! go.mod and go.work: module path, Go release, requirements, replacements, exclusions, the modules of a workspace.
//!
//! In: the file's text. Out: `GoMod` or `GoWork`.
//! Invariants: unknown directives are skipped; what is malformed is said by line number.

use super::directives::{self, Directive};

/// What a go.mod says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoMod {
    /// The folder it lies in.
    pub dir: String,
    /// `module …`
    pub module: String,
    /// `go 1.26`; 1.16 without the line, as Go has it.
    pub go: Option<(u32, u32)>,
    /// `require path version`
    pub require: Vec<(String, String)>,
    /// `replace path version => target`
    pub replace: Vec<Replace>,
    /// `exclude path version`
    pub exclude: Vec<(String, String)>,
}

/// What a go.work says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoWork {
    /// `go 1.26`
    pub go: Option<(u32, u32)>,
    /// The folders of its modules, as written.
    pub modules: Vec<String>,
    /// `replace path version => target`; these come before those of the modules.
    pub replace: Vec<Replace>,
}

/// `replace path [version] => target [version]`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replace {
    /// The module that is replaced.
    pub path: String,
    /// Only this version of it.
    pub version: Option<String>,
    /// A folder, or another module.
    pub target: String,
    /// The other module's version; a folder has none.
    pub target_version: Option<String>,
}

impl Replace {
    /// Whether the target is a folder.
    pub fn is_local(&self) -> bool {
        self.target_version.is_none()
    }

    fn of(words: &[String]) -> Option<Replace> {
        let at = words.iter().position(|w| w == "=>")?;
        let (from, to) = (words.get(..at)?, words.get(at + 1..)?);
        let (path, version) = match from {
            [path] => (path, None),
            [path, version] => (path, Some(version.clone())),
            _ => return None,
        };
        let (target, target_version) = match to {
            [target] => (target, None),
            [target, version] => (target, Some(version.clone())),
            _ => return None,
        };
        Some(Replace {
            path: path.clone(),
            version,
            target: target.clone(),
            target_version,
        })
    }
}

impl GoMod {
    /// Parses the text; gives the numbers of lines that make no sense too.
    pub fn parse(dir: &str, text: &str) -> (GoMod, Vec<usize>) {
        let mut out = GoMod {
            dir: dir.into(),
            ..GoMod::default()
        };
        let mut bad = Vec::new();
        for directive in directives::read(text) {
            if out.take(&directive).is_none() {
                bad.push(directive.line);
            }
        }
        if out.module.is_empty() {
            bad.push(1);
        }
        (out, bad)
    }

    /// The language version of its packages.
    pub fn language(&self) -> (u32, u32) {
        self.go.unwrap_or((1, 16))
    }

    fn take(&mut self, directive: &Directive) -> Option<()> {
        match (&*directive.verb, &directive.words[..]) {
            ("module", [path]) => self.module = path.clone(),
            ("go", [v]) => self.go = Some(version(v)?),
            ("require", [path, v, ..]) => self.require.push((path.clone(), v.clone())),
            ("exclude", [path, v]) => self.exclude.push((path.clone(), v.clone())),
            ("replace", words) => self.replace.push(Replace::of(words)?),
            ("module" | "go" | "require" | "exclude", _) => return None,
            _ => {}
        }
        Some(())
    }
}

impl GoWork {
    /// Parses the text; gives the numbers of lines that make no sense too.
    pub fn parse(text: &str) -> (GoWork, Vec<usize>) {
        let mut out = GoWork::default();
        let mut bad = Vec::new();
        for directive in directives::read(text) {
            if out.take(&directive).is_none() {
                bad.push(directive.line);
            }
        }
        (out, bad)
    }

    fn take(&mut self, directive: &Directive) -> Option<()> {
        match (&*directive.verb, &directive.words[..]) {
            ("go", [v]) => self.go = Some(version(v)?),
            ("use", [dir]) => self.modules.push(dir.clone()),
            ("replace", words) => self.replace.push(Replace::of(words)?),
            ("go" | "use", _) => return None,
            _ => {}
        }
        Some(())
    }
}

/// `1.26`, `1.26.3`, `1.26rc1` and `go1.26`.
pub fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.strip_prefix("go").unwrap_or(text).split('.');
    let major = parts.next()?.parse().ok()?;
    let minor: String = parts
        .next()
        .unwrap_or("0")
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    Some((major, minor.parse().ok()?))
}
