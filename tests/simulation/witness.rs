//! The content of a transaction.

use std::collections::BTreeMap;

use dynoxide::actions::transact_write_items::TransactWriteItemsRequest;
use handlers::booking::{BookingId, Kind, Stretch, Timestamp};

use super::model::Set;
use super::stored::{claimed, text, timers};

/// The part of a transaction's booking or rules that the model needs: what the service draws at random, and by which of several rules
/// it went.
#[derive(Debug, Clone)]
pub struct Witness {
    /// `None` where it writes rules.
    pub id: Option<BookingId>,
    pub now: Option<Timestamp>,
    pub claimed: Option<Stretch>,
    pub timers: BTreeMap<Kind, Set>,
}

/// The witness in a transaction.
pub fn witness(request: &TransactWriteItemsRequest) -> Option<Witness> {
    let id = |item| BookingId::parse(text(item, "pk")?.strip_prefix("BOOKING#")?);
    let of_rules = |now: Option<&str>| Witness {
        id: None,
        now: now.and_then(|now| now.parse().ok()),
        claimed: None,
        timers: BTreeMap::new(),
    };
    request.transact_items.iter().find_map(|write| {
        if let Some(put) = &write.put {
            let time = text(&put.item, "updated_at").or(text(&put.item, "deleted_at"));
            return match text(&put.item, "sk")? {
                "RULES" => Some(of_rules(time)),
                "BOOKING" => Some(Witness {
                    id: Some(id(&put.item)?),
                    now: time?.parse().ok(),
                    claimed: claimed(&put.item),
                    timers: timers(&put.item)?,
                }),
                _ => None,
            };
        }
        if let Some(update) = write.update.as_ref().filter(|update| text(&update.key, "sk") == Some("RULES")) {
            return Some(of_rules(update.expression_attribute_values.as_ref().and_then(|values| text(values, ":now"))));
        }
        let deletion = write.delete.as_ref().filter(|deletion| text(&deletion.key, "sk") == Some("BOOKING"))?;
        Some(Witness { id: Some(id(&deletion.key)?), ..of_rules(None) })
    })
}
