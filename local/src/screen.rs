//! The first thing a person sees: what is where, what calls what, and a line to try.

use std::fmt::{self, Display, Write};

use crate::{
    auth,
    options::{Data, Options},
    template::{Access, Authorizer, Identity, Method, Route, Segment, Template},
};

/// Where the parts are, a URL each.
pub(crate) struct Addresses<'a> {
    pub api: &'a str,
    pub dynamodb: &'a str,
    pub sqs: &'a str,
}

/// The start screen, as text.
pub(crate) struct Screen(String);

impl Screen {
    pub(crate) fn new(template: &Template, addresses: &Addresses<'_>, options: &Options) -> Self {
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = write(&mut text, template, addresses, options);
        Self(text)
    }
}

impl Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn write(out: &mut String, template: &Template, addresses: &Addresses<'_>, options: &Options) -> fmt::Result {
    let Template { service, stage, tables, buses, queues, .. } = template;
    let Addresses { api: url, dynamodb, sqs } = addresses;
    writeln!(out, "\n{service} ({stage}) runs on this machine\n")?;
    writeln!(out, "  API       {url}")?;
    writeln!(out, "  Docs      {url}/docs")?;
    let names = tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>().join(", ");
    writeln!(out, "  DynamoDB  {dynamodb}  {names}")?;
    writeln!(out, "  Events    {url}/_local/events  {}", buses.join(", "))?;
    if !queues.is_empty() {
        let names = queues.iter().map(|queue| queue.name.as_str()).collect::<Vec<_>>().join(", ");
        writeln!(out, "  SQS       {sqs}  {names}")?;
        writeln!(out, "  Queues    {url}/_local/queues")?;
    }
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
    let width = rows.iter().map(|row| row.what.len()).max().unwrap_or(0);
    let called = rows.iter().map(|row| row.function.len()).max().unwrap_or(0);
    for Row { how, what, function, access } in &rows {
        let line = format!("  {how:<8}  {what:width$}  {function:called$}  {access}");
        writeln!(out, "{}", line.trim_end())?;
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

/// What calls which function.
struct Row<'a> {
    how: String,
    what: String,
    function: &'a str,
    /// What a caller needs, in words.
    access: String,
}

/// Routes by their paths, then streams, then schedules.
fn rows<'a>(template: &'a Template, options: &Options) -> Vec<Row<'a>> {
    let (mut routes, mut others) = (Vec::new(), Vec::new());
    for function in &template.functions {
        for route in &function.routes {
            let (method, path) = match route {
                Route::Default { .. } => ("ANY".to_owned(), "everything else".to_owned()),
                Route::Path { method, path, .. } => (method.as_str().to_owned(), path.clone()),
            };
            let access = route.access().map(needed).unwrap_or_default();
            routes.push(Row { how: method, what: path, function: &function.key, access });
        }
        let mut other = |how: &str, what: String| {
            others.push(Row { how: how.to_owned(), what, function: &function.key, access: String::new() });
        };
        for mapping in &function.streams {
            other("stream", format!("of {}", mapping.table));
        }
        for schedule in &function.schedules {
            let when = match options.schedule_every {
                Some(every) => format!("every {every:?} instead of {}", schedule.expression),
                None => schedule.expression.clone(),
            };
            other("clock", when);
        }
    }
    // As a person would list them: what is read before what is changed.
    let rank = |method: &str| ["GET", "POST", "PUT", "PATCH", "DELETE"].iter().position(|known| *known == method);
    routes.sort_by(|row, other| {
        row.what.cmp(&other.what).then_with(|| rank(&row.how).unwrap_or(9).cmp(&rank(&other.how).unwrap_or(9)))
    });
    others.sort_by(|row, other| other.how.cmp(&row.how));
    routes.into_iter().chain(others).collect()
}

/// A service that starts at all checks what its routes ask for.
fn needed(access: &Access) -> String {
    match access.scopes.as_slice() {
        [] => "token".to_owned(),
        scopes => format!("token with {}", scopes.join(" or ")),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Given;

    const TEMPLATE: &str = "
service: shop
provider: { name: aws, httpApi: { authorizers: { jwt: { type: jwt, issuerUrl: https://i.example, audience: shop } } } }
functions:
  open: { handler: open, events: [httpApi: GET /open] }
  any: { handler: any, events: [httpApi: { method: GET, path: /mine, authorizer: jwt }] }
  scoped: { handler: scoped, events: [httpApi: { method: POST, path: /mine, authorizer: { name: jwt, scopes: [a, b] } }] }
resources: { Resources: { Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } } } }
";

    #[test]
    fn it_says_where_queues_are_and_which_routes_need_a_token() {
        let path = std::env::temp_dir().join(format!("local-screen-{}.yml", uuid::Uuid::new_v4()));
        std::fs::write(&path, TEMPLATE).unwrap();
        let template = Template::load(&path, Given::default()).unwrap();
        std::fs::remove_file(path).unwrap();
        let addresses = Addresses { api: "http://api", dynamodb: "http://dynamodb", sqs: "http://sqs" };
        let options = Options { auth: true, ..Options::default() };
        let screen = Screen::new(&template, &addresses, &options).to_string();
        let lines: Vec<&str> = screen.lines().map(str::trim).collect();
        for line in [
            "SQS       http://sqs  jobs",
            "Queues    http://api/_local/queues",
            "GET       /mine  any     token",
            "POST      /mine  scoped  token with a or b",
            "GET       /open  open",
        ] {
            assert!(lines.contains(&line), "{line}: {screen}");
        }
    }
}
