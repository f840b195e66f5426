//! Configuration of the AWS SDK: region, credentials, endpoints, time limits and TLS roots.
//!
//! A Lambda function's region, credentials and endpoints are in its environment. The SDK's search through profiles,
//! single sign-on and metadata services is not needed, and costs time in every cold start.
//!
//! A client of DynamoDB is an [`Init`](super::Init), and so is a [`Table`]; a client of another service is made from
//! [`Service::config`].

mod client;
mod credentials;
mod error;
mod table;

use std::time::Duration;

use aws_runtime::user_agent::UserAgentInterceptor;
use aws_sdk_dynamodb::config::interceptors::BeforeSerializationInterceptorContextRef;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, ConfigBag, Intercept, Region, SharedCredentialsProvider, StalledStreamProtectionConfig,
};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::{disable_interceptor, dyn_dispatch_hint};
use aws_types::SdkConfig;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::time::timeout;
use tracing::warn;

/// The SDK for DynamoDB, of the version whose `Client` is an [`Init`](super::Init).
pub use aws_sdk_dynamodb as dynamodb;

use self::credentials::EnvironmentCredentials;
pub use self::error::CallError;
pub use self::table::Table;
use super::https::Https;
use super::{InitError, roots};

/// Upper bound of the pause before the second attempt; it doubles before the third. The SDK draws a random pause up to
/// it.
///
/// 50 ms is AWS's own default since 2026. The SDK does not use it by itself yet: it would pause for up to a second
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>).
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// Builds the configuration for one service. `service` is its name in `AWS_ENDPOINT_URL_<SERVICE>`
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
///
/// # Errors
/// As [`Service::from_environment`].
pub fn config(service: &str) -> Result<SdkConfig, InitError> {
    Service::from_environment(service).map(|service| service.config)
}

/// Configuration of every client, whatever its environment: behavior version, retries and time limits.
///
/// Time limits: 2 s an attempt, 3 attempts within 5 s. A function can then answer 503 before API Gateway or Lambda give
/// up on it. Connecting is limited by the HTTP client, to 1 s.
#[must_use]
pub fn defaults() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(5))
        .build();
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(FIRST_PAUSE))
        .timeout_config(timeouts)
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}

/// An AWS service: the SDK's configuration for it and the HTTP client that its connections belong to.
#[derive(Debug)]
pub struct Service {
    config: SdkConfig,
    http: Https,
}

impl Service {
    /// Reads the environment that Lambda sets. `name` is the service's name in `AWS_ENDPOINT_URL_<NAME>`.
    ///
    /// # Errors
    /// Without `AWS_REGION`, or when `AWS_CA_BUNDLE` names a file that holds no certificates.
    pub fn from_environment(name: &str) -> Result<Self, InitError> {
        let region = super::variable("AWS_REGION")?;
        let endpoint = set(&format!("AWS_ENDPOINT_URL_{name}")).or_else(|| set("AWS_ENDPOINT_URL"));
        let roots = if endpoint.as_deref().is_some_and(is_plain) { RootCertStore::empty() } else { trust()? };
        let http = Https::new(roots).map_err(|error| InitError::new(format!("TLS cannot be set up: {error}")))?;
        let mut config = defaults()
            .into_builder()
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(EnvironmentCredentials))
            .http_client(http.shared());
        config.set_endpoint_url(endpoint);
        Ok(Self { config: config.build(), http })
    }

    /// The SDK's configuration, to build a client from.
    #[must_use]
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Opens a connection to `url` in the init phase, so that the first request of a cold start needs no handshake. The
    /// init phase has a whole processor, whatever the function's memory.
    ///
    /// Sends no request: that would cost another round trip, and a permission if it were signed.
    ///
    /// Gives up after a second, or after as long as the system's resolver takes. The function starts all the same: the
    /// first request connects then, with the SDK's retries.
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

/// Removes the SDK's two user agent headers. The SDK composes both anew for each request and signs one of them: a
/// twentieth of a warm request's instructions. The HTTP client sends `User-Agent` instead.
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

/// Whether `url` is reached without TLS, as on a developer's machine. Opening such a connection early saves no
/// handshake.
fn is_plain(url: &str) -> bool {
    url.starts_with("http://")
}

/// The trusted roots: the certificates in `AWS_CA_BUNDLE`, or Amazon's where it is not set.
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
