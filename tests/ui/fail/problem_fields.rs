use handlers::prelude::*;

#[derive(Debug, Problem)]
enum BookingError {
    #[problem(status = 503)]
    Unnamed(String),
    #[problem(status = 409)]
    Reserved { status: u8, title: u8 },
    #[problem(status = 500)]
    TwoCauses {
        #[problem(cause)]
        one: std::io::Error,
        #[problem(cause)]
        two: std::io::Error,
    },
    #[problem(status = 409, detail = "taken from {strat_time}")]
    Slip { start_time: u8 },
    #[problem(status = 409, detail = "taken {}")]
    Positional { start_time: u8 },
    #[problem(status = 409, detail = "taken {start_time")]
    Unbalanced { start_time: u8 },
}

fn main() {}
