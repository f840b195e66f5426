//! Entity tags, `If-Match` and `If-None-Match` (RFC 9110, sections 8.8.3 and 13.1).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::extract::malformed_header;
use super::{Contract, FromRequest, Rejection, Request};

/// The value of `If-Match` or `If-None-Match`: `*`, or a list of entity tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EntityTags {
    Any,
    List(Vec<EntityTag>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntityTag {
    weak: bool,
    /// The tag with its quotes.
    opaque: String,
}

impl EntityTags {
    /// Parses the header's value. A list may have empty members (RFC 9110, section 5.6.1.2), but not only empty ones.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let mut rest = trim(header);
        if rest == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        while !rest.is_empty() {
            if let Some(next) = rest.strip_prefix(',') {
                rest = trim(next);
                continue;
            }
            let (weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |quoted| (true, quoted));
            let end = 2 + quoted.strip_prefix('"')?.find('"')?;
            let (opaque, next) = quoted.split_at_checked(end)?;
            if !opaque.bytes().all(|byte| byte.is_ascii_graphic()) {
                return None;
            }
            tags.push(EntityTag { weak, opaque: opaque.to_owned() });
            rest = trim(next);
            if !rest.is_empty() && !rest.starts_with(',') {
                return None;
            }
        }
        (!tags.is_empty()).then_some(Self::List(tags))
    }

    /// Whether the strong tag `etag` matches by weak comparison (RFC 9110, section 8.8.3.2).
    pub(super) fn match_weakly(&self, etag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => tags.iter().any(|tag| tag.opaque == etag),
        }
    }

    /// Whether the strong tag `etag` matches by strong comparison. A weak tag never matches.
    fn match_strongly(&self, etag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => tags.iter().any(|tag| !tag.weak && tag.opaque == etag),
        }
    }
}

/// Removes optional whitespace around a list member (RFC 9110, section 5.6.3).
fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// The header `If-Match` (RFC 9110, section 13.1.1): the version that a change is based on. Tags are compared strongly
/// and character by character: `"002"` is not `"2"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(EntityTags);

const IF_MATCH: &str = "if-match";

impl IfMatch {
    /// Parses the header's value; `None` if it is malformed.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        EntityTags::parse(header).map(Self)
    }

    /// Whether the condition holds for an entity with this strong entity tag.
    #[must_use]
    pub fn allows(&self, etag: &str) -> bool {
        self.0.match_strongly(etag)
    }
}

impl FromRequest for IfMatch {
    fn find(request: &mut Request) -> Result<Option<Self>, Rejection> {
        let Some(value) = request.header(IF_MATCH)? else { return Ok(None) };
        let rule = "must be `*` or entity tags in double quotes, such as \"3\"";
        Self::parse(value).map(Some).ok_or_else(|| malformed_header(IF_MATCH, rule))
    }

    fn missing() -> Rejection {
        malformed_header(IF_MATCH, "is missing")
    }

    fn describe(contract: &mut Contract, required: bool) {
        contract.header::<Self>(IF_MATCH, required);
    }
}

impl JsonSchema for IfMatch {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "IfMatch".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The `ETag` of the version that is meant, or `*`. A change meant for another version is refused.",
            "type": "string",
            "minLength": 1,
            "pattern": r#"^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$"#,
            "examples": ["\"1\""],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_compared_character_by_character() {
        for (header, allowed) in [
            ("*", true),
            (" * ", true),
            ("\"3\"", true),
            ("\"2\", \"3\"", true),
            ("\"2\",\"3\"", true),
            (" , \"3\" ,, ", true),
            ("\"a,b\", \"3\"", true),
            ("\"03\"", false),
            ("\"+3\"", false),
            ("\"3.0\"", false),
            ("\"a,3\"", false),
            ("\"\"", false),
            ("W/\"3\"", false),
            ("\"W/3\"", false),
        ] {
            assert_eq!(IfMatch::parse(header).unwrap().allows("\"3\""), allowed, "{header}");
        }
        assert!(EntityTags::parse("W/\"3\"").unwrap().match_weakly("\"3\""));
        assert!(!EntityTags::parse("W/\"03\"").unwrap().match_weakly("\"3\""));
    }

    #[test]
    fn a_header_that_is_no_list_of_tags_is_refused() {
        for text in [
            "",
            " ",
            "3",
            "\"3",
            "3\"",
            ",",
            "\"",
            "\"3\" \"4\"",
            "\"3 \"",
            "\"3\"4\"",
            "w/\"3\"",
            "*, \"3\"",
            "\"3\", *",
        ] {
            assert_eq!(IfMatch::parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_list_or_refused(text in "[W/\"*, 0-9a-z\u{e9}]{0,40}|\\PC{0,40}") {
            let _ = EntityTags::parse(&text);
        }
    }
}
