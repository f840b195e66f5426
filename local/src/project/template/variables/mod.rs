//! The Serverless Framework's `${...}` variables: <https://www.serverless.com/framework/docs/guides/variables>.
//!
//! Values are resolved lazily, so that a variable which is not needed locally (such as `${ssm:...}` in the section of a
//! plugin) is no error.

mod expression;
mod sources;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};

use self::expression::{Alternative, Part};
use self::sources::Read;
use super::{Files, Given, TemplateError};

/// A document whose values are resolved on access.
pub(super) struct Variables {
    document: Value,
    directory: PathBuf,
    options: BTreeMap<&'static str, String>,
    /// Parameters that override the document's.
    params: BTreeMap<String, String>,
    /// Parameters that the document overrides.
    defaults: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
    stage: String,
    region: String,
    files: Files,
    /// The files that were read.
    contents: RefCell<BTreeMap<PathBuf, Arc<Value>>>,
}

/// The variables being resolved, for error messages and to detect cycles.
#[derive(Clone)]
struct Trail {
    place: String,
    open: Vec<String>,
}

impl Variables {
    pub(super) fn new(
        document: Value,
        directory: PathBuf,
        given: Given,
        environment: BTreeMap<String, String>,
    ) -> Result<Self, TemplateError> {
        let Given { stage, mut params, issuer, files, .. } = given;
        if let Some(issuer) = issuer {
            params.entry("issuer".to_owned()).or_insert(issuer);
        }
        let options = stage.into_iter().map(|stage| ("stage", stage)).collect();
        let (stage, region) = ("dev".to_owned(), "us-east-1".to_owned());
        let (defaults, contents) = (BTreeMap::new(), RefCell::default());
        let mut variables =
            Self { document, directory, options, params, defaults, environment, stage, region, files, contents };
        let text = |value: Value| value.as_str().map(ToOwned::to_owned);
        match variables.options.get("stage") {
            Some(stage) => variables.stage.clone_from(stage),
            None => variables.stage = text(variables.get("provider.stage")?).unwrap_or(variables.stage),
        }
        variables.region = text(variables.get("provider.region")?).unwrap_or(variables.region);
        Ok(variables)
    }

    /// Sets the default of a parameter.
    pub(super) fn default_parameter(&mut self, name: &str, value: &str) {
        self.defaults.insert(name.to_owned(), value.to_owned());
    }

    pub(super) fn stage(&self) -> &str {
        &self.stage
    }

    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// The value at a dotted address, resolved recursively; null if absent.
    pub(super) fn get(&self, address: &str) -> Result<Value, TemplateError> {
        let trail = Trail { place: address.to_owned(), open: Vec::new() };
        self.lookup(&self.document, address, &trail).map(Option::unwrap_or_default)
    }

    /// The object at `address`, resolved only as far as needed to reach it.
    pub(super) fn members(&self, address: &str) -> Result<Map<String, Value>, TemplateError> {
        let trail = Trail { place: address.to_owned(), open: Vec::new() };
        let value = self.walk(&self.document, address, &trail)?;
        self.map(value.unwrap_or_default(), address)
    }

    /// `value` as an object whose members are not resolved. Null is the empty object, and a list of objects is merged:
    /// <https://www.serverless.com/framework/docs/providers/aws/guide/resources>.
    pub(super) fn map(&self, value: Value, place: &str) -> Result<Map<String, Value>, TemplateError> {
        match self.shallow(value, &Trail { place: place.to_owned(), open: Vec::new() })? {
            Value::Null => Ok(Map::new()),
            Value::Object(members) => Ok(members),
            Value::Array(parts) => {
                let mut all = Map::new();
                for (index, part) in parts.into_iter().enumerate() {
                    let part = self.map(part, &format!("{place}[{index}]"))?;
                    self.merge(&mut all, part, place)?;
                }
                Ok(all)
            }
            _ => Err(TemplateError::at(place, "is not a map")),
        }
    }

    /// Merges objects recursively; later members win. A member is often a `${file(...)}`, and is resolved before it is
    /// merged.
    fn merge(&self, into: &mut Map<String, Value>, from: Map<String, Value>, place: &str) -> Result<(), TemplateError> {
        for (key, value) in from {
            let Some(earlier) = into.get_mut(&key) else {
                into.insert(key, value);
                continue;
            };
            let trail = Trail { place: format!("{place}.{key}"), open: Vec::new() };
            match (self.shallow(earlier.take(), &trail)?, self.shallow(value, &trail)?) {
                (Value::Object(mut members), Value::Object(more)) => {
                    self.merge(&mut members, more, &trail.place)?;
                    *earlier = Value::Object(members);
                }
                (_, value) => *earlier = value,
            }
        }
        Ok(())
    }

