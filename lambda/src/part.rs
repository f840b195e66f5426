//! Parts of a request that only one argument can take (body, query), and the compile-time check of a handler's
//! arguments.
//!
//! The check uses the types themselves, so that aliases and custom types are recognized.

use std::marker::PhantomData;

use super::FromRequest;

/// A part of a request that one argument takes whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The body, which can be read once.
    Body,
    /// The query. Its one struct refuses parameters that it does not know.
    QueryString,
}

/// The part that `T` takes whole: `Whole::<T>::PART`.
///
/// An inherent constant takes precedence over a trait's constant where its bound holds. So for a type without
/// [`FromRequest`] this is `None`, and the type causes one compile error only: the handler's bound.
#[derive(Debug)]
pub struct Whole<T>(PhantomData<T>);

impl<T: FromRequest> Whole<T> {
    /// The part that the type declares.
    pub const PART: Option<Part> = T::WHOLE;
}

/// Fallback for types without [`FromRequest`].
pub trait TakesNothingWhole {
    /// No part.
    const PART: Option<Part> = None;
}

impl<T> TakesNothingWhole for Whole<T> {}

/// Checks an argument's part against the method and against earlier arguments. Evaluated at compile time; the compiler
/// underlines the call.
///
/// # Panics
/// When the argument cannot take its part. The panic is a compile error.
#[expect(clippy::panic, reason = "evaluated at compile time only, where a panic is the error message")]
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
