//! Builds the functions' binaries with Cargo.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{ChildStderr, ChildStdout, Command};

use super::owner;
use crate::base::error::StartError;
use crate::project::template::Function;

/// Prefixes of variables that Cargo sets for the package it runs.
const OURS: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];

/// The package whose binaries are the functions.
#[derive(Debug)]
pub(crate) struct Package {
    id: String,
    pub binaries: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Described>,
    workspace_members: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Described {
    id: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Target {
    fn is_binary(&self) -> bool {
        self.kind.iter().any(|kind| kind == "bin")
    }
}

/// A line of `--message-format json`.
#[derive(Deserialize)]
struct Message {
    reason: String,
    package_id: Option<String>,
    target: Option<Target>,
    executable: Option<PathBuf>,
}

fn cargo(directory: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(directory).stdin(Stdio::null()).kill_on_drop(true);
    // `cargo run` sets variables of this package. Build scripts that watch them would run again.
    for (name, _) in std::env::vars_os() {
        let ours = |name: &str| OURS.iter().any(|prefix| name.starts_with(prefix));
        if name.to_str().is_some_and(ours) {
            command.env_remove(name);
        }
    }
    command
}

fn cannot_run(error: &std::io::Error) -> StartError {
    StartError::Build(format!("cargo cannot be run: {error}"))
}

/// Finds the package, of the service in `directory`, whose binaries are the functions.
pub(crate) async fn find(directory: &Path, functions: &[Function]) -> Result<Package, StartError> {
    let output = cargo(directory)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .await
        .map_err(|error| cannot_run(&error))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(StartError::Build(format!("cargo cannot read the workspace around serverless.yml: {reason}")));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)
        .map_err(|error| StartError::Build(format!("cargo metadata cannot be understood: {error}")))?;
    // Cargo's paths are canonical.
    let canonical = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    choose(metadata, functions, |manifest| owner::belongs(manifest, &canonical))
}

/// The package of the service with the most handlers: a typo in one of them must not hide the package.
fn choose(metadata: Metadata, functions: &[Function], belongs: impl Fn(&Path) -> bool) -> Result<Package, StartError> {
    let handlers: BTreeSet<&str> = functions.iter().map(|function| function.handler.as_str()).collect();
    let members = metadata.workspace_members;
    let packages = metadata
        .packages
        .into_iter()
        .filter(|package| members.contains(&package.id) && belongs(&package.manifest_path))
        .map(|package| {
            let binaries = package.targets.into_iter().filter(Target::is_binary).map(|target| target.name);
            Package { id: package.id, binaries: binaries.collect() }
        });
    let shared = |package: &Package| package.binaries.iter().filter(|name| handlers.contains(name.as_str())).count();
    packages.max_by_key(shared).filter(|package| shared(package) > 0).ok_or_else(|| {
        StartError::Binaries(
            "no package of this service has a binary that a function of serverless.yml names as its handler".to_owned(),
        )
    })
}

/// Builds the binaries. With `progress`, a terminal shows a progress line; Cargo's diagnostics are shown either way.
pub(crate) async fn build(
    directory: &Path,
    package: &Package,
    release: bool,
    progress: bool,
) -> Result<BTreeMap<String, PathBuf>, StartError> {
    let watched = progress && std::io::stderr().is_terminal();
    let mut command = cargo(directory);
    command.args(["build", "--bins", "--package", &package.id, "--message-format", "json-render-diagnostics"]);
    if release {
        command.arg("--release");
    }
    command.stdout(Stdio::piped());
    if watched {
        command.stderr(Stdio::piped()).env("CARGO_TERM_COLOR", "always");
    }
    let mut child = command.spawn().map_err(|error| cannot_run(&error))?;
    let bar = spinner(watched);
    let (messages, ()) = tokio::join!(
        read_messages(child.stdout.take(), &package.id, &bar),
        read_diagnostics(child.stderr.take(), &bar)
    );
    let status = child.wait().await;
    bar.finish_and_clear();
    if !status.as_ref().is_ok_and(ExitStatus::success) {
        return Err(StartError::Build("the functions do not compile; Cargo's errors are above".to_owned()));
    }
    Ok(messages)
}

fn spinner(shown: bool) -> ProgressBar {
    if !shown {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) =
        ProgressStyle::with_template("{spinner} building the functions: {pos} crates, {elapsed}  {wide_msg}")
    {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

async fn read_messages(from: Option<ChildStdout>, package: &str, bar: &ProgressBar) -> BTreeMap<String, PathBuf> {
    let mut executables = BTreeMap::new();
    let Some(from) = from else { return executables };
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(message) = serde_json::from_str::<Message>(&line) else { continue };
        if message.reason == "compiler-artifact" {
            bar.inc(1);
        }
        if let (Some(target), Some(executable)) = (message.target, message.executable)
            && target.is_binary()
            && message.package_id.as_deref() == Some(package)
        {
            executables.insert(target.name, executable);
        }
    }
    executables
}

/// Cargo's progress goes into the progress line, and its diagnostics to the terminal.
async fn read_diagnostics(from: Option<ChildStderr>, bar: &ProgressBar) {
    let Some(from) = from else { return };
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match ["Compiling", "Checking", "Downloading", "Downloaded", "Blocking", "Finished", "Updating", "Locking"]
            .into_iter()
            .find_map(|word| line.find(word).filter(|at| *at < 24).map(|at| &line[at..]))
        {
            Some(doing) => {
                bar.set_message(doing.replace("\x1b[0m", "").replace("\x1b[22m", "").replace("\x1b[39m", ""));
            }
            None => bar.suspend(|| eprintln!("{line}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_with_most_of_the_handlers_is_chosen() {
        let text = r#"{
            "workspace_members": ["tools", "app"],
            "packages": [
                { "id": "tools", "manifest_path": "/w/tools/Cargo.toml", "targets": [{ "name": "local", "kind": ["bin"] }] },
                { "id": "app", "manifest_path": "/w/app/Cargo.toml", "targets": [{ "name": "a", "kind": ["bin"] }, { "name": "app", "kind": ["lib"] }] },
                { "id": "elsewhere", "manifest_path": "/e/Cargo.toml", "targets": [{ "name": "a", "kind": ["bin"] }, { "name": "b", "kind": ["bin"] }] }
            ]
        }"#;
        let function = |handler: &str| Function {
            key: handler.into(),
            name: handler.into(),
            handler: handler.into(),
            memory: 128,
            timeout: Duration::from_secs(6),
            environment: BTreeMap::new(),
            log_level: None,
            routes: Vec::new(),
            streams: Vec::new(),
            schedules: Vec::new(),
        };
        let metadata = || serde_json::from_str(text).unwrap();
        let chosen = choose(metadata(), &[function("a"), function("b")], |_| true).unwrap();
        assert_eq!((chosen.id.as_str(), chosen.binaries), ("app", BTreeSet::from(["a".to_owned()])));
        assert!(choose(metadata(), &[function("c")], |_| true).is_err());
        // Another service's package is none, however well its binaries fit.
        let others = |manifest: &Path| manifest != Path::new("/w/app/Cargo.toml");
        assert!(choose(metadata(), &[function("a"), function("b")], others).is_err());

        let has = |names: &[&str]| names.iter().map(ToString::to_string).collect::<BTreeSet<String>>();
        let check = |binaries| {
            crate::project::binaries::check(&[function("a"), function("b")], &binaries)
                .map_err(|error| error.to_string())
        };
        assert_eq!(check(has(&["a", "b"])), Ok(()));
        assert!(check(has(&["a"])).unwrap_err().contains("function `b` of serverless.yml has the handler `b`"));
        assert!(check(has(&["a", "b", "z"])).unwrap_err().contains("binary `z` is the handler of no function"));
    }
}
