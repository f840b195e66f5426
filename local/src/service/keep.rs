//! Keeps the executables of the version that runs, while Cargo builds the next one in their place.
//!
//! A process can be started at any time, also in the middle of a build: a linker replaces its output long before it is
//! complete. The shared libraries of an executable are kept beside it, where it looks for them first if it was linked with
//! the run path `$ORIGIN`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use uuid::Uuid;

use crate::base::error::StartError;
use crate::base::lock::Lock;

/// Beside the executables that Cargo builds, so that they can be linked instead of copied.
const FOLDER: &str = ".cargo-local";
/// Another service may clear a new folder away before it is locked.
const ATTEMPTS: usize = 10;

/// The executables of the version that runs, of the one before it, and of the next one as soon as it is built. Dropping it
/// removes them.
#[derive(Default)]
pub(super) struct Keep {
    folder: Option<Folder>,
    kept: BTreeMap<String, Kept>,
    links: u64,
}

/// The builds of one executable.
#[derive(Default)]
struct Kept {
    builds: Vec<(Vec<Stamp>, PathBuf)>,
    /// The one of the version that runs.
    served: Option<PathBuf>,
    /// A process of the version before may be starting.
    before: Option<PathBuf>,
}

/// Tells two builds of an executable apart.
type Stamp = (Option<SystemTime>, u64);

impl Keep {
    /// The path under which the executable, as it is now, stays.
    pub(super) fn executable(
        &mut self,
        name: &str,
        built: &Path,
        libraries: &[PathBuf],
    ) -> Result<PathBuf, StartError> {
        let failed =
            |error: io::Error| StartError::Build(format!("the executable {} cannot be kept: {error}", built.display()));
        let stamps: io::Result<Vec<_>> =
            [built].into_iter().chain(libraries.iter().map(PathBuf::as_path)).map(stamp).collect();
        let stamps = stamps.map_err(failed)?;
        let kept = self.kept.entry(name.to_owned()).or_default();
        if let Some((_, path)) = kept.builds.iter().find(|(of, path)| *of == stamps && path.is_file()) {
            return Ok(path.clone());
        }
        self.links += 1;
        let folder = match &self.folder {
            Some(folder) => folder,
            None => self.folder.insert(Folder::beside(built).map_err(failed)?),
        };
        let file = built.file_name().unwrap_or(name.as_ref());
        let directory = folder.path.join(self.links.to_string());
        let path = directory.join(file);
        fs::create_dir_all(&directory).map_err(failed)?;
        link(built, &path).map_err(failed)?;
        for library in libraries {
            let name = library.file_name().unwrap_or_default();
            link(library, &directory.join(name)).map_err(failed)?;
        }
        kept.builds.push((stamps, path.clone()));
        Ok(path)
    }

    /// A version with these executables is served from now on. Removes the builds that neither it nor the version before has.
    pub(super) fn serves<'p>(&mut self, executables: impl IntoIterator<Item = (&'p str, &'p Path)>) {
        for (name, path) in executables {
            let kept = self.kept.entry(name.to_owned()).or_default();
            if kept.served.as_deref() != Some(path) {
                kept.before = kept.served.replace(path.to_owned());
            }
        }
        self.clear();
    }

    /// The version that was built is not served. Removes its executables.
    pub(super) fn refuses(&mut self) {
        self.clear();
    }

    fn clear(&mut self) {
        for kept in self.kept.values_mut() {
            let (served, before) = (kept.served.clone(), kept.before.clone());
            kept.builds.retain(|(_, path)| {
                let stays = [&served, &before].into_iter().flatten().any(|kept| kept == path);
                if !stays && let Some(directory) = path.parent() {
                    let _ = fs::remove_dir_all(directory);
                }
                stays
            });
        }
    }
}

fn link(from: &Path, to: &Path) -> io::Result<()> {
    // Another file system, or one without links.
    if fs::hard_link(from, to).is_err() {
        fs::copy(from, to)?;
    }
    Ok(())
}

fn stamp(file: &Path) -> io::Result<Stamp> {
    let metadata = fs::metadata(file)?;
    Ok((metadata.modified().ok(), metadata.len()))
}

/// A folder of this service alone.
struct Folder {
    path: PathBuf,
    /// Another service that can lock it knows that this one has ended.
    _lock: Lock,
}

