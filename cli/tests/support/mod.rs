//! A scratch folder with Go in it, and the `gort` that was just built.

#![allow(dead_code, unreachable_pub)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A small program.
pub const HELLO: &str =
    "package main\n\nimport \"fmt\"\n\n// Says hello.\nfunc main() {\n\tfmt.Println(\"hello\")\n}\n";

/// A program with something that cannot be translated yet.
pub const STUB: &str =
    "package main\n\nimport \"time\"\n\ntype stamp time.Time\n\nfunc main() {\n\t_ = stamp(time.Now())\n}\n";

/// A folder that is deleted afterwards.
pub struct Scratch(TempDir);

/// What `gort` did.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Scratch {
    /// A folder with files.
    pub fn with(files: &[(&str, &str)]) -> Scratch {
        let scratch = Scratch(tempfile::tempdir().expect("a scratch folder"));
        for (path, text) in files {
            scratch.write(path, text);
        }
        scratch
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).expect("a file to read")
    }

    /// A command that runs `gort` here, with a cache of its own.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gort"));
        command
            .args(args)
            .current_dir(self.0.path())
            .env("GORT_CACHE", self.path(".cache"));
        command
    }

    pub fn gort(&self, args: &[&str]) -> Ran {
        self.gort_with(args, &[])
    }

    /// With these variables too; none of the machine's Go settings count.
    pub fn gort_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = self.command(args);
        for name in ["GOFLAGS", "GOMODCACHE", "GOPATH", "GOWORK", "GO111MODULE"] {
            command.env_remove(name);
        }
        command.env("GOENV", "off").envs(variables.iter().copied());
        let Output { status, stdout, stderr } = command.output().expect("gort starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Ran {
            code: status.code().unwrap_or(-1),
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }

    /// Every file below a folder.
    pub fn tree(&self, path: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut out = BTreeMap::new();
        tree(&self.path(path), &self.path(path), &mut out);
        out
    }
}

fn tree(root: &Path, dir: &Path, out: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(dir).expect("a folder to read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            tree(root, &path, out);
        } else {
            let name = path.strip_prefix(root).expect("below the root").to_owned();
            out.insert(name, std::fs::read(&path).expect("a file to read"));
        }
    }
}

/// What `gort` did must be this: an exit code, and texts on standard error.
#[track_caller]
pub fn check(ran: &Ran, code: i32, texts: &[&str]) {
    assert_eq!(ran.code, code, "{ran:#?}");
    for text in texts {
        assert!(ran.stderr.contains(text), "no {text:?} in {}", ran.stderr);
    }
    assert!(
        !ran.stderr.contains('\x1b'),
        "colour without a terminal: {}",
        ran.stderr
    );
}
