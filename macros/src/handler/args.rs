//! Parser of the arguments of `#[handler(...)]`: trigger, route and options.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, LitStr, Path, Token, parse_quote};

use super::route::Route;
use crate::errors::Errors;
use crate::settings::Setting;
use crate::{names, settings};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const TRIGGERS: [&str; 4] = ["stream", "schedule", "queue", "event"];
const FORMS: &str = "say what calls this function: `#[handler(POST \"/notes\")]`, `#[handler(stream)]`, \
    `#[handler(schedule)]`, `#[handler(queue)]` or `#[handler(event)]`";

/// The parsed attribute. Parts that could not be parsed are `None`, so that the others can still be checked.
pub(crate) struct Args {
    pub(crate) krate: Path,
    pub(crate) trigger: Option<Trigger>,
}

pub(crate) enum Trigger {
    Http(Http),
    Stream,
    Schedule,
    Queue(Queue),
    Event,
}

impl Trigger {
    /// The word in the attribute; `None` for a route.
    pub(crate) fn word(&self) -> Option<&'static str> {
        match self {
            Self::Http(_) => None,
            Self::Stream => Some("stream"),
            Self::Schedule => Some("schedule"),
            Self::Queue(_) => Some("queue"),
            Self::Event => Some("event"),
        }
    }
}

pub(crate) struct Http {
    pub(crate) method: Option<Ident>,
    pub(crate) route: Option<Route>,
    pub(crate) status: u16,
}

pub(crate) struct Queue {
    /// How many messages of a batch are handled at the same time.
    pub(crate) concurrency: u16,
}

/// The limit is the largest batch that Lambda delivers
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html>).
const CONCURRENCY: std::ops::RangeInclusive<u16> = 1..=10_000;

impl Args {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self { krate: parse_quote!(::lambda), trigger: None };
        let parser = |input: ParseStream<'_>| {
            args.read(input, errors);
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.push(error);
        }
        args
    }

    fn read(&mut self, input: ParseStream<'_>, errors: &mut Errors) {
        self.trigger = trigger(input, errors);
        for setting in settings::parse(input, "a handler", &["status", "concurrency", "crate"], errors) {
            match setting.name.to_string().as_str() {
                "crate" => {
                    if let Some(path) = setting.path(errors) {
                        self.krate = path;
                    }
                }
                "status" => self.status(&setting, errors),
                _ => self.concurrency(&setting, errors),
            }
        }
    }

    fn status(&mut self, setting: &Setting, errors: &mut Errors) {
        if let Some(word) = self.trigger.as_ref().and_then(Trigger::word) {
            let message =
                format!("`status` belongs to a route: no client receives the result of a {word} handler; remove it");
            errors.on(&setting.name, message);
            return;
        }
        let rule =
            "an integer from 200 to 299; what an error answers stands at its variant: `#[problem(status = 404)]`";
        let status = setting.integer(&(200..=299), rule, errors);
        if let (Some(Trigger::Http(http)), Some(status)) = (&mut self.trigger, status) {
            http.status = status;
        }
    }

    fn concurrency(&mut self, setting: &Setting, errors: &mut Errors) {
        let called = match &self.trigger {
            Some(Trigger::Http(_)) => "a route's handler is called with one request",
            Some(Trigger::Stream) => "a stream handler is called with all records of a batch",
            Some(Trigger::Schedule | Trigger::Event) => "this handler is called with one event",
            Some(Trigger::Queue(_)) | None => {
                let rule = "an integer from 1 to 10000: how many messages of a batch are handled at the same time";
                let concurrency = setting.integer(&CONCURRENCY, rule, errors);
                if let (Some(Trigger::Queue(queue)), Some(concurrency)) = (&mut self.trigger, concurrency) {
                    queue.concurrency = concurrency;
                }
                return;
            }
        };
        errors.on(&setting.name, format!("`concurrency` belongs to a queue: {called} at a time; remove it"));
    }
}