impl Folder {
    fn beside(executable: &Path) -> io::Result<Self> {
        let all = executable.parent().unwrap_or(Path::new(".")).join(FOLDER);
        clear(&all);
        for _ in 0..ATTEMPTS {
            let path = all.join(Uuid::new_v4().to_string());
            fs::create_dir_all(&path)?;
            if let Ok(Some(lock)) = Lock::of(&path.join("lock"))
                && path.join("lock").is_file()
            {
                return Ok(Self { path, _lock: lock });
            }
        }
        Err(io::Error::other("no folder of its own can be made"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes what services left that were killed.
fn clear(all: &Path) {
    for entry in fs::read_dir(all).into_iter().flatten().flatten() {
        if let Ok(Some(_ended)) = Lock::of(&entry.path().join("lock")) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(directory: &Path, text: &str) -> PathBuf {
        let path = directory.join("hello");
        // As a linker does: the file is a new one.
        let _ = fs::remove_file(&path);
        fs::write(&path, text).unwrap();
        path
    }

    fn folders(directory: &Path) -> usize {
        fs::read_dir(directory.join(FOLDER)).unwrap().count()
    }

    #[test]
    fn a_build_leaves_the_executable_that_runs_as_it_was() {
        let directory = tempfile::tempdir().unwrap();
        let mut keep = Keep::default();
        let one = keep.executable("hello", &built(directory.path(), "one"), &[]).unwrap();
        keep.serves([("hello", &*one)]);
        assert_eq!(keep.executable("hello", &directory.path().join("hello"), &[]).unwrap(), one, "nothing was built");
        let path = built(directory.path(), "another");
        assert_eq!(fs::read_to_string(&one).unwrap(), "one");
        let another = keep.executable("hello", &path, &[]).unwrap();
        keep.serves([("hello", &*another)]);
        assert_eq!(fs::read_to_string(&another).unwrap(), "another");
        assert!(one.is_file(), "a process of it may be starting");
        // A change of the template alone.
        keep.serves([("hello", &*another)]);
        assert!(one.is_file());
        let third = keep.executable("hello", &built(directory.path(), "a third"), &[]).unwrap();
        keep.serves([("hello", &*third)]);
        assert!(!one.exists() && another.is_file());
        drop(keep);
        assert_eq!(folders(directory.path()), 0);
    }

    #[test]
    fn versions_that_are_refused_leave_the_one_that_runs() {
        let directory = tempfile::tempdir().unwrap();
        let mut keep = Keep::default();
        let one = keep.executable("hello", &built(directory.path(), "one"), &[]).unwrap();
        keep.serves([("hello", &*one)]);
        for text in ["another", "a third", "the fourth"] {
            let refused = keep.executable("hello", &built(directory.path(), text), &[]).unwrap();
            assert!(refused.is_file() && one.is_file());
            keep.refuses();
            assert!(!refused.exists() && one.is_file());
        }
        let last = keep.executable("hello", &directory.path().join("hello"), &[]).unwrap();
        keep.serves([("hello", &*last)]);
        assert!(last.is_file() && one.is_file());
    }

    #[test]
    fn an_executable_has_the_libraries_beside_it_that_it_was_built_with() {
        let directory = tempfile::tempdir().unwrap();
        let library = directory.path().join("libparts.so");
        fs::write(&library, "first").unwrap();
        let (mut keep, libraries, path) = (Keep::default(), [library.clone()], built(directory.path(), "one"));
        let beside = |executable: &Path| fs::read_to_string(executable.with_file_name("libparts.so")).unwrap();
        let one = keep.executable("hello", &path, &libraries).unwrap();
        fs::remove_file(&library).unwrap();
        fs::write(&library, "second one").unwrap();
        assert_eq!(beside(&one), "first");
        let two = keep.executable("hello", &path, &libraries).unwrap();
        assert_eq!((beside(&two).as_str(), beside(&one).as_str()), ("second one", "first"));
    }

    #[test]
    fn what_a_killed_service_left_is_removed_and_what_another_runs_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = built(directory.path(), "one");
        let left = directory.path().join(FOLDER).join("left");
        fs::create_dir_all(&left).unwrap();
        fs::write(left.join("lock"), "").unwrap();
        let (mut first, mut second) = (Keep::default(), Keep::default());
        let first = first.executable("hello", &path, &[]).unwrap();
        second.executable("hello", &path, &[]).unwrap();
        assert!(!left.exists() && first.is_file());
        assert_eq!(folders(directory.path()), 2);
    }

    #[test]
    fn an_executable_that_is_gone_is_named() {
        let error = Keep::default().executable("hello", Path::new("/no/such/hello"), &[]).unwrap_err().to_string();
        assert!(error.contains("/no/such/hello"), "{error}");
    }
}
