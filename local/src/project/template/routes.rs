//! `httpApi` events: a method and a path, and the API's CORS settings.

use std::collections::BTreeSet;

use serde_json::Value;

use super::variables::Variables;
use super::{Access, Function, TemplateError};

/// A route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// `$default`: all requests without a route.
    Default { access: Option<Access> },
    /// A method and a path.
    Path { method: Method, path: String, segments: Vec<Segment>, access: Option<Access> },
}

/// The method of a route.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Method {
    Any,
    One(String),
}

/// A segment of a route's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    Literal(String),
    /// `{name}`: one non-empty segment.
    Parameter(String),
    /// `{name+}`: the rest of the path.
    Rest(String),
}

impl Route {
    /// API Gateway's route key: `GET /things/{id}`.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Default { .. } => "$default".to_owned(),
            Self::Path { method, path, .. } => format!("{} {path}", method.as_str()),
        }
    }

    /// The authorization; `None` where the route is open.
    pub(crate) fn access(&self) -> Option<&Access> {
        let (Self::Default { access } | Self::Path { access, .. }) = self;
        access.as_ref()
    }

    /// The key without parameter names. Two routes of one shape match the same requests.
    fn shape(&self) -> String {
        let Self::Path { method, segments, .. } = self else { return self.key() };
        let segments = segments.iter().map(|segment| match segment {
            Segment::Literal(text) => format!("/{text}"),
            Segment::Parameter(_) => "/{}".to_owned(),
            Segment::Rest(_) => "/{+}".to_owned(),
        });
        format!("{} {}", method.as_str(), segments.collect::<String>())
    }
}

impl Method {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Any => "ANY",
            Self::One(method) => method,
        }
    }
}

pub(super) fn read(value: &Value, access: Option<Access>, place: &str) -> Result<Route, TemplateError> {
    let text = |value: &Value| value.as_str().map(str::trim).map(ToOwned::to_owned);
    let (method, path) = match value {
        Value::String(route) => match route.trim().split_once(char::is_whitespace) {
            Some((method, path)) => (method.to_owned(), path.trim().to_owned()),
            None => ("*".to_owned(), route.trim().to_owned()),
        },
        Value::Object(members) => (
            members.get("method").and_then(text).unwrap_or_else(|| "*".to_owned()),
            members.get("path").and_then(text).unwrap_or_default(),
        ),
        _ => (String::new(), String::new()),
    };
    if path == "*" || path == "$default" {
        return Ok(Route::Default { access });
    }
    if !path.starts_with('/') {
        return Err(TemplateError::at(place, "is not a route; write it as `GET /path`, or `*` for everything else"));
    }
    let method = match method.to_ascii_uppercase().as_str() {
        "*" | "ANY" => Method::Any,
        known @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS") => Method::One(known.to_owned()),
        other => {
            return Err(TemplateError::at(place, format!("has the method `{other}`, which API Gateway does not know")));
        }
    };
    let segments = segments(&path, place)?;
    Ok(Route::Path { method, path, segments, access })
}

fn segments(path: &str, place: &str) -> Result<Vec<Segment>, TemplateError> {
    let mut names = BTreeSet::new();
    let pieces: Vec<&str> = path[1..].split('/').collect();
    let last = pieces.len() - 1;
    let mut segments = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.into_iter().enumerate() {
        let Some(name) = piece.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            if piece.contains(['{', '}']) {
                return Err(TemplateError::at(place, format!("has `{piece}`; a parameter takes a whole segment")));
            }
            segments.push(Segment::Literal(piece.to_owned()));
            continue;
        };
        let (name, rest) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
        if name.is_empty() || !names.insert(name.to_owned()) {
            return Err(TemplateError::at(place, format!("has the parameter `{piece}` without a name of its own")));
        }
        if rest && index != last {
            return Err(TemplateError::at(
                place,
                format!("has `{piece}` before its end; it takes the rest of the path"),
            ));
        }
        segments.push(if rest { Segment::Rest(name.to_owned()) } else { Segment::Parameter(name.to_owned()) });
    }
    Ok(segments)
}

/// API Gateway refuses a second route with the same key.
pub(super) fn refuse_duplicates(functions: &[Function]) -> Result<(), TemplateError> {
    let mut taken: Vec<(String, &str)> = Vec::new();
    for function in functions {
        for route in &function.routes {
            let shape = route.shape();
            if let Some((_, owner)) = taken.iter().find(|(known, _)| *known == shape) {
                let reason = format!("has the route `{}`, which `{owner}` has already", route.key());
                return Err(TemplateError::at(format!("functions.{}", function.key), reason));
            }
            taken.push((shape, &function.key));
        }
    }
    Ok(())
}

/// The API's CORS settings:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cors {
    pub origins: Vec<String>,
    pub headers: Vec<String>,
    pub methods: Vec<String>,
    pub exposed: Vec<String>,
    pub credentials: bool,
    pub max_age: Option<u64>,
}

pub(super) fn cors(variables: &Variables, functions: &[Function]) -> Result<Option<Cors>, TemplateError> {
    let value = variables.get("provider.httpApi.cors")?;
    let members = match &value {
        Value::Bool(true) => None,
        Value::Object(members) => Some(members),
        _ => return Ok(None),
    };
    let list = |name: &str| {
        let value = members.and_then(|members| members.get(name))?;
        let items = match value {
            Value::Array(items) => items.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
            Value::String(item) => vec![item.clone()],
            _ => return None,
        };
        Some(items)
    };
    let member = |name: &str| members.and_then(|members| members.get(name));
    Ok(Some(Cors {
        origins: list("allowedOrigins").unwrap_or_else(|| vec!["*".to_owned()]),
        headers: list("allowedHeaders").unwrap_or_else(|| DEFAULT_HEADERS.map(ToOwned::to_owned).to_vec()),
        methods: list("allowedMethods").unwrap_or_else(|| methods(functions)),
        exposed: list("exposedResponseHeaders").unwrap_or_default(),
        credentials: member("allowCredentials").and_then(Value::as_bool).unwrap_or(false),
        max_age: member("maxAge").and_then(Value::as_u64),
    }))
}

/// Headers that the Serverless Framework allows by default.
const DEFAULT_HEADERS: [&str; 7] = [
    "Content-Type",
    "X-Amz-Date",
    "Authorization",
    "X-Api-Key",
    "X-Amz-Security-Token",
    "X-Amz-User-Agent",
    "X-Amzn-Trace-Id",
];

/// The methods of the routes, and OPTIONS.
fn methods(functions: &[Function]) -> Vec<String> {
    let mut methods = BTreeSet::from(["OPTIONS".to_owned()]);
    for route in functions.iter().flat_map(|function| &function.routes) {
        match route {
            Route::Path { method: Method::One(method), .. } => {
                methods.insert(method.clone());
            }
            _ => methods.extend(["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"].map(ToOwned::to_owned)),
        }
    }
    methods.into_iter().collect()
}
