//! File locks, which the system releases when their holder ends.
//!
//! The file `lock` in a data directory is locked exclusively by the service that keeps its data there. A service
//! without data there locks it shared while it writes or removes the endpoints file, and does neither while there is an
//! owner.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

const DATA: &str = "lock";
/// How often and at what interval an exclusive lock is retried while others share it.
const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(5);

/// A lock. Dropping it releases it.
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a child process that is being started may have a copy of it.
        let _ = self.0.unlock();
    }
}

impl Lock {
    /// Locks the file at `path`. `None` while another holder has it.
    pub(crate) fn of(path: &Path) -> io::Result<Option<Self>> {
        let file = open(path)?;
        granted(file.try_lock(), file)
    }

    /// Locks `directory` as the owner of its data. `None` while there is an owner.
    pub(crate) fn own(directory: &Path) -> io::Result<Option<Self>> {
        let path = directory.join(DATA);
        for _ in 0..ATTEMPTS {
            if let Some(lock) = Self::of(&path)? {
                return Ok(Some(lock));
            }
            // An owner keeps its lock. A shared lock is released soon.
            if Self::share(directory)?.is_none() {
                return Ok(None);
            }
            sleep(PAUSE);
        }
        Ok(None)
    }

    /// Shares the lock of `directory`, which keeps owners out. `None` while there is an owner.
    pub(crate) fn share(directory: &Path) -> io::Result<Option<Self>> {
        let file = open(&directory.join(DATA))?;
        granted(file.try_lock_shared(), file)
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(path)
}

fn granted(answer: Result<(), TryLockError>, file: File) -> io::Result<Option<Lock>> {
    match answer {
        Ok(()) => Ok(Some(Lock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
