//! What Cargo is asked to build.

use super::cargo::Package;

/// The binary of `cargo local`.
pub(super) const OURS: &str = "cargo-local";

/// The feature with which a package links its dependencies as a shared library.
pub(super) const SHARED: &str = "shared";

/// Whether this system can: a library of Windows exports 65,535 symbols at most.
const CAN_SHARE: bool = cfg!(unix);

/// Cargo's arguments that select the binaries and the profile.
///
/// In a debug build of a workspace with `cargo local`, its package is selected too, with none of its binaries. Cargo then
/// gives each crate the features that both need, so that what is built for `cargo local` already is not built again. A
/// release build has the features of a deployment.
pub(super) fn arguments(package: &Package, release: bool) -> Vec<&str> {
    let mut arguments = vec!["--package", &package.id];
    for binary in &package.binaries {
        arguments.extend(["--bin", binary]);
    }
    if release {
        arguments.push("--release");
        return arguments;
    }
    if let Some(ours) = &package.ours {
        arguments.extend(["--package", ours]);
    }
    if let Some(shared) = package.shared.as_ref().filter(|_| CAN_SHARE) {
        arguments.extend(["--features", shared]);
    }
    arguments
}
