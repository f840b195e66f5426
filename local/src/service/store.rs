//! The data directory, which one service uses at a time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dynoxide::storage_backend::Clock;

use crate::aws::database::Embedded;
use crate::aws::stream::Positions;
use crate::base::error::StartError;
use crate::base::lock::Lock;
use crate::base::options::Data;

/// The data directory, or memory.
pub(crate) struct Store {
    pub positions: Positions,
    directory: Option<PathBuf>,
    /// Held while the directory is in use.
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

    /// The error of a service whose data another service has, if so.
    pub(crate) fn refusal(data: &Data) -> Option<StartError> {
        let Data::Directory(path) = data else { return None };
        matches!(Lock::share(path), Ok(None)).then(|| in_use(path))
    }

    /// Whether the service keeps its data in `directory`.
    pub(crate) fn owns(&self, directory: Option<&Path>) -> bool {
        self.directory.as_deref().is_some_and(|own| directory == Some(own))
    }

    /// The directory; `None` in memory.
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
