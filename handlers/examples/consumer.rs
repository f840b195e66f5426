//! Consumer of `ReminderDue` that acts on each reminder once: a Lambda function behind an SQS queue, to which a rule on
//! the bus sends reminders. Copy it; docs/events.md has the rule.
//!
//! It needs a table of its own (`SEEN_TABLE`) with the string key `id` and TTL on `ttl`.
//!
//! "Once" has a limit, since the action and the note of it are two steps: if the function ends between them, the reminder
//! comes again and is acted on again. None is lost. Of two copies at the same time, one is acted on: the other one fails, and
//! comes again when the first is done.

use handlers::prelude::*;
use lambda::aws::dynamodb::types::AttributeValue::{Bool, N, S};
use lambda::aws::{CallError, Table};
use lambda::{Init, InitError};

/// Longer than the time in which a duplicate can arrive: the stream keeps a record for a day.
const REMEMBERED_SECONDS: i64 = 2 * 24 * 60 * 60;
/// At least the function's timeout: after this time, the one who claimed a reminder has ended without acting on it.
const CLAIMED_SECONDS: i64 = 30;

/// Remind of what starts soon.
#[handler(queue, concurrency = 1)]
async fn consumer(Seen(table): &Seen, message: Message<BusEvent<Reminder>>) -> Result<(), CallError> {
    let reminder = message.body.detail;
    let id = || S(reminder.id.clone());
    let after = |seconds: i64| N((Timestamp::now().seconds() + seconds).to_string());
    let known = table.get_item().key("id", id()).consistent_read(true).send().await?.item;
    if known.is_some_and(|item| item.contains_key("done")) {
        return Ok(());
    }
    let claim = table
        .put_item()
        .item("id", id())
        .item("claimed_until", after(CLAIMED_SECONDS))
        .item("ttl", after(REMEMBERED_SECONDS))
        .condition_expression("attribute_not_exists(id) OR claimed_until < :now")
        .expression_attribute_values(":now", after(0));
    claim.send().await?;
    remind(&reminder);
    let done = table.put_item().item("id", id()).item("done", Bool(true)).item("ttl", after(REMEMBERED_SECONDS));
    done.send().await?;
    Ok(())
}

/// Replace with your own action, such as sending a mail.
fn remind(reminder: &Reminder) {
    println!("remind of what starts at {}", reminder.start_time);
}

/// The members of the event's detail that the consumer uses.
#[derive(Deserialize)]
struct Reminder {
    id: String,
    start_time: String,
}

/// The reminders that were acted on, or are just now.
struct Seen(Table);

impl Init for Seen {
    const VARIABLES: &'static [&'static str] = &["SEEN_TABLE"];

    async fn init() -> Result<Self, InitError> {
        Table::of_variable("SEEN_TABLE").await.map(Self)
    }
}
