//! A version of the service: all that an edit can change.

use std::path::{Path, PathBuf};

use super::keep::Keep;
use crate::base::error::StartError;
use crate::project::binaries;
use crate::project::compile::Built;
use crate::project::template::{Function, Template};

/// The template, and the functions with their executables.
pub(crate) struct Version {
    pub template: Template,
    pub binaries: Vec<(Function, PathBuf)>,
}

impl Version {
    /// The names and the paths of its executables.
    pub(super) fn executables(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.binaries.iter().map(|(function, path)| (function.handler.as_str(), path.as_path()))
    }

    /// Pairs the template's functions with executables. `keep` holds those of this version where the next build cannot replace them.
    pub(super) fn of(template: Template, built: Built, keep: Option<&mut Keep>) -> Result<Self, StartError> {
        let mut binaries = binaries::pair(&template, built.executables)?;
        if let Some(keep) = keep {
            for (function, executable) in &mut binaries {
                *executable = keep.executable(&function.handler, executable, &built.libraries)?;
            }
        }
        Ok(Self { template, binaries })
    }
}
