//! The template's tables: creates missing ones, and compares existing ones with the template.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::Database;
use crate::aws::interface::database::{DatabaseError, DynamoDb, Operation};
use crate::base::error::StartError;
use crate::project::template::Table;

/// Timeout for a server to make a table active.
const PATIENCE: Duration = Duration::from_secs(30);

/// Ensures that every table exists and matches the template.
pub(crate) async fn prepare(database: &Database, tables: &[Table]) -> Result<(), StartError> {
    for table in tables {
        let failed =
            |error: DatabaseError| StartError::Database(format!("the table `{}` cannot be made: {error}", table.name));
        match describe(database, &table.name).await {
            Ok(found) => compare(table, &found, database)?,
            Err(error) if error.is("ResourceNotFoundException") => {
                database.call(Operation::CreateTable, table.create.clone()).await.map_err(failed)?;
                wait_until_active(database, &table.name).await.map_err(failed)?;
            }
            Err(error) => return Err(failed(error)),
        }
        set_ttl(database, table).await.map_err(failed)?;
    }
    Ok(())
}

async fn describe(database: &Database, name: &str) -> Result<Value, DatabaseError> {
    let mut answer = database.call(Operation::DescribeTable, json!({ "TableName": name })).await?;
    Ok(answer["Table"].take())
}

async fn wait_until_active(database: &Database, name: &str) -> Result<(), DatabaseError> {
    let deadline = Instant::now() + PATIENCE;
    while describe(database, name).await?["TableStatus"] != "ACTIVE" {
        if Instant::now() > deadline {
            return Err(DatabaseError::new("Timeout", "it does not become active"));
        }
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

async fn set_ttl(database: &Database, table: &Table) -> Result<(), DatabaseError> {
    let Some(attribute) = &table.ttl else { return Ok(()) };
    let name = json!({ "TableName": table.name });
    let now = database.call(Operation::DescribeTimeToLive, name).await?;
    let now = &now["TimeToLiveDescription"];
    if now["TimeToLiveStatus"] == "ENABLED" && now["AttributeName"] == attribute.as_str() {
        return Ok(());
    }
    let specification = json!({ "AttributeName": attribute, "Enabled": true });
    let body = json!({ "TableName": table.name, "TimeToLiveSpecification": specification });
    database.call(Operation::UpdateTimeToLive, body).await.map(drop)
}

/// The keys, indexes and stream of an existing table cannot be changed here: a difference is an error.
fn compare(table: &Table, found: &Value, database: &Database) -> Result<(), StartError> {
    let differing = differences(&table.create, found);
    if differing.is_empty() {
        return Ok(());
    }
    let mend = match database {
        Database::Embedded(database) if database.is_in_memory() => "start `cargo local` again to begin anew",
        Database::Embedded(_) => "remove the directory that keeps the data (.local) to begin anew",
        Database::Remote(_) => "delete it on that server to begin anew",
    };
    Err(StartError::Database(format!(
        "the table `{}` was made by an earlier serverless.yml and differs in its {}; {mend}",
        table.name,
        differing.join(" and its ")
    )))
}

fn differences(wanted: &Value, found: &Value) -> Vec<&'static str> {
    let mut differing = Vec::new();
    if keys(&wanted["KeySchema"]) != keys(&found["KeySchema"]) {
        differing.push("keys");
    }
    let types = |value: &Value| -> BTreeSet<String> {
        let members = |item: &Value| format!("{}:{}", item["AttributeName"], item["AttributeType"]);
        value["AttributeDefinitions"].as_array().into_iter().flatten().map(members).collect()
    };
    if types(wanted) != types(found) {
        differing.push("attribute definitions");
    }
    if ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"]
        .iter()
        .any(|kind| indexes(&wanted[kind]) != indexes(&found[kind]))
    {
        differing.push("indexes");
    }
    let view = |value: &Value| value["StreamSpecification"]["StreamViewType"].clone();
    if view(wanted) != view(found) {
        differing.push("stream");
    }
    differing
}

fn keys(schema: &Value) -> Vec<String> {
    let element = |item: &Value| format!("{}:{}", item["AttributeName"], item["KeyType"]);
    schema.as_array().into_iter().flatten().map(element).collect()
}

fn indexes(list: &Value) -> BTreeSet<String> {
    let index = |item: &Value| {
        let projection = &item["Projection"];
        let attributes = projection["NonKeyAttributes"].as_array().into_iter().flatten();
        let attributes: BTreeSet<String> = attributes.map(Value::to_string).collect();
        format!("{} {:?} {} {attributes:?}", item["IndexName"], keys(&item["KeySchema"]), projection["ProjectionType"])
    };
    list.as_array().into_iter().flatten().map(index).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::database::Embedded;

    fn table(index: &str) -> Table {
        let create = json!({
            "TableName": "things-dev-x", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }, { "AttributeName": "a", "AttributeType": "N" }],
            "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
            "GlobalSecondaryIndexes": [{
                "IndexName": index, "KeySchema": [{ "AttributeName": "a", "KeyType": "HASH" }],
                "Projection": { "ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "b"] },
            }],
            "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
        });
        Table {
            name: "things-dev-x".into(),
            create,
            ttl: Some("ttl".into()),
            stream: Some("NEW_AND_OLD_IMAGES".into()),
        }
    }

    #[tokio::test]
    async fn made_once_and_found_again() {
        let database = Database::Embedded(Embedded::memory(None).unwrap());
        prepare(&database, &[table("by_a")]).await.unwrap();
        prepare(&database, &[table("by_a")]).await.unwrap();
        let ttl = database.call(Operation::DescribeTimeToLive, json!({ "TableName": "things-dev-x" })).await.unwrap();
        assert_eq!(ttl["TimeToLiveDescription"]["AttributeName"], "ttl");
    }

    #[tokio::test]
    async fn a_table_that_differs_says_how_to_mend_it() {
        let database = Database::Embedded(Embedded::memory(None).unwrap());
        prepare(&database, &[table("by_a")]).await.unwrap();
        let error = prepare(&database, &[table("by_b")]).await.unwrap_err().to_string();
        assert!(error.contains("differs in its indexes; start `cargo local` again"), "{error}");
    }
}
