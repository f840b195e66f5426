//! Webhooks: events of the bus, signed and sent to one address, by the convention of
//! [Standard Webhooks](https://www.standardwebhooks.com).

mod address;
mod client;
mod payload;
mod schedule;
mod secret;
mod signature;

use std::sync::Arc;

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use lambda::metrics::{self, Metric};
use lambda::tracing::{error, info, warn};
use lambda::{Init, InitError, Message, Problem, variable};

use self::address::Address;
use self::client::{Client, Reason};
pub use self::payload::Published;
use self::schedule::pause;
use self::secret::Secret;
use self::signature::signatures;
use crate::surroundings::{Machine, Surroundings};

/// Events that the address has taken.
const DELIVERED: Metric = Metric::count("WebhooksDelivered");
/// Tries that have failed.
const FAILED: Metric = Metric::count("WebhooksFailed");
/// Events whose last try has failed. Their messages move to the dead-letter queue.
const GIVEN_UP: Metric = Metric::count("WebhooksGivenUp");

/// The address of webhooks, and the secrets that sign them.
#[derive(Clone)]
pub struct Webhook {
    client: Client,
    /// While one secret replaces another, the new one and the old one.
    secrets: Vec<Secret>,
    user_agent: HeaderValue,
    surroundings: Arc<dyn Surroundings>,
}

/// The address did not take the event.
#[derive(Debug, Problem)]
pub enum DeliveryError {
    /// The address did not take the event. The message comes again when `seconds` have passed.
    #[problem(status = 502, type = "webhook-not-delivered", title = "Webhook not delivered")]
    NotDelivered {
        /// Seconds until the next try; 0 after the last one, so that SQS moves the message to the dead letters at once.
        #[problem(retry_after)]
        seconds: u32,
    },
}

/// Reads `WEBHOOK_URL`, `WEBHOOK_SECRET`, and `WEBHOOK_SECRET_NEXT` if it is set: the secret that replaces the other one.
impl Init for Webhook {
    const VARIABLES: &'static [&'static str] = &["WEBHOOK_URL", "WEBHOOK_SECRET"];

    async fn init() -> Result<Self, InitError> {
        let next = std::env::var("WEBHOOK_SECRET_NEXT").ok().filter(|next| !next.is_empty());
        let service = std::env::var("SERVICE_NAME").ok().filter(|name| !name.is_empty());
        let service = service.as_deref().unwrap_or(env!("CARGO_PKG_NAME"));
        Self::new(&variable("WEBHOOK_URL")?, &variable("WEBHOOK_SECRET")?, next.as_deref(), service)
    }
}

impl Webhook {
    fn new(url: &str, secret: &str, next: Option<&str>, service: &str) -> Result<Self, InitError> {
        // The values are not repeated: an init error is in the log.
        let wrong = |name: &'static str| move |what: &str| InitError::new(format!("{name} {what}"));
        let address = Address::parse(url).map_err(wrong("WEBHOOK_URL"))?;
        let next = next.map(|next| Secret::parse(next).map_err(wrong("WEBHOOK_SECRET_NEXT"))).transpose()?;
        let present = Secret::parse(secret).map_err(wrong("WEBHOOK_SECRET"))?;
        let agent = format!("{service}/{}", env!("CARGO_PKG_VERSION"));
        Ok(Self {
            client: Client::new(address)?,
            secrets: next.into_iter().chain([present]).collect(),
            user_agent: HeaderValue::try_from(agent).unwrap_or(HeaderValue::from_static(env!("CARGO_PKG_NAME"))),
            surroundings: Arc::new(Machine),
        })
    }

    /// Sends an event to the address. A status of 2xx within ten seconds is a delivery.
    ///
    /// # Errors
    /// When it was not delivered. The error has the time of the next try.
    pub async fn deliver(&self, message: Message<Published>) -> Result<(), DeliveryError> {
        let event = &message.body;
        let id = payload::id(event).unwrap_or_else(|| message.id.clone());
        let kind = payload::kind(&event.0.detail_type);
        let host = self.client.address.host.as_str();
        let tried = message.receives;
        let sent = match self.request(&id, payload::body(event)) {
            Ok(request) => self.client.post(request).await,
            Err(reason) => Err(reason),
        };
        let reason = match sent {
            Ok(status) => {
                info!(id, kind, tried, host, status = status.as_u16(), "delivered");
                metrics::count(DELIVERED, 1);
                return Ok(());
            }
            Err(reason) => reason,
        };
        metrics::count(FAILED, 1);
        let next = pause(tried);
        if let Some(seconds) = next {
            warn!(id, kind, tried, host, reason = reason.name(), status = reason.status(), seconds, "not delivered");
        } else {
            error!(id, kind, tried, host, reason = reason.name(), status = reason.status(), "given up");
            metrics::count(GIVEN_UP, 1);
        }
        Err(DeliveryError::NotDelivered { seconds: next.unwrap_or_default() })
    }

    fn request(&self, id: &str, body: String) -> Result<Request<Full<Bytes>>, Reason> {
        let now = self.surroundings.now().seconds();
        Request::post(&self.client.address.target)
            .header(HOST, &self.client.address.authority)
            .header(CONNECTION, "close")
            .header(USER_AGENT, &self.user_agent)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", now)
            .header("webhook-signature", signatures(&self.secrets, id, now, &body))
            .body(Full::from(body))
            // Every value is checked before: the address when it is parsed, the id when it is taken.
            .map_err(|_| Reason::Broken)
    }
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("address", &self.client.address).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
