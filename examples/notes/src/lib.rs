//! Types that the functions in `src/bin` share.

use garde::Validate;
use lambda::Entity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A note to write.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// One line.
    #[garde(length(chars, min = 1, max = 80))]
    pub title: String,
    /// The rest.
    #[garde(length(chars, max = 10_000))]
    pub text: String,
}

/// A note: written once, and never changed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// Names the note.
    pub note_id: Uuid,
    /// One line.
    pub title: String,
    /// The rest.
    pub text: String,
}

impl Entity for Note {
    const LOCATION_EXAMPLE: &'static str = "/notes/67e55044-10b1-426f-9247-bb680e5fe0c8";
    fn location(&self) -> String {
        format!("/notes/{}", self.note_id)
    }
    fn etag(&self) -> String {
        "\"1\"".to_owned()
    }
}