    /// `value`, which stands at `place`, resolved recursively.
    pub(super) fn resolve(&self, value: &Value, place: &str) -> Result<Value, TemplateError> {
        self.deep(value, &Trail { place: place.to_owned(), open: Vec::new() })
    }

    fn deep(&self, value: &Value, trail: &Trail) -> Result<Value, TemplateError> {
        Ok(match value {
            Value::String(text) => self.interpolate(text, trail)?,
            Value::Array(items) => {
                let items =
                    items.iter().enumerate().map(|(index, item)| self.deep(item, &trail.at(&format!("[{index}]"))));
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            Value::Object(members) => {
                let resolved = members
                    .iter()
                    .map(|(key, item)| Ok((key.clone(), self.deep(item, &trail.at(&format!(".{key}")))?)));
                Value::Object(resolved.collect::<Result<_, TemplateError>>()?)
            }
            other => other.clone(),
        })
    }

    /// Resolves the value itself, and not its members.
    fn shallow(&self, value: Value, trail: &Trail) -> Result<Value, TemplateError> {
        match value {
            Value::String(text) => self.interpolate(&text, trail),
            other => Ok(other),
        }
    }

    fn lookup(&self, root: &Value, address: &str, trail: &Trail) -> Result<Option<Value>, TemplateError> {
        let found = self.walk(root, address, trail)?;
        found.map(|value| self.deep(&value, trail)).transpose()
    }

    fn walk(&self, root: &Value, address: &str, trail: &Trail) -> Result<Option<Value>, TemplateError> {
        let mut current = root.clone();
        for segment in address.split('.').filter(|segment| !segment.is_empty()) {
            current = match self.shallow(current, trail)? {
                Value::Object(mut members) => members.remove(segment).unwrap_or_default(),
                Value::Array(mut items) => match segment.parse::<usize>() {
                    Ok(index) if index < items.len() => items.swap_remove(index),
                    _ => Value::Null,
                },
                _ => Value::Null,
            };
            if current.is_null() {
                return Ok(None);
            }
        }
        self.shallow(current, trail).map(Some)
    }

    /// Replaces the variables in a string. A string that is a single variable takes on the variable's type.
    fn interpolate(&self, text: &str, trail: &Trail) -> Result<Value, TemplateError> {
        let parts = expression::parse(text).map_err(|reason| TemplateError::at(&trail.place, reason))?;
        if let [Part::Variable { source, alternatives }] = parts.as_slice() {
            return self.evaluate(source, alternatives, trail);
        }
        let mut out = String::new();
        for part in &parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Variable { source, alternatives } => match self.evaluate(source, alternatives, trail)? {
                    Value::String(text) => out.push_str(&text),
                    Value::Null => {}
                    value @ (Value::Bool(_) | Value::Number(_)) => out.push_str(&value.to_string()),
                    _ => {
                        let reason = format!("puts `{source}`, which is a map or a list, inside a text");
                        return Err(TemplateError::at(&trail.place, reason));
                    }
                },
            }
        }
        Ok(Value::String(out))
    }

    fn evaluate(&self, source: &str, alternatives: &[Alternative], trail: &Trail) -> Result<Value, TemplateError> {
        let mut unread = None;
        for alternative in alternatives {
            let found = match alternative {
                Alternative::Literal(value) => return Ok(value.clone()),
                Alternative::Text(text) => self.interpolate(text, trail)?.into(),
                Alternative::Lookup { kind, parameter, address } => {
                    let inner = |text: &str| self.interpolate(text, trail).map(|value| plain(&value));
                    let (parameter, address) = (inner(parameter)?, inner(address)?);
                    match self.read(kind, &parameter, &address, trail)? {
                        Read::Known(found) => found,
                        Read::Cloud => {
                            unread = Some(kind);
                            None
                        }
                    }
                }
            };
            if let Some(value) = found.filter(|value| !value.is_null()) {
                return Ok(value);
            }
        }
        let reason = match unread {
            Some(kind) => format!(
                "uses `{source}`, but `{kind}:` cannot be read on this machine; give it a default: `${{{kind}:..., 'value'}}`"
            ),
            None => format!(
                "uses `{source}`, which resolves to nothing; define it or give it a default: `${{..., 'value'}}`"
            ),
        };
        Err(TemplateError::at(&trail.place, reason))
    }
}

impl Trail {
    fn at(&self, suffix: &str) -> Self {
        Self { place: format!("{}{suffix}", self.place), open: self.open.clone() }
    }

    fn enter(&self, address: String) -> Result<Self, TemplateError> {
        if self.open.contains(&address) {
            let circle =
                self.open.iter().chain([&address]).map(|step| format!("${{{step}}}")).collect::<Vec<_>>().join(" -> ");
            return Err(TemplateError::at(&self.place, format!("goes in a circle: {circle}")));
        }
        let mut open = self.open.clone();
        open.push(address);
        Ok(Self { place: self.place.clone(), open })
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
