//! The endpoints file: the URLs of a running service, for other tools.
//!
//! Several services may run on one template. The one that keeps its data in the file's directory always writes the
//! file. Otherwise the first service writes it. The writer removes it at its end, unless another has replaced it.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use crate::base::{error::StartError, lock::Lock};

/// The file. Dropping it removes the file.
pub(crate) struct Endpoints {
    path: PathBuf,
    text: String,
    /// Held by a service without data there: it is the first of them.
    first: Option<Lock>,
}

impl Endpoints {
    /// Writes the name and the URL of each part. `None` while another service has the file. `owner`: the caller keeps
    /// its data in the file's directory.
    pub(crate) fn write(path: &Path, parts: &[(&str, &str)], owner: bool) -> Result<Option<Self>, StartError> {
        let parts: Map<String, Value> = parts.iter().map(|(name, url)| ((*name).to_owned(), (*url).into())).collect();
        let text = format!("{}\n", Value::Object(parts));
        let failed = |error: io::Error| StartError::Data { path: path.to_owned(), reason: error.to_string() };
        let first = if owner {
            replace(path, &text).map_err(failed)?;
            None
        } else {
            let Some(first) = write_as_first(path, &text).map_err(failed)? else { return Ok(None) };
            Some(first)
        };
        Ok(Some(Self { path: path.to_owned(), text, first }))
    }

    fn remove(&self) {
        if std::fs::read_to_string(&self.path).is_ok_and(|text| text == self.text) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Drop for Endpoints {
    fn drop(&mut self) {
        if self.first.is_none() {
            self.remove();
        } else if let Ok(Some(_no_owner)) = Lock::share(directory(&self.path)) {
            self.remove();
        }
    }
}

fn write_as_first(path: &Path, text: &str) -> io::Result<Option<Lock>> {
    std::fs::create_dir_all(directory(path))?;
    let Some(first) = Lock::of(&path.with_extension("lock"))? else { return Ok(None) };
    let Some(_no_owner) = Lock::share(directory(path))? else { return Ok(None) };
    replace(path, text)?;
    Ok(Some(first))
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

    fn written(path: &Path, api: &str, owner: bool) -> Option<Endpoints> {
        Endpoints::write(path, &[("api", api)], owner).unwrap()
    }

    fn api(path: &Path) -> Option<String> {
        let text = std::fs::read_to_string(path).ok()?;
        Some(serde_json::from_str::<Value>(&text).unwrap()["api"].as_str().unwrap().to_owned())
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
        assert!(second.is_none());
        assert_eq!(api(&path).as_deref(), Some("first"));
        drop(first);
        assert!(!path.exists());
        assert!(written(&path, "third", false).is_some());
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
                    assert_eq!(api(&path), None);
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
