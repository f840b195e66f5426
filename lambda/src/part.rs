//! The parts of a request that only one argument can take, and the check that generated code makes of a handler's
//! arguments. It is made of the types themselves, so that an alias and an own type are seen through.

use std::marker::PhantomData;

use super::FromRequest;

/// A part that is taken whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The body: it is read once.
    Body,
    /// The query: a parameter that the one struct does not know is refused.
    QueryString,
}

/// The part that a type takes whole: `Whole::<T>::PART`.
///
/// An inherent constant goes before one of a trait, where its bound holds. So a type that is no [`FromRequest`] takes
/// nothing here, and is one error, where the handler's bounds meet it.
#[derive(Debug)]
pub struct Whole<T>(PhantomData<T>);

impl<T: FromRequest> Whole<T> {
    /// The type's own.
    pub const PART: Option<Part> = T::WHOLE;
}

/// For what is no [`FromRequest`].
pub trait TakesNothingWhole {
    /// Nothing.
    const PART: Option<Part> = None;
}

impl<T> TakesNothingWhole for Whole<T> {}

/// Holds what an argument takes against the method and against what the arguments before it take. It is evaluated while the
/// handler is compiled, and what is underlined is the call.
///
/// # Panics
/// When it takes what it cannot have, which is an error of the compiler's then.
#[expect(clippy::panic, reason = "it is never called at run time, and this is how a constant says why it has no value")]
#[track_caller]
pub const fn check_whole(has_body: bool, earlier: &[Option<Part>], own: Option<Part>) {
    let Some(own) = own else { return };
    assert!(
        has_body || !matches!(own, Part::Body),
        "a `GET` or `DELETE` request has no body; take the values from the route or the query, or use `POST`"
    );
    let mut rest = earlier;
    while let [first, others @ ..] = rest {
        match (own, first) {
            (Part::Body, Some(Part::Body)) => {
                panic!("a request has one body, and an earlier argument takes it; put the fields into one type");
            }
            (Part::QueryString, Some(Part::QueryString)) => {
                panic!("a request has one query, and an earlier argument takes it; put the fields into one struct");
            }
            _ => {}
        }
        rest = others;
    }
}
