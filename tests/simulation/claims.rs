//! The claims in the item of a day, in either of their two forms.

use std::collections::BTreeMap;

use dynoxide::{AttributeValue, Item};
use handlers::booking::{BookingId, Claim, Stretch};

use super::clock::MINUTE;

/// The digits of Z85 (<https://rfc.zeromq.org/spec/32/>).
const DIGITS: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/// The claims of a day that begins at `midnight`, by booking.
pub fn claims(item: &Item, midnight: i64) -> Result<BTreeMap<BookingId, Claim>, String> {
    let Some(AttributeValue::M(busy)) = item.get("busy") else { return Err("a day without claims".into()) };
    let mut claims = BTreeMap::new();
    for (name, value) in busy {
        let (id, claim) = match value {
            AttributeValue::L(ends) => (BookingId::parse(name), plain(ends)),
            AttributeValue::B(bytes) => (short_name(name), short(bytes, midnight)),
            _ => (None, None),
        };
        let (Some(id), Some(claim)) = (id, claim) else { return Err(format!("a claim of no form: {name} {value:?}")) };
        if claims.insert(id, claim).is_some() {
            return Err(format!("two claims of {id}"));
        }
    }
    Ok(claims)
}

/// A list of start and end.
fn plain(ends: &[AttributeValue]) -> Option<Claim> {
    let [AttributeValue::N(from), AttributeValue::N(to)] = ends else { return None };
    let stretch = Stretch { from: from.parse().ok()?, to: to.parse().ok()? };
    Some(Claim { stretch, seats: 1, lapses_at: None })
}

/// Twenty digits: five for each four bytes of the id.
fn short_name(name: &str) -> Option<BookingId> {
    let digits: Option<Vec<u64>> = name.chars().map(|digit| DIGITS.find(digit).map(|place| place as u64)).collect();
    let numbers =
        digits?.chunks(5).map(|five| five.iter().fold(0, |number, digit| number * 85 + digit)).collect::<Vec<_>>();
    let bytes: Option<Vec<[u8; 4]>> =
        numbers.iter().map(|number| u32::try_from(*number).ok().map(u32::to_be_bytes)).collect();
    Some(BookingId::of_bytes(bytes?.concat().try_into().ok()?))
}

/// Flags, and then numbers of seven bits a byte: start after midnight, length, seats if flag 2, end of the hold if flag 4.
/// Start and length are in minutes if flag 1.
fn short(bytes: &[u8], midnight: i64) -> Option<Claim> {
    let (flags, rest) = bytes.split_first()?;
    let mut numbers = rest
        .split_inclusive(|byte| byte & 0x80 == 0)
        .map(|digits| digits.iter().rev().fold(0_i64, |number, digit| number << 7 | i64::from(digit & 0x7f)));
    let signed = |number: i64| if number & 1 == 0 { number >> 1 } else { -(number >> 1) - 1 };
    let unit = if flags & 1 == 0 { 1 } else { MINUTE };
    let from = midnight + signed(numbers.next()?) * unit;
    let to = from + numbers.next()? * unit;
    let seats = if flags & 2 == 0 { 1 } else { numbers.next()? };
    let lapses_at = if flags & 4 == 0 { None } else { Some(signed(numbers.next()?)) };
    (numbers.next().is_none() && *flags < 8).then_some(Claim { stretch: Stretch { from, to }, seats, lapses_at })
}
