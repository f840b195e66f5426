use handlers::prelude::*;

#[handler(schedule)]
async fn sweep(records: Records) -> Result<BatchResult, BookingError> {
    let _ = records;
    Err(BookingError::Contended)
}
