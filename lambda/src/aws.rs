//! How functions talk to AWS: one place that builds the SDK's configuration.
//!
//! A Lambda function's region, credentials and endpoints are in its environment; the SDK's search through profiles,
//! single sign-on and metadata services is not needed, and costs time in every cold start.
//!
//! A client of DynamoDB is an [`Init`](super::Init), and so is a [`Table`]; a client of another service is made from
//! [`Service::config`].

mod client;
mod error;
mod table;

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_runtime::user_agent::UserAgentInterceptor;
use aws_sdk_dynamodb::config::interceptors::BeforeSerializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, SharedCredentialsProvider};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::{disable_interceptor, dyn_dispatch_hint};
use lambda_http::tracing::warn;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::time::timeout;

/// The SDK for DynamoDB, of the version whose `Client` is an [`Init`](super::Init).
pub use aws_sdk_dynamodb as dynamodb;

pub use self::error::CallError;
pub use self::table::Table;
use super::https::Https;
use super::{InitError, roots};

/// The longest pause before a second attempt, twice that before a third; the SDK draws one up to it. It is AWS's own since
/// 2026, which the SDK does not follow by itself yet: it would pause for up to a second
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>).
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The configuration for one service, `service` being its name in `AWS_ENDPOINT_URL_<SERVICE>`
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
///
/// # Errors
/// As [`Service::from_environment`].
pub fn config(service: &str) -> Result<SdkConfig, InitError> {
    Service::from_environment(service).map(|service| service.config)
}

/// One service of AWS, as this function reaches it.
#[derive(Debug)]
pub struct Service {
    config: SdkConfig,
    http: Https,
}

impl Service {
    /// From the environment that Lambda sets, `name` being the service's in `AWS_ENDPOINT_URL_<NAME>`.
    ///
    /// Time limits: 1 s to connect, 2 s an attempt, 3 attempts within 5 s, so that a function answers 503 before API
    /// Gateway or Lambda give up on it.
    ///
    /// # Errors
    /// Without `AWS_REGION`, or when `AWS_CA_BUNDLE` names a file that holds no certificates.
    pub fn from_environment(name: &str) -> Result<Self, InitError> {
        let region = super::variable("AWS_REGION")?;
        let endpoint = set(&format!("AWS_ENDPOINT_URL_{name}")).or_else(|| set("AWS_ENDPOINT_URL"));
        let roots = if endpoint.as_deref().is_some_and(is_plain) { RootCertStore::empty() } else { trust()? };
        let http = Https::new(roots).map_err(|error| InitError::new(format!("TLS cannot be set up: {error}")))?;
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(5))
            .build();
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
            .http_client(http.shared())
            .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(FIRST_PAUSE))
            .timeout_config(timeouts)
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        config.set_endpoint_url(endpoint);
        Ok(Self { config: config.build(), http })
    }

    /// What a client is made from.
    #[must_use]
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Opens a connection to `url`, so that the first request of a cold function pays for no handshake: the init phase
    /// has a whole processor, whatever the function's memory.
    ///
    /// No more than the handshakes: a request would cost another round trip, and a permission if it were signed. Where it
    /// fails, in at most a second, or as long as the system's resolver waits for an answer, the function starts all the
    /// same: the first request connects then, with the SDK's retries.
    pub async fn connect(&self, url: &str) {
        if is_plain(url) {
            return;
        }
        match timeout(Duration::from_secs(1), self.http.open(url)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!(cause = super::causes(error.as_ref()), "no connection in the init phase"),
            Err(_) => warn!(cause = "it took more than a second", "no connection in the init phase"),
        }
    }
}

/// Keeps the SDK from describing itself in two headers, which it composes anew for each request and signs one of: a
/// twentieth of a warm request's instructions. The HTTP client names the service instead.
#[derive(Debug)]
pub struct NoUserAgent;

#[dyn_dispatch_hint]
impl Intercept for NoUserAgent {
    fn name(&self) -> &'static str {
        "NoUserAgent"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        bag.interceptor_state().store_put(disable_interceptor::<UserAgentInterceptor>("the HTTP client has one"));
        Ok(())
    }
}

/// On one machine there is no handshake that would be worth a request.
fn is_plain(url: &str) -> bool {
    url.starts_with("http://")
}

/// Amazon's roots, or in their place what `AWS_CA_BUNDLE` names.
fn trust() -> Result<RootCertStore, InitError> {
    let mut trusted = RootCertStore::empty();
    let Some(path) = set("AWS_CA_BUNDLE") else {
        for root in roots::amazon() {
            let unusable = |error| InitError::new(format!("a root certificate cannot be used: {error}"));
            trusted.add(root).map_err(unusable)?;
        }
        return Ok(trusted);
    };
    let wrong = |what: &str| InitError::new(format!("AWS_CA_BUNDLE names {path}, which {what}"));
    let bundle = std::fs::read(&path).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    for certificate in CertificateDer::pem_slice_iter(&bundle) {
        let certificate = certificate.map_err(|error| wrong(&format!("is not PEM: {error}")))?;
        trusted.add(certificate).map_err(|error| wrong(&format!("holds a certificate of no use: {error}")))?;
    }
    if trusted.is_empty() {
        return Err(wrong("holds no certificate in PEM"));
    }
    Ok(trusted)
}

fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
