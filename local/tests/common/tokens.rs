//! A service with an authorizer.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local::{Options, Service};
use serde_json::Value;

use super::{Answer, Client, Scratch};

/// The authorizer is on when there is an `issuer`. Its routes accept any token, or one with a scope.
pub(crate) const GUARDED: &str = "
service: shop
provider:
  name: aws
  httpApi:
    cors: true
    authorizers: ${self:custom.open.${self:custom.caller}.authorizers, self:custom.guarded}
custom:
  caller: ${param:issuer, 'everyone'}
  open: { everyone: { authorizers: {}, authorizer: '' } }
  guarded:
    jwt: { type: jwt, identitySource: $request.header.Authorization, issuerUrl: '${param:issuer}', audience: '${param:audience}' }
  any: ${self:custom.open.${self:custom.caller}.authorizer, 'jwt'}
  read: ${self:custom.open.${self:custom.caller}.authorizer, self:custom.scoped}
  scoped: { name: jwt, scopes: [shop/read, shop/admin] }
functions:
  do:
    handler: misbehave
    events:
      - httpApi: GET /open/{x}
      - httpApi: { method: POST, path: /any, authorizer: '${self:custom.any}' }
      - httpApi: { method: GET, path: '/things/{x}', authorizer: '${self:custom.read}' }
      - httpApi: { method: GET, path: '/users/{user}/things', authorizer: '${self:custom.read}' }
";

pub(crate) fn guarded(scratch: &Scratch) -> Options {
    Options { auth: true, ..scratch.options(GUARDED) }
}

pub(crate) async fn ask(service: &Service, authorization: &str) -> Answer {
    let header = format!("authorization: {authorization}\r\n");
    Client::new(&service.url()).request("GET", "/things/1", &header, "").await
}

/// The header of a token, or its claims.
pub(crate) fn part(token: &str, index: usize) -> Value {
    let part = URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap();
    serde_json::from_slice(&part).unwrap()
}
