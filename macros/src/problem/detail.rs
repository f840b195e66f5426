//! Fields that the format string of `detail = "the time from {start_time} is taken"` shows.

use syn::ext::IdentExt;
use syn::{Ident, LitStr};

use super::field::Field;
use crate::errors::Errors;
use crate::names;

/// The fields in the format string, each once. A name that is not a field is reported.
pub(crate) fn fields(text: &LitStr, named: bool, fields: &[Field], errors: &mut Errors) -> Vec<String> {
    let known: Vec<String> =
        fields.iter().filter_map(|field| Some(field.ident.as_ref()?.unraw().to_string())).collect();
    let mut shown: Vec<String> = Vec::new();
    let wanted = match placeholders(&text.value()) {
        Ok(wanted) => wanted,
        Err(message) => {
            errors.on(text, message);
            return shown;
        }
    };
    for name in wanted {
        if shown.contains(&name) {
            continue;
        }
        if known.contains(&name) {
            shown.push(name);
            continue;
        }
        let known = known.iter().map(String::as_str);
        let hint = if !named {
            "it shows named fields only; name the field, or leave the braces out".to_owned()
        } else if name.is_empty() {
            "write the name of a field between the braces".to_owned()
        } else if let Some(meant) = names::meant(&name, known.clone()) {
            format!("did you mean `{{{meant}}}`?")
        } else {
            let known: Vec<&str> = known.collect();
            format!("the variant has {}", names::list(&known))
        };
        errors.on(text, format!("`{{{name}}}` in `detail` is no field; {hint}"));
    }
    shown
}

/// The names in a format string, including those of widths and precisions (`{price:.digits$}`).
fn placeholders(text: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' | '}' if letters.next_if_eq(&letter).is_some() => {}
            '{' => {
                let mut inside = String::new();
                loop {
                    match letters.next() {
                        Some('}') => break,
                        Some('{') | None => {
                            return Err(
                                "a brace in `detail` lacks its partner; write `{{` for a brace of text".to_owned()
                            );
                        }
                        Some(letter) => inside.push(letter),
                    }
                }
                let (name, spec) = inside.split_once(':').unwrap_or((&inside, ""));
                found.push(name.trim().to_owned());
                found.extend(widths(spec));
            }
            '}' => return Err("a brace in `detail` lacks its partner; write `}}` for a brace of text".to_owned()),
            _ => {}
        }
    }
    Ok(found)
}

/// The names before a `$`.
fn widths(spec: &str) -> impl Iterator<Item = String> {
    let parts: Vec<&str> = spec.split('$').collect();
    let before = parts.len().saturating_sub(1);
    parts
        .into_iter()
        .take(before)
        .map(|part| {
            let start = part
                .char_indices()
                .rev()
                .take_while(|(_, letter)| letter.is_alphanumeric() || *letter == '_')
                .last()
                .map_or(part.len(), |(index, _)| index);
            part[start..].to_owned()
        })
        .filter(|name| syn::parse_str::<Ident>(name).is_ok())
        .collect::<Vec<_>>()
        .into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_that_a_format_string_reads_is_found() {
        assert_eq!(placeholders("from {a} to {b:?}").unwrap(), ["a", "b"]);
        assert_eq!(placeholders("{{a}} {b:>width$.digits$}").unwrap(), ["b", "width", "digits"]);
        assert_eq!(placeholders("{}").unwrap(), [""]);
        assert_eq!(placeholders("{0}").unwrap(), ["0"]);
    }

    #[test]
    fn an_open_brace_is_a_fault() {
        assert!(placeholders("{a").is_err());
        assert!(placeholders("a}").is_err());
        assert!(placeholders("{a {b}").is_err());
    }
}
