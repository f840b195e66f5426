//! Reasons why a service does not start, each a sentence with what to do about it.

mod template;

use std::path::{Path, PathBuf};

pub use self::template::TemplateError;

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// `serverless.yml` is missing, malformed or contradictory.
    #[error(transparent)]
    Template(#[from] TemplateError),

    /// The template's functions and the package's binaries differ.
    #[error("{0}")]
    Binaries(String),

    /// Cargo could not build or describe the binaries.
    #[error("{0}")]
    Build(String),

    /// The functions do not compile.
    #[error("the functions do not compile; Cargo's errors are above")]
    Compile {
        /// The errors and warnings of Cargo and the compiler, as plain text.
        diagnostics: String,
    },

    /// A port is in use, or the system denies it.
    #[error("{what} cannot listen on port {port}: {reason}; choose another one with {option} <PORT>")]
    Port {
        /// The part that listens.
        what: &'static str,
        /// The port.
        port: u16,
        /// The system's error.
        reason: String,
        /// The option that names another port.
        option: &'static str,
    },

    /// The address is not one of this machine.
    #[error(
        "{what} cannot listen on {host}: it is no address of this machine; choose another one with --host <ADDRESS>"
    )]
    Host {
        /// The part that listens.
        what: &'static str,
        /// The address.
        host: String,
    },

    /// The data directory, or a file in it, cannot be used.
    #[error("{path} cannot be used to keep data: {reason}", path = .path.display())]
    Data {
        /// The directory or the file.
        path: PathBuf,
        /// The fault.
        reason: String,
    },

    /// The database is unreachable, or refused a table of the template.
    #[error("{0}")]
    Database(String),

    /// A route with an authorizer would be open, or `--auth` has no route to check.
    #[error("{0}")]
    Auth(String),

    /// A function prints no contract, or the contracts of two functions contradict each other.
    #[error("{0}")]
    Contract(String),

    /// Options that exclude each other.
    #[error("{0}")]
    Options(String),
}

impl StartError {
    /// A damaged file. `next` says what the next start does without it.
    pub(crate) fn damaged(path: &Path, reason: &str, next: &str) -> Self {
        let reason = format!("{reason}; move the file away or delete it, and the next start {next}");
        Self::Data { path: path.to_owned(), reason }
    }

    pub(crate) fn port(what: &'static str, option: &'static str, port: u16, error: &std::io::Error) -> Self {
        let reason = match error.kind() {
            std::io::ErrorKind::AddrInUse => "something else is using it".to_owned(),
            std::io::ErrorKind::PermissionDenied => "the system does not permit it".to_owned(),
            _ => error.to_string(),
        };
        Self::Port { what, port, reason, option }
    }
}
