//! Parser of settings in an attribute: `name` and `name = value`, separated by commas.

use std::ops::RangeInclusive;

use proc_macro2::TokenStream;
use quote::{ToTokens, TokenStreamExt};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, Lit, LitInt, LitStr, Path, Token};

use crate::errors::Errors;
use crate::names;

/// A setting with its unparsed value.
pub(crate) struct Setting {
    pub(crate) name: Ident,
    pub(crate) value: Option<TokenStream>,
}

/// Parses settings up to the end. `what` is the item that they belong to, `known` are the valid names. An unknown or
/// repeated name is reported and left out.
pub(crate) fn parse(input: ParseStream<'_>, what: &str, known: &[&str], errors: &mut Errors) -> Vec<Setting> {
    let mut settings: Vec<Setting> = Vec::new();
    while !input.is_empty() {
        if !input.peek(Ident::peek_any) {
            let odd = up_to_comma(input);
            if odd.is_empty() {
                errors.at(input.span(), "expected an option after the comma before");
            } else {
                errors.on(odd, format!("expected an option: {what} knows {}", names::list(known)));
            }
        } else if let Some(setting) = Setting::parse(input, errors) {
            let name = setting.name.to_string();
            if !known.contains(&name.as_str()) {
                errors.on(&setting.name, unknown(&name, what, known));
            } else if settings.iter().any(|earlier| earlier.name == setting.name) {
                errors.on(&setting.name, format!("`{name}` is given twice; keep one of the two"));
            } else {
                settings.push(setting);
            }
        }
        let _: Option<Token![,]> = input.parse().unwrap_or_default();
    }
    settings
}

fn unknown(name: &str, what: &str, known: &[&str]) -> String {
    match names::meant(name, known.iter().copied()) {
        Some(meant) => format!("unknown option `{name}`; did you mean `{meant}`?"),
        None => format!("unknown option `{name}`; {what} knows {}", names::list(known)),
    }
}

/// Takes the tokens before the next comma, and leaves the comma.
pub(crate) fn up_to_comma(input: ParseStream<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        match input.parse::<proc_macro2::TokenTree>() {
            Ok(token) => tokens.append(token),
            Err(_) => break,
        }
    }
    tokens
}

impl Setting {
    fn parse(input: ParseStream<'_>, errors: &mut Errors) -> Option<Self> {
        let name = input.call(Ident::parse_any).ok()?;
        if input.peek(Token![=]) {
            let equals: Token![=] = input.parse().ok()?;
            let value = up_to_comma(input);
            if value.is_empty() {
                errors.on(equals, format!("`{name} =` lacks its value"));
                return None;
            }
            return Some(Self { name, value: Some(value) });
        }
        let odd = up_to_comma(input);
        if !odd.is_empty() {
            errors.on(odd, format!("expected `=` or a comma after `{name}`"));
            return None;
        }
        Some(Self { name, value: None })
    }

    /// Parses the value as an integer within `range`. `rule` ends the error message "`status` is ...".
    pub(crate) fn integer<N>(&self, range: &RangeInclusive<N>, rule: &str, errors: &mut Errors) -> Option<N>
    where
        N: std::str::FromStr + PartialOrd,
        N::Err: std::fmt::Display,
    {
        let number = self
            .value
            .clone()
            .and_then(|value| syn::parse2::<LitInt>(value).ok())
            .filter(|number| number.suffix().is_empty())
            .and_then(|number| number.base10_parse::<N>().ok())
            .filter(|number| range.contains(number));
        if number.is_none() {
            errors.on(self.blamed(), format!("`{}` is {rule}", self.name));
        }
        number
    }

    /// Parses the value as a string literal.
    pub(crate) fn string(&self, example: &str, errors: &mut Errors) -> Option<LitStr> {
        let value = self.value.clone();
        let text = match value.and_then(|value| syn::parse2::<Lit>(value).ok()) {
            Some(Lit::Str(text)) if text.suffix().is_empty() => Some(text),
            _ => None,
        };
        if text.is_none() {
            errors.on(self.blamed(), format!("`{0}` is a string literal: write `{0} = \"{example}\"`", self.name));
        }
        text
    }

    /// Parses the value as the path of a crate.
    pub(crate) fn path(&self, errors: &mut Errors) -> Option<Path> {
        use syn::parse::Parser;
        let path = self.value.clone().and_then(|value| Path::parse_mod_style.parse2(value).ok());
        if path.is_none() {
            errors.on(self.blamed(), format!("`{0}` is a path without quotes: write `{0} = lambda`", self.name));
        }
        path
    }

    /// Reports a value after a setting that has none.
    pub(crate) fn flag(&self, errors: &mut Errors) {
        if let Some(value) = &self.value {
            errors.on(value, format!("`{0}` takes no value: write `{0}`", self.name));
        }
    }

    /// The tokens to underline if the value is wrong.
    pub(crate) fn blamed(&self) -> TokenStream {
        self.value.clone().unwrap_or_else(|| self.name.to_token_stream())
    }
}
