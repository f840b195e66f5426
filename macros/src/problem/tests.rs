//! Tests of each error message, and that the impl beside it causes no further errors.

use super::expand;
use crate::testing::{expansion, messages_of};

#[track_caller]
fn says(input: &str, expected: &[&str]) {
    let file: syn::File = syn::parse2(expand(input.parse().unwrap())).expect("the stub is Rust");
    let messages = messages_of(&file);
    assert_eq!(messages.len(), expected.len(), "{messages:#?}");
    for (message, expected) in messages.iter().zip(expected) {
        assert!(message.contains(expected), "{message:?} lacks {expected:?}");
        assert!(!message.ends_with('.'), "{message:?} ends in a full stop");
    }
    let impls = file.items.iter().filter(|item| matches!(item, syn::Item::Impl(_)));
    assert_eq!(impls.count(), 1);
}

#[track_caller]
fn variant_says(variant: &str, expected: &str) {
    says(&format!("enum NoteError {{ {variant} }}"), &[expected]);
}

#[test]
fn a_problem_is_an_enum_without_generics() {
    says("struct Problem { a: u8 }", &["`Problem` is derived for an enum"]);
    says("union Problem { a: u8 }", &["`Problem` is derived for an enum"]);
    says("enum Problem<T> { #[problem(status = 404)] A { a: T } }", &["a problem is not generic"]);
}

#[test]
fn a_variant_has_a_status_of_a_failure() {
    variant_says("NotFound", "`NotFound` lacks its status");
    variant_says("#[problem(title = \"Gone\")] NotFound", "`NotFound` lacks its status");
    for value in ["200", "399", "600", "\"404\"", "NOT_FOUND"] {
        variant_says(&format!("#[problem(status = {value})] A"), "`status` is an integer from 400 to 599");
    }
}

#[test]
fn an_unknown_option_names_the_known() {
    variant_says("#[problem(status = 404, titel = \"x\")] A", "unknown option `titel`; did you mean `title`?");
    variant_says("#[problem(status = 404, code = 1)] A", "a variant's `#[problem(..)]` knows `status`, `type`");
    variant_says("#[problem(status = 404)] A { #[problem(skp)] a: u8 }", "did you mean `skip`?");
    variant_says("#[problem(status = 404)] A { #[problem(hide)] a: u8 }", "knows `skip`, `cause` and `retry_after`");
    says("#[problem(status = 404)] enum E {}", &["an enum's `#[problem(..)]` knows `crate`"]);
}

#[test]
fn an_option_stands_once_and_has_its_value() {
    variant_says("#[problem(status = 404, status = 404)] A", "`status` is given twice");
    variant_says("#[problem(status = 404)] #[problem(status = 404)] A", "`status` is given twice");
    variant_says("#[problem(status = 404, title = Gone)] A", "`title` is a string literal");
    variant_says("#[problem(status = 404, detail)] A", "`detail` is a string literal");
    variant_says("#[problem(status = 404, type = 1)] A", "`type` is a string literal");
    variant_says("#[problem(status = 503, retry_after = \"1\")] A", "`retry_after` is a number of seconds");
    variant_says("#[problem(status = 404)] A { #[problem(skip = true)] a: u8 }", "`skip` takes no value");
    says("enum E { #[problem] A }", &["`problem` has its options in parentheses", "lacks its status"]);
}

#[test]
fn what_it_takes_to_meet_a_problem_has_names() {
    variant_says("#[problem(status = 412, with = if_match)] A", "`with` is a string literal");
    for names in ["", "a b", "a,,b", "a,"] {
        let variant = format!("#[problem(status = 412, with = {names:?})] A");
        variant_says(&variant, "`with` names parameters or members of a body");
    }
}

#[test]
fn a_type_is_a_uri() {
    variant_says("#[problem(status = 404, type = \"not found\")] A", "without white space");
    variant_says("#[problem(status = 404, type = \"\")] A", "`type` is a URI");
}

#[test]
fn a_transparent_variant_is_another_problem_and_nothing_more() {
    let shape = "a transparent variant has exactly one unnamed field";
    variant_says("#[problem(transparent)] A", shape);
    variant_says("#[problem(transparent)] A(B, C)", shape);
    variant_says("#[problem(transparent)] A { b: B }", shape);
    variant_says("#[problem(transparent, status = 404)] A(B)", "remove `status`");
    variant_says("#[problem(transparent)] A(#[problem(cause)] B)", "remove `cause`");
    variant_says("#[problem(transparent = true)] A(B)", "`transparent` takes no value");
}

