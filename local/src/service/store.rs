//! The directory that keeps the data, used by one service at a time.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use dynoxide::storage_backend::Clock;

use crate::{
    aws::{database::Embedded, stream::Positions},
    base::{error::StartError, lock::Lock, options::Data},
};

/// An open data directory, or memory in its place.
pub(crate) struct Store {
    pub positions: Positions,
    directory: Option<PathBuf>,
    /// Held for as long as the directory is in use.
    _lock: Option<Lock>,
}

impl Store {
    pub(crate) fn open(data: &Data) -> Result<Self, StartError> {
        let Data::Directory(path) = data else {
            return Ok(Self { positions: Positions::memory(), directory: None, _lock: None });
        };
        let failed = |reason: String| StartError::Data { path: path.clone(), reason };
        std::fs::create_dir_all(path).map_err(|error| failed(error.to_string()))?;
        let lock = Lock::own(path).map_err(|error| failed(format!("its file `lock`: {error}")))?;
        let lock = lock.ok_or_else(|| in_use(path))?;
        let positions = Positions::file(path.join("streams.json"))?;
        Ok(Self { positions, directory: Some(path.clone()), _lock: Some(lock) })
    }

    /// Why the service cannot have its data, if another service has them.
    pub(crate) fn refusal(data: &Data) -> Option<StartError> {
        let Data::Directory(path) = data else { return None };
        matches!(Lock::share(path), Ok(None)).then(|| in_use(path))
    }

    /// Does the service have the data of `directory`?
    pub(crate) fn owns(&self, directory: Option<&Path>) -> bool {
        self.directory.as_deref().is_some_and(|own| directory == Some(own))
    }

    /// Where things are kept, if anywhere.
    pub(crate) fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    pub(crate) fn database(&self, clock: Option<Arc<dyn Clock>>) -> Result<Embedded, StartError> {
        match &self.directory {
            None => Embedded::memory(clock).map_err(StartError::Database),
            Some(path) => Embedded::open(path),
        }
    }
}

fn in_use(directory: &Path) -> StartError {
    let reason = "stop the other one, or start this one with --ephemeral; another `cargo local` is using it".to_owned();
    StartError::Data { path: directory.to_owned(), reason }
}
