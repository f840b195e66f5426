//! Deleting a booking.

use aws_sdk_dynamodb::types::AttributeValue;

use super::Bookings;
use super::attempts::Attempts;
use super::commit::{Write, delete};
use super::item::{BOOKING, key, partition};
use super::read::expect_version;
use crate::booking::{BookingError, BookingId, Caller, Day, IfMatch, Timestamp};

impl Bookings {
    /// Deletes the booking, its reminder and its claims, all or nothing. Where there is none, or
    /// none of the caller's, there is nothing to do.
    ///
    /// # Errors
    /// [`BookingError::VersionChanged`], [`BookingError::Contended`], or the store's.
    pub async fn delete(&self, id: BookingId, if_match: Option<IfMatch>, caller: &Caller) -> Result<(), BookingError> {
        let mut attempts = Attempts::default();
        let mut gone: Vec<Day> = Vec::new();
        loop {
            let Some(stored) = self.seen(id, caller).await? else { return Ok(()) };
            expect_version(&stored, if_match.as_ref())?;
            let version = stored.booking.version.to_string();
            let write = delete(key(partition(id), BOOKING))
                .condition_expression("#version = :version")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":version", AttributeValue::N(version));
            if self.leave(&stored.booking, Write::Delete(write), &mut gone, Timestamp::now()).await? {
                return Ok(());
            }
            attempts.pause().await?;
        }
    }
}
