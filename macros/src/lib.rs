//! The two macros of `handlers`: one makes a function an endpoint, the other an enum its errors.
//!
//! Both expand to short calls of `handlers::lambda`, where the work is done. Both report every
//! mistake of an item at once, on the tokens to change, and then emit something harmless in the
//! item's place, so that a mistake is one message.

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
/// ```ignore
/// /// Book a resource for a span of time.
/// #[handler(POST "/bookings", status = 201)]
/// async fn create_booking(
///     bookings: &Bookings,
///     key: Option<IdempotencyKey>,
///     Json(new): Json<NewBooking>,
/// ) -> Result<Created<Booking>, BookingError> {
///     bookings.create(new, key).await
/// }
///
/// /// Publish the reminders that are due.
/// #[handler(stream)]
/// async fn publish_reminders(bus: &Bus, records: Records) -> Result<BatchResult, PublishError> { .. }
///
/// /// Mark what TTL is late for.
/// #[handler(schedule)]
/// async fn sweep(bookings: &Bookings) -> Result<(), SweepError> { .. }
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
/// - `crate = path`: where `handlers` is, when it was renamed or re-exported.
///
/// # Expands to
///
/// The function as it was written, so that a test can call it, and a `main` that hands a
/// description and a closure to `handlers::lambda::http` (or `stream`, or `schedule`):
///
/// ```ignore
/// fn main() -> ExitCode {
///     fn serve<A0: Init, A1: FromRequest, Answer: Respond, Error: Problem, Work>(
///         function: impl Fn(&'static A0, A1) -> Work + Copy + Send + Sync + 'static,
///     ) -> ExitCode
///     where
///         Work: Future<Output = Result<Answer, Error>> + Send + 'static,
///     {
///         http(
///             Route { function: "create_booking", method: "POST", path: "/bookings", .. },
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
///     const _: () = check_whole(true, &[..], Whole::<Json<NewBooking>>::PART);
///     serve::<Bookings, Json<NewBooking>, Created<Booking>, BookingError, _>(create_booking)
/// }
/// ```
#[proc_macro_attribute]
pub fn handler(args: TokenStream, item: TokenStream) -> TokenStream {
    handler::expand(args.into(), item.into()).into()
}

/// Makes an enum the errors of an endpoint: each variant an RFC 9457 problem.
///
/// ```ignore
/// #[derive(Debug, Problem)]
/// pub enum BookingError {
///     /// No such booking, or none of the caller's.
///     #[problem(status = 404, detail = "Booking not found")]
///     NotFound,
///     #[problem(status = 409, detail = "the time from {start_time} is taken")]
///     TimeTaken { start_time: Timestamp, busy: Span },
///     #[problem(status = 503, retry_after = 1)]
///     Unavailable(#[problem(cause)] StoreError),
///     #[problem(transparent)]
///     Other(OtherProblem),
/// }
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
/// `#[problem(crate = path)]`: where `handlers` is, when it was renamed or re-exported.
#[proc_macro_derive(Problem, attributes(problem))]
pub fn problem(input: TokenStream) -> TokenStream {
    problem::expand(input.into()).into()
}
