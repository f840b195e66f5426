use lambda::aws::{CallError, Table};
use lambda::{Created, Json, handler};
use notes::{NewNote, Note};
use uuid::Uuid;

/// Write a note.
#[handler(POST "/notes", status = 201)]
async fn create_note(table: &Table, Json(new): Json<NewNote>) -> Result<Created<Note>, CallError> {
    let note = Note { note_id: Uuid::new_v4(), title: new.title, text: new.text };
    let item = serde_dynamo::to_item(&note).map_err(CallError::unusable)?;
    table.put_item().set_item(Some(item)).send().await?;
    Ok(Created::new(note))
}
