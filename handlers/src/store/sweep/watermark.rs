//! The watermark: how far the timers are swept.

use std::sync::atomic::Ordering;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda::tracing::warn;
use serde::{Deserialize, Serialize};

use super::FIRST;
use crate::booking::{BookingError, Timestamp};
use crate::store::Bookings;
use crate::store::errors::classify;
use crate::store::item::{key, read, write};

/// A sweep looks at this many shards of each minute, or more. A timer is in a higher one only if the watermark says that
/// sweeps look at it. So a deployment with other shards than the one before, such as a rollback, still finds all timers.
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
    /// [`FEWEST_SHARDS`]. Creates rely on it: every later sweep looks at so many.
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
        let stored = self.stored_watermark().await?.and_then(|watermark| {
            watermark.inspect_err(|_| warn!("the watermark cannot be read: the last hour is swept")).ok()
        });
        let fewest = self.shards.max(self.fewest_swept);
        Ok(match stored {
            Some(Watermark { next, shards }) => Watermark { next, shards: shards.max(fewest) },
            None => Watermark { next: minute - FIRST, shards: fewest },
        })
    }

    async fn stored_watermark(&self) -> Result<Option<Result<Watermark, BookingError>>, BookingError> {
        let request = self.client.get_item().table_name(&self.table).consistent_read(true);
        let answer = request.set_key(Some(key(PK.to_owned(), SK))).send().await.map_err(classify)?;
        Ok(answer.item.map(read::<Watermark>))
    }

    /// The number of shards over which new timers are spread: that of this deployment, as soon as a sweep has stored that it
    /// looks at so many. Until then, and where that cannot be read, it is the number at which every sweep looks.
    ///
    /// With [`FEWEST_SHARDS`] or fewer it reads nothing.
    pub(in crate::store) async fn open_shards(&self) -> u32 {
        let known = self.swept.load(Ordering::Relaxed).max(self.fewest_swept);
        if self.shards <= known {
            return self.shards;
        }
        let stored = self.stored_watermark().await.ok().flatten().and_then(Result::ok);
        let swept = stored.map_or(known, |watermark| watermark.shards.max(known));
        // The stored number never becomes smaller.
        self.swept.fetch_max(swept, Ordering::Relaxed);
        self.shards.min(swept)
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
