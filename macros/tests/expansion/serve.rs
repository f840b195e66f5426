pub async fn serve() -> () {}
fn main() -> ::std::process::ExitCode {
    fn serve_it<Answer: api::Outcome<api::Schedule>, Work>(
        __function: impl ::core::ops::Fn(
        ) -> Work + ::core::marker::Copy + ::core::marker::Send + ::core::marker::Sync + 'static,
    ) -> ::std::process::ExitCode
    where
        Work: ::core::future::Future<Output = Answer> + ::core::marker::Send + 'static,
    {
        api::schedule(
            api::Trigger {
                package: api::package!(),
                function: "serve",
                docs: "",
            },
            |__contract: &mut api::Contract| {
                __contract.outcome::<api::Schedule, Answer>();
            },
            move |(): &'static (), _: api::Event<api::Schedule>| async move {
                ::core::result::Result::<_, api::Failure>::Ok(__function().await)
            },
        )
    }
    serve_it::<(), _>(serve)
}
