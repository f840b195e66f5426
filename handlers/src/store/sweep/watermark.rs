//! The watermark: how far the timers are swept.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda::tracing::warn;
use serde::{Deserialize, Serialize};

use super::FIRST;
use crate::booking::{BookingError, Timestamp};
use crate::store::Bookings;
use crate::store::errors::classify;
use crate::store::item::{key, read, write};

/// A sweep looks at this many shards of each minute, or more. So a deployment with fewer shards than the one before,
/// such as a rollback, still finds all timers.
pub(in crate::store) const FEWEST_SHARDS: u32 = 16;

const PK: &str = "SWEEP";
const SK: &str = "WATERMARK";

/// How far the timers are swept. Of two concurrent sweeps either may be the last to replace it, since each writes only
/// what is true for it. But a sweep of fewer shards has not seen all timers: it leaves the watermark as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Watermark {
    /// The first minute to sweep, counted since the Unix epoch.
    pub(super) next: i64,
    /// The highest number of shards that a sweep of this table was ever configured with, and at least
    /// [`FEWEST_SHARDS`].
    pub(super) shards: u32,
}

#[derive(Serialize)]
struct WatermarkItem {
    pk: &'static str,
    sk: &'static str,
    #[serde(flatten)]
    watermark: Watermark,
}

impl Bookings {
    /// The watermark, for a sweep at `now`.
    pub(super) async fn watermark(&self, now: Timestamp) -> Result<Watermark, BookingError> {
        let minute = now.seconds().div_euclid(60);
        let request = self.client.get_item().table_name(&self.table).consistent_read(true);
        let answer = request.set_key(Some(key(PK.to_owned(), SK))).send().await.map_err(classify)?;
        let stored = answer.item.and_then(|item| {
            let watermark = read::<Watermark>(item);
            watermark.inspect_err(|_| warn!("the watermark cannot be read: the last hour is swept")).ok()
        });
        let fewest = self.shards.max(self.fewest_swept);
        Ok(match stored {
            Some(Watermark { next, shards }) => Watermark { next, shards: shards.max(fewest) },
            None => Watermark { next: minute - FIRST, shards: fewest },
        })
    }

    /// Stores the watermark. Returns `false` if a sweep of more shards has stored one since this sweep has read it.
    pub(super) async fn set_watermark(&self, watermark: &Watermark) -> Result<bool, BookingError> {
        let item = write(&WatermarkItem { pk: PK, sk: SK, watermark: *watermark })?;
        let request = self.client.put_item().table_name(&self.table).set_item(Some(item));
        // Also true where there is no number to compare with.
        let request = request
            .condition_expression("NOT (#shards > :shards)")
            .expression_attribute_names("#shards", "shards")
            .expression_attribute_values(":shards", AttributeValue::N(watermark.shards.to_string()));
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                Ok(false)
            }
            Err(error) => Err(classify(error)),
        }
    }
}
