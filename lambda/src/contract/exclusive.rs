//! Parts of a request that only one argument of an endpoint can take, checked on the described contract.
//!
//! The macro knows extractors by their names, and the compiler by their types ([`Part`](crate::Part)). Only the
//! description of a custom extractor shows which parts it takes.

use std::collections::BTreeSet;

#[derive(Debug, Default)]
pub(super) struct Exclusive {
    pub(super) bodies: usize,
    pub(super) queries: usize,
    /// Query parameters that are fields of a struct; and, in `alone`, those of other arguments.
    of_struct: BTreeSet<String>,
    alone: BTreeSet<String>,
}

impl Exclusive {
    pub(super) fn parameter(&mut self, name: &str, of_struct: bool) {
        let names = if of_struct { &mut self.of_struct } else { &mut self.alone };
        names.insert(name.to_owned());
    }

    /// The first conflict between arguments, as a sentence for the endpoint's author.
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
