//! Watches files by the means of the system.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use notify::event::{Event, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::changes::Changes;
use super::interest::{Belongs, Interest};
use super::output;

/// A watcher. Dropping it ends it.
pub(super) struct Files {
    watcher: RecommendedWatcher,
    interest: Arc<RwLock<Interest>>,
    folders: BTreeSet<PathBuf>,
}

impl Files {
    /// Reports to `changes`.
    pub(super) fn new(changes: Changes) -> Result<Self, notify::Error> {
        let interest: Arc<RwLock<Interest>> = Arc::default();
        let (known, outputs) = (interest.clone(), output::Files::of_this_process());
        let watcher = notify::recommended_watcher(move |event: Result<Event, notify::Error>| {
            let Ok(event) = event else { return };
            let interest = known.read().unwrap_or_else(PoisonError::into_inner);
            if event.need_rescan() {
                // Events were lost: anything may have changed.
                changes.push(PathBuf::new(), Belongs { sources: interest.sources.is_some(), template: true });
            }
            if matches!(event.kind, EventKind::Access(_) | EventKind::Other) {
                return;
            }
            let of_content = matches!(
                event.kind,
                EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_) | ModifyKind::Any)
            );
            for path in event.paths {
                let belongs = interest.of(&path, !of_content);
                if belongs != Belongs::default() && !outputs.contain(&path) {
                    changes.push(path, belongs);
                }
            }
        })?;
        Ok(Self { watcher, interest, folders: BTreeSet::new() })
    }

    /// Watches the files of `interest`, and folders that have come since the last time. Returns whether that is more than before.
    /// An error names a folder that is not watched.
    pub(super) fn follow(&mut self, interest: Interest) -> Result<bool, String> {
        let folders = interest.folders();
        let more = {
            let mut known = self.interest.write().unwrap_or_else(PoisonError::into_inner);
            let more = interest.is_more_than(&known) || !folders.is_subset(&self.folders);
            *known = interest;
            more
        };
        self.folders.clone_from(&folders);
        let mut failed = None;
        let mut paths = self.watcher.paths_mut();
        for folder in folders {
            // Again, also where it is watched: a folder of this name may be another one now.
            if let Err(error) = paths.add(&folder, RecursiveMode::NonRecursive) {
                failed.get_or_insert_with(|| format!("{}: {error}", folder.display()));
            }
        }
        match (paths.commit(), failed) {
            (_, Some(reason)) => Err(reason),
            (Err(error), None) => Err(error.to_string()),
            (Ok(()), None) => Ok(more),
        }
    }
}
