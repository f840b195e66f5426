//! The service's repository: its `serverless.yml`, its Cargo package, and the contracts of its functions.

pub(crate) mod binaries;
pub(crate) mod build;
pub(crate) mod cargo;
pub(crate) mod openapi;
pub(crate) mod outline;
mod owner;
pub(crate) mod template;
