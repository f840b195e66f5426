//! Checks of a handler's signature. Every fault is reported, on the tokens to change.

mod events;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{FnArg, Safety, Type};

use super::args::{Args, Http, Trigger};
use super::signature::{Argument, Function, Source};
use crate::errors::Errors;
use crate::names;
use crate::types::{last_segment, mentions_impl, plain, shown};

/// The crate `lambda` implements `Environment` for tuples up to this length.
const MOST_BORROWED: usize = 6;

pub(crate) fn check(args: &Args, function: &Function, errors: &mut Errors) {
    head(function, errors);
    let arguments = function.arguments();
    for argument in &arguments {
        types(argument, errors);
    }
    let borrowed = arguments.iter().filter(|argument| argument.owned().is_none());
    for argument in borrowed.skip(MOST_BORROWED) {
        errors.on(
            &argument.pattern,
            format!("a handler borrows up to {MOST_BORROWED} values; put some of them into one type"),
        );
    }
    match &args.trigger {
        Some(Trigger::Http(http)) => {
            parameters(http, &arguments, errors);
            bodies(http, &arguments, errors);
            queries(http, &arguments, errors);
        }
        Some(trigger) => events::check(trigger, function, &arguments, errors),
        None => {}
    }
}

/// Checks everything before the arguments, and the return type.
fn head(function: &Function, errors: &mut Errors) {
    let sig = &function.sig;
    if sig.ident == "main" {
        errors.on(&sig.ident, "`main` is the name of what `#[handler]` writes; name the function after its operation");
    }
    if sig.asyncness.is_none() {
        errors.on(sig.fn_token, "a handler is asynchronous: write `async fn`");
    }
    let mut remove = |word: Option<TokenStream>| {
        if let Some(word) = word {
            errors.on(&word, format!("a handler is a plain `async fn`; remove `{word}`"));
        }
    };
    remove(sig.constness.as_ref().map(ToTokens::to_token_stream));
    remove((!matches!(sig.safety, Safety::Default)).then(|| sig.safety.to_token_stream()));
    remove(sig.abi.as_ref().map(ToTokens::to_token_stream));
    if !sig.generics.params.is_empty() {
        errors.on(&sig.generics, "a handler is not generic: name the types themselves");
    } else if let Some(bounds) = &sig.generics.where_clause {
        errors.on(bounds, "a handler is not generic; remove the `where` clause");
    }
    if let Some(variadic) = &sig.variadic {
        errors.on(variadic, "a handler has a fixed list of arguments; remove `...`");
    }
    for argument in &sig.inputs {
        if let FnArg::Receiver(receiver) = argument {
            errors.on(
                receiver,
                "a handler is a free function; borrow what it needs as an argument, such as `notes: &Notes`",
            );
        }
    }
    match function.answer() {
        None => errors.on(
            &sig.ident,
            "a handler says what it answers; add a return type such as `-> Result<Json<Note>, NoteError>`",
        ),
        Some(answer) if mentions_impl(answer) => {
            errors.on(answer, "the answer is part of the contract: name its type instead of `impl`");
        }
        Some(_) => {}
    }
    if !function.body.clone().into_iter().next().is_some_and(is_braces) {
        errors.on(&sig.ident, "a handler needs a body");
    }
}

fn is_braces(token: TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace)
}

fn types(argument: &Argument, errors: &mut Errors) {
    match &argument.source {
        Source::Owned(ty) if mentions_impl(ty) => {
            errors.on(ty, "what an argument is taken from depends on its type: name it instead of `impl`");
        }
        Source::Owned(_) => {}
        Source::Borrowed { written, inner } => {
            let shown = shown(inner);
            let mutable = matches!(plain(written), Type::Reference(it) if it.mutability.is_some());
            if mutable {
                errors.on(written, format!("what is borrowed is shared by all invocations: write `&{shown}`"));
            } else if mentions_impl(inner) || matches!(plain(inner), Type::TraitObject(_)) {
                errors
                    .on(written, format!("`&{shown}` cannot be built: borrow the type itself, as in `notes: &Notes`"));
            } else if shown == "str" || matches!(plain(inner), Type::Slice(_)) {
                errors.on(
                    written,
                    format!("a borrowed argument is built once before the first invocation, which `{shown}` cannot be; take an owned type"),
                );
            }
        }
    }
}

