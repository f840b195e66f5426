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

/// Ensures that every table exists and matches the template. Changes nothing if one of them differs in what cannot be changed.
pub(crate) async fn prepare(database: &Database, tables: &[Table]) -> Result<(), StartError> {
    let mut missing = Vec::new();
    for table in tables {
        match describe(database, &table.name).await {
            Ok(found) => compare(table, &found, database)?,
            Err(error) if error.is("ResourceNotFoundException") => missing.push(table),
            Err(error) => return Err(failed(table, &error)),
        }
    }
    for table in missing {
        let made = database.call(Operation::CreateTable, table.create.clone()).await;
        made.map_err(|error| failed(table, &error))?;
        wait_until_active(database, &table.name).await.map_err(|error| failed(table, &error))?;
    }
    for table in tables {
        set_ttl(database, table).await.map_err(|error| failed(table, &error))?;
    }
    Ok(())
}

fn failed(table: &Table, error: &DatabaseError) -> StartError {
    StartError::Database(format!("the table `{}` cannot be made: {error}", table.name))
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

/// Enables TTL by the template's attribute, or disables it if the template has none.
async fn set_ttl(database: &Database, table: &Table) -> Result<(), DatabaseError> {
    let name = json!({ "TableName": table.name });
    let now = database.call(Operation::DescribeTimeToLive, name).await?;
    let now = &now["TimeToLiveDescription"];
    let enabled = now["AttributeName"].as_str().filter(|_| now["TimeToLiveStatus"] == "ENABLED");
    if enabled == table.ttl.as_deref() {
        return Ok(());
    }
    // Another attribute can be chosen only while TTL is disabled.
    let changes =
        [enabled.map(|attribute| (attribute, false)), table.ttl.as_deref().map(|attribute| (attribute, true))];
    for (attribute, enabled) in changes.into_iter().flatten() {
        let specification = json!({ "AttributeName": attribute, "Enabled": enabled });
        let body = json!({ "TableName": table.name, "TimeToLiveSpecification": specification });
        database.call(Operation::UpdateTimeToLive, body).await?;
    }
    Ok(())
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
    async fn ttl_follows_the_template() {
        let database = Database::Embedded(Embedded::memory(None).unwrap());
        for attribute in [Some("ttl"), Some("expires"), None, None, Some("ttl")] {
            let table = Table { ttl: attribute.map(Into::into), ..table("by_a") };
            prepare(&database, &[table]).await.unwrap();
            let name = json!({ "TableName": "things-dev-x" });
            let found = database.call(Operation::DescribeTimeToLive, name).await.unwrap();
            let found = &found["TimeToLiveDescription"];
            assert_eq!(found["TimeToLiveStatus"] == "ENABLED", attribute.is_some(), "{found}");
            assert_eq!(found["AttributeName"].as_str(), attribute, "{found}");
        }
    }

    #[tokio::test]
    async fn a_table_that_differs_leaves_the_others_as_they_are() {
        let database = Database::Embedded(Embedded::memory(None).unwrap());
        prepare(&database, &[table("by_a")]).await.unwrap();
        let other = |name: &str| {
            let mut other = Table { name: name.into(), ..table("by_a") };
            other.create["TableName"] = name.into();
            other
        };
        let changed = Table { ttl: None, ..table("by_a") };
        prepare(&database, &[changed.clone(), other("others-dev")]).await.unwrap();
        prepare(
            &database,
            &[table("by_a"), other("third-dev"), {
                let mut other = other("others-dev");
                other.create = table("by_b").create;
                other
            }],
        )
        .await
        .unwrap_err();
        let name = json!({ "TableName": "things-dev-x" });
        let found = database.call(Operation::DescribeTimeToLive, name).await.unwrap();
        assert_eq!(found["TimeToLiveDescription"]["TimeToLiveStatus"], "DISABLED");
        let third = database.call(Operation::DescribeTable, json!({ "TableName": "third-dev" })).await.unwrap_err();
        assert!(third.is("ResourceNotFoundException"));
    }

    #[tokio::test]
    async fn a_table_that_differs_says_how_to_mend_it() {
        let database = Database::Embedded(Embedded::memory(None).unwrap());
        prepare(&database, &[table("by_a")]).await.unwrap();
        let error = prepare(&database, &[table("by_b")]).await.unwrap_err().to_string();
        assert!(error.contains("differs in its indexes; start `cargo local` again"), "{error}");
    }
}
