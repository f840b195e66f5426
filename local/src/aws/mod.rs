//! The AWS services that a template uses, emulated: a folder each. None knows another; what one asks of another goes
//! through a trait of [`interface`].

pub(crate) mod bus;
pub(crate) mod database;
pub(crate) mod gateway;
pub(crate) mod interface;
pub(crate) mod issuer;
pub(crate) mod lambda;
pub(crate) mod queue;
pub(crate) mod runtime;
pub(crate) mod schedule;
pub(crate) mod stream;
