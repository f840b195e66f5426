//! Parser of routes and of the parameters in their braces.
//!
//! On a stable compiler, parts of a string literal have no span. So errors underline the whole literal and name the
//! wrong part.

use syn::{Ident, LitStr};

use crate::errors::Errors;

/// Characters of a path besides letters, digits and braces (RFC 3986, `pchar`).
const PUNCTUATION: &str = "-._~!$&'()*+,;=:@%";

/// A route such as `"/notes/{note_id}"`.
pub(crate) struct Route {
    pub(crate) literal: LitStr,
    pub(crate) parameters: Vec<String>,
}

impl Route {
    /// Parses a route. Reports at most one error per segment, and keeps the valid parameters.
    pub(crate) fn parse(literal: LitStr, errors: &mut Errors) -> Self {
        let path = literal.value();
        let mut parameters = Vec::new();
        let mut fault = |message: String| errors.on(&literal, message);

        if !path.starts_with('/') {
            fault(format!("a route starts with `/`: write `\"/{path}\"`"));
        }
        if path.len() > 1 && path.ends_with('/') {
            let shorter = path.trim_end_matches('/');
            fault(format!("a route does not end in `/`: write `\"{shorter}\"`"));
        }
        let inner = path.trim_matches('/');
        if inner.split('/').any(str::is_empty) && !inner.is_empty() {
            fault("the route has an empty segment: write one `/` for `//`".to_owned());
        }
        for segment in inner.split('/').filter(|segment| !segment.is_empty()) {
            match Segment::parse(segment) {
                Ok(Segment::Text) => {}
                Ok(Segment::Parameter(name)) if parameters.iter().any(|earlier| earlier == name) => {
                    fault(format!(
                        "path parameter `{{{name}}}` stands twice in the route; give each a name of its own"
                    ));
                }
                Ok(Segment::Parameter(name)) => parameters.push(name.to_owned()),
                Err(message) => fault(message),
            }
        }
        Self { literal, parameters }
    }
}

enum Segment<'a> {
    Text,
    Parameter(&'a str),
}

impl<'a> Segment<'a> {
    fn parse(segment: &'a str) -> Result<Self, String> {
        if let Some(odd) = segment.chars().find(|letter| !is_allowed(*letter)) {
            return Err(match odd {
                '?' | '#' => format!(
                    "`{odd}` cannot stand in a route: what follows the path is no part of it; take the query as an argument"
                ),
                odd if odd.is_whitespace() => {
                    format!("white space cannot stand in a route; write `{}` without it", segment.trim())
                }
                odd => format!("`{odd}` cannot stand in a route; it may have letters, digits and `{PUNCTUATION}`"),
            });
        }
        let inside = segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .filter(|inside| !inside.contains(['{', '}']));
        match inside {
            Some(name) => parameter(name).map(Self::Parameter),
            None if !is_balanced(segment) => {
                Err(format!("a brace in `{segment}` lacks its partner: write `{{note_id}}`"))
            }
            None if segment.contains('{') => {
                Err(format!("a path parameter is a segment of its own; `{segment}` has text beside the braces"))
            }
            None => match segment.strip_prefix(':') {
                Some(name) => Err(format!("a path parameter stands in braces: write `{{{name}}}`")),
                None => Ok(Self::Text),
            },
        }
    }
}

fn parameter(name: &str) -> Result<&str, String> {
    if name.is_empty() {
        return Err("a path parameter needs a name: write `{note_id}`".to_owned());
    }
    if let Some(shorter) = name.strip_suffix('+') {
        return Err(format!(
            "greedy path parameter `{{{name}}}` is not supported; a parameter is one segment: write `{{{shorter}}}`"
        ));
    }
    if syn::parse_str::<Ident>(name).is_ok() {
        return Ok(name);
    }
    let letters = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if letters && name.starts_with(|first: char| !first.is_ascii_digit()) {
        return Err(format!(
            "path parameter `{{{name}}}` is a Rust keyword, which no argument can be named; choose another name"
        ));
    }
    let better = name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    let better = if better.starts_with(|first: char| first.is_ascii_digit()) { format!("_{better}") } else { better };
    Err(format!("path parameter `{{{name}}}` cannot be the name of an argument; write `{{{better}}}`"))
}

fn is_allowed(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || PUNCTUATION.contains(letter) || "{}".contains(letter)
}

fn is_balanced(segment: &str) -> bool {
    let mut open = false;
    for letter in segment.chars() {
        match letter {
            '{' if open => return false,
            '}' if !open => return false,
            '{' => open = true,
            '}' => open = false,
            _ => {}
        }
    }
    !open
}
