//! Everything that can stop a start, each as one sentence that says what to do next.

mod template;

use std::path::{Path, PathBuf};

pub use self::template::TemplateError;

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// `serverless.yml` is missing, malformed, or asks for something that cannot be understood.
    #[error(transparent)]
    Template(#[from] TemplateError),

    /// The functions of the template and the binaries disagree.
    #[error("{0}")]
    Binaries(String),

    /// Cargo could not build the binaries, or could not be asked about them.
    #[error("{0}")]
    Build(String),

    /// A port that was asked for is in use or may not be used.
    #[error("{what} cannot listen on port {port}: {reason}; choose another one with {option} <PORT>")]
    Port {
        /// What wanted to listen.
        what: &'static str,
        /// Where.
        port: u16,
        /// What the system said.
        reason: String,
        /// The option that names another port.
        option: &'static str,
    },

    /// An address that was asked for is none of this machine's.
    #[error(
        "{what} cannot listen on {host}: it is no address of this machine; choose another one with --host <ADDRESS>"
    )]
    Host {
        /// What wanted to listen.
        what: &'static str,
        /// Where.
        host: String,
    },

    /// The data directory, or a file in it, cannot be used.
    #[error("{path} cannot be used to keep data: {reason}", path = .path.display())]
    Data {
        /// The directory or the file.
        path: PathBuf,
        /// What stands against it.
        reason: String,
    },

    /// The database refused a table of the template, or cannot be reached.
    #[error("{0}")]
    Database(String),

    /// A route would be left open that the template guards, or there is nothing to guard.
    #[error("{0}")]
    Auth(String),

    /// A function does not say what it is, or two of them contradict each other.
    #[error("{0}")]
    Contract(String),

    /// Two options that exclude each other.
    #[error("{0}")]
    Options(String),
}

impl StartError {
    /// A file that is not as it was written. `next` says what the next start does without it.
    pub(crate) fn damaged(path: &Path, reason: &str, next: &str) -> Self {
        let reason = format!("{reason}; move the file away or delete it, and the next start {next}");
        Self::Data { path: path.to_owned(), reason }
    }

    /// A port that could not be opened, in words.
    pub(crate) fn port(what: &'static str, option: &'static str, port: u16, error: &std::io::Error) -> Self {
        let reason = match error.kind() {
            std::io::ErrorKind::AddrInUse => "something else is using it".to_owned(),
            std::io::ErrorKind::PermissionDenied => "the system does not permit it".to_owned(),
            _ => error.to_string(),
        };
        Self::Port { what, port, reason, option }
    }
}
