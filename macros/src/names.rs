//! Names: conversion between cases, and suggestions for misspelled names.

use heck::{ToKebabCase, ToSnakeCase, ToUpperCamelCase};
use strsim::osa_distance;

/// `note_id` becomes `NoteId`.
pub(crate) fn camel(snake: &str) -> String {
    snake.to_upper_camel_case()
}

/// `TimeTaken` becomes `time-taken`.
pub(crate) fn kebab(camel: &str) -> String {
    camel.to_kebab_case()
}

/// `TimeTaken` becomes `Time taken`. An acronym keeps its capitals.
pub(crate) fn sentence(camel: &str) -> String {
    let snake = camel.to_snake_case();
    let mut letters = camel.chars().filter(|letter| *letter != '_');
    let words = snake.split('_').enumerate().map(|(index, lower)| {
        let word: String = letters.by_ref().take(lower.chars().count()).collect();
        if index == 0 || is_acronym(&word) { word } else { lower.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The known name that is most similar to `written`, if one is similar enough.
pub(crate) fn meant<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (osa_distance(written, name), name))
        .filter(|(distance, name)| *distance <= tolerance(name))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Formats names as a list with backticks: `a`, `a and b`, `a, b and c`.
pub(crate) fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

fn tolerance(name: &str) -> usize {
    (name.chars().count() / 3).max(1)
}

fn is_acronym(word: &str) -> bool {
    word.len() > 1 && !word.chars().any(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_suggests_its_type() {
        assert_eq!(camel("note_id"), "NoteId");
        assert_eq!(camel("_id"), "Id");
    }

    #[test]
    fn a_variant_becomes_a_type_and_a_title() {
        assert_eq!(kebab("TimeTaken"), "time-taken");
        assert_eq!(sentence("TimeTaken"), "Time taken");
        assert_eq!(kebab("HTTPError"), "http-error");
        assert_eq!(sentence("BadHTTPHeader"), "Bad HTTP header");
        assert_eq!(kebab("Utf8Error"), "utf8-error");
        assert_eq!(kebab("Gone"), "gone");
    }

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        assert_eq!(meant("stats", ["status", "crate"]), Some("status"));
        assert_eq!(meant("timeout", ["status", "crate"]), None);
        assert_eq!(meant("PSOT", ["GET", "POST"]), Some("POST"));
        assert_eq!(meant("FETCH", ["PATCH", "GET"]), None);
    }

    #[test]
    fn a_list_reads_as_a_sentence_does() {
        assert_eq!(list(&["a"]), "`a`");
        assert_eq!(list(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
