//! The directory that keeps the data, used by one service at a time.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};

use dynoxide::storage_backend::Clock;

use crate::{database::Embedded, error::StartError, options::Data, stream::Positions};

/// An open data directory, or memory in its place.
pub(crate) struct Store {
    pub positions: Positions,
    directory: Option<PathBuf>,
    /// Held for as long as the directory is in use; the system lets go of it, whatever happens to us.
    lock: Option<File>,
}

impl Drop for Store {
    fn drop(&mut self) {
        // Closing it is not enough while a process that is just being started still has a copy.
        if let Some(lock) = &self.lock {
            let _ = lock.unlock();
        }
    }
}

impl Store {
    pub(crate) fn open(data: &Data) -> Result<Self, StartError> {
        let Data::Directory(path) = data else {
            return Ok(Self { positions: Positions::memory(), directory: None, lock: None });
        };
        let failed = |reason: String| StartError::Data { path: path.clone(), reason };
        std::fs::create_dir_all(path).map_err(|error| failed(error.to_string()))?;
        let lock = lock(path).map_err(failed)?;
        let positions = Positions::file(path.join("streams.json"))?;
        Ok(Self { positions, directory: Some(path.clone()), lock: Some(lock) })
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

fn lock(directory: &Path) -> Result<File, String> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(directory.join("lock"));
    let file = file.map_err(|error| error.to_string())?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err("another `cargo local` is using it".to_owned()),
        Err(TryLockError::Error(error)) => Err(error.to_string()),
    }
}