fn trigger(input: ParseStream<'_>, errors: &mut Errors) -> Option<Trigger> {
    if input.is_empty() {
        errors.at(Span::call_site(), FORMS);
        return None;
    }
    if input.peek(LitStr) {
        let literal: LitStr = input.parse().ok()?;
        if METHODS.contains(&literal.value().as_str()) {
            let method = literal.value();
            errors.on(&literal, format!("the method has no quotes: write `{method} \"/notes\"`"));
            settings::up_to_comma(input);
            comma(input);
            return Some(Trigger::Http(http(None, route_after_slip(input, errors))));
        }
        errors.on(&literal, format!("the method is missing: write `GET {:?}`", literal.value()));
        let route = Route::parse(literal, errors);
        comma(input);
        return Some(Trigger::Http(http(None, Some(route))));
    }
    if !input.peek(Ident::peek_any) {
        errors.on(settings::up_to_comma(input), FORMS);
        comma(input);
        return None;
    }
    if input.peek2(Token![=]) {
        errors.at(input.span(), format!("options come last; first {FORMS}"));
        return None;
    }
    let name = input.call(Ident::parse_any).ok()?;
    let trigger = match name.to_string().as_str() {
        "stream" => Some(Trigger::Stream),
        "schedule" => Some(Trigger::Schedule),
        "queue" => Some(Trigger::Queue(Queue { concurrency: 10 })),
        "event" => Some(Trigger::Event),
        _ => return named(name, input, errors),
    };
    let odd = settings::up_to_comma(input);
    if !odd.is_empty() {
        errors.on(odd, format!("`{name}` has no route: write `#[handler({name})]`"));
    }
    comma(input);
    trigger
}

/// Parses a word that is not a trigger: a method, or a misspelled method or trigger.
fn named(name: Ident, input: ParseStream<'_>, errors: &mut Errors) -> Option<Trigger> {
    let written = name.to_string();
    if METHODS.contains(&written.as_str()) {
        let route = route(&name, input, errors);
        return Some(Trigger::Http(http(Some(name), route)));
    }
    let capitals = written.to_uppercase();
    let route_follows = input.peek(LitStr);
    let meant = names::meant(&capitals, METHODS).filter(|_| route_follows);
    let method = METHODS.contains(&capitals.as_str());
    let message = if method {
        format!("a method is written in capitals: write `{capitals}`")
    } else if ["HEAD", "OPTIONS"].contains(&capitals.as_str()) {
        format!("`{capitals}` is answered by the gateway; a handler is for {}", names::list(&METHODS))
    } else if let Some(meant) = meant {
        format!("unknown method `{written}`; did you mean `{meant}`?")
    } else if route_follows {
        format!("unknown method `{written}`; a handler is for {}", names::list(&METHODS))
    } else if let Some(meant) = names::meant(&written, TRIGGERS).or_else(|| also_called(&written)) {
        format!("unknown trigger `{written}`; did you mean `{meant}`?")
    } else {
        FORMS.to_owned()
    };
    errors.on(&name, message);
    if method || route_follows {
        let method = method.then(|| Ident::new(&capitals, name.span()));
        let route = route_after_slip(input, errors);
        return Some(Trigger::Http(http(method, route)));
    }
    settings::up_to_comma(input);
    comma(input);
    None
}

/// The trigger that a name of AWS's or of the Serverless Framework's stands for.
fn also_called(written: &str) -> Option<&'static str> {
    match written.to_lowercase().as_str() {
        "dynamodb" | "records" => Some("stream"),
        "cron" | "rate" | "tick" | "timer" => Some("schedule"),
        "sqs" | "message" | "messages" | "fifo" => Some("queue"),
        "eventbridge" | "bus" | "rule" => Some("event"),
        _ => None,
    }
}

/// Parses the route, which is required after the method.
fn route(method: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> Option<Route> {
    let example = format!("write `{method} \"/notes\"`");
    if input.peek(Token![,]) && input.peek2(LitStr) {
        let comma: Token![,] = input.parse().ok()?;
        errors.on(comma, format!("no comma stands between the method and its route: {example}"));
    }
    let written = settings::up_to_comma(input);
    comma(input);
    if written.is_empty() {
        errors.on(method, format!("`{method}` lacks its route: {example}"));
        return None;
    }
    let literal = syn::parse2::<LitStr>(written.clone());
    if literal.is_err() {
        errors.on(written, format!("the route is one string literal: {example}"));
    }
    Some(Route::parse(literal.ok()?, errors))
}

/// Parses the route after an invalid method. A missing route is not reported: the method has an error already.
fn route_after_slip(input: ParseStream<'_>, errors: &mut Errors) -> Option<Route> {
    let written = settings::up_to_comma(input);
    comma(input);
    let literal = syn::parse2::<LitStr>(written).ok()?;
    Some(Route::parse(literal, errors))
}

fn http(method: Option<Ident>, route: Option<Route>) -> Http {
    Http { method, route, status: 200 }
}

fn comma(input: ParseStream<'_>) {
    let _: Option<Token![,]> = input.parse().unwrap_or_default();
}
