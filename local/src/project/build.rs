//! The functions' executables: given, or built by Cargo.

use super::compile::Built;
use super::sources::Sources;
use super::template::Template;
use super::{binaries, cargo, compile};
use crate::base::error::StartError;
use crate::base::options::{Binaries, Log, Options};

/// The build that a start needs.
pub(crate) enum Build {
    Nothing,
    Package(cargo::Package),
}

impl Build {
    /// Finds the package, and checks that its binaries are those of the functions.
    pub(crate) async fn find(options: &Options, template: &Template) -> Result<Self, StartError> {
        match &options.binaries {
            Binaries::Built(_) => Ok(Self::Nothing),
            Binaries::Cargo { .. } => {
                let package = cargo::find(template.directory(), &template.functions).await?;
                binaries::check(&template.functions, &template.optional, &package.binaries)?;
                Ok(Self::Package(package))
            }
        }
    }

    /// The files that the build depends on.
    pub(crate) fn sources(&self) -> Option<&Sources> {
        match self {
            Self::Nothing => None,
            Self::Package(package) => Some(&package.sources),
        }
    }

    pub(crate) async fn run(&self, options: &Options, template: &Template) -> Result<Built, StartError> {
        match (self, &options.binaries) {
            (Self::Package(package), Binaries::Cargo { release }) => {
                let progress = matches!(options.log, Log::Terminal { .. });
                compile::build(template.directory(), package, *release, progress).await
            }
            (_, Binaries::Built(executables)) => Ok(Built { executables: executables.clone(), ..Built::default() }),
            (Self::Nothing, Binaries::Cargo { .. }) => Ok(Built::default()),
        }
    }
}
