use lambda::aws::{CallError, Table, dynamodb};
use lambda::{Tagged, handler};
use notes::Note;
use uuid::Uuid;

/// Read a note.
#[handler(GET "/notes/{note_id}")]
async fn get_note(table: &Table, note_id: Uuid) -> Result<Option<Tagged<Note>>, CallError> {
    let key = dynamodb::types::AttributeValue::S(note_id.to_string());
    let found = table.get_item().key("note_id", key).consistent_read(true).send().await?;
    let note = found.item.map(serde_dynamo::from_item).transpose().map_err(CallError::unusable)?;
    Ok(note.map(Tagged))
}
