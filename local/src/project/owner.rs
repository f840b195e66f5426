//! Which service of a workspace a package belongs to.

use std::path::Path;

/// The names that the Serverless Framework looks for.
const TEMPLATES: [&str; 7] = [
    "serverless.yml",
    "serverless.yaml",
    "serverless.json",
    "serverless.js",
    "serverless.cjs",
    "serverless.mjs",
    "serverless.ts",
];

/// Whether the package at `manifest` is one of the service in `directory`; both are canonical. Services that share a
/// workspace have a folder each: a package belongs to the first one with a template, from its own folder upwards, and to
/// every service where there is none.
pub(super) fn belongs(manifest: &Path, directory: &Path) -> bool {
    let is_service = |folder: &&Path| *folder == directory || TEMPLATES.iter().any(|name| folder.join(name).is_file());
    manifest.ancestors().skip(1).find(is_service).is_none_or(|folder| folder == directory)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_package_belongs_to_the_nearest_template_above_it() {
        let workspace = tempfile::tempdir().unwrap();
        let root = workspace.path().canonicalize().unwrap();
        let folder = |name: &str| root.join(name);
        for service in ["rooms", "rooms/paints", "paints"] {
            fs::create_dir_all(folder(service)).unwrap();
            fs::write(folder(service).join("serverless.yml"), "").unwrap();
        }
        let belongs_to = |package: &str, service: &str| belongs(&folder(package).join("Cargo.toml"), &folder(service));
        assert!(belongs_to("rooms", "rooms") && belongs_to("rooms/crates/functions", "rooms"));
        assert!(!belongs_to("rooms", "paints") && !belongs_to("rooms/crates/functions", "paints"));
        assert!(belongs_to("rooms/paints", "rooms/paints") && !belongs_to("rooms/paints", "rooms"));
        // The template may have any name and place; what is nobody's is everybody's.
        assert!(belongs_to("crates/shared", "rooms") && belongs_to("crates/shared", "deploy"));
        assert!(belongs_to("deploy/functions", "deploy") && !belongs_to("rooms", "deploy"));
    }
}
