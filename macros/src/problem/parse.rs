//! Parser of the enum: one problem per variant, with the tokens of each part.

use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Data, DeriveInput, Fields, Ident, LitStr, Meta, Path, Type, parse_quote};

use super::detail;
use super::field::{self, Field, Role};
use crate::errors::Errors;
use crate::settings::{self, Setting};
use crate::{docs, names};

const OPTIONS: [&str; 7] = ["status", "type", "title", "detail", "retry_after", "with", "transparent"];

pub(crate) struct Problem {
    pub(crate) krate: Path,
    pub(crate) ident: Ident,
    pub(crate) variants: Vec<Variant>,
}

pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    /// Another problem, which is returned unchanged.
    Transparent(Type),
    Own(Own),
}

pub(crate) struct Own {
    pub(crate) status: u16,
    pub(crate) urn: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) detail: Option<LitStr>,
    /// The fields that `detail` shows, by name.
    pub(crate) shown: Vec<String>,
    pub(crate) retry_after: Option<u32>,
    /// Names of the parameters or members that an endpoint has to take for this problem to occur.
    pub(crate) with: Vec<String>,
    pub(crate) named: bool,
    pub(crate) fields: Vec<Field>,
}

/// Parses the enum. Parts that cannot be parsed are reported in `errors` and left out.
pub(crate) fn problem(input: &DeriveInput, errors: &mut Errors) -> Problem {
    let mut problem = Problem { krate: parse_quote!(::lambda), ident: input.ident.clone(), variants: Vec::new() };
    for setting in attributes(&input.attrs, "an enum's `#[problem(..)]`", &["crate"], errors) {
        if let Some(path) = setting.path(errors) {
            problem.krate = path;
        }
    }
    if !input.generics.params.is_empty() {
        errors.on(&input.generics, "a problem is not generic: name the types themselves");
    }
    match &input.data {
        Data::Enum(data) => {
            problem.variants = data.variants.iter().filter_map(|written| variant(written, errors)).collect();
        }
        Data::Struct(data) => errors.on(data.struct_token, USE_AN_ENUM),
        Data::Union(data) => errors.on(data.union_token, USE_AN_ENUM),
    }
    problem
}

const USE_AN_ENUM: &str =
    "`Problem` is derived for an enum, a variant for each answer; write an `enum`, if only of one variant";

pub(super) fn attributes(attrs: &[Attribute], what: &str, known: &[&str], errors: &mut Errors) -> Vec<Setting> {
    let mut settings: Vec<Setting> = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("problem")) {
        let Meta::List(list) = &attr.meta else {
            errors.on(attr, "`problem` has its options in parentheses: write `#[problem(status = 404)]`");
            continue;
        };
        let parser = |input: ParseStream<'_>| {
            for setting in settings::parse(input, what, known, errors) {
                if settings.iter().any(|earlier| earlier.name == setting.name) {
                    errors.on(&setting.name, format!("`{}` is given twice; keep one of the two", setting.name));
                } else {
                    settings.push(setting);
                }
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(list.tokens.clone()) {
            errors.push(error);
        }
    }
    settings
}

fn variant(written: &syn::Variant, errors: &mut Errors) -> Option<Variant> {
    let settings = attributes(&written.attrs, "a variant's `#[problem(..)]`", &OPTIONS, errors);
    let kind = if let Some(flag) = settings.iter().find(|setting| setting.name == "transparent") {
        transparent(written, flag, &settings, errors).map(Kind::Transparent)
    } else {
        own(written, &settings, errors).map(Kind::Own)
    };
    Some(Variant { ident: written.ident.clone(), kind: kind? })
}

fn transparent(written: &syn::Variant, flag: &Setting, settings: &[Setting], errors: &mut Errors) -> Option<Type> {
    flag.flag(errors);
    for other in settings.iter().filter(|setting| setting.name != flag.name) {
        errors.on(
            &other.name,
            format!("a transparent variant answers as the problem in it does; remove `{}`", other.name),
        );
    }
    match &written.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            let field = &fields.unnamed[0];
            for setting in attributes(&field.attrs, "a field's `#[problem(..)]`", &field::OPTIONS, errors) {
                errors.on(
                    &setting.name,
                    format!("the field of a transparent variant is a problem of its own; remove `{}`", setting.name),
                );
            }
            Some(field.ty.clone())
        }
        _ => {
            errors.on(
                &written.ident,
                format!("a transparent variant has exactly one unnamed field: write `{}(OtherProblem)`", written.ident),
            );
            None
        }
    }
}

fn own(written: &syn::Variant, settings: &[Setting], errors: &mut Errors) -> Option<Own> {
    let name = written.ident.unraw().to_string();
    let mut status = None;
    let mut own = Own {
        status: 0,
        urn: format!("urn:problem:{}", names::kebab(&name)),
        title: names::sentence(&name),
        description: docs::text(&written.attrs),
        detail: None,
        shown: Vec::new(),
        retry_after: None,
        with: Vec::new(),
        named: matches!(written.fields, Fields::Named(_)),
        fields: field::fields(&written.fields, errors),
    };
    for setting in settings {
        match setting.name.to_string().as_str() {
            "status" => {
                let rule = "an integer from 400 to 599: what fails by the caller's fault, or by ours";
                status = Some(setting.integer(&(400..=599), rule, errors));
            }
            "type" => {
                if let Some(text) = setting.string("not-found", errors) {
                    own.urn = urn(&text, errors);
                }
            }
            "title" => {
                if let Some(text) = setting.string("Not found", errors) {
                    own.title = text.value();
                }
            }
            "detail" => own.detail = setting.string("the note was not found", errors),
            "with" => own.with = with(setting, errors),
            _ => {
                own.retry_after = setting.integer(&(0..=u32::MAX), "a number of seconds, such as `1`", errors);
                if own.fields.iter().any(|field| field.role == Role::RetryAfter) {
                    errors.on(
                        &setting.name,
                        "a field says after how many seconds to try again; remove `retry_after` here, or at the field",
                    );
                }
            }
        }
    }
    if let Some(text) = &own.detail {
        own.shown = detail::fields(text, own.named, &own.fields, errors);
    }
    if status.is_none() {
        errors.on(
            &written.ident,
            format!("`{name}` lacks its status: add `#[problem(status = 404)]`, or whichever it answers"),
        );
    }
    own.status = status??;
    Some(own)
}

/// Parses names separated by commas.
fn with(setting: &Setting, errors: &mut Errors) -> Vec<String> {
    let Some(text) = setting.string("if-match", errors) else { return Vec::new() };
    let names: Vec<String> = text.value().split(',').map(|name| name.trim().to_owned()).collect();
    if names.iter().any(|name| name.is_empty() || name.contains(char::is_whitespace)) {
        errors.on(
            &text,
            "`with` names parameters or members of a body: write `with = \"if-match\"`, or more with commas",
        );
    }
    names
}

/// Turns a `type` into a URI: a plain word becomes a URN.
fn urn(text: &LitStr, errors: &mut Errors) -> String {
    let value = text.value();
    if value.is_empty() || value.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
        errors.on(text, "`type` is a URI or a word of one, without white space: write `type = \"not-found\"`");
    }
    if value.contains(':') { value } else { format!("urn:problem:{value}") }
}
