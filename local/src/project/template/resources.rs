//! The template's `CloudFormation` resources.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::TemplateError;
use super::variables::Variables;

pub(super) const TABLE: &str = "AWS::DynamoDB::Table";
pub(super) const EVENT_BUS: &str = "AWS::Events::EventBus";
pub(super) const RULE: &str = "AWS::Events::Rule";
pub(super) const QUEUE: &str = "AWS::SQS::Queue";
/// The end of a FIFO queue's name.
pub(super) const FIFO: &str = ".fifo";
const MAPPING: &str = "AWS::Lambda::EventSourceMapping";
const TOPIC: &str = "AWS::SNS::Topic";
const BUCKET: &str = "AWS::S3::Bucket";

/// The resources by logical id.
pub(super) struct Resources(BTreeMap<String, Resource>);

pub(super) struct Resource {
    pub kind: String,
    /// Resolved only for resource types that are read. Others may have variables that only the cloud can resolve.
    pub properties: Map<String, Value>,
}

impl Resources {
    pub(super) fn read(variables: &Variables) -> Result<Self, TemplateError> {
        let mut section = variables.members("resources")?;
        let written = variables.map(section.remove("Resources").unwrap_or_default(), "resources.Resources")?;
        let mut resources = BTreeMap::new();
        for (id, value) in written {
            let place = format!("resources.Resources.{id}");
            let mut members = variables.map(value, &place)?;
            let kind = members.remove("Type").unwrap_or_default();
            let Value::String(kind) = variables.resolve(&kind, &format!("{place}.Type"))? else {
                return Err(TemplateError::at(place, "has no `Type`"));
            };
            let properties = match members.remove("Properties") {
                Some(properties) if name_property(&kind).is_some() => {
                    let place = format!("{place}.Properties");
                    variables.map(variables.resolve(&properties, &place)?, &place)?
                }
                _ => Map::new(),
            };
            resources.insert(id, Resource { kind, properties });
        }
        Ok(Self(resources))
    }

    pub(super) fn get(&self, id: &str) -> Option<&Resource> {
        self.0.get(id)
    }

    /// The logical ids of event source mappings that no function's events are.
    pub(super) fn mappings(&self) -> impl Iterator<Item = &str> {
        self.of_kind(MAPPING).map(|(id, _)| id)
    }

    /// The resources of a type, with their logical ids.
    pub(super) fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Resource)> {
        self.0.iter().filter(move |(_, resource)| resource.kind == kind).map(|(id, resource)| (id.as_str(), resource))
    }
}

/// The property that names a resource of this type.
pub(super) fn name_property(kind: &str) -> Option<&'static str> {
    Some(match kind {
        TABLE => "TableName",
        EVENT_BUS | RULE => "Name",
        QUEUE => "QueueName",
        TOPIC => "TopicName",
        BUCKET => "BucketName",
        _ => return None,
    })
}

/// The service in an ARN, and the prefix of the name.
pub(super) fn arn_parts(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        TABLE => ("dynamodb", "table/"),
        EVENT_BUS => ("events", "event-bus/"),
        QUEUE => ("sqs", ""),
        TOPIC => ("sns", ""),
        _ => return None,
    })
}

/// Whether a queue's properties make it a FIFO queue.
pub(super) fn is_fifo(properties: &Map<String, Value>) -> bool {
    properties.get("FifoQueue").is_some_and(is_true)
}

/// Whether a property is true. `CloudFormation` takes a text for a boolean, too.
pub(super) fn is_true(value: &Value) -> bool {
    value == true || value == "true"
}
