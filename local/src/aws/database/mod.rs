//! DynamoDB: the engine in this process, or another server with the same protocol.
//!
//! Both are called with the API's JSON, so that the rest of the program does not depend on which one it is.

mod embedded;
mod remote;
mod tables;

use std::sync::Arc;

use serde_json::Value;

pub(crate) use self::{embedded::Embedded, remote::Remote, tables::prepare};
use crate::aws::interface::Pending;
use crate::aws::interface::database::{DatabaseError, DynamoDb, Operation};

/// The database of the service. Clones share it.
#[derive(Clone)]
pub(crate) enum Database {
    Embedded(Embedded),
    Remote(Arc<Remote>),
}

impl DynamoDb for Database {
    fn call(&self, operation: Operation, body: Value) -> Pending<'_, Result<Value, DatabaseError>> {
        Box::pin(async move {
            match self {
                Self::Embedded(database) => database.call(operation, body).await,
                Self::Remote(database) => database.call(operation, &body).await,
            }
        })
    }

    fn is_embedded(&self) -> bool {
        matches!(self, Self::Embedded(_))
    }
}
