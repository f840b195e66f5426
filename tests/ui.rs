//! Compile tests of the macros: mistakes have the expected messages, and valid code compiles without any.
//!
//! Each file of `ui/fail` is compiled and compared with its `.stderr`. After an intended change, run this with `BLESS=1`
//! and read the difference. `ui/pass` is compiled as modules of this file, which needs no builds of their own, and
//! their tests run with it.
//!
//! The compiler is called with the libraries that Cargo has built for this test. A harness that calls Cargo, such as
//! trybuild, builds all of them again, in a target folder of its own.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

/// Each module contains the generated `main`.
#[allow(dead_code)]
#[path = "ui/pass"]
mod pass {
    mod answers;
    mod event;
    mod generics;
    mod names;
    mod no_prelude;
    mod order;
    mod paths;
    mod problem;
    mod queue;
    mod renamed;
    mod repeated;
    mod schedule;
    mod stream;
}

#[test]
fn every_mistake_has_its_message() {
    let compiler = Compiler::find();
    let cases = files(&workspace().join("tests/ui/fail"), "", ".rs");
    let next = AtomicUsize::new(0);
    let check_cases = || {
        let mut faults = Vec::new();
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            faults.extend(fault(&compiler, case));
        }
        faults
    };
    let faults: Vec<String> = std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(check_cases)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a check")).collect()
    });
    assert!(cases.len() > 30, "the cases are not found");
    assert!(faults.is_empty(), "{}\nIf that is meant, run the test with BLESS=1.", faults.join("\n"));
}

/// Compiles a case. Returns how its messages differ from those expected.
fn fault(compiler: &Compiler, case: &Path) -> Option<String> {
    let source = case.strip_prefix(workspace()).expect("a case of this workspace").to_str().expect("UTF-8");
    let output = compiler.run(source, "");
    if output.status.success() {
        return Some(format!("{source} compiles"));
    }
    let actual = without_lines_elsewhere(&String::from_utf8_lossy(&output.stderr), source);
    let file = case.with_extension("stderr");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &actual).expect("the expected messages are written");
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    (actual != expected).then(|| format!("{source} was expected to say:\n{expected}\nbut says:\n{actual}"))
}

/// The compiler's lines about its own output: a summary, and where it has written the names of long types.
const ASIDES: [&str; 5] = [
    "error: aborting due to",
    "For more information about",
    "Some errors have detailed",
    "= note: the full name for the type has been written to",
    "= note: consider using `--verbose` to print the full type name",
];

/// Removes the asides and, where another file than the case is quoted, the numbers of its lines: they change with every
/// edit of that file.
fn without_lines_elsewhere(messages: &str, source: &str) -> String {
    let mut text = String::new();
    let mut elsewhere = false;
    for line in messages.lines() {
        if ASIDES.iter().any(|aside| line.trim_start().starts_with(aside)) {
            continue;
        }
        let start = line.trim_start();
        if let Some(place) = start.strip_prefix("--> ").or_else(|| start.strip_prefix("::: ")) {
            let file = place.split(':').next().unwrap_or_default();
            elsewhere = file != source;
            if elsewhere {
                text.push_str(line.split(':').next().unwrap_or_default());
                text.push('\n');
                continue;
            }
        }
        let quoted = start.trim_start_matches(|c: char| c.is_ascii_digit());
        if elsewhere && quoted.starts_with(" |") && quoted.len() < start.len() {
            text.push_str(&" ".repeat(line.len() - quoted.len()));
            text.push_str(quoted);
        } else {
            text.push_str(line);
        }
        text.push('\n');
    }
    format!("{}\n", text.trim_end())
}

/// The libraries that a case names, each with a type of `handlers` by which those of one build are known.
const LIBRARIES: [(&str, &str); 4] = [
    ("lambda", "fn main() { let _: fn(handlers::lambda::Reply) -> lambda::Reply = |same| same; }"),
    ("schemars", "fn main() { fn has<T: schemars::JsonSchema>() {} has::<handlers::prelude::Booking>() }"),
    ("serde", "fn main() { fn has<T: serde::Serialize>() {} has::<handlers::prelude::Booking>() }"),
    ("garde", "fn main() { fn has<T: garde::Validate>() {} has::<handlers::prelude::NewBooking>() }"),
];

/// `rustc` with the libraries that Cargo has built for this test.
struct Compiler {
    folder: PathBuf,
    libraries: Vec<String>,
}

impl Compiler {
    /// The folder holds libraries of earlier builds and other features too. The newest `handlers` is as new as this test;
    /// the others are those that it was built with.
    fn find() -> Self {
        let test = std::env::current_exe().expect("the test's own path");
        let folder = test.parent().expect("the folder of libraries").to_owned();
        let newest = |name: &str| {
            let mut found = files(&folder, &format!("lib{name}-"), ".rlib");
            found
                .sort_by_key(|path| path.metadata().and_then(|file| file.modified()).unwrap_or(SystemTime::UNIX_EPOCH));
            found.into_iter().rev().map(|path| format!("{name}={}", path.display())).collect::<Vec<_>>()
        };
        let handlers = newest("handlers").into_iter().next().expect("a library of this package");
        let mut compiler = Self { folder: folder.clone(), libraries: vec![handlers] };
        for (name, probe) in LIBRARIES {
            let fits = newest(name).into_iter().any(|library| {
                compiler.libraries.push(library);
                compiler.run("-", probe).status.success() || compiler.libraries.pop().is_none()
            });
            assert!(fits, "no library `{name}` is that of `handlers`");
        }
        compiler
    }

    /// Checks a file, or `text` as `-`, as the source of a function.
    fn run(&self, source: &str, text: &str) -> Output {
        let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc
            // The paths in messages are relative to this folder.
            .current_dir(workspace())
            .args(["--edition=2024", "--emit=metadata", "--color=never", "--diagnostic-width=140", source])
            .args(["--out-dir", env!("CARGO_TARGET_TMPDIR")])
            .args(self.libraries.iter().flat_map(|library| ["--extern", library]))
            .arg(format!("-Ldependency={}", self.folder.display()))
            // For the description of the function's package.
            .envs([("CARGO_PKG_NAME", "handlers"), ("CARGO_PKG_VERSION", "0.0.0"), ("CARGO_PKG_LICENSE", "MIT")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = rustc.spawn().expect("rustc");
        let mut stdin = child.stdin.take().expect("its input");
        // Closed by then where the source is a file.
        let _ = stdin.write_all(text.as_bytes());
        drop(stdin);
        child.wait_with_output().expect("rustc")
    }
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace's folder")
}

/// The files of a folder whose names have this start and end.
fn files(folder: &Path, start: &str, end: &str) -> Vec<PathBuf> {
    let entries = folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path());
    let fits = |path: &PathBuf| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with(start) && name.ends_with(end))
    };
    let mut files: Vec<_> = entries.filter(fits).collect();
    files.sort();
    files
}
