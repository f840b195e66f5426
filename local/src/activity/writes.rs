//! Which invocation wrote which record of a stream.
//!
//! Writes of one item, and its records, are in the same order. A write that changes nothing has no record: a record is that of the
//! first write it can be of, and the writes before that one have none.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::Value;

use super::ring::Ring;
use crate::aws::interface::digest;
use crate::aws::interface::observe::{Change, Item, Writing};

/// Writes that wait for their records.
const MOST: usize = 8_192;
/// Records whose writers are remembered, for the further functions that read the same stream.
const MOST_RECORDS: usize = 4_096;

pub(super) struct Writes {
    waiting: HashMap<Item, VecDeque<Write>>,
    /// Each write's call and item, oldest first. Some do not wait any more.
    order: VecDeque<(u64, Item)>,
    /// The writers of records, by table and sequence number.
    records: Ring<Option<String>>,
    /// The newest record of each table at the start of the service.
    backlogs: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Write {
    call: u64,
    /// The segment of the invocation.
    segment: Option<String>,
    change: Change,
}

impl Writes {
    pub(super) fn new() -> Self {
        let (waiting, order, backlogs) = (HashMap::new(), VecDeque::new(), BTreeMap::new());
        Self { waiting, order, records: Ring::new(MOST_RECORDS), backlogs }
    }

    pub(super) fn begin(&mut self, writing: &Writing<'_>) {
        for (item, change) in writing.items {
            let write = Write { call: writing.call, segment: writing.segment.map(ToOwned::to_owned), change: *change };
            self.waiting.entry(item.clone()).or_default().push_back(write);
            self.order.push_back((writing.call, item.clone()));
        }
        while self.order.len() > MOST {
            let Some((call, item)) = self.order.pop_front() else { break };
            self.forget(call, &item);
        }
    }

    /// The call did not write the item.
    pub(super) fn forget(&mut self, call: u64, item: &Item) {
        if let Some(waiting) = self.waiting.get_mut(item) {
            waiting.retain(|write| write.call != call);
            if waiting.is_empty() {
                self.waiting.remove(item);
            }
        }
    }

    /// The records of the table up to `newest` were there at the start of the service. Later notices of the same table are of new
    /// functions that read it.
    pub(super) fn backlog(&mut self, table: &str, newest: &str) {
        self.backlogs.entry(table.to_owned()).or_insert_with(|| newest.to_owned());
    }

    /// The writer of a record.
    pub(super) fn writer(&mut self, table: &str, record: &Value) -> Option<String> {
        let number = record["dynamodb"]["SequenceNumber"].as_str()?;
        let id = format!("{table}/{number}");
        if let Some(known) = self.records.get(&id) {
            return known.clone();
        }
        let old = self.backlogs.get(table).is_some_and(|newest| place(number) <= place(newest));
        let writer = if old { None } else { self.find(table, record) };
        self.records.push(id, writer.clone());
        writer
    }

    fn find(&mut self, table: &str, record: &Value) -> Option<String> {
        // The deletion of an expired item is the database's own.
        if record.get("userIdentity").is_some_and(Value::is_object) {
            return None;
        }
        let keys = record["dynamodb"]["Keys"].as_object()?;
        let item = self.item(table, &Value::Object(keys.clone()), keys.keys())?;
        let waiting = self.waiting.get_mut(&item)?;
        let index = waiting.iter().position(|write| can_be(write.change, record))?;
        let write = waiting.drain(..=index).next_back();
        if waiting.is_empty() {
            self.waiting.remove(&item);
        }
        write?.segment
    }

    /// The item of a record, whose key has its attributes in any order.
    fn item<'a>(&self, table: &str, keys: &Value, names: impl Iterator<Item = &'a String>) -> Option<Item> {
        let mut names: Vec<String> = names.cloned().collect();
        let of = |names: &[String]| Some(Item { table: table.to_owned(), key: digest::key(keys, names)? });
        let item = of(&names)?;
        if self.waiting.contains_key(&item) {
            return Some(item);
        }
        names.reverse();
        of(&names)
    }
}

/// Orders sequence numbers, which have too many digits for an integer.
fn place(number: &str) -> (usize, &str) {
    let digits = number.trim_start_matches('0');
    (digits.len(), digits)
}

