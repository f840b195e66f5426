//! Finding every fault of a document, not only the first.
//!
//! serde stops at the first fault. Where a request is refused anyway, time does not matter: each fault is noted, a
//! stand-in takes the value's place, and the document is read again until it holds no more. What can be read then goes
//! through validation too; what that says of stand-ins is ignored.

mod copied;
mod mend;
mod rules;
mod trial;

use garde::Validate;
use serde::de::DeserializeOwned;

use self::mend::Repair;
use super::document::{Node, Reader, UNFIT};
use crate::Fault;

/// More faults than this are not looked for.
const MOST: usize = 64;

/// A document is not read more often than this.
const READINGS: usize = 1024;

/// Reads and validates the document, or finds its faults.
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
