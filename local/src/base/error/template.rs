//! Errors in a `serverless.yml`. Each names the place and says what to write.

use std::path::PathBuf;

/// Why a template cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The file is missing or cannot be read.
    #[error("{}", unreadable(path, *missing, reason))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Whether the file is missing.
        missing: bool,
        /// The system's error.
        reason: String,
    },
    /// The file is not YAML.
    #[error("{path} is not valid YAML: {reason}", path = .path.display())]
    Yaml {
        /// The file.
        path: PathBuf,
        /// The fault and its line.
        reason: String,
    },
    /// A value is missing, has the wrong type, or contradicts another.
    #[error("serverless.yml: `{place}` {reason}")]
    Value {
        /// The path of the value, as `functions.hello.handler`.
        place: String,
        /// The fault.
        reason: String,
    },
    /// Several values, a line each.
    #[error("{}", lines(.0))]
    Several(Vec<TemplateError>),
}

impl TemplateError {
    /// An error about the value at `place`. `reason` continues the sentence.
    pub(crate) fn at(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Value { place: place.into(), reason: reason.into() }
    }

    /// All faults as one error. `None` where there are none.
    pub(crate) fn all(mut faults: Vec<Self>) -> Option<Self> {
        if faults.len() > 1 { Some(Self::Several(faults)) } else { faults.pop() }
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

fn lines(faults: &[TemplateError]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
