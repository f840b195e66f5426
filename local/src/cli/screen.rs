//! The start screen: addresses, callers of functions, and example requests.

use std::fmt::{self, Write};

use super::hints::Hints;
use super::token;
use crate::aws::issuer;
use crate::base::options::{Binaries, Data, Options};
use crate::project::template::{Access, Receiver, Route, Template};
use crate::service::{Addresses, Context, Service, Version};

impl Service {
    /// The text of the start screen: addresses, callers of functions, and example requests.
    pub async fn screen(&self) -> String {
        let Context { options, addresses, .. } = self.context();
        let version = self.version();
        let Version { template, binaries } = &*version;
        let token = token::place(options.host, addresses.port);
        let hints = Hints::new(binaries, &addresses.api, token);
        Screen::new(template, addresses, options, hints).text().await
    }
}

struct Screen {
    /// All but the examples.
    text: String,
    hints: Hints,
}

impl Screen {
    fn new(template: &Template, addresses: &Addresses, options: &Options, hints: Hints) -> Self {
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = write(&mut text, template, addresses, options);
        Self { text, hints }
    }

    async fn text(&self) -> String {
        let tries = self.hints.lines().await.into_iter().map(|line| format!("  Try       {line}\n"));
        format!("{}{}  Stop      Ctrl-C\n", self.text, tries.collect::<String>())
    }
}

fn write(out: &mut String, template: &Template, addresses: &Addresses, options: &Options) -> fmt::Result {
    let Template { service, stage, tables, buses, queues, .. } = template;
    let Addresses { api: url, dynamodb, sqs, lambda, .. } = addresses;
    writeln!(out, "\n{service} ({stage}) runs on this machine\n")?;
    writeln!(out, "  API       {url}")?;
    writeln!(out, "  Page      {url}/_local/")?;
    writeln!(out, "  Docs      {url}/docs")?;
    let names = tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>().join(", ");
    writeln!(out, "  DynamoDB  {dynamodb}  {names}")?;
    writeln!(out, "  Lambda    {lambda}")?;
    writeln!(out, "  Events    {url}/_local/events  {}", buses.join(", "))?;
    if !queues.is_empty() {
        let names = queues.iter().map(|queue| queue.name.as_str()).collect::<Vec<_>>().join(", ");
        writeln!(out, "  SQS       {sqs}  {names}")?;
        writeln!(out, "  Queues    {url}/_local/queues")?;
    }
    if options.watch {
        writeln!(out, "  Edits     of {} are served when they are saved", edits(options))?;
    }
    match (&options.dynamodb_endpoint, &options.data) {
        (Some(_), _) => writeln!(out, "  Data      on that server")?,
        (None, Data::Memory) => writeln!(out, "  Data      in memory, gone when this stops")?,
        (None, Data::Directory(path)) => writeln!(out, "  Data      kept in {}", path.display())?,
    }
    if options.auth {
        writeln!(out, "  Auth      on, with tokens of {url}{}", issuer::PATH)?;
    }
    writeln!(out)?;

    let rows = rows(template, options);
    let width = rows.iter().map(|row| row.what.len()).max().unwrap_or(0);
    let called = rows.iter().map(|row| row.function.len()).max().unwrap_or(0);
    for Row { how, what, function, access } in &rows {
        let line = format!("  {how:<8}  {what:width$}  {function:called$}  {access}");
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out)
}

/// The watched files, in words.
fn edits(options: &Options) -> &'static str {
    match options.binaries {
        Binaries::Cargo { .. } => "the sources and the template",
        Binaries::Built(_) => "the template",
    }
}

/// A caller of a function.
struct Row<'a> {
    how: String,
    what: String,
    function: &'a str,
    /// The authorization that it needs.
    access: String,
}

