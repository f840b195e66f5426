//! `CloudFormation`'s intrinsic functions, resolved from the template alone:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>.

use serde_json::{Map, Value};

use super::names::FunctionName;
use super::resources::{FIFO, QUEUE, Resource, Resources, TABLE, arn_parts, is_fifo, name_property};
use super::{ACCOUNT, TemplateError, queue_url};

/// Depth of references that counts as a cycle.
const DEPTH: usize = 16;

/// Resolves `Ref`, `Fn::GetAtt`, `Fn::Sub` and `Fn::Join`.
pub(super) struct Intrinsics<'a> {
    resources: &'a Resources,
    functions: &'a [FunctionName],
    region: &'a str,
    stack: String,
    /// The endpoint that the URLs of queues begin with.
    sqs: String,
}

impl<'a> Intrinsics<'a> {
    /// Without `sqs`, queues have AWS's URLs.
    pub(super) fn new(
        resources: &'a Resources,
        functions: &'a [FunctionName],
        region: &'a str,
        stack: String,
        sqs: Option<String>,
    ) -> Self {
        let sqs = sqs.unwrap_or_else(|| format!("https://sqs.{region}.amazonaws.com"));
        Self { resources, functions, region, stack, sqs }
    }

    /// The key of the function that an ARN is of, perhaps with a version or an alias.
    pub(super) fn function_of(&self, arn: &str) -> Option<&'a str> {
        let rest = arn.strip_prefix(&format!("arn:aws:lambda:{}:{ACCOUNT}:function:", self.region))?;
        let name = rest.split(':').next()?;
        self.functions.iter().find(|function| function.name == name).map(|function| function.key.as_str())
    }

    /// The function with this logical id, which the Serverless Framework gives it.
    fn function(&self, id: &str) -> Option<&'a FunctionName> {
        self.functions.iter().find(|function| function.logical_id() == id)
    }

    /// Resolves every intrinsic function in `value`, which stands at `place`.
    pub(super) fn resolve(&self, value: &Value, place: &str) -> Result<Value, TemplateError> {
        self.value(value, place, 0)
    }

    /// The physical names of the resources of one kind.
    pub(super) fn names(&self, kind: &str) -> Result<Vec<String>, TemplateError> {
        self.resources.of_kind(kind).map(|(id, resource)| self.name(id, resource, 0)).collect()
    }

    /// The physical name of a resource: its own, or a generated one.
    pub(super) fn name_of(&self, id: &str, resource: &Resource) -> Result<String, TemplateError> {
        self.name(id, resource, 0)
    }

    fn value(&self, value: &Value, place: &str, depth: usize) -> Result<Value, TemplateError> {
        if depth > DEPTH {
            return Err(TemplateError::at(place, "refers to itself"));
        }
        match value {
            Value::Object(members) => match function(members) {
                Some(("Ref", id)) => match id {
                    Value::String(id) => self.reference(id, place, depth),
                    _ => Err(TemplateError::at(place, "has a `Ref` that is not a name")),
                },
                Some(("Fn::GetAtt", target)) => self.attribute(target, place, depth),
                Some(("Fn::Sub", template)) => self.substitute(template, place, depth),
                Some(("Fn::Join", parts)) => self.join(parts, place, depth),
                Some((name, _)) => {
                    Err(TemplateError::at(place, format!("uses `{name}`, which cannot be answered on one machine")))
                }
                None => {
                    let members = members
                        .iter()
                        .map(|(key, item)| Ok((key.clone(), self.value(item, &format!("{place}.{key}"), depth)?)));
                    members.collect::<Result<Map<_, _>, _>>().map(Value::Object)
                }
            },
            Value::Array(items) => items.iter().map(|item| self.value(item, place, depth)).collect(),
            other => Ok(other.clone()),
        }
    }

    fn reference(&self, id: &str, place: &str, depth: usize) -> Result<Value, TemplateError> {
        Ok(match id {
            "AWS::Region" => self.region.into(),
            "AWS::AccountId" => ACCOUNT.into(),
            "AWS::Partition" => "aws".into(),
            "AWS::URLSuffix" => "amazonaws.com".into(),
            "AWS::StackName" => self.stack.as_str().into(),
            "AWS::NoValue" => Value::Null,
            _ => {
                if let Some(function) = self.function(id) {
                    return Ok(function.name.as_str().into());
                }
                let resource = self.find(id, place)?;
                let name = self.name(id, resource, depth + 1)?;
                match resource.kind.as_str() {
                    QUEUE => queue_url(&self.sqs, &name).into(),
                    "AWS::SNS::Topic" => self.arn(resource, &name, place)?.into(),
                    _ => name.into(),
                }
            }
        })
    }

    /// `[Id, Attribute]` or `Id.Attribute`.
    fn attribute(&self, target: &Value, place: &str, depth: usize) -> Result<Value, TemplateError> {
        let pair = match target {
            Value::String(text) => text.split_once('.'),
            Value::Array(items) => match items.as_slice() {
                [Value::String(id), Value::String(attribute)] => Some((id.as_str(), attribute.as_str())),
                _ => None,
            },
            _ => None,
        };
        let Some((id, attribute)) = pair else {
            return Err(TemplateError::at(place, "has an `Fn::GetAtt` that is not `[Id, Attribute]`"));
        };
        if let (Some(function), "Arn") = (self.function(id), attribute) {
            return Ok(format!("arn:aws:lambda:{}:{ACCOUNT}:function:{}", self.region, function.name).into());
        }
        let resource = self.find(id, place)?;
        let name = self.name(id, resource, depth + 1)?;
        match (resource.kind.as_str(), attribute) {
            (TABLE, "StreamArn") => Ok(format!("{}/stream/local", self.arn(resource, &name, place)?).into()),
            (_, "Arn" | "TopicArn") => self.arn(resource, &name, place).map(Value::from),
            (_, "Name" | "QueueName" | "TopicName") => Ok(name.into()),
            (QUEUE, "QueueUrl") => self.reference(id, place, depth),
            _ => {
                Err(TemplateError::at(place, format!("asks for `{id}.{attribute}`, which is not known on one machine")))
            }
        }
    }

    /// `"text ${Id} ${Id.Attribute} ${!literal}"`, or that and a map of variables.
    fn substitute(&self, template: &Value, place: &str, depth: usize) -> Result<Value, TemplateError> {
        let empty = Map::new();
        let (text, names) = match template {
            Value::String(text) => (text, &empty),
            Value::Array(items) => match items.as_slice() {
                [Value::String(text), Value::Object(names)] => (text, names),
                _ => return Err(TemplateError::at(place, "has an `Fn::Sub` that is not a text, or a text and a map")),
            },
            _ => return Err(TemplateError::at(place, "has an `Fn::Sub` that is not a text")),
        };
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                return Err(TemplateError::at(place, "has an `Fn::Sub` with a `${` without its `}`"));
            };
            match name.trim() {
                literal if literal.starts_with('!') => out.extend(["${", &literal[1..], "}"]),
                name => {
                    let value = match names.get(name) {
                        Some(value) => self.value(value, place, depth + 1)?,
                        None if name.contains('.') => self.attribute(&name.into(), place, depth)?,
                        None => self.reference(name, place, depth)?,
                    };
                    out.push_str(&text_of(&value, place)?);
                }
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out.into())
    }

    /// `[separator, [parts]]`.
    fn join(&self, parts: &Value, place: &str, depth: usize) -> Result<Value, TemplateError> {
        let [Value::String(separator), Value::Array(items)] = parts.as_array().map_or(&[][..], Vec::as_slice) else {
            return Err(TemplateError::at(place, "has an `Fn::Join` that is not `[separator, [parts]]`"));
        };
        let items = items.iter().map(|item| text_of(&self.value(item, place, depth + 1)?, place));
        Ok(items.collect::<Result<Vec<_>, _>>()?.join(separator).into())
    }

    fn find(&self, id: &str, place: &str) -> Result<&'a Resource, TemplateError> {
        self.resources
            .get(id)
            .ok_or_else(|| TemplateError::at(place, format!("refers to `{id}`, which is not among the resources")))
    }

    fn name(&self, id: &str, resource: &Resource, depth: usize) -> Result<String, TemplateError> {
        let property = name_property(&resource.kind);
        let place = format!("resources.Resources.{id}");
        match property.and_then(|property| resource.properties.get(property)) {
            Some(value) => text_of(&self.value(value, &place, depth)?, &place),
            None if resource.kind == QUEUE && is_fifo(&resource.properties) => {
                Ok(format!("{}-{id}{}", self.stack, FIFO))
            }
            None => Ok(format!("{}-{id}", self.stack)),
        }
    }

    fn arn(&self, resource: &Resource, name: &str, place: &str) -> Result<String, TemplateError> {
        let Some((service, prefix)) = arn_parts(&resource.kind) else {
            let reason = format!("asks for the ARN of an {}, which is not known on one machine", resource.kind);
            return Err(TemplateError::at(place, reason));
        };
        Ok(format!("arn:aws:{service}:{}:{ACCOUNT}:{prefix}{name}", self.region))
    }
}

/// An object with one member that is an intrinsic function.
fn function(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = members.iter().next().filter(|_| members.len() == 1)?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name.as_str(), argument))
}

fn text_of(value: &Value, place: &str) -> Result<String, TemplateError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        Value::Null => Ok(String::new()),
        _ => Err(TemplateError::at(place, "puts a map or a list where a text is needed")),
    }
}
