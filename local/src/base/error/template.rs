//! What can be wrong with a `serverless.yml`. Each message names the place and says what to write.

use std::path::PathBuf;

/// Why a template cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The file is not there or cannot be read.
    #[error("{}", unreadable(path, *missing, reason))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// It does not exist.
        missing: bool,
        /// What the system said.
        reason: String,
    },
    /// Not YAML.
    #[error("{path} is not valid YAML: {reason}", path = .path.display())]
    Yaml {
        /// The file.
        path: PathBuf,
        /// What is wrong, and in which line.
        reason: String,
    },
    /// A value is missing, of the wrong kind, or contradicts another.
    #[error("serverless.yml: `{place}` {reason}")]
    Value {
        /// Where, as `functions.hello.handler`.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl TemplateError {
    /// A complaint about the value at `place`: the two make one sentence.
    pub(crate) fn at(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Value { place: place.into(), reason: reason.into() }
    }
}

fn unreadable(path: &std::path::Path, missing: bool, reason: &str) -> String {
    let path = path.display();
    if missing {
        format!("there is no {path}; run this where the service's serverless.yml is, or name it with --template <FILE>")
    } else {
        format!("{path} cannot be read: {reason}")
    }
}