/// Routes by path, then streams, queues, events and schedules.
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
        for mapping in &function.queues {
            other("queue", mapping.queue.clone());
        }
        let target = Receiver::Function(function.key.clone());
        for rule in template.rules.iter().filter(|rule| rule.targets.iter().any(|to| to.receiver == target)) {
            other("event", format!("of bus {}", rule.bus));
        }
        for schedule in &function.schedules {
            let when = match options.schedule_every {
                Some(every) => format!("every {every:?} instead of {}", schedule.expression),
                None => schedule.expression.clone(),
            };
            other("clock", when);
        }
    }
    // Reading methods before writing ones.
    let rank = |method: &str| ["GET", "POST", "PUT", "PATCH", "DELETE"].iter().position(|known| *known == method);
    routes.sort_by(|row, other| {
        row.what.cmp(&other.what).then_with(|| rank(&row.how).unwrap_or(9).cmp(&rank(&other.how).unwrap_or(9)))
    });
    others.sort_by(|row, other| other.how.cmp(&row.how));
    routes.into_iter().chain(others).collect()
}

/// Authorization of a route. All routes are checked once a service has started.
fn needed(access: &Access) -> String {
    match access.scopes.as_slice() {
        [] => "token".to_owned(),
        scopes => format!("token with {}", scopes.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::template::Given;

    const TEMPLATE: &str = "
service: shop
provider: { name: aws, httpApi: { authorizers: { jwt: { type: jwt, issuerUrl: https://i.example, audience: shop } } } }
functions:
  open: { handler: open, events: [httpApi: GET /open] }
  any: { handler: any, events: [httpApi: { method: GET, path: /mine, authorizer: jwt }] }
  scoped: { handler: scoped, events: [httpApi: { method: POST, path: /mine, authorizer: { name: jwt, scopes: [a, b] } }] }
resources: { Resources: { Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } } } }
";

    async fn screen(text: &str) -> String {
        let path = std::env::temp_dir().join(format!("local-screen-{}.yml", uuid::Uuid::new_v4()));
        std::fs::write(&path, text).unwrap();
        let template = Template::load(&path, Given::default()).unwrap();
        std::fs::remove_file(path).unwrap();
        let at = |name: &str| format!("http://{name}");
        let addresses = Addresses {
            api: at("api"),
            port: 80,
            dynamodb: at("dynamodb"),
            eventbridge: at("eventbridge"),
            sqs: at("sqs"),
            lambda: at("lambda"),
        };
        let options = Options { auth: true, ..Options::default() };
        let functions: Vec<_> = template.functions.iter().map(|it| (it.clone(), "no/such/file".into())).collect();
        let hints = Hints::new(&functions, "http://api", " --port 1".to_owned());
        Screen::new(&template, &addresses, &options, hints).text().await
    }

    #[tokio::test]
    async fn it_says_which_queues_and_events_call_functions() {
        let callers = "
  read: { handler: read, events: [sqs: { arn: !GetAtt Jobs.Arn }] }
  told: { handler: told, events: [eventBridge: { pattern: { source: [shop] } }] }
resources:";
        let screen = screen(&TEMPLATE.replacen("\nresources:", callers, 1)).await;
        let words: Vec<String> =
            screen.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        for line in ["queue jobs read", "event of bus default told"] {
            assert!(words.iter().any(|known| known == line), "{line}: {screen}");
        }
    }

    #[tokio::test]
    async fn it_says_where_queues_are_and_which_routes_need_a_token() {
        let screen = screen(TEMPLATE).await;
        let lines: Vec<&str> = screen.lines().map(str::trim).collect();
        for line in [
            "Page      http://api/_local/",
            "Lambda    http://lambda",
            "SQS       http://sqs  jobs",
            "Queues    http://api/_local/queues",
            "GET       /mine  any     token",
            "POST      /mine  scoped  token with a or b",
            "GET       /open  open",
            "Try       curl http://api/open",
            r#"Try       curl -H "authorization: Bearer $(cargo local token --sub alice --port 1)" http://api/mine"#,
        ] {
            assert!(lines.contains(&line), "{line}: {screen}");
        }
    }
}
