//! JSON pointers (RFC 6901).

use serde_path_to_error::{Path, Segment};

/// One reference token, escaped (RFC 6901, section 3).
fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
}

/// The pointer to where parsing stopped.
pub(super) fn of_parse(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push(&mut pointer, &index.to_string()),
            Segment::Map { key } => push(&mut pointer, key),
            // A variant's name is not part of the document's structure as a path: its value stands in its place.
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// The pointer to a value that breaks a rule; garde writes `a.b[0].c`.
pub(super) fn of_rule(path: &garde::Path) -> String {
    let mut pointer = String::new();
    for token in path.to_string().split(['.', '[']).filter(|token| !token.is_empty()) {
        push(&mut pointer, token.trim_end_matches(']'));
    }
    pointer
}

/// `parent` extended by the member `name`.
pub(super) fn child(parent: &str, name: &str) -> String {
    let mut pointer = parent.to_owned();
    push(&mut pointer, name);
    pointer
}

/// The parent of `pointer`, and the unescaped name of its last token.
pub(super) fn split(pointer: &str) -> Option<(&str, String)> {
    let (parent, token) = pointer.rsplit_once('/')?;
    Some((parent, token.replace("~1", "/").replace("~0", "~")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_slash_round_trips() {
        let pointer = child("/a", "b/c~d");
        assert_eq!(pointer, "/a/b~1c~0d");
        assert_eq!(split(&pointer), Some(("/a", "b/c~d".to_owned())));
    }
}
