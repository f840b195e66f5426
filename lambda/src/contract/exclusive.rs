//! What only one argument of an endpoint can take.
//!
//! The macro sees extractors by their names and the compiler by their types ([`Part`](crate::Part)). What an own
//! extractor takes is known once it has described itself.

use std::collections::BTreeSet;

#[derive(Debug, Default)]
pub(super) struct Exclusive {
    pub(super) bodies: usize,
    pub(super) queries: usize,
    /// The parameters of the query that a struct has, and those that are taken beside it.
    of_struct: BTreeSet<String>,
    alone: BTreeSet<String>,
}

impl Exclusive {
    pub(super) fn parameter(&mut self, name: &str, of_struct: bool) {
        let names = if of_struct { &mut self.of_struct } else { &mut self.alone };
        names.insert(name.to_owned());
    }

    /// What cannot be, as a sentence.
    pub(super) fn fault(&self) -> Option<String> {
        if self.bodies > 1 {
            return Some("a request has one body, and two arguments take it; put the fields into one type".to_owned());
        }
        if self.queries > 1 {
            return Some(
                "a request has one query, and two arguments take it; put the fields into one struct".to_owned(),
            );
        }
        let strange = self.alone.difference(&self.of_struct).next().filter(|_| self.queries > 0)?;
        Some(format!(
            "`Query` refuses the parameter `{strange}`, which another argument takes; add it as a field of the struct"
        ))
    }
}
