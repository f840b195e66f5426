//! Errors of reading a type from a document.

use std::fmt::{self, Display};

use serde::de::{Error, Expected, Unexpected};

use super::{copies, pointer, wanted};

/// The first error that serde returned.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Parts>);

#[derive(Debug)]
struct Parts {
    place: String,
    /// The place with `*` for each name that is not one of the type's own.
    masked: String,
    kind: Kind,
    /// Whether the place is exact (see [`Refusal::settled`]).
    settled: bool,
}

/// The kind of an error.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// The value breaks this rule.
    Rule(String),
    /// The member's name breaks this rule.
    Name(String),
    /// The value breaks a rule whose text is from the type's author or from a library.
    Told(String),
    /// The member's name is not one of these.
    Unknown(&'static [&'static str]),
    /// The value at the place, or one inside it, has a member of this name, which is not one of these.
    Stranger(String, &'static [&'static str]),
    /// A member of this name is missing.
    Missing(&'static str),
    /// The value that serde saw breaks this rule.
    Unfit(Seen, String),
}

/// The value that serde saw, to find it in the document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Seen {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    Else,
}

impl Refusal {
    pub(super) fn new(kind: Kind) -> Self {
        Self(Box::new(Parts { place: String::new(), masked: String::new(), kind, settled: false }))
    }

    /// An error of a value that breaks `rule`.
    pub(super) fn rule(rule: impl Into<String>) -> Self {
        Self::new(Kind::Rule(rule.into())).settled()
    }

    /// Marks the place as exact: the error is about the value there, not about one inside it. serde reads some types
    /// from a copy and then does not know where a value was.
    pub(super) fn settled(mut self) -> Self {
        self.0.settled = true;
        self
    }

    /// Marks the place as exact if an array or an object itself caused the error. A value of the wrong type may be
    /// inside it.
    pub(super) fn settled_here(self) -> Self {
        if self.0.place.is_empty() && !matches!(self.0.kind, Kind::Unfit(..)) { self.settled() } else { self }
    }

    /// As `settled_here`, for a struct with these fields. A missing member that is not one of them is missing in a
    /// value inside.
    pub(super) fn settled_among(self, fields: &[&str]) -> Self {
        match &self.0.kind {
            Kind::Missing(name) if !fields.is_empty() && !fields.contains(name) => self,
            _ => self.settled_here(),
        }
    }

    /// Extends the place by an index outwards.
    pub(super) fn within(self, index: usize) -> Self {
        let token = index.to_string();
        self.outwards(&token, &token)
    }

    /// Extends the place by a name outwards. `known` are the names that the type itself has.
    pub(super) fn within_name(self, name: &str, known: &[&str]) -> Self {
        self.outwards(name, if known.contains(&name) { name } else { "*" })
    }

    fn outwards(mut self, token: &str, masked: &str) -> Self {
        self.0.place = pointer::within(token, &self.0.place);
        self.0.masked = pointer::within(masked, &self.0.masked);
        self
    }

    /// Turns it into an error of the member's name.
    pub(super) fn of_name(self, name: &str) -> Self {
        let kind = match self.0.kind {
            Kind::Stranger(_, known) => Kind::Unknown(known),
            Kind::Rule(rule) | Kind::Told(rule) | Kind::Unfit(_, rule) => Kind::Name(format!("has a name that {rule}")),
            kind => kind,
        };
        Self::new(kind).settled().within_name(name, &[])
    }

    /// The place, the kind, and whether the place is exact.
    pub(crate) fn into_parts(self) -> (String, Kind, bool) {
        let Parts { place, kind, settled, .. } = *self.0;
        (place, kind, settled)
    }

    /// The place, without names of the document's author, and the kind.
    pub(super) fn masked(self) -> (String, Kind) {
        (self.0.masked, self.0.kind)
    }
}

impl Error for Refusal {
    fn custom<T: Display>(message: T) -> Self {
        let message = message.to_string();
        // serde's message for a flattened struct that denies unknown members.
        match message.strip_prefix("unknown field `").and_then(|rest| rest.strip_suffix('`')) {
            Some(name) => Self::new(Kind::Stranger(name.to_owned(), &[])),
            None => Self::new(Kind::Told(wanted::told(message))),
        }
    }

    fn invalid_type(unexpected: Unexpected, expected: &dyn Expected) -> Self {
        Self::new(Kind::Unfit(seen(unexpected), wanted::of_type(unexpected, &expected.to_string())))
    }

    fn invalid_value(unexpected: Unexpected, expected: &dyn Expected) -> Self {
        Self::new(Kind::Unfit(seen(unexpected), wanted::of_value(&expected.to_string())))
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        copies::note(&expected);
        Self::new(Kind::Told(wanted::of_value(&expected)))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Kind::Unfit(Seen::Text(variant.to_owned()), wanted::one_of(expected)))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Kind::Stranger(field.to_owned(), expected))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Kind::Missing(field))
    }

    /// Two different names of one member. A name that is given twice is found before, by the tree.
    fn duplicate_field(field: &'static str) -> Self {
        Self::new(Kind::Rule(format!("has `{field}` under two names")))
    }
}

fn seen(unexpected: Unexpected) -> Seen {
    match unexpected {
        Unexpected::Bool(value) => Seen::Bool(value),
        Unexpected::Unsigned(value) => Seen::Integer(value.into()),
        Unexpected::Signed(value) => Seen::Integer(value.into()),
        Unexpected::Float(value) => Seen::Float(value),
        Unexpected::Char(value) => Seen::Text(value.into()),
        Unexpected::Str(value) => Seen::Text(value.to_owned()),
        Unexpected::Unit | Unexpected::Option => Seen::Null,
        _ => Seen::Else,
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(wanted::UNFIT)
    }
}

impl std::error::Error for Refusal {}
