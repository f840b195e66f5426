//! Tests of each error message, and that the code beside it causes no further errors.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::expand;
use crate::testing::{expansion, messages_of};

fn expanded(args: &str, item: &str) -> TokenStream {
    expand(args.parse().unwrap(), item.parse().unwrap())
}

/// The error messages for a faulty handler. Checks that the expansion has exactly one harmless `main`.
fn messages(args: &str, item: &str) -> Vec<String> {
    let tokens = expanded(args, item);
    let file: syn::File = syn::parse2(tokens).expect("the stub is Rust");
    let mains: Vec<_> = file
        .items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Fn(function) if function.sig.ident == "main" => Some(function),
            _ => None,
        })
        .collect();
    assert_eq!(mains.len(), 1);
    assert!(mains[0].block.stmts.is_empty());
    messages_of(&file)
}

#[track_caller]
fn says(args: &str, item: &str, expected: &[&str]) {
    let messages = messages(args, item);
    assert_eq!(messages.len(), expected.len(), "{messages:#?}");
    for (message, expected) in messages.iter().zip(expected) {
        assert!(message.contains(expected), "{message:?} lacks {expected:?}");
        let mut letters = message.trim_start_matches('`').chars();
        let quoted = message.starts_with('`');
        assert!(quoted || !letters.next().unwrap().is_uppercase(), "{message:?} starts with a capital");
        assert!(!message.ends_with('.'), "{message:?} ends in a full stop");
    }
}

/// Checks the message for a fault in the attribute alone.
#[track_caller]
fn attribute_says(args: &str, expected: &str) {
    says(args, "async fn book() -> () {}", &[expected]);
}

/// Checks the message for a fault in the route alone, for a function with the argument that these routes may name.
#[track_caller]
fn route_says(route: &str, expected: &str) {
    says(&format!("GET {route:?}"), "async fn book(note_id: NoteId) -> () {}", &[expected]);
}

