//! Finding the value that breaks a rule by trying others in its place.
//!
//! garde names Rust's fields. Where serde gives a field another name, or has its value one level deeper, garde's path does
//! not lead to it. The value that is meant is the one without which garde says something else.

use std::borrow::Cow;
use std::cell::Cell;

use garde::Path;

use crate::document::{Node, pointer};

/// A broken rule: garde's path, and what it says.
pub(super) type Broken = (Path, String);

/// The rules that a document breaks, if it can be read.
pub(super) type Reads<'r> = &'r dyn Fn(&Node) -> Option<Vec<Broken>>;

/// The most values that are read again for one request: a bound for bodies that are made to be slow.
pub(super) const MOST: usize = 200_000;

/// The length of a text that breaks every bound.
const LONG: usize = 1000;

/// Reads a document again and again.
pub(super) struct Trial<'r> {
    reads: Reads<'r>,
    /// How many readings are left.
    left: usize,
}

impl<'r> Trial<'r> {
    pub(super) fn new(document: &Node, reads: Reads<'r>) -> Self {
        Self { reads, left: MOST / document.size() }
    }

    /// The innermost value in the one at `from` that alone decides whether the rule is broken.
    pub(super) fn find(&mut self, document: &mut Node, from: &str, broken: &Broken) -> Option<String> {
        let mut at = from.to_owned();
        loop {
            let mut deciding = Vec::new();
            for child in children(document, &at) {
                if self.decides(document, &child, broken)? {
                    deciding.push(child);
                }
            }
            match (deciding.pop(), deciding.is_empty()) {
                (Some(only), true) => at = only,
                _ => return (at != from).then_some(at),
            }
        }
    }

    /// Whether garde says something else of another value, or of one with another value in it. `None` where no more is
    /// read.
    fn decides(&mut self, document: &mut Node, at: &str, broken: &Broken) -> Option<bool> {
        let own = document.find(at)?.clone();
        for other in others(&own, &broken.1) {
            self.left = self.left.checked_sub(1)?;
            document.set(at, other);
            let changed = (self.reads)(document).is_some_and(|now| !now.contains(broken));
            document.set(at, own.clone());
            if changed {
                return Some(true);
            }
        }
        for child in children(document, at) {
            if self.decides(document, &child, broken)? {
                return Some(true);
            }
        }
        Some(false)
    }
}

fn children(document: &Node, at: &str) -> Vec<String> {
    let tokens = document.find(at).map(Node::children).unwrap_or_default().into_iter();
    tokens.map(|(token, _)| pointer::child(at, &token)).collect()
}

/// The values tried in the place of a value: short and long, small and large, and those that the rule quotes.
fn others<'a>(own: &Node, rule: &str) -> Vec<Node<'a>> {
    let numbers = ["0", "1", "-1", "100", "30000", "1000000000"].map(Cow::Borrowed);
    let texts = ["", "a", "127.0.0.1", "1970-01-01T00:00:00Z", "1970-01-01"].map(Cow::Borrowed);
    let quoted = rule.split(['"', '`']).skip(1).step_by(2).map(|text| Cow::Owned(text.to_owned()));
    let texts = texts.into_iter().chain(quoted).chain([Cow::Owned("a".repeat(LONG))]);
    if matches!(own, Node::Parameter(_)) {
        return texts
            .chain(numbers)
            .chain([Cow::Borrowed("true"), Cow::Borrowed("false")])
            .map(Node::Parameter)
            .collect();
    }
    let items = |count| Node::Array((0..count).map(|index| (index, Node::StandIn(0))).collect(), Cell::default());
    let mut others: Vec<_> = texts.map(Node::Text).chain(numbers.map(Node::Number)).collect();
    others.extend([Node::Null, Node::Bool(true), Node::Bool(false), items(0), items(LONG), Node::Object(Vec::new())]);
    others
}
