use handlers::prelude::*;

mod two {
    use super::*;

    #[handler(GET "/bookings")]
    async fn list(Query(list): Query<ListQuery>, Query(busy): Query<BusyQuery>) -> () {
        let _ = (list, busy);
    }
}

mod optional {
    use super::*;

    #[handler(GET "/bookings")]
    async fn list(list: Option<Query<ListQuery>>, busy: Option<Query<BusyQuery>>) -> () {
        let _ = (list, busy);
    }
}

fn main() {}