#[test]
fn a_field_is_a_member_or_says_what_else() {
    variant_says(
        "#[problem(status = 503)] A(StoreError)",
        "mark it `#[problem(cause)]`, `#[problem(retry_after)]` or `#[problem(skip)]`",
    );
    variant_says(
        "#[problem(status = 503)] A { #[problem(cause)] a: A, #[problem(cause)] b: B }",
        "a variant has one cause",
    );
    variant_says(
        "#[problem(status = 503)] A { #[problem(skip, cause)] a: A }",
        "what is marked `skip` is never a member of the problem; remove `cause`, or `skip`",
    );
}

#[test]
fn a_time_to_retry_after_is_said_once() {
    variant_says(
        "#[problem(status = 503, retry_after = 1)] A { #[problem(retry_after)] seconds: u32 }",
        "a field says after how many seconds to try again; remove `retry_after` here, or at the field",
    );
    variant_says(
        "#[problem(status = 503)] A { #[problem(retry_after)] a: u32, #[problem(retry_after)] b: u32 }",
        "a variant has one `retry_after`; mark the other field `#[problem(skip)]`",
    );
    variant_says(
        "#[problem(status = 503)] A { #[problem(retry_after = 5)] seconds: u32 }",
        "`retry_after` takes no value: write `retry_after`",
    );
    variant_says(
        "#[problem(status = 503)] A { #[problem(retry_after, skip)] seconds: u32 }",
        "what is marked `retry_after` is never a member of the problem; remove `skip`, or `retry_after`",
    );
    variant_says(
        "#[problem(transparent)] A(#[problem(retry_after)] B)",
        "the field of a transparent variant is a problem of its own; remove `retry_after`",
    );
}

#[test]
fn a_member_leaves_the_names_of_the_standard_alone() {
    for name in ["r#type", "title", "status", "detail", "instance", "errors"] {
        variant_says(
            &format!("#[problem(status = 404)] A {{ {name}: u8 }}"),
            "a member that every problem has (RFC 9457)",
        );
        let skipped = format!("enum E {{ #[problem(status = 404)] A {{ #[problem(skip)] {name}: u8 }} }}");
        says(&skipped, &[]);
    }
}

#[test]
fn a_detail_shows_fields_that_are_there() {
    let named = |detail: &str, expected: &str| {
        variant_says(&format!("#[problem(status = 404, detail = {detail:?})] A {{ start: u8, end: u8 }}"), expected);
    };
    named("from {strat}", "`{strat}` in `detail` is no field; did you mean `{start}`?");
    named("for {user_name}", "`{user_name}` in `detail` is no field; the variant has `start` and `end`");
    named("{}", "write the name of a field between the braces");
    named("{0}", "`{0}` in `detail` is no field");
    named("{start", "a brace in `detail` lacks its partner; write `{{`");
    named("end}", "a brace in `detail` lacks its partner; write `}}`");
    variant_says("#[problem(status = 404, detail = \"{0}\")] A(#[problem(skip)] u8)", "it shows named fields only");
}

#[test]
fn every_mistake_of_an_enum_is_told_at_once() {
    says(
        "enum E { A, #[problem(status = 200)] B, #[problem(status = 404)] C(u8) }",
        &["`A` lacks its status", "from 400 to 599", "a field without a name"],
    );
}

#[test]
fn an_enum_of_each_kind_of_variant_expands() {
    expansion(
        "note_error",
        expand(
            r#"
            pub(crate) enum NoteError {
                /// No such note.
                #[problem(status = 404, title = "Not found", detail = "Note not found")]
                NotFound,
                #[problem(status = 409, detail = "the time from {start_time} is taken")]
                TimeTaken { start_time: String, #[problem(skip)] note: u8, busy: BusySpan },
                #[problem(status = 412, type = "stale", with = "if-match, version")]
                VersionMismatch { #[problem(skip)] r#type: u8 },
                #[problem(status = 503, type = "https://example.com/down", retry_after = 1)]
                Unavailable(#[problem(cause)] StoreError),
                #[problem(status = 503, detail = "closed for {seconds} s")]
                Closed { #[problem(retry_after)] seconds: u32, until: String },
                #[problem(status = 500)]
                Bug(#[problem(cause)] Box<dyn Error + Send + Sync>),
                #[problem(transparent)]
                Other(OtherProblem),
            }
            "#
            .parse()
            .unwrap(),
        ),
    );
}

#[test]
fn a_renamed_crate_and_no_variant_expand() {
    expansion("never", expand("#[problem(crate = api)] enum Never {}".parse().unwrap()));
}
