//! Names: one spelling made from another, and the one that was probably meant.

/// `booking_id` is `BookingId`.
pub(crate) fn camel(snake: &str) -> String {
    snake.split('_').filter(|word| !word.is_empty()).map(capitalised).collect()
}

/// `TimeTaken` is `time-taken`.
pub(crate) fn kebab(camel: &str) -> String {
    words(camel).join("-").to_lowercase()
}

/// `TimeTaken` is `Time taken`. A word in capitals stays in capitals.
pub(crate) fn sentence(camel: &str) -> String {
    let words: Vec<String> =
        words(camel).into_iter().map(|word| if is_acronym(&word) { word } else { word.to_lowercase() }).collect();
    capitalised(&words.join(" "))
}

/// The one of `known` that `written` is a slip of, if there is one.
pub(crate) fn meant<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (distance(written, name), name))
        .filter(|(distance, name)| *distance <= tolerance(name))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// `a`, `a and b`, `a, b and c`, each in backticks.
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

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `HTTPError2` is `HTTP`, `Error2`: a word starts at a capital that follows a small letter or a
/// digit, or that a small letter follows.
fn words(camel: &str) -> Vec<String> {
    let letters: Vec<char> = camel.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (index, letter) in letters.iter().enumerate() {
        if *letter == '_' {
            words.push(String::new());
            continue;
        }
        let after_small = index > 0 && !letters[index - 1].is_uppercase();
        let before_small = letters.get(index + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && (after_small || before_small) {
            words.push(String::new());
        }
        match words.last_mut() {
            Some(word) => word.push(*letter),
            None => words.push(letter.to_string()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// How many letters to put in, take out, replace or swap with the next one.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut rows = vec![(0..=right.len()).collect::<Vec<usize>>()];
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(a != b);
            let mut least = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_suggests_its_type() {
        assert_eq!(camel("booking_id"), "BookingId");
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
