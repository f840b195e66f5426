//! EventBridge's event patterns, for rules and for the filters of event source mappings.
//!
//! The syntax: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>. A mapping takes part
//! of it only: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax>. Numbers in
//! DynamoDB's JSON are strings (`{"N": "5"}`), so that `numeric` never matches them, here and on AWS.

mod rule;

use serde_json::{Map, Value};

use self::rule::Rule;

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
            Value::Array(rules) if !rules.is_empty() => {
                Node::Leaf(rules.iter().map(Rule::parse).collect::<Result<_, _>>()?)
            }
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

#[cfg(test)]
mod tests;
