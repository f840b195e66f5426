//! DynamoDB: the engine in this process, or another server with the same protocol.
//!
//! Both are called with the API's JSON, so that the rest of the program does not depend on which one it is.

mod embedded;
mod front;
mod remote;
mod tables;

use std::net::Ipv4Addr;
use std::sync::Arc;

use serde_json::Value;
use tokio::net::TcpListener;

use self::front::Front;
pub(crate) use self::{embedded::Embedded, remote::Remote, tables::prepare};
use crate::aws::interface::Pending;
use crate::aws::interface::database::{DatabaseError, DynamoDb, Operation};
use crate::aws::interface::observe::Observer;

/// The database of the service. Clones share it.
#[derive(Clone)]
pub(crate) enum Database {
    Embedded(Embedded),
    Remote(Arc<Remote>),
}

/// A front of another server, and where it listens. `None` for the database in this process, and where the system has no free
/// port.
pub(crate) fn front_of_remote(
    database: &Database,
    observer: Arc<dyn Observer>,
) -> Option<(Front, TcpListener, String)> {
    let Database::Remote(remote) = database else { return None };
    let (listener, url) = listener()?;
    Some((Front::new(remote.endpoint().clone(), Arc::new(database.clone()), observer), listener, url))
}

fn listener() -> Option<(TcpListener, String)> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    listener.set_nonblocking(true).ok()?;
    let url = format!("http://{}", listener.local_addr().ok()?);
    Some((TcpListener::from_std(listener).ok()?, url))
}

/// A front of the database in this process, and the listener that the engine serves behind it. `None` where the system has no
/// free port.
pub(crate) fn front(database: &Database, observer: Arc<dyn Observer>) -> Option<(Front, TcpListener)> {
    let (behind, url) = listener()?;
    let front = Front::new(url.parse().ok()?, Arc::new(database.clone()), observer);
    Some((front, behind))
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
