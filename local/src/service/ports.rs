//! The ports of a service. They are opened first, since the template is read with their URLs.

use super::store::Store;
use crate::base::error::StartError;
use crate::base::listen::Listeners;
use crate::base::options::Options;

/// The URLs of a service's parts.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub api: String,
    /// The port in `api`.
    pub port: u16,
    pub dynamodb: String,
    pub eventbridge: String,
    pub sqs: String,
    pub lambda: String,
}

/// The listeners of a service.
pub(super) struct Ports {
    pub addresses: Addresses,
    pub api: Listeners,
    /// EventBridge and SQS.
    pub aws: Listeners,
    pub lambda: Listeners,
    /// `None` where another server is the database.
    pub dynamodb: Option<Listeners>,
}

impl Ports {
    /// Opens all ports. A second service in a folder conflicts with the first on ports and data: the error is about the
    /// data, since other ports alone would not help.
    pub(super) fn open(options: &Options) -> Result<Self, StartError> {
        Self::try_open(options).map_err(|error| Store::refusal(&options.data).unwrap_or(error))
    }

    fn try_open(options: &Options) -> Result<Self, StartError> {
        let host = options.host;
        let api = Listeners::open("the API", "--port", host, options.port)?;
        let aws = Listeners::open("the AWS endpoint", "--port", host, 0)?;
        let lambda = Listeners::open("Lambda's API", "--port", host, 0)?;
        let dynamodb = match options.dynamodb_endpoint {
            Some(_) => None,
            None => Some(Listeners::open("the database", "--dynamodb-port", host, options.dynamodb_port)?),
        };
        let other = || options.dynamodb_endpoint.clone().unwrap_or_default();
        let addresses = Addresses {
            api: api.url(),
            port: api.port(),
            dynamodb: dynamodb.as_ref().map_or_else(other, Listeners::url),
            eventbridge: aws.url(),
            sqs: aws.url(),
            lambda: lambda.url(),
        };
        Ok(Self { addresses, api, aws, lambda, dynamodb })
    }
}
