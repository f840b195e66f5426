//! Output of `cargo metadata`: <https://doc.rust-lang.org/cargo/commands/cargo-metadata.html#json-format>.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Metadata {
    pub packages: Vec<Described>,
    pub workspace_members: BTreeSet<String>,
    #[serde(default)]
    pub workspace_root: PathBuf,
    #[serde(default)]
    pub target_directory: PathBuf,
}

#[derive(Deserialize)]
pub(super) struct Described {
    pub id: String,
    pub manifest_path: PathBuf,
    targets: Vec<Target>,
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
pub(super) struct Dependency {
    /// The folder of a package on this machine.
    pub path: Option<PathBuf>,
    /// `dev` or `build`.
    pub kind: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Target {
    pub name: String,
    kind: Vec<String>,
}

impl Target {
    pub(super) fn is_binary(&self) -> bool {
        self.kind.iter().any(|kind| kind == "bin")
    }
}

impl Described {
    pub(super) fn binaries(&self) -> impl Iterator<Item = &str> {
        self.targets.iter().filter(|target| target.is_binary()).map(|target| target.name.as_str())
    }
}
