//! The DynamoDB engine in this process: `dynoxide`, on `SQLite`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dynoxide::storage_backend::Clock;
use dynoxide::{Database, DynoxideError};
use rusqlite::ErrorCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::aws::interface::database::{DatabaseError, Operation};
use crate::base::error::StartError;
use crate::base::log::Logger;

const FILE: &str = "dynamodb.sqlite";

/// The engine. Clones share the database.
#[derive(Clone)]
pub(crate) struct Embedded {
    database: Database,
    in_memory: bool,
}

impl Embedded {
    /// Opens the database file in `directory`.
    pub(crate) fn open(directory: &Path) -> Result<Self, StartError> {
        let path = directory.join(FILE);
        let failed = |reason: &str| StartError::Data { path: path.clone(), reason: reason.to_owned() };
        let text = path.to_str().ok_or_else(|| failed("its path is not UTF-8"))?;
        check(&path)?;
        let database = Database::new(text).map_err(|error| failed(&error.to_string()))?;
        index_streams(text).map_err(|error| failed(&error.to_string()))?;
        Ok(Self { database, in_memory: false })
    }

    pub(crate) fn memory(clock: Option<Arc<dyn Clock>>) -> Result<Self, String> {
        let database = match clock {
            Some(clock) => Database::memory_with_clock(clock),
            None => Database::memory(),
        };
        let database = database.map_err(|error| error.to_string())?;
        // The indexes of `index_streams` need a second connection, which a database in memory does not allow. So they
        // are made in a file, and the engine restores that.
        let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
        drop(Self::open(directory.path()).map_err(|error| error.to_string())?);
        let path = directory.path().join(FILE);
        database
            .restore_from(path.to_str().ok_or("the temporary directory's path is not UTF-8")?)
            .map_err(|error| error.to_string())?;
        Ok(Self { database, in_memory: true })
    }

    /// Whether the data end with the service.
    pub(crate) fn is_in_memory(&self) -> bool {
        self.in_memory
    }

    /// Runs on a blocking thread: the engine waits for its lock and for the disk.
    pub(crate) async fn call(&self, operation: Operation, body: Value) -> Result<Value, DatabaseError> {
        let database = self.database.clone();
        let answer = spawn_blocking(move || match operation {
            Operation::CreateTable => ask(body, |request| database.create_table(request)),
            Operation::DescribeTable => ask(body, |request| database.describe_table(request)),
            Operation::DescribeTimeToLive => ask(body, |request| database.describe_time_to_live(request)),
            Operation::UpdateTimeToLive => ask(body, |request| database.update_time_to_live(request)),
            Operation::DescribeStream => ask(body, |request| database.describe_stream(request)),
            Operation::GetShardIterator => ask(body, |request| database.get_shard_iterator(request)),
            Operation::GetRecords => ask(body, |request| database.get_records(request)),
            Operation::Scan => ask(body, |request| database.scan(request)),
        });
        answer.await.unwrap_or_else(|error| Err(DatabaseError::new("InternalServerError", error.to_string())))
    }

    /// Speaks DynamoDB's HTTP protocol on `listener` until `stop`.
    pub(crate) async fn serve(self, listener: TcpListener, stop: CancellationToken) {
        let _ = dynoxide::server::serve_with_shutdown(listener, self.database, stop.cancelled_owned()).await;
    }

    /// Deletes expired items periodically. DynamoDB's own background deletion takes up to days.
    pub(crate) async fn expire(self, every: Duration, logger: Logger, stop: CancellationToken) {
        while timeout(every, stop.cancelled()).await.is_err() {
            let database = self.database.clone();
            match spawn_blocking(move || database.sweep_ttl()).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => logger.say("database", &format!("ERROR expired items cannot be deleted: {error}")),
                Err(error) => logger.say("database", &format!("ERROR {error}")),
            }
        }
    }
}

