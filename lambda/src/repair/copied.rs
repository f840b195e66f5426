//! Finding a value that was refused in a copy of serde's own, which does not say where it was.
//!
//! Untagged, internally tagged and flattened types are read from such copies. The value that is meant is the one that
//! changes the refusal when it is changed.

use std::borrow::Cow;

use super::trial::MOST;
use crate::document::search::all;
use crate::document::{Kind, Node, Seen};
use crate::time::TimestampError;

/// Where the refusal of a document is, and what it is; `None` where the document is read.
pub(super) type Refused<'r> = &'r dyn Fn(&Node) -> Option<(String, Kind)>;

/// A string that no type wants.
const NOTHING: &str = "\u{1}";

/// No more is read.
struct Spent;

/// Reads a document again and again.
#[derive(Debug)]
pub(super) struct Copied {
    /// How many readings are left.
    left: usize,
}

impl Copied {
    pub(super) fn new(document: &Node) -> Self {
        Self { left: MOST / document.size() }
    }

    /// The string in the value at `place`, or the stand-in, about which a type says `kind`, in words of its author.
    pub(super) fn told(&mut self, document: &mut Node, place: &str, kind: &Kind, refused: Refused) -> Option<String> {
        let mut found = None;
        let may_be = |node: &Node| matches!(node, Node::Text(_) | Node::Parameter(_) | Node::StandIn(_));
        for at in self.within(document, place, &may_be) {
            // The values are read in the order of the document: what stands after the one that is meant changes nothing.
            let now = self.with_node(document, &at, Node::Bool(true), refused).ok()?;
            if now.is_some_and(|(there, now)| there == place && now != *kind) {
                if matches!(document.find(&at), Some(Node::StandIn(_))) {
                    found = Some(at);
                    continue;
                }
                // A type says the same of every string that it refuses.
                let nonsense = self.with(document, &at, NOTHING, refused).ok()?;
                if nonsense.is_some_and(|(there, now)| there == place && is_same(&now, kind)) {
                    found = Some(at);
                }
            }
        }
        found
    }

    /// The value in the one at `place` that was seen, and is not what `rule` wants. A stand-in may look like it.
    pub(super) fn seen(
        &mut self,
        document: &mut Node,
        place: &str,
        seen: &Seen,
        rule: &str,
        refused: Refused,
    ) -> Option<String> {
        let unfit = |seen: &Seen| Some((place.to_owned(), Kind::Unfit(seen.clone(), rule.to_owned())));
        let (before, nonsense) = (unfit(seen), unfit(&Seen::Text(NOTHING.to_owned())));
        let (wanted, is_like): (_, &dyn Fn(&Node) -> bool) = match (seen, rule.rsplit_once(", not ")) {
            (Seen::Else, Some((wanted, "an array"))) => (wanted, &|node| matches!(node, Node::Array(..))),
            (Seen::Else, Some((wanted, "an object"))) => (wanted, &|node| matches!(node, Node::Object(_))),
            _ => (rule, &|node| node.is(seen)),
        };
        let truth = Kind::Unfit(Seen::Bool(true), format!("{wanted}, not a truth value"));
        for at in self.within(document, place, is_like) {
            let found = match seen {
                Seen::Text(_) => self.with(document, &at, NOTHING, refused).ok()? == nonsense,
                Seen::Bool(value) => self.with_node(document, &at, Node::Bool(!value), refused).ok()? != before,
                Seen::Integer(_) | Seen::Float(_) => {
                    let other = if *seen == Seen::Integer(1) { "0" } else { "1" };
                    self.with_node(document, &at, Node::Number(Cow::Borrowed(other)), refused).ok()? != before
                }
                Seen::Else => {
                    let now = self.with_node(document, &at, Node::Bool(true), refused).ok()?;
                    now.is_some_and(|(there, now)| there == place && now == truth)
                }
                Seen::Null => true,
            };
            if found {
                return Some(at);
            }
        }
        None
    }

    fn within(&self, document: &Node, place: &str, test: &dyn Fn(&Node) -> bool) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(node) = document.find(place).filter(|_| self.left > 0) {
            all(node, place, &|node, _| test(node), &mut found);
        }
        found
    }

    /// The refusal with this string at `at`, if there is one.
    fn with(
        &mut self,
        document: &mut Node,
        at: &str,
        text: &'static str,
        refused: Refused,
    ) -> Result<Option<(String, Kind)>, Spent> {
        let other = match document.find(at).ok_or(Spent)? {
            Node::Parameter(_) => Node::Parameter(Cow::Borrowed(text)),
            _ => Node::Text(Cow::Borrowed(text)),
        };
        self.with_node(document, at, other, refused)
    }

    fn with_node<'d>(
        &mut self,
        document: &mut Node<'d>,
        at: &str,
        other: Node<'d>,
        refused: Refused,
    ) -> Result<Option<(String, Kind)>, Spent> {
        self.left = self.left.checked_sub(1).ok_or(Spent)?;
        let own = document.find(at).ok_or(Spent)?.clone();
        document.set(at, other);
        let refusal = refused(document);
        document.set(at, own);
        Ok(refusal)
    }
}

/// Whether a type may say both of a string. A time has a sentence for each way to be none.
fn is_same(one: &Kind, other: &Kind) -> bool {
    let of_time = |kind: &Kind| matches!(kind, Kind::Told(rule) if TimestampError::says(rule));
    one == other || of_time(one) && of_time(other)
}
