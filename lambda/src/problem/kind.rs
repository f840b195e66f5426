//! What is documented of a problem.

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::Header;

/// One documented problem, built as its [`ProblemDetails`](super::ProblemDetails) is.
#[derive(Debug, Clone, Copy)]
pub struct ProblemKind {
    /// HTTP status, 400..=599.
    pub status: u16,
    /// The problem's `type`, a URI that stays the same between releases.
    pub kind: &'static str,
    /// The problem's `title`.
    pub title: &'static str,
    /// When it happens and what to do about it; may be empty.
    pub description: &'static str,
    /// The `detail`, with the members that it shows in braces; the title, where nothing else is given.
    pub detail: &'static str,
    /// The members beyond those of every problem.
    pub members: &'static [Member],
    /// The seconds of its `Retry-After`, where it has one.
    pub retry_after: Option<u32>,
    /// Another header of its own, where it has one.
    pub header: Option<&'static Header>,
    /// It is only met by an endpoint that takes all of these, each a parameter or a member of the body.
    pub with: &'static [&'static str],
}

/// A member of a problem, and the schema of what is in it.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    pub(crate) name: &'static str,
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
}

impl Member {
    /// A member of this name that holds a `T`.
    #[must_use]
    pub const fn of<T: JsonSchema>(name: &'static str) -> Self {
        Self { name, schema: SchemaGenerator::subschema_for::<T> }
    }
}

impl ProblemKind {
    /// A problem without anything to say but its title.
    #[must_use]
    pub const fn new(status: u16, kind: &'static str, title: &'static str) -> Self {
        let (members, with): (&[Member], &[&str]) = (&[], &[]);
        Self { status, kind, title, description: "", detail: title, members, retry_after: None, header: None, with }
    }

    /// When it happens and what to do about it.
    #[must_use]
    pub const fn describe(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    /// Its `detail`, with the members that it shows in braces.
    #[must_use]
    pub const fn detail(self, detail: &'static str) -> Self {
        Self { detail, ..self }
    }

    /// Its members.
    #[must_use]
    pub const fn members(self, members: &'static [Member]) -> Self {
        Self { members, ..self }
    }

    /// After how many seconds trying again makes sense.
    #[must_use]
    pub const fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// Its own header.
    #[must_use]
    pub const fn header(self, header: &'static Header) -> Self {
        Self { header: Some(header), ..self }
    }

    /// What an endpoint has to take so that it can be met.
    #[must_use]
    pub const fn with(self, names: &'static [&'static str]) -> Self {
        Self { with: names, ..self }
    }
}
