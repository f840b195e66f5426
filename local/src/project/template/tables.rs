//! `AWS::DynamoDB::Table`, converted to `CreateTable` and `UpdateTimeToLive`.
//!
//! `CloudFormation`'s properties are the API's members, with a few differences:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html>.

use serde_json::{Map, Value, json};

use super::TemplateError;
use super::intrinsics::Intrinsics;
use super::resources::{Resources, TABLE};
use super::variables::Variables;

/// Members with the same spelling. Backups, tags, encryption and protection have no effect on one machine.
const CREATE: [&str; 6] = [
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "ProvisionedThroughput",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
];
const INDEX: [&str; 4] = ["IndexName", "KeySchema", "Projection", "ProvisionedThroughput"];

/// A table of the template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    pub name: String,
    /// The body of `CreateTable`.
    pub create: Value,
    /// The TTL attribute, where TTL is enabled.
    pub ttl: Option<String>,
    /// `StreamViewType`, where there is a stream.
    pub stream: Option<String>,
}

pub(super) fn read(
    resources: &Resources,
    intrinsics: &Intrinsics<'_>,
    variables: &Variables,
) -> Result<Vec<Table>, TemplateError> {
    let tables = resources.of_kind(TABLE).map(|(id, resource)| {
        let place = format!("resources.Resources.{id}.Properties");
        let name = intrinsics.name_of(id, resource)?;
        let properties = intrinsics.resolve(&Value::Object(resource.properties.clone()), &place)?;
        let properties = variables.map(properties, &place)?;
        table(name, properties, &place)
    });
    tables.collect()
}

fn table(name: String, mut properties: Map<String, Value>, place: &str) -> Result<Table, TemplateError> {
    if !properties.contains_key("KeySchema") || !properties.contains_key("AttributeDefinitions") {
        return Err(TemplateError::at(place, "needs `KeySchema` and `AttributeDefinitions`"));
    }
    let mut create = Map::from_iter([("TableName".to_owned(), Value::from(name.as_str()))]);
    for member in CREATE {
        if let Some(value) = properties.remove(member) {
            create.insert(member.to_owned(), value);
        }
    }
    for member in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
        for index in create.get_mut(member).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(index) = index.as_object_mut() {
                index.retain(|member, _| INDEX.contains(&member.as_str()));
            }
        }
    }
    let stream = properties.get("StreamSpecification").and_then(|stream| stream["StreamViewType"].as_str());
    if let Some(view) = stream {
        let specification = json!({ "StreamEnabled": true, "StreamViewType": view });
        create.insert("StreamSpecification".to_owned(), specification);
    }
    let ttl = properties
        .get("TimeToLiveSpecification")
        .filter(|ttl| ttl["Enabled"].as_bool().unwrap_or(true))
        .and_then(|ttl| ttl["AttributeName"].as_str());
    Ok(Table { ttl: ttl.map(Into::into), stream: stream.map(Into::into), name, create: Value::Object(create) })
}
