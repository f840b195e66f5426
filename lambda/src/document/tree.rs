//! The tree of a JSON document.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::number::{self, Integer};
use super::{Seen, pointer};

/// The same limit as `serde_json`'s default.
const DEEPEST: u8 = 128;

/// A JSON value with everything in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node<'a> {
    Null,
    Bool(bool),
    /// The number as it is spelled.
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    /// A query parameter: a string that may spell a number or a boolean.
    Parameter(Cow<'a, str>),
    /// The items, each with its index in the document, which stays the same when the order changes; and whether serde
    /// has copied the array.
    Array(Vec<(usize, Node<'a>)>, Cell<bool>),
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
    /// A value that breaks this rule, whatever type it is read as.
    Flaw(&'static str),
    /// A replacement for a refused value, which reads as nearly any type. The number counts the tries.
    StandIn(u8),
}

/// Parses `body`. The error is a sentence for the client.
pub(crate) fn parse(body: &[u8]) -> Result<Node<'_>, String> {
    let text = std::str::from_utf8(body)
        .map_err(|error| format!("the body is not UTF-8: see its byte {}", error.valid_up_to() + 1))?;
    if text.starts_with('\u{feff}') {
        return Err("the body begins with a byte order mark; send it without (RFC 8259, section 8.1)".to_owned());
    }
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| {
        if error.is_eof() {
            "the body is not JSON: it ends too early".to_owned()
        } else {
            format!("the body is not JSON: see line {}, byte {}", error.line(), error.column())
        }
    })?;
    Ok(node(raw.get(), 0))
}

/// Builds the tree of `text`, which is valid JSON.
fn node(text: &str, depth: u8) -> Node<'_> {
    match text.as_bytes().first() {
        Some(b'{' | b'[') if depth == DEEPEST => Node::Flaw("is nested too deeply"),
        Some(b'{' | b'[') => serde_json::Deserializer::from_str(text).deserialize_any(Level(depth)).unwrap_or(UNREAD),
        Some(b'"') => string(text).map_or(Node::Flaw("must not have half of a surrogate pair"), Node::Text),
        Some(b't') => Node::Bool(true),
        Some(b'f') => Node::Bool(false),
        Some(b'n') => Node::Null,
        _ => Node::Number(Cow::Borrowed(text)),
    }
}

/// For text that is not valid JSON. `parse` has checked the grammar, so it does not occur.
const UNREAD: Node<'static> = Node::Flaw("cannot be read");

/// Decodes a JSON string; `None` if it is not Unicode text (RFC 8259, section 8.2).
fn string(json: &str) -> Option<Cow<'_, str>> {
    if json.contains('\\') {
        return serde_json::from_str(json).ok().map(Cow::Owned);
    }
    json.get(1..json.len() - 1).map(Cow::Borrowed)
}

/// Reads the members of an array or an object at this depth. The values stay unparsed.
struct Level(u8);

impl<'de> Visitor<'de> for Level {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(value) = seq.next_element::<&RawValue>()? {
            items.push((items.len(), node(value.get(), self.0 + 1)));
        }
        Ok(Node::Array(items, Cell::default()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members: Vec<(Cow<'de, str>, Node<'de>)> = Vec::new();
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            let (name, value) = match string(name.get()) {
                Some(name) => (name, node(value.get(), self.0 + 1)),
                // A name that is not Unicode text is kept as it was written.
                None => (
                    Cow::Borrowed(name.get().trim_matches('"')),
                    Node::Flaw("has half of a surrogate pair in its name"),
                ),
            };
            members.push((name, value));
        }
        Ok(Node::Object(once(members)))
    }
}

/// Up to this many members are compared in pairs; more are sorted to find repeated names.
const FEW: usize = 16;

/// Keeps each name once. The value of a repeated name becomes a flaw.
fn once<'a>(members: Vec<(Cow<'a, str>, Node<'a>)>) -> Vec<(Cow<'a, str>, Node<'a>)> {
    let twice = if members.len() <= FEW {
        members.iter().enumerate().any(|(at, (name, _))| members[..at].iter().any(|(other, _)| other == name))
    } else {
        let mut names: Vec<_> = members.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.windows(2).any(|pair| pair[0] == pair[1])
    };
    if !twice {
        return members;
    }
    let mut places: HashMap<Cow<'a, str>, usize> = HashMap::new();
    let mut kept: Vec<(Cow<'a, str>, Node<'a>)> = Vec::new();
    for (name, value) in members {
        if let Some(place) = places.get(&name) {
            kept[*place].1 = Node::Flaw("is given twice");
        } else {
            places.insert(name.clone(), kept.len());
            kept.push((name, value));
        }
    }
    kept
}

