//! Calling DynamoDB and DynamoDB Streams, in the JSON of their APIs.

use serde_json::Value;

use super::Pending;

pub(crate) trait DynamoDb: Send + Sync {
    fn call(&self, operation: Operation, body: Value) -> Pending<'_, Result<Value, DatabaseError>>;

    /// Whether it runs in this process. Such a database reports the newest record of open shards too, and has no writer
    /// while the service is down.
    fn is_embedded(&self) -> bool;
}

/// The operations that this program calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    CreateTable,
    DescribeTable,
    DescribeTimeToLive,
    UpdateTimeToLive,
    DescribeStream,
    GetShardIterator,
    GetRecords,
    Scan,
}

/// Why an operation failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{kind}: {message}")]
pub(crate) struct DatabaseError {
    /// The exception's name, such as `ResourceNotFoundException`.
    pub kind: String,
    pub message: String,
}

impl DatabaseError {
    pub(crate) fn new(kind: &str, message: impl Into<String>) -> Self {
        // `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`
        let kind = kind.rsplit('#').next().unwrap_or(kind);
        Self { kind: kind.to_owned(), message: message.into() }
    }

    pub(crate) fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }
}

impl Operation {
    /// The value of `X-Amz-Target`.
    pub(crate) fn target(self) -> String {
        let api = match self {
            Self::DescribeStream | Self::GetShardIterator | Self::GetRecords => "DynamoDBStreams_20120810",
            _ => "DynamoDB_20120810",
        };
        format!("{api}.{self:?}")
    }
}
