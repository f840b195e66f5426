use handlers::prelude::*;

mod mutable {
    use super::*;

    #[handler(GET "/bookings")]
    async fn list(bookings: &mut Bookings) -> () {
        let _ = bookings;
    }
}

mod dynamic {
    use super::*;

    #[handler(GET "/bookings")]
    async fn list(bookings: &dyn Sync) -> () {
        let _ = bookings;
    }
}

mod text {
    use super::*;

    #[handler(GET "/bookings")]
    async fn list(name: &str) -> () {
        let _ = name;
    }
}

fn main() {}
