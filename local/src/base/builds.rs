//! The last build of the functions and the last reading of the template, for the terminal and for the page.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

/// A build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Build {
    /// Counts from 1. 0: nothing has been built by this process.
    pub number: u64,
    pub began: DateTime<Utc>,
    pub state: State,
}

/// The state of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    Running,
    /// The new version is served.
    Served {
        took: Duration,
        /// The keys of the functions that were replaced.
        functions: Vec<String>,
    },
    /// The last good version is served.
    Failed {
        took: Duration,
        /// The compiler's diagnostics or the template's fault, as plain text.
        message: String,
    },
}

/// The last build. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Builds(Arc<watch::Sender<Build>>);

impl Builds {
    pub(crate) fn new() -> Self {
        let none = State::Served { took: Duration::ZERO, functions: Vec::new() };
        Self(Arc::new(watch::Sender::new(Build { number: 0, began: Utc::now(), state: none })))
    }

    /// Begins the next build.
    pub(crate) fn begin(&self) {
        self.0.send_modify(|build| {
            *build = Build { number: build.number + 1, began: Utc::now(), state: State::Running };
        });
    }

    /// Ends the build in progress.
    pub(crate) fn end(&self, state: State) {
        self.0.send_modify(|build| build.state = state);
    }

    /// The last build, and a notice of each change.
    pub(crate) fn watch(&self) -> watch::Receiver<Build> {
        self.0.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_are_numbered_from_one() {
        let builds = Builds::new();
        let seen = builds.watch();
        assert_eq!(seen.borrow().number, 0);
        for number in 1..3 {
            builds.begin();
            assert_eq!((seen.borrow().number, seen.borrow().state.clone()), (number, State::Running));
            let failed = State::Failed { took: Duration::ZERO, message: "error".to_owned() };
            builds.end(failed.clone());
            assert_eq!((seen.borrow().number, seen.borrow().state.clone()), (number, failed));
        }
    }
}
