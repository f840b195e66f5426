//! Reads a type from a document and reports all faults, not only the first.
//!
//! serde stops at the first fault. Once a request is refused, speed does not matter: the fault is recorded, a stand-in
//! replaces the value, and the document is read again until there is no further fault. The resulting value is validated
//! too; broken rules that are due to stand-ins are ignored.

mod copied;
mod mend;
mod rules;
mod trial;

use garde::Validate;
use serde::de::DeserializeOwned;

use self::mend::Repair;
use super::document::{Node, Reader, UNFIT};
use crate::Fault;

/// The search ends after this many faults.
const MOST: usize = 64;

/// Upper bound of how often a document is read.
const READINGS: usize = 1024;

/// Reads and validates the document, or returns its faults.
pub(super) fn read<T: DeserializeOwned + Validate<Context = ()>>(mut document: Node) -> Result<T, Vec<Fault>> {
    let mut repair = Repair::new(&document);
    repair.note_flaws(&mut document, "");
    for _ in 0..READINGS {
        if repair.faults.len() >= MOST {
            break;
        }
        match T::deserialize(Reader::new(&document)) {
            Ok(value) => {
                if repair.mend_copies(&mut document, &|document| T::deserialize(Reader::new(document)).is_ok()) {
                    continue;
                }
                let broken = rules::broken(&value);
                if repair.faults.is_empty() && broken.is_empty() {
                    return Ok(value);
                }
                let reads =
                    |document: &Node| T::deserialize(Reader::new(document)).ok().map(|value| rules::broken(&value));
                repair.note_rules(rules::faults(broken, &mut document, &reads));
                break;
            }
            Err(refusal) => {
                let refused = |document: &Node| {
                    let refusal = T::deserialize(Reader::new(document)).err()?;
                    let (place, kind, _) = refusal.into_parts();
                    Some((place, kind))
                };
                if !repair.mend(&mut document, refusal, &refused) {
                    break;
                }
            }
        }
    }
    if repair.faults.is_empty() {
        repair.faults.push(Fault::new("", UNFIT));
    }
    repair.faults.truncate(MOST);
    Err(repair.faults)
}

#[cfg(test)]
mod tests;
