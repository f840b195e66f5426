use handlers::prelude::*;

#[derive(Debug)]
struct Opaque;

#[derive(Debug, Problem)]
enum BookingError {
    #[problem(status = 409)]
    NotSerialize { member: Opaque },
    #[problem(status = 409, detail = "taken {shown}")]
    NotDisplay {
        #[problem(skip)]
        shown: Opaque,
    },
    #[problem(status = 500)]
    NotAnError(#[problem(cause)] Opaque),
    #[problem(transparent)]
    NotAProblem(Opaque),
}

fn main() {}
