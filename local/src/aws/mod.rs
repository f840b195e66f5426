//! Emulators of AWS services, a folder each. They do not depend on each other: calls between them go through the traits
//! of [`interface`].

pub(crate) mod bus;
pub(crate) mod database;
pub(crate) mod gateway;
pub(crate) mod interface;
pub(crate) mod issuer;
pub(crate) mod lambda;
pub(crate) mod mapping;
pub(crate) mod queue;
pub(crate) mod runtime;
pub(crate) mod schedule;
pub(crate) mod stream;
pub(crate) mod xray;
