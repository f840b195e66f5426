//! A version of the service: all that an edit can change.

use std::path::PathBuf;

use super::context::Context;
use super::keep::Keep;
use crate::base::error::StartError;
use crate::project::binaries;
use crate::project::build::Build;
use crate::project::compile::Built;
use crate::project::template::{Function, Template};

/// The template, and the functions with their executables.
pub(crate) struct Version {
    pub template: Template,
    pub binaries: Vec<(Function, PathBuf)>,
}

impl Version {
    /// Builds what the template names. `keep` holds the executables of this version where the next build cannot replace
    /// them.
    pub(super) async fn build(
        context: &Context,
        template: Template,
        build: &Build,
        keep: Option<&mut Keep>,
    ) -> Result<Self, StartError> {
        let output = build.run(&context.options, &template).await?;
        Self::of(template, output, keep)
    }

    /// Pairs the template's functions with executables.
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
