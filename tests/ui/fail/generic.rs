use handlers::prelude::*;

mod a_type {
    use super::*;

    #[handler(POST "/bookings")]
    async fn create<T>(new: Json<T>) -> ()
    where
        T: Send,
    {
        drop(new);
    }
}

mod a_lifetime {
    use super::*;

    #[handler(POST "/bookings")]
    async fn create<'a>(bookings: &'a Bookings) -> () {
        let _ = bookings;
    }
}

fn main() {}
