//! `gort translate`: Go in, a crate out.
//!
//! In: paths and where to. Out: a folder that cargo builds.
//! Invariants: nothing is written before everything that could be refused was looked at.

use crate::args::Translate;
use crate::disk::shown;
use crate::failure::Failure;
use crate::manifest::{self, Purpose, Runtime};
use crate::output::{self, Files};
use crate::render::Printer;
use crate::runtime;
use crate::source::Source;
use crate::translation::Translated;
use gort_translator::emit;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// Runs the command.
pub(crate) fn run(args: &Translate, printer: &Printer) -> Result<(), Failure> {
    let source = Source::open(&args.paths, args.jobs)?;
    let runtime = located(&args.runtime)?;
    let out = destination(args.output.as_deref(), &source)?;
    output::inspect(&out, args.force)?;
    let translated = Translated::of(&source, printer)?;
    let output = match translated.output(&source, "translate", args.strict) {
        Ok(output) => output,
        Err(failure) => {
            printer.value(translated.value());
            return Err(failure);
        }
    };
    output::write(&out, assemble(output, &translated.crate_name, &runtime), args.force)?;

    let mut lines = vec![translated.numbers()];
    lines.extend(translated.stub_line());
    let next = if output.is_binary { "run" } else { "build" };
    lines.push(format!("next: cd {} && cargo {next}", quoted(&shown(&out))));
    let mut value = translated.value();
    value["output"] = out.to_string_lossy().into();
    printer.summary(
        &format!("Translated {} to {}", source.shown, shown(&out)),
        &lines,
        value,
    );
    Ok(())
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = path.chars().all(|c| c.is_alphanumeric() || "/._-+,=@:\\".contains(c));
    if plain {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}

/// All files of the crate.
fn assemble(output: &emit::Output, name: &str, runtime: &Runtime) -> Files {
    let mut files = Files::new();
    files.insert(
        "Cargo.toml".into(),
        manifest::manifest(name, runtime, Purpose::Keep, output.is_binary).into_bytes(),
    );
    files.insert(".gitignore".into(), b"/target\n".to_vec());
    for file in &output.files {
        files.insert(format!("src/{}", file.path), file.text.clone().into_bytes());
    }
    for asset in &output.assets {
        files.insert(format!("src/{}", asset.path), asset.bytes.to_vec());
    }
    if *runtime == Runtime::Bundled {
        files.extend(
            runtime::files()
                .into_iter()
                .map(|(path, text)| (format!("{}/{path}", runtime::FOLDER), text)),
        );
    }
    files
}

/// The runtime with a path that holds from everywhere.
fn located(runtime: &Runtime) -> Result<Runtime, Failure> {
    let Runtime::Path(path) = runtime else {
        return Ok(runtime.clone());
    };
    let real = path
        .canonicalize()
        .map_err(|e| Failure::io("open the runtime", path, &e).help("give a folder that exists"))?;
    if !real.join("Cargo.toml").is_file() {
        return Err(Failure::new(format!("`{}` is no crate", path.display()))
            .help("give the folder of `gort-runtime`, which holds its `Cargo.toml`"));
    }
    Ok(Runtime::Path(real))
}

/// The crate's folder, when it lies neither in the sources nor around them.
fn destination(asked: Option<&Path>, source: &Source) -> Result<PathBuf, Failure> {
    let out = match asked {
        Some(path) if path.as_os_str().is_empty() => {
            return Err(Failure::usage("the output folder has no name").help("give a folder with `-o OUT`"));
        }
        Some(path) => resolve(path).map_err(|e| Failure::io("open", path, &e))?,
        None => match source.default_output() {
            Some(path) => path,
            None => {
                return Err(Failure::new("there is no folder beside the sources").help("give one with `-o OUT`"));
            }
        },
    };
    if source.would_hold(&out) {
        let failure = Failure::new(format!(
            "the output folder `{}` lies inside the Go package",
            shown(&out)
        ));
        return Err(match source.default_output() {
            Some(beside) => failure.help(format!("choose one outside, such as `-o {}`", quoted(&shown(&beside)))),
            None => failure.help("choose one outside with `-o OUT`"),
        });
    }
    if source.folder.starts_with(&out) {
        return Err(
            Failure::new(format!("the output folder `{}` holds the Go package", shown(&out)))
                .help("choose one that is empty or does not exist, with `-o OUT`"),
        );
    }
    Ok(out)
}

/// An absolute path without links or `..`, of something that need not be there.
fn resolve(path: &Path) -> std::io::Result<PathBuf> {
    let mut missing: Vec<OsString> = Vec::new();
    let absolute = std::path::absolute(path)?;
    let mut at = absolute.as_path();
    loop {
        if let Ok(real) = at.canonicalize() {
            let mut out = real;
            out.extend(missing.iter().rev());
            return Ok(out);
        }
        // A link to nowhere stays as it is, and is refused later.
        match (at.components().next_back(), at.parent()) {
            (Some(Component::Normal(name)), Some(parent)) => {
                missing.push(name.to_owned());
                at = parent;
            }
            _ => return Err(std::io::ErrorKind::NotFound.into()),
        }
    }
}
