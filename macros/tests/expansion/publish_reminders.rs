/// Publish the reminders that are due.
async fn publish_reminders(
    records: Records,
    notes: &Notes,
    bus: &Bus,
) -> Result<BatchResult, PublishError> {
    publish(notes, bus, records).await
}
fn main() -> ::std::process::ExitCode {
    fn serve<
        A0: ::lambda::FromEvent<::lambda::Stream>,
        A1: ::lambda::Init,
        A2: ::lambda::Init,
        Answer: ::lambda::Outcome<::lambda::Stream>,
        Error: ::lambda::Problem,
        Work,
    >(
        __function: impl ::core::ops::Fn(
            A0,
            &'static A1,
            &'static A2,
        ) -> Work + ::core::marker::Copy + ::core::marker::Send + ::core::marker::Sync + 'static,
    ) -> ::std::process::ExitCode
    where
        Work: ::core::future::Future<Output = ::core::result::Result<Answer, Error>>
            + ::core::marker::Send + 'static,
    {
        ::lambda::stream(
            ::lambda::Trigger {
                package: ::lambda::package!(),
                function: "publish_reminders",
                docs: "Publish the reminders that are due.",
            },
            |__contract: &mut ::lambda::Contract| {
                __contract.event::<::lambda::Stream, A0>();
                __contract.environment::<A1>();
                __contract.environment::<A2>();
                __contract
                    .outcome::<
                        ::lambda::Stream,
                        ::core::result::Result<Answer, Error>,
                    >();
            },
            move |
                (__arg1, __arg2): &'static (A1, A2),
                mut __event: ::lambda::Event<::lambda::Stream>|
            async move {
                let __arg0 = __event.take::<A0>()?;
                ::core::result::Result::<
                    _,
                    ::lambda::Failure,
                >::Ok(__function(__arg0, __arg1, __arg2).await)
            },
        )
    }
    serve::<Records, Notes, Bus, BatchResult, PublishError, _>(publish_reminders)
}
