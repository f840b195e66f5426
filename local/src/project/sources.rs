//! The files that a package is built from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::metadata::{Described, Metadata};

/// Files of the workspace, beside those of its packages, that change a build.
const SHARED: [&str; 6] =
    ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "rust-toolchain", ".cargo/config.toml", ".cargo/config"];

/// Where the sources are of a package and of the packages on this machine that it depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sources {
    /// Folders, whole.
    pub folders: BTreeSet<PathBuf>,
    /// Files outside of them, which need not exist.
    pub files: BTreeSet<PathBuf>,
    /// Cargo's output, which may lie in one of the folders.
    pub target: PathBuf,
}

impl Sources {
    pub(super) fn of(metadata: &Metadata, package: &Described) -> Self {
        let mut folders = BTreeSet::new();
        let mut open: Vec<PathBuf> = package.manifest_path.parent().map(Path::to_owned).into_iter().collect();
        while let Some(folder) = open.pop() {
            let manifest = folder.join("Cargo.toml");
            if !folders.insert(folder) {
                continue;
            }
            let known = metadata.packages.iter().find(|known| known.manifest_path == manifest);
            let needed = known.into_iter().flat_map(|known| &known.dependencies);
            // Development dependencies are for tests.
            open.extend(needed.filter(|it| it.kind.as_deref() != Some("dev")).filter_map(|it| it.path.clone()));
        }
        let root = &metadata.workspace_root;
        let files = SHARED.iter().map(|name| root.join(name)).collect();
        Self { folders, files, target: metadata.target_directory.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_built_from_itself_and_what_it_depends_on() {
        let text = r#"{
            "workspace_members": [], "workspace_root": "/w", "target_directory": "/w/target",
            "packages": [
                { "id": "app", "name": "app", "manifest_path": "/w/app/Cargo.toml", "targets": [], "dependencies": [
                    { "path": "/w/base", "kind": null }, { "path": "/w/tests", "kind": "dev" }, { "kind": null } ] },
                { "id": "base", "name": "base", "manifest_path": "/w/base/Cargo.toml", "targets": [], "dependencies": [
                    { "path": "/w/codegen", "kind": "build" }, { "path": "/elsewhere", "kind": null } ] },
                { "id": "other", "name": "other", "manifest_path": "/w/other/Cargo.toml", "targets": [] },
                { "id": "tests", "name": "tests", "manifest_path": "/w/tests/Cargo.toml", "targets": [] }
            ]
        }"#;
        let metadata: Metadata = serde_json::from_str(text).unwrap();
        let sources = Sources::of(&metadata, &metadata.packages[0]);
        let folders = ["/elsewhere", "/w/app", "/w/base", "/w/codegen"].map(PathBuf::from);
        assert_eq!(sources.folders, BTreeSet::from(folders));
        assert!(sources.files.contains(Path::new("/w/Cargo.lock")));
        assert_eq!(sources.target, PathBuf::from("/w/target"));
    }
}
