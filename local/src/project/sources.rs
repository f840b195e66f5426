//! The files that a package is built from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::metadata::{Described, Metadata};

/// Files of the workspace, beside those of its packages, that change a build.
const SHARED: [&str; 4] = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "rust-toolchain"];
/// Cargo's settings.
const SETTINGS: [&str; 2] = [".cargo/config.toml", ".cargo/config"];
/// Those in Cargo's own folder.
const HOME: [&str; 2] = ["config.toml", "config"];

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
    /// Of the package whose manifest is `manifest`, for a build in `directory`, by the packages that are known. The second result is the
    /// manifests of further packages that it depends on.
    pub(super) fn of(
        metadata: &Metadata,
        known: &[Described],
        manifest: &Path,
        directory: &Path,
    ) -> (Self, BTreeSet<PathBuf>) {
        let (mut folders, mut unknown) = (BTreeSet::new(), BTreeSet::new());
        let mut open: Vec<PathBuf> = manifest.parent().map(Path::to_owned).into_iter().collect();
        while let Some(folder) = open.pop() {
            let manifest = folder.join("Cargo.toml");
            if !folders.insert(folder) {
                continue;
            }
            let Some(package) = known.iter().find(|known| known.manifest_path == manifest) else {
                unknown.insert(manifest);
                continue;
            };
            // Development dependencies are for tests.
            let needed = package.dependencies.iter().filter(|it| it.kind.as_deref() != Some("dev"));
            open.extend(needed.filter_map(|it| it.path.clone()));
        }
        // The system reports changes by the real paths.
        let folders = folders.into_iter().map(|folder| folder.canonicalize().unwrap_or(folder)).collect();
        let root = &metadata.workspace_root;
        let mut files: BTreeSet<_> = SHARED.iter().map(|name| root.join(name)).collect();
        // Cargo reads the settings of each folder on the way: https://doc.rust-lang.org/cargo/reference/config.html
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
        let settings = directory.ancestors().flat_map(|folder| SETTINGS.map(|name| folder.join(name)));
        let settings = settings.chain(home.into_iter().flat_map(|folder| HOME.map(|name| folder.join(name))));
        // Above the workspace, those that there are: a folder like `/` is not worth a watch.
        files.extend(settings.filter(|file| file.starts_with(root) || file.is_file()));
        (Self { folders, files, target: metadata.target_directory.clone() }, unknown)
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
        let of =
            |known: &[Described]| Sources::of(&metadata, known, Path::new("/w/app/Cargo.toml"), Path::new("/w/app"));
        let (sources, unknown) = of(&metadata.packages);
        let folders = ["/elsewhere", "/w/app", "/w/base", "/w/codegen"].map(PathBuf::from);
        assert_eq!(sources.folders, BTreeSet::from(folders));
        for file in ["/w/Cargo.lock", "/w/.cargo/config.toml", "/w/app/.cargo/config.toml"] {
            assert!(sources.files.contains(Path::new(file)), "{file}");
        }
        assert_eq!(sources.target, PathBuf::from("/w/target"));
        assert_eq!(unknown, ["/elsewhere/Cargo.toml", "/w/codegen/Cargo.toml"].map(PathBuf::from).into());
    }
}
