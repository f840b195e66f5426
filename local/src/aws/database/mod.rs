//! DynamoDB: the engine in this process, or another server that speaks its protocol.
//!
//! Both are asked in the API's own JSON, so that the rest need not know which one it is.

mod embedded;
mod remote;
mod tables;

use serde_json::Value;

pub(crate) use self::{embedded::Embedded, remote::Remote, tables::prepare};

/// Whichever database the service uses. Clones share it.
#[derive(Clone)]
pub(crate) enum Database {
    Embedded(Embedded),
    Remote(Box<Remote>),
}

/// What is asked of it. Everything else the functions ask for themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    CreateTable,
    DescribeTable,
    DescribeTimeToLive,
    UpdateTimeToLive,
    DescribeStream,
    GetShardIterator,
    GetRecords,
}

/// Why an operation failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{kind}: {message}")]
pub(crate) struct DatabaseError {
    /// The exception's name, such as `ResourceNotFoundException`.
    pub kind: String,
    pub message: String,
}

impl Database {
    pub(crate) async fn call(&self, operation: Operation, body: Value) -> Result<Value, DatabaseError> {
        match self {
            Self::Embedded(database) => database.call(operation, body).await,
            Self::Remote(database) => database.call(operation, &body).await,
        }
    }
}

impl DatabaseError {
    fn new(kind: &str, message: impl Into<String>) -> Self {
        // `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`
        let kind = kind.rsplit('#').next().unwrap_or(kind);
        Self { kind: kind.to_owned(), message: message.into() }
    }

    pub(crate) fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }
}

impl Operation {
    /// `X-Amz-Target`.
    fn target(self) -> String {
        let api = match self {
            Self::DescribeStream | Self::GetShardIterator | Self::GetRecords => "DynamoDBStreams_20120810",
            _ => "DynamoDB_20120810",
        };
        format!("{api}.{self:?}")
    }
}
