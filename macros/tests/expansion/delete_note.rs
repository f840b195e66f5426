async fn delete_note(
    note_id: NoteId,
    if_match: IfMatch,
    caller: Caller,
) -> Result<(), NoteError> {
    delete(note_id, if_match, caller).await
}
fn main() -> ::std::process::ExitCode {
    fn serve<
        A0: ::lambda::FromPath,
        A1: ::lambda::FromRequest,
        A2: ::lambda::FromRequest,
        Answer: ::lambda::NoContent,
        Error: ::lambda::Problem,
        Work,
    >(
        __function: impl ::core::ops::Fn(
            A0,
            A1,
            A2,
        ) -> Work + ::core::marker::Copy + ::core::marker::Send + ::core::marker::Sync + 'static,
    ) -> ::std::process::ExitCode
    where
        Work: ::core::future::Future<Output = ::core::result::Result<Answer, Error>>
            + ::core::marker::Send + 'static,
    {
        ::lambda::http(
            ::lambda::Route {
                package: ::lambda::package!(),
                function: "delete_note",
                method: "DELETE",
                path: "/notes/{note_id}",
                status: 204u16,
                docs: "",
            },
            |__contract: &mut ::lambda::Contract| {
                __contract.path::<A0>("note_id");
                __contract.argument::<A1>();
                __contract.argument::<A2>();
                __contract.answer::<::core::result::Result<Answer, Error>>();
            },
            move |(): &'static (), mut __event: ::lambda::Request| async move {
                let __arg0 = __event.path::<A0>("note_id")?;
                let __arg1 = __event.take::<A1>()?;
                let __arg2 = __event.take::<A2>()?;
                ::core::result::Result::<
                    _,
                    ::lambda::Rejection,
                >::Ok(__function(__arg0, __arg1, __arg2).await)
            },
        )
    }
    const _: () = {
        #[allow(unused_imports)]
        use ::lambda::TakesNothingWhole as _;
        ::lambda::check_whole(false, &[], ::lambda::Whole::<IfMatch>::PART)
    };
    const _: () = {
        #[allow(unused_imports)]
        use ::lambda::TakesNothingWhole as _;
        ::lambda::check_whole(
            false,
            &[::lambda::Whole::<IfMatch>::PART],
            ::lambda::Whole::<Caller>::PART,
        )
    };
    serve::<NoteId, IfMatch, Caller, (), NoteError, _>(delete_note)
}
