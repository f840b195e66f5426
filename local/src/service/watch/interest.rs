//! The files whose changes matter, and the folders that they are in.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use crate::project::sources::Sources;

/// Folders without sources, and often with many files.
const PASSED_OVER: [&str; 1] = ["node_modules"];

/// The files that a version is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Interest {
    /// Of the functions, if Cargo builds them.
    pub sources: Option<Sources>,
    /// `serverless.yml` and the files that it takes in.
    pub template: BTreeSet<PathBuf>,
}

/// The parts of a version that a file belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Belongs {
    pub sources: bool,
    pub template: bool,
}

impl Interest {
    pub(super) fn new(sources: Option<Sources>, template: &BTreeSet<PathBuf>) -> Self {
        Self { sources, template: template.iter().flat_map(|file| real(file)).collect() }
    }

    pub(super) fn of(&self, path: &Path) -> Belongs {
        let sources = self.sources.as_ref();
        Belongs {
            sources: sources.is_some_and(|sources| sources.files.contains(path) || is_source(sources, path)),
            template: self.template.contains(path),
        }
    }

    /// The folders to watch, each without those in it.
    pub(super) fn folders(&self) -> BTreeSet<PathBuf> {
        let mut folders = BTreeSet::new();
        let mut files: Vec<&PathBuf> = self.template.iter().collect();
        if let Some(sources) = &self.sources {
            files.extend(&sources.files);
            for folder in &sources.folders {
                let entries = WalkDir::new(folder).into_iter();
                let entries = entries.filter_entry(|entry| {
                    entry.file_type().is_dir() && (entry.depth() == 0 || is_source(sources, entry.path()))
                });
                // A folder that cannot be read has no sources for Cargo either.
                folders.extend(entries.flatten().map(walkdir::DirEntry::into_path));
            }
        }
        folders.extend(
            files.into_iter().filter_map(|file| file.parent()).filter(|folder| folder.is_dir()).map(Path::to_owned),
        );
        folders
    }
}

/// Whether a path lies in a folder with sources, and is none of an editor's, a tool's, or Cargo's own files.
fn is_source(sources: &Sources, path: &Path) -> bool {
    if path.starts_with(&sources.target) || is_being_made(&sources.target, path) {
        return false;
    }
    sources.folders.iter().filter_map(|folder| path.strip_prefix(folder).ok()).any(|inside| {
        inside.components().all(|part| matches!(part, Component::Normal(name) if is_name_of_source(name)))
    })
}

/// Whether Cargo makes its output's folder under this name first: six characters more than its own.
fn is_being_made(target: &Path, path: &Path) -> bool {
    let (Some(name), Some(of)) = (path.file_name(), target.file_name()) else { return false };
    let rest = name.to_str().zip(of.to_str()).and_then(|(name, of)| name.strip_prefix(of));
    path.parent() == target.parent() && rest.is_some_and(|rest| rest.len() == 6)
}

fn is_name_of_source(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    // Vim writes a file `4913` to see whether it can.
    let passing = name == "4913"
        || ["~", ".swp", ".swx", ".swo", ".tmp", ".bak", "#"].iter().any(|ending| name.ends_with(ending))
        || name.starts_with(['.', '#']);
    !passing && !PASSED_OVER.contains(&&*name)
}

/// The paths by which the system reports a file: in its real folder, and where a link leads to.
fn real(file: &Path) -> impl Iterator<Item = PathBuf> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let in_folder = folder.canonicalize().ok().zip(file.file_name()).map(|(folder, name)| folder.join(name));
    in_folder.into_iter().chain(file.canonicalize().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(root: &Path) -> Sources {
        Sources {
            folders: BTreeSet::from([root.join("app")]),
            files: BTreeSet::from([root.join("Cargo.lock"), root.join(".cargo/config.toml")]),
            target: root.join("app/target"),
        }
    }

    #[test]
    fn sources_are_told_from_the_files_of_tools() {
        let root = Path::new("/w");
        let interest = Interest { sources: Some(sources(root)), template: BTreeSet::from([root.join("app/s.yml")]) };
        let is = |path: &str| interest.of(&root.join(path)).sources;
        for source in ["app/src/bin/new.rs", "app/Cargo.toml", "app/data.json", "Cargo.lock", ".cargo/config.toml"] {
            assert!(is(source), "{source}");
        }
        for other in [
            "app/target/debug/new",
            "app/targetX3f9Qa",
            "app/.git/index",
            "app/.local/streams.json",
            "app/node_modules/a/b.rs",
            "app/src/.main.rs.swp",
            "app/src/main.rs~",
            "app/src/#main.rs#",
            "app/src/4913",
            "other/src/main.rs",
            "Cargo.toml",
        ] {
            assert!(!is(other), "{other}");
        }
        let both = Belongs { sources: true, template: true };
        assert_eq!(interest.of(&root.join("app/s.yml")), both);
    }

    #[test]
    fn every_folder_with_sources_is_watched_and_no_other() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        for folder in ["app/src/bin", "app/target/debug", "app/.git/objects", "app/node_modules/x", "other", "deploy"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        std::fs::write(root.join("deploy/table.yml"), "").unwrap();
        let interest = Interest::new(Some(sources(&root)), &BTreeSet::from([root.join("deploy/table.yml")]));
        let expected = ["", "app", "app/src", "app/src/bin", "deploy"].map(|folder| root.join(folder));
        let folders: Vec<_> = interest.folders().into_iter().map(|it| it.components().collect::<PathBuf>()).collect();
        assert_eq!(folders, expected.map(|it| it.components().collect::<PathBuf>()));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_watched_at_both_of_its_ends() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        std::fs::write(root.join("real.yml"), "").unwrap();
        std::os::unix::fs::symlink(root.join("real.yml"), root.join("serverless.yml")).unwrap();
        let interest = Interest::new(None, &BTreeSet::from([root.join("serverless.yml"), root.join("missing.yml")]));
        for name in ["real.yml", "serverless.yml", "missing.yml"] {
            assert!(interest.of(&root.join(name)).template, "{name}");
        }
    }
}
