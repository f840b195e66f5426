//! A rule for a value in a pattern.

use std::net::IpAddr;

use serde_json::Value;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rule {
    Equals(Value),
    EqualsIgnoreCase(String),
    Prefix(String),
    PrefixIgnoreCase(String),
    Suffix(String),
    SuffixIgnoreCase(String),
    /// The texts between the wildcards `*`. `\*` is an asterisk.
    Wildcard(Vec<String>),
    /// An address, and the bits that count.
    Cidr(IpAddr, u8),
    AnythingBut(Vec<Rule>),
    Numeric(Vec<(Comparison, f64)>),
    Exists(bool),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

impl Rule {
    /// An error is a phrase.
    pub(super) fn parse(value: &Value) -> Result<Self, String> {
        let members = match value {
            Value::Object(members) => members,
            Value::Array(_) => return Err(format!("has the list {value} where a value is needed")),
            other => return Ok(Self::Equals(other.clone())),
        };
        let unknown = || format!("has the rule {value}, which is not known here");
        let (name, argument) = members.iter().next().filter(|_| members.len() == 1).ok_or_else(unknown)?;
        match name.as_str() {
            "exists" => argument.as_bool().map(Self::Exists),
            "numeric" => numeric(argument).map(Self::Numeric),
            "anything-but" => return excluded(argument).map(Self::AnythingBut),
            name => Self::of_text(name, argument),
        }
        .ok_or_else(unknown)
    }

    /// A rule that has one argument, for texts.
    fn of_text(name: &str, argument: &Value) -> Option<Self> {
        let text = || argument.as_str().map(ToOwned::to_owned);
        let any_case = argument.get("equals-ignore-case").and_then(Value::as_str).map(str::to_lowercase);
        match name {
            "prefix" => text().map(Self::Prefix).or_else(|| any_case.map(Self::PrefixIgnoreCase)),
            "suffix" => text().map(Self::Suffix).or_else(|| any_case.map(Self::SuffixIgnoreCase)),
            "equals-ignore-case" => text().map(|text| Self::EqualsIgnoreCase(text.to_lowercase())),
            "wildcard" => text().and_then(|text| wildcard(&text)).map(Self::Wildcard),
            "cidr" => text().and_then(|text| cidr(&text)),
            _ => None,
        }
    }

    pub(super) fn holds(&self, value: Option<&Value>) -> bool {
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
        let is = |test: &dyn Fn(&str) -> bool| value.as_str().is_some_and(test);
        match self {
            Self::Equals(wanted) => match (wanted.as_f64(), value.as_f64()) {
                (Some(wanted), Some(value)) => Comparison::Equal.holds(value, wanted),
                _ => wanted == value,
            },
            Self::EqualsIgnoreCase(wanted) => is(&|text| text.to_lowercase() == *wanted),
            Self::Prefix(prefix) => is(&|text| text.starts_with(prefix)),
            Self::PrefixIgnoreCase(prefix) => is(&|text| text.to_lowercase().starts_with(prefix)),
            Self::Suffix(suffix) => is(&|text| text.ends_with(suffix)),
            Self::SuffixIgnoreCase(suffix) => is(&|text| text.to_lowercase().ends_with(suffix)),
            Self::Wildcard(parts) => is(&|text| fits(text, parts)),
            Self::Cidr(address, bits) => is(&|text| text.parse().is_ok_and(|other| shares(*address, other, *bits))),
            Self::AnythingBut(rules) => !rules.iter().any(|rule| rule.holds_for(value)),
            Self::Numeric(conditions) => value
                .as_f64()
                .is_some_and(|number| conditions.iter().all(|(comparison, bound)| comparison.holds(number, *bound))),
            Self::Exists(wanted) => *wanted,
        }
    }
}

/// The argument of `anything-but`: a value, a list of values, or a rule for texts with one text or several.
fn excluded(argument: &Value) -> Result<Vec<Rule>, String> {
    match argument {
        Value::Array(values) => values.iter().map(Rule::parse).collect(),
        Value::Object(members) if members.len() == 1 && members.values().all(Value::is_array) => {
            // The length is 1.
            let (name, texts) =
                members.iter().next().map_or(("", &Value::Null), |(name, texts)| (name.as_str(), texts));
            let rules = texts.as_array().into_iter().flatten().map(|text| {
                Rule::of_text(name, text).ok_or_else(|| format!("has the rule {argument}, which is not known here"))
            });
            rules.collect()
        }
        one => Ok(vec![Rule::parse(one)?]),
    }
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

/// The texts between wildcards. Two wildcards in a row are refused, as by EventBridge.
fn wildcard(text: &str) -> Option<Vec<String>> {
    let (mut parts, mut part, mut last) = (Vec::new(), String::new(), ' ');
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '*' if last == '*' => return None,
            '*' => parts.push(std::mem::take(&mut part)),
            '\\' => part.push(characters.next().filter(|c| matches!(c, '*' | '\\'))?),
            c => part.push(c),
        }
        last = if c == '\\' { ' ' } else { c };
    }
    parts.push(part);
    Some(parts)
}

fn fits(text: &str, parts: &[String]) -> bool {
    let ([first, middle @ .., last], false) = (parts, parts.len() == 1) else {
        return parts.first().is_some_and(|only| only == text);
    };
    let Some(inner) = text.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str())) else {
        return false;
    };
    let mut rest = inner;
    middle.iter().all(|part| match rest.find(part.as_str()) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

fn cidr(text: &str) -> Option<Rule> {
    let (address, bits) = text.split_once('/')?;
    let (address, bits): (IpAddr, u8) = (address.parse().ok()?, bits.parse().ok()?);
    let most = if address.is_ipv4() { 32 } else { 128 };
    (bits <= most).then_some(Rule::Cidr(address, bits))
}

/// Whether two addresses begin with the same bits.
fn shares(one: IpAddr, other: IpAddr, bits: u8) -> bool {
    let differing = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => u128::from(one.to_bits() ^ other.to_bits()) << 96,
        (IpAddr::V6(one), IpAddr::V6(other)) => one.to_bits() ^ other.to_bits(),
        _ => return false,
    };
    differing.leading_zeros() >= u32::from(bits)
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
