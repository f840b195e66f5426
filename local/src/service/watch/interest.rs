//! The files whose changes matter, and the folders that they are in.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use crate::project::sources::Sources;

/// Folders without sources, and often with many files; and a log that a shell writes.
const PASSED_OVER: [&str; 2] = ["node_modules", "nohup.out"];
/// A folder with this file contains what programs can make again: <https://bford.info/cachedir/>. Cargo's other output folders
/// have it.
const CACHE: &str = "CACHEDIR.TAG";

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
        let all_real = |files: &BTreeSet<PathBuf>| files.iter().flat_map(|file| real(file)).collect();
        let sources = sources.map(|sources| Sources { files: all_real(&sources.files), ..sources });
        Self { sources, template: all_real(template) }
    }

    /// The parts that `path` belongs to. If it was made, moved or removed (`whole`), files in it were, too.
    pub(super) fn of(&self, path: &Path, whole: bool) -> Belongs {
        let names = |files: &BTreeSet<PathBuf>| {
            files.contains(path) || whole && files.iter().any(|file| file.starts_with(path))
        };
        let sources = self.sources.as_ref();
        Belongs {
            sources: sources.is_some_and(|sources| names(&sources.files) || is_source(sources, path)),
            template: names(&self.template),
        }
    }

    /// Whether it names what `other` does not.
    pub(super) fn is_more_than(&self, other: &Self) -> bool {
        let more = |files: &BTreeSet<PathBuf>, others: &BTreeSet<PathBuf>| !files.is_subset(others);
        let none = Sources::default();
        let (sources, others) = (self.sources.as_ref().unwrap_or(&none), other.sources.as_ref().unwrap_or(&none));
        more(&self.template, &other.template)
            || more(&sources.files, &others.files)
            || more(&sources.folders, &others.folders)
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
        // A folder that is not there yet appears in the nearest one that is.
        let nearest = |file: &PathBuf| file.ancestors().skip(1).find(|folder| folder.is_dir()).map(Path::to_owned);
        folders.extend(files.into_iter().filter_map(nearest));
        folders
    }
}

/// Whether a path lies in a folder with sources, and is none of an editor's, a tool's, or Cargo's own files.
pub(super) fn is_source(sources: &Sources, path: &Path) -> bool {
    if path.starts_with(&sources.target) || is_being_made(&sources.target, path) || path.join(CACHE).exists() {
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
        || ["~", ".swp", ".swx", ".swo", ".tmp", ".bak", ".log", "#"].iter().any(|ending| name.ends_with(ending))
        || name.starts_with(['.', '#']);
    !passing && !PASSED_OVER.contains(&&*name)
}

/// The paths by which the system reports a file: in its real folder, and where a link leads to.
fn real(file: &Path) -> impl Iterator<Item = PathBuf> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let in_folder = file.file_name().map(|name| resolved(folder).join(name));
    in_folder.into_iter().chain(file.canonicalize().ok())
}

/// The folder without links, as far as it exists.
fn resolved(folder: &Path) -> PathBuf {
    let found = folder.ancestors().find_map(|part| Some((part, part.canonicalize().ok()?)));
    let Some((part, real)) = found else { return folder.to_owned() };
    folder.strip_prefix(part).map_or(real.clone(), |rest| real.join(rest))
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
        let is = |path: &str| interest.of(&root.join(path), false).sources;
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
            "app/local.log",
            "app/nohup.out",
            "other/src/main.rs",
            "Cargo.toml",
        ] {
            assert!(!is(other), "{other}");
        }
        let both = Belongs { sources: true, template: true };
        assert_eq!(interest.of(&root.join("app/s.yml"), false), both);
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

    #[test]
    fn a_file_in_a_folder_that_is_not_there_yet_is_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        let wanted = root.join("extra/deep/x.yml");
        let interest = Interest::new(Some(sources(&root)), &BTreeSet::from([wanted.clone()]));
        assert!(interest.folders().contains(&root));
        for made in ["extra", "extra/deep", ".cargo"] {
            let Belongs { sources, template } = interest.of(&root.join(made), true);
            assert_eq!((sources, template), (made == ".cargo", made != ".cargo"), "{made}");
            assert_eq!(interest.of(&root.join(made), false), Belongs::default(), "a folder's own times");
        }
        std::fs::create_dir(root.join("extra")).unwrap();
        assert!(interest.folders().contains(&root.join("extra")));
        assert!(interest.of(&wanted, false).template);
    }

    #[test]
    fn the_output_of_another_tool_is_no_source() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        for folder in ["app/src", "app/other-target/debug"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        std::fs::write(root.join("app/other-target").join(CACHE), "").unwrap();
        let interest = Interest::new(Some(sources(&root)), &BTreeSet::new());
        let folders = interest.folders();
        assert!(folders.contains(&root.join("app/src")) && !folders.contains(&root.join("app/other-target")));
        assert!(!interest.of(&root.join("app/other-target"), true).sources);
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
            assert!(interest.of(&root.join(name), false).template, "{name}");
        }
    }
}
