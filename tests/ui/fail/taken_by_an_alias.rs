use handlers::prelude::*;

type Listed = Query<ListQuery>;
type Sent = Json<NewBooking>;

struct Own;

impl lambda::FromRequest for Own {
    const WHOLE: Option<lambda::Part> = Some(lambda::Part::Body);

    fn find(_: &mut lambda::Request) -> Result<Option<Self>, lambda::Rejection> {
        Ok(Some(Self))
    }

    fn missing() -> lambda::Rejection {
        unreachable!()
    }

    fn describe(_: &mut lambda::Contract, _: bool) {}
}

mod two_queries {
    use super::*;

    #[handler(GET "/bookings")]
    async fn list(Query(busy): Query<BusyQuery>, caller: Caller, Query(list): Listed) -> () {
        let _ = (list, busy, caller);
    }
}

mod two_bodies {
    use super::*;

    #[handler(POST "/bookings")]
    async fn create(Json(new): Sent, patch: Option<Json<BookingPatch>>) -> () {
        let _ = (new, patch);
    }
}

mod an_own_type {
    use super::*;

    #[handler(POST "/bookings")]
    async fn create(Json(new): Json<NewBooking>, own: Option<super::Own>) -> () {
        let _ = (new, own);
    }
}

mod of_get {
    use super::*;

    #[handler(GET "/bookings")]
    async fn list(Json(new): Sent) -> () {
        let _ = new;
    }
}

fn main() {}
