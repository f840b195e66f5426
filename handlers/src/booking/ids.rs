//! Identifiers of bookings, users and resources, and the key of an idempotent create.

use std::fmt;

use garde::Validate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A booking's identifier: a UUID, written with hyphens in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BookingId(Uuid);

impl BookingId {
    /// The identifier of a booking that no `Idempotency-Key` makes. `random` is a UUIDv4.
    #[must_use]
    pub fn of(random: Uuid) -> Self {
        Self(random)
    }

    /// Parses the hyphenated form, in either case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // `Uuid` accepts other forms too, but a path has one spelling.
        (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten().map(Self)
    }

    /// The identifier of these bytes.
    #[must_use]
    pub fn of_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// Whether it was derived from an `Idempotency-Key`, so that a later create can lead to the same identifier.
    #[must_use]
    pub fn is_of_key(self) -> bool {
        self.0.get_version_num() == 5
    }

    /// Assigns the booking to one of `count` buckets: evenly distributed, and always the same one for the same booking.
    #[must_use]
    pub fn bucket(self, count: u32) -> u32 {
        // The last four bytes of a UUIDv4 or v5 are evenly distributed.
        let [.., a, b, c, d] = *self.0.as_bytes();
        u32::from_be_bytes([a, b, c, d]) % count.max(1)
    }
}

impl fmt::Display for BookingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl JsonSchema for BookingId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "BookingId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "Names a booking.", "type": "string", "format": "uuid", "examples": ["67e55044-10b1-426f-9247-bb680e5fe0c8"] })
    }
}

/// The rule for identifiers of users and resources, as a pattern for the documentation. [`identifier`] checks it.
const IDENTIFIER: &str = r"^(\.*[A-Za-z0-9_:@|+-][A-Za-z0-9._:@|+-]*|\.{3,})$";

// garde passes its context by reference, even an empty one.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn identifier(text: &str, (): &()) -> garde::Result {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@|+-".contains(&byte);
    if text.is_empty() || text.len() > 128 || !text.bytes().all(allowed) {
        return Err(garde::Error::new("must be 1 to 128 characters of A-Z a-z 0-9 . _ : @ | + -"));
    }
    // Clients remove these segments from a path, however they are encoded, so no path could contain them (RFC 3986,
    // section 5.2.4).
    if matches!(text, "." | "..") {
        return Err(garde::Error::new("must be more than `.` or `..`, which no address can hold"));
    }
    Ok(())
}

macro_rules! identifiers {
    ($($(#[$docs:meta])* $name:ident = $example:literal, $description:literal)*) => {$(
        $(#[$docs])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Validate)]
        #[serde(transparent)]
        #[garde(transparent)]
        pub struct $name(#[garde(custom(identifier))] String);

        impl $name {
            /// Parses the identifier; `None` if `text` breaks the rule.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                identifier(text, &()).is_ok().then(|| Self(text.to_owned()))
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "description": $description,
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 128,
                    "pattern": IDENTIFIER,
                    "examples": [$example],
                })
            }
        }
    )*};
}

identifiers! {
    /// A user: 1 to 128 characters of `A-Za-z0-9._:@|+-`, but not `.` or `..`.
    UserId = "alice", "Names a user."
    /// A resource: 1 to 128 characters of `A-Za-z0-9._:@|+-`, but not `.` or `..`.
    ResourceId = "room-1", "Names what can be booked."
}

/// The value of an `Idempotency-Key` header: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Parses the key; `None` if `text` breaks the rule.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let sound = (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        sound.then(|| Self(text.to_owned()))
    }

    /// Derives the identifier of the booking that this user creates with this key (UUIDv5, RFC 9562, section 5.5). A
    /// retried request finds the same booking, and nothing else has to be stored.
    #[must_use]
    pub fn booking_id(&self, user: &UserId) -> BookingId {
        // A user's identifier contains no space, so the name is unique for the user and the key.
        BookingId(Uuid::new_v5(&KEYS, format!("{user} {}", self.0).as_bytes()))
    }
}

impl JsonSchema for IdempotencyKey {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "IdempotencyKey".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Of the client's choice, such as a UUID; the same for every try of one request.",
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "pattern": "^[!-~]{1,255}$",
            "examples": ["0b9c2f6e-5e0d-4f3b-9a1c-8d7e6f5a4b3c"],
        })
    }
}

/// The UUIDv5 namespace of bookings that were created with a key. Random, fixed for ever.
const KEYS: Uuid = Uuid::from_u128(0x3b0c_9f52_7c1e_4e0a_9d4e_58a1_63c7_20d6);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_an_address() {
        assert!(BookingId::parse("67e55044-10b1-426f-9247-bb680e5fe0c8").is_some());
        for text in [
            "",
            "1",
            "67e5504410b1426f9247bb680e5fe0c8",
            "{67e55044-10b1-426f-9247-bb680e5fe0c8}",
            "67e55044-10b1-426f-9247-bb680e5fe0cg",
            "67e5504410b1426f9247bb680e5fe0c8----",
        ] {
            assert!(BookingId::parse(text).is_none(), "{text}");
        }
        let upper = BookingId::parse("67E55044-10B1-426F-9247-BB680E5FE0C8").unwrap();
        assert_eq!(upper.to_string(), "67e55044-10b1-426f-9247-bb680e5fe0c8");
    }

    #[test]
    fn an_identifier_keeps_its_rule() {
        for text in ["a", "alice@example.com", "auth0|5f7c", "room-1.2:3_4+5", "...", ".a", "a.", &"x".repeat(128)] {
            assert!(UserId::parse(text).is_some(), "{text}");
        }
        for text in ["", ".", "..", "a b", "a/b", "ä", "a#b", "a\n", &"x".repeat(129)] {
            assert!(UserId::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn keys_of_different_users_never_meet() {
        let key = |text| IdempotencyKey::parse(text).unwrap();
        let user = |text| UserId::parse(text).unwrap();
        assert_eq!(key("k").booking_id(&user("alice")), key("k").booking_id(&user("alice")));
        assert!(key("k").booking_id(&user("alice")).is_of_key() && !BookingId::of(Uuid::new_v4()).is_of_key());
        assert_ne!(key("k").booking_id(&user("alice")), key("k").booking_id(&user("bob")));
        assert_ne!(key("bk").booking_id(&user("a")), key("k").booking_id(&user("ab")));
    }
}
