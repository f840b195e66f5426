//! Which version of a booking a change is meant for.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// The value of an `If-Match` header (RFC 9110, section 13.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: whatever the version.
    Any,
    /// One of these entity tags. Tags that name no version are kept out: they match none.
    Versions(Vec<u64>),
}

impl IfMatch {
    /// Reads the header: `*`, or entity tags separated by commas. A weak tag never matches, since the comparison is
    /// strong.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        if header.trim() == "*" {
            return Some(Self::Any);
        }
        let mut versions = Vec::new();
        for tag in header.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
            let weak = tag.starts_with("W/");
            let opaque = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
            // RFC 9110, section 8.8.3. A comma may stand in a tag too, or nothing at all; none of ours is like that.
            if opaque.is_empty() || !opaque.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"') {
                return None;
            }
            if let (Ok(version), false) = (opaque.parse(), weak) {
                versions.push(version);
            }
        }
        (header.contains('"')).then_some(Self::Versions(versions))
    }

    /// Whether a booking at `version` is meant.
    #[must_use]
    pub fn allows(&self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }
}

impl JsonSchema for IfMatch {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "IfMatch".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The `ETag` of the version that is meant, or `*`. A change meant for another version is refused.",
            "type": "string",
            "minLength": 1,
            "pattern": r#"^(\*|(W/)?"[!#-+.-~-]+"( *, *(W/)?"[!#-+.-~-]+")*)$"#,
            "examples": ["\"1\""],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_compares_strongly() {
        assert_eq!(IfMatch::parse("*"), Some(IfMatch::Any));
        assert_eq!(IfMatch::parse("\"3\""), Some(IfMatch::Versions(vec![3])));
        assert_eq!(IfMatch::parse("\"3\", \"4\""), Some(IfMatch::Versions(vec![3, 4])));
        assert!(!IfMatch::parse("W/\"3\"").unwrap().allows(3));
        assert!(!IfMatch::parse("\"abc\"").unwrap().allows(3));
        for text in ["", "3", "\"\"", "\"3", "3\"", ",", "\"", "\"3\" \"4\"", "\"3 \"", "\"3\"4\""] {
            assert_eq!(IfMatch::parse(text), None, "{text}");
        }
    }
}
