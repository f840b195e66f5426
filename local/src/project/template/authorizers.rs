//! Authorizers of the HTTP API.
//!
//! <https://www.serverless.com/framework/docs/providers/aws/events/http-api#jwt-authorizers>

use serde_json::{Map, Value};

use super::TemplateError;
use super::variables::Variables;

/// The authorization of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    pub authorizer: Authorizer,
    /// A token needs one of them. Empty: any token will do.
    pub scopes: Vec<String>,
}

/// The kind of authorizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Authorizer {
    Jwt(Jwt),
    /// An authorizer that cannot run on one machine, described by a phrase.
    Foreign(String),
}

/// A JWT authorizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Jwt {
    pub identity: Identity,
    pub issuer: String,
    pub audience: Vec<String>,
}

/// Where a request has its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    Header(String),
    Query(String),
}

/// The authorizers of the template, each read when a route names it.
pub(super) struct Authorizers<'a> {
    variables: &'a Variables,
    defined: Map<String, Value>,
}

const PLACE: &str = "provider.httpApi.authorizers";

impl<'a> Authorizers<'a> {
    pub(super) fn new(variables: &'a Variables) -> Result<Self, TemplateError> {
        Ok(Self { variables, defined: variables.members(PLACE)? })
    }

    /// Reads the `authorizer` of a route.
    pub(super) fn access(&self, value: Option<&Value>, place: &str) -> Result<Option<Access>, TemplateError> {
        let (name, members) = match value {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(name)) if name.is_empty() => return Ok(None),
            Some(Value::String(name)) => (Some(name.as_str()), None),
            Some(Value::Object(members)) => (members.get("name").and_then(Value::as_str), Some(members)),
            Some(_) => return Err(TemplateError::at(place, "is not an authorizer; write its name")),
        };
        let member = |member: &str| members.and_then(|members| members.get(member)).filter(|value| !value.is_null());
        let scopes = member("scopes").map(|scopes| texts(scopes, &format!("{place}.scopes"))).transpose()?;
        let kind = member("type").and_then(Value::as_str);
        let authorizer = match name {
            Some("aws_iam") => foreign("the authorizer `aws_iam`"),
            Some(name) => self.named(name, place)?,
            None if kind == Some("aws_iam") => foreign("the authorizer `aws_iam`"),
            None if member("id").is_some() => foreign("an authorizer from outside of the template"),
            None => return Err(TemplateError::at(place, "needs a `name`, one of `provider.httpApi.authorizers`")),
        };
        Ok(Some(Access { authorizer, scopes: scopes.unwrap_or_default() }))
    }

    fn named(&self, name: &str, place: &str) -> Result<Authorizer, TemplateError> {
        let Some(value) = self.defined.get(name) else {
            return Err(TemplateError::at(place, format!("names `{name}`, which is not among `{PLACE}`")));
        };
        let place = format!("{PLACE}.{name}");
        let value = self.variables.resolve(value, &place)?;
        match value.get("type").and_then(Value::as_str) {
            None | Some("jwt") => {}
            Some(kind) => return Ok(foreign(&format!("the authorizer `{name}` of the type `{kind}`"))),
        }
        let needed = |member: &str| {
            let value = value.get(member).filter(|value| !value.is_null());
            value.ok_or_else(|| TemplateError::at(&place, format!("needs `{member}`")))
        };
        let issuer = match needed("issuerUrl")? {
            Value::String(issuer) => issuer.clone(),
            // Such as a reference to a user pool of the template. It is never the local issuer.
            other => other.to_string(),
        };
        let audience = texts(needed("audience")?, &format!("{place}.audience"))?;
        let identity = match value.get("identitySource").filter(|value| !value.is_null()) {
            None => Identity::Header("Authorization".to_owned()),
            Some(source) => identity(source).ok_or_else(|| {
                let reason = "is not `$request.header.<name>` or `$request.querystring.<name>`";
                TemplateError::at(format!("{place}.identitySource"), reason)
            })?,
        };
        Ok(Authorizer::Jwt(Jwt { identity, issuer, audience }))
    }
}

fn foreign(what: &str) -> Authorizer {
    Authorizer::Foreign(what.to_owned())
}

/// A JWT authorizer has one identity source.
fn identity(source: &Value) -> Option<Identity> {
    let source = match source {
        Value::Array(sources) if sources.len() == 1 => &sources[0],
        other => other,
    };
    let (kind, name) = source.as_str()?.strip_prefix("$request.")?.split_once('.')?;
    match kind {
        _ if name.is_empty() => None,
        "header" => Some(Identity::Header(name.to_owned())),
        "querystring" => Some(Identity::Query(name.to_owned())),
        _ => None,
    }
}

/// A string, or a list of strings. A value that only the cloud can resolve stays as written, and matches nothing.
fn texts(value: &Value, place: &str) -> Result<Vec<String>, TemplateError> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match value {
        Value::Array(items) => Ok(items.iter().map(text).collect()),
        Value::String(_) | Value::Object(_) => Ok(vec![text(value)]),
        _ => Err(TemplateError::at(place, "is not a text or a list of texts")),
    }
}
