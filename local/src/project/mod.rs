//! The service's repository: its `serverless.yml`, its Cargo package, and the contracts of its functions.

pub(crate) mod binaries;
pub(crate) mod build;
mod cargo;
pub(crate) mod compile;
pub(crate) mod dep_info;
mod group;
mod metadata;
pub(crate) mod openapi;
pub(crate) mod outline;
mod owner;
mod progress;
mod selection;
pub(crate) mod sources;
pub(crate) mod template;
