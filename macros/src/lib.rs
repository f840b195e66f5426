//! The two macros of the crate `lambda`: one makes a function an endpoint, the other an enum its errors.
//!
//! Both expand to short calls of `lambda`, where the work is done. Both report every mistake of an item at once, on the
//! tokens to change, and then emit something harmless in the item's place, so that a mistake is one message.

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

/// Makes an `async fn` the whole of a Lambda function: writes the `main` beside it.
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
/// A function that a DynamoDB stream calls, and one that a schedule calls:
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
/// - A **borrowed** argument is the environment: `&T` is built once, in the init phase, and lent to
///   every invocation. `T: Init`.
/// - An **owned** argument is the request. One whose name stands in the route's braces is that path
///   parameter (`T: FromPath`, which is every `T: FromStr + JsonSchema`); any other is taken from the
///   request (`T: FromRequest`), or from the event (`T: FromEvent<Stream>`, `T: FromEvent<Schedule>`).
///
/// They may stand in any order. A stream handler has exactly one owned argument, a scheduled one at
/// most one. A request has one body and one query: one argument takes the whole of it. Headers and
/// the caller can be taken more than once.
///
/// # Answer
///
/// Anything that is `Respond` (for an event: `Outcome`), or a `Result` of that and an error that is
/// [`macro@Problem`]. The doc comment is the summary and description of the operation.
///
/// # Options
///
/// - `status = 201`: the status of a success, 200 to 299; 200 unless told otherwise. Routes only. 204
///   and 205 have no content (RFC 9110, section 15.3): the answer is `()`, or another `NoContent`.
/// - `crate = path`: where `lambda` is, when it was renamed or re-exported.
///
/// # Expands to
///
/// The function as it was written, so that a test can call it, and a `main` that hands a
/// description and a closure to `lambda::http` (or `stream`, or `schedule`):
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
///     // One for each owned argument that an earlier one could be in the way of.
///     const _: () = check_whole(true, &[..], Whole::<Json<Note>>::PART);
///     serve::<Notes, Json<Note>, Json<Note>, NoteError, _>(write_note)
/// }
/// ```
#[proc_macro_attribute]
pub fn handler(args: TokenStream, item: TokenStream) -> TokenStream {
    handler::expand(args.into(), item.into()).into()
}

/// Makes an enum the errors of an endpoint: each variant an RFC 9457 problem.
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
/// - `status = 409`: 400 to 599; every variant has one.
/// - `type = "time-taken"`: the problem's `type`. A word becomes `urn:problem:time-taken`, a URI stays
///   as it is; without the option the word is the variant's name.
/// - `title = "Time taken"`: without it, the variant's name as words.
/// - `detail = "..."`: a format string over the named fields; without it, the title.
/// - `retry_after = 1`: seconds, for the `Retry-After` header.
/// - `with = "if-match"`: documented only where the endpoint takes a parameter, or a body with a member, of that
///   name; of several names with commas between them it has to take all. Without it, the problem is documented wherever
///   the enum is the endpoint's error.
/// - `transparent`, alone: the variant's one unnamed field is the problem.
///
/// The variant's doc comment describes the answer in the API's documentation.
///
/// # Fields
///
/// A named field is a member of the problem (`Serialize`, `JsonSchema`), unless it is marked:
///
/// - `#[problem(skip)]`: not a member. `detail` can still show it.
/// - `#[problem(cause)]`: the failure behind this one, which is logged and is not a member.
///
/// A field without a name has to be one of the two.
///
/// # Option of the enum
///
/// `#[problem(crate = path)]`: where `lambda` is, when it was renamed or re-exported.
#[proc_macro_derive(Problem, attributes(problem))]
pub fn problem(input: TokenStream) -> TokenStream {
    problem::expand(input.into()).into()
}