/// Whether a record can be that of a change.
fn can_be(change: Change, record: &Value) -> bool {
    let removal = record["eventName"] == "REMOVE";
    match (change, &record["dynamodb"]["NewImage"]) {
        (Change::Delete, _) => removal,
        (Change::Put(digest), image @ Value::Object(_)) => !removal && digest == digest::item(image),
        (Change::Put(_) | Change::Update, _) => !removal,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn item(key: &str) -> Item {
        Item { table: "t".into(), key: format!("pk={}", json!({ "S": key })) }
    }

    fn image(key: &str, n: u64) -> Value {
        json!({ "pk": { "S": key }, "text": { "S": n.to_string() } })
    }

    fn put(key: &str, n: u64) -> (Item, Change) {
        (item(key), Change::Put(digest::item(&image(key, n))))
    }

    fn begin(writes: &mut Writes, call: u64, items: &[(Item, Change)]) {
        writes.begin(&Writing { call, segment: Some(&format!("segment-{call}")), items });
    }

    fn record(number: u64, name: &str, key: &str, new: &Value) -> Value {
        json!({
            "eventName": name,
            "dynamodb": { "Keys": { "pk": { "S": key } }, "NewImage": new, "SequenceNumber": number.to_string() },
        })
    }

    fn writer(writes: &mut Writes, record: &Value) -> u64 {
        let segment = writes.writer("t", record);
        segment.map_or(0, |segment| segment.trim_start_matches("segment-").parse().unwrap())
    }

    #[test]
    fn a_record_is_of_the_call_that_wrote_its_item_and_of_no_other() {
        let mut writes = Writes::new();
        begin(&mut writes, 1, &[put("a", 1)]);
        begin(&mut writes, 2, &[put("b", 2), put("c", 3)]);
        begin(&mut writes, 3, &[put("a", 4)]);
        assert_eq!(writer(&mut writes, &record(1, "INSERT", "b", &image("b", 2))), 2);
        assert_eq!(writer(&mut writes, &record(2, "INSERT", "a", &image("a", 1))), 1);
        assert_eq!(writer(&mut writes, &record(3, "MODIFY", "a", &image("a", 4))), 3);
        assert_eq!(writer(&mut writes, &record(4, "INSERT", "d", &image("d", 4))), 0);
        // A second function reads the same stream.
        assert_eq!(writer(&mut writes, &record(2, "INSERT", "a", &image("a", 1))), 1);
        assert_eq!(writes.writer("u", &record(5, "INSERT", "c", &image("c", 3))), None, "another table");
        assert_eq!(writer(&mut writes, &record(6, "INSERT", "c", &image("c", 3))), 2);
        assert!(writes.waiting.is_empty());
    }

    #[test]
    fn a_refused_call_has_no_records() {
        let mut writes = Writes::new();
        begin(&mut writes, 1, &[put("a", 1)]);
        begin(&mut writes, 2, &[put("a", 1)]);
        writes.forget(1, &item("a"));
        assert_eq!(writer(&mut writes, &record(1, "INSERT", "a", &image("a", 1))), 2);
    }

    #[test]
    fn a_write_that_changes_nothing_does_not_take_the_record_of_the_next() {
        let mut writes = Writes::new();
        begin(&mut writes, 1, &[(item("a"), Change::Delete)]);
        begin(&mut writes, 2, &[put("a", 1)]);
        begin(&mut writes, 3, &[put("a", 9)]);
        begin(&mut writes, 4, &[(item("a"), Change::Update)]);
        begin(&mut writes, 5, &[(item("a"), Change::Delete)]);
        assert_eq!(writer(&mut writes, &record(1, "INSERT", "a", &image("a", 1))), 2);
        assert_eq!(writer(&mut writes, &record(2, "MODIFY", "a", &image("a", 2))), 4);
        assert_eq!(writer(&mut writes, &record(3, "REMOVE", "a", &Value::Null)), 5);
    }

    #[test]
    fn what_the_database_deletes_itself_is_of_no_call() {
        let mut writes = Writes::new();
        begin(&mut writes, 1, &[(item("a"), Change::Delete)]);
        let mut expired = record(1, "REMOVE", "a", &Value::Null);
        expired["userIdentity"] = json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
        assert_eq!(writer(&mut writes, &expired), 0);
    }

    #[test]
    fn records_from_before_the_start_are_of_no_call() {
        let mut writes = Writes::new();
        writes.backlog("t", "9");
        begin(&mut writes, 1, &[(item("a"), Change::Update)]);
        writes.backlog("t", "10");
        assert_eq!(writer(&mut writes, &record(8, "MODIFY", "a", &image("a", 1))), 0);
        assert_eq!(writer(&mut writes, &record(9, "MODIFY", "a", &image("a", 2))), 0);
        assert_eq!(writer(&mut writes, &record(10, "MODIFY", "a", &image("a", 3))), 1);
    }

    #[test]
    fn writes_without_records_are_forgotten() {
        let mut writes = Writes::new();
        for call in 0..20_000 {
            begin(&mut writes, call, &[put(&call.to_string(), call)]);
        }
        assert_eq!((writes.waiting.len(), writes.order.len()), (MOST, MOST));
        for number in 0..10_000 {
            writer(&mut writes, &record(number, "INSERT", "x", &Value::Null));
        }
        assert_eq!(writes.records.iter().count(), MOST_RECORDS);
    }

    #[test]
    fn a_key_of_two_attributes_is_found_in_either_order() {
        let mut writes = Writes::new();
        let names = ["z".to_owned(), "a".to_owned()];
        let keys = json!({ "a": { "S": "1" }, "z": { "S": "2" } });
        let item = Item { table: "t".into(), key: digest::key(&keys, &names).unwrap() };
        begin(&mut writes, 1, &[(item, Change::Update)]);
        let record = json!({ "eventName": "MODIFY", "dynamodb": { "Keys": keys, "SequenceNumber": "1" } });
        assert_eq!(writer(&mut writes, &record), 1);
    }
}
