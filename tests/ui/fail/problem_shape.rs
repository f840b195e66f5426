use handlers::prelude::*;

#[derive(Problem)]
struct NotFound;

#[derive(Problem)]
enum Wrapped<T> {
    #[problem(status = 404)]
    NotFound { id: T },
}

fn main() {
    let _ = (NotFound, Wrapped::NotFound { id: 1 });
}