/// Checks that the file, if it exists, is a sound database. The engine's own messages about a damaged one address
/// programmers.
fn check(path: &Path) -> Result<(), StartError> {
    if !path.exists() {
        return Ok(());
    }
    // <https://www.sqlite.org/pragma.html#pragma_quick_check>
    let checked = rusqlite::Connection::open(path)
        .and_then(|database| database.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)));
    let damaged = |reason: &str| StartError::damaged(path, reason, "makes an empty database");
    match checked {
        Ok(answer) if answer == "ok" => Ok(()),
        Ok(_) => Err(damaged("the database is damaged")),
        Err(error) => Err(match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => damaged("it is damaged, or was never a database"),
            Some(ErrorCode::DatabaseCorrupt) => damaged("the database is damaged"),
            _ => StartError::Data { path: path.to_owned(), reason: error.to_string() },
        }),
    }
}

/// The engine looks up the newest record of a stream on each write, and the records after a number on each read.
/// Without these indexes both scan all records.
fn index_streams(path: &str) -> rusqlite::Result<()> {
    rusqlite::Connection::open(path)?.execute_batch(
        "CREATE INDEX IF NOT EXISTS local_stream_order
             ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
         CREATE INDEX IF NOT EXISTS local_shard_order
             ON _stream_records (table_name, shard_id, CAST(sequence_number AS INTEGER));",
    )
}

fn ask<Q: DeserializeOwned, A: Serialize>(
    body: Value,
    call: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Result<Value, DatabaseError> {
    // `dynoxide` prefixes its own validation messages with `VALIDATION:`.
    let invalid = |error: serde_json::Error| {
        DatabaseError::new("ValidationException", error.to_string().trim_start_matches("VALIDATION:"))
    };
    let request = serde_json::from_value(body).map_err(invalid)?;
    let answer = call(request).map_err(|error| DatabaseError::new(error.error_type(), error.to_string()))?;
    serde_json::to_value(answer).map_err(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_named_with_what_to_do_about_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE);
        let engine = Embedded::open(directory.path()).unwrap();
        drop(engine);
        let sound = std::fs::read(&path).unwrap();
        let changed = |from: usize, to: usize| {
            let mut bytes = sound.clone();
            bytes[from..to].fill(0xa5);
            bytes
        };
        for damaged in [
            b"this is no database, and long enough to be told from an empty one".to_vec(),
            changed(0, 16),
            changed(100, 4096),
            changed(4096, sound.len()),
            sound[..sound.len() / 2 + 100].to_vec(),
        ] {
            std::fs::write(&path, &damaged).unwrap();
            let error = Embedded::open(directory.path()).err().expect("it opened").to_string();
            let expected = "; move the file away or delete it, and the next start makes an empty database";
            assert!(error.starts_with(path.to_str().unwrap()) && error.ends_with(expected), "{error}");
            assert!(!error.contains("encrypt") && !error.contains("::"), "{error}");
        }
        std::fs::remove_file(&path).unwrap();
        Embedded::open(directory.path()).unwrap();
        Embedded::open(directory.path()).unwrap();
    }

    #[test]
    fn the_newest_record_of_a_stream_is_found_without_reading_them_all() {
        let directory = tempfile::tempdir().unwrap();
        drop(Embedded::open(directory.path()).unwrap());
        let database = rusqlite::Connection::open(directory.path().join("dynamodb.sqlite")).unwrap();
        for (question, index) in [
            ("MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = 't'", "local_stream_order"),
            (
                "* FROM _stream_records WHERE table_name = 't' AND shard_id = 's' AND CAST(sequence_number AS INTEGER) > 7
                 ORDER BY CAST(sequence_number AS INTEGER)",
                "local_shard_order",
            ),
        ] {
            let plan: String = database
                .query_row(&format!("EXPLAIN QUERY PLAN SELECT {question}"), [], |row| row.get("detail"))
                .unwrap();
            assert!(plan.starts_with("SEARCH") && plan.contains(index), "{plan}");
        }
    }
}
