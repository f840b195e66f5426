//! `stream` events: an event source mapping between a table's stream and a function.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html>

use std::time::Duration;

use serde_json::{Map, Value};

use super::event::Event;
use super::intrinsics::Intrinsics;
use super::members::Members;
use super::resources::QUEUE;
use super::{Table, TemplateError, queues};
use crate::base::pattern::Pattern;

/// An event source mapping of a stream.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StreamMapping {
    /// The table of the stream.
    pub table: String,
    pub batch_size: usize,
    /// `MaximumBatchingWindowInSeconds`.
    pub batch_window: Duration,
    pub starting_position: StartingPosition,
    /// A record passes when one of them matches, or when there is none.
    pub patterns: Vec<Pattern>,
    /// `None` retries until the record expires.
    pub maximum_retries: Option<u64>,
    pub maximum_age: Option<Duration>,
    pub bisect: bool,
    /// `ReportBatchItemFailures`.
    pub report_failures: bool,
    /// The queue for discarded records.
    pub on_failure: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StartingPosition {
    TrimHorizon,
    Latest,
}

pub(super) fn read(
    value: &Value,
    place: &str,
    intrinsics: &Intrinsics<'_>,
    tables: &[Table],
) -> Result<Event, TemplateError> {
    let empty = Map::new();
    let (arn, members) = match value {
        Value::String(_) => (value, &empty),
        Value::Object(members) => (members.get("arn").unwrap_or(&Value::Null), members),
        _ => (&Value::Null, &empty),
    };
    let members = Members { members, place };
    if members.boolean("enabled", true)? {
        if members.text("type").is_some_and(|kind| kind != "dynamodb") {
            return Ok(Event::Unsupported("a Kinesis stream".to_owned()));
        }
    } else {
        return Ok(Event::Off);
    }
    let table = table(&intrinsics.resolve(arn, &format!("{place}.arn"))?, place, tables)?;
    let unlimited = |number: i64| u64::try_from(number).ok();
    Ok(Event::Stream(StreamMapping {
        table,
        batch_size: usize::try_from(members.number("batchSize", 1..=10_000, 100)?).unwrap_or(100),
        batch_window: Duration::from_secs(members.number("batchWindow", 0..=300, 0)?.unsigned_abs()),
        starting_position: match members.text("startingPosition") {
            None | Some("TRIM_HORIZON") => StartingPosition::TrimHorizon,
            Some("LATEST") => StartingPosition::Latest,
            Some(other) => {
                let reason = format!("is `{other}`; a DynamoDB stream starts at TRIM_HORIZON or LATEST");
                return Err(TemplateError::at(format!("{place}.startingPosition"), reason));
            }
        },
        patterns: members.patterns()?,
        maximum_retries: unlimited(members.number("maximumRetryAttempts", -1..=10_000, -1)?),
        maximum_age: unlimited(members.number("maximumRecordAgeInSeconds", -1..=604_800, -1)?).map(Duration::from_secs),
        bisect: members.boolean("bisectBatchOnFunctionError", false)?,
        report_failures: members.reports_failures()?,
        on_failure: on_failure(value, place, intrinsics)?,
    }))
}

/// The table of a stream's ARN.
fn table(arn: &Value, place: &str, tables: &[Table]) -> Result<String, TemplateError> {
    let place = format!("{place}.arn");
    let name = arn.as_str().and_then(|arn| arn.split_once(":table/")).and_then(|(_, rest)| rest.split('/').next());
    let Some(name) = name else {
        return Err(TemplateError::at(
            place,
            "is not the ARN of a table's stream; write `Fn::GetAtt: [Table, StreamArn]`",
        ));
    };
    match tables.iter().find(|table| table.name == name) {
        Some(Table { stream: Some(_), .. }) => Ok(name.to_owned()),
        Some(_) => {
            Err(TemplateError::at(place, format!("is the stream of `{name}`, which has no `StreamSpecification`")))
        }
        None => Err(TemplateError::at(place, format!("is the stream of `{name}`, which is not among the resources"))),
    }
}

/// The queue of `destinations.onFailure`, if it is one of the template. The value is an ARN, or an object with one.
fn on_failure(value: &Value, place: &str, intrinsics: &Intrinsics<'_>) -> Result<Option<String>, TemplateError> {
    let Some(written) = value.pointer("/destinations/onFailure").filter(|written| !written.is_null()) else {
        return Ok(None);
    };
    if written.get("type").is_some_and(|kind| kind != "sqs") {
        return Ok(None);
    }
    let arn = written.get("arn").unwrap_or(written);
    let arn = intrinsics.resolve(arn, &format!("{place}.destinations.onFailure"))?;
    let names = intrinsics.names(QUEUE)?;
    Ok(arn.as_str().and_then(|arn| queues::named_by(arn, &names)).map(ToOwned::to_owned))
}
