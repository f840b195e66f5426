//! Example requests of the start screen, one without and one with a token.
//!
//! An example must succeed when it is pasted. So only routes that list things or show a state are candidates: a single
//! thing may not exist. Required parameters come from the contract that a debug build prints; without it, only routes
//! whose parameters follow from their names are shown.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::project::openapi::Contract;
use crate::project::template::{Access, Authorizer, Function, Identity, Method, Route, Segment};

/// The subject of the token.
const SOMEBODY: &str = "alice";
/// Characters that need no encoding in a URL and no quotes in a shell.
const LITERAL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

/// The candidates for examples.
pub(crate) struct Hints {
    url: String,
    /// Options of `cargo local token` for this service's address.
    place: String,
    routes: Vec<Candidate>,
}

struct Candidate {
    handler: String,
    executable: PathBuf,
    key: String,
    segments: Vec<Segment>,
    /// Options of `cargo local token` for the route, where it needs one.
    token: Option<String>,
}

/// Ranks examples, lower first: numbers of query parameters and of path parameters that name no user.
type Effort = (usize, usize);

impl Hints {
    /// `place`: options of `cargo local token` for this service's address.
    pub(crate) fn new(functions: &[(Function, PathBuf)], url: &str, place: String) -> Self {
        let routes = || functions.iter().flat_map(|it| it.0.routes.iter().map(move |route| (it, route)));
        // The issuer's default audience.
        let usual = routes().find_map(|(_, route)| match &route.access()?.authorizer {
            Authorizer::Jwt(jwt) => jwt.audience.first(),
            Authorizer::Foreign(_) => None,
        });
        let candidates = routes().filter_map(|((function, executable), route)| {
            let Route::Path { method: Method::One(method), segments, access, .. } = route else { return None };
            if method != "GET" || !matches!(segments.last(), Some(Segment::Literal(_))) {
                return None;
            }
            let token = match access {
                None => None,
                Some(access) => Some(token_options(access, usual)?),
            };
            let (handler, executable) = (function.handler.clone(), executable.clone());
            Some(Candidate { handler, executable, key: route.key(), segments: segments.clone(), token })
        });
        Self { routes: candidates.collect(), url: url.to_owned(), place }
    }

    /// The examples, each a shell command.
    pub(crate) async fn lines(&self) -> Vec<String> {
        let (mut open, mut guarded): (Vec<(Effort, String)>, _) = (Vec::new(), Vec::new());
        for route in &self.routes {
            let Some((effort, target)) = route.target().await else { continue };
            let url = quoted(&format!("{}{target}", self.url));
            match &route.token {
                None => open.push((effort, format!("curl {url}"))),
                Some(options) => {
                    let token = format!("$(cargo local token --sub {SOMEBODY}{options}{})", self.place);
                    guarded.push((effort, format!(r#"curl -H "authorization: Bearer {token}" {url}"#)));
                }
            }
        }
        let best = |lines: Vec<(Effort, String)>| lines.into_iter().min_by_key(|(effort, _)| *effort);
        [best(open), best(guarded)].into_iter().flatten().map(|(_, line)| line).collect()
    }
}

impl Candidate {
    async fn target(&self) -> Option<(Effort, String)> {
        let contract = Contract::of(&self.handler, Path::new(&self.executable)).await.ok();
        let contract = contract.filter(|contract| contract.key() == self.key);
        filled(&self.segments, contract.as_ref().map(Contract::parameter_objects), Utc::now())
    }
}

/// Options of `cargo local token` for the route. `None` where the token is not in the `Authorization` header.
fn token_options(access: &Access, usual: Option<&String>) -> Option<String> {
    let Authorizer::Jwt(jwt) = &access.authorizer else { return None };
    match &jwt.identity {
        Identity::Header(name) if name.eq_ignore_ascii_case("authorization") => {}
        _ => return None,
    }
    match jwt.audience.first() {
        Some(own) if !usual.is_some_and(|usual| jwt.audience.contains(usual)) => {
            Some(format!(" --audience {}", quoted(own)))
        }
        _ => Some(String::new()),
    }
}

/// The target with values for all required parameters. `parameters` are `OpenAPI` Parameter Objects, if known. `None`
/// where a value is unknown.
fn filled(segments: &[Segment], parameters: Option<&[Value]>, now: DateTime<Utc>) -> Option<(Effort, String)> {
    let named = |name: &str, place: &str| {
        parameters.unwrap_or_default().iter().find(|it| it["in"] == place && it["name"] == name)
    };
    let (mut target, mut others) = (String::new(), 0);
    for segment in segments {
        let value = match segment {
            Segment::Literal(text) => text.clone(),
            Segment::Parameter(name) | Segment::Rest(name) if is_user(name) => SOMEBODY.to_owned(),
            Segment::Parameter(name) | Segment::Rest(name) => {
                others += 1;
                value_of(named(name, "path")?, now)?
            }
        };
        let value = if matches!(segment, Segment::Literal(_)) { value } else { encoded(&value) };
        // Writing to a String does not fail.
        let _ = write!(target, "/{value}");
    }
    let mut asked = 0;
    for parameter in parameters.unwrap_or_default().iter().filter(|it| it["required"] == true && it["in"] != "path") {
        let name = parameter["name"].as_str().filter(|_| parameter["in"] == "query")?;
        let value = if is_user(name) { SOMEBODY.to_owned() } else { value_of(parameter, now)? };
        let sign = if asked == 0 { '?' } else { '&' };
        let _ = write!(target, "{sign}{}={}", encoded(name), encoded(&value));
        asked += 1;
    }
    Some(((asked, others), target))
}

/// Whether a parameter of this name identifies a user: then it is the token's subject.
fn is_user(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("user") || ["sub", "owner", "me"].contains(&name.as_str())
}

/// The contract's example, or a value that the schema permits.
fn value_of(parameter: &Value, now: DateTime<Utc>) -> Option<String> {
    let schema = &parameter["schema"];
    let example = [&parameter["example"], &schema["example"], &schema["examples"][0]];
    let example = example.into_iter().find_map(text);
    match schema["format"].as_str() {
        Some("date-time") => {
            let fits = |example: &String| {
                let time = DateTime::parse_from_rfc3339(example).ok();
                example.ends_with('Z') && time.is_some_and(|time| time > now)
            };
            let soon = || (now + TimeDelta::hours(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
            Some(example.filter(fits).unwrap_or_else(soon))
        }
        _ => example.or_else(|| text(&schema["default"])).or_else(|| text(&schema["enum"][0])),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, LITERAL).to_string()
}

/// Quoted for a shell.
fn quoted(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/%@+,=".contains(&byte);
    if text.bytes().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests;
