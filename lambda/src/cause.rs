//! The failure behind an error.

use std::error::Error;
use std::fmt;

/// The cause of an error: for the log, never for the client. `#[problem(cause)]` marks its field.
#[derive(Debug)]
pub struct Cause(Box<dyn Error + Send + Sync + 'static>);

impl Cause {
    /// `error`, kept as the cause of another.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync + 'static>>) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
