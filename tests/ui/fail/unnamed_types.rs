use handlers::prelude::*;

mod an_argument {
    use super::*;

    #[handler(POST "/bookings")]
    async fn create(new: impl Send) -> () {
        drop(new);
    }
}

mod the_answer {
    use super::*;

    #[handler(GET "/bookings")]
    async fn list() -> impl Sized {}
}

fn main() {}
