//! JSON pointers (RFC 6901).

use std::borrow::Cow;

/// A reference token with its slash, escaped (section 3).
fn escaped(token: &str) -> String {
    format!("/{}", token.replace('~', "~0").replace('/', "~1"))
}

/// `parent` extended by the member or index `token`.
pub(crate) fn child(parent: &str, token: &str) -> String {
    format!("{parent}{}", escaped(token))
}

/// `pointer`, extended by one level outwards.
pub(crate) fn within(token: &str, pointer: &str) -> String {
    format!("{}{pointer}", escaped(token))
}

/// The reference tokens, unescaped.
pub(crate) fn tokens(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(|token| {
        let plain = !token.contains('~');
        if plain { Cow::Borrowed(token) } else { Cow::Owned(token.replace("~1", "/").replace("~0", "~")) }
    })
}

/// The pointer to the value's parent, and the value's unescaped token; `None` for the whole document.
pub(crate) fn split(pointer: &str) -> Option<(&str, String)> {
    let (parent, token) = pointer.rsplit_once('/')?;
    Some((parent, token.replace("~1", "/").replace("~0", "~")))
}

/// Whether `pointer` is `outer`, or points to a value inside it.
pub(crate) fn leads_into(pointer: &str, outer: &str) -> bool {
    pointer.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_with_a_slash_round_trips() {
        let pointer = child("/a", "b/c~d");
        assert_eq!(pointer, "/a/b~1c~0d");
        assert_eq!(split(&pointer), Some(("/a", "b/c~d".to_owned())));
    }

    #[test]
    fn a_name_that_begins_like_another_is_another() {
        assert!(leads_into("/user/a", "/user") && leads_into("/user", "/user") && leads_into("/user", ""));
        assert!(!leads_into("/user_id", "/user") && !leads_into("/user", "/user/a"));
    }

    proptest! {
        #[test]
        fn any_names_round_trip(names in prop::collection::vec("[~/01.\\[\\]a`é]{0,4}", 0..5)) {
            let pointer = names.iter().fold(String::new(), |pointer, name| child(&pointer, name));
            prop_assert_eq!(tokens(&pointer).collect::<Vec<_>>(), names.clone());
            let inwards = names.iter().rev().fold(String::new(), |pointer, name| within(name, &pointer));
            prop_assert_eq!(inwards, pointer);
        }
    }
}
