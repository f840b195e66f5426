//! Documentation of problems: [`ProblemKind`].

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::Header;

/// A documented problem. It is built like its [`ProblemDetails`](super::ProblemDetails).
#[derive(Debug, Clone, Copy)]
pub struct ProblemKind {
    /// HTTP status, 400..=599.
    pub status: u16,
    /// The problem's `type`, a URI that stays the same between releases.
    pub kind: &'static str,
    /// The problem's `title`.
    pub title: &'static str,
    /// When it occurs and how to react; may be empty.
    pub description: &'static str,
    /// The `detail`, with members in braces where their values are shown. The title if no other detail is given.
    pub detail: &'static str,
    /// The members in addition to those of every problem.
    pub members: &'static [Member],
    /// The seconds of its `Retry-After`, if it has one; 0 if each occurrence has its own.
    pub retry_after: Option<u32>,
    /// A further header, if it has one.
    pub header: Option<&'static Header>,
    /// It only occurs in endpoints that take all of these: names of parameters or of members of the body.
    pub with: &'static [&'static str],
}

/// A member of a problem, and its schema.
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
    /// Creates a kind with a title and no further documentation.
    #[must_use]
    pub const fn new(status: u16, kind: &'static str, title: &'static str) -> Self {
        let (members, with): (&[Member], &[&str]) = (&[], &[]);
        Self { status, kind, title, description: "", detail: title, members, retry_after: None, header: None, with }
    }

    /// Sets when it occurs and how to react.
    #[must_use]
    pub const fn describe(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    /// Sets the `detail`, with members in braces where their values are shown.
    #[must_use]
    pub const fn detail(self, detail: &'static str) -> Self {
        Self { detail, ..self }
    }

    /// Sets the members.
    #[must_use]
    pub const fn members(self, members: &'static [Member]) -> Self {
        Self { members, ..self }
    }

    /// Sets the seconds after which a retry makes sense.
    #[must_use]
    pub const fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// Sets the header.
    #[must_use]
    pub const fn header(self, header: &'static Header) -> Self {
        Self { header: Some(header), ..self }
    }

    /// Sets the names that an endpoint has to take for this problem to occur.
    #[must_use]
    pub const fn with(self, names: &'static [&'static str]) -> Self {
        Self { with: names, ..self }
    }
}
