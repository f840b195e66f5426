//! The primary keys of the database's tables, and which of them have a stream.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::aws::interface::database::{DynamoDb, Operation};

/// Tables that are remembered.
const MOST: usize = 256;

pub(super) struct Schemas {
    database: Arc<dyn DynamoDb>,
    /// The names of the key's attributes, for a table with a stream.
    known: Mutex<HashMap<String, Option<Arc<[String]>>>>,
}

impl Schemas {
    pub(super) fn new(database: Arc<dyn DynamoDb>) -> Self {
        Self { database, known: Mutex::default() }
    }

    /// The names of the key's attributes. `None` for a table without a stream: nothing follows from its items.
    pub(super) async fn key(&self, table: &str) -> Option<Arc<[String]>> {
        if let Some(known) = self.known().get(table) {
            return known.clone();
        }
        let described = self.database.call(Operation::DescribeTable, json!({ "TableName": table })).await.ok()?;
        let key = key(&described["Table"]);
        let mut known = self.known();
        if known.len() < MOST {
            known.insert(table.to_owned(), key.clone());
        }
        key
    }

    /// A table may differ after these operations.
    pub(super) fn forget_after(&self, operation: &str) {
        if matches!(operation, "CreateTable" | "DeleteTable" | "UpdateTable") {
            self.known().clear();
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Option<Arc<[String]>>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(table: &Value) -> Option<Arc<[String]>> {
    table["StreamSpecification"]["StreamEnabled"].as_bool().filter(|enabled| *enabled)?;
    let names = table["KeySchema"].as_array()?.iter();
    names.map(|element| element["AttributeName"].as_str().map(ToOwned::to_owned)).collect()
}
