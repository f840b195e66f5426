#[automatically_derived]
impl ::lambda::problem::Problem for NoteError {
    fn details(&self) -> ::lambda::problem::ProblemDetails {
        match self {
            Self::NotFound { .. } => {
                ::lambda::problem::ProblemDetails::new(
                        404u16,
                        "urn:problem:not-found",
                        "Not found",
                    )
                    .detail("Note not found")
            }
            Self::TimeTaken { start_time: __field0, busy: __field2, .. } => {
                ::lambda::problem::ProblemDetails::new(
                        409u16,
                        "urn:problem:time-taken",
                        "Time taken",
                    )
                    .detail(
                        ::std::format!(
                            "the time from {start_time} is taken", start_time = __field0
                        ),
                    )
                    .member("start_time", __field0)
                    .member("busy", __field2)
            }
            Self::VersionMismatch { .. } => {
                ::lambda::problem::ProblemDetails::new(
                    412u16,
                    "urn:problem:stale",
                    "Version mismatch",
                )
            }
            Self::Unavailable { .. } => {
                ::lambda::problem::ProblemDetails::new(
                        503u16,
                        "https://example.com/down",
                        "Unavailable",
                    )
                    .retry_after(1u32)
            }
            Self::Closed { seconds: __field0, until: __field1, .. } => {
                ::lambda::problem::ProblemDetails::new(
                        503u16,
                        "urn:problem:closed",
                        "Closed",
                    )
                    .detail(::std::format!("closed for {seconds} s", seconds = __field0))
                    .member("until", __field1)
                    .retry_after({
                        let __seconds: &::core::primitive::u32 = __field0;
                        *__seconds
                    })
            }
            Self::Bug { .. } => {
                ::lambda::problem::ProblemDetails::new(500u16, "urn:problem:bug", "Bug")
            }
            Self::Other(__field0) => {
                <OtherProblem as ::lambda::problem::Problem>::details(__field0)
            }
        }
    }
    fn cause(&self) -> ::core::option::Option<&(dyn ::std::error::Error + 'static)> {
        match self {
            Self::NotFound { .. } => ::core::option::Option::None,
            Self::TimeTaken { .. } => ::core::option::Option::None,
            Self::VersionMismatch { .. } => ::core::option::Option::None,
            Self::Unavailable { 0: __field0, .. } => {
                ::core::option::Option::Some(__field0)
            }
            Self::Closed { .. } => ::core::option::Option::None,
            Self::Bug { 0: __field0, .. } => ::core::option::Option::Some(&**__field0),
            Self::Other(__field0) => {
                <OtherProblem as ::lambda::problem::Problem>::cause(__field0)
            }
        }
    }
    fn kinds() -> ::std::vec::Vec<::lambda::problem::ProblemKind> {
        let mut __kinds = ::std::vec::Vec::new();
        __kinds
            .push(
                ::lambda::problem::ProblemKind::new(
                        404u16,
                        "urn:problem:not-found",
                        "Not found",
                    )
                    .describe("No such note.")
                    .detail("Note not found"),
            );
        __kinds
            .push(
                ::lambda::problem::ProblemKind::new(
                        409u16,
                        "urn:problem:time-taken",
                        "Time taken",
                    )
                    .detail("the time from {start_time} is taken")
                    .members(const {
                        &[
                            ::lambda::problem::Member::of::<String>("start_time"),
                            ::lambda::problem::Member::of::<BusySpan>("busy"),
                        ]
                    }),
            );
        __kinds
            .push(
                ::lambda::problem::ProblemKind::new(
                        412u16,
                        "urn:problem:stale",
                        "Version mismatch",
                    )
                    .with(&["if-match", "version"]),
            );
        __kinds
            .push(
                ::lambda::problem::ProblemKind::new(
                        503u16,
                        "https://example.com/down",
                        "Unavailable",
                    )
                    .retry_after(1u32),
            );
        __kinds
            .push(
                ::lambda::problem::ProblemKind::new(
                        503u16,
                        "urn:problem:closed",
                        "Closed",
                    )
                    .detail("closed for {seconds} s")
                    .members(const {
                        &[::lambda::problem::Member::of::<String>("until")]
                    })
                    .retry_after(0u32),
            );
        __kinds
            .push(::lambda::problem::ProblemKind::new(500u16, "urn:problem:bug", "Bug"));
        __kinds.append(&mut <OtherProblem as ::lambda::problem::Problem>::kinds());
        __kinds
    }
}
