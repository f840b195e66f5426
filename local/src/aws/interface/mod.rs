//! Calls between the services of `aws`: traits without their implementations, and the types that cross them.

pub(crate) mod body;
pub(crate) mod database;
pub(crate) mod error;
pub(crate) mod invoke;
pub(crate) mod json;
pub(crate) mod message;
pub(crate) mod page;
pub(crate) mod trace;

use std::pin::Pin;

/// A future that a trait object can return.
pub(crate) type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
