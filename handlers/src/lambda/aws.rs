//! How functions talk to AWS: one place that builds the SDK's configuration.
//!
//! A Lambda function's region, credentials and endpoints are in its environment; the SDK's search through profiles,
//! single sign-on and metadata services is not needed, and costs time in every cold start.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::SharedCredentialsProvider;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};

use super::InitError;

/// The root certificates behind Amazon's endpoints (<https://www.amazontrust.com/repository/>): Amazon Root CA 1 to 4
/// and Starfield Services Root Certificate Authority - G2. Parsing the system's hundred and more would be most of a
/// function's init. A test holds that none has expired.
pub const AMAZON_ROOTS: &str = include_str!("amazon-roots.pem");

/// The longest pause before a second attempt, twice that before a third; the SDK draws one up to it. It is AWS's own since
/// 2026, which the SDK does not follow by itself yet: it would pause for up to a second
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>).
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The configuration for one service, `service` being its name in `AWS_ENDPOINT_URL_<SERVICE>`
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
///
/// Time limits: 1 s to connect, 2 s an attempt, 3 attempts within 5 s, so that a function answers 503 before API
/// Gateway or Lambda give up on it.
///
/// # Errors
/// Without `AWS_REGION`, or when `AWS_CA_BUNDLE` names a file that cannot be read.
pub fn config(service: &str) -> Result<SdkConfig, InitError> {
    let region = super::variable("AWS_REGION")?;
    let endpoint = set(&format!("AWS_ENDPOINT_URL_{service}")).or_else(|| set("AWS_ENDPOINT_URL"));
    let plain = endpoint.as_deref().is_some_and(|url| url.starts_with("http://"));
    let http = if plain {
        Builder::new().build_http()
    } else {
        Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(trust()?).build_https()
    };
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(5))
        .build();
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .http_client(http)
        .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(FIRST_PAUSE))
        .timeout_config(timeouts)
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    config.set_endpoint_url(endpoint);
    Ok(config.build())
}

fn trust() -> Result<TlsContext, InitError> {
    let roots = match set("AWS_CA_BUNDLE") {
        Some(path) => {
            let wrong = |what: &str| InitError::new(format!("AWS_CA_BUNDLE names {path}, which {what}"));
            let bundle = std::fs::read_to_string(&path).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
            if !bundle.contains("-----BEGIN CERTIFICATE-----") {
                return Err(wrong("holds no certificate in PEM"));
            }
            bundle
        }
        None => AMAZON_ROOTS.to_owned(),
    };
    TlsContext::builder()
        .with_trust_store(TrustStore::empty().with_pem_certificate(roots))
        .build()
        .map_err(|error| InitError::new(format!("the root certificates cannot be used: {error}")))
}

fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use x509_parser::pem::Pem;

    use super::*;

    #[test]
    fn no_root_has_expired() {
        let roots: Vec<_> = Pem::iter_from_buffer(AMAZON_ROOTS.as_bytes()).map(|pem| pem.unwrap()).collect();
        let names: Vec<_> = roots
            .iter()
            .map(|pem| {
                let root = pem.parse_x509().unwrap();
                assert!(root.validity().is_valid(), "{} has run out", root.subject());
                assert!(root.is_ca() && root.subject() == root.issuer(), "{} is no root", root.subject());
                root.subject().iter_common_name().next().unwrap().as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(
            names,
            [
                "Amazon Root CA 1",
                "Amazon Root CA 2",
                "Amazon Root CA 3",
                "Amazon Root CA 4",
                "Starfield Services Root Certificate Authority - G2"
            ]
        );
    }
}
