//! A client of DynamoDB.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_types::SdkConfig;

use super::{NoUserAgent, Service};
use crate::trace::Subsegments;
use crate::{Init, InitError};

/// Connected in the init phase; each of its calls is a subsegment of a sampled invocation's trace. A handler borrows it as
/// `&Client`, or a type of the service's own asks for it in its own `init`.
impl Init for Client {
    async fn init() -> Result<Self, InitError> {
        let service = Service::from_environment("DYNAMODB")?;
        if let Some(url) = endpoint(service.config()).await {
            service.connect(&url).await;
        }
        let config = Builder::from(service.config()).interceptor(NoUserAgent).interceptor(Subsegments::default());
        Ok(Self::from_conf(config.build()))
    }
}

/// Where the client will send its requests.
async fn endpoint(config: &SdkConfig) -> Option<String> {
    let region = config.region().map(ToString::to_string);
    let params = Params::builder().set_region(region).set_endpoint(config.endpoint_url().map(str::to_owned)).build();
    Some(DefaultResolver::new().resolve_endpoint(&params.ok()?).await.ok()?.url().to_owned())
}
