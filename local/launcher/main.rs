//! The alias `cargo local` of this workspace: builds the command, and runs it.
//!
//! In a fresh clone it builds the functions of the workspace's `serverless.yml` by the same call of Cargo. `cargo run` would
//! build them only once the command runs, and a processor would be idle while the last crates of the command are compiled.

use std::path::Path;
use std::process::{Command, ExitCode};

/// Prefixes of the variables that Cargo sets for the package it runs. Build scripts that watch them would run again.
const OF_CARGO: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];

/// The package of the functions, with its feature for debug builds. A library of Windows exports 65,535 symbols at most,
/// which is too few for this feature.
const FUNCTIONS: &[&str] =
    if cfg!(unix) { &["--package", "handlers", "--features", "handlers/shared"] } else { &["--package", "handlers"] };

fn main() -> ExitCode {
    let command = match std::env::current_exe() {
        Ok(this) => this.with_file_name(format!("cargo-local{}", std::env::consts::EXE_SUFFIX)),
        Err(error) => return failed("the folder of the build cannot be found", &error),
    };
    let is_new = !command.exists();
    let mut build = prepared(&std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--package", "local", "--bins"]);
    if is_new && in_root() {
        // The command reports the compile errors of functions.
        build.args(FUNCTIONS).arg("--keep-going");
    }
    match build.status() {
        Ok(status) if status.success() || is_new && command.exists() => {}
        Ok(_) => return ExitCode::FAILURE,
        Err(error) => return failed("cargo cannot be run", &error),
    }
    let mut run = prepared(command.as_os_str());
    run.args(std::env::args_os().skip(1));
    let error = replace(&mut run);
    failed("cargo-local cannot be run", &error)
}

/// A command without the variables of this package.
fn prepared(program: &std::ffi::OsStr) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| OF_CARGO.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(name);
        }
    }
    command
}

/// Whether the current folder is the workspace's root, whose `serverless.yml` the command then serves.
fn in_root() -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let canonical = |path: &Path| path.canonicalize().ok();
    std::env::current_dir().is_ok_and(|folder| canonical(&folder) == canonical(&root))
}

/// Runs the command in place of this process, which then gets its signals. The result is why that failed.
#[cfg(unix)]
fn replace(command: &mut Command) -> std::io::Error {
    std::os::unix::process::CommandExt::exec(command)
}

#[cfg(not(unix))]
fn replace(command: &mut Command) -> std::io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

fn failed(message: &str, error: &std::io::Error) -> ExitCode {
    eprintln!("{message}: {error}");
    ExitCode::FAILURE
}
