use lambda::{BatchResult, Records, handler, tracing};

/// Log each new note by its id. The table's stream carries nothing else of it.
#[handler(stream)]
async fn log_notes(records: Records) -> BatchResult {
    for record in &records.0 {
        let note_id = record["dynamodb"]["Keys"]["note_id"]["S"].as_str();
        tracing::info!(note_id, "a note was written");
    }
    BatchResult::default()
}
