//! Expansions, held against the checked-in ones.

use super::*;

#[track_caller]
fn is(name: &str, args: &str, item: &str) {
    expansion(name, super::expanded(args, item));
}

#[test]
fn an_endpoint() {
    is(
        "create_note",
        r#"POST "/notes/{note_id}/things", status = 201"#,
        "/// Book a resource for a span of time.
        ///
        /// Sending it again with the same key answers the same note.
        async fn create_note(
            notes: &Notes,
            note_id: NoteId,
            key: Option<IdempotencyKey>,
            Json(new): Json<NewNote>,
        ) -> Result<Created<Note>, NoteError> {
            notes.create(note_id, new, key).await
        }",
    );
}

#[test]
fn a_stream() {
    is(
        "publish_reminders",
        "stream",
        "/// Publish the reminders that are due.
        async fn publish_reminders(records: Records, notes: &Notes, bus: &Bus) -> Result<BatchResult, PublishError> {
            publish(notes, bus, records).await
        }",
    );
}

#[test]
fn a_queue() {
    is(
        "take_order",
        "queue, concurrency = 3",
        "/// Take an order.
        async fn take_order(orders: &Orders, message: Message<Order>) -> Result<(), OrderError> {
            orders.take(message.body).await
        }",
    );
}

#[test]
fn an_event() {
    is("greet", "event", "/// Greet.\nasync fn greet(event: BusEvent<Greeting>) -> () {}");
}

#[test]
fn an_endpoint_without_content() {
    is(
        "delete_note",
        r#"DELETE "/notes/{note_id}", status = 204"#,
        "async fn delete_note(note_id: NoteId, if_match: IfMatch, caller: Caller) -> Result<(), NoteError> {
            delete(note_id, if_match, caller).await
        }",
    );
}

#[test]
fn a_schedule_in_a_renamed_crate() {
    is("serve", "schedule, crate = api", "pub async fn serve() -> () {}");
}

#[test]
fn a_type_from_another_macro_is_seen_through_its_group() {
    let borrowed = proc_macro2::Group::new(proc_macro2::Delimiter::None, "&Store".parse().unwrap());
    let borrowed = proc_macro2::TokenTree::from(borrowed).into_token_stream();
    let item = quote::quote! { async fn book(store: #borrowed) -> () {} };
    let tokens = expand(r#"GET "/""#.parse().unwrap(), item).to_string();
    assert!(tokens.contains("serve :: < Store , () , _ >"), "{tokens}");
}

#[test]
fn any_name_may_meet_a_raw_argument() {
    let tokens = super::expanded(r#"GET "/{id}""#, "async fn r#move(r#id: Id) -> () {}").to_string();
    assert!(tokens.contains("function : \"move\""), "{tokens}");
    assert!(tokens.contains("path :: < A0 > (\"id\")"), "{tokens}");
}
