//! EventBridge's event patterns, for rules and for the filters of event source mappings.
//!
//! The syntax is the part of EventBridge's that Lambda supports:
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax>. Numbers in
//! DynamoDB's JSON are strings (`{"N": "5"}`), so that `numeric` never matches them, here and on AWS.

use serde_json::{Map, Value};

/// A pattern.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pattern(Node);

/// The form of a member's pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A list of values and rules.
    Values,
    /// A map of members.
    Members,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    /// Matches when every member matches.
    All(Vec<(String, Node)>),
    /// Matches when one of them matches.
    Any(Vec<Node>),
    /// Matches when one of the rules holds for the value.
    Leaf(Vec<Rule>),
}

#[derive(Debug, Clone, PartialEq)]
enum Rule {
    Equals(Value),
    EqualsIgnoreCase(String),
    Prefix(String),
    Suffix(String),
    AnythingBut(Vec<Rule>),
    Numeric(Vec<(Comparison, f64)>),
    Exists(bool),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

impl Pattern {
    /// Parses a pattern. An error is a phrase.
    pub(crate) fn parse(pattern: &Value) -> Result<Self, String> {
        match pattern {
            Value::Object(members) if !members.is_empty() => members_of(members).map(Self),
            _ => Err("is not a pattern; it is a map such as `eventName: [INSERT]`".to_owned()),
        }
    }

    /// The form of the pattern for a member. `None` where it has none, or one among alternatives only.
    pub(crate) fn form_of(&self, member: &str) -> Option<Form> {
        let Node::All(members) = &self.0 else { return None };
        members.iter().find(|(name, _)| name == member).map(|(_, node)| match node {
            Node::Leaf(_) => Form::Values,
            Node::All(_) | Node::Any(_) => Form::Members,
        })
    }

    /// Whether an event or a record matches.
    pub(crate) fn matches(&self, record: &Value) -> bool {
        self.0.matches(Some(record))
    }
}

fn members_of(members: &Map<String, Value>) -> Result<Node, String> {
    let mut all = Vec::with_capacity(members.len());
    for (name, value) in members {
        let node = match value {
            Value::Array(alternatives) if name == "$or" => {
                let alternatives = alternatives.iter().map(|alternative| match alternative {
                    Value::Object(members) => members_of(members),
                    _ => Err("has something in `$or` that is not a map".to_owned()),
                });
                Node::Any(alternatives.collect::<Result<_, _>>()?)
            }
            Value::Array(rules) if !rules.is_empty() => Node::Leaf(rules.iter().map(rule).collect::<Result<_, _>>()?),
            Value::Object(members) => members_of(members)?,
            _ => {
                return Err(format!(
                    "has `{name}: {value}`; what a value may be stands in a list, as `{name}: [{value}]`"
                ));
            }
        };
        all.push((name.clone(), node));
    }
    Ok(Node::All(all))
}

fn rule(value: &Value) -> Result<Rule, String> {
    let members = match value {
        Value::Object(members) => members,
        Value::Array(_) => return Err(format!("has the list {value} where a value is needed")),
        other => return Ok(Rule::Equals(other.clone())),
    };
    let unknown = || format!("has the rule {value}, which is not known here");
    let (name, argument) = members.iter().next().filter(|_| members.len() == 1).ok_or_else(unknown)?;
    let text = || argument.as_str().map(ToOwned::to_owned).ok_or_else(unknown);
    Ok(match name.as_str() {
        "prefix" => Rule::Prefix(text()?),
        "suffix" => Rule::Suffix(text()?),
        "equals-ignore-case" => Rule::EqualsIgnoreCase(text()?),
        "exists" => Rule::Exists(argument.as_bool().ok_or_else(unknown)?),
        "anything-but" => match argument {
            Value::Array(values) => Rule::AnythingBut(values.iter().map(rule).collect::<Result<_, _>>()?),
            one => Rule::AnythingBut(vec![rule(one)?]),
        },
        "numeric" => Rule::Numeric(numeric(argument).ok_or_else(unknown)?),
        _ => return Err(unknown()),
    })
}

/// `[">", 0, "<=", 5]`.
fn numeric(argument: &Value) -> Option<Vec<(Comparison, f64)>> {
    let parts = argument.as_array().filter(|parts| !parts.is_empty() && parts.len() % 2 == 0)?;
    let pair = |pair: &[Value]| {
        let comparison = match pair.first()?.as_str()? {
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            "=" => Comparison::Equal,
            ">=" => Comparison::GreaterOrEqual,
            ">" => Comparison::Greater,
            _ => return None,
        };
        Some((comparison, pair.get(1)?.as_f64()?))
    };
    parts.chunks(2).map(pair).collect()
}

impl Node {
    fn matches(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            // A list matches when one of its elements does.
            (Self::All(_), Some(Value::Array(items))) => items.iter().any(|item| self.matches(Some(item))),
            (Self::All(members), value) => members.iter().all(|(name, node)| match node {
                Self::Any(_) => node.matches(value),
                node => node.matches(value.and_then(|value| value.get(name))),
            }),
            (Self::Any(nodes), value) => nodes.iter().any(|node| node.matches(value)),
            (Self::Leaf(rules), value) => rules.iter().any(|rule| rule.holds(value)),
        }
    }
}

impl Rule {
    fn holds(&self, value: Option<&Value>) -> bool {
        // `exists` is about leaves: an object in the place of a leaf does not exist.
        let value = value.filter(|value| !value.is_object());
        if let Self::Exists(wanted) = self {
            return value.is_some() == *wanted;
        }
        match value {
            Some(Value::Array(items)) => items.iter().any(|item| self.holds(Some(item))),
            Some(value) => self.holds_for(value),
            None => false,
        }
    }

    fn holds_for(&self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            Self::Equals(wanted) => match (wanted.as_f64(), value.as_f64()) {
                (Some(wanted), Some(value)) => Comparison::Equal.holds(value, wanted),
                _ => wanted == value,
            },
            Self::EqualsIgnoreCase(wanted) => text.is_some_and(|text| text.to_lowercase() == wanted.to_lowercase()),
            Self::Prefix(prefix) => text.is_some_and(|text| text.starts_with(prefix)),
            Self::Suffix(suffix) => text.is_some_and(|text| text.ends_with(suffix)),
            Self::AnythingBut(rules) => !rules.iter().any(|rule| rule.holds_for(value)),
            Self::Numeric(conditions) => value
                .as_f64()
                .is_some_and(|number| conditions.iter().all(|(comparison, bound)| comparison.holds(number, *bound))),
            Self::Exists(wanted) => *wanted,
        }
    }
}

impl Comparison {
    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Equal => left.total_cmp(&right).is_eq() || (left - right).abs() < f64::EPSILON,
            Self::GreaterOrEqual => left >= right,
            Self::Greater => left > right,
        }
    }
}

#[cfg(test)]
mod tests;
