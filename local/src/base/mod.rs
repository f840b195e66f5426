//! Foundations of all other modules: builds, errors, options, listeners, locks, the log, and EventBridge's event patterns.

pub(crate) mod builds;
pub(crate) mod error;
pub(crate) mod listen;
pub(crate) mod lock;
pub(crate) mod log;
pub(crate) mod options;
pub(crate) mod pattern;
