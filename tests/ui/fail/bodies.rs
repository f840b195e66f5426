use handlers::prelude::*;

mod two {
    use super::*;

    #[handler(POST "/bookings")]
    async fn create(Json(new): Json<NewBooking>, patch: Option<Json<BookingPatch>>) -> () {
        let _ = (new, patch);
    }
}

mod of_get {
    use super::*;

    #[handler(GET "/bookings")]
    async fn list(Json(query): Json<ListQuery>) -> () {
        let _ = query;
    }
}

fn main() {}
