//! Locks that the system releases when their holder ends, however it ends.
//!
//! The file `lock` in a data directory belongs to the service that keeps its data there. A service that keeps none there
//! shares it for the moment in which it writes or removes the endpoints file: it cannot while there is an owner.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
    thread::sleep,
    time::Duration,
};

const DATA: &str = "lock";
/// How often, and how long apart, the lock is tried again that others hold for a moment.
const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(5);

/// A lock. Dropping it releases it.
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing it is not enough while a process that is just being started still has a copy.
        let _ = self.0.unlock();
    }
}

impl Lock {
    /// The lock at `path`, unless somebody has it.
    pub(crate) fn of(path: &Path) -> io::Result<Option<Self>> {
        let file = open(path)?;
        granted(file.try_lock(), file)
    }

    /// The data of `directory`, unless a service owns it.
    pub(crate) fn own(directory: &Path) -> io::Result<Option<Self>> {
        let path = directory.join(DATA);
        for _ in 0..ATTEMPTS {
            if let Some(lock) = Self::of(&path)? {
                return Ok(Some(lock));
            }
            // An owner keeps everybody out. Whoever lets others share it is done in a moment.
            if Self::share(directory)?.is_none() {
                return Ok(None);
            }
            sleep(PAUSE);
        }
        Ok(None)
    }

    /// Keeps owners of the data of `directory` out, unless there is one.
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
