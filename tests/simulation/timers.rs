//! The items of timers and of the sweeper's watermark: the one place of the simulation that knows how they are stored.

use dynoxide::{AttributeValue, Item};
use handlers::booking::{BookingId, Kind, Timestamp};
use serde_json::{Value, json};

use super::table::{TABLE, Table};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stored {
    pub id: BookingId,
    pub kind: Kind,
    pub due: i64,
    pub token: u64,
}

/// Whether the key is a timer's.
pub fn is_key(pk: &str) -> bool {
    pk.starts_with("TIMER#")
}

/// Whether the key is the watermark's.
pub fn is_watermark(pk: &str) -> bool {
    pk == "SWEEP"
}

fn parse(pk: &str, sk: &str, ttl: &str, token: &str) -> Option<Stored> {
    let mut parts = sk.split('#');
    let (due, id, kind) = (parts.next()?.parse().ok()?, BookingId::parse(parts.next()?)?, Kind::parse(parts.next()?)?);
    let minute = super::clock::timestamp(due * 1000).sortable();
    let sound = pk.starts_with(&format!("TIMER#{}#", &minute[..16])) && ttl.parse() == Ok(due);
    sound.then_some(Stored { id, kind, due, token: token.parse().ok()? })
}

/// The timer of an item.
pub fn of_item(item: &Item) -> Option<Stored> {
    let text = |name: &str| match item.get(name) {
        Some(AttributeValue::S(text) | AttributeValue::N(text)) => Some(text.as_str()),
        _ => None,
    };
    parse(text("pk")?, text("sk")?, text("ttl")?, text("token")?)
}

/// The timer of an item in DynamoDB's JSON.
pub fn of_json(item: &Value) -> Option<Stored> {
    let text = |name: &str, kind: &str| item[name][kind].as_str();
    parse(text("pk", "S")?, text("sk", "S")?, text("ttl", "N")?, text("token", "N")?)
}

/// The minute and the shard for whose timers a query asks.
pub fn partition(query: &[u8]) -> Option<(i64, u32)> {
    let query = std::str::from_utf8(query).ok()?;
    let (minute, shard) = query.split_once("\"TIMER#")?.1.split_once('"')?.0.split_once('#')?;
    let start: Timestamp = format!("{minute}:00Z").parse().ok()?;
    Some((start.seconds() / 60, shard.parse().ok()?))
}

/// The watermark in the body of a put.
pub fn next(put: &[u8]) -> Option<i64> {
    let put: Value = serde_json::from_slice(put).ok()?;
    put["Item"]["next"]["N"].as_str()?.parse().ok().filter(|_| put["Item"]["pk"]["S"] == "SWEEP")
}

/// The first minute that the next sweep has to look at, and the number of partitions.
pub fn watermark(table: &Table) -> Option<(i64, u32)> {
    let ask = json!({ "TableName": TABLE, "Key": { "pk": { "S": "SWEEP" }, "sk": { "S": "WATERMARK" } } });
    let answer = table.database.get_item(serde_json::from_value(ask).unwrap()).unwrap();
    let item = answer.item?;
    let number = |name: &str| match item.get(name) {
        Some(AttributeValue::N(number)) => number.parse::<i64>().ok(),
        _ => None,
    };
    Some((number("next")?, u32::try_from(number("shards")?).ok()?))
}

/// Sets the watermark that earlier sweeps have left.
pub fn set_watermark(table: &Table, next: i64) {
    let item = json!({
        "pk": { "S": "SWEEP" }, "sk": { "S": "WATERMARK" },
        "next": { "N": next.to_string() }, "shards": { "N": "1" },
    });
    let ask = json!({ "TableName": TABLE, "Item": item });
    table.database.put_item(serde_json::from_value(ask).unwrap()).unwrap();
}

/// Moves the watermark as sweeps that find nothing would have done.
pub fn move_watermark(table: &Table, minutes: i64) {
    let ask = json!({
        "TableName": TABLE, "Key": { "pk": { "S": "SWEEP" }, "sk": { "S": "WATERMARK" } },
        "UpdateExpression": "ADD #next :minutes", "ExpressionAttributeNames": { "#next": "next" },
        "ExpressionAttributeValues": { ":minutes": { "N": minutes.to_string() } },
    });
    table.database.update_item(serde_json::from_value(ask).unwrap()).unwrap();
}
