//! The first thing a person sees: what is where, what calls what, and a line to try.

use std::fmt::{self, Display, Write};

use crate::{
    auth,
    options::{Data, Options},
    template::{Access, Authorizer, Identity, Method, Route, Segment, Template},
};

/// The start screen, as text.
pub(crate) struct Screen(String);

impl Screen {
    pub(crate) fn new(template: &Template, url: &str, dynamodb_url: &str, options: &Options) -> Self {
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = write(&mut text, template, url, dynamodb_url, options);
        Self(text)
    }
}

impl Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn write(out: &mut String, template: &Template, url: &str, dynamodb_url: &str, options: &Options) -> fmt::Result {
    let Template { service, stage, tables, buses, .. } = template;
    writeln!(out, "\n{service} ({stage}) runs on this machine\n")?;
    writeln!(out, "  API       {url}")?;
    let names = tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>().join(", ");
    writeln!(out, "  DynamoDB  {dynamodb_url}  {names}")?;
    writeln!(out, "  Events    {url}/_local/events  {}", buses.join(", "))?;
    match (&options.dynamodb_endpoint, &options.data) {
        (Some(_), _) => writeln!(out, "  Data      on that server")?,
        (None, Data::Memory) => writeln!(out, "  Data      in memory, gone when this stops")?,
        (None, Data::Directory(path)) => writeln!(out, "  Data      kept in {}", path.display())?,
    }
    if options.auth {
        writeln!(out, "  Auth      on, with tokens of {url}{}", auth::PATH)?;
    }
    writeln!(out)?;

    let rows = rows(template, options);
    let width = rows.iter().map(|(_, what, _)| what.len()).max().unwrap_or(0);
    for (how, what, function) in &rows {
        writeln!(out, "  {how:<8}  {what:width$}  {function}")?;
    }
    writeln!(out)?;
    if let Some(path) = example(template) {
        writeln!(out, "  Try       curl {url}{path}")?;
    }
    if let Some((method, path)) = guarded_example(template) {
        let port = url.rsplit(':').next().filter(|port| *port != "3000");
        let port = port.map(|port| format!(" --port {port}")).unwrap_or_default();
        let method = if method == "GET" { String::new() } else { format!("-X {method} ") };
        let token = format!("$(cargo local token --sub {SOMEBODY}{port})");
        writeln!(out, r#"  Try       curl {method}-H "authorization: Bearer {token}" {url}{path}"#)?;
    }
    writeln!(out, "  Stop      Ctrl-C")
}

/// What calls which function: how, what, whom. Routes by their paths, then streams, then schedules.
fn rows<'a>(template: &'a Template, options: &Options) -> Vec<(String, String, &'a str)> {
    let (mut routes, mut others) = (Vec::new(), Vec::new());
    for function in &template.functions {
        for route in &function.routes {
            let (method, path) = match route {
                Route::Default { .. } => ("ANY".to_owned(), "everything else".to_owned()),
                Route::Path { method, path, .. } => (method.as_str().to_owned(), path.clone()),
            };
            routes.push((method, path, function.key.as_str()));
        }
        for mapping in &function.streams {
            others.push(("stream".to_owned(), format!("of {}", mapping.table), function.key.as_str()));
        }
        for schedule in &function.schedules {
            let when = match options.schedule_every {
                Some(every) => format!("every {every:?} instead of {}", schedule.expression),
                None => schedule.expression.clone(),
            };
            others.push(("clock".to_owned(), when, function.key.as_str()));
        }
    }
    // As a person would list them: what is read before what is changed.
    let rank = |method: &str| ["GET", "POST", "PUT", "PATCH", "DELETE"].iter().position(|known| *known == method);
    routes.sort_by(|(method, path, _), (other, elsewhere, _)| {
        path.cmp(elsewhere).then_with(|| rank(method).unwrap_or(9).cmp(&rank(other).unwrap_or(9)))
    });
    others.sort_by(|(how, ..), (other, ..)| other.cmp(how));
    routes.into_iter().chain(others).collect()
}

/// Who the example's token is for.
const SOMEBODY: &str = "alice";

/// A route that takes a token, with something in place of its parameters. Best one that reads a list: there it is, even
/// if it is empty.
fn guarded_example(template: &Template) -> Option<(&str, String)> {
    let bearer = |access: &Access| match &access.authorizer {
        Authorizer::Jwt(jwt) => {
            matches!(&jwt.identity, Identity::Header(name) if name.eq_ignore_ascii_case("authorization"))
        }
        Authorizer::Foreign(_) => false,
    };
    let candidates = auth::guarded(template).filter_map(|(route, access)| match route {
        Route::Path { method: Method::One(method), segments, .. } if bearer(access) => {
            let doubtful = !matches!(segments.last(), Some(Segment::Literal(_)));
            Some(((method != "GET", doubtful), method.as_str(), segments))
        }
        _ => None,
    });
    let (_, method, segments) = candidates.min_by_key(|(rank, ..)| *rank)?;
    let pieces = segments.iter().map(|segment| match segment {
        Segment::Literal(text) => format!("/{text}"),
        Segment::Parameter(_) | Segment::Rest(_) => format!("/{SOMEBODY}"),
    });
    Some((method, pieces.collect()))
}

/// A route that can be tried as it stands.
fn example(template: &Template) -> Option<&str> {
    let routes = template.functions.iter().flat_map(|function| &function.routes);
    routes.into_iter().find_map(|route| match route {
        Route::Path { method: Method::One(method), path, segments, access: None } if method == "GET" => {
            segments.iter().all(|segment| matches!(segment, Segment::Literal(_))).then_some(path.as_str())
        }
        _ => None,
    })
}
