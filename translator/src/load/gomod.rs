//! go.mod: module path, Go release, requirements, replacements.
//!
//! In: the file's text. Out: `GoMod`.
//! Invariants: unknown directives are skipped; what is malformed is said by line number.

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
    /// `replace path => target`; only local targets can be followed.
    pub replace: Vec<(String, String)>,
}

impl GoMod {
    /// Parses the text; gives the numbers of lines that make no sense too.
    pub fn parse(dir: &str, text: &str) -> (GoMod, Vec<usize>) {
        let mut out = GoMod {
            dir: dir.into(),
            ..GoMod::default()
        };
        let mut bad = Vec::new();
        let mut block: Option<String> = None;
        for (i, line) in text.lines().enumerate() {
            let line = line.split("//").next().unwrap_or("").trim();
            if line.is_empty() {
                continue;
            }
            if line == ")" {
                block = None;
                continue;
            }
            let mut words = line.split_whitespace().map(|w| w.trim_matches('"'));
            let verb = match &block {
                Some(b) => b.clone(),
                None => words.next().unwrap_or("").to_string(),
            };
            let rest: Vec<&str> = words.collect();
            if rest == ["("] {
                block = Some(verb);
                continue;
            }
            match (&*verb, &rest[..]) {
                ("module", [path]) => out.module = (*path).into(),
                ("go", [v]) => match version(v) {
                    Some(v) => out.go = Some(v),
                    None => bad.push(i + 1),
                },
                ("require", [path, v, ..]) => out.require.push(((*path).into(), (*v).into())),
                ("replace", words) => match words.iter().position(|w| *w == "=>") {
                    Some(at) if at > 0 => {
                        if let (Some(path), Some(target)) = (words.first(), words.get(at + 1)) {
                            out.replace.push(((*path).into(), (*target).into()));
                        }
                    }
                    _ => bad.push(i + 1),
                },
                ("module" | "go" | "require", _) => bad.push(i + 1),
                _ => {}
            }
        }
        if out.module.is_empty() {
            bad.push(1);
        }
        (out, bad)
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