/// Checks that each path parameter has an argument, taken by value and not as an `Option`.
fn parameters(http: &Http, arguments: &[Argument], errors: &mut Errors) {
    let Some(route) = &http.route else { return };
    let is_parameter = |argument: &Argument| route.parameters.iter().any(|name| argument.is_named(name));
    for parameter in &route.parameters {
        let ty = names::camel(parameter);
        if let Some(argument) = arguments.iter().find(|argument| argument.is_named(parameter)) {
            if let Source::Borrowed { written, inner } = &argument.source {
                errors.on(
                    written,
                    format!(
                        "path parameter `{{{parameter}}}` is part of the request, and a borrowed argument is not; \
                         take it by value: `{parameter}: {}`",
                        shown(inner)
                    ),
                );
            }
            if let Some(ty) = argument.owned()
                && let Some((name, inner)) = last_segment(ty)
                && name == "Option"
                && let [inner] = inner.as_slice()
            {
                errors.on(
                    ty,
                    format!(
                        "path parameter `{{{parameter}}}` is there in every request to this route; write `{parameter}: {}`",
                        shown(inner)
                    ),
                );
            }
            continue;
        }
        let lacking = format!("path parameter `{{{parameter}}}` has no argument of that name");
        let mut free = arguments.iter().filter(|argument| argument.owned().is_some() && !is_parameter(argument));
        let meant = free.clone().find(|argument| is_slip(argument, parameter)).or_else(|| {
            free.find(|argument| argument.owned().and_then(last_segment).is_some_and(|(name, _)| *name == ty))
        });
        match meant {
            Some(Argument { name: Some(name), .. }) => {
                errors.on(name, format!("{lacking}; rename `{name}` to `{parameter}`"));
            }
            Some(argument) => errors.on(
                &argument.pattern,
                format!("{lacking}; it is found by its name and not in a pattern: write `{parameter}: {ty}`"),
            ),
            None => errors.on(&route.literal, format!("{lacking}; add `{parameter}: {ty}`")),
        }
    }
}

fn is_slip(argument: &Argument, parameter: &str) -> bool {
    let name = argument.name.as_ref().map(|name| name.unraw().to_string());
    name.is_some_and(|name| names::meant(&name, [parameter]).is_some())
}

/// Checks that at most one argument takes the body, and that the method has one. Aliases are found by the check in the
/// expansion.
fn bodies(http: &Http, arguments: &[Argument], errors: &mut Errors) {
    let bodyless = http.method.as_ref().filter(|method| *method == "GET" || *method == "DELETE");
    for (index, body) in taken_as("Json", http, arguments).enumerate() {
        if let Some(method) = bodyless {
            errors.on(
                body,
                format!("a `{method}` request has no body; take the values from the route or the query, or use `POST`"),
            );
        } else if index > 0 {
            errors.on(body, "a request has one body, and an earlier argument takes it; put the fields into one type");
        }
    }
}

/// Checks that at most one argument takes the query: each of two structs would refuse the other's fields.
fn queries(http: &Http, arguments: &[Argument], errors: &mut Errors) {
    for query in taken_as("Query", http, arguments).skip(1) {
        errors.on(query, "a request has one query, and an earlier argument takes it; put the fields into one struct");
    }
}

/// The types of the arguments that are the extractor `name`, or an `Option` of it.
fn taken_as<'a>(name: &'static str, http: &'a Http, arguments: &'a [Argument]) -> impl Iterator<Item = &'a Type> {
    let parameters = http.route.as_ref().map(|route| route.parameters.as_slice()).unwrap_or_default();
    let is_parameter = |argument: &&Argument| parameters.iter().any(|parameter| argument.is_named(parameter));
    let free = arguments.iter().filter(move |argument| !is_parameter(argument));
    free.filter_map(Argument::owned).filter(move |ty| is_called(ty, name))
}

fn is_called(ty: &Type, extractor: &str) -> bool {
    match last_segment(ty) {
        Some((name, inner)) if name == "Option" => inner.first().is_some_and(|inner| is_called(inner, extractor)),
        Some((name, _)) => name == extractor,
        None => false,
    }
}
