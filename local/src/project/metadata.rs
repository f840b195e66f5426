//! Output of `cargo metadata`: <https://doc.rust-lang.org/cargo/commands/cargo-metadata.html#json-format>.

use std::collections::{BTreeMap, BTreeSet};
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

#[derive(Clone, Deserialize)]
pub(super) struct Described {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub features: BTreeMap<String, Vec<String>>,
    pub manifest_path: PathBuf,
    targets: Vec<Target>,
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
}

#[derive(Clone, Deserialize)]
pub(super) struct Dependency {
    /// The folder of a package on this machine.
    pub path: Option<PathBuf>,
    /// `dev` or `build`.
    pub kind: Option<String>,
}

#[derive(Clone, Deserialize)]
pub(super) struct Target {
    pub name: String,
    pub kind: Vec<String>,
    /// Cargo leaves out what needs features that are off.
    #[serde(default, rename = "required-features")]
    required_features: Vec<String>,
}

impl Target {
    pub(super) fn is_shared_library(&self) -> bool {
        self.kind.iter().any(|kind| kind == "dylib")
    }

    pub(super) fn is_binary(&self) -> bool {
        self.kind.iter().any(|kind| kind == "bin")
    }
}

impl Described {
    pub(super) fn binaries(&self) -> impl Iterator<Item = &str> {
        self.targets
            .iter()
            .filter(|target| target.is_binary() && target.required_features.is_empty())
            .map(|target| target.name.as_str())
    }
}
