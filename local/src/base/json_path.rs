//! The part of JSON path that EventBridge knows: dots, array indexes and wildcards.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>

use serde_json::Value;

/// A path such as `$.detail.items[0].name`. `$` is the whole event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct JsonPath(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Index(usize),
    /// `[*]` or `.*`.
    All,
}

impl JsonPath {
    /// Parses a path. `None` where EventBridge does not know its syntax.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix('$')?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = if let Some(inner) = rest.strip_prefix('[') {
                let (index, after) = inner.split_once(']')?;
                (if index == "*" { Step::All } else { Step::Index(index.parse().ok()?) }, after)
            } else {
                let inner = rest.strip_prefix('.')?;
                let (name, after) = inner.split_at(inner.find(['.', '[']).unwrap_or(inner.len()));
                (if name == "*" { Step::All } else { Step::Name(plain(name)?) }, after)
            };
            steps.push(step);
            rest = after;
        }
        Some(Self(steps))
    }

    /// The value at the path. A path with a wildcard has the list of all that it matches.
    pub(crate) fn find(&self, event: &Value) -> Option<Value> {
        let mut found = vec![event];
        for step in &self.0 {
            found = found.into_iter().flat_map(|value| step.of(value)).collect();
        }
        if self.0.contains(&Step::All) {
            return Some(found.into_iter().cloned().collect());
        }
        found.first().map(|value| (*value).clone())
    }
}

impl Step {
    fn of<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        match (self, value) {
            (Self::Name(name), _) => value.get(name).into_iter().collect(),
            (Self::Index(index), _) => value.get(index).into_iter().collect(),
            (Self::All, Value::Array(items)) => items.iter().collect(),
            (Self::All, Value::Object(members)) => members.values().collect(),
            (Self::All, _) => Vec::new(),
        }
    }
}

fn plain(name: &str) -> Option<String> {
    let known = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/');
    (!name.is_empty() && name.chars().all(known)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_finds_members_elements_and_all_of_them() {
        let event = json!({ "detail-type": "Sold", "detail": { "items": [{ "id": 1 }, { "id": 2 }], "none": null } });
        for (path, expected) in [
            ("$", Some(event.clone())),
            ("$.detail-type", Some(json!("Sold"))),
            ("$.detail.items[1].id", Some(json!(2))),
            ("$.detail.items[*].id", Some(json!([1, 2]))),
            ("$.detail.items.*.id", Some(json!([1, 2]))),
            ("$.detail.none", Some(json!(null))),
            ("$.detail.nothing[*]", Some(json!([]))),
            ("$.detail.items[2]", None),
            ("$.detail.items.id", None),
            ("$.detail-type.x", None),
        ] {
            assert_eq!(JsonPath::parse(path).unwrap().find(&event), expected, "{path}");
        }
    }

    #[test]
    fn what_eventbridge_does_not_know_is_no_path() {
        for path in
            ["", "detail", "$detail", "$.", "$..a", "$.a[", "$.a[x]", "$.a[-1]", "$.a[?(@.b)]", "$['a']", "$.a b"]
        {
            assert_eq!(JsonPath::parse(path), None, "{path}");
        }
    }
}
