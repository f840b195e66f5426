//! Detects structs that serde read from an array, in values that it copied first.
//!
//! Untagged, internally tagged and flattened types are read from serde's own copy of the value. There, a struct accepts
//! an array again, and neither the copy nor its reader can be replaced. But the array can be: a struct fails on an
//! empty array and reports how many elements it needs, while a list accepts any length.

use std::cell::Cell;

use super::Node;

/// The kinds of types that refused an array because of its length.
#[derive(Debug, Clone, Copy, Default)]
struct Met {
    structs: bool,
    tuples: bool,
    /// A type had read all that it needed, and elements were left over.
    rests: bool,
}

thread_local! {
    /// Refusals since the last `take`. The variants of an untagged enum are tried one after the other and their errors
    /// dropped, so they are recorded where they are created.
    static MET: Cell<Met> = const { Cell::new(Met { structs: false, tuples: false, rests: false }) };
}

/// Records which kind of type refused an array because of its length. `expected` is serde's text.
pub(super) fn note(expected: &str) {
    let mut met = MET.get();
    met.structs |= expected.starts_with("struct ");
    met.tuples |= ["tuple ", "a tuple ", "an array "].iter().any(|kind| expected.starts_with(kind));
    met.rests |= expected.ends_with(" in sequence");
    MET.set(met);
}

/// Whether a struct is read from the array at `at`. `reads` tells whether the type can be read from the document.
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
        // The struct may have defaults for all its members; then an array with one element too many shows it.
        let (longer, met) = with(longer);
        !longer && met.rests && !met.tuples
    } else {
        met.structs && !met.tuples
    };
    document.set(at, Node::Array(items, Cell::default()));
    found
}
