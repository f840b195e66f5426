//! The problem of a booking that breaks rules of its resource.

use lambda::problem::Member;
use lambda::{Problem, ProblemDetails, ProblemKind};

use super::Fault;

const OUTSIDE_RULES: ProblemKind = ProblemKind::new(422, "urn:problem:outside-rules", "Outside rules")
    .describe(
        "The times, their length or the seats break rules of the resource; `errors` names each rule that is broken. Times of \
         day are in `time_zone`.",
    )
    .detail("the booking breaks rules of the resource")
    .members(&[Member::of::<String>("time_zone"), Member::of::<Vec<Fault>>("errors")])
    .with(&["start_time"]);

/// The rules of a resource that a booking breaks; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideRules {
    /// The resource's time zone.
    pub time_zone: String,
    /// Every rule that is broken.
    pub errors: Vec<Fault>,
}

/// By hand: a derived problem has no member `errors`.
impl Problem for OutsideRules {
    fn details(&self) -> ProblemDetails {
        ProblemDetails::of(OUTSIDE_RULES).member("time_zone", &self.time_zone).errors(self.errors.clone())
    }

    fn kinds() -> Vec<ProblemKind> {
        vec![OUTSIDE_RULES]
    }
}