impl<'a> Node<'a> {
    /// Builds an object from the pairs of a query.
    pub(crate) fn of_query(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let parameters = pairs.into_iter().map(|(name, value)| (name.into(), Self::Parameter(value.into())));
        let mut members: Vec<(Cow<'a, str>, Self)> = parameters.collect();
        // The order of a query has no meaning; sorting gives faults a stable order.
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self::Object(once(members))
    }

    /// Whether the node may be a flaw or contain one.
    pub(crate) fn may_hold_flaws(&self) -> bool {
        matches!(self, Self::Flaw(_) | Self::Array(..) | Self::Object(_))
    }

    /// Whether this is the value that serde saw.
    pub(crate) fn is(&self, seen: &Seen) -> bool {
        match (self, seen) {
            (Self::Null, Seen::Null) => true,
            (Self::Bool(value), Seen::Bool(seen)) => value == seen,
            (Self::Number(text), Seen::Integer(seen)) => number::integer(text) == Integer::Is(*seen),
            (Self::Number(text), Seen::Float(seen)) => text.parse() == Ok(*seen),
            (Self::Text(text) | Self::Parameter(text), Seen::Text(seen)) => text == seen,
            _ => false,
        }
    }

    /// The number or boolean that a query parameter spells, if it spells one.
    pub(crate) fn spelled(&self) -> Option<Self> {
        let Self::Parameter(text) = self else { return None };
        match &**text {
            "true" => Some(Self::Bool(true)),
            "false" => Some(Self::Bool(false)),
            _ => number::spelled(text).map(|text| Self::Number(Cow::Owned(text.to_owned()))),
        }
    }

    /// The child with this name or index, as given in a token of a JSON pointer.
    pub(crate) fn child(&self, token: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(name, _)| name == token).map(|(_, node)| node),
            Self::Array(items, _) => items.iter().find(|(index, _)| token.parse() == Ok(*index)).map(|(_, node)| node),
            _ => None,
        }
    }

    pub(crate) fn child_mut(&mut self, token: &str) -> Option<&mut Node<'a>> {
        match self {
            Self::Object(members) => members.iter_mut().find(|(name, _)| name == token).map(|(_, node)| node),
            Self::Array(items, _) => {
                items.iter_mut().find(|(index, _)| token.parse() == Ok(*index)).map(|(_, node)| node)
            }
            _ => None,
        }
    }

    /// The node that the pointer `at` leads to.
    pub(crate) fn find(&self, at: &str) -> Option<&Self> {
        pointer::tokens(at).try_fold(self, |node, token| node.child(&token))
    }

    pub(crate) fn find_mut(&mut self, at: &str) -> Option<&mut Node<'a>> {
        pointer::tokens(at).try_fold(self, |node, token| node.child_mut(&token))
    }

    /// Replaces the node at `at`; `false` if there is none.
    pub(crate) fn set(&mut self, at: &str, value: Node<'a>) -> bool {
        self.find_mut(at).map(|node| *node = value).is_some()
    }

    /// Moves the child behind the others, so that it is read last.
    pub(crate) fn postpone(&mut self, token: &str) {
        fn last<T>(list: &mut Vec<T>, place: Option<usize>) {
            if let Some(place) = place {
                let child = list.remove(place);
                list.push(child);
            }
        }
        match self {
            Self::Object(members) => {
                let place = members.iter().position(|(name, _)| name == token);
                last(members, place);
            }
            Self::Array(items, _) => {
                let place = items.iter().position(|(index, _)| token.parse() == Ok(*index));
                last(items, place);
            }
            _ => {}
        }
    }

    /// The number of nodes, this one and all below it.
    pub(crate) fn size(&self) -> usize {
        1 + self.children().iter().map(|(_, child)| child.size()).sum::<usize>()
    }

    /// The children, each with its reference token.
    pub(crate) fn children(&self) -> Vec<(Cow<'_, str>, &Node<'a>)> {
        match self {
            Self::Object(members) => members.iter().map(|(name, node)| (Cow::Borrowed(&**name), node)).collect(),
            Self::Array(items, _) => items.iter().map(|(index, node)| (Cow::Owned(index.to_string()), node)).collect(),
            _ => Vec::new(),
        }
    }
}
