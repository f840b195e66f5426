//! The items that a call writes:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html>.
//!
//! `PartiQL` statements are not read: what follows from them is joined to no request.

use std::collections::BTreeSet;

use serde_json::Value;

use super::schema::Schemas;
use crate::aws::interface::digest;
use crate::aws::interface::observe::{Change, Item};

/// A write: the table, the item or its key, and the change.
type Write<'a> = (&'a str, &'a Value, Change);

pub(super) fn is_write(operation: &str) -> bool {
    [
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "BatchWriteItem",
        "TransactWriteItems",
        "ExecuteStatement",
        "BatchExecuteStatement",
        "ExecuteTransaction",
        "CreateTable",
        "DeleteTable",
    ]
    .contains(&operation)
}

/// The items of tables with a stream that a call writes.
pub(super) async fn of(operation: &str, asked: &Value, schemas: &Schemas) -> Vec<(Item, Change)> {
    let mut items: Vec<(Item, Change)> = Vec::new();
    for (table, attributes, change) in writes(operation, asked) {
        let table = name(table);
        let Some(names) = schemas.key(table).await else { continue };
        let Some(key) = digest::key(attributes, &names) else { continue };
        items.push((Item { table: table.to_owned(), key }, change));
    }
    items
}

/// The tables of a call, for the page.
pub(super) fn tables(asked: &Value) -> Option<String> {
    let one = asked["TableName"].as_str();
    let batch = asked["RequestItems"].as_object().into_iter().flat_map(|tables| tables.keys().map(String::as_str));
    let transaction = asked["TransactItems"].as_array().into_iter().flatten();
    let transaction = transaction
        .filter_map(Value::as_object)
        .flat_map(|action| action.values())
        .filter_map(|action| action["TableName"].as_str());
    let tables: BTreeSet<&str> = one.into_iter().chain(batch).chain(transaction).map(name).collect();
    let tables: Vec<&str> = tables.into_iter().collect();
    (!tables.is_empty()).then(|| tables.join(", "))
}

fn writes<'a>(operation: &str, asked: &'a Value) -> Vec<Write<'a>> {
    match operation {
        "PutItem" => action("Put", asked).into_iter().collect(),
        "UpdateItem" => action("Update", asked).into_iter().collect(),
        "DeleteItem" => action("Delete", asked).into_iter().collect(),
        "TransactWriteItems" => {
            let actions = asked["TransactItems"].as_array().into_iter().flatten().filter_map(Value::as_object);
            actions.flatten().filter_map(|(kind, asked)| action(kind, asked)).collect()
        }
        "BatchWriteItem" => {
            let tables = asked["RequestItems"].as_object().into_iter().flatten();
            let requests = tables.flat_map(|(table, requests)| {
                requests.as_array().into_iter().flatten().map(move |request| (table.as_str(), request))
            });
            let write = |(table, request): (&'a str, &'a Value)| match (
                request.get("PutRequest"),
                request.get("DeleteRequest"),
            ) {
                (Some(put), _) => put.get("Item").map(|item| (table, item, Change::Put(digest::item(item)))),
                (_, Some(delete)) => delete.get("Key").map(|key| (table, key, Change::Delete)),
                _ => None,
            };
            requests.filter_map(write).collect()
        }
        _ => Vec::new(),
    }
}

fn action<'a>(kind: &str, asked: &'a Value) -> Option<Write<'a>> {
    let table = asked["TableName"].as_str()?;
    match kind {
        "Put" => asked.get("Item").map(|item| (table, item, Change::Put(digest::item(item)))),
        "Update" => asked.get("Key").map(|key| (table, key, Change::Update)),
        "Delete" => asked.get("Key").map(|key| (table, key, Change::Delete)),
        _ => None,
    }
}

/// A table is named by its name or its ARN.
fn name(table: &str) -> &str {
    table.rsplit_once(":table/").map_or(table, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changes(operation: &str, asked: &Value) -> Vec<(String, String)> {
        let shown = |(table, attributes, change): Write<'_>| {
            let change = match change {
                Change::Put(_) => "put",
                Change::Update => "update",
                Change::Delete => "delete",
            };
            (format!("{change} {table}"), attributes["pk"]["S"].as_str().unwrap().to_owned())
        };
        writes(operation, asked).into_iter().map(shown).collect()
    }

    fn pair(change: &str, key: &str) -> (String, String) {
        (change.to_owned(), key.to_owned())
    }

    #[test]
    fn each_operation_names_the_items_that_it_writes() {
        let key = |key: &str| json!({ "pk": { "S": key } });
        let put = json!({ "TableName": "t", "Item": key("a") });
        assert_eq!(changes("PutItem", &put), [pair("put t", "a")]);
        let keyed = json!({ "TableName": "t", "Key": key("a") });
        assert_eq!(changes("UpdateItem", &keyed), [pair("update t", "a")]);
        assert_eq!(changes("DeleteItem", &keyed), [pair("delete t", "a")]);
        assert_eq!(changes("GetItem", &keyed), []);
        let transaction = json!({ "TransactItems": [
            { "Put": { "TableName": "t", "Item": key("a") } }, { "Update": { "TableName": "u", "Key": key("b") } },
            { "Delete": { "TableName": "t", "Key": key("c") } }, { "ConditionCheck": { "TableName": "t", "Key": key("d") } },
        ] });
        assert_eq!(
            changes("TransactWriteItems", &transaction),
            [pair("put t", "a"), pair("update u", "b"), pair("delete t", "c")]
        );
        assert_eq!(tables(&transaction).as_deref(), Some("t, u"));
        let batch = json!({ "RequestItems": { "t": [{ "PutRequest": { "Item": key("a") } }, { "DeleteRequest": { "Key": key("b") } }] } });
        assert_eq!(changes("BatchWriteItem", &batch), [pair("put t", "a"), pair("delete t", "b")]);
        assert_eq!(tables(&batch).as_deref(), Some("t"));
    }

    #[test]
    fn nonsense_writes_nothing() {
        for asked in [
            json!(null),
            json!([]),
            json!({ "TableName": 1 }),
            json!({ "TransactItems": { "a": 1 } }),
            json!({ "TransactItems": [1, null, []] }),
            json!({ "RequestItems": [1] }),
            json!({ "TableName": "t" }),
        ] {
            for operation in ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"] {
                assert!(writes(operation, &asked).is_empty(), "{operation} {asked}");
            }
        }
    }

    #[test]
    fn a_table_is_known_by_its_name_or_its_arn() {
        assert_eq!(tables(&json!({ "TableName": "arn:aws:dynamodb:r:000000000000:table/t" })).as_deref(), Some("t"));
        assert_eq!(tables(&json!({})), None);
    }
}
