//! The function of the queue of webhooks.

use handlers::prelude::*;

/// Send an event to the webhook's address, signed.
///
/// An event that is not delivered is tried again by the schedule in docs/webhooks.md.
#[handler(queue, concurrency = 10)]
async fn deliver_webhooks(webhook: &Webhook, message: Message<Published>) -> Result<(), DeliveryError> {
    webhook.deliver(message).await
}
