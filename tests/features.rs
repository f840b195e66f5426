//! No crate is built again for another command.
//!
//! Cargo builds a crate once for each set of features, and gives a command the features that its packages ask for. Where
//! `cargo local` and the tests would use a crate with different ones, the crate and all that depend on it are built
//! twice: most of the AWS SDK for one feature of tokio.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// The sets of features with which a selection of packages uses each crate of a registry.
fn features(selection: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .args(["tree", "--offline", "--locked", "--prefix", "none", "--format", "{p}|{f}"])
        .args(selection)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        // A crate that was listed before ends with a star.
        let Some((package, features)) = line.trim_end_matches(" (*)").split_once('|') else { continue };
        // A package of this workspace has its path here.
        if !package.contains("(/") {
            all.entry(package.to_owned()).or_default().insert(features.to_owned());
        }
    }
    all
}

#[test]
fn tests_use_each_crate_as_cargo_local_has_built_it() {
    let local = features(&["--package", "local", "--edges", "normal,build"]);
    let tests = features(&["--workspace", "--edges", "normal,build,dev"]);
    assert!(local.len() > 100, "{local:?}");
    let other: Vec<_> = local.iter().filter(|(name, known)| !tests[*name].is_subset(known)).collect();
    let wanted: Vec<_> = other.iter().map(|(name, known)| (name, known, &tests[*name])).collect();
    assert!(wanted.is_empty(), "add these features in local/Cargo.toml (crate, there, in tests): {wanted:#?}");
}

/// `cargo local` and `serverless invoke local` select its package too when they build functions.
#[test]
fn functions_use_each_crate_as_cargo_local_has_built_it() {
    let local = features(&["--package", "local", "--edges", "normal,build"]);
    let both = features(&["--package", "local", "--package", "handlers", "--edges", "normal,build"]);
    let other: Vec<_> = local.iter().filter(|(name, known)| !both[*name].is_subset(known)).collect();
    assert!(other.is_empty(), "add the functions' features in local/Cargo.toml: {other:#?}");
}
