//! Interfaces between the services of `aws`: traits, and the types in their signatures.

pub(crate) mod body;
pub(crate) mod clock;
pub(crate) mod database;
pub(crate) mod digest;
pub(crate) mod error;
pub(crate) mod invoke;
pub(crate) mod json;
pub(crate) mod message;
pub(crate) mod observe;
pub(crate) mod page;
pub(crate) mod trace;

use std::pin::Pin;

/// A future in the signature of a trait object.
pub(crate) type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
