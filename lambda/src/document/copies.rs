//! Arrays that serde copied before it knew what they are.
//!
//! Untagged, internally tagged and flattened types are read from a copy of serde's own, and there a struct reads an array
//! again. Neither the copy nor its reader can be replaced. What can be: the array. A struct says how many elements it
//! lacks where it gets none, and a list does not mind.

use std::cell::Cell;

use super::Node;

/// What has refused an array for its length.
#[derive(Debug, Clone, Copy, Default)]
struct Met {
    structs: bool,
    tuples: bool,
    /// Elements were left over.
    rests: bool,
}

thread_local! {
    /// Since the last look. The refusals of an untagged enum's variants reach nobody, so they are noted where they arise.
    static MET: Cell<Met> = const { Cell::new(Met { structs: false, tuples: false, rests: false }) };
}

/// Notes what was expected of an array's length.
pub(super) fn note(expected: &str) {
    let mut met = MET.get();
    met.structs |= expected.starts_with("struct ");
    met.tuples |= ["tuple ", "a tuple ", "an array "].iter().any(|kind| expected.starts_with(kind));
    met.rests |= expected.ends_with(" in sequence");
    MET.set(met);
}

/// Whether a struct is read from the array `at`. `reads` reads the document.
pub(crate) fn is_struct(document: &mut Node, at: &str, reads: &dyn Fn(&Node) -> bool) -> bool {
    let Some(Node::Array(items, _)) = document.find(at).cloned() else { return false };
    let mut longer = items.clone();
    longer.push((items.len(), items.last().map_or(Node::Null, |(_, last)| last.clone())));

    let mut with = |items| {
        document.set(at, Node::Array(items, Cell::default()));
        MET.take();
        (reads(document), MET.take())
    };
    let (empty, met) = with(Vec::new());
    let found = if empty {
        // All its members may be absent.
        let (longer, met) = with(longer);
        !longer && met.rests && !met.tuples
    } else {
        met.structs && !met.tuples
    };
    document.set(at, Node::Array(items, Cell::default()));
    found
}
