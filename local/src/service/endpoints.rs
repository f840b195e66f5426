//! The endpoints file: the URLs of a running service, for other tools.
//!
//! Several services may run on one template. The one that keeps its data in the file's directory always writes the
//! file. Of the others, the first writes it, while none has the data. The writer removes it at its end, unless another
//! has replaced it. When a writer ends, however it ends, one that still runs takes its place.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Map, Value};

use crate::base::error::StartError;
use crate::base::lock::Lock;

/// How often a service without the file checks whether its writer has ended.
const PERIOD: Duration = Duration::from_millis(250);

/// The file. Dropping it removes the file.
pub(crate) struct Endpoints {
    file: Entry,
    /// Of a service that has no data there.
    beside: Option<Beside>,
}

impl Endpoints {
    /// Writes the name and the URL of each part. `owner`: the caller keeps its data in the file's directory.
    pub(crate) fn write(path: &Path, parts: &[(&str, &str)], owner: bool) -> Result<Self, StartError> {
        let parts: Map<String, Value> = parts.iter().map(|(name, url)| ((*name).to_owned(), (*url).into())).collect();
        let file = Entry { path: path.to_owned(), text: format!("{}\n", Value::Object(parts)) };
        let failed = |error: io::Error| StartError::Data { path: path.to_owned(), reason: error.to_string() };
        if owner {
            file.replace().map_err(failed)?;
            return Ok(Self { file, beside: None });
        }
        let beside = Beside::start(&file).map_err(failed)?;
        Ok(Self { file, beside: Some(beside) })
    }

    /// Whether the file says where this service is.
    pub(crate) fn is_written(&self) -> bool {
        self.file.is_written()
    }
}

impl Drop for Endpoints {
    fn drop(&mut self) {
        let first = self.beside.take().map(Beside::end);
        match first {
            // The owner.
            None => self.file.remove(),
            Some(Some(_first)) => {
                if let Ok(Some(_no_owner)) = Lock::share(directory(&self.file.path)) {
                    self.file.remove();
                }
            }
            Some(None) => {}
        }
    }
}

/// Takes the file over where its writer has ended.
struct Beside {
    stop: Sender<()>,
    /// With the lock of the first, once it is.
    thread: JoinHandle<Option<Lock>>,
}

impl Beside {
    fn start(file: &Entry) -> io::Result<Self> {
        let (file, mut first) = (file.clone(), None);
        file.claim(&mut first)?;
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new().name("endpoints".to_owned()).spawn(move || {
            while stopped.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                // A directory that is gone may come back.
                let _ = file.claim(&mut first);
            }
            first
        })?;
        Ok(Self { stop, thread })
    }

    fn end(self) -> Option<Lock> {
        drop(self.stop);
        self.thread.join().ok().flatten()
    }
}

/// The text that one service writes, and its path.
#[derive(Clone)]
struct Entry {
    path: PathBuf,
    text: String,
}

impl Entry {
    /// Writes it for the first of those without data, while no service has the data.
    fn claim(&self, first: &mut Option<Lock>) -> io::Result<()> {
        std::fs::create_dir_all(directory(&self.path))?;
        if first.is_none() {
            *first = Lock::of(&self.path.with_extension("lock"))?;
        }
        if first.is_none() {
            return Ok(());
        }
        let no_owner = Lock::share(directory(&self.path))?;
        if no_owner.is_some() && !self.is_written() { self.replace() } else { Ok(()) }
    }

    fn is_written(&self) -> bool {
        std::fs::read_to_string(&self.path).is_ok_and(|text| text == self.text)
    }

    fn replace(&self) -> io::Result<()> {
        replace(&self.path, &self.text)
    }

    fn remove(&self) {
        if self.is_written() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Replaces the file atomically.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    std::fs::create_dir_all(directory(path))?;
    let temporary = path.with_extension("tmp");
    std::fs::write(&temporary, text)?;
    std::fs::rename(&temporary, path)
}

fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/endpoints.json");
        (directory, path)
    }

    fn written(path: &Path, api: &str, owner: bool) -> Endpoints {
        Endpoints::write(path, &[("api", api)], owner).unwrap()
    }

    fn api(path: &Path) -> Option<String> {
        let text = std::fs::read_to_string(path).ok()?;
        Some(serde_json::from_str::<Value>(&text).unwrap()["api"].as_str().unwrap().to_owned())
    }

    #[track_caller]
    fn becomes(path: &Path, expected: &str) {
        let late = std::time::Instant::now() + Duration::from_secs(10);
        while api(path).as_deref() != Some(expected) {
            assert!(std::time::Instant::now() < late, "{:?} is not {expected}", api(path));
            thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn it_is_there_while_its_writer_runs() {
        let (_directory, path) = place();
        let parts = [("api", "a"), ("dynamodb", "d")];
        let only = Endpoints::write(&path, &parts, false).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"api\":\"a\",\"dynamodb\":\"d\"}\n");
        drop(only);
        assert!(!path.exists());
    }

    #[test]
    fn of_two_without_data_the_first_has_it() {
        let (_directory, path) = place();
        let first = written(&path, "first", false);
        let second = written(&path, "second", false);
        assert!(first.is_written() && !second.is_written());
        assert_eq!(api(&path).as_deref(), Some("first"));
        drop(first);
        becomes(&path, "second");
        drop(second);
        assert!(!path.exists());
    }

    /// A service that is killed leaves its file, and the system releases its locks.
    #[test]
    fn one_that_still_runs_takes_over_from_one_that_was_killed() {
        let (_directory, path) = place();
        std::fs::create_dir_all(directory(&path)).unwrap();
        let data = Lock::own(directory(&path)).unwrap().unwrap();
        let killed = written(&path, "killed", true);
        let beside = written(&path, "beside", false);
        assert!(!beside.is_written());
        std::mem::forget(killed);
        drop(data);
        becomes(&path, "beside");
    }

    #[test]
    fn the_owner_of_the_data_has_it_whoever_starts_or_ends_first() {
        for owner_starts_first in [true, false] {
            for owner_ends_first in [true, false] {
                let (_directory, path) = place();
                let own = || {
                    std::fs::create_dir_all(directory(&path)).unwrap();
                    let lock = Lock::own(directory(&path)).unwrap().unwrap();
                    (written(&path, "owner", true), lock)
                };
                let (owner, beside) = if owner_starts_first {
                    let owner = own();
                    (owner, written(&path, "beside", false))
                } else {
                    let beside = written(&path, "beside", false);
                    assert_eq!(api(&path).as_deref(), Some("beside"));
                    (own(), beside)
                };
                assert_eq!(api(&path).as_deref(), Some("owner"));
                if owner_ends_first {
                    drop(owner);
                    becomes(&path, "beside");
                    drop(beside);
                } else {
                    drop(beside);
                    assert_eq!(api(&path).as_deref(), Some("owner"));
                    drop(owner);
                }
                assert_eq!(api(&path), None);
            }
        }
    }

    #[test]
    fn what_a_crash_left_behind_is_written_over() {
        for owner in [true, false] {
            let (_directory, path) = place();
            std::fs::create_dir_all(directory(&path)).unwrap();
            std::fs::write(&path, "{\"api\":\"gone\"}").unwrap();
            let now = written(&path, "now", owner);
            assert_eq!(api(&path).as_deref(), Some("now"));
            drop(now);
            assert!(!path.exists());
        }
    }
}