#[track_caller]
fn signature_says(item: &str, expected: &str) {
    says(r#"POST "/notes""#, item, &[expected]);
}

mod attribute;

mod route {
    use super::*;

    #[test]
    fn begins_with_a_slash_and_does_not_end_in_one() {
        route_says("notes/{note_id}", "write `\"/notes/{note_id}\"`");
        route_says("/{note_id}/", "a route does not end in `/`: write `\"/{note_id}\"`");
        attribute_says(r#"GET """#, "write `\"/\"`");
    }

    #[test]
    fn has_no_empty_segment() {
        route_says("/notes//{note_id}", "write one `/` for `//`");
        attribute_says(r#"GET "//""#, "does not end in `/`");
    }

    #[test]
    fn has_its_braces_in_pairs() {
        route_says("/{note_id}/{user_id", "a brace in `{user_id` lacks its partner");
        route_says("/{note_id}/user_id}", "a brace in `user_id}` lacks its partner");
        route_says("/{note_id}/{{user_id}}", "lacks its partner");
    }

    #[test]
    fn has_parameters_that_arguments_can_be_named_after() {
        route_says("/{note_id}/{}", "a path parameter needs a name");
        route_says("/{note_id}/{user-id}", "write `{user_id}`");
        route_says("/{note_id}/{2nd}", "write `{_2nd}`");
        route_says("/{note_id}/{type}", "`{type}` is a Rust keyword");
        route_says("/{note_id}/{proxy+}", "greedy path parameter `{proxy+}` is not supported");
        route_says("/{note_id}/{note_id}", "`{note_id}` stands twice");
    }

    #[test]
    fn has_parameters_that_are_whole_segments() {
        route_says("/{note_id}/a{b}", "`a{b}` has text beside the braces");
        route_says("/{note_id}/{a}{b}", "has text beside the braces");
        route_says("/{note_id}/:user_id", "write `{user_id}`");
    }

    #[test]
    fn has_only_what_a_path_can_have() {
        route_says("/{note_id}/x?full=1", "`?` cannot stand in a route");
        route_says("/{note_id}/x#top", "`#` cannot stand in a route");
        route_says("/{note_id}/a b", "white space cannot stand in a route");
        route_says("/{note_id}/ä", "`ä` cannot stand in a route");
        route_says("/{note_id}/<x>", "`<` cannot stand in a route");
    }
}

mod signature {
    use super::*;

    #[test]
    fn is_that_of_an_async_fn_that_answers() {
        signature_says("fn book() -> () {}", "write `async fn`");
        signature_says("async fn book() {}", "add a return type such as");
        signature_says("async fn book() -> ();", "a handler needs a body");
        signature_says("async fn main() -> () {}", "`main` is the name of what `#[handler]` writes");
        signature_says("async unsafe fn book() -> () {}", "remove `unsafe`");
        signature_says("async extern \"C\" fn book() -> () {}", "remove `extern \"C\"`");
        signature_says("const async fn book() -> () {}", "remove `const`");
    }

    #[test]
    fn has_no_generics() {
        signature_says("async fn book<T>(new: Json<T>) -> () {}", "a handler is not generic");
        signature_says("async fn book<'a>(store: &'a Store) -> () {}", "a handler is not generic");
        signature_says("async fn book() -> () where u8: Copy {}", "remove the `where` clause");
    }

    #[test]
    fn has_a_fixed_list_of_named_types() {
        signature_says("async fn book(&self) -> () {}", "a handler is a free function");
        signature_says("async fn book(a: A, ...) -> () {}", "remove `...`");
        signature_says("async fn book(a: impl FromRequest) -> () {}", "name it instead of `impl`");
        signature_says("async fn book(a: Option<impl Copy>) -> () {}", "name it instead of `impl`");
        signature_says("async fn book() -> impl Respond {}", "name its type instead of `impl`");
    }

    #[test]
    fn borrows_what_can_be_built_once() {
        signature_says("async fn book(store: &mut Store) -> () {}", "write `&Store`");
        signature_says("async fn book(store: &dyn Store) -> () {}", "`&dyn Store` cannot be built");
        signature_says("async fn book(store: &impl Store) -> () {}", "`&impl Store` cannot be built");
        signature_says("async fn book(name: &str) -> () {}", "`str` cannot be; take an owned type");
        signature_says("async fn book(name: &[u8]) -> () {}", "cannot be; take an owned type");
        signature_says(
            "async fn book(a: &A, b: &A, c: &A, d: &A, e: &A, f: &A, g: &A) -> () {}",
            "a handler borrows up to 6 values",
        );
    }
}

mod parameters {
    use super::*;

    #[test]
    fn each_has_an_argument() {
        says(
            r#"GET "/notes/{note_id}""#,
            "async fn get(notes: &Notes) -> () {}",
            &["path parameter `{note_id}` has no argument of that name; add `note_id: NoteId`"],
        );
    }

    #[test]
    fn a_slip_in_the_name_is_recognised() {
        says(
            r#"GET "/notes/{note_id}""#,
            "async fn get(bookng_id: NoteId) -> () {}",
            &["rename `bookng_id` to `note_id`"],
        );
        says(r#"GET "/notes/{note_id}""#, "async fn get(id: NoteId) -> () {}", &["rename `id` to `note_id`"]);
    }

    #[test]
    fn a_pattern_has_no_name_to_be_found_by() {
        says(
            r#"GET "/notes/{note_id}""#,
            "async fn get(NoteId(id): NoteId) -> () {}",
            &["it is found by its name and not in a pattern: write `note_id: NoteId`"],
        );
    }

    #[test]
    fn none_is_borrowed() {
        says(
            r#"GET "/notes/{note_id}""#,
            "async fn get(note_id: &NoteId) -> () {}",
            &["take it by value: `note_id: NoteId`"],
        );
    }

    #[test]
    fn none_is_optional() {
        says(
            r#"GET "/notes/{note_id}""#,
            "async fn get(note_id: Option<NoteId>) -> () {}",
            &["is there in every request to this route; write `note_id: NoteId`"],
        );
    }

    #[test]
    fn every_one_that_is_missing_is_named() {
        says(
            r#"GET "/users/{user_id}/notes/{note_id}""#,
            "async fn get() -> () {}",
            &["add `user_id: UserId`", "add `note_id: NoteId`"],
        );
    }
}

mod bodies {
    use super::*;

    #[test]
    fn a_request_has_one() {
        signature_says("async fn book(Json(a): Json<A>, b: Option<Json<B>>) -> () {}", "a request has one body");
    }

    #[test]
    fn a_request_that_only_names_has_none() {
        for method in ["GET", "DELETE"] {
            says(
                &format!("{method} \"/\""),
                "async fn get(Json(a): Json<A>) -> () {}",
                &[&format!("a `{method}` request has no body")],
            );
        }
    }
}

mod queries {
    use super::*;

    #[test]
    fn a_request_has_one() {
        for second in ["Query(b): Query<B>", "b: Option<Query<B>>", "b: handlers::lambda::Query<B>"] {
            says(
                r#"GET "/""#,
                &format!("async fn list(Query(a): Query<A>, {second}) -> () {{}}"),
                &["a request has one query, and an earlier argument takes it; put the fields into one struct"],
            );
        }
    }

    #[test]
    fn a_path_parameter_is_none() {
        says(
            r#"GET "/{query}""#,
            "async fn list(query: Json<A>, Query(a): Query<A>, Query(b): Query<B>) -> () {}",
            &["a request has one query"],
        );
    }
}

mod together {
    use super::*;

    #[test]
    fn every_mistake_of_a_signature_is_told_at_once() {
        says(
            r#"get "/notes/{note_id}/", status = 404"#,
            "fn get(store: &mut Store, Json(a): Json<A>)  {}",
            &[
                "write `GET`",
                "does not end in `/`",
                "`status` is an integer",
                "write `async fn`",
                "add a return type",
                "write `&Store`",
                "has no argument of that name",
                "has no body",
            ],
        );
    }

    #[test]
    fn the_function_survives_its_mistakes() {
        let tokens = expanded(r#"POST "/""#, "fn book() -> Answer { ready().await }").to_string();
        assert!(tokens.contains("async fn book () -> Answer { ready () . await }"), "{tokens}");
    }

    #[test]
    fn a_half_typed_body_expands() {
        let tokens = expanded(r#"POST "/""#, "async fn book() -> Answer { let x = notes. }").to_string();
        assert!(tokens.contains("let x = notes . }"), "{tokens}");
        assert!(!tokens.contains("compile_error"), "{tokens}");
    }
}

mod events;
mod expanded;
