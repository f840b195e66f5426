use handlers::prelude::*;

mod unknown {
    use super::*;

    #[handler(GET "/health", stats = 204, timeout = 3)]
    async fn health() -> () {}
}

mod twice {
    use super::*;

    #[handler(GET "/health", status = 200, status = 204)]
    async fn health() -> () {}
}

mod no_success {
    use super::*;

    #[handler(GET "/health", status = 404)]
    async fn health() -> () {}
}

mod no_route {
    use super::*;

    #[handler(schedule, status = 204)]
    async fn sweep() -> () {}
}

mod no_queue {
    use super::*;

    #[handler(event, concurrency = 2)]
    async fn greet(event: BusEvent<NewBooking>) -> () {
        let _ = event;
    }
}

mod too_many {
    use super::*;

    #[handler(queue, concurrency = 10_001)]
    async fn take(message: Message<NewBooking>) -> () {
        let _ = message;
    }
}

mod quoted {
    use super::*;

    #[handler(GET "/health", crate = "lambda")]
    async fn health() -> () {}
}

fn main() {}
