//! Searching a tree for nodes.

use super::{Node, pointer};

/// The place of the first stand-in on the way to `place`, `place` included.
pub(crate) fn stand_in_on(document: &Node, place: &str) -> Option<String> {
    let (mut node, mut at) = (document, String::new());
    for token in pointer::tokens(place) {
        if matches!(node, Node::StandIn(_)) {
            return Some(at);
        }
        node = node.child(&token)?;
        at = pointer::child(&at, &token);
    }
    matches!(node, Node::StandIn(_)).then_some(at)
}

pub(crate) type Test<'t> = &'t dyn Fn(&Node, &str) -> bool;

/// The place of `node` if it passes; otherwise of the only node in it that passes, if there is exactly one.
pub(crate) fn only(node: &Node, at: &str, test: Test) -> Option<String> {
    if test(node, at) {
        return Some(at.to_owned());
    }
    let mut found = Vec::new();
    all(node, at, test, &mut found);
    found.pop().filter(|_| found.is_empty())
}

/// Collects the places of all nodes that pass. `at` is the place of `node`.
pub(crate) fn all(node: &Node, at: &str, test: Test, found: &mut Vec<String>) {
    if test(node, at) {
        found.push(at.to_owned());
    }
    for (token, child) in node.children() {
        all(child, &pointer::child(at, &token), test, found);
    }
}

/// Whether `node` or any node in it passes. The test gets no place.
pub(crate) fn any(node: &Node, test: Test) -> bool {
    test(node, "")
        || match node {
            Node::Object(members) => members.iter().any(|(_, member)| any(member, test)),
            Node::Array(items, _) => items.iter().any(|(_, item)| any(item, test)),
            _ => false,
        }
}
