/// Book a resource for a span of time.
///
/// Sending it again with the same key answers the same note.
async fn create_note(
    notes: &Notes,
    note_id: NoteId,
    key: Option<IdempotencyKey>,
    Json(new): Json<NewNote>,
) -> Result<Created<Note>, NoteError> {
    notes.create(note_id, new, key).await
}
fn main() -> ::std::process::ExitCode {
    fn serve<
        A0: ::lambda::Init,
        A1: ::lambda::FromPath,
        A2: ::lambda::FromRequest,
        A3: ::lambda::FromRequest,
        Answer: ::lambda::Respond,
        Error: ::lambda::Problem,
        Work,
    >(
        __function: impl ::core::ops::Fn(
            &'static A0,
            A1,
            A2,
            A3,
        ) -> Work + ::core::marker::Copy + ::core::marker::Send + ::core::marker::Sync + 'static,
    ) -> ::std::process::ExitCode
    where
        Work: ::core::future::Future<Output = ::core::result::Result<Answer, Error>>
            + ::core::marker::Send + 'static,
    {
        ::lambda::http(
            ::lambda::Route {
                package: ::lambda::package!(),
                function: "create_note",
                method: "POST",
                path: "/notes/{note_id}/things",
                status: 201u16,
                docs: "Book a resource for a span of time.\n\nSending it again with the same key answers the same note.",
            },
            |__contract: &mut ::lambda::Contract| {
                __contract.environment::<A0>();
                __contract.path::<A1>("note_id");
                __contract.argument::<A2>();
                __contract.argument::<A3>();
                __contract.answer::<::core::result::Result<Answer, Error>>();
            },
            move |(__arg0,): &'static (A0,), mut __event: ::lambda::Request| async move {
                let __arg1 = __event.path::<A1>("note_id")?;
                let __arg2 = __event.take::<A2>()?;
                let __arg3 = __event.take::<A3>()?;
                ::core::result::Result::<
                    _,
                    ::lambda::Rejection,
                >::Ok(__function(__arg0, __arg1, __arg2, __arg3).await)
            },
        )
    }
    const _: () = {
        #[allow(unused_imports)]
        use ::lambda::TakesNothingWhole as _;
        ::lambda::check_whole(
            true,
            &[::lambda::Whole::<Option<IdempotencyKey>>::PART],
            ::lambda::Whole::<Json<NewNote>>::PART,
        )
    };
    serve::<
        Notes,
        NoteId,
        Option<IdempotencyKey>,
        Json<NewNote>,
        Created<Note>,
        NoteError,
        _,
    >(create_note)
}
