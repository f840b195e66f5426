//! The service's repository: its `serverless.yml`, its Cargo package, and the contracts of its functions.

pub(crate) mod binaries;
pub(crate) mod build;
pub(crate) mod cargo;
pub(crate) mod openapi;
pub(crate) mod outline;
pub(crate) mod template;
