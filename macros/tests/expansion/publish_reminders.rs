/// Publish the reminders that are due.
async fn publish_reminders(
    records: Records,
    bookings: &Bookings,
    bus: &Bus,
) -> Result<BatchResult, PublishError> {
    publish(bookings, bus, records).await
}
fn main() -> ::std::process::ExitCode {
    fn serve<
        A0: ::handlers::lambda::FromEvent<::handlers::lambda::Stream>,
        A1: ::handlers::lambda::Init,
        A2: ::handlers::lambda::Init,
        Answer: ::handlers::lambda::Outcome<::handlers::lambda::Stream>,
        Error: ::handlers::lambda::Problem,
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
        ::handlers::lambda::stream(
            ::handlers::lambda::Trigger {
                function: "publish_reminders",
                docs: "Publish the reminders that are due.",
            },
            |__contract: &mut ::handlers::lambda::Contract| {
                __contract.event::<::handlers::lambda::Stream, A0>();
                __contract.environment::<A1>();
                __contract.environment::<A2>();
                __contract
                    .outcome::<
                        ::handlers::lambda::Stream,
                        ::core::result::Result<Answer, Error>,
                    >();
            },
            move |
                (__arg1, __arg2): &'static (A1, A2),
                mut __event: ::handlers::lambda::Event<::handlers::lambda::Stream>|
            async move {
                let __arg0 = __event.take::<A0>()?;
                ::core::result::Result::<
                    _,
                    ::handlers::lambda::Failure,
                >::Ok(__function(__arg0, __arg1, __arg2).await)
            },
        )
    }
    serve::<Records, Bookings, Bus, BatchResult, PublishError, _>(publish_reminders)
}
