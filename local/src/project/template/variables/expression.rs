//! Parser of `${source(parameter):address, alternative, 'literal'}`, with nesting.
//!
//! `${Name}` and `${AWS::Region}` belong to `Fn::Sub`, and stay as they are.

use serde_json::Value;

/// A part of a string.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Text(String),
    /// `source` is the text, for messages.
    Variable {
        source: String,
        alternatives: Vec<Alternative>,
    },
}

/// An alternative of a variable. The first that is not null is its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Alternative {
    Literal(Value),
    /// A nested `${...}`.
    Text(String),
    Lookup {
        kind: String,
        parameter: String,
        address: String,
    },
}

/// Splits a string into text and variables.
pub(super) fn parse(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let body = &rest[start + 2..];
        if !is_variable(body) {
            plain.push_str(&rest[..start + 2]);
            rest = body;
            continue;
        }
        plain.push_str(&rest[..start]);
        let end = closing(body).ok_or_else(|| format!("has a `${{` without its `}}`: {text}"))?;
        if !plain.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut plain)));
        }
        let inner = &body[..end];
        let alternatives = split(inner).into_iter().map(alternative).collect::<Result<_, _>>()?;
        parts.push(Part::Variable { source: format!("${{{inner}}}"), alternatives });
        rest = &body[end + 1..];
    }
    plain.push_str(rest);
    if !plain.is_empty() || parts.is_empty() {
        parts.push(Part::Text(plain));
    }
    Ok(parts)
}

/// A variable starts with `name:` or `name(parameter):`, and not with `name::`.
fn is_variable(body: &str) -> bool {
    let body = body.trim_start();
    let name = body.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(body.len());
    if name == 0 {
        return false;
    }
    let rest = &body[name..];
    rest.starts_with('(') || (rest.starts_with(':') && !rest.starts_with("::"))
}

/// The index of the closing `}`, past nested and quoted ones.
fn closing(body: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut previous = '\0';
    for (index, c) in body.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '{') if previous == '$' => depth += 1,
            (None, '}') if depth == 0 => return Some(index),
            (None, '}') => depth -= 1,
            _ => {}
        }
        previous = c;
    }
    None
}

/// Splits at commas outside of quotes, parentheses and nested variables.
fn split(inner: &str) -> Vec<&str> {
    let (mut depth, mut quote, mut start) = (0_usize, None, 0);
    let mut pieces = Vec::new();
    for (index, c) in inner.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '{' | '(') => depth += 1,
            (None, '}' | ')') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                pieces.push(inner[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
    }
    pieces.push(inner[start..].trim());
    pieces
}

fn alternative(text: &str) -> Result<Alternative, String> {
    for quote in ['\'', '"'] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return Ok(Alternative::Literal(inner.into()));
        }
    }
    if text.starts_with("${") {
        return Ok(Alternative::Text(text.to_owned()));
    }
    if is_variable(text) {
        let name = text.find(['(', ':']).unwrap_or(text.len());
        let (kind, rest) = text.split_at(name);
        let (parameter, rest) = match rest.strip_prefix('(') {
            Some(rest) => rest.split_once(')').ok_or_else(|| format!("has a `(` without its `)`: {text}"))?,
            None => ("", rest),
        };
        let address = rest.strip_prefix(':').unwrap_or(rest);
        return Ok(Alternative::Lookup {
            kind: kind.to_owned(),
            parameter: parameter.trim().to_owned(),
            address: address.trim().to_owned(),
        });
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value) if !value.is_object() && !value.is_array() => Ok(Alternative::Literal(value)),
        _ => Err(format!("has `{text}` in a variable, which is neither a source nor a quoted value")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_sub_is_text() {
        for text in ["${Table}-x", "${AWS::Region}", "a ${Table.Arn} b", "$", "${", "${}", "no"] {
            assert_eq!(parse(text), Ok(vec![Part::Text(text.into())]), "{text}");
        }
    }

    #[test]
    fn sources_defaults_and_nesting() {
        let parts = parse("x-${opt:stage, self:a.${sls:stage}, 'a, }'}-y").unwrap();
        let [Part::Text(before), Part::Variable { alternatives, .. }, Part::Text(after)] = parts.as_slice() else {
            panic!("{parts:?}");
        };
        assert_eq!((before.as_str(), after.as_str()), ("x-", "-y"));
        let lookup = |kind: &str, address: &str| Alternative::Lookup {
            kind: kind.into(),
            parameter: String::new(),
            address: address.into(),
        };
        assert_eq!(
            *alternatives,
            [lookup("opt", "stage"), lookup("self", "a.${sls:stage}"), Alternative::Literal("a, }".into())]
        );
    }

    #[test]
    fn a_missing_brace_and_a_bare_word_are_errors() {
        assert!(parse("${self:a").is_err());
        assert!(parse("${self:a, dev}").unwrap_err().contains("`dev`"));
    }
}
