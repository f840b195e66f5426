//! Collects the changes of files until they have come to rest.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout, timeout_at};

use super::interest::Belongs;

/// Saves of an editor or a version control system within this time are one change.
const QUIET: Duration = Duration::from_millis(50);
/// A change that does not come to rest is taken as it is after this time.
const MOST: Duration = Duration::from_secs(1);

/// Files that have changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Changed {
    pub sources: bool,
    pub template: bool,
    pub files: BTreeSet<PathBuf>,
}

impl Changed {
    pub(super) fn add(&mut self, other: Self) {
        self.sources |= other.sources;
        self.template |= other.template;
        self.files.extend(other.files);
    }

    fn is_empty(&self) -> bool {
        !(self.sources || self.template)
    }
}

/// The changes that were not taken yet. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Changes(Arc<Inner>);

#[derive(Default)]
struct Inner {
    pending: Mutex<Changed>,
    news: Notify,
}

impl Changes {
    pub(super) fn push(&self, path: PathBuf, belongs: Belongs) {
        let Belongs { sources, template } = belongs;
        if sources || template {
            self.pending().add(Changed { sources, template, files: BTreeSet::from([path]) });
            self.0.news.notify_one();
        }
    }

    /// Waits for a change and for its end. The result is when it began.
    pub(super) async fn next(&self) -> (Instant, Changed) {
        while self.pending().is_empty() {
            self.0.news.notified().await;
        }
        let began = Instant::now();
        let rest = async { while timeout(QUIET, self.0.news.notified()).await.is_ok() {} };
        let _ = timeout_at(began + MOST, rest).await;
        (began, std::mem::take(&mut *self.pending()))
    }

    fn pending(&self) -> MutexGuard<'_, Changed> {
        self.0.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: Belongs = Belongs { sources: true, template: false };
    const TEMPLATE: Belongs = Belongs { sources: false, template: true };

    #[tokio::test(start_paused = true)]
    async fn saves_that_come_together_are_one_change() {
        let changes = Changes::default();
        let saving = changes.clone();
        tokio::spawn(async move {
            for (name, belongs) in [("a", SOURCE), ("b", TEMPLATE), ("a", SOURCE)] {
                saving.push(name.into(), belongs);
                tokio::time::sleep(QUIET * 4 / 5).await;
            }
            saving.push("of nobody".into(), Belongs::default());
            tokio::time::sleep(QUIET).await;
            saving.push("c".into(), SOURCE);
        });
        let files = |names: &[&str]| names.iter().map(PathBuf::from).collect::<BTreeSet<_>>();
        let (_, first) = changes.next().await;
        assert_eq!(first, Changed { sources: true, template: true, files: files(&["a", "b"]) });
        let (_, second) = changes.next().await;
        assert_eq!(second, Changed { sources: true, template: false, files: files(&["c"]) });
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_without_an_end_is_taken_all_the_same() {
        let changes = Changes::default();
        let saving = changes.clone();
        let writer = tokio::spawn(async move {
            loop {
                saving.push("log".into(), SOURCE);
                tokio::time::sleep(QUIET / 2).await;
            }
        });
        let (began, _) = changes.next().await;
        assert_eq!(began.elapsed(), MOST);
        writer.abort();
    }
}
