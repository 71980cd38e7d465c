//! What several tests need.

// Each test is a crate of its own and takes what it needs.
#![allow(dead_code, unreachable_pub)]

use gort_translator::load::FileSystem;

/// Files in memory: their paths and texts.
pub struct Tree(pub Vec<(String, String)>);

impl Tree {
    /// The files given.
    pub fn of(files: &[(&str, &str)]) -> Tree {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Tree(files.iter().map(owned).collect())
    }

    /// One text with all files, one after the other: `-- path --` and the file's text.
    pub fn parse(text: &str) -> Tree {
        let mut out: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            match line.strip_prefix("-- ").and_then(|l| l.strip_suffix(" --")) {
                Some(path) => out.push((path.to_owned(), String::new())),
                None => {
                    if let Some((_, text)) = out.last_mut() {
                        text.push_str(line);
                        text.push('\n');
                    }
                }
            }
        }
        Tree(out)
    }

    /// Paths of the loader may begin with its `.`.
    fn name(path: &str) -> &str {
        path.strip_prefix("./").unwrap_or(path)
    }
}

impl FileSystem for Tree {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let path = Tree::name(path);
        self.0.iter().find(|f| f.0 == path).map(|f| f.1.as_bytes().to_vec())
    }

    fn read_dir(&self, path: &str) -> Vec<String> {
        let path = Tree::name(path);
        let below = |f: &str| match path {
            "." => Some(f.to_owned()),
            path => f.strip_prefix(path)?.strip_prefix('/').map(str::to_owned),
        };
        let inside = self.0.iter().filter_map(|f| below(&f.0));
        inside.filter(|n| !n.contains('/')).collect()
    }

    fn exists(&self, path: &str) -> bool {
        let path = Tree::name(path);
        let below = |f: &str| {
            f.strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.0.iter().any(|f| below(&f.0))
    }
}
