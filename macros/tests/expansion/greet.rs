/// Greet.
async fn greet(event: BusEvent<Greeting>) -> () {}
fn main() -> ::std::process::ExitCode {
    fn serve<
        A0: ::lambda::FromEvent<::lambda::Rule>,
        Answer: ::lambda::Outcome<::lambda::Rule>,
        Work,
    >(
        __function: impl ::core::ops::Fn(
            A0,
        ) -> Work + ::core::marker::Copy + ::core::marker::Send + ::core::marker::Sync + 'static,
    ) -> ::std::process::ExitCode
    where
        Work: ::core::future::Future<Output = Answer> + ::core::marker::Send + 'static,
    {
        ::lambda::event(
            ::lambda::Trigger {
                package: ::lambda::package!(),
                function: "greet",
                docs: "Greet.",
            },
            |__contract: &mut ::lambda::Contract| {
                __contract.event::<::lambda::Rule, A0>();
                __contract.outcome::<::lambda::Rule, Answer>();
            },
            move |(): &'static (), mut __event: ::lambda::Event<::lambda::Rule>| async move {
                let __arg0 = __event.take::<A0>()?;
                ::core::result::Result::<
                    _,
                    ::lambda::Failure,
                >::Ok(__function(__arg0).await)
            },
        )
    }
    serve::<BusEvent<Greeting>, (), _>(greet)
}
