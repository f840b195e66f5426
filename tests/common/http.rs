//! The HTTP client of the tests' own DynamoDB client: reqwest, which the tests use anyway. The SDK's default client would
//! bring HTTP/2 and another TLS configuration into the build, and all that depends on hyper would be built twice.

use aws_sdk_dynamodb::config::RuntimeComponents;
use aws_sdk_dynamodb::config::http::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

#[derive(Debug, Clone, Default)]
pub struct Http(reqwest::Client);

impl HttpClient for Http {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Http {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(send(self.0.clone(), request))
    }
}

async fn send(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let (head, body) = request.into_parts();
    let body = body.bytes().expect("a body in memory").to_vec();
    // A connection that fails is a reason to try again, as with the SDK's own client.
    let io = |error: reqwest::Error| ConnectorError::io(error.into());
    let answer = client.request(head.method, head.uri.to_string()).headers(head.headers).body(body).send();
    let answer = answer.await.map_err(io)?;
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let body = answer.bytes().await.map_err(io)?;
    let mut response = HttpResponse::new(status.try_into().expect("a status"), SdkBody::from(body));
    for (name, value) in &headers {
        response.headers_mut().append(name.to_string(), value.to_str().expect("ASCII").to_owned());
    }
    Ok(response)
}
