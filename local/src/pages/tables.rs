//! `/_local/tables`: the tables of the template, and their items in the order of their keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::plain::{self, KeyPart};
use crate::aws::interface::database::{DatabaseError, DynamoDb, Operation};
use crate::aws::interface::page::message;
use crate::project::template::{Kind, Table, Template};

/// Items of an answer, without and with `limit`.
const USUAL: usize = 100;
const MOST: usize = 1_000;

#[derive(Clone)]
pub(super) struct Tables {
    all: Arc<[Table]>,
    kinds: Arc<[Kind]>,
    database: Arc<dyn DynamoDb>,
}

/// Query of a request for a table's items.
struct Asked {
    prefix: String,
    /// The key that the items come after.
    after: Option<Key>,
    limit: usize,
}

/// A primary key.
type Key = Vec<KeyPart>;

impl Tables {
    pub(super) fn new(template: &Template, database: Arc<dyn DynamoDb>) -> Self {
        Self {
            all: template.tables.iter().cloned().collect(),
            kinds: template.kinds.iter().cloned().collect(),
            database,
        }
    }

    fn show(&self, table: &Table) -> Value {
        let indexes = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"].map(|kind| table.create[kind].as_array());
        let indexes = indexes.into_iter().flatten().flatten();
        let indexes: Vec<Value> =
            indexes.map(|index| json!({ "name": index["IndexName"], "key": key_names(index) })).collect();
        let kinds = self.kinds.iter().map(|kind| {
            let matches: Map<String, Value> =
                kind.matches.iter().map(|(name, pattern)| (name.clone(), pattern.as_str().into())).collect();
            json!({ "match": matches, "says": kind.says })
        });
        json!({
            "name": table.name,
            "key": key_names(&table.create),
            "indexes": indexes,
            "ttl": table.ttl,
            "kinds": kinds.collect::<Vec<_>>(),
        })
    }

    /// The first items after a key. The table is read whole, and the first items of all are kept.
    async fn first(
        &self,
        table: &Table,
        names: &[String],
        asked: &Asked,
    ) -> Result<BTreeMap<Key, Value>, DatabaseError> {
        let mut first = BTreeMap::new();
        let mut body = json!({ "TableName": table.name, "ConsistentRead": true });
        loop {
            let mut answer = self.database.call(Operation::Scan, body.clone()).await?;
            let Value::Array(items) = answer["Items"].take() else { return Ok(first) };
            for item in items {
                let key = key(&item, names);
                let wanted = key.first().is_some_and(|part| part.begins_with(&asked.prefix))
                    && asked.after.as_ref().is_none_or(|after| key > *after);
                if wanted {
                    first.insert(key, item);
                    // One more than asked for says whether there are more.
                    if first.len() > asked.limit + 1 {
                        first.pop_last();
                    }
                }
            }
            match answer.get_mut("LastEvaluatedKey").map(Value::take) {
                Some(key) if key.is_object() => body["ExclusiveStartKey"] = key,
                _ => return Ok(first),
            }
        }
    }
}

pub(super) async fn list(State(tables): State<Tables>) -> Json<Vec<Value>> {
    Json(tables.all.iter().map(|table| tables.show(table)).collect())
}

pub(super) async fn items(
    State(tables): State<Tables>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(table) = tables.all.iter().find(|table| table.name == name) else {
        return message(StatusCode::NOT_FOUND, "there is no table of this name");
    };
    let names = key_names(&table.create);
    let asked = match Asked::read(query.as_deref().unwrap_or_default(), &names) {
        Ok(asked) => asked,
        Err(reason) => return message(StatusCode::BAD_REQUEST, reason),
    };
    let mut first = match tables.first(table, &names, &asked).await {
        Ok(first) => first,
        Err(error) => return message(StatusCode::SERVICE_UNAVAILABLE, &format!("the table cannot be read: {error}")),
    };
    let more = first.len() > asked.limit && first.pop_last().is_some();
    let after = first.values().next_back().filter(|_| more).map(|item| cursor(item, &names));
    let items: Vec<Value> = first
        .values()
        .map(|item| {
            let plain = plain::item(item);
            let key: Map<String, Value> = names.iter().map(|name| (name.clone(), plain[name].clone())).collect();
            let kind = tables.kinds.iter().find(|kind| kind.is_of(&plain)).map(|kind| kind.says.as_str());
            json!({ "key": key, "kind": kind, "item": plain })
        })
        .collect();
    Json(json!({ "items": items, "after": after })).into_response()
}

impl Asked {
    fn read(query: &str, names: &[String]) -> Result<Self, &'static str> {
        let mut asked = Self { prefix: String::new(), after: None, limit: USUAL };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "prefix" => asked.prefix = value.into_owned(),
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=MOST).contains(limit));
                    asked.limit = limit.ok_or("limit must be a number from 1 to 1000")?;
                }
                "after" if !value.is_empty() => {
                    let key = read_cursor(&value, names).ok_or("after must be that of the answer before")?;
                    asked.after = Some(key);
                }
                _ => {}
            }
        }
        Ok(asked)
    }
}

/// The names of a key's attributes: the partition key, then the sort key.
fn key_names(schema: &Value) -> Vec<String> {
    let elements = schema["KeySchema"].as_array().into_iter().flatten();
    let mut elements: Vec<&Value> = elements.collect();
    elements.sort_by_key(|element| element["KeyType"] != "HASH");
    elements.into_iter().filter_map(|element| element["AttributeName"].as_str().map(ToOwned::to_owned)).collect()
}

fn key(item: &Value, names: &[String]) -> Key {
    names.iter().map(|name| KeyPart::of(&item[name])).collect()
}

fn cursor(item: &Value, names: &[String]) -> String {
    let key: Vec<&Value> = names.iter().map(|name| &item[name]).collect();
    URL_SAFE_NO_PAD.encode(json!(key).to_string())
}

fn read_cursor(text: &str, names: &[String]) -> Option<Key> {
    let key: Vec<Value> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    (key.len() == names.len() && key.iter().all(Value::is_object)).then(|| key.iter().map(KeyPart::of).collect())
}
