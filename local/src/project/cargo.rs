//! Finds the Cargo package whose binaries are the functions.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::metadata::{Described, Metadata};
use super::owner;
pub(crate) use super::selection::Package;
use super::selection::{OURS, SHARED};
use super::sources::Sources;
use crate::base::error::StartError;
use crate::project::template::Function;

/// Prefixes of variables that Cargo sets for the package it runs.
const OF_CARGO: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];

/// Cargo, as a command in `directory`.
pub(super) fn cargo(directory: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(directory).stdin(Stdio::null()).kill_on_drop(true);
    // `cargo run` sets variables of this package. Build scripts that watch them would run again.
    for (name, _) in std::env::vars_os() {
        let ours = |name: &str| OF_CARGO.iter().any(|prefix| name.starts_with(prefix));
        if name.to_str().is_some_and(ours) {
            command.env_remove(name);
        }
    }
    command
}

pub(super) fn cannot_run(error: &std::io::Error) -> StartError {
    StartError::Build(format!("cargo cannot be run: {error}"))
}

/// Finds the package, of the service in `directory`, whose binaries are the functions.
pub(crate) async fn find(directory: &Path, functions: &[Function]) -> Result<Package, StartError> {
    let metadata = describe(directory, None).await?;
    // Cargo's paths are canonical.
    let canonical = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    let (package, manifest) = choose(&metadata, functions, |manifest| owner::belongs(manifest, &canonical))?;
    let (mut known, mut asked) = (metadata.packages.clone(), BTreeSet::new());
    let sources = loop {
        let (sources, unknown) = Sources::of(&metadata, &known, &manifest, &canonical);
        // Packages outside of the workspace, which need not be there.
        let Some(unknown) = unknown.into_iter().find(|manifest| asked.insert(manifest.clone())) else { break sources };
        known.extend(describe(directory, Some(&unknown)).await.map(|other| other.packages).unwrap_or_default());
    };
    Ok(Package { sources, ..package })
}

/// The packages of the workspace around `directory`, or around another manifest.
async fn describe(directory: &Path, manifest: Option<&Path>) -> Result<Metadata, StartError> {
    let mut command = cargo(directory);
    command.args(["metadata", "--no-deps", "--format-version", "1"]);
    if let Some(manifest) = manifest {
        command.arg("--manifest-path").arg(manifest);
    }
    let output = command.output().await.map_err(|error| cannot_run(&error))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(StartError::Build(format!("cargo cannot read the workspace around serverless.yml: {reason}")));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| StartError::Build(format!("cargo metadata cannot be understood: {error}")))
}

/// The package of the service with the most handlers, and its manifest: a typo in one of them must not hide the package. Its sources
/// are still missing.
fn choose(
    metadata: &Metadata,
    functions: &[Function],
    belongs: impl Fn(&Path) -> bool,
) -> Result<(Package, PathBuf), StartError> {
    let handlers: BTreeSet<&str> = functions.iter().map(|function| function.handler.as_str()).collect();
    let members = &metadata.workspace_members;
    let is_ours = |package: &&Described| package.binaries().any(|name| name == OURS) && members.contains(&package.id);
    let packages =
        metadata.packages.iter().filter(|package| members.contains(&package.id) && belongs(&package.manifest_path));
    let shared = |package: &&Described| package.binaries().filter(|name| handlers.contains(name)).count();
    let package = packages.max_by_key(shared).filter(|package| shared(package) > 0).ok_or_else(|| {
        StartError::Binaries(
            "no package of this service has a binary that a function of serverless.yml names as its handler".to_owned(),
        )
    })?;
    let shared = package.features.contains_key(SHARED);
    let manifest = package.manifest_path.clone();
    let package = Package {
        ours: metadata.packages.iter().find(is_ours).map(|package| package.id.clone()),
        shared: shared.then(|| format!("{}/{}", package.name, SHARED)),
        id: package.id.clone(),
        binaries: package.binaries().map(ToOwned::to_owned).collect(),
        sources: Sources::default(),
    };
    Ok((package, manifest))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_package_with_most_of_the_handlers_is_chosen() {
        let text = r#"{
            "workspace_members": ["tools", "app"],
            "packages": [
                { "id": "tools", "name": "tools", "features": {}, "manifest_path": "/w/tools/Cargo.toml", "targets": [{ "name": "cargo-local", "kind": ["bin"] }] },
                { "id": "app", "name": "app", "features": { "shared": [] }, "manifest_path": "/w/app/Cargo.toml", "targets": [{ "name": "a", "kind": ["bin"] }, { "name": "app", "kind": ["lib"] },
                    { "name": "x", "kind": ["bin"], "required-features": ["x"] }] },
                { "id": "elsewhere", "name": "e", "features": {}, "manifest_path": "/e/Cargo.toml", "targets": [{ "name": "a", "kind": ["bin"] }, { "name": "b", "kind": ["bin"] }] }
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
            queues: Vec::new(),
            schedules: Vec::new(),
            asynchronous: crate::project::template::Asynchronous::default(),
        };
        let metadata = || serde_json::from_str::<Metadata>(text).unwrap();
        let (chosen, manifest) = choose(&metadata(), &[function("a"), function("b")], |_| true).unwrap();
        assert_eq!(manifest, Path::new("/w/app/Cargo.toml"));
        assert_eq!((chosen.id.as_str(), &chosen.binaries), ("app", &BTreeSet::from(["a".to_owned()])));
        let debug = ["--package", "app", "--bin", "a", "--package", "tools", "--features", "app/shared"];
        assert_eq!(chosen.selection(false), debug);
        assert_eq!(chosen.selection(true), ["--package", "app", "--bin", "a", "--release"]);
        assert!(choose(&metadata(), &[function("c")], |_| true).is_err());
        // Another service's package is none, however well its binaries fit.
        let others = |manifest: &Path| manifest != Path::new("/w/app/Cargo.toml");
        assert!(choose(&metadata(), &[function("a"), function("b")], others).is_err());

        let has = |names: &[&str]| names.iter().map(ToString::to_string).collect::<BTreeSet<String>>();
        let check = |binaries| {
            let optional = has(&["later"]);
            crate::project::binaries::check(&[function("a"), function("b")], &optional, &binaries)
                .map_err(|error| error.to_string())
        };
        assert_eq!(check(has(&["a", "b"])), Ok(()));
        assert_eq!(check(has(&["a", "b", "later"])), Ok(()), "a parameter leaves its function out");
        assert!(check(has(&["a"])).unwrap_err().contains("function `b` of serverless.yml has the handler `b`"));
        assert!(check(has(&["a", "b", "z"])).unwrap_err().contains("binary `z` is the handler of no function"));
    }
}
