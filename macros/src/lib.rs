//! Macros of the crate `lambda`: `#[handler]` makes a function an endpoint, `#[derive(Problem)]` makes an enum its
//! errors.
//!
//! Both expand to short calls of `lambda`, which does the work. Both report every mistake of an item at once, on the
//! tokens to change. They then emit harmless code in place of the item, so that a mistake causes one message only.

mod docs;
mod errors;
mod handler;
mod names;
mod problem;
mod settings;
#[cfg(test)]
mod testing;
mod types;

use proc_macro::TokenStream;

/// Makes an `async fn` a Lambda function: generates its `main`.
///
/// ```no_run
/// use garde::Validate;
/// use lambda::{Init, InitError, Json, Problem, handler};
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// /// Where notes are kept.
/// struct Notes;
///
/// impl Init for Notes {
///     async fn init() -> Result<Self, InitError> {
///         Ok(Self)
///     }
/// }
///
/// /// A note.
/// #[derive(Serialize, Deserialize, JsonSchema, Validate)]
/// struct Note {
///     /// What it says.
///     #[garde(length(chars, max = 500))]
///     text: String,
/// }
///
/// #[derive(Debug, Problem)]
/// enum NoteError {
///     /// There is a note of this number already.
///     #[problem(status = 409)]
///     Taken,
/// }
///
/// /// Write a note.
/// #[handler(POST "/notes/{number}", status = 201)]
/// async fn write_note(notes: &Notes, number: u32, Json(note): Json<Note>) -> Result<Json<Note>, NoteError> {
///     Ok(Json(note))
/// }
/// ```
///
/// Functions that are called by a DynamoDB stream and by a schedule:
///
/// ```no_run
/// use lambda::{BatchResult, Records, handler};
///
/// /// Look at what has changed.
/// #[handler(stream)]
/// async fn look(records: Records) -> BatchResult {
///     BatchResult::default()
/// }
/// ```
///
/// ```no_run
/// use lambda::{Tick, handler};
///
/// /// Tidy up.
/// #[handler(schedule)]
/// async fn tidy(tick: Tick) -> () {}
/// ```
///
/// # Arguments
///
/// - A **borrowed** argument is part of the environment: `&T` is built once, in the init phase, and lent to every
///   invocation. `T: Init`.
/// - An **owned** argument is taken from the invocation. If its name is a path parameter of the route, it is that
///   parameter (`T: FromPath`, which is every `T: FromStr + JsonSchema`). Any other is taken from the request
///   (`T: FromRequest`), or from the event (`T: FromEvent<Stream>`, `T: FromEvent<Schedule>`).
///
/// Arguments can be in any order. A stream handler has exactly one owned argument, a scheduled one at most one. A
/// request has one body and one query, and only one argument can take each of them. Headers and the caller can be taken
/// more than once.
///
/// # Result
///
/// Any type that is `Respond` (for an event: `Outcome`), or a `Result` of such a type and an error that is
/// [`macro@Problem`]. The doc comment becomes the summary and the description of the operation.
///
/// # Options
///
/// - `status = 201`: the status of a success, 200 to 299; 200 by default. Routes only. 204 and 205 have no content (RFC
///   9110, section 15.3): the result is then `()`, or another `NoContent`.
/// - `crate = path`: the path of `lambda`, if it was renamed or re-exported.
///
/// # Expands to
///
/// The function as it was written, so that a test can call it; and a `main` that passes a description and a closure to
/// `lambda::http` (or `stream`, or `schedule`):
///
/// ```text
/// fn main() -> ExitCode {
///     fn serve<A0: Init, A1: FromRequest, Answer: Respond, Error: Problem, Work>(
///         function: impl Fn(&'static A0, A1) -> Work + Copy + Send + Sync + 'static,
///     ) -> ExitCode
///     where
///         Work: Future<Output = Result<Answer, Error>> + Send + 'static,
///     {
///         http(
///             Route { function: "write_note", method: "POST", path: "/notes/{number}", .. },
///             |contract| {
///                 contract.environment::<A0>();
///                 contract.argument::<A1>();
///                 contract.answer::<Result<Answer, Error>>();
///             },
///             move |(arg0,): &'static (A0,), mut event| async move {
///                 let arg1 = event.take::<A1>()?;
///                 Ok(function(arg0, arg1).await)
///             },
///         )
///     }
///     // One for each owned argument that may conflict with an earlier one.
///     const _: () = check_whole(true, &[..], Whole::<Json<Note>>::PART);
///     serve::<Notes, Json<Note>, Json<Note>, NoteError, _>(write_note)
/// }
/// ```
#[proc_macro_attribute]
pub fn handler(args: TokenStream, item: TokenStream) -> TokenStream {
    handler::expand(args.into(), item.into()).into()
}

/// Makes an enum the errors of an endpoint: each variant is an RFC 9457 problem.
///
/// ```
/// use lambda::{Problem, Timestamp};
///
/// #[derive(Debug, Problem)]
/// pub enum NoteError {
///     /// There is no such note.
///     #[problem(status = 404, detail = "Note not found")]
///     NotFound,
///     /// The note may not be changed any more.
///     #[problem(status = 409, detail = "locked since {since}")]
///     Locked { since: Timestamp },
///     #[problem(status = 503, retry_after = 1)]
///     Unavailable(#[problem(cause)] std::io::Error),
/// }
///
/// assert_eq!(NoteError::NotFound.details().kind(), "urn:problem:not-found");
/// ```
///
/// # Options of a variant
///
/// - `status = 409`: 400 to 599. Required.
/// - `type = "time-taken"`: the problem's `type`. A word becomes `urn:problem:time-taken`; a URI is kept. By default
///   the word is the variant's name.
/// - `title = "Time taken"`: by default the variant's name as words.
/// - `detail = "..."`: a format string over the named fields; by default the title.
/// - `retry_after = 1`: seconds, for the `Retry-After` header.
/// - `with = "if-match"`: documents the problem only for endpoints that take a parameter, or a body with a member, of
///   that name. Of several names, separated by commas, the endpoint has to take all. By default, the problem is
///   documented for every endpoint with this error.
/// - `transparent`, without other options: the variant's only, unnamed field is the problem.
///
/// The variant's doc comment describes the response in the API's documentation.
///
/// # Fields
///
/// A named field is a member of the problem (`Serialize`, `JsonSchema`), unless it is marked:
///
/// - `#[problem(skip)]`: not a member. `detail` can still show it.
/// - `#[problem(cause)]`: the underlying error, which is logged and is not a member.
///
/// A field without a name needs one of these attributes.
///
/// # Option of the enum
///
/// `#[problem(crate = path)]`: the path of `lambda`, if it was renamed or re-exported.
#[proc_macro_derive(Problem, attributes(problem))]
pub fn problem(input: TokenStream) -> TokenStream {
    problem::expand(input.into()).into()
}
