/// Take an order.
async fn take_order(orders: &Orders, message: Message<Order>) -> Result<(), OrderError> {
    orders.take(message.body).await
}
fn main() -> ::std::process::ExitCode {
    fn serve<
        A0: ::lambda::Init,
        A1: ::lambda::FromEvent<::lambda::Queue>,
        Answer: ::lambda::Outcome<::lambda::Queue>,
        Error: ::lambda::Problem,
        Work,
    >(
        __function: impl ::core::ops::Fn(
            &'static A0,
            A1,
        ) -> Work + ::core::marker::Copy + ::core::marker::Send + ::core::marker::Sync + 'static,
    ) -> ::std::process::ExitCode
    where
        Work: ::core::future::Future<Output = ::core::result::Result<Answer, Error>>
            + ::core::marker::Send + 'static,
    {
        ::lambda::queue(
            ::lambda::Consumer {
                package: ::lambda::package!(),
                function: "take_order",
                concurrency: 3u16,
                docs: "Take an order.",
            },
            |__contract: &mut ::lambda::Contract| {
                __contract.environment::<A0>();
                __contract.event::<::lambda::Queue, A1>();
                __contract
                    .outcome::<::lambda::Queue, ::core::result::Result<Answer, Error>>();
            },
            move |
                (__arg0,): &'static (A0,),
                mut __event: ::lambda::Event<::lambda::Queue>|
            async move {
                let __arg1 = __event.take::<A1>()?;
                ::core::result::Result::<
                    _,
                    ::lambda::Failure,
                >::Ok(__function(__arg0, __arg1).await)
            },
        )
    }
    serve::<Orders, Message<Order>, (), OrderError, _>(take_order)
}
