//! Foundations of all other modules: builds, errors, options, listeners, locks, the log, and EventBridge's event patterns,
//! paths and input transformers.

pub(crate) mod builds;
pub(crate) mod error;
pub(crate) mod json_path;
pub(crate) mod listen;
pub(crate) mod lock;
pub(crate) mod log;
pub(crate) mod options;
pub(crate) mod pattern;
pub(crate) mod transformer;
