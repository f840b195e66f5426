use handlers::prelude::*;

#[derive(Debug, Problem)]
enum BookingError {
    NoStatus,
    #[problem(status = 200)]
    Success,
    #[problem(status = 404, titel = "Not found")]
    Slip,
    #[problem(status = 404, status = 410)]
    Twice,
    #[problem(status = 404, title = NotFound)]
    NoString,
    #[problem(status = 404, type = "not found")]
    NoUri,
    #[problem(transparent, status = 404)]
    Transparent(handlers::booking::BookingError),
    #[problem(transparent)]
    Bare,
    #[problem(status = 503, retry_after = 1)]
    TwoTimes {
        #[problem(retry_after)]
        seconds: u32,
    },
}

fn main() {}
