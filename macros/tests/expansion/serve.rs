pub async fn serve() -> () {}
fn main() -> ::std::process::ExitCode {
    fn serve_it<Answer: api::lambda::Outcome<api::lambda::Schedule>, Work>(
        __function: impl ::core::ops::Fn(
        ) -> Work + ::core::marker::Copy + ::core::marker::Send + ::core::marker::Sync + 'static,
    ) -> ::std::process::ExitCode
    where
        Work: ::core::future::Future<Output = Answer> + ::core::marker::Send + 'static,
    {
        api::lambda::schedule(
            api::lambda::Trigger {
                function: "serve",
                docs: "",
            },
            |__contract: &mut api::lambda::Contract| {
                __contract.outcome::<api::lambda::Schedule, Answer>();
            },
            move |(): &'static (), _: api::lambda::Event<api::lambda::Schedule>| async move {
                ::core::result::Result::<_, api::lambda::Failure>::Ok(__function().await)
            },
        )
    }
    serve_it::<(), _>(serve)
}
