//! Selection of packages and binaries for Cargo.

use std::collections::BTreeSet;

use super::sources::Sources;

/// The binary of `cargo local`.
pub(super) const OURS: &str = "cargo-local";

/// The feature with which a package links its dependencies as a shared library.
pub(super) const SHARED: &str = "shared";

/// Whether this system can: a library of Windows exports 65,535 symbols at most.
const CAN_SHARE: bool = cfg!(unix);

/// The package whose binaries are the functions.
#[derive(Debug)]
pub(crate) struct Package {
    pub(super) id: String,
    pub binaries: BTreeSet<String>,
    /// The package of `cargo local` itself, if this workspace has it.
    pub(super) ours: Option<String>,
    /// Its feature for debug builds, if it has it: `package/shared`.
    pub(super) shared: Option<String>,
    /// The files that it is built from.
    pub sources: Sources,
}

impl Package {
    /// Cargo's arguments that select the binaries and the profile.
    ///
    /// In a debug build of a workspace with `cargo local`, its package is selected too, with none of its binaries. Cargo then
    /// gives each crate the features that both need, so that what is built for `cargo local` already is not built again. A
    /// release build has the features of a deployment.
    pub(super) fn selection(&self, release: bool) -> Vec<&str> {
        let mut arguments = vec!["--package", &self.id];
        for binary in &self.binaries {
            arguments.extend(["--bin", binary]);
        }
        if release {
            arguments.push("--release");
            return arguments;
        }
        if let Some(ours) = &self.ours {
            arguments.extend(["--package", ours]);
        }
        if let Some(shared) = self.shared.as_ref().filter(|_| CAN_SHARE) {
            arguments.extend(["--features", shared]);
        }
        arguments
    }
}
